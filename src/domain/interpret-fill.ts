// What reports of executions mean for their order: booking, replacing inferred fills, late fills,
// reversals and corrections. Reports without an execution are in interpret-report.ts.

import { assert } from "./assert.ts";
import type { Decimal } from "./decimal.ts";
import type { FillCorrectedReport, FillReport, FillReversedReport } from "./execution-report.ts";
import { type Fee, type Fill, fillKey } from "./fill.ts";
import type { ExecutionId } from "./identifiers.ts";
import type { Order } from "./order.ts";
import { answerOf } from "./order-status.ts";
import type { ReportDraft } from "./report-draft.ts";

export function interpretFill(draft: ReportDraft, report: FillReport): void {
  const { order } = draft;
  const { fill } = report;
  assertMoves(fill);
  if (order.reversedFills.has(fillKey(fill))) return;
  const booked = order.fills.get(fillKey(fill));
  if (booked !== undefined) interpretRepeat(draft, booked, fill);
  else {
    const [first, ...others] = fill.inferred === true ? [] : inferredFillsBehind(order, fill);
    if (first === undefined) bookNew(draft, fill);
    else replaceInferred(draft, [first, ...others], fill);
  }
  // The venue may have reopened the order since a repeat was its last fill.
  if (booked !== undefined && order.reversedFills.size > 0) return;
  if (report.ends !== true || !draft.isOpen) return;
  if (draft.isOutdatedEnd()) draft.isDoubtful = true;
  else draft.end(draft.filledEnd());
}

/** An execution told again may bring its fee. What else it says otherwise takes a correction to be believed. */
function interpretRepeat(draft: ReportDraft, booked: Fill, fill: Fill): void {
  const { price, quantity, fee } = fill;
  const otherFee = fee !== undefined && booked.fee !== undefined && !sameFee(fee, booked.fee);
  if (!price.eq(booked.price) || !quantity.eq(booked.quantity) || otherFee) {
    draft.recordOnce("contradiction", executionText(booked), executionText(fill), "nothing changed");
  } else if (booked.fee === undefined && fee !== undefined) {
    const { venueOrderId, executionId } = booked;
    const reason = "the fee became known";
    draft.push({
      type: "fillCorrected",
      orderId: draft.order.id,
      venueOrderId,
      executionId,
      fill: { ...booked, fee },
      reason,
    });
  }
}

function executionText({ executionId, quantity, price, fee }: Fill): string {
  const feeText = fee === undefined ? "" : `, fee ${fee.amount} ${fee.asset}`;
  return `execution ${executionId} of ${quantity} at ${price}${feeText}`;
}

function bookNew(draft: ReportDraft, fill: Fill): void {
  const answer = answerOf(draft.status, "orderPartiallyFilled");
  if (answer !== "reinstatesOrLate") draft.imply("orderPartiallyFilled");
  else if (!draft.reinstates(answer, "executed", "the venue executed it")) {
    bookLate(draft, fill);
    return;
  }
  bookOpen(draft, fill);
}

/** Books a fill of a working order as the event that the quantities make it. */
function bookOpen(draft: ReportDraft, fill: Fill): void {
  const { order } = draft;
  draft.learnVenueOrderId();
  draft.cumulative = draft.cumulative.add(fill.quantity);
  draft.implyReplace(draft.cumulative);
  const asked = order.effectiveQuantity;
  const full = asked !== undefined && draft.cumulative.gte(asked);
  draft.push({ type: full ? "orderFilled" : "orderPartiallyFilled", orderId: order.id, fill });
  draft.status = full ? "filled" : "partiallyFilled";
  draft.noteOverfill(asked);
}

function bookLate(draft: ReportDraft, fill: Fill): void {
  draft.cumulative = draft.cumulative.add(fill.quantity);
  draft.push({ type: "fillBooked", orderId: draft.order.id, fill, late: true });
  noteLate(draft, fill);
}

/** A fill that the venue had counted in its final report completes the books; any other contradicts it. */
function noteLate(draft: ReportDraft, fill: Fill): void {
  const { order } = draft;
  if (order.quantity !== undefined && draft.cumulative.gt(order.quantity)) {
    draft.noteOverfill(order.quantity);
    return;
  }
  const announced = order.venueCumulativeQuantity;
  if (announced !== undefined && draft.cumulative.lte(announced)) return;
  draft.discrepancy(
    "lateFill",
    `${order.status} with ${order.cumulativeQuantity} executed`,
    `execution ${fill.executionId} of ${fill.quantity}`,
    "booked; the status stays",
  );
}

/** Returns the inferred fills, oldest first, that an execution explains wholly or in part. */
function inferredFillsBehind(order: Order, fill: Fill): Fill[] {
  const behind: Fill[] = [];
  let unexplained = fill.quantity;
  for (const booked of order.fills.values()) {
    if (booked.inferred !== true || !unexplained.isPositive()) continue;
    behind.push(booked);
    unexplained = unexplained.sub(booked.quantity);
  }
  return behind;
}

/**
 * Puts an execution in the place of the inferred fills that stood for it: what remains of them stays
 * inferred, and what the execution has beyond them is news.
 */
function replaceInferred(draft: ReportDraft, inferred: readonly [Fill, ...Fill[]], fill: Fill): void {
  const { order } = draft;
  const [first, ...others] = inferred;
  const stoodFor = others.reduce((sum, other) => sum.add(other.quantity), first.quantity);
  const news = fill.quantity.sub(stoodFor);
  if (news.isPositive() && !draft.isOpen) {
    draft.reinstates(answerOf(draft.status, "orderPartiallyFilled"), "executed", "the venue executed more of it");
  }
  const wasOpen = draft.isOpen;
  if (news.isPositive()) draft.implyReplace(draft.cumulative.add(news));
  // Down before up: in between, the order must not look fuller than it is.
  for (const other of others) {
    draft.push({
      type: "fillReversed",
      orderId: order.id,
      venueOrderId: other.venueOrderId,
      executionId: other.executionId,
      reason: `inferred; execution ${fill.executionId} stands for it`,
    });
  }
  draft.push({
    type: "fillCorrected",
    orderId: order.id,
    venueOrderId: first.venueOrderId,
    executionId: first.executionId,
    fill,
    reason: "the execution behind an inferred fill is known",
  });
  draft.cumulative = draft.cumulative.sub(stoodFor).add(fill.quantity);
  if (fill.quantity.gt(first.quantity)) draft.mayBeFull(order.effectiveQuantity);
  if (news.isNegative()) keepRest(draft, others.at(-1) ?? first, news.neg());
  else if (news.isPositive()) noteNews(draft, fill, wasOpen);
}

/** What an inferred fill does not share with the executions that explained a part of it stays inferred, without a fee. */
function keepRest(draft: ReportDraft, inferred: Fill, quantity: Decimal): void {
  const { fee: _, ...rest } = inferred;
  const fill: Fill = { ...rest, executionId: `${inferred.executionId}.rest` as ExecutionId, quantity };
  const orderId = draft.order.id;
  draft.cumulative = draft.cumulative.add(quantity);
  if (draft.isOpen) draft.push({ type: "orderPartiallyFilled", orderId, fill });
  else draft.push({ type: "fillBooked", orderId, fill, late: true });
}

function noteNews(draft: ReportDraft, fill: Fill, wasOpen: boolean): void {
  if (wasOpen) draft.noteOverfill(draft.order.effectiveQuantity);
  else noteLate(draft, fill);
}

export function interpretReversal(draft: ReportDraft, report: FillReversedReport): void {
  const fill = findExecution(draft.order, report);
  if (fill === undefined) {
    noteUnknownExecution(draft, report, "reversed");
    return;
  }
  reverse(draft, fill, report.reason);
  if (report.worksAgain) reopen(draft, report.reason);
}

export function interpretCorrection(draft: ReportDraft, report: FillCorrectedReport): void {
  const { order } = draft;
  const fill = findExecution(order, report);
  if (fill === undefined) {
    noteUnknownExecution(draft, report, "corrected");
    return;
  }
  if (sameFill(fill, report.fill)) return;
  assertMoves(report.fill);
  if (fillKey(fill) !== fillKey(report.fill) && order.fills.has(fillKey(report.fill))) {
    reverse(draft, fill, report.reason); // What it was corrected to is booked already, as an execution of its own.
  } else {
    correct(draft, fill, report);
  }
  if (report.worksAgain) reopen(draft, report.reason);
}

function reverse(draft: ReportDraft, fill: Fill, reason: string): void {
  draft.cumulative = draft.cumulative.sub(fill.quantity);
  const { venueOrderId, executionId } = fill;
  draft.push({ type: "fillReversed", orderId: draft.order.id, venueOrderId, executionId, reason });
}

function correct(draft: ReportDraft, fill: Fill, report: FillCorrectedReport): void {
  const { order } = draft;
  draft.cumulative = draft.cumulative.sub(fill.quantity).add(report.fill.quantity);
  if (report.fill.quantity.gt(fill.quantity)) draft.implyReplace(draft.cumulative);
  draft.push({
    type: "fillCorrected",
    orderId: order.id,
    venueOrderId: fill.venueOrderId,
    executionId: fill.executionId,
    fill: report.fill,
    reason: report.reason,
  });
  if (!report.fill.quantity.gt(fill.quantity)) return;
  draft.mayBeFull(order.effectiveQuantity);
  draft.noteOverfill(order.effectiveQuantity);
}

/** Only the venue's word that an ended order works again reopens it. */
function reopen(draft: ReportDraft, reason: string): void {
  if (!draft.order.isTerminal) return;
  draft.status = draft.cumulative.isZero() ? "acknowledged" : "partiallyFilled";
  draft.push({ type: "orderReinstated", orderId: draft.order.id, status: draft.status, reason });
}

type ExecutionReference = Pick<FillReversedReport, "venueOrderId" | "executionId">;

/**
 * Finds a booked execution: under the venue's order id that the report names, or else under any. Once
 * one of that id was taken back, another word without its order is taken for a repeat.
 */
function findExecution(order: Order, report: ExecutionReference): Fill | undefined {
  const { venueOrderId, executionId } = report;
  const exact = venueOrderId === undefined ? undefined : order.fills.get(fillKey({ venueOrderId, executionId }));
  if (exact !== undefined || wasTakenBack(order, executionId)) return exact;
  for (const fill of order.fills.values()) {
    if (fill.executionId === executionId) return fill;
  }
  return undefined;
}

function wasTakenBack(order: Order, executionId: ExecutionId): boolean {
  for (const key of order.reversedFills) if (key.endsWith(`/${executionId}`)) return true;
  return false;
}

function noteUnknownExecution(draft: ReportDraft, { executionId }: ExecutionReference, done: string): void {
  if (wasTakenBack(draft.order, executionId)) return;
  draft.recordOnce("unknownExecution", "not booked", `execution ${executionId} ${done}`, "nothing changed");
}

function assertMoves(fill: Fill): void {
  assert(fill.quantity.isPositive(), `execution ${fill.executionId} moves ${fill.quantity}`);
}

function sameFill(a: Fill, b: Fill): boolean {
  return (
    fillKey(a) === fillKey(b) &&
    a.price.eq(b.price) &&
    a.quantity.eq(b.quantity) &&
    a.liquidity === b.liquidity &&
    sameFee(a.fee, b.fee)
  );
}

function sameFee(a: Fee | undefined, b: Fee | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.asset === b.asset && a.amount.eq(b.amount);
}
