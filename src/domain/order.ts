// The order: what its events say, and nothing else changes one. The fold itself is in order-fold.ts;
// which events a venue's report becomes, in interpret-report.ts; whether an order is allowed at all,
// in the engine. Mutable inside the single writer (a copy per event costs 130 times
// as much on Node 20), read-only for everybody else.

import { Decimal } from "./decimal.ts";
import type { Fill, FillKey } from "./fill.ts";
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
import { NO_FEES, NO_FILLS, NO_KEYS } from "./order-executions.ts";
import { foldEvent } from "./order-fold.ts";
import { answerOf, isTerminalStatus, type OrderStatus } from "./order-status.ts";
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
/** A cancel that was asked for and not yet answered. */
export interface PendingCancel extends PendingRequest {
  readonly reason: string;
}
/** A replace that was asked for and not yet answered: until then the larger quantity counts. */
export interface PendingReplace extends PendingRequest {
  readonly replace: ReplaceTerms;
}

/** Why an order is where it is: from the event that moved it there. */
export interface StatusReason {
  /** A code of ours or of the venue, where there is one. */
  readonly code?: string;
  readonly text: string;
}

const NO_IDS: readonly never[] = [];

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

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
  /** Ids that the order had before a replace, oldest first: they still find it. */
  readonly earlierVenueOrderIds: readonly VenueOrderId[] = NO_IDS;
  readonly earlierClientOrderIds: readonly string[] = NO_IDS;
  /** A stop or take-profit order has been triggered. */
  readonly triggered: boolean = false;
  /** How many replaces the venue accepted. */
  readonly revision: number = 0;
  /** The venue's time of the last replace: an older word about the terms is stale. */
  declare readonly replacedVenueAt?: Instant;

  readonly cumulativeQuantity: Decimal = Decimal.zero;
  /** Sum of price × quantity over the booked fills, in the quote asset. */
  readonly cost: Decimal = Decimal.zero;
  /** What the venue says was executed in all, once it has said so at the end. */
  declare readonly venueCumulativeQuantity?: Decimal;
  readonly fees: ReadonlyMap<string, Decimal> = NO_FEES;
  readonly fills: ReadonlyMap<FillKey, Fill> = NO_FILLS;
  /** Executions that were booked once and taken back: a repeat of one is not booked again. */
  readonly reversedFills: ReadonlySet<FillKey> = NO_KEYS;
  declare readonly lastFill?: Fill;
  /** Contradictions on record, so that the same word of a venue is recorded once. */
  readonly contradictions: ReadonlySet<string> = NO_KEYS;

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

  /** More was executed than asked for. */
  get overfilled(): boolean {
    const asked = this.effectiveQuantity;
    return asked !== undefined && this.cumulativeQuantity.gt(asked);
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

/**
 * Folds an event into its order.
 *
 * @throws {InvariantViolation} when {@link "./order-status.ts"} has no place for the event in the
 *   order's status, or the event does not fit what is booked: the journal would contradict itself.
 *   The order is then as it was.
 */
export function evolve(order: Order, event: OrderEvent & EventMeta): void {
  foldEvent(order, event);
  stamp(order, event);
}

function stamp(order: Mutable<Order>, event: EventMeta & { readonly seq?: number }): void {
  order.updatedAt = event.at;
  if (event.seq !== undefined) order.lastSeq = event.seq;
}

function percent(part: Decimal, whole: Decimal): Decimal {
  if (whole.isZero()) return Decimal.zero;
  return part.mul(HUNDRED).div(whole, 2, "down");
}

function difference(later: Instant | undefined, earlier: Instant | undefined): number | undefined {
  return later === undefined || earlier === undefined ? undefined : later - earlier;
}
