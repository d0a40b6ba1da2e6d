// A venue that does what a test says and writes down what it was asked. No market, no matching.

import { Decimal } from "../../domain/decimal.ts";
import type { ExecutionReport } from "../../domain/execution-report.ts";
import type { AccountId, ExecutionId, InstrumentId, VenueId, VenueOrderId } from "../../domain/identifiers.ts";
import { ORDER_TYPES } from "../../domain/identifiers.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Order } from "../../domain/order.ts";
import { TIMES_IN_FORCE } from "../../domain/order-event.ts";
import type {
  CancelRequest,
  DeadManRequest,
  PlaceRequest,
  QueryResult,
  ReplaceRequest,
  SendOutcome,
  UnreadableMessage,
  Venue,
  VenueCapabilities,
  VenueFill,
  VenueListener,
  VenueOrder,
} from "../../venues/venue.ts";

export const VENUE = "scripted" as VenueId;

export const BTC: Instrument = {
  id: "BTC/USDT" as InstrumentId,
  venue: VENUE,
  kind: "spot",
  base: "BTC",
  quote: "USDT",
  settle: "USDT",
  tickSize: Decimal.parse("0.1"),
  lotSize: Decimal.parse("0.001"),
  minQuantity: Decimal.parse("0.001"),
  minNotional: Decimal.parse("5"),
  contractMultiplier: Decimal.one,
  makerFeeRate: Decimal.parse("0.001"),
  takerFeeRate: Decimal.parse("0.001"),
};

type Answer<T> = T | Promise<T>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export class ScriptedVenue implements Venue {
  readonly id: VenueId = VENUE;
  capabilities: VenueCapabilities = {
    orderTypes: ORDER_TYPES,
    timesInForce: TIMES_IN_FORCE,
    replace: true,
    postOnly: true,
    reduceOnly: true,
    notional: true,
    discardAfterMs: 0,
    readLagMs: 0,
  };
  /** Everything that reached order entry, in order. */
  readonly sent: (
    | { readonly kind: "place"; readonly request: PlaceRequest }
    | { readonly kind: "cancel"; readonly request: CancelRequest }
    | { readonly kind: "replace"; readonly request: ReplaceRequest }
  )[] = [];
  /** Every winding of the dead-man switch, in order; a test that wants one declares it in {@link capabilities}. */
  readonly windings: DeadManRequest[] = [];
  onPlace: (request: PlaceRequest) => Answer<SendOutcome> = () => ({ kind: "accepted", venueOrderId: this.nextId() });
  onCancel: (request: CancelRequest) => Answer<SendOutcome> = () => ({ kind: "accepted" });
  onReplace: (request: ReplaceRequest) => Answer<SendOutcome> = () => ({ kind: "accepted" });
  onWindDeadMan: (request: DeadManRequest) => Answer<SendOutcome> = () => ({ kind: "accepted" });
  onOrder: (request: CancelRequest) => Answer<QueryResult<VenueOrder>> = () => ({
    kind: "failed",
    reason: "not scripted",
  });
  onOpenOrders: () => Answer<QueryResult<readonly VenueOrder[]>> = () => ({ kind: "found", value: [] });
  onFillsSince: (cursor: string | undefined) => Answer<QueryResult<readonly VenueFill[]>> = () => ({
    kind: "found",
    value: [],
  });
  /** A test that gives it makes this a venue that tells positions. */
  positions?: NonNullable<Venue["positions"]>;
  #listener: VenueListener | undefined;
  #ids = 0;
  #executions = 0;

  instruments(): readonly Instrument[] {
    return [BTC];
  }

  connect(listener: VenueListener): Promise<void> {
    this.#listener = listener;
    return Promise.resolve();
  }

  async place(request: PlaceRequest): Promise<SendOutcome> {
    this.sent.push({ kind: "place", request });
    return this.onPlace(request);
  }

  async cancel(request: CancelRequest): Promise<SendOutcome> {
    this.sent.push({ kind: "cancel", request });
    return this.onCancel(request);
  }

  async replace(request: ReplaceRequest): Promise<SendOutcome> {
    this.sent.push({ kind: "replace", request });
    return this.onReplace(request);
  }

  async windDeadMan(request: DeadManRequest): Promise<SendOutcome> {
    this.windings.push(request);
    return this.onWindDeadMan(request);
  }

  async order(request: CancelRequest): Promise<QueryResult<VenueOrder>> {
    return this.onOrder(request);
  }

  async openOrders(): Promise<QueryResult<readonly VenueOrder[]>> {
    return this.onOpenOrders();
  }

  async fillsSince(_account: AccountId, cursor: string | undefined): Promise<QueryResult<readonly VenueFill[]>> {
    return this.onFillsSince(cursor);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  nextId(): VenueOrderId {
    this.#ids++;
    return `v${this.#ids}` as VenueOrderId;
  }

  /** Says something about an order, as its stream would. */
  say(
    order: Order,
    body: DistributiveOmit<ExecutionReport, "venue" | "account" | "instrumentId" | "orderId" | "venueAt">,
  ): void {
    const { account, instrumentId, id: orderId } = order;
    this.#listener?.report({ ...body, venue: VENUE, account, instrumentId, orderId, venueAt: 1 });
  }

  /** Says something about an order as far as its stream names it. */
  sayOf(
    named: Pick<ExecutionReport, "account" | "instrumentId" | "venueOrderId" | "orderId">,
    body: DistributiveOmit<
      ExecutionReport,
      "venue" | "account" | "instrumentId" | "orderId" | "venueOrderId" | "venueAt"
    >,
  ): void {
    this.#listener?.report({ ...body, ...named, venue: VENUE, venueAt: 1 });
  }

  fill(order: Order, quantity: string, price = "100", executionId = `e${++this.#executions}`): void {
    const venueOrderId = order.venueOrderId ?? ("v-unknown" as VenueOrderId);
    this.say(order, {
      kind: "fill",
      venueOrderId,
      fill: {
        executionId: executionId as ExecutionId,
        venueOrderId,
        price: Decimal.parse(price),
        quantity: Decimal.parse(quantity),
        liquidity: "maker",
        fee: { amount: Decimal.parse(quantity).mul(Decimal.parse("0.1")), asset: "USDT" },
        venueAt: 1,
      },
    });
  }

  connection(state: "connected" | "disconnected"): void {
    this.#listener?.connection(state, "scripted");
  }

  heartbeat(): void {
    this.#listener?.heartbeat();
  }

  /** Says something that no adapter can read. */
  sayUnreadable(message: UnreadableMessage): void {
    this.#listener?.unreadable(message);
  }

  /** Says anything at all, as an adapter with a fault of its own might. */
  sayAnything(report: unknown): void {
    this.#listener?.report(report as ExecutionReport);
  }
}
