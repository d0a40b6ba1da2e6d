// The engine: recovers, composes the parts, and offers EngineApi. One writer over one journal, any
// number of accounts and venues. The parts do the work: order-commands.ts takes orders, egress.ts sends,
// outcomes.ts records what comes back, reconciler.ts settles what is unknown.

import { OrderwrightError, orderwrightError } from "../domain/errors.ts";
import { type AccountId, decodeOrderId, type OrderId } from "../domain/identifiers.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { Order } from "../domain/order.ts";
import type { DiscrepancyFound, OrderEvent } from "../domain/order-event.ts";
import { type HistoryEntry, historyOf } from "../domain/order-history.ts";
import type { OrderStatus } from "../domain/order-status.ts";
import type { Position } from "../domain/position.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { CaseOpened, RecordedEvent, ReportQuarantined } from "../domain/system-event.ts";
import type {
  CommandContext,
  EngineApi,
  EngineStatus,
  EngineSummary,
  EventListener,
  OrderFilter,
  OrderHandle,
  OrderRequest,
  ReconcileReport,
  ReplaceInput,
  SubscriptionFilter,
  Unsubscribe,
} from "./engine-api.ts";
import type { EngineConfig } from "./engine-config.ts";
import { EngineParts } from "./engine-parts.ts";
import { statusOf } from "./engine-status.ts";
import { EngineOrderHandle, type HandleSource } from "./order-handle.ts";
import type { Recorder } from "./recorder.ts";
import { foldJournal, type Recovered, recover } from "./recovery.ts";

const DEFAULT_CONTEXT: CommandContext = { by: "library" };
const MAX_BATCH = 100;
const DEFAULT_STOP_DEADLINE_MS = 5_000;
const FILL_TYPES = ["orderPartiallyFilled", "orderFilled", "fillBooked", "fillCorrected"] as const;

/** The order manager as a value: any number of them may live in one process, each on a journal of its own. */
export class Engine implements EngineApi {
  readonly #config: EngineConfig;
  readonly #parts: EngineParts;
  readonly #recorder: Recorder;
  readonly #startedAt: number;
  readonly #previousStopUnclean: boolean;
  readonly #handleSource: HandleSource;
  #phase: EngineStatus["phase"] = "recovering";
  #stopping: Promise<readonly Order[]> | undefined;

  /**
   * Recovers from the journal and begins a new epoch; both are durable when this resolves. Nothing is
   * sent before {@link start}.
   *
   * @throws {OrderwrightError} `config.invalid`, `journal.*`.
   */
  static async open(config: EngineConfig): Promise<Engine> {
    return new Engine(config, await recover(config));
  }

  private constructor(config: EngineConfig, recovered: Recovered) {
    this.#config = config;
    this.#recorder = recovered.recorder;
    this.#previousStopUnclean = recovered.previousStopUnclean;
    this.#startedAt = config.clock.now();
    this.#parts = new EngineParts(config, recovered, { ready: () => this.#becameReady() });
    this.#handleSource = {
      clock: config.clock,
      find: (orderId) => this.#recorder.state.index.get(orderId),
      subscribe: (listener, filter) => this.subscribe(listener, filter),
      eventsOf: (orderId) => this.#eventsOf(orderId),
      afterDurable: (durable, failed) => this.#recorder.afterDurable(durable, failed),
      onEnd: (listener) => this.#recorder.onEnd(listener),
    };
    this.#recorder.onEnd(() => this.#recordingEnded());
  }

  /**
   * Connects the venues and reconciles every account. Orders are taken once all of that has succeeded:
   * resolves after the first attempt, and goes on trying by itself until {@link status} says `ready`.
   *
   * @throws {OrderwrightError} `engine.stopping` once it was stopped; the fault once it has failed.
   */
  async start(): Promise<void> {
    if (this.#recorder.ended !== undefined) throw this.#recorder.ended;
    if (this.#stopping !== undefined) throw stoppingError();
    if (this.#phase !== "recovering") return;
    this.#phase = "reconciling";
    this.#parts.escalation.start();
    await this.#parts.links.start();
  }

  submit(
    request: OrderRequest,
    context: CommandContext = DEFAULT_CONTEXT,
  ): Promise<Result<OrderHandle, OrderwrightError>> {
    return this.#sent(this.#submitNow(request, context));
  }

  async submitMany(
    requests: readonly OrderRequest[],
    context: CommandContext = DEFAULT_CONTEXT,
  ): Promise<readonly Result<OrderHandle, OrderwrightError>[]> {
    if (requests.length > MAX_BATCH) {
      const error = orderwrightError(
        "request.tooLarge",
        `${requests.length} orders in one batch; at most ${MAX_BATCH} are taken.`,
      );
      return requests.map(() => fail(error));
    }
    return Promise.all(requests.map((request) => this.#sent(this.#submitNow(request, context))));
  }

  replace(
    id: string,
    terms: ReplaceInput,
    context: CommandContext = DEFAULT_CONTEXT,
  ): Promise<Result<Order, OrderwrightError>> {
    return this.#durably(this.#command(() => this.#parts.commands.replace(id, terms, context)));
  }

  cancel(id: string, context: CommandContext = DEFAULT_CONTEXT): Promise<Result<Order, OrderwrightError>> {
    return this.#durably(this.#command(() => this.#parts.commands.cancel(id, context)));
  }

  async cancelAll(
    filter: OrderFilter = {},
    context: CommandContext = DEFAULT_CONTEXT,
  ): Promise<readonly { readonly orderId: OrderId; readonly result: Result<Order, OrderwrightError> }[]> {
    const orders = this.orders({ ...filter, open: true });
    return Promise.all(
      orders.map(async (order) => ({ orderId: order.id, result: await this.cancel(order.id, context) })),
    );
  }

  async order(
    id: string,
    options: { readonly account?: string; readonly signal?: AbortSignal } = {},
  ): Promise<Order | undefined> {
    const { finder } = this.#parts;
    const account = options.account as AccountId | undefined;
    const known = finder.inMemory(id, account);
    // A failed journal shows what is certainly on disk: there is nothing to wait for.
    if (this.#recorder.ended === undefined) await this.whenDurable();
    return known ?? finder.inJournal(id, account) ?? this.#atVenue(id, account, options.signal);
  }

  /** The last resort: an order of ours that the venue has and the journal has not, as the venue describes it. */
  async #atVenue(
    id: string,
    account: AccountId | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Order | undefined> {
    const parts = decodeOrderId(id);
    if (parts === undefined) return undefined;
    for (const record of this.#recorder.state.accounts.values()) {
      if (record.tag !== parts.accountTag || (account !== undefined && record.id !== account)) continue;
      if (!this.#parts.accounts.has(record.id)) continue;
      return this.#parts.reconciler.describe(record.id, id.replaceAll("_", "") as OrderId, signal);
    }
    return undefined;
  }

  find(id: string, account?: string): Order | undefined {
    return this.#parts.finder.inMemory(id, account as AccountId | undefined);
  }

  orders(filter: OrderFilter = {}): readonly Order[] {
    return this.#recorder.state.index.select(filter);
  }

  activeOrders(filter: OrderFilter = {}): readonly Order[] {
    return this.orders({ ...filter, open: true });
  }

  terminalOrders(filter: OrderFilter = {}): readonly Order[] {
    return this.orders({ ...filter, open: false });
  }

  ordersByStatus(status: OrderStatus): readonly Order[] {
    return this.orders({ status });
  }

  staleOrders(maxAgeMs: number): readonly Order[] {
    const { intents } = this.#parts;
    return this.activeOrders().filter((order) => intents.ageMs(order) > maxAgeMs);
  }

  summary(): EngineSummary {
    const { statistics, index } = this.#recorder.state;
    return statistics.summary(index.openCount);
  }

  handle(orderId: OrderId): OrderHandle | undefined {
    const order = this.#recorder.state.index.get(orderId) ?? this.#parts.finder.fromJournal(orderId);
    return order === undefined ? undefined : this.#handleOf(order);
  }

  async history(id: string): Promise<readonly HistoryEntry[] | undefined> {
    const order = await this.order(id);
    return order === undefined ? undefined : historyOf(this.#eventsOf(order.id));
  }

  positions(account?: string): readonly Position[] {
    const all = [...this.#recorder.state.positions()];
    return account === undefined ? all : all.filter((position) => position.account === account);
  }

  /** Newest first. */
  discrepancies(limit = 100): readonly RecordedEvent<DiscrepancyFound>[] {
    return this.#recorder.state.discrepancies().slice(-limit).toReversed();
  }

  cases(account?: string): readonly RecordedEvent<CaseOpened>[] {
    const cases = [...this.#recorder.state.cases.values()];
    return account === undefined ? cases : cases.filter((opened) => opened.account === account);
  }

  quarantined(limit = 100): readonly RecordedEvent<ReportQuarantined>[] {
    return this.#recorder.state.quarantined().slice(-limit).toReversed();
  }

  instruments(account?: string): readonly Instrument[] {
    const { links } = this.#parts;
    const asked = account === undefined ? [...links.all()] : [this.#parts.linkOf(account as AccountId)];
    return asked.flatMap((link) => [...link.instruments.values()]);
  }

  status(): EngineStatus {
    return statusOf({
      phase: this.#phase,
      recorder: this.#recorder,
      links: this.#parts.links,
      deadMan: this.#parts.deadMan,
      quarantine: this.#parts.quarantine,
      startedAt: this.#startedAt,
      now: this.#config.clock.now(),
      previousStopUnclean: this.#previousStopUnclean,
    });
  }

  events(afterSeq: number, limit?: number): Iterable<RecordedEvent> {
    return this.#recorder.journal.read(afterSeq, limit);
  }

  whenDurable(): Promise<void> {
    // After the end nothing is recorded any more, and reads show what is certainly on disk.
    return this.#recorder.ended === undefined ? this.#recorder.whenDurable() : Promise.resolve();
  }

  subscribe(listener: EventListener, filter?: SubscriptionFilter): Unsubscribe {
    return this.#recorder.bus.subscribe(listener, filter);
  }

  onFill(listener: EventListener, filter: SubscriptionFilter = {}): Unsubscribe {
    return this.subscribe(
      (event, order) => {
        if ("fill" in event && event.fill !== undefined) listener(event, order);
      },
      { ...filter, types: FILL_TYPES },
    );
  }

  onPartialFill(listener: EventListener, filter: SubscriptionFilter = {}): Unsubscribe {
    return this.subscribe(listener, { ...filter, types: ["orderPartiallyFilled"] });
  }

  onCancel(listener: EventListener, filter: SubscriptionFilter = {}): Unsubscribe {
    return this.subscribe(listener, { ...filter, types: ["orderCanceled"] });
  }

  setTradingState(...args: Parameters<EngineApi["setTradingState"]>): Promise<Result<void, OrderwrightError>> {
    return this.#durably(this.#command(() => this.#parts.desk.setTradingState(...args)));
  }

  engageKillSwitch(...args: Parameters<EngineApi["engageKillSwitch"]>): ReturnType<EngineApi["engageKillSwitch"]> {
    return this.#durably(this.#command(() => this.#parts.desk.engageKillSwitch(...args)));
  }

  liftKillSwitch(...args: Parameters<EngineApi["liftKillSwitch"]>): Promise<Result<void, OrderwrightError>> {
    return this.#durably(this.#command(() => this.#parts.desk.liftKillSwitch(...args)));
  }

  setRiskLimits(...args: Parameters<EngineApi["setRiskLimits"]>): Promise<Result<void, OrderwrightError>> {
    return this.#durably(this.#command(() => this.#parts.desk.setRiskLimits(...args)));
  }

  adjustPosition(...args: Parameters<EngineApi["adjustPosition"]>): Promise<Result<void, OrderwrightError>> {
    return this.#durably(this.#command(() => this.#parts.desk.adjustPosition(...args)));
  }

  decideCase(...args: Parameters<EngineApi["decideCase"]>): Promise<Result<void, OrderwrightError>> {
    return this.#durably(this.#command(() => this.#parts.cases.decide(...args)));
  }

  async reconcile(
    options: { readonly account?: string; readonly dryRun?: boolean } = {},
  ): Promise<readonly ReconcileReport[]> {
    if (this.#recorder.ended !== undefined) throw this.#recorder.ended;
    const reports: ReconcileReport[] = [];
    for (const { id } of this.#config.accounts) {
      if (options.account !== undefined && options.account !== id) continue;
      reports.push(await this.#parts.reconciler.reconcile(id as AccountId, "demand", options.dryRun));
    }
    await this.whenDurable();
    return reports;
  }

  stop(options: Parameters<EngineApi["stop"]>[0] = {}): Promise<readonly Order[]> {
    this.#stopping ??= this.#stop(options);
    return this.#stopping;
  }

  async #stop(options: NonNullable<Parameters<EngineApi["stop"]>[0]>): Promise<readonly Order[]> {
    const { links, desk, deadMan, escalation, reconciler, schedule } = this.#parts;
    const { restingOrders = "keep", deadlineMs = DEFAULT_STOP_DEADLINE_MS } = options;
    const failedBefore = this.#recorder.halted !== undefined;
    this.#phase = "stopping";
    schedule.stop();
    links.stop();
    try {
      if (this.#recorder.ended === undefined)
        await desk.wind(restingOrders, deadlineMs, () => this.#parts.sendsUnderWay());
      if (this.#recorder.ended === undefined) await deadMan.stop(restingOrders, deadlineMs);
      reconciler.close();
      escalation.close();
      // What was not sent ends as that, what was not answered as unknown: both before the last event.
      await links.closeEgress();
      await links.closeVenues(deadlineMs);
      this.#parts.unmatched.close();
      await this.#recordStop();
    } finally {
      this.#recorder.finish();
      await this.#recorder.journal.close();
      this.#phase = "stopped";
    }
    if (this.#recorder.halted !== undefined && !failedBefore) throw this.#recorder.halted;
    return this.activeOrders();
  }

  async #recordStop(): Promise<void> {
    if (this.#recorder.ended !== undefined) return;
    const { epoch, index } = this.#recorder.state;
    const at = this.#config.clock.now();
    this.#recorder.record([{ type: "engineStopped", epoch, openOrders: index.openCount, at, cause: "engine:stop" }]);
    await this.#recorder.journal.flush();
    this.#parts.schedule.writeSnapshot();
  }

  #becameReady(): void {
    if (this.#phase !== "reconciling") return;
    this.#phase = "ready";
    this.#parts.schedule.start();
  }

  #submitNow(request: OrderRequest, context: CommandContext): Result<OrderHandle, OrderwrightError> {
    const refusal = this.#intakeRefusal();
    if (refusal !== undefined) return fail(refusal);
    const accepted = this.#command(() => this.#parts.commands.submit(request, context));
    return accepted.ok ? ok(this.#handleOf(accepted.value.order)) : accepted;
  }

  #intakeRefusal(): OrderwrightError | undefined {
    if (this.#recorder.ended !== undefined) return this.#recorder.ended;
    switch (this.#phase) {
      case "ready":
        return undefined;
      case "stopping":
      case "stopped":
        return stoppingError();
      default:
        return orderwrightError(
          "engine.notReady",
          `The engine is ${this.#phase} and takes no new orders yet. Wait until it is ready.`,
        );
    }
  }

  /** Runs a command; a journal that takes nothing is its answer, not a crash. */
  #command<T>(run: () => Result<T, OrderwrightError>): Result<T, OrderwrightError> {
    if (this.#recorder.ended !== undefined) return fail(this.#recorder.ended);
    try {
      return run();
    } catch (error) {
      if (error instanceof OrderwrightError) return fail(error);
      throw error;
    }
  }

  /** Tells a result once everything behind it is durable, denials included. */
  #durably<T>(result: Result<T, OrderwrightError>): Promise<Result<T, OrderwrightError>> {
    return new Promise((resolve) => {
      this.#recorder.afterDurable(
        () => resolve(result),
        (reason) => resolve(fail(reason)),
      );
    });
  }

  /** As {@link #durably}, for what the weaker durability modes send before it is on disk. */
  async #sent(submitted: Result<OrderHandle, OrderwrightError>): Promise<Result<OrderHandle, OrderwrightError>> {
    const told = await this.#durably(submitted);
    const { durability } = this.#recorder.journal;
    if (told.ok || !submitted.ok || durability === "always") return told;
    const { orderId } = submitted.value;
    const message = `Order ${orderId} was sent at once, as durability ${durability} says, and then the journal failed: the venue may have it.`;
    return fail(new OrderwrightError("venue.outcomeUnknown", message, { orderId }, { cause: told.error }));
  }

  #recordingEnded(): void {
    const failed = this.#recorder.halted !== undefined;
    const { deadMan, escalation, links, reconciler, schedule, unmatched } = this.#parts;
    deadMan.abandon();
    schedule.stop();
    links.stop();
    reconciler.close();
    escalation.close();
    unmatched.close();
    void links.closeEgress(); // its ends are told to nobody any more
    if (!failed) return;
    if (this.#stopping === undefined) this.#phase = "failed";
    try {
      // What ran ahead of the failed commit is not on record: reads show what is certainly on disk.
      this.#recorder.replaceState(foldJournal(this.#recorder.journal).state);
    } catch (error) {
      this.#config.logger.error({ error }, "the journal cannot be read again: reads show what ran ahead of it");
    }
  }

  #handleOf(order: Order): OrderHandle {
    return new EngineOrderHandle(order, this.#handleSource);
  }

  #eventsOf(orderId: OrderId): readonly RecordedEvent<OrderEvent>[] {
    return this.#recorder.journal.readOrder(orderId) as readonly RecordedEvent<OrderEvent>[];
  }
}

function stoppingError(): OrderwrightError {
  return orderwrightError("engine.stopping", "The engine is shutting down and takes no new orders.");
}
