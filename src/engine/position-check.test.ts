// Positions by the venue's books against ours, through the front door: when a difference counts, who hears of it, and
// how it ends.

import { expect, test } from "vitest";
import { Decimal } from "../domain/decimal.ts";
import { unwrap } from "../domain/result.ts";
import { d } from "../domain/testing/orders.ts";
import type { QueryResult, SendOutcome, VenuePosition } from "../venues/venue.ts";
import { BTC, ScriptedVenue } from "./testing/scripted-venue.ts";
import { createTestEngine, settle, type TestEngine, type TestEngineOptions } from "./testing/test-engine.ts";
import { discrepancies, eventsOfType, found, MAIN, recordOf } from "./testing/venue-answers.ts";

const CASE = "position:main";

/** An engine whose account holds 1 by its own books, at a venue that tells what the test says. */
async function holding(options: TestEngineOptions = {}) {
  const t = await createTestEngine({ ...options, venue: withPositions(options.venue) });
  const order = await t.working();
  t.venue.fill(order, "1");
  await settle();
  const venue = { quantity: "1" as string | undefined, asked: 0 };
  t.venue.positions = () => {
    venue.asked++;
    const positions: VenuePosition[] =
      venue.quantity === undefined ? [] : [{ instrumentId: BTC.id, quantity: Decimal.parse(venue.quantity) }];
    return Promise.resolve(found(positions));
  };
  return { t, venue };
}

/** A venue that tells positions from its first day: none, until a test says otherwise. */
function withPositions(venue = new ScriptedVenue()): ScriptedVenue {
  venue.positions = () => Promise.resolve(found([]));
  return venue;
}

async function compareTwice(t: TestEngine): Promise<void> {
  await t.engine.reconcile();
  await t.engine.reconcile();
}

test("equal positions leave no trace", async () => {
  const { t } = await holding();
  await compareTwice(t);
  expect(discrepancies(t)).toEqual([]);
  expect(t.engine.cases()).toEqual([]);
});

test("a difference that a second comparison finds again goes to a person, and nothing is corrected", async () => {
  // RELIABILITY 42.
  const { t, venue } = await holding();
  venue.quantity = "1.5";
  await t.engine.reconcile();
  expect(discrepancies(t)).toEqual([]);
  await t.engine.reconcile();
  expect(eventsOfType(t, "discrepancyFound")).toMatchObject([
    { kind: "position", account: MAIN, ours: "1 BTC/USDT", theirs: "1.5 BTC/USDT" },
  ]);
  expect(t.engine.cases()).toMatchObject([{ caseId: CASE, account: MAIN }]);
  expect(t.engine.cases()[0]?.text).toContain("BTC/USDT: 1 here, 1.5 at the venue");
  await compareTwice(t);
  expect(discrepancies(t)).toHaveLength(1);
  expect(t.engine.positions()[0]?.quantity).toEqual(d("1"));
});

test("what one side does not name is zero there", async () => {
  const { t, venue } = await holding();
  venue.quantity = undefined;
  await compareTwice(t);
  expect(t.engine.cases()[0]?.text).toContain("1 here, 0 at the venue");
  const flat = await createTestEngine({ venue: withPositions() });
  flat.venue.positions = () => Promise.resolve(found([{ instrumentId: BTC.id, quantity: d("-2") }]));
  await compareTwice(flat);
  expect(flat.engine.cases()[0]?.text).toContain("0 here, -2 at the venue");
});

test("a difference that moves is not one yet, nor one younger than the venue's read lag", async () => {
  const { t, venue } = await holding();
  venue.quantity = "1.5";
  await t.engine.reconcile();
  venue.quantity = "1.6";
  await t.engine.reconcile();
  expect(t.engine.cases()).toEqual([]);
  t.venue.capabilities = { ...t.venue.capabilities, readLagMs: 2_000 };
  await t.engine.reconcile();
  expect(t.engine.cases()).toEqual([]);
  await t.pass(2_000);
  await t.engine.reconcile();
  expect(t.engine.cases()).toHaveLength(1);
});

test("the case ends when both are equal again, by an adjustment or by the venue", async () => {
  const { t, venue } = await holding();
  venue.quantity = "1.5";
  await compareTwice(t);
  unwrap(await t.engine.adjustPosition("main", "BTC/USDT", "0.5", { by: "ada", reason: "transfer" }));
  await t.engine.reconcile();
  expect(t.engine.cases()).toEqual([]);
  expect(eventsOfType(t, "caseClosed")).toMatchObject([{ caseId: CASE, by: "engine" }]);
});

test("another difference takes the place of the first in the queue", async () => {
  const { t, venue } = await holding();
  venue.quantity = "1.5";
  await compareTwice(t);
  venue.quantity = "7";
  await compareTwice(t);
  expect(t.engine.cases()).toHaveLength(1);
  expect(t.engine.cases()[0]?.text).toContain("7 at the venue");
  expect(discrepancies(t)).toHaveLength(2);
});

test("a dismissed difference comes back if it is still there after as long as anything waits", async () => {
  const { t, venue } = await holding();
  venue.quantity = "1.5";
  await compareTwice(t);
  unwrap(await t.engine.decideCase(CASE, "dismiss", { by: "ada" }));
  await t.pass(59_000);
  await t.engine.reconcile();
  expect(t.engine.cases()).toEqual([]);
  await t.pass(1_000);
  await t.engine.reconcile();
  expect(t.engine.cases()).toHaveLength(1);
  expect(discrepancies(t)).toHaveLength(1);
});

test("nothing is compared while an open question could explain a difference", async () => {
  const UNKNOWN: SendOutcome = { kind: "unknown", reason: "reset" };
  const { t, venue } = await holding();
  venue.quantity = "2";
  t.venue.onPlace = () => UNKNOWN;
  t.venue.onOrder = () => ({ kind: "absent" });
  const order = await t.working();
  await compareTwice(t);
  expect(eventsOfType(t, "reconcileCompleted").at(-1)?.failedQueries).toBe(0);
  expect(venue.asked).toBe(0);
  t.venue.onOpenOrders = () => found([recordOf(order)]);
  t.venue.onPlace = () => ({ kind: "accepted" });
  t.venue.onFillsSince = () => ({ kind: "failed", reason: "no route" });
  await compareTwice(t);
  expect(venue.asked).toBe(0);
  t.venue.onFillsSince = () => found([]);
  await compareTwice(t);
  expect(t.engine.cases()).toHaveLength(1);
});

test("an answer that does not come is no position of zero", async () => {
  // T-16, for positions.
  const { t } = await holding();
  const answers: QueryResult<readonly VenuePosition[]>[] = [{ kind: "failed", reason: "no route" }, { kind: "absent" }];
  for (const answer of answers) {
    t.venue.positions = () => Promise.resolve(answer);
    const reports = [...(await t.engine.reconcile()), ...(await t.engine.reconcile())];
    expect(reports.map((report) => report.failedQueries)).toEqual(answer.kind === "failed" ? [1, 1] : [0, 0]);
  }
  expect(discrepancies(t)).toEqual([]);
  expect(t.engine.cases()).toEqual([]);
});

test("a dry run says what differs, and records nothing", async () => {
  const { t, venue } = await holding();
  venue.quantity = "1.5";
  const { position } = t.engine.status();
  for (let round = 0; round < 3; round++) {
    const [report] = await t.engine.reconcile({ dryRun: true });
    expect(report?.findings).toEqual([{ kind: "position", text: "BTC/USDT: 1 here, 1.5 at the venue" }]);
    expect(report?.openCases).toBe(0);
  }
  expect(t.engine.status().position).toBe(position);
});
