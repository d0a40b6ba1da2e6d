// How a public trade fills our resting orders: through their price at once, at their price after the queue ahead.
// Each lot of the trade is used once, by price and then time over all our orders.

import type { Side } from "../domain/order-event.ts";
import type { Books, Tape } from "./books.ts";
import { opposite, type WorkingOrder } from "./working-order.ts";

/** @param quantity in lots; `price` in ticks. */
export function fillFromTrade(books: Books, tape: Tape, price: number, quantity: number, aggressor: Side): void {
  let left = fillThrough(books, "buy", price, quantity);
  left = fillThrough(books, "sell", price, left);
  fillAtPrice(books, tape, opposite(aggressor), price, left);
}

/** A trade below a bid, or above an ask, would have traded with it first, whoever took. Returns what is left. */
function fillThrough(books: Books, side: Side, price: number, quantity: number): number {
  let left = quantity;
  while (left > 0) {
    const order = books.book.front(side);
    if (order === undefined || !isThrough(order, price)) break;
    left -= fill(books, order, left);
  }
  return left;
}

function fillAtPrice(books: Books, tape: Tape, side: Side, price: number, quantity: number): void {
  let left = quantity;
  while (left > 0) {
    const order = books.book.frontAt(side, price);
    if (order === undefined) return;
    const queued = Math.min(left, order.queueGap);
    if (queued > 0) tape.queues.eat(order, queued);
    left -= queued;
    if (left > 0) left -= fill(books, order, left);
  }
}

function fill(books: Books, order: WorkingOrder, left: number): number {
  const lots = Math.min(left, books.wanted(order, order.price));
  books.executeByTape(order, lots);
  return lots;
}

function isThrough(order: WorkingOrder, price: number): boolean {
  return order.side === "buy" ? price < order.price : price > order.price;
}
