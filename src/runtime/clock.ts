// The ports for time. Implementations: virtual-clock.ts here (tests, replay, simulation), node/ for real time.

import type { Instant } from "../domain/time.ts";

/** Ends a timer that has not fired; afterwards it does nothing. */
export type CancelTimer = () => void;

/** Wall time for records, monotonic time for durations, and timers. The engine's only source of time. */
export interface Clock {
  /** Returns the wall time. It may jump; never measure durations with it. */
  now(): Instant;
  /** Returns milliseconds of a clock that never goes back, from an arbitrary start. */
  monotonicMs(): number;
  /** Calls back once after `delayMs` (any length, also beyond 24.8 days), never synchronously. */
  schedule(delayMs: number, callback: () => void): CancelTimer;
}
