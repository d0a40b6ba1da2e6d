// The books against a scripted venue: comparisons, single orders in doubt, strangers, reconnections.
// Random faults against a venue that matches are in engine.paper.test.ts.

import { describe, expect, test } from "vitest";
import type { AccountId, OrderId, VenueOrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import { unwrap } from "../domain/result.ts";
import { d } from "../domain/testing/orders.ts";
import type { QueryResult, SendOutcome, VenueOrder } from "../venues/venue.ts";
import type { OrphanPolicy } from "./reconciler.ts";
import type { ScriptedVenue } from "./testing/scripted-venue.ts";
import { createTestEngine, LIMIT_BUY, settle, type TestEngine } from "./testing/test-engine.ts";
import {
  discrepancies,
  eventsOfType,
  fillsAfter,
  found,
  MAIN,
  pending,
  recordOf,
  stranger,
  types,
  venueFill,
} from "./testing/venue-answers.ts";

const FAILED = { kind: "failed", reason: "no route" } as const;
const ABSENT = { kind: "absent" } as const;
const UNKNOWN: SendOutcome = { kind: "unknown", reason: "reset" };

/** How often the venue was asked about an order by name. */
function countQuestions(
  venue: ScriptedVenue,
  answer: () => QueryResult<VenueOrder> | Promise<QueryResult<VenueOrder>>,
) {
  const counter = { asked: 0 };
  venue.onOrder = () => {
    counter.asked++;
    return answer();
  };
  return counter;
}

describe("a comparison", () => {
  test("books a fill that the stream lost, with a note of what differed, and once only", async () => {
    // T-16, T-51: a fill is dropped while heartbeats pass.
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onOpenOrders = () => found([recordOf(order, { cumulativeQuantity: d("0.4") })]);
    t.venue.onFillsSince = fillsAfter([venueFill(recordOf(order), "0.4", "e1")]);
    await t.engine.reconcile();
    await t.engine.reconcile();
    expect(order.cumulativeQuantity).toEqual(d("0.4"));
    expect(discrepancies(t)).toEqual(["missedFill"]);
    expect(eventsOfType(t, "reconcileCompleted").at(-1)).toMatchObject({ fillCursor: "e1", failedQueries: 0 });
    t.venue.fill(order, "0.4", "100", "e1");
    await settle();
    expect(order.cumulativeQuantity).toEqual(d("0.4"));
  });

  test("finds an order that filled while nobody listened, by its name and with its fills", async () => {
    // T-20, T-21, T-42: not among the open orders is not unfilled.
    const t = await createTestEngine();
    const order = await t.working();
    const record = recordOf(order, { status: "filled", cumulativeQuantity: d("1") });
    t.venue.onOrder = () => found(record);
    t.venue.onFillsSince = fillsAfter([venueFill(record, "1", "e1")]);
    await t.engine.reconcile();
    expect(order).toMatchObject({ status: "filled", isSettled: true });
    expect(t.engine.positions()[0]?.quantity).toEqual(d("1"));
  });

  test("takes over an end that the stream lost", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onOrder = () => found(recordOf(order, { status: "canceled", endReason: "venue restart" }));
    await t.engine.reconcile();
    expect(order).toMatchObject({ status: "canceled", inferred: false, statusReason: { text: "venue restart" } });
    expect(discrepancies(t)).toEqual(["missedEnd"]);
  });

  test("an end whose fills are still missing is not settled until they are read", async () => {
    // T-56: FILLED is reported with no trades.
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onOrder = () => found(recordOf(order, { status: "filled", cumulativeQuantity: d("1") }));
    t.venue.onFillsSince = () => FAILED;
    await t.engine.reconcile();
    expect(order).toMatchObject({ status: "filled", isSettled: false });
    await t.pass(3_000);
    t.venue.onFillsSince = fillsAfter([venueFill(recordOf(order), "1", "e1")]);
    await t.pass(20_000);
    expect(order.isSettled).toBe(true);
    expect(order.cumulativeQuantity).toEqual(d("1"));
  });

  test("an end whose fills are still missing keeps its exposure reserved, over a restart too, until they are booked", async () => {
    // T-56: the missing executions may be real.
    for (const cumulativeQuantity of [d("1"), undefined]) {
      const t = await createTestEngine();
      unwrap(await t.engine.setRiskLimits("main", { maxPosition: d("1.5") }, { by: "anna" }));
      const order = await t.working();
      t.venue.onFillsSince = () => FAILED;
      const total = cumulativeQuantity === undefined ? {} : { cumulativeQuantity };
      t.venue.say(order, { kind: "ended", status: "filled", reason: "filled", ...total });
      const denied = await t.engine.submit(LIMIT_BUY);
      expect(!denied.ok && denied.error.code).toBe("risk.maxPosition");
      const again = await createTestEngine({ journal: t.journal.crash("kept") });
      const still = await again.engine.submit(LIMIT_BUY);
      expect(!still.ok && still.error.code).toBe("risk.maxPosition");
      again.venue.fill(order, "1");
      await settle();
      expect(again.engine.find(order.id)?.isSettled).toBe(true);
      expect((await again.engine.submit({ ...LIMIT_BUY, quantity: "0.5" })).ok).toBe(true);
      expect((await again.engine.submit({ ...LIMIT_BUY, side: "sell", price: "110" })).ok).toBe(true);
    }
  });

  test("what an ended order has unbooked counts in the gross exposure, and fills up its parent", async () => {
    for (const [maxExposure, ok] of [
      ["349", false],
      ["350", true],
    ] as const) {
      const t = await createTestEngine();
      await t.working({ price: "99" });
      const unsettled = await t.working();
      t.venue.say(unsettled, { kind: "ended", status: "filled", reason: "filled" });
      const { quantity: _, ...unsized } = LIMIT_BUY;
      unwrap(await t.engine.submit({ ...unsized, notional: "50" }));
      unwrap(await t.engine.setRiskLimits("main", { maxExposure: d(maxExposure) }, { by: "anna" }));
      expect((await t.engine.submit(LIMIT_BUY)).ok).toBe(ok);
    }
    const t = await createTestEngine();
    const parent = await t.working({ quantity: "2", price: "90" });
    const child = await t.working({ parentOrderId: parent.id });
    t.venue.say(child, { kind: "ended", status: "filled", reason: "filled" });
    const [fits, large] = [
      await t.engine.submit({ ...LIMIT_BUY, parentOrderId: parent.id }),
      await t.engine.submit({ ...LIMIT_BUY, quantity: "0.5", parentOrderId: parent.id }),
    ];
    expect([fits.ok, large.ok]).toEqual([true, false]);
  });

  test("a fill that is told between two questions is booked once", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    const record = recordOf(order, { status: "filled", cumulativeQuantity: d("1") });
    t.venue.onOpenOrders = () => {
      t.venue.fill(order, "1", "100", "e1");
      t.venue.onFillsSince = fillsAfter([venueFill(record, "1", "e1")]);
      return found([]);
    };
    t.venue.onOrder = () => found(record);
    await t.engine.reconcile();
    expect(order.cumulativeQuantity).toEqual(d("1"));
    expect(discrepancies(t)).toEqual([]);
  });

  test("failed questions are no evidence: nothing changes, and the report counts them", async () => {
    // T-16: a network error is never "not found".
    const t = await createTestEngine();
    const order = await t.working();
    const position = t.engine.status().position;
    t.venue.onFillsSince = () => FAILED;
    t.venue.onOrder = () => FAILED;
    t.venue.onOpenOrders = () => found([]);
    const [report] = await t.engine.reconcile();
    expect(report).toMatchObject({ failedQueries: 2, ordersChecked: 1, findings: [] });
    expect(order.status).toBe("acknowledged");
    expect(t.engine.status().position).toBe(position + 1);
    t.venue.onOpenOrders = () => {
      throw new Error("the adapter has a bug");
    };
    expect(await t.engine.reconcile()).toMatchObject([{ failedQueries: 2, ordersChecked: 0 }]);
  });

  test("a question without an answer fails in time", async () => {
    const t = await createTestEngine();
    t.venue.onOpenOrders = () => new Promise(() => undefined);
    const reports = t.engine.reconcile();
    await t.pass(5_001);
    expect(await reports).toMatchObject([{ failedQueries: 1 }]);
  });

  test("an old list does not bring an ended order back", async () => {
    // T-25: a NEW that arrives after FILLED.
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.fill(order, "1");
    await settle();
    t.venue.onOpenOrders = () => found([recordOf(order)]);
    const [report] = await t.engine.reconcile();
    expect(order.status).toBe("filled");
    expect(report?.findings).toEqual([]);
  });

  test("an order that memory has forgotten is known as ours on an old list", async () => {
    const t = await createTestEngine({
      config: {
        settings: { reconcileEveryMs: 0, keepLast: 0 },
        accounts: [{ id: "main", venue: "scripted", orphanPolicy: "adopt" }],
      },
    });
    const order = await t.working();
    t.venue.fill(order, "1");
    await settle();
    expect(t.engine.find(order.id)).toBeUndefined();
    t.venue.onOpenOrders = () => found([recordOf(order)]);
    await t.engine.reconcile();
    expect(eventsOfType(t, "orderAdopted")).toEqual([]);
    expect(t.engine.summary().ordersTotal).toBe(1);
  });

  test("one order that cannot be compared does not stop the others", async () => {
    // T-37: one poisoned order blocks the boot.
    const t = await createTestEngine();
    const poisoned = await t.working();
    const good = await t.working({ price: "99" });
    t.venue.onOrder = ({ orderId }) =>
      orderId === poisoned.id
        ? found({ ...recordOf(poisoned), cumulativeQuantity: undefined } as unknown as VenueOrder)
        : found(recordOf(good, { status: "canceled" }));
    const [report] = await t.engine.reconcile();
    expect(report?.ordersChecked).toBe(2);
    expect(good.status).toBe("canceled");
    expect(poisoned.status).toBe("acknowledged");
  });

  test("two comparisons of one account run one after the other, and a periodic one is left out meanwhile", async () => {
    const t = await createTestEngine({ config: { settings: { reconcileEveryMs: 1_000 } } });
    const answer = pending<QueryResult<readonly VenueOrder[]>>();
    let asked = 0;
    t.venue.onOpenOrders = () => {
      asked++;
      return answer.promise;
    };
    await settle();
    const before = eventsOfType(t, "reconcileCompleted").length;
    const [first, second] = [t.engine.reconcile(), t.engine.reconcile()];
    await t.pass(3_500);
    expect(asked).toBe(1);
    answer.resolve(found([]));
    await Promise.all([first, second]);
    expect(eventsOfType(t, "reconcileCompleted").length - before).toBe(2);
    await t.pass(1_000);
    expect(eventsOfType(t, "reconcileCompleted").length - before).toBe(3);
  });

  test("a venue whose cursor stands still does not hold it up for ever", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onFillsSince = () => found([venueFill(recordOf(order), "0.4", "e1", "same")]);
    await t.engine.reconcile();
    expect(order.cumulativeQuantity).toEqual(d("0.4"));
  });
});

describe("a dry run", () => {
  test("records nothing and says what it would", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    const lost = await t.working({ price: "99" });
    t.venue.onOpenOrders = () => found([recordOf(order, { cumulativeQuantity: d("0.4") }), stranger()]);
    t.venue.onOrder = () => ABSENT;
    t.venue.onFillsSince = fillsAfter([venueFill(recordOf(order), "0.4", "e1")]);
    const { position } = t.engine.status();
    const sent = t.venue.sent.length;
    const [report] = await t.engine.reconcile({ dryRun: true });
    expect(report?.dryRun).toBe(true);
    expect(report?.findings.map(({ kind, orderId }) => [kind, orderId])).toEqual([
      ["orderPartiallyFilled", order.id],
      ["missedFill", order.id],
      ["unknown", lost.id],
      ["unknownOrder", undefined],
    ]);
    await t.pass(60_000);
    expect(t.engine.status().position).toBe(position);
    expect(t.venue.sent).toHaveLength(sent);
    expect(order.cumulativeQuantity.isZero()).toBe(true);
  });
});

describe("an order that the venue does not show", () => {
  test("a submit is proven absent only by answers past the deadline, more than once, after its fills were read", async () => {
    // T-07, RELIABILITY 2: not found inside the window says nothing.
    const t = await createTestEngine();
    t.venue.capabilities = { ...t.venue.capabilities, discardAfterMs: 1_000, readLagMs: 2_000 };
    t.venue.onPlace = () => UNKNOWN;
    const counter = countQuestions(t.venue, () => ABSENT);
    t.venue.onFillsSince = () => FAILED;
    const order = await t.working();
    await t.pass(7_900);
    expect(counter.asked).toBeGreaterThan(3);
    await t.pass(60_000);
    expect(order).toMatchObject({ status: "submitted", outcomeUnknown: true });
    t.venue.onFillsSince = () => found([]);
    await t.pass(60_000);
    expect(order).toMatchObject({ status: "expired", inferred: true, statusReason: { text: "notPlaced" } });
    expect(t.venue.sent).toHaveLength(1);
  });

  test("absences before the deadline do not count towards the proof", async () => {
    const t = await createTestEngine();
    const answers: QueryResult<VenueOrder>[] = [];
    t.venue.onPlace = () => UNKNOWN;
    t.venue.onOrder = () => answers.shift() ?? ABSENT;
    const order = await t.working();
    await t.pass(4_990);
    const counter = countQuestions(t.venue, () => (counter.asked === 1 ? ABSENT : FAILED));
    await t.pass(60_000);
    expect(counter.asked).toBeGreaterThan(3);
    expect(order.status).toBe("submitted");
  });

  test("its executions keep it from being called absent unfilled", async () => {
    // T-13: filled while down.
    const t = await createTestEngine();
    t.venue.onPlace = () => UNKNOWN;
    t.venue.onOrder = () => ABSENT;
    const order = await t.working();
    t.venue.onFillsSince = fillsAfter([venueFill(recordOf(order), "1", "e1")]);
    await t.pass(60_000);
    expect(order).toMatchObject({ status: "filled", inferred: false });
    expect(t.engine.positions()[0]?.quantity).toEqual(d("1"));
  });

  test("a working order that is proven gone ends as our conclusion, with a note", async () => {
    // T-34, T-36: the venue forgets; asking goes on, and ends.
    const t = await createTestEngine();
    const order = await t.working();
    const counter = countQuestions(t.venue, () => ABSENT);
    await t.engine.reconcile();
    await t.pass(10_000);
    expect(order).toMatchObject({ status: "expired", inferred: true, statusReason: { text: "absentAtVenue" } });
    expect(discrepancies(t)).toEqual(["missedEnd"]);
    const { asked } = counter;
    await t.pass(60_000);
    expect(counter.asked).toBe(asked);
  });

  test("evidence against an inferred end reinstates the order, and blocks entries until a person looks", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = () => UNKNOWN;
    t.venue.onOrder = () => ABSENT;
    const order = await t.working();
    await t.pass(30_000);
    expect(order.status).toBe("expired");
    t.venue.onOpenOrders = () => found([recordOf(order)]);
    await t.engine.reconcile();
    expect(order.status).toBe("acknowledged");
    expect(types(t, order.id)).toContain("orderReinstated");
    expect(t.engine.status().accounts[0]?.blockedBecause).toBeDefined();
  });

  test("a word on the stream while the question is open makes its answer old", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = () => UNKNOWN;
    const order = await t.working();
    let answers = 0;
    t.venue.onOrder = () => {
      if (t.clock.now() - (order.submittedAt ?? 0) >= 5_000 && ++answers === 2)
        t.venue.say(order, { kind: "acknowledged", venueOrderId: "v7" as VenueOrderId });
      return answers < 3 ? ABSENT : found(recordOf(order));
    };
    await t.pass(60_000);
    expect(answers).toBeGreaterThan(2);
    expect(types(t, order.id)).not.toContain("orderExpired");
    expect(order.status).toBe("acknowledged");
  });
});

describe("requests", () => {
  test("a cancel of an unknown order goes out at once by our id, and again when the order appears", async () => {
    // RELIABILITY 24.
    const t = await createTestEngine();
    t.venue.onPlace = () => UNKNOWN;
    t.venue.onCancel = () => ({ kind: "rejected", reason: "unknownOrder" });
    t.venue.onOrder = () => FAILED;
    const order = await t.working();
    unwrap(await t.engine.cancel(order.id));
    await settle();
    expect(t.venue.sent.map((sent) => sent.kind)).toEqual(["place", "cancel"]);
    expect(order.pendingCancel).toBeDefined();
    t.venue.onCancel = () => ({ kind: "accepted" });
    t.venue.say(order, { kind: "acknowledged", venueOrderId: "v7" as VenueOrderId });
    await settle();
    expect(t.venue.sent.map((sent) => sent.kind)).toEqual(["place", "cancel", "cancel"]);
  });

  test("a cancel that is armed while the submit is unknown goes out when a question finds the order, once", async () => {
    const t = await createTestEngine();
    const answer = pending<SendOutcome>();
    t.venue.onPlace = () => answer.promise;
    const order = await t.working();
    unwrap(await t.engine.cancel(order.id));
    await settle();
    expect(t.venue.sent).toHaveLength(1);
    answer.resolve(UNKNOWN);
    t.venue.onOrder = () => found(recordOf(order, { status: "working" }));
    await t.pass(300);
    expect(t.venue.sent.map((sent) => sent.kind)).toEqual(["place", "cancel"]);
  });

  test("a cancel that was accepted and led to nothing is repeated, ever more slowly, and never twice at once", async () => {
    // T-24: a cancel every second for ever. T-32: stuck in pending_cancel.
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onOrder = () => found(recordOf(order));
    unwrap(await t.engine.cancel(order.id));
    await t.pass(60_000);
    const cancels = t.venue.sent.filter((sent) => sent.kind === "cancel").length;
    expect(cancels).toBeGreaterThan(3);
    expect(cancels).toBeLessThan(20);
    t.venue.onCancel = () => new Promise(() => undefined);
    const before = t.venue.sent.length;
    await t.pass(4_900);
    expect(t.venue.sent.length - before).toBeLessThanOrEqual(1);
  });

  test("a refused cancel asks for the truth: the order had ended", async () => {
    // T-29, T-31: "not an open order" is a question, not an answer.
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onCancel = () => ({ kind: "rejected", reason: "unknownOrder" });
    const record = recordOf(order, { status: "filled", cumulativeQuantity: d("1") });
    t.venue.onOrder = () => found(record);
    t.venue.onFillsSince = fillsAfter([venueFill(record, "1", "e1")]);
    unwrap(await t.engine.cancel(order.id));
    await t.pass(1_000);
    expect(types(t, order.id)).toContain("cancelRejected");
    expect(order).toMatchObject({ status: "filled", isSettled: true });
  });

  test("a cancel that times out again and again is recorded as unknown once", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onCancel = () => UNKNOWN;
    t.venue.onOrder = () => found(recordOf(order));
    unwrap(await t.engine.cancel(order.id));
    await t.pass(60_000);
    expect(types(t, order.id).filter((type) => type === "orderOutcomeUnknown")).toHaveLength(1);
  });

  test("a lost answer to a replace is settled by the terms that the venue shows", async () => {
    for (const [shown, price] of [
      [d("101"), "101"],
      [d("100"), "100"],
    ] as const) {
      const t = await createTestEngine();
      const order = await t.working();
      t.venue.onReplace = () => UNKNOWN;
      t.venue.onOrder = () => found(recordOf(order, { price: shown }));
      unwrap(await t.engine.replace(order.id, { price: "101" }));
      await t.pass(20_000);
      expect(order.pendingReplace).toBeUndefined();
      expect(order.price?.toString()).toBe(price);
    }
  });
});

describe("an end that is older than the replace that holds", () => {
  /** An order of 1 at 100 that was replaced to 2 at the venue's instant 10; the stream then says an old "filled". */
  async function doubted(): Promise<{ readonly t: TestEngine; readonly order: Order }> {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onOpenOrders = () => found([recordOf(order, { quantity: d("2"), venueAt: 10 })]);
    unwrap(await t.engine.replace(order.id, { quantity: "2" }));
    await t.engine.reconcile();
    expect(order).toMatchObject({ replacedVenueAt: 10, quantity: d("2") });
    t.venue.say(order, { kind: "ended", status: "filled", reason: "filled", cumulativeQuantity: d("1") });
    return { t, order };
  }

  test("is asked about, and the order works on", async () => {
    // T-48.
    const { t, order } = await doubted();
    const counter = countQuestions(t.venue, () => found(recordOf(order, { venueAt: 10 })));
    await t.pass(2_000);
    expect(counter.asked).toBeGreaterThan(0);
    expect(order.isWorking).toBe(true);
  });

  test("counts once the venue's record shows it with the new terms, whatever that is dated with", async () => {
    const { t, order } = await doubted();
    t.venue.onOrder = () => found(recordOf(order, { status: "canceled", venueAt: 5 }));
    await t.pass(2_000);
    expect(order.status).toBe("canceled");
  });

  test("is asked about again while the record shows the old terms", async () => {
    const { t, order } = await doubted();
    const old = recordOf(order, { status: "filled", quantity: d("1"), cumulativeQuantity: d("1"), venueAt: 5 });
    const counter = countQuestions(t.venue, () => found(old));
    await t.pass(3_000);
    expect(counter.asked).toBeGreaterThan(1);
    // What the old total says was executed is booked; the rest goes on working.
    expect(order).toMatchObject({ status: "partiallyFilled", cumulativeQuantity: d("1") });
  });
});

describe("orders that are not ours", () => {
  async function withPolicy(orphanPolicy: OrphanPolicy, changes: Partial<VenueOrder> = {}): Promise<TestEngine> {
    const accounts = [{ id: "main", venue: "scripted", orphanPolicy }];
    const t = await createTestEngine({ config: { accounts } });
    t.venue.onOpenOrders = () => found([stranger(changes)]);
    await t.engine.reconcile();
    await settle();
    return t;
  }

  test("ignore leaves no trace", async () => {
    const t = await withPolicy("ignore");
    expect(discrepancies(t)).toEqual([]);
    expect(t.venue.sent).toEqual([]);
  });

  test("observe records each once, and again only after it was gone", async () => {
    const t = await withPolicy("observe");
    await t.engine.reconcile();
    expect(discrepancies(t)).toEqual(["unknownOrder"]);
    t.venue.onOpenOrders = () => found([]);
    await t.engine.reconcile();
    t.venue.onOpenOrders = () => found([stranger()]);
    await t.engine.reconcile();
    expect(discrepancies(t)).toEqual(["unknownOrder", "unknownOrder"]);
    expect(t.venue.sent).toEqual([]);
    expect(t.engine.activeOrders()).toEqual([]);
  });

  test("cancel asks the venue, after the decision is on disk, by the stranger's own ids", async () => {
    const t = await createTestEngine({
      config: { accounts: [{ id: "main", venue: "scripted", orphanPolicy: "cancel" }] },
    });
    let recorded: string[] = [];
    t.venue.onCancel = () => {
      recorded = discrepancies(t);
      return { kind: "accepted" };
    };
    t.venue.onOpenOrders = () => found([stranger()]);
    await t.engine.reconcile();
    await settle();
    expect(t.venue.sent).toMatchObject([{ kind: "cancel", request: { orderId: "by-hand", venueOrderId: "s1" } }]);
    expect(recorded).toEqual(["unknownOrder"]);
  });

  test("adopt takes it over with its executions, and then it is one of ours", async () => {
    // T-12: resume adopts live orders. T-44: manual orders count in risk.
    const accounts = [{ id: "main", venue: "scripted", orphanPolicy: "adopt" as const }];
    const t = await createTestEngine({ config: { accounts } });
    const open = stranger({ cumulativeQuantity: d("0.5") });
    t.venue.onFillsSince = fillsAfter([
      venueFill(open, "0.5", "e1"),
      venueFill(stranger({ venueOrderId: "s2" as VenueOrderId }), "9", "e2"),
    ]);
    await t.engine.reconcile();
    t.venue.onOpenOrders = () => found([open]);
    await t.engine.reconcile();
    await t.engine.reconcile();
    expect(t.engine.activeOrders()).toHaveLength(1);
    const adopted = t.engine.activeOrders().at(0) as Order;
    expect(adopted).toMatchObject({ origin: "EXTERNAL", venueOrderId: "s1", status: "partiallyFilled" });
    expect(t.engine.find("by-hand")).toBe(adopted);
    expect(t.engine.positions()[0]?.quantity).toEqual(d("-0.5"));
    unwrap(await t.engine.cancel(adopted.id));
    await settle();
    expect(t.venue.sent.at(-1)).toMatchObject({ kind: "cancel", request: { orderId: "by-hand", venueOrderId: "s1" } });
    t.venue.say(adopted, { kind: "ended", status: "canceled", reason: "requested" });
    await settle();
    expect(adopted.status).toBe("canceled");
  });

  test("an adopted order that the venue cannot find by name is not called absent", async () => {
    const t = await withPolicy("adopt");
    const { clientOrderId: _none, ...nameless } = stranger({ venueOrderId: "s3" as VenueOrderId });
    t.venue.onOpenOrders = () => found([nameless]);
    await t.engine.reconcile();
    const adopted = t.engine.find("s3");
    t.venue.onOpenOrders = () => found([]);
    t.venue.onOrder = () => ABSENT;
    await t.engine.reconcile();
    await t.pass(60_000);
    expect(adopted?.status).toBe("acknowledged");
  });

  test("an order of ours that the journal lost is taken over under its own id", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    const again = await createTestEngine({
      config: { accounts: [{ id: "main", venue: "scripted", orphanPolicy: "adopt" }] },
    });
    await again.engine.stop();
    const third = await createTestEngine({
      journal: again.journal.crash(),
      start: false,
      config: { accounts: [{ id: "main", venue: "scripted", orphanPolicy: "adopt" }] },
    });
    third.venue.onOpenOrders = () => found([recordOf(order)]);
    await third.engine.start();
    expect(third.engine.find(order.id)).toMatchObject({ origin: "EXTERNAL", status: "acknowledged" });
    const next = await third.working();
    expect(next.id).not.toBe(order.id);
  });

  test("the policy `cancel` is for strangers: what the journal lost of ours is taken over", async () => {
    const t = await createTestEngine();
    const lost = await t.working();
    const accounts = [{ id: "main", venue: "scripted", orphanPolicy: "cancel" as const }];
    const again = await createTestEngine({ config: { accounts } });
    await again.engine.stop();
    const third = await createTestEngine({ journal: again.journal.crash(), start: false, config: { accounts } });
    third.venue.onOpenOrders = () => found([recordOf(lost), stranger()]);
    await third.engine.start();
    await settle();
    expect(third.engine.find(lost.id)?.status).toBe("acknowledged");
    expect(third.venue.sent).toMatchObject([{ kind: "cancel", request: { venueOrderId: "s1" } }]);
  });

  test("fills of a stranger are on record once per order, and not in our books", async () => {
    const t = await createTestEngine();
    const theirs = stranger();
    t.venue.onFillsSince = fillsAfter([venueFill(theirs, "1", "e1"), venueFill(theirs, "1", "e2")]);
    await t.engine.reconcile();
    expect(discrepancies(t)).toEqual(["unknownOrder"]);
    expect(t.engine.positions()).toEqual([]);
  });
});

describe("the stream", () => {
  test("a report that names only an id we do not know yet waits for the reply that tells it", async () => {
    // T-59: the stream is faster than the reply, and without our id.
    const t = await createTestEngine();
    const answer = pending<SendOutcome>();
    t.venue.onPlace = () => answer.promise;
    const order = await t.working();
    t.venue.sayOf(
      { account: MAIN, instrumentId: order.instrumentId, venueOrderId: "v9" as VenueOrderId },
      {
        kind: "ended",
        status: "canceled",
        reason: "by hand",
      },
    );
    await t.pass(100);
    answer.resolve({ kind: "accepted", venueOrderId: "v9" as VenueOrderId });
    await t.pass(300);
    expect(order.status).toBe("canceled");
  });

  test("reports about strangers change no order, and bring on one comparison of the books", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    const before = order.lastSeq;
    const name = (account: string, orderId?: string): Parameters<ScriptedVenue["sayOf"]>[0] => ({
      account: account as AccountId,
      instrumentId: order.instrumentId,
      venueOrderId: "x" as VenueOrderId,
      ...(orderId === undefined ? {} : { orderId: orderId as OrderId }),
    });
    t.venue.onOpenOrders = () => found([recordOf(order), stranger()]);
    for (let round = 0; round < 20; round++) {
      for (const named of [name("main"), name("main", "not-ours"), name("nobody")])
        t.venue.sayOf(named, { kind: "ended", status: "canceled", reason: "by hand" });
      await t.pass(250);
    }
    expect(order).toMatchObject({ status: "acknowledged", lastSeq: before });
    expect(eventsOfType(t, "reconcileCompleted").map((event) => event.trigger)).toEqual(["start", "foreignReport"]);
    expect(discrepancies(t)).toEqual(["unknownOrder"]);
    await t.pass(60_000);
    expect(eventsOfType(t, "reconcileCompleted")).toHaveLength(2);
    expect(t.engine.status().phase).toBe("ready");
  });

  test("a reconnection compares the books before entries leave again, and tries until it can", async () => {
    // T-46, T-50: what happened around a reconnect.
    const t = await createTestEngine();
    const order = await t.working();
    const record = recordOf(order, { status: "filled", cumulativeQuantity: d("1") });
    t.venue.connection("disconnected");
    expect(t.engine.status().venues[0]).toMatchObject({ connected: false });
    t.venue.onOrder = () => found(record);
    t.venue.onFillsSince = () => FAILED;
    t.venue.connection("connected");
    await settle();
    const refused = await t.working({ price: "99" });
    expect(refused.status).toBe("failed");
    t.venue.onFillsSince = fillsAfter([venueFill(record, "1", "e1")]);
    await t.pass(5_000);
    expect(order).toMatchObject({ status: "filled", isSettled: true });
    expect((await t.working({ price: "98" })).status).toBe("acknowledged");
    expect(eventsOfType(t, "reconcileCompleted").at(-1)?.trigger).toBe("reconnect");
  });

  test("a cut during a comparison makes it worthless", async () => {
    const t = await createTestEngine({ start: false });
    let cuts = 1;
    t.venue.onFillsSince = () => {
      if (cuts-- > 0) {
        t.venue.connection("disconnected");
        t.venue.connection("connected");
      }
      return found([]);
    };
    await t.engine.start();
    expect(t.engine.status().phase).toBe("reconciling");
    await t.pass(1_000);
    expect(t.engine.status().phase).toBe("ready");
  });

  test("the books are compared periodically", async () => {
    // T-19: a periodic sweep.
    const t = await createTestEngine({ config: { settings: { reconcileEveryMs: 30_000 } } });
    await t.pass(95_000);
    const triggers = eventsOfType(t, "reconcileCompleted").map((event) => event.trigger);
    expect(triggers).toEqual(["start", "periodic", "periodic", "periodic"]);
  });
});

test("questions stay within the venue's message budget", async () => {
  const venueMessages = { count: 10, windowMs: 1_000, reservedForCancels: 5 };
  const t = await createTestEngine({ config: { settings: { reconcileEveryMs: 0, venueMessages } } });
  const times: number[] = [];
  t.venue.onPlace = () => UNKNOWN;
  t.venue.onOrder = () => {
    times.push(t.clock.now());
    return FAILED;
  };
  for (let index = 0; index < 20; index++) await t.engine.submit({ ...LIMIT_BUY, quantity: String(index + 1) });
  await t.pass(20_000);
  const sentAt = times.toSorted((a, b) => a - b);
  for (let index = 10; index < sentAt.length; index++) {
    expect((sentAt[index] as number) - (sentAt[index - 10] as number)).toBeGreaterThanOrEqual(1_000);
  }
  expect(sentAt.length).toBeGreaterThan(20);
});
