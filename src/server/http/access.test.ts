// Who may do what, from where, how often, and that no secret is ever logged.

import { Writable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLogger } from "../logger.ts";
import { createTestServer, type Role, SECRETS, type TestServer } from "../testing/test-server.ts";

let t: TestServer;
let log = "";
const sink = new Writable({
  write: (chunk, _encoding, done) => {
    log += String(chunk);
    done();
  },
});
beforeAll(async () => {
  t = await createTestServer({ logger: createLogger("debug", sink), server: { isMetricsPublic: false } });
});
afterAll(() => t.close());

const order = { instrumentId: "BTC/USDT", side: "buy", orderType: "limit", quantity: "1", price: "100" };

const ROUTES = [
  ["read", "GET", "/api/v1/status", undefined],
  ["read", "GET", "/api/v1/orders", undefined],
  ["read", "GET", "/api/v1/risk/main", undefined],
  ["read", "GET", "/api/v1/cases", undefined],
  ["read", "GET", "/api/v1/quarantine", undefined],
  ["read", "GET", "/v2/account", undefined],
  ["read", "GET", "/v2/orders", undefined],
  ["read", "GET", "/metrics", undefined],
  ["trade", "POST", "/api/v1/orders", order],
  ["trade", "POST", "/api/v1/orders/batch", { orders: [order] }],
  ["trade", "PATCH", "/api/v1/orders/none", { price: "1" }],
  ["trade", "DELETE", "/api/v1/orders/none", undefined],
  ["trade", "DELETE", "/api/v1/orders?side=sell", undefined],
  ["trade", "POST", "/api/v1/reconcile", { dryRun: true }],
  ["trade", "POST", "/api/v1/cases/none/decision", { decision: "dismiss", reason: "test" }],
  ["trade", "POST", "/v2/orders", { symbol: "NOPE", side: "buy", type: "market", qty: "1", time_in_force: "gtc" }],
  ["trade", "DELETE", "/v2/orders/none", undefined],
  ["trade", "DELETE", "/v2/positions", undefined],
  ["admin", "PUT", "/api/v1/risk/main", {}],
  ["admin", "POST", "/api/v1/trading-state", { state: "active", reason: "test" }],
  ["admin", "DELETE", "/api/v1/kill-switch", { reason: "test" }],
] as const;
const ROLES: readonly Role[] = ["read", "trade", "admin"];

test.each(ROUTES)(
  "scope %s and above pass %s %s; less does not, nor does nobody",
  async (needed, method, path, body) => {
    expect((await t.call(method, path, body, { as: "nobody" })).status).toBe(401);
    for (const as of ROLES) {
      const isEnough = ROLES.indexOf(as) >= ROLES.indexOf(needed);
      const answer = await t.call(method, path, body, { as });
      expect([as, answer.status === 403], answer.text).toEqual([as, !isEnough]);
      expect(answer.status).not.toBe(401);
    }
  },
);

test("every route is either public by name or asks for a scope", async () => {
  const { body } = await t.call("GET", "/openapi.json", undefined, { as: "nobody" });
  const open = ["/healthz", "/readyz"];
  const filled = (path: string): string => path.replaceAll(/\{\w+\}/g, "x");
  for (const [path, methods] of Object.entries(body["paths"] as object)) {
    for (const method of Object.keys(methods as object)) {
      const answer = await t.call(method.toUpperCase() as "GET", filled(path), undefined, { as: "nobody" });
      expect([method, path, answer.status === 401]).toEqual([method, path, !open.includes(path)]);
    }
  }
});

test.each([
  ["a Bearer token", { authorization: `Bearer ${SECRETS.read}` }, 200],
  ["the Alpaca headers", { "apca-api-key-id": "main", "apca-api-secret-key": SECRETS.read }, 200],
  [
    "the Alpaca headers with the default key id",
    { "apca-api-key-id": "default", "apca-api-secret-key": SECRETS.read },
    200,
  ],
  ["a Bearer token and an account", { authorization: `Bearer ${SECRETS.read}`, "apca-api-key-id": "main" }, 200],
  ["a secret without a key id", { "apca-api-secret-key": SECRETS.read }, 200],
  ["an account that nobody has", { "apca-api-key-id": "nobody", "apca-api-secret-key": SECRETS.read }, 403],
  ["a wrong secret", { "apca-api-key-id": "main", "apca-api-secret-key": `${SECRETS.read}x` }, 401],
  ["a wrong token", { authorization: "Bearer nonsense-nonsense-nonsense" }, 401],
  ["another scheme", { authorization: `Basic ${SECRETS.read}` }, 401],
  ["a token without a scheme", { authorization: SECRETS.read }, 401],
  ["an empty token", { authorization: "Bearer " }, 401],
] as const)("%s is answered with its status", async (_what, headers, status) => {
  const answer = await t.call("GET", "/v2/account", undefined, { as: "nobody", headers });
  expect(answer.status).toBe(status);
  if (status !== 200) expect(answer.body["code"]).toBe(status === 401 ? 40110000 : 40310000);
});

test.each(["/api/v1/status", "/v2/account", "/healthz", "/", "/openapi.json", "/metrics"])(
  "%s is not answered under a foreign name or to a foreign page",
  async (path) => {
    for (const headers of [{ host: "evil.example" }, { origin: "https://evil.example" }, { origin: "null" }]) {
      const answer = await t.call("GET", path, undefined, { headers });
      expect([headers, answer.status]).toEqual([headers, 403]);
      expect(answer.text).not.toContain("evil.example");
    }
  },
);

test("the page's own origin is answered", async () => {
  const headers = { host: "127.0.0.1:7070", origin: "http://127.0.0.1:7070" };
  expect((await t.call("GET", "/api/v1/status", undefined, { headers })).status).toBe(200);
});

test("answers carry a request id and the headers that keep a browser safe", async () => {
  const first = await t.call("GET", "/v2/account");
  const second = await t.call("GET", "/v2/nothing");
  expect(first.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  expect(second.headers["x-request-id"]).not.toBe(first.headers["x-request-id"]);
  expect(first.headers["content-security-policy"]).toBe(
    "default-src 'none';script-src 'self';connect-src 'self';style-src 'self';img-src 'self' data:;base-uri 'none';form-action 'none';frame-ancestors 'none'",
  );
  expect(first.headers["x-content-type-options"]).toBe("nosniff");
  expect(first.headers["cache-control"]).toBe("no-store");
});

test("each token has its budget of requests, and is told when the next one begins", async () => {
  const limited = await createTestServer({ server: { requestsPerMinute: 3 } });
  for (let request = 0; request < 3; request++) {
    expect((await limited.call("GET", "/v2/account", undefined, { as: "read" })).status).toBe(200);
  }
  const refused = await limited.call("GET", "/v2/account", undefined, { as: "read" });
  expect(refused).toMatchObject({ status: 429, body: { code: 42910000 } });
  const resetAt = Number(refused.headers["x-ratelimit-reset"]);
  expect(resetAt).toBeGreaterThan(limited.serverClock.now() / 1000);
  expect(refused.headers["retry-after"]).toBeDefined();
  const own = await limited.call("GET", "/api/v1/status", undefined, { as: "read" });
  expect(own).toMatchObject({ status: 429, body: { code: "request.rateLimited", retry: "safe" } });
  expect((await limited.call("GET", "/v2/account", undefined, { as: "trade" })).status).toBe(200);
  await limited.close();
});

test("nothing secret is logged, whatever was sent where", async () => {
  const secret = SECRETS.admin;
  await t.call("GET", `/api/v1/status?token=${secret}`);
  await t.call("GET", `/${secret}`);
  await t.call("POST", "/api/v1/orders", { ...order, clientOrderId: secret.slice(0, 8), token: secret });
  await t.call("POST", "/api/v1/orders", `{"token":"${secret}"`, { headers: { "content-type": "application/json" } });
  await t.call("GET", "/v2/account", undefined, {
    as: "nobody",
    headers: { "apca-api-secret-key": `${secret}-wrong` },
  });
  expect(log).toContain("request refused");
  expect(log).toContain('"by":"admin"');
  for (const role of ROLES) expect(log).not.toContain(SECRETS[role]);
});
