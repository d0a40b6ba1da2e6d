// When intents were recorded, on the clock that never jumps: what is too late to be sent, what absence proves and
// how old an order is are durations. The wall instants of the journal are for records and for people.

import type { Order } from "../domain/order.ts";
import type { Instant } from "../domain/time.ts";
import type { Clock } from "../runtime/clock.ts";

/**
 * Remembers intents of this life of the process; all instants are of {@link Clock.monotonicMs}.
 *
 * An intent of an earlier life was recorded before this one began: its start stands for it, which can
 * only make waits longer. An open order is never forgotten by memory, so an order that is not known
 * here is of an earlier life.
 */
export class IntentTimes {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #startedAt: Instant;
  readonly #placed = new WeakMap<Order, number>();
  readonly #replaced = new WeakMap<Order, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
    this.#startedAt = clock.now();
  }

  /** Notes that a submit is recorded now. @returns the instant. */
  notePlace(order: Order): number {
    const nowMs = this.#clock.monotonicMs();
    this.#placed.set(order, nowMs);
    return nowMs;
  }

  /** Notes that a replace is recorded now; an order has one outstanding at most. @returns the instant. */
  noteReplace(order: Order): number {
    const nowMs = this.#clock.monotonicMs();
    this.#replaced.set(order, nowMs);
    return nowMs;
  }

  /** The latest instant at which the submit may have been recorded. */
  placedMs(order: Order): number {
    return this.#placed.get(order) ?? this.#startMs;
  }

  /** As {@link placedMs}, for the order's latest replace. */
  replacedMs(order: Order): number {
    return this.#replaced.get(order) ?? this.#startMs;
  }

  /**
   * How long ago an order was made. Across a restart only the wall clock can tell: the age that it showed
   * at the start counts, and from there on what has passed since.
   */
  ageMs(order: Order): number {
    const nowMs = this.#clock.monotonicMs();
    const placedMs = this.#placed.get(order);
    if (placedMs !== undefined) return nowMs - placedMs;
    return Math.max(0, order.ageMs(this.#startedAt) + nowMs - this.#startMs);
  }
}
