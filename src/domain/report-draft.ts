// The events that a report is becoming, and where the order stands after them. The order itself is not
// touched: it changes when the events are folded. What a report means is decided in interpret-report.ts.

import { Decimal } from "./decimal.ts";
import type { ExecutionReport } from "./execution-report.ts";
import type { VenueOrderId } from "./identifiers.ts";
import type { Order } from "./order.ts";
import type { DiscrepancyFound, DiscrepancyKind, EventMeta, OrderEvent } from "./order-event.ts";
import { contradictionKey, statusByQuantity } from "./order-fold.ts";
import { type Answer, impliedSteps, isTerminalStatus, type OrderStatus } from "./order-status.ts";

export type EndEvent = Extract<
  OrderEvent,
  { type: "orderFilled" | "orderCanceled" | "orderExpired" | "orderRejected" }
>;

export class ReportDraft {
  readonly order: Order;
  readonly events: (OrderEvent & EventMeta)[] = [];
  /** Status and quantity after the events so far. */
  status: OrderStatus;
  cumulative: Decimal;
  /** The report, or a part of it, was not taken for true: only the venue can say how things stand. */
  isDoubtful = false;
  /** What is asked for after the events so far; absent for an order sized in the quote asset. */
  #quantity: Decimal | undefined;
  readonly #report: ExecutionReport;
  readonly #meta: EventMeta;

  constructor(order: Order, report: ExecutionReport, meta: EventMeta) {
    this.order = order;
    this.status = order.status;
    this.cumulative = order.cumulativeQuantity;
    this.#quantity = order.quantity;
    this.#report = report;
    this.#meta = meta;
  }

  get isOpen(): boolean {
    return !isTerminalStatus(this.status);
  }

  push(event: OrderEvent): void {
    this.events.push({ ...event, ...this.#meta });
  }

  /** Journals the steps that lead to where `event` applies. */
  imply(event: OrderEvent["type"]): void {
    for (const step of impliedSteps(this.status, event)) {
      const named = step.event === "orderAcknowledged" ? this.newVenueOrderId() : {};
      this.push({ type: step.event, orderId: this.order.id, ...named, implied: true });
      this.status = step.to;
    }
  }

  /**
   * An executed total beyond the quantity and within the one of the outstanding replace says that the venue has applied
   * it, before it says so itself: journals that first.
   */
  implyReplace(total: Decimal | undefined): void {
    const { id: orderId, pendingReplace: pending } = this.order;
    const asked = pending?.replace.quantity;
    if (pending === undefined || asked === undefined || total === undefined || this.#quantity === undefined) return;
    if (!this.isOpen || total.lt(this.cumulative) || total.lte(this.#quantity) || total.gt(asked)) return;
    const { requestId, replace } = pending;
    this.push({ type: "orderReplaced", orderId, requestId, replace, ...this.newVenueOrderId(), implied: true });
    this.#quantity = asked;
  }

  /** A fill may be the first to name the venue's id of a working order. */
  learnVenueOrderId(): void {
    if (this.order.venueOrderId !== undefined) return;
    const named = this.newVenueOrderId();
    if (named.venueOrderId !== undefined) this.push({ type: "orderAcknowledged", orderId: this.order.id, ...named });
  }

  /** The venue's id that the report names, when neither the order nor an event of this draft has it. */
  newVenueOrderId(): { venueOrderId?: VenueOrderId } {
    const { order } = this;
    const venueOrderId =
      this.#report.venueOrderId ?? (this.#report.kind === "fill" ? this.#report.fill.venueOrderId : undefined);
    const known =
      venueOrderId === undefined ||
      venueOrderId === order.venueOrderId ||
      // From before the replace that gave the order its present id: to learn it now would bring it back.
      (order.venueOrderId !== undefined && this.#report.venueAt < (order.replacedVenueAt ?? 0)) ||
      order.earlierVenueOrderIds.includes(venueOrderId) ||
      this.events.some(
        (event) =>
          (event.type === "orderAcknowledged" || event.type === "orderReplaced") && event.venueOrderId === venueOrderId,
      );
    return known ? {} : { venueOrderId };
  }

  /**
   * Whether a word of the order's end is older than the replace that holds: it was about the terms before, unless it
   * states a total that fills the new ones as well.
   */
  isOutdatedEnd(): boolean {
    const { replacedVenueAt, quantity } = this.order;
    if (replacedVenueAt === undefined || this.#report.venueAt >= replacedVenueAt) return false;
    const total = this.#report.cumulativeQuantity;
    return total === undefined || quantity === undefined || total.lt(quantity);
  }

  venueTotal(): { venueCumulativeQuantity?: Decimal } {
    const total = this.#report.cumulativeQuantity;
    return total === undefined ? {} : { venueCumulativeQuantity: total };
  }

  /**
   * Decides whether a word against a terminal status counts: it does when that end was only ours, and
   * the order is reinstated. On an end that the venue confirmed it is stale, or a contradiction.
   */
  reinstates(answer: Answer, theirs: string, reason: string): boolean {
    if (isOurConclusion(this.order)) {
      this.reinstate(reason);
      return true;
    }
    if (answer === "reinstatesOrConflicts") this.contradiction(theirs);
    return false;
  }

  reinstate(reason: string): void {
    const { order } = this;
    const byQuantity = statusByQuantity(order);
    const status = byQuantity === "filled" ? "partiallyFilled" : byQuantity;
    this.push({ type: "orderReinstated", orderId: order.id, status, reason });
    this.discrepancy("reinstated", `${order.status}, inferred`, reason, `reinstated as ${status}`);
    this.status = status;
  }

  /**
   * The end that the venue's "filled" is. Over is not full: where its own total is short of what was asked for, and so
   * is what is booked, the order ends by cancel.
   */
  filledEnd(): EndEvent {
    const orderId = this.order.id;
    const totals = this.venueTotal();
    if (!this.#isCalledFilledShort()) return { type: "orderFilled", orderId, ...totals };
    const reason = `${CALLED_FILLED} with ${totals.venueCumulativeQuantity} of ${this.order.quantity} executed`;
    return { type: "orderCanceled", orderId, reason, ...totals };
  }

  #isCalledFilledShort(): boolean {
    const { quantity, pendingReplace, status, statusReason } = this.order;
    // Once ended by that word it stays so: a repeat, with whatever total, is about the same end.
    if (status === "canceled" && statusReason?.text.startsWith(CALLED_FILLED) === true) return true;
    const stated = this.#report.cumulativeQuantity;
    if (quantity === undefined || stated === undefined) return false;
    // A smaller replace may have been carried out and not told.
    const asked = Decimal.min(quantity, pendingReplace?.replace.quantity ?? quantity);
    return stated.lt(asked) && this.cumulative.lt(asked);
  }

  end(event: EndEvent): void {
    const { order } = this;
    this.implyReplace(event.venueCumulativeQuantity);
    if (event.type === "orderCanceled" && event.reason.startsWith(CALLED_FILLED))
      this.recordOnce(
        "contradiction",
        `asked for ${order.quantity}`,
        event.reason,
        "ended as canceled: it is not full",
      );
    this.push({ ...event, ...this.newVenueOrderId() });
    this.status = STATUS_OF_END[event.type];
    const stated = event.venueCumulativeQuantity;
    // "Filled" states a total by itself: at least what was asked for.
    const missing = stated === undefined && event.type === "orderFilled" && this.#quantity?.gt(this.cumulative);
    if (missing === true || stated?.eq(this.cumulative) === false) {
      this.discrepancy(
        "unsettled",
        `booked ${this.cumulative}`,
        `executed ${stated ?? this.#quantity}`,
        "ended, not settled until the booked fills equal it",
      );
    }
    if (!order.overfilled) this.noteOverfill(this.#quantity);
  }

  /** What is booked, or asked for, changed: the fold will call an order filled that is full now. */
  mayBeFull(asked: Decimal | undefined): void {
    const full = asked !== undefined && !this.cumulative.isZero() && this.cumulative.gte(asked);
    if (full && this.isOpen) this.status = "filled";
  }

  noteOverfill(asked: Decimal | undefined): void {
    if (asked === undefined || this.cumulative.lte(asked)) return;
    this.discrepancy("overfill", `asked for ${asked}`, `executed ${this.cumulative}`, "booked as executed");
  }

  /** Records once that the venue contradicts what is booked and final. */
  contradiction(theirs: string): void {
    this.recordOnce("contradiction", this.order.status, theirs, "nothing changed");
  }

  /** Records a discrepancy that changes nothing, unless the order has it on record. */
  recordOnce(kind: DiscrepancyKind, ours: string, theirs: string, conclusion: string): void {
    if (this.order.contradictions.has(contradictionKey({ kind, ours, theirs }))) return;
    this.discrepancy(kind, ours, theirs, conclusion);
  }

  discrepancy(kind: DiscrepancyKind, ours: string, theirs: string, conclusion: string): void {
    const found: DiscrepancyFound = {
      type: "discrepancyFound",
      orderId: this.order.id,
      account: this.order.account,
      kind,
      ours,
      theirs,
      conclusion,
      evidence: `${this.#report.kind} report of ${this.#report.venue}`,
    };
    this.push(found);
  }
}

/** How the reason begins of an order that the venue called filled and that is not full. */
const CALLED_FILLED = "called filled";

/** An end that no venue has confirmed. `failed` is one always: only our side saw that nothing was sent. */
function isOurConclusion(order: Order): boolean {
  return order.inferred || order.status === "failed";
}

const STATUS_OF_END: Readonly<Record<EndEvent["type"], OrderStatus>> = {
  orderFilled: "filled",
  orderCanceled: "canceled",
  orderExpired: "expired",
  orderRejected: "rejected",
};
