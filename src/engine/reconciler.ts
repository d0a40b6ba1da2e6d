// Compares an account's books with the venue's: its fills, its open orders, and each order of ours that is
// not among them. Settling a single order is in inquiries.ts, what an answer means in evidence.ts. It never
// sends an order.

import type { AccountId, OrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Random } from "../runtime/random.ts";
import type { Venue, VenueOrder } from "../venues/venue.ts";
import type { ReconcileReport } from "./engine-api.ts";
import { Evidence } from "./evidence.ts";
import { Findings } from "./findings.ts";
import { describeOrder } from "./found-order.ts";
import { Inquiries } from "./inquiries.ts";
import type { OrderFinder } from "./order-finder.ts";
import type { Orphans } from "./orphans.ts";
import type { Outcomes } from "./outcomes.ts";
import { Questions } from "./questions.ts";
import type { Recorder } from "./recorder.ts";
import { backoffMs, DEFAULT_BACKOFF } from "./retry.ts";
import { requestOf } from "./send-job.ts";
import type { EngineSettings } from "./settings.ts";

/** What happens to an open order at the venue that is not ours. */
export const ORPHAN_POLICIES = ["ignore", "observe", "adopt", "cancel"] as const;
export type OrphanPolicy = (typeof ORPHAN_POLICIES)[number];

export interface ReconcilerOptions {
  readonly recorder: Recorder;
  readonly finder: OrderFinder;
  readonly outcomes: Outcomes;
  readonly orphans: Orphans;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly settings: EngineSettings;
  readonly venueOf: (account: AccountId) => Venue;
  /** Takes a question from the message budget of the account's venue. @returns `true`, or how long to wait. */
  readonly admit: (account: AccountId) => true | number;
  readonly repeatCancel: (order: Order) => void;
}

export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #questions: Questions;
  readonly #evidence: Evidence;
  readonly #inquiries: Inquiries;
  /** The last comparison of each account, done or under way: the next one follows it. */
  readonly #last = new Map<AccountId, Promise<unknown>>();
  readonly #running = new Map<AccountId, number>();
  readonly #suspected = new Map<AccountId, () => void>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    const { settings, clock, venueOf, orphans } = options;
    this.#questions = new Questions({
      clock,
      timeoutMs: settings.queryTimeoutMs,
      admit: options.admit,
      logger: options.logger,
    });
    this.#evidence = new Evidence({
      ...options,
      questions: this.#questions,
      settledBy: (account, sentAt) => {
        const { discardAfterMs, readLagMs } = venueOf(account).capabilities;
        return sentAt + settings.sendBudgetMs + (discardAfterMs ?? Number.POSITIVE_INFINITY) + readLagMs;
      },
      foreignFill: (found, findings) => orphans.foreignFill(found, findings),
    });
    this.#inquiries = new Inquiries({ ...options, questions: this.#questions, evidence: this.#evidence });
  }

  /** Ends what is under way, and asks nothing more. */
  close(): void {
    this.#questions.close();
    this.#inquiries.close();
    for (const cancelTimer of this.#suspected.values()) cancelTimer();
    this.#suspected.clear();
  }

  /** Asks the venue about an order until nothing about it is open or unknown. */
  resolve(order: Order): void {
    this.#inquiries.resolve(order);
  }

  /** Reads the account's fills soon: some that the venue counts are not booked. */
  suspect(account: AccountId, attempt = 1): void {
    if (this.#suspected.has(account) || this.#questions.isClosed) return;
    const { clock, settings, random, venueOf } = this.#options;
    const backoff = { ...DEFAULT_BACKOFF, baseMs: settings.unknownGraceMs, maxMs: settings.unknownRetryMaxMs };
    const waitMs = Math.max(backoffMs(attempt, backoff, random), venueOf(account).capabilities.readLagMs);
    this.#suspected.set(
      account,
      clock.schedule(waitMs, () => {
        this.#suspected.delete(account);
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
    const findings = new Findings(false);
    const open = await this.#evidence.query(account, findings, (signal) =>
      this.#options.venueOf(account).openOrders(account, signal),
    );
    if (open === undefined || this.#options.recorder.ended !== undefined) return false;
    this.#options.orphans.handle(account, this.#strangersAmong(account, open), findings, "cancel");
    return true;
  }

  async #compare(account: AccountId, trigger: string, dryRun: boolean): Promise<ReconcileReport> {
    const findings = new Findings(dryRun);
    const venue = this.#options.venueOf(account);
    const { cursor } = await this.#evidence.pullFills(account, findings);
    const open = await this.#evidence.query(account, findings, (signal) => venue.openOrders(account, signal));
    if (open !== undefined) {
      await this.#compareOurs(account, open, findings);
      const adopted = this.#options.orphans.handle(account, this.#strangersAmong(account, open), findings);
      for (const { order, found } of adopted) await this.#bookHistory(order, found, findings);
    }
    if (!findings.dryRun) this.#completed(account, trigger, findings, cursor);
    return findings.report(account);
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
    else if (answer.kind === "failed") findings.failedQueries++;
    else if (!findings.dryRun) this.resolve(order);
    else findings.add("unknown", `the venue does not show ${order.id}, which is ${order.status} here`, order.id);
  }

  /** An order that was taken over brings the executions that it had before. */
  async #bookHistory(order: Order, found: VenueOrder, findings: Findings): Promise<void> {
    if (found.cumulativeQuantity.isZero()) return;
    await this.#evidence.pullFills(order.account, findings, { from: "start", venueOrderId: found.venueOrderId });
  }

  #strangersAmong(account: AccountId, open: readonly VenueOrder[]): readonly VenueOrder[] {
    return open.filter((found) => this.#ours(account, found) === undefined);
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
      const { complete } = await this.#evidence.pullFills(account, new Findings(false));
      if (!complete) this.suspect(account, attempt + 1);
    } catch (error) {
      this.#options.logger.error({ account, error }, "fills cannot be read");
    }
  }
}
