// What reports mean for an order, by the situations that cost money: races, repeats, contradictions, unknowns.
// Reports of executions are in interpret-fill.test.ts, the answer of every status to every report in
// order-status.test.ts, the laws in interpret-report.property.test.ts.

import { describe, expect, test } from "vitest";
import type { RequestId, VenueOrderId } from "./identifiers.ts";
import { interpretReport } from "./interpret-report.ts";
import type { Order } from "./order.ts";
import type { OrderEvent } from "./order-event.ts";
import type { OrderStatus } from "./order-status.ts";
import {
  acknowledged,
  d,
  deliver,
  ended,
  filled,
  fillOf,
  fold,
  newOrder,
  notionalTerms,
  ORDER_ID,
  orderIn,
  REQUEST_ID,
  type ReportFacts,
  reportOf,
  submitted,
  typesOf,
  VENUE_ORDER_ID,
} from "./testing/orders.ts";

const orderId = ORDER_ID;
const V2 = "v-2" as VenueOrderId;

/** Status, cumulative quantity and the kinds of discrepancy that the last events raised. */
function check(order: Order, events: readonly OrderEvent[], expected: [OrderStatus, string, ...string[]]): void {
  const kinds = events.flatMap((event) => (event.type === "discrepancyFound" ? [event.kind] : []));
  expect([order.status, order.cumulativeQuantity.toString(), ...kinds]).toEqual(expected);
}

const replaceTo = (quantity: string): OrderEvent => ({
  type: "replaceRequested",
  orderId,
  requestId: REQUEST_ID,
  replace: { quantity: d(quantity) },
});
const cancelAsked: OrderEvent = { type: "cancelRequested", orderId, requestId: REQUEST_ID, reason: "asked" };

describe("facts that skip ahead", () => {
  test("a fill before the acknowledgement implies it, under the id that the fill names", () => {
    const order = submitted();
    const events = deliver(order, filled("e-1", "4"));
    expect(events).toMatchObject([
      { type: "orderAcknowledged", implied: true, venueOrderId: VENUE_ORDER_ID },
      { type: "orderPartiallyFilled" },
    ]);
    check(order, events, ["partiallyFilled", "4"]);
  });

  test("a fill of an order that was never submitted implies every step", () => {
    const order = newOrder();
    expect(typesOf(deliver(order, filled("e-1", "10")))).toEqual([
      "orderValidated",
      "orderSubmitted",
      "orderAcknowledged",
      "orderFilled",
    ]);
    expect(order.status).toBe("filled");
  });

  test("a cancel before the acknowledgement ends the order directly and names it", () => {
    const order = submitted();
    deliver(order, { ...ended("canceled"), venueOrderId: VENUE_ORDER_ID });
    expect([order.status, order.venueOrderId]).toEqual(["canceled", VENUE_ORDER_ID]);
  });

  test("an acknowledgement that comes after the fill it precedes is no news", () => {
    const order = orderIn("partiallyFilled");
    expect(deliver(order, { kind: "acknowledged", venueOrderId: VENUE_ORDER_ID })).toEqual([]);
  });

  test("a trigger is news once", () => {
    const order = acknowledged();
    expect(typesOf(deliver(order, { kind: "acknowledged", triggered: true }))).toEqual(["orderAcknowledged"]);
    expect(order.triggered).toBe(true);
    expect(deliver(order, { kind: "acknowledged", triggered: true })).toEqual([]);
  });
});

describe("called filled, and not full", () => {
  const shortFilled = (order: Order): Order => {
    check(order, deliver(order, ended("filled", "4")), ["canceled", "4", "contradiction"]);
    return order;
  };

  test("an order that the venue calls filled at a part of its quantity is canceled, and its reason says so", () => {
    const order = shortFilled(orderIn("partiallyFilled"));
    expect(order.statusReason?.text).toBe("called filled with 4 of 10 executed");
    expect([order.isSettled, order.inferred, order.leavesQuantity?.toString()]).toEqual([true, false, "0"]);
  });

  test("its executions are asked for", () => {
    const context = { at: 2_000, cause: "report:1" } as const;
    const report = reportOf(ended("filled", "4"));
    expect(interpretReport(orderIn("partiallyFilled"), report, context).missingFills).toBe(true);
    expect(interpretReport(shortFilled(orderIn("partiallyFilled")), report, context).missingFills).toBe(false);
  });

  test("the same word again, with or without its total, is no news", () => {
    const order = shortFilled(orderIn("partiallyFilled"));
    expect(deliver(order, ended("filled", "4"))).toEqual([]);
    expect(deliver(order, ended("filled"))).toEqual([]);
  });

  test("a higher total that comes later counts, and the late execution settles the order", () => {
    const order = shortFilled(orderIn("partiallyFilled"));
    const events = deliver(order, ended("filled", "10"));
    check(order, events, ["canceled", "4", "contradiction", "unsettled"]);
    check(order, deliver(order, filled("e-2", "6")), ["canceled", "10"]);
    expect(order.isSettled).toBe(true);
  });

  test("an execution that is called the last one makes no order full either", () => {
    const order = acknowledged();
    const events = deliver(order, { ...filled("e-1", "4"), ends: true, cumulativeQuantity: d("4") } as ReportFacts);
    check(order, events, ["canceled", "4", "contradiction"]);
  });

  test("what is booked in full stays filled, whatever total the venue repeats", () => {
    const order = orderIn("filled");
    expect(deliver(order, ended("filled", "4"))).toEqual([]);
    expect(order.status).toBe("filled");
  });

  test("so does what is booked in full while a larger replace is open", () => {
    const order = fold(orderIn("partiallyFilled"), replaceTo("15"));
    deliver(order, filled("e-2", "6"));
    check(order, deliver(order, ended("filled", "4")), ["filled", "10", "unsettled"]);
  });

  test("a smaller replace that was carried out and not told explains it", () => {
    const order = fold(orderIn("partiallyFilled"), replaceTo("4"));
    check(order, deliver(order, ended("filled", "4")), ["filled", "4"]);
  });

  test("an inferred end as filled does not outlive the venue's lower total", () => {
    const order = orderIn("filled", { inferred: true });
    check(order, deliver(order, ended("filled", "4")), ["canceled", "4", "reinstated", "contradiction"]);
  });
});

describe("inferred ends", () => {
  const ENDS: readonly OrderStatus[] = ["filled", "canceled", "rejected", "failed", "expired"];

  test.each(ENDS)("an execution reinstates an order that we took for %s", (status) => {
    const order = orderIn(status, { inferred: true });
    const before = order.cumulativeQuantity;
    const events = deliver(order, filled("e-5", "1"));
    expect(typesOf(events).slice(0, 2)).toEqual(["orderReinstated", "discrepancyFound"]);
    check(order, events, ["partiallyFilled", before.add(d("1")).toString(), "reinstated"]);
    expect([order.inferred, order.completedAt]).toEqual([false, undefined]);
  });

  test("the venue's same end confirms ours and leaves it final", () => {
    const order = orderIn("canceled", { inferred: true });
    expect(typesOf(deliver(order, ended("canceled", "4")))).toEqual(["orderCanceled"]);
    expect([order.inferred, order.isSettled]).toEqual([false, true]);
    check(order, deliver(order, filled("e-2", "1")), ["canceled", "5", "lateFill"]);
  });

  test("that it worked before executions that are booked is no evidence against an inferred end", () => {
    const order = fold(orderIn("partiallyFilled"), {
      type: "orderExpired",
      orderId,
      reason: "absentAtVenue",
      inferred: true,
    });
    const works: ReportFacts = { kind: "acknowledged", venueOrderId: VENUE_ORDER_ID, venueAt: 9_000 };
    expect(deliver(order, { ...works, cumulativeQuantity: d("3") })).toEqual([]);
    expect(deliver(order, { ...works, venueAt: (order.lastFill?.venueAt ?? 0) - 1 })).toEqual([]);
    check(order, deliver(order, { ...works, cumulativeQuantity: d("4") }), ["partiallyFilled", "4", "reinstated"]);
  });

  test("another end than the one that we inferred is reinstated, then applied", () => {
    const order = orderIn("expired", { inferred: true });
    check(order, deliver(order, ended("canceled")), ["canceled", "4", "reinstated"]);
    expect(order.inferred).toBe(false);
  });

  test("rejected, of an inferred end with fills, is an end by cancel", () => {
    const order = orderIn("expired", { inferred: true });
    check(order, deliver(order, ended("rejected")), ["canceled", "4", "reinstated"]);
    expect(order.statusReason?.text).toBe("rejected: said so");
    expect(deliver(order, ended("rejected"))).toEqual([]);
  });

  test("an order proven absent that the venue acknowledges after all works again, under its id", () => {
    const order = fold(submitted(), { type: "orderExpired", orderId, reason: "notPlaced", inferred: true });
    const events = deliver(order, { kind: "acknowledged", venueOrderId: VENUE_ORDER_ID });
    check(order, events, ["acknowledged", "0", "reinstated"]);
    expect(order.venueOrderId).toBe(VENUE_ORDER_ID);
  });

  test("a reinstated order that looks full is not called filled: the venue says that it works", () => {
    const order = fold(
      orderIn("partiallyFilled"),
      replaceTo("15"),
      { type: "orderPartiallyFilled", orderId, fill: fillOf("e-2", "6") },
      { type: "orderCanceled", orderId, reason: "absent", inferred: true },
    );
    check(order, deliver(order, { kind: "acknowledged" }), ["partiallyFilled", "10", "reinstated"]);
    check(order, deliver(order, ended("canceled")), ["canceled", "10"]);
  });

  test("a contradiction of a confirmed end is recorded once", () => {
    const order = orderIn("rejected");
    check(order, deliver(order, ended("canceled")), ["rejected", "0", "contradiction"]);
    expect(deliver(order, ended("canceled"))).toEqual([]);
    check(order, deliver(order, ended("expired")), ["rejected", "0", "contradiction"]);
  });
});

describe("replaces", () => {
  test("fills beyond the old quantity are neither full nor too much while a larger replace is open", () => {
    const order = fold(orderIn("partiallyFilled"), replaceTo("15"));
    check(order, deliver(order, filled("e-2", "8")), ["partiallyFilled", "12"]);
    expect(order.overfilled).toBe(false);
    expect([order.overfilled, order.leavesQuantity?.toString()]).toEqual([false, "3"]);
  });

  describe("executions beyond the old quantity and within the new one", () => {
    const implied = { type: "orderReplaced", requestId: REQUEST_ID, replace: { quantity: d("15") }, implied: true };

    test("imply that the replace was applied, before they are booked, and its confirmation is no news", () => {
      // T-48, T-52: the fill is faster than the answer to the replace.
      for (const [quantity, status, total] of [
        ["8", "partiallyFilled", "12"],
        ["11", "filled", "15"],
      ] as const) {
        const order = fold(orderIn("partiallyFilled"), replaceTo("15"));
        const events = deliver(order, filled("e-2", quantity));
        expect(events[0]).toMatchObject(implied);
        expect(events).toHaveLength(2);
        check(order, events, [status, total]);
        expect([order.quantity?.toString(), order.pendingReplace, order.revision]).toEqual(["15", undefined, 1]);
        for (const venueAt of [4_000, 6_000])
          expect(deliver(order, { kind: "replaced", replace: { quantity: d("15") }, venueAt })).toEqual([]);
      }
    });

    test("name the order anew where the venue does so with a replace, once", () => {
      const order = fold(orderIn("partiallyFilled"), replaceTo("15"));
      const last: ReportFacts = { kind: "fill", fill: fillOf("e-2", "8", { venueOrderId: V2 }), ends: true };
      const events = deliver(order, last);
      expect(events.filter((event) => "venueOrderId" in event)).toHaveLength(1);
      expect([order.venueOrderId, order.earlierVenueOrderIds]).toEqual([V2, [VENUE_ORDER_ID]]);
    });

    test("do so also as a correction, in the place of an inferred fill, and in the total of an end", () => {
      const correction: ReportFacts = {
        kind: "fillCorrected",
        executionId: fillOf("e-1", "4").executionId,
        fill: fillOf("e-1", "12"),
        reason: "corrected",
        worksAgain: false,
      };
      const inferred = fold(acknowledged(), {
        type: "orderPartiallyFilled",
        orderId,
        fill: fillOf("i-1", "9", { inferred: true }),
      });
      for (const [order, facts, total] of [
        [orderIn("partiallyFilled"), correction, "12"],
        [inferred, filled("e-2", "12"), "12"],
        [orderIn("partiallyFilled"), ended("canceled", "12"), "4"],
      ] as const) {
        fold(order, replaceTo("15"));
        expect(deliver(order, facts)[0]).toMatchObject(implied);
        expect([order.quantity?.toString(), order.cumulativeQuantity.toString()]).toEqual(["15", total]);
        expect(order.overfilled).toBe(false);
      }
    });

    test("are an overfill when they go beyond the new one too", () => {
      const order = fold(orderIn("partiallyFilled"), replaceTo("15"));
      check(order, deliver(order, filled("e-2", "12")), ["filled", "16", "overfill"]);
    });
  });

  test("a refusal of a larger replace shows what was executed beyond the old quantity before it was asked for", () => {
    const order = fold(
      orderIn("partiallyFilled"),
      { type: "orderExpired", orderId, reason: "absentAtVenue", inferred: true },
      { type: "fillBooked", orderId, fill: fillOf("e-2", "8"), late: true },
      { type: "orderReinstated", orderId, status: "partiallyFilled", reason: "it works" },
      replaceTo("15"),
    );
    const events = deliver(order, { kind: "requestRejected", request: "replace", reason: "tooLate" });
    check(order, events, ["filled", "12", "overfill"]);
    expect([order.overfilled, order.pendingReplace]).toEqual([true, undefined]);
  });

  test("a replace below what was filled in a race is filled at what was filled", () => {
    const order = fold(orderIn("partiallyFilled"), replaceTo("5"));
    deliver(order, filled("e-2", "3"));
    const events = deliver(order, { kind: "replaced", replace: { quantity: d("5") } });
    check(order, events, ["filled", "7"]);
    expect([order.quantity?.toString(), order.overfilled]).toEqual(["7", false]);
    expect(deliver(order, { kind: "replaced", replace: { quantity: d("5") } })).toEqual([]);
  });

  test("what was asked for holds where the venue does not repeat it", () => {
    const order = fold(acknowledged(), {
      type: "replaceRequested",
      orderId,
      requestId: REQUEST_ID,
      replace: { quantity: d("12"), price: d("99"), clientOrderId: "mine-2" },
    });
    const events = deliver(order, { kind: "replaced", replace: { price: d("99") }, venueOrderId: V2 });
    expect(events).toMatchObject([{ type: "orderReplaced", requestId: REQUEST_ID, venueOrderId: V2 }]);
    expect([order.quantity?.toString(), order.clientOrderId, order.venueOrderId]).toEqual(["12", "mine-2", V2]);
  });

  test("a repeat of an earlier replace neither answers the next one nor brings its terms back", () => {
    const order = acknowledged();
    const first: ReportFacts = { kind: "replaced", replace: { price: d("101") }, venueAt: 6_000 };
    deliver(order, first);
    fold(order, { type: "replaceRequested", orderId, requestId: REQUEST_ID, replace: { price: d("102") } });
    expect(deliver(order, first)).toEqual([]);
    expect(order.pendingReplace).toBeDefined();
    deliver(order, { kind: "replaced", replace: { price: d("102") }, venueAt: 7_000 });
    expect(deliver(order, first)).toEqual([]);
    expect(order.price?.toString()).toBe("102");
  });

  test("an old acknowledgement does not bring back the id from before a replace", () => {
    const order = acknowledged();
    deliver(order, { kind: "replaced", replace: { price: d("101") }, venueOrderId: V2 });
    expect(deliver(order, { kind: "acknowledged", venueOrderId: VENUE_ORDER_ID })).toEqual([]);
    expect(order.venueOrderId).toBe(V2);
  });

  describe("an end that is older than the replace that holds", () => {
    /** Asked for 10, of which 4 are filled, and replaced to 15 at the venue's instant 6,000. */
    function enlarged(): Order {
      const order = orderIn("partiallyFilled");
      deliver(order, { kind: "replaced", replace: { quantity: d("15") }, venueAt: 6_000 });
      return order;
    }
    const take = (order: Order, facts: ReportFacts) =>
      interpretReport(order, reportOf(facts), { at: 9_000, cause: "report:1" });

    test("ends nothing, whatever it calls itself: the venue is asked", () => {
      // T-48: the response to an amend is overwritten by a stale FILLED.
      for (const facts of [
        ended("filled", "10"),
        ended("filled"),
        ended("canceled", "4"),
        ended("expired"),
        ended("rejected"),
      ] as const) {
        expect(take(enlarged(), { ...facts, venueAt: 5_999 })).toMatchObject({ events: [], doubtful: true });
      }
    });

    test("still says that fills are missing, and of how many", () => {
      const order = enlarged();
      expect(take(order, { ...ended("filled", "10"), venueAt: 5_999 }).missingFills).toBe(true);
      expect(take(order, { ...ended("filled", "4"), venueAt: 5_999 }).missingFills).toBe(false);
      expect(take(order, { ...ended("filled"), venueAt: 5_999 }).missingFills).toBe(false);
    });

    test("counts when it states all that is asked for now, and when it is not older", () => {
      for (const [facts, status] of [
        [{ ...ended("filled", "15"), venueAt: 5_999 }, "filled"],
        [{ ...ended("canceled", "4"), venueAt: 6_000 }, "canceled"],
      ] as const) {
        const order = enlarged();
        expect(take(order, facts).doubtful).toBe(false);
        deliver(order, facts);
        expect(order.status).toBe(status);
      }
    });

    test("is booked as far as it is a fill", () => {
      const order = enlarged();
      const last: ReportFacts = { kind: "fill", fill: fillOf("e-2", "6"), ends: true, venueAt: 5_999 };
      expect(take(order, last).doubtful).toBe(true);
      check(order, deliver(order, last), ["partiallyFilled", "10"]);
      expect(deliver(order, last)).toEqual([]);
    });

    test("does not reinstate an end that we concluded", () => {
      const order = fold(enlarged(), { type: "orderExpired", orderId, reason: "absentAtVenue", inferred: true });
      check(order, deliver(order, { ...ended("filled", "10"), venueAt: 5_999 }), ["expired", "4"]);
    });
  });

  test("a replace to nothing is refused", () => {
    const order = acknowledged();
    const nothing: ReportFacts = { kind: "replaced", replace: { quantity: d("0") } };
    expect(() => deliver(order, nothing)).toThrow("a replace to a total of 0");
    expect(order.quantity?.toString()).toBe("10");
  });

  test("a repeat of an older replace does not answer a request for the same terms again", () => {
    const order = acknowledged();
    const ask = (price: string): Order =>
      fold(order, { type: "replaceRequested", orderId, requestId: REQUEST_ID, replace: { price: d(price) } });
    ask("101");
    const first: ReportFacts = { kind: "replaced", replace: { price: d("101") }, venueAt: 6_000 };
    deliver(order, first);
    ask("100");
    deliver(order, { kind: "replaced", replace: { price: d("100") }, venueAt: 7_000 });
    ask("101");
    expect(deliver(order, first)).toEqual([]);
    expect([order.pendingReplace?.replace.price?.toString(), order.price?.toString()]).toEqual(["101", "100"]);
    deliver(order, { ...first, venueAt: 8_000 });
    expect([order.pendingReplace, order.price?.toString()]).toEqual([undefined, "101"]);
  });

  test("an acknowledgement from before a replace does not name the order anew", () => {
    const order = fold(submitted(), { type: "orderAcknowledged", orderId });
    deliver(order, { kind: "replaced", replace: { price: d("101") }, venueOrderId: V2, venueAt: 6_000 });
    expect(deliver(order, { kind: "acknowledged", venueOrderId: VENUE_ORDER_ID, venueAt: 5_000 })).toEqual([]);
    expect(order.venueOrderId).toBe(V2);
  });

  // ccxt#18051
  test("a stale filled from before the quantity was raised does not end the order", () => {
    const order = acknowledged();
    deliver(order, filled("e-1", "4"));
    deliver(order, { kind: "replaced", replace: { quantity: d("15") }, venueAt: 6_000 });
    expect(deliver(order, { ...ended("filled", "10"), venueAt: 5_000 })).toEqual([]);
    check(order, deliver(order, { ...ended("filled", "15"), venueAt: 7_000 }), ["filled", "4", "unsettled"]);
  });

  test("the end of an id that a replace left behind is not the end of the order", () => {
    const order = acknowledged();
    deliver(order, { kind: "replaced", replace: { price: d("101") }, venueOrderId: V2, venueAt: 6_000 });
    const left: ReportFacts = { ...ended("canceled", "0"), venueOrderId: VENUE_ORDER_ID, venueAt: 6_000 };
    expect(deliver(order, left)).toEqual([]);
    deliver(order, { ...ended("canceled", "0"), venueOrderId: V2, venueAt: 7_000 });
    expect(order.status).toBe("canceled");
  });

  test("a refusal older than a replace that was carried out refuses no later request", () => {
    const order = acknowledged();
    deliver(order, { kind: "replaced", replace: { price: d("101") }, venueAt: 6_000 });
    fold(order, replaceTo("15"));
    const refusal: ReportFacts = { kind: "requestRejected", request: "replace", reason: "busy" };
    expect(deliver(order, { ...refusal, venueAt: 5_000 })).toEqual([]);
    expect(typesOf(deliver(order, { ...refusal, venueAt: 7_000 }))).toEqual(["replaceRejected"]);
  });

  test("a refusal that names its request refuses no other", () => {
    const order = fold(acknowledged(), cancelAsked);
    const refusal: ReportFacts = { kind: "requestRejected", request: "cancel", reason: "tooLate" };
    expect(deliver(order, { ...refusal, requestId: "earlier" as RequestId })).toEqual([]);
    expect(order.pendingCancel).toBeDefined();
    expect(typesOf(deliver(order, { ...refusal, requestId: REQUEST_ID }))).toEqual(["cancelRejected"]);
  });
});

describe("cancels", () => {
  test("fills are booked while a cancel is pending, and the end clears it", () => {
    const order = fold(acknowledged(), cancelAsked);
    check(order, deliver(order, filled("e-1", "4")), ["partiallyFilled", "4"]);
    expect(order.pendingCancel).toBeDefined();
    deliver(order, ended("canceled", "4"));
    expect([order.pendingCancel, order.isSettled]).toEqual([undefined, true]);
  });

  test("not found keeps a cancel armed while nobody knows whether the order exists", () => {
    const order = fold(submitted(), cancelAsked);
    const refused: ReportFacts = { kind: "requestRejected", request: "cancel", reason: "unknownOrder" };
    expect(deliver(order, refused)).toEqual([]);
    deliver(order, { kind: "acknowledged", venueOrderId: VENUE_ORDER_ID });
    expect(order.pendingCancel).toBeDefined();
    expect(typesOf(deliver(order, refused))).toEqual(["cancelRejected"]);
  });

  test("a refusal that nothing is outstanding for is no news", () => {
    const order = acknowledged();
    expect(deliver(order, { kind: "requestRejected", request: "cancel", reason: "tooLate" })).toEqual([]);
    expect(deliver(order, { kind: "requestRejected", request: "replace", reason: "tooLate" })).toEqual([]);
  });

  test("a rejection of what is partly filled is an end by cancel, with the venue's reason, once", () => {
    const order = orderIn("partiallyFilled");
    check(order, deliver(order, ended("rejected")), ["canceled", "4"]);
    expect(order.statusReason?.text).toBe("rejected: said so");
    expect(deliver(order, ended("rejected"))).toEqual([]);
  });
});

describe("orders sized in the quote asset", () => {
  const spent = (quantity: string): Order =>
    fold(acknowledged(notionalTerms("1000")), {
      type: "orderPartiallyFilled",
      orderId,
      fill: fillOf("e-1", quantity),
    });

  test.each<[string, OrderStatus]>([
    ["10", "filled"],
    ["9.99", "filled"],
    ["9.9899", "canceled"],
    ["5", "canceled"],
  ])("canceled by the venue with %s of 10 bought, it is called %s", (quantity, status) => {
    const order = spent(quantity);
    deliver(order, ended("canceled"));
    expect(order.status).toBe(status);
    expect(deliver(order, ended("canceled"))).toEqual([]);
  });

  test("nothing is called filled while a remainder works, however small", () => {
    expect(spent("9.9999").status).toBe("partiallyFilled");
    expect(spent("10").status).toBe("partiallyFilled");
  });

  test("the venue's word that nothing works any more makes it filled", () => {
    const order = acknowledged(notionalTerms("1000"));
    deliver(order, { ...filled("e-1", "9.5"), ends: true } as ReportFacts);
    expect([order.status, order.isSettled]).toEqual(["filled", true]);
  });
});

test("events carry the venue's time, ours, and their cause", () => {
  const { events } = interpretReport(acknowledged(), reportOf(filled("e-1", "1")), { at: 2_000, cause: "report:7" });
  expect(events).toMatchObject([{ at: 2_000, venueAt: 5_000, cause: "report:7" }]);
});

test("interpreting leaves the order untouched", () => {
  const order = orderIn("partiallyFilled");
  const size = order.fills.size;
  interpretReport(order, reportOf(filled("e-2", "6")), { at: 2_000, cause: "report:7" });
  expect([order.status, order.fills.size]).toEqual(["partiallyFilled", size]);
});
