// The resting orders of one instrument, by price and then time. It holds and orders them; it does not
// decide who trades with whom (taker.ts), and knows neither accounts nor the recorded market.

import type { Side } from "../domain/order-event.ts";
import { SortedLevels } from "./sorted-levels.ts";

/** What a book needs of an order. The three links belong to the book that holds the order. */
export interface BookOrder<O> {
  readonly side: Side;
  /** In ticks. */
  readonly price: number;
  /** In lots, above zero; lowered by the book only. */
  remaining: number;
  previous: O | undefined;
  next: O | undefined;
  level: PriceLevel<O> | undefined;
}

/** The orders at one price, oldest first. */
export interface PriceLevel<O> {
  readonly price: number;
  first: O | undefined;
  last: O | undefined;
  /** In lots: the sum of what remains. */
  quantity: number;
}

/** Resting orders in price-time priority. All prices are ticks, all quantities lots. */
export interface OrderBook<O extends BookOrder<O>> {
  /** Puts an order behind all others at its price. */
  add(order: O): void;
  remove(order: O): void;
  /** Lowers what remains of a resting order to a number above zero; its place stays. */
  shrink(order: O, remaining: number): void;
  /** Returns the first order of a side: the oldest at the best price. */
  front(side: Side): O | undefined;
  frontAt(side: Side, price: number): O | undefined;
  backAt(side: Side, price: number): O | undefined;
  /** Returns the next younger order at the same price. */
  after(order: O): O | undefined;
  /** Returns the next older order at the same price. */
  before(order: O): O | undefined;
  /** Yields the orders of a side, first in priority first. The book must not change meanwhile. */
  orders(side: Side): Generator<O, void, undefined>;
  /** Returns the best levels of a side. */
  levels(side: Side, limit: number): { readonly price: number; readonly quantity: number }[];
  quantityAt(side: Side, price: number): number;
}

/** A sorted array of levels per side, and a linked list of orders in each level. */
export class PriceTimeOrderBook<O extends BookOrder<O>> implements OrderBook<O> {
  readonly #bids = new SortedLevels<PriceLevel<O>>("highest");
  readonly #asks = new SortedLevels<PriceLevel<O>>("lowest");

  add(order: O): void {
    const side = this.#side(order.side);
    let level = side.get(order.price);
    if (level === undefined) {
      level = { price: order.price, first: undefined, last: undefined, quantity: 0 };
      side.insert(level);
    }
    order.level = level;
    order.previous = level.last;
    order.next = undefined;
    if (level.last === undefined) level.first = order;
    else level.last.next = order;
    level.last = order;
    level.quantity += order.remaining;
  }

  remove(order: O): void {
    const level = order.level;
    if (level === undefined) return;
    if (order.previous === undefined) level.first = order.next;
    else order.previous.next = order.next;
    if (order.next === undefined) level.last = order.previous;
    else order.next.previous = order.previous;
    level.quantity -= order.remaining;
    if (level.first === undefined) this.#side(order.side).delete(level.price);
    order.level = undefined;
    order.previous = undefined;
    order.next = undefined;
  }

  shrink(order: O, remaining: number): void {
    if (order.level !== undefined) order.level.quantity -= order.remaining - remaining;
    order.remaining = remaining;
  }

  front(side: Side): O | undefined {
    return this.#side(side).best()?.first;
  }

  frontAt(side: Side, price: number): O | undefined {
    return this.#side(side).get(price)?.first;
  }

  backAt(side: Side, price: number): O | undefined {
    return this.#side(side).get(price)?.last;
  }

  after(order: O): O | undefined {
    return order.next;
  }

  before(order: O): O | undefined {
    return order.previous;
  }

  *orders(side: Side): Generator<O, void, undefined> {
    for (const level of this.#side(side)) {
      for (let order = level.first; order !== undefined; order = order.next) yield order;
    }
  }

  levels(side: Side, limit: number): { readonly price: number; readonly quantity: number }[] {
    const levels: { price: number; quantity: number }[] = [];
    for (const level of this.#side(side)) {
      if (levels.length >= limit) break;
      levels.push({ price: level.price, quantity: level.quantity });
    }
    return levels;
  }

  quantityAt(side: Side, price: number): number {
    return this.#side(side).get(price)?.quantity ?? 0;
  }

  #side(side: Side): SortedLevels<PriceLevel<O>> {
    return side === "buy" ? this.#bids : this.#asks;
  }
}
