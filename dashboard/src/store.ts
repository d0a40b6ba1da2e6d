// All that the page shows, as signals: one per order, so that an update redraws one row. Frames
// come in batches, one per screen frame. Lists (sorting, counting, own orders in the ladder) follow
// a revision that moves a few times a second at most: a list that jumps cannot be read.

import { batch, type Signal, signal } from "@preact/signals";
import { applyCaseEvents, mergeQuarantined } from "./cases.ts";
import type {
  Case,
  Discrepancy,
  EventJson,
  EventsFrame,
  FillRow,
  InstrumentJson,
  MarketFrame,
  MarketTradeJson,
  OrderJson,
  Position,
  Quarantined,
  SnapshotFrame,
  Status,
  Summary,
} from "./contract.ts";
import { EngineClock, rateOf } from "./engine-clock.ts";
import { applyFillEvents, mergeFills } from "./fills.ts";
import { applyMarketFrame, emptyMarket, type Market, mergeTrades, PriceSeries } from "./market-series.ts";
import type { DataFrame } from "./stream-client.ts";

const REVISION_EVERY_MS = 250;
/** Ended orders kept in the page; older ones are found by their id. */
export const ENDED_KEPT = 3_000;
const DISCREPANCIES_KEPT = 100;

export interface MarketView {
  readonly market: Signal<Market>;
  readonly series: PriceSeries;
}

export interface StoreOptions {
  wallNow(): number;
  schedule(delayMs: number, callback: () => void): void;
}

export class Store {
  readonly status = signal<Status | undefined>(undefined);
  readonly summary = signal<Summary | undefined>(undefined);
  readonly positions = signal<ReadonlyMap<string, Position>>(new Map());
  readonly fills = signal<readonly FillRow[]>([]);
  readonly discrepancies = signal<readonly Discrepancy[]>([]);
  /** The operator queue, in the order of its events. */
  readonly cases = signal<readonly Case[]>([]);
  readonly quarantined = signal<readonly Quarantined[]>([]);
  readonly instruments = signal<ReadonlyMap<string, InstrumentJson>>(new Map());
  readonly marketIds = signal<readonly string[]>([]);
  /** Moves when the set of orders, or anything that lists depend on, has changed. */
  readonly revision = signal(0);
  readonly counts = signal({ open: 0, ended: 0 });
  readonly seq = signal(0);
  /** How often everything was read anew. */
  readonly snapshots = signal(0);
  /** The engine's time, moved by {@link tick}. */
  readonly now = signal(0);

  readonly #options: StoreOptions;
  readonly #clock = new EngineClock();
  readonly #orders = new Map<string, Signal<OrderJson>>();
  readonly #open = new Set<string>();
  /** Oldest first, by when the page learned of the end. */
  readonly #ended = new Set<string>();
  readonly #markets = new Map<string, MarketView>();
  #revisedAt = Number.NEGATIVE_INFINITY;
  #revisionDue = false;

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  /** Applies what arrived since the last screen frame. */
  apply(frames: readonly DataFrame[]): void {
    batch(() => {
      for (const frame of frames) this.#applyFrame(frame);
      this.tick();
    });
  }

  tick(): void {
    this.now.value = this.#clock.now(this.#options.wallNow());
  }

  order(id: string): Signal<OrderJson> | undefined {
    return this.#orders.get(id);
  }

  /** Reads without subscribing: callers follow {@link revision}. */
  *orders(): Generator<OrderJson> {
    for (const order of this.#orders.values()) yield order.peek();
  }

  *openOrders(): Generator<OrderJson> {
    for (const id of this.#open) {
      const order = this.#orders.get(id);
      if (order !== undefined) yield order.peek();
    }
  }

  /** Takes an order that was asked for by its id; one from the stream is at least as new. */
  learnOrder(order: OrderJson): Signal<OrderJson> {
    const known = this.#orders.get(order.id);
    if (known !== undefined && known.peek().lastSeq >= order.lastSeq) return known;
    this.#putOrder(order);
    this.#revise();
    return this.#orders.get(order.id) ?? signal(order);
  }

  learnInstruments(instruments: readonly InstrumentJson[]): void {
    this.instruments.value = new Map(instruments.map((instrument) => [instrument.id, instrument]));
    for (const { id } of instruments) this.market(id);
  }

  learnFills(fills: readonly FillRow[]): void {
    this.fills.value = mergeFills(this.fills.peek(), fills);
  }

  learnDiscrepancies(found: readonly Discrepancy[]): void {
    const bySeq = new Map([...found, ...this.discrepancies.peek()].map((one) => [one.seq, one]));
    this.discrepancies.value = [...bySeq.values()].sort((a, b) => b.seq - a.seq).slice(0, DISCREPANCIES_KEPT);
  }

  learnQuarantined(found: readonly Quarantined[]): void {
    this.quarantined.value = mergeQuarantined(this.quarantined.peek(), found);
  }

  learnTrades(instrumentId: string, trades: readonly MarketTradeJson[]): void {
    const { market, series } = this.market(instrumentId);
    series.clear();
    series.add([...trades, ...market.peek().trades]);
    market.value = { ...market.peek(), trades: mergeTrades(market.peek().trades, trades) };
  }

  market(instrumentId: string): MarketView {
    let view = this.#markets.get(instrumentId);
    if (view === undefined) {
      view = { market: signal(emptyMarket(instrumentId)), series: new PriceSeries() };
      this.#markets.set(instrumentId, view);
      this.marketIds.value = [...this.#markets.keys()];
    }
    return view;
  }

  #applyFrame(frame: DataFrame): void {
    switch (frame.type) {
      case "snapshot":
        this.#applySnapshot(frame);
        return;
      case "events":
        this.#applyEvents(frame);
        return;
      case "market":
        this.#applyMarket(frame);
        return;
      case "status":
        this.#applyStatus(frame.status, frame.summary);
        return;
    }
  }

  #applySnapshot(frame: SnapshotFrame): void {
    const present = new Set(frame.orders.map(({ id }) => id));
    // Signals of orders that stay are kept: what shows one goes on following it.
    for (const id of this.#orders.keys()) if (!present.has(id)) this.#orders.delete(id);
    this.#open.clear();
    this.#ended.clear();
    // Newest first on the wire: the oldest must be the first to be forgotten.
    for (const order of [...frame.orders].sort((a, b) => a.lastSeq - b.lastSeq)) this.#putOrder(order);
    this.positions.value = new Map(frame.positions.map((position) => [positionKey(position), position]));
    this.cases.value = frame.cases;
    this.seq.value = frame.seq;
    this.snapshots.value++;
    this.#clock.reset(frame.status.now, this.#options.wallNow());
    this.#applyStatus(frame.status, frame.summary);
    this.#reviseNow();
  }

  #applyEvents(frame: EventsFrame): void {
    for (const order of frame.orders) this.#putOrder(order);
    if (frame.positions.length > 0) {
      const positions = new Map(this.positions.peek());
      for (const position of frame.positions) positions.set(positionKey(position), position);
      this.positions.value = positions;
    }
    this.fills.value = applyFillEvents(this.fills.peek(), frame.events, (id) => this.#orders.get(id)?.peek());
    const found = frame.events.filter((event) => event.type === "discrepancyFound");
    if (found.length > 0) this.learnDiscrepancies(found as unknown as readonly Discrepancy[]);
    this.cases.value = applyCaseEvents(this.cases.peek(), frame.events);
    const put = frame.events.filter((event) => event.type === "reportQuarantined");
    if (put.length > 0) this.learnQuarantined(put as unknown as readonly Quarantined[]);
    this.#noteLast(frame.events.at(-1));
    this.#revise();
  }

  #noteLast(event: EventJson | undefined): void {
    if (event === undefined) return;
    this.seq.value = event.seq;
    const { at } = event;
    if (typeof at === "number") this.#clock.hear(at, this.#options.wallNow());
  }

  #applyMarket(frame: MarketFrame): void {
    const { market, series } = this.market(frame.instrumentId);
    market.value = applyMarketFrame(market.peek(), frame);
    const trades = frame.trades ?? (frame.lastTrade === undefined ? [] : [frame.lastTrade]);
    series.add(trades);
    this.#clock.hear(frame.at, this.#options.wallNow());
  }

  #applyStatus(status: Status, summary: Summary): void {
    this.status.value = status;
    this.summary.value = summary;
    this.#clock.setRate(rateOf(status.market));
    this.#clock.hear(status.now, this.#options.wallNow());
  }

  #putOrder(order: OrderJson): void {
    const known = this.#orders.get(order.id);
    if (known === undefined) this.#orders.set(order.id, signal(order));
    else known.value = order;
    if (order.isActive) {
      this.#ended.delete(order.id);
      this.#open.add(order.id);
      return;
    }
    this.#open.delete(order.id);
    this.#ended.add(order.id);
    if (this.#ended.size > ENDED_KEPT) this.#forgetOldest();
  }

  #forgetOldest(): void {
    for (const id of this.#ended) {
      this.#ended.delete(id);
      this.#orders.delete(id);
      return;
    }
  }

  #revise(): void {
    if (this.#revisionDue) return;
    const waitMs = this.#revisedAt + REVISION_EVERY_MS - this.#options.wallNow();
    if (waitMs <= 0) {
      this.#reviseNow();
      return;
    }
    this.#revisionDue = true;
    this.#options.schedule(waitMs, () => this.#reviseNow());
  }

  #reviseNow(): void {
    this.#revisionDue = false;
    this.#revisedAt = this.#options.wallNow();
    batch(() => {
      this.counts.value = { open: this.#open.size, ended: this.#ended.size };
      this.revision.value++;
    });
  }
}

function positionKey(position: Position): string {
  return `${position.account}/${position.instrumentId}`;
}
