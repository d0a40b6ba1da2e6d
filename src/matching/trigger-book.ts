// Stop and take-profit orders that wait for a price. They are in no order book: nobody sees or trades them.

import { KeyedQueue } from "./keyed-queue.ts";
import type { WorkingOrder } from "./working-order.ts";

/** Whether an order waits for the price to rise to its trigger, or to fall to it. */
function waitsForRise(order: WorkingOrder): boolean {
  const isStop = order.orderType === "stop" || order.orderType === "stopLimit";
  return isStop === (order.side === "buy");
}

export class TriggerBook {
  readonly #rising = new KeyedQueue<WorkingOrder>("lowest");
  readonly #falling = new KeyedQueue<WorkingOrder>("highest");

  add(order: WorkingOrder): void {
    this.#queue(order).add(order.triggerPrice, order);
  }

  remove(order: WorkingOrder): void {
    this.#queue(order).remove(order.triggerPrice, order);
  }

  /** Takes out what a trade at a price triggers, which is at the trigger price or past it: the triggers that were nearest first, then by arrival. */
  take(lastPrice: number): WorkingOrder[] {
    return [...this.#rising.takeUpTo(lastPrice), ...this.#falling.takeUpTo(lastPrice)];
  }

  #queue(order: WorkingOrder): KeyedQueue<WorkingOrder> {
    return waitsForRise(order) ? this.#rising : this.#falling;
  }
}
