// The average that a venue states, against the executions that are booked: what is told, what is rounding, and what
// says nothing at all.

import { describe, expect, test } from "vitest";
import type { Order } from "./order.ts";
import type { DiscrepancyFound } from "./order-event.ts";
import { acknowledged, d, deliver, ended, filled, type ReportFacts, reversed } from "./testing/orders.ts";

/** An order of 10 with 4 at one price and 6 at another, ended as filled. */
function executed(first: string, second: string): Order {
  const order = acknowledged();
  deliver(order, filled("e-1", "4", { price: first }));
  deliver(order, filled("e-2", "6", { price: second }));
  return order;
}

const averaging = (averagePrice: string, total = "10"): ReportFacts => ({
  ...ended("filled", total),
  averagePrice: d(averagePrice),
});

/** The differences that a report raises, as `ours | theirs`. */
function check(order: Order, report: ReportFacts): string[] {
  return deliver(order, report)
    .filter((event): event is DiscrepancyFound & typeof event => event.type === "discrepancyFound")
    .map(({ kind, ours, theirs }) => `${kind}: ${ours} | ${theirs}`);
}

describe("a venue's average", () => {
  test("that the executions contradict is recorded once, and ours stays as it is", () => {
    const order = executed("98.5", "98.6");
    expect(check(order, averaging("1"))).toEqual(["contradiction: averages 98.56 over 10 | averages 1"]);
    expect(check(order, averaging("1"))).toEqual([]);
    expect(order.averagePrice()?.toString()).toBe("98.56");
  });

  test("that comes with the last execution is compared with all, that one included", () => {
    const order = acknowledged();
    deliver(order, filled("e-1", "4", { price: "98" }));
    const last = { ...filled("e-2", "6", { price: "99" }), cumulativeQuantity: d("10") };
    expect(check(order, { ...last, averagePrice: d("98.6") })).toEqual([]);
    const other = acknowledged();
    expect(
      check(other, {
        ...filled("e-1", "10", { price: "98" }),
        cumulativeQuantity: d("10"),
        averagePrice: d("98.6"),
      }),
    ).toEqual(["contradiction: averages 98 over 10 | averages 98.6"]);
  });

  test.each([
    ["rounded to the ticks of its executions", "98.5", "98.6", "98.6"],
    ["cut to the ticks of its executions", "98.5", "98.6", "98.5"],
    ["cut to two decimals", "98.51", "98.52", "98.51"],
    ["with more decimals than ours needs", "98.5", "98.6", "98.560000000001"],
    ["of a coin with a price of eight decimals", "0.00001234", "0.00001235", "0.00001234"],
    ["that differs by less than a millionth", "64000.11", "64000.12", "64000.17"],
  ])("%s is no difference", (_, first, second, average) => {
    expect(check(executed(first, second), averaging(average))).toEqual([]);
  });

  test.each([
    ["98.5", "98.6", "98.66"],
    ["0.00001234", "0.00001235", "0.00001236"],
    ["64000.11", "64000.12", "64000.19"],
    ["98.5", "98.6", "0"],
  ])("of %s and %s is not %s", (first, second, average) => {
    expect(check(executed(first, second), averaging(average))).toHaveLength(1);
  });

  test("over another total, of an open order or of one without executions, says nothing", () => {
    expect(check(executed("98.5", "98.6"), averaging("1", "4"))).toEqual([]);
    const open = acknowledged();
    deliver(open, filled("e-1", "4"));
    const working = { kind: "acknowledged", cumulativeQuantity: d("4"), averagePrice: d("1") } as const;
    expect(check(open, working)).toEqual([]);
    const empty = { ...ended("canceled", "0"), averagePrice: d("1") };
    expect(check(acknowledged(), empty)).toEqual([]);
  });

  test("is compared with what a reversal leaves", () => {
    const order = executed("98", "99");
    const after = { ...reversed("e-2"), cumulativeQuantity: d("4"), averagePrice: d("98") };
    expect(check(order, after)).toEqual([]);
  });
});
