// The promise of the stream, checked on our side: each event follows the one before it, without a
// gap and without a repeat. What to do about a break is stream-client.ts's business.

export type Continuity =
  | { readonly holds: true; readonly lastSeq: number }
  | { readonly holds: false; readonly expected: number; readonly received: number };

/** Checks that events continue right after `lastSeq`, one by one. */
export function checkContinuity(lastSeq: number, events: readonly { readonly seq: number }[]): Continuity {
  let expected = lastSeq + 1;
  for (const { seq } of events) {
    if (seq !== expected) return { holds: false, expected, received: seq };
    expected++;
  }
  return { holds: true, lastSeq: expected - 1 };
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;

/** Returns how long to wait before a try: doubling, with up to a quarter of jitter so that pages do not return in step. */
export function backoffMs(attempt: number, random: number): number {
  const base = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, attempt - 1));
  return Math.round(base * (1 + random / 4));
}
