// Compares an account's books with the venue's: its fills, its open orders, each order of ours that is not among
// them, and what it holds. Settling a single order is in inquiries.ts, what an answer means in evidence.ts, totals
// without executions in shortfalls.ts, and times that the venue forgot in history-gaps.ts. It never sends an order.

import type { Decimal } from "../domain/decimal.ts";
import type { ExecutionReport } from "../domain/execution-report.ts";
import type { AccountId, OrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import type { CancelTimer, Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Random } from "../runtime/random.ts";
import type { Venue, VenueFill, VenueOrder } from "../venues/venue.ts";
import type { Cases } from "./cases.ts";
import type { ReconcileReport } from "./engine-api.ts";
import { Evidence } from "./evidence.ts";
import { Findings } from "./findings.ts";
import { describeOrder } from "./found-order.ts";
import { HistoryGaps } from "./history-gaps.ts";
import { Inquiries } from "./inquiries.ts";
import type { IntentTimes } from "./intent-times.ts";
import type { OrderFinder } from "./order-finder.ts";
import type { Orphans } from "./orphans.ts";
import type { Outcomes } from "./outcomes.ts";
import { PositionCheck } from "./position-check.ts";
import { Questions } from "./questions.ts";
import type { Recorder } from "./recorder.ts";
import { backoffMs, DEFAULT_BACKOFF } from "./retry.ts";
import { requestOf } from "./send-job.ts";
import type { EngineSettings } from "./settings.ts";
import { Shortfalls } from "./shortfalls.ts";

/** What happens to an open order at the venue that is not ours. */
export const ORPHAN_POLICIES = ["ignore", "observe", "adopt", "cancel"] as const;
export type OrphanPolicy = (typeof ORPHAN_POLICIES)[number];

export interface ReconcilerOptions {
  readonly recorder: Recorder;
  readonly finder: OrderFinder;
  readonly outcomes: Outcomes;
  readonly orphans: Orphans;
  readonly cases: Cases;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly settings: EngineSettings;
  readonly intents: IntentTimes;
  readonly venueOf: (account: AccountId) => Venue;
  /** Takes a question from the message budget of the account's venue. @returns `true`, or how long to wait. */
  readonly admit: (account: AccountId) => true | number;
  readonly repeatCancel: (order: Order) => void;
  /** The account's stream has been heard without a break since its books were last compared. */
  readonly isCurrent: (account: AccountId) => boolean;
  /** Reads one execution of a venue's page; nothing for one that cannot be believed. */
  readonly readFill: (account: AccountId, words: unknown) => VenueFill | undefined;
}

export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #questions: Questions;
  readonly #evidence: Evidence;
  readonly #inquiries: Inquiries;
  readonly #shortfalls: Shortfalls;
  readonly #gaps: HistoryGaps;
  readonly #positions: PositionCheck;
  /** The last comparison of each account, done or under way: the next one follows it. */
  readonly #last = new Map<AccountId, Promise<unknown>>();
  readonly #running = new Map<AccountId, number>();
  /** Ends of waits: of accounts whose fills are to be read, and of accounts under suspicion. */
  readonly #fillsWanted = new Map<AccountId, CancelTimer>();
  readonly #suspected = new Map<AccountId, CancelTimer>();
  /** On the monotonic clock, when each account was last compared on suspicion. */
  readonly #suspectedAt = new Map<AccountId, number>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    const { settings, clock, venueOf, orphans } = options;
    this.#questions = new Questions({
      clock,
      timeoutMs: settings.queryTimeoutMs,
      admit: options.admit,
      logger: options.logger,
    });
    const questions = this.#questions;
    this.#gaps = new HistoryGaps(options);
    this.#positions = new PositionCheck(options);
    this.#shortfalls = new Shortfalls({
      ...options,
      questions,
      evidence: () => this.#evidence,
      fillsMissing: (order) => this.fillsMissing(order),
    });
    this.#evidence = new Evidence({
      ...options,
      questions,
      shortfalls: this.#shortfalls,
      gaps: this.#gaps,
      replaceSettledMs: (order) => {
        const { discardAfterMs, readLagMs } = venueOf(order.account).capabilities;
        const sentByMs = options.intents.replacedMs(order) + settings.sendBudgetMs;
        return sentByMs + (discardAfterMs ?? Number.POSITIVE_INFINITY) + readLagMs;
      },
      foreignFill: (found, findings) => orphans.foreignFill(found, findings),
    });
    this.#inquiries = new Inquiries({
      ...options,
      questions,
      evidence: this.#evidence,
      mayBeForgotten: (order) => this.#gaps.covers(order),
    });
  }

  /** Ends what is under way, and asks nothing more. */
  close(): void {
    this.#questions.close();
    this.#inquiries.close();
    this.#shortfalls.close();
    for (const waits of [this.#fillsWanted, this.#suspected]) {
      for (const cancelTimer of waits.values()) cancelTimer();
      waits.clear();
    }
  }

  /** Asks the venue about an order until nothing about it is open or unknown. */
  resolve(order: Order): void {
    this.#inquiries.resolve(order);
  }

  /** The venue counts more of the order than is booked: the account's fills are read soon. */
  fillsMissing(order: Order, report?: ExecutionReport): void {
    const quantity = report?.cumulativeQuantity ?? order.venueCumulativeQuantity;
    const averagePrice = report?.averagePrice;
    if (quantity !== undefined)
      this.#shortfalls.note(order, { quantity, ...(averagePrice === undefined ? {} : { averagePrice }) });
    this.#readFillsSoon(order.account, 1);
  }

  /** What the venue counts as executed of the order, where it has told. */
  venueTotal(order: Order): Decimal | undefined {
    return this.#shortfalls.totalOf(order) ?? order.venueCumulativeQuantity;
  }

  /** The orders of an account that its venue may have forgotten: only a person can end them. */
  forgottenOrders(account: AccountId): readonly Order[] {
    return this.#gaps.orders(account);
  }

  /**
   * Compares the account's books soon, because something makes them doubtful. However often that is said, at most one
   * comparison comes of it in {@link EngineSettings.unknownRetryMaxMs}.
   *
   * @param reason - a short phrase; on record as what triggered the comparison.
   */
  suspect(account: AccountId, reason: string): void {
    if (this.#suspected.has(account) || this.#questions.isClosed) return;
    const { clock, settings, venueOf } = this.#options;
    const sinceLast = clock.monotonicMs() - (this.#suspectedAt.get(account) ?? Number.NEGATIVE_INFINITY);
    const { readLagMs } = venueOf(account).capabilities;
    const waitMs = Math.max(settings.unknownGraceMs, readLagMs, settings.unknownRetryMaxMs - sinceLast);
    const compare = (): void => {
      this.#suspected.delete(account);
      this.#suspectedAt.set(account, clock.monotonicMs());
      void this.#compareSuspect(account, reason);
    };
    this.#suspected.set(account, clock.schedule(waitMs, compare));
  }

  /** Never rejects. */
  async #compareSuspect(account: AccountId, reason: string): Promise<void> {
    try {
      await this.reconcile(account, reason);
    } catch (error) {
      if (this.#options.recorder.ended === undefined)
        this.#options.logger.error({ account, reason, error }, "reconciliation failed");
    }
  }

  #readFillsSoon(account: AccountId, attempt: number): void {
    if (this.#fillsWanted.has(account) || this.#questions.isClosed) return;
    const { clock, settings, random, venueOf } = this.#options;
    const backoff = { ...DEFAULT_BACKOFF, baseMs: settings.unknownGraceMs, maxMs: settings.unknownRetryMaxMs };
    const waitMs = Math.max(backoffMs(attempt, backoff, random), venueOf(account).capabilities.readLagMs);
    this.#fillsWanted.set(
      account,
      clock.schedule(waitMs, () => {
        this.#fillsWanted.delete(account);
        void this.#readFills(account, attempt);
      }),
    );
  }

  /** Asks the venue for an order of ours that the journal does not have. Records nothing. */
  async describe(account: AccountId, orderId: OrderId, caller?: AbortSignal): Promise<Order | undefined> {
    const venue = this.#options.venueOf(account);
    const [instrument] = venue.instruments();
    if (instrument === undefined) return undefined;
    const request = { account, orderId, instrumentId: instrument.id };
    const answer = await this.#questions.ask(account, (signal) =>
      venue.order(request, caller === undefined ? signal : AbortSignal.any([signal, caller])),
    );
    return answer.kind === "found" ? describeOrder(orderId, answer.value, venue.id) : undefined;
  }

  isRunning(account: AccountId): boolean {
    return this.#running.has(account);
  }

  /** Compares one account with its venue, after the comparison that is under way. A dry run records nothing and says what it would. */
  reconcile(account: AccountId, trigger: string, dryRun = false): Promise<ReconcileReport> {
    this.#running.set(account, (this.#running.get(account) ?? 0) + 1);
    const done = (): void => {
      const left = (this.#running.get(account) ?? 1) - 1;
      if (left === 0) this.#running.delete(account);
      else this.#running.set(account, left);
    };
    const before = this.#last.get(account) ?? Promise.resolve();
    const run = before.then(() => this.#compare(account, trigger, dryRun)).finally(done);
    this.#last.set(
      account,
      run.catch(() => undefined), // told to whoever asked; the next one starts all the same
    );
    return run;
  }

  /** Cancels what rests on the venue account and is not ours. @returns whether the venue could be asked. */
  async cancelStrangers(account: AccountId): Promise<boolean> {
    const findings = new Findings(false, this.#options.clock.monotonicMs());
    const open = await this.#evidence.query(account, findings, (signal) =>
      this.#options.venueOf(account).openOrders(account, signal),
    );
    if (open === undefined || this.#options.recorder.ended !== undefined) return false;
    this.#options.orphans.handle(account, this.#strangersAmong(account, open), findings, "cancel");
    return true;
  }

  async #compare(account: AccountId, trigger: string, dryRun: boolean): Promise<ReconcileReport> {
    const findings = new Findings(dryRun, this.#options.clock.monotonicMs());
    const venue = this.#options.venueOf(account);
    this.#gaps.notice(account, findings);
    const { cursor } = await this.#evidence.pullFills(account, findings);
    const open = await this.#evidence.query(account, findings, (signal) => venue.openOrders(account, signal));
    if (open !== undefined) {
      await this.#compareOurs(account, open, findings);
      const adopted = this.#options.orphans.handle(account, this.#strangersAmong(account, open), findings);
      for (const { order, found } of adopted) await this.#bookHistory(order, found, findings);
    }
    await this.#comparePositions(account, findings);
    if (!findings.dryRun) this.#completed(account, trigger, findings, cursor);
    return findings.report(account, this.#openCases(account));
  }

  /** Only where all else was read, and no open question could explain a difference. */
  async #comparePositions(account: AccountId, findings: Findings): Promise<void> {
    const { venueOf, recorder } = this.#options;
    const venue = venueOf(account);
    if (venue.positions === undefined || findings.failedQueries > 0 || !this.#isExplained(account)) return;
    const answer = await this.#questions.ask(
      account,
      async (signal) => (await venue.positions?.(account, signal)) ?? { kind: "absent" },
    );
    if (answer.kind === "failed") findings.failedQueries++;
    if (answer.kind !== "found" || recorder.ended !== undefined || !this.#isExplained(account)) return;
    this.#positions.compare(account, answer.value, findings);
  }

  #isExplained(account: AccountId): boolean {
    if (this.#shortfalls.hasAny(account) || this.#gaps.orders(account).length > 0) return false;
    for (const order of this.#options.recorder.state.index.openOrdersOfAccount(account)) {
      if (!order.isWorking || order.pendingCancel !== undefined || order.pendingReplace !== undefined) return false;
    }
    return true;
  }

  #openCases(account: AccountId): number {
    let count = 0;
    for (const opened of this.#options.recorder.state.cases.values()) if (opened.account === account) count++;
    return count;
  }

  /** Each order that is open here, and each one of the list: an end that only we concluded may be among them. */
  async #compareOurs(account: AccountId, open: readonly VenueOrder[], findings: Findings): Promise<void> {
    const listed = new Map<Order, VenueOrder>();
    for (const found of open) {
      const order = this.#ours(account, found);
      if (order !== undefined) listed.set(order, found);
    }
    const { index } = this.#options.recorder.state;
    for (const order of new Set([...index.openOrdersOfAccount(account), ...listed.keys()])) {
      findings.ordersChecked++;
      try {
        await this.#compareOne(order, listed.get(order), findings);
      } catch (error) {
        // One order that cannot be compared never stops the rest.
        if (this.#options.recorder.ended !== undefined) throw error;
        this.#options.logger.error({ orderId: order.id, error }, "an order cannot be compared with the venue");
      }
    }
  }

  async #compareOne(order: Order, listed: VenueOrder | undefined, findings: Findings): Promise<void> {
    if (listed !== undefined) {
      await this.#evidence.agree(order, listed, findings);
      return;
    }
    if (order.isTerminal || order.status === "created" || order.status === "validated") return;
    // Absence from a list is not evidence: each missing order is asked for by name.
    const answer = await this.#questions.ask(order.account, (signal) =>
      this.#options.venueOf(order.account).order(requestOf(order), signal),
    );
    if (answer.kind === "found") await this.#evidence.agree(order, answer.value, findings);
    else if (answer.kind === "failed") this.#noteFailure(order, answer, findings);
    else if (!findings.dryRun) this.resolve(order);
    else findings.add("unknown", `the venue does not show ${order.id}, which is ${order.status} here`, order.id);
  }

  /** An unreadable answer would come again: its order alone goes on being asked about, and keeps its reserve. */
  #noteFailure(order: Order, { unreadable }: { readonly unreadable?: true }, findings: Findings): void {
    findings.failedQueries++;
    if (unreadable === undefined) return;
    findings.unreadableAnswers++;
    if (!findings.dryRun) this.resolve(order);
  }

  /** An order that was taken over brings the executions that it had before. */
  async #bookHistory(order: Order, found: VenueOrder, findings: Findings): Promise<void> {
    if (found.cumulativeQuantity.isZero()) return;
    await this.#evidence.pullFills(order.account, findings, { from: "start", venueOrderIds: [found.venueOrderId] });
  }

  /** A list that was read page by page while orders changed may have one of them twice. */
  #strangersAmong(account: AccountId, open: readonly VenueOrder[]): readonly VenueOrder[] {
    const strangers = new Map<string, VenueOrder>();
    for (const found of open) {
      if (this.#ours(account, found) === undefined)
        strangers.set(`${found.instrumentId}\n${found.venueOrderId}`, found);
    }
    return [...strangers.values()];
  }

  /** The order that a venue lists, if it is ours: one that memory has forgotten too, since lists may be old. */
  #ours(account: AccountId, { clientOrderId, venueOrderId, instrumentId }: VenueOrder): Order | undefined {
    const orderId = clientOrderId as OrderId | undefined;
    return this.#options.finder.ofReport({
      account,
      instrumentId,
      venueOrderId,
      ...(orderId === undefined ? {} : { orderId }),
    });
  }

  #completed(account: AccountId, trigger: string, findings: Findings, fillCursor: string | undefined): void {
    const { recorder, clock } = this.#options;
    recorder.record([
      {
        type: "reconcileCompleted",
        account,
        trigger,
        ordersChecked: findings.ordersChecked,
        fillsRead: findings.fillsRead,
        discrepancies: findings.count,
        failedQueries: findings.failedQueries,
        ...(fillCursor === undefined ? {} : { fillCursor }),
        at: clock.now(),
        cause: `reconcile:${trigger}`,
      },
    ]);
  }

  /** Never rejects. */
  async #readFills(account: AccountId, attempt: number): Promise<void> {
    try {
      const findings = new Findings(false, this.#options.clock.monotonicMs());
      const { complete } = await this.#evidence.pullFills(account, findings);
      if (!complete) this.#readFillsSoon(account, attempt + 1);
    } catch (error) {
      this.#options.logger.error({ account, error }, "fills cannot be read");
    }
  }
}
