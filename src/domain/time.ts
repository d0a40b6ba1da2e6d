// Instants and durations as the domain sees them: inputs, never readings. Nothing here asks a clock.

/**
 * An instant: milliseconds since the Unix epoch, UTC. It may carry a fraction (microseconds), and
 * it always comes from the {@link "../runtime/clock.ts"} port or from a venue.
 */
export type Instant = number;

const DAY_MS = 86_400_000;

/** Returns the end of the UTC day that holds `at`: when a `day` order expires. */
export function endOfUtcDay(at: Instant): Instant {
  return (Math.floor(at / DAY_MS) + 1) * DAY_MS;
}
