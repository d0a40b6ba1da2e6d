// How long to wait before another try. Whether another try is allowed at all follows from the
// outcome (only `notSent`, and a rejection the venue calls retryable) and is the engine's decision.

import type { Random } from "../runtime/random.ts";

export interface Backoff {
  readonly baseMs: number;
  /** Each further wait is this many times the one before. */
  readonly factor: number;
  readonly maxMs: number;
  /** The fraction of a wait that chance may take off, 0 to 1: callers that failed together do not return together. */
  readonly jitter: number;
}

export const DEFAULT_BACKOFF: Backoff = { baseMs: 100, factor: 2, maxMs: 5_000, jitter: 0.5 };

/**
 * Returns the wait before retry number `attempt`, which counts from 1, in whole milliseconds: between
 * `(1 - jitter) × d` and `d`, where `d` is `baseMs × factor^(attempt - 1)`, at most `maxMs`.
 */
export function backoffMs(attempt: number, backoff: Backoff, random: Random): number {
  const fullMs = Math.min(backoff.maxMs, backoff.baseMs * backoff.factor ** (attempt - 1));
  return Math.ceil(fullMs * (1 - backoff.jitter * random.next()));
}
