// How an arriving order meets what is there: our resting orders and the tape's displayed levels, best price first.
// At one price the tape quantity ahead of a resting order goes before that order, and the rest of it after the last.

import type { Books } from "./books.ts";
import { accepts, opposite, takesAnyPrice, type WorkingOrder } from "./working-order.ts";

/** Returns the best price of the other side that an order would trade at. */
export function crossingPrice(books: Books, order: WorkingOrder): number | undefined {
  const price = bestPrice(books, order);
  return price !== undefined && accepts(order, price) ? price : undefined;
}

/** Matches an order that just arrived, was triggered, or lost its priority; then rests or ends what remains. */
export function matchArriving(books: Books, order: WorkingOrder): void {
  if (order.reduceOnly && books.positions.reducible(order.account, order.side) === 0) {
    return books.end(order, "canceled", "reduceOnly");
  }
  if (order.postOnly && crossingPrice(books, order) !== undefined) {
    return books.end(order, "canceled", "postOnlyWouldCross");
  }
  if (order.timeInForce === "fok" && !canFillCompletely(books, order)) {
    return books.end(order, "canceled", "fillOrKill");
  }
  const stoppedByOwnOrder = takeAll(books, order);
  if (order.place === "ended") return;
  const reason = stoppedByOwnOrder ? "selfTradePrevention" : reasonNotToRest(books, order);
  if (reason === undefined) books.rest(order);
  else books.end(order, "canceled", reason);
}

function reasonNotToRest(books: Books, order: WorkingOrder): string | undefined {
  if (order.reduceOnly && books.positions.reducible(order.account, order.side) === 0) return "reduceOnly";
  if (takesAnyPrice(order.orderType)) {
    return bestPrice(books, order) === undefined ? "noLiquidity" : "notionalBelowLot";
  }
  return order.timeInForce === "ioc" || order.timeInForce === "fok" ? "immediateOrCancel" : undefined;
}

/** Returns whether self-trade prevention ended the matching. */
function takeAll(books: Books, order: WorkingOrder): boolean {
  for (;;) {
    const price = crossingPrice(books, order);
    if (price === undefined) return false;
    const wanted = books.wanted(order, price);
    if (wanted === 0) return false;
    const maker = books.book.frontAt(opposite(order.side), price);
    const onTape = tapeAhead(books, order, price, maker);
    if (onTape > 0) {
      takeFromTape(books, order, price, Math.min(wanted, onTape), maker);
    } else if (maker !== undefined) {
      if (!isSelfTrade(order, maker)) {
        books.executeBetween(order, maker, Math.min(wanted, books.wanted(maker, price)));
      } else if (preventSelfTrade(books, order, maker)) return true;
    }
    if (order.place === "ended") return false;
  }
}

function takeFromTape(
  books: Books,
  order: WorkingOrder,
  price: number,
  lots: number,
  behind: WorkingOrder | undefined,
): void {
  if (behind !== undefined) books.tape?.queues.eat(behind, lots);
  books.executeOnTape(order, price, lots);
}

/** Returns what can be taken from the tape at a price before the first resting order there. */
function tapeAhead(books: Books, order: WorkingOrder, price: number, maker: WorkingOrder | undefined): number {
  if (books.tape === undefined) return 0;
  const available = books.tape.liquidity.available(opposite(order.side), price);
  return maker === undefined ? available : Math.min(available, maker.queueGap);
}

function bestPrice(books: Books, order: WorkingOrder): number | undefined {
  const side = opposite(order.side);
  const own = books.book.front(side)?.price;
  const onTape = books.tape?.liquidity.bestAvailable(side);
  if (own === undefined || onTape === undefined) return own ?? onTape;
  return order.side === "buy" ? Math.min(own, onTape) : Math.max(own, onTape);
}

function isSelfTrade(order: WorkingOrder, maker: WorkingOrder): boolean {
  return order.selfTradePrevention !== "none" && order.account === maker.account;
}

/** The arriving order's rule counts. Returns whether the arriving order goes. */
function preventSelfTrade(books: Books, order: WorkingOrder, maker: WorkingOrder): boolean {
  if (order.selfTradePrevention !== "cancelNewest") books.end(maker, "canceled", "selfTradePrevention");
  return order.selfTradePrevention !== "cancelOldest";
}

/** Returns whether all of an order would trade at once. Changes nothing. */
function canFillCompletely(books: Books, order: WorkingOrder): boolean {
  let needed = order.remaining;
  if (order.reduceOnly && needed > books.positions.reducible(order.account, order.side)) return false;
  const side = opposite(order.side);
  const reducible = new Map<string, number>();
  let stop: WorkingOrder | undefined;
  for (const maker of books.book.orders(side)) {
    if (!accepts(order, maker.price)) break;
    if (isSelfTrade(order, maker)) {
      if (order.selfTradePrevention === "cancelOldest") continue;
      stop = maker;
      break;
    }
    needed -= fillableOf(books, maker, reducible);
    if (needed <= 0) return true;
  }
  return needed <= tapeWithin(books, order, needed, stop);
}

/** A maker's orders, all of them, use up what its reduce-only orders may reduce. */
function fillableOf(books: Books, maker: WorkingOrder, reducible: Map<string, number>): number {
  const left = reducible.get(maker.account) ?? books.positions.reducible(maker.account, maker.side);
  const lots = maker.reduceOnly ? Math.min(maker.remaining, left) : maker.remaining;
  reducible.set(maker.account, Math.max(0, left - lots));
  return lots;
}

/** Returns what the tape offers within an order's limit and before a resting order, counting up to `enough`. */
function tapeWithin(books: Books, order: WorkingOrder, enough: number, stop: WorkingOrder | undefined): number {
  if (books.tape === undefined) return 0;
  let sum = 0;
  for (const level of books.tape.liquidity.levels(opposite(order.side))) {
    if (sum >= enough || !accepts(order, level.price)) break;
    if (stop !== undefined && !isBefore(level.price, stop)) {
      return level.price === stop.price ? sum + Math.min(level.quantity, books.tape.queues.ahead(stop)) : sum;
    }
    sum += level.quantity;
  }
  return sum;
}

function isBefore(price: number, maker: WorkingOrder): boolean {
  return maker.side === "sell" ? price < maker.price : price > maker.price;
}
