// A clock whose wall time jumps when a test says so, over a virtual one: durations and timers go on undisturbed.

import type { Instant } from "../../domain/time.ts";
import type { CancelTimer, Clock } from "../../runtime/clock.ts";

export class JumpingClock implements Clock {
  readonly #inner: Clock;
  #offsetMs = 0;

  constructor(inner: Clock) {
    this.#inner = inner;
  }

  /** Sets the wall time forward, or back. */
  jump(ms: number): void {
    this.#offsetMs += ms;
  }

  now(): Instant {
    return this.#inner.now() + this.#offsetMs;
  }

  monotonicMs(): number {
    return this.#inner.monotonicMs();
  }

  schedule(delayMs: number, callback: () => void): CancelTimer {
    return this.#inner.schedule(delayMs, callback);
  }
}
