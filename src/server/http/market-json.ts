// Books and trades as JSON: shared by the routes and the stream.

import type { BookLevel, MarketTrade } from "../../market-data/market-data.ts";
import type { MarketBook } from "../market-view.ts";

export interface MarketTradeJson {
  readonly tradeId: string;
  readonly price: string;
  readonly quantity: string;
  readonly aggressor: "buy" | "sell";
  readonly at: number;
}

/** Price, then quantity. */
export type LevelJson = readonly [string, string];

export interface BookJson {
  readonly bids: readonly LevelJson[];
  readonly asks: readonly LevelJson[];
  readonly lastTrade?: MarketTradeJson;
  readonly at: number;
}

export function tradeToJson(trade: MarketTrade): MarketTradeJson {
  const { tradeId, price, quantity, aggressor, at } = trade;
  return { tradeId, price: price.toString(), quantity: quantity.toString(), aggressor, at };
}

export function bookToJson(book: MarketBook): BookJson {
  return {
    bids: book.bids.map(levelToJson),
    asks: book.asks.map(levelToJson),
    ...(book.lastTrade === undefined ? {} : { lastTrade: tradeToJson(book.lastTrade) }),
    at: book.at,
  };
}

function levelToJson(level: BookLevel): LevelJson {
  return [level.price.toString(), level.quantity.toString()];
}
