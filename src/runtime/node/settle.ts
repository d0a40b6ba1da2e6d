// Waiting until nothing is under way: between two events of a tape at full speed.

import type { Activity } from "../activity.ts";

/** A promise chain may begin work one turn after the work that caused it ended. */
const QUIET_ROUNDS = 2;

/**
 * Resolves when no work was under way, and none began, over two full rounds of the event loop.
 *
 * Work counts when it is bracketed by {@link Activity.begin}. Promise reactions and callbacks of
 * `setImmediate` that such work leaves behind run within those rounds; a callback of the network
 * or the disk does not, so whoever waits for one keeps its bracket open.
 */
export async function settle(activity: Activity): Promise<void> {
  let quiet = 0;
  while (quiet < QUIET_ROUNDS) {
    await activity.whenIdle();
    const begun = activity.begun;
    await eventLoopRound();
    quiet = activity.isIdle && activity.begun === begun ? quiet + 1 : 0;
  }
}

function eventLoopRound(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
