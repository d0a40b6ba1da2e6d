// The operator queue through the front door: what comes into it, when, how it leaves by itself, and what a person's
// decision does. How the venue is asked meanwhile is in reconciler.test.ts.

import { describe, expect, test } from "vitest";
import type { VenueOrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import { unwrap } from "../domain/result.ts";
import { d } from "../domain/testing/orders.ts";
import type { SendOutcome } from "../venues/venue.ts";
import type { CaseDecision } from "./engine-api.ts";
import type { ScriptedVenue } from "./testing/scripted-venue.ts";
import { createTestEngine, settle, type TestEngine } from "./testing/test-engine.ts";
import { eventsOfType, fillsAfter, found, MAIN, recordOf, venueFill } from "./testing/venue-answers.ts";

const FAILED = { kind: "failed", reason: "no route" } as const;
const ABSENT = { kind: "absent" } as const;
const UNKNOWN: SendOutcome = { kind: "unknown", reason: "reset" };
const PERSON = { by: "ada" };

/** What stands in the queue, as `kind:about`. */
function queue(t: TestEngine): string[] {
  return t.engine.cases().map((opened) => opened.caseId);
}

/** The cases that were closed, with who closed them. */
function closed(t: TestEngine): string[] {
  return eventsOfType(t, "caseClosed").map((event) => `${event.caseId} by ${event.by}`);
}

async function decide(t: TestEngine, caseId: string, decision: CaseDecision): Promise<void> {
  unwrap(await t.engine.decideCase(caseId, decision, PERSON));
}

function withoutDeadline(venue: ScriptedVenue): void {
  const { discardAfterMs: _none, ...capabilities } = venue.capabilities;
  venue.capabilities = capabilities;
}

/** An order whose submit has an unknown outcome, at a venue that answers nothing. */
async function unknownSubmit(t: TestEngine): Promise<Order> {
  t.venue.onPlace = () => UNKNOWN;
  t.venue.onOrder = () => FAILED;
  return t.working();
}

/** Orders that were concluded as not placed, and that the venue then shows. */
async function reinstated(t: TestEngine, ...prices: readonly string[]): Promise<Order[]> {
  t.venue.onPlace = () => UNKNOWN;
  t.venue.onOrder = () => ABSENT;
  const orders: Order[] = [];
  for (const price of prices) orders.push(await t.working({ price }));
  await t.pass(30_000);
  for (const order of orders) {
    expect(order.status).toBe("expired");
    t.venue.say(order, { kind: "acknowledged", venueOrderId: `late-${order.id}` as VenueOrderId });
  }
  await settle();
  return orders;
}

describe("a submit of which nobody knows what became", () => {
  test("goes to a person after a minute, and leaves the queue when evidence comes", async () => {
    const t = await createTestEngine();
    const order = await unknownSubmit(t);
    await t.pass(59_000);
    expect(queue(t)).toEqual([]);
    await t.pass(1_000);
    expect(t.engine.cases()).toMatchObject([{ caseId: `unknownOutcome:${order.id}`, about: order.id, account: MAIN }]);
    expect(t.engine.cases()[0]?.text).toContain("what became of the submit");
    expect(t.engine.status().accounts[0]).toMatchObject({ openCases: 1, outcomeUnknown: 1 });
    t.venue.onOrder = () => found(recordOf(order));
    await t.pass(60_000);
    expect(order.status).toBe("acknowledged");
    expect(queue(t)).toEqual([]);
    expect(closed(t)).toEqual([`unknownOutcome:${order.id} by engine`]);
  });

  test("stays unknown for ever at a venue without a deadline, and the case says why", async () => {
    // RELIABILITY 3: no deadline, no proof.
    const t = await createTestEngine();
    withoutDeadline(t.venue);
    t.venue.onPlace = () => UNKNOWN;
    t.venue.onOrder = () => ABSENT;
    const order = await t.working();
    await t.pass(3_600_000);
    expect(order).toMatchObject({ status: "submitted", outcomeUnknown: true });
    expect(t.engine.cases()[0]?.text).toContain("can never be proven");
    await decide(t, `unknownOutcome:${order.id}`, "notPlaced");
    expect(order).toMatchObject({ status: "expired", inferred: true, statusReason: { text: "notPlaced" } });
    expect(queue(t)).toEqual([]);
    expect(closed(t)).toEqual([`unknownOutcome:${order.id} by ada`]);
    t.venue.say(order, { kind: "acknowledged", venueOrderId: "v9" as VenueOrderId });
    await settle();
    expect(order.status).toBe("acknowledged");
    expect(queue(t)).toEqual([`reinstated:${order.id}`]);
  });

  test("that a person dismissed comes back if it is still so after as long again", async () => {
    const t = await createTestEngine();
    const order = await unknownSubmit(t);
    await t.pass(70_000);
    await decide(t, `unknownOutcome:${order.id}`, "dismiss");
    expect(order.outcomeUnknown).toBe(true);
    await t.pass(59_000);
    expect(queue(t)).toEqual([]);
    await t.pass(1_500);
    expect(queue(t)).toEqual([`unknownOutcome:${order.id}`]);
    await decide(t, `unknownOutcome:${order.id}`, "dismiss");
    t.venue.say(order, { kind: "acknowledged", venueOrderId: "v9" as VenueOrderId });
    await t.pass(120_000);
    expect(queue(t)).toEqual([]);
  });

  test("is asked about ever more slowly, and more slowly still once a person has it", async () => {
    // T-36: a query every five seconds for ever.
    const t = await createTestEngine();
    let asked = 0;
    await unknownSubmit(t);
    t.venue.onOrder = () => {
      asked++;
      return FAILED;
    };
    await t.pass(60_000);
    const before = asked;
    expect(before).toBeLessThan(20);
    await t.pass(3_600_000);
    expect(asked - before).toBeGreaterThanOrEqual(60);
    expect(asked - before).toBeLessThan(125);
  });

  test("is asked about at once when something new was asked of the venue", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onOrder = () => FAILED;
    t.venue.onReplace = () => UNKNOWN;
    unwrap(await t.engine.replace(order.id, { price: "101" }));
    await t.pass(600_000);
    t.venue.onOrder = () => found(recordOf(order, { status: "canceled" }));
    unwrap(await t.engine.cancel(order.id));
    await t.pass(1_000);
    expect(order.status).toBe("canceled");
    expect(queue(t)).toEqual([]);
  });
});

describe("a restart", () => {
  async function restarted(t: TestEngine, afterMs: number): Promise<TestEngine> {
    const again = await createTestEngine({ journal: t.journal.crash(), venue: t.venue, start: false });
    await again.clock.advanceTo(t.clock.now() + afterMs, settle);
    await again.engine.start();
    return again;
  }

  test("counts the age of what is unknown on, from the journaled time", async () => {
    const t = await createTestEngine();
    const order = await unknownSubmit(t);
    await t.pass(40_000);
    const again = await restarted(t, 1_000);
    await again.pass(18_000);
    expect(queue(again)).toEqual([]);
    await again.pass(2_000);
    expect(queue(again)).toEqual([`unknownOutcome:${order.id}`]);
  });

  test("gives what is overdue the time of a question before a person is asked", async () => {
    const t = await createTestEngine();
    await unknownSubmit(t);
    const again = await restarted(t, 600_000);
    const order = again.engine.activeOrders().at(0) as Order;
    again.venue.onOrder = () => found(recordOf(order));
    await again.pass(60_000);
    expect(order.status).toBe("acknowledged");
    expect(eventsOfType(again, "caseOpened")).toEqual([]);
  });

  test("keeps the queue, and ends a case by the evidence that comes afterwards", async () => {
    const t = await createTestEngine();
    await unknownSubmit(t);
    await t.pass(61_000);
    const again = await restarted(t, 1_000);
    expect(queue(again)).toHaveLength(1);
    const order = again.engine.activeOrders().at(0) as Order;
    again.venue.onOrder = () => found(recordOf(order));
    await again.pass(1_000);
    expect(queue(again)).toEqual([]);
    expect(closed(again)).toHaveLength(1);
  });

  test("takes up an ended order whose executions are missing", async () => {
    const t = await createTestEngine();
    t.venue.onFillsSince = () => FAILED;
    const order = await t.working();
    t.venue.say(order, { kind: "ended", status: "canceled", reason: "requested", cumulativeQuantity: d("0.4") });
    await t.pass(30_000);
    const again = await restarted(t, 0);
    await again.pass(31_000);
    expect(queue(again)).toEqual([`unsettled:${order.id}`]);
  });
});

describe("a request that the venue took and does not carry out", () => {
  test("goes to a person with its age, while the venue is asked on", async () => {
    // T-32: an order that hangs in pending_cancel.
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onOrder = () => found(recordOf(order));
    unwrap(await t.engine.cancel(order.id));
    await t.pass(61_000);
    expect(queue(t)).toEqual([`requestUnanswered:${order.id}`]);
    expect(t.engine.cases()[0]?.text).toMatch(/took the cancel of .* for 60 s\.$/);
    const sent = t.venue.sent.length;
    await t.pass(600_000);
    expect(t.venue.sent.length).toBeGreaterThan(sent);
    expect(t.venue.sent.length).toBeLessThan(sent + 25);
    t.venue.say(order, { kind: "ended", status: "canceled", reason: "requested" });
    await settle();
    expect(queue(t)).toEqual([]);
  });

  test("may be a replace, whose old terms the venue goes on showing", async () => {
    const t = await createTestEngine();
    withoutDeadline(t.venue);
    const order = await t.working();
    t.venue.onOrder = () => found(recordOf(order, { price: d("100") }));
    unwrap(await t.engine.replace(order.id, { price: "101" }));
    await t.pass(61_000);
    expect(t.engine.cases()[0]?.text).toContain("took the replace of");
    t.venue.onOrder = () => found(recordOf(order, { price: d("101") }));
    await t.pass(60_000);
    expect(order.price?.toString()).toBe("101");
    expect(queue(t)).toEqual([]);
  });

  test("becomes a matter of an unknown outcome when its repeat is not answered", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onOrder = () => found(recordOf(order));
    unwrap(await t.engine.cancel(order.id));
    await t.pass(61_000);
    t.venue.onCancel = () => UNKNOWN;
    await t.pass(180_000);
    expect(queue(t)).toEqual([`unknownOutcome:${order.id}`]);
    expect(t.engine.cases()[0]?.text).toContain("what became of the cancel");
  });

  test("can be ended by a person, who then stands against the venue's word like any conclusion", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onOrder = () => FAILED;
    unwrap(await t.engine.cancel(order.id));
    await t.pass(61_000);
    const refused = await t.engine.decideCase(`requestUnanswered:${order.id}`, "notPlaced", PERSON);
    expect(refused).toMatchObject({ ok: false, error: { code: "request.caseDecision" } });
    await decide(t, `requestUnanswered:${order.id}`, "ended");
    expect(order).toMatchObject({ status: "expired", inferred: true });
    expect(queue(t)).toEqual([]);
  });
});

describe("an ended order whose executions do not come", () => {
  test("goes to a person, and leaves the queue when they do", async () => {
    // T-56, T-57: FILLED without trades.
    const t = await createTestEngine();
    t.venue.onFillsSince = () => FAILED;
    const order = await t.working();
    t.venue.say(order, { kind: "ended", status: "filled", reason: "filled" });
    await t.pass(61_000);
    expect(queue(t)).toEqual([`unsettled:${order.id}`]);
    expect(t.engine.cases()[0]?.text).toContain("counts 1 executed");
    t.venue.onFillsSince = fillsAfter([venueFill(recordOf(order), "1", "e1")]);
    await t.pass(60_000);
    expect(order.isSettled).toBe(true);
    expect(queue(t)).toEqual([]);
  });
});

describe("what a person must see at once", () => {
  test("is more executed than asked for; a reversal of it settles the case", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.fill(order, "1.5", "100", "e1");
    await settle();
    expect(queue(t)).toEqual([`overfill:${order.id}`]);
    await decide(t, `overfill:${order.id}`, "dismiss");
    await t.pass(600_000);
    expect(queue(t)).toEqual([]);
    t.venue.fill(order, "0.5", "100", "e2");
    await settle();
    expect(queue(t)).toEqual([`overfill:${order.id}`]);
    for (const executionId of ["e1", "e2"] as const) {
      t.venue.say(order, {
        kind: "fillReversed",
        executionId: executionId as never,
        reason: "bust",
        worksAgain: false,
      });
    }
    await settle();
    expect(queue(t)).toEqual([]);
  });

  test("is an ended order that lives: the case comes with what it is about", async () => {
    const t = await createTestEngine();
    const [order] = await reinstated(t, "100");
    expect(queue(t)).toEqual([`reinstated:${order?.id}`]);
    expect(t.engine.cases()[0]?.text).toContain("takes no new entries until somebody has looked");
    const noted = eventsOfType(t, "discrepancyFound").find((event) => event.kind === "reinstated");
    expect(t.engine.cases()[0]?.seq).toBeLessThanOrEqual((noted?.seq ?? 0) + 2);
  });

  test("keeps the account from entries until the last of its cases is decided", async () => {
    const t = await createTestEngine();
    const [first, second] = (await reinstated(t, "100", "99")) as [Order, Order];
    await decide(t, `reinstated:${first.id}`, "dismiss");
    expect(t.engine.status().accounts[0]?.blockedBecause).toBeDefined();
    await decide(t, `reinstated:${second.id}`, "ended");
    expect(t.engine.status().accounts[0]?.blockedBecause).toBeUndefined();
    expect(second).toMatchObject({ status: "expired", inferred: true });
    expect(queue(t)).toEqual([]);
  });

  test("is settled when a person lifts the block itself", async () => {
    const t = await createTestEngine();
    const [order] = await reinstated(t, "100");
    unwrap(await t.engine.setTradingState("active", { ...PERSON, account: MAIN }));
    expect(queue(t)).toEqual([]);
    expect(closed(t)).toEqual([`reinstated:${order?.id} by engine`]);
    expect(eventsOfType(t, "caseClosed")[0]?.conclusion).toBe("the block was lifted by ada");
  });

  test("is asked for again at a start that finds an account blocked and nobody asked", async () => {
    const t = await createTestEngine();
    const [order] = await reinstated(t, "100");
    unwrap(await t.engine.setTradingState("reducing", { ...PERSON, account: MAIN }));
    await decide(t, `reinstated:${order?.id}`, "dismiss");
    expect(t.engine.status().accounts[0]?.blockedBecause).toBeDefined();
    const again = await createTestEngine({ journal: t.journal.crash(), venue: t.venue });
    expect(queue(again)).toEqual(["reinstated:main"]);
  });
});

test("an order that goes well never comes near the queue", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  t.venue.fill(order, "1");
  await t.pass(600_000);
  expect(eventsOfType(t, "caseOpened")).toEqual([]);
});
