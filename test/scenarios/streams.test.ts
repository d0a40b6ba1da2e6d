// Scenarios T-44 to T-63: streams of reports that are missed, late, doubled or out of order. Each test names the
// public reports of it. The stream is never the only source: what it leaves out, the venue's books tell.

import { describe, expect, test } from "vitest";
import type { VenueOrderId } from "../../src/domain/identifiers.ts";
import type { Order } from "../../src/domain/order.ts";
import { averageEntryPrice } from "../../src/domain/position.ts";
import { unwrap } from "../../src/domain/result.ts";
import { d } from "../../src/domain/testing/orders.ts";
import { createTestEngine, LIMIT_BUY, settle } from "../../src/engine/testing/test-engine.ts";
import {
  discrepancies,
  fillsAfter,
  found,
  MAIN,
  pending,
  recordOf,
  venueFill,
} from "../../src/engine/testing/venue-answers.ts";
import type { SendOutcome } from "../../src/venues/venue.ts";
import {
  ABSENT,
  allowAtMost,
  countQuestions,
  executions,
  fillOf,
  held,
  NO_ROUTE,
  placed,
  RESET,
  restart,
  sayAt,
  sent,
  silence,
  tryEntry,
} from "./support.ts";

const PERIODIC = { config: { settings: { reconcileEveryMs: 30_000 } } };

describe("reports that are missed", () => {
  // thread: ccxt/ccxt#22719
  // thread: ccxt/ccxt#19152
  // thread: ccxt/ccxt#27412
  test("T-44: fills that arrive in one burst are all booked, and each is told to whoever listens", async () => {
    const t = await createTestEngine();
    const heard: string[] = [];
    t.engine.onFill((event) => {
      if ("fill" in event && event.fill !== undefined) heard.push(event.fill.executionId);
    });
    const orders = [await t.working(), await t.working({ price: "99" })];
    for (let part = 0; part < 10; part++) for (const order of orders) t.venue.fill(order, "0.1");
    await settle();
    expect(orders.map((order) => [order.status, order.fills.size])).toEqual([
      ["filled", 10],
      ["filled", 10],
    ]);
    expect([heard.length, new Set(heard).size, held(t)]).toEqual([20, 20, "2"]);
  });

  // thread: ccxt/ccxt#10915
  test("T-45: a partial fill that the stream tells only as a total is booked from the venue's record of trades, within seconds", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onFillsSince = fillsAfter([venueFill(recordOf(order), "0.4", "e1")]);
    t.venue.say(order, { kind: "acknowledged", cumulativeQuantity: d("0.4") });
    await t.pass(1_000);
    expect(order.status).toBe("partiallyFilled");
    expect([held(t), executions(order)]).toEqual(["0.4", ["e1 0.4 @ 100"]]);
  });

  // thread: ccxt/ccxt#14121
  // thread: QuantConnect/Lean.Brokerages.InteractiveBrokers#249
  // thread: LUCIT-Systems-and-Development/unicorn-binance-websocket-api#275
  // thread: sammchardy/python-binance#119
  // thread: sammchardy/python-binance#28
  // thread: JKorf/Binance.Net#796
  test("T-46, T-50, T-58: what was executed while the stream was cut, by whomever, is read from the venue on reconnection", async () => {
    const t = await createTestEngine();
    const [partly, filled, canceled] = [
      await t.working(),
      await t.working({ price: "99" }),
      await t.working({ price: "98" }),
    ];
    t.venue.connection("disconnected");
    const end = recordOf(filled, { status: "filled", cumulativeQuantity: d("1") });
    t.venue.onOpenOrders = () => found([recordOf(partly, { cumulativeQuantity: d("0.4") })]);
    t.venue.onOrder = ({ orderId }) => found(orderId === filled.id ? end : recordOf(canceled, { status: "canceled" }));
    t.venue.onFillsSince = fillsAfter([venueFill(recordOf(partly), "0.4", "e1"), venueFill(end, "1", "e2")]);
    await t.pass(60_000);
    expect(held(t)).toBe("0");
    t.venue.connection("connected");
    await t.pass(1_000);
    expect([partly, filled, canceled].map((order) => order.status)).toEqual(["partiallyFilled", "filled", "canceled"]);
    expect(held(t)).toBe("1.4");
    t.venue.fill(partly, "0.4", "100", "e1");
    await settle();
    expect(held(t)).toBe("1.4");
  });

  // thread: ccxt/ccxt#23251
  test("T-49: one update that is dropped between two others is made good: every order agrees with the venue's books", async () => {
    const t = await createTestEngine(PERIODIC);
    const order = await t.working();
    t.venue.fill(order, "0.2", "100", "e1");
    // The second execution is dropped on the way.
    t.venue.fill(order, "0.3", "102", "e3");
    await settle();
    const fills = [venueFill(recordOf(order), "0.2", "e1"), venueFill(recordOf(order), "0.1", "e2")];
    t.venue.onOpenOrders = () => found([recordOf(order, { cumulativeQuantity: d("0.6") })]);
    t.venue.onFillsSince = fillsAfter(fills);
    await t.pass(31_000);
    expect([held(t), order.averagePrice()?.toString()]).toEqual(["0.6", "101"]);
    expect(discrepancies(t)).toEqual(["missedFill"]);
  });

  // thread: QuantConnect/Lean.Brokerages.TradeStation#101
  // thread: QuantConnect/Lean.Brokerages.TradeStation#95
  // thread: binance/binance-connector-js#135
  // thread: jaggedsoft/node-binance-api#168
  test("T-51, T-57: a stream that beats and says nothing is not believed: a dropped fill is booked by the next comparison", async () => {
    const t = await createTestEngine(PERIODIC);
    const order = await t.working();
    const record = recordOf(order, { status: "filled", cumulativeQuantity: d("1") });
    t.venue.onOrder = () => found(record);
    t.venue.onFillsSince = fillsAfter([venueFill(record, "1", "e1")]);
    for (let beat = 0; beat < 31; beat++) {
      t.venue.heartbeat();
      await t.pass(1_000);
    }
    expect(t.engine.status().venues[0]).toMatchObject({ connected: true });
    expect([order.status, held(t)]).toEqual(["filled", "1"]);
  });

  // thread: QuantConnect/Lean.Brokerages.TradeStation#84
  test("T-52: a fill that is lost while a replace is under way is booked, and the new total counts it", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onReplace = () => RESET;
    unwrap(await t.engine.replace(order.id, { quantity: "2", price: "101" }));
    const record = recordOf(order, { quantity: d("2"), price: d("101"), cumulativeQuantity: d("0.4") });
    t.venue.onOrder = () => found(record);
    t.venue.onFillsSince = fillsAfter([venueFill(record, "0.4", "e1")]);
    await t.pass(5_000);
    expect(order).toMatchObject({ status: "partiallyFilled", revision: 1 });
    expect(order.pendingReplace).toBeUndefined();
    expect([order.price, order.quantity, order.leavesQuantity].map(String)).toEqual(["101", "2", "1.6"]);
    expect(held(t)).toBe("0.4");
  });

  // thread: QuantConnect/Lean.Brokerages.Alpaca#28
  test("T-54: a market order whose fill is never told has its position all the same", async () => {
    const t = await createTestEngine(PERIODIC);
    const { price: _none, ...market } = { ...LIMIT_BUY, orderType: "market" as const };
    const { order } = unwrap(await t.engine.submit(market));
    await settle();
    const record = recordOf(order, { status: "filled", cumulativeQuantity: d("1") });
    t.venue.onOrder = () => found(record);
    t.venue.onFillsSince = fillsAfter([venueFill(record, "1", "e1")]);
    await t.pass(31_000);
    expect([order.status, order.isSettled, held(t)]).toEqual(["filled", true, "1"]);
  });

  // thread: hummingbot/hummingbot#4738
  test("T-55: a cancel that ends in an error leaves the order tracked, and its later fills are booked", async () => {
    const ends: readonly SendOutcome[] = [
      { kind: "rejected", reason: "internalError" },
      { kind: "notSent", reason: "no route" },
      RESET,
    ];
    for (const end of ends) {
      const t = await createTestEngine();
      const order = await t.working();
      t.venue.onCancel = () => end;
      t.venue.onOrder = () => found(recordOf(order));
      unwrap(await t.engine.cancel(order.id));
      await t.pass(20_000);
      expect(t.engine.activeOrders(), end.kind).toEqual([order]);
      t.venue.fill(order, "0.3");
      t.venue.fill(order, "0.7");
      await settle();
      expect([order.status, held(t)], end.kind).toEqual(["filled", "1"]);
    }
  });

  // thread: hummingbot/hummingbot#1387
  // thread: hummingbot/hummingbot#1934
  test("T-56: an order that is told as filled without trades has no invented price: its books close when the trades are read", async () => {
    const t = await createTestEngine(PERIODIC);
    const order = await t.working();
    t.venue.onFillsSince = () => NO_ROUTE;
    t.venue.say(order, { kind: "ended", status: "filled", reason: "filled" });
    await t.pass(10_000);
    expect(order).toMatchObject({ status: "filled", isSettled: false });
    expect([held(t), order.averagePrice(), discrepancies(t)]).toEqual(["0", undefined, ["unsettled"]]);
    t.venue.onFillsSince = () => found([]);
    await t.pass(10_000);
    t.venue.onFillsSince = fillsAfter([venueFill(recordOf(order), "1", "e1")]);
    await t.pass(30_000);
    expect([held(t), order.averagePrice()?.toString()]).toEqual(["1", "100"]);
  });

  // thread: hummingbot/hummingbot#1934
  test("T-56: what a venue counts as executed and has shown no trade of still counts against the limits", async () => {
    const t = await createTestEngine();
    await allowAtMost(t, "1");
    const order = await t.working();
    t.venue.say(order, { kind: "ended", status: "filled", reason: "filled", cumulativeQuantity: d("1") });
    await settle();
    expect(await tryEntry(t)).toBe("risk.maxPosition");
  });

  // thread: hummingbot/hummingbot#1387
  test("T-56: where a venue shows a total and never its trades, the difference is booked as inferred, until the real trade comes", async () => {
    const t = await createTestEngine(PERIODIC);
    const order = await t.working();
    const totals = { status: "filled", cumulativeQuantity: d("1"), averagePrice: d("99.5") } as const;
    t.venue.onOrder = () => found(recordOf(order, totals));
    await t.pass(180_000);
    expect([order.status, held(t), order.averagePrice()?.toString()]).toEqual(["filled", "1", "99.5"]);
    expect([...order.fills.values()].map((fill) => fill.inferred)).toEqual([true]);
    t.venue.fill(order, "1", "99", "e1");
    await settle();
    expect([held(t), executions(order)]).toEqual(["1", ["e1 1 @ 99"]]);
  });

  // thread: hummingbot/condor#198
  test("T-62: a stream that closes itself again and again stalls nobody: entries leave again after each return", async () => {
    const t = await createTestEngine();
    const orders: Order[] = [];
    t.venue.onOpenOrders = () => found(orders.map((order) => recordOf(order)));
    for (let round = 0; round < 5; round++) {
      t.venue.connection("disconnected");
      await t.pass(600_000);
      t.venue.connection("connected");
      await t.pass(1_000);
      orders.push(await t.working({ price: `${90 + round}` }));
    }
    expect(orders.map((order) => order.status)).toEqual(Array.from({ length: 5 }, () => "acknowledged"));
    expect(placed(t.venue)).toBe(5);
  });

  // thread: chrisleekr/binance-trading-bot#575
  // thread: chrisleekr/binance-trading-bot#86
  // thread: chrisleekr/binance-trading-bot#541
  // thread: chrisleekr/binance-trading-bot#560
  // thread: chrisleekr/binance-trading-bot#335
  test("T-63: missed fills and a list that lags cost no cost basis: the entry price and the profit are those of the trades", async () => {
    const t = await createTestEngine(PERIODIC);
    const buy = await t.working();
    const stale = recordOf(buy);
    const record = recordOf(buy, { status: "filled", cumulativeQuantity: d("1") });
    const trades = [
      venueFill(record, "0.6", "e1"),
      { ...venueFill(record, "0.4", "e2"), fill: fillOf("e2", "0.4", "v1", "95") },
    ];
    t.venue.onOpenOrders = () => found([stale]);
    t.venue.onFillsSince = fillsAfter(trades);
    await t.pass(61_000);
    expect(buy.status).toBe("filled");
    const [position] = t.engine.positions();
    expect(position === undefined ? undefined : averageEntryPrice(position)?.toString()).toBe("98");
    t.venue.onOpenOrders = () => found([]);
    const sell = await t.working({ side: "sell", price: "110" });
    t.venue.fill(sell, "1", "110", "e3");
    await settle();
    const next = await restart(t);
    await settle();
    expect([held(next), next.engine.positions()[0]?.realizedPnl.toString()]).toEqual(["0", "12"]);
  });
});

describe("reports that are doubled, late or out of order", () => {
  // thread: ccxt/ccxt#12405
  // thread: ccxt/ccxt#19759
  test("T-47: a venue that says everything twice, and all of it again later, changes nothing by it", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    const say = (): void => {
      t.venue.say(order, { kind: "acknowledged", venueOrderId: "v1" as VenueOrderId });
      t.venue.fill(order, "0.4", "100", "e1");
      t.venue.fill(order, "0.2", "101", "e2");
      t.venue.say(order, { kind: "ended", status: "canceled", reason: "by hand", cumulativeQuantity: d("0.6") });
    };
    say();
    await settle();
    const { position } = t.engine.status();
    say();
    say();
    await t.pass(60_000);
    say();
    await settle();
    expect(t.engine.status().position).toBe(position);
    expect([order.status, held(t), executions(order)]).toEqual(["canceled", "0.6", ["e1 0.4 @ 100", "e2 0.2 @ 101"]]);
  });

  // thread: ccxt/ccxt#18051
  test("T-48: the word of a replace that comes after the fill of its new total reopens nothing, and takes nothing back", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    unwrap(await t.engine.replace(order.id, { quantity: "2" }));
    await settle();
    sayAt(t, order, 20, { kind: "fill", venueOrderId: "v1" as VenueOrderId, fill: fillOf("e1", "2"), ends: true });
    sayAt(t, order, 10, { kind: "replaced", replace: { quantity: d("2") } });
    await t.pass(1_000);
    expect(order).toMatchObject({ status: "filled", isSettled: true });
    expect([held(t), t.engine.activeOrders().length, discrepancies(t)]).toEqual(["2", 0, []]);
  });

  // thread: ccxt/ccxt#18051
  test("T-48: an order that filled to the total of its replace before the venue confirmed it is no overfill", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    unwrap(await t.engine.replace(order.id, { quantity: "2" }));
    await settle();
    sayAt(t, order, 20, { kind: "fill", venueOrderId: "v1" as VenueOrderId, fill: fillOf("e1", "2"), ends: true });
    sayAt(t, order, 10, { kind: "replaced", replace: { quantity: d("2") } });
    await t.pass(1_000);
    expect([order.quantity?.toString(), order.fillPercentage().toString(), order.overfilled]).toEqual([
      "2",
      "100",
      false,
    ]);
  });

  // thread: ccxt/ccxt#18051
  test("T-48: a word about the terms that is older than the terms that hold changes nothing", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    for (const [venueAt, price] of [
      [10, "101"],
      [20, "102"],
    ] as const) {
      unwrap(await t.engine.replace(order.id, { price }));
      await settle();
      sayAt(t, order, venueAt, { kind: "replaced", replace: { price: d(price) } });
      await settle();
    }
    sayAt(t, order, 10, { kind: "replaced", replace: { price: d("101") } });
    await settle();
    expect([order.price?.toString(), order.revision]).toEqual(["102", 2]);
  });

  // thread: ccxt/ccxt#18051
  test("T-48: a stale 'filled' of the old total does not end an order that was enlarged since", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    unwrap(await t.engine.replace(order.id, { quantity: "2" }));
    await settle();
    sayAt(t, order, 10, { kind: "fill", venueOrderId: "v1" as VenueOrderId, fill: fillOf("e1", "1") });
    sayAt(t, order, 20, { kind: "replaced", replace: { quantity: d("2") } });
    sayAt(t, order, 10, { kind: "ended", status: "filled", reason: "filled", cumulativeQuantity: d("1") });
    await settle();
    expect([order.status, order.leavesQuantity?.toString()]).toEqual(["partiallyFilled", "1"]);
  });

  // thread: QuantConnect/Lean.Brokerages.Alpaca#61
  test("T-53: a fill that is told three times under one execution id is one fill, across the end and a restart", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    for (const quantity of ["0.4", "0.4", "0.4"]) t.venue.fill(order, quantity, "100", "e1");
    await settle();
    expect([order.status, held(t)]).toEqual(["partiallyFilled", "0.4"]);
    t.venue.fill(order, "0.6", "100", "e2");
    t.venue.fill(order, "0.6", "100", "e2");
    await settle();
    t.venue.onFillsSince = () =>
      found([venueFill(recordOf(order), "0.4", "e1"), venueFill(recordOf(order), "0.6", "e2")]);
    const next = await restart(t);
    next.venue.fill(order, "0.4", "100", "e1");
    await next.engine.reconcile();
    expect([next.engine.find(order.id)?.fills.size, held(next)]).toEqual([2, "1"]);
    expect(discrepancies(next)).toEqual([]);
  });

  // thread: btschwertfeger/kraken-infinity-grid#82
  test("T-59: a venue whose books lag behind its stream is given its time: 'not found' ends nothing before that", async () => {
    const t = await createTestEngine();
    t.venue.capabilities = { ...t.venue.capabilities, readLagMs: 60_000 };
    const order = await t.working();
    t.venue.say(order, { kind: "acknowledged", venueOrderId: "v1" as VenueOrderId });
    const asked = countQuestions(t.venue, () => ABSENT);
    await t.engine.reconcile();
    await t.pass(55_000);
    expect(asked.length).toBeGreaterThan(3);
    expect(order.status).toBe("acknowledged");
    t.venue.onOrder = () => found(recordOf(order));
    await t.pass(120_000);
    expect(order.status).toBe("acknowledged");
  });

  // thread: okcoin-okex/API-docs-OKEx.com#208
  test("T-59: a report that comes before the reply, by the venue's id alone, waits for the reply that says whose it is", async () => {
    const t = await createTestEngine();
    const answer = pending<SendOutcome>();
    t.venue.onPlace = () => answer.promise;
    const order = await t.working();
    const venueOrderId = "v9" as VenueOrderId;
    const named = { account: MAIN, instrumentId: order.instrumentId, venueOrderId };
    t.venue.sayOf(named, { kind: "fill", fill: fillOf("e1", "0.4", "v9") });
    await t.pass(100);
    expect(held(t)).toBe("0");
    answer.resolve({ kind: "accepted", venueOrderId });
    await t.pass(300);
    expect([order.status, held(t)]).toEqual(["partiallyFilled", "0.4"]);
  });

  // thread: okcoin-okex/API-docs-OKEx.com#208
  test("T-59: a report by the venue's id alone also waits for a reply that takes seconds", async () => {
    const t = await createTestEngine();
    const answer = pending<SendOutcome>();
    t.venue.onPlace = () => answer.promise;
    const order = await t.working();
    const venueOrderId = "v9" as VenueOrderId;
    const named = { account: MAIN, instrumentId: order.instrumentId, venueOrderId };
    t.venue.sayOf(named, { kind: "fill", fill: fillOf("e1", "0.4", "v9") });
    await t.pass(3_000);
    answer.resolve({ kind: "accepted", venueOrderId });
    await t.pass(100);
    expect([order.status, held(t)]).toEqual(["partiallyFilled", "0.4"]);
  });

  // thread: bitfinexcom/bitfinex-api-node#327
  // thread: bitfinexcom/bitfinex-api-node#239
  // thread: bitfinexcom/bitfinex-api-node#247
  test("T-60: an order that fills at once needs no word that it was open, and its reports need no order", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = silence;
    const [atOnce, reversed] = [await t.working(), await t.working({ price: "99" })];
    t.venue.fill(atOnce, "1");
    const venueOrderId = "v2" as VenueOrderId;
    t.venue.say(reversed, {
      kind: "ended",
      status: "filled",
      reason: "filled",
      venueOrderId,
      cumulativeQuantity: d("1"),
    });
    t.venue.say(reversed, { kind: "fill", venueOrderId, fill: fillOf("e12", "0.6", "v2") });
    t.venue.say(reversed, { kind: "fill", venueOrderId, fill: fillOf("e11", "0.4", "v2") });
    t.venue.say(reversed, { kind: "acknowledged", venueOrderId });
    await t.pass(30_000);
    for (const order of [atOnce, reversed])
      expect(order).toMatchObject({ status: "filled", isSettled: true, outcomeUnknown: false, overfilled: false });
    expect([held(t), sent(t.venue)]).toEqual(["2", ["place", "place"]]);
  });

  // thread: Bittrex/bittrex.github.io#13
  test("T-61: a partial fill that is told every second, with an unchanged total, is told to us once", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.fill(order, "0.4", "100", "e1");
    await settle();
    const { position } = t.engine.status();
    let questions = 0;
    t.venue.onFillsSince = () => {
      questions++;
      return found([]);
    };
    for (let second = 0; second < 60; second++) {
      t.venue.say(order, { kind: "acknowledged", cumulativeQuantity: d("0.4") });
      await t.pass(1_000);
    }
    expect([t.engine.status().position, questions]).toEqual([position, 0]);
    expect([order.status, held(t)]).toEqual(["partiallyFilled", "0.4"]);
  });
});
