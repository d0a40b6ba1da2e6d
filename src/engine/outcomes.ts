// What sends and reports mean for orders: outcomes and facts become recorded events here, and
// nowhere else. Asking the venue again is the reconciler's work; sending again is egress's.

import { type OrderwrightError, orderwrightError } from "../domain/errors.ts";
import type { EndedReport, ExecutionReport } from "../domain/execution-report.ts";
import type { VenueOrderId } from "../domain/identifiers.ts";
import { type Interpretation, interpretReport } from "../domain/interpret-report.ts";
import type { Order, PendingRequest } from "../domain/order.ts";
import type { Cause, OrderEvent } from "../domain/order-event.ts";
import type { EventDraft } from "../domain/system-event.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { SendOutcome } from "../venues/venue.ts";
import type { OrderFinder } from "./order-finder.ts";
import type { Recorder } from "./recorder.ts";
import { contradictionOf } from "./report-check.ts";
import type { OrderJob, Refusal } from "./send-job.ts";

/** What has to happen after something was recorded. */
export interface OutcomeFollowUps {
  /** The order, or one of its requests, is unknown or contradicts the venue: ask. */
  resolve(order: Order): void;
  /** The venue counts more than is booked: read the account's fills. */
  fillsMissing(order: Order, report: ExecutionReport): void;
  /** The order has just become known to the venue: an armed cancel can go out. */
  atVenue(order: Order): void;
  /** The venue did not know the order whose cancel it was asked for: the cancel is still to be told. */
  cancelUnheard(order: Order): void;
  /** A report whose order is not known, or not yet. */
  unmatched(report: ExecutionReport): void;
  /** The venue's id of an order is known: what came under it before goes first. */
  named(order: Order, venueOrderId: VenueOrderId): void;
  /** A report that cannot be about its order, or that means nothing for it. */
  unfit(report: ExecutionReport, order: Order, reason: string): void;
}

export interface OutcomesOptions {
  readonly recorder: Recorder;
  readonly finder: OrderFinder;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly followUps: OutcomeFollowUps;
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** A report without what its order already says. */
export type ReportBody = DistributiveOmit<ExecutionReport, "venue" | "account" | "instrumentId" | "orderId">;

export class Outcomes {
  readonly #recorder: Recorder;
  readonly #finder: OrderFinder;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #followUps: OutcomeFollowUps;

  constructor(options: OutcomesOptions) {
    this.#recorder = options.recorder;
    this.#finder = options.finder;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#followUps = options.followUps;
  }

  /** Takes a venue's word, asked for or not. */
  report(report: ExecutionReport, cause: Cause): void {
    if (!this.match(report, cause)) this.#followUps.unmatched(report);
  }

  /** Takes a venue's word if the order that it is about is known. @returns whether it is. */
  match(report: ExecutionReport, cause: Cause): boolean {
    const order = this.#finder.ofReport(report);
    if (order !== undefined) this.apply(order, report, cause);
    return order !== undefined;
  }

  /** Records what a report means for its order, after what was held for that order. @returns whether that is anything. */
  apply(order: Order, report: ExecutionReport, cause: Cause): boolean {
    const contradiction = contradictionOf(order, report, this.#holderOf(report));
    if (contradiction === undefined && report.venueOrderId !== undefined)
      this.#followUps.named(order, report.venueOrderId);
    const { events, missingFills, doubtful, fault = contradiction } = this.interpret(order, report, cause);
    if (fault !== undefined) {
      this.#followUps.unfit(report, order, fault);
      return false;
    }
    this.#recorder.record(events);
    if (missingFills) this.#followUps.fillsMissing(order, report);
    if (doubtful) this.#followUps.resolve(order);
    if (order.isWorking && order.pendingCancel !== undefined) this.#followUps.atVenue(order);
    return events.length > 0;
  }

  /** Says what a report means for its order; of one that no sense can be made of, why. It stops nothing else. */
  interpret(order: Order, report: ExecutionReport, cause: Cause): Interpretation & { readonly fault?: string } {
    try {
      return interpretReport(order, report, { at: this.#clock.now(), cause });
    } catch (error) {
      this.#logger.error({ orderId: order.id, kind: report.kind, error }, "a report cannot be interpreted");
      const words = error instanceof Error ? error.message : "no sense can be made of it";
      return { events: [], missingFills: false, doubtful: false, fault: words };
    }
  }

  #holderOf({ account, venueOrderId, instrumentId }: ExecutionReport): Order | undefined {
    const { index } = this.#recorder.state;
    return venueOrderId === undefined ? undefined : index.byVenueOrderId(account, venueOrderId, instrumentId);
  }

  /** Makes a report of ours about an order: for answers that are not reports themselves. */
  applyBody(order: Order, body: ReportBody, cause: Cause): void {
    const { venue, account, instrumentId, id: orderId } = order;
    this.apply(order, { ...body, venue, account, instrumentId, orderId }, cause);
  }

  /** Takes the answer to a send. */
  outcome(job: OrderJob, outcome: SendOutcome): void {
    switch (job.kind) {
      case "place":
        this.#placed(job.order, outcome);
        return;
      case "cancel":
      case "replace":
        this.#requested(job, outcome);
        return;
      case "cancelForeign":
        // The order is not ours: the venue's open orders tell the next reconciliation what became of it.
        return;
    }
  }

  /** Takes the gate's word that nothing was sent. */
  refused(job: OrderJob, refusal: Refusal): void {
    if (job.kind === "cancelForeign") return;
    const { order } = job;
    if (job.kind === "place") {
      if (order.status !== "submitted" || order.outcomeUnknown) return;
      if (order.pendingCancel !== undefined)
        this.#record({ type: "orderCanceled", orderId: order.id, reason: "canceled before it was sent" });
      else this.#record({ type: "orderFailed", orderId: order.id, code: refusal.code, reason: refusal.reason });
      return;
    }
    this.#refuseRequest(job, refusal.reason);
  }

  #placed(order: Order, outcome: SendOutcome): void {
    const cause: Cause = `report:${order.venue}`;
    const at = this.#clock.now();
    switch (outcome.kind) {
      case "accepted": {
        const { venueOrderId, venueAt = at } = outcome;
        if (venueOrderId !== undefined) this.#followUps.named(order, venueOrderId);
        // On an end that the venue itself has told, its reply is old news; on one that we concluded, it is evidence.
        if (order.isActive || order.inferred) {
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

  #requested(job: RequestJob, outcome: SendOutcome): void {
    const { order, kind: request } = job;
    if (!isOutstanding(job)) return; // a report was faster
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
            requestId: job.requestId,
            reason: outcome.reason,
            venueAt: outcome.venueAt ?? this.#clock.now(),
            ...(outcome.venueCode === undefined ? {} : { venueCode: outcome.venueCode }),
            ...(outcome.venueMessage === undefined ? {} : { venueMessage: outcome.venueMessage }),
          },
          `report:${order.venue}`,
        );
        if (request === "cancel" && isOutstanding(job)) this.#followUps.cancelUnheard(order);
        // A refused cancel often means that the order has ended: the venue is asked for the truth.
        if (order.isActive) this.#followUps.resolve(order);
        return;
      case "notSent":
        this.#refuseRequest(job, outcome.reason);
        return;
      case "unknown":
        this.#unknown(order, request, outcome.reason);
        return;
    }
  }

  #refuseRequest(job: RequestJob, reason: string): void {
    const { order, requestId } = job;
    // What an earlier try left unknown, a later one that was not sent does not settle.
    if (!isOutstanding(job) || order.isTerminal || pendingOf(job)?.outcomeUnknown === true) return;
    const type = job.kind === "cancel" ? "cancelRejected" : "replaceRejected";
    this.#record({ type, orderId: order.id, requestId, reason: `not sent: ${reason}` });
  }

  #unknown(order: Order, subject: "submit" | "cancel" | "replace", reason: string): void {
    if (order.isTerminal) return;
    // Any word of the venue about the order settles the submit: only a `submitted` order is unknown.
    if (subject === "submit" && order.status !== "submitted") return;
    const known = { submit: order, cancel: order.pendingCancel, replace: order.pendingReplace }[subject];
    if (known?.outcomeUnknown === false)
      this.#record({ type: "orderOutcomeUnknown", orderId: order.id, subject, reason });
    this.#followUps.resolve(order);
  }

  #record(event: OrderEvent): void {
    const draft: EventDraft = { ...event, at: this.#clock.now(), cause: "engine:egress" };
    this.#recorder.record([draft]);
  }
}

type RequestJob = Extract<OrderJob, { kind: "cancel" | "replace" }>;

function pendingOf({ kind, order }: RequestJob): PendingRequest | undefined {
  return kind === "cancel" ? order.pendingCancel : order.pendingReplace;
}

/** Whether the order still waits for this very request, and not for a later one. */
function isOutstanding(job: RequestJob): boolean {
  return pendingOf(job)?.requestId === job.requestId;
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

/** Returns the error of a request about an order that is not there, whatever was given as its id. */
export function unknownOrder(id: unknown): OrderwrightError {
  const shown = typeof id === "string" ? id.slice(0, MAX_SHOWN_ID_LENGTH) : typeof id;
  return orderwrightError("order.unknown", `No order has the id ${JSON.stringify(shown)}.`, { id: shown });
}

const MAX_SHOWN_ID_LENGTH = 128;
