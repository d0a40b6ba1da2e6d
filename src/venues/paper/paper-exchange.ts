// What happens at the paper venue: orders, matching and the records of both, synchronously and without time,
// network or disk of its own. It gathers what has to be committed and what may be said afterwards.
// Who waits for what, and for how long, is in paper-venue.ts.

import { assert } from "../../domain/assert.ts";
import { Decimal } from "../../domain/decimal.ts";
import { OrderwrightError } from "../../domain/errors.ts";
import type { ExecutionReport } from "../../domain/execution-report.ts";
import type { AccountId, InstrumentId, VenueId, VenueOrderId } from "../../domain/identifiers.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Instant } from "../../domain/time.ts";
import type { MarketEvent } from "../../market-data/market-data.ts";
import type { FeeModel } from "../../matching/fees.ts";
import { MatchingEngine, type MatchingOptions } from "../../matching/matching-engine.ts";
import type { MatchEvent, MatchingChanges, MatchingState, SelfTradePrevention } from "../../matching/types.ts";
import type { CancelRequest, PlaceRequest, ReplaceRequest, SendOutcome, VenueFill } from "../venue.ts";
import { OrderRecords } from "./order-records.ts";
import type { PaperBatch, PaperOrder, PaperState, PaperStore } from "./paper-store.ts";
import { advance, fillOf, incomingOf, orderOf, type Rejection, rejection, reportOf, termsOf } from "./translate.ts";

export interface PaperExchangeOptions {
  readonly venue: VenueId;
  readonly instruments: readonly Instrument[];
  readonly fees: (instrument: Instrument) => FeeModel;
  readonly selfTradePrevention: SelfTradePrevention;
  /** Which tape the market events come from. */
  readonly tape: string;
  readonly store: PaperStore;
}

/** The synchronous heart of the venue: one matching engine per instrument, over one set of records. */
export class PaperExchange {
  readonly #options: PaperExchangeOptions;
  readonly #engines = new Map<InstrumentId, MatchingEngine>();
  readonly #records: OrderRecords;
  readonly #counters: { orders: number; executions: number; fills: number };
  #tapePosition: number;
  /** Since the last batch was taken. */
  #fills: VenueFill[] = [];
  #touched = new Set<InstrumentId>();
  #forgottenTape: ReadonlyMap<InstrumentId, MatchingChanges>;
  #reports: ExecutionReport[] = [];

  /** @throws {OrderwrightError} `config.invalid` when the store's content does not go with the options. */
  constructor(options: PaperExchangeOptions) {
    this.#options = options;
    const state = options.store.load();
    const sameTape = state.tape === undefined || state.tape.description === options.tape;
    checkState(options, state);
    this.#counters = { ...state.counters };
    this.#tapePosition = sameTape ? (state.tape?.position ?? 0) : 0;
    this.#records = new OrderRecords(options.store, state.working);
    this.#forgottenTape = sameTape ? new Map() : forgetTape(state.matching);
    for (const instrument of options.instruments) {
      const stored = state.matching.get(instrument.id);
      this.#engines.set(instrument.id, this.#makeEngine(instrument, stored, sameTape));
    }
  }

  /** How many events of the tape were taken. */
  get tapePosition(): number {
    return this.#tapePosition;
  }

  /** Whether there is something to tell that a crash could still take back. */
  get hasChangedOrders(): boolean {
    return this.#records.hasChanges;
  }

  place(request: PlaceRequest, at: Instant): SendOutcome {
    if (at > request.sendBy) {
      return rejection("deadlinePassed", `The order arrived ${at - request.sendBy} ms after its deadline.`, at);
    }
    const first = this.#records.find(request.account, request.orderId);
    if (first !== undefined) return duplicate(first, at);
    const engine = this.#engines.get(request.instrumentId);
    if (engine === undefined) {
      return rejection("unknownInstrument", `${this.#options.venue} does not list ${request.instrumentId}.`, at);
    }
    const venueOrderId = `${this.#options.venue}-${++this.#counters.orders}` as VenueOrderId;
    const order = orderOf(request, venueOrderId, at);
    this.#records.put(order);
    const events = engine.submit(incomingOf(order, this.#options.selfTradePrevention), at);
    this.#apply(request.instrumentId, events);
    const refused = events.find((event) => event.kind === "refused");
    if (refused !== undefined) return rejection(refused.reason, refused.message, at);
    return { kind: "accepted", venueOrderId, venueAt: at };
  }

  cancel(request: CancelRequest, at: Instant): SendOutcome {
    return this.#change(request, "cancel", at, (engine, id) => engine.cancel(id, at));
  }

  /** Cancels all that works of an account, for a reason that is not a request. */
  cancelAll(account: AccountId, reason: string, at: Instant): void {
    for (const { instrumentId, venueOrderId } of this.#records.working(account)) {
      this.#apply(instrumentId, this.#engineOf(instrumentId, venueOrderId).cancel(venueOrderId, at, reason));
    }
  }

  replace(request: ReplaceRequest, at: Instant): SendOutcome {
    if (at > request.sendBy) {
      return rejection("deadlinePassed", `The replace arrived ${at - request.sendBy} ms after its deadline.`, at);
    }
    return this.#change(request, "replace", at, (engine, id) => engine.replace(id, termsOf(request), at));
  }

  /** @throws {OrderwrightError} when the store cannot be read. */
  order(account: AccountId, clientOrderId: string): PaperOrder | undefined {
    return this.#records.find(account, clientOrderId);
  }

  openOrders(account: AccountId): readonly PaperOrder[] {
    return this.#records.working(account);
  }

  position(account: AccountId, instrumentId: InstrumentId): Decimal {
    return this.#engines.get(instrumentId)?.position(account) ?? Decimal.zero;
  }

  /**
   * Takes the next event of the tape. The place moves also for an instrument that is not listed.
   *
   * @throws {RangeError} for a price off the instrument's grid; nothing but the place has changed then.
   */
  onMarket(event: MarketEvent, tapePosition: number, at: Instant): void {
    this.#tapePosition = tapePosition;
    const engine = this.#engines.get(event.instrumentId);
    if (engine === undefined) return;
    this.#apply(event.instrumentId, applyMarket(engine, event, at));
  }

  /** Rebuilds the displayed book from an event before the stored place. @throws {RangeError} as {@link onMarket}. */
  prime(event: MarketEvent): void {
    const engine = this.#engines.get(event.instrumentId);
    if (engine === undefined) return;
    if (event.kind === "depth") engine.primeDepth(event);
    else if (event.kind === "quote") engine.primeQuote(event);
    else engine.primeTrade(event);
  }

  expire(at: Instant): void {
    for (const [instrumentId, engine] of this.#engines) {
      const next = engine.nextExpiry();
      if (next !== undefined && next <= at) this.#apply(instrumentId, engine.expire(at));
    }
  }

  nextExpiry(): Instant | undefined {
    let first: Instant | undefined;
    for (const engine of this.#engines.values()) {
      const next = engine.nextExpiry();
      if (next !== undefined && (first === undefined || next < first)) first = next;
    }
    return first;
  }

  /** Returns what a commit must hold to bring the store up to now. Once taken it has to be committed. */
  takeBatch(): PaperBatch {
    const matching = new Map(this.#forgottenTape);
    for (const instrumentId of this.#touched) {
      const changes = this.#engines.get(instrumentId)?.takeChanges();
      if (changes !== undefined) matching.set(instrumentId, join(matching.get(instrumentId), changes));
    }
    const batch: PaperBatch = {
      orders: this.#records.takeChanges(),
      fills: this.#fills,
      matching,
      counters: { ...this.#counters },
      tape: { description: this.#options.tape, position: this.#tapePosition },
    };
    this.#fills = [];
    this.#touched = new Set();
    this.#forgottenTape = new Map();
    return batch;
  }

  /** Returns what happened since the last call, in order. It may be said once its batch is committed. */
  takeReports(): readonly ExecutionReport[] {
    const reports = this.#reports;
    this.#reports = [];
    return reports;
  }

  #makeEngine(instrument: Instrument, stored: MatchingState | undefined, sameTape: boolean): MatchingEngine {
    const options: MatchingOptions = {
      instrument,
      fees: this.#options.fees(instrument),
      nextExecutionId: () => `${this.#options.venue}-x${++this.#counters.executions}`,
      liquidity: "tape",
    };
    if (stored === undefined) return new MatchingEngine(options);
    try {
      return MatchingEngine.restore(options, sameTape ? stored : withoutTape(stored));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const message =
        `The store's orders in ${instrument.id} were made for another tick or lot size: ${error.message} ` +
        "List the instrument as it was, or begin with a new store.";
      throw new OrderwrightError("config.invalid", message, { instrumentId: instrument.id }, { cause: error });
    }
  }

  #change(
    request: CancelRequest,
    asked: "cancel" | "replace",
    at: Instant,
    act: (engine: MatchingEngine, venueOrderId: string) => MatchEvent[],
  ): SendOutcome {
    const order = this.#records.find(request.account, request.orderId);
    if (order === undefined) {
      return rejection("unknownOrder", `${request.account} has no order ${request.orderId}.`, at);
    }
    if (order.status !== "working") return this.#refuseEnded(order, asked, at);
    const events = act(this.#engineOf(order.instrumentId, order.venueOrderId), order.venueOrderId);
    this.#apply(order.instrumentId, events);
    const refused = events.find((event) => event.kind === "requestRefused");
    if (refused !== undefined) return rejection(refused.reason, refused.message, at);
    return { kind: "accepted", venueOrderId: order.venueOrderId, venueAt: at };
  }

  #engineOf(instrumentId: InstrumentId, venueOrderId: VenueOrderId): MatchingEngine {
    const engine = this.#engines.get(instrumentId);
    assert(engine !== undefined, `${venueOrderId} works in an instrument that is not listed`);
    return engine;
  }

  #refuseEnded(order: PaperOrder, request: "cancel" | "replace", at: Instant): Rejection {
    const message = `${order.clientOrderId} is ${order.status}.`;
    const { venueOrderId } = order;
    const event: MatchEvent = { kind: "requestRefused", venueOrderId, at, request, reason: "orderEnded", message };
    this.#report(order, event);
    return rejection("orderEnded", message, at);
  }

  #apply(instrumentId: InstrumentId, events: readonly MatchEvent[]): void {
    // Also without events: queues and consumed liquidity may have changed.
    this.#touched.add(instrumentId);
    for (const event of events) {
      const before = this.#records.get(event.venueOrderId);
      assert(before !== undefined, `the matching engine speaks of ${event.venueOrderId}, which has no record`);
      const order = advance(before, event);
      if (order !== before) this.#records.put(order);
      if (event.kind === "executed") this.#book(order, event);
      this.#report(order, event);
    }
  }

  #book(order: PaperOrder, event: Extract<MatchEvent, { kind: "executed" }>): void {
    this.#fills.push({
      account: order.account,
      clientOrderId: order.clientOrderId,
      instrumentId: order.instrumentId,
      side: order.side,
      fill: fillOf(event),
      cursor: String(++this.#counters.fills),
    });
  }

  #report(order: PaperOrder, event: MatchEvent): void {
    const report = reportOf(this.#options.venue, order, event);
    if (report !== undefined) this.#reports.push(report);
  }
}

function applyMarket(engine: MatchingEngine, event: MarketEvent, at: Instant): MatchEvent[] {
  switch (event.kind) {
    case "depth":
      return engine.applyDepth(event, at);
    case "quote":
      return engine.applyQuote(event, at);
    case "trade":
      return engine.applyTrade(event, at);
  }
}

function duplicate(first: PaperOrder, at: Instant): Rejection {
  const message = `${first.clientOrderId} names ${first.venueOrderId}, which is ${first.status}; each order needs an id of its own.`;
  return rejection("duplicateOrderId", message, at);
}

function checkState(options: PaperExchangeOptions, state: PaperState): void {
  const problems: string[] = [];
  if (options.store.venue !== options.venue) {
    problems.push(`The store belongs to the venue ${options.store.venue}; ${options.venue} needs one of its own.`);
  }
  const listed = new Set(options.instruments.map((instrument) => instrument.id));
  const unlisted = new Set(state.working.map((order) => order.instrumentId).filter((id) => !listed.has(id)));
  for (const id of unlisted) problems.push(`The store holds open orders in ${id}; list it, or cancel them first.`);
  if (problems.length > 0) throw new OrderwrightError("config.invalid", problems.join(" "), { problems });
}

/** Returns a state without what only the other tape could explain. Queues stay: nothing better is known of them. */
function withoutTape(state: MatchingState): MatchingState {
  const { sequence, orders, positions } = state;
  return { sequence, orders, positions, consumed: [] };
}

/** Returns the changes that take the same out of the store. */
function forgetTape(states: ReadonlyMap<InstrumentId, MatchingState>): ReadonlyMap<InstrumentId, MatchingChanges> {
  return new Map(
    Array.from(states, ([id, state]) => [
      id,
      {
        sequence: state.sequence,
        orders: [],
        removed: [],
        positions: [],
        consumed: state.consumed.map((level) => ({ ...level, quantity: "0" })),
      },
    ]),
  );
}

/** Returns the later changes after the earlier ones; only consumed levels are in both. */
function join(earlier: MatchingChanges | undefined, later: MatchingChanges): MatchingChanges {
  return earlier === undefined ? later : { ...later, consumed: [...earlier.consumed, ...later.consumed] };
}
