// What a venue's answers mean for our books: its fills and its orders become reports, each difference is
// recorded with what was concluded and from which evidence. Which questions are asked, and when, is in
// reconciler.ts and inquiries.ts.

import type { ExecutionReport } from "../domain/execution-report.ts";
import { type Fill, fillKey } from "../domain/fill.ts";
import type { AccountId, OrderId, VenueOrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import type { Cause, DiscrepancyKind } from "../domain/order-event.ts";
import { contradictionKey } from "../domain/order-fold.ts";
import type { Clock } from "../runtime/clock.ts";
import type { QueryResult, Venue, VenueFill, VenueOrder } from "../venues/venue.ts";
import type { Findings } from "./findings.ts";
import { describeBoth, isFillOfAnother, isOfAnother } from "./held-id.ts";
import type { HistoryGaps } from "./history-gaps.ts";
import type { OrderFinder } from "./order-finder.ts";
import type { Outcomes } from "./outcomes.ts";
import type { Questions } from "./questions.ts";
import type { Recorder } from "./recorder.ts";
import { type Shortfalls, totalOf } from "./shortfalls.ts";

const CAUSE: Cause = "reconcile:query";

export interface EvidenceOptions {
  readonly recorder: Recorder;
  readonly finder: OrderFinder;
  readonly outcomes: Outcomes;
  readonly questions: Questions;
  readonly shortfalls: Shortfalls;
  readonly gaps: HistoryGaps;
  readonly clock: Clock;
  readonly venueOf: (account: AccountId) => Venue;
  /** On the monotonic clock: when the order's replace can no longer take effect, nor stay unseen when it has. */
  readonly replaceSettledMs: (order: Order) => number;
  /** Fills of an order that is not ours. */
  readonly foreignFill: (found: VenueFill, findings: Findings) => void;
  /** Reads one execution of a venue's page; nothing for one that cannot be believed. */
  readonly readFill: (account: AccountId, words: unknown) => VenueFill | undefined;
}

/** Which fills to read; by default all of the account since the last that is on record. */
export interface FillRange {
  readonly from?: "start";
  readonly venueOrderIds?: readonly VenueOrderId[];
}

export class Evidence {
  readonly #options: EvidenceOptions;

  constructor(options: EvidenceOptions) {
    this.#options = options;
  }

  /** Asks, and counts a question without an answer. @returns the value, when there is one. */
  async query<T>(
    account: AccountId,
    findings: Findings,
    question: (signal: AbortSignal) => Promise<QueryResult<T>>,
  ): Promise<T | undefined> {
    const answer = await this.#options.questions.ask(account, question);
    if (answer.kind === "found") return answer.value;
    findings.failedQueries++;
    return undefined;
  }

  /** Books fills since the last known. @returns whether every question had an answer, and the cursor after them. */
  async pullFills(
    account: AccountId,
    findings: Findings,
    range: FillRange = {},
  ): Promise<{ readonly complete: boolean; readonly cursor?: string }> {
    const { shortfalls, clock, venueOf, recorder } = this.#options;
    const venue = venueOf(account);
    const begunAt = clock.monotonicMs();
    let cursor = range.from === "start" ? undefined : recorder.state.account(account).fillCursor;
    /** Where the first execution is that could not be read: the record goes no further, so that it is read again. */
    let unread: { readonly cursor?: string } | undefined;
    for (;;) {
      const from = cursor;
      const fills = await this.query(account, findings, (signal) => venue.fillsSince(account, from, signal));
      if (fills === undefined) return { complete: false };
      for (const words of fills) {
        const found = this.#options.readFill(account, words);
        if (found === undefined) {
          unread ??= cursor === undefined ? {} : { cursor };
          continue;
        }
        cursor = found.cursor;
        if (range.venueOrderIds?.includes(found.fill.venueOrderId) !== false) this.#bookFound(found, venue, findings);
      }
      findings.fillsRead += fills.length;
      // A venue that does not move on has told all that it will.
      if (cursor !== from) continue;
      if (unread !== undefined) return { complete: false, ...unread };
      if (!findings.dryRun && range.venueOrderIds === undefined) shortfalls.wereRead(account, begunAt);
      return { complete: true, ...(cursor === undefined ? {} : { cursor }) };
    }
  }

  /** Brings one order in line with what the venue's books say of it. */
  async agree(order: Order, found: VenueOrder, findings: Findings): Promise<void> {
    if (isOfAnother(order, found)) {
      this.#noteHeldId(order, found, findings);
      return;
    }
    if (findings.dryRun) foreseeShortfall(order, found, findings);
    else {
      this.#options.gaps.found(order);
      this.#options.shortfalls.note(order, totalOf(found));
      if (found.cumulativeQuantity.gt(order.cumulativeQuantity)) await this.pullFills(order.account, findings);
    }
    const base = {
      venue: order.venue,
      account: order.account,
      instrumentId: order.instrumentId,
      orderId: order.id,
      venueOrderId: found.venueOrderId,
      // A record that shows the terms of the last replace is not older than it, whatever it was dated with.
      venueAt: showsTermsOf(order, found) ? Math.max(found.venueAt, order.replacedVenueAt ?? 0) : found.venueAt,
      cumulativeQuantity: found.cumulativeQuantity,
      ...(found.averagePrice === undefined ? {} : { averagePrice: found.averagePrice }),
    };
    if (found.status === "working") {
      this.#take(order, { ...base, kind: "acknowledged" }, findings);
      this.#agreeOnReplace(order, found, base, findings);
      return;
    }
    const before = order.status;
    const wasMissed = order.isWorking && order.pendingCancel === undefined;
    const reason = found.endReason ?? "ended at the venue";
    const took = this.#take(order, { ...base, kind: "ended", status: found.status, reason }, findings);
    if (took && wasMissed) this.note(order, findings, "missedEnd", before, found.status, "taken over", "order query");
  }

  /** Books what the venue counts and shows no execution of; the real one takes its place when it comes. */
  bookInferred(order: Order, fill: Fill): void {
    const { venue, account, instrumentId, id: orderId } = order;
    const { venueOrderId, venueAt } = fill;
    const about = { venue, account, instrumentId, orderId, venueOrderId, venueAt };
    this.#options.outcomes.apply(order, { ...about, kind: "fill", fill }, "reconcile:evidence");
  }

  /** Tells a difference, and records it unless the run is dry. */
  note(
    order: Order,
    findings: Findings,
    kind: DiscrepancyKind,
    ours: string,
    theirs: string,
    conclusion: string,
    evidence: string,
  ): void {
    findings.add(kind, `${ours} here, ${theirs} at the venue: ${conclusion}`, order.id);
    if (findings.dryRun) return;
    const { recorder, clock } = this.#options;
    const about = { orderId: order.id, account: order.account };
    recorder.record([
      {
        type: "discrepancyFound",
        ...about,
        kind,
        ours,
        theirs,
        conclusion,
        evidence,
        at: clock.now(),
        cause: "reconcile:evidence",
      },
    ]);
  }

  #bookFound(found: VenueFill, venue: Venue, findings: Findings): void {
    const { account, instrumentId, fill } = found;
    const report: ExecutionReport = {
      kind: "fill",
      venue: venue.id,
      account,
      instrumentId,
      venueOrderId: fill.venueOrderId,
      venueAt: fill.venueAt,
      fill,
      ...(found.clientOrderId === undefined ? {} : { orderId: found.clientOrderId as OrderId }),
    };
    const order = this.#options.finder.ofReport(report);
    if (order === undefined) {
      this.#options.foreignFill(found, findings);
      return;
    }
    if (isFillOfAnother(order, found)) {
      this.#noteHeldId(order, found, findings);
      return;
    }
    const known = order.cumulativeQuantity;
    const isRepeat = order.fills.has(fillKey(fill));
    if (!this.#take(order, report, findings) || isRepeat) return;
    if (findings.dryRun) findings.foresee(order.id, fill.quantity);
    this.note(
      order,
      findings,
      "missedFill",
      `executed ${known}`,
      `execution ${fill.executionId} of ${fill.quantity}`,
      "booked",
      "fills of the venue",
    );
  }

  /** Under our id the venue has another order. An order of ours that it refused for that has ended with it. */
  #noteHeldId(order: Order, found: VenueOrder | VenueFill, findings: Findings): void {
    const { ours, theirs } = describeBoth(order, found);
    if (!order.contradictions.has(contradictionKey({ kind: "contradiction", ours, theirs })))
      this.note(order, findings, "contradiction", ours, theirs, "another order: nothing is booked", "its terms");
    if (order.status !== "submitted" || !this.#wasDuplicate(order)) return;
    const { venue, account, instrumentId, id: orderId } = order;
    const about = { venue, account, instrumentId, orderId, venueAt: this.#options.clock.now() };
    this.#take(order, { ...about, kind: "ended", status: "rejected", reason: "duplicateOrderId" }, findings);
  }

  /** Whether the venue refused the submit because it has the id already. */
  #wasDuplicate(order: Order): boolean {
    return this.#options.recorder.journal
      .readOrder(order.id)
      .some((event) => event.type === "orderOutcomeUnknown" && event.reason === "duplicateOrderId");
  }

  #agreeOnReplace(
    order: Order,
    found: VenueOrder,
    base: Omit<Extract<ExecutionReport, { kind: "replaced" }>, "kind" | "replace">,
    findings: Findings,
  ): void {
    const pending = order.pendingReplace;
    if (pending === undefined) return;
    const { quantity, price, triggerPrice } = pending.replace;
    const applied =
      (quantity === undefined || found.quantity?.eq(quantity) === true) &&
      (price === undefined || found.price?.eq(price) === true) &&
      (triggerPrice === undefined || found.triggerPrice?.eq(triggerPrice) === true);
    if (applied) {
      this.#take(order, { ...base, kind: "replaced", replace: pending.replace }, findings);
      return;
    }
    if (findings.sinceMs < this.#options.replaceSettledMs(order)) return;
    const { requestId } = pending;
    this.#take(
      order,
      { ...base, kind: "requestRejected", request: "replace", requestId, reason: "notApplied" },
      findings,
    );
  }

  /** Applies a report, or in a dry run says what it would do. @returns whether it changes anything. */
  #take(order: Order, report: ExecutionReport, findings: Findings): boolean {
    const { outcomes } = this.#options;
    if (!findings.dryRun) return outcomes.apply(order, report, CAUSE);
    const { events } = outcomes.interpret(order, report, CAUSE);
    for (const event of events) findings.add(event.type, `would record ${event.type}`, order.id);
    return events.length > 0;
  }
}

function foreseeShortfall(order: Order, found: VenueOrder, findings: Findings): void {
  const booked = order.cumulativeQuantity.add(findings.foreseen(order.id));
  if (!found.cumulativeQuantity.gt(booked)) return;
  const text = `the venue counts ${found.cumulativeQuantity} executed of ${order.id} and shows executions of ${booked}`;
  findings.add("unsettled", text, order.id);
}

function showsTermsOf(order: Order, { quantity, price, triggerPrice }: VenueOrder): boolean {
  return (
    order.quantity !== undefined &&
    quantity?.eq(order.quantity) === true &&
    (order.price === undefined || price?.eq(order.price) === true) &&
    (order.triggerPrice === undefined || triggerPrice?.eq(order.triggerPrice) === true)
  );
}
