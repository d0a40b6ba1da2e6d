// The limits of one account. What they mean for an order is in check-order.ts.

import type { Decimal } from "../../domain/decimal.ts";
import type { InstrumentId } from "../../domain/identifiers.ts";

/** At most `count` in any `windowMs`. */
export interface RateLimit {
  readonly count: number;
  readonly windowMs: number;
}

/** Limits of an account; an absent one does not apply. Quantities in base units, amounts in the quote asset. */
export interface RiskLimits {
  readonly allowedInstruments?: readonly InstrumentId[];
  readonly maxOrderQuantity?: Decimal;
  readonly maxOrderNotional?: Decimal;
  /** Furthest a price may be beyond the reference price on the aggressive side, in basis points. */
  readonly priceCollarBps?: number;
  readonly maxOpenOrders?: number;
  readonly maxOrderRate?: RateLimit;
  readonly maxMessageRate?: RateLimit;
  /** Per instrument, absolute, with every open and unknown order counted at its worst. */
  readonly maxPosition?: Decimal;
  /** Gross, over all instruments, open and unknown orders included. */
  readonly maxExposure?: Decimal;
  /** Realized loss since the start of the UTC day, fees in the quote asset included. */
  readonly maxDailyLoss?: Decimal;
  /** An equal order within this time is taken for a mistake. */
  readonly duplicateWindowMs?: number;
  /** Default `deny`. */
  readonly selfTrade?: "deny" | "allow";
  /** A reference price older than this counts as none. Default 60 s. */
  readonly referenceMaxAgeMs?: number;
}
