// The book for people: the tape's levels and our resting orders as one ladder. Matching does not use it.

import type { Decimal } from "../domain/decimal.ts";
import type { Side } from "../domain/order-event.ts";
import type { Books } from "./books.ts";
import type { DepthLevel } from "./types.ts";

/** Returns up to `limit` levels of a side, best first: what takers could take now. */
export function depthOf(books: Books, side: Side, limit: number): DepthLevel[] {
  const own = new Map(books.book.levels(side, limit).map((level) => [level.price, level.quantity]));
  const tape = tapeLevels(books, side, limit);
  const sign = side === "buy" ? -1 : 1;
  const prices = [...new Set([...own.keys(), ...tape.keys()])].sort((a, b) => sign * (a - b));
  return prices.slice(0, limit).map((price) => {
    const ownQuantity = books.lots.toDecimal(own.get(price) ?? 0);
    const tapeQuantity = books.lots.toDecimal(tape.get(price) ?? 0);
    return { price: books.ticks.toDecimal(price), quantity: ownQuantity.add(tapeQuantity), ownQuantity };
  });
}

/** Returns the best price of a side: the tape's, or a resting order's. */
export function bestOf(books: Books, side: Side): Decimal | undefined {
  return depthOf(books, side, 1)[0]?.price;
}

function tapeLevels(books: Books, side: Side, limit: number): Map<number, number> {
  const levels = new Map<number, number>();
  if (books.tape === undefined || limit <= 0) return levels;
  for (const level of books.tape.liquidity.levels(side)) {
    levels.set(level.price, level.quantity);
    if (levels.size >= limit) break;
  }
  return levels;
}
