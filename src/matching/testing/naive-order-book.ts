// The slow and obvious order book: one array, searched from end to end. It is the oracle that the
// fast book is compared with, and shares nothing with it but the interface.

import type { Side } from "../../domain/order-event.ts";
import type { BookOrder, OrderBook } from "../order-book.ts";

export class NaiveOrderBook<O extends BookOrder<O>> implements OrderBook<O> {
  /** In the order of arrival. */
  #arrivals: O[] = [];

  add(order: O): void {
    this.#arrivals.push(order);
  }

  remove(order: O): void {
    this.#arrivals = this.#arrivals.filter((other) => other !== order);
  }

  shrink(order: O, remaining: number): void {
    order.remaining = remaining;
  }

  front(side: Side): O | undefined {
    return this.#ranked(side)[0];
  }

  frontAt(side: Side, price: number): O | undefined {
    return this.#at(side, price)[0];
  }

  backAt(side: Side, price: number): O | undefined {
    return this.#at(side, price).at(-1);
  }

  after(order: O): O | undefined {
    const queue = this.#at(order.side, order.price);
    return queue[queue.indexOf(order) + 1];
  }

  before(order: O): O | undefined {
    const queue = this.#at(order.side, order.price);
    return queue[queue.indexOf(order) - 1];
  }

  *orders(side: Side): Generator<O, void, undefined> {
    yield* this.#ranked(side);
  }

  levels(side: Side, limit: number): { readonly price: number; readonly quantity: number }[] {
    const prices = [...new Set(this.#ranked(side).map((order) => order.price))];
    return prices.slice(0, limit).map((price) => ({ price, quantity: this.quantityAt(side, price) }));
  }

  quantityAt(side: Side, price: number): number {
    return this.#at(side, price).reduce((sum, order) => sum + order.remaining, 0);
  }

  #at(side: Side, price: number): O[] {
    return this.#arrivals.filter((order) => order.side === side && order.price === price);
  }

  /** Best price first; `toSorted` is stable, so orders at one price stay in the order of arrival. */
  #ranked(side: Side): O[] {
    const sign = side === "buy" ? -1 : 1;
    return this.#arrivals.filter((order) => order.side === side).toSorted((a, b) => sign * (a.price - b.price));
  }
}
