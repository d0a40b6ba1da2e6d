// Turns a venue's report about a known order into the events to journal: facts are applied along the
// shortest legal path, never argued with, never dropped. Pure; finding the order, quarantining what
// cannot be read, and asking the venue again are the engine's business.

import { assert } from "./assert.ts";
import { checkAverage } from "./check-average.ts";
import { Decimal } from "./decimal.ts";
import type {
  AcknowledgedReport,
  EndedReport,
  ExecutionReport,
  ReplacedReport,
  RequestRejectedReport,
} from "./execution-report.ts";
import type { RequestId } from "./identifiers.ts";
import { interpretCorrection, interpretFill, interpretReversal } from "./interpret-fill.ts";
import type { Order } from "./order.ts";
import type { EventMeta, OrderEvent, ReplaceTerms } from "./order-event.ts";
import { answerOf } from "./order-status.ts";
import { type EndEvent, ReportDraft } from "./report-draft.ts";

/** Part of a notional order's size that may stay unspent when a venue-ended order is called filled. */
export const NOTIONAL_TOLERANCE: Decimal = Decimal.parse("0.001");

/** What to journal, and whether the venue counts more than we have booked. */
export interface Interpretation {
  readonly events: readonly (OrderEvent & EventMeta)[];
  /** The venue's cumulative quantity is above ours after these events: fills are missing. */
  readonly missingFills: boolean;
  /** The venue's word is older than what holds, and was not taken for true: it should be asked. */
  readonly doubtful: boolean;
}

/** When and why the events are journaled; the venue's time is the report's. */
export type InterpretationContext = Pick<EventMeta, "at" | "cause">;

/**
 * Decides what a report means for its order.
 *
 * Duplicates and stale repeats become no event. Reports may come in any order and in any status;
 * fold the events with `evolve` before the next report of the same order.
 *
 * @throws {InvariantViolation} for what cannot be true of any order, such as an execution of nothing: the
 *   engine lets no such report come here.
 */
export function interpretReport(order: Order, report: ExecutionReport, context: InterpretationContext): Interpretation {
  const draft = new ReportDraft(order, report, { at: context.at, venueAt: report.venueAt, cause: context.cause });
  interpret(draft, report);
  checkAverage(draft, report);
  // What an outdated "filled" filled is not what is asked for now.
  const executed = draft.isDoubtful ? report.cumulativeQuantity : executedAtVenue(order, report);
  return {
    events: draft.events,
    missingFills: executed?.gt(draft.cumulative) === true,
    doubtful: draft.isDoubtful,
  };
}

function interpret(draft: ReportDraft, report: ExecutionReport): void {
  switch (report.kind) {
    case "acknowledged":
      return interpretAcknowledged(draft, report);
    case "fill":
      return interpretFill(draft, report);
    case "ended":
      return interpretEnded(draft, report);
    case "replaced":
      return interpretReplaced(draft, report);
    case "requestRejected":
      return interpretRequestRejected(draft, report);
    case "fillReversed":
      return interpretReversal(draft, report);
    case "fillCorrected":
      return interpretCorrection(draft, report);
  }
}

/** The venue's count of what was executed; "filled" says that it is all, whatever total stands beside it. */
function executedAtVenue(order: Order, report: ExecutionReport): Decimal | undefined {
  const stated = report.cumulativeQuantity;
  const filled = (report.kind === "ended" && report.status === "filled") || (report.kind === "fill" && report.ends);
  if (filled !== true || order.isTerminal || order.quantity === undefined) return stated;
  return Decimal.max(order.quantity, stated ?? order.quantity);
}

function interpretAcknowledged(draft: ReportDraft, report: AcknowledgedReport): void {
  const { order } = draft;
  const named = draft.newVenueOrderId();
  const triggers = report.triggered === true && !order.triggered;
  const answer = answerOf(draft.status, "orderAcknowledged");
  switch (answer) {
    case "known":
      return;
    case "stays":
      if (!triggers && named.venueOrderId === undefined) return;
      break;
    case "reinstatesOrStale":
    case "reinstatesOrConflicts":
      if (isOlderThanBooked(order, report)) return;
      if (!draft.reinstates(answer, "acknowledged", "the venue says that it works")) return;
      break;
    default:
      draft.imply("orderAcknowledged");
      draft.status = "acknowledged";
  }
  draft.push({
    type: "orderAcknowledged",
    orderId: order.id,
    ...named,
    ...(report.triggered === true ? { triggered: true as const } : {}),
  });
}

/** That it worked before executions which are booked is no evidence of what came after them. */
function isOlderThanBooked(order: Order, report: AcknowledgedReport): boolean {
  const { lastFill } = order;
  if (lastFill !== undefined && lastFill.inferred !== true && report.venueAt < lastFill.venueAt) return true;
  return report.cumulativeQuantity?.lt(order.cumulativeQuantity) === true;
}

function interpretEnded(draft: ReportDraft, report: EndedReport): void {
  if (isEndOfEarlierId(draft.order, report)) return;
  if ((draft.isOpen || draft.order.inferred) && draft.isOutdatedEnd()) {
    draft.isDoubtful = true;
    return;
  }
  const event = endEventOf(draft, report);
  const answer = answerOf(draft.status, event.type);
  switch (answer) {
    case "confirms":
      if (confirmationIsNews(draft.order, report)) draft.end(event);
      return;
    case "conflicts":
      draft.contradiction(report.status);
      return;
    case "reinstatesOrStale":
    case "reinstatesOrConflicts":
      // Reinstated, it is open: then the end applies to it as to any other.
      if (draft.reinstates(answer, report.status, `the venue ended it as ${report.status}`))
        interpretEnded(draft, report);
      return;
    default:
      draft.imply(event.type);
      draft.end(event);
  }
}

/** The id that a replace left behind has ended, and the order goes on under another. */
function isEndOfEarlierId(order: Order, { venueOrderId, venueAt }: EndedReport): boolean {
  if (order.replacedVenueAt === undefined || venueAt > order.replacedVenueAt) return false;
  return venueOrderId !== undefined && order.earlierVenueOrderIds.includes(venueOrderId);
}

/** The same end again is news when ours was inferred, or when it states a total that we do not know. */
function confirmationIsNews(order: Order, report: EndedReport): boolean {
  if (order.inferred) return true;
  const stated = report.cumulativeQuantity;
  if (stated === undefined) return false;
  const known = order.venueCumulativeQuantity;
  // A venue's total falls by a reversal only, which comes by name: a lower one is an old one.
  return known === undefined ? !stated.eq(order.cumulativeQuantity) : stated.gt(known);
}

function endEventOf(draft: ReportDraft, report: EndedReport): EndEvent {
  const orderId = draft.order.id;
  const totals = draft.venueTotal();
  const { reason } = report;
  if (report.status === "filled") return draft.filledEnd();
  if (notionalIsSpent(draft, report)) return { type: "orderFilled", orderId, ...totals };
  if (report.status === "expired") return { type: "orderExpired", orderId, reason, ...totals };
  if (report.status === "canceled") return { type: "orderCanceled", orderId, reason, ...totals };
  if (endsAsCanceled(draft, reason)) return { type: "orderCanceled", orderId, reason: rejectedText(reason), ...totals };
  return { type: "orderRejected", orderId, reason, ...venueWords(report), ...totals };
}

/** The tolerance only labels as full what the venue has already ended. */
function notionalIsSpent(draft: ReportDraft, report: EndedReport): boolean {
  const { notional, cost } = draft.order;
  if (notional === undefined || report.status === "rejected" || draft.status !== "partiallyFilled") return false;
  return cost.gte(notional.sub(notional.mul(NOTIONAL_TOLERANCE)));
}

/** A rejection of what is partly filled is an end by cancel; so is its repeat, which finds the order canceled by it. */
function endsAsCanceled(draft: ReportDraft, reason: string): boolean {
  if (answerOf(draft.status, "orderRejected") === "endsAsCanceled") return true;
  return draft.status === "canceled" && draft.order.statusReason?.text === rejectedText(reason);
}

function rejectedText(reason: string): string {
  return `rejected: ${reason}`;
}

function interpretReplaced(draft: ReportDraft, report: ReplacedReport): void {
  const { order } = draft;
  const pending = order.pendingReplace;
  assert(report.replace.quantity?.isPositive() !== false, `a replace to a total of ${report.replace.quantity}`);
  if (isOldReplace(draft, report)) return;
  const answer = answerOf(draft.status, "orderReplaced");
  switch (answer) {
    case "conflicts":
      draft.contradiction("replaced");
      return;
    case "reinstatesOrStale":
    case "reinstatesOrConflicts":
      if (!draft.reinstates(answer, "replaced", "the venue replaced it")) return;
      break;
    default:
      draft.imply("orderReplaced");
  }
  const replace = termsThatHold(order, report.replace);
  draft.push({
    type: "orderReplaced",
    orderId: order.id,
    ...(pending === undefined ? {} : { requestId: pending.requestId }),
    replace,
    ...draft.newVenueOrderId(),
  });
  if (replace.quantity === undefined) holdsQuantity(draft);
}

/** The old quantity holds: fills that a larger replace would have covered may be all, or too much. */
function holdsQuantity(draft: ReportDraft): void {
  draft.mayBeFull(draft.order.quantity);
  if (!draft.order.overfilled) draft.noteOverfill(draft.order.quantity);
}

/** A repeat, or a word older than what holds: such a one answers no request that was made after it. */
function isOldReplace(draft: ReportDraft, report: ReplacedReport): boolean {
  const { order } = draft;
  if (report.venueOrderId !== undefined && order.earlierVenueOrderIds.includes(report.venueOrderId)) return true;
  if (order.replacedVenueAt !== undefined && report.venueAt < order.replacedVenueAt) return true;
  if (order.pendingReplace !== undefined && agrees(report.replace, order.pendingReplace.replace)) return false;
  return agrees(report.replace, order) && draft.newVenueOrderId().venueOrderId === undefined;
}

/** What was asked for and is not contradicted holds too; the alias was ours to give. */
function termsThatHold(order: Order, stated: ReplaceTerms): ReplaceTerms {
  const asked = order.pendingReplace?.replace;
  if (asked === undefined) return stated;
  if (agrees(stated, asked)) return { ...asked, ...stated };
  return asked.clientOrderId === undefined ? stated : { ...stated, clientOrderId: asked.clientOrderId };
}

type Terms = Pick<ReplaceTerms, "quantity" | "price" | "triggerPrice">;

function agrees(stated: Terms, held: Terms): boolean {
  return (
    same(stated.quantity, held.quantity) &&
    same(stated.price, held.price) &&
    same(stated.triggerPrice, held.triggerPrice)
  );
}

function same(stated: Decimal | undefined, held: Decimal | undefined): boolean {
  return stated === undefined || (held !== undefined && stated.eq(held));
}

function interpretRequestRejected(draft: ReportDraft, report: RequestRejectedReport): void {
  const { order } = draft;
  const type = report.request === "cancel" ? "cancelRejected" : "replaceRejected";
  const pending = report.request === "cancel" ? order.pendingCancel : order.pendingReplace;
  if (pending === undefined || answerOf(draft.status, type) === "known") return;
  if (isOldRefusal(order, report, pending.requestId)) return;
  // "Not found" for a cancel of an order whose own submit is unanswered closes nothing: it may be on its way.
  if (draft.status === "submitted" && report.request === "cancel" && report.reason === "unknownOrder") return;
  const { requestId } = pending;
  draft.push({ type, orderId: order.id, requestId, reason: report.reason, ...venueWords(report) });
  if (type === "replaceRejected") holdsQuantity(draft);
}

/**
 * A refusal of another request than the outstanding one. Where the report does not name its request, only the
 * venue's own times are compared: our clock may differ from its by more than the time between two requests.
 */
function isOldRefusal(order: Order, report: RequestRejectedReport, outstanding: RequestId): boolean {
  if (report.requestId !== undefined) return report.requestId !== outstanding;
  return report.request === "replace" && order.replacedVenueAt !== undefined && report.venueAt < order.replacedVenueAt;
}

function venueWords(report: EndedReport | RequestRejectedReport): { venueCode?: string; venueMessage?: string } {
  return {
    ...(report.venueCode === undefined ? {} : { venueCode: report.venueCode }),
    ...(report.venueMessage === undefined ? {} : { venueMessage: report.venueMessage }),
  };
}
