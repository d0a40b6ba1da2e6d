// Time that moves only when told: for tests, simulation and replay at full speed.
// What a wait consists of is the caller's: `settle` is handed in, nothing here touches the event loop.

import { assert } from "../domain/assert.ts";
import type { Instant } from "../domain/time.ts";
import type { CancelTimer, Clock } from "./clock.ts";
import { TimerQueue } from "./timer-queue.ts";

/** A clock that stands still until it is moved; timers fire on the way, each at its own instant. */
export class VirtualClock implements Clock {
  readonly #startAt: Instant;
  readonly #timers = new TimerQueue();
  #now: Instant;
  #advancing = false;

  constructor(startAt: Instant) {
    assert(Number.isFinite(startAt), `a clock cannot start at ${startAt}`);
    this.#startAt = startAt;
    this.#now = startAt;
  }

  now(): Instant {
    return this.#now;
  }

  monotonicMs(): number {
    return this.#now - this.#startAt;
  }

  /** Returns when the next timer comes due, or `undefined` when none waits. */
  get nextTimerAt(): Instant | undefined {
    return this.#timers.nextDueAt;
  }

  schedule(delayMs: number, callback: () => void): CancelTimer {
    return this.#timers.add(this.#now + Math.max(0, delayMs), callback);
  }

  /**
   * Moves time to `at`, firing each timer that comes due on the way at its own instant, in order,
   * timers scheduled on the way included. After each one `settle` is awaited, so that what it
   * set going is done before time goes on.
   *
   * An `at` in the past fires what is due now and moves nothing. What a callback throws ends the
   * advance with that error; the clock stands at that timer and can be advanced again.
   *
   * @throws {InvariantViolation} when an advance is under way already.
   */
  async advanceTo(at: Instant, settle: () => Promise<void>): Promise<void> {
    assert(!this.#advancing, "a clock is advanced by one hand at a time");
    this.#advancing = true;
    try {
      const target = Math.max(at, this.#now);
      for (;;) {
        const dueAt = this.#timers.nextDueAt;
        if (dueAt === undefined || dueAt > target) break;
        this.#now = Math.max(this.#now, dueAt);
        this.#timers.takeDue(this.#now)?.();
        await settle();
      }
      this.#now = target;
    } finally {
      this.#advancing = false;
    }
  }
}
