// The open orders of an engine by id, when they expire, and which of them a store must write or forget.

import type { Instant } from "../domain/time.ts";
import { KeyedQueue } from "./keyed-queue.ts";
import type { WorkingOrder } from "./working-order.ts";

export class OpenOrders {
  readonly #byId = new Map<string, WorkingOrder>();
  readonly #expiries = new KeyedQueue<WorkingOrder>("lowest");
  readonly #dirty = new Set<WorkingOrder>();
  readonly #removed: string[] = [];
  #lots = 0;

  /** The sum of what remains of all open orders: kept below 2^53, so that no sum in a book loses a lot. */
  get lots(): number {
    return this.#lots;
  }

  get(venueOrderId: string): WorkingOrder | undefined {
    return this.#byId.get(venueOrderId);
  }

  /** Returns all open orders, by time priority. */
  bySequence(): WorkingOrder[] {
    return [...this.#byId.values()].sort((a, b) => a.sequence - b.sequence);
  }

  add(order: WorkingOrder): void {
    this.#byId.set(order.venueOrderId, order);
    this.#lots += order.remaining;
    if (order.expiresAt !== undefined) this.#expiries.add(order.expiresAt, order);
    this.#dirty.add(order);
  }

  /** Notes that an order's row changed, and by how many lots its remainder did. */
  touch(order: WorkingOrder, lots = 0): void {
    this.#lots += lots;
    this.#dirty.add(order);
  }

  remove(order: WorkingOrder): void {
    this.#byId.delete(order.venueOrderId);
    this.#lots -= order.remaining;
    if (order.expiresAt !== undefined) this.#expiries.remove(order.expiresAt, order);
    this.#dirty.delete(order);
    if (order.stored) this.#removed.push(order.venueOrderId);
  }

  nextExpiry(): Instant | undefined {
    return this.#expiries.firstKey();
  }

  /** Returns the orders that expire at an instant or before it, earliest first. The caller ends them. */
  expiring(at: Instant): WorkingOrder[] {
    const first = this.#expiries.firstKey();
    return first === undefined || first > at ? [] : this.#expiries.takeUpTo(at);
  }

  /** Returns the orders to write and the ids to forget since the last call. */
  takeChanges(): { readonly changed: WorkingOrder[]; readonly removed: string[] } {
    const changed = [...this.#dirty];
    for (const order of changed) order.stored = true;
    this.#dirty.clear();
    return { changed, removed: this.#removed.splice(0) };
  }
}
