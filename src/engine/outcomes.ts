// What sends and reports mean for orders: outcomes and facts become recorded events here, and
// nowhere else. Asking the venue again is the reconciler's work; sending again is egress's.

import { type OrderwrightError, orderwrightError } from "../domain/errors.ts";
import type { EndedReport, ExecutionReport } from "../domain/execution-report.ts";
import { interpretReport } from "../domain/interpret-report.ts";
import type { Order } from "../domain/order.ts";
import type { Cause, OrderEvent } from "../domain/order-event.ts";
import type { EventDraft } from "../domain/system-event.ts";
import type { Clock } from "../runtime/clock.ts";
import type { SendOutcome } from "../venues/venue.ts";
import type { Refusal, SendJob } from "./egress.ts";
import type { OrderFinder } from "./order-finder.ts";
import type { Recorder } from "./recorder.ts";

/** What has to happen after something was recorded. */
export interface OutcomeFollowUps {
  /** The order, or one of its requests, is unknown or contradicts the venue: ask. */
  resolve(order: Order): void;
  /** The venue counts more than is booked: read the account's fills. */
  fillsMissing(order: Order): void;
  /** The order has just become known to the venue: an armed cancel can go out. */
  atVenue(order: Order): void;
  /** A report about an order that is not ours, or that cannot be read as one. */
  foreign(report: ExecutionReport): void;
}

export interface OutcomesOptions {
  readonly recorder: Recorder;
  readonly finder: OrderFinder;
  readonly clock: Clock;
  readonly followUps: OutcomeFollowUps;
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** A report without what its order already says. */
export type ReportBody = DistributiveOmit<ExecutionReport, "venue" | "account" | "instrumentId" | "orderId">;

export class Outcomes {
  readonly #recorder: Recorder;
  readonly #finder: OrderFinder;
  readonly #clock: Clock;
  readonly #followUps: OutcomeFollowUps;

  constructor(options: OutcomesOptions) {
    this.#recorder = options.recorder;
    this.#finder = options.finder;
    this.#clock = options.clock;
    this.#followUps = options.followUps;
  }

  /** Takes a venue's word, asked for or not. */
  report(report: ExecutionReport, cause: Cause): void {
    const order = this.#finder.ofReport(report);
    if (order === undefined) this.#followUps.foreign(report);
    else this.apply(order, report, cause);
  }

  /** Records what a report means for its order. */
  apply(order: Order, report: ExecutionReport, cause: Cause): void {
    const { events, missingFills } = interpretReport(order, report, { at: this.#clock.now(), cause });
    this.#recorder.record(events);
    if (missingFills) this.#followUps.fillsMissing(order);
    if (order.isWorking && order.pendingCancel !== undefined) this.#followUps.atVenue(order);
  }

  /** Makes a report of ours about an order: for answers that are not reports themselves. */
  applyBody(order: Order, body: ReportBody, cause: Cause): void {
    const { venue, account, instrumentId, id: orderId } = order;
    this.apply(order, { ...body, venue, account, instrumentId, orderId }, cause);
  }

  /** Takes the answer to a send. */
  outcome(job: SendJob, outcome: SendOutcome): void {
    switch (job.kind) {
      case "place":
        this.#placed(job.order, outcome);
        return;
      case "cancel":
        this.#requested(job.order, "cancel", outcome);
        return;
      case "replace":
        this.#requested(job.order, "replace", outcome);
        return;
      case "cancelForeign":
        // The order is not ours: the venue's open orders tell the next reconciliation what became of it.
        return;
    }
  }

  /** Takes the gate's word that nothing was sent. */
  refused(job: SendJob, refusal: Refusal): void {
    if (job.kind === "cancelForeign") return;
    const { order } = job;
    if (job.kind === "place") {
      if (order.status !== "submitted" || order.outcomeUnknown) return;
      if (order.pendingCancel !== undefined)
        this.#record({ type: "orderCanceled", orderId: order.id, reason: "canceled before it was sent" });
      else this.#record({ type: "orderFailed", orderId: order.id, code: refusal.code, reason: refusal.reason });
      return;
    }
    this.#refuseRequest(order, job.kind, refusal.reason);
  }

  #placed(order: Order, outcome: SendOutcome): void {
    const cause: Cause = `report:${order.venue}`;
    const at = this.#clock.now();
    switch (outcome.kind) {
      case "accepted": {
        const { venueOrderId, venueAt = at } = outcome;
        if (order.isActive) {
          this.applyBody(
            order,
            { kind: "acknowledged", venueAt, ...(venueOrderId === undefined ? {} : { venueOrderId }) },
            cause,
          );
        }
        return;
      }
      case "rejected":
        // A duplicate id means that an order of ours with this id stands at the venue: find it.
        if (outcome.reason === "duplicateOrderId") this.#unknown(order, "submit", outcome.reason);
        else this.applyBody(order, rejectedReport(outcome, at), cause);
        return;
      case "notSent":
        if (order.status === "submitted" && !order.outcomeUnknown) {
          this.#record({ type: "orderFailed", orderId: order.id, code: "venue.unreachable", reason: outcome.reason });
        }
        return;
      case "unknown":
        this.#unknown(order, "submit", outcome.reason);
        return;
    }
  }

  #requested(order: Order, request: "cancel" | "replace", outcome: SendOutcome): void {
    const pending = request === "cancel" ? order.pendingCancel : order.pendingReplace;
    if (pending === undefined) return; // a report was faster
    const at = this.#clock.now();
    switch (outcome.kind) {
      case "accepted":
        // Accepted is not done: the report says so, and the reconciler asks if none comes.
        this.#followUps.resolve(order);
        return;
      case "rejected":
        this.applyBody(
          order,
          {
            kind: "requestRejected",
            request,
            reason: outcome.reason,
            venueAt: outcome.venueAt ?? at,
            ...(outcome.venueCode === undefined ? {} : { venueCode: outcome.venueCode }),
            ...(outcome.venueMessage === undefined ? {} : { venueMessage: outcome.venueMessage }),
          },
          `report:${order.venue}`,
        );
        // A refused cancel often means that the order has ended: the venue is asked for the truth.
        if (order.isActive) this.#followUps.resolve(order);
        return;
      case "notSent":
        this.#refuseRequest(order, request, outcome.reason);
        return;
      case "unknown":
        this.#unknown(order, request, outcome.reason);
        return;
    }
  }

  #refuseRequest(order: Order, request: "cancel" | "replace", reason: string): void {
    const pending = request === "cancel" ? order.pendingCancel : order.pendingReplace;
    if (pending === undefined || order.isTerminal) return;
    const type = request === "cancel" ? "cancelRejected" : "replaceRejected";
    this.#record({ type, orderId: order.id, requestId: pending.requestId, reason: `not sent: ${reason}` });
  }

  #unknown(order: Order, subject: "submit" | "cancel" | "replace", reason: string): void {
    if (order.isTerminal) return;
    // Any word of the venue about the order settles the submit: only a `submitted` order is unknown.
    if (subject === "submit" && order.status !== "submitted") return;
    this.#record({ type: "orderOutcomeUnknown", orderId: order.id, subject, reason });
    this.#followUps.resolve(order);
  }

  #record(event: OrderEvent): void {
    const draft: EventDraft = { ...event, at: this.#clock.now(), cause: "engine:egress" };
    this.#recorder.record([draft]);
  }
}

function rejectedReport(
  outcome: Extract<SendOutcome, { kind: "rejected" }>,
  at: number,
): DistributiveOmit<EndedReport, "venue" | "account" | "instrumentId" | "orderId"> {
  return {
    kind: "ended",
    status: "rejected",
    reason: outcome.reason,
    venueAt: outcome.venueAt ?? at,
    ...(outcome.venueCode === undefined ? {} : { venueCode: outcome.venueCode }),
    ...(outcome.venueMessage === undefined ? {} : { venueMessage: outcome.venueMessage }),
  };
}

/** Returns the error of a request about an order that is not there. */
export function unknownOrder(id: string): OrderwrightError {
  return orderwrightError("order.unknown", `No order has the id ${JSON.stringify(id.slice(0, 128))}.`, {
    id: id.slice(0, 128),
  });
}
