// Positions under /v2, and closing them.

import { afterEach, beforeEach, expect, test } from "vitest";
import { unwrap } from "../../domain/result.ts";
import { createTestServer, depth, listOf, type TestServer, textOf } from "../testing/test-server.ts";

let t: TestServer;
beforeEach(async () => {
  t = await createTestServer();
  const order = await t.placed({ quantity: "2" });
  t.venue.fill(order, "2", "100");
  await t.settle();
});
afterEach(() => t.close());

const placed = () => t.venue.sent.flatMap((sent) => (sent.kind === "place" ? [sent.request] : [])).at(-1);

test.each(["BTC%2FUSDT", "BTCUSDT", "btcusdt"])("a position is found as %s, and by its asset id", async (symbol) => {
  t.hub.publish(depth("109", "111"));
  const { body } = await t.call("GET", `/v2/positions/${symbol}`);
  expect(body).toMatchObject({
    symbol: "BTC/USDT",
    qty: "2",
    side: "long",
    avg_entry_price: "100",
    current_price: "110",
    market_value: "220",
    cost_basis: "200",
    unrealized_pl: "20",
    unrealized_plpc: "0.1",
  });
  expect((await t.call("GET", `/v2/positions/${textOf(body["asset_id"])}`)).body).toEqual(body);
  expect((await t.call("GET", "/v2/positions")).body).toEqual([body]);
});

test("what open orders may still sell is not available, to the larger quantity while a replace is open", async () => {
  const available = async () => (await t.call("GET", "/v2/positions/BTCUSDT")).body["qty_available"];
  expect(await available()).toBe("2");
  await t.placed({ side: "buy", price: "90" });
  const sell = await t.placed({ side: "sell", quantity: "0.5", price: "110" });
  expect(await available()).toBe("1.5");
  t.venue.fill(sell, "0.2", "110");
  await t.settle();
  expect(await available()).toBe("1.5");
  await t.call("PATCH", `/v2/orders/${sell.id}`, { qty: "1" });
  expect(await available()).toBe("1");
  t.venue.say(sell, { kind: "ended", status: "canceled", reason: "requested" });
  await t.settle();
  expect(await available()).toBe("1.8");
  unwrap(await t.engine.submit({ instrumentId: "BTC/USDT", side: "sell", orderType: "market", notional: "88" }));
  t.hub.publish(depth("109", "111"));
  expect(await available()).toBe("1");
});

test("more on order than is held leaves nothing available, of a short position too", async () => {
  const sells = [await t.placed({ side: "sell", quantity: "3" }), await t.placed({ side: "sell", quantity: "1" })];
  expect((await t.call("GET", "/v2/positions")).body).toMatchObject([{ qty: "2", qty_available: "0" }]);
  for (const sell of sells) t.venue.fill(sell, sell.quantity?.toString() ?? "");
  await t.settle();
  expect((await t.call("GET", "/v2/positions")).body).toMatchObject([{ qty: "-2", qty_available: "-2" }]);
  await t.placed({ quantity: "0.5", price: "90" });
  expect((await t.call("GET", "/v2/positions")).body).toMatchObject([{ qty: "-2", qty_available: "-1.5" }]);
});

test("what is not held is a 404, and so is an unknown symbol", async () => {
  const fresh = await createTestServer();
  expect(await fresh.call("GET", "/v2/positions/BTCUSDT")).toMatchObject({ status: 404, body: { code: 40410000 } });
  expect(await fresh.call("GET", "/v2/positions/NOPE")).toMatchObject({ status: 404, body: { code: 40410000 } });
  expect(await fresh.call("GET", "/v2/assets/NOPE")).toMatchObject({ status: 404, body: { code: 40410000 } });
  expect((await fresh.call("GET", "/v2/positions")).body).toEqual([]);
  await fresh.close();
});

test.each([
  ["", "2"],
  ["?qty=0.5", "0.5"],
  ["?percentage=25", "0.5"],
  ["?percentage=33.3333", "0.666"],
])("closing with %j sells %s at the market, reduce-only", async (query, quantity) => {
  const answer = await t.call("DELETE", `/v2/positions/BTCUSDT${query}`, undefined, { as: "trade" });
  expect(answer).toMatchObject({ status: 200, body: { type: "market", side: "sell", qty: quantity } });
  await t.settle();
  expect(placed()).toMatchObject({ side: "sell", orderType: "market", reduceOnly: true });
  expect(placed()?.quantity?.toString()).toBe(quantity);
});

test.each([
  ["?qty=3", 403],
  ["?qty=abc", 400],
  ["?percentage=0", 400],
  ["?percentage=101", 400],
  ["?qty=1&percentage=50", 400],
  ["?qty=0.0001", 422],
])("closing with %j is a %i and sends nothing", async (query, status) => {
  const sent = t.venue.sent.length;
  expect((await t.call("DELETE", `/v2/positions/BTCUSDT${query}`)).status).toBe(status);
  await t.settle();
  expect(t.venue.sent).toHaveLength(sent);
});

test("closing all says for each what became of it, and cancels first when asked", async () => {
  const resting = await t.placed({ price: "90" });
  const answer = await t.call("DELETE", "/v2/positions?cancel_orders=true");
  expect(answer.status).toBe(207);
  expect(answer.body).toMatchObject([{ symbol: "BTC/USDT", status: 200, body: { side: "sell", qty: "2" } }]);
  expect(resting.pendingCancel).toBeDefined();
});

test("one position that cannot be closed is an item with its error", async () => {
  await t.call("POST", "/api/v1/trading-state", { state: "halted", reason: "test" });
  const answer = await t.call("DELETE", "/v2/positions");
  expect(answer.body).toMatchObject([{ symbol: "BTC/USDT", status: 403, body: { code: 40310000 } }]);
});

test("activities are fills, paged by their ids, in both directions", async () => {
  const order = await t.placed({ quantity: "1" });
  t.venue.fill(order, "0.4", "100", "p1");
  t.venue.fill(order, "0.6", "100", "p2");
  await t.settle();
  const all = listOf((await t.call("GET", "/v2/account/activities/FILL")).body);
  expect(all.map((activity) => [activity["type"], activity["cum_qty"], activity["leaves_qty"]])).toEqual([
    ["fill", "1", "0"],
    ["partial_fill", "0.4", "0.6"],
    ["fill", "2", "0"],
  ]);
  const page = listOf((await t.call("GET", "/v2/account/activities?page_size=1")).body);
  expect(page).toEqual([all[0]]);
  const next = (await t.call("GET", `/v2/account/activities?page_size=2&page_token=${textOf(page[0]?.["id"])}`)).body;
  expect(next).toEqual([all[1], all[2]]);
  const oldest = (await t.call("GET", "/v2/account/activities?direction=asc&page_size=1")).body;
  expect(oldest).toEqual([all[2]]);
  expect((await t.call("GET", "/v2/account/activities?activity_types=DIV")).body).toEqual([]);
  expect((await t.call("GET", "/v2/account/activities?date=1970-01-01")).body).toHaveLength(3);
  expect((await t.call("GET", "/v2/account/activities?date=1999-01-01")).body).toEqual([]);
});

test("a halted account says that trading is blocked", async () => {
  expect((await t.call("GET", "/v2/account")).body).toMatchObject({ trading_blocked: false });
  await t.call("POST", "/api/v1/kill-switch", { restingOrders: "keep", reason: "test" });
  expect((await t.call("GET", "/v2/account")).body).toMatchObject({ trading_blocked: true });
});
