// The grid and paper trading: where other grids got stuck and other simulations were too kind, and what happens here.
// Field reports T-72 and T-107 to T-111.

import { expect, test } from "vitest";
import type { Order } from "../../src/domain/order.ts";
import { unwrap } from "../../src/domain/result.ts";
import { BTC } from "../../src/engine/testing/scripted-venue.ts";
import { createTestEngine, type TestEngine } from "../../src/engine/testing/test-engine.ts";
import { discrepancies, fillsAfter, found, recordOf, venueFill } from "../../src/engine/testing/venue-answers.ts";
import { MarketHub } from "../../src/market-data/market-hub.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import { GridStrategy } from "../../src/strategies/grid.ts";
import { trade } from "../../src/venues/paper/testing/market.ts";
import { again, countSent, d, figures, held, openPaperDesk } from "./support-money.ts";

/** One level a side, 1 % apart, 0.1 each: around 1000 that is a buy at 990 and a sell at 1010. */
function startGrid(t: TestEngine): { quote(middle: number): Promise<void>; open(): string[] } {
  const market = new MarketHub();
  const grid = new GridStrategy({
    name: "grid",
    instrumentId: BTC.id,
    levels: 1,
    step: d("0.01"),
    quantity: d("0.1"),
    followAfterSteps: 2,
    maintainEveryMs: 100,
  });
  grid.start({ engine: t.engine, market, clock: t.clock, logger: silentLogger, account: "main" });
  const level = (price: number) => ({ price: d(String(price)), quantity: d("1") });
  return {
    quote: async (middle) => {
      await t.pass(100);
      const sides = { bid: level(middle - 0.5), ask: level(middle + 0.5) };
      market.publish({ kind: "quote", instrumentId: BTC.id, at: t.clock.now(), ...sides });
      await t.settle();
    },
    open: () => t.engine.activeOrders().map(describeOrder).toSorted(),
  };
}

const describeOrder = (order: Order): string => `${order.side} ${order.quantity} @ ${order.price}`;

function openOrder(t: TestEngine, side: "buy" | "sell"): Order {
  const [order] = t.engine.activeOrders({ side });
  if (order === undefined) throw new Error(`No ${side} is open.`);
  return order;
}

// thread: hummingbot/hummingbot#6722
test("T-72: a grid that starts again takes up its orders, and places nothing more while they rest", async () => {
  const t = await createTestEngine();
  const grid = startGrid(t);
  await grid.quote(1000);
  t.venue.fill(openOrder(t, "buy"), "0.1", "990");
  await t.settle();
  const before = grid.open();
  expect(before).toEqual(["sell 0.1 @ 1010", "sell 0.1 @ 999.9"]);
  t.venue.onOpenOrders = () => found(t.engine.activeOrders().map((order) => recordOf(order)));
  const placed = countSent(t, "place");
  const next = await again(t);
  const resumed = startGrid(next);
  for (let look = 0; look < 20; look++) await resumed.quote(1000);
  expect(resumed.open()).toEqual(before);
  expect(countSent(t, "place")).toBe(placed);
  expect(countSent(t, "cancel")).toBe(0);
});

// thread: c9s/bbgo#80
// thread: c9s/bbgo PR#1174
test("T-107: a grid whose entry filled while the process was dead goes on with the exit", async () => {
  const t = await createTestEngine();
  await startGrid(t).quote(1000);
  const entry = openOrder(t, "buy");
  const other = recordOf(openOrder(t, "sell"));
  const filled = recordOf(entry, { status: "filled", cumulativeQuantity: d("0.1") });
  t.venue.onOpenOrders = () => found([other]);
  t.venue.onOrder = () => found(filled);
  t.venue.onFillsSince = fillsAfter([venueFill(filled, "0.1", "while-dead")]);
  const next = await again(t);
  const resumed = startGrid(next);
  await resumed.quote(1000);
  expect(resumed.open()).toEqual(["sell 0.1 @ 1010", "sell 0.1 @ 999.9"]);
  expect(held(next)).toBe("0.1");
});

// thread: c9s/bbgo#1764
// thread: c9s/bbgo PR#2645
test.each(["989.3", "0.1"])(
  "T-107: a grid finds its level by the order, so an execution at %s does not leave it stuck",
  async (price) => {
    const t = await createTestEngine();
    const grid = startGrid(t);
    await grid.quote(1000);
    t.venue.fill(openOrder(t, "buy"), "0.1", price);
    await t.settle();
    expect(grid.open()).toEqual(["sell 0.1 @ 1010", "sell 0.1 @ 999.9"]);
  },
);

// thread: c9s/bbgo#1764
// thread: c9s/bbgo PR#2645
test.each(["0", "-5"])(
  "T-107: an execution at a price of %s is put before a person, and never passes as a gift",
  async (price) => {
    const t = await createTestEngine();
    t.venue.fill(await t.working(), "0.4", price);
    await t.settle();
    expect(discrepancies(t).length + t.engine.quarantined().length).toBeGreaterThan(0);
  },
);

// thread: freqtrade/freqtrade#12454
test("T-108: on paper, a limit order away from the market rests at its own price until the market comes", async () => {
  const desk = await openPaperDesk();
  const resting = await desk.submit({ price: "99.5" });
  expect(figures(resting)).toMatchObject({ status: "acknowledged", filled: "0" });
  await desk.pass(3_600_000);
  expect(figures(resting)).toMatchObject({ status: "acknowledged", filled: "0" });
  await desk.feed(trade("99", "20", "sell"));
  expect(figures(resting)).toMatchObject({ status: "filled", average: "99.5" });
  await desk.close();
});

// thread: freqtrade/freqtrade#3389
// thread: freqtrade/freqtrade#3685
test("T-108: on paper, a limit order through the market fills at the market's prices up to its own, and what is left rests", async () => {
  const desk = await openPaperDesk();
  const order = await desk.submit({ price: "101.2", quantity: "7" });
  expect(figures(order)).toMatchObject({ status: "partiallyFilled", filled: "5", average: "101" });
  await desk.close();
});

// thread: freqtrade/freqtrade#3685
test("T-108: on paper, post-only, reduce-only and risk limits are checked as live", async () => {
  const desk = await openPaperDesk();
  const crossing = await desk.submit({ price: "101", postOnly: true });
  expect(crossing.status).toBe("rejected");
  unwrap(await desk.engine.setRiskLimits("main", { maxOrderQuantity: d("1") }, { by: "anna" }));
  await expect(desk.submit({ quantity: "2" })).rejects.toMatchObject({ code: "risk.maxQuantity" });
  await expect(desk.submit({ side: "sell", reduceOnly: true })).rejects.toMatchObject({ code: "risk.reduceOnly" });
  await desk.close();
});

// thread: hummingbot/hummingbot#4877
test("T-109: on paper, what one order took is gone for the next one", async () => {
  const desk = await openPaperDesk();
  const [first, second] = [
    await desk.submit({ price: "102", quantity: "3" }),
    await desk.submit({ price: "102", quantity: "3" }),
  ];
  expect(figures(first)).toMatchObject({ status: "filled", cost: "303" });
  // 2 are left at 101; the third comes from 101.5.
  expect(figures(second)).toMatchObject({ status: "filled", cost: "303.5" });
  await desk.close();
});

// thread: hummingbot/hummingbot#4877
test("T-109: on paper, a resting order waits behind what rested before it, and gets only what trades beyond that", async () => {
  const desk = await openPaperDesk();
  const order = await desk.submit({ price: "100", quantity: "1" });
  await desk.feed(trade("100", "5", "sell"));
  expect(figures(order)).toMatchObject({ status: "acknowledged", filled: "0" });
  await desk.feed(trade("100", "0.4", "sell"));
  expect(figures(order)).toMatchObject({ status: "partiallyFilled", filled: "0.4", average: "100" });
  await desk.close();
});

// thread: alpacahq/Alpaca-API#5
// thread: DeviaVir/zenbot#1472
test("T-110: on paper, a market order walks the book, pays the taker's fee, and takes time", async () => {
  const desk = await openPaperDesk();
  const { order } = unwrap(
    await desk.answer(desk.engine.submit({ instrumentId: BTC.id, side: "buy", orderType: "market", quantity: "7" })),
  );
  expect(figures(order)).toMatchObject({ status: "filled", filled: "7", cost: "708", fees: "0.0035 BTC" });
  expect(order.submitToFirstFillMs()).toBeGreaterThan(0);
  const maker = await desk.submit({ side: "sell", price: "103", quantity: "1" });
  await desk.feed(trade("104", "20", "buy"));
  expect(figures(maker)).toMatchObject({ status: "filled", average: "103", fees: "0.0206 USDT" });
  await desk.close();
});

// thread: marketcalls/openalgo#811
test("T-111: a venue whose stream never says a word about orders is followed by asking", async () => {
  const t = await createTestEngine({ config: { settings: { reconcileEveryMs: 30_000 } } });
  const [filled, canceled] = [await t.working(), await t.working({ price: "99" })];
  const records = new Map([
    [filled.id, recordOf(filled, { status: "filled", cumulativeQuantity: d("1") })],
    [canceled.id, recordOf(canceled, { status: "canceled", endReason: "by hand" })],
  ]);
  t.venue.onOrder = ({ orderId }) => {
    const record = records.get(orderId);
    return record === undefined ? { kind: "absent" } : found(record);
  };
  t.venue.onFillsSince = fillsAfter([venueFill(recordOf(filled), "1", "only")]);
  await t.pass(31_000);
  expect([filled.status, canceled.status]).toEqual(["filled", "canceled"]);
  expect(held(t)).toBe("1");
  expect(countSent(t, "place")).toBe(2);
});
