// Totals without executions, through the front door: what is booked in their place, at which price, and how the real
// executions replace it. The arithmetic of replacing is in domain/interpret-fill.test.ts.

import { describe, expect, test } from "vitest";
import type { ExecutionId, VenueOrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import { d } from "../domain/testing/orders.ts";
import type { VenueOrder } from "../venues/venue.ts";
import { createTestEngine, settle, type TestEngine } from "./testing/test-engine.ts";
import { discrepancies, eventsOfType, fillsAfter, found, recordOf, types, venueFill } from "./testing/venue-answers.ts";

const FAILED = { kind: "failed", reason: "no route" } as const;

/** An order that the venue shows in its list with these changes, while it shows no execution. */
async function shown(t: TestEngine, changes: Partial<VenueOrder>, request = {}): Promise<Order> {
  const order = await t.working(request);
  t.venue.onOpenOrders = () => found([recordOf(order, changes)]);
  t.venue.onOrder = () => found(recordOf(order, changes));
  await t.engine.reconcile();
  return order;
}

function fillsOf(order: Order): string[] {
  return Array.from(
    order.fills.values(),
    (fill) => `${fill.executionId} ${fill.quantity} @ ${fill.price}${fill.inferred === true ? " inferred" : ""}`,
  );
}

describe("a total above what is booked", () => {
  test("is booked as an inferred fill at the venue's average, once its fills were read twice without it", async () => {
    // T-57: executed quantity without trades.
    const t = await createTestEngine();
    const order = await shown(t, { cumulativeQuantity: d("0.4"), averagePrice: d("99.5") });
    expect(fillsOf(order)).toEqual([]);
    await t.pass(1_000);
    expect(fillsOf(order)).toEqual(["inferred:v1:0.4 0.4 @ 99.5 inferred"]);
    expect(order.status).toBe("partiallyFilled");
    expect(t.engine.positions()[0]?.quantity).toEqual(d("0.4"));
    const [noted] = eventsOfType(t, "discrepancyFound");
    expect(noted).toMatchObject({ kind: "missedFill", ours: "booked 0", conclusion: expect.stringContaining("99.5") });
    await t.engine.reconcile();
    await t.pass(60_000);
    expect(discrepancies(t)).toEqual(["missedFill"]);
  });

  test("is not booked before the venue's read lag has passed", async () => {
    const t = await createTestEngine();
    t.venue.capabilities = { ...t.venue.capabilities, readLagMs: 5_000 };
    const order = await shown(t, { cumulativeQuantity: d("0.4") });
    await t.pass(5_200);
    expect(fillsOf(order)).toEqual([]);
    await t.pass(100);
    expect(fillsOf(order)).toHaveLength(1);
  });

  test("is not booked while the fills cannot be read", async () => {
    const t = await createTestEngine();
    t.venue.onFillsSince = () => FAILED;
    const order = await shown(t, { cumulativeQuantity: d("0.4") });
    await t.pass(300_000);
    expect(fillsOf(order)).toEqual([]);
    t.venue.onFillsSince = fillsAfter([venueFill(recordOf(order), "0.4", "e1")]);
    await t.pass(60_000);
    expect(fillsOf(order)).toEqual(["e1 0.4 @ 100"]);
  });

  test("is not booked when the second reading has no answer; it is tried again", async () => {
    const t = await createTestEngine();
    const order = await shown(t, { cumulativeQuantity: d("0.4") });
    t.venue.onFillsSince = () => FAILED;
    await t.pass(50_000);
    expect(fillsOf(order)).toEqual([]);
    t.venue.onFillsSince = () => found([]);
    await t.pass(20_000);
    expect(fillsOf(order)).toEqual(["inferred:v1:0.4 0.4 @ 100 inferred"]);
  });

  test("is explained by an execution that an earlier reading has passed by", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    const foreign = venueFill({ venueOrderId: "elsewhere" as VenueOrderId, side: "sell" }, "1", "f1");
    t.venue.onFillsSince = fillsAfter([foreign]);
    await t.engine.reconcile();
    t.venue.onFillsSince = fillsAfter([venueFill(recordOf(order), "0.4", "e1"), foreign]);
    t.venue.onOpenOrders = () => found([recordOf(order, { cumulativeQuantity: d("0.4") })]);
    await t.engine.reconcile();
    await t.pass(1_000);
    expect(fillsOf(order)).toEqual(["e1 0.4 @ 100"]);
    expect(discrepancies(t)).toEqual(["unknownOrder", "missedFill"]);
  });

  test("has the price that makes the booked fills and the missing one the venue's average", async () => {
    const t = await createTestEngine();
    const order = await t.working({ quantity: "4" });
    t.venue.fill(order, "1", "100", "e1");
    await settle();
    t.venue.onOpenOrders = () => found([recordOf(order, { cumulativeQuantity: d("4"), averagePrice: d("98") })]);
    await t.engine.reconcile();
    await t.pass(1_000);
    expect(order.averagePrice()?.eq(d("98"))).toBe(true);
    expect(order.lastFill).toMatchObject({ inferred: true, quantity: d("3") });
    expect(order.lastFill?.price.toString()).toBe("97.33333333333333333333");
    expect(order.status).toBe("filled");
  });

  test("without an average has the limit price, and so has one whose average makes no sense", async () => {
    // What is booked cost 10 already: an average of 1 would make the rest cost less than nothing.
    for (const changes of [{}, { averagePrice: d("1") }]) {
      const t = await createTestEngine();
      const order = await t.working();
      t.venue.fill(order, "0.1", "100", "e1");
      await settle();
      t.venue.onOpenOrders = () => found([recordOf(order, { cumulativeQuantity: d("0.5"), ...changes })]);
      await t.engine.reconcile();
      await t.pass(1_000);
      expect(fillsOf(order)).toEqual(["e1 0.1 @ 100", "inferred:v1:0.5 0.4 @ 100 inferred"]);
      expect(eventsOfType(t, "discrepancyFound")[0]?.conclusion).toContain("the order's limit");
    }
  });

  test("of an order without any price goes to a person, and nothing is booked", async () => {
    const t = await createTestEngine();
    const market = { orderType: "market", price: undefined } as const;
    const order = await shown(t, { cumulativeQuantity: d("0.4") }, market);
    await t.pass(1_000);
    expect(fillsOf(order)).toEqual([]);
    expect(t.engine.cases()).toMatchObject([{ caseId: `unsettled:${order.id}` }]);
    expect(t.engine.cases()[0]?.text).toContain("neither its total nor the order has a price");
    await t.engine.decideCase(`unsettled:${order.id}`, "dismiss", { by: "ada" });
    await t.pass(50_000);
    expect(t.engine.cases()).toEqual([]);
    await t.pass(70_000);
    expect(t.engine.cases()).toHaveLength(1);
    t.venue.fill(order, "0.4", "101", "e1");
    await settle();
    expect(t.engine.cases()).toEqual([]);
  });

  test("of an ended order is booked late at the average that its record has, and the order is settled by it", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    const record = { status: "canceled", cumulativeQuantity: d("0.4"), averagePrice: d("98.5") } as const;
    t.venue.onOrder = () => found(recordOf(order, record));
    t.venue.say(order, { kind: "ended", status: "canceled", reason: "requested", cumulativeQuantity: d("0.4") });
    await t.pass(5_000);
    expect(order).toMatchObject({ status: "canceled", isSettled: true });
    expect(fillsOf(order)).toEqual(["inferred:v1:0.4 0.4 @ 98.5 inferred"]);
    await t.pass(120_000);
    expect(t.engine.cases()).toEqual([]);
  });

  test("of a report takes the average that the report has", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    const totals = { cumulativeQuantity: d("0.4"), averagePrice: d("99") };
    t.venue.say(order, { kind: "ended", status: "canceled", reason: "requested", ...totals });
    await t.pass(5_000);
    expect(fillsOf(order)).toEqual(["inferred:v1:0.4 0.4 @ 99 inferred"]);
  });

  test("is not booked again where the venue took executions back: a person is asked", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.fill(order, "0.4", "100", "e1");
    t.venue.say(order, { kind: "fillReversed", executionId: "e1" as ExecutionId, reason: "bust", worksAgain: true });
    await settle();
    t.venue.onOpenOrders = () => found([recordOf(order, { cumulativeQuantity: d("0.4") })]);
    await t.engine.reconcile();
    await t.pass(5_000);
    expect(order.cumulativeQuantity.isZero()).toBe(true);
    expect(t.engine.cases()[0]?.text).toContain("may be an old one");
  });

  test("goes on after a restart for an order that had ended", async () => {
    const t = await createTestEngine();
    t.venue.onFillsSince = () => FAILED;
    const order = await t.working();
    t.venue.say(order, { kind: "ended", status: "canceled", reason: "requested", cumulativeQuantity: d("0.4") });
    await t.pass(1_000);
    const again = await createTestEngine({ journal: t.journal.crash() });
    await again.pass(5_000);
    expect(again.engine.find(order.id)).toMatchObject({ isSettled: true });
  });
});

describe("the real executions", () => {
  async function inferred(): Promise<{ t: TestEngine; order: Order }> {
    const t = await createTestEngine();
    const order = await shown(t, { cumulativeQuantity: d("0.4"), averagePrice: d("99") });
    await t.pass(1_000);
    expect(fillsOf(order)).toHaveLength(1);
    return { t, order };
  }

  test("replace an inferred fill in one event, and the totals stay", async () => {
    const { t, order } = await inferred();
    t.venue.fill(order, "0.4", "99.1", "e1");
    await settle();
    expect(fillsOf(order)).toEqual(["e1 0.4 @ 99.1"]);
    expect(types(t, order.id).at(-1)).toBe("fillCorrected");
    expect(t.engine.positions()[0]?.quantity).toEqual(d("0.4"));
    expect(order.cumulativeQuantity).toEqual(d("0.4"));
  });

  test("replace it piece by piece: what they do not explain stays inferred", async () => {
    const { t, order } = await inferred();
    t.venue.fill(order, "0.1", "99.1", "e1");
    await settle();
    expect(order.cumulativeQuantity.eq(d("0.4"))).toBe(true);
    expect(fillsOf(order)).toEqual(["e1 0.1 @ 99.1", "inferred:v1:0.4.rest 0.3 @ 99 inferred"]);
    t.venue.fill(order, "0.3", "98.9", "e2");
    await settle();
    expect(fillsOf(order)).toEqual(["e1 0.1 @ 99.1", "e2 0.3 @ 98.9"]);
    expect(t.engine.positions()[0]?.quantity.eq(d("0.4"))).toBe(true);
  });

  test("and what follows them are told apart: a higher total later is explained on its own", async () => {
    const { t, order } = await inferred();
    t.venue.onOpenOrders = () => found([recordOf(order, { cumulativeQuantity: d("0.6"), averagePrice: d("98") })]);
    await t.engine.reconcile();
    await t.pass(1_000);
    expect(fillsOf(order)).toEqual(["inferred:v1:0.4 0.4 @ 99 inferred", "inferred:v1:0.6 0.2 @ 96 inferred"]);
  });
});
