// How an aborted signal ends a wait for a venue: shared by adapters, since the port promises it alike for all.
// Deadlines are absent: the engine makes the signals.

import type { QueryResult, SendOutcome } from "./venue.ts";

/**
 * Waits for the answer to a request that is on its way, or for the signal.
 *
 * @param onAbort is what the wait ends as when the signal comes first; the request goes its way.
 */
export function untilAborted<T>(answer: Promise<T>, signal: AbortSignal, onAbort: T): Promise<T> {
  if (signal.aborted) return Promise.resolve(onAbort);
  return new Promise((resolve, reject) => {
    const abort = (): void => resolve(onAbort);
    signal.addEventListener("abort", abort, { once: true });
    void answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** What a send ends as when its signal was aborted before anything left. */
export const ABORTED_BEFORE_SEND: SendOutcome = { kind: "notSent", reason: "aborted before it was sent" };
/** What a send ends as when its signal is aborted on the way. */
export const ABORTED_AFTER_SEND: SendOutcome = { kind: "unknown", reason: "aborted while waiting for the answer" };
/** What a query ends as when its signal is aborted. */
export const ABORTED_QUERY: QueryResult<never> = { kind: "failed", reason: "aborted while waiting for the answer" };
