// What each event does to its order: the fold behind `evolve` of order.ts.
// The arithmetic of executions is in order-executions.ts; where an event may happen, in order-status.ts.

import { assert } from "./assert.ts";
import { Decimal } from "./decimal.ts";
import { fillKey } from "./fill.ts";
import type { RequestId, VenueOrderId } from "./identifiers.ts";
import type { Mutable, Order, PendingRequest } from "./order.ts";
import type { DiscrepancyFound, DiscrepancyKind, EventMeta, OrderEvent, OrderReplaced } from "./order-event.ts";
import { assertBookable, assertBooked, book, correct, reverse } from "./order-executions.ts";
import {
  type Answer,
  answerOf,
  assertTransition,
  isTerminalStatus,
  ORDER_STATUSES,
  type OrderStatus,
} from "./order-status.ts";
import type { Instant } from "./time.ts";

/** @throws {InvariantViolation} as {@link "./order.ts"} says of `evolve`, which is the way in. */
export function foldEvent(order: Mutable<Order>, event: OrderEvent & EventMeta): void {
  const answer = answerOf(order.status, event.type);
  // All that can be refused is refused before anything changes: no order is left half folded.
  assert(isFolded(answer), `${event.type} cannot be folded into ${order.id}, which is ${order.status}: ${answer}.`);
  assertFits(order, event);
  const executedBefore = order.cumulativeQuantity;
  apply(order, event);
  move(order, event, answer, executedBefore);
}

type FoldedAnswer = OrderStatus | "stays" | "asStated" | "byQuantity" | "confirms";
const FOLDED: ReadonlySet<Answer> = new Set([...ORDER_STATUSES, "stays", "asStated", "byQuantity", "confirms"]);

function isFolded(answer: Answer): answer is FoldedAnswer {
  return FOLDED.has(answer);
}

function assertFits(order: Order, event: OrderEvent): void {
  assert(event.orderId === undefined || event.orderId === order.id, `${event.type} is not about ${order.id}`);
  switch (event.type) {
    case "orderPartiallyFilled":
    case "fillBooked":
      return assertBookable(order, event.fill);
    case "orderFilled":
      return event.fill === undefined ? undefined : assertBookable(order, event.fill);
    case "fillReversed":
      return assertBooked(order, fillKey(event));
    case "fillCorrected":
      assertBooked(order, fillKey(event));
      assert(event.fill.quantity.isPositive(), `a correction of ${fillKey(event)} moves ${event.fill.quantity}`);
      if (fillKey(event) !== fillKey(event.fill)) assertBookable(order, event.fill);
      return;
    case "cancelRequested":
      return assert(order.pendingCancel === undefined, `${order.id} has a cancel outstanding already.`);
    case "replaceRequested":
      return assert(order.pendingReplace === undefined, `${order.id} has a replace outstanding already.`);
    default:
      return;
  }
}

function apply(order: Mutable<Order>, event: OrderEvent & EventMeta): void {
  switch (event.type) {
    case "orderCreated":
    case "orderAdopted":
    case "orderValidated":
    case "orderDenied":
    case "orderFailed":
      return;
    case "orderSubmitted":
      order.submittedAt ??= event.at;
      order.outcomeUnknown = false;
      return;
    case "orderAcknowledged":
      nameAtVenue(order, event.venueOrderId);
      if (event.triggered === true) order.triggered = true;
      order.acknowledgedAt ??= event.at;
      order.outcomeUnknown = false;
      return;
    case "orderPartiallyFilled":
    case "fillBooked":
      return book(order, event.fill, event.at);
    case "orderFilled":
      nameAtVenue(order, event.venueOrderId);
      if (event.fill !== undefined) book(order, event.fill, event.at);
      return;
    case "orderCanceled":
    case "orderExpired":
    case "orderRejected":
      return nameAtVenue(order, event.venueOrderId);
    case "orderOutcomeUnknown":
      return markUnknown(order, event.subject);
    case "cancelRequested":
      order.pendingCancel = { ...requestOf(event), reason: event.reason };
      return;
    case "cancelRejected":
      delete order.pendingCancel;
      return;
    case "replaceRequested":
      order.pendingReplace = { ...requestOf(event), replace: event.replace };
      return;
    case "orderReplaced":
      return replaceTerms(order, event);
    case "replaceRejected":
      delete order.pendingReplace;
      return;
    case "fillReversed":
      return reverse(order, fillKey(event));
    case "fillCorrected":
      return correct(order, fillKey(event), event.fill, event.at);
    case "orderReinstated":
      return reinstate(order, event.status, event.at);
    case "discrepancyFound":
      return noteContradiction(order, event);
  }
}

function requestOf(event: { readonly requestId: RequestId; readonly at: Instant }): PendingRequest {
  return { requestId: event.requestId, requestedAt: event.at, outcomeUnknown: false };
}

function move(
  order: Mutable<Order>,
  event: OrderEvent & EventMeta,
  answer: FoldedAnswer,
  executedBefore: Decimal,
): void {
  if (answer === "asStated") return; // reinstate() has moved it
  if (answer === "confirms") {
    const confirmed = !order.inferred;
    end(order, event);
    // A venue's word is final: our own conclusion cannot make it less.
    if (confirmed) order.inferred = false;
    return;
  }
  const to = answer === "byQuantity" ? statusByQuantity(order) : answer;
  if (to === "stays" || to === order.status) return;
  // Less executed never fills, nor a corrected price or fee: a reinstated order may hold all, or more, and still work.
  const executed = order.cumulativeQuantity;
  if (to === "filled" && (event.type === "fillCorrected" ? executed.lte(executedBefore) : executed.lt(executedBefore)))
    return;
  assertTransition(order.status, to, event.type);
  order.status = to;
  order.statusAt = event.at;
  noteReason(order, event);
  if (isTerminalStatus(to)) end(order, event);
}

interface End {
  readonly at: Instant;
  readonly inferred?: true;
  readonly venueCumulativeQuantity?: Decimal;
}

function end(order: Mutable<Order>, event: End): void {
  order.inferred = event.inferred === true;
  if (event.venueCumulativeQuantity !== undefined) order.venueCumulativeQuantity = event.venueCumulativeQuantity;
  else if (order.status === "filled" && !order.inferred && order.quantity !== undefined) {
    // "Filled" states a total by itself.
    order.venueCumulativeQuantity ??= Decimal.max(order.quantity, order.cumulativeQuantity);
  }
  order.outcomeUnknown = false;
  order.completedAt ??= event.at;
  delete order.pendingCancel;
  delete order.pendingReplace;
}

function noteReason(order: Mutable<Order>, event: OrderEvent): void {
  switch (event.type) {
    case "orderDenied":
      order.statusReason = { code: event.code, text: event.message };
      return;
    case "orderRejected":
      order.statusReason = {
        ...(event.venueCode === undefined ? {} : { code: event.venueCode }),
        text: event.venueMessage === undefined ? event.reason : `${event.reason}: ${event.venueMessage}`,
      };
      return;
    case "orderFailed":
      order.statusReason = { code: event.code, text: event.reason };
      return;
    case "orderCanceled":
    case "orderExpired":
      order.statusReason = { text: event.reason };
      return;
    default:
      delete order.statusReason;
  }
}

/** Returns the status that the quantities of a working order say. */
export function statusByQuantity(order: Order): Extract<OrderStatus, "acknowledged" | "partiallyFilled" | "filled"> {
  if (order.cumulativeQuantity.isZero()) return "acknowledged";
  const asked = order.effectiveQuantity;
  return asked !== undefined && order.cumulativeQuantity.gte(asked) ? "filled" : "partiallyFilled";
}

function nameAtVenue(order: Mutable<Order>, venueOrderId: VenueOrderId | undefined): void {
  if (venueOrderId === undefined || venueOrderId === order.venueOrderId) return;
  if (order.venueOrderId !== undefined)
    order.earlierVenueOrderIds = [...order.earlierVenueOrderIds, order.venueOrderId];
  order.venueOrderId = venueOrderId;
}

function replaceTerms(order: Mutable<Order>, event: OrderReplaced & EventMeta): void {
  const { replace } = event;
  delete order.pendingReplace;
  if (replace.quantity !== undefined) {
    // In a race the venue's answer decides: a total below what is filled becomes what is filled.
    order.quantity = Decimal.max(replace.quantity, order.cumulativeQuantity);
    delete order.notional;
  }
  if (replace.price !== undefined) order.price = replace.price;
  if (replace.triggerPrice !== undefined) order.triggerPrice = replace.triggerPrice;
  if (replace.clientOrderId !== undefined && replace.clientOrderId !== order.clientOrderId) {
    if (order.clientOrderId !== undefined) {
      order.earlierClientOrderIds = [...order.earlierClientOrderIds, order.clientOrderId];
    }
    order.clientOrderId = replace.clientOrderId;
  }
  nameAtVenue(order, event.venueOrderId);
  if (event.venueAt !== undefined) order.replacedVenueAt = Math.max(event.venueAt, order.replacedVenueAt ?? 0);
  order.revision++;
}

function noteContradiction(order: Mutable<Order>, event: DiscrepancyFound): void {
  if (!RECORDED_ONCE.has(event.kind)) return;
  order.contradictions = new Set([...order.contradictions, contradictionKey(event)]);
}

/** Discrepancies that change nothing: without a memory of them each repeat would be journaled again. */
const RECORDED_ONCE: ReadonlySet<DiscrepancyKind> = new Set(["contradiction", "unknownExecution"]);

/** What tells one contradiction of an order from another. */
export function contradictionKey(event: Pick<DiscrepancyFound, "kind" | "ours" | "theirs">): string {
  return `${event.kind}: ${event.ours} | ${event.theirs}`;
}

function markUnknown(order: Mutable<Order>, subject: "submit" | "cancel" | "replace"): void {
  if (subject === "submit") order.outcomeUnknown = true;
  else if (subject === "cancel" && order.pendingCancel !== undefined) {
    order.pendingCancel = { ...order.pendingCancel, outcomeUnknown: true };
  } else if (subject === "replace" && order.pendingReplace !== undefined) {
    order.pendingReplace = { ...order.pendingReplace, outcomeUnknown: true };
  }
}

function reinstate(order: Mutable<Order>, status: OrderStatus, at: Instant): void {
  order.status = status;
  order.statusAt = at;
  order.inferred = false;
  delete order.statusReason;
  delete order.completedAt;
  delete order.venueCumulativeQuantity;
  if (status !== "submitted") order.acknowledgedAt ??= at;
}
