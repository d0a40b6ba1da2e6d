// Nothing is shown that is not on disk: a journal whose commits a test holds back.

import { afterEach, beforeEach, expect, test } from "vitest";
import { orderwrightError } from "../../domain/errors.ts";
import { LIMIT_BUY } from "../../engine/testing/test-engine.ts";
import { MemoryJournal } from "../../journal/memory/memory-journal.ts";
import { createTestServer, SECRETS, type TestServer, textOf } from "../testing/test-server.ts";
import { openSocket } from "../testing/test-socket.ts";

let t: TestServer;
let journal: MemoryJournal;
/** Commits that wait; `undefined` lets them go. */
let held: (() => void)[] | undefined;

beforeEach(async () => {
  held = undefined;
  journal = new MemoryJournal({
    defer: (task) => {
      if (held === undefined) setImmediate(task);
      else held.push(task);
    },
  });
  t = await createTestServer({ engine: { journal } });
});
afterEach(async () => {
  release();
  await t.close();
});

function release(): void {
  for (const task of held?.splice(0) ?? []) task();
  held = undefined;
}

/** Puts an order and a fill into memory that are not on disk yet. */
async function aheadOfDisk(): Promise<void> {
  const order = await t.placed({ clientOrderId: "first" });
  held = [];
  t.venue.fill(order, "0.5");
  void t.engine.submit({ ...LIMIT_BUY, clientOrderId: "ahead" });
  expect(t.engine.find("ahead")).toBeDefined();
}

test.each([
  ["/api/v1/orders", "ahead"],
  ["/api/v1/orders/ahead", "ahead"],
  ["/api/v1/orders/ahead/history", "orderCreated"],
  ["/api/v1/orders/ahead/events", "orderCreated"],
  ["/api/v1/summary", '"fillsTotal":1'],
  ["/api/v1/positions", '"0.5"'],
  ["/api/v1/cases", '"cases":[]'],
  ["/api/v1/quarantine", '"quarantine":[]'],
  ["/v2/orders", "ahead"],
  ["/v2/orders/first", "partially_filled"],
  ["/v2/orders:by_client_order_id?client_order_id=ahead", "ahead"],
  ["/v2/positions", '"0.5"'],
  ["/v2/positions/BTCUSDT", '"0.5"'],
  ["/v2/account", "cash"],
  ["/v2/account/activities", '"0.5"'],
])("GET %s waits for the disk", async (path, shown) => {
  await aheadOfDisk();
  let isAnswered = false;
  const answer = t.call("GET", path).finally(() => {
    isAnswered = true;
  });
  await t.settle();
  await t.settle();
  expect(isAnswered).toBe(false);
  release();
  expect((await answer).text).toContain(shown);
});

test("what is listed without waiting does not show what is not on disk", async () => {
  await aheadOfDisk();
  expect(textOf((await t.call("GET", "/api/v1/fills")).text)).not.toContain("0.5");
  const events = (await t.call("GET", "/api/v1/events?limit=1000")).text;
  expect(events).not.toContain("ahead");
});

test("the stream tells of an order when it is on disk", async () => {
  const url = await t.server.listen();
  const socket = await openSocket(url, "/api/v1/stream", { headers: { authorization: `Bearer ${SECRETS.read}` } });
  socket.send({ action: "subscribe", since: null, channels: ["orders"] });
  await socket.next((frame) => textOf(frame["type"]) === "snapshot");
  await aheadOfDisk();
  await t.settle();
  expect(JSON.stringify(socket.frames)).toContain("first");
  expect(JSON.stringify(socket.frames)).not.toContain("ahead");
  release();
  await socket.next((frame) => JSON.stringify(frame).includes("ahead"));
  socket.close();
});

test("a frame shows an order as of its last event, whatever the engine has booked since", async () => {
  const url = await t.server.listen();
  const socket = await openSocket(url, "/api/v1/stream", { headers: { authorization: `Bearer ${SECRETS.read}` } });
  socket.send({ action: "subscribe", since: null, channels: ["orders"] });
  await socket.next((frame) => textOf(frame["type"]) === "snapshot");
  t.engine.subscribe(
    (_event, order) => {
      held = [];
      if (order !== undefined) t.venue.fill(order, "0.5");
    },
    { types: ["orderAcknowledged"] },
  );
  await t.placed({ clientOrderId: "first" });
  await socket.next((frame) => JSON.stringify(frame).includes("orderAcknowledged"));
  expect(t.engine.find("first")?.cumulativeQuantity.toString()).toBe("0.5");
  expect(socket.frames.at(-1)).toMatchObject({ orders: [{ status: "acknowledged", cumulativeQuantity: "0" }] });
  socket.close();
});

test("a snapshot waits for the disk", async () => {
  const url = await t.server.listen();
  await aheadOfDisk();
  const socket = await openSocket(url, "/api/v1/stream", { headers: { authorization: `Bearer ${SECRETS.read}` } });
  socket.send({ action: "subscribe", since: null, channels: ["orders"] });
  socket.send({ action: "fly" });
  await socket.next((frame) => textOf(frame["type"]) === "error");
  expect(JSON.stringify(socket.frames)).not.toContain("snapshot");
  release();
  const snapshot = await socket.next((frame) => textOf(frame["type"]) === "snapshot");
  expect(snapshot["summary"]).toMatchObject({ ordersTotal: 2, fillsTotal: 1 });
  socket.close();
});

test("once the journal has stopped, commands say so, and reads show what is on disk and nothing else", async () => {
  const kept = await t.call("POST", "/api/v1/orders", { ...LIMIT_BUY, clientOrderId: "kept" });
  expect(kept.status).toBe(201);
  journal.failNextCommit(orderwrightError("journal.full", "The disk has no room."));
  const refused = await t.call("POST", "/api/v1/orders", { ...LIMIT_BUY });
  expect(refused).toMatchObject({ status: 503, body: { code: "journal.full" } });
  const shown = await t.call("GET", "/api/v1/orders");
  expect(shown).toMatchObject({ status: 200, body: { orders: [{ clientOrderId: "kept" }] } });
  expect(shown.body["orders"]).toHaveLength(1);
  expect(await t.call("GET", "/api/v1/status")).toMatchObject({
    status: 200,
    body: { failure: { code: "journal.full" } },
  });
  const ready = await t.call("GET", "/readyz", undefined, { as: "nobody" });
  expect(ready.status).toBe(503);
  expect(ready.text).toContain("journal.full");
  expect((await t.call("GET", "/healthz", undefined, { as: "nobody" })).status).toBe(200);
});
