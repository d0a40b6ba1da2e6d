// The simulated exchange: takes requests as they arrive, matches them on the real matching engine, keeps its own books
// and tells its members what happened. It does what a venue may do on a bad day, too. It knows nothing of the engine
// under test; the way between them is wire.ts.

import { Decimal } from "../../domain/decimal.ts";
import { ORDER_TYPES } from "../../domain/identifiers.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { TIMES_IN_FORCE } from "../../domain/order-event.ts";
import { instrumentFees } from "../../matching/fees.ts";
import { MatchingEngine } from "../../matching/matching-engine.ts";
import type { IncomingOrder, MatchEvent } from "../../matching/types.ts";
import type { VirtualClock } from "../../runtime/virtual-clock.ts";
import type { FaultPlan } from "../faults.ts";
import type { Profile } from "../profile.ts";
import { type BookedExecution, type BookedOrder, ExchangeBooks } from "./books.ts";
import type { WireExecution, WireMessage, WireOrder, WireReply, WireReport, WireRequest } from "./messages.ts";

/** Told what happens inside, for the checkers: an order of a member exists from now on. */
export type PlacedListener = (order: BookedOrder) => void;

export interface ExchangeOptions {
  readonly clock: VirtualClock;
  readonly profile: Profile;
  readonly faults: FaultPlan;
  readonly instruments: readonly Instrument[];
  /** Accounts that have a stream and are under test. */
  readonly members: ReadonlySet<string>;
  /** Sends a message on its member's stream. */
  readonly tell: (message: WireMessage) => void;
  /** Sends what was done to an execution, again and again until it is on record: nothing else ever says so. */
  readonly tellUndone: (message: WireReport, execution: BookedExecution) => void;
  readonly placed: PlacedListener;
}

const PAGE = 50;
const SHORT_OUTAGE_MS = 20_000;

export class Exchange {
  readonly books: ExchangeBooks;
  readonly #options: ExchangeOptions;
  readonly #engines = new Map<string, MatchingEngine>();
  readonly #deadMen = new Map<string, () => void>();
  #numbers = 0;
  #executions = 0;
  #bannedUntil = 0;
  #revokedUntil = 0;
  #haltedUntil = 0;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.books = new ExchangeBooks(options.clock, options.profile);
    for (const instrument of options.instruments) {
      const nextExecutionId = (): string => `x${++this.#executions}`;
      this.#engines.set(
        instrument.id,
        new MatchingEngine({
          instrument,
          fees: instrumentFees(instrument, { spotBuysPayIn: "quote" }),
          nextExecutionId,
        }),
      );
    }
  }

  /** Handles a request of a member, as it arrives now. */
  handle(request: WireRequest): WireReply {
    // What became of an id is the first thing that any venue looks at: a doubled request must not be told another no.
    return this.#duplicate(request) ?? this.#refusal(request) ?? this.#carryOut(request);
  }

  /** Places an order of the crowd, or of a person, past the wire and its faults. @returns its id in the matching engine, if it was taken. */
  placeDirectly(request: WireRequest): string | undefined {
    const matchingId = `m${this.#numbers + 1}`;
    return this.#place(request).code === "ok" ? matchingId : undefined;
  }

  cancelDirectly(matchingId: string): void {
    const order = this.books.order(matchingId);
    if (order?.status === "working")
      this.#apply(order.instrument, this.#engineOf(order).cancel(matchingId, this.#now()));
  }

  bestPrices(instrument: string): { readonly bid: Decimal | undefined; readonly ask: Decimal | undefined } {
    const engine = this.#engines.get(instrument);
    return { bid: engine?.bestBid(), ask: engine?.bestAsk() };
  }

  /** Ends what has expired by now. */
  expire(): void {
    for (const [instrument, engine] of this.#engines) this.#apply(instrument, engine.expire(this.#now()));
  }

  /** Cancels one working order of a member, unasked. */
  cancelUnasked(order: BookedOrder): void {
    this.cancelDirectly(order.matchingId);
  }

  /** Restarts: resting orders of the members are canceled, and nobody is told; some were never there. */
  restart(forgets: (order: BookedOrder) => boolean): void {
    for (const order of [...this.books.orders()]) {
      if (order.status !== "working" || !this.#options.members.has(order.account)) continue;
      const events = this.#engineOf(order).cancel(order.matchingId, this.#now());
      this.#book(order.instrument, events);
      if (order.cumulative.isZero() && forgets(order)) this.books.forget(order.matchingId);
    }
  }

  /** Takes an execution of a member back, or corrects its price. It says so on the stream. */
  undo(execution: number, as: "busted" | "corrected"): void {
    const done = this.books.executions()[execution];
    const order = done === undefined ? undefined : this.books.order(done.matchingId);
    if (
      done === undefined ||
      order === undefined ||
      done.isBusted ||
      done.isCorrected ||
      !this.#options.members.has(done.account)
    )
      return;
    const price = as === "busted" ? done.price : done.price.add(this.#tickOf(done.instrument));
    const executed = { ...done, price, isBusted: as === "busted", isCorrected: as === "corrected" };
    this.books.execute(executed);
    const cumulative = as === "busted" ? order.cumulative.sub(done.quantity) : order.cumulative;
    const cost = order.cost
      .sub(done.price.mul(done.quantity))
      .add(as === "busted" ? Decimal.zero : price.mul(done.quantity));
    const changed: BookedOrder = { ...order, cumulative, cost, at: this.#now() };
    this.books.put(changed);
    const report = this.#reportOn(changed, as);
    const correction = as === "corrected" ? { execution: executionOf(executed, this.#options.profile) } : {};
    this.#options.tellUndone({ ...report, executionId: done.executionId, worksAgain: false, ...correction }, executed);
  }

  #refusal(request: WireRequest): WireReply | undefined {
    const { faults } = this.#options;
    const now = this.#now();
    if (faults.strikes("banned")) this.#bannedUntil = now + faults.pick("banned", SHORT_OUTAGE_MS * 3);
    if (faults.strikes("keyRevoked")) this.#revokedUntil = now + faults.pick("keyRevoked", SHORT_OUTAGE_MS);
    if (now < this.#bannedUntil) return { code: "later", retryAfterMs: Math.min(5_000, this.#bannedUntil - now) };
    if (now < this.#revokedUntil) return this.#reject("notAuthorized", "the key is not valid now");
    if (faults.strikes("rateLimited")) return { code: "later", retryAfterMs: 100 + faults.pick("rateLimited", 2_000) };
    if (isQuery(request)) return faults.strikes("queryFails") ? { code: "error", message: "try again" } : undefined;
    if (faults.strikes("errorBeforeExecution")) return { code: "error", message: "internal error" };
    return undefined;
  }

  #carryOut(request: WireRequest): WireReply {
    switch (request.op) {
      case "connect":
        return { code: "ok", at: this.#now() };
      case "place":
        return this.#answer(this.#placeFresh(request));
      case "cancel":
        return this.#answer(this.#cancel(request));
      case "replace":
        return this.#answer(this.#replace(request));
      case "deadMan":
        return this.#windDeadMan(request);
      case "order":
        return this.#showOrder(request);
      case "openOrders":
        return this.#listOpen(request);
      case "fills":
        return this.#listFills(request);
      case "positions":
        return this.#listPositions(request);
    }
  }

  /** The venue did it and says that something went wrong. */
  #answer(reply: WireReply): WireReply {
    return this.#options.faults.strikes("errorAfterExecution") ? { code: "error", message: "internal error" } : reply;
  }

  #placeFresh(request: WireRequest): WireReply {
    const { profile, faults } = this.#options;
    const now = this.#now();
    if (isTooLate(request, profile, now)) return this.#reject("tooLate", "the request came after its deadline");
    if (faults.strikes("halted")) this.#haltedUntil = now + faults.pick("halted", SHORT_OUTAGE_MS);
    if (now < this.#haltedUntil) return this.#reject("halted", "the market takes no orders now");
    return this.#place(request);
  }

  #duplicate(request: WireRequest): WireReply | undefined {
    if (request.op !== "place") return undefined;
    const named = this.books
      .named(request.account, request.clientId ?? "")
      .filter((order) => order.status !== "rejected");
    const blocking = this.#options.profile.reusesIds ? named.filter((order) => order.status === "working") : named;
    return blocking.length === 0 ? undefined : this.#reject("duplicateOrderId", "an order has that id");
  }

  #place(request: WireRequest): WireReply {
    const engine = this.#engines.get(request.instrument ?? "");
    const incoming = engine === undefined ? undefined : incomingOf(request, `m${++this.#numbers}`);
    if (engine === undefined || incoming === undefined) return this.#reject("malformed", "no such order can be");
    const now = this.#now();
    const order = bookedOf(request, incoming, now);
    this.books.put(order);
    if (request.clientId !== undefined) this.books.name(order.account, request.clientId, order.matchingId);
    const events = engine.submit(incoming, now);
    const refused = events.find((event) => event.kind === "refused");
    if (refused?.kind === "refused") {
      this.books.put({ ...order, status: "rejected", endReason: refused.reason });
      this.#apply(
        order.instrument,
        events.filter((event) => event !== refused),
      );
      return this.#reject(refused.reason, refused.message);
    }
    if (this.#options.members.has(order.account)) this.#options.placed(order);
    this.#apply(order.instrument, events);
    return { code: "ok", venueId: order.venueId, at: now };
  }

  #cancel(request: WireRequest): WireReply {
    const { faults } = this.#options;
    const order = this.#find(request);
    if (order === undefined || order.status !== "working" || faults.strikes("cancelUnheard"))
      return this.#reject("unknownOrder", "no such order works");
    if (!faults.strikes("cancelForgotten"))
      this.#apply(order.instrument, this.#engineOf(order).cancel(order.matchingId, this.#now()));
    return { code: "ok", venueId: order.venueId, at: this.#now() };
  }

  #replace(request: WireRequest): WireReply {
    const { profile } = this.#options;
    const now = this.#now();
    const order = this.#find(request);
    if (isTooLate(request, profile, now)) return this.#reject("tooLate", "the request came after its deadline");
    if (order === undefined || order.status !== "working") return this.#reject("unknownOrder", "no such order works");
    const terms = {
      ...(request.quantity === undefined ? {} : { quantity: Decimal.parse(request.quantity) }),
      ...(request.price === undefined ? {} : { price: Decimal.parse(request.price) }),
      ...(request.trigger === undefined ? {} : { triggerPrice: Decimal.parse(request.trigger) }),
    };
    const events = this.#engineOf(order).replace(order.matchingId, terms, now);
    const refused = events.find((event) => event.kind === "requestRefused");
    if (profile.replaceRenames && refused === undefined)
      this.books.put({ ...(this.books.order(order.matchingId) ?? order), venueId: `v${++this.#numbers}` });
    this.#apply(
      order.instrument,
      events.filter((event) => event !== refused),
    );
    if (refused?.kind === "requestRefused") return this.#reject(refused.reason, refused.message);
    return { code: "ok", venueId: this.books.order(order.matchingId)?.venueId ?? order.venueId, at: now };
  }

  #windDeadMan(request: WireRequest): WireReply {
    this.#deadMen.get(request.account)?.();
    this.#deadMen.delete(request.account);
    const { timeoutMs = 0, account } = request;
    if (timeoutMs > 0)
      this.#deadMen.set(
        account,
        this.#options.clock.schedule(timeoutMs, () => this.#deadManFires(account)),
      );
    return { code: "ok", at: this.#now() };
  }

  #deadManFires(account: string): void {
    for (const order of [...this.books.orders()]) {
      if (order.account === account && order.status === "working") this.cancelDirectly(order.matchingId);
    }
  }

  #showOrder({ account, clientId, venueId }: WireRequest): WireReply {
    const order = this.books.shown(account, clientId, venueId);
    return order === undefined ? { code: "absent" } : { code: "order", order: wireOrderOf(order) };
  }

  #listOpen({ account }: WireRequest): WireReply {
    const { faults } = this.#options;
    const orders = this.books.shownOpen(account).map(wireOrderOf);
    const torn =
      orders.length > 0 && faults.strikes("listTorn") ? faults.pick("listTorn", orders.length * 2) : undefined;
    if (torn === undefined) return { code: "orders", orders };
    const victim = orders[torn % orders.length] as WireOrder;
    const others = orders.filter((order) => order !== victim);
    return { code: "orders", orders: torn < orders.length ? others : [...others, victim, victim] };
  }

  #listFills({ account, cursor }: WireRequest): WireReply {
    if (this.#options.profile.totalsOnly) return { code: "fills", fills: [] };
    const after = cursor === undefined ? 0 : Number(cursor);
    const fills = this.books.shownExecutions(account, after).slice(0, PAGE);
    return { code: "fills", fills: fills.map((execution) => executionOf(execution, this.#options.profile)) };
  }

  #listPositions({ account }: WireRequest): WireReply {
    const positions = Array.from(this.#engines.keys(), (instrument) => ({
      instrument,
      quantity: this.books.position(account, instrument).toString(),
    }));
    return { code: "positions", positions };
  }

  #apply(instrument: string, events: readonly MatchEvent[]): void {
    for (const report of this.#book(instrument, events)) this.#options.tell(report);
  }

  /** Books what the matching engine says. @returns what the members are to be told. */
  #book(instrument: string, events: readonly MatchEvent[]): WireReport[] {
    const reports: WireReport[] = [];
    for (const event of events) {
      const before = this.books.order(event.venueOrderId);
      if (before === undefined) continue;
      const order = advance(before, event);
      if (order !== before) this.books.put(order);
      if (this.#options.members.has(order.account)) {
        const report = this.#reportOf(order, event, instrument);
        if (report !== undefined) reports.push(report);
      } else if (order.status !== "working") {
        this.books.forget(order.matchingId); // the crowd comes and goes
      }
    }
    return reports;
  }

  #reportOf(order: BookedOrder, event: MatchEvent, instrument: string): WireReport | undefined {
    const base = (kind: WireReport["kind"]): WireReport => this.#reportOn(order, kind);
    const { profile } = this.#options;
    switch (event.kind) {
      case "accepted":
        return base("new");
      case "triggered":
        return base("triggered");
      case "executed": {
        const execution = {
          ...order,
          number: this.books.executionCount,
          executionId: event.executionId,
          instrument,
          price: event.price,
          quantity: event.quantity,
          liquidity: event.liquidity,
          fee: event.fee,
          at: event.at,
          isBusted: false,
          isCorrected: false,
        };
        this.books.execute(execution);
        if (profile.totalsOnly) return event.ends ? { ...base("ended"), status: "filled" } : base("new");
        return { ...base("trade"), execution: executionOf(execution, profile), ...(event.ends ? { ends: true } : {}) };
      }
      case "ended":
        return { ...base("ended"), status: event.status, reason: event.reason };
      case "replaced": {
        const { quantity, price, trigger } = wireOrderOf(order);
        return {
          ...base("replaced"),
          ...(quantity === undefined ? {} : { quantity }),
          ...(price === undefined ? {} : { price }),
          ...(trigger === undefined ? {} : { trigger }),
        };
      }
      case "requestRefused":
        return { ...base("refused"), request: event.request, reason: event.reason };
      case "refused":
        return undefined;
    }
  }

  #reportOn(order: BookedOrder, kind: WireReport["kind"]): WireReport {
    const { profile } = this.#options;
    return {
      kind,
      account: order.account,
      instrument: order.instrument,
      venueId: order.venueId,
      at: this.#now(),
      cumulative: order.cumulative.toString(),
      ...averageOf(order),
      ...(order.clientId !== undefined && profile.echoesClientIds ? { clientId: order.clientId } : {}),
    };
  }

  #find({ account, clientId, venueId }: WireRequest): BookedOrder | undefined {
    const order = venueId === undefined ? undefined : this.books.byVenueId(venueId);
    if (order?.account === account) return order;
    return clientId === undefined ? undefined : this.books.named(account, clientId).at(-1);
  }

  #engineOf(order: BookedOrder): MatchingEngine {
    return this.#engines.get(order.instrument) as MatchingEngine;
  }

  #tickOf(instrument: string): Decimal {
    return this.#options.instruments.find((each) => each.id === instrument)?.tickSize ?? Decimal.zero;
  }

  #reject(reason: string, message: string): WireReply {
    return { code: "rejected", reason, message, at: this.#now() };
  }

  #now(): number {
    return this.#options.clock.now();
  }
}

function isQuery({ op }: WireRequest): boolean {
  return op === "order" || op === "openOrders" || op === "fills" || op === "positions" || op === "connect";
}

function isTooLate({ deadline }: WireRequest, { discardAfterMs }: Profile, now: number): boolean {
  return deadline !== undefined && discardAfterMs !== undefined && now > deadline + discardAfterMs;
}

function advance(order: BookedOrder, event: MatchEvent): BookedOrder {
  switch (event.kind) {
    case "accepted":
    case "triggered":
      return { ...order, at: event.at };
    case "executed":
      return {
        ...order,
        at: event.at,
        cumulative: order.cumulative.add(event.quantity),
        cost: order.cost.add(event.price.mul(event.quantity)),
        ...(event.ends ? { status: "filled" as const } : {}),
      };
    case "ended":
      return { ...order, at: event.at, status: event.status, endReason: event.reason };
    case "replaced": {
      const { quantity, price, triggerPrice } = event.replace;
      return {
        ...order,
        at: event.at,
        ...(quantity === undefined ? {} : { quantity }),
        ...(price === undefined ? {} : { price }),
        ...(triggerPrice === undefined ? {} : { trigger: triggerPrice }),
      };
    }
    case "refused":
    case "requestRefused":
      return order;
  }
}

function incomingOf(request: WireRequest, matchingId: string): IncomingOrder | undefined {
  const { side, quantity, notional, price, trigger, expiresAt } = request;
  const orderType = ORDER_TYPES.find((each) => each === request.type);
  const timeInForce = TIMES_IN_FORCE.find((each) => each === request.tif);
  if (side === undefined || orderType === undefined || timeInForce === undefined) return undefined;
  return {
    venueOrderId: matchingId,
    account: request.account,
    side,
    orderType,
    timeInForce,
    postOnly: request.postOnly === true,
    reduceOnly: request.reduceOnly === true,
    selfTradePrevention: "none",
    ...(quantity === undefined ? {} : { quantity: Decimal.parse(quantity) }),
    ...(notional === undefined ? {} : { notional: Decimal.parse(notional) }),
    ...(price === undefined ? {} : { price: Decimal.parse(price) }),
    ...(trigger === undefined ? {} : { triggerPrice: Decimal.parse(trigger) }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function bookedOf(request: WireRequest, incoming: IncomingOrder, at: number): BookedOrder {
  const { orderType: type, timeInForce: tif, triggerPrice, quantity, notional, price } = incoming;
  return {
    venueId: incoming.venueOrderId.replace("m", "v"),
    matchingId: incoming.venueOrderId,
    account: request.account,
    instrument: request.instrument ?? "",
    side: incoming.side,
    type,
    tif,
    postOnly: incoming.postOnly,
    reduceOnly: incoming.reduceOnly,
    status: "working",
    cumulative: Decimal.zero,
    cost: Decimal.zero,
    placedAt: at,
    at,
    ...(request.clientId === undefined ? {} : { clientId: request.clientId }),
    ...(quantity === undefined ? {} : { quantity }),
    ...(notional === undefined ? {} : { notional }),
    ...(price === undefined ? {} : { price }),
    ...(triggerPrice === undefined ? {} : { trigger: triggerPrice }),
  };
}

function wireOrderOf(order: BookedOrder): WireOrder {
  return {
    venueId: order.venueId,
    instrument: order.instrument,
    side: order.side,
    type: order.type,
    tif: order.tif,
    postOnly: order.postOnly,
    reduceOnly: order.reduceOnly,
    status: order.status,
    cumulative: order.cumulative.toString(),
    at: order.at,
    ...averageOf(order),
    ...(order.clientId === undefined ? {} : { clientId: order.clientId }),
    ...(order.endReason === undefined ? {} : { endReason: order.endReason }),
    ...(order.quantity === undefined ? {} : { quantity: order.quantity.toString() }),
    ...(order.notional === undefined ? {} : { notional: order.notional.toString() }),
    ...(order.price === undefined ? {} : { price: order.price.toString() }),
    ...(order.trigger === undefined ? {} : { trigger: order.trigger.toString() }),
  };
}

function averageOf({ cumulative, cost }: BookedOrder): { average?: string } {
  return cumulative.isZero() ? {} : { average: cost.div(cumulative, 12, "down").toString() };
}

function executionOf(execution: BookedExecution, profile: Profile): WireExecution {
  return {
    executionId: execution.executionId,
    venueId: execution.venueId,
    instrument: execution.instrument,
    side: execution.side,
    price: execution.price.toString(),
    quantity: execution.quantity.toString(),
    liquidity: execution.liquidity,
    fee: execution.fee.amount.toString(),
    feeAsset: execution.fee.asset,
    at: execution.at,
    cursor: String(execution.number + 1),
    ...(execution.clientId !== undefined && profile.echoesClientIds ? { clientId: execution.clientId } : {}),
  };
}
