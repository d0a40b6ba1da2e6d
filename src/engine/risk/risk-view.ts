// What the risk checks may know: the state of one account and one instrument at one instant.
// The engine implements it on its indexes; nothing here reads a clock, sums over history or changes anything.

import type { Decimal } from "../../domain/decimal.ts";
import type { OrderId } from "../../domain/identifiers.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Order } from "../../domain/order.ts";
import type { Side } from "../../domain/order-event.ts";
import type { TradingState } from "../../domain/system-event.ts";
import type { Instant } from "../../domain/time.ts";
import type { Reserved } from "../exposure.ts";

/** A price of the market, and when it was seen. Which price (last, mid, mark) is the engine's choice. */
export interface ReferencePrice {
  readonly price: Decimal;
  readonly at: Instant;
}

/** How much of a rate limit is used. */
export interface RateUsage {
  /** In the window that ends now; never above the limit's count. */
  readonly count: number;
  /** How long until one more fits: 0 when it fits now. */
  readonly freeInMs: number;
}

/** An earlier order with the same fingerprint. */
export interface RecentOrder {
  readonly orderId: OrderId;
  readonly agoMs: number;
}

/** An order or an algorithm that has children. */
export interface ParentView {
  readonly side: Side;
  /** Base units: its own quantity less what its children of the same side filled and may still fill. */
  readonly room: Decimal;
}

/**
 * One account in one instrument, as the checks see it. The methods are called only when a limit needs
 * them; an answer of `undefined` means "cannot be known", and denies where a limit depends on it.
 */
export interface RiskView {
  readonly now: Instant;
  readonly instrument: Instrument;
  /** The strictest of the account's state, the engine's and the kill switch's. */
  readonly tradingState: TradingState;
  /** Why it is not `active`, for the message. */
  readonly tradingStateReason: string | undefined;
  /** Set while a discrepancy blocks new entries of the account until a person looks. */
  readonly entriesBlockedBecause: string | undefined;
  /** Signed, in base units; on spot less the fees paid in the base asset. */
  readonly position: Decimal;
  /** What the account's open orders in the instrument may still trade, at their worst. */
  reserved(): Reserved;
  /**
   * The account's exposure in the quote asset: over its instruments, the sum of
   * `worstPosition × reference price` (see {@link "./order-value.ts"}).
   */
  grossExposure(): Decimal | undefined;
  /** Of the account, over all instruments. */
  readonly openOrders: number;
  /** The newest price, however old: the checks judge its age. */
  referencePrice(): ReferencePrice | undefined;
  /** Positive is a loss, in the quote asset, fees included; since the start of the UTC day. */
  realizedLossToday(): Decimal | undefined;
  /** The account's open orders of that side in the instrument. */
  ownOpenOrders(side: Side): Iterable<Order>;
  orderRate(): RateUsage;
  messageRate(): RateUsage;
  /** The newest order with that {@link "./order-value.ts"} fingerprint that was not denied, rejected or failed. */
  recentOrder(fingerprint: string): RecentOrder | undefined;
  /** `undefined` when no such parent is known. */
  parent(parentOrderId: OrderId): ParentView | undefined;
}
