// A small market for tests of the paper venue: bids at 100, asks at 101, five of each, and what a test adds.

import type { Decimal } from "../../../domain/decimal.ts";
import type { Side } from "../../../domain/order-event.ts";
import type { DepthUpdate, MarketEvent, MarketTrade } from "../../../market-data/market-data.ts";
import { SeededRandom } from "../../../runtime/random.ts";
import { BTC, d } from "../../testing/orders.ts";
import { START_AT } from "../../testing/virtual-time.ts";

export function snapshot(instrumentId = BTC.id): DepthUpdate {
  const level = (price: string): { price: Decimal; quantity: Decimal } => ({ price: d(price), quantity: d("5") });
  return {
    kind: "depth",
    instrumentId,
    at: START_AT,
    bids: [level("100"), level("99.5")],
    asks: [level("101"), level("101.5")],
    snapshot: true,
  };
}

export function trade(price: string, quantity: string, aggressor: Side, instrumentId = BTC.id): MarketTrade {
  return { kind: "trade", instrumentId, at: START_AT, tradeId: "1", price: d(price), quantity: d(quantity), aggressor };
}

/** A random walk of depth updates and trades around 100: the same seed, the same tape. */
export function randomTape(seed: number, length: number): MarketEvent[] {
  const random = SeededRandom.fromSeed(seed);
  const cents = (value: number): string => (value / 100).toFixed(2);
  const lots = (): string => (random.nextInteger(900) / 1000 + 0.1).toFixed(3);
  let middle = 10_050;
  const events: MarketEvent[] = [snapshot()];
  while (events.length < length) {
    middle += random.nextInteger(21) - 10;
    if (random.next() < 0.5) {
      const aggressor = random.next() < 0.5 ? "buy" : "sell";
      const away = random.nextInteger(60) + 1;
      events.push(trade(cents(aggressor === "buy" ? middle + away : middle - away), lots(), aggressor));
    } else {
      const level = (price: number): { price: Decimal; quantity: Decimal } => ({
        price: d(cents(price)),
        quantity: random.next() < 0.2 ? d("0") : d(lots()),
      });
      const step = random.nextInteger(60) + 1;
      events.push({
        kind: "depth",
        instrumentId: BTC.id,
        at: START_AT,
        bids: [level(middle - step)],
        asks: [level(middle + step)],
      });
    }
  }
  return events;
}
