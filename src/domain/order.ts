// The order and its fold: an order is what its events say, and nothing else changes one.
// Which events a venue's report becomes is decided in interpret-report.ts; whether an order is
// allowed at all, in the engine. Mutable inside the single writer (a copy per event costs 130 times
// as much on Node 20), read-only for everybody else.

import { assert, InvariantViolation } from "./assert.ts";
import { Decimal } from "./decimal.ts";
import { type Fill, type FillKey, fillKey } from "./fill.ts";
import type { AccountId, InstrumentId, OrderId, OrderType, RequestId, VenueId, VenueOrderId } from "./identifiers.ts";
import type {
  EventMeta,
  OrderAdopted,
  OrderCreated,
  OrderEvent,
  OrderOrigin,
  OrderTerms,
  ReplaceTerms,
  Side,
  TimeInForce,
} from "./order-event.ts";
import { answerOf, assertTransition, isTerminalStatus, type OrderStatus } from "./order-status.ts";
import type { Instant } from "./time.ts";

/** Decimals kept of an average price: two more than any venue's tick. */
export const AVERAGE_PRICE_SCALE = 20;
const HUNDRED = Decimal.fromInteger(100);

/** A request that the venue has not answered. */
export interface PendingRequest {
  readonly requestId: RequestId;
  readonly requestedAt: Instant;
  /** The venue was asked and no answer proves what became of it. */
  readonly outcomeUnknown: boolean;
}
export interface PendingCancel extends PendingRequest {
  readonly reason: string;
}
export interface PendingReplace extends PendingRequest {
  readonly replace: ReplaceTerms;
}

/** Why an order is where it is: from the event that moved it there. */
export interface StatusReason {
  /** A code of ours or of the venue, where there is one. */
  readonly code?: string;
  readonly text: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * One order through its whole life, replaces included.
 *
 * Read-only to all but {@link evolve}. Durations take the instant to measure to, since the domain
 * has no clock.
 */
export class Order implements OrderTerms {
  readonly id: OrderId;
  readonly account: AccountId;
  readonly venue: VenueId;
  readonly instrumentId: InstrumentId;
  readonly side: Side;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  declare readonly quantity?: Decimal;
  declare readonly notional?: Decimal;
  declare readonly price?: Decimal;
  declare readonly triggerPrice?: Decimal;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  declare readonly expiresAt?: Instant;
  declare readonly clientOrderId?: string;
  readonly origin: OrderOrigin;
  declare readonly parentOrderId?: OrderId;
  declare readonly leverage?: number;
  declare readonly maxAgeMs?: number;

  readonly status: OrderStatus = "created";
  declare readonly statusReason?: StatusReason;
  /** The terminal status is our conclusion, not the venue's word. */
  readonly inferred: boolean = false;
  /** Sent, and nobody knows yet whether it exists. */
  readonly outcomeUnknown: boolean = false;
  declare readonly pendingCancel?: PendingCancel;
  declare readonly pendingReplace?: PendingReplace;
  declare readonly venueOrderId?: VenueOrderId;
  /** A stop or take-profit order has been triggered. */
  readonly triggered: boolean = false;
  /** How many replaces the venue accepted. */
  readonly revision: number = 0;

  readonly cumulativeQuantity: Decimal = Decimal.zero;
  /** Sum of price × quantity over the booked fills, in the quote asset. */
  readonly cost: Decimal = Decimal.zero;
  /** What the venue says was executed in all, once it has said so at the end. */
  declare readonly venueCumulativeQuantity?: Decimal;
  readonly fees: ReadonlyMap<string, Decimal> = NO_FEES;
  readonly fills: ReadonlyMap<FillKey, Fill> = NO_FILLS;
  declare readonly lastFill?: Fill;
  /** More was executed than asked for. */
  readonly overfilled: boolean = false;

  readonly createdAt: Instant;
  declare readonly submittedAt?: Instant;
  declare readonly acknowledgedAt?: Instant;
  declare readonly firstFillAt?: Instant;
  declare readonly completedAt?: Instant;
  /** When the current status was entered. */
  readonly statusAt: Instant;
  readonly updatedAt: Instant;
  /** The last event of the journal that was folded in; 0 before the journal gave one. */
  readonly lastSeq: number = 0;

  private constructor(id: OrderId, terms: OrderTerms, at: Instant) {
    this.id = id;
    this.account = terms.account;
    this.venue = terms.venue;
    this.instrumentId = terms.instrumentId;
    this.side = terms.side;
    this.orderType = terms.orderType;
    this.timeInForce = terms.timeInForce;
    this.postOnly = terms.postOnly;
    this.reduceOnly = terms.reduceOnly;
    this.origin = terms.origin;
    if (terms.quantity !== undefined) this.quantity = terms.quantity;
    if (terms.notional !== undefined) this.notional = terms.notional;
    if (terms.price !== undefined) this.price = terms.price;
    if (terms.triggerPrice !== undefined) this.triggerPrice = terms.triggerPrice;
    if (terms.expiresAt !== undefined) this.expiresAt = terms.expiresAt;
    if (terms.clientOrderId !== undefined) this.clientOrderId = terms.clientOrderId;
    if (terms.parentOrderId !== undefined) this.parentOrderId = terms.parentOrderId;
    if (terms.leverage !== undefined) this.leverage = terms.leverage;
    if (terms.maxAgeMs !== undefined) this.maxAgeMs = terms.maxAgeMs;
    this.createdAt = at;
    this.statusAt = at;
    this.updatedAt = at;
  }

  /** Makes the order that its first event describes. */
  static born(event: (OrderCreated | OrderAdopted) & EventMeta): Order {
    const order = new Order(event.orderId, event.terms, event.at);
    if (event.type === "orderAdopted") {
      const adopted = order as Mutable<Order>;
      adopted.status = "acknowledged";
      adopted.venueOrderId = event.venueOrderId;
      adopted.acknowledgedAt = event.at;
    }
    stamp(order, event);
    return order;
  }

  /** Makes an order from its stored fields, for {@link "./order-json.ts"} alone. */
  static restore(id: OrderId, terms: OrderTerms, createdAt: Instant, state: Partial<Order>): Order {
    return Object.assign(new Order(id, terms, createdAt), state);
  }

  get isTerminal(): boolean {
    return isTerminalStatus(this.status);
  }

  /** Not ended: it reserves exposure, and it may still fill. */
  get isActive(): boolean {
    return !isTerminalStatus(this.status);
  }

  /** Live at the venue. */
  get isWorking(): boolean {
    return this.status === "acknowledged" || this.status === "partiallyFilled";
  }

  /** Whether a cancel would be taken: not ended, submitted at least, and none outstanding. */
  get canCancel(): boolean {
    return answerOf(this.status, "cancelRequested") === "stays" && this.pendingCancel === undefined;
  }

  /** Whether a replace would be taken: working, with no request outstanding. */
  get canReplace(): boolean {
    return (
      answerOf(this.status, "replaceRequested") === "stays" &&
      this.pendingCancel === undefined &&
      this.pendingReplace === undefined
    );
  }

  /**
   * The quantity that counts for risk and for completeness: while a replace is open or unknown, the
   * larger of old and new. `undefined` for an order sized in the quote asset.
   */
  get effectiveQuantity(): Decimal | undefined {
    const asked = this.pendingReplace?.replace.quantity;
    if (this.quantity === undefined || asked === undefined) return this.quantity;
    return Decimal.max(this.quantity, asked);
  }

  /** Still open, in base units: 0 once terminal; `undefined` for an open order sized in the quote asset. */
  get leavesQuantity(): Decimal | undefined {
    if (this.isTerminal) return Decimal.zero;
    if (this.quantity === undefined) return undefined;
    const leaves = this.quantity.sub(this.cumulativeQuantity);
    return leaves.isNegative() ? Decimal.zero : leaves;
  }

  /** The ended order's booked fills equal what the venue says was executed. */
  get isSettled(): boolean {
    if (!this.isTerminal) return false;
    const venue = this.venueCumulativeQuantity;
    return venue === undefined ? !this.inferred : venue.eq(this.cumulativeQuantity);
  }

  /** Quantity-weighted average of all fills; `undefined` when there are none. Rounded at 20 decimals. */
  averagePrice(): Decimal | undefined {
    if (this.cumulativeQuantity.isZero()) return undefined;
    return this.cost.div(this.cumulativeQuantity, AVERAGE_PRICE_SCALE, "halfEven");
  }

  /** How much of what was asked for is filled, 0 to 100 (more when overfilled), to 2 decimals. */
  fillPercentage(): Decimal {
    if (this.quantity !== undefined) return percent(this.cumulativeQuantity, this.quantity);
    return this.notional === undefined ? Decimal.zero : percent(this.cost, this.notional);
  }

  ageMs(now: Instant): number {
    return now - this.createdAt;
  }

  /** How long it has been, or was until `now`, in its current status. */
  timeInStateMs(now: Instant): number {
    return now - this.statusAt;
  }

  /** From creation to the end, or to `now` while it lives. */
  lifetimeMs(now: Instant): number {
    return (this.completedAt ?? now) - this.createdAt;
  }

  submitToAcknowledgeMs(): number | undefined {
    return difference(this.acknowledgedAt, this.submittedAt);
  }

  submitToFirstFillMs(): number | undefined {
    return difference(this.firstFillAt, this.submittedAt);
  }
}

// Shared by all orders without any: most orders never fill, and two maps each would cost 200 bytes.
const NO_FEES: ReadonlyMap<string, Decimal> = new Map();
const NO_FILLS: ReadonlyMap<FillKey, Fill> = new Map();

/**
 * Folds an event into its order.
 *
 * @throws {InvariantViolation} when {@link "./order-status.ts"} has no place for the event in the
 *   order's status: the journal would contradict itself.
 */
export function evolve(order: Order, event: OrderEvent & EventMeta): void {
  const target = order as Mutable<Order>;
  const answer = answerOf(order.status, event.type);
  switch (event.type) {
    case "orderCreated":
    case "orderAdopted":
      throw new InvariantViolation(`${order.id} was born twice.`);
    case "orderValidated":
    case "orderDenied":
    case "orderFailed":
      break;
    case "orderSubmitted":
      target.submittedAt ??= event.at;
      target.outcomeUnknown = false;
      break;
    case "orderAcknowledged":
      if (event.venueOrderId !== undefined) target.venueOrderId = event.venueOrderId;
      if (event.triggered === true) target.triggered = true;
      target.acknowledgedAt ??= event.at;
      target.outcomeUnknown = false;
      break;
    case "orderPartiallyFilled":
    case "fillBooked":
      book(target, event.fill, event.at);
      break;
    case "orderFilled":
      if (event.fill !== undefined) book(target, event.fill, event.at);
      break;
    case "orderCanceled":
    case "orderExpired":
    case "orderRejected":
    case "discrepancyFound":
      break;
    case "orderOutcomeUnknown":
      markUnknown(target, event.subject);
      break;
    case "cancelRequested":
      assert(order.pendingCancel === undefined, `${order.id} has a cancel outstanding already.`);
      target.pendingCancel = {
        requestId: event.requestId,
        requestedAt: event.at,
        outcomeUnknown: false,
        reason: event.reason,
      };
      break;
    case "cancelRejected":
      delete target.pendingCancel;
      break;
    case "replaceRequested":
      assert(order.pendingReplace === undefined, `${order.id} has a replace outstanding already.`);
      target.pendingReplace = {
        requestId: event.requestId,
        requestedAt: event.at,
        outcomeUnknown: false,
        replace: event.replace,
      };
      break;
    case "orderReplaced":
      delete target.pendingReplace;
      replaceTerms(target, event.replace);
      if (event.venueOrderId !== undefined) target.venueOrderId = event.venueOrderId;
      target.revision++;
      break;
    case "replaceRejected":
      delete target.pendingReplace;
      break;
    case "fillReversed":
      unbook(target, fillKey(event));
      break;
    case "fillCorrected":
      unbook(target, fillKey(event));
      book(target, event.fill, event.at);
      break;
    case "orderReinstated":
      reinstate(target, event.status, event.at);
      break;
  }
  move(target, event, answer);
  stamp(order, event);
}

function move(order: Mutable<Order>, event: OrderEvent & EventMeta, answer: ReturnType<typeof answerOf>): void {
  if (answer === "asStated") return; // reinstate() has moved it
  const to = answer === "byQuantity" ? statusByQuantity(order) : answer === "confirms" ? order.status : answer;
  if (answer === "confirms" || isTerminalMove(to)) {
    end(order, event as Extract<OrderEvent, { inferred?: true }> & EventMeta);
  }
  switch (to) {
    case "stays":
    case order.status:
      return;
    case "created":
    case "validated":
    case "submitted":
    case "acknowledged":
    case "partiallyFilled":
    case "filled":
    case "canceled":
    case "rejected":
    case "failed":
    case "expired":
      assertTransition(order.status, to, event.type);
      order.status = to;
      order.statusAt = event.at;
      noteReason(order, event);
      return;
    default:
      throw new InvariantViolation(`${event.type} cannot be folded into ${order.id}, which is ${order.status}: ${to}.`);
  }
}

function isTerminalMove(to: string): boolean {
  return isTerminalStatus(to as OrderStatus);
}

function end(order: Mutable<Order>, event: { inferred?: true; venueCumulativeQuantity?: Decimal; at: Instant }): void {
  order.inferred = event.inferred === true;
  if (event.venueCumulativeQuantity !== undefined) order.venueCumulativeQuantity = event.venueCumulativeQuantity;
  order.outcomeUnknown = false;
  order.completedAt ??= event.at;
  delete order.pendingCancel;
  delete order.pendingReplace;
}

function noteReason(order: Mutable<Order>, event: OrderEvent): void {
  switch (event.type) {
    case "orderDenied":
      order.statusReason = { code: event.code, text: event.message };
      return;
    case "orderRejected":
      order.statusReason = {
        ...(event.venueCode === undefined ? {} : { code: event.venueCode }),
        text: event.venueMessage === undefined ? event.reason : `${event.reason}: ${event.venueMessage}`,
      };
      return;
    case "orderFailed":
      order.statusReason = { code: event.code, text: event.reason };
      return;
    case "orderCanceled":
    case "orderExpired":
      order.statusReason = { text: event.reason };
      return;
    default:
      delete order.statusReason;
  }
}

/** Returns the status that the quantities of a working order say. */
export function statusByQuantity(order: Order): Extract<OrderStatus, "acknowledged" | "partiallyFilled" | "filled"> {
  if (order.cumulativeQuantity.isZero()) return "acknowledged";
  const asked = order.effectiveQuantity;
  return asked !== undefined && order.cumulativeQuantity.gte(asked) ? "filled" : "partiallyFilled";
}

function book(order: Mutable<Order>, fill: Fill, at: Instant): void {
  const key = fillKey(fill);
  assert(!order.fills.has(key), `fill ${key} of ${order.id} is booked already`);
  assert(fill.quantity.isPositive(), "a fill moves a positive quantity");
  if (order.fills === NO_FILLS) order.fills = new Map();
  (order.fills as Map<FillKey, Fill>).set(key, fill);
  order.cumulativeQuantity = order.cumulativeQuantity.add(fill.quantity);
  order.cost = order.cost.add(fill.price.mul(fill.quantity));
  addFee(order, fill, 1);
  order.lastFill = fill;
  order.firstFillAt ??= at;
  order.outcomeUnknown = false;
  noteOverfill(order);
}

function unbook(order: Mutable<Order>, key: FillKey): void {
  const fill = order.fills.get(key);
  assert(fill !== undefined, `fill ${key} of ${order.id} is not booked`);
  (order.fills as Map<FillKey, Fill>).delete(key);
  order.cumulativeQuantity = order.cumulativeQuantity.sub(fill.quantity);
  order.cost = order.cost.sub(fill.price.mul(fill.quantity));
  addFee(order, fill, -1);
  noteOverfill(order);
}

function noteOverfill(order: Mutable<Order>): void {
  const asked = order.effectiveQuantity;
  order.overfilled = asked !== undefined && order.cumulativeQuantity.gt(asked);
}

function addFee(order: Mutable<Order>, fill: Fill, sign: 1 | -1): void {
  if (fill.fee === undefined) return;
  if (order.fees === NO_FEES) order.fees = new Map();
  const fees = order.fees as Map<string, Decimal>;
  const before = fees.get(fill.fee.asset) ?? Decimal.zero;
  const after = sign === 1 ? before.add(fill.fee.amount) : before.sub(fill.fee.amount);
  if (after.isZero()) fees.delete(fill.fee.asset);
  else fees.set(fill.fee.asset, after);
}

function replaceTerms(order: Mutable<Order>, replace: ReplaceTerms): void {
  // In a race the venue's answer decides: a total below what is filled becomes what is filled.
  if (replace.quantity !== undefined) order.quantity = Decimal.max(replace.quantity, order.cumulativeQuantity);
  if (replace.price !== undefined) order.price = replace.price;
  if (replace.triggerPrice !== undefined) order.triggerPrice = replace.triggerPrice;
  if (replace.clientOrderId !== undefined) order.clientOrderId = replace.clientOrderId;
  noteOverfill(order);
}

function markUnknown(order: Mutable<Order>, subject: "submit" | "cancel" | "replace"): void {
  if (subject === "submit") order.outcomeUnknown = true;
  else if (subject === "cancel" && order.pendingCancel !== undefined) {
    order.pendingCancel = { ...order.pendingCancel, outcomeUnknown: true };
  } else if (subject === "replace" && order.pendingReplace !== undefined) {
    order.pendingReplace = { ...order.pendingReplace, outcomeUnknown: true };
  }
}

function reinstate(order: Mutable<Order>, status: OrderStatus, at: Instant): void {
  assert(order.isTerminal, `${order.id} is ${order.status}: only an ended order is reinstated`);
  order.status = status;
  order.statusAt = at;
  order.inferred = false;
  delete order.statusReason;
  delete order.completedAt;
  delete order.venueCumulativeQuantity;
  if (status !== "submitted") order.acknowledgedAt ??= at;
}

function stamp(order: Order, event: EventMeta & { readonly seq?: number }): void {
  const target = order as Mutable<Order>;
  target.updatedAt = event.at;
  if (event.seq !== undefined) target.lastSeq = event.seq;
}

function percent(part: Decimal, whole: Decimal): Decimal {
  return part.mul(HUNDRED).div(whole, 2, "down");
}

function difference(later: Instant | undefined, earlier: Instant | undefined): number | undefined {
  return later === undefined || earlier === undefined ? undefined : later - earlier;
}
