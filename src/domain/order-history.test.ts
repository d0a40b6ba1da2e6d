// An order's history as people read it: each step, its reason, its source and how long it took.

import { expect, test } from "vitest";
import { InvariantViolation } from "./assert.ts";
import type { EventMeta, OrderEvent } from "./order-event.ts";
import { historyOf } from "./order-history.ts";
import type { RecordedEvent } from "./system-event.ts";
import { fillOf, ORDER_ID, TERMS, VENUE_ORDER_ID } from "./testing/orders.ts";

const orderId = ORDER_ID;

function recorded(...events: readonly (OrderEvent & Partial<EventMeta>)[]): RecordedEvent<OrderEvent>[] {
  return events.map((event, index) => ({
    at: 1_000 + index * 10,
    cause: "command:submit",
    ...event,
    seq: index + 1,
  }));
}

test("each event is a step from one status to the next", () => {
  const history = historyOf(
    recorded(
      { type: "orderCreated", orderId, terms: TERMS },
      { type: "orderValidated", orderId },
      { type: "orderSubmitted", orderId },
      { type: "orderAcknowledged", orderId, venueOrderId: VENUE_ORDER_ID, implied: true, cause: "report:1" },
      { type: "orderPartiallyFilled", orderId, fill: fillOf("e-1", "4"), venueAt: 999, cause: "report:1" },
      { type: "orderCanceled", orderId, reason: "asked", at: 2_000, cause: "operator:ann" },
    ),
  );
  expect(history.map(({ seq, event, from, to }) => [seq, event, from, to])).toEqual([
    [1, "orderCreated", undefined, "created"],
    [2, "orderValidated", "created", "validated"],
    [3, "orderSubmitted", "validated", "submitted"],
    [4, "orderAcknowledged", "submitted", "acknowledged"],
    [5, "orderPartiallyFilled", "acknowledged", "partiallyFilled"],
    [6, "orderCanceled", "partiallyFilled", "canceled"],
  ]);
  expect(history[0]).not.toHaveProperty("from");
  expect(history[3]).toMatchObject({ implied: true, source: "report:1", metadata: { venueOrderId: "v-1" } });
  expect(history[4]).toMatchObject({ venueAt: 999, metadata: { fill: { executionId: "e-1", quantity: "4" } } });
  expect(history[4]).not.toHaveProperty("implied");
  expect(history[5]).toEqual({
    seq: 6,
    at: 2_000,
    event: "orderCanceled",
    from: "partiallyFilled",
    to: "canceled",
    reason: "asked",
    source: "operator:ann",
    metadata: {},
    sincePreviousMs: 960,
  });
  expect(history.map((entry) => entry.sincePreviousMs)).toEqual([0, 10, 10, 10, 10, 960]);
});

test("the terms of an order are the facts of its birth, as plain JSON", () => {
  const [birth] = historyOf(recorded({ type: "orderCreated", orderId, terms: TERMS }));
  expect(birth?.metadata).toMatchObject({ terms: { quantity: "10", price: "100", side: "buy" } });
  expect(JSON.parse(JSON.stringify(birth))).toEqual(birth);
});

test("denials and discrepancies give their own words as the reason", () => {
  const history = historyOf(
    recorded(
      { type: "orderCreated", orderId, terms: TERMS },
      { type: "orderDenied", orderId, code: "risk.maxQuantity", message: "10 is above the limit of 5." },
      {
        type: "discrepancyFound",
        orderId,
        kind: "contradiction",
        ours: "rejected",
        theirs: "acknowledged",
        conclusion: "nothing changed",
        evidence: "acknowledged report of paper",
      },
    ),
  );
  expect(history[1]).toMatchObject({ reason: "10 is above the limit of 5.", metadata: { code: "risk.maxQuantity" } });
  expect(history[2]).toMatchObject({ from: "rejected", to: "rejected", reason: "nothing changed" });
});

test("an adopted order begins where the venue has it", () => {
  const history = historyOf(recorded({ type: "orderAdopted", orderId, terms: TERMS, venueOrderId: VENUE_ORDER_ID }));
  expect(history).toMatchObject([{ to: "acknowledged", metadata: { venueOrderId: "v-1" } }]);
});

test("no events are no history, and a history without its birth is not told", () => {
  expect(historyOf([])).toEqual([]);
  expect(() => historyOf(recorded({ type: "orderValidated", orderId }))).toThrow(InvariantViolation);
});
