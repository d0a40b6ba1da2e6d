// An exact sliding window: at most `count` in any half-open interval of `windowMs`.
// What is limited, and what happens to those who exceed it, is the caller's business.

import type { RateLimit } from "./risk/risk-limits.ts";
import type { RateUsage } from "./risk/risk-view.ts";

/**
 * Remembers when things happened, up to `count` of them.
 *
 * All instants are milliseconds of one clock that never goes back. Two events exactly `windowMs`
 * apart do not share a window. Cost: amortized O(1), memory O(`count`).
 */
export class RateWindow {
  readonly limit: RateLimit;
  /** A ring of the newest `count` instants. */
  readonly #times: Float64Array;
  #oldest = 0;
  #size = 0;

  constructor(limit: RateLimit) {
    this.limit = limit;
    this.#times = new Float64Array(limit.count);
  }

  /** Counts one, also when it is over the limit: exits are counted though they are not held back. */
  record(nowMs: number): void {
    this.#forget(nowMs);
    const capacity = this.limit.count;
    if (this.#size === capacity) this.#dropOldest();
    this.#times[(this.#oldest + this.#size) % capacity] = nowMs;
    this.#size++;
  }

  usage(nowMs: number): RateUsage {
    return { count: this.countAt(nowMs), freeInMs: this.freeInMs(nowMs, this.limit.count) };
  }

  /** How many of the last `limit.count` are inside the window that ends now. */
  countAt(nowMs: number): number {
    this.#forget(nowMs);
    return this.#size;
  }

  /** How long until fewer than `bound` (1 to `limit.count`) are inside the window: 0 when so already. */
  freeInMs(nowMs: number, bound: number): number {
    this.#forget(nowMs);
    const excess = this.#size - bound;
    if (excess < 0) return 0;
    const leaving = this.#times[(this.#oldest + excess) % this.limit.count] as number;
    return leaving + this.limit.windowMs - nowMs;
  }

  /** Returns a window with another limit that remembers what this one does, as far as it can hold it. */
  withLimit(limit: RateLimit): RateWindow {
    const next = new RateWindow(limit);
    for (let index = 0; index < this.#size; index++) {
      next.record(this.#times[(this.#oldest + index) % this.limit.count] as number);
    }
    return next;
  }

  #forget(nowMs: number): void {
    while (this.#size > 0 && nowMs - (this.#times[this.#oldest] as number) >= this.limit.windowMs) this.#dropOldest();
  }

  #dropOldest(): void {
    this.#oldest = (this.#oldest + 1) % this.limit.count;
    this.#size--;
  }
}
