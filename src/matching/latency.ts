// How long a message takes between us and a simulated venue. Pure: the caller brings the randomness and the timer.

/** Returns the delay of the next message, in milliseconds of at least 0. */
export type LatencyModel = () => number;

/** Every message takes equally long. @throws {RangeError} when the delay is not a number of at least 0. */
export function fixedLatency(delayMs: number): LatencyModel {
  checkDelay(delayMs);
  return () => delayMs;
}

/**
 * Delays spread evenly from the least (inclusive) to the most (exclusive). Messages may overtake each other unless
 * the caller keeps them in order.
 *
 * @param next returns a double in [0, 1): a seeded source makes the delays repeatable.
 * @throws {RangeError} when a delay is not a number of at least 0, or the least is above the most.
 */
export function uniformLatency(leastMs: number, mostMs: number, next: () => number): LatencyModel {
  checkDelay(leastMs);
  checkDelay(mostMs);
  if (leastMs > mostMs) throw new RangeError(`The least delay, ${leastMs} ms, is above the most, ${mostMs} ms.`);
  return () => leastMs + next() * (mostMs - leastMs);
}

function checkDelay(delayMs: number): void {
  if (!Number.isFinite(delayMs) || delayMs < 0) {
    throw new RangeError(`A delay is a finite number of milliseconds of at least 0; ${delayMs} is not.`);
  }
}
