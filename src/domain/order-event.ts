// The facts that we journal about orders: one discriminated union, past tense.
// Encoding is the journal's business (journal/event-codec.ts); events of engine and accounts are in system-event.ts.

import type { Decimal } from "./decimal.ts";
import type { ErrorCode } from "./errors.ts";
import type { Fill } from "./fill.ts";
import type {
  AccountId,
  ExecutionId,
  InstrumentId,
  OrderId,
  OrderType,
  RequestId,
  VenueId,
  VenueOrderId,
} from "./identifiers.ts";
import type { OrderStatus } from "./order-status.ts";
import type { Instant } from "./time.ts";

export const SIDES = ["buy", "sell"] as const;
export type Side = (typeof SIDES)[number];

export const TIMES_IN_FORCE = ["gtc", "day", "ioc", "fok", "gtd"] as const;
/** gtc until canceled · day until the end of the UTC day · ioc now or never · fok all now or nothing · gtd until `expiresAt`. */
export type TimeInForce = (typeof TIMES_IN_FORCE)[number];

export const ORDER_ORIGINS = [
  "MANUAL",
  "STRATEGY",
  "GRID",
  "TWAP",
  "CHASE",
  "ICEBERG",
  "SCALPER",
  "TRAIL_STOP",
  "BRACKET",
  "LADDER",
  "BASKET",
  "SURF",
  "EXTERNAL",
] as const;
/** Who wanted the order: a person, a strategy, an algorithm; EXTERNAL was found at the venue. */
export type OrderOrigin = (typeof ORDER_ORIGINS)[number];

/** What was asked for: the part of an order that only a replace changes. Exactly one of quantity and notional is set. */
export interface OrderTerms {
  readonly account: AccountId;
  readonly venue: VenueId;
  readonly instrumentId: InstrumentId;
  readonly side: Side;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  /** Base units. */
  readonly quantity?: Decimal;
  /** Quote units: the order is sized by what it may spend or should bring. */
  readonly notional?: Decimal;
  readonly price?: Decimal;
  readonly triggerPrice?: Decimal;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  readonly expiresAt?: Instant;
  /** The caller's own id: unique per account, at most 128 characters. */
  readonly clientOrderId?: string;
  readonly origin: OrderOrigin;
  readonly parentOrderId?: OrderId;
  readonly leverage?: number;
  /** Age past which the stale-order policy cancels this order; unset follows the account's. */
  readonly maxAgeMs?: number;
}

/** Who or what brought an event about: `kind:id`, the kinds being {@link CAUSE_KINDS}. */
export const CAUSE_KINDS = ["command", "report", "timer", "recovery", "reconcile", "operator", "engine"] as const;
export type Cause = `${(typeof CAUSE_KINDS)[number]}:${string}`;

/** When and why: on every event. `seq` is given by the journal. */
export interface EventMeta {
  /** Our time. */
  readonly at: Instant;
  /** The venue's time, where the event is the venue's fact. */
  readonly venueAt?: Instant;
  readonly cause: Cause;
}

interface OfOrder {
  readonly orderId: OrderId;
}

/** Marks a step that the venue's fact implied rather than one that was seen. */
interface Implied {
  readonly implied?: true;
}

/** An end that we concluded rather than one that the venue confirmed, and what the venue says was filled. */
interface Ending {
  readonly inferred?: true;
  readonly venueCumulativeQuantity?: Decimal;
  /** Set when the end is the first to name the venue's id. */
  readonly venueOrderId?: VenueOrderId;
}

export interface OrderCreated extends OfOrder {
  readonly type: "orderCreated";
  readonly terms: OrderTerms;
}
/** An order that we found at the venue and took over. */
export interface OrderAdopted extends OfOrder {
  readonly type: "orderAdopted";
  readonly terms: OrderTerms;
  readonly venueOrderId: VenueOrderId;
}
export interface OrderValidated extends OfOrder, Implied {
  readonly type: "orderValidated";
}
export interface OrderDenied extends OfOrder {
  readonly type: "orderDenied";
  readonly code: ErrorCode;
  readonly message: string;
}
export interface OrderSubmitted extends OfOrder, Implied {
  readonly type: "orderSubmitted";
  /** The instant after which the bytes must not leave any more. */
  readonly sendBy?: Instant;
}
export interface OrderAcknowledged extends OfOrder, Implied {
  readonly type: "orderAcknowledged";
  readonly venueOrderId?: VenueOrderId;
  /** A stop or take-profit order was triggered and now works. */
  readonly triggered?: true;
}
export interface OrderPartiallyFilled extends OfOrder {
  readonly type: "orderPartiallyFilled";
  readonly fill: Fill;
}
export interface OrderFilled extends OfOrder, Ending {
  readonly type: "orderFilled";
  /** Absent when the venue ended the order without an execution that we had not booked. */
  readonly fill?: Fill;
}
export interface OrderCanceled extends OfOrder, Ending {
  readonly type: "orderCanceled";
  readonly reason: string;
}
export interface OrderExpired extends OfOrder, Ending {
  readonly type: "orderExpired";
  /** `timeInForce`, or `notPlaced` when its absence at the venue was proven. */
  readonly reason: string;
}
export interface OrderRejected extends OfOrder, Ending {
  readonly type: "orderRejected";
  readonly reason: string;
  readonly venueCode?: string;
  readonly venueMessage?: string;
}
export interface OrderFailed extends OfOrder {
  readonly type: "orderFailed";
  readonly code: ErrorCode;
  readonly reason: string;
}
export interface OrderOutcomeUnknown extends OfOrder {
  readonly type: "orderOutcomeUnknown";
  readonly subject: "submit" | "cancel" | "replace";
  readonly reason: string;
}
export interface CancelRequested extends OfOrder {
  readonly type: "cancelRequested";
  readonly requestId: RequestId;
  readonly reason: string;
}
export interface CancelRejected extends OfOrder {
  readonly type: "cancelRejected";
  readonly requestId?: RequestId;
  readonly reason: string;
  readonly venueCode?: string;
  readonly venueMessage?: string;
}
/** New values; an absent one stays as it is. */
export interface ReplaceTerms {
  /** The new total, fills included. */
  readonly quantity?: Decimal;
  readonly price?: Decimal;
  readonly triggerPrice?: Decimal;
  /** An alias of the replacement, for doors where each replace has an id of its own. */
  readonly clientOrderId?: string;
}
export interface ReplaceRequested extends OfOrder {
  readonly type: "replaceRequested";
  readonly requestId: RequestId;
  readonly replace: ReplaceTerms;
}
/** Implied where executions beyond the old quantity came before the venue's word about the replace. */
export interface OrderReplaced extends OfOrder, Implied {
  readonly type: "orderReplaced";
  readonly requestId?: RequestId;
  readonly replace: ReplaceTerms;
  /** Set when the venue gave the replacement a new id. */
  readonly venueOrderId?: VenueOrderId;
}
export interface ReplaceRejected extends OfOrder {
  readonly type: "replaceRejected";
  readonly requestId?: RequestId;
  readonly reason: string;
  readonly venueCode?: string;
  readonly venueMessage?: string;
}
/** A fill that came after the order's end. */
export interface FillBooked extends OfOrder {
  readonly type: "fillBooked";
  readonly fill: Fill;
  readonly late: true;
}
export interface FillReversed extends OfOrder {
  readonly type: "fillReversed";
  readonly venueOrderId: VenueOrderId;
  readonly executionId: ExecutionId;
  readonly reason: string;
}
/** A booked fill gets other values, or an inferred one is replaced by the real execution. */
export interface FillCorrected extends OfOrder {
  readonly type: "fillCorrected";
  readonly venueOrderId: VenueOrderId;
  readonly executionId: ExecutionId;
  readonly fill: Fill;
  readonly reason: string;
}
export interface OrderReinstated extends OfOrder {
  readonly type: "orderReinstated";
  readonly status: Extract<OrderStatus, "submitted" | "acknowledged" | "partiallyFilled">;
  readonly reason: string;
}
export const DISCREPANCY_KINDS = [
  "lateFill",
  "overfill",
  "reinstated",
  "contradiction",
  "unknownExecution",
  "missedFill",
  "missedEnd",
  "unsettled",
  "position",
  "unknownOrder",
] as const;
export type DiscrepancyKind = (typeof DISCREPANCY_KINDS)[number];
/** What differed between our books and the venue's, what was concluded, and from which evidence. */
export interface DiscrepancyFound {
  readonly type: "discrepancyFound";
  /** Absent when the difference is not about one order of ours. */
  readonly orderId?: OrderId;
  readonly account?: AccountId;
  readonly kind: DiscrepancyKind;
  readonly ours: string;
  readonly theirs: string;
  readonly conclusion: string;
  readonly evidence: string;
}

/** All that can happen to an order; each member says when. */
export type OrderEvent =
  | OrderCreated
  | OrderAdopted
  | OrderValidated
  | OrderDenied
  | OrderSubmitted
  | OrderAcknowledged
  | OrderPartiallyFilled
  | OrderFilled
  | OrderCanceled
  | OrderExpired
  | OrderRejected
  | OrderFailed
  | OrderOutcomeUnknown
  | CancelRequested
  | CancelRejected
  | ReplaceRequested
  | OrderReplaced
  | ReplaceRejected
  | FillBooked
  | FillReversed
  | FillCorrected
  | OrderReinstated
  | DiscrepancyFound;

/** The names of the events of an order. */
export type OrderEventType = OrderEvent["type"];
