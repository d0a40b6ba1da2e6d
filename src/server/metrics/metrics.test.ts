// What the metrics count, and that their page has a row for each.

import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seedCases } from "../testing/test-cases.ts";
import { createTestServer, type TestServer } from "../testing/test-server.ts";
import { METRIC_PREFIX, ServerMetrics } from "./metrics.ts";

const PAGE = new URL("../../../docs/reference/metrics.md", import.meta.url);

let t: TestServer;
beforeAll(async () => {
  t = await createTestServer();
});
afterAll(() => t.close());

const scrape = async (): Promise<string> => (await t.call("GET", "/metrics", undefined, { as: "read" })).text;
const order = { instrumentId: "BTC/USDT", side: "buy", orderType: "limit", quantity: "1", price: "100" };

test("the reference page has a row for each metric with its labels, and no others", async () => {
  const metrics = new ServerMetrics({ engine: t.engine, clock: t.serverClock, version: "test", commit: "test" });
  const all = metrics.registry.getMetricsAsArray() as unknown as {
    readonly name: string;
    readonly labelNames: string[];
  }[];
  const own = all.filter(({ name }) => name.startsWith(METRIC_PREFIX));
  const exported = new Map(own.map(({ name, labelNames }) => [name, labelNames.join(", ")]));
  metrics.close();
  const documented = new Map<string, string>();
  for (const [, name = "", labels = ""] of (await readFile(PAGE, "utf8")).matchAll(
    /^\| `(orderwright_\w+)` \| ([^|]*) \|/gm,
  )) {
    documented.set(name, labels.replaceAll(/[`–]/g, "").trim());
  }
  expect(documented).toEqual(exported);
});

test("orders, fills and denials are counted by what became of them", async () => {
  const filled = await t.placed();
  t.venue.fill(filled, "1");
  const canceled = await t.placed();
  t.venue.say(canceled, { kind: "ended", status: "canceled", reason: "asked" } as never);
  await t.settle();
  await t.call("PUT", "/api/v1/risk/main", { maxOrderQuantity: "0.5" });
  await t.call("POST", "/api/v1/orders", order);
  await t.call("PUT", "/api/v1/risk/main", {});
  await t.placed();
  const text = await scrape();
  for (const line of [
    'orders_total{venue="scripted",outcome="filled"} 1',
    'orders_total{venue="scripted",outcome="canceled"} 1',
    'orders_total{venue="scripted",outcome="denied"} 1',
    'fills_total{venue="scripted",liquidity="maker"} 1',
    'risk_denials_total{rule="risk.maxQuantity"} 1',
    'open_orders{venue="scripted"} 1',
    'ack_duration_seconds_count{venue="scripted"} 3',
    'venue_connected{venue="scripted",channel="reports"} 1',
    'trading_halted{account="main"} 0',
    "engine_ready 1",
    "journal_pending_events 0",
    'build_info{version="0.0.0-test",commit="unknown"} 1',
  ]) {
    expect(text).toContain(`${METRIC_PREFIX}${line}\n`);
  }
});

test("open cases are counted by account and kind, with zeros where there are none", async () => {
  const { engine, unknown } = await seedCases();
  const other = await createTestServer({ engine });
  const read = async (): Promise<string> => (await other.call("GET", "/metrics")).text;
  const before = await read();
  for (const line of [
    'open_cases{account="main",kind="unknownOutcome"} 1',
    'open_cases{account="main",kind="overfill"} 0',
    'open_cases{account="second",kind="position"} 1',
    'open_cases{account="",kind="historyGap"} 1',
  ]) {
    expect(before).toContain(`${METRIC_PREFIX}${line}\n`);
  }
  await other.engine.decideCase(`unknownOutcome:${unknown.id}`, "dismiss", { by: "test", reason: "test" });
  expect(await read()).toContain(`${METRIC_PREFIX}open_cases{account="main",kind="unknownOutcome"} 0\n`);
  await other.close();
});

test("quarantined words are counted by venue", async () => {
  const { engine } = await seedCases();
  const [put] = [...(engine.journal?.read(0) ?? [])].filter((event) => event.type === "reportQuarantined");
  if (put === undefined) throw new Error("nothing was put aside");
  const metrics = new ServerMetrics({ engine: t.engine, clock: t.serverClock, version: "test", commit: "test" });
  metrics.apply(put, undefined, undefined);
  expect(await metrics.text()).toContain('orderwright_reports_quarantined_total{venue="scripted"} 1\n');
  metrics.close();
});

test("words that are only counted are counted once, however often the count is read", async () => {
  const other = await createTestServer();
  for (let round = 0; round < 5; round++) other.venue.sayAnything({ kind: "exploded" });
  const read = async (): Promise<string> => (await other.call("GET", "/metrics")).text;
  for (const text of [await read(), await read()])
    expect(text).toContain("orderwright_reports_not_quarantined_total 4\n");
  await other.close();
});

test("requests are measured by the route's pattern, so that no caller makes a label", async () => {
  await t.call("GET", "/api/v1/orders/an-id-of-a-caller");
  await t.call("GET", "/nothing-at-all/an-id-of-a-caller");
  const text = await scrape();
  expect(text).toContain(
    'http_request_duration_seconds_count{method="GET",route="/api/v1/orders/:anyId",status="404"} 1',
  );
  expect(text).toContain('route="unknown"');
  expect(text).not.toContain("an-id-of-a-caller");
});

test("a halt shows as one", async () => {
  await t.call("POST", "/api/v1/kill-switch", { restingOrders: "keep", reason: "test" });
  expect(await scrape()).toContain('orderwright_trading_halted{account="main"} 1\n');
});

test("metrics can be made public", async () => {
  expect((await t.call("GET", "/metrics", undefined, { as: "nobody" })).status).toBe(401);
  const open = await createTestServer({ server: { isMetricsPublic: true } });
  expect((await open.call("GET", "/metrics", undefined, { as: "nobody" })).status).toBe(200);
  await open.close();
});
