// Mistakes read in the source of other systems (S-nn, not reproduced there), as tests of what happens here.

import { expect, test } from "vitest";
import type { OrderId, VenueOrderId } from "../../src/domain/identifiers.ts";
import { unwrap } from "../../src/domain/result.ts";
import { createTestEngine } from "../../src/engine/testing/test-engine.ts";
import { fillsAfter, found, MAIN, recordOf, venueFill } from "../../src/engine/testing/venue-answers.ts";
import { trade } from "../../src/venues/paper/testing/market.ts";
import type { SendOutcome } from "../../src/venues/venue.ts";
import { again, answerTo, countSent, d, figures, held, messages, openPaperDesk, trying } from "./support-money.ts";

const never = (): Promise<SendOutcome> => new Promise(() => undefined);

// source: hummingbot LIMIT_CHASER and TWAP executors, refresh
test("S-03: moving an order is one request, so what the old price still fills is part of the same quantity", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  t.venue.onReplace = never;
  unwrap(await t.engine.replace(order.id, { price: "101" }));
  expect(answerTo(await t.engine.replace(order.id, { price: "102" }))).toBe("order.requestPending");
  t.venue.fill(order, "0.7", "100");
  t.venue.say(order, { kind: "replaced", venueOrderId: "v-new" as VenueOrderId, replace: { price: d("101") } });
  t.venue.fill(order, "0.3", "101");
  await t.settle();
  expect(figures(order)).toMatchObject({ status: "filled", filled: "1", cost: "100.3" });
  expect(order.overfilled).toBe(false);
  expect(messages(t)).toEqual(["place buy 1 @ 100", "replace @ 101"]);
});

// source: pms replace_order
test("S-04: a replace of the price leaves the total as it is: what is filled is not bought again", async () => {
  const desk = await openPaperDesk();
  const order = await desk.submit({ price: "100", quantity: "2" });
  await desk.feed(trade("100", "5.5", "sell"));
  expect(figures(order)).toMatchObject({ status: "partiallyFilled", filled: "0.5" });
  unwrap(await desk.answer(desk.engine.replace(order.id, { price: "101.5" })));
  await desk.pass(10);
  expect(figures(order)).toMatchObject({ status: "filled", filled: "2" });
  expect(`${desk.engine.positions("main")[0]?.quantity}`).toBe("2");
  await desk.close();
});

// source: pms replace_order
test("S-04: a replace to a total that is filled already is refused, and says what is filled", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  t.venue.fill(order, "0.4");
  await t.settle();
  const refused = await t.engine.replace(order.id, { quantity: "0.4" });
  expect(!refused.ok && refused.error).toMatchObject({ code: "request.replaceBelowFilled" });
  expect(!refused.ok && refused.error.message).toContain("0.4 BTC of it are filled");
  expect(countSent(t, "replace")).toBe(0);
});

// source: pms startup
test("S-05: an order that the venue does not list at the start is asked for by name, and its executions are booked", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  const asked: OrderId[] = [];
  const ended = recordOf(order, { status: "canceled", cumulativeQuantity: d("0.4") });
  t.venue.onOrder = ({ orderId }) => {
    asked.push(orderId);
    return found(ended);
  };
  t.venue.onFillsSince = fillsAfter([venueFill(ended, "0.4", "while-dead")]);
  const next = await again(t);
  await next.settle();
  const after = next.engine.find(order.id);
  if (after === undefined) throw new Error("The order is lost.");
  expect(figures(after)).toMatchObject({ status: "canceled", filled: "0.4" });
  expect(held(next)).toBe("0.4");
  expect(asked).toEqual([order.id]);
});

// source: pms startup
test("S-05: without an answer by name it stays open, however often the list leaves it out", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  t.venue.onOrder = () => ({ kind: "failed", reason: "no route" });
  const next = await again(t);
  for (let round = 0; round < 5; round++) await next.engine.reconcile();
  expect(next.engine.find(order.id)?.status).toBe("acknowledged");
});

// source: pms order updates
test.each(["canceled", "expired"] as const)("S-06: an order that is %s after a part keeps the part", async (status) => {
  const t = await createTestEngine();
  const order = await t.working();
  t.venue.onFillsSince = fillsAfter([venueFill(recordOf(order), "0.4", "part")]);
  t.venue.say(order, { kind: "ended", status, reason: "venue", cumulativeQuantity: d("0.4") });
  await t.pass(5_000);
  expect(figures(order)).toMatchObject({ status, filled: "0.4", cost: "40" });
  expect(held(t)).toBe("0.4");
});

// source: pms order updates
test("S-06: an execution that is told again, by the stream or by a question, is booked once", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  t.venue.onFillsSince = fillsAfter([venueFill(recordOf(order), "0.4", "part")]);
  for (let round = 0; round < 3; round++) {
    t.venue.fill(order, "0.4", "100", "part");
    await t.engine.reconcile();
  }
  expect(figures(order)).toMatchObject({ status: "partiallyFilled", filled: "0.4" });
  expect(held(t)).toBe("0.4");
});

// source: pms cancel
test("S-07: an order that is not acknowledged can be canceled: the cancel goes out as soon as the venue has the order", async () => {
  const t = await createTestEngine();
  let acknowledge: (outcome: SendOutcome) => void = () => undefined;
  t.venue.onPlace = () => new Promise((resolve) => (acknowledge = resolve));
  const order = await t.working();
  expect(answerTo(await t.engine.cancel(order.id))).toBe("taken");
  await t.settle();
  expect(messages(t)).toEqual(["place buy 1 @ 100"]);
  acknowledge({ kind: "accepted", venueOrderId: "v1" as VenueOrderId });
  await t.settle();
  expect(messages(t)).toEqual(["place buy 1 @ 100", "cancel"]);
});

// source: pms cancel
test("S-07: an order that has not left yet is canceled without a message", async () => {
  const venueMessages = { count: 3, windowMs: 1_000, reservedForCancels: 1 };
  const t = await createTestEngine({ config: { settings: { reconcileEveryMs: 0, venueMessages } } });
  await t.pass(1_000); // what the start asked counts too
  await t.working();
  await t.working({ price: "99" });
  const waiting = await t.working({ price: "98" });
  unwrap(await t.engine.cancel(waiting.id));
  await t.pass(5_000);
  expect(figures(waiting)).toMatchObject({ status: "canceled", filled: "0" });
  expect(messages(t)).toEqual(["place buy 1 @ 100", "place buy 1 @ 99"]);
});

// source: pms TWAP
test("S-08: an adapter that throws has filled nothing, and its order is unknown until the venue is asked", async () => {
  const t = await createTestEngine();
  t.venue.onPlace = () => {
    throw new Error("adapter bug");
  };
  const order = await t.working();
  expect(figures(order)).toMatchObject({ status: "submitted", filled: "0" });
  expect(order.outcomeUnknown).toBe(true);
  expect(held(t)).toBe("0");
});

// source: pms TWAP
test("S-08: an order that is nearly filled is not filled: its rest works on and counts", async () => {
  const t = await createTestEngine();
  unwrap(await t.engine.setRiskLimits("main", { maxPosition: d("1.5") }, { by: "anna" }));
  const order = await t.working();
  t.venue.fill(order, "0.999");
  await t.settle();
  expect(figures(order)).toMatchObject({ status: "partiallyFilled", filled: "0.999" });
  expect(t.engine.activeOrders()).toEqual([order]);
  expect(await trying(t, { price: "99", quantity: "0.501" })).toBe("risk.maxPosition");
});

// source: freqtrade startup, order_date - 5 days < now
test("S-13: an open order is compared at the start whatever its age", async () => {
  const settings = { reconcileEveryMs: 0, staleCheckEveryMs: 3_600_000 };
  const t = await createTestEngine({ config: { settings } });
  const order = await t.working();
  await t.pass(10 * 86_400_000);
  const filled = recordOf(order, { status: "filled", cumulativeQuantity: d("1") });
  t.venue.onOrder = () => found(filled);
  t.venue.onFillsSince = fillsAfter([venueFill(filled, "1", "while-dead")]);
  const next = await again(t);
  await next.settle();
  expect(next.engine.find(order.id)?.status).toBe("filled");
  expect(held(next)).toBe("1");
});

// source: freqtrade startup, order_date - 5 days < now
test("S-13: a maximum age cancels what is older, and leaves what is younger", async () => {
  const accounts = [{ id: "main", venue: "scripted", staleAfterMs: 300_000 }];
  const t = await createTestEngine({ config: { accounts } });
  const old = await t.working();
  await t.pass(200_000);
  const young = await t.working({ price: "99" });
  await t.pass(102_000);
  expect(old.pendingCancel?.reason).toBe("stale");
  expect(young.pendingCancel).toBeUndefined();
  expect(countSent(t, "cancel")).toBe(1);
});

// source: barter-rs OpenFailed(Timeout)
test("S-14: an order whose place timed out stays on the books, and what it fills is booked", async () => {
  const t = await createTestEngine();
  t.venue.onPlace = never;
  const order = await t.working();
  await t.pass(10_500);
  expect(t.engine.activeOrders()).toEqual([order]);
  expect(order.outcomeUnknown).toBe(true);
  t.venue.fill(order, "1");
  await t.settle();
  expect(figures(order)).toMatchObject({ status: "filled", filled: "1" });
  expect(held(t)).toBe("1");
});

// source: OpenTrader order status
test.each(["canceled", "expired", "rejected", "filled"] as const)(
  "S-15: an order that the venue ended as %s is over here, and the engine lives",
  async (status) => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.say(order, { kind: "ended", status, reason: "venue" });
    await t.settle();
    expect(order.status).toBe(status);
    expect(t.engine.activeOrders()).toEqual([]);
    expect(t.engine.status().phase).toBe("ready");
  },
);

// source: backtest-kit broker adapter
test("S-16: a call that threw is not made again: the order may stand at the venue", async () => {
  const t = await createTestEngine();
  t.venue.onPlace = () => {
    throw new Error("socket hang up");
  };
  const order = await t.working();
  await t.pass(60_000);
  expect(countSent(t, "place")).toBe(1);
  t.venue.onOrder = () => found(recordOf(order));
  await t.pass(15_000);
  expect(order).toMatchObject({ status: "acknowledged", outcomeUnknown: false });
  expect(countSent(t, "place")).toBe(1);
});

// source: bbgo QueryOrderUntilCanceled and QueryOrderUntilFilled
test.each(["canceled", "expired", "rejected", "filled"] as const)(
  "S-17: an answer of %s ends the asking about a canceled order",
  async (status) => {
    const t = await createTestEngine();
    const order = await t.working();
    let questions = 0;
    t.venue.onOrder = () => {
      questions++;
      return found(recordOf(order, { status, cumulativeQuantity: d(status === "filled" ? "1" : "0") }));
    };
    if (status === "filled") t.venue.onFillsSince = fillsAfter([venueFill(recordOf(order), "1", "whole")]);
    unwrap(await t.engine.cancel(order.id));
    await t.pass(600_000);
    expect(order.status).toBe(status);
    expect(questions).toBe(1);
  },
);

// source: vnpy Iceberg and TWAP, cancel_all
test("S-18: an order whose cancel was only asked for is still an order: its executions are its own", async () => {
  const t = await createTestEngine();
  unwrap(await t.engine.setRiskLimits("main", { maxPosition: d("1.5") }, { by: "anna" }));
  const order = await t.working();
  unwrap(await t.engine.cancel(order.id));
  await t.settle(); // the venue took the request, which is not the end of the order
  expect(await trying(t, { price: "99" })).toBe("risk.maxPosition");
  t.venue.fill(order, "0.6");
  t.venue.say(order, { kind: "ended", status: "canceled", reason: "requested", cumulativeQuantity: d("0.6") });
  await t.settle();
  expect(figures(order)).toMatchObject({ status: "canceled", filled: "0.6" });
  expect(await trying(t, { price: "99", quantity: "0.9" })).toBe("taken");
});

// source: Lean BrokerageTransactionHandler.HandleOrderEvents
test.each(["filled", "canceled"] as const)(
  "S-19: an order that is over stays %s when an older word comes late",
  async (status) => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.fill(order, status === "filled" ? "1" : "0.4", "100", "only");
    if (status === "canceled") t.venue.say(order, { kind: "ended", status, reason: "requested" });
    await t.settle();
    t.venue.say(order, { kind: "acknowledged", venueOrderId: "v1" as VenueOrderId });
    t.venue.fill(order, status === "filled" ? "1" : "0.4", "100", "only");
    await t.settle();
    expect(figures(order)).toMatchObject({ status, filled: status === "filled" ? "1" : "0.4" });
    expect(t.engine.activeOrders()).toEqual([]);
  },
);

// source: Lean BrokerageTransactionHandler.HandleOrderEvents
test("S-19: an order that is over books a late execution, and stays over", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  t.venue.say(order, { kind: "ended", status: "canceled", reason: "requested" });
  t.venue.fill(order, "0.4");
  await t.settle();
  expect(figures(order)).toMatchObject({ status: "canceled", filled: "0.4" });
  expect(t.engine.activeOrders()).toEqual([]);
  expect(held(t)).toBe("0.4");
});

// source: Lean BrokerageTransactionHandler.HandleOrderEvents
test("S-20: a report about an order that nobody knows keeps none of the others from being booked", async () => {
  const t = await createTestEngine();
  const [first, second] = [await t.working(), await t.working({ price: "99" })];
  const stranger = { account: MAIN, instrumentId: first.instrumentId, venueOrderId: "v-stranger" as VenueOrderId };
  t.venue.fill(first, "1");
  t.venue.sayOf(stranger, { kind: "ended", status: "canceled", reason: "by hand" });
  t.venue.fill(second, "1", "99");
  await t.settle();
  expect([first.status, second.status]).toEqual(["filled", "filled"]);
  t.venue.onFillsSince = fillsAfter([
    venueFill({ venueOrderId: stranger.venueOrderId, side: "buy" }, "5", "theirs"),
    venueFill(recordOf(first), "0.5", "ours"),
  ]);
  await t.engine.reconcile();
  expect(held(t)).toBe("2.5");
});
