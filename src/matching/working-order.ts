// An order inside the engine: whole ticks and lots, and where it stands. Its forms for callers and stores
// are in order-state.ts; what may be asked of an order is checked in checks.ts.

import type { Decimal } from "../domain/decimal.ts";
import type { OrderType } from "../domain/identifiers.ts";
import type { Side, TimeInForce } from "../domain/order-event.ts";
import type { Instant } from "../domain/time.ts";
import type { BookOrder, PriceLevel } from "./order-book.ts";
import type { SelfTradePrevention } from "./types.ts";

/** `arriving`: in no book, being matched · `waiting`: for its trigger · `resting`: in the book · `ended`. */
export type OrderPlace = "arriving" | "waiting" | "resting" | "ended";

/** Mutable: only the engine's own files hold it. */
export interface WorkingOrder extends BookOrder<WorkingOrder> {
  readonly venueOrderId: string;
  readonly account: string;
  readonly side: Side;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  readonly selfTradePrevention: SelfTradePrevention;
  /** End of the day for `day`, as given for `gtd`. */
  readonly expiresAt: Instant | undefined;
  /** Set for an order sized in the quote asset. */
  readonly notional: Decimal | undefined;
  /** What a notional-sized order may still spend, in ticks times lots. */
  budget: bigint;
  /** Limit in ticks; 0 for an order that takes any price. */
  price: number;
  /** In ticks; 0 for an order without a trigger. */
  triggerPrice: number;
  /** In lots; 0 for a notional-sized order. */
  remaining: number;
  /** In lots. */
  filled: number;
  triggered: boolean;
  sequence: number;
  /** In lots: tape quantity between this order and the one of ours before it in its queue. */
  queueGap: number;
  place: OrderPlace;
  /** The store has a row of it. */
  stored: boolean;
  previous: WorkingOrder | undefined;
  next: WorkingOrder | undefined;
  level: PriceLevel<WorkingOrder> | undefined;
}

/** Returns whether an order of the type takes any price: it never rests. */
export function takesAnyPrice(type: OrderType): boolean {
  return type === "market" || type === "stop" || type === "takeProfit";
}

export function hasTrigger(type: OrderType): boolean {
  return type !== "market" && type !== "limit";
}

export function opposite(side: Side): Side {
  return side === "buy" ? "sell" : "buy";
}

/** Returns whether an order's limit admits a price, in ticks. */
export function accepts(order: WorkingOrder, price: number): boolean {
  if (takesAnyPrice(order.orderType)) return true;
  return order.side === "buy" ? price <= order.price : price >= order.price;
}
