// Virtual time for tests of simulated venues: passes in steps of a millisecond until something holds.

import { VirtualClock } from "../../runtime/virtual-clock.ts";

/** 2024-08-09 12:00 UTC. */
export const START_AT = Date.UTC(2024, 7, 9, 12);
/** Far beyond any latency in these tests. */
const PATIENCE_MS = 5_000;

/** Lets promise reactions and immediates run. */
export async function settleTurns(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** Advances the clock until the condition holds. @throws when it does not within the patience. */
export async function advanceUntil(clock: VirtualClock, condition: () => boolean, what: string): Promise<void> {
  await settleTurns();
  const limit = clock.now() + PATIENCE_MS;
  while (!condition()) {
    if (clock.now() >= limit) throw new Error(`There was no ${what} within ${PATIENCE_MS} ms of virtual time.`);
    await clock.advanceTo(clock.now() + 1, settleTurns);
  }
}

/** Advances the clock by a duration. */
export function advanceBy(clock: VirtualClock, durationMs: number): Promise<void> {
  return clock.advanceTo(clock.now() + durationMs, settleTurns);
}

export function startedClock(): VirtualClock {
  return new VirtualClock(START_AT);
}
