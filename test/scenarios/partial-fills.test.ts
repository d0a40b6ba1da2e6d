// Partial fills, dust and minimum sizes: what other systems lost, stuck on or sold twice, and what happens here.
// Field reports T-64 to T-71 and T-73.

import { expect, test } from "vitest";
import { unwrap } from "../../src/domain/result.ts";
import { createTestEngine, LIMIT_BUY } from "../../src/engine/testing/test-engine.ts";
import { discrepancies, fillsAfter, found, recordOf, venueFill } from "../../src/engine/testing/venue-answers.ts";
import {
  ANNA,
  answerTo,
  countSent,
  d,
  figures,
  held,
  holding,
  messages,
  positionFigures,
  STOP,
  trying,
  workingWithoutPrice,
} from "./support-money.ts";

// thread: freqtrade/freqtrade#8374
test("T-64: a stop that the venue cancels half filled is booked as far as it went, and the rest can be protected again", async () => {
  const t = await createTestEngine();
  await holding(t, "1");
  const stop = await workingWithoutPrice(t, STOP);
  t.venue.fill(stop, "0.4", "89");
  t.venue.say(stop, { kind: "ended", status: "canceled", reason: "venue", cumulativeQuantity: d("0.4") });
  await t.settle();
  expect(figures(stop)).toMatchObject({ status: "canceled", filled: "0.4", average: "89" });
  expect(held(t)).toBe("0.6");
  // What is left is 0.6: a stop for all that there once was would sell short.
  const { price: _price, ...unpriced } = LIMIT_BUY;
  expect(answerTo(await t.engine.submit({ ...unpriced, ...STOP }))).toBe("risk.reduceOnly");
  const rest = await workingWithoutPrice(t, { ...STOP, quantity: "0.6" });
  expect(rest.status).toBe("acknowledged");
});

// thread: freqtrade/freqtrade#2877
// thread: freqtrade/freqtrade#3622
test("T-65: what a buy left below the minimum notional can be sold by a reduce-only order", async () => {
  const t = await createTestEngine();
  const entry = await t.working({ quantity: "1" });
  t.venue.fill(entry, "0.02");
  t.venue.say(entry, { kind: "ended", status: "canceled", reason: "requested" });
  await t.settle();
  expect(held(t)).toBe("0.02");
  const exit = { side: "sell", quantity: "0.02", price: "110" } as const;
  expect(await trying(t, exit)).toBe("request.belowMinNotional");
  const order = await t.working({ ...exit, reduceOnly: true });
  t.venue.fill(order, "0.02", "110");
  await t.settle();
  expect(order.status).toBe("filled");
  expect(held(t)).toBe("0");
});

// thread: freqtrade/freqtrade#2877
test("T-65: where the venue refuses so little, it is told in the venue's words, and the holding stays on the books", async () => {
  const t = await createTestEngine();
  await holding(t, "1");
  t.venue.onPlace = () => ({ kind: "rejected", reason: "belowMinimum", venueCode: "-1013", venueMessage: "NOTIONAL" });
  const exit = await t.working({ side: "sell", quantity: "0.02", price: "110", reduceOnly: true });
  expect(exit).toMatchObject({ status: "rejected", statusReason: { text: expect.stringContaining("belowMinimum") } });
  expect(held(t)).toBe("1");
  expect(countSent(t, "place")).toBe(2);
});

// thread: freqtrade/freqtrade#7586
// thread: freqtrade/freqtrade#3009
// thread: freqtrade/freqtrade#3802
// thread: freqtrade/freqtrade#7444
test("T-66: an exit canceled at the venue after a part leaves a position of exactly the rest, at its own cost", async () => {
  const t = await createTestEngine();
  await holding(t, "1", "100");
  const exit = await t.working({ side: "sell", price: "110", reduceOnly: true });
  t.venue.fill(exit, "0.4", "110");
  t.venue.say(exit, { kind: "ended", status: "canceled", reason: "by hand at the venue" });
  await t.settle();
  expect(figures(exit)).toMatchObject({ status: "canceled", filled: "0.4", average: "110", cost: "44" });
  expect(positionFigures(t)).toMatchObject({ quantity: "0.6", cost: "60", profit: "4" });
  expect(t.engine.activeOrders()).toEqual([]);
  expect(await trying(t, { side: "sell", price: "110", quantity: "0.6", reduceOnly: true })).toBe("taken");
});

// thread: freqtrade/freqtrade#8229
test("T-67: an entry with a part too small to sell can be canceled, and keeps nothing else from trading", async () => {
  const t = await createTestEngine();
  const entry = await t.working();
  t.venue.fill(entry, "0.001");
  await t.settle();
  t.venue.onCancel = () => {
    t.venue.say(entry, { kind: "ended", status: "canceled", reason: "requested" });
    return { kind: "accepted" };
  };
  unwrap(await t.engine.cancel(entry.id));
  await t.settle();
  expect(figures(entry)).toMatchObject({ status: "canceled", filled: "0.001" });
  expect(held(t)).toBe("0.001");
  expect((await t.working({ price: "99" })).status).toBe("acknowledged");
});

// thread: chrisleekr/binance-trading-bot#576
test("T-69: an order whose rest is below the minimum size works on, fills to its end, or is canceled", async () => {
  const t = await createTestEngine();
  const [filling, canceled] = [await t.working(), await t.working({ price: "99" })];
  for (const order of [filling, canceled]) t.venue.fill(order, "0.999", "99");
  await t.settle();
  expect(figures(filling)).toMatchObject({ status: "partiallyFilled", filled: "0.999" });
  t.venue.fill(filling, "0.001", "99");
  unwrap(await t.engine.cancel(canceled.id));
  t.venue.say(canceled, { kind: "ended", status: "canceled", reason: "requested" });
  await t.settle();
  expect([filling.status, canceled.status]).toEqual(["filled", "canceled"]);
  expect(held(t)).toBe("1.999");
});

// thread: ctubio/Krypto-trading-bot#478
test("T-70: a partly filled order that the venue lists no more is asked for by name before anything is concluded", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  t.venue.fill(order, "0.4");
  await t.settle();
  t.venue.onOpenOrders = () => found([]);
  t.venue.onOrder = () => ({ kind: "failed", reason: "no route" });
  await t.engine.reconcile();
  expect(figures(order)).toMatchObject({ status: "partiallyFilled", filled: "0.4" });
  t.venue.onOrder = () =>
    found(recordOf(order, { status: "canceled", endReason: "venue", cumulativeQuantity: d("0.7") }));
  t.venue.onFillsSince = fillsAfter([venueFill(recordOf(order), "0.3", "missed")]);
  await t.engine.reconcile();
  expect(figures(order)).toMatchObject({ status: "canceled", filled: "0.7" });
  expect(order.isSettled).toBe(true);
  expect(held(t)).toBe("0.7");
});

// thread: ccxt/ccxt#6165
test("T-71: an order that the venue closed short of its quantity is not called filled", async () => {
  const t = await createTestEngine();
  const order = await workingWithoutPrice(t, { orderType: "market" });
  t.venue.fill(order, "0.4");
  t.venue.say(order, { kind: "ended", status: "expired", reason: "no liquidity", cumulativeQuantity: d("0.4") });
  await t.settle();
  expect(figures(order)).toMatchObject({ status: "expired", filled: "0.4" });
  expect(order.fillPercentage().toString()).toBe("40");
});

// thread: ccxt/ccxt#6165
test("T-71: an order for an amount of money is full within a thousandth once it has ended, and not before", async () => {
  const t = await createTestEngine();
  const spending = async (quantity: string) => {
    const { quantity: _quantity, price: _price, ...request } = LIMIT_BUY;
    const { order } = unwrap(await t.engine.submit({ ...request, orderType: "market", notional: "100" }));
    await t.settle();
    t.venue.fill(order, quantity, "100");
    await t.settle();
    expect(order.status).toBe("partiallyFilled");
    t.venue.say(order, { kind: "ended", status: "canceled", reason: "venue", cumulativeQuantity: d(quantity) });
    await t.settle();
    return order.status;
  };
  expect(await spending("0.9995")).toBe("filled");
  expect(await spending("0.4")).toBe("canceled");
});

// thread: ccxt/ccxt#6165
test("T-71: an order called filled without all of its executions is not settled until they are booked", async () => {
  const t = await createTestEngine();
  const order = await workingWithoutPrice(t, { orderType: "market" });
  t.venue.fill(order, "0.4");
  t.venue.onFillsSince = fillsAfter([venueFill(recordOf(order), "0.6", "second")]);
  t.venue.say(order, { kind: "ended", status: "filled", reason: "venue" });
  await t.settle();
  expect(figures(order)).toMatchObject({ status: "filled", filled: "0.4" });
  expect(order.isSettled).toBe(false);
  await t.pass(5_000);
  expect(figures(order).filled).toBe("1");
  expect(order.isSettled).toBe(true);
  expect(held(t)).toBe("1");
});

// thread: ccxt/ccxt#6165
test("T-71: a venue that calls an order filled short of its quantity contradicts itself: the order is canceled, and it is told", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  t.venue.fill(order, "0.4");
  t.venue.say(order, { kind: "ended", status: "filled", reason: "closed", cumulativeQuantity: d("0.4") });
  await t.settle();
  expect(discrepancies(t)).toEqual(["contradiction"]);
  expect(figures(order)).toMatchObject({ status: "canceled", filled: "0.4" });
  expect(order.statusReason?.text).toBe("called filled with 0.4 of 1 executed");
  expect(order.isSettled).toBe(true);
});

// thread: DEXBot PR#486
test("T-73: dust that rests on the book is canceled with everything else", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  t.venue.fill(order, "0.999");
  await t.settle();
  t.venue.onCancel = () => {
    t.venue.say(order, { kind: "ended", status: "canceled", reason: "requested" });
    return { kind: "accepted", venueAt: 1 };
  };
  const canceled = await t.engine.cancelAll({}, ANNA);
  await t.settle();
  expect(canceled.map(({ orderId, result }) => [orderId, answerTo(result)])).toEqual([[order.id, "taken"]]);
  expect(messages(t)).toEqual(["place buy 1 @ 100", "cancel"]);
  expect(t.engine.activeOrders()).toEqual([]);
});
