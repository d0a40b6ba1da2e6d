// Replaces, protective stops, kill switch, dead-man switch and shutdown: what left other systems naked or twice
// exposed, and what happens here. Field reports T-91 to T-106.

import { expect, test } from "vitest";
import type { VenueOrderId } from "../../src/domain/identifiers.ts";
import type { Order } from "../../src/domain/order.ts";
import { unwrap } from "../../src/domain/result.ts";
import { createTestEngine, LIMIT_BUY, type TestEngine } from "../../src/engine/testing/test-engine.ts";
import { discrepancies, found, MAIN, recordOf, stranger } from "../../src/engine/testing/venue-answers.ts";
import type { SendOutcome } from "../../src/venues/venue.ts";
import {
  ANNA,
  again,
  answerTo,
  countSent,
  d,
  deadManVenue,
  figures,
  held,
  holding,
  messages,
  STOP,
  trying,
  windings,
  workingWithoutPrice,
} from "./support-money.ts";

const never = (): Promise<SendOutcome> => new Promise(() => undefined);

/** From now on the venue carries cancels out and says so. */
function carryOutCancels(t: TestEngine): void {
  t.venue.onCancel = ({ orderId }) => {
    const order = t.engine.find(orderId);
    if (order !== undefined) t.venue.say(order, { kind: "ended", status: "canceled", reason: "requested" });
    return { kind: "accepted" };
  };
}

/** The process is about to die with a replace under way. */
async function dyingReplace(): Promise<{ readonly t: TestEngine; readonly order: Order }> {
  const t = await createTestEngine();
  const order = await t.working();
  t.venue.onReplace = never;
  unwrap(await t.engine.replace(order.id, { price: "101", quantity: "2" }));
  await t.settle();
  return { t, order };
}

// thread: chrisleekr/binance-trading-bot PR#775
test.each([
  ["applied", { price: d("101"), quantity: d("2") }, "2 @ 101"],
  ["never heard of", {}, "1 @ 100"],
] as const)(
  "T-91: a replace that the process died over, and the venue has %s, ends as the venue has it, in one order",
  async (_, terms, ends) => {
    const { t, order } = await dyingReplace();
    const record = recordOf(order, terms);
    t.venue.onOrder = () => found(record);
    t.venue.onOpenOrders = () => found([record]);
    const next = await again(t);
    await next.pass(30_000);
    const [only, ...others] = next.engine.activeOrders();
    expect(others).toEqual([]);
    expect(`${only?.quantity} @ ${only?.price}`).toBe(ends);
    expect(only).toMatchObject({ id: order.id, status: "acknowledged" });
    expect(only?.pendingReplace).toBeUndefined();
    expect(messages(t)).toEqual(["place buy 1 @ 100", "replace 2 @ 101"]);
  },
);

// thread: chrisleekr/binance-trading-bot PR#775
test("T-91: a replace that the process died over counts at the larger quantity until the venue has answered", async () => {
  const { t, order } = await dyingReplace();
  unwrap(await t.engine.setRiskLimits("main", { maxPosition: d("2.5") }, ANNA));
  const record = recordOf(order);
  t.venue.onOrder = () => ({ kind: "failed", reason: "no route" });
  t.venue.onOpenOrders = () => found([record]);
  const next = await again(t);
  expect(await trying(next, { price: "99" })).toBe("risk.maxPosition");
  expect(await trying(next, { price: "99", quantity: "0.5" })).toBe("taken");
});

// thread: BTCMarkets#173
test("T-92: a replace is checked for what it adds, since the old order does not have to be paid beside the new one", async () => {
  const t = await createTestEngine();
  unwrap(await t.engine.setRiskLimits("main", { maxPosition: d("1.5"), maxExposure: d("150") }, ANNA));
  const order = await t.working();
  expect(await trying(t, { price: "99" })).toBe("risk.maxPosition");
  expect(answerTo(await t.engine.replace(order.id, { quantity: "1.6" }))).toBe("risk.maxPosition");
  expect(answerTo(await t.engine.replace(order.id, { quantity: "1.5" }))).toBe("taken");
});

// thread: BTCMarkets#173
test("T-92: a replace that the venue has no funds for leaves the old order working on its old terms", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  t.venue.onReplace = () => ({ kind: "rejected", reason: "insufficientFunds" });
  t.venue.onOrder = () => found(recordOf(order));
  unwrap(await t.engine.replace(order.id, { quantity: "5" }));
  await t.pass(1_000);
  expect(order).toMatchObject({ status: "acknowledged", canReplace: true });
  expect(`${order.quantity} @ ${order.price}`).toBe("1 @ 100");
});

// thread: hitbtc-com/hitbtc-api#125
test("T-93: when a replace leaves only the cancel behind, the order is canceled and nothing is claimed to work", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  t.venue.onReplace = () => {
    t.venue.say(order, { kind: "ended", status: "canceled", reason: "replaced" });
    return { kind: "rejected", reason: "insufficientFunds" };
  };
  unwrap(await t.engine.replace(order.id, { price: "101" }));
  await t.pass(1_000);
  expect(order.status).toBe("canceled");
  expect(order.pendingReplace).toBeUndefined();
  expect(t.engine.activeOrders()).toEqual([]);
  expect(messages(t)).toEqual(["place buy 1 @ 100", "replace @ 101"]);
});

// thread: cowprotocol#3315
test("T-94: executions of the old and of the new order are booked at one order, and what is too much is told", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  const [oldId, newId] = [order.venueOrderId as VenueOrderId, "v-new" as VenueOrderId];
  unwrap(await t.engine.replace(order.id, { price: "101" }));
  t.venue.say(order, { kind: "replaced", venueOrderId: newId, replace: { price: d("101") } });
  await t.settle();
  t.venue.fill(order, "1", "101", "new");
  const named = { account: MAIN, instrumentId: order.instrumentId, venueOrderId: oldId };
  const [fill] = order.fills.values();
  if (fill === undefined) throw new Error("The execution is not booked.");
  t.venue.sayOf(named, { kind: "fill", fill: { ...fill, venueOrderId: oldId, quantity: d("0.4"), price: d("100") } });
  await t.settle();
  expect(figures(order)).toMatchObject({ status: "filled", filled: "1.4", cost: "141" });
  expect(order.overfilled).toBe(true);
  expect(held(t)).toBe("1.4");
  expect(discrepancies(t)).toContain("overfill");
});

// thread: freqtrade/freqtrade PR#2799
test("T-95: once the position is sold, a stop for it is denied, and nothing is sold twice", async () => {
  const t = await createTestEngine();
  await holding(t);
  const sell = await t.working({ side: "sell", price: "110", reduceOnly: true });
  t.venue.fill(sell, "1", "110");
  await t.settle();
  const { price: _price, ...unpriced } = LIMIT_BUY;
  expect(answerTo(await t.engine.submit({ ...unpriced, ...STOP }))).toBe("risk.reduceOnly");
  expect(messages(t)).toEqual(["place buy 1 @ 100", "place sell 1 @ 110"]);
});

// thread: freqtrade/freqtrade PR#2799
test("T-95: two exits cannot both be for the whole position", async () => {
  const t = await createTestEngine();
  await holding(t);
  await workingWithoutPrice(t, STOP);
  expect(await trying(t, { side: "sell", price: "110", reduceOnly: true })).toBe("risk.reduceOnly");
  expect(countSent(t, "place")).toBe(2);
});

// thread: freqtrade/freqtrade#3499
test("T-96: moving a stop is one request: refused, the old stop still protects", async () => {
  const t = await createTestEngine();
  await holding(t);
  const stop = await workingWithoutPrice(t, STOP);
  t.venue.onReplace = () => ({ kind: "rejected", reason: "wouldTrigger" });
  t.venue.onOrder = () => found(recordOf(stop, { triggerPrice: d("90") }));
  unwrap(await t.engine.replace(stop.id, { triggerPrice: "95" }));
  await t.pass(1_000);
  expect(messages(t)).toEqual(["place buy 1 @ 100", "place sell 1 stop 90", "replace stop 95"]);
  expect(stop).toMatchObject({ status: "acknowledged", canReplace: true });
  expect(stop.triggerPrice?.toString()).toBe("90");
});

// thread: go-trader#1538
test("T-97: a close that is refused, by us or by the venue, leaves the stop where it is", async () => {
  const t = await createTestEngine();
  await holding(t);
  const stop = await workingWithoutPrice(t, STOP);
  expect(await trying(t, { side: "sell", price: "99", reduceOnly: true })).toBe("risk.reduceOnly");
  t.venue.onPlace = () => ({ kind: "rejected", reason: "marketClosed" });
  expect((await t.working({ side: "sell", price: "99" })).status).toBe("rejected");
  expect(stop.status).toBe("acknowledged");
  expect(countSent(t, "cancel")).toBe(0);
  expect(held(t)).toBe("1");
});

// thread: chrisleekr/binance-trading-bot#604
test("T-98: a stop that would trigger at once is rejected in the venue's words, and an exit at the market still passes", async () => {
  const t = await createTestEngine();
  await holding(t);
  const words = { venueCode: "-2010", venueMessage: "Stop price would trigger immediately." };
  t.venue.onPlace = () => ({ kind: "rejected", reason: "wouldTrigger", ...words });
  const stop = await workingWithoutPrice(t, { ...STOP, triggerPrice: "105" });
  expect(stop.status).toBe("rejected");
  const history = await t.engine.history(stop.id);
  expect(JSON.stringify(history)).toContain("wouldTrigger");
  t.venue.onPlace = () => ({ kind: "accepted", venueOrderId: t.venue.nextId() });
  const exit = await workingWithoutPrice(t, { side: "sell", orderType: "market", reduceOnly: true });
  t.venue.fill(exit, "1", "104");
  await t.settle();
  expect(held(t)).toBe("0");
  expect(countSent(t, "place")).toBe(3);
});

// thread: nautechsystems/nautilus_trader PR#4523
test("T-100: each cancel of a batch has a deadline of its own, and is asked after until its order has ended", async () => {
  const t = await createTestEngine();
  const orders = [await t.working(), await t.working({ price: "99" }), await t.working({ price: "98" })];
  t.venue.onCancel = never;
  await t.engine.cancelAll({}, ANNA);
  await t.pass(5_000);
  expect(orders.map((order) => order.pendingCancel?.outcomeUnknown)).toEqual([true, true, true]);
  t.venue.onOrder = ({ orderId }) => {
    const order = t.engine.find(orderId);
    return order === undefined ? { kind: "absent" } : found(recordOf(order, { status: "canceled" }));
  };
  await t.pass(15_000);
  expect(orders.map((order) => order.status)).toEqual(["canceled", "canceled", "canceled"]);
});

const DEAD_MAN = [{ id: "main", venue: "scripted", deadManMs: 10_000 }];

// thread: bitfinexcom/bfx-hf-ui#25
test("T-101: the dead-man switch is wound for an account only that asks for it", async () => {
  const t = await createTestEngine({ venue: deadManVenue("venueAccount") });
  await t.working();
  await t.pass(60_000);
  expect(windings(t)).toEqual([]);
  expect(t.engine.status().accounts[0]?.deadMan).toBeUndefined();
});

// thread: bitfinexcom/bfx-hf-ui#25
test("T-101: the dead-man switch says whose orders it would cancel", async () => {
  for (const scope of ["ours", "venueAccount"] as const) {
    const t = await createTestEngine({ venue: deadManVenue(scope), config: { accounts: DEAD_MAN } });
    await t.pass(5_000);
    expect(t.engine.status().accounts[0]?.deadMan).toMatchObject({ scope, timeoutMs: 10_000, state: "wound" });
  }
});

// thread: Drakkar-Software/OctoBot-Trading#327
// thread: ExchangeUnion/xud#1324
test("T-104: the dead-man switch is wound again before it runs out, for as long as the engine lives", async () => {
  const t = await createTestEngine({ venue: deadManVenue(), config: { accounts: DEAD_MAN } });
  await t.pass(9_000);
  const before = windings(t).length;
  expect(before).toBeGreaterThan(1);
  await t.pass(60_000);
  expect(windings(t).length - before).toBeGreaterThanOrEqual(6);
  expect(new Set(windings(t))).toEqual(new Set([10_000]));
});

// thread: ctubio/Krypto-trading-bot#863
// thread: freqtrade/freqtrade PR#3210
test("T-103, T-105: what the dead-man switch canceled after a sudden death is known at the next start", async () => {
  const t = await createTestEngine({ venue: deadManVenue(), config: { accounts: DEAD_MAN } });
  const order = await t.working();
  const record = recordOf(order, { status: "canceled", endReason: "dead-man switch" });
  t.venue.onOrder = () => found(record);
  const next = await again(t, { config: { accounts: DEAD_MAN } });
  await next.settle();
  const after = next.engine.find(order.id);
  expect(after).toMatchObject({ status: "canceled", statusReason: { text: "dead-man switch" } });
  expect(next.engine.activeOrders()).toEqual([]);
});

// thread: ctubio/Krypto-trading-bot#863
test("T-103: orders that a dead process left are found at the next start, and one command cancels them", async () => {
  const t = await createTestEngine();
  const orders = [await t.working(), await t.working({ price: "99" })];
  t.venue.onOpenOrders = () => found(orders.map((order) => recordOf(order)));
  const next = await again(t);
  carryOutCancels(next);
  expect(next.engine.activeOrders()).toHaveLength(2);
  await next.engine.cancelAll({}, ANNA);
  await next.settle();
  expect(next.engine.activeOrders()).toEqual([]);
  expect(countSent(t, "cancel")).toBe(2);
});

// thread: ctubio/Krypto-trading-bot#863
// thread: freqtrade/freqtrade PR#3210
test.each([
  ["not answered", never],
  ["refused", () => ({ kind: "rejected", reason: "busy" }) as const],
])(
  "T-103, T-105: a kill switch's cancel that was %s when the process died goes out at the next start",
  async (_, answer) => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onOpenOrders = () => found([recordOf(order)]);
    t.venue.onOrder = () => found(recordOf(order));
    t.venue.onCancel = answer;
    unwrap(await t.engine.engageKillSwitch("cancelOurs", ANNA));
    await t.settle();
    const next = await again(t);
    carryOutCancels(next);
    await next.pass(10_000);
    expect(next.engine.find(order.id)?.status).toBe("canceled");
    expect(next.engine.status().killSwitch).toMatchObject({ engaged: true, by: "anna" });
  },
);

// thread: ctubio/Krypto-trading-bot#500
test.each([
  ["keep", []],
  ["cancelOurs", ["ours"]],
  ["cancelAll", ["ours", "by hand"]],
] as const)("T-102: a stop that is told %s cancels just that", async (restingOrders, canceled) => {
  const t = await createTestEngine();
  const order = await t.working();
  const byHand = stranger();
  t.venue.onOpenOrders = () => found([recordOf(order), byHand]);
  carryOutCancels(t);
  const stopping = t.engine.stop({ restingOrders });
  await t.pass(15_000);
  const open = await stopping;
  const names = t.venue.sent.flatMap((sent) =>
    sent.kind === "cancel" ? [sent.request.venueOrderId === byHand.venueOrderId ? "by hand" : "ours"] : [],
  );
  expect(names).toEqual(canceled);
  expect(open).toHaveLength(restingOrders === "keep" ? 1 : 0);
});

// thread: ctubio/Krypto-trading-bot#500
test("T-102: a stop that is told nothing leaves every order where it is, and says which", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  const stopping = t.engine.stop();
  await t.pass(1_000);
  expect((await stopping).map(({ id }) => id)).toEqual([order.id]);
  expect(messages(t)).toEqual(["place buy 1 @ 100"]);
});

// thread: hummingbot/hummingbot#1145
test("T-106: a loss limit stops nobody who has lost nothing, and stops who has", async () => {
  const t = await createTestEngine();
  unwrap(await t.engine.setRiskLimits("main", { maxDailyLoss: d("10") }, ANNA));
  await t.pass(3_600_000);
  expect(await trying(t, {})).toBe("taken");
  await t.settle();
  const [buy] = t.engine.activeOrders();
  if (buy === undefined) throw new Error("The order is not working.");
  t.venue.fill(buy, "1", "100");
  const sell = await t.working({ side: "sell", price: "101" });
  t.venue.fill(sell, "1", "80");
  await t.settle();
  expect(await trying(t, {})).toBe("risk.maxDailyLoss");
});

// thread: hummingbot/hummingbot#2985
test("T-106: trading goes on once a person lifts the kill switch, and not by a restart", async () => {
  const t = await createTestEngine();
  unwrap(await t.engine.engageKillSwitch("keep", ANNA));
  const next = await again(t);
  expect(await trying(next, {})).toBe("risk.halted");
  unwrap(await next.engine.liftKillSwitch({ by: "ben" }));
  expect((await next.working()).status).toBe("acknowledged");
  expect(next.engine.status().killSwitch).toMatchObject({ engaged: false, by: "anna", liftedBy: "ben" });
});

// thread: LoopTrader PR#82
test("T-106: the kill switch stops at the wire what was accepted before it and had not left", async () => {
  const venueMessages = { count: 4, windowMs: 1_000, reservedForCancels: 1 };
  const t = await createTestEngine({ config: { settings: { reconcileEveryMs: 0, venueMessages } } });
  await t.pass(1_000); // what the start asked counts too
  const orders = await Promise.all(["1", "2", "3", "4", "5"].map((quantity) => t.submit({ quantity })));
  await t.settle();
  expect(countSent(t, "place")).toBe(3);
  unwrap(await t.engine.engageKillSwitch("keep", ANNA));
  await t.pass(30_000);
  expect(countSent(t, "place")).toBe(3);
  expect(orders.slice(3).map((order) => order.status)).toEqual(["failed", "failed"]);
});
