// Turns a venue's report about a known order into the events to journal: facts are applied along the
// shortest legal path, never argued with, never dropped. Pure; finding the order, quarantining what
// cannot be read, and asking the venue again are the engine's business.

import { Decimal } from "./decimal.ts";
import type {
  EndedReport,
  ExecutionReport,
  FillCorrectedReport,
  FillReport,
  FillReversedReport,
} from "./execution-report.ts";
import { type Fill, fillKey } from "./fill.ts";
import type { ExecutionId } from "./identifiers.ts";
import { type Order, statusByQuantity } from "./order.ts";
import type { DiscrepancyKind, EventMeta, OrderEvent, OrderReinstated, ReplaceTerms } from "./order-event.ts";
import { answerOf, impliedSteps, type OrderStatus } from "./order-status.ts";

/** Part of a notional order's size that may stay unspent when a venue-ended order is called filled. */
export const NOTIONAL_TOLERANCE = Decimal.parse("0.001");

/** What to journal, and whether the venue counts more than we have booked. */
export interface Interpretation {
  readonly events: readonly (OrderEvent & EventMeta)[];
  /** The venue's cumulative quantity is above ours after these events: fills are missing. */
  readonly missingFills: boolean;
}

/** When and why the events are journaled; the venue's time is the report's. */
export type InterpretationContext = Pick<EventMeta, "at" | "cause">;

/**
 * Decides what a report means for its order.
 *
 * Duplicates and stale repeats become no event. Reports may come in any order and in any status;
 * fold the events with `evolve` before the next report of the same order.
 */
export function interpretReport(order: Order, report: ExecutionReport, context: InterpretationContext): Interpretation {
  const interpreter = new Interpreter(order, report, context);
  interpreter.interpret();
  return { events: interpreter.events, missingFills: interpreter.missingFills() };
}

type EndEvent = Extract<OrderEvent, { type: "orderFilled" | "orderCanceled" | "orderExpired" | "orderRejected" }>;

class Interpreter {
  readonly events: (OrderEvent & EventMeta)[] = [];
  readonly #order: Order;
  readonly #report: ExecutionReport;
  readonly #meta: EventMeta;
  /** The status and quantity after the events so far: the order itself is not touched here. */
  #status: OrderStatus;
  #cumulative: Decimal;

  constructor(order: Order, report: ExecutionReport, context: InterpretationContext) {
    this.#order = order;
    this.#report = report;
    this.#meta = { at: context.at, venueAt: report.venueAt, cause: context.cause };
    this.#status = order.status;
    this.#cumulative = order.cumulativeQuantity;
  }

  interpret(): void {
    const report = this.#report;
    switch (report.kind) {
      case "acknowledged":
        this.#acknowledged(report.triggered === true);
        return;
      case "fill":
        this.#filled(report);
        return;
      case "ended":
        this.#ended(report);
        return;
      case "replaced":
        this.#replaced(report.replace);
        return;
      case "requestRejected":
        this.#requestRejected(report);
        return;
      case "fillReversed":
        this.#reversed(report);
        return;
      case "fillCorrected":
        this.#corrected(report);
        return;
    }
  }

  missingFills(): boolean {
    const venue = this.#report.cumulativeQuantity;
    return venue?.gt(this.#cumulative) === true;
  }

  #acknowledged(triggered: boolean): void {
    const order = this.#order;
    const venueOrderId = this.#report.venueOrderId;
    switch (answerOf(this.#status, "orderAcknowledged")) {
      case "known":
        return;
      case "stays": {
        const news =
          (triggered && !order.triggered) || (venueOrderId !== undefined && venueOrderId !== order.venueOrderId);
        if (!news) return;
        break;
      }
      case "reinstatesOrStale":
        if (!order.inferred) return;
        this.#reinstate("the venue says that it works");
        break;
      case "reinstatesOrConflicts":
        if (!order.inferred) {
          this.#contradiction("acknowledged");
          return;
        }
        this.#reinstate("the venue says that it works");
        break;
      default:
        this.#imply("orderAcknowledged");
    }
    this.#push({
      type: "orderAcknowledged",
      orderId: order.id,
      ...(venueOrderId === undefined ? {} : { venueOrderId }),
      ...(triggered ? { triggered: true as const } : {}),
    });
    if (this.#status === "submitted") this.#status = "acknowledged";
  }

  #filled(report: FillReport): void {
    const order = this.#order;
    if (order.fills.has(fillKey(report.fill))) return;
    if (this.#replacesInferred(report.fill)) return;
    const answer = answerOf(this.#status, "orderPartiallyFilled");
    if (answer === "reinstatesOrLate" && !order.inferred) {
      this.#bookLate(report.fill);
      return;
    }
    if (answer === "reinstatesOrLate") this.#reinstate("the venue executed it");
    else this.#imply("orderPartiallyFilled");
    this.#book(report.fill);
    if (report.ends === true && this.#status !== "filled") {
      this.#end({ type: "orderFilled", orderId: order.id, ...this.#venueCumulative() });
    }
  }

  /** Books a fill of a working order as the event that the quantities make it. */
  #book(fill: Fill): void {
    const order = this.#order;
    this.#learnVenueOrderId();
    this.#cumulative = this.#cumulative.add(fill.quantity);
    const asked = order.effectiveQuantity;
    const full = asked !== undefined && this.#cumulative.gte(asked);
    this.#push({ type: full ? "orderFilled" : "orderPartiallyFilled", orderId: order.id, fill });
    this.#status = full ? "filled" : "partiallyFilled";
    if (asked !== undefined && this.#cumulative.gt(asked)) {
      this.#discrepancy("overfill", `asked for ${asked}`, `executed ${this.#cumulative}`, "booked as executed");
    }
  }

  #bookLate(fill: Fill): void {
    const order = this.#order;
    this.#cumulative = this.#cumulative.add(fill.quantity);
    this.#push({ type: "fillBooked", orderId: order.id, fill, late: true });
    const announced = order.venueCumulativeQuantity;
    // A fill that the venue had counted in its final report completes the books; any other contradicts it.
    if (announced !== undefined && this.#cumulative.lte(announced)) return;
    this.#discrepancy(
      "lateFill",
      `${order.status} with ${order.cumulativeQuantity} executed`,
      `execution ${fill.executionId} of ${fill.quantity}`,
      "booked; the status stays",
    );
  }

  /** The real execution replaces an inferred fill, in one event, with the rest inferred anew. */
  #replacesInferred(fill: Fill): boolean {
    const order = this.#order;
    if (fill.inferred === true) return false;
    for (const inferred of order.fills.values()) {
      if (inferred.inferred !== true) continue;
      this.#push({
        type: "fillCorrected",
        orderId: order.id,
        venueOrderId: inferred.venueOrderId,
        executionId: inferred.executionId,
        fill,
        reason: "the execution behind an inferred fill is known",
      });
      const rest = inferred.quantity.sub(fill.quantity);
      if (rest.isPositive()) {
        const executionId = `${inferred.executionId}.rest` as ExecutionId;
        const restFill: Fill = { ...inferred, executionId, quantity: rest };
        const late = order.isTerminal;
        if (late) this.#push({ type: "fillBooked", orderId: order.id, fill: restFill, late: true });
        else this.#push({ type: "orderPartiallyFilled", orderId: order.id, fill: restFill });
      } else {
        this.#cumulative = this.#cumulative.sub(rest);
      }
      return true;
    }
    return false;
  }

  #ended(report: EndedReport): void {
    const order = this.#order;
    const event = this.#endEvent(report);
    switch (answerOf(this.#status, event.type)) {
      case "confirms": {
        const news =
          order.inferred ||
          (report.cumulativeQuantity !== undefined &&
            order.venueCumulativeQuantity?.eq(report.cumulativeQuantity) !== true &&
            !report.cumulativeQuantity.eq(order.cumulativeQuantity));
        if (news) this.#end(event);
        return;
      }
      case "conflicts":
        this.#contradiction(report.status);
        return;
      case "reinstatesOrStale":
        if (!order.inferred) return;
        this.#reinstate(`the venue ended it as ${report.status}`);
        break;
      case "reinstatesOrConflicts":
        if (!order.inferred) {
          this.#contradiction(report.status);
          return;
        }
        this.#reinstate(`the venue ended it as ${report.status}`);
        break;
      case "endsAsCanceled":
        this.#end({
          type: "orderCanceled",
          orderId: order.id,
          reason: `rejected: ${report.reason}`,
          ...this.#venueCumulative(),
        });
        return;
      default:
        this.#imply(event.type);
    }
    this.#end(event);
  }

  #endEvent(report: EndedReport): EndEvent {
    const orderId = this.#order.id;
    const totals = this.#venueCumulative();
    if (report.status === "filled" || this.#notionalIsSpent(report.status)) {
      return { type: "orderFilled", orderId, ...totals };
    }
    switch (report.status) {
      case "canceled":
        return { type: "orderCanceled", orderId, reason: report.reason, ...totals };
      case "expired":
        return { type: "orderExpired", orderId, reason: report.reason, ...totals };
      case "rejected":
        return {
          type: "orderRejected",
          orderId,
          reason: report.reason,
          ...(report.venueCode === undefined ? {} : { venueCode: report.venueCode }),
          ...(report.venueMessage === undefined ? {} : { venueMessage: report.venueMessage }),
          ...totals,
        };
    }
  }

  /** The tolerance only labels as full what the venue has already ended. */
  #notionalIsSpent(status: EndedReport["status"]): boolean {
    const { notional, cost } = this.#order;
    if (notional === undefined || status === "rejected" || !this.#order.isWorking) return false;
    return cost.gte(notional.sub(notional.mul(NOTIONAL_TOLERANCE)));
  }

  #end(event: EndEvent): void {
    this.#push(event);
    const venue = event.venueCumulativeQuantity;
    if (venue !== undefined && venue.gt(this.#cumulative)) {
      this.#discrepancy(
        "unsettled",
        `booked ${this.#cumulative}`,
        `executed ${venue}`,
        "ended, not settled until the fills are known",
      );
    }
  }

  #replaced(replace: ReplaceTerms): void {
    const order = this.#order;
    const pending = order.pendingReplace;
    switch (answerOf(this.#status, "orderReplaced")) {
      case "conflicts":
        this.#contradiction("replaced");
        return;
      case "reinstatesOrStale":
        if (!order.inferred) return;
        this.#reinstate("the venue replaced it");
        break;
      case "reinstatesOrConflicts":
        if (!order.inferred) {
          this.#contradiction("replaced");
          return;
        }
        this.#reinstate("the venue replaced it");
        break;
      default:
        if (pending === undefined && sameTerms(order, replace)) return;
        this.#imply("orderReplaced");
    }
    const venueOrderId = this.#report.venueOrderId;
    this.#push({
      type: "orderReplaced",
      orderId: order.id,
      ...(pending === undefined ? {} : { requestId: pending.requestId }),
      replace:
        pending?.replace.clientOrderId === undefined
          ? replace
          : { ...replace, clientOrderId: pending.replace.clientOrderId },
      ...(venueOrderId === undefined || venueOrderId === order.venueOrderId ? {} : { venueOrderId }),
    });
  }

  #requestRejected(report: Extract<ExecutionReport, { kind: "requestRejected" }>): void {
    const order = this.#order;
    const type = report.request === "cancel" ? "cancelRejected" : "replaceRejected";
    const pending = report.request === "cancel" ? order.pendingCancel : order.pendingReplace;
    if (pending === undefined || answerOf(this.#status, type) === "known") return;
    // "Not found" for a cancel of an order whose own submit is unanswered closes nothing: it may be on its way.
    if (this.#status === "submitted" && report.request === "cancel" && report.reason === "unknownOrder") return;
    this.#push({
      type,
      orderId: order.id,
      requestId: pending.requestId,
      reason: report.reason,
      ...(report.venueCode === undefined ? {} : { venueCode: report.venueCode }),
      ...(report.venueMessage === undefined ? {} : { venueMessage: report.venueMessage }),
    });
  }

  #reversed(report: FillReversedReport): void {
    const order = this.#order;
    const fill = this.#findExecution(report.executionId);
    if (fill === undefined) {
      this.#discrepancy(
        "unknownExecution",
        "not booked",
        `execution ${report.executionId} reversed`,
        "nothing to reverse",
      );
      return;
    }
    this.#cumulative = this.#cumulative.sub(fill.quantity);
    this.#push({
      type: "fillReversed",
      orderId: order.id,
      venueOrderId: fill.venueOrderId,
      executionId: fill.executionId,
      reason: report.reason,
    });
    if (report.worksAgain) this.#reopen(report.reason);
  }

  #corrected(report: FillCorrectedReport): void {
    const order = this.#order;
    const fill = this.#findExecution(report.executionId);
    if (fill === undefined) {
      this.#discrepancy(
        "unknownExecution",
        "not booked",
        `execution ${report.executionId} corrected`,
        "nothing to correct",
      );
      return;
    }
    if (sameFill(fill, report.fill)) return;
    this.#cumulative = this.#cumulative.sub(fill.quantity).add(report.fill.quantity);
    this.#push({
      type: "fillCorrected",
      orderId: order.id,
      venueOrderId: fill.venueOrderId,
      executionId: fill.executionId,
      fill: report.fill,
      reason: report.reason,
    });
    if (report.worksAgain) this.#reopen(report.reason);
  }

  #reopen(reason: string): void {
    if (!this.#order.isTerminal) return;
    const status = this.#cumulative.isZero() ? "acknowledged" : "partiallyFilled";
    this.#push({ type: "orderReinstated", orderId: this.#order.id, status, reason });
    this.#status = status;
  }

  #reinstate(reason: string): void {
    const order = this.#order;
    const byQuantity = statusByQuantity(order);
    const status: OrderReinstated["status"] = byQuantity === "filled" ? "partiallyFilled" : byQuantity;
    this.#push({ type: "orderReinstated", orderId: order.id, status, reason });
    this.#discrepancy("reinstated", `${order.status}, inferred`, reason, `reinstated as ${status}`);
    this.#status = status;
  }

  #imply(event: OrderEvent["type"]): void {
    for (const step of impliedSteps(this.#status, event)) {
      const venueOrderId = this.#report.venueOrderId;
      if (step.event === "orderAcknowledged" && venueOrderId !== undefined) {
        this.#push({ type: "orderAcknowledged", orderId: this.#order.id, venueOrderId, implied: true });
      } else {
        this.#push({ type: step.event, orderId: this.#order.id, implied: true });
      }
      this.#status = step.to;
    }
  }

  /** A fill may be the first to name the venue's id of a working order. */
  #learnVenueOrderId(): void {
    const venueOrderId = this.#report.venueOrderId;
    const known =
      this.#order.venueOrderId !== undefined || this.events.some((event) => event.type === "orderAcknowledged");
    if (venueOrderId === undefined || known) return;
    this.#push({ type: "orderAcknowledged", orderId: this.#order.id, venueOrderId });
  }

  #contradiction(theirs: string): void {
    this.#discrepancy("contradiction", this.#order.status, theirs, "nothing changed");
  }

  #discrepancy(kind: DiscrepancyKind, ours: string, theirs: string, conclusion: string): void {
    this.#push({
      type: "discrepancyFound",
      orderId: this.#order.id,
      account: this.#order.account,
      kind,
      ours,
      theirs,
      conclusion,
      evidence: `${this.#report.kind} report of ${this.#report.venue}`,
    });
  }

  #findExecution(executionId: ExecutionId): Fill | undefined {
    for (const fill of this.#order.fills.values()) {
      if (fill.executionId === executionId) return fill;
    }
    return undefined;
  }

  #venueCumulative(): { venueCumulativeQuantity?: Decimal } {
    const venue = this.#report.cumulativeQuantity;
    return venue === undefined ? {} : { venueCumulativeQuantity: venue };
  }

  #push(event: OrderEvent): void {
    this.events.push({ ...event, ...this.#meta });
  }
}

function sameTerms(order: Order, replace: ReplaceTerms): boolean {
  return (
    same(replace.quantity, order.quantity) &&
    same(replace.price, order.price) &&
    same(replace.triggerPrice, order.triggerPrice)
  );
}

function same(stated: Decimal | undefined, held: Decimal | undefined): boolean {
  return stated === undefined || (held !== undefined && stated.eq(held));
}

function sameFill(a: Fill, b: Fill): boolean {
  return (
    a.executionId === b.executionId &&
    a.price.eq(b.price) &&
    a.quantity.eq(b.quantity) &&
    a.fee?.asset === b.fee?.asset &&
    (a.fee?.amount ?? Decimal.zero).eq(b.fee?.amount ?? Decimal.zero)
  );
}
