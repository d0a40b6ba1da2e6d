// What the page remembers of a market: the book, the latest trades, and the price over time for the
// chart. Prices in the series are floating point, for pixels alone.

import type { Level, MarketFrame, MarketTradeJson } from "./contract.ts";

export const TRADES_KEPT = 60;
const POINTS_KEPT = 4_000;

export interface Market {
  readonly instrumentId: string;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
  readonly lastTrade?: MarketTradeJson;
  /** Newest first. */
  readonly trades: readonly MarketTradeJson[];
  readonly at: number;
}

export function emptyMarket(instrumentId: string): Market {
  return { instrumentId, bids: [], asks: [], trades: [], at: 0 };
}

/** Returns the market after a frame; a frame says nothing of what it leaves out. */
export function applyMarketFrame(market: Market, frame: MarketFrame): Market {
  const trades = mergeTrades(market.trades, frame.trades ?? []);
  const lastTrade = frame.lastTrade ?? trades[0] ?? market.lastTrade;
  return {
    instrumentId: market.instrumentId,
    bids: frame.book?.bids ?? market.bids,
    asks: frame.book?.asks ?? market.asks,
    ...(lastTrade === undefined ? {} : { lastTrade }),
    trades,
    at: frame.at,
  };
}

/** Puts new trades on top; one that is there already (by id) is not repeated. */
export function mergeTrades(
  kept: readonly MarketTradeJson[],
  more: readonly MarketTradeJson[],
): readonly MarketTradeJson[] {
  if (more.length === 0) return kept;
  const known = new Set(kept.map((trade) => trade.tradeId));
  const fresh = more.filter((trade) => !known.has(trade.tradeId));
  return [...fresh, ...kept].sort((a, b) => b.at - a.at).slice(0, TRADES_KEPT);
}

/** Price over time, in the shape that the chart wants. */
export class PriceSeries {
  readonly times: number[] = [];
  readonly prices: number[] = [];

  /** Adds trades in any order; what lies before the last point is left out. */
  add(trades: readonly MarketTradeJson[]): void {
    for (const trade of [...trades].sort((a, b) => a.at - b.at)) {
      const time = trade.at / 1000;
      const last = this.times.at(-1);
      if (last !== undefined && time < last) continue;
      if (time === last) {
        this.prices[this.prices.length - 1] = Number(trade.price);
        continue;
      }
      this.times.push(time);
      this.prices.push(Number(trade.price));
    }
    const extra = this.times.length - POINTS_KEPT;
    if (extra > POINTS_KEPT / 4) {
      this.times.splice(0, extra);
      this.prices.splice(0, extra);
    }
  }

  clear(): void {
    this.times.length = 0;
    this.prices.length = 0;
  }
}
