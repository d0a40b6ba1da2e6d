// Short ways to write market events in tests.

import { Decimal } from "../../domain/decimal.ts";
import type { InstrumentId } from "../../domain/identifiers.ts";
import type { Side } from "../../domain/order-event.ts";
import type { BookLevel, DepthUpdate, MarketTrade, Quote } from "../market-data.ts";

export const BTC = "BTC/USDT" as InstrumentId;

/** `"100x2"`: quantity 2 at price 100. */
export type LevelText = `${string}x${string}`;

export function level(text: LevelText): BookLevel {
  const [price, quantity] = text.split("x") as [string, string];
  return { price: Decimal.parse(price), quantity: Decimal.parse(quantity) };
}

export function depth(
  bids: LevelText[],
  asks: LevelText[],
  extra: { at?: number; snapshot?: true; sequence?: number } = {},
): DepthUpdate {
  return { kind: "depth", instrumentId: BTC, at: 1, bids: bids.map(level), asks: asks.map(level), ...extra };
}

export function quote(
  bid: LevelText | undefined,
  ask: LevelText | undefined,
  extra: { at?: number; sequence?: number } = {},
): Quote {
  return {
    kind: "quote",
    instrumentId: BTC,
    at: 1,
    ...(bid !== undefined && { bid: level(bid) }),
    ...(ask !== undefined && { ask: level(ask) }),
    ...extra,
  };
}

export function trade(text: LevelText, aggressor: Side = "buy", at = 1): MarketTrade {
  return { kind: "trade", instrumentId: BTC, at, tradeId: "1", ...level(text), aggressor };
}
