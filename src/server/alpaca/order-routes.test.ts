// Orders under /v2, as a client of Alpaca's would ask for them.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Order } from "../../domain/order.ts";
import { type Answer, createTestServer, type Json, type TestServer, textOf } from "../testing/test-server.ts";
import { alpacaOrderId } from "./order-uuid.ts";

let t: TestServer;
beforeAll(async () => {
  t = await createTestServer();
});
afterAll(() => t.close());

const body = (changes: object = {}): object => ({
  symbol: "BTCUSDT",
  side: "buy",
  type: "limit",
  qty: "1",
  limit_price: "100",
  time_in_force: "gtc",
  ...changes,
});

interface Placed {
  readonly id: string;
  readonly order: Order;
}

async function place(changes: object = {}): Promise<Placed> {
  const answer = await t.call("POST", "/v2/orders", body(changes), { as: "trade" });
  expect(answer.status, answer.text).toBe(200);
  await t.settle();
  return {
    id: textOf(answer.body["id"]),
    order: t.engine.find(textOf(answer.body["orderwright"]?.["order_id"])) as Order,
  };
}

const read = async (id: string): Promise<Json> => (await t.call("GET", `/v2/orders/${id}`)).body;
const patch = (id: string, changes: object): Promise<Answer> => t.call("PATCH", `/v2/orders/${id}`, changes);

async function accept(order: Order): Promise<void> {
  const replace = order.pendingReplace?.replace;
  t.venue.say(order, { kind: "replaced", venueOrderId: order.venueOrderId, replace } as never);
  await t.settle();
}

test("amounts may be texts or numbers, and null is as good as absent", async () => {
  const { id } = await place({ qty: 1.5, limit_price: 99.5, stop_price: null, notional: null, client_order_id: null });
  expect(await read(id)).toMatchObject({ qty: "1.5", limit_price: "99.5", stop_price: null, client_order_id: id });
});

test("what a client may send with every order and asks for nothing is taken", async () => {
  const extras = { order_class: "simple", extended_hours: false, take_profit: null, position_intent: "buy_to_open" };
  const { id } = await place(extras);
  expect(await read(id)).toMatchObject({ order_class: "simple", extended_hours: false, position_intent: null });
});

test("an intent to close is reduce-only", async () => {
  const holding = await place({ qty: "0.2" });
  t.venue.fill(holding.order, "0.2");
  await t.settle();
  const { id, order } = await place({ side: "sell", qty: "0.1", limit_price: "150", position_intent: "sell_to_close" });
  expect(order.reduceOnly).toBe(true);
  expect(await read(id)).toMatchObject({ position_intent: "sell_to_close" });
});

test("the order of our own face is one click away, and the reverse", async () => {
  const { id, order } = await place();
  expect(await read(order.id)).toMatchObject({
    id,
    orderwright: { order_id: order.id, revision: 0, status: "acknowledged" },
  });
  expect(await read(String(order.venueOrderId))).toMatchObject({ id });
});

test.each([
  ["acknowledged", "new"],
  ["partiallyFilled", "partially_filled"],
  ["filled", "filled"],
  ["pendingCancel", "pending_cancel"],
  ["canceled", "canceled"],
  ["rejected", "rejected"],
] as const)("an order that is %s is shown as %s", async (state, status) => {
  const { id, order } = await place();
  if (state === "partiallyFilled") t.venue.fill(order, "0.5");
  if (state === "filled") t.venue.fill(order, "1");
  if (state === "pendingCancel" || state === "canceled") await t.call("DELETE", `/v2/orders/${id}`);
  if (state === "canceled") t.venue.say(order, { kind: "ended", status: "canceled", reason: "asked" } as never);
  if (state === "rejected") t.venue.say(order, { kind: "ended", status: "rejected", reason: "no" } as never);
  await t.settle();
  expect(await read(id)).toMatchObject({ status });
});

test("a replace waits as an order of its own, and becomes the order when the venue accepts", async () => {
  const { id, order } = await place({ client_order_id: "chain-0" });
  t.venue.fill(order, "0.25");
  await t.settle();
  const patched = await patch(id, { qty: "2", client_order_id: "chain-1" });
  expect(patched.status).toBe(200);
  const next = textOf(patched.body["id"]);
  expect(patched.body).toMatchObject({
    replaces: id,
    status: "pending_new",
    qty: "2",
    limit_price: "100",
    filled_qty: "0",
  });
  expect(await read(id)).toMatchObject({ status: "pending_replace", qty: "1", replaced_by: null });
  await accept(order);
  expect(await read(id)).toMatchObject({
    status: "replaced",
    replaced_by: next,
    qty: "1",
    filled_qty: "0.25",
    filled_avg_price: "100",
  });
  expect(await read(next)).toMatchObject({ status: "partially_filled", replaces: id, qty: "2", filled_qty: "0.25" });
  expect(await read(order.id)).toMatchObject({ id: next });
  expect(await read("chain-1")).toMatchObject({ id: next });
});

test("a refused replace keeps its id for ever; the next one gets another", async () => {
  const { id, order } = await place();
  const refused = textOf((await patch(id, { limit_price: "101" })).body["id"]);
  t.venue.say(order, { kind: "requestRejected", request: "replace", reason: "tooLate" } as never);
  await t.settle();
  expect(await read(refused)).toMatchObject({ status: "rejected", replaces: id });
  expect(await read(id)).toMatchObject({ status: "new" });
  const second = textOf((await patch(id, { limit_price: "102" })).body["id"]);
  expect(second).not.toBe(refused);
  await accept(order);
  expect(await read(refused)).toMatchObject({ status: "rejected" });
  expect(await read(second)).toMatchObject({ status: "new", limit_price: "102", replaces: id });
});

test("only the newest revision is replaced; any revision's id cancels", async () => {
  const { id, order } = await place();
  await patch(id, { limit_price: "101" });
  expect(await patch(id, { limit_price: "102" })).toMatchObject({ status: 422, body: { code: 42210000 } });
  await accept(order);
  const stale = await patch(id, { limit_price: "103" });
  expect(stale).toMatchObject({ status: 422, body: { code: 42210000 } });
  expect(stale.body["message"]).toContain('order is already in "replaced" state');
  expect((await t.call("DELETE", `/v2/orders/${id}`)).status).toBe(204);
  expect(order.pendingCancel).toBeDefined();
});

test("what a replace cannot do is said", async () => {
  const { id } = await place();
  expect(await patch(id, { time_in_force: "ioc", qty: "2" })).toMatchObject({ status: 422, body: { code: 42210000 } });
  expect(await patch(id, { time_in_force: "gtc", qty: "2" })).toMatchObject({ status: 200 });
  expect(await patch((await place()).id, {})).toMatchObject({
    status: 422,
    body: { orderwright: { code: "request.replaceChangesNothing" } },
  });
  expect(await patch((await place()).id, { trail: "1" })).toMatchObject({ status: 422 });
});

test("an id that no replace has, or another account's prefix, finds nothing", async () => {
  const { order } = await place();
  for (const id of [alpacaOrderId(order.id, 1), alpacaOrderId(order.id, 7), "4b2a7c0e-5e0b-4a3c-9d6e-0a1b2c3d4e5f"]) {
    expect((await t.call("GET", `/v2/orders/${id}`)).body).toMatchObject({ code: 40410000 });
  }
});

test("a caller's own id that is a UUID finds its order", async () => {
  const { id } = await place({ client_order_id: "4b2a7c0e-5e0b-4a3c-9d6e-0a1b2c3d4e5f" });
  const path = "/v2/orders:by_client_order_id?client_order_id=4b2a7c0e-5e0b-4a3c-9d6e-0a1b2c3d4e5f";
  expect((await t.call("GET", path)).body).toMatchObject({ id });
  expect(await read("4b2a7c0e-5e0b-4a3c-9d6e-0a1b2c3d4e5f")).toMatchObject({ id });
});

test("the same id with the same order is the same order", async () => {
  const first = await place({ client_order_id: "twice" });
  expect((await place({ client_order_id: "twice" })).id).toBe(first.id);
});

test("lists keep to status, side, symbols, time and limit", async () => {
  const fresh = await createTestServer();
  const list = async (query: string): Promise<string[]> => {
    const { body: orders } = await fresh.call("GET", `/v2/orders?${query}`);
    return [...(orders as unknown as { client_order_id: string }[])].map((order) => order.client_order_id);
  };
  const add = async (id: string, changes: object = {}): Promise<Order> => {
    await fresh.pass(1_000);
    await fresh.call("POST", "/v2/orders", body({ client_order_id: id, ...changes }));
    await fresh.settle();
    return fresh.engine.find(id) as Order;
  };
  await add("a");
  const filled = await add("b");
  fresh.venue.fill(filled, "1");
  await fresh.settle();
  await add("c", { side: "sell", limit_price: "200" });
  const replaced = await add("d");
  await fresh.call("PATCH", "/v2/orders/d", { limit_price: "99", client_order_id: "d2" });
  fresh.venue.say(replaced, {
    kind: "replaced",
    venueOrderId: replaced.venueOrderId,
    replace: { price: replaced.pendingReplace?.replace.price },
  } as never);
  await fresh.settle();
  expect(await list("")).toEqual(["d2", "c", "a"]);
  expect(await list("status=closed")).toEqual(["d", "b"]);
  expect(await list("status=all&direction=asc")).toEqual(["a", "b", "c", "d", "d2"]);
  expect(await list("status=all&limit=2")).toEqual(["d2", "d"]);
  expect(await list("side=sell")).toEqual(["c"]);
  expect(await list("symbols=BTC%2FUSDT&status=all&limit=1")).toEqual(["d2"]);
  expect(await list("symbols=BTCUSDT&asset_class=us_equity")).toEqual([]);
  const b = (await fresh.call("GET", "/v2/orders/b")).body;
  const at = encodeURIComponent(textOf(b["submitted_at"]));
  expect(await list(`status=all&after=${at}`)).toEqual(["d2", "d", "c"]);
  expect(await list(`status=all&until=${at}`)).toEqual(["a"]);
  expect(await list(`status=all&after_order_id=${textOf(b["id"])}&direction=asc`)).toEqual(["c", "d", "d2"]);
  expect(await list("status=all&before_order_id=b")).toEqual(["a"]);
  await fresh.close();
});

test("cancel of all answers 207 with each order's id and status", async () => {
  const fresh = await createTestServer();
  const first = await fresh.call("POST", "/v2/orders", body());
  await fresh.settle();
  const canceled = await fresh.call("DELETE", "/v2/orders");
  expect(canceled.status).toBe(207);
  expect(canceled.body).toEqual([{ id: first.body["id"], status: 200 }]);
  await fresh.close();
});
