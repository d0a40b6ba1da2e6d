// The paper venue as the engine sees it: requests travel, are handled, committed, and only then answered.
// What orders do at the venue is in paper-exchange.ts, what is kept in paper-store.ts. It keeps its promises
// by the order of its steps: nothing leaves, as reply or as report, before the commit that holds it.

import { assert } from "../../domain/assert.ts";
import type { Decimal } from "../../domain/decimal.ts";
import { isOrderwrightError, OrderwrightError } from "../../domain/errors.ts";
import type { ExecutionReport } from "../../domain/execution-report.ts";
import type { AccountId, InstrumentId, VenueId } from "../../domain/identifiers.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Instant } from "../../domain/time.ts";
import type { MarketEvent } from "../../market-data/market-data.ts";
import { instrumentFees } from "../../matching/fees.ts";
import { type LatencyModel, uniformLatency } from "../../matching/latency.ts";
import type { CancelTimer, Clock } from "../../runtime/clock.ts";
import { type Logger, silentLogger } from "../../runtime/logger.ts";
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
} from "../venue.ts";
import { ABORTED_AFTER_SEND, ABORTED_BEFORE_SEND, ABORTED_QUERY, untilAborted } from "../waiting.ts";
import { PAPER_CAPABILITIES, PAPER_DEAD_MAN } from "./capabilities.ts";
import { DeadManSwitches } from "./dead-man.ts";
import { Link } from "./link.ts";
import { PaperExchange } from "./paper-exchange.ts";
import type { PaperStore } from "./paper-store.ts";
import {
  DEFAULT_PAPER_LATENCY,
  MAX_UNCOMMITTED_TAPE_EVENTS,
  MAX_UNCOMMITTED_TAPE_MS,
  type PaperVenueOptions,
} from "./paper-venue-options.ts";

export type { PaperLatency, PaperVenueOptions } from "./paper-venue-options.ts";

/** On its way to the venue. */
interface Inbound {
  /** Does at the venue what was asked. Nothing of it may be told yet. */
  handle(at: Instant): Answer;
  /** Ends the wait without an answer. */
  lose(reason: string): void;
}
/** Waits for the commit. */
interface Held {
  /** Called after the commit. @returns what happens on arrival. */
  leave(): () => void;
  lose(reason: string): void;
}
type Answer = Held & { readonly isRefusal: boolean };
/** On its way from the venue. */
interface Outbound {
  deliver(): void;
  lose(reason: string): void;
}

/** A simulated venue over a tape: several accounts and instruments, one store, one listener. */
export class PaperVenue implements Venue {
  readonly id: VenueId;
  readonly capabilities: VenueCapabilities = PAPER_CAPABILITIES;
  readonly #options: PaperVenueOptions;
  readonly #clock: Clock;
  readonly #store: PaperStore;
  readonly #logger: Logger;
  readonly #exchange: PaperExchange;
  readonly #deadMan: DeadManSwitches;
  readonly #requestLatency: LatencyModel;
  readonly #replyLatency: LatencyModel;
  readonly #inbound: Link<Inbound>;
  readonly #outbound: Link<Outbound>;
  /** What leaves with the next commit, in order. */
  #held: Held[] = [];
  #listener: VenueListener | undefined;
  /** Why nothing is handled any more: closed, or the store failed. */
  #downBecause: string | undefined;
  #uncommittedTapeEvents = 0;
  #committedAtMs: number;
  #lastAt = Number.NEGATIVE_INFINITY;
  #expiry: { readonly at: Instant; readonly cancel: CancelTimer } | undefined;

  private constructor(options: PaperVenueOptions) {
    this.id = options.id;
    this.#options = options;
    this.#clock = options.clock;
    this.#store = options.store;
    this.#logger = options.logger ?? silentLogger;
    const { requestMs, replyMs, jitterMs } = options.latency ?? DEFAULT_PAPER_LATENCY;
    this.#requestLatency = uniformLatency(requestMs, requestMs + jitterMs, options.random);
    this.#replyLatency = uniformLatency(replyMs, replyMs + jitterMs, options.random);
    this.#inbound = new Link(options.clock, (requests) => this.#handle(requests));
    this.#outbound = new Link(options.clock, (messages) => {
      for (const message of messages) message.deliver();
    });
    this.#committedAtMs = options.clock.monotonicMs();
    this.#deadMan = new DeadManSwitches(options.clock, PAPER_DEAD_MAN, (account) => this.#deadManFired(account));
    this.#exchange = new PaperExchange({
      venue: options.id,
      instruments: options.instruments,
      fees: options.fees ?? instrumentFees,
      selfTradePrevention: options.selfTradePrevention ?? "cancelNewest",
      tape: options.tape,
      store: options.store,
    });
  }

  /**
   * Opens the venue on what its store holds: orders, queues, positions, counters, and the place on the tape.
   *
   * {@link prime} it with the first {@link tapePosition} events of the tape before anything else, then give it the
   * others by {@link onMarket}. On another tape than the stored one its place is 0, and the open orders are kept.
   *
   * @throws {OrderwrightError} `config.invalid` when the store is another venue's, or holds open orders in an
   *   instrument that is not listed; `journal.*` when it cannot be read or written.
   */
  static open(options: PaperVenueOptions): PaperVenue {
    const venue = new PaperVenue(options);
    venue.#commit();
    return venue;
  }

  /** How many events of the tape the venue has seen. */
  get tapePosition(): number {
    return this.#exchange.tapePosition;
  }

  instruments(): readonly Instrument[] {
    return this.#options.instruments;
  }

  /** Returns what the venue counts as an account's position: signed base units, from executions, fees aside. */
  position(account: AccountId, instrumentId: InstrumentId): Decimal {
    return this.#exchange.position(account, instrumentId);
  }

  /** Takes an event from before the stored place: it rebuilds the market's book and moves no order. */
  prime(event: MarketEvent): void {
    this.#onGrid(event, () => this.#exchange.prime(event));
  }

  /**
   * Takes the next event of the tape. `tapePosition` counts it: the first event of a tape has 1.
   *
   * An event that is off its instrument's grid is logged and left out.
   *
   * @throws {InvariantViolation} when an event comes again.
   */
  onMarket(event: MarketEvent, tapePosition: number): void {
    if (this.#downBecause !== undefined) return;
    assert(tapePosition > this.tapePosition, `${this.id} is at ${this.tapePosition}: ${tapePosition} comes again`);
    this.#orGoDown(() => {
      this.#onGrid(event, () => this.#exchange.onMarket(event, tapePosition, this.#now()));
      this.#uncommittedTapeEvents++;
      this.#holdReports();
      if (this.#exchange.hasChangedOrders || this.#isTapeCommitDue()) this.#commit();
    });
  }

  connect(listener: VenueListener): Promise<void> {
    if (this.#downBecause !== undefined) {
      return Promise.reject(new OrderwrightError("venue.unreachable", `${this.id} is down: ${this.#downBecause}.`));
    }
    this.#listener = listener;
    listener.connection("connected", "the paper venue is open");
    return Promise.resolve();
  }

  place(request: PlaceRequest, signal: AbortSignal): Promise<SendOutcome> {
    return this.#send(signal, (at) => this.#exchange.place(request, at));
  }

  cancel(request: CancelRequest, signal: AbortSignal): Promise<SendOutcome> {
    return this.#send(signal, (at) => this.#exchange.cancel(request, at));
  }

  replace(request: ReplaceRequest, signal: AbortSignal): Promise<SendOutcome> {
    return this.#send(signal, (at) => this.#exchange.replace(request, at));
  }

  windDeadMan(request: DeadManRequest, signal: AbortSignal): Promise<SendOutcome> {
    return this.#send(signal, (at) => this.#deadMan.wind(request, at));
  }

  order(request: CancelRequest, signal: AbortSignal): Promise<QueryResult<VenueOrder>> {
    return this.#ask(signal, () => {
      const order = this.#exchange.order(request.account, request.orderId);
      return order === undefined ? { kind: "absent" } : { kind: "found", value: order };
    });
  }

  openOrders(account: AccountId, signal: AbortSignal): Promise<QueryResult<readonly VenueOrder[]>> {
    return this.#ask(signal, () => ({ kind: "found", value: this.#exchange.openOrders(account) }));
  }

  fillsSince(
    account: AccountId,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<QueryResult<readonly VenueFill[]>> {
    return this.#ask(signal, () => {
      const after = cursor === undefined ? 0 : Number(cursor);
      if (cursor === "" || !Number.isSafeInteger(after) || after < 0) {
        return { kind: "failed", reason: `${JSON.stringify(cursor)} is not a cursor of ${this.id}` };
      }
      return { kind: "found", value: this.#store.fillsSince(account, after) };
    });
  }

  /** Stores the place on the tape and ends every wait: what was on its way is `unknown` to its sender. */
  async close(): Promise<void> {
    if (this.#downBecause === undefined) this.#orGoDown(() => this.#commit());
    this.#goDown("closed");
    for (const message of this.#outbound.cut()) message.lose("the venue was closed");
    this.#disconnect("closed");
    this.#store.close();
  }

  #send(signal: AbortSignal, handle: (at: Instant) => SendOutcome): Promise<SendOutcome> {
    const unreachable = this.#unreachableBecause();
    if (unreachable !== undefined) return Promise.resolve({ kind: "notSent", reason: unreachable });
    if (signal.aborted) return Promise.resolve(ABORTED_BEFORE_SEND);
    const answer = new Promise<SendOutcome>((resolve) => {
      const lose = (reason: string): void => resolve({ kind: "unknown", reason });
      const handleRequest = (at: Instant): Answer => {
        const outcome = handle(at);
        return { leave: () => () => resolve(outcome), lose, isRefusal: outcome.kind === "rejected" };
      };
      this.#inbound.send({ handle: handleRequest, lose }, this.#requestLatency());
    });
    return untilAborted(answer, signal, ABORTED_AFTER_SEND);
  }

  #ask<T>(signal: AbortSignal, read: () => QueryResult<T>): Promise<QueryResult<T>> {
    const unreachable = this.#unreachableBecause();
    if (unreachable !== undefined) return Promise.resolve({ kind: "failed", reason: unreachable });
    if (signal.aborted) return Promise.resolve(ABORTED_QUERY);
    const answer = new Promise<QueryResult<T>>((resolve) => {
      const lose = (reason: string): void => resolve({ kind: "failed", reason });
      // Read after the commit: an answer tells of nothing that a crash could still take back.
      const leave = (): (() => void) => {
        const result = readOrFail(read);
        return () => resolve(result);
      };
      this.#inbound.send({ handle: () => ({ leave, lose, isRefusal: false }), lose }, this.#requestLatency());
    });
    return untilAborted(answer, signal, ABORTED_QUERY);
  }

  #unreachableBecause(): string | undefined {
    if (this.#downBecause !== undefined) return `${this.id} is down: ${this.#downBecause}`;
    return this.#listener === undefined ? `${this.id} is not connected` : undefined;
  }

  /** Requests that arrive together share a commit. */
  #handle(requests: readonly Inbound[]): void {
    const handled = this.#orGoDown(() => {
      const at = this.#now();
      this.#exchange.expire(at);
      this.#holdReports();
      for (const request of requests) {
        const answer = request.handle(at);
        // A refusal's report must not come after the reply: the caller may have asked again by then.
        if (answer.isRefusal) this.#holdReports();
        this.#held.push(answer);
        this.#holdReports();
      }
      this.#commitChangedOrders();
    });
    if (!handled) for (const request of requests) request.lose(this.#downBecause ?? "");
  }

  #holdReports(): void {
    for (const report of this.#exchange.takeReports()) {
      this.#held.push({ leave: () => () => this.#tell(report), lose: () => undefined });
    }
  }

  /** Orders are all that is told of; queues and the place on the tape can wait for company. */
  #commitChangedOrders(): void {
    if (this.#exchange.hasChangedOrders) this.#commit();
    else this.#release();
  }

  #commit(): void {
    this.#store.commit(this.#exchange.takeBatch());
    this.#uncommittedTapeEvents = 0;
    this.#committedAtMs = this.#clock.monotonicMs();
    this.#armExpiry();
    this.#release();
  }

  /** Sends what waited for the commit. */
  #release(): void {
    const held = this.#held;
    this.#held = [];
    for (const item of held) {
      const deliver = item.leave();
      this.#outbound.send({ deliver, lose: (reason) => item.lose(reason) }, this.#replyLatency());
    }
  }

  #isTapeCommitDue(): boolean {
    return (
      this.#uncommittedTapeEvents >= MAX_UNCOMMITTED_TAPE_EVENTS ||
      this.#clock.monotonicMs() - this.#committedAtMs >= MAX_UNCOMMITTED_TAPE_MS
    );
  }

  #armExpiry(): void {
    const next = this.#exchange.nextExpiry();
    if (next === this.#expiry?.at) return;
    this.#expiry?.cancel();
    this.#expiry = undefined;
    if (next === undefined) return;
    this.#expiry = { at: next, cancel: this.#clock.schedule(next - this.#clock.now(), () => this.#expire()) };
  }

  #expire(): void {
    this.#expiry = undefined;
    this.#orGoDown(() => {
      this.#exchange.expire(this.#now());
      this.#holdReports();
      this.#commitChangedOrders();
      // The wall clock may have gone back meanwhile: then nothing has expired yet.
      this.#armExpiry();
    });
  }

  #deadManFired(account: AccountId): void {
    this.#orGoDown(() => {
      this.#exchange.cancelAll(account, "deadMan", this.#now());
      this.#holdReports();
      this.#commitChangedOrders();
    });
  }

  /** Matching needs instants that never go back; the wall clock does not promise that. */
  #now(): Instant {
    this.#lastAt = Math.max(this.#lastAt, this.#clock.now());
    return this.#lastAt;
  }

  #onGrid(event: MarketEvent, take: () => void): void {
    try {
      take();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const fields = { venue: this.id, instrumentId: event.instrumentId, kind: event.kind, reason: error.message };
      this.#logger.error(fields, "market event off the grid left out");
    }
  }

  /** Runs a step that uses the store; when the store fails, nothing of the step is told and the venue goes down. */
  #orGoDown(step: () => void): boolean {
    try {
      step();
      return true;
    } catch (error) {
      if (!isOrderwrightError(error)) throw error;
      this.#logger.error({ venue: this.id, code: error.code, reason: error.message }, "paper store failed");
      this.#goDown(error.message);
      // What was committed before is still on its way, and true.
      const disconnect = (): void => this.#disconnect(error.message);
      this.#outbound.send({ deliver: disconnect, lose: () => undefined }, this.#replyLatency());
      return false;
    }
  }

  #goDown(reason: string): void {
    this.#downBecause ??= reason;
    this.#expiry?.cancel();
    this.#expiry = undefined;
    this.#deadMan.close();
    const lost = [...this.#held, ...this.#inbound.cut()];
    this.#held = [];
    for (const message of lost) message.lose(`${this.id} went down: ${this.#downBecause}`);
  }

  #tell(report: ExecutionReport): void {
    this.#listener?.report(report);
  }

  #disconnect(reason: string): void {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.connection("disconnected", reason);
  }
}

function readOrFail<T>(read: () => QueryResult<T>): QueryResult<T> {
  try {
    return read();
  } catch (error) {
    if (isOrderwrightError(error)) return { kind: "failed", reason: error.message };
    throw error;
  }
}
