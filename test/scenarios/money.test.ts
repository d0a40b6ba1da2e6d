// Average price, cost, fees, profit and precision: what other systems computed wrong, and what happens here.
// Field reports T-74 to T-86.

import { afterEach, expect, test } from "vitest";
import type { ExecutionId, VenueOrderId } from "../../src/domain/identifiers.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import type { Order } from "../../src/domain/order.ts";
import { unwrap } from "../../src/domain/result.ts";
import type { OrderRequest } from "../../src/engine/engine-api.ts";
import { BTC, ScriptedVenue } from "../../src/engine/testing/scripted-venue.ts";
import { createTestEngine, LIMIT_BUY, type TestEngine } from "../../src/engine/testing/test-engine.ts";
import { discrepancies, fillsAfter, found, recordOf, venueFill } from "../../src/engine/testing/venue-answers.ts";
import { createTestServer, type TestServer } from "../../src/server/testing/test-server.ts";
import {
  again,
  answerTo,
  d,
  figures,
  holding,
  messages,
  positionFigures,
  trying,
  workingWithoutPrice,
} from "./support-money.ts";

interface Execution {
  readonly quantity: string;
  readonly price: string;
  readonly id: string;
  readonly fee?: { readonly amount: string; readonly asset: string };
}

/** The venue executes, with a fee in an asset of its choice or none. */
async function execute(t: TestEngine, order: Order, { quantity, price, id, fee }: Execution): Promise<void> {
  const venueOrderId = order.venueOrderId ?? ("v1" as VenueOrderId);
  t.venue.say(order, {
    kind: "fill",
    venueOrderId,
    fill: {
      executionId: id as ExecutionId,
      venueOrderId,
      price: d(price),
      quantity: d(quantity),
      liquidity: "taker",
      venueAt: 1,
      ...(fee === undefined ? {} : { fee: { amount: d(fee.amount), asset: fee.asset } }),
    },
  });
  await t.settle();
}

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

// thread: ccxt/ccxt#4902
test("T-74: the cost of an order is what was paid, not its limit price", async () => {
  const t = await createTestEngine();
  const order = await t.working({ quantity: "2", price: "100" });
  await execute(t, order, { quantity: "2", price: "99.5", id: "e1" });
  expect(figures(order)).toMatchObject({ status: "filled", average: "99.5", cost: "199" });
  expect(positionFigures(t)).toMatchObject({ quantity: "2", cost: "199" });
});

// thread: ccxt/ccxt#27996
test("T-75: an execution keeps its own price beside the limit of its order", async () => {
  const t = await createTestEngine();
  const order = await t.working({ price: "100" });
  await execute(t, order, { quantity: "0.5", price: "98.7", id: "e1" });
  expect(order.price?.toString()).toBe("100");
  expect(order.lastFill?.price.toString()).toBe("98.7");
  expect(figures(order)).toMatchObject({ average: "98.7", cost: "49.35" });
});

// thread: ccxt/ccxt#14553
test("T-76: a venue's wrong average changes nothing: ours is computed from the executions", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  await execute(t, order, { quantity: "1", price: "98.5", id: "e1" });
  const wrong = { averagePrice: d("1"), cumulativeQuantity: d("1") };
  t.venue.say(order, { kind: "ended", status: "filled", reason: "venue", ...wrong });
  t.venue.onOrder = () => found(recordOf(order, { status: "filled", ...wrong }));
  await t.engine.reconcile();
  expect(figures(order)).toMatchObject({ status: "filled", average: "98.5", cost: "98.5" });
});

// thread: ccxt/ccxt#14553
test("T-76: a venue's average that its own executions contradict is told", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  await execute(t, order, { quantity: "1", price: "98.5", id: "e1" });
  const wrong = { averagePrice: d("1"), cumulativeQuantity: d("1") };
  t.venue.say(order, { kind: "ended", status: "filled", reason: "venue", ...wrong });
  await t.settle();
  expect(discrepancies(t)).toEqual(["contradiction"]);
});

// thread: ccxt/ccxt#24024
test("T-77: a market buy for an amount of money counts base units as filled and money as spent", async () => {
  const t = await createTestEngine();
  const { quantity: _quantity, price: _price, ...request } = LIMIT_BUY;
  const { order } = unwrap(await t.engine.submit({ ...request, orderType: "market", notional: "100" }));
  await t.settle();
  await execute(t, order, { quantity: "0.4", price: "100", id: "e1" });
  expect(figures(order)).toMatchObject({ status: "partiallyFilled", filled: "0.4", cost: "40" });
  expect(order.fillPercentage().toString()).toBe("40");
  expect(positionFigures(t).quantity).toBe("0.4");
});

// thread: ccxt/ccxt#5084
// thread: ccxt/ccxt#4034
test("T-78: an end without average and executions gets both from the venue's record of executions", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  t.venue.onFillsSince = fillsAfter([
    venueFill(recordOf(order), "0.4", "first"),
    venueFill(recordOf(order), "0.6", "second"),
  ]);
  const ended = { cumulativeQuantity: d("1"), averagePrice: d("0") };
  t.venue.say(order, { kind: "ended", status: "filled", reason: "venue", ...ended });
  await t.pass(5_000);
  expect(figures(order)).toMatchObject({ status: "filled", filled: "1", average: "100", cost: "100" });
  expect(order.fills.size).toBe(2);
});

// thread: ccxt/ccxt#25660
// thread: ccxt/ccxt#6479
// thread: ccxt/ccxt#13486
// thread: ccxt/ccxt#16491
test("T-79: average times filled is cost, over several prices, for an order that has no price", async () => {
  const t = await createTestEngine();
  const order = await workingWithoutPrice(t, { orderType: "market", quantity: "0.6" });
  await execute(t, order, { quantity: "0.1", price: "100.1", id: "e1" });
  await execute(t, order, { quantity: "0.2", price: "100.2", id: "e2" });
  await execute(t, order, { quantity: "0.3", price: "100.4", id: "e3" });
  expect(order.price).toBeUndefined();
  expect(figures(order)).toMatchObject({ status: "filled", filled: "0.6", average: "100.28333333333333333333" });
  // 10.01 + 20.04 + 30.12, which no average can lose.
  expect(figures(order).cost).toBe("60.17");
});

// thread: freqtrade/freqtrade#606
test("T-80: a fee in the base asset lowers what can be sold", async () => {
  server = await createTestServer();
  const t = server;
  const order = await t.working();
  await execute(t, order, { quantity: "1", price: "100", id: "e1", fee: { amount: "0.001", asset: "BTC" } });
  const { body } = await t.call("GET", "/v2/positions/BTCUSDT");
  expect(body).toMatchObject({ qty: "1", qty_available: "0.999" });
  const sell = { side: "sell", price: "110", reduceOnly: true } as const;
  expect(await trying(t, { ...sell, quantity: "1" })).toBe("risk.reduceOnly");
  expect(await trying(t, { ...sell, quantity: "0.999" })).toBe("taken");
});

// thread: freqtrade/freqtrade#606
test("T-80: closing a position sells what the fees have left of it", async () => {
  server = await createTestServer();
  const order = await server.working();
  await execute(server, order, { quantity: "1", price: "100", id: "e1", fee: { amount: "0.001", asset: "BTC" } });
  const closing = await server.call("DELETE", "/v2/positions/BTCUSDT");
  await server.settle();
  expect(closing).toMatchObject({ status: 200, body: { side: "sell", qty: "0.999" } });
  expect(messages(server).at(-1)).toBe("place sell 0.999");
});

// thread: freqtrade/freqtrade#4987
test("T-81: a fee in a third asset is counted there, and takes nothing from what was bought", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  await execute(t, order, { quantity: "1", price: "100", id: "e1", fee: { amount: "0.00025", asset: "BNB" } });
  expect(figures(order).fees).toBe("0.00025 BNB");
  expect(positionFigures(t)).toMatchObject({ quantity: "1", fees: "0.00025 BNB" });
  expect(await trying(t, { side: "sell", price: "110", reduceOnly: true })).toBe("taken");
});

// thread: freqtrade/freqtrade#3984
// thread: freqtrade/freqtrade#1371
// thread: freqtrade/freqtrade#3513
// thread: freqtrade/freqtrade#8233
// thread: freqtrade/freqtrade#2649
test("T-82: fees of several assets are kept apart, rebates lower them, and profit is told before them", async () => {
  const t = await createTestEngine();
  const buy = await t.working();
  await execute(t, buy, { quantity: "0.5", price: "100", id: "e1", fee: { amount: "0.05", asset: "USDT" } });
  await execute(t, buy, { quantity: "0.3", price: "100", id: "e2", fee: { amount: "0.0001", asset: "BNB" } });
  await execute(t, buy, { quantity: "0.2", price: "100", id: "e3", fee: { amount: "-0.01", asset: "USDT" } });
  const sell = await t.working({ side: "sell", price: "110" });
  await execute(t, sell, { quantity: "1", price: "110", id: "e4" });
  expect(figures(buy).fees).toBe("0.04 USDT, 0.0001 BNB");
  expect(figures(sell).fees).toBe("");
  expect(positionFigures(t)).toEqual({ quantity: "0", cost: "0", profit: "10", fees: "0.04 USDT, 0.0001 BNB" });
  expect(positionFigures(await again(t))).toEqual(positionFigures(t));
});

// thread: c9s/bbgo "fee is processing"
test("T-83: a fee that the venue names after the execution is booked once, and the execution stays one", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  await execute(t, order, { quantity: "1", price: "100", id: "e1" });
  const [first] = order.fills.values();
  if (first === undefined) throw new Error("The execution is not booked.");
  const fill = { ...first, fee: { amount: d("0.1"), asset: "USDT" } };
  for (let round = 0; round < 3; round++) {
    const executionId = first.executionId;
    t.venue.say(order, { kind: "fillCorrected", executionId, fill, reason: "fee known", worksAgain: false });
    await t.settle();
  }
  expect(figures(order)).toEqual({ status: "filled", filled: "1", average: "100", cost: "100", fees: "0.1 USDT" });
  expect(positionFigures(t)).toMatchObject({ quantity: "1", fees: "0.1 USDT" });
});

// thread: c9s/bbgo "fee is processing"
test("T-83: an execution told again, now with its fee, brings the fee", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  await execute(t, order, { quantity: "1", price: "100", id: "e1" });
  await execute(t, order, { quantity: "1", price: "100", id: "e1", fee: { amount: "0.1", asset: "USDT" } });
  expect(figures(order)).toMatchObject({ filled: "1", fees: "0.1 USDT" });
  expect(positionFigures(t)).toMatchObject({ quantity: "1", fees: "0.1 USDT" });
});

// thread: c9s/bbgo "fee is processing"
test("T-83: a fee that only the venue's record of executions names is booked, and its execution was not missed", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  await execute(t, order, { quantity: "1", price: "100", id: "e1" });
  const { fill, ...told } = venueFill(recordOf(order), "1", "e1");
  t.venue.onFillsSince = fillsAfter([{ ...told, fill: { ...fill, fee: { amount: d("0.1"), asset: "USDT" } } }]);
  await t.engine.reconcile();
  expect(figures(order)).toMatchObject({ filled: "1", fees: "0.1 USDT" });
  expect(discrepancies(t)).toEqual([]);
});

// thread: ccxt/ccxt#799
// thread: ccxt/ccxt#2287
// thread: ccxt/ccxt#663
// thread: ccxt/ccxt#1483
test("T-84: decimals go out and come back as they were written, and their sums are exact", async () => {
  const t = await createTestEngine();
  const order = await t.working({ quantity: "0.043", price: "2050.1" });
  expect(messages(t)).toEqual(["place buy 0.043 @ 2050.1"]);
  for (const [index, quantity] of ["0.001", "0.002", "0.04"].entries()) {
    await execute(t, order, { quantity, price: "2050.1", id: `e${index}` });
  }
  expect(figures(order)).toMatchObject({ status: "filled", filled: "0.043", cost: "88.1543", average: "2050.1" });
});

// thread: ccxt/ccxt#799
test("T-84: a price off the tick is refused with the ticks beside it, or rounded to the side that asks for less", async () => {
  const t = await createTestEngine();
  const refused = await t.engine.submit({ ...LIMIT_BUY, quantity: "10", price: "2.049999" });
  expect(!refused.ok && refused.error.message).toMatch(/2 and 2\.1 are/);
  await t.working({ quantity: "10.0009", price: "2.049999", rounding: "toGrid" });
  await t.working({ side: "sell", quantity: "10.0009", price: "2.149999", rounding: "toGrid" });
  expect(messages(t)).toEqual(["place buy 10 @ 2", "place sell 10 @ 2.2"]);
});

/** A coin of eight decimals at a price of seven. */
const TINY: Instrument = {
  ...BTC,
  tickSize: d("0.0000001"),
  lotSize: d("0.00000001"),
  minQuantity: d("0.00000001"),
  minNotional: d("0"),
};

class TinyVenue extends ScriptedVenue {
  override instruments(): readonly Instrument[] {
    return [TINY];
  }
}

// thread: sammchardy/python-binance#219
// thread: jaggedsoft/node-binance-api#71
test("T-85: the smallest numbers are written out, at the venue and at every door", async () => {
  const prices = () => ({ price: d("0.0000001"), at: 1_700_000_000_000 });
  server = await createTestServer({ engine: { venue: new TinyVenue(), config: { prices } } });
  const order = await server.working({ quantity: "0.00000001", price: "0.0000001" });
  expect(messages(server)).toEqual(["place buy 0.00000001 @ 0.0000001"]);
  await execute(server, order, { quantity: "0.00000001", price: "0.0000001", id: "e1" });
  expect(figures(order)).toMatchObject({ filled: "0.00000001", average: "0.0000001", cost: "0.000000000000001" });
  const { body } = await server.call("GET", `/v2/orders/${order.id}`);
  expect(body).toMatchObject({ qty: "0.00000001", limit_price: "0.0000001", filled_avg_price: "0.0000001" });
  expect(await trying(server, { quantity: "1e-8", price: "0.0000001" })).toBe("request.malformed");
});

// thread: vnpy/vnpy#2002
// thread: knowm/XChange#2085
test.each<[string, Partial<OrderRequest>, string]>([
  ["0", { quantity: "0" }, "request.quantityNotPositive"],
  ["less than a lot", { quantity: "0.0009", rounding: "toGrid" }, "request.belowMinQuantity"],
  ["half a lot too much", { quantity: "1.0005" }, "request.offLot"],
  ["a price that rounds to 0", { price: "0.04", quantity: "1000", rounding: "toGrid" }, "request.priceNotPositive"],
])("T-86: %s is refused by name, and never sent as something else", async (_, changes, code) => {
  const t = await createTestEngine();
  expect(answerTo(await t.engine.submit({ ...LIMIT_BUY, ...changes }))).toBe(code);
  await t.settle();
  expect(messages(t)).toEqual([]);
});

// thread: vnpy/vnpy#2002
test("T-86: a quantity is rounded down when asked, never up", async () => {
  const t = await createTestEngine();
  await holding(t, "2");
  await t.working({ quantity: "1.9999", price: "99", rounding: "toGrid" });
  expect(messages(t).at(-1)).toBe("place buy 1.999 @ 99");
});
