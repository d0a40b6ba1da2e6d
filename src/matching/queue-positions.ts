// Where our resting orders stand in the recorded market's queues, in lots.
// Each order knows the tape quantity between it and the order of ours before it (its gap), so that a trade or a
// leaving order changes one order and not all behind it. Tape quantity behind the last order is not kept.

import type { Side } from "../domain/order-event.ts";
import type { OrderBook } from "./order-book.ts";
import type { WorkingOrder } from "./working-order.ts";

export class QueuePositions {
  readonly #book: OrderBook<WorkingOrder>;
  readonly #touched: (order: WorkingOrder) => void;
  /** By price: the sum of the gaps, which is the tape quantity ahead of the last order. */
  readonly #sums = { buy: new Map<number, number>(), sell: new Map<number, number>() };

  /** `touched` hears of each order whose gap changed. */
  constructor(book: OrderBook<WorkingOrder>, touched: (order: WorkingOrder) => void) {
    this.#book = book;
    this.#touched = touched;
  }

  /** Puts an order, new at the end of its level, behind the tape quantity that is there now. */
  join(order: WorkingOrder, queueAtPrice: number): void {
    order.queueGap = Math.max(0, queueAtPrice - this.#sum(order.side, order.price));
    this.take(order);
  }

  /** Takes over an order that brings its gap along. */
  take(order: WorkingOrder): void {
    this.#setSum(order.side, order.price, this.#sum(order.side, order.price) + order.queueGap);
  }

  /** Before an order leaves the book: what was ahead of it is still ahead of those behind. */
  leave(order: WorkingOrder): void {
    const follower = this.#book.after(order);
    if (follower === undefined) {
      this.#setSum(order.side, order.price, this.#sum(order.side, order.price) - order.queueGap);
    } else if (order.queueGap > 0) {
      follower.queueGap += order.queueGap;
      this.#touched(follower);
    }
    order.queueGap = 0;
  }

  /** The tape quantity just ahead of an order was taken: by a public trade, or by a taker of ours. */
  eat(order: WorkingOrder, quantity: number): void {
    order.queueGap -= quantity;
    this.#setSum(order.side, order.price, this.#sum(order.side, order.price) - quantity);
    this.#touched(order);
  }

  /** No order has more ahead of it than is left at its price: the rest was canceled ahead of it. */
  limit(side: Side, price: number, left: number): void {
    let excess = this.#sum(side, price) - left;
    if (excess <= 0) return;
    this.#setSum(side, price, left);
    for (let order = this.#book.backAt(side, price); order !== undefined; order = this.#book.before(order)) {
      const cut = Math.min(order.queueGap, excess);
      if (cut === 0) continue;
      order.queueGap -= cut;
      excess -= cut;
      this.#touched(order);
      if (excess === 0) return;
    }
  }

  /** Returns the tape quantity ahead of an order. Walks the orders before it at its price. */
  ahead(order: WorkingOrder): number {
    let sum = 0;
    for (let each: WorkingOrder | undefined = order; each !== undefined; each = this.#book.before(each)) {
      sum += each.queueGap;
    }
    return sum;
  }

  #sum(side: Side, price: number): number {
    return this.#sums[side].get(price) ?? 0;
  }

  #setSum(side: Side, price: number, sum: number): void {
    if (sum === 0) this.#sums[side].delete(price);
    else this.#sums[side].set(price, sum);
  }
}
