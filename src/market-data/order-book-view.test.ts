// The view of one market: what it shows after depth, quotes and trades, alone and against each other.

import { expect, test } from "vitest";
import type { MarketEvent } from "./market-data.ts";
import { OrderBookView } from "./order-book-view.ts";
import { BTC, depth, level, quote, trade } from "./testing/events.ts";

/** Applies events and states the levels, best first, as `price x quantity`. */
function check(events: MarketEvent[], expected: { bids: string; asks: string }): OrderBookView {
  const view = new OrderBookView(BTC);
  for (const event of events) view.apply(event);
  const show = (side: "bid" | "ask"): string =>
    view
      .levels(side, 10)
      .map(({ price, quantity }) => `${price.toString()}x${quantity.toString()}`)
      .join(" ");
  expect({ bids: show("bid"), asks: show("ask") }).toEqual(expected);
  return view;
}

test("depth sets absolute quantities, and zero removes a level", () => {
  check(
    [depth(["99x1", "98x2", "97x3"], ["101x1", "102x2"]), depth(["98x0", "99x5", "96x1"], ["101x0", "103x0", "104x4"])],
    { bids: "99x5 97x3 96x1", asks: "102x2 104x4" },
  );
});

test("equal prices written with other scales are one level", () => {
  check([depth(["99.50x1"], []), depth(["99.5x2"], [])], { bids: "99.5x2", asks: "" });
});

test("a snapshot replaces all, the quote before it included", () => {
  check([quote("99x1", "100x1"), depth(["90x1"], ["110x1"], { snapshot: true })], { bids: "90x1", asks: "110x1" });
});

test("a quote evicts levels that claim to be better, and levels that it crosses", () => {
  check([depth(["99x1", "98x1", "97x1"], ["100x1", "101x1", "102x1"]), quote("97x7", "98x8")], {
    bids: "97x7",
    asks: "98x8 100x1 101x1 102x1",
  });
  check([depth(["99x1", "98x1"], ["100x1", "101x1", "102x1"]), quote("101x7", "102x8")], {
    bids: "101x7 99x1 98x1",
    asks: "102x8",
  });
});

test("a level that a quote evicted does not come back when the market does", () => {
  check([depth(["99x1", "98x1", "97x1"], ["100x1", "101x1"]), quote("97x7", "98x8"), quote("99.5x2", "100.5x2")], {
    bids: "99.5x2 97x7",
    asks: "100.5x2 101x1",
  });
});

test("a quote masks what slower depth says about the best levels", () => {
  check([quote("97x7", "98x8"), depth(["99x1", "97x2", "96x3"], ["100x1"])], { bids: "97x7 96x3", asks: "98x8 100x1" });
});

test("depth of a higher sequence is later than the quote", () => {
  check([quote("97x7", "98x8", { sequence: 10 }), depth(["99x1"], ["98x0", "100x1"], { sequence: 11 })], {
    bids: "99x1 97x7",
    asks: "100x1",
  });
});

test("a quote that depth has overtaken is left out", () => {
  const overtaken = [depth(["99x1"], ["100x1"], { sequence: 11 }), quote("97x7", "98x8", { sequence: 10 })];
  check(overtaken, { bids: "99x1", asks: "100x1" });
  check([...overtaken, quote("98x7", "99x8", { sequence: 12 })], { bids: "98x7", asks: "99x8 100x1" });
});

test("without quotes, a depth level evicts the levels of the other side that it crosses", () => {
  check([depth(["99x1"], ["100x1", "101x1"]), depth(["100x2"], [])], { bids: "100x2 99x1", asks: "101x1" });
  check([depth(["99x1", "98x1"], ["100x1"]), depth([], ["98.5x2"])], { bids: "98x1", asks: "98.5x2 100x1" });
});

test("a quote without a side says that the side is empty", () => {
  const view = check([depth(["99x1"], ["100x1"]), quote("99x1", undefined), depth([], ["105x1"])], {
    bids: "99x1",
    asks: "",
  });
  expect(view.bestAsk).toBeUndefined();
  expect(view.mid).toBeUndefined();
});

test("the mid is exact, and the reference price falls back to the last trade", () => {
  const view = new OrderBookView(BTC);
  expect(view.referencePrice).toBeUndefined();
  view.apply(trade("99.98x1", "buy", 7));
  expect(view.referencePrice?.toString()).toBe("99.98");
  expect(view.lastTrade?.at).toBe(7);
  expect(view.updatedAt).toBe(7);
  view.apply(quote("100.01x1", "100.02x1", { at: 8 }));
  expect(view.mid?.toString()).toBe("100.015");
  expect(view.referencePrice?.toString()).toBe("100.015");
  expect(view.updatedAt).toBe(8);
});

test("levels asked for in a count of zero or one are that many", () => {
  const view = new OrderBookView(BTC);
  view.apply(depth(["99x1", "98x1"], []));
  expect(view.levels("bid", 0)).toEqual([]);
  expect(view.levels("bid", 1)).toEqual([level("99x1")]);
  view.apply(quote("99x3", undefined));
  expect(view.levels("bid", 0)).toEqual([]);
  expect(view.levels("bid", 1)).toEqual([level("99x3")]);
});

test("levels far from the market are forgotten, the nearest never", () => {
  const view = new OrderBookView(BTC);
  for (let price = 1; price <= 3_000; price++) view.apply(depth([`${price}x1`], []));
  expect(view.bestBid?.price.toString()).toBe("3000");
  expect(view.levels("bid", 5_000)).toHaveLength(1_000);
});
