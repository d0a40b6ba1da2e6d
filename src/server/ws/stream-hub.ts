// All clients of /api/v1/stream: one frame per turn of the event loop for events, a status at least every
// 2 s, market frames at most 5 times a second per instrument. What one client is told is in stream-session.ts.

import type { MarketEvent, MarketTrade } from "../../market-data/market-data.ts";
import type { CancelTimer } from "../../runtime/clock.ts";
import type { ServerContext } from "../context.ts";
import { bookToJson, tradeToJson } from "../http/market-json.ts";
import { Frames } from "./frames.ts";
import type { StreamSession } from "./stream-session.ts";

const STATUS_MS = 2_000;
const MARKET_MS = 200;
const MARKET_DEPTH = 20;
/** New trades in one market frame: the latest. */
const TRADES_PER_FRAME = 100;

export class StreamHub {
  readonly frames: Frames;
  readonly #context: ServerContext;
  readonly #sessions = new Set<StreamSession>();
  /** New trades by instrument; an empty list says that only the book moved. */
  readonly #moved = new Map<string, MarketTrade[]>();
  readonly #ends: (() => void)[];
  #flushWaits = false;
  #statusDue = false;
  #statusTimer: CancelTimer;
  #marketTimer: CancelTimer | undefined;

  constructor(context: ServerContext) {
    this.#context = context;
    this.frames = new Frames(context);
    this.#ends = [
      context.feed.listen((event) => this.#eventCame(!("orderId" in event))),
      context.market.subscribe((event) => this.#marketMoved(event)),
    ];
    this.#statusTimer = this.#scheduleStatus();
  }

  get clients(): number {
    return this.#sessions.size;
  }

  add(session: StreamSession): void {
    this.#sessions.add(session);
  }

  remove(session: StreamSession): void {
    this.#sessions.delete(session);
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#statusTimer();
    this.#marketTimer?.();
  }

  #eventCame(isSystemEvent: boolean): void {
    if (isSystemEvent) this.#statusDue = true;
    if (this.#flushWaits || this.#sessions.size === 0) return;
    this.#flushWaits = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushWaits = false;
    for (const session of this.#sessions) session.pump();
    if (!this.#statusDue) return;
    this.#statusDue = false;
    this.#sendStatus();
  }

  #scheduleStatus(): CancelTimer {
    return this.#context.clock.schedule(STATUS_MS, () => {
      this.#sendStatus();
      this.#statusTimer = this.#scheduleStatus();
    });
  }

  #sendStatus(): void {
    if (this.#sessions.size === 0) return;
    const text = this.frames.status();
    for (const session of this.#sessions) session.tell("orders", text);
  }

  #marketMoved(event: MarketEvent): void {
    if (this.#sessions.size === 0) return;
    const trades = this.#moved.get(event.instrumentId) ?? [];
    if (event.kind === "trade") trades.push(event);
    if (trades.length > TRADES_PER_FRAME) trades.shift();
    this.#moved.set(event.instrumentId, trades);
    this.#marketTimer ??= this.#context.clock.schedule(MARKET_MS, () => this.#sendMarket());
  }

  #sendMarket(): void {
    this.#marketTimer = undefined;
    for (const [instrumentId, trades] of this.#moved) {
      const text = this.#marketText(instrumentId, trades);
      for (const session of this.#sessions) session.tell("market", text);
    }
    this.#moved.clear();
  }

  #marketText(instrumentId: string, trades: readonly MarketTrade[]): string {
    const book = this.#context.market.book(instrumentId, MARKET_DEPTH);
    const { lastTrade, at, ...levels } = book === undefined ? { at: 0, bids: [], asks: [] } : bookToJson(book);
    return JSON.stringify({
      type: "market",
      instrumentId,
      book: levels,
      lastTrade,
      trades: trades.map(tradeToJson),
      at,
    });
  }
}
