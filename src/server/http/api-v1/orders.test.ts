// Orders under /api/v1: placed, found, replaced, canceled.

import { afterAll, beforeAll, expect, test } from "vitest";
import { formatOrderId } from "../../../domain/identifiers.ts";
import type { Order } from "../../../domain/order.ts";
import { createTestServer, listOf, SECRETS, type TestServer, textOf } from "../../testing/test-server.ts";

let t: TestServer;
beforeAll(async () => {
  t = await createTestServer();
});
afterAll(() => t.close());

const limitBuy = (changes: object = {}): object => ({
  instrumentId: "BTC/USDT",
  side: "buy",
  orderType: "limit",
  quantity: "1",
  price: "100",
  ...changes,
});

test("an order is placed, read by every id it has, replaced and canceled", async () => {
  const placed = await t.call("POST", "/api/v1/orders", limitBuy({ clientOrderId: "mine" }), { as: "trade" });
  expect(placed.status).toBe(201);
  expect(placed.headers["location"]).toBe(`/api/v1/orders/${textOf(placed.body["id"])}`);
  await t.settle();
  const order = t.engine.find("mine") as Order;
  for (const id of [order.id, formatOrderId(order.id), "mine", String(order.venueOrderId)]) {
    const read = await t.call("GET", `/api/v1/orders/${id}`, undefined, { as: "read" });
    expect([id, read.status, read.body["id"], read.body["status"]]).toEqual([id, 200, order.id, "acknowledged"]);
  }
  const replaced = await t.call("PATCH", `/api/v1/orders/${order.id}`, { price: "101", clientOrderId: "mine-2" });
  expect(replaced.status).toBe(202);
  expect(replaced.body["pendingReplace"]).toMatchObject({ replace: { price: "101", clientOrderId: "mine-2" } });
  const canceled = await t.call("DELETE", "/api/v1/orders/mine");
  expect(canceled.status).toBe(202);
  expect(canceled.body["pendingCancel"]).toMatchObject({ outcomeUnknown: false });
  t.venue.say(order, { kind: "ended", status: "canceled", reason: "asked" } as never);
  await t.settle();
});

test("history and events tell each step, with its reason and who asked", async () => {
  const order = await t.placed({ clientOrderId: "told" });
  const history = await t.call("GET", "/api/v1/orders/told/history");
  const steps = (history.body["entries"] ?? []) as unknown as readonly { event: string; to: string; source: string }[];
  expect(steps.map(({ event, to }) => [event, to])).toEqual([
    ["orderCreated", "created"],
    ["orderValidated", "validated"],
    ["orderSubmitted", "submitted"],
    ["orderAcknowledged", "acknowledged"],
  ]);
  const events = await t.call("GET", "/api/v1/orders/told/events");
  const journaled = await t.call("GET", "/api/v1/events?since=0&limit=1000");
  const ofOrder = (journaled.body["events"] as unknown as { orderId?: string }[]).filter((e) => e.orderId === order.id);
  expect(events.body["events"]).toEqual(ofOrder);
  await t.call("DELETE", "/api/v1/orders/told");
});

test("who asked is in the journal", async () => {
  const placed = await t.call("POST", "/api/v1/orders", limitBuy(), { as: "trade" });
  const history = await t.call("GET", `/api/v1/orders/${textOf(placed.body["id"])}/history`);
  expect(history.body["entries"]?.[0]).toMatchObject({ source: "command:trade" });
});

test("a denied order is a 422 with the rule, and its record is kept", async () => {
  await t.call("PUT", "/api/v1/risk/main", { maxOrderQuantity: "2" });
  const denied = await t.call("POST", "/api/v1/orders", limitBuy({ quantity: "3" }));
  expect(denied.status).toBe(422);
  expect(denied.body).toMatchObject({ code: "risk.maxQuantity", orderExists: "no", status: 422 });
  expect(denied.headers["content-type"]).toContain("application/problem+json");
  const id = textOf(denied.body["details"]?.["orderId"]);
  expect((await t.call("GET", `/api/v1/orders/${id}`)).body).toMatchObject({ status: "rejected" });
  await t.call("PUT", "/api/v1/risk/main", {});
});

test("the orders of a batch stand alone", async () => {
  const batch = await t.call("POST", "/api/v1/orders/batch", {
    orders: [limitBuy({ clientOrderId: "b1" }), limitBuy({ price: "100.01" }), limitBuy({ clientOrderId: "b3" })],
  });
  expect(batch.status).toBe(207);
  expect(batch.body).toMatchObject([
    { status: 201, order: { clientOrderId: "b1" } },
    { status: 422, problem: { code: "request.offTick" } },
    { status: 201, order: { clientOrderId: "b3" } },
  ]);
});

test("lists are filtered, bounded, newest first, and say as of which event", async () => {
  const before = t.engine.status().durablePosition;
  await t.placed({ clientOrderId: "newest", side: "sell", price: "200" });
  const all = await t.call("GET", "/api/v1/orders?limit=2");
  expect(all.body["orders"]).toHaveLength(2);
  expect(all.body["orders"]?.[0]).toMatchObject({ clientOrderId: "newest" });
  expect(Number(all.body["seq"])).toBeGreaterThan(before);
  const sells = await t.call("GET", "/api/v1/orders?side=sell&open=true&status=acknowledged&account=main");
  expect(sells.body["orders"]).toMatchObject([{ clientOrderId: "newest" }]);
  const ended = await t.call("GET", "/api/v1/orders?open=false&origin=GRID");
  expect(ended.body["orders"]).toEqual([]);
});

test("cancel of all that match says for each what became of the request", async () => {
  const order = await t.placed({ clientOrderId: "sell-1", side: "sell", price: "201" });
  t.venue.onCancel = () => ({ kind: "accepted" });
  const canceled = await t.call("DELETE", "/api/v1/orders?side=sell");
  expect(canceled.status).toBe(207);
  expect(canceled.body).toContainEqual({ orderId: order.id, status: 202 });
  const again = await t.call("DELETE", `/api/v1/orders?side=sell`);
  for (const item of listOf(again.body)) expect(item).toMatchObject({ orderId: expect.any(String) as string });
});

test("an order that nobody has is a 404 with our code", async () => {
  for (const [method, path, body] of [
    ["GET", "/api/v1/orders/none", undefined],
    ["GET", "/api/v1/orders/none/history", undefined],
    ["GET", "/api/v1/orders/none/events", undefined],
    ["PATCH", "/api/v1/orders/none", { price: "1" }],
    ["DELETE", "/api/v1/orders/none", undefined],
  ] as const) {
    const answer = await t.call(method, path, body);
    expect([path, answer.status, answer.body["code"]]).toEqual([path, 404, "order.unknown"]);
  }
});

test("an ended order takes no more requests: 409, and its status is said", async () => {
  const order = await t.placed({ clientOrderId: "ended" });
  t.venue.fill(order, "1");
  await t.settle();
  const canceled = await t.call("DELETE", "/api/v1/orders/ended");
  expect(canceled.status).toBe(409);
  expect(canceled.body).toMatchObject({ code: "order.notCancelable", orderExists: "unchanged" });
  expect(canceled.body["detail"]).toContain("filled");
});

test("a key id names the account of what is placed, listed and canceled", async () => {
  const accounts = ["main", "other"].map((id) => ({ id, venue: "scripted" }));
  const both = await createTestServer({ engine: { config: { accounts } } });
  const ask = (method: "GET" | "POST" | "DELETE", keyId: string, body?: object) =>
    both.server.inject({
      method,
      url: "/api/v1/orders",
      headers: { "apca-api-key-id": keyId, "apca-api-secret-key": SECRETS.admin, host: "127.0.0.1" },
      ...(body === undefined ? {} : { payload: body }),
    });
  expect((await ask("POST", "other", limitBuy({ clientOrderId: "same" }))).json()).toMatchObject({ account: "other" });
  expect((await ask("POST", "main", limitBuy({ clientOrderId: "same" }))).json()).toMatchObject({ account: "main" });
  await both.settle();
  const { orders } = (await ask("GET", "other")).json<{ orders: { account: string }[] }>();
  expect(orders.map((order) => order.account)).toEqual(["other"]);
  expect((await ask("DELETE", "other")).json()).toHaveLength(1);
  await both.close();
});
