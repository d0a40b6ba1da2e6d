// The venue of the dryRun mode: orders are checked and journaled as ever, and filled at once without a market.
// Deliberately absent: a book, queues, latency, storage. At a restart all of it is forgotten, and it says so:
// orders of an earlier run are answered as absent, and its fills live in the journal alone.

import { Decimal } from "../../domain/decimal.ts";
import type { EndedReport, ExecutionReport } from "../../domain/execution-report.ts";
import type { Fill, Liquidity } from "../../domain/fill.ts";
import {
  type AccountId,
  type ExecutionId,
  type InstrumentId,
  ORDER_TYPES,
  type VenueId,
  type VenueOrderId,
} from "../../domain/identifiers.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { TIMES_IN_FORCE } from "../../domain/order-event.ts";
import { endOfUtcDay, type Instant } from "../../domain/time.ts";
import { instrumentFees } from "../../matching/fees.ts";
import type { CancelTimer, Clock } from "../../runtime/clock.ts";
import type {
  CancelRequest,
  PlaceRequest,
  QueryResult,
  ReplaceRequest,
  SendOutcome,
  Venue,
  VenueCapabilities,
  VenueFill,
  VenueListener,
  VenueOrder,
} from "../venue.ts";
import { ABORTED_AFTER_SEND, ABORTED_BEFORE_SEND, ABORTED_QUERY, untilAborted } from "../waiting.ts";

/** All that the domain knows; queries never lag. */
export const DRY_RUN_CAPABILITIES: VenueCapabilities = {
  orderTypes: ORDER_TYPES,
  timesInForce: TIMES_IN_FORCE,
  replace: true,
  postOnly: true,
  reduceOnly: true,
  notional: true,
  discardAfterMs: 0,
  readLagMs: 0,
};

/** What a dry run needs: instruments, a clock, and prices to fill at. */
export interface DryRunVenueOptions {
  readonly id: VenueId;
  readonly instruments: readonly Instrument[];
  readonly clock: Clock;
  /** The price at which a market order is filled now; without one it is rejected. */
  readonly referencePrice: (instrumentId: InstrumentId) => Decimal | undefined;
}

type Rejection = Extract<SendOutcome, { kind: "rejected" }>;

const CLOSED: SendOutcome = { kind: "notSent", reason: "the venue is not connected" };
const CLOSED_QUERY: QueryResult<never> = { kind: "failed", reason: "the venue is not connected" };

/**
 * Fills market orders at the reference price and limit orders at their own price, wholly and at once.
 *
 * Stop and take-profit orders rest until they are canceled, replaced or expire: nothing triggers them,
 * so that a protective exit stays what it is. Ids derive from our order ids and so never repeat over restarts.
 */
export class DryRunVenue implements Venue {
  readonly id: VenueId;
  readonly capabilities: VenueCapabilities = DRY_RUN_CAPABILITIES;
  readonly #options: DryRunVenueOptions;
  readonly #instruments: ReadonlyMap<InstrumentId, Instrument>;
  readonly #orders = new Map<string, VenueOrder>();
  readonly #fills = new Map<AccountId, VenueFill[]>();
  /** Where each cursor stands among its account's fills. */
  readonly #cursors = new Map<string, number>();
  readonly #expiries = new Map<string, CancelTimer>();
  #listener: VenueListener | undefined;

  constructor(options: DryRunVenueOptions) {
    this.id = options.id;
    this.#options = options;
    this.#instruments = new Map(options.instruments.map((instrument) => [instrument.id, instrument]));
  }

  instruments(): readonly Instrument[] {
    return this.#options.instruments;
  }

  connect(listener: VenueListener): Promise<void> {
    this.#listener = listener;
    listener.connection("connected", "a dry run needs no connection");
    return Promise.resolve();
  }

  place(request: PlaceRequest, signal: AbortSignal): Promise<SendOutcome> {
    return this.#request(signal, () => this.#place(request));
  }

  cancel(request: CancelRequest, signal: AbortSignal): Promise<SendOutcome> {
    return this.#request(signal, () => this.#cancel(request));
  }

  replace(request: ReplaceRequest, signal: AbortSignal): Promise<SendOutcome> {
    return this.#request(signal, () => this.#replace(request));
  }

  order(request: CancelRequest, signal: AbortSignal): Promise<QueryResult<VenueOrder>> {
    return this.#query(signal, () => {
      const order = this.#orders.get(keyOf(request));
      return order === undefined ? { kind: "absent" } : { kind: "found", value: order };
    });
  }

  openOrders(account: AccountId, signal: AbortSignal): Promise<QueryResult<readonly VenueOrder[]>> {
    return this.#query(signal, () => {
      const open = [...this.#orders.values()].filter(
        (order) => order.account === account && order.status === "working",
      );
      return { kind: "found", value: open };
    });
  }

  /** A cursor of an earlier run is as none: all fills of this run came after it. */
  fillsSince(
    account: AccountId,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<QueryResult<readonly VenueFill[]>> {
    return this.#query(signal, () => {
      const after = cursor === undefined ? 0 : (this.#cursors.get(cursor) ?? 0);
      return { kind: "found", value: (this.#fills.get(account) ?? []).slice(after) };
    });
  }

  close(): Promise<void> {
    for (const cancelTimer of this.#expiries.values()) cancelTimer();
    this.#expiries.clear();
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.connection("disconnected", "closed");
    return Promise.resolve();
  }

  /** Handles a request in a later microtask: the caller hears no report before its call returned. */
  #request(signal: AbortSignal, handle: () => SendOutcome): Promise<SendOutcome> {
    if (this.#listener === undefined) return Promise.resolve(CLOSED);
    if (signal.aborted) return Promise.resolve(ABORTED_BEFORE_SEND);
    const answer = Promise.resolve().then(() => (this.#listener === undefined ? CLOSED : handle()));
    return untilAborted(answer, signal, ABORTED_AFTER_SEND);
  }

  #query<T>(signal: AbortSignal, answer: () => QueryResult<T>): Promise<QueryResult<T>> {
    if (this.#listener === undefined) return Promise.resolve(CLOSED_QUERY);
    return untilAborted(Promise.resolve().then(answer), signal, ABORTED_QUERY);
  }

  #place(request: PlaceRequest): SendOutcome {
    const at = this.#options.clock.now();
    if (at > request.sendBy) {
      return rejected("deadlinePassed", `The request is ${at - request.sendBy} ms past its deadline.`, at);
    }
    if (this.#orders.has(keyOf(request))) {
      return rejected("duplicateOrderId", `${request.orderId} names an earlier order of ${request.account}.`, at);
    }
    const instrument = this.#instruments.get(request.instrumentId);
    if (instrument === undefined) {
      return rejected("unknownInstrument", `${this.id} does not list ${request.instrumentId}.`, at);
    }
    return isConditional(request) ? this.#rest(request, at) : this.#fill(request, instrument, at);
  }

  #rest(request: PlaceRequest, at: Instant): SendOutcome {
    const order = this.#accept(request, request.quantity, at);
    const expiresAt = request.timeInForce === "day" ? endOfUtcDay(at) : request.expiresAt;
    if (expiresAt !== undefined) {
      const expire = (): void => this.#end(order.account, keyOf(request), "expired", "timeInForceEnded");
      this.#expiries.set(keyOf(request), this.#options.clock.schedule(expiresAt - at, expire));
    }
    return { kind: "accepted", venueOrderId: order.venueOrderId, venueAt: at };
  }

  #fill(request: PlaceRequest, instrument: Instrument, at: Instant): SendOutcome {
    const price = request.orderType === "limit" ? request.price : this.#options.referencePrice(request.instrumentId);
    if (price === undefined) {
      return rejected("noReferencePrice", `There is no price of ${request.instrumentId} to fill at.`, at);
    }
    const quantity = quantityAt(request, price, instrument);
    if (!quantity.isPositive()) {
      return rejected(
        "belowMinQuantity",
        `The notional buys less than one lot of ${instrument.lotSize} at ${price}.`,
        at,
      );
    }
    const order = this.#accept(request, quantity, at);
    const ended: VenueOrder = { ...order, status: "filled", cumulativeQuantity: quantity };
    this.#orders.set(keyOf(request), ended);
    this.#book(ended, fillOf(ended, price, instrument));
    return { kind: "accepted", venueOrderId: order.venueOrderId, venueAt: at };
  }

  #accept(request: PlaceRequest, quantity: Decimal | undefined, at: Instant): VenueOrder {
    const { orderId, origin: _origin, sendBy: _sendBy, expiresAt: _expiresAt, quantity: _quantity, ...terms } = request;
    const order: VenueOrder = {
      ...terms,
      ...(request.notional === undefined && quantity !== undefined ? { quantity } : {}),
      clientOrderId: orderId,
      venueOrderId: `DRY-${orderId}` as VenueOrderId,
      status: "working",
      cumulativeQuantity: Decimal.zero,
      venueAt: at,
    };
    this.#orders.set(keyOf(request), order);
    this.#report({ kind: "acknowledged", ...this.#about(order) });
    return order;
  }

  #book(order: VenueOrder, fill: Fill): void {
    const fills = this.#fills.get(order.account) ?? [];
    const cursor = `${order.account}/${fill.executionId}`;
    fills.push({
      account: order.account,
      ...(order.clientOrderId === undefined ? {} : { clientOrderId: order.clientOrderId }),
      instrumentId: order.instrumentId,
      side: order.side,
      fill,
      cursor,
    });
    this.#fills.set(order.account, fills);
    this.#cursors.set(cursor, fills.length);
    this.#report({ kind: "fill", ...this.#about(order), fill, ends: true });
  }

  #cancel(request: CancelRequest): SendOutcome {
    const order = this.#working(request, "cancel");
    if ("kind" in order) return order;
    this.#end(request.account, keyOf(request), "canceled", "requested");
    return { kind: "accepted", venueOrderId: order.venueOrderId, venueAt: this.#options.clock.now() };
  }

  #replace(request: ReplaceRequest): SendOutcome {
    const at = this.#options.clock.now();
    if (at > request.sendBy) {
      return rejected("deadlinePassed", `The request is ${at - request.sendBy} ms past its deadline.`, at);
    }
    const order = this.#working(request, "replace");
    if ("kind" in order) return order;
    const { quantity, price, triggerPrice } = request;
    const replace = {
      ...(quantity === undefined ? {} : { quantity }),
      ...(price === undefined ? {} : { price }),
      ...(triggerPrice === undefined ? {} : { triggerPrice }),
    };
    const replaced: VenueOrder = { ...order, ...replace, venueAt: at };
    this.#orders.set(keyOf(request), replaced);
    this.#report({ kind: "replaced", ...this.#about(replaced), replace });
    return { kind: "accepted", venueOrderId: order.venueOrderId, venueAt: replaced.venueAt };
  }

  #working(request: CancelRequest, asked: "cancel" | "replace"): VenueOrder | Rejection {
    const at = this.#options.clock.now();
    const order = this.#orders.get(keyOf(request));
    if (order === undefined) {
      return rejected("unknownOrder", `${request.account} has no order ${request.orderId} in this run.`, at);
    }
    if (order.status === "working") return order;
    const refusal = rejected("orderEnded", `${request.orderId} is ${order.status}.`, at);
    const { reason, venueCode, venueMessage } = refusal as Required<Rejection>;
    const about = { ...this.#about(order), venueAt: at };
    this.#report({ kind: "requestRejected", ...about, request: asked, reason, venueCode, venueMessage });
    return refusal;
  }

  #end(account: AccountId, key: string, status: EndedReport["status"], reason: string): void {
    const order = this.#orders.get(key);
    if (order?.status !== "working") return;
    this.#expiries.get(key)?.();
    this.#expiries.delete(key);
    const ended: VenueOrder = { ...order, account, status, endReason: reason, venueAt: this.#options.clock.now() };
    this.#orders.set(key, ended);
    this.#report({ kind: "ended", ...this.#about(ended), status, reason });
  }

  #about(
    order: VenueOrder,
  ): Pick<
    EndedReport,
    "venue" | "account" | "instrumentId" | "orderId" | "venueOrderId" | "venueAt" | "cumulativeQuantity"
  > {
    return {
      venue: this.id,
      account: order.account,
      instrumentId: order.instrumentId,
      orderId: order.clientOrderId as NonNullable<EndedReport["orderId"]>,
      venueOrderId: order.venueOrderId,
      venueAt: order.venueAt,
      cumulativeQuantity: order.cumulativeQuantity,
    };
  }

  #report(report: ExecutionReport): void {
    this.#listener?.report(report);
  }
}

function keyOf(request: { readonly account: AccountId; readonly orderId: string }): string {
  return `${request.account}/${request.orderId}`;
}

function isConditional(request: PlaceRequest): boolean {
  return request.orderType !== "market" && request.orderType !== "limit";
}

function quantityAt(request: PlaceRequest, price: Decimal, instrument: Instrument): Decimal {
  if (request.quantity !== undefined) return request.quantity;
  const notional = request.notional ?? Decimal.zero;
  return instrument.lotSize.mul(Decimal.of(notional.div(price.mul(instrument.lotSize), 0, "down").coefficient));
}

function fillOf(order: VenueOrder, price: Decimal, instrument: Instrument): Fill {
  const liquidity: Liquidity = order.postOnly ? "maker" : "taker";
  const quantity = order.cumulativeQuantity;
  return {
    executionId: `DRY-${order.clientOrderId}-1` as ExecutionId,
    venueOrderId: order.venueOrderId,
    price,
    quantity,
    liquidity,
    fee: instrumentFees(instrument)({ side: order.side, liquidity, price, quantity }),
    venueAt: order.venueAt,
  };
}

function rejected(reason: string, message: string, at: Instant): Rejection {
  return { kind: "rejected", reason, venueCode: `dryRun.${reason}`, venueMessage: message, venueAt: at };
}
