// What the paper venue can do: everything that the domain knows.
// docs/venues/paper.md shows the same in a table.

import { ORDER_TYPES } from "../../domain/identifiers.ts";
import { TIMES_IN_FORCE } from "../../domain/order-event.ts";
import type { DeadManCapability, VenueCapabilities } from "../venue.ts";

/** Each account has a switch of its own. */
export const PAPER_DEAD_MAN: DeadManCapability = { minTimeoutMs: 1_000, maxTimeoutMs: 120_000, scope: "ours" };

/** Absence can be proven from the first instant after a request's deadline, and queries never lag. */
export const PAPER_CAPABILITIES: VenueCapabilities = {
  orderTypes: ORDER_TYPES,
  timesInForce: TIMES_IN_FORCE,
  replace: true,
  postOnly: true,
  reduceOnly: true,
  notional: true,
  // One clock serves both sides: the first instant after the deadline is already too late.
  discardAfterMs: 0,
  // Queries read what the matching engine has just committed.
  readLagMs: 0,
  // No heartbeatMs: within one process a stream cannot fall silent, so none is promised.
  deadMan: PAPER_DEAD_MAN,
};
