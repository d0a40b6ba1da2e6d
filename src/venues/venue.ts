// The venue port: what the engine asks of a place where orders are sent, and what it is told.
// An adapter returns facts and outcomes; it never decides to send again. Only the engine does.

import type { Decimal } from "../domain/decimal.ts";
import type { ExecutionReport } from "../domain/execution-report.ts";
import type { Fill } from "../domain/fill.ts";
import type { AccountId, InstrumentId, OrderId, OrderType, VenueId, VenueOrderId } from "../domain/identifiers.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { OrderOrigin, Side, TimeInForce } from "../domain/order-event.ts";
import type { Instant } from "../domain/time.ts";

/** What a venue can do, so that the engine and the doors can refuse or substitute with a reason. */
export interface VenueCapabilities {
  readonly orderTypes: readonly OrderType[];
  readonly timesInForce: readonly TimeInForce[];
  readonly replace: boolean;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  /** Whether an order may be sized in the quote asset. */
  readonly notional: boolean;
  /** The venue refuses a request that arrives later than its deadline: absence can be proven after it. Unset: no proof. */
  readonly discardAfterMs?: number;
  /** How far the venue's queries may lag behind its matching engine. */
  readonly readLagMs: number;
  /** How long the venue shows ended orders and executions; unset: for ever. Away for longer, what happened cannot be known. */
  readonly historyMs?: number;
  /** The stream says something at least this often, if only that it is alive: silence beyond it is a cut. Unset: no promise. */
  readonly heartbeatMs?: number;
  /** The venue cancels resting orders by itself when it is not told in time not to. Unset: it has no such switch. */
  readonly deadMan?: DeadManCapability;
}

/** A venue's dead-man switch. */
export interface DeadManCapability {
  readonly minTimeoutMs: number;
  readonly maxTimeoutMs: number;
  /** `ours`: only orders of this desk's account. `venueAccount`: everything on the venue account, a person's own orders too. */
  readonly scope: "ours" | "venueAccount";
}

/** Winds the dead-man switch: unless told again in time, the venue cancels. 0 switches it off. */
export interface DeadManRequest {
  readonly account: AccountId;
  readonly timeoutMs: number;
}

/** A send of an order, complete: nothing is looked up later. */
export interface PlaceRequest {
  readonly account: AccountId;
  /** Our id, which the venue knows as the client order id. */
  readonly orderId: OrderId;
  readonly instrumentId: InstrumentId;
  readonly side: Side;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  readonly quantity?: Decimal;
  readonly notional?: Decimal;
  readonly price?: Decimal;
  readonly triggerPrice?: Decimal;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  readonly expiresAt?: Instant;
  readonly origin: OrderOrigin;
  /** The venue must discard the request when it arrives later than this. */
  readonly sendBy: Instant;
}

/** Names an order to its venue, to cancel it or to ask about it. */
export interface CancelRequest {
  readonly account: AccountId;
  readonly orderId: OrderId;
  readonly venueOrderId?: VenueOrderId;
  readonly instrumentId: InstrumentId;
}

/** New terms for an order that works at the venue. */
export interface ReplaceRequest extends CancelRequest {
  /** New values; an absent one stays. The quantity is the new total, fills included. */
  readonly quantity?: Decimal;
  readonly price?: Decimal;
  readonly triggerPrice?: Decimal;
  /** The venue must discard the request when it arrives later than this. */
  readonly sendBy: Instant;
}

/**
 * How a send ended. `accepted`: the venue took the request. `rejected`: the venue refused it.
 * `notSent`: certainly never written. `unknown`: written, and no answer proves what became of it.
 */
export type SendOutcome =
  | { readonly kind: "accepted"; readonly venueOrderId?: VenueOrderId; readonly venueAt?: Instant }
  | {
      readonly kind: "rejected";
      /** One of our words for it: `insufficientFunds`, `postOnlyWouldCross`, `unknownOrder`, … */
      readonly reason: string;
      readonly venueCode?: string;
      readonly venueMessage?: string;
      readonly venueAt?: Instant;
      /** The venue says that the same request may succeed later. */
      readonly retryAfterMs?: number;
    }
  | { readonly kind: "notSent"; readonly reason: string; readonly retryAfterMs?: number }
  | { readonly kind: "unknown"; readonly reason: string };

/** The answer to a query. Only `found` and `absent` are evidence. */
export type QueryResult<T> =
  | { readonly kind: "found"; readonly value: T }
  | { readonly kind: "absent" }
  | {
      readonly kind: "failed";
      readonly reason: string;
      /** The venue did answer, and nobody can read it: asking again will hardly help. */
      readonly unreadable?: true;
    };

/** An order as the venue's own books have it. */
export interface VenueOrder {
  readonly account: AccountId;
  /** The client order id at the venue: ours, or somebody else's, or absent. */
  readonly clientOrderId?: string;
  readonly venueOrderId: VenueOrderId;
  readonly instrumentId: InstrumentId;
  readonly side: Side;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  readonly quantity?: Decimal;
  readonly notional?: Decimal;
  readonly price?: Decimal;
  readonly triggerPrice?: Decimal;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  readonly status: "working" | "filled" | "canceled" | "expired" | "rejected";
  readonly endReason?: string;
  readonly cumulativeQuantity: Decimal;
  /** The venue's own average over the executions: the price of an inferred fill where it shows none of them. */
  readonly averagePrice?: Decimal;
  /** When the venue last changed it. */
  readonly venueAt: Instant;
}

/** A fill with what is needed to find its order. */
export interface VenueFill {
  readonly account: AccountId;
  readonly clientOrderId?: string;
  readonly instrumentId: InstrumentId;
  readonly side: Side;
  readonly fill: Fill;
  /** A cursor after this fill, for {@link Venue.fillsSince}. */
  readonly cursor: string;
}

/** What the account holds by the venue's own books. */
export interface VenuePosition {
  readonly instrumentId: InstrumentId;
  /** Signed, in base units. */
  readonly quantity: Decimal;
}

/** Something that a venue said and that its adapter cannot read. */
export interface UnreadableMessage {
  readonly account?: AccountId;
  readonly orderId?: OrderId;
  readonly reason: string;
  /** As it came. */
  readonly raw: string;
}

/** Hears what the venue says unasked. Calls never overlap and must not throw. */
export interface VenueListener {
  report(report: ExecutionReport): void;
  /** The stream of reports is up (after gap recovery is possible) or down. */
  connection(state: "connected" | "disconnected", reason: string): void;
  /** The stream is alive, though it had nothing to report. */
  heartbeat(): void;
  /** The venue said something that cannot be read; never leave it out. */
  unreadable(message: UnreadableMessage): void;
}

/** A venue. All methods may be called at any time after `connect`; none retries. */
export interface Venue {
  readonly id: VenueId;
  readonly capabilities: VenueCapabilities;
  /** The instruments of the last `connect`. */
  instruments(): readonly Instrument[];
  connect(listener: VenueListener): Promise<void>;
  place(request: PlaceRequest, signal: AbortSignal): Promise<SendOutcome>;
  cancel(request: CancelRequest, signal: AbortSignal): Promise<SendOutcome>;
  replace(request: ReplaceRequest, signal: AbortSignal): Promise<SendOutcome>;
  /** Looks an order up by our id. */
  order(request: CancelRequest, signal: AbortSignal): Promise<QueryResult<VenueOrder>>;
  openOrders(account: AccountId, signal: AbortSignal): Promise<QueryResult<readonly VenueOrder[]>>;
  /** Returns fills after a cursor (all that the venue keeps, for none), oldest first. */
  fillsSince(
    account: AccountId,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<QueryResult<readonly VenueFill[]>>;
  /** What the account holds; absent where the venue, or its account, knows no positions of one account alone. */
  positions?(account: AccountId, signal: AbortSignal): Promise<QueryResult<readonly VenuePosition[]>>;
  /** Present exactly where {@link VenueCapabilities.deadMan} is. */
  windDeadMan?(request: DeadManRequest, signal: AbortSignal): Promise<SendOutcome>;
  close(): Promise<void>;
}
