// Fills and fees: facts with an identity, booked exactly once.

import type { Decimal } from "./decimal.ts";
import type { ExecutionId, VenueOrderId } from "./identifiers.ts";
import type { Instant } from "./time.ts";

export const LIQUIDITIES = ["maker", "taker"] as const;
export type Liquidity = (typeof LIQUIDITIES)[number];

/** An amount paid for an execution; a negative amount is a rebate. */
export interface Fee {
  readonly amount: Decimal;
  readonly asset: string;
}

/** One execution as a venue reports it. */
export interface Fill {
  readonly executionId: ExecutionId;
  /** The venue's order id at the time: a replace may have changed it since. */
  readonly venueOrderId: VenueOrderId;
  readonly price: Decimal;
  /** In base units, above zero. */
  readonly quantity: Decimal;
  readonly liquidity: Liquidity;
  readonly fee?: Fee;
  readonly venueAt: Instant;
  /** Derived from totals, without an execution of the venue behind it; the real one replaces it. */
  readonly inferred?: true;
}

/** What tells a fill from all others of one order. Venue, account and instrument are the order's. */
export type FillKey = string;

export function fillKey(fill: { readonly venueOrderId: VenueOrderId; readonly executionId: ExecutionId }): FillKey {
  return `${fill.venueOrderId}/${fill.executionId}`;
}
