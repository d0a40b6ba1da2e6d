// The adapter of the simulated exchange: the venue port over the wire, as any adapter would write it. It says what was
// certainly not sent, what was answered, and what nobody knows; it retries nothing.

import { Decimal } from "../../domain/decimal.ts";
import type { ExecutionReport } from "../../domain/execution-report.ts";
import type { Fill } from "../../domain/fill.ts";
import {
  type AccountId,
  type ExecutionId,
  type InstrumentId,
  ORDER_TYPES,
  type OrderId,
  type VenueId,
  type VenueOrderId,
} from "../../domain/identifiers.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { TIMES_IN_FORCE } from "../../domain/order-event.ts";
import type {
  CancelRequest,
  DeadManRequest,
  PlaceRequest,
  QueryResult,
  ReplaceRequest,
  SendOutcome,
  Venue,
  VenueCapabilities,
  VenueFill,
  VenueListener,
  VenueOrder,
  VenuePosition,
} from "../../venues/venue.ts";
import type { FaultPlan } from "../faults.ts";
import type { ProcessClock } from "../process-clock.ts";
import type { Profile } from "../profile.ts";
import type { WireExecution, WireMessage, WireOrder, WireReply, WireReport, WireRequest } from "./messages.ts";
import type { RequestEnd, Wire } from "./wire.ts";

/** Sees every request that asks the venue for something, in the turn in which it is written. */
export interface WriteWatch {
  written(kind: SendKind, account: AccountId, orderId: OrderId): void;
  /** The port's outcome of it, whatever the engine makes of that. */
  answered(kind: SendKind, orderId: OrderId, outcome: SendOutcome): void;
}

export type SendKind = "place" | "cancel" | "replace";

export interface SimVenueOptions {
  readonly id: VenueId;
  readonly profile: Profile;
  readonly faults: FaultPlan;
  readonly clock: ProcessClock;
  readonly instruments: readonly Instrument[];
  readonly watch: WriteWatch;
  /** Makes the wire, once somebody listens. */
  readonly wire: (message: (text: string) => void, stream: (state: "connected" | "disconnected") => void) => Wire;
  /** A report is about to be handed over: for what is covered. */
  readonly reporting: (report: ExecutionReport) => void;
}

const CONNECT_TIMEOUT_MS = 3_000;
const DEAD_MAN = { minTimeoutMs: 1_000, maxTimeoutMs: 120_000, scope: "venueAccount" } as const;

export class SimVenue implements Venue {
  readonly id: VenueId;
  readonly capabilities: VenueCapabilities;
  readonly #options: SimVenueOptions;
  readonly positions?: NonNullable<Venue["positions"]>;
  readonly windDeadMan?: NonNullable<Venue["windDeadMan"]>;
  #wire: Wire | undefined;
  #listener: VenueListener | undefined;

  constructor(options: SimVenueOptions) {
    this.#options = options;
    this.id = options.id;
    const { profile } = options;
    this.capabilities = {
      orderTypes: ORDER_TYPES,
      timesInForce: TIMES_IN_FORCE,
      replace: true,
      postOnly: true,
      reduceOnly: true,
      notional: true,
      readLagMs: profile.readLagMs,
      ...(profile.discardAfterMs === undefined ? {} : { discardAfterMs: profile.discardAfterMs }),
      ...(profile.historyMs === undefined ? {} : { historyMs: profile.historyMs }),
      ...(profile.heartbeatMs === undefined ? {} : { heartbeatMs: profile.heartbeatMs }),
      ...(profile.deadMan ? { deadMan: DEAD_MAN } : {}),
    };
    if (profile.positions) this.positions = (account, signal) => this.#positions(account, signal);
    if (profile.deadMan) this.windDeadMan = (request, signal) => this.#windDeadMan(request, signal);
  }

  instruments(): readonly Instrument[] {
    return this.#options.instruments;
  }

  async connect(listener: VenueListener): Promise<void> {
    this.#listener = listener;
    this.#wire ??= this.#options.wire(
      (text) => this.#heard(text),
      (state) => listener.connection(state, "the simulated stream"),
    );
    const patience = new AbortController();
    const cancelTimer = this.#options.clock.schedule(CONNECT_TIMEOUT_MS, () => patience.abort());
    const answer = await this.#ask({ op: "connect", account: "" }, patience.signal);
    cancelTimer();
    if (answer === undefined || answer.code !== "ok") throw new Error("the simulated venue does not answer");
    this.#wire.open();
  }

  place(request: PlaceRequest, signal: AbortSignal): Promise<SendOutcome> {
    const { account, orderId, instrumentId, side, orderType, timeInForce, postOnly, reduceOnly, expiresAt } = request;
    return this.#send("place", account, orderId, signal, {
      op: "place",
      account,
      clientId: orderId,
      instrument: instrumentId,
      side,
      type: orderType,
      tif: timeInForce,
      postOnly,
      reduceOnly,
      deadline: this.#venueTime(request.sendBy),
      ...decimals(request),
      ...(expiresAt === undefined ? {} : { expiresAt: this.#venueTime(expiresAt) }),
    });
  }

  cancel(request: CancelRequest, signal: AbortSignal): Promise<SendOutcome> {
    return this.#send("cancel", request.account, request.orderId, signal, { op: "cancel", ...named(request) });
  }

  replace(request: ReplaceRequest, signal: AbortSignal): Promise<SendOutcome> {
    return this.#send("replace", request.account, request.orderId, signal, {
      op: "replace",
      ...named(request),
      ...decimals(request),
      deadline: this.#venueTime(request.sendBy),
    });
  }

  async order(request: CancelRequest, signal: AbortSignal): Promise<QueryResult<VenueOrder>> {
    const reply = await this.#ask({ op: "order", ...named(request) }, signal);
    if (reply?.code === "absent") return { kind: "absent" };
    return reply?.code === "order" ? { kind: "found", value: orderOf(request.account, reply.order) } : failed(reply);
  }

  async openOrders(account: AccountId, signal: AbortSignal): Promise<QueryResult<readonly VenueOrder[]>> {
    const reply = await this.#ask({ op: "openOrders", account }, signal);
    return reply?.code === "orders"
      ? { kind: "found", value: reply.orders.map((order) => orderOf(account, order)) }
      : failed(reply);
  }

  async fillsSince(
    account: AccountId,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<QueryResult<readonly VenueFill[]>> {
    const reply = await this.#ask({ op: "fills", account, ...(cursor === undefined ? {} : { cursor }) }, signal);
    return reply?.code === "fills"
      ? { kind: "found", value: reply.fills.map((execution) => venueFillOf(account, execution)) }
      : failed(reply);
  }

  close(): Promise<void> {
    this.#wire?.close();
    return Promise.resolve();
  }

  async #positions(account: AccountId, signal: AbortSignal): Promise<QueryResult<readonly VenuePosition[]>> {
    const reply = await this.#ask({ op: "positions", account }, signal);
    if (reply?.code !== "positions") return failed(reply);
    const value = reply.positions.map(({ instrument, quantity }) => ({
      instrumentId: instrument as InstrumentId,
      quantity: Decimal.parse(quantity),
    }));
    return { kind: "found", value };
  }

  async #windDeadMan({ account, timeoutMs }: DeadManRequest, signal: AbortSignal): Promise<SendOutcome> {
    return outcomeOf(await this.#ask({ op: "deadMan", account, timeoutMs }, signal));
  }

  /** The venue's own time of an instant of ours: its clock is known to be the world's, ours may be set. */
  #venueTime(at: number): number {
    const { clock } = this.#options;
    return at - clock.wallOffsetMs;
  }

  async #send(
    kind: SendKind,
    account: AccountId,
    orderId: OrderId,
    signal: AbortSignal,
    request: WireRequest,
  ): Promise<SendOutcome> {
    const { faults, watch } = this.#options;
    if (signal.aborted) return { kind: "notSent", reason: "aborted before it was sent" };
    if (this.#wire === undefined || faults.strikes("requestNotSent"))
      return { kind: "notSent", reason: "no connection to the venue" };
    watch.written(kind, account, orderId);
    const outcome = outcomeOf(await this.#ask(request, signal));
    watch.answered(kind, orderId, outcome);
    return outcome;
  }

  /** @returns `undefined` when nobody knows what became of it: no answer, none that can be read, or the signal. */
  #ask(request: WireRequest, signal: AbortSignal): Promise<WireReply | undefined> {
    return new Promise((resolve) => {
      signal.addEventListener("abort", () => resolve(undefined), { once: true });
      this.#wire?.request(request, (end) => resolve(replyOf(end)));
    });
  }

  #heard(text: string): void {
    const listener = this.#listener;
    if (listener === undefined) return;
    let message: WireMessage;
    try {
      message = JSON.parse(text) as WireMessage;
    } catch {
      listener.unreadable({ reason: "it is not JSON", raw: text });
      return;
    }
    if (message.kind === "heartbeat") {
      listener.heartbeat();
      return;
    }
    const report = readReport(message, this.id, text);
    if (report === undefined) {
      listener.unreadable({ reason: `it cannot be read as a report of the kind ${message.kind}`, raw: text });
      return;
    }
    this.#options.reporting(report);
    listener.report(report);
  }
}

function replyOf(end: RequestEnd): WireReply | undefined {
  if ("reset" in end) return undefined;
  try {
    return JSON.parse(end.text) as WireReply;
  } catch {
    return undefined; // an answer that cannot be read answers nothing
  }
}

function outcomeOf(reply: WireReply | undefined): SendOutcome {
  switch (reply?.code) {
    case "ok":
      return {
        kind: "accepted",
        venueAt: reply.at,
        ...(reply.venueId === undefined ? {} : { venueOrderId: reply.venueId as VenueOrderId }),
      };
    case "rejected":
      return { kind: "rejected", reason: reply.reason, venueMessage: reply.message, venueAt: reply.at };
    case "later":
      return { kind: "notSent", reason: "the venue has no room now", retryAfterMs: reply.retryAfterMs };
    default:
      return { kind: "unknown", reason: reply === undefined ? "no answer that can be read" : "the venue failed" };
  }
}

function failed(reply: WireReply | undefined): QueryResult<never> {
  return {
    kind: "failed",
    reason: reply === undefined ? "no answer that can be read" : `the venue says ${reply.code}`,
  };
}

function named({ account, orderId, venueOrderId, instrumentId }: CancelRequest): {
  account: string;
  clientId: string;
  instrument: string;
  venueId?: string;
} {
  const ids = { account, clientId: orderId, instrument: instrumentId };
  return venueOrderId === undefined ? ids : { ...ids, venueId: venueOrderId };
}

type Amounts = Pick<PlaceRequest, "quantity" | "notional" | "price" | "triggerPrice">;

function decimals({ quantity, notional, price, triggerPrice }: Amounts): Partial<WireRequest> {
  return {
    ...(quantity === undefined ? {} : { quantity: quantity.toString() }),
    ...(notional === undefined ? {} : { notional: notional.toString() }),
    ...(price === undefined ? {} : { price: price.toString() }),
    ...(triggerPrice === undefined ? {} : { trigger: triggerPrice.toString() }),
  };
}

function orderOf(account: AccountId, order: WireOrder): VenueOrder {
  const { quantity, notional, price, trigger, clientId, endReason, average } = order;
  return {
    account,
    venueOrderId: order.venueId as VenueOrderId,
    instrumentId: order.instrument as InstrumentId,
    side: order.side,
    orderType: ORDER_TYPES.find((type) => type === order.type) ?? "limit",
    timeInForce: TIMES_IN_FORCE.find((tif) => tif === order.tif) ?? "gtc",
    postOnly: order.postOnly,
    reduceOnly: order.reduceOnly,
    status: order.status,
    cumulativeQuantity: Decimal.parse(order.cumulative),
    venueAt: order.at,
    ...(clientId === undefined ? {} : { clientOrderId: clientId }),
    ...(endReason === undefined ? {} : { endReason }),
    ...(average === undefined ? {} : { averagePrice: Decimal.parse(average) }),
    ...(quantity === undefined ? {} : { quantity: Decimal.parse(quantity) }),
    ...(notional === undefined ? {} : { notional: Decimal.parse(notional) }),
    ...(price === undefined ? {} : { price: Decimal.parse(price) }),
    ...(trigger === undefined ? {} : { triggerPrice: Decimal.parse(trigger) }),
  };
}

function fillOf(execution: WireExecution): Fill {
  return {
    executionId: execution.executionId as ExecutionId,
    venueOrderId: execution.venueId as VenueOrderId,
    price: Decimal.parse(execution.price),
    quantity: Decimal.parse(execution.quantity),
    liquidity: execution.liquidity,
    fee: { amount: Decimal.parse(execution.fee), asset: execution.feeAsset },
    venueAt: execution.at,
  };
}

function venueFillOf(account: AccountId, execution: WireExecution): VenueFill {
  return {
    account,
    instrumentId: execution.instrument as InstrumentId,
    side: execution.side,
    fill: fillOf(execution),
    cursor: execution.cursor,
    ...(execution.clientId === undefined ? {} : { clientOrderId: execution.clientId }),
  };
}

/** @returns `undefined` for what cannot be read. Whether it can be true is not the adapter's to judge. */
function readReport(report: WireReport, venue: VenueId, raw: string): ExecutionReport | undefined {
  try {
    return reportOf(report, venue, raw);
  } catch {
    return undefined;
  }
}

function reportOf(report: WireReport, venue: VenueId, raw: string): ExecutionReport | undefined {
  const { clientId, average } = report;
  const base = {
    venue,
    account: report.account as AccountId,
    instrumentId: report.instrument as InstrumentId,
    venueOrderId: report.venueId as VenueOrderId,
    venueAt: report.at,
    cumulativeQuantity: Decimal.parse(report.cumulative),
    raw,
    ...(clientId === undefined ? {} : { orderId: clientId as OrderId }),
    ...(average === undefined ? {} : { averagePrice: Decimal.parse(average) }),
  };
  const { execution, executionId, worksAgain = false, reason = report.status ?? report.kind } = report;
  switch (report.kind) {
    case "new":
      return { ...base, kind: "acknowledged" };
    case "triggered":
      return { ...base, kind: "acknowledged", triggered: true };
    case "trade":
      if (execution === undefined) return undefined;
      return { ...base, kind: "fill", fill: fillOf(execution), ...(report.ends === true ? { ends: true } : {}) };
    case "ended":
      return report.status === undefined ? undefined : { ...base, kind: "ended", status: report.status, reason };
    case "replaced":
      return { ...base, kind: "replaced", replace: replaceOf(report) };
    case "refused":
      return report.request === undefined
        ? undefined
        : { ...base, kind: "requestRejected", request: report.request, reason };
    case "busted":
      if (executionId === undefined) return undefined;
      return { ...base, kind: "fillReversed", executionId: executionId as ExecutionId, reason: "busted", worksAgain };
    case "corrected":
      if (executionId === undefined || execution === undefined) return undefined;
      return {
        ...base,
        kind: "fillCorrected",
        executionId: executionId as ExecutionId,
        fill: fillOf(execution),
        reason: "corrected",
        worksAgain,
      };
    default:
      return undefined;
  }
}

function replaceOf({
  quantity,
  price,
  trigger,
}: WireReport): Extract<ExecutionReport, { kind: "replaced" }>["replace"] {
  return {
    ...(quantity === undefined ? {} : { quantity: Decimal.parse(quantity) }),
    ...(price === undefined ? {} : { price: Decimal.parse(price) }),
    ...(trigger === undefined ? {} : { triggerPrice: Decimal.parse(trigger) }),
  };
}
