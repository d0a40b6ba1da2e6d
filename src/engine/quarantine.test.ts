// What becomes of words that cannot be read or cannot be true: kept, told to a person, asked about, and nothing else.
// Which words those are is tabled here through the engine's front door; random ones are in report-path.fuzz.property.test.ts.

import { describe, expect, test } from "vitest";
import { Decimal } from "../domain/decimal.ts";
import type { Order } from "../domain/order.ts";
import type { QueryResult, SendOutcome, VenueFill, VenueOrder } from "../venues/venue.ts";
import { VENUE } from "./testing/scripted-venue.ts";
import { createTestEngine, settle, type TestEngine } from "./testing/test-engine.ts";
import {
  discrepancies,
  eventsOfType,
  fillsAfter,
  found,
  MAIN,
  recordOf,
  stranger,
  types,
  venueFill,
} from "./testing/venue-answers.ts";

const d = (text: string): Decimal => Decimal.parse(text);

/** A true report of an execution, with something wrong put into it. */
function fillReport(order: Order, wrong: object = {}, wrongInFill: object = {}): object {
  const { account, instrumentId, id: orderId, venueOrderId } = order;
  const fill = {
    executionId: "x1",
    venueOrderId,
    price: d("100"),
    quantity: d("0.25"),
    liquidity: "maker",
    venueAt: 1,
    ...wrongInFill,
  };
  return { kind: "fill", venue: VENUE, account, instrumentId, orderId, venueOrderId, venueAt: 1, fill, ...wrong };
}

const quarantined = (t: TestEngine) => eventsOfType(t, "reportQuarantined");
const cases = (t: TestEngine): string[] => t.engine.cases().map(({ caseId }) => caseId);

/** A journal whose process died while an order was open. */
async function journalWithOpenOrder(): Promise<TestEngine["journal"]> {
  const t = await createTestEngine();
  await t.working();
  return t.journal.crash();
}

function throwing(): object {
  return Object.defineProperty({}, "kind", {
    enumerable: true,
    get: () => {
      throw new Error("no");
    },
  });
}

function cyclic(): object {
  const list: unknown[] = [];
  list.push(list, { list });
  return { kind: "acknowledged", list };
}

describe("a report is put into quarantine", () => {
  const wrong: readonly [string, (order: Order) => unknown, RegExp][] = [
    ["that is nothing", () => undefined, /the report is not an object/],
    ["that is a text", () => "filled!", /the report is not an object/],
    ["whose property throws", throwing, /cannot be read/],
    ["that contains itself", cyclic, /the venue is missing/],
    ["of an unknown kind", (order) => fillReport(order, { kind: "exploded" }), /the kind is none of acknowledged/],
    ["without its fill", (order) => fillReport(order, { fill: undefined }), /the fill is not an object/],
    ["of another venue", (order) => fillReport(order, { venue: "moon" }), /another venue/],
    ["without a time", (order) => fillReport(order, { venueAt: Number.NaN }), /time is not an instant/],
    [
      "that names no order",
      (order) => fillReport(order, { kind: "acknowledged", orderId: undefined, venueOrderId: undefined }),
      /names no order/,
    ],
    ["with an empty venue order id", (order) => fillReport(order, { venueOrderId: "" }), /order id is missing/],
    ["with an endless id", (order) => fillReport(order, { orderId: "x".repeat(5_000_000) }), /longer than 256/],
    [
      "with a zero byte in an id",
      (order) => fillReport(order, {}, { executionId: "a\0b" }),
      /characters that no id has/,
    ],
    [
      "with a number for a price",
      (order) => fillReport(order, {}, { price: 100 }),
      /price of the fill is not an object/,
    ],
    [
      "of an execution of nothing",
      (order) => fillReport(order, {}, { quantity: d("0") }),
      /is 0: it is always above 0/,
    ],
    ["of a negative execution", (order) => fillReport(order, {}, { quantity: d("-1") }), /is -1: it is always above 0/],
    ["of an execution for nothing", (order) => fillReport(order, {}, { price: d("0") }), /price of the fill is 0/],
    ["with a total below 0", (order) => fillReport(order, { cumulativeQuantity: d("-1") }), /never below 0/],
    [
      "with an astronomic number",
      (order) => fillReport(order, {}, { quantity: Decimal.of(10n ** 5_000n) }),
      /out of all proportion/,
    ],
    [
      "with a number too fine to add up",
      (order) => fillReport(order, {}, { price: Decimal.of(1n, 40) }),
      /digits before or 20 after/,
    ],
    [
      "for another instrument",
      (order) => fillReport(order, { instrumentId: "ETH/USDT" }),
      /the order is for BTC\/USDT/,
    ],
    [
      "of another account",
      (order) => fillReport(order, { account: "other" }),
      /no account of ours trades here as other/,
    ],
  ];

  test.each(wrong)("%s", async (_what, make, reason) => {
    const t = await createTestEngine();
    const order = await t.working();
    const other = await t.working();
    t.venue.sayAnything(make(order));
    await settle();
    expect(quarantined(t)).toMatchObject([{ venue: VENUE, reason: expect.stringMatching(reason) as string }]);
    expect(quarantined(t)[0]?.raw.length).toBeLessThanOrEqual(4_096);
    expect(t.engine.cases()).toMatchObject([{ kind: "quarantined" }]);
    expect([order.status, order.cumulativeQuantity.toString(), other.status]).toEqual([
      "acknowledged",
      "0",
      "acknowledged",
    ]);
    t.venue.fill(order, "1");
    await settle();
    expect(order.status).toBe("filled");
    expect(t.engine.status().phase).toBe("ready");
  });
});

describe("quarantine", () => {
  test("keeps the payload as the venue sent it, names the order, and asks the venue for the truth", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onFillsSince = fillsAfter([venueFill(recordOf(order), "1", "e1")]);
    t.venue.onOrder = () => found(recordOf(order, { status: "filled", cumulativeQuantity: d("1") }));
    t.venue.sayAnything(fillReport(order, { raw: '{"px":"-"}' }, { price: undefined }));
    await t.pass(1_000);
    expect(quarantined(t)).toMatchObject([{ raw: '{"px":"-"}', account: MAIN, about: order.id }]);
    expect(cases(t)).toEqual([`quarantined:${order.id}`]);
    expect([order.status, order.cumulativeQuantity.toString()]).toEqual(["filled", "1"]);
  });

  test("takes what an adapter cannot read, as the venue sent it", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.sayUnreadable({ account: MAIN, orderId: order.id, reason: "a new field", raw: "<xml/>" });
    t.venue.sayUnreadable({ reason: "no json", raw: "\u{1f4a5}".repeat(5_000) });
    t.venue.sayUnreadable(undefined as never);
    await settle();
    expect(quarantined(t)).toMatchObject([
      { reason: "a new field", raw: "<xml/>", about: order.id },
      { reason: "no json", raw: "\u{1f4a5}".repeat(2_048) },
      { raw: "undefined" },
    ]);
    expect(cases(t)).toEqual([`quarantined:${order.id}`, "quarantined:desk"]);
  });

  test("journals the same garbage once, and of different garbage no more than 60 an hour", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    for (let round = 0; round < 1_000; round++) t.venue.sayAnything({ kind: "exploded" });
    expect(t.engine.quarantined()).toHaveLength(1);
    for (let round = 0; round < 1_000; round++) t.venue.sayAnything({ round });
    await settle();
    expect(quarantined(t)).toHaveLength(60);
    expect(t.engine.status().quarantineOverflow).toBe(1_940);
    t.venue.fill(order, "1");
    await t.pass(3_600_000);
    t.venue.sayAnything({ round: "later" });
    await settle();
    expect(quarantined(t)).toHaveLength(61);
    expect(order.status).toBe("filled");
  });

  test("takes a report that names two orders of ours for neither", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    const other = await t.working();
    t.venue.sayAnything(fillReport(order, { venueOrderId: other.venueOrderId }));
    await settle();
    expect(quarantined(t)[0]?.reason).toMatch(/names two orders/);
    expect([order, other].map((each) => each.cumulativeQuantity.toString())).toEqual(["0", "0"]);
  });

  test("leaves what contradicts our books and can be true to the books: an overfill is booked and flagged", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.fill(order, "3");
    await settle();
    expect([order.status, order.cumulativeQuantity.toString()]).toEqual(["filled", "3"]);
    expect(discrepancies(t)).toEqual(["overfill"]);
    expect(quarantined(t)).toEqual([]);
  });

  test("takes long words of a refusal short, and the refusal for what it is", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.say(order, { kind: "ended", status: "canceled", reason: "x".repeat(2_000_000) });
    await settle();
    expect([order.status, order.statusReason?.text.length]).toEqual(["canceled", 1_024]);
  });
});

describe("an answer that cannot be believed", () => {
  const garbage: readonly unknown[] = [
    undefined,
    { kind: "maybe" },
    { kind: "accepted", venueOrderId: "" },
    { kind: "rejected", reason: 7 },
    { kind: "rejected", reason: "busy", retryAfterMs: Number.NaN },
    { kind: "notSent", reason: "later", retryAfterMs: -1 },
  ];

  test.each(garbage)("leaves a place unknown: %o", async (answer) => {
    const t = await createTestEngine();
    t.venue.onPlace = () => answer as SendOutcome;
    const order = await t.working();
    expect([order.status, order.outcomeUnknown]).toEqual(["submitted", true]);
    expect(t.venue.sent).toHaveLength(1);
    expect(quarantined(t)).toMatchObject([{ about: order.id }]);
  });

  test("to a query is no answer: neither found nor absent", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = () => ({ kind: "unknown", reason: "reset" });
    const order = await t.working();
    t.venue.onOrder = () => found({ ...recordOf(order), cumulativeQuantity: "1" } as never);
    await t.pass(30_000);
    expect([order.status, order.outcomeUnknown]).toEqual(["submitted", true]);
    t.venue.onOrder = () => found(recordOf(order, { venueOrderId: "v7" as never }));
    await t.pass(30_000);
    expect([order.status, order.venueOrderId]).toEqual(["acknowledged", "v7"]);
    expect(quarantined(t)).toMatchObject([{ about: order.id }]);
  });

  test("in a list of open orders hides none of the others, and proves nothing about its own", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    const other = await t.working();
    t.venue.onOpenOrders = () =>
      found([{ ...recordOf(order), side: "sideways" } as never, recordOf(other), stranger()]);
    t.venue.onOrder = () => found(recordOf(order));
    const [report] = await t.engine.reconcile();
    expect(report?.ordersChecked).toBe(2);
    expect(discrepancies(t)).toEqual(["unknownOrder"]);
    expect([order.status, other.status]).toEqual(["acknowledged", "acknowledged"]);
    expect(quarantined(t)).toMatchObject([{ reason: "the side is none of buy, sell", about: order.id }]);
  });

  test("in a page of executions holds the record back, so that it is read again once it can be", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    const of = recordOf(order);
    const page = [venueFill(of, "0.1", "e1"), venueFill(of, "0.2", "e2"), venueFill(of, "0.3", "e3")];
    const broken = page.map((each, index) => (index === 1 ? { ...each, fill: { ...each.fill, price: 1 } } : each));
    t.venue.onFillsSince = fillsAfter(broken as VenueFill[]);
    t.venue.onOpenOrders = () => found([recordOf(order)]);
    await t.engine.reconcile();
    expect(order.cumulativeQuantity.toString()).toBe("0.4");
    expect(eventsOfType(t, "reconcileCompleted").at(-1)?.fillCursor).toBe("e1");
    t.venue.onFillsSince = fillsAfter(page);
    await t.engine.reconcile();
    expect(order.cumulativeQuantity.toString()).toBe("0.6");
    expect(eventsOfType(t, "reconcileCompleted").at(-1)?.fillCursor).toBe("e3");
  });

  test.each([
    ["that we cannot read", (order: Order) => found({ ...recordOf(order), status: "ORDER_NOT_OPEN" } as never)],
    ["that its adapter cannot read", () => ({ kind: "failed", reason: "no such status", unreadable: true }) as const],
  ])("about one order, %s, keeps that order waiting and not the desk", async (_which, answer) => {
    const journal = await journalWithOpenOrder();
    const next = await createTestEngine({ journal, start: false });
    const [order] = next.engine.activeOrders();
    if (order === undefined) throw new Error("The order is open.");
    next.venue.onOrder = () => answer(order);
    await next.engine.start();
    await next.settle();
    expect(next.engine.status().phase).toBe("ready");
    expect(cases(next)).toHaveLength(1);
    expect(eventsOfType(next, "reconcileCompleted").at(-1)).toMatchObject({ failedQueries: 1 });
    next.venue.onOrder = () => found(recordOf(order, { status: "canceled" }));
    await next.pass(10_000);
    expect(order.status).toBe("canceled");
  });

  test("about one order that never comes keeps the desk from starting", async () => {
    const next = await createTestEngine({ journal: await journalWithOpenOrder(), start: false });
    next.venue.onOrder = () => ({ kind: "failed", reason: "no route" });
    await next.engine.start();
    await next.pass(10_000);
    expect(next.engine.status().phase).toBe("reconciling");
  });

  test("and that is no list at all is a question that failed", async () => {
    const t = await createTestEngine();
    await t.working();
    t.venue.onOpenOrders = () => found({ length: 0 }) as unknown as QueryResult<VenueOrder[]>;
    const [report] = await t.engine.reconcile();
    expect(report?.failedQueries).toBe(1);
    expect(types(t, t.engine.activeOrders()[0]?.id ?? "")).not.toContain("orderExpired");
  });
});

test("a number of another copy of our class is the number that it says", async () => {
  const t = await createTestEngine();
  const order = await t.working();
  const copy = { coefficient: 25n, scale: 2 };
  t.venue.sayAnything(fillReport(order, {}, { quantity: copy }));
  await settle();
  expect(order.cumulativeQuantity.toString()).toBe("0.25");
});
