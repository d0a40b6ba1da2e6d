// Scenarios T-16 to T-43: orders that get lost, that are phantoms, or that never end. Each test names the public
// reports of it. How unknown sends are settled is in unknown-outcomes.test.ts, gaps of the stream in streams.test.ts.

import { describe, expect, test } from "vitest";
import type { VenueOrderId } from "../../src/domain/identifiers.ts";
import type { Order } from "../../src/domain/order.ts";
import { unwrap } from "../../src/domain/result.ts";
import { d } from "../../src/domain/testing/orders.ts";
import { ScriptedVenue } from "../../src/engine/testing/scripted-venue.ts";
import { createTestEngine, LIMIT_BUY, settle, type TestEngine } from "../../src/engine/testing/test-engine.ts";
import {
  discrepancies,
  fillsAfter,
  found,
  pending,
  recordOf,
  stranger,
  venueFill,
} from "../../src/engine/testing/venue-answers.ts";
import type { SendOutcome, VenueOrder } from "../../src/venues/venue.ts";
import {
  ABSENT,
  allowAtMost,
  codeOf,
  countQuestions,
  executions,
  held,
  NO_ROUTE,
  placed,
  RESET,
  restart,
  sent,
  silence,
  tryEntry,
} from "./support.ts";

const PERIODIC = { config: { settings: { reconcileEveryMs: 30_000 } } };

/** A position of 1, for what follows to protect or to close. */
async function withPosition(t: TestEngine, quantity = "1"): Promise<Order> {
  const entry = await t.working({ quantity });
  t.venue.fill(entry, quantity);
  await settle();
  return entry;
}

describe("orders that others lose", () => {
  // thread: hummingbot/hummingbot#8457
  test("T-16: a network error while asking is never taken for 'not found': the order stays unknown and keeps its reserve", async () => {
    const t = await createTestEngine(PERIODIC);
    await allowAtMost(t, "2");
    const working = await t.working();
    t.venue.onPlace = () => RESET;
    const unknown = await t.working({ price: "99" });
    t.venue.onOpenOrders = () => NO_ROUTE;
    t.venue.onFillsSince = () => NO_ROUTE;
    const asked = countQuestions(t.venue, () => NO_ROUTE);
    await t.pass(600_000);
    expect(asked.length).toBeGreaterThan(10);
    expect(working.status).toBe("acknowledged");
    expect(unknown).toMatchObject({ status: "submitted", outcomeUnknown: true });
    expect(await tryEntry(t)).toBe("risk.maxPosition");

    const records = [working, unknown].map((order) =>
      recordOf(order, {
        venueOrderId: order.id as string as VenueOrderId,
        status: "filled",
        cumulativeQuantity: d("1"),
      }),
    );
    t.venue.onOpenOrders = () => found([]);
    t.venue.onOrder = ({ orderId }) => found(records.find((record) => record.clientOrderId === orderId) as VenueOrder);
    t.venue.onFillsSince = fillsAfter(records.map((record, index) => venueFill(record, "1", `e${index}`)));
    await t.pass(60_000);
    expect([working.status, unknown.status, held(t)]).toEqual(["filled", "filled", "2"]);
    expect(placed(t.venue)).toBe(2);
  });

  // thread: hummingbot/hummingbot#3374
  test("T-17: orders that look dead count in full until it is known: six of them never add up to six times the exposure", async () => {
    const t = await createTestEngine();
    await allowAtMost(t, "1");
    t.venue.onPlace = silence;
    const order = await t.submit();
    const answers: string[] = [];
    for (let round = 0; round < 5; round++) {
      await t.pass(60_000);
      answers.push(await tryEntry(t, { quantity: "0.5" }));
    }
    expect(new Set(answers)).toEqual(new Set(["risk.maxPosition"]));
    t.venue.fill(order, "1");
    await settle();
    expect(order).toMatchObject({ status: "filled", outcomeUnknown: false });
    expect([held(t), placed(t.venue)]).toEqual(["1", 1]);
  });

  // thread: hummingbot/hummingbot#6107
  // thread: hummingbot/hummingbot#366
  test("T-18: orders of an earlier session are there after a crash, with their fills, and can be canceled", async () => {
    const t = await createTestEngine();
    const partly = await t.working({ clientOrderId: "mine" });
    t.venue.fill(partly, "0.4");
    await settle();
    t.venue.onPlace = silence;
    const hanging = await t.working({ price: "99" });
    const venueOrderId = "v2" as VenueOrderId;
    t.venue.onOpenOrders = () => found([recordOf(partly), recordOf(hanging, { venueOrderId })]);
    const next = await restart(t);
    await settle();
    expect(next.engine.find("mine")).toMatchObject({ id: partly.id, status: "partiallyFilled", venueOrderId: "v1" });
    expect(executions(next.engine.find("mine"))).toEqual(["e1 0.4 @ 100"]);
    expect(next.engine.find(hanging.id)?.status).toBe("acknowledged");
    expect(held(next)).toBe("0.4");
    unwrap(await next.engine.cancel("mine"));
    await settle();
    expect(sent(t.venue)).toEqual(["place", "place", "cancel"]);
  });

  // thread: hummingbot/hummingbot#6107
  test("T-18: an order that was on its way at the crash is unknown in the next session: not failed, and not sent again", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = silence;
    const order = await t.working();
    unwrap(await t.engine.cancel(order.id));
    const next = await restart(t);
    expect(next.engine.find(order.id)).toMatchObject({ status: "submitted", outcomeUnknown: true });
    expect(next.engine.find(order.id)?.pendingCancel).toBeDefined();
    t.venue.onOrder = ({ orderId }) => found(recordOf(order, { clientOrderId: orderId }));
    await next.pass(5_000);
    expect(next.engine.find(order.id)?.status).toBe("acknowledged");
    expect(sent(t.venue).slice(0, 2)).toEqual(["place", "cancel"]);
    expect(placed(t.venue)).toBe(1);
  });

  // thread: hummingbot/hummingbot#6968
  // thread: hummingbot/hummingbot#397
  // thread: CoinAlpha/hummingbot#361
  // thread: hummingbot/gateway#240
  test("T-19: an order that works at the venue and is unknown here is noticed by the periodic sweep, and taken over if told", async () => {
    const accounts = [{ id: "main", venue: "scripted", orphanPolicy: "adopt" as const }];
    for (const policy of ["observe", "adopt"] as const) {
      const config = { ...PERIODIC.config, ...(policy === "adopt" ? { accounts } : {}) };
      const t = await createTestEngine({ config });
      t.venue.onOpenOrders = () => found([stranger()]);
      await t.pass(31_000);
      expect(discrepancies(t)).toEqual(["unknownOrder"]);
      const adopted = t.engine.activeOrders();
      expect(adopted.map((order) => order.venueOrderId)).toEqual(policy === "adopt" ? ["s1"] : []);
      expect(t.venue.sent).toEqual([]);
    }
  });

  // thread: hummingbot/hummingbot#1340
  // thread: hummingbot/hummingbot#1295
  test("T-20: an order that has gone from the venue's open orders is asked for by name, and ends with its executions", async () => {
    const t = await createTestEngine(PERIODIC);
    const order = await t.working();
    const record = recordOf(order, { status: "canceled", endReason: "by hand", cumulativeQuantity: d("0.3") });
    t.venue.onOrder = () => found(record);
    t.venue.onFillsSince = fillsAfter([venueFill(record, "0.3", "e1")]);
    await t.pass(31_000);
    expect(order).toMatchObject({ status: "canceled", inferred: false, isSettled: true });
    expect(executions(order)).toEqual(["e1 0.3 @ 100"]);
    expect([t.engine.activeOrders().length, held(t)]).toEqual([0, "0.3"]);
  });

  // thread: hummingbot/hummingbot#1152
  test("T-21: an order that filled while its venue went on listing it as open is filled by the venue's record of trades", async () => {
    const t = await createTestEngine(PERIODIC);
    const order = await t.working();
    t.venue.onOpenOrders = () => found([recordOf(order, { cumulativeQuantity: d("0") })]);
    t.venue.onFillsSince = fillsAfter([venueFill(recordOf(order), "1", "e1")]);
    await t.pass(31_000);
    expect(order.status).toBe("filled");
    expect([t.engine.activeOrders().length, held(t)]).toEqual([0, "1"]);
  });

  // thread: hummingbot/hummingbot#3001
  test("T-22: the rest of a partly filled order that ended unseen leaves no ghost behind, and no reserve", async () => {
    const t = await createTestEngine();
    await allowAtMost(t, "1.4");
    const order = await t.working();
    t.venue.fill(order, "0.4");
    await settle();
    expect(await tryEntry(t)).toBe("risk.maxPosition");
    t.venue.onOrder = () => found(recordOf(order, { status: "canceled", cumulativeQuantity: d("0.4") }));
    await t.engine.reconcile();
    expect(order).toMatchObject({ status: "canceled", isSettled: true });
    expect(t.engine.activeOrders()).toEqual([]);
    expect(await tryEntry(t)).toBe("ok");
  });

  // thread: hummingbot/hummingbot#745
  test("T-23: a cancel of nothing is nothing: no message, and every order stays tracked", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    expect(await t.engine.cancelAll({ side: "sell" })).toEqual([]);
    await t.pass(60_000);
    expect(sent(t.venue)).toEqual(["place"]);
    t.venue.fill(order, "1");
    await settle();
    expect(order.status).toBe("filled");
  });

  // thread: QuantConnect/Lean#1448
  test("T-27: an order whose every word was lost is still ours to find and to cancel", async () => {
    const t = await createTestEngine(PERIODIC);
    t.venue.onPlace = silence;
    const order = await t.submit();
    t.venue.onOpenOrders = () =>
      found([recordOf(order, { venueOrderId: "v5" as VenueOrderId, cumulativeQuantity: d("0.2") })]);
    t.venue.onFillsSince = fillsAfter([
      venueFill(recordOf(order, { venueOrderId: "v5" as VenueOrderId }), "0.2", "e1"),
    ]);
    await t.pass(31_000);
    expect(order).toMatchObject({ status: "partiallyFilled", outcomeUnknown: false, venueOrderId: "v5" });
    unwrap(await t.engine.cancel(order.id));
    await settle();
    expect(t.venue.sent.at(-1)).toMatchObject({ kind: "cancel", request: { orderId: order.id, venueOrderId: "v5" } });
  });

  // thread: DeviaVir/zenbot#280
  test("T-33: an order is found after a crash though memory has forgotten it, by any id that it ever had", async () => {
    const settings = { reconcileEveryMs: 0, keepLast: 0 };
    const t = await createTestEngine({ config: { settings } });
    const order = await t.working({ clientOrderId: "mine" });
    t.venue.fill(order, "1");
    await settle();
    const next = await restart(t, { config: { settings } });
    for (const id of [order.id, "mine"]) {
      expect(await next.engine.order(id)).toMatchObject({ id: order.id, status: "filled" });
      expect(codeOf(await next.engine.cancel(id))).toBe("order.notCancelable");
    }
    expect(codeOf(await next.engine.cancel("never-was"))).toBe("order.unknown");
    expect(sent(t.venue)).toEqual(["place"]);
  });

  // thread: thrasher-corp/gocryptotrader#772
  test("T-35: an order lives its whole life by questions alone, at a venue whose stream never says a word", async () => {
    const t = await createTestEngine(PERIODIC);
    const order = await t.working();
    t.venue.onOpenOrders = () => found([recordOf(order, { cumulativeQuantity: d("0.4") })]);
    t.venue.onFillsSince = fillsAfter([venueFill(recordOf(order), "0.4", "e1")]);
    await t.pass(31_000);
    expect([order.status, held(t)]).toEqual(["partiallyFilled", "0.4"]);
    const record = recordOf(order, { status: "filled", cumulativeQuantity: d("1") });
    t.venue.onOpenOrders = () => found([]);
    t.venue.onOrder = () => found(record);
    t.venue.onFillsSince = fillsAfter([venueFill(record, "0.4", "e1"), venueFill(record, "0.6", "e2")]);
    await t.pass(30_000);
    expect([order.status, held(t)]).toEqual(["filled", "1"]);
    expect(executions(order)).toEqual(["e1 0.4 @ 100", "e2 0.6 @ 100"]);
  });

  // thread: freqtrade/freqtrade#7526
  // thread: freqtrade/freqtrade#3529
  // thread: freqtrade/freqtrade#3640
  test("T-38: a protective stop that filled unseen closes the position here too, and is not sold again", async () => {
    const t = await createTestEngine(PERIODIC);
    await withPosition(t);
    const stop = { side: "sell", orderType: "stop", quantity: "1", triggerPrice: "95", reduceOnly: true } as const;
    const { order } = unwrap(await t.engine.submit({ instrumentId: "BTC/USDT", ...stop, clientOrderId: "stop-1" }));
    await settle();
    const record = recordOf(order, { status: "filled", cumulativeQuantity: d("1") });
    t.venue.onOrder = () => found(record);
    t.venue.onFillsSince = fillsAfter([venueFill(record, "1", "e9")]);
    await t.pass(31_000);
    expect([order.status, held(t)]).toEqual(["filled", "0"]);
    expect(await tryEntry(t, { side: "sell", price: "101", reduceOnly: true })).toBe("risk.reduceOnly");
    expect(placed(t.venue)).toBe(2);
  });
});

describe("absence that is no evidence", () => {
  // thread: Superalgos/Superalgos#3663
  test("T-34: an order whose status jumps ends all the same: canceled and filled need no word before them", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = silence;
    const [canceled, filled] = [await t.working(), await t.working({ price: "99" })];
    t.venue.say(canceled, { kind: "ended", status: "canceled", reason: "by hand" });
    t.venue.fill(filled, "1");
    await settle();
    expect([canceled.status, filled.status]).toEqual(["canceled", "filled"]);
    expect(t.engine.activeOrders()).toEqual([]);
  });

  // thread: Superalgos/Superalgos#804
  // thread: Superalgos/Superalgos#1149
  test("T-34: 'not found' after our cancel ends the order as its record of trades says", async () => {
    for (const [quantity, status] of [
      ["1", "filled"],
      ["0", "expired"],
    ] as const) {
      const t = await createTestEngine();
      const order = await t.working();
      t.venue.onOrder = () => ABSENT;
      t.venue.onFillsSince = fillsAfter(status === "filled" ? [venueFill(recordOf(order), quantity, "e1")] : []);
      unwrap(await t.engine.cancel(order.id));
      await t.pass(30_000);
      expect([order.status, held(t), order.inferred]).toEqual([status, quantity, status === "expired"]);
    }
  });

  // thread: Superalgos/Superalgos#1149
  test("T-34: 'not found' after our cancel ends nothing while the record of trades cannot be read", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onOrder = () => ABSENT;
    t.venue.onFillsSince = () => NO_ROUTE;
    unwrap(await t.engine.cancel(order.id));
    await t.pass(300_000);
    expect(order).toMatchObject({ status: "acknowledged" });
    expect(order.pendingCancel).toBeDefined();
  });

  // thread: freqtrade/freqtrade#4612
  // thread: freqtrade/freqtrade#9857
  test("T-36: an order that nobody can settle is asked for ever more slowly, and no end is invented for it", async () => {
    const t = await createTestEngine();
    const { discardAfterMs: _none, ...capabilities } = t.venue.capabilities;
    t.venue.capabilities = capabilities;
    t.venue.onPlace = () => RESET;
    const asked = countQuestions(t.venue, () => ABSENT);
    const order = await t.working();
    await t.pass(60_000);
    const first = asked.length;
    await t.pass(3_600_000);
    expect(first).toBeLessThan(25);
    expect(asked.length - first).toBeLessThan(3_600 / 5);
    expect(order).toMatchObject({ status: "submitted", outcomeUnknown: true });
  });

  // thread: freqtrade/freqtrade#4612
  test("T-36: an order that nobody can settle comes before a person, whose decision ends it as an inference", async () => {
    const t = await createTestEngine();
    const { discardAfterMs: _none, ...capabilities } = t.venue.capabilities;
    t.venue.capabilities = capabilities;
    t.venue.onPlace = () => RESET;
    t.venue.onOrder = () => ABSENT;
    const order = await t.working();
    await t.pass(59_000);
    expect(t.engine.cases()).toEqual([]);
    await t.pass(30_000);
    expect(t.engine.cases("main")).toMatchObject([{ kind: "unknownOutcome", about: order.id }]);
    const [opened] = t.engine.cases();
    unwrap(await t.engine.decideCase(opened?.caseId ?? "", "notPlaced", { by: "anna" }));
    expect(order).toMatchObject({ status: "expired", inferred: true });
    expect(t.engine.cases()).toEqual([]);
  });

  // thread: TexasCoding/project-x-py#100
  test("T-42: a market order that is not among the open orders is not unfilled: its position is found by its name", async () => {
    const t = await createTestEngine(PERIODIC);
    const { price: _none, ...market } = { ...LIMIT_BUY, orderType: "market" as const };
    const { order } = unwrap(await t.engine.submit(market));
    await settle();
    t.venue.onOrder = () => NO_ROUTE;
    await t.pass(120_000);
    expect(order.status).toBe("acknowledged");
    const record = recordOf(order, { status: "filled", cumulativeQuantity: d("1") });
    t.venue.onOrder = () => found(record);
    t.venue.onFillsSince = fillsAfter([venueFill(record, "1", "e1")]);
    await t.pass(31_000);
    expect([order.status, held(t)]).toEqual(["filled", "1"]);
    expect(await tryEntry(t, { side: "sell", orderType: "limit", price: "110", reduceOnly: true })).toBe("ok");
  });

  // thread: QuantConnect/Lean#8326
  test("T-43: a market order whose answer is late is unknown, and the fill that comes later is booked", async () => {
    const t = await createTestEngine();
    const answer = pending<SendOutcome>();
    t.venue.onPlace = () => answer.promise;
    const { price: _none, ...market } = { ...LIMIT_BUY, orderType: "market" as const };
    const { order } = unwrap(await t.engine.submit(market));
    await t.pass(45_000);
    expect(order).toMatchObject({ status: "submitted", outcomeUnknown: true });
    t.venue.fill(order, "1");
    answer.resolve({ kind: "accepted", venueOrderId: "v-unknown" as VenueOrderId });
    await settle();
    expect(order).toMatchObject({ status: "filled", outcomeUnknown: false });
    expect([held(t), placed(t.venue)]).toEqual(["1", 1]);
  });
});

describe("orders that get stuck", () => {
  // thread: hummingbot/hummingbot#7853
  test("T-24: a cancel that is asked for every second leaves once, and is repeated ever more slowly until the venue acts", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onOrder = () => found(recordOf(order));
    const answers: string[] = [];
    for (let second = 0; second < 120; second++) {
      answers.push(codeOf(await t.engine.cancel(order.id)));
      await t.pass(1_000);
    }
    expect(answers.filter((code) => code === "ok")).toHaveLength(1);
    const cancels = sent(t.venue).filter((kind) => kind === "cancel").length;
    expect(cancels).toBeGreaterThan(1);
    expect(cancels).toBeLessThan(30);
    t.venue.say(order, { kind: "ended", status: "canceled", reason: "requested" });
    const before = t.venue.sent.length;
    await t.pass(600_000);
    expect([order.status, t.venue.sent.length]).toEqual(["canceled", before]);
  });

  // thread: hummingbot/hummingbot#7853
  test("T-24: a cancel that hangs is not sent beside itself, however often the order is looked at", async () => {
    const t = await createTestEngine(PERIODIC);
    const order = await t.working();
    t.venue.onOrder = () => found(recordOf(order));
    t.venue.onOpenOrders = () => found([recordOf(order)]);
    let underWay = 0;
    let most = 0;
    t.venue.onCancel = async () => {
      underWay++;
      most = Math.max(most, underWay);
      await new Promise<void>((resolve) => void t.clock.schedule(4_000, resolve));
      underWay--;
      return RESET;
    };
    unwrap(await t.engine.cancel(order.id));
    await t.pass(60_000);
    expect(placed(t.venue)).toBe(1);
    expect(t.venue.sent.length).toBeGreaterThan(5);
    expect(most).toBe(1);
  });

  // thread: barter-rs/barter-rs#206
  // thread: barter-rs/barter-rs#280
  test("T-25, T-26: a reply or a list that still says NEW after the order has filled brings nothing back", async () => {
    const t = await createTestEngine();
    const answer = pending<SendOutcome>();
    t.venue.onPlace = () => answer.promise;
    const order = await t.working();
    const stale = recordOf(order);
    t.venue.fill(order, "1");
    await settle();
    answer.resolve({ kind: "accepted", venueOrderId: "v-unknown" as VenueOrderId });
    t.venue.say(order, { kind: "acknowledged", venueOrderId: "v-unknown" as VenueOrderId });
    t.venue.onOpenOrders = () => found([stale]);
    await t.engine.reconcile();
    const next = await restart(t);
    for (const engine of [t.engine, next.engine]) {
      expect(engine.activeOrders()).toEqual([]);
      expect(engine.find(order.id)?.status).toBe("filled");
    }
    expect(held(next)).toBe("1");
  });

  // thread: QuantConnect/Lean#2143
  // thread: QuantConnect/Lean#2227
  test("T-28: a cancel that the venue accepted cancels nothing until the venue says so, and a fill in between counts", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onOrder = () => found(recordOf(order));
    unwrap(await t.engine.cancel(order.id));
    await t.pass(5_000);
    expect(order.status).toBe("acknowledged");
    expect(order.pendingCancel).toBeDefined();
    t.venue.fill(order, "1");
    await settle();
    expect(order.status).toBe("filled");
    expect(held(t)).toBe("1");
  });

  // thread: QuantConnect/Lean.Brokerages.TradeStation#92
  // thread: QuantConnect/Lean.Brokerages.TradeStation#89
  // thread: QuantConnect/Lean.Brokerages.TradeStation#91
  // thread: QuantConnect/Lean.Brokerages.InteractiveBrokers#248
  test("T-29, T-31: a cancel that is refused, in words known or unknown, asks the venue at once what became of the order", async () => {
    for (const reason of ["unknownOrder", "code 10147, of which nobody has heard"]) {
      const t = await createTestEngine();
      const [filled, working] = [await t.working(), await t.working({ price: "99" })];
      t.venue.onCancel = () => ({ kind: "rejected", reason, venueMessage: "Not an open order" });
      const record = recordOf(filled, { status: "filled", cumulativeQuantity: d("1") });
      t.venue.onOrder = ({ orderId }) => found(orderId === filled.id ? record : recordOf(working));
      t.venue.onFillsSince = fillsAfter([venueFill(record, "1", "e1")]);
      for (const order of [filled, working]) unwrap(await t.engine.cancel(order.id));
      await t.pass(1_000);
      expect([filled.status, held(t)]).toEqual(["filled", "1"]);
      expect(working.status).toBe("acknowledged");
      expect(working.pendingCancel).toBeUndefined();
      await t.pass(60_000);
      expect(sent(t.venue).filter((kind) => kind === "cancel")).toHaveLength(2);
    }
  });

  // thread: QuantConnect/Lean.Brokerages.TradeStation#66
  test("T-30: a cancel of a partly filled order ends with what was filled, also when nobody tells that it did", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.fill(order, "0.4");
    await settle();
    unwrap(await t.engine.cancel(order.id));
    t.venue.onOrder = () => found(recordOf(order, { status: "canceled", cumulativeQuantity: d("0.4") }));
    await t.pass(1_000);
    expect(order).toMatchObject({ status: "canceled", isSettled: true });
    expect(order.pendingCancel).toBeUndefined();
    expect([order.leavesQuantity?.toString(), held(t)]).toEqual(["0", "0.4"]);
  });

  // thread: alpacahq/Alpaca-API#111
  // thread: alpacahq/Alpaca-API#199
  test("T-32: an order that its venue leaves in pending-cancel is asked for until it ends, and says since when it waits", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    const asked = countQuestions(t.venue, () => found(recordOf(order)));
    const requestedAt = t.clock.now();
    unwrap(await t.engine.cancel(order.id));
    await t.pass(3_600_000);
    expect(order.pendingCancel).toMatchObject({ requestedAt, reason: "requested" });
    expect(asked.length).toBeGreaterThan(60);
    t.venue.onOrder = () => found(recordOf(order, { status: "canceled" }));
    await t.pass(61_000);
    expect(order.status).toBe("canceled");
  });

  // thread: alpacahq/Alpaca-API#111
  test("T-32: an order that its venue leaves in pending-cancel comes before a person, and the case closes when it ends", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onOrder = () => found(recordOf(order));
    unwrap(await t.engine.cancel(order.id));
    await t.pass(90_000);
    expect(t.engine.cases("main")).toMatchObject([{ kind: "requestUnanswered", about: order.id }]);
    t.venue.say(order, { kind: "ended", status: "canceled", reason: "requested" });
    await t.pass(10_000);
    expect(t.engine.cases()).toEqual([]);
  });

  // thread: freqtrade/freqtrade#385
  test("T-37: one order that cannot be read does not keep the desk from starting, nor the others from being settled", async () => {
    const t = await createTestEngine();
    const [poisoned, good] = [await t.working(), await t.working({ price: "99" })];
    t.venue.onOrder = ({ orderId }) =>
      orderId === poisoned.id
        ? found({
            ...recordOf(poisoned),
            status: "ORDER_NOT_OPEN",
            cumulativeQuantity: undefined,
          } as unknown as VenueOrder)
        : found(recordOf(good, { status: "canceled" }));
    const next = await restart(t);
    await next.pass(5_000);
    expect(next.engine.status().phase).toBe("ready");
    expect(next.engine.find(good.id)?.status).toBe("canceled");
    expect(next.engine.find(poisoned.id)?.status).toBe("acknowledged");
    expect(await tryEntry(next, { price: "98" })).toBe("ok");
  });

  // thread: freqtrade/freqtrade#13537
  test("T-39: dust holds back no protection: what fell below the minimums is canceled, stopped and sold", async () => {
    const t = await createTestEngine();
    const entry = await t.working();
    t.venue.fill(entry, "0.001");
    await settle();
    const exit = { instrumentId: "BTC/USDT", side: "sell", quantity: "0.001", reduceOnly: true } as const;
    const stop = unwrap(await t.engine.submit({ ...exit, orderType: "stop", triggerPrice: "95" }));
    await settle();
    for (const id of [entry.id, stop.orderId]) unwrap(await t.engine.cancel(id));
    for (const order of [entry, stop.order])
      t.venue.say(order, { kind: "ended", status: "canceled", reason: "requested" });
    await settle();
    const sale = unwrap(await t.engine.submit({ ...exit, orderType: "market" }));
    await settle();
    expect(sent(t.venue)).toEqual(["place", "place", "cancel", "cancel", "place"]);
    expect(sale.order.status).toBe("acknowledged");
    expect(await tryEntry(t, { quantity: "0.001" })).toBe("request.belowMinNotional");
  });

  // thread: vnpy/vnpy#2355
  // thread: vnpy/vnpy#1950
  // thread: vnpy/vnpy#3161
  test("T-40: after a reconnection everything is asked for again before an entry leaves, and cancels leave at once", async () => {
    const t = await createTestEngine();
    const [filled, working] = [await t.working(), await t.working({ price: "99" })];
    t.venue.connection("disconnected");
    t.venue.onFillsSince = () => NO_ROUTE;
    t.venue.connection("connected");
    await settle();
    expect((await t.working({ price: "98" })).status).toBe("failed");
    unwrap(await t.engine.cancel(working.id));
    await settle();
    expect(sent(t.venue)).toEqual(["place", "place", "cancel"]);
    const record = recordOf(filled, { status: "filled", cumulativeQuantity: d("1") });
    t.venue.onOpenOrders = () => found([recordOf(working)]);
    t.venue.onOrder = ({ orderId }) => found(orderId === filled.id ? record : recordOf(working));
    t.venue.onFillsSince = fillsAfter([venueFill(record, "1", "e1")]);
    await t.pass(5_000);
    expect([filled.status, held(t)]).toEqual(["filled", "1"]);
    expect((await t.working({ price: "97" })).status).toBe("acknowledged");
  });

  // thread: vnpy/vnpy#1950
  test("T-40: a stream that dies without a word is a cut once it is silent for longer than it promises", async () => {
    const venue = new ScriptedVenue();
    venue.capabilities = { ...venue.capabilities, heartbeatMs: 5_000 };
    const t = await createTestEngine({ venue });
    for (let beat = 0; beat < 20; beat++) {
      await t.pass(1_000);
      t.venue.heartbeat();
    }
    expect(t.engine.status().venues[0]).toMatchObject({ connected: true });
    const order = await t.working();
    const record = recordOf(order, { status: "filled", cumulativeQuantity: d("1") });
    t.venue.onOrder = () => found(record);
    t.venue.onFillsSince = fillsAfter([venueFill(record, "1", "e1")]);
    await t.pass(20_000);
    expect(t.engine.status().venues[0]).toMatchObject({ connected: false });
    t.venue.heartbeat();
    await t.pass(5_000);
    expect([order.status, held(t)]).toEqual(["filled", "1"]);
  });

  // thread: ricequant/rqalpha-mod-vnpy#20
  test("T-41: a reconnection that replays the day's trades moves no position, in this life and in the next", async () => {
    const t = await createTestEngine();
    const order = await t.working({ quantity: "2" });
    const trades = [venueFill(recordOf(order), "0.5", "e1"), venueFill(recordOf(order), "0.7", "e2")];
    const replay = (desk: TestEngine): void => {
      for (const { fill } of trades) desk.venue.say(order, { kind: "fill", venueOrderId: fill.venueOrderId, fill });
    };
    replay(t);
    t.venue.onOpenOrders = () => found([recordOf(order)]);
    t.venue.onFillsSince = () => found(trades);
    t.venue.connection("disconnected");
    t.venue.connection("connected");
    replay(t);
    await t.pass(5_000);
    expect([held(t), executions(order)]).toEqual(["1.2", ["e1 0.5 @ 100", "e2 0.7 @ 100"]]);
    const next = await restart(t);
    replay(next);
    await next.pass(5_000);
    expect([held(next), next.engine.find(order.id)?.fills.size]).toEqual(["1.2", 2]);
  });
});
