// Scenarios T-01 to T-15: sends whose outcome nobody knows, and what would double an order. Each test names the
// public reports of it; what it shows is what the venue is sent, and what a trader sees meanwhile.

import { expect, test } from "vitest";
import type { VenueOrderId } from "../../src/domain/identifiers.ts";
import type { Order } from "../../src/domain/order.ts";
import { unwrap } from "../../src/domain/result.ts";
import { d } from "../../src/domain/testing/orders.ts";
import { createTestEngine, LIMIT_BUY, settle } from "../../src/engine/testing/test-engine.ts";
import {
  fillsAfter,
  found,
  MAIN,
  pending,
  recordOf,
  stranger,
  venueFill,
} from "../../src/engine/testing/venue-answers.ts";
import type { SendOutcome } from "../../src/venues/venue.ts";
import {
  ABSENT,
  allowAtMost,
  codeOf,
  countQuestions,
  held,
  NO_ROUTE,
  PaperDesk,
  placed,
  RESET,
  restart,
  sent,
  silence,
  tryEntry,
} from "./support.ts";

// thread: ccxt/ccxt#2599
test("T-01: a place that times out is unknown: the venue is asked by our id, and nothing is sent again", async () => {
  const t = await createTestEngine();
  t.venue.onPlace = silence;
  const asked = countQuestions(t.venue, () => NO_ROUTE);
  const order = await t.submit();
  await t.pass(10_000);
  expect(order).toMatchObject({ status: "submitted", outcomeUnknown: true });
  await t.pass(60_000);
  expect(asked.length).toBeGreaterThan(1);
  expect(new Set(asked.map((request) => request.orderId))).toEqual(new Set([order.id]));
  t.venue.onOrder = () => found(recordOf(order, { venueOrderId: "v77" as VenueOrderId }));
  await t.pass(10_000);
  expect(order).toMatchObject({ status: "acknowledged", outcomeUnknown: false, venueOrderId: "v77" });
  expect(placed(t.venue)).toBe(1);
});

// thread: ccxt/ccxt#1956
// thread: ccxt/ccxt#2663
test("T-02: the caller of a place that times out has nothing to do: the handle tells the outcome once it is known", async () => {
  const t = await createTestEngine();
  t.venue.onPlace = silence;
  const handle = unwrap(await t.engine.submit(LIMIT_BUY));
  const impatient = handle.acknowledged({ timeoutMs: 15_000 });
  const patient = handle.acknowledged();
  await t.pass(15_001);
  expect(codeOf(await impatient)).toBe("order.timedOut");
  const record = recordOf(handle.order, { status: "filled", cumulativeQuantity: d("1") });
  t.venue.onOrder = () => found(record);
  t.venue.onFillsSince = fillsAfter([venueFill(record, "1", "e1")]);
  await t.pass(15_000);
  expect(unwrap(await patient)).toMatchObject({ status: "filled" });
  expect(unwrap(await handle.done())).toMatchObject({ status: "filled", outcomeUnknown: false });
  expect([held(t), placed(t.venue)]).toEqual(["1", 1]);
});

// thread: scrtlabs/catalyst#317
// thread: scrtlabs/catalyst#315
test("T-03: the same order again after a time-out is the same order: one rests at a real venue, and it fills once", async () => {
  const desk = await PaperDesk.open();
  desk.loseReplies(true);
  const first = unwrap(await desk.submit({ clientOrderId: "entry-1", price: "99" }));
  await desk.pass(10_100);
  expect(first.order).toMatchObject({ status: "submitted", outcomeUnknown: true });
  const again = unwrap(await desk.submit({ clientOrderId: "entry-1", price: "99" }));
  expect(again.orderId).toBe(first.orderId);
  expect(await desk.workingAtVenue()).toEqual([first.orderId]);
  desk.loseReplies(false);
  await desk.pass(15_000);
  expect(first.order).toMatchObject({ status: "acknowledged", outcomeUnknown: false });
  desk.trade("98", "5", "sell");
  await desk.pass(100);
  expect(first.order.status).toBe("filled");
  expect([held(desk), desk.heldAtVenue()]).toEqual(["1", "1"]);
});

// thread: bennycode/trading-signals#1178
test("T-04: a place whose end nobody knows leaves once, in an hour and through a restart, however it ended", async () => {
  const ends: Record<string, () => Promise<SendOutcome> | SendOutcome> = {
    silence,
    reset: () => RESET,
    "an adapter that throws": () => {
      throw new Error("socket hang up");
    },
  };
  for (const [end, onPlace] of Object.entries(ends)) {
    const t = await createTestEngine();
    t.venue.onPlace = onPlace;
    const order = await t.submit();
    await t.pass(3_600_000);
    expect(order, end).toMatchObject({ status: "submitted", outcomeUnknown: true });
    const next = await restart(t);
    await next.pass(60_000);
    expect(next.engine.find(order.id)?.outcomeUnknown, end).toBe(true);
    expect(sent(t.venue), end).toEqual(["place"]);
  }
});

// thread: Reya-Labs/reya-python-sdk#55
test("T-05: a place that was certainly not sent is tried again under the same id", async () => {
  const t = await createTestEngine();
  const outcomes: SendOutcome[] = [
    { kind: "notSent", reason: "no route" },
    { kind: "notSent", reason: "no route" },
  ];
  t.venue.onPlace = () => outcomes.shift() ?? { kind: "accepted", venueOrderId: t.venue.nextId() };
  const order = await t.submit();
  await t.pass(2_000);
  expect(order.status).toBe("acknowledged");
  expect(t.venue.sent.map((each) => each.request.orderId)).toEqual([order.id, order.id, order.id]);
});

// thread: binance-exchange/binance-java-api#55
test("T-06: a gateway error after the request was written is unknown, and the execution behind it is found", async () => {
  const t = await createTestEngine();
  t.venue.onPlace = () => ({ kind: "unknown", reason: "HTTP 504: execution status unknown" });
  const { price: _none, ...market } = { ...LIMIT_BUY, orderType: "market" as const };
  const { order } = unwrap(await t.engine.submit(market));
  await settle();
  expect(order).toMatchObject({ status: "submitted", outcomeUnknown: true });
  const record = recordOf(order, { status: "filled", cumulativeQuantity: d("1") });
  t.venue.onOrder = () => found(record);
  t.venue.onFillsSince = fillsAfter([venueFill(record, "1", "e1")]);
  await t.pass(1_000);
  expect(order).toMatchObject({ status: "filled", isSettled: true });
  expect([held(t), placed(t.venue)]).toEqual(["1", 1]);
});

// thread: hummingbot/hummingbot#601
test("T-07: an order that is not found right after its place is asked for again, and keeps its reserve", async () => {
  const t = await createTestEngine();
  t.venue.capabilities = { ...t.venue.capabilities, discardAfterMs: 1_000, readLagMs: 2_000 };
  await allowAtMost(t, "1");
  t.venue.onPlace = () => RESET;
  const asked = countQuestions(t.venue, () => ABSENT);
  const order = await t.working();
  await t.pass(3_000);
  expect(asked.length).toBeGreaterThan(2);
  expect(order).toMatchObject({ status: "submitted", outcomeUnknown: true });
  expect(await tryEntry(t)).toBe("risk.maxPosition");
  t.venue.onOrder = () => found(recordOf(order));
  await t.pass(5_000);
  expect(order).toMatchObject({ status: "acknowledged", outcomeUnknown: false });
  expect(placed(t.venue)).toBe(1);
});

// thread: hummingbot/hummingbot#493
// thread: hummingbot/hummingbot#632
// thread: hummingbot/hummingbot#981
test("T-08: a strategy that asks for its slot on every tick has one order in it", async () => {
  const t = await createTestEngine();
  t.venue.onPlace = silence;
  const ids = new Set<string>();
  for (let tick = 0; tick < 30; tick++) {
    ids.add(unwrap(await t.engine.submit({ ...LIMIT_BUY, clientOrderId: "grid-7-buy" })).orderId);
    await t.pass(1_000);
  }
  expect([ids.size, placed(t.venue), t.engine.activeOrders().length]).toEqual([1, 1, 1]);
});

// thread: hummingbot/hummingbot#493
test("T-08: orders without a name stack up no further than the limits say, unknown ones counted", async () => {
  const t = await createTestEngine();
  unwrap(await t.engine.setRiskLimits("main", { duplicateWindowMs: 5_000, maxOpenOrders: 2 }, { by: "risk" }));
  t.venue.onPlace = () => RESET;
  const answers: string[] = [];
  for (let tick = 0; tick < 8; tick++) {
    answers.push(codeOf(await t.engine.submit(LIMIT_BUY)));
    await t.pass(2_000);
  }
  expect(answers.slice(0, 4)).toEqual(["ok", "risk.duplicateOrder", "risk.duplicateOrder", "ok"]);
  expect(answers.slice(4)).not.toContain("ok");
  expect(placed(t.venue)).toBe(2);
});

// thread: hummingbot/hummingbot#720
test("T-09: after a stop nothing leaves, whatever the venue's connection does", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  const handle = unwrap(await t.engine.submit({ ...LIMIT_BUY, price: "99" }));
  await t.engine.stop();
  const before = t.venue.sent.length;
  t.venue.connection("disconnected");
  t.venue.connection("connected");
  await t.pass(600_000);
  expect(await tryEntry(t)).toBe("engine.stopping");
  expect(codeOf(await t.engine.cancel(order.id))).not.toBe("ok");
  expect(t.venue.sent).toHaveLength(before);
  expect(handle.order.isActive).toBe(true);
});

// thread: hummingbot/hummingbot#720
test("T-09: a halt outlives reconnections and restarts: only cancels leave until a person lifts it", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  t.venue.onOrder = () => found(recordOf(order));
  t.venue.onOpenOrders = () => found([recordOf(order)]);
  unwrap(await t.engine.engageKillSwitch("keep", { by: "anna", reason: "drill" }));
  t.venue.connection("disconnected");
  t.venue.connection("connected");
  await t.pass(60_000);
  expect(await tryEntry(t)).toBe("risk.halted");
  const next = await restart(t);
  expect(await tryEntry(next)).toBe("risk.halted");
  unwrap(await next.engine.cancel(order.id));
  await settle();
  expect(sent(t.venue)).toEqual(["place", "cancel"]);
  unwrap(await next.engine.liftKillSwitch({ by: "anna" }));
  expect(await tryEntry(next)).toBe("ok");
});

// thread: hummingbot/hummingbot#5390
test("T-10: on paper, orders that hang through a restart are neither forgotten nor placed again", async () => {
  const desk = await PaperDesk.open();
  const resting = unwrap(await desk.submit({ clientOrderId: "a", price: "98" }));
  await desk.pass(100);
  desk.loseReplies(true);
  const hanging = unwrap(await desk.submit({ clientOrderId: "b", price: "97" }));
  await desk.pass(100);
  await desk.restart();
  desk.loseReplies(false);
  for (const [name, price] of [
    ["a", "98"],
    ["b", "97"],
  ] as const)
    unwrap(await desk.submit({ clientOrderId: name, price }));
  await desk.pass(15_000);
  expect((await desk.workingAtVenue()).toSorted()).toEqual([resting.orderId, hanging.orderId].toSorted());
  expect(desk.engine.activeOrders().map((order) => order.status)).toEqual(["acknowledged", "acknowledged"]);
});

// thread: CoinAlpha/hummingbot#86
test("T-11: instances with their own prefix or account tag, and lives of one instance, never share an order id", async () => {
  const first = await createTestEngine();
  const ids = [(await first.working()).id];
  const second = await createTestEngine({ config: { settings: { orderIdPrefix: "OW2" } } });
  ids.push((await second.working()).id);
  const third = await createTestEngine({
    config: { accounts: [{ id: "main", venue: "scripted", tag: "DESKNR02" }] },
  });
  ids.push((await third.working()).id);
  let life = first;
  for (const price of ["90", "91"]) {
    life.venue.onOpenOrders = () => found(life.engine.activeOrders().map((order) => recordOf(order)));
    life = await restart(life);
    ids.push((await life.working({ price })).id);
  }
  expect(ids).toHaveLength(5);
  expect(new Set(ids).size).toBe(ids.length);
});

// thread: bitfinexcom/bfx-hf-ui#122
test("T-12: a child that was live at the crash is found by its id and resumed, never placed beside itself", async () => {
  const t = await createTestEngine();
  const parent = await t.working({ quantity: "5", price: "90" });
  t.venue.onPlace = silence;
  const slice = { clientOrderId: "iceberg-3", parentOrderId: parent.id, price: "99" };
  const child = await t.working(slice);
  const live = [recordOf(parent), recordOf(child, { venueOrderId: "v2" as VenueOrderId })];
  t.venue.onOpenOrders = () => found(live);
  const next = await restart(t);
  const resumed = unwrap(await next.engine.submit({ ...LIMIT_BUY, ...slice }));
  expect(resumed.order).toMatchObject({ id: child.id, parentOrderId: parent.id, status: "acknowledged" });
  await next.pass(60_000);
  expect(placed(t.venue)).toBe(2);
});

// thread: Codaone/DEXBot#160
test("T-13: what filled while the process was down is booked before the first order is taken, and not placed again", async () => {
  const t = await createTestEngine();
  const order = await t.working({ clientOrderId: "grid-1" });
  const record = recordOf(order, { status: "filled", cumulativeQuantity: d("1") });
  t.venue.onOrder = () => NO_ROUTE;
  const next = await restart(t);
  expect(await tryEntry(next)).toBe("engine.notReady");
  t.venue.onOrder = () => found(record);
  t.venue.onFillsSince = () => NO_ROUTE;
  await next.pass(10_000);
  expect(await tryEntry(next)).toBe("engine.notReady");
  t.venue.onFillsSince = fillsAfter([venueFill(record, "1", "e1")]);
  await next.pass(5_000);
  const again = unwrap(await next.engine.submit({ ...LIMIT_BUY, clientOrderId: "grid-1" }));
  expect(again.order).toMatchObject({ id: order.id, status: "filled", isSettled: true });
  expect([held(next), placed(t.venue)]).toEqual(["1", 1]);
});

// thread: QuantConnect/Lean.Brokerages.Alpaca#41
test("T-14: a second answer to one order changes nothing, in whatever order the answers come", async () => {
  const t = await createTestEngine();
  const answer = pending<SendOutcome>();
  t.venue.onPlace = () => answer.promise;
  const order = await t.working();
  const venueOrderId = "v9" as VenueOrderId;
  t.venue.say(order, { kind: "acknowledged", venueOrderId });
  answer.resolve({ kind: "accepted", venueOrderId });
  await settle();
  const { position } = t.engine.status();
  t.venue.say(order, { kind: "acknowledged", venueOrderId });
  t.venue.sayOf({ account: MAIN, instrumentId: order.instrumentId, venueOrderId }, { kind: "acknowledged" });
  await t.pass(1_000);
  expect(t.engine.status().position).toBe(position);
  const history = await t.engine.history(order.id);
  expect(history?.filter((entry) => entry.event === "orderAcknowledged")).toHaveLength(1);
  expect([t.engine.activeOrders().length, placed(t.venue)]).toEqual([1, 1]);
});

// thread: QuantConnect/Lean.Brokerages.Alpaca#41
test("T-14: a refusal as a duplicate is about the order that stands there: it is found, not rejected", async () => {
  const t = await createTestEngine();
  t.venue.onPlace = () => ({ kind: "rejected", reason: "duplicateOrderId" });
  const order = await t.working();
  expect(order).toMatchObject({ status: "submitted", outcomeUnknown: true });
  t.venue.onOrder = () => found(recordOf(order));
  await t.pass(1_000);
  expect(order.status).toBe("acknowledged");
});

// thread: CryptoMF/frostybot-js#67
test("T-15: a failing order that is submitted again and again tries a failing venue a few times only, and cancels still leave", async () => {
  const t = await createTestEngine();
  const resting = await t.working({ price: "90" });
  t.venue.onPlace = () => ({ kind: "notSent", reason: "no route" });
  const submitted: Order[] = [];
  for (let attempt = 0; attempt < 100; attempt++) {
    submitted.push(await t.submit({ quantity: `${attempt + 1}` }));
    await t.pass(100);
  }
  expect(submitted.every((order) => order.status === "failed")).toBe(true);
  expect(submitted.at(-1)?.statusReason?.code).toBe("venue.circuitOpen");
  expect(placed(t.venue)).toBeLessThan(20);
  unwrap(await t.engine.cancel(resting.id));
  await settle();
  expect(sent(t.venue).at(-1)).toBe("cancel");
});

// thread: CryptoMF/frostybot-js#67
test("T-15: one order that cannot be sent is tried three times, then has failed", async () => {
  const t = await createTestEngine();
  t.venue.onPlace = () => ({ kind: "notSent", reason: "no route" });
  const order = await t.submit();
  await t.pass(600_000);
  expect(order.status).toBe("failed");
  expect(placed(t.venue)).toBe(3);
});

// thread: CoinAlpha/hummingbot#86
test("T-11: an order that somebody else placed under the same id is never taken for ours", async () => {
  const t = await createTestEngine();
  t.venue.onPlace = () => ({ kind: "rejected", reason: "duplicateOrderId" });
  const order = await t.working();
  const theirs = stranger({ clientOrderId: order.id, venueOrderId: "v1" as VenueOrderId });
  t.venue.onOrder = () => found(theirs);
  await t.pass(30_000);
  expect(order.status).not.toBe("acknowledged");
});
