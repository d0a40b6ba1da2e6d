// The engine: recovers, composes the parts, and offers EngineApi. One writer over one journal, any
// number of accounts and venues. The parts do the work: order-commands.ts takes orders, egress.ts sends,
// outcomes.ts records what comes back, reconciler.ts settles what is unknown.

import { OrderwrightError, orderwrightError } from "../domain/errors.ts";
import type { ExecutionReport } from "../domain/execution-report.ts";
import { type AccountId, decodeOrderId, type InstrumentId, type OrderId, type VenueId } from "../domain/identifiers.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { Order } from "../domain/order.ts";
import type { DiscrepancyFound, OrderEvent } from "../domain/order-event.ts";
import { type HistoryEntry, historyOf } from "../domain/order-history.ts";
import type { OrderStatus } from "../domain/order-status.ts";
import type { Position } from "../domain/position.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { RecordedEvent } from "../domain/system-event.ts";
import type { Venue } from "../venues/venue.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";
import { Desk } from "./desk.ts";
import { Egress } from "./egress.ts";
import type {
  AccountStatus,
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
import { isUnknown } from "./engine-statistics.ts";
import { gate } from "./gate.ts";
import { OrderCommands } from "./order-commands.ts";
import { OrderFinder } from "./order-finder.ts";
import { EngineOrderHandle } from "./order-handle.ts";
import { OrderIds } from "./order-ids.ts";
import { orphanTerms } from "./orphans.ts";
import { Outcomes } from "./outcomes.ts";
import { Reconciler } from "./reconciler.ts";
import type { Recorder } from "./recorder.ts";
import { foldJournal, recover } from "./recovery.ts";
import { backoffMs, DEFAULT_BACKOFF } from "./retry.ts";
import { RiskDesk } from "./risk/risk-desk.ts";
import { Schedule } from "./schedule.ts";
import type { EngineSettings } from "./settings.ts";
import { TokenBuckets } from "./token-bucket.ts";

const DEFAULT_CONTEXT: CommandContext = { by: "library" };
const MAX_BATCH = 100;
const FILL_TYPES = ["orderPartiallyFilled", "orderFilled", "fillBooked", "fillCorrected"] as const;

interface VenueLink {
  readonly venue: Venue;
  readonly egress: Egress;
  readonly breaker: CircuitBreaker;
  instruments: ReadonlyMap<InstrumentId, Instrument>;
  connected: boolean;
  since: number;
}

export class Engine implements EngineApi {
  readonly #config: EngineConfig;
  readonly #settings: EngineSettings;
  readonly #recorder: Recorder;
  readonly #finder: OrderFinder;
  readonly #commands: OrderCommands;
  readonly #outcomes: Outcomes;
  readonly #reconciler: Reconciler;
  readonly #riskDesk: RiskDesk;
  readonly #ids: OrderIds;
  readonly #desk: Desk;
  readonly #schedule: Schedule;
  readonly #links = new Map<VenueId, VenueLink>();
  readonly #startedAt: number;
  readonly #previousStopUnclean: boolean;
  #phase: EngineStatus["phase"] = "recovering";

  /**
   * Recovers from the journal and begins a new epoch; both are durable when this resolves. Nothing is
   * sent before {@link start}.
   *
   * @throws {OrderwrightError} `config.invalid`, `journal.*`.
   */
  static async open(config: EngineConfig): Promise<Engine> {
    const recovered = await recover(config);
    return new Engine(config, recovered);
  }

  private constructor(config: EngineConfig, recovered: Awaited<ReturnType<typeof recover>>) {
    const { clock } = config;
    this.#config = config;
    this.#settings = recovered.settings;
    this.#recorder = recovered.recorder;
    this.#finder = recovered.finder;
    this.#previousStopUnclean = recovered.previousStopUnclean;
    this.#startedAt = clock.now();
    this.#ids = new OrderIds(this.#settings.orderIdPrefix, this.#recorder.state.epoch);
    const venueOf = (account: AccountId): Venue => this.#linkOf(account).venue;
    this.#riskDesk = new RiskDesk({
      state: () => this.#recorder.state,
      clock,
      prices: config.prices,
      instrumentOf: (account, id) => this.#instrument(account, id),
    });
    this.#commands = new OrderCommands({
      recorder: this.#recorder,
      finder: this.#finder,
      riskDesk: this.#riskDesk,
      clock,
      settings: this.#settings,
      ids: this.#ids,
      defaultAccount: recovered.defaultAccount,
      venueOf,
      instrumentOf: (account, id) => this.#instrument(account, id),
      egressOf: (account) => this.#linkOf(account).egress,
    });
    this.#outcomes = new Outcomes({
      recorder: this.#recorder,
      finder: this.#finder,
      clock,
      followUps: {
        resolve: (order) => this.#reconciler.resolve(order),
        fillsMissing: (order) => this.#reconciler.suspect(order.account),
        atVenue: (order) => this.#commands.sendCancel(order),
        foreign: (report) => this.#foreignReport(report),
      },
    });
    this.#reconciler = new Reconciler({
      recorder: this.#recorder,
      finder: this.#finder,
      outcomes: () => this.#outcomes,
      clock,
      random: config.random,
      logger: config.logger,
      settings: this.#settings,
      venueOf,
      orphanPolicyOf: (account) =>
        config.accounts.find((candidate) => candidate.id === account)?.orphanPolicy ?? "observe",
      repeatCancel: (order) => this.#commands.repeatCancel(order),
      adopt: (found) => {
        const account = this.#recorder.state.account(found.account);
        const terms = orphanTerms(found, account.venue);
        const orderId = this.#ids.next(account.tag, found.orderType);
        const { venueOrderId } = found;
        const at = clock.now();
        this.#recorder.record([{ type: "orderAdopted", orderId, terms, venueOrderId, at, cause: "reconcile:adopt" }]);
      },
      cancelOrphan: (found) => this.#desk.cancelForeign(found),
    });
    this.#desk = new Desk({
      recorder: this.#recorder,
      clock,
      cancel: (order, context) => this.#commands.cancel(order.id, context),
      egressOf: (account) => this.#linkOf(account).egress,
      venueOf,
    });
    this.#schedule = new Schedule({
      recorder: this.#recorder,
      clock,
      settings: this.#settings,
      accounts: config.accounts,
      cancel: (order) => this.#commands.cancel(order.id, { by: "engine", reason: "stale" }),
      reconcile: (account) => void this.#reconcileAndTell(account, "periodic"),
    });
    this.#link(config.venues);
    this.#recorder.onHalt(() => this.#journalHalted());
  }

  /**
   * Connects the venues and reconciles every account. Orders are taken once all of that has succeeded:
   * resolves after the first attempt, and goes on trying by itself until {@link status} says `ready`.
   */
  async start(): Promise<void> {
    this.#phase = "reconciling";
    await this.#becomeReady(1);
  }

  submit(
    request: OrderRequest,
    context: CommandContext = DEFAULT_CONTEXT,
  ): Promise<Result<OrderHandle, OrderwrightError>> {
    return this.#durably(this.#submitNow(request, context));
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
    return Promise.all(requests.map((request) => this.#durably(this.#submitNow(request, context))));
  }

  replace(
    id: string,
    terms: ReplaceInput,
    context: CommandContext = DEFAULT_CONTEXT,
  ): Promise<Result<Order, OrderwrightError>> {
    return this.#durably(this.#command(() => this.#commands.replace(id, terms, context)));
  }

  cancel(id: string, context: CommandContext = DEFAULT_CONTEXT): Promise<Result<Order, OrderwrightError>> {
    return this.#durably(this.#command(() => this.#commands.cancel(id, context)));
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

  async order(id: string, options: { readonly account?: string } = {}): Promise<Order | undefined> {
    const account = options.account as AccountId | undefined;
    await this.whenDurable();
    return this.#finder.inMemory(id, account) ?? this.#finder.inJournal(id, account) ?? this.#atVenue(id, account);
  }

  /** The last resort: an order of ours that the venue has and the journal has not, as the venue describes it. */
  async #atVenue(id: string, account: AccountId | undefined): Promise<Order | undefined> {
    const parts = decodeOrderId(id);
    if (parts === undefined) return undefined;
    for (const record of this.#recorder.state.accounts.values()) {
      if (record.tag !== parts.accountTag || (account !== undefined && record.id !== account)) continue;
      return this.#reconciler.describe(record.id, id.replaceAll("_", "") as OrderId);
    }
    return undefined;
  }

  find(id: string, account?: string): Order | undefined {
    return this.#finder.inMemory(id, account as AccountId | undefined);
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
    const now = this.#config.clock.now();
    return this.activeOrders().filter((order) => order.ageMs(now) > maxAgeMs);
  }

  summary(): EngineSummary {
    const { statistics, index } = this.#recorder.state;
    return statistics.summary(index.openCount);
  }

  handle(orderId: OrderId): OrderHandle | undefined {
    const order = this.#recorder.state.index.get(orderId) ?? this.#finder.fromJournal(orderId);
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

  instruments(account?: string): readonly Instrument[] {
    const links = account === undefined ? [...this.#links.values()] : [this.#linkOf(account as AccountId)];
    return links.flatMap((link) => [...link.instruments.values()]);
  }

  status(): EngineStatus {
    const { state, journal, halted } = this.#recorder;
    return {
      phase: this.#phase,
      ...(halted === undefined ? {} : { failure: halted }),
      epoch: state.epoch,
      startedAt: this.#startedAt,
      now: this.#config.clock.now(),
      durability: journal.durability,
      position: journal.position,
      durablePosition: journal.durablePosition,
      previousStopUnclean: this.#previousStopUnclean,
      tradingState: state.killSwitch.engaged ? "halted" : state.tradingState,
      killSwitch: { ...state.killSwitch },
      accounts: Array.from(state.accounts.values(), (account) => this.#accountStatus(account.id)),
      venues: Array.from(this.#links.values(), (link) => ({
        id: link.venue.id,
        mode: this.#config.modes?.get(link.venue.id) ?? "paper",
        connected: link.connected,
        since: link.since,
        circuit: link.breaker.stateAt(this.#config.clock.monotonicMs()),
        ...this.#lastReconciled(link.venue.id),
      })),
    };
  }

  events(afterSeq: number, limit?: number): Iterable<RecordedEvent> {
    return this.#recorder.journal.read(afterSeq, limit);
  }

  whenDurable(): Promise<void> {
    return this.#recorder.whenDurable();
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
    return this.#durably(this.#command(() => this.#desk.setTradingState(...args)));
  }

  engageKillSwitch(...args: Parameters<EngineApi["engageKillSwitch"]>): ReturnType<EngineApi["engageKillSwitch"]> {
    return this.#durably(this.#command(() => this.#desk.engageKillSwitch(...args)));
  }

  liftKillSwitch(...args: Parameters<EngineApi["liftKillSwitch"]>): Promise<Result<void, OrderwrightError>> {
    return this.#durably(this.#command(() => this.#desk.liftKillSwitch(...args)));
  }

  setRiskLimits(...args: Parameters<EngineApi["setRiskLimits"]>): Promise<Result<void, OrderwrightError>> {
    return this.#durably(this.#command(() => this.#desk.setRiskLimits(...args)));
  }

  adjustPosition(...args: Parameters<EngineApi["adjustPosition"]>): Promise<Result<void, OrderwrightError>> {
    return this.#durably(this.#command(() => this.#desk.adjustPosition(...args)));
  }

  async reconcile(
    options: { readonly account?: string; readonly dryRun?: boolean } = {},
  ): Promise<readonly ReconcileReport[]> {
    const accounts = this.#config.accounts.filter(
      (account) => options.account === undefined || account.id === options.account,
    );
    const reports: ReconcileReport[] = [];
    for (const account of accounts) {
      reports.push(await this.#reconciler.reconcile(account.id as AccountId, "demand", options.dryRun ?? false));
    }
    await this.whenDurable();
    return reports;
  }

  async stop(options: Parameters<EngineApi["stop"]>[0] = {}): Promise<readonly Order[]> {
    if (this.#phase === "stopping" || this.#phase === "stopped") return this.activeOrders();
    const failed = this.#recorder.halted !== undefined;
    this.#phase = "stopping";
    this.#schedule.stop();
    if (!failed)
      await this.#desk.wind(options.restingOrders ?? "keep", options.deadlineMs ?? 5_000, () => this.#sendsUnderWay());
    this.#reconciler.close();
    for (const link of this.#links.values()) {
      link.egress.close();
      await link.venue.close();
    }
    const open = this.activeOrders();
    if (this.#recorder.halted === undefined) {
      const at = this.#config.clock.now();
      this.#recorder.record([
        { type: "engineStopped", epoch: this.#recorder.state.epoch, openOrders: open.length, at, cause: "engine:stop" },
      ]);
      await this.#recorder.journal.flush();
      this.#schedule.writeSnapshot();
    }
    await this.#recorder.journal.close();
    this.#phase = "stopped";
    return open;
  }

  #submitNow(request: OrderRequest, context: CommandContext): Result<OrderHandle, OrderwrightError> {
    const refusal = this.#intakeRefusal();
    if (refusal !== undefined) return fail(refusal);
    const accepted = this.#command(() => this.#commands.submit(request, context));
    return accepted.ok ? ok(this.#handleOf(accepted.value.order)) : accepted;
  }

  #intakeRefusal(): OrderwrightError | undefined {
    if (this.#recorder.halted !== undefined) return this.#recorder.halted;
    switch (this.#phase) {
      case "ready":
        return undefined;
      case "stopping":
      case "stopped":
        return orderwrightError("engine.stopping", "The engine is shutting down and takes no new orders.");
      default:
        return orderwrightError(
          "engine.notReady",
          `The engine is ${this.#phase} and takes no new orders yet. Wait until it is ready.`,
        );
    }
  }

  /** Runs a command; a journal that takes nothing is its answer, not a crash. */
  #command<T>(run: () => Result<T, OrderwrightError>): Result<T, OrderwrightError> {
    if (this.#recorder.halted !== undefined) return fail(this.#recorder.halted);
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

  #link(venues: readonly Venue[]): void {
    const { clock, random, logger } = this.#config;
    const { count, windowMs, reservedForCancels } = this.#settings.venueMessages;
    for (const venue of venues) {
      const breaker = new CircuitBreaker();
      const egress = new Egress({
        venue,
        clock,
        random,
        logger,
        settings: this.#settings,
        buckets: new TokenBuckets([{ count, windowMs, reserved: reservedForCancels }]),
        breaker,
        owner: {
          mayLeave: (job) => gate(job, this.#recorder, clock.now()),
          outcome: (job, outcome) => this.#guard(() => this.#outcomes.outcome(job, outcome)),
          refused: (job, refusal) => this.#guard(() => this.#outcomes.refused(job, refusal)),
        },
      });
      this.#links.set(venue.id, {
        venue,
        egress,
        breaker,
        instruments: new Map(),
        connected: false,
        since: clock.now(),
      });
    }
  }

  /** What cannot be asked cannot be known: intake stays closed until every question had an answer. */
  async #becomeReady(attempt: number): Promise<void> {
    let complete = true;
    for (const link of this.#links.values()) complete = (await this.#connect(link)) && complete;
    for (const { id } of this.#config.accounts)
      complete = (await this.#reconcileAndTell(id as AccountId, "start")) && complete;
    if (this.#phase !== "reconciling") return;
    if (complete) {
      this.#phase = "ready";
      this.#schedule.start();
      return;
    }
    const { retryBaseMs, retryMaxMs } = this.#settings;
    const waitMs = backoffMs(
      attempt,
      { ...DEFAULT_BACKOFF, baseMs: retryBaseMs, maxMs: retryMaxMs },
      this.#config.random,
    );
    this.#config.clock.schedule(waitMs, () => void this.#becomeReady(attempt + 1));
  }

  async #connect(link: VenueLink): Promise<boolean> {
    if (link.connected) return true;
    try {
      await link.venue.connect({
        report: (report) => this.#guard(() => this.#outcomes.report(report, `report:${report.venue}`)),
        connection: (state, reason) => this.#connectionChanged(link, state === "connected", reason),
      });
    } catch (error) {
      this.#config.logger.warn({ venue: link.venue.id, error }, "a venue cannot be connected");
      return false;
    }
    link.instruments = new Map(link.venue.instruments().map((instrument) => [instrument.id, instrument]));
    link.connected = true;
    link.since = this.#config.clock.now();
    return true;
  }

  #connectionChanged(link: VenueLink, connected: boolean, reason: string): void {
    const wasConnected = link.connected;
    link.connected = connected;
    link.since = this.#config.clock.now();
    this.#config.logger.info({ venue: link.venue.id, connected, reason }, "venue connection changed");
    if (!connected || wasConnected || this.#phase !== "ready") return;
    for (const account of this.#config.accounts) {
      if (account.venue === link.venue.id) void this.#reconcileAndTell(account.id as AccountId, "reconnect");
    }
  }

  /** @returns whether every query had an answer. */
  async #reconcileAndTell(account: AccountId, trigger: string): Promise<boolean> {
    const { logger } = this.#config;
    try {
      const { findings, ...counts } = await this.#reconciler.reconcile(account, trigger);
      logger.debug({ ...counts, trigger, findings: findings.length }, "reconciled");
      for (const order of this.#recorder.state.index.openOrdersOfAccount(account)) {
        if (isUnknown(order)) this.#reconciler.resolve(order);
      }
      return counts.failedQueries === 0;
    } catch (error) {
      if (this.#recorder.halted === undefined) logger.error({ account, trigger, error }, "reconciliation failed");
      return false;
    }
  }

  #foreignReport(report: ExecutionReport): void {
    this.#config.logger.warn(
      { venue: report.venue, account: report.account, venueOrderId: report.venueOrderId, kind: report.kind },
      "a report about an order that is not ours",
    );
  }

  /** What comes from outside must not throw into a venue adapter; a journal that has stopped ends it quietly. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (this.#recorder.halted !== undefined) return;
      const reason =
        error instanceof OrderwrightError
          ? error
          : new OrderwrightError(
              "internal.unexpected",
              `A fault of ours: ${error instanceof Error ? error.message : String(error)}`,
              {},
              { cause: error },
            );
      this.#recorder.halt(reason);
    }
  }

  #journalHalted(): void {
    this.#phase = "failed";
    this.#schedule.stop();
    this.#reconciler.close();
    for (const link of this.#links.values()) link.egress.close();
    // What ran ahead of the failed commit never happened: reads show what is certainly on disk.
    this.#recorder.replaceState(foldJournal(this.#recorder.journal));
  }

  #handleOf(order: Order): OrderHandle {
    return new EngineOrderHandle(order, {
      clock: this.#config.clock,
      subscribe: (listener, filter) => this.subscribe(listener, filter),
      eventsOf: (orderId) => this.#eventsOf(orderId),
      whenDurable: () => this.whenDurable(),
      onHalt: (listener) => this.#recorder.onHalt(listener),
    });
  }

  #eventsOf(orderId: OrderId): readonly RecordedEvent<OrderEvent>[] {
    return this.#recorder.journal.readOrder(orderId) as readonly RecordedEvent<OrderEvent>[];
  }

  #linkOf(account: AccountId): VenueLink {
    const { venue } = this.#recorder.state.account(account);
    const link = this.#links.get(venue);
    if (link === undefined) {
      throw orderwrightError("config.invalid", `Account ${account} trades on ${venue}, which is not configured.`);
    }
    return link;
  }

  #instrument(account: AccountId, id: InstrumentId): Instrument | undefined {
    return this.#linkOf(account).instruments.get(id);
  }

  #sendsUnderWay(): number {
    let count = 0;
    for (const link of this.#links.values()) count += link.egress.underWay;
    return count;
  }

  #accountStatus(id: AccountId): AccountStatus {
    const { state } = this.#recorder;
    const account = state.account(id);
    const open = state.index.openOrdersOfAccount(id);
    let unknown = 0;
    for (const order of open) if (isUnknown(order)) unknown++;
    return {
      id,
      tag: account.tag,
      venue: account.venue,
      tradingState: state.effectiveTradingState(account),
      ...(account.blockedBecause === undefined ? {} : { blockedBecause: account.blockedBecause }),
      limits: account.limits,
      openOrders: open.size,
      outcomeUnknown: unknown,
    };
  }

  #lastReconciled(venue: VenueId): { lastReconciledAt?: number } {
    let last: number | undefined;
    for (const account of this.#recorder.state.accounts.values()) {
      if (account.venue !== venue || account.lastReconciledAt === undefined) continue;
      last = last === undefined ? account.lastReconciledAt : Math.min(last, account.lastReconciledAt);
    }
    return last === undefined ? {} : { lastReconciledAt: last };
  }
}
