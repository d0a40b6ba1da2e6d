// Reports whose order we cannot name yet. A venue's stream can be faster than the reply that tells us its order
// id: such a report is held, and is about an order of ours the moment that id is known; or it is a stranger's.

import type { ExecutionReport } from "../domain/execution-report.ts";
import type { AccountId, InstrumentId, VenueOrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import type { CancelTimer, Clock } from "../runtime/clock.ts";

/** More than these are not held: the oldest are given up, and their accounts compared with the venue. */
const MAX_HELD = 1_000;
/** Strangers' orders that were told of once; the oldest are forgotten first. */
const STRANGERS_REMEMBERED = 1_000;

export interface UnmatchedReportsOptions {
  readonly clock: Clock;
  /** How long a report is held, at the least, and between two looks. */
  readonly holdMs: number;
  /** How long it is held at most, while a submit of its account is unanswered. */
  readonly holdAtMostMs: number;
  readonly isSubmitUnanswered: (account: AccountId) => boolean;
  /** Takes the report if its order is known by now. */
  readonly match: (report: ExecutionReport) => boolean;
  /** Takes a report for an order that is known to be the one. */
  readonly apply: (order: Order, report: ExecutionReport) => void;
  /** Hears of a stranger's order: of each once, as long as it is remembered. */
  readonly foreign: (report: ExecutionReport) => void;
}

/** What came under one id of a venue, in the order in which it came. */
interface Held {
  readonly reports: ExecutionReport[];
  readonly account: AccountId;
  readonly sinceMs: number;
  cancelTimer: CancelTimer;
}

export class UnmatchedReports {
  readonly #options: UnmatchedReportsOptions;
  /** Oldest first. */
  readonly #held = new Map<string, Held>();
  readonly #strangers = new Set<string>();
  #count = 0;

  constructor(options: UnmatchedReportsOptions) {
    this.#options = options;
  }

  take(report: ExecutionReport): void {
    const { venueOrderId } = report;
    // A client id says whose it is; and without an id of the venue nothing will ever tell.
    if (report.orderId !== undefined || venueOrderId === undefined) {
      this.#giveUp(report);
      return;
    }
    this.#hold(report, keyOf(report.account, venueOrderId, report.instrumentId));
    while (this.#count > MAX_HELD) {
      const [oldest] = this.#held.keys();
      if (oldest !== undefined) for (const each of this.#release(oldest)) this.#giveUp(each);
    }
  }

  /** The venue's id of an order is known: what came under it is about that order. */
  named(order: Order, venueOrderId: VenueOrderId): void {
    const key = keyOf(order.account, venueOrderId, order.instrumentId);
    for (const report of this.#release(key)) this.#options.apply(order, report);
  }

  close(): void {
    for (const { cancelTimer } of this.#held.values()) cancelTimer();
    this.#held.clear();
    this.#count = 0;
  }

  #hold(report: ExecutionReport, key: string): void {
    this.#count++;
    const held = this.#held.get(key);
    if (held !== undefined) {
      held.reports.push(report);
      return;
    }
    const { account } = report;
    const sinceMs = this.#options.clock.monotonicMs();
    this.#held.set(key, { reports: [report], account, sinceMs, cancelTimer: this.#lookLater(key) });
  }

  #lookLater(key: string): CancelTimer {
    return this.#options.clock.schedule(this.#options.holdMs, () => this.#look(key));
  }

  /** Who has waited the longest could be a stranger's; later ones of the same id are then the same stranger's. */
  #look(key: string): void {
    const { clock, holdAtMostMs, isSubmitUnanswered, match } = this.#options;
    const held = this.#held.get(key);
    if (held === undefined) return;
    if (isSubmitUnanswered(held.account) && clock.monotonicMs() - held.sinceMs < holdAtMostMs) {
      held.cancelTimer = this.#lookLater(key);
      return;
    }
    for (const report of this.#release(key)) if (!match(report)) this.#giveUp(report);
  }

  #release(key: string): readonly ExecutionReport[] {
    const held = this.#held.get(key);
    if (held === undefined) return [];
    held.cancelTimer();
    this.#held.delete(key);
    this.#count -= held.reports.length;
    return held.reports;
  }

  #giveUp(report: ExecutionReport): void {
    const key = keyOf(report.account, report.venueOrderId ?? report.orderId ?? "", report.instrumentId);
    if (this.#strangers.has(key)) return;
    this.#strangers.add(key);
    const [oldest] = this.#strangers;
    if (this.#strangers.size > STRANGERS_REMEMBERED && oldest !== undefined) this.#strangers.delete(oldest);
    this.#options.foreign(report);
  }
}

function keyOf(account: AccountId, id: string, instrumentId: InstrumentId): string {
  return `${account}\n${id}\n${instrumentId}`;
}
