// Times longer than the venue remembers, during which we heard nothing. An order that was open before one and that
// the venue does not show may have done anything: nothing is inferred of it, and a person is asked. What the venue
// still shows is compared as ever.

import type { AccountId, OrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import type { RecordedEvent } from "../domain/system-event.ts";
import type { Instant } from "../domain/time.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Venue } from "../venues/venue.ts";
import { type Cases, caseIdOf } from "./cases.ts";
import type { Findings } from "./findings.ts";
import type { Recorder } from "./recorder.ts";

/** A case names at most this many orders; it says how many more there are. */
const NAMED = 20;
const CAUSE = "reconcile:history";
const NONE: ReadonlySet<Order> = new Set();

export interface HistoryGapsOptions {
  readonly recorder: Recorder;
  readonly cases: Cases;
  readonly clock: Clock;
  readonly venueOf: (account: AccountId) => Venue;
  /** The account's stream has been heard without a break since its books were last compared. */
  readonly isCurrent: (account: AccountId) => boolean;
}

export class HistoryGaps {
  readonly #options: HistoryGapsOptions;
  /** By account, the orders that the venue may have forgotten and has not shown since. */
  readonly #forgotten = new Map<AccountId, Set<Order>>();

  constructor(options: HistoryGapsOptions) {
    this.#options = options;
    this.#recall();
    options.recorder.follow((event, order) => this.#recorded(event, order));
  }

  /** Notices, before the account is compared, whether the venue can still tell what happened meanwhile. */
  notice(account: AccountId, findings: Findings): void {
    const { recorder, cases } = this.#options;
    const known = this.#forgotten.get(account) ?? NONE;
    const open = this.#rememberedFrom(account) === undefined ? [] : recorder.state.index.openOrdersOfAccount(account);
    const news = [...open].filter((order) => !known.has(order) && this.#wasOutlived(order));
    const all = [...known, ...news];
    if (all.length === 0) {
      // One that was taken over from an earlier run may have nothing left to wait for.
      if (!findings.dryRun && this.#forgotten.delete(account)) cases.settle(...this.#settled(account));
      return;
    }
    const text = gapText(news.length === 0 ? "For a time that the venue no longer remembers" : this.#span(news), all);
    if (findings.dryRun || news.length > 0) findings.add("historyGap", text);
    if (!findings.dryRun) this.#ask(account, all, text, news.length > 0);
  }

  /**
   * Whether the venue, which does not show the order, may have forgotten it: that says nothing then, and a person is
   * asked. A stream that was up all the time proves nothing here: it may have left the order's end out.
   */
  covers(order: Order): boolean {
    const known = this.#forgotten.get(order.account) ?? NONE;
    if (known.has(order)) return true;
    const { clock, venueOf } = this.#options;
    const { historyMs } = venueOf(order.account).capabilities;
    if (historyMs === undefined || !wasSent(order) || this.#knownAt(order) >= clock.now() - historyMs) return false;
    const all = [...known, order];
    this.#ask(order.account, all, gapText(`Since ${shown(this.#knownAt(order))}`, all), true);
    return true;
  }

  /** The orders of the account that wait for a person. */
  orders(account: AccountId): readonly Order[] {
    return [...(this.#forgotten.get(account) ?? [])];
  }

  /** The venue shows the order: from here on it is like any other. */
  found(order: Order): void {
    const forgotten = this.#forgotten.get(order.account);
    if (forgotten?.delete(order) !== true || forgotten.size > 0) return;
    this.#forgotten.delete(order.account);
    this.#options.cases.settle(...this.#settled(order.account));
  }

  #settled(account: AccountId): [caseId: string, conclusion: string, cause: typeof CAUSE] {
    return [caseIdOf("historyGap", { account }), "each order of it was shown by the venue or has ended", CAUSE];
  }

  /** From when on the venue can tell what we did not hear; `undefined` where nothing can be missing. */
  #rememberedFrom(account: AccountId): Instant | undefined {
    const { clock, isCurrent, venueOf } = this.#options;
    const { historyMs } = venueOf(account).capabilities;
    return historyMs === undefined || isCurrent(account) ? undefined : clock.now() - historyMs;
  }

  /** The last that is known of the order is older than the venue's memory. */
  #wasOutlived(order: Order): boolean {
    const rememberedFrom = this.#rememberedFrom(order.account);
    if (rememberedFrom === undefined || !wasSent(order)) return false;
    return this.#knownAt(order) < rememberedFrom;
  }

  #knownAt({ account, statusAt, lastFill }: Order): Instant {
    const { lastReconciledAt = 0 } = this.#options.recorder.state.account(account);
    return Math.max(lastReconciledAt, statusAt, lastFill?.venueAt ?? 0);
  }

  #span(orders: readonly Order[]): string {
    const [first] = orders;
    const until = first === undefined ? undefined : this.#rememberedFrom(first.account);
    const from = orders.reduce((earliest, order) => Math.min(earliest, this.#knownAt(order)), until ?? 0);
    return `From ${shown(from)} to ${shown(until ?? from)}`;
  }

  #ask(account: AccountId, orders: readonly Order[], text: string, isNews: boolean): void {
    const { cases } = this.#options;
    const caseId = caseIdOf("historyGap", { account });
    this.#forgotten.set(account, new Set(orders));
    if (isNews) cases.settle(caseId, "a longer gap has taken its place", CAUSE);
    else if (cases.wasDecidedLately(caseId)) return;
    cases.open("historyGap", { account }, text, CAUSE);
  }

  /** A case that is open names orders of before it; which of them were shown since, the next comparison says again. */
  #recall(): void {
    const { index, cases } = this.#options.recorder.state;
    for (const { kind, account, at } of cases.values()) {
      if (kind !== "historyGap" || account === undefined) continue;
      const before = [...index.openOrdersOfAccount(account)].filter((order) => wasSent(order) && order.createdAt < at);
      this.#forgotten.set(account, new Set(before));
    }
  }

  #recorded(event: RecordedEvent, order: Order | undefined): void {
    if (order === undefined || this.#forgotten.get(order.account)?.has(order) !== true) return;
    if (order.isTerminal || isShown(event)) this.found(order);
  }
}

/** A refused request says that the order exists only where it does not say the contrary: it is not taken for it. */
function isShown(event: RecordedEvent): boolean {
  return event.venueAt !== undefined && event.type !== "cancelRejected" && event.type !== "replaceRejected";
}

function wasSent(order: Order): boolean {
  return order.status === "submitted" || order.isWorking;
}

function gapText(when: string, orders: readonly Order[]): string {
  const named = orders.slice(0, NAMED).map((order): OrderId => order.id);
  const more = orders.length > NAMED ? ` and ${orders.length - NAMED} more` : "";
  return `${when}, nothing was heard, and the venue no longer tells what happened then. Of these orders, which were open before, nothing is concluded unless the venue still shows them: ${named.join(", ")}${more}.`;
}

function shown(at: Instant): string {
  return new Date(at).toISOString();
}
