// What Prometheus is told: one place for all metrics, fed by the durable events, the doors, and the
// engine's status at each scrape. docs/reference/metrics.md has a row for each; a test keeps the two equal.
// Never an order id or a caller's text as a label.

import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Order } from "../../domain/order.ts";
import { isTerminalStatus, type OrderStatus } from "../../domain/order-status.ts";
import { CASE_KINDS, type RecordedEvent } from "../../domain/system-event.ts";
import type { AccountStatus, EngineApi, EngineStatus } from "../../engine/engine-api.ts";
import type { Clock } from "../../runtime/clock.ts";

export const METRIC_PREFIX = "orderwright_";
const MS = 1_000;
const NS = 1_000_000_000;
const SUBMIT_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const ACK_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const EVENT_LOOP_PERCENTILE = 99;

export interface MetricsOptions {
  readonly engine: EngineApi;
  readonly clock: Clock;
  readonly version: string;
  readonly commit: string;
}

/** How an order ended, or that our own checks denied it. */
type Outcome =
  | Exclude<OrderStatus, "created" | "validated" | "submitted" | "acknowledged" | "partiallyFilled">
  | "denied";

export class ServerMetrics {
  readonly registry: Registry = new Registry();
  readonly #engine: EngineApi;
  readonly #clock: Clock;
  readonly #lag: IntervalHistogram = monitorEventLoopDelay();
  readonly #orders = this.#counter("orders_total", "Orders that ended, by outcome", ["venue", "outcome"]);
  readonly #fills = this.#counter("fills_total", "Booked fills", ["venue", "liquidity"]);
  readonly #denials = this.#counter("risk_denials_total", "Orders denied by our own checks, by rule", ["rule"]);
  readonly #discrepancies = this.#counter(
    "reconcile_discrepancies_total",
    "Differences between our books and the venue's, by kind",
    ["venue", "kind"],
  );
  readonly #openCases = this.#gauge("open_cases", "Cases of the operator queue: what waits for a person", [
    "account",
    "kind",
  ]);
  readonly #quarantined = this.#counter(
    "reports_quarantined_total",
    "Words of a venue that cannot be read, or cannot be true",
    ["venue"],
  );
  readonly #notQuarantined = this.#counter(
    "reports_not_quarantined_total",
    "Such words that were only counted: repeats, and what is more than is kept in an hour",
    [],
  );
  readonly #submit = this.#histogram(
    "submit_duration_seconds",
    "From a request at the HTTP API until the order was durable or refused",
    [],
    SUBMIT_BUCKETS,
  );
  readonly #ack = this.#histogram(
    "ack_duration_seconds",
    "From submit to the venue's acknowledgement",
    ["venue"],
    ACK_BUCKETS,
  );
  readonly #requests = this.#histogram(
    "http_request_duration_seconds",
    "HTTP requests by route and status",
    ["method", "route", "status"],
    SUBMIT_BUCKETS,
  );
  readonly #clients = this.#gauge("stream_clients", "WebSocket clients", ["stream"]);
  readonly #slowClients = this.#counter(
    "stream_slow_clients_total",
    "WebSocket clients closed because they did not read",
    ["stream"],
  );
  readonly #openOrders = this.#gauge("open_orders", "Orders that have not ended", ["venue"]);
  readonly #unknownOrders = this.#gauge("outcome_unknown_orders", "Orders with a request whose outcome is unknown", [
    "venue",
  ]);
  readonly #connected = this.#gauge("venue_connected", "1 while the venue's stream of reports is up", [
    "venue",
    "channel",
  ]);
  readonly #circuit = this.#gauge("venue_circuit_open", "1 while the venue is left alone after repeated failures", [
    "venue",
  ]);
  readonly #halted = this.#gauge("trading_halted", "1 while a kill switch or a trading state halts the account", [
    "account",
  ]);
  readonly #position = this.#gauge("journal_position", "The last event appended to the journal", []);
  readonly #pending = this.#gauge("journal_pending_events", "Events appended and not yet durable", []);
  readonly #ready = this.#gauge("engine_ready", "1 while the engine takes orders", []);
  readonly #lagGauge = this.#gauge(
    "event_loop_lag_seconds",
    "99th percentile of the event loop's delay since the last scrape",
    [],
  );
  readonly #build = this.#gauge("build_info", "Always 1; the labels say what runs", ["version", "commit"]);

  constructor(options: MetricsOptions) {
    this.#engine = options.engine;
    this.#clock = options.clock;
    this.#build.set({ version: options.version, commit: options.commit }, 1);
    collectDefaultMetrics({ register: this.registry });
    this.#lag.enable();
  }

  /** Takes in the next durable event, its order after it, and the status before it. */
  apply(event: RecordedEvent, order: Order | undefined, from: OrderStatus | undefined): void {
    if (event.type === "discrepancyFound") {
      this.#discrepancies.inc({ venue: order?.venue ?? this.#venueOf(event.account), kind: event.kind });
    }
    if (event.type === "reportQuarantined") this.#quarantined.inc({ venue: event.venue });
    if (order === undefined) return;
    const { venue } = order;
    if (event.type === "orderDenied") this.#denials.inc({ rule: event.code });
    if ("fill" in event && event.fill !== undefined && event.type !== "fillCorrected") {
      this.#fills.inc({ venue, liquidity: event.fill.liquidity });
    }
    if (event.type === "orderAcknowledged" && from === "submitted") {
      const ms = order.submitToAcknowledgeMs();
      if (ms !== undefined) this.#ack.observe({ venue }, ms / MS);
    }
    if (order.isTerminal && from !== undefined && !isTerminalStatus(from)) {
      const outcome: Outcome = event.type === "orderDenied" ? "denied" : (order.status as Outcome);
      this.#orders.inc({ venue, outcome });
    }
  }

  /** Runs a submit and measures it. */
  async timeSubmit<T>(submit: () => Promise<T>): Promise<T> {
    const startedMs = this.#clock.monotonicMs();
    try {
      return await submit();
    } finally {
      this.#submit.observe((this.#clock.monotonicMs() - startedMs) / MS);
    }
  }

  /** @param route - the route's pattern, never the path that came. */
  noteRequest(method: string, route: string, status: number, durationMs: number): void {
    this.#requests.observe({ method, route, status: String(status) }, durationMs / MS);
  }

  noteClient(stream: string, change: 1 | -1): void {
    this.#clients.inc({ stream }, change);
  }

  noteSlowClient(stream: string): void {
    this.#slowClients.inc({ stream });
  }

  /** Writes all metrics in Prometheus' text format. */
  async text(): Promise<string> {
    this.#readStatus();
    const text = await this.registry.metrics();
    this.#lag.reset();
    return text;
  }

  close(): void {
    this.#lag.disable();
    this.registry.clear();
  }

  #readStatus(): void {
    const status = this.#engine.status();
    this.#openOrders.reset();
    this.#unknownOrders.reset();
    for (const account of status.accounts) {
      this.#openOrders.inc({ venue: account.venue }, account.openOrders);
      this.#unknownOrders.inc({ venue: account.venue }, account.outcomeUnknown);
      const isHalted =
        status.killSwitch.engaged || status.tradingState === "halted" || account.tradingState === "halted";
      this.#halted.set({ account: account.id }, Number(isHalted));
    }
    for (const venue of status.venues) {
      this.#connected.set({ venue: venue.id, channel: "reports" }, Number(venue.connected));
      this.#circuit.set({ venue: venue.id }, Number(venue.circuit !== "closed"));
    }
    this.#readCases(status);
    this.#notQuarantined.reset();
    this.#notQuarantined.inc(status.quarantineOverflow);
    this.#position.set(status.position);
    this.#pending.set(status.position - status.durablePosition);
    this.#ready.set(Number(status.phase === "ready"));
    const lag = this.#lag.percentile(EVENT_LOOP_PERCENTILE);
    this.#lagGauge.set(Number.isFinite(lag) ? lag / NS : 0);
  }

  /** Accounts without cases show zeros, so that an alert can tell "none" from "not measured". */
  #readCases({ accounts }: EngineStatus): void {
    this.#openCases.reset();
    for (const { id } of accounts) for (const kind of CASE_KINDS) this.#openCases.set({ account: id, kind }, 0);
    for (const { account = "", kind } of this.#engine.cases()) this.#openCases.inc({ account, kind });
  }

  #venueOf(account: AccountStatus["id"] | undefined): string {
    return this.#engine.status().accounts.find((known) => known.id === account)?.venue ?? "unknown";
  }

  #counter<const L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter(this.#described(name, help, labelNames));
  }

  #gauge<const L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> {
    return new Gauge(this.#described(name, help, labelNames));
  }

  #histogram<const L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    buckets: number[],
  ): Histogram<L> {
    return new Histogram({ ...this.#described(name, help, labelNames), buckets });
  }

  #described<L extends string>(
    name: string,
    help: string,
    labels: readonly L[],
  ): { name: string; help: string; labelNames: L[]; registers: Registry[] } {
    return { name: METRIC_PREFIX + name, help, labelNames: [...labels], registers: [this.registry] };
  }
}
