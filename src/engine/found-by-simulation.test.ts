// Faults of ours that the simulator found, each as the shortest story that shows it, through the front door. The seeds
// that found them are in test/seeds.txt.

import { expect, test } from "vitest";
import type { VenueOrderId } from "../domain/identifiers.ts";
import { unwrap } from "../domain/result.ts";
import { d } from "../domain/testing/orders.ts";
import type { SendOutcome } from "../venues/venue.ts";
import { createTestEngine, settle } from "./testing/test-engine.ts";
import { eventsOfType, fillsAfter, found, recordOf, stranger, venueFill } from "./testing/venue-answers.ts";

const UNKNOWN_ORDER: SendOutcome = { kind: "rejected", reason: "unknownOrder" };
const UNKNOWN: SendOutcome = { kind: "unknown", reason: "reset" };
const ABSENT = { kind: "absent" } as const;

test("an order that the venue has lost is concluded absent, though a policy asks for its cancel again and again", async () => {
  const t = await createTestEngine({
    config: { accounts: [{ id: "main", venue: "scripted", staleAfterMs: 5_000 }] },
  });
  const order = await t.working();
  t.venue.onCancel = () => UNKNOWN_ORDER;
  t.venue.onOrder = () => ABSENT;
  await t.pass(15_000);
  expect(order).toMatchObject({ status: "expired", inferred: true, statusReason: { text: "absentAtVenue" } });
});

test("a stale order whose cancel is refused is asked for again ever more rarely", async () => {
  const t = await createTestEngine({
    config: { accounts: [{ id: "main", venue: "scripted", staleAfterMs: 5_000 }] },
  });
  const order = await t.working();
  t.venue.onCancel = () => ({ kind: "rejected", reason: "busy" });
  t.venue.onOrder = () => found(recordOf(order));
  await t.pass(125_000);
  // After 5 s, then 1, 2, 4, 8, 16, 32 s later and so on: not one in each of the 120 seconds.
  expect(t.venue.sent.filter((each) => each.kind === "cancel").length).toBeLessThan(10);
  expect(order.status).toBe("acknowledged");
});

test("a total that rose while a lower one waited for its executions is booked as well", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  t.venue.say(order, { kind: "acknowledged", cumulativeQuantity: d("0.3"), averagePrice: d("100") });
  await t.pass(100);
  t.venue.say(order, {
    kind: "ended",
    status: "canceled",
    reason: "by hand",
    cumulativeQuantity: d("0.8"),
    averagePrice: d("100"),
  });
  await t.pass(20_000);
  expect(order).toMatchObject({ status: "canceled", cumulativeQuantity: d("0.8"), isSettled: true });
});

test("the executions of an order that a query named first are told from others' before anything is inferred", async () => {
  const t = await createTestEngine();
  t.venue.onPlace = () => UNKNOWN;
  const order = await t.submit();
  const record = recordOf(order, {
    venueOrderId: "v7" as VenueOrderId,
    status: "filled",
    cumulativeQuantity: d("1"),
    averagePrice: d("100"),
  });
  t.venue.onOrder = () => found(record);
  // The venue's fills do not carry our id.
  t.venue.onFillsSince = fillsAfter([venueFill({ venueOrderId: record.venueOrderId, side: "buy" }, "1", "e1")]);
  await t.pass(20_000);
  expect(Array.from(order.fills.values(), (fill) => fill.executionId)).toEqual(["e1"]);
  expect(order).toMatchObject({ status: "filled", isSettled: true });
});

test("a person can say that a request never arrived where the venue gives no proof, and the order goes on as it was", async () => {
  const t = await createTestEngine();
  const { discardAfterMs: _, ...withoutDeadline } = t.venue.capabilities;
  t.venue.capabilities = withoutDeadline;
  const order = await t.working();
  t.venue.onReplace = () => UNKNOWN;
  t.venue.onOrder = () => found(recordOf(order));
  unwrap(await t.engine.replace(order.id, { price: "99" }));
  await t.pass(70_000);
  expect(order.pendingReplace?.outcomeUnknown).toBe(true);
  const [opened] = t.engine.cases();
  expect(opened?.kind).toBe("unknownOutcome");
  unwrap(await t.engine.decideCase(opened?.caseId ?? "", "notPlaced", { by: "ada", reason: "the venue says so" }));
  await settle();
  expect(order.pendingReplace).toBeUndefined();
  expect(order).toMatchObject({ status: "acknowledged", price: d("100") });
  expect(eventsOfType(t, "replaceRejected").at(-1)).toMatchObject({ reason: "notPlaced", cause: "operator:ada" });
});

test("an order of which nothing was heard for longer than the venue remembers is not concluded absent, stream or not", async () => {
  const t = await createTestEngine();
  t.venue.capabilities = { ...t.venue.capabilities, historyMs: 30_000 };
  t.venue.onPlace = () => UNKNOWN;
  t.venue.onOrder = () => ({ kind: "failed", reason: "no route" });
  const order = await t.submit();
  await t.pass(40_000);
  // It may have been placed, executed and forgotten meanwhile.
  t.venue.onOrder = () => ABSENT;
  await t.pass(60_000);
  expect(order).toMatchObject({ status: "submitted", outcomeUnknown: true });
  expect(t.engine.cases().map((opened) => opened.kind)).toContain("historyGap");
});

test("an order that a torn list shows twice is taken over once", async () => {
  const t = await createTestEngine({
    config: { accounts: [{ id: "main", venue: "scripted", orphanPolicy: "adopt" }] },
  });
  t.venue.onOpenOrders = () => found([stranger(), stranger()]);
  await t.engine.reconcile();
  expect(eventsOfType(t, "orderAdopted")).toHaveLength(1);
});
