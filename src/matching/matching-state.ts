// What a store keeps of an engine, and an engine made of it again. The recorded book is not in it: the tape
// itself rebuilds that.

import { assert } from "../domain/assert.ts";
import { Decimal } from "../domain/decimal.ts";
import type { Books } from "./books.ts";
import { fromState, steps, toState } from "./order-state.ts";
import type { ConsumedLevel } from "./tape-liquidity.ts";
import type { ConsumedState, EngineScalars, MatchingChanges, MatchingState, PositionState } from "./types.ts";

/** Returns what changed since the last call. */
export function changesOf(books: Books): MatchingChanges {
  const { changed, removed } = books.open.takeChanges();
  return {
    ...scalarsOf(books),
    orders: changed.map((order) => toState(books, order)),
    removed,
    positions: books.positions.takeChanges().map((account) => positionOf(books, account)),
    consumed: (books.tape?.liquidity.takeConsumedChanges() ?? []).map((level) => consumedOf(books, level)),
  };
}

/** Returns everything, orders by their priority. */
export function stateOf(books: Books): MatchingState {
  return {
    ...scalarsOf(books),
    orders: books.open.bySequence().map((order) => toState(books, order)),
    positions: Array.from(books.positions.accounts(), (account) => positionOf(books, account)),
    consumed: Array.from(books.tape?.liquidity.allConsumed() ?? [], (level) => consumedOf(books, level)),
  };
}

/** Fills books that are new. @throws {RangeError} when a stored value is not on the instrument's grid. */
export function restoreInto(books: Books, state: MatchingState): void {
  books.sequence = state.sequence;
  if (state.lastPrice !== undefined) books.lastPrice = steps(books.ticks, state.lastPrice);
  for (const { account, quantity } of state.positions) {
    const lots = Decimal.parse(quantity);
    if (!lots.isMultipleOf(books.lots.step))
      throw new RangeError(`The position ${quantity} of ${account} is not in whole lots.`);
    books.positions.set(account, lots.wholeSteps(books.lots.step));
  }
  for (const order of state.orders.toSorted((a, b) => a.sequence - b.sequence)) {
    books.takeBack(fromState(books, order));
  }
  for (const { side, price, quantity } of state.consumed) {
    assert(books.tape !== undefined, "A stored state with consumed tape levels needs an engine with a tape.");
    books.tape.liquidity.setConsumed(side, steps(books.ticks, price), steps(books.lots, quantity));
  }
  changesOf(books);
}

function scalarsOf(books: Books): EngineScalars {
  const { sequence, lastPrice, ticks } = books;
  return lastPrice === undefined ? { sequence } : { sequence, lastPrice: ticks.toDecimal(lastPrice).toString() };
}

function positionOf(books: Books, account: string): PositionState {
  return { account, quantity: books.lots.toDecimal(books.positions.get(account)).toString() };
}

function consumedOf(books: Books, level: ConsumedLevel): ConsumedState {
  return {
    side: level.side,
    price: books.ticks.toDecimal(level.price).toString(),
    quantity: books.lots.toDecimal(level.quantity).toString(),
  };
}
