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

/** A level of the recorded market: an absolute quantity, zero where nothing is displayed. */
export interface TapeLevel {
  readonly price: Decimal;
  readonly quantity: Decimal;
}
/** Levels whose displayed quantity changed; a snapshot is the whole book and forgets the others. */
export interface TapeDepth {
  readonly bids: readonly TapeLevel[];
  readonly asks: readonly TapeLevel[];
  readonly snapshot?: boolean;
  /** The venue's number of the last change in it, where depth and quotes are numbered alike. */
  readonly sequence?: number;
}
/**
 * The best levels; an absent side says nothing about that side. Without a sequence they count as more
 * recent than the depth that follows them.
 */
export interface TapeQuote {
  readonly bid?: TapeLevel;
  readonly ask?: TapeLevel;
  readonly sequence?: number;
}
/** A public trade; the aggressor is the side that took liquidity. */
export interface TapeTrade {
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly aggressor: Side;
}

/** A price level for display. */
export interface DepthLevel {
  readonly price: Decimal;
  /** What a taker could take here: the tape's and ours. */
  readonly quantity: Decimal;
  /** The part of it that the engine's own resting orders offer. */
  readonly ownQuantity: Decimal;
}

/** An open order as a durable store keeps it: plain JSON, decimals as strings. */
export interface RestingOrderState {
  readonly venueOrderId: string;
  readonly account: string;
  readonly side: Side;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  /** The total, fills included; absent for an order sized by notional. */
  readonly quantity?: string;
  readonly notional?: string;
  readonly price?: string;
  readonly triggerPrice?: string;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  readonly expiresAt?: Instant;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly cumulativeQuantity: string;
  /** A stop or take-profit order that works now; false while it waits for its trigger. */
  readonly triggered: boolean;
  /** Time priority: among orders at one price the lower number goes first. */
  readonly sequence: number;
  /** Tape quantity between this order and the one of ours before it at its price (all ahead of it, for the first). */
  readonly queueGap: string;
}

/** A net position that executions made: positive is long. */
export interface PositionState {
  readonly account: string;
  readonly quantity: string;
}

/** What takers of ours took from a displayed level and the tape does not know of; zero removes the row. */
export interface ConsumedState {
  readonly side: Side;
  readonly price: string;
  readonly quantity: string;
}

/** Single values of the engine. */
export interface EngineScalars {
  /** The next order's time priority. */
  readonly sequence: number;
  readonly lastPrice?: string;
}

/** All that {@link "./matching-engine.ts"} needs to go on after a restart, besides the tape. */
export interface MatchingState extends EngineScalars {
  readonly orders: readonly RestingOrderState[];
  readonly positions: readonly PositionState[];
  readonly consumed: readonly ConsumedState[];
}

/** What a store must upsert (orders by id, positions by account, consumed by side and price) and remove. */
export interface MatchingChanges extends MatchingState {
  /** Orders that ended. Each was in `orders` of an earlier call. */
  readonly removed: readonly string[];
}

/** An open order as people see it. */
export interface OpenOrder extends RestingOrderState {
  /** Displayed tape quantity that trades before this order at its price; zero in the `orders` mode. */
  readonly queueAhead: string;
}
