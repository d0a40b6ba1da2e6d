// Compares our books with the venue's and settles what is unknown, by evidence only: `found` and
// `absent` are evidence, a failed query is not, and absence counts only past the venue's own discard
// deadline, more than once. It never sends an order; a cancel, being idempotent, it may ask to repeat.

import type { ExecutionReport } from "../domain/execution-report.ts";
import type { AccountId, OrderId } from "../domain/identifiers.ts";
import { interpretReport } from "../domain/interpret-report.ts";
import type { Order } from "../domain/order.ts";
import type { Cause, DiscrepancyKind, OrderEvent } from "../domain/order-event.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Random } from "../runtime/random.ts";
import type { QueryResult, Venue, VenueFill, VenueOrder } from "../venues/venue.ts";
import { requestOf } from "./egress.ts";
import type { ReconcileReport } from "./engine-api.ts";
import { isUnknown } from "./engine-statistics.ts";
import type { OrderFinder } from "./order-finder.ts";
import { describeOrder } from "./orphans.ts";
import type { Outcomes } from "./outcomes.ts";
import type { Recorder } from "./recorder.ts";
import { backoffMs, DEFAULT_BACKOFF } from "./retry.ts";
import type { EngineSettings } from "./settings.ts";

/** Consecutive answers of absence that prove it, once the deadline has passed. */
const ABSENCES_FOR_PROOF = 2;

/** What happens to an open order at the venue that is not ours. */
export const ORPHAN_POLICIES = ["ignore", "observe", "adopt", "cancel"] as const;
export type OrphanPolicy = (typeof ORPHAN_POLICIES)[number];

export interface ReconcilerOptions {
  readonly recorder: Recorder;
  readonly finder: OrderFinder;
  readonly outcomes: () => Outcomes;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly settings: EngineSettings;
  readonly venueOf: (account: AccountId) => Venue;
  readonly orphanPolicyOf: (account: AccountId) => OrphanPolicy;
  /** Sends a pending cancel again: idempotent at every venue. */
  readonly repeatCancel: (order: Order) => void;
  readonly adopt: (found: VenueOrder) => void;
  readonly cancelOrphan: (found: VenueOrder) => void;
}

interface Inquiry {
  attempt: number;
  absences: number;
}

export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #inquiries = new Map<OrderId, Inquiry>();
  readonly #orphansSeen = new Set<string>();
  readonly #suspected = new Set<AccountId>();
  readonly #abort = new AbortController();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  close(): void {
    this.#abort.abort();
  }

  /** Asks the venue about an order until nothing about it is open or unknown. */
  resolve(order: Order): void {
    if (this.#inquiries.has(order.id)) return;
    this.#inquiries.set(order.id, { attempt: 0, absences: 0 });
    this.#askLater(order, this.#options.settings.unknownGraceMs);
  }

  /** Reads the account's fills soon: some that the venue counts are not booked. */
  suspect(account: AccountId): void {
    if (this.#suspected.has(account)) return;
    this.#suspected.add(account);
    this.#options.clock.schedule(this.#options.settings.unknownGraceMs, () => {
      this.#suspected.delete(account);
      this.#guard(
        this.#pullFills(account, new Findings(false)).then(() => undefined),
        "reading fills",
      );
    });
  }

  /** Asks the venue for an order of ours that the journal does not have. Records nothing. */
  async describe(account: AccountId, orderId: OrderId): Promise<Order | undefined> {
    const venue = this.#options.venueOf(account);
    const [instrument] = venue.instruments();
    if (instrument === undefined) return undefined;
    const request = { account, orderId, instrumentId: instrument.id };
    const answer = await this.#answered((signal) => venue.order(request, signal));
    return answer.kind === "found" ? describeOrder(orderId, answer.value, venue.id) : undefined;
  }

  /** Compares one account with its venue. A dry run records nothing and says what it would. */
  async reconcile(account: AccountId, trigger: string, dryRun = false): Promise<ReconcileReport> {
    const findings = new Findings(dryRun);
    const venue = this.#options.venueOf(account);
    const fillCursor = await this.#pullFills(account, findings);
    const open = await this.#query(findings, (signal) => venue.openOrders(account, signal));
    if (open !== undefined) {
      await this.#compareOpenOrders(account, open, findings);
      for (const found of open) if (this.#ownOrder(found) === undefined) this.#orphan(account, found, findings);
    }
    if (!dryRun) this.#completed(account, trigger, findings, fillCursor);
    return {
      account,
      dryRun,
      ordersChecked: findings.ordersChecked,
      fillsRead: findings.fillsRead,
      failedQueries: findings.failedQueries,
      findings: findings.list,
    };
  }

  async #compareOpenOrders(account: AccountId, open: readonly VenueOrder[], findings: Findings): Promise<void> {
    const byId = new Map(open.map((found) => [found.clientOrderId, found]));
    for (const order of [...this.#options.recorder.state.index.openOrdersOfAccount(account)]) {
      findings.ordersChecked++;
      const listed = byId.get(order.id);
      if (listed !== undefined) {
        await this.#agree(order, listed, findings);
        continue;
      }
      if (order.status === "created" || order.status === "validated") continue;
      // Absence from a list is not evidence: each missing order is asked for by name.
      const answer = await this.#ask(order);
      if (answer.kind === "found") await this.#agree(order, answer.value, findings);
      else if (answer.kind === "failed") findings.failedQueries++;
      else if (!findings.dryRun) this.resolve(order);
      else findings.add("unknown", `the venue does not show ${order.id}, which is ${order.status} here`, order.id);
    }
  }

  #completed(account: AccountId, trigger: string, findings: Findings, fillCursor: string | undefined): void {
    const { recorder, clock } = this.#options;
    if (recorder.halted !== undefined) return;
    recorder.record([
      {
        type: "reconcileCompleted",
        account,
        trigger,
        ordersChecked: findings.ordersChecked,
        fillsRead: findings.fillsRead,
        discrepancies: findings.list.length,
        failedQueries: findings.failedQueries,
        ...(fillCursor === undefined ? {} : { fillCursor }),
        at: clock.now(),
        cause: `reconcile:${trigger}`,
      },
    ]);
  }

  /** Books fills since the last known. @returns the cursor after them, unless the query failed. */
  async #pullFills(account: AccountId, findings: Findings): Promise<string | undefined> {
    const venue = this.#options.venueOf(account);
    let cursor = this.#options.recorder.state.account(account).fillCursor;
    for (;;) {
      const from = cursor;
      const fills = await this.#query(findings, (signal) => venue.fillsSince(account, from, signal));
      if (fills === undefined) return undefined;
      const last = fills.at(-1);
      if (last === undefined) return cursor;
      for (const fill of fills) this.#bookFound(fill, venue, findings);
      findings.fillsRead += fills.length;
      cursor = last.cursor;
    }
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
    if (order === undefined) return;
    const known = order.cumulativeQuantity;
    if (!this.#take(order, report, findings)) return;
    this.#note(
      order,
      findings,
      "missedFill",
      `executed ${known}`,
      `execution ${fill.executionId} of ${fill.quantity}`,
      "booked",
      "fills of the venue",
    );
  }

  /** Brings one order in line with what the venue's books say of it. */
  async #agree(order: Order, found: VenueOrder, findings: Findings): Promise<void> {
    if (found.cumulativeQuantity.gt(order.cumulativeQuantity)) await this.#pullFills(order.account, findings);
    const base = {
      venue: order.venue,
      account: order.account,
      instrumentId: order.instrumentId,
      orderId: order.id,
      venueOrderId: found.venueOrderId,
      venueAt: found.venueAt,
      cumulativeQuantity: found.cumulativeQuantity,
    };
    if (found.status === "working") {
      this.#take(order, { ...base, kind: "acknowledged" }, findings);
      this.#agreeOnReplace(order, found, base, findings);
      return;
    }
    const before = order.status;
    const ended: ExecutionReport = {
      ...base,
      kind: "ended",
      status: found.status,
      reason: found.endReason ?? "ended at the venue",
    };
    if (this.#take(order, ended, findings) && before !== "submitted") {
      this.#note(order, findings, "missedEnd", before, found.status, "taken over", "order query");
    }
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
    if (this.#options.clock.now() < this.#absenceProvableAt(order, pending.requestedAt)) return;
    this.#take(order, { ...base, kind: "requestRejected", request: "replace", reason: "notApplied" }, findings);
  }

  /** Applies a report, or in a dry run says what it would do. @returns whether it changes anything. */
  #take(order: Order, report: ExecutionReport, findings: Findings): boolean {
    const cause: Cause = "reconcile:query";
    const { events } = interpretReport(order, report, { at: this.#options.clock.now(), cause });
    if (events.length === 0) return false;
    if (findings.dryRun) for (const event of events) findings.add(event.type, `would record ${event.type}`, order.id);
    else this.#options.outcomes().apply(order, report, cause);
    return true;
  }

  #orphan(account: AccountId, found: VenueOrder, findings: Findings): void {
    const policy = this.#options.orphanPolicyOf(account);
    if (policy === "ignore") return;
    const text = `${found.side} ${found.quantity ?? found.notional ?? ""} ${found.instrumentId} works at the venue and is not ours`;
    if (findings.dryRun) {
      findings.add("unknownOrder", `${text}; policy ${policy}`);
      return;
    }
    if (policy === "adopt") this.#options.adopt(found);
    else if (policy === "cancel") this.#options.cancelOrphan(found);
    if (this.#orphansSeen.has(found.venueOrderId)) return;
    this.#orphansSeen.add(found.venueOrderId);
    findings.add("unknownOrder", `${text}; policy ${policy}`);
    this.#record({
      type: "discrepancyFound",
      account,
      kind: "unknownOrder",
      ours: "no such order",
      theirs: `${text} (${found.venueOrderId})`,
      conclusion: policy,
      evidence: "open orders of the venue",
    });
  }

  #askLater(order: Order, delayMs: number): void {
    this.#options.clock.schedule(delayMs, () => this.#guard(this.#inquire(order), "asking about an order"));
  }

  async #inquire(order: Order): Promise<void> {
    const inquiry = this.#inquiries.get(order.id);
    if (inquiry === undefined) return;
    if (!needsAnswer(order) || this.#options.recorder.halted !== undefined || this.#abort.signal.aborted) {
      this.#inquiries.delete(order.id);
      return;
    }
    inquiry.attempt++;
    const answer = await this.#ask(order);
    if (answer.kind === "found") {
      inquiry.absences = 0;
      await this.#agree(order, answer.value, new Findings(false));
      if (order.isWorking && order.pendingCancel !== undefined) this.#options.repeatCancel(order);
    } else if (answer.kind === "absent") {
      inquiry.absences++;
      this.#concludeAbsence(order, inquiry);
    }
    if (!needsAnswer(order)) {
      this.#inquiries.delete(order.id);
      return;
    }
    const { settings, random } = this.#options;
    this.#askLater(
      order,
      backoffMs(
        inquiry.attempt,
        { ...DEFAULT_BACKOFF, baseMs: settings.unknownGraceMs, maxMs: settings.unknownRetryMaxMs },
        random,
      ),
    );
  }

  #concludeAbsence(order: Order, inquiry: Inquiry): void {
    if (order.status !== "submitted" || inquiry.absences < ABSENCES_FOR_PROOF) return;
    const { clock } = this.#options;
    if (clock.now() < this.#absenceProvableAt(order, order.submittedAt ?? order.createdAt)) return;
    this.#record({ type: "orderExpired", orderId: order.id, reason: "notPlaced", inferred: true });
  }

  /** The instant after which a request sent at `sentAt` can no longer take effect or stay unseen. */
  #absenceProvableAt(order: Order, sentAt: number): number {
    const { settings } = this.#options;
    const { discardAfterMs, readLagMs } = this.#options.venueOf(order.account).capabilities;
    if (discardAfterMs === undefined) return Number.POSITIVE_INFINITY;
    return sentAt + settings.sendBudgetMs + discardAfterMs + readLagMs;
  }

  #ask(order: Order): Promise<QueryResult<VenueOrder>> {
    return this.#answered((signal) => this.#options.venueOf(order.account).order(requestOf(order), signal));
  }

  async #query<T>(findings: Findings, ask: (signal: AbortSignal) => Promise<QueryResult<T>>): Promise<T | undefined> {
    const answer = await this.#answered(ask);
    if (answer.kind === "found") return answer.value;
    if (answer.kind === "failed") findings.failedQueries++;
    return undefined;
  }

  #ownOrder(found: VenueOrder): Order | undefined {
    const { finder } = this.#options;
    return found.clientOrderId === undefined
      ? finder.inMemory(found.venueOrderId, found.account)
      : (finder.inMemory(found.clientOrderId, found.account) ?? finder.inMemory(found.venueOrderId, found.account));
  }

  #note(
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
    this.#record({
      type: "discrepancyFound",
      orderId: order.id,
      account: order.account,
      kind,
      ours,
      theirs,
      conclusion,
      evidence,
    });
  }

  #record(event: OrderEvent): void {
    this.#options.recorder.record([{ ...event, at: this.#options.clock.now(), cause: "reconcile:evidence" }]);
  }

  /** Asks with a deadline: a venue that does not answer, or an adapter that throws, has failed the query. */
  async #answered<T>(ask: (signal: AbortSignal) => Promise<QueryResult<T>>): Promise<QueryResult<T>> {
    const { clock, settings } = this.#options;
    const abort = new AbortController();
    const stop = (): void => abort.abort();
    this.#abort.signal.addEventListener("abort", stop);
    const cancelTimer = clock.schedule(settings.queryTimeoutMs, stop);
    const silence = new Promise<QueryResult<T>>((resolve) => {
      abort.signal.addEventListener("abort", () => resolve({ kind: "failed", reason: "no answer in time" }));
    });
    try {
      return await Promise.race([ask(abort.signal), silence]);
    } catch (error) {
      return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
    } finally {
      cancelTimer();
      this.#abort.signal.removeEventListener("abort", stop);
    }
  }

  /** One order that cannot be settled never stops the rest: what went wrong is told, and asked again later. */
  #guard(work: Promise<void>, what: string): void {
    work.catch((error: unknown) => this.#options.logger.error({ error, what }, "reconciliation failed"));
  }
}

/** What one run has seen. */
class Findings {
  readonly dryRun: boolean;
  readonly list: ReconcileReport["findings"][number][] = [];
  ordersChecked = 0;
  fillsRead = 0;
  failedQueries = 0;

  constructor(dryRun: boolean) {
    this.dryRun = dryRun;
  }

  add(kind: string, text: string, orderId?: OrderId): void {
    this.list.push({ kind, text, ...(orderId === undefined ? {} : { orderId }) });
  }
}

/** Whether only the venue can say how it stands with an order. */
function needsAnswer(order: Order): boolean {
  return (
    order.isActive && (isUnknown(order) || order.pendingCancel !== undefined || order.pendingReplace !== undefined)
  );
}
