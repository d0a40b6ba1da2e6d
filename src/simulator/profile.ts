// What kind of world a seed is: which venue it has, how dense its traffic is, how it is traded. Drawn once per seed
// and printed before the run.

import type { OrphanPolicy } from "../engine/reconciler.ts";
import { randomFor } from "./faults.ts";

export interface Profile {
  /** The venue refuses requests that arrive later than their deadline by more than this; unset: it takes any. */
  readonly discardAfterMs: number | undefined;
  readonly readLagMs: number;
  readonly historyMs: number | undefined;
  readonly heartbeatMs: number | undefined;
  /** Whether reports carry our own id. */
  readonly echoesClientIds: boolean;
  /** The venue tells totals and never an execution. */
  readonly totalsOnly: boolean;
  /** A replace gives the order a new venue id. */
  readonly replaceRenames: boolean;
  /** The same client order id is taken again once its order has ended. */
  readonly reusesIds: boolean;
  readonly deadMan: boolean;
  readonly positions: boolean;
  readonly latencyMs: number;
  readonly orphanPolicy: OrphanPolicy;
  /** Milliseconds between two acts of a trader, on average. */
  readonly traderEveryMs: number;
  readonly crowdEveryMs: number;
  readonly traders: number;
  readonly hasGrid: boolean;
  /** Ended orders that the engine keeps in memory. */
  readonly keepLast: number;
  readonly snapshotEveryEvents: number;
  readonly staleAfterMs: number | undefined;
  /** The largest position of an account, in base units; unset: no limit. */
  readonly maxPosition: number | undefined;
  readonly maxOpenOrders: number | undefined;
  /** The venue takes at most so many messages a second; a fifth of them is kept for cancels. */
  readonly messagesPerSecond: number;
}

/** Draws the world of a seed. */
export function profileOf(seed: number): Profile {
  const random = randomFor(seed, "profile");
  const chance = (probability: number): boolean => random.next() < probability;
  const oneOf = <T>(...values: readonly T[]): T => values[random.nextInteger(values.length)] as T;
  const replaceRenames = chance(0.3);
  const keepLast = oneOf(5, 50, 10_000);
  return {
    discardAfterMs: chance(0.8) ? oneOf(0, 500, 2_000) : undefined,
    readLagMs: oneOf(0, 0, 50, 1_000),
    historyMs: chance(0.15) ? oneOf(60_000, 120_000) : undefined,
    heartbeatMs: chance(0.5) ? oneOf(1_000, 5_000) : undefined,
    // A venue that renames and does not echo would leave nobody able to tell whose report it is.
    echoesClientIds: replaceRenames || chance(0.7),
    totalsOnly: chance(0.15),
    replaceRenames,
    reusesIds: chance(0.5),
    deadMan: chance(0.3),
    positions: chance(0.5),
    latencyMs: oneOf(1, 5, 50),
    orphanPolicy: oneOf("ignore", "observe", "adopt", "cancel"),
    traderEveryMs: oneOf(100, 300, 1_000),
    crowdEveryMs: oneOf(100, 250, 500),
    traders: oneOf(1, 2, 3),
    hasGrid: chance(0.3),
    keepLast,
    // A snapshot holds all that memory keeps: often only where that is little.
    snapshotEveryEvents: keepLast > 50 ? oneOf(2_000, 50_000) : oneOf(40, 500, 50_000),
    staleAfterMs: chance(0.3) ? oneOf(5_000, 60_000) : undefined,
    maxPosition: chance(0.4) ? oneOf(2, 5) : undefined,
    maxOpenOrders: chance(0.3) ? oneOf(5, 20) : undefined,
    messagesPerSecond: oneOf(200, 200, 20),
  };
}
