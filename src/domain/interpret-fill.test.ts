// What reports of executions mean for an order: identity, late fills and overfills, reversals and corrections,
// inferred fills. The other reports are in interpret-report.test.ts.

import { describe, expect, test } from "vitest";
import type { OrderId } from "./identifiers.ts";
import { interpretReport } from "./interpret-report.ts";
import type { Order } from "./order.ts";
import type { OrderEvent } from "./order-event.ts";
import type { OrderStatus } from "./order-status.ts";
import {
  acknowledged,
  corrected,
  d,
  deliver,
  ended,
  filled,
  fillOf,
  fold,
  notionalTerms,
  ORDER_ID,
  orderIn,
  REQUEST_ID,
  type ReportFacts,
  reportOf,
  reversed,
  TERMS,
  typesOf,
} from "./testing/orders.ts";

const orderId = ORDER_ID;

/** Status, cumulative quantity and the kinds of discrepancy that the last events raised. */
function check(order: Order, events: readonly OrderEvent[], expected: [OrderStatus, string, ...string[]]): void {
  const kinds = events.flatMap((event) => (event.type === "discrepancyFound" ? [event.kind] : []));
  expect([order.status, order.cumulativeQuantity.toString(), ...kinds]).toEqual(expected);
}

describe("fills have an identity", () => {
  test("the same execution is booked once, in an open order and in an ended one", () => {
    const order = orderIn("partiallyFilled");
    expect(deliver(order, filled("e-1", "4"))).toEqual([]);
    deliver(order, ended("canceled"));
    expect(deliver(order, filled("e-1", "4"))).toEqual([]);
  });

  test("the same execution, now with its fee, brings the fee in one event, in any status", () => {
    const fee = { amount: d("0.1"), asset: "USDT" };
    for (const order of [orderIn("partiallyFilled"), orderIn("canceled"), orderIn("canceled", { inferred: true })]) {
      const { status } = order;
      const events = deliver(order, filled("e-1", "4", { fee }));
      expect(events).toMatchObject([{ type: "fillCorrected", executionId: "e-1", reason: "the fee became known" }]);
      check(order, events, [status, "4"]);
      expect(order.fees.get("USDT")?.toString()).toBe("0.1");
      expect(deliver(order, filled("e-1", "4", { fee }))).toEqual([]);
      expect(deliver(order, filled("e-1", "4"))).toEqual([]);
      expect(order.fees.get("USDT")?.toString()).toBe("0.1");
    }
  });

  test("a fee that becomes known fills no order that the venue says works, though it looks full", () => {
    const order = fold(
      orderIn("partiallyFilled"),
      { type: "replaceRequested", orderId, requestId: REQUEST_ID, replace: { quantity: d("15") } },
      { type: "orderPartiallyFilled", orderId, fill: fillOf("e-2", "6") },
      { type: "orderCanceled", orderId, reason: "absent", inferred: true },
    );
    deliver(order, { kind: "acknowledged" });
    const events = deliver(order, filled("e-2", "6", { fee: { amount: d("1"), asset: "USDT" } }));
    check(order, events, ["partiallyFilled", "10"]);
    expect(order.fees.size).toBe(1);
  });

  test.each([
    ["price", "4", { price: "99" }],
    ["quantity", "5", {}],
    ["fee", "4", { fee: { amount: d("0.2"), asset: "USDT" } }],
    ["fee asset", "4", { fee: { amount: d("0.1"), asset: "BNB" } }],
  ])("the same execution with another %s is recorded once and not believed", (_, quantity, parts) => {
    const order = fold(acknowledged(), {
      type: "orderPartiallyFilled",
      orderId,
      fill: fillOf("e-1", "4", { fee: { amount: d("0.1"), asset: "USDT" } }),
    });
    const before = [order.cost.toString(), order.fees.get("USDT")?.toString()];
    check(order, deliver(order, filled("e-1", quantity, parts)), ["partiallyFilled", "4", "contradiction"]);
    expect(deliver(order, filled("e-1", quantity, parts))).toEqual([]);
    expect([order.cost.toString(), order.fees.get("USDT")?.toString()]).toEqual(before);
  });

  test("one execution id under two venue order ids is two fills", () => {
    const order = orderIn("partiallyFilled");
    const events = deliver(order, filled("e-1", "1", { venueOrderId: "v-0" }));
    check(order, events, ["partiallyFilled", "5"]);
  });

  test("a self-cross counts on both orders under one execution id", () => {
    const buy = acknowledged();
    const sell = acknowledged({ ...TERMS, side: "sell" }, "OWRmain0000L000100000002" as OrderId);
    deliver(buy, filled("x-1", "4"));
    deliver(sell, filled("x-1", "4", { venueOrderId: "v-9" }));
    expect([buy.cumulativeQuantity.toString(), sell.cumulativeQuantity.toString()]).toEqual(["4", "4"]);
  });

  test("an execution that moves nothing is refused", () => {
    const order = acknowledged();
    expect(() => deliver(order, filled("e-1", "0"))).toThrow("execution e-1 moves 0");
    expect(order.status).toBe("acknowledged");
  });

  test("the venue's word that it was the last one counts also when the fill itself is known", () => {
    const order = fold(acknowledged(notionalTerms("1000")), {
      type: "orderPartiallyFilled",
      orderId,
      fill: fillOf("e-1", "9.99"),
    });
    expect(typesOf(deliver(order, { ...filled("e-1", "9.99"), ends: true } as ReportFacts))).toEqual(["orderFilled"]);
  });
});

describe("late fills and overfills", () => {
  test("a fill after a confirmed cancel is booked late, leaves the status, and raises a discrepancy", () => {
    const order = orderIn("canceled");
    const events = deliver(order, filled("e-2", "2"));
    expect(events[0]).toMatchObject({ type: "fillBooked", late: true });
    check(order, events, ["canceled", "6", "lateFill"]);
  });

  test("a fill that the venue had counted at the end settles the order without another discrepancy", () => {
    const order = orderIn("partiallyFilled");
    check(order, deliver(order, ended("canceled", "6")), ["canceled", "4", "unsettled"]);
    expect(order.isSettled).toBe(false);
    check(order, deliver(order, filled("e-2", "2")), ["canceled", "6"]);
    expect(order.isSettled).toBe(true);
  });

  test("more than was asked for is booked and flagged", () => {
    const order = orderIn("partiallyFilled");
    check(order, deliver(order, filled("e-2", "7")), ["filled", "11", "overfill"]);
    expect(order.overfilled).toBe(true);
    expect(order.leavesQuantity?.toString()).toBe("0");
  });

  test("a fill after the order was full is an overfill", () => {
    const order = orderIn("filled");
    check(order, deliver(order, filled("e-3", "1")), ["filled", "11", "overfill"]);
    expect(order.overfilled).toBe(true);
  });

  test("filled before all its fills are known is not settled, and says that fills are missing", () => {
    const order = orderIn("partiallyFilled");
    const report = reportOf(ended("filled"));
    const interpretation = interpretReport(order, report, { at: 2_000, cause: "report:1" });
    expect(interpretation.missingFills).toBe(true);
    check(order, deliver(order, ended("filled")), ["filled", "4", "unsettled"]);
    check(order, deliver(order, filled("e-2", "6")), ["filled", "10"]);
    expect(order.isSettled).toBe(true);
  });

  test("a total above the booked fills asks for what is missing", () => {
    const order = orderIn("partiallyFilled");
    const missing = (total: string): boolean =>
      interpretReport(order, reportOf({ kind: "acknowledged", cumulativeQuantity: d(total) }), {
        at: 2_000,
        cause: "report:1",
      }).missingFills;
    expect([missing("3"), missing("4"), missing("4.001")]).toEqual([false, false, true]);
  });

  test("an end repeated with an older total changes nothing", () => {
    const order = orderIn("partiallyFilled");
    deliver(order, ended("canceled", "4"));
    deliver(order, ended("canceled", "6"));
    deliver(order, filled("e-2", "2"));
    expect(deliver(order, ended("canceled", "4"))).toEqual([]);
    expect(order.isSettled).toBe(true);
  });
});

describe("reversals and corrections", () => {
  test("a reversal of an open order's only fill makes it acknowledged again", () => {
    const order = orderIn("partiallyFilled");
    check(order, deliver(order, reversed("e-1")), ["acknowledged", "0"]);
    expect([order.cost.isZero(), order.fees.size, order.averagePrice()]).toEqual([true, 0, undefined]);
  });

  test("a reversed execution stays reversed, whatever is repeated", () => {
    const order = orderIn("partiallyFilled");
    deliver(order, reversed("e-1"));
    expect(deliver(order, reversed("e-1"))).toEqual([]);
    expect(deliver(order, filled("e-1", "4"))).toEqual([]);
    expect(deliver(order, corrected("e-1", fillOf("e-1", "3")))).toEqual([]);
  });

  test("a reversal leaves a filled order filled, unless the venue says that it works again", () => {
    const over = orderIn("filled");
    check(over, deliver(over, reversed("e-2")), ["filled", "4"]);
    const again = orderIn("filled");
    const events = deliver(again, reversed("e-2", true));
    expect(typesOf(events)).toEqual(["fillReversed", "orderReinstated"]);
    check(again, events, ["partiallyFilled", "4"]);
    expect(again.leavesQuantity?.toString()).toBe("6");
  });

  test("a reversal of everything that works again makes the order acknowledged", () => {
    const order = orderIn("canceled");
    check(order, deliver(order, reversed("e-1", true)), ["acknowledged", "0"]);
  });

  test("a correction changes quantity, price and fee in one event", () => {
    const order = orderIn("partiallyFilled");
    const to = fillOf("e-1", "3", { price: "90", fee: { amount: d("0.1"), asset: "USDT" } });
    expect(typesOf(deliver(order, corrected("e-1", to)))).toEqual(["fillCorrected"]);
    expect([order.cumulativeQuantity.toString(), order.cost.toString(), order.fees.get("USDT")?.toString()]).toEqual([
      "3",
      "270",
      "0.1",
    ]);
    expect(deliver(order, corrected("e-1", to))).toEqual([]);
  });

  test("a correction under a new execution id is booked once, and neither id comes again", () => {
    const order = orderIn("partiallyFilled");
    deliver(order, corrected("e-1", fillOf("e-1b", "3")));
    expect(deliver(order, corrected("e-1", fillOf("e-1b", "3")))).toEqual([]);
    expect(deliver(order, filled("e-1", "4"))).toEqual([]);
    expect(deliver(order, filled("e-1b", "3"))).toEqual([]);
    expect(order.cumulativeQuantity.toString()).toBe("3");
  });

  test("a correction to an execution that is booked already takes only the old one back", () => {
    const order = orderIn("partiallyFilled");
    deliver(order, filled("e-1b", "3"));
    expect(typesOf(deliver(order, corrected("e-1", fillOf("e-1b", "3"))))).toEqual(["fillReversed"]);
    expect(order.cumulativeQuantity.toString()).toBe("3");
  });

  test("a correction upwards can fill the order, and overfill it", () => {
    const full = orderIn("partiallyFilled");
    check(full, deliver(full, corrected("e-1", fillOf("e-1", "10"))), ["filled", "10"]);
    const over = orderIn("partiallyFilled");
    check(over, deliver(over, corrected("e-1", fillOf("e-1", "12"))), ["filled", "12", "overfill"]);
  });

  test("a correction of an ended order reopens it only by the venue's word", () => {
    const over = orderIn("filled");
    check(over, deliver(over, corrected("e-2", fillOf("e-2", "5"))), ["filled", "9"]);
    expect(over.isSettled).toBe(true);
    const again = orderIn("filled");
    check(again, deliver(again, corrected("e-2", fillOf("e-2", "5"), true)), ["partiallyFilled", "9"]);
  });

  test("a repeat of the last fill does not end an order that the venue reopened", () => {
    const order = acknowledged();
    deliver(order, filled("e-1", "4"));
    deliver(order, { ...filled("e-2", "6"), ends: true } as ReportFacts);
    deliver(order, reversed("e-1", true));
    expect(deliver(order, { ...filled("e-2", "6"), ends: true } as ReportFacts)).toEqual([]);
    check(order, [], ["partiallyFilled", "6"]);
  });

  test("a reversal of an execution that was never booked is recorded once", () => {
    const order = acknowledged();
    check(order, deliver(order, reversed("e-9")), ["acknowledged", "0", "unknownExecution"]);
    expect(deliver(order, reversed("e-9"))).toEqual([]);
  });

  test("a correction to nothing is refused", () => {
    const order = orderIn("partiallyFilled");
    expect(() => deliver(order, corrected("e-1", fillOf("e-1", "0")))).toThrow("execution e-1 moves 0");
    expect(order.cumulativeQuantity.toString()).toBe("4");
  });
});

describe("inferred fills", () => {
  const inferred = (order: Order, ...quantities: string[]): Order => {
    for (const [index, quantity] of quantities.entries()) {
      deliver(order, filled(`inferred-${index}`, quantity, { inferred: true }));
    }
    return order;
  };

  test("the execution behind one takes its place in one event", () => {
    const order = inferred(acknowledged(), "4");
    const events = deliver(order, filled("e-1", "4", { price: "99" }));
    expect(typesOf(events)).toEqual(["fillCorrected"]);
    check(order, events, ["partiallyFilled", "4"]);
    expect(order.cost.toString()).toBe("396");
  });

  test("a smaller execution leaves the rest inferred", () => {
    const order = inferred(acknowledged(), "4");
    check(order, deliver(order, filled("e-1", "1")), ["partiallyFilled", "4"]);
    check(order, deliver(order, filled("e-2", "2")), ["partiallyFilled", "4"]);
    check(order, deliver(order, filled("e-3", "1")), ["partiallyFilled", "4"]);
    expect([...order.fills.values()].map((fill) => fill.executionId)).toEqual(["e-1", "e-2", "e-3"]);
  });

  test("one execution behind several takes the place of all", () => {
    const order = inferred(acknowledged(), "2", "3");
    check(order, deliver(order, filled("e-1", "5")), ["partiallyFilled", "5"]);
    expect(order.fills.size).toBe(1);
  });

  test("executions split otherwise than we inferred end at the same total", () => {
    const order = inferred(acknowledged(), "2", "3");
    check(order, deliver(order, filled("e-1", "4")), ["partiallyFilled", "5"]);
    check(order, deliver(order, filled("e-2", "1")), ["partiallyFilled", "5"]);
    expect([...order.fills.values()].some((fill) => fill.inferred)).toBe(false);
  });

  test("a larger execution brings news, which can fill the order and end it", () => {
    const order = inferred(acknowledged(), "4");
    check(order, deliver(order, filled("e-1", "10")), ["filled", "10"]);
    const over = inferred(acknowledged(), "4");
    check(over, deliver(over, filled("e-1", "11")), ["filled", "11", "overfill"]);
  });

  test("the last execution ends an order sized in the quote asset, also in the place of an inferred fill", () => {
    const order = inferred(acknowledged(notionalTerms("1000")), "9");
    const events = deliver(order, { ...filled("e-1", "9"), ends: true } as ReportFacts);
    expect(typesOf(events)).toEqual(["fillCorrected", "orderFilled"]);
  });

  test("in an ended order an explained fill changes no status, and more than was inferred is late", () => {
    const order = inferred(acknowledged(), "4");
    deliver(order, ended("canceled", "4"));
    check(order, deliver(order, filled("e-1", "3")), ["canceled", "4"]);
    check(order, deliver(order, filled("e-2", "2")), ["canceled", "5", "lateFill"]);
  });

  test("an inferred end stands when an execution only explains an inferred fill, and falls when it brings more", () => {
    const order = inferred(acknowledged(), "4");
    fold(order, { type: "orderCanceled", orderId, reason: "absent", inferred: true });
    check(order, deliver(order, filled("e-1", "3")), ["canceled", "4"]);
    expect(order.inferred).toBe(true);
    check(order, deliver(order, filled("e-2", "2")), ["partiallyFilled", "5", "reinstated"]);
  });
});
