// Away for longer than the venue remembers, through the front door: what is no longer concluded from absence, what a
// person sees and decides, and what goes on as ever.

import { describe, expect, test } from "vitest";
import type { Order } from "../domain/order.ts";
import { unwrap } from "../domain/result.ts";
import { d } from "../domain/testing/orders.ts";
import type { SendOutcome, VenueOrder } from "../venues/venue.ts";
import type { ScriptedVenue } from "./testing/scripted-venue.ts";
import { createTestEngine, settle, type TestEngine } from "./testing/test-engine.ts";
import { eventsOfType, fillsAfter, found, recordOf, venueFill } from "./testing/venue-answers.ts";

const DAY_MS = 86_400_000;
const CASE = "historyGap:main";
const ABSENT = { kind: "absent" } as const;
/** Days pass quickly without a look at stale orders in each second. */
const QUIET = { config: { settings: { staleCheckEveryMs: 0, reconcileEveryMs: 0 } } };
const UNKNOWN: SendOutcome = { kind: "unknown", reason: "reset" };

function remember(venue: ScriptedVenue, historyMs: number): void {
  venue.capabilities = { ...venue.capabilities, historyMs };
}

/** Two working orders, and an engine that starts again after a time, at a venue that shows none of them. */
async function awayFor(ms: number, historyMs = 3 * DAY_MS) {
  const t = await createTestEngine();
  const first = await t.working();
  const second = await t.working({ price: "99" });
  await t.engine.reconcile();
  const again = await restartAfter(t, ms, historyMs);
  return { again, orders: [first, second].map((order) => again.engine.find(order.id) as Order) };
}

async function restartAfter(t: TestEngine, ms: number, historyMs: number): Promise<TestEngine> {
  const again = await createTestEngine({ journal: t.journal.crash(), start: false });
  await again.clock.advanceTo(t.clock.now() + ms, settle);
  remember(again.venue, historyMs);
  again.venue.onOrder = () => ABSENT;
  await again.engine.start();
  return again;
}

function queue(t: TestEngine): string[] {
  return t.engine.cases().map((opened) => opened.caseId);
}

describe("after a time longer than the venue remembers", () => {
  test("nothing is concluded from absence, and a person is asked, with the span and the orders", async () => {
    const { again, orders } = await awayFor(4 * DAY_MS);
    await again.pass(600_000);
    await again.engine.reconcile();
    await again.pass(600_000);
    expect(orders.map((order) => order.status)).toEqual(["acknowledged", "acknowledged"]);
    expect(queue(again)).toEqual([CASE]);
    const [opened] = again.engine.cases();
    for (const { id } of orders) expect(opened?.text).toContain(id);
    expect(opened?.text).toContain("From 2023-11-14T22:13:20.000Z to 2023-11-15T22:13:20.000Z, nothing was heard");
    expect(again.engine.status().phase).toBe("ready");
  });

  test("an order that the venue still shows is compared as ever, and the case ends with the last of them", async () => {
    const { again, orders } = await awayFor(4 * DAY_MS);
    const [first, second] = orders as [Order, Order];
    const records = new Map<string, VenueOrder>([
      [first.id, recordOf(first, { status: "filled", cumulativeQuantity: d("1") })],
    ]);
    again.venue.onFillsSince = fillsAfter([venueFill(recordOf(first), "1", "e1")]);
    again.venue.onOrder = ({ orderId }) => {
      const record = records.get(orderId);
      return record === undefined ? ABSENT : found(record);
    };
    await again.engine.reconcile();
    expect(first).toMatchObject({ status: "filled", isSettled: true });
    expect(queue(again)).toEqual([CASE]);
    again.venue.onOpenOrders = () => found([recordOf(second)]);
    await again.engine.reconcile();
    expect(queue(again)).toEqual([]);
    expect(eventsOfType(again, "caseClosed")).toMatchObject([{ caseId: CASE, by: "engine" }]);
    // Shown once, its absence is evidence again.
    again.venue.onOpenOrders = () => found([]);
    await again.engine.reconcile();
    await again.pass(30_000);
    expect(second).toMatchObject({ status: "expired", inferred: true });
  });

  test("a word on the stream shows an order too; a cancel that finds none does not", async () => {
    const { again, orders } = await awayFor(4 * DAY_MS);
    const [first, second] = orders as [Order, Order];
    again.venue.onCancel = () => ({ kind: "rejected", reason: "unknownOrder" });
    unwrap(await again.engine.cancel(first.id));
    again.venue.fill(second, "0.5");
    await settle();
    await again.pass(30_000);
    await again.engine.reconcile();
    await again.pass(30_000);
    expect(first.status).toBe("acknowledged");
    expect(second).toMatchObject({ status: "expired", inferred: true });
    expect(queue(again)).toEqual([CASE]);
  });

  test("a person ends what is left", async () => {
    const { again, orders } = await awayFor(4 * DAY_MS);
    const refused = await again.engine.decideCase(CASE, "notPlaced", { by: "ada" });
    expect(refused).toMatchObject({ ok: false, error: { code: "request.caseDecision" } });
    unwrap(await again.engine.decideCase(CASE, "ended", { by: "ada", reason: "asked the venue by phone" }));
    for (const order of orders)
      expect(order).toMatchObject({ status: "expired", inferred: true, statusReason: { text: "endedByOperator" } });
    await again.engine.reconcile();
    expect(queue(again)).toEqual([]);
  });

  test("what a person dismissed is asked again later, and still not inferred", async () => {
    const { again, orders } = await awayFor(4 * DAY_MS);
    unwrap(await again.engine.decideCase(CASE, "dismiss", { by: "ada" }));
    await again.engine.reconcile();
    expect(queue(again)).toEqual([]);
    await again.pass(61_000);
    await again.engine.reconcile();
    expect(queue(again)).toEqual([CASE]);
    expect(orders[0]?.status).toBe("acknowledged");
  });

  test("a submit of unknown outcome is not called absent either", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = () => UNKNOWN;
    const order = await t.working();
    const again = await restartAfter(t, 4 * DAY_MS, 3 * DAY_MS);
    await again.pass(600_000);
    expect(again.engine.find(order.id)).toMatchObject({ status: "submitted", outcomeUnknown: true });
    expect(queue(again)).toEqual([CASE, `unknownOutcome:${order.id}`]);
    unwrap(await again.engine.decideCase(CASE, "notPlaced", { by: "ada" }));
    expect(again.engine.find(order.id)).toMatchObject({ status: "expired", statusReason: { text: "notPlaced" } });
    expect(queue(again)).toEqual([]);
  });

  test("another start within memory does not forget that there was one", async () => {
    const { again } = await awayFor(4 * DAY_MS);
    await again.engine.reconcile();
    const third = await restartAfter(again, 60_000, 3 * DAY_MS);
    await third.pass(600_000);
    expect(third.engine.activeOrders()).toHaveLength(2);
    expect(queue(third)).toEqual([CASE]);
  });

  test("a comparison without all of its answers does not count as the last one", async () => {
    const t = await createTestEngine(QUIET);
    await t.working();
    t.venue.onFillsSince = () => ({ kind: "failed", reason: "no route" });
    await t.pass(4 * DAY_MS);
    await t.engine.reconcile();
    const again = await restartAfter(t, 1_000, 3 * DAY_MS);
    await again.pass(60_000);
    expect(queue(again)).toEqual([CASE]);
  });

  test("a dry run says so, and asks nobody", async () => {
    const t = await createTestEngine(QUIET);
    const order = await t.working();
    remember(t.venue, DAY_MS);
    t.venue.connection("disconnected");
    await t.pass(2 * DAY_MS);
    t.venue.onOrder = () => ABSENT;
    const [report] = await t.engine.reconcile({ dryRun: true });
    expect(report?.findings.map((finding) => finding.kind)).toEqual(["historyGap", "unknown"]);
    expect(queue(t)).toEqual([]);
    t.venue.connection("connected");
    await t.pass(60_000);
    expect(queue(t)).toEqual([CASE]);
    expect(order.status).toBe("acknowledged");
  });
});

test("within the venue's memory absence is concluded as ever", async () => {
  const { again, orders } = await awayFor(2 * DAY_MS);
  await again.pass(60_000);
  expect(orders.map((order) => order.status)).toEqual(["expired", "expired"]);
  expect(queue(again)).toEqual([]);
});

test("an old order at a venue that was heard all the time is no gap", async () => {
  const t = await createTestEngine(QUIET);
  remember(t.venue, DAY_MS);
  const order = await t.working();
  await t.pass(5 * DAY_MS);
  t.venue.onOrder = () => ABSENT;
  await t.engine.reconcile();
  await t.pass(60_000);
  expect(order.status).toBe("expired");
  expect(eventsOfType(t, "caseOpened")).toEqual([]);
});
