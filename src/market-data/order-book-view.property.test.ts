// Laws of the view, over books of any shape.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Decimal } from "../domain/decimal.ts";
import type { BookLevel, MarketEvent } from "./market-data.ts";
import { OrderBookView } from "./order-book-view.ts";
import { BTC } from "./testing/events.ts";

const base = { instrumentId: BTC, at: 1 };
const level = (min: number, max: number): fc.Arbitrary<BookLevel> =>
  fc.record({
    price: fc.integer({ min, max }).map((price) => Decimal.fromInteger(price)),
    quantity: fc.integer({ min: 0, max: 3 }).map((quantity) => Decimal.fromInteger(quantity)),
  });
const one = Decimal.one;
const anyDepth: fc.Arbitrary<MarketEvent> = fc.record({
  kind: fc.constant("depth" as const),
  instrumentId: fc.constant(BTC),
  at: fc.constant(1),
  bids: fc.array(level(1, 40), { maxLength: 6 }),
  asks: fc.array(level(1, 40), { maxLength: 6 }),
});
const anyQuote: fc.Arbitrary<MarketEvent> = fc
  .tuple(fc.integer({ min: 1, max: 39 }), fc.integer({ min: 1, max: 5 }))
  .map(([bid, spread]) => ({
    kind: "quote" as const,
    ...base,
    bid: { price: Decimal.fromInteger(bid), quantity: one },
    ask: { price: Decimal.fromInteger(bid + spread), quantity: one },
  }));

test("from the first quote on the view is never crossed, and each side is sorted", () => {
  fc.assert(
    fc.property(anyQuote, fc.array(fc.oneof(anyDepth, anyQuote), { maxLength: 60 }), (first, events) => {
      const view = new OrderBookView(BTC);
      for (const event of [first, ...events]) {
        view.apply(event);
        const prices = [...view.levels("bid", 99).toReversed(), ...view.levels("ask", 99)].map(({ price }) => price);
        for (const [index, price] of prices.entries()) {
          if (index > 0) expect(prices[index - 1]?.lt(price)).toBe(true);
        }
      }
    }),
  );
});

test("fed by depth that never crosses, the view holds the same levels as a map of prices", () => {
  const uncrossed = fc.record({
    bids: fc.array(level(1, 20), { maxLength: 6 }),
    asks: fc.array(level(21, 40), { maxLength: 6 }),
  });
  fc.assert(
    fc.property(fc.array(uncrossed, { maxLength: 60 }), (updates) => {
      const view = new OrderBookView(BTC);
      const bids = new Map<string, string>();
      const asks = new Map<string, string>();
      for (const update of updates) {
        view.apply({ kind: "depth", ...base, ...update });
        setAll(bids, update.bids);
        setAll(asks, update.asks);
      }
      expect(asMap(view.levels("bid", 99))).toEqual(bids);
      expect(asMap(view.levels("ask", 99))).toEqual(asks);
    }),
  );
});

function setAll(map: Map<string, string>, levels: readonly BookLevel[]): void {
  for (const { price, quantity } of levels) {
    if (quantity.isZero()) map.delete(price.toString());
    else map.set(price.toString(), quantity.toString());
  }
}

function asMap(levels: readonly BookLevel[]): Map<string, string> {
  return new Map(levels.map(({ price, quantity }) => [price.toString(), quantity.toString()]));
}
