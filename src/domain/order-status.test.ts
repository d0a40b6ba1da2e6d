// The exhaustive test of the status table, generated from it: one test per cell, on a real order.
// A cell's title is its promise; what happens to quantities is in the tests of the fold.

import { describe, expect, test } from "vitest";
import { InvariantViolation } from "./assert.ts";
import { evolve, type Order } from "./order.ts";
import type { EventMeta, OrderEvent, OrderEventType } from "./order-event.ts";
import { statusByQuantity } from "./order-fold.ts";
import { orderToJson } from "./order-json.ts";
import {
  type Answer,
  answerOf,
  assertTransition,
  impliedSteps,
  isTerminalStatus,
  ORDER_STATUSES,
  type OrderStatus,
  STATUS_MEANING,
  STATUS_TABLE,
  TRANSITIONS,
} from "./order-status.ts";
import {
  ACCOUNT,
  d,
  deliver,
  type EndMark,
  fillOf,
  fold,
  meta,
  ORDER_ID,
  orderIn,
  REQUEST_ID,
  type ReportFacts,
  TERMS,
  typesOf,
  VENUE_ORDER_ID,
} from "./testing/orders.ts";

const orderId = ORDER_ID;
const EVENT_TYPES = Object.keys(STATUS_TABLE) as OrderEventType[];

/** One event of each type, as it could be folded. */
const EVENTS: { readonly [T in OrderEventType]: Extract<OrderEvent, { type: T }> } = {
  orderCreated: { type: "orderCreated", orderId, terms: TERMS },
  orderAdopted: { type: "orderAdopted", orderId, terms: TERMS, venueOrderId: VENUE_ORDER_ID },
  orderValidated: { type: "orderValidated", orderId },
  orderDenied: { type: "orderDenied", orderId, code: "risk.maxQuantity", message: "10 is above 5." },
  orderSubmitted: { type: "orderSubmitted", orderId },
  orderAcknowledged: { type: "orderAcknowledged", orderId, venueOrderId: VENUE_ORDER_ID },
  orderPartiallyFilled: { type: "orderPartiallyFilled", orderId, fill: fillOf("e-8", "1") },
  orderFilled: { type: "orderFilled", orderId, fill: fillOf("e-9", "10") },
  orderCanceled: { type: "orderCanceled", orderId, reason: "asked" },
  orderExpired: { type: "orderExpired", orderId, reason: "timeInForce" },
  orderRejected: { type: "orderRejected", orderId, reason: "insufficientFunds" },
  orderFailed: { type: "orderFailed", orderId, code: "venue.unreachable", reason: "never written" },
  orderOutcomeUnknown: { type: "orderOutcomeUnknown", orderId, subject: "submit", reason: "timed out" },
  cancelRequested: { type: "cancelRequested", orderId, requestId: REQUEST_ID, reason: "asked" },
  cancelRejected: { type: "cancelRejected", orderId, reason: "tooLate" },
  replaceRequested: { type: "replaceRequested", orderId, requestId: REQUEST_ID, replace: { price: d("101") } },
  orderReplaced: { type: "orderReplaced", orderId, replace: { price: d("101") } },
  replaceRejected: { type: "replaceRejected", orderId, reason: "tooLate" },
  fillBooked: { type: "fillBooked", orderId, fill: fillOf("e-8", "1"), late: true },
  fillReversed: {
    type: "fillReversed",
    orderId,
    venueOrderId: VENUE_ORDER_ID,
    executionId: fillOf("e-1", "4").executionId,
    reason: "busted",
  },
  fillCorrected: {
    type: "fillCorrected",
    orderId,
    venueOrderId: VENUE_ORDER_ID,
    executionId: fillOf("e-1", "4").executionId,
    fill: fillOf("e-1", "3"),
    reason: "corrected",
  },
  orderReinstated: { type: "orderReinstated", orderId, status: "acknowledged", reason: "the venue says that it works" },
  discrepancyFound: {
    type: "discrepancyFound",
    orderId,
    account: ACCOUNT,
    kind: "missedFill",
    ours: "4",
    theirs: "5",
    conclusion: "booked",
    evidence: "a query",
  },
};

/** The report that brings the fact, for the events that are the venue's. */
const REPORTS: { readonly [T in OrderEventType]?: ReportFacts } = {
  orderAcknowledged: { kind: "acknowledged", triggered: true },
  orderPartiallyFilled: { kind: "fill", fill: fillOf("e-8", "1") },
  orderFilled: { kind: "ended", status: "filled", reason: "filled" },
  orderCanceled: { kind: "ended", status: "canceled", reason: "asked" },
  orderExpired: { kind: "ended", status: "expired", reason: "timeInForce" },
  orderRejected: { kind: "ended", status: "rejected", reason: "insufficientFunds" },
  orderReplaced: { kind: "replaced", replace: { price: d("101") } },
  cancelRejected: { kind: "requestRejected", request: "cancel", reason: "tooLate" },
  replaceRejected: { kind: "requestRejected", request: "replace", reason: "tooLate" },
  fillReversed: {
    kind: "fillReversed",
    executionId: fillOf("e-1", "4").executionId,
    reason: "busted",
    worksAgain: false,
  },
  fillCorrected: {
    kind: "fillCorrected",
    executionId: fillOf("e-1", "4").executionId,
    fill: fillOf("e-1", "3"),
    reason: "corrected",
    worksAgain: false,
  },
};

/** An order in a status, with the request outstanding that the event answers, or the fill booked that it is about. */
function prepared(status: OrderStatus, event: OrderEventType, mark?: EndMark): Order {
  const order = orderIn(status, mark);
  if (event.startsWith("fill") && (status === "rejected" || status === "failed")) {
    fold(order, { type: "fillBooked", orderId, fill: fillOf("e-1", "4"), late: true });
  }
  if (event === "cancelRejected" && answerOf(status, "cancelRequested") === "stays")
    fold(order, EVENTS.cancelRequested);
  if (event === "replaceRejected" && answerOf(status, "replaceRequested") === "stays") {
    fold(order, EVENTS.replaceRequested);
  }
  return order;
}

/** A confirmed end, or undefined for `failed`, which no venue confirms. */
function confirmed(status: OrderStatus): Order | undefined {
  return status === "failed" ? undefined : orderIn(status);
}

const FOLDED: readonly Answer[] = [...ORDER_STATUSES, "stays", "asStated", "byQuantity", "confirms"];

describe("an event that is folded", () => {
  for (const event of EVENT_TYPES) {
    for (const status of ORDER_STATUSES) {
      const answer = STATUS_TABLE[event][status];
      if (FOLDED.includes(answer)) {
        test(`${event} of a ${status} order is applied: ${answer}`, () => checkFolded(status, event, answer));
      } else {
        test(`${event} of a ${status} order is not for the journal (${answer}): it throws and changes nothing`, () => {
          const order = orderIn(status);
          const before = orderToJson(order);
          expect(() => evolve(order, { ...EVENTS[event], ...meta(9_000) })).toThrow(InvariantViolation);
          expect(orderToJson(order)).toEqual(before);
        });
      }
    }
  }
});

function checkFolded(status: OrderStatus, event: OrderEventType, answer: Answer): void {
  const order = prepared(status, event);
  // "Filled" again has no execution of its own: the fold books what it is given.
  const given: OrderEvent = answer === "confirms" && event === "orderFilled" ? { type: event, orderId } : EVENTS[event];
  evolve(order, { ...given, ...meta(9_000) });
  expect(order.updatedAt).toBe(9_000);
  expect(order.status).toBe(statusAfter(order, status, answer));
  expect(order.isTerminal).toBe(isTerminalStatus(order.status));
  expect(order.completedAt !== undefined).toBe(order.isTerminal);
}

function statusAfter(order: Order, before: OrderStatus, answer: Answer): OrderStatus {
  switch (answer) {
    case "stays":
    case "confirms":
      return before;
    case "asStated":
      return EVENTS.orderReinstated.status;
    case "byQuantity":
      return statusByQuantity(order);
    default:
      return answer as OrderStatus;
  }
}

describe("a venue's report", () => {
  for (const event of EVENT_TYPES) {
    const report = REPORTS[event];
    if (report === undefined) continue;
    for (const status of ORDER_STATUSES) {
      const answer = STATUS_TABLE[event][status];
      test(`of ${event} for a ${status} order: ${answer}`, () => checkReport(status, event, answer, report));
    }
  }
});

function checkReport(status: OrderStatus, event: OrderEventType, answer: Answer, report: ReportFacts): void {
  switch (answer) {
    case "implies":
      return checkImplied(status, event, report);
    case "known":
      return expectUnchanged(prepared(status, event), report, []);
    case "conflicts":
      return expectUnchanged(prepared(status, event), report, ["discrepancyFound"]);
    case "reinstatesOrStale":
      expectReinstated(status, event, report);
      return expectUnchanged(confirmed(status), report, []);
    case "reinstatesOrConflicts":
      expectReinstated(status, event, report);
      return expectUnchanged(confirmed(status), report, ["discrepancyFound"]);
    case "reinstatesOrLate":
      expectReinstated(status, event, report);
      return expectLate(confirmed(status), report);
    case "confirms":
      return checkConfirmed(status, event, report);
    case "endsAsCanceled": {
      const order = orderIn(status);
      expect(typesOf(deliver(order, report))).toEqual(["orderCanceled"]);
      expect(order.status).toBe("canceled");
      return;
    }
    default:
      return checkApplied(status, event, answer, report);
  }
}

function checkApplied(status: OrderStatus, event: OrderEventType, answer: Answer, report: ReportFacts): void {
  const order = prepared(status, event);
  expect(typesOf(deliver(order, report))).toContain(event);
  expect(order.status).toBe(statusAfter(order, status, answer));
}

function checkImplied(status: OrderStatus, event: OrderEventType, report: ReportFacts): void {
  const order = orderIn(status);
  const events = deliver(order, report);
  const steps = impliedSteps(status, event);
  expect(steps.length).toBeGreaterThan(0);
  expect(events.slice(0, steps.length)).toMatchObject(steps.map((step) => ({ type: step.event, implied: true })));
  const fact = events[steps.length];
  expect(fact?.type).toBe(event);
  expect(fact).not.toHaveProperty("implied");
  const last = steps.at(-1)?.to ?? status;
  expect(order.status).toBe(statusAfter(order, last, answerOf(last, event)));
}

function checkConfirmed(status: OrderStatus, event: OrderEventType, report: ReportFacts): void {
  const order = orderIn(status, { inferred: true });
  expect(typesOf(deliver(order, report))).toContain(event);
  expect([order.status, order.inferred]).toEqual([status, false]);
  expectUnchanged(orderIn(status), report, []);
}

function expectReinstated(status: OrderStatus, event: OrderEventType, report: ReportFacts): void {
  const order = prepared(status, event, { inferred: true });
  const events = deliver(order, report);
  expect(typesOf(events).slice(0, 2)).toEqual(["orderReinstated", "discrepancyFound"]);
  expect(events[1]).toMatchObject({ kind: "reinstated", account: ACCOUNT });
  // What the report brings is applied to the reinstated order, as to any open one.
  expect(events.length).toBeGreaterThan(2);
  expect(order.inferred).toBe(false);
}

function expectLate(order: Order | undefined, report: ReportFacts): void {
  if (order === undefined) return;
  const before = order.status;
  const cumulative = order.cumulativeQuantity;
  expect(typesOf(deliver(order, report))).toEqual(["fillBooked", "discrepancyFound"]);
  expect(order.status).toBe(before);
  expect(order.cumulativeQuantity.sub(cumulative).toString()).toBe("1");
}

function expectUnchanged(order: Order | undefined, report: ReportFacts, types: readonly string[]): void {
  if (order === undefined) return;
  const before = orderToJson(order);
  expect(typesOf(deliver(order, report))).toEqual(types);
  const after = orderToJson(order);
  expect({ ...after, updatedAt: before.updatedAt, contradictions: undefined }).toEqual({
    ...before,
    contradictions: undefined,
  });
  expect(typesOf(deliver(order, report))).toEqual([]);
}

describe("the steps", () => {
  for (const from of ORDER_STATUSES) {
    for (const to of ORDER_STATUSES) {
      const legal = TRANSITIONS[from].includes(to);
      test(`from ${from} to ${to}: ${legal ? "legal" : "never"}`, () => {
        const step = (): void => assertTransition(from, to, "orderAcknowledged");
        if (legal) expect(step).not.toThrow();
        else expect(step).toThrow(InvariantViolation);
      });
    }
  }

  test("every direct move of the table is a legal step", () => {
    for (const event of EVENT_TYPES) {
      for (const from of ORDER_STATUSES) {
        const to = STATUS_TABLE[event][from];
        if (!isStatus(to) || to === from) continue;
        expect(TRANSITIONS[from], `${event} of ${from}`).toContain(to);
      }
    }
  });

  test("every legal step is the answer to some event", () => {
    const byQuantity: readonly OrderStatus[] = ["acknowledged", "partiallyFilled", "filled"];
    for (const from of ORDER_STATUSES) {
      for (const to of TRANSITIONS[from]) {
        const answers = EVENT_TYPES.map((event) => STATUS_TABLE[event][from]);
        const reached = answers.includes(to) || (answers.includes("byQuantity") && byQuantity.includes(to));
        expect(reached, `${from} to ${to}`).toBe(true);
      }
    }
  });

  test("every status is reached from created", () => {
    const reached = new Set<OrderStatus>(["created"]);
    for (const status of reached) for (const to of TRANSITIONS[status]) reached.add(to);
    expect([...reached].sort()).toEqual([...ORDER_STATUSES].sort());
  });

  test("a fill alone is for ended orders, and the two fill events for open ones", () => {
    for (const status of ORDER_STATUSES) {
      expect(FOLDED.includes(answerOf(status, "fillBooked"))).toBe(isTerminalStatus(status));
      if (isTerminalStatus(status)) expect(FOLDED).not.toContain(answerOf(status, "orderPartiallyFilled"));
    }
  });

  test("the terminal statuses are those without a way on", () => {
    for (const status of ORDER_STATUSES) expect(isTerminalStatus(status)).toBe(TRANSITIONS[status].length === 0);
  });

  test("implied steps follow one another legally and end where the fact applies", () => {
    for (const event of EVENT_TYPES) {
      for (const status of ORDER_STATUSES) {
        let at = status;
        for (const step of impliedSteps(status, event)) {
          assertTransition(at, step.to, event);
          at = step.to;
        }
        expect(answerOf(at, event)).not.toBe("implies");
      }
    }
  });

  test("each status has one sentence of meaning", () => {
    for (const status of ORDER_STATUSES) expect(STATUS_MEANING[status].length).toBeGreaterThan(10);
  });
});

function isStatus(answer: Answer): answer is OrderStatus {
  return (ORDER_STATUSES as readonly string[]).includes(answer);
}

test("an order is born as created, and an adopted one as acknowledged", () => {
  const born: EventMeta = meta();
  expect(orderIn("created").status).toBe("created");
  expect(orderIn("created").createdAt).toBe(born.at);
});
