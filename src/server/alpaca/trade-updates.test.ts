// The trade_updates stream: its handshake, and what it says of an order's life.

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createTestServer, type Json, listOf, SECRETS, type TestServer, textOf } from "../testing/test-server.ts";
import { openSocket, type TestSocket } from "../testing/test-socket.ts";

let t: TestServer;
let url: string;
const open: TestSocket[] = [];
beforeAll(async () => {
  t = await createTestServer({
    engine: {
      config: {
        accounts: [
          { id: "main", venue: "scripted" },
          { id: "other", venue: "scripted" },
        ],
      },
    },
  });
  url = await t.server.listen();
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});
afterAll(() => t.close());

async function connect(headers = {}): Promise<TestSocket> {
  const socket = await openSocket(url, "/stream", { headers });
  open.push(socket);
  return socket;
}

const onStream = (stream: string) => (frame: Json) => textOf(frame["stream"]) === stream;

async function listening(account = "main"): Promise<TestSocket> {
  const socket = await connect();
  socket.send({ action: "authenticate", data: { key_id: account, secret_key: SECRETS.read } });
  socket.send({ action: "listen", data: { streams: ["trade_updates"] } });
  await socket.next(onStream("listening"));
  return socket;
}

const updates = (socket: TestSocket): Json[] =>
  socket.frames.filter(onStream("trade_updates")).flatMap((frame) => frame["data"] ?? []);
const named = (event: string) => (frame: Json) => textOf(frame["data"]?.["event"]) === event;

test.each([
  { action: "authenticate", data: { key_id: "main", secret_key: SECRETS.read } },
  { action: "authenticate", data: { key_id: "default", secret_key: SECRETS.read } },
  { action: "auth", key: "main", secret: SECRETS.read },
])("$action in either form is answered with authorized", async (message) => {
  const socket = await connect();
  socket.send(message);
  expect(await socket.next(onStream("authorization"))).toEqual({
    stream: "authorization",
    data: { status: "authorized", action: "authenticate" },
  });
});

test("headers at the upgrade are enough", async () => {
  const socket = await connect({ "apca-api-key-id": "main", "apca-api-secret-key": SECRETS.read });
  socket.send({ action: "listen", data: { streams: ["trade_updates"] } });
  expect(await socket.next(onStream("listening"))).toEqual({
    stream: "listening",
    data: { streams: ["trade_updates"] },
  });
});

test.each([
  [
    "a wrong secret",
    { action: "authenticate", data: { key_id: "main", secret_key: "wrong-wrong-wrong-wrong" } },
    "authenticate",
  ],
  ["no secret", { action: "authenticate" }, "authenticate"],
  ["a secret that is no text", { action: "auth", key: "main", secret: 5 }, "authenticate"],
  ["an account that nobody has", { action: "auth", key: "nobody", secret: SECRETS.read }, "authenticate"],
  ["listen before authenticate", { action: "listen", data: { streams: ["trade_updates"] } }, "listen"],
])("%s is answered with unauthorized, and the end", async (_what, message, action) => {
  const socket = await connect();
  socket.send(message);
  expect(await socket.next(onStream("authorization"))).toEqual({
    stream: "authorization",
    data: { status: "unauthorized", action },
  });
  expect(await socket.closed).toMatchObject({ code: 4401 });
});

test("a client that says nothing for 5 s is closed", async () => {
  const socket = await connect();
  await t.passServerTime(5_000);
  expect(await socket.closed).toMatchObject({ code: 4401 });
});

test("frames are binary, listening twice is listening once, and an empty set ends it", async () => {
  const socket = await listening();
  socket.send({ action: "listen", data: { streams: ["trade_updates"] } });
  const kinds: boolean[] = [];
  socket.socket.on("message", (_data, isBinary) => kinds.push(isBinary));
  const order = await t.placed({ clientOrderId: "binary" });
  await socket.next(named("new"));
  expect(updates(socket).filter((update) => textOf(update["event"]) === "new")).toHaveLength(1);
  expect(new Set(kinds)).toEqual(new Set([true]));
  socket.send({ action: "listen", data: { streams: [] } });
  await socket.next((frame) => onStream("listening")(frame) && listOf(frame["data"]?.["streams"]).length === 0);
  t.venue.fill(order, "1");
  await t.settle();
  expect(updates(socket).map((update) => update["event"])).toEqual(["pending_new", "new"]);
});

test("each update has the order as it was at that event, not as it is now", async () => {
  const socket = await listening();
  t.venue.onPlace = () => ({ kind: "accepted", venueOrderId: t.venue.nextId() });
  const order = await t.placed({ clientOrderId: "as-of" });
  // Both in one turn: when the first is told, the engine has booked the second already.
  t.venue.fill(order, "0.4", "100");
  t.venue.fill(order, "0.6", "101");
  await socket.next(named("fill"));
  const told = updates(socket).map((update) => [
    update["event"],
    update["order"]?.["status"],
    update["order"]?.["filled_qty"],
    update["qty"],
    update["position_qty"],
  ]);
  const base = Number(updates(socket)[0]?.["position_qty"]);
  expect(told).toEqual([
    ["pending_new", "pending_new", "0", undefined, String(base)],
    ["new", "new", "0", undefined, String(base)],
    ["partial_fill", "partially_filled", "0.4", "0.4", String(base + 0.4)],
    ["fill", "filled", "1", "0.6", String(base + 1)],
  ]);
});

test("cancels, their refusal, rejections and expiries have their names", async () => {
  const socket = await listening();
  const first = await t.placed({ clientOrderId: "n1" });
  await t.call("DELETE", "/v2/orders/n1");
  t.venue.say(first, { kind: "requestRejected", request: "cancel", reason: "tooLate" } as never);
  await socket.next(named("order_cancel_rejected"));
  await t.call("DELETE", "/v2/orders/n1");
  t.venue.say(first, { kind: "ended", status: "canceled", reason: "asked" } as never);
  await socket.next(named("canceled"));
  const second = await t.placed({ clientOrderId: "n2" });
  t.venue.say(second, { kind: "ended", status: "expired", reason: "timeInForce" } as never);
  await socket.next(named("expired"));
  const third = await t.placed({ clientOrderId: "n3" });
  t.venue.say(third, { kind: "ended", status: "rejected", reason: "no" } as never);
  await socket.next(named("rejected"));
  expect(updates(socket).map((update) => update["event"])).toEqual(
    ["pending_new", "new", "pending_cancel", "order_cancel_rejected", "pending_cancel", "canceled"].concat(
      ["pending_new", "new", "expired"],
      ["pending_new", "new", "rejected"],
    ),
  );
});

test("a replace is told of the old order, then of the new one; its refusal of the order that works", async () => {
  const order = await t.placed({ clientOrderId: "r0" });
  const socket = await listening();
  const { id } = (await t.call("GET", "/v2/orders/r0")).body;
  await t.call("PATCH", "/v2/orders/r0", { limit_price: "101" });
  t.venue.say(order, { kind: "requestRejected", request: "replace", reason: "tooLate" } as never);
  await socket.next(named("order_replace_rejected"));
  const patched = await t.call("PATCH", "/v2/orders/r0", { limit_price: "102" });
  const replace = order.pendingReplace?.replace;
  t.venue.say(order, { kind: "replaced", venueOrderId: order.venueOrderId, replace } as never);
  await socket.next(named("new"));
  const next = patched.body["id"];
  expect(
    updates(socket).map((update) => [update["event"], update["order"]?.["id"], update["order"]?.["status"]]),
  ).toEqual([
    ["pending_replace", id, "pending_replace"],
    ["order_replace_rejected", id, "new"],
    ["pending_replace", id, "pending_replace"],
    ["replaced", id, "replaced"],
    ["new", next, "new"],
  ]);
  expect(updates(socket)[3]?.["order"]).toMatchObject({ replaced_by: next });
  expect(updates(socket)[4]?.["order"]).toMatchObject({ replaces: id, limit_price: "102" });
});

test("an account hears its own orders only", async () => {
  const main = await listening("main");
  const other = await listening("other");
  await t.placed({ clientOrderId: "for-main", account: "main" });
  await t.placed({ clientOrderId: "for-other", account: "other" });
  await other.next(named("new"));
  await main.next(named("new"));
  const ids = (socket: TestSocket) => new Set(updates(socket).map((update) => update["order"]?.["client_order_id"]));
  expect(ids(main)).toEqual(new Set(["for-main"]));
  expect(ids(other)).toEqual(new Set(["for-other"]));
});

test("each execution has an id of its own", async () => {
  const socket = await listening();
  const order = await t.placed({ clientOrderId: "ids" });
  t.venue.fill(order, "0.5", "100", "same-1");
  t.venue.fill(order, "0.5", "100", "same-1");
  t.venue.fill(order, "0.5", "100", "same-2");
  await socket.next(named("fill"));
  const ids = updates(socket).map((update) => update["execution_id"]);
  expect(ids).toHaveLength(4);
  expect(new Set(ids).size).toBe(4);
});

test.each([
  "",
  "nonsense",
  "null",
  "[]",
  "5",
  '{"action":1}',
  '{"action":"fly"}',
  '{"action":"listen","data":"x"}',
  "\u0000\u0001",
])("garbage %j ends nothing but itself", async (garbage) => {
  const socket = await connect({ "apca-api-key-id": "main", "apca-api-secret-key": SECRETS.read });
  socket.send(garbage);
  socket.send(Buffer.from([0xff, 0xfe]).toString("latin1"));
  socket.send({ action: "listen", data: { streams: ["trade_updates"] } });
  await socket.next((frame) => onStream("listening")(frame) && listOf(frame["data"]?.["streams"]).length === 1);
});
