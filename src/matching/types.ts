// The vocabulary of the matching engine: orders as a venue receives them, and what it says of them.
// Integer ticks and lots inside the books; decimals at this boundary.

import type { Decimal } from "../domain/decimal.ts";
import type { Fee, Liquidity } from "../domain/fill.ts";
import type { OrderType } from "../domain/identifiers.ts";
import type { ReplaceTerms, Side, TimeInForce } from "../domain/order-event.ts";
import type { Instant } from "../domain/time.ts";

export const SELF_TRADE_PREVENTIONS = ["none", "cancelNewest", "cancelOldest", "cancelBoth"] as const;
/** What happens when two orders of one account would trade with each other. */
export type SelfTradePrevention = (typeof SELF_TRADE_PREVENTIONS)[number];

/** An order as it arrives at the venue. */
export interface IncomingOrder {
  /** The venue's own id, given by the caller: unique for all time. */
  readonly venueOrderId: string;
  readonly account: string;
  readonly side: Side;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  /** Exactly one of quantity and notional. */
  readonly quantity?: Decimal;
  readonly notional?: Decimal;
  readonly price?: Decimal;
  readonly triggerPrice?: Decimal;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  readonly expiresAt?: Instant;
  readonly selfTradePrevention: SelfTradePrevention;
}

/** What the matching engine says, in the order in which it happened. */
export type MatchEvent =
  | { readonly kind: "accepted"; readonly venueOrderId: string; readonly at: Instant }
  | {
      readonly kind: "refused";
      readonly venueOrderId: string;
      readonly at: Instant;
      readonly reason: string;
      readonly message: string;
    }
  | { readonly kind: "triggered"; readonly venueOrderId: string; readonly at: Instant }
  | {
      readonly kind: "executed";
      readonly venueOrderId: string;
      readonly at: Instant;
      /** Unique per execution; both sides of a trade between two orders carry the same one. */
      readonly executionId: string;
      readonly price: Decimal;
      readonly quantity: Decimal;
      readonly cumulativeQuantity: Decimal;
      readonly liquidity: Liquidity;
      readonly fee: Fee;
      /** Nothing of the order works any more. */
      readonly ends: boolean;
    }
  | {
      readonly kind: "ended";
      readonly venueOrderId: string;
      readonly at: Instant;
      readonly status: "filled" | "canceled" | "expired";
      readonly reason: string;
      readonly cumulativeQuantity: Decimal;
    }
  | {
      readonly kind: "replaced";
      readonly venueOrderId: string;
      readonly at: Instant;
      readonly replace: ReplaceTerms;
      readonly cumulativeQuantity: Decimal;
      readonly keptPriority: boolean;
    }
  | {
      readonly kind: "requestRefused";
      readonly venueOrderId: string;
      readonly at: Instant;
      readonly request: "cancel" | "replace";
      readonly reason: string;
      readonly message: string;
    };
