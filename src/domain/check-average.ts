// Compares the average price that a venue states with the executions that are booked: a cross-check, never the source
// of an average of ours. What follows from a report otherwise is in interpret-report.ts.

import { Decimal } from "./decimal.ts";
import type { ExecutionReport } from "./execution-report.ts";
import { type Fill, fillKey } from "./fill.ts";
import { AVERAGE_PRICE_SCALE, type Order } from "./order.ts";
import type { OrderEvent } from "./order-event.ts";
import type { ReportDraft } from "./report-draft.ts";

/** The part of an average by which a venue's may differ, whatever its decimals. */
const TOLERATED_PART = Decimal.parse("0.000001");

/**
 * Records once that a venue's average over all that an ended order executed is not the average of what is booked.
 *
 * Rounding is no difference: a millionth of the price is allowed, and one unit of the last decimal that the venue's
 * average or any booked price has, whichever is more.
 */
export function checkAverage(draft: ReportDraft, report: ExecutionReport): void {
  const { averagePrice: theirs, cumulativeQuantity: total } = report;
  const { cumulative } = draft;
  // An average over anything but what is booked, or over what may still grow, says nothing about it.
  if (theirs === undefined || total?.eq(cumulative) !== true || draft.isOpen || cumulative.isZero()) return;
  const booked = bookedAfter(draft.order, draft.events);
  const ours = booked.cost.div(cumulative, AVERAGE_PRICE_SCALE, "halfEven");
  const lastDecimal = Decimal.of(1n, Math.max(decimalsOf(theirs), booked.decimals));
  if (
    ours
      .sub(theirs)
      .abs()
      .lte(Decimal.max(ours.abs().mul(TOLERATED_PART), lastDecimal))
  )
    return;
  draft.recordOnce("contradiction", `averages ${ours} over ${cumulative}`, `averages ${theirs}`, "nothing changed");
}

interface Booked {
  readonly cost: Decimal;
  /** The most that a price has. */
  readonly decimals: number;
}

/** The executions as they are once the events are folded. */
function bookedAfter(order: Order, events: readonly OrderEvent[]): Booked {
  const fills = new Map(order.fills);
  for (const event of events) {
    if (event.type === "fillReversed" || event.type === "fillCorrected") fills.delete(fillKey(event));
    const fill = "fill" in event ? event.fill : undefined;
    if (fill !== undefined) fills.set(fillKey(fill), fill);
  }
  return sumOf(fills.values());
}

function sumOf(fills: Iterable<Fill>): Booked {
  let cost = Decimal.zero;
  let decimals = 0;
  for (const { price, quantity } of fills) {
    cost = cost.add(price.mul(quantity));
    decimals = Math.max(decimals, decimalsOf(price));
  }
  return { cost, decimals };
}

/** Zeros at the end do not count: they do not outlive a restart. */
function decimalsOf(value: Decimal): number {
  return value.toString().split(".")[1]?.length ?? 0;
}
