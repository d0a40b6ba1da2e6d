// What is not there, through the front door: answers that fail, lists that are torn, and absences too early to mean
// anything. How absence is proven in the end is in reconciler.test.ts.

import { describe, expect, test } from "vitest";
import type { Order } from "../domain/order.ts";
import { unwrap } from "../domain/result.ts";
import { d } from "../domain/testing/orders.ts";
import type { QueryResult, SendOutcome } from "../venues/venue.ts";
import { createTestEngine, type TestEngine } from "./testing/test-engine.ts";
import { eventsOfType, found, recordOf, stranger } from "./testing/venue-answers.ts";

const FAILED = { kind: "failed", reason: "no route" } as const;
const ABSENT = { kind: "absent" } as const;
const UNKNOWN: SendOutcome = { kind: "unknown", reason: "reset" };

/** The ways in which a question can go without an answer. */
const FAILURES: Readonly<Record<string, () => QueryResult<never> | Promise<QueryResult<never>>>> = {
  "says that it failed": () => FAILED,
  throws: () => {
    throw new Error("the adapter has a fault");
  },
  "never comes": () => new Promise(() => undefined),
};

describe.each(Object.entries(FAILURES))("an answer that %s is no absence", (_name, fails) => {
  // T-16: a network error is never "not found".
  async function compared(t: TestEngine): Promise<void> {
    const report = t.engine.reconcile();
    await t.pass(120_000);
    await report;
  }

  test("of the open orders", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onOpenOrders = fails;
    t.venue.onOrder = () => ABSENT;
    await compared(t);
    expect(order.status).toBe("acknowledged");
    expect(eventsOfType(t, "reconcileCompleted").at(-1)).toMatchObject({ failedQueries: 1, ordersChecked: 0 });
  });

  test("of an order by its name", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onOrder = fails;
    const { lastSeq } = order;
    await compared(t);
    expect(order).toMatchObject({ status: "acknowledged", lastSeq });
    expect(eventsOfType(t, "orderExpired")).toEqual([]);
  });

  test("of an order whose submit is unknown", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = () => UNKNOWN;
    t.venue.onOrder = fails;
    const order = await t.working();
    await compared(t);
    expect(order).toMatchObject({ status: "submitted", outcomeUnknown: true });
  });

  test("of the fills, which absence needs as well", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = () => UNKNOWN;
    t.venue.onOrder = () => ABSENT;
    t.venue.onFillsSince = fails;
    const order = await t.working();
    await compared(t);
    expect(order).toMatchObject({ status: "submitted", outcomeUnknown: true });
  });

  test("of a cancel's order: the cancel stays asked for", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onCancel = () => UNKNOWN;
    t.venue.onOrder = fails;
    unwrap(await t.engine.cancel(order.id));
    await compared(t);
    expect(order).toMatchObject({ status: "acknowledged", pendingCancel: { outcomeUnknown: true } });
  });
});

test("a torn list changes nothing: what it leaves out is asked for by name", async () => {
  // RELIABILITY 40: a list that is read while orders change.
  const t = await createTestEngine();
  const listed = await t.working();
  const leftOut = await t.working({ price: "99" });
  t.venue.onOpenOrders = () => found([recordOf(listed), recordOf(listed)]);
  t.venue.onOrder = () => found(recordOf(leftOut));
  const before = t.engine.status().position;
  const [report] = await t.engine.reconcile();
  await t.pass(60_000);
  expect(report).toMatchObject({ ordersChecked: 2, failedQueries: 0, findings: [] });
  expect(t.engine.status().position).toBe(before + 1);
  expect([listed.status, leftOut.status]).toEqual(["acknowledged", "acknowledged"]);
});

describe("an absence that comes early says nothing", () => {
  // T-07: "not found" right after placing.
  test("about a submit, before the venue's deadline and read lag have passed", async () => {
    const t = await createTestEngine();
    t.venue.capabilities = { ...t.venue.capabilities, discardAfterMs: 2_000, readLagMs: 3_000 };
    t.venue.onPlace = () => UNKNOWN;
    t.venue.onOrder = () => ABSENT;
    const order = await t.working();
    await t.pass(9_900);
    expect(order.status).toBe("submitted");
    t.venue.onOrder = () => found(recordOf(order));
    await t.pass(15_000);
    expect(order.status).toBe("acknowledged");
    expect(eventsOfType(t, "orderExpired")).toEqual([]);
  });

  test("about an order that the venue has just acknowledged, before its queries can show it", async () => {
    const t = await createTestEngine();
    t.venue.capabilities = { ...t.venue.capabilities, readLagMs: 5_000 };
    const order = await t.working();
    t.venue.onOrder = () => ABSENT;
    await t.engine.reconcile();
    await t.pass(4_900);
    t.venue.onOrder = () => found(recordOf(order));
    await t.pass(60_000);
    expect(order.status).toBe("acknowledged");
  });
});

test("a dry run tells of each kind of finding, and changes nothing", async () => {
  const t = await createTestEngine();
  const short = await t.working();
  const lost = await t.working({ price: "99" });
  const ended = await t.working({ price: "98" });
  t.venue.onOpenOrders = () => found([recordOf(short, { cumulativeQuantity: d("0.4") }), stranger()]);
  t.venue.onOrder = ({ orderId }) =>
    orderId === lost.id ? ABSENT : found(recordOf(ended, { status: "canceled", endReason: "by the venue" }));
  const { position } = t.engine.status();
  const [report] = await t.engine.reconcile({ dryRun: true });
  expect(report?.findings.map(({ kind, orderId }) => [kind, orderId])).toEqual([
    ["unsettled", short.id],
    ["unknown", lost.id],
    ["orderCanceled", ended.id],
    ["missedEnd", ended.id],
    ["unknownOrder", undefined],
  ]);
  expect(report?.findings[0]?.text).toBe(`the venue counts 0.4 executed of ${short.id} and shows executions of 0`);
  await t.pass(300_000);
  expect(t.engine.status().position).toBe(position);
  const orders: readonly Order[] = [short, lost, ended];
  expect(orders.every((order) => order.status === "acknowledged" && order.cumulativeQuantity.isZero())).toBe(true);
});
