// The order and its fold, case by case: what a user reads off an order, and what each event leaves behind.
// Statuses are in order-status.test.ts; what reports become is in interpret-report.test.ts.

import { describe, expect, test } from "vitest";
import { InvariantViolation } from "./assert.ts";
import { fillKey } from "./fill.ts";
import type { OrderId, VenueOrderId } from "./identifiers.ts";
import { evolve, Order } from "./order.ts";
import type { OrderEvent } from "./order-event.ts";
import { orderToJson } from "./order-json.ts";
import { ORDER_STATUSES, type OrderStatus } from "./order-status.ts";
import {
  acknowledged,
  d,
  fillOf,
  fold,
  meta,
  newOrder,
  notionalTerms,
  ORDER_ID,
  orderIn,
  REQUEST_ID,
  submitted,
  TERMS,
  VENUE_ORDER_ID,
} from "./testing/orders.ts";

const orderId = ORDER_ID;

describe("what a status means for requests", () => {
  const TERMINAL: readonly OrderStatus[] = ["filled", "canceled", "rejected", "failed", "expired"];
  const CANCELABLE: readonly OrderStatus[] = ["submitted", "acknowledged", "partiallyFilled"];
  const WORKING: readonly OrderStatus[] = ["acknowledged", "partiallyFilled"];

  test.each(ORDER_STATUSES)("a %s order says whether it is over, works, and takes requests", (status) => {
    const order = orderIn(status);
    expect(order.isTerminal).toBe(TERMINAL.includes(status));
    expect(order.isActive).toBe(!order.isTerminal);
    expect(order.canCancel).toBe(CANCELABLE.includes(status));
    expect(order.isWorking).toBe(WORKING.includes(status));
    expect(order.canReplace).toBe(order.isWorking);
  });

  test("one cancel at a time, and it may overtake a replace", () => {
    const order = fold(acknowledged(), {
      type: "replaceRequested",
      orderId,
      requestId: REQUEST_ID,
      replace: { price: d("99") },
    });
    expect([order.canCancel, order.canReplace]).toEqual([true, false]);
    fold(order, { type: "cancelRequested", orderId, requestId: REQUEST_ID, reason: "asked" });
    expect([order.canCancel, order.canReplace]).toEqual([false, false]);
    expect(() =>
      fold(order, { type: "cancelRequested", orderId, requestId: REQUEST_ID, reason: "asked again" }),
    ).toThrow(InvariantViolation);
  });

  test("a refused cancel leaves the order cancelable", () => {
    const order = fold(
      acknowledged(),
      { type: "cancelRequested", orderId, requestId: REQUEST_ID, reason: "asked" },
      { type: "cancelRejected", orderId, requestId: REQUEST_ID, reason: "tooLate" },
    );
    expect(order.pendingCancel).toBeUndefined();
    expect([order.status, order.canCancel]).toEqual(["acknowledged", true]);
  });
});

describe("time", () => {
  /** Born at 1000, validated 1001, submitted 1002, acknowledged 1003. */
  const order = fold(acknowledged(), { type: "orderPartiallyFilled", orderId, fill: fillOf("e-1", "4") });

  test("latencies run from the submit", () => {
    expect(order.submitToAcknowledgeMs()).toBe(1);
    expect(order.submitToFirstFillMs()).toBe(2);
    expect(submitted().submitToAcknowledgeMs()).toBeUndefined();
    expect(newOrder().submitToFirstFillMs()).toBeUndefined();
  });

  test("age, time in state and lifetime run to the instant given, and a lifetime stops at the end", () => {
    expect([order.ageMs(1_500), order.timeInStateMs(1_500), order.lifetimeMs(1_500)]).toEqual([500, 496, 500]);
    const ended = orderIn("canceled");
    expect(ended.completedAt).toBe(1_005);
    expect([ended.ageMs(9_000), ended.timeInStateMs(9_000), ended.lifetimeMs(9_000)]).toEqual([8_000, 7_995, 5]);
  });

  test("a second fill of a partly filled order does not restart its time in state", () => {
    const before = order.statusAt;
    fold(order, { type: "orderPartiallyFilled", orderId, fill: fillOf("e-2", "1") });
    expect(order.statusAt).toBe(before);
  });
});

describe("quantities", () => {
  test("average price, cost and what is left come from the fills", () => {
    const order = fold(
      acknowledged(),
      { type: "orderPartiallyFilled", orderId, fill: fillOf("e-1", "1", { price: "100" }) },
      { type: "orderPartiallyFilled", orderId, fill: fillOf("e-2", "2", { price: "100.5" }) },
    );
    expect(order.cost.toString()).toBe("301");
    expect(order.averagePrice()?.toString()).toBe("100.33333333333333333333");
    expect(order.fillPercentage().toString()).toBe("30");
    expect(order.leavesQuantity?.toString()).toBe("7");
    expect(order.lastFill?.executionId).toBe("e-2");
  });

  test("an order without fills has no average price", () => {
    expect(acknowledged().averagePrice()).toBeUndefined();
    expect(acknowledged().fillPercentage().toString()).toBe("0");
  });

  test("nothing is left of an ended order", () => {
    expect(orderIn("canceled").leavesQuantity?.toString()).toBe("0");
    expect(orderIn("canceled").fillPercentage().toString()).toBe("40");
  });

  test("an order sized in the quote asset counts what it cost", () => {
    const order = fold(acknowledged(notionalTerms("1000")), {
      type: "orderPartiallyFilled",
      orderId,
      fill: fillOf("e-1", "2.5"),
    });
    expect(order.fillPercentage().toString()).toBe("25");
    expect(order.leavesQuantity).toBeUndefined();
    expect(order.effectiveQuantity).toBeUndefined();
    expect(order.status).toBe("partiallyFilled");
  });

  test("fees are kept per asset; a rebate lowers them, and an asset that nets to zero goes", () => {
    const order = acknowledged();
    const booked = (id: string, amount: string, asset: string): OrderEvent => ({
      type: "orderPartiallyFilled",
      orderId,
      fill: fillOf(id, "1", { fee: { amount: d(amount), asset } }),
    });
    fold(order, booked("e-1", "0.1", "USDT"), booked("e-2", "-0.03", "USDT"), booked("e-3", "0.001", "BTC"));
    expect(orderToJson(order).fees).toEqual({ USDT: "0.07", BTC: "0.001" });
    fold(order, booked("e-4", "-0.07", "USDT"));
    expect(orderToJson(order).fees).toEqual({ BTC: "0.001" });
  });

  test("fees and fills of one order never show on another", () => {
    const first = orderIn("partiallyFilled");
    const second = acknowledged(TERMS, "OWRmain0000L000100000002" as OrderId);
    expect([first.fills.size, second.fills.size, second.fees.size, second.reversedFills.size]).toEqual([1, 0, 0, 0]);
  });

  test("a quantity of zero is never divided by", () => {
    const order = acknowledged({ ...TERMS, quantity: d("0") });
    expect(order.fillPercentage().toString()).toBe("0");
  });

  test("a reversal moves the last fill back to the one before", () => {
    const order = orderIn("filled");
    const reversed = (executionId: string): OrderEvent => ({
      type: "fillReversed",
      orderId,
      venueOrderId: VENUE_ORDER_ID,
      executionId: fillOf(executionId, "1").executionId,
      reason: "busted",
    });
    fold(order, reversed("e-2"));
    expect(order.lastFill?.executionId).toBe("e-1");
    fold(order, reversed("e-1"));
    expect(order.lastFill).toBeUndefined();
    expect([order.cumulativeQuantity.isZero(), order.cost.isZero()]).toEqual([true, true]);
  });
});

describe("names", () => {
  test("a replace keeps the ids from before it", () => {
    const order = acknowledged({ ...TERMS, clientOrderId: "mine-1" });
    fold(order, {
      type: "orderReplaced",
      orderId,
      replace: { price: d("99"), clientOrderId: "mine-2" },
      venueOrderId: "v-2" as VenueOrderId,
    });
    expect([order.venueOrderId, order.earlierVenueOrderIds]).toEqual(["v-2", ["v-1"]]);
    expect([order.clientOrderId, order.earlierClientOrderIds]).toEqual(["mine-2", ["mine-1"]]);
    expect([order.revision, order.price?.toString(), order.quantity?.toString()]).toEqual([1, "99", "10"]);
  });

  test("an order that ends before any acknowledgement learns the venue's id from its end", () => {
    const order = fold(submitted(), {
      type: "orderCanceled",
      orderId,
      reason: "immediateOrCancel",
      venueOrderId: VENUE_ORDER_ID,
    });
    expect(order.venueOrderId).toBe(VENUE_ORDER_ID);
    expect(order.acknowledgedAt).toBeUndefined();
  });

  test("a replace in base units turns an order sized in the quote asset into one sized in base", () => {
    const order = fold(acknowledged(notionalTerms("1000")), {
      type: "orderReplaced",
      orderId,
      replace: { quantity: d("3") },
    });
    expect([order.quantity?.toString(), order.notional]).toEqual(["3", undefined]);
  });
});

describe("why an order is where it is", () => {
  test.each<[OrderEvent, object]>([
    [
      { type: "orderRejected", orderId, reason: "insufficientFunds", venueCode: "51008", venueMessage: "No balance." },
      { code: "51008", text: "insufficientFunds: No balance." },
    ],
    [{ type: "orderRejected", orderId, reason: "postOnlyWouldCross" }, { text: "postOnlyWouldCross" }],
    [
      { type: "orderFailed", orderId, code: "venue.unreachable", reason: "refused" },
      { code: "venue.unreachable", text: "refused" },
    ],
    [{ type: "orderExpired", orderId, reason: "notPlaced", inferred: true }, { text: "notPlaced" }],
    [{ type: "orderCanceled", orderId, reason: "stale" }, { text: "stale" }],
  ])("%o leaves its reason", (event, reason) => {
    expect(fold(submitted(), event).statusReason).toEqual(reason);
  });

  test("denied by us shows its code", () => {
    const denied = fold(newOrder(), {
      type: "orderDenied",
      orderId,
      code: "risk.maxQuantity",
      message: "10 is above 5.",
    });
    expect([denied.status, denied.statusReason]).toEqual([
      "rejected",
      { code: "risk.maxQuantity", text: "10 is above 5." },
    ]);
  });
});

describe("unknown outcomes", () => {
  test("a submit of unknown outcome is marked until a fact proves the order", () => {
    const order = fold(submitted(), { type: "orderOutcomeUnknown", orderId, subject: "submit", reason: "timed out" });
    expect(order.outcomeUnknown).toBe(true);
    expect(fold(order, { type: "orderAcknowledged", orderId, venueOrderId: VENUE_ORDER_ID }).outcomeUnknown).toBe(
      false,
    );
  });

  test("a request of unknown outcome keeps its slot, and a replace keeps its exposure", () => {
    const order = fold(
      acknowledged(),
      { type: "replaceRequested", orderId, requestId: REQUEST_ID, replace: { quantity: d("15") } },
      { type: "orderOutcomeUnknown", orderId, subject: "replace", reason: "timed out" },
      { type: "cancelRequested", orderId, requestId: REQUEST_ID, reason: "asked" },
      { type: "orderOutcomeUnknown", orderId, subject: "cancel", reason: "timed out" },
    );
    expect([order.pendingReplace?.outcomeUnknown, order.pendingCancel?.outcomeUnknown]).toEqual([true, true]);
    expect(order.outcomeUnknown).toBe(false);
    expect(order.effectiveQuantity?.toString()).toBe("15");
  });

  test("a smaller replace does not lower the exposure before the venue has answered", () => {
    const order = fold(acknowledged(), {
      type: "replaceRequested",
      orderId,
      requestId: REQUEST_ID,
      replace: { quantity: d("5") },
    });
    expect(order.effectiveQuantity?.toString()).toBe("10");
  });
});

describe("settled", () => {
  test("an open order is not settled, and an end that states no total is, once confirmed", () => {
    expect(orderIn("partiallyFilled").isSettled).toBe(false);
    expect(orderIn("canceled").isSettled).toBe(true);
    expect(orderIn("canceled", { inferred: true }).isSettled).toBe(false);
  });

  test("a canceled order is unsettled until the fills that the venue counts are booked", () => {
    const order = fold(orderIn("partiallyFilled"), {
      type: "orderCanceled",
      orderId,
      reason: "asked",
      venueCumulativeQuantity: d("6"),
    });
    expect(order.isSettled).toBe(false);
    expect(fold(order, { type: "fillBooked", orderId, fill: fillOf("e-2", "2"), late: true }).isSettled).toBe(true);
  });

  test("filled without a total means all of it", () => {
    const order = fold(orderIn("partiallyFilled"), { type: "orderFilled", orderId });
    expect([order.isSettled, order.venueCumulativeQuantity?.toString()]).toEqual([false, "10"]);
  });

  test("a reversal after the end lowers the venue's total with ours", () => {
    const order = orderIn("filled");
    const { executionId, venueOrderId } = fillOf("e-2", "6");
    fold(order, { type: "fillReversed", orderId, venueOrderId, executionId, reason: "busted" });
    expect([order.status, order.cumulativeQuantity.toString(), order.isSettled]).toEqual(["filled", "4", true]);
  });
});

test("a reversal does not lower a venue's total that had left the execution out already", () => {
  const order = fold(orderIn("partiallyFilled"), {
    type: "orderCanceled",
    orderId,
    reason: "asked",
    venueCumulativeQuantity: d("0"),
  });
  fold(order, { type: "fillReversed", orderId, ...keyOf("e-1"), reason: "busted" });
  expect([order.venueCumulativeQuantity?.toString(), order.isSettled]).toEqual(["0", true]);
});

describe("a fold that is refused", () => {
  const unbooked = { venueOrderId: VENUE_ORDER_ID, executionId: fillOf("e-77", "1").executionId };
  test.each<[string, OrderEvent]>([
    ["a fill that is booked", { type: "orderPartiallyFilled", orderId, fill: fillOf("e-1", "4") }],
    ["a fill of nothing", { type: "orderPartiallyFilled", orderId, fill: fillOf("e-2", "0") }],
    ["a reversal of what is not booked", { type: "fillReversed", orderId, ...unbooked, reason: "busted" }],
    [
      "a correction of what is not booked",
      { type: "fillCorrected", orderId, ...unbooked, fill: fillOf("e-2", "1"), reason: "" },
    ],
    [
      "a correction to nothing",
      { type: "fillCorrected", orderId, ...keyOf("e-1"), fill: fillOf("e-1", "0"), reason: "" },
    ],
    [
      "an event of another order",
      { type: "orderCanceled", orderId: "OWRmain0000L000100000002" as OrderId, reason: "asked" },
    ],
  ])("leaves the order as it was: %s", (_, event) => {
    const order = orderIn("partiallyFilled");
    const before = orderToJson(order);
    expect(() => evolve(order, { ...event, ...meta(9_000) })).toThrow(InvariantViolation);
    expect(orderToJson(order)).toEqual(before);
  });

  test("leaves the order as it was: a correction to a fill that is booked already", () => {
    const order = fold(orderIn("partiallyFilled"), { type: "orderPartiallyFilled", orderId, fill: fillOf("e-2", "1") });
    const before = orderToJson(order);
    const event: OrderEvent = {
      type: "fillCorrected",
      orderId,
      ...keyOf("e-1"),
      fill: fillOf("e-2", "3"),
      reason: "corrected",
    };
    expect(() => evolve(order, { ...event, ...meta() })).toThrow(InvariantViolation);
    expect(orderToJson(order)).toEqual(before);
  });
});

test("our own conclusion does not make a confirmed end less than confirmed", () => {
  const order = fold(orderIn("canceled"), { type: "orderCanceled", orderId, reason: "absent", inferred: true });
  expect(order.inferred).toBe(false);
});

test("a reversed execution is remembered; an inferred one was never the venue's", () => {
  const order = fold(acknowledged(), {
    type: "orderPartiallyFilled",
    orderId,
    fill: fillOf("inferred-1", "4", { inferred: true }),
  });
  fold(
    order,
    { type: "fillCorrected", orderId, ...keyOf("inferred-1"), fill: fillOf("e-1", "4"), reason: "known" },
    { type: "fillReversed", orderId, ...keyOf("e-1"), reason: "busted" },
  );
  expect([...order.reversedFills]).toEqual([fillKey(fillOf("e-1", "4"))]);
});

test("an adopted order works from its birth, under the venue's id", () => {
  const order = Order.born({ type: "orderAdopted", orderId, terms: TERMS, venueOrderId: VENUE_ORDER_ID, ...meta() });
  expect([order.status, order.venueOrderId, order.acknowledgedAt]).toEqual(["acknowledged", VENUE_ORDER_ID, 1_000]);
});

function keyOf(executionId: string): Pick<ReturnType<typeof fillOf>, "venueOrderId" | "executionId"> {
  const { venueOrderId, executionId: id } = fillOf(executionId, "1");
  return { venueOrderId, executionId: id };
}
