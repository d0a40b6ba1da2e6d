// What can be read under /api/v1 besides orders.

import { afterAll, beforeAll, expect, test } from "vitest";
import { ScriptedVenue, VENUE } from "../../../engine/testing/scripted-venue.ts";
import { createTestServer, depth, listOf, type TestServer, trade } from "../../testing/test-server.ts";

let t: TestServer;
beforeAll(async () => {
  t = await createTestServer();
  const order = await t.placed({ clientOrderId: "filled" });
  t.venue.fill(order, "0.4", "100", "x1");
  t.venue.fill(order, "0.6", "100", "x2");
  await t.settle();
});
afterAll(() => t.close());

const get = async (path: string) => (await t.call("GET", path, undefined, { as: "read" })).body;

test("the status has the engine, the mode, the version and the market", async () => {
  expect(await get("/api/v1/status")).toMatchObject({
    phase: "ready",
    mode: "paper",
    version: "0.0.0-test",
    market: { description: "scripted", state: "running", speed: 1 },
    accounts: [{ id: "main", tradingState: "active" }],
    venues: [{ id: "scripted", connected: true }],
  });
});

test("the status says how a dead-man switch stands, and when a venue's stream last spoke", async () => {
  const venue = new ScriptedVenue();
  const deadMan = { minTimeoutMs: 1_000, maxTimeoutMs: 60_000, scope: "venueAccount" } as const;
  venue.capabilities = { ...venue.capabilities, deadMan };
  const accounts = [{ id: "main", venue: VENUE, deadManMs: 30_000 }];
  const guarded = await createTestServer({ engine: { venue, config: { accounts } } });
  const { body } = await guarded.call("GET", "/api/v1/status");
  const now = guarded.clock.now();
  expect(body).toMatchObject({
    accounts: [{ deadMan: { state: "wound", timeoutMs: 30_000, scope: "venueAccount", firesAt: now + 30_000 } }],
    venues: [{ lastHeardAt: now }],
  });
  await guarded.close();
});

test("summary, accounts, instruments and strategies answer", async () => {
  expect(await get("/api/v1/summary")).toMatchObject({ ordersTotal: 1, byStatus: { filled: 1 }, fillsTotal: 2 });
  expect(await get("/api/v1/accounts")).toMatchObject({ accounts: [{ id: "main", limits: {} }] });
  expect(await get("/api/v1/instruments?account=main")).toMatchObject({
    instruments: [{ id: "BTC/USDT", tickSize: "0.1", lotSize: "0.001" }],
  });
  expect(await get("/api/v1/strategies")).toEqual([]);
  expect(await get("/api/v1/discrepancies")).toEqual({ discrepancies: [] });
});

test("a position is valued once the market has a price, at the last trade before the middle", async () => {
  const unvalued = await get("/api/v1/positions?account=main");
  expect(unvalued["positions"]).toMatchObject([{ quantity: "1", averageEntryPrice: "100" }]);
  expect(unvalued["positions"]?.[0]).not.toHaveProperty("markPrice");
  t.hub.publish(depth("104", "105"));
  expect((await get("/api/v1/positions"))["positions"]).toMatchObject([{ markPrice: "104.5", unrealizedPnl: "4.5" }]);
  t.hub.publish(trade("105"));
  expect((await get("/api/v1/positions"))["positions"]).toMatchObject([{ markPrice: "105", unrealizedPnl: "5" }]);
});

test("the market is shown for instruments that it has spoken of", async () => {
  expect(await get("/api/v1/market/BTC%2FUSDT/book?depth=1")).toMatchObject({
    bids: [["104", "5"]],
    asks: [["105", "5"]],
    lastTrade: { price: "105", aggressor: "buy" },
  });
  expect(await get("/api/v1/market/BTC%2FUSDT/trades?limit=5")).toMatchObject({ trades: [{ price: "105" }] });
  expect(await get("/api/v1/market/NOPE/book")).toMatchObject({ status: 404, code: "request.unknownInstrument" });
});

test("fills are listed newest first with their place in the journal", async () => {
  const { fills } = (await get("/api/v1/fills?account=main&instrumentId=BTC%2FUSDT")) as unknown as {
    fills: readonly { executionId: string; seq: number }[];
  };
  expect(fills.map((fill) => fill.executionId)).toEqual(["x2", "x1"]);
  expect(fills[0]).toMatchObject({ account: "main", side: "buy", quantity: "0.6", fee: { asset: "USDT" } });
  const [event] = listOf((await get(`/api/v1/events?since=${(fills[0]?.seq ?? 0) - 1}&limit=1`))["events"]);
  expect(event).toMatchObject({ type: "orderFilled", seq: fills[0]?.seq });
  expect(await get("/api/v1/fills?limit=1")).toMatchObject({ fills: [{ executionId: "x2" }] });
  expect(await get("/api/v1/fills?instrumentId=ETH%2FUSDT")).toEqual({ fills: [] });
});

test("reading events page by page leaves out none and repeats none", async () => {
  const seqs: number[] = [];
  let since = 0;
  for (let more = true; more; ) {
    const page = await get(`/api/v1/events?since=${since}&limit=3`);
    seqs.push(...(page["events"] as unknown as { seq: number }[]).map((event) => event.seq));
    since = Number(page["lastSeq"]);
    more = Boolean(page["more"]);
  }
  expect(seqs).toEqual(Array.from({ length: t.engine.status().durablePosition }, (_, index) => index + 1));
  expect(await get(`/api/v1/events?since=${since}`)).toEqual({ events: [], lastSeq: since, more: false });
});

test("a cursor beyond the journal is an error: going on would hide a gap", async () => {
  expect(await get("/api/v1/events?since=999999")).toMatchObject({ status: 400, code: "request.malformed" });
});

test("the probes are public, and readiness says why not", async () => {
  expect(await t.call("GET", "/healthz", undefined, { as: "nobody" })).toMatchObject({ status: 200 });
  expect(await t.call("GET", "/readyz", undefined, { as: "nobody" })).toMatchObject({
    status: 200,
    body: { ready: true },
  });
  t.venue.connection("disconnected");
  const answer = await t.call("GET", "/readyz", undefined, { as: "nobody" });
  expect(answer).toMatchObject({
    status: 503,
    body: { ready: false, reasons: ["venue scripted is not connected"] },
  });
  t.venue.connection("connected");
  await t.settle();
});
