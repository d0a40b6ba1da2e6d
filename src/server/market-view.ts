// What the doors show of the market, as a port, and its implementation on a MarketHub.
// Fill models and feeds are absent: this only looks.

import type { InstrumentId } from "../domain/identifiers.ts";
import type { Instant } from "../domain/time.ts";
import type { BookLevel, MarketEvent, MarketListener, MarketTrade } from "../market-data/market-data.ts";
import type { MarketHub } from "../market-data/market-hub.ts";

/** Where the market stands. */
export interface MarketStatus {
  /** What it is, for people: a file and its digest, or a seed. */
  readonly description: string;
  readonly state: "running" | "paused" | "ended";
  /** A multiple of real time; `max` is as fast as it goes. */
  readonly speed: number | "max";
  /** Events so far. */
  readonly position: number;
  /** 0 to 1; absent where the market has no end. */
  readonly fraction?: number;
  /** The market's own time; absent before its first event. */
  readonly at?: Instant;
}

export interface MarketBook {
  /** Best first. */
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
  readonly lastTrade?: MarketTrade;
  readonly at: Instant;
}

/** A look at the market. Nothing here waits. */
export interface MarketView {
  status(): MarketStatus;
  /** Returns up to `depth` levels a side; `undefined` for an instrument that the market has not spoken of. */
  book(instrumentId: string, depth: number): MarketBook | undefined;
  /** Returns the latest trades, newest first. */
  trades(instrumentId: string, limit: number): readonly MarketTrade[];
  /** Calls back with each event from now on. @returns ends that. */
  subscribe(listener: MarketListener): () => void;
}

/** Trades remembered per instrument. */
export const TRADES_KEPT = 1_000;

/** Shows a {@link MarketHub}; `status` is the business of whoever plays the tape. */
export class HubMarketView implements MarketView {
  readonly #hub: MarketHub;
  readonly #status: () => MarketStatus;
  /** Oldest first. */
  readonly #trades = new Map<InstrumentId, MarketTrade[]>();

  constructor(hub: MarketHub, status: () => MarketStatus) {
    this.#hub = hub;
    this.#status = status;
    hub.subscribe((event) => this.#remember(event));
  }

  status(): MarketStatus {
    return this.#status();
  }

  book(instrumentId: string, depth: number): MarketBook | undefined {
    const view = this.#hub.view(instrumentId as InstrumentId);
    if (view?.updatedAt === undefined) return undefined;
    return {
      bids: view.levels("bid", depth),
      asks: view.levels("ask", depth),
      ...(view.lastTrade === undefined ? {} : { lastTrade: view.lastTrade }),
      at: view.updatedAt,
    };
  }

  trades(instrumentId: string, limit: number): readonly MarketTrade[] {
    return (this.#trades.get(instrumentId as InstrumentId) ?? []).slice(-limit).toReversed();
  }

  subscribe(listener: MarketListener): () => void {
    return this.#hub.subscribe(listener);
  }

  #remember(event: MarketEvent): void {
    if (event.kind !== "trade") return;
    const trades = this.#trades.get(event.instrumentId) ?? [];
    trades.push(event);
    // Cut in halves, so that a trade costs no shifting of the others.
    if (trades.length >= 2 * TRADES_KEPT) trades.splice(0, TRADES_KEPT);
    this.#trades.set(event.instrumentId, trades);
  }
}
