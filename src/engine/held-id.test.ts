// Another order under an id of ours: what is concluded from it, and what is kept from the wire. Orders under ids that
// are not ours are in reconciler.test.ts.

import { expect, test } from "vitest";
import { unwrap } from "../domain/result.ts";
import { d } from "../domain/testing/orders.ts";
import type { SendOutcome, VenueOrder } from "../venues/venue.ts";
import { createTestEngine, settle } from "./testing/test-engine.ts";
import { discrepancies, fillsAfter, found, recordOf, types, venueFill } from "./testing/venue-answers.ts";

const UNKNOWN: SendOutcome = { kind: "unknown", reason: "reset" };
// T-11: a wiped data folder, or a second desk with the same prefix and tag, hands out the same ids.
const DUPLICATE: SendOutcome = { kind: "rejected", reason: "duplicateOrderId" };
const OTHER_TERMS: readonly Partial<VenueOrder>[] = [
  { side: "sell" },
  { instrumentId: "ETH/USDT" as VenueOrder["instrumentId"] },
  { orderType: "market" },
  { quantity: d("2") },
  { price: d("99") },
];

test.each(OTHER_TERMS)("it ends ours as rejected when the venue refused it for the id: %o", async (terms) => {
  const t = await createTestEngine();
  t.venue.onPlace = () => DUPLICATE;
  const order = await t.working();
  const theirs = recordOf(order, { ...terms, status: "filled", cumulativeQuantity: d("1") });
  t.venue.onOrder = () => found(theirs);
  t.venue.onFillsSince = fillsAfter([venueFill({ ...theirs, side: "sell" }, "1", "e1")]);
  await t.pass(1_000);
  expect(order).toMatchObject({ status: "rejected", inferred: false, statusReason: { text: "duplicateOrderId" } });
  expect(order.venueOrderId).toBeUndefined();
  expect(discrepancies(t)).toEqual(["contradiction"]);
  expect(t.engine.positions()).toEqual([]);
  await t.engine.reconcile();
  expect(t.engine.positions()).toEqual([]);
});

test("it is ours when all its terms are, though the venue refused the submit as its repeat", async () => {
  const t = await createTestEngine();
  t.venue.onPlace = () => DUPLICATE;
  const order = await t.working();
  t.venue.onOrder = () => found(recordOf(order));
  await t.pass(1_000);
  expect(order).toMatchObject({ status: "acknowledged", venueOrderId: "v1" });
  expect(discrepancies(t)).toEqual([]);
});

test("it leaves a submit that was not answered unknown, is recorded once, and is never canceled", async () => {
  const t = await createTestEngine();
  t.venue.onPlace = () => UNKNOWN;
  const order = await t.working();
  const theirs = recordOf(order, { side: "sell" });
  t.venue.onOrder = () => found(theirs);
  t.venue.onOpenOrders = () => found([theirs]);
  await t.pass(60_000);
  await t.engine.reconcile();
  expect(order).toMatchObject({ status: "submitted", outcomeUnknown: true });
  expect(discrepancies(t)).toEqual(["contradiction"]);
  unwrap(await t.engine.cancel(order.id));
  await t.pass(1_000);
  expect(t.venue.sent.map((sent) => sent.kind)).toEqual(["place"]);
  expect(types(t, order.id)).toContain("cancelRejected");
});

test("it is not taken for one that the venue has named to us: a person may have changed its quantity and price", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  t.venue.onOpenOrders = () => found([recordOf(order, { quantity: d("2"), price: d("99") })]);
  await t.engine.reconcile();
  expect(discrepancies(t)).toEqual([]);
  unwrap(await t.engine.cancel(order.id));
  await settle();
  expect(t.venue.sent.at(-1)?.kind).toBe("cancel");
});

test("a triggered order may be shown as what it has become", async () => {
  const t = await createTestEngine();
  const order = await t.working({ orderType: "stopLimit", triggerPrice: "101", price: "102" });
  t.venue.onOpenOrders = () => found([recordOf(order, { orderType: "limit" })]);
  await t.engine.reconcile();
  expect(discrepancies(t)).toEqual([]);
});

test("a post-only order may be shown at the price that the venue gave it instead of crossing", async () => {
  const t = await createTestEngine();
  t.venue.onPlace = () => UNKNOWN;
  const order = await t.working({ postOnly: true });
  t.venue.onOrder = () => found(recordOf(order, { price: d("99.9") }));
  await t.pass(1_000);
  expect(order.status).toBe("acknowledged");
});

test("a replace under the id is kept from the wire as well", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  t.venue.onOpenOrders = () => found([recordOf(order, { side: "sell" })]);
  await t.engine.reconcile();
  unwrap(await t.engine.replace(order.id, { price: "101" }));
  await settle();
  expect(t.venue.sent.map((sent) => sent.kind)).toEqual(["place"]);
  expect(order.pendingReplace).toBeUndefined();
});

test("an execution of the other side is not booked", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  t.venue.onOpenOrders = () => found([recordOf(order)]);
  t.venue.onFillsSince = fillsAfter([venueFill(recordOf(order, { side: "sell" }), "1", "e1")]);
  await t.engine.reconcile();
  expect(order.cumulativeQuantity.isZero()).toBe(true);
  expect(discrepancies(t)).toEqual(["contradiction"]);
});
