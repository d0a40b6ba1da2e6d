// Asks a venue about one order until nothing about it is open or unknown. Absence is concluded only from
// answers past the venue's own discard deadline and its read lag, more than once, and after its record of
// fills was read. It never sends an order; a cancel, being idempotent, it may ask to repeat. Telling a person
// is escalation.ts.

import type { AccountId, OrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import type { Journal } from "../journal/journal.ts";
import type { CancelTimer, Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Random } from "../runtime/random.ts";
import type { Venue } from "../venues/venue.ts";
import { isUnknown } from "./engine-statistics.ts";
import type { Evidence } from "./evidence.ts";
import { Findings } from "./findings.ts";
import type { IntentTimes } from "./intent-times.ts";
import type { Questions } from "./questions.ts";
import type { Recorder } from "./recorder.ts";
import { type Backoff, backoffMs, DEFAULT_BACKOFF } from "./retry.ts";
import { requestOf } from "./send-job.ts";
import type { EngineSettings } from "./settings.ts";

/** Consecutive answers of absence that prove it, each past the deadline. */
const ABSENCES_FOR_PROOF = 2;

export interface InquiriesOptions {
  readonly recorder: Recorder;
  readonly evidence: Evidence;
  readonly questions: Questions;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly settings: EngineSettings;
  readonly intents: IntentTimes;
  readonly venueOf: (account: AccountId) => Venue;
  /** Whether the venue may have forgotten the order: that it does not show it says nothing then. */
  readonly mayBeForgotten: (order: Order) => boolean;
  /** Sends a pending cancel again: idempotent at every venue. */
  readonly repeatCancel: (order: Order) => void;
}

interface Inquiry {
  readonly order: Order;
  /** On the monotonic clock: the older the question, the slower it is asked. */
  since: number;
  attempt: number;
  isAsking: boolean;
  /** The order's last event when it was asked about last. */
  seenSeq: number;
  /** The venue has answered since the question was last wanted. */
  answered: boolean;
  /** When the first and the last of an unbroken row of conclusive absences were asked for. */
  absences: { count: number; sinceMs: number } | undefined;
  /** How the venue's facts left the order, and since when nothing has changed that. */
  quiet: { readonly standing: string; readonly sinceMs: number } | undefined;
  cancelTimer: CancelTimer;
}

export class Inquiries {
  readonly #options: InquiriesOptions;
  readonly #inquiries = new Map<OrderId, Inquiry>();

  constructor(options: InquiriesOptions) {
    this.#options = options;
  }

  close(): void {
    for (const { cancelTimer } of this.#inquiries.values()) cancelTimer();
    this.#inquiries.clear();
  }

  /** Asks about an order, at least once, until nothing about it is open or unknown. */
  resolve(order: Order): void {
    const running = this.#inquiries.get(order.id);
    if (running !== undefined) {
      running.answered = false;
      // What is new is asked soon, however slowly the old was asked.
      if (order.lastSeq !== running.seenSeq && !running.isAsking) this.#begin(running);
      return;
    }
    if (this.#options.questions.isClosed) return;
    const inquiry: Inquiry = {
      order,
      since: 0,
      attempt: 0,
      isAsking: false,
      seenSeq: 0,
      answered: false,
      absences: undefined,
      quiet: undefined,
      cancelTimer: () => undefined,
    };
    this.#inquiries.set(order.id, inquiry);
    this.#begin(inquiry);
  }

  #begin(inquiry: Inquiry): void {
    const { clock, settings } = this.#options;
    inquiry.cancelTimer();
    inquiry.since = clock.monotonicMs();
    inquiry.attempt = 0;
    inquiry.seenSeq = inquiry.order.lastSeq;
    this.#askLater(inquiry, settings.unknownGraceMs);
  }

  #askLater(inquiry: Inquiry, delayMs: number): void {
    inquiry.cancelTimer = this.#options.clock.schedule(delayMs, () => void this.#inquire(inquiry));
  }

  /** Never rejects: what went wrong with one order is told, and asked again later. */
  async #inquire(inquiry: Inquiry): Promise<void> {
    const { random, logger, questions, recorder } = this.#options;
    const { order } = inquiry;
    inquiry.isAsking = true;
    try {
      if (isOpenQuestion(inquiry)) await this.#askOnce(inquiry);
    } catch (error) {
      logger.error({ orderId: order.id, error }, "an order cannot be settled");
    }
    if (questions.isClosed || recorder.ended !== undefined || !isOpenQuestion(inquiry)) {
      this.#inquiries.delete(order.id);
      return;
    }
    inquiry.isAsking = false;
    inquiry.seenSeq = order.lastSeq;
    this.#askLater(inquiry, backoffMs(inquiry.attempt, this.#backoffOf(inquiry), random));
  }

  /** Once a person has been told, the same question is asked no more often than a person is. */
  #backoffOf({ since }: Inquiry): Backoff {
    const { clock, settings } = this.#options;
    const isOld = clock.monotonicMs() - since >= settings.escalateAfterMs;
    const maxMs = isOld ? Math.max(settings.unknownRetryMaxMs, settings.escalateAfterMs) : settings.unknownRetryMaxMs;
    return { ...DEFAULT_BACKOFF, baseMs: settings.unknownGraceMs, maxMs };
  }

  async #askOnce(inquiry: Inquiry): Promise<void> {
    const { evidence, questions, clock, recorder, venueOf, repeatCancel } = this.#options;
    const { order } = inquiry;
    inquiry.attempt++;
    const askedMs = clock.monotonicMs();
    const before = standingOf(order);
    if (inquiry.quiet?.standing !== before) {
      inquiry.quiet = { standing: before, sinceMs: askedMs };
      inquiry.absences = undefined; // they were about the order as it was before
    }
    const cancelBefore = order.isWorking ? order.pendingCancel?.requestId : undefined;
    inquiry.answered = true;
    const answer = await questions.ask(order.account, (signal) =>
      venueOf(order.account).order(requestOf(order), signal),
    );
    if (recorder.ended !== undefined) return;
    if (answer.kind === "failed") {
      inquiry.answered = false;
    } else if (answer.kind === "found") {
      inquiry.absences = undefined;
      await evidence.agree(order, answer.value, new Findings(false, askedMs));
    } else if (standingOf(order) === before) {
      await this.#noteAbsence(inquiry, askedMs);
    } else {
      inquiry.answered = false; // something was told in between: the answer is about what was before
    }
    // A cancel that was outstanding before the question, and still is, may never have arrived.
    const stillWorks = order.isWorking && order.pendingCancel?.requestId === cancelBefore;
    if (cancelBefore !== undefined && stillWorks && answer.kind !== "failed") repeatCancel(order);
  }

  async #noteAbsence(inquiry: Inquiry, askedMs: number): Promise<void> {
    const { order } = inquiry;
    if (!isKnownById(order) || order.isTerminal) return;
    if (this.#options.mayBeForgotten(order)) return;
    inquiry.answered = false; // an absence is confirmed or contradicted, not left standing
    if (askedMs < this.#provableMs(inquiry)) return;
    inquiry.absences = { count: (inquiry.absences?.count ?? 0) + 1, sinceMs: inquiry.absences?.sinceMs ?? askedMs };
    const { readLagMs } = this.#options.venueOf(order.account).capabilities;
    if (inquiry.absences.count < ABSENCES_FOR_PROOF || askedMs - inquiry.absences.sinceMs < readLagMs) return;
    await this.#concludeAbsence(order);
  }

  /** That the venue does not show an order denies none of its executions: they are booked first. */
  async #concludeAbsence(order: Order): Promise<void> {
    const { evidence, recorder, clock } = this.#options;
    const findings = new Findings(false, clock.monotonicMs());
    const { complete } = await evidence.pullFills(order.account, findings);
    if (!complete || order.isTerminal || recorder.ended !== undefined) return;
    const at = clock.now();
    const cause = "reconcile:evidence";
    if (order.isWorking) {
      const theirs = "no such order, and no execution that is not booked";
      evidence.note(
        order,
        findings,
        "missedEnd",
        order.status,
        theirs,
        "expired, inferred",
        "order query, more than once",
      );
    }
    const reason = order.isWorking ? "absentAtVenue" : "notPlaced";
    recorder.record([{ type: "orderExpired", orderId: order.id, reason, inferred: true, at, cause }]);
  }

  /**
   * On the monotonic clock: from when on an answer of absence says something. A venue without a discard deadline
   * gives no proof of a submit.
   */
  #provableMs({ order, quiet }: Inquiry): number {
    const { recorder, settings, intents, venueOf } = this.#options;
    const { discardAfterMs, readLagMs } = venueOf(order.account).capabilities;
    if (order.isWorking) return (quiet?.sinceMs ?? Number.POSITIVE_INFINITY) + readLagMs;
    if (discardAfterMs === undefined) return Number.POSITIVE_INFINITY;
    const budgetMs = Math.max(settings.sendBudgetMs, journaledBudgetMs(recorder.journal, order.id));
    return intents.placedMs(order) + budgetMs + discardAfterMs + readLagMs;
  }
}

/** The time that the order was given to be sent: the setting may have been another in an earlier life. */
function journaledBudgetMs(journal: Journal, orderId: OrderId): number {
  const submitted = journal.readOrder(orderId).findLast((event) => event.type === "orderSubmitted");
  return submitted?.type === "orderSubmitted" && submitted.sendBy !== undefined ? submitted.sendBy - submitted.at : 0;
}

/** One that we took over without an id that the venue would find it by cannot be asked for by name. */
function isKnownById(order: Order): boolean {
  return order.origin !== "EXTERNAL" || order.clientOrderId !== undefined;
}

/**
 * What the venue's facts have made of an order. Our own requests, and their refusals, are no part of it: a policy that
 * asks again and again would otherwise keep its absence from ever being proven.
 */
function standingOf({ status, cumulativeQuantity, venueOrderId, replacedVenueAt }: Order): string {
  return `${status} ${cumulativeQuantity} ${venueOrderId ?? ""} ${replacedVenueAt ?? ""}`;
}

/** Whether only the venue can say how it stands with an order. */
function isOpenQuestion({ order, answered }: Inquiry): boolean {
  if (order.isTerminal) return false;
  return !answered || isUnknown(order) || order.pendingCancel !== undefined || order.pendingReplace !== undefined;
}
