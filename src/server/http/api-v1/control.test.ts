// Limits, trading states, the kill switch and reconciling, over HTTP.

import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestServer, type TestServer } from "../../testing/test-server.ts";

let t: TestServer;
beforeAll(async () => {
  t = await createTestServer();
});
afterAll(() => t.close());

const order = { instrumentId: "BTC/USDT", side: "buy", orderType: "limit", quantity: "1", price: "100" };
const place = () => t.call("POST", "/api/v1/orders", order);

test("risk limits are set as a whole, read back, and act", async () => {
  const set = await t.call("PUT", "/api/v1/risk/main", { maxOrderQuantity: "0.5", maxOpenOrders: 10 });
  expect(set).toMatchObject({
    status: 200,
    body: { account: "main", limits: { maxOrderQuantity: "0.5", maxOpenOrders: 10 } },
  });
  expect((await t.call("GET", "/api/v1/risk/main")).body).toEqual(set.body);
  expect((await place()).body).toMatchObject({ code: "risk.maxQuantity" });
  expect((await t.call("PUT", "/api/v1/risk/main", {})).body).toEqual({ account: "main", limits: {} });
});

test("a trading state is set for all accounts or for one", async () => {
  const halted = await t.call("POST", "/api/v1/trading-state", { state: "halted", reason: "lunch" });
  expect(halted).toMatchObject({ status: 200, body: { tradingState: "halted" } });
  expect((await place()).body).toMatchObject({ status: 422, code: "risk.halted" });
  await t.call("POST", "/api/v1/trading-state", { state: "active", reason: "back" });
  await t.call("POST", "/api/v1/trading-state", { state: "reducing", account: "main", reason: "careful" });
  expect((await place()).body).toMatchObject({ code: "risk.reducingOnly" });
  await t.call("POST", "/api/v1/trading-state", { state: "active", account: "main", reason: "done" });
  expect((await place()).status).toBe(201);
});

test("the kill switch is engaged by whoever trades, and lifted by an admin only", async () => {
  const body = { restingOrders: "cancelOurs", reason: "test" };
  expect((await t.call("POST", "/api/v1/kill-switch", body, { as: "read" })).status).toBe(403);
  const engaged = await t.call("POST", "/api/v1/kill-switch", body, { as: "trade" });
  expect(engaged).toMatchObject({ status: 200, body: { engaged: true, canceling: 1 } });
  expect((await t.call("GET", "/api/v1/status")).body).toMatchObject({
    tradingState: "halted",
    killSwitch: { engaged: true, by: "trade", reason: "test" },
  });
  expect((await place()).body).toMatchObject({ code: "risk.halted" });
  expect((await t.call("DELETE", "/api/v1/kill-switch", { reason: "mine" }, { as: "trade" })).status).toBe(403);
  expect((await t.call("DELETE", "/api/v1/kill-switch", { reason: "over" })).body).toEqual({ engaged: false });
  expect((await t.call("GET", "/api/v1/status")).body).toMatchObject({
    killSwitch: { engaged: false, liftedBy: "admin" },
  });
});

test("a reconcile reports what it checked; a dry run changes nothing", async () => {
  const before = t.engine.status().position;
  const dry = await t.call("POST", "/api/v1/reconcile", { account: "main", dryRun: true }, { as: "trade" });
  expect(dry).toMatchObject({ status: 200, body: { reports: [{ account: "main", dryRun: true }] } });
  expect(t.engine.status().position).toBe(before);
});
