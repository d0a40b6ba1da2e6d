// The stream under /api/v1: a snapshot, then every event once, also after a lost connection.

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { seedCases } from "../testing/test-cases.ts";
import { createTestServer, depth, type Json, SECRETS, type TestServer, textOf, trade } from "../testing/test-server.ts";
import { openSocket, type TestSocket } from "../testing/test-socket.ts";

const PATH = "/api/v1/stream";

let t: TestServer;
let url: string;
const open: TestSocket[] = [];
beforeAll(async () => {
  t = await createTestServer();
  url = await t.server.listen();
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});
afterAll(() => t.close());

const ofType = (type: string) => (frame: Json) => textOf(frame["type"]) === type;

async function connect(headers = {}): Promise<TestSocket> {
  const socket = await openSocket(url, PATH, { headers });
  open.push(socket);
  return socket;
}

async function subscribed(since: number | null, channels?: readonly string[]): Promise<TestSocket> {
  const socket = await connect({ authorization: `Bearer ${SECRETS.read}` });
  await socket.next(ofType("authorized"));
  socket.send({ action: "subscribe", since, ...(channels === undefined ? {} : { channels }) });
  return socket;
}

const seqs = (socket: TestSocket): number[] =>
  socket.frames
    .filter(ofType("events"))
    .flatMap((frame) => (frame["events"] as unknown as { seq: number }[]).map((e) => e.seq));
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const durable = (): number => t.engine.status().durablePosition;

/** Waits until a client has heard all that is durable. */
async function caughtUp(socket: TestSocket): Promise<void> {
  await t.settle();
  await expect.poll(() => seqs(socket).at(-1) === durable()).toBe(true);
}

test("a token in the first message is answered with its scopes", async () => {
  const socket = await connect();
  socket.send({ action: "auth", token: SECRETS.trade });
  expect(await socket.next(ofType("authorized"))).toEqual({ type: "authorized", scopes: ["read", "trade"] });
});

test.each([
  ["a wrong token", { action: "auth", token: "wrong-wrong-wrong-wrong" }, "auth.invalid"],
  ["no token", { action: "auth" }, "auth.missing"],
  ["a token that is no text", { action: "auth", token: { $gt: "" } }, "auth.missing"],
  ["a subscription first", { action: "subscribe", since: null }, "auth.missing"],
])("%s is answered with a problem, and the end", async (_what, message, code) => {
  const socket = await connect();
  socket.send(message);
  expect(await socket.next(ofType("error"))).toMatchObject({ problem: { code, status: 401 } });
  expect(await socket.closed).toMatchObject({ code: 4401 });
});

test("a client that says nothing for 5 s is closed; one that did is not", async () => {
  const silent = await connect();
  const known = await subscribed(null);
  await known.next(ofType("snapshot"));
  await t.passServerTime(5_000);
  expect(await silent.closed).toMatchObject({ code: 4401 });
  expect(known.socket.readyState).toBe(known.socket.OPEN);
});

test.each([
  [{ origin: "https://evil.example" }, PATH, 403],
  [{ host: "evil.example" }, PATH, 403],
  [{ authorization: "Bearer wrong-wrong-wrong-wrong" }, PATH, 401],
  [{ "apca-api-key-id": "nobody", "apca-api-secret-key": SECRETS.read }, PATH, 403],
  [{}, "/api/v1/nothing", 404],
  [{}, "/", 404],
])("an upgrade with %j at %s is refused with %i", async (headers, path, status) => {
  await expect(openSocket(url, path, { headers })).rejects.toThrow(String(status));
});

test("a snapshot has what is open and lately ended, and events go on right after it", async () => {
  const resting = await t.placed({ clientOrderId: "resting" });
  const ended = await t.placed({ clientOrderId: "ended" });
  t.venue.fill(ended, "1");
  await t.settle();
  const socket = await subscribed(null);
  const snapshot = await socket.next(ofType("snapshot"));
  expect(snapshot).toMatchObject({ seq: durable(), status: { phase: "ready", mode: "paper" } });
  const orders = snapshot["orders"] as unknown as { id: string; status: string }[];
  expect(orders.find((order) => order.id === resting.id)).toMatchObject({ status: "acknowledged" });
  expect(orders.find((order) => order.id === ended.id)).toMatchObject({ status: "filled" });
  expect(snapshot["positions"]).toMatchObject([{ account: "main", instrumentId: "BTC/USDT" }]);
  expect(snapshot["summary"]).toMatchObject({ open: t.engine.summary().open });
  t.venue.fill(resting, "0.5", "100", "after-snapshot");
  await caughtUp(socket);
  expect(seqs(socket)).toEqual(range(Number(snapshot["seq"]) + 1, durable()));
  const frame = socket.frames.findLast(ofType("events"));
  expect(frame).toMatchObject({
    events: [{ type: "orderPartiallyFilled", orderId: resting.id }],
    orders: [{ id: resting.id, status: "partiallyFilled" }],
    positions: [{ instrumentId: "BTC/USDT" }],
  });
});

test("a snapshot has the open cases as of its event, and events say what became of them", async () => {
  const { engine, unknown } = await seedCases();
  const other = await createTestServer({ engine });
  const address = await other.server.listen();
  const join = async (since: number | null): Promise<TestSocket> => {
    const socket = await openSocket(address, PATH, { headers: { authorization: `Bearer ${SECRETS.read}` } });
    open.push(socket);
    socket.send({ action: "subscribe", since, channels: ["orders"] });
    return socket;
  };
  const caseId = `unknownOutcome:${unknown.id}`;
  const first = await join(null);
  const snapshot = await first.next(ofType("snapshot"));
  expect(snapshot["cases"]).toHaveLength(5);
  expect(snapshot["cases"]).toContainEqual(
    expect.objectContaining({ type: "caseOpened", caseId, account: "main", about: unknown.id }),
  );
  await other.engine.decideCase(caseId, "notPlaced", { by: "test", reason: "test" });
  const closed = expect.objectContaining({ type: "caseClosed", caseId, by: "test" }) as Json;
  // A client that was away hears what the one that stayed has heard.
  for (const socket of [first, await join(Number(snapshot["seq"]))]) {
    const frame = await socket.next(ofType("events"));
    expect(frame["events"]).toContainEqual(closed);
    expect(frame["orders"]).toMatchObject([{ id: unknown.id, status: "expired" }]);
  }
  const status = await first.next(ofType("status"));
  expect(status["status"]?.["accounts"]).toMatchObject([{ id: "main", openCases: 2 }, { id: "second" }]);
  const later = await (await join(null)).next(ofType("snapshot"));
  expect(later["cases"]).toHaveLength(4);
  expect(later["cases"]).not.toContainEqual(expect.objectContaining({ caseId }));
  await other.close();
});

test("under load, clients that come, go and resume hear every event once, in order", async () => {
  const first = await subscribed(0, ["orders"]);
  const working: Promise<unknown>[] = [];
  const resumed: { readonly socket: TestSocket; readonly since: number }[] = [];
  for (let round = 0; round < 40; round++) {
    working.push(
      ...range(1, 10).map((index) => t.submit({ clientOrderId: `load-${round}-${index}`, price: String(50 + index) })),
    );
    if (round % 4 === 0) {
      // A client that was cut off at any place, in the middle of a batch too.
      const since = Math.max(0, durable() - round);
      resumed.push({ socket: await subscribed(since, ["orders"]), since });
    }
    await Promise.all(working.splice(0));
  }
  await t.settle();
  // One that has more to hear than fits a frame.
  const late = await subscribed(0, ["orders"]);
  for (const { socket, since } of [{ socket: first, since: 0 }, { socket: late, since: 0 }, ...resumed]) {
    await caughtUp(socket);
    expect(seqs(socket)).toEqual(range(since + 1, durable()));
    expect(socket.frames.some(ofType("snapshot"))).toBe(false);
  }
  expect(late.frames.filter(ofType("events")).length).toBeGreaterThan(2);
});

test("each frame's orders are as of its last event", async () => {
  const socket = await subscribed(durable(), ["orders"]);
  const order = await t.placed({ clientOrderId: "consistent" });
  for (let index = 0; index < 5; index++) {
    t.venue.fill(order, "0.1", "100", `consistent-${index}`);
    if (index % 2 === 0) await t.settle();
  }
  await t.settle();
  await caughtUp(socket);
  for (const frame of socket.frames.filter(ofType("events"))) {
    const events = frame["events"] as unknown as { seq: number }[];
    for (const shown of frame["orders"] as unknown as { lastSeq: number }[]) {
      expect(shown.lastSeq).toBeLessThanOrEqual(events.at(-1)?.seq ?? 0);
    }
  }
});

test("a cursor beyond the journal is an error, and a snapshot is still to be had", async () => {
  const socket = await subscribed(durable() + 1_000);
  expect(await socket.next(ofType("error"))).toMatchObject({
    problem: { code: "request.malformed", details: { lastSeq: durable() } },
  });
  socket.send({ action: "subscribe", since: null });
  await socket.next(ofType("snapshot"));
});

test.each([
  ["", "request.malformed"],
  ["nonsense", "request.malformed"],
  ["[]", "request.malformed"],
  ['{"action":"fly"}', "request.malformed"],
  ['{"action":"subscribe","since":-1}', "request.malformed"],
  ['{"action":"subscribe","since":"5"}', "request.malformed"],
  ['{"action":"subscribe","since":null,"channels":["secrets"]}', "request.malformed"],
  ['{"action":"subscribe","since":null,"channels":[]}', "request.malformed"],
])("garbage %j is answered with a problem, and the connection goes on", async (garbage, code) => {
  const socket = await connect({ authorization: `Bearer ${SECRETS.read}` });
  socket.send(garbage);
  expect(await socket.next(ofType("error"))).toMatchObject({ problem: { code } });
  socket.send({ action: "subscribe", since: null });
  await socket.next(ofType("snapshot"));
});

test("a message over 64 KiB, or too many of them, end the connection", async () => {
  const large = await connect({ authorization: `Bearer ${SECRETS.read}` });
  large.send("x".repeat(70_000));
  expect(await large.closed).toMatchObject({ code: 1009 });
  const chatty = await connect({ authorization: `Bearer ${SECRETS.read}` });
  for (let message = 0; message < 101; message++) chatty.send("{}");
  expect(await chatty.closed).toMatchObject({ code: 4429 });
});

test("a status comes at least every 2 s, and at once when a command changed it", async () => {
  const socket = await subscribed(null);
  await socket.next(ofType("snapshot"));
  const statuses = () => socket.frames.filter(ofType("status"));
  await t.passServerTime(2_000);
  await expect.poll(() => statuses().length).toBeGreaterThanOrEqual(1);
  const before = statuses().length;
  await t.call("POST", "/api/v1/trading-state", { state: "reducing", reason: "test" });
  await expect.poll(() => statuses().length).toBeGreaterThan(before);
  expect(statuses().at(-1)).toMatchObject({
    status: { tradingState: "reducing" },
    summary: { ordersTotal: expect.any(Number) as number },
  });
  await t.call("POST", "/api/v1/trading-state", { state: "active", reason: "test" });
});

test("the market is told at most every 200 ms, with all new trades", async () => {
  const socket = await subscribed(null, ["market"]);
  await socket.next(ofType("snapshot"));
  t.hub.publish(depth("100", "101"));
  t.hub.publish(trade("100.5", "m1"));
  t.hub.publish(trade("100.6", "m2"));
  await t.passServerTime(200);
  const frame = await socket.next(ofType("market"));
  expect(frame).toMatchObject({
    instrumentId: "BTC/USDT",
    book: { bids: [["100", "5"]], asks: [["101", "5"]] },
    lastTrade: { tradeId: "m2" },
    trades: [{ tradeId: "m1" }, { tradeId: "m2" }],
  });
  expect(socket.frames.filter(ofType("market"))).toHaveLength(1);
  expect(socket.frames.filter(ofType("events"))).toHaveLength(0);
});

test("a client that does not read is closed and told where to go on; the others notice nothing", async () => {
  const small = await createTestServer({ server: { maxBufferedBytes: 64 * 1024 } });
  const address = await small.server.listen();
  const join = async (): Promise<TestSocket> => {
    const socket = await openSocket(address, PATH, { headers: { authorization: `Bearer ${SECRETS.read}` } });
    open.push(socket);
    socket.send({ action: "subscribe", since: null, channels: ["orders"] });
    await socket.next(ofType("snapshot"));
    return socket;
  };
  const slow = await join();
  const quick = await join();
  slow.socket.pause();
  const dropped = async (): Promise<boolean> =>
    (await small.call("GET", "/metrics")).text.includes('orderwright_stream_slow_clients_total{stream="own"} 1');
  for (let round = 0; round < 400 && !(await dropped()); round++) {
    await Promise.all(range(1, 50).map((index) => small.submit({ clientOrderId: `s-${round}-${index}` })));
    await small.settle();
  }
  expect(await dropped()).toBe(true);
  slow.socket.resume();
  const { code, reason } = await slow.closed;
  const lastHeard = seqs(slow).at(-1) ?? 0;
  expect(code).toBe(4408);
  expect(reason).toMatch(/^too slow; resume from seq \d+$/);
  // All that was handed to the network came; the rest is asked for again.
  expect(Number(/\d+$/.exec(reason)?.[0])).toBeLessThanOrEqual(lastHeard);
  await expect.poll(() => seqs(quick).at(-1)).toBe(small.engine.status().durablePosition);
  const again = await openSocket(address, PATH, { headers: { authorization: `Bearer ${SECRETS.read}` } });
  open.push(again);
  again.send({ action: "subscribe", since: lastHeard, channels: ["orders"] });
  await expect.poll(() => seqs(again).at(-1)).toBe(small.engine.status().durablePosition);
  expect(seqs(again)[0]).toBe(lastHeard + 1);
  await small.close();
}, 30_000);

test("a client that is being caught up is waited for, however slowly it reads", async () => {
  const small = await createTestServer({ server: { maxBufferedBytes: 64 * 1024 } });
  const address = await small.server.listen();
  for (let round = 0; round < 60; round++) {
    await Promise.all(range(1, 50).map((index) => small.submit({ clientOrderId: `c-${round}-${index}` })));
  }
  await small.settle();
  const socket = await openSocket(address, PATH, { headers: { authorization: `Bearer ${SECRETS.read}` } });
  open.push(socket);
  await socket.next(ofType("authorized"));
  socket.socket.pause();
  socket.send({ action: "subscribe", since: 0, channels: ["orders"] });
  for (let round = 0; round < 40; round++) {
    await small.submit({ clientOrderId: `meanwhile-${round}` });
    await small.settle();
  }
  socket.socket.resume();
  await expect.poll(() => seqs(socket).at(-1)).toBe(small.engine.status().durablePosition);
  expect(seqs(socket)).toEqual(range(1, small.engine.status().durablePosition));
  await small.close();
}, 30_000);

test("a half-open connection is found by its missing pong", async () => {
  const socket = await subscribed(null);
  await socket.next(ofType("snapshot"));
  socket.socket.pause();
  await t.passServerTime(30_000);
  await t.passServerTime(30_000);
  socket.socket.resume();
  expect((await socket.closed).code).toBe(1006);
});

test("there is a limit on clients, and closing the server ends them all", async () => {
  const few = await createTestServer({ server: { maxStreamClients: 1 } });
  const address = await few.server.listen();
  const first = await openSocket(address, PATH);
  await expect(openSocket(address, PATH)).rejects.toThrow("429");
  await few.close();
  expect([1001, 1006]).toContain((await first.closed).code);
});
