// Notices what evidence has not settled in time, or what a person must see at once, and puts it into the operator
// queue; takes it off as soon as evidence comes. Looks at an order when something is recorded about it, and by one
// timer at those that wait: never at all orders. What a person decides is in cases.ts.

import type { Decimal } from "../domain/decimal.ts";
import type { AccountId, OrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import type { RecordedEvent } from "../domain/system-event.ts";
import type { Instant } from "../domain/time.ts";
import type { CancelTimer, Clock } from "../runtime/clock.ts";
import type { Venue } from "../venues/venue.ts";
import { type Cases, caseIdOf } from "./cases.ts";
import { isUnknown } from "./engine-statistics.ts";
import type { OrderFinder } from "./order-finder.ts";
import type { Recorder } from "./recorder.ts";
import type { EngineSettings } from "./settings.ts";

const CAUSE = "engine:escalation";

/** What becomes a case by lasting. */
const WAITING_KINDS = ["unknownOutcome", "requestUnanswered", "unsettled"] as const;
type WaitingKind = (typeof WAITING_KINDS)[number];

export interface EscalationOptions {
  readonly recorder: Recorder;
  readonly cases: Cases;
  readonly finder: OrderFinder;
  readonly clock: Clock;
  readonly settings: EngineSettings;
  /** The accounts of the configuration: others have no venue to ask, and nothing new is said of them. */
  readonly accounts: ReadonlySet<string>;
  readonly venueOf: (account: AccountId) => Venue;
  /** What the venue counts as executed, where that is known to be more than is booked. */
  readonly venueTotal: (order: Order) => Decimal | undefined;
  /** Reads the fills of an order that an earlier run left with some missing. */
  readonly fillsMissing: (order: Order) => void;
  /** Runs what a timer brings about: a journal that takes nothing any more ends recording, and not the process. */
  readonly guarded: (work: () => void) => void;
}

interface Watch {
  order: Order;
  /** When each of its matters becomes a case; `Infinity` for one that a person has. */
  /** On the monotonic clock: a wall clock that is set must not keep a person from hearing of it. */
  readonly dueMs: Map<WaitingKind, number>;
}

export class Escalation {
  readonly #options: EscalationOptions;
  readonly #watched = new Map<OrderId, Watch>();
  #armedFor = Number.POSITIVE_INFINITY;
  #cancelTimer: CancelTimer = () => undefined;
  #isClosed = false;

  constructor(options: EscalationOptions) {
    this.#options = options;
    options.recorder.follow((event, order) => this.#recorded(event, order));
  }

  /**
   * Takes up what a run before this one left waiting. Ages count from the journaled times, over the time when nothing
   * ran; what is overdue is given the time of one question first.
   */
  start(): void {
    const { recorder, clock, settings, accounts, finder, fillsMissing } = this.#options;
    const { index, cases } = recorder.state;
    const earliest = clock.now() + settings.queryTimeoutMs;
    const dueAt = (order: Order, kind: WaitingKind): Instant =>
      Math.max(earliest, sinceOf(order, kind) + settings.escalateAfterMs);
    for (const account of accounts) {
      for (const order of index.unknownOrdersOfAccount(account as AccountId)) this.#look(order, dueAt);
    }
    for (const order of index.endedOrders()) {
      if (!accounts.has(order.account) || !this.#holds(order, "unsettled")) continue;
      this.#look(order, dueAt);
      fillsMissing(order);
    }
    for (const { about, account } of [...cases.values()]) {
      const order =
        about === undefined ? undefined : (finder.inMemory(about, account) ?? finder.inJournal(about, account));
      if (order !== undefined) this.#look(order, dueAt);
    }
    this.#openForBlocks();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
    this.#watched.clear();
  }

  #recorded(event: RecordedEvent, order: Order | undefined): void {
    if (this.#isClosed) return;
    if (order !== undefined && "orderId" in event) {
      this.#openAtOnce(event, order);
      const { escalateAfterMs } = this.#options.settings;
      this.#look(order, () => event.at + escalateAfterMs);
    } else if (event.type === "caseClosed" && event.by !== "engine") this.#decided(event.caseId, event.at);
    else if (event.type === "tradingStateChanged" && event.account !== undefined && event.state === "active")
      this.#settleBlocks(event.account, event.by);
  }

  #openAtOnce(event: RecordedEvent, order: Order): void {
    if (event.type !== "discrepancyFound" || (event.kind !== "reinstated" && event.kind !== "overfill")) return;
    const { cases } = this.#options;
    const subject = { account: order.account, about: order.id };
    const text =
      event.kind === "reinstated"
        ? `${described(order)} had ended as ${event.ours}, and ${event.theirs}. It is ${order.status} again, and account ${order.account} takes no new entries until somebody has looked.`
        : `${described(order)}: ${event.ours}, ${event.theirs}. What was executed is booked.`;
    cases.open(event.kind, subject, text, CAUSE);
  }

  /** Files what waits about an order, and ends what waits no more. */
  #look(order: Order, dueAt: (order: Order, kind: WaitingKind) => Instant): void {
    const { recorder, cases } = this.#options;
    const hasCases = recorder.state.cases.size > 0;
    for (const kind of WAITING_KINDS) {
      if (this.#holds(order, kind)) this.#watch(order, kind, dueAt);
      else {
        this.#watched.get(order.id)?.dueMs.delete(kind);
        if (hasCases) cases.settle(caseIdOf(kind, { about: order.id }), settledBecause(order, kind), CAUSE);
      }
    }
    const watch = this.#watched.get(order.id);
    if (watch?.dueMs.size === 0) this.#watched.delete(order.id);
    if (hasCases && !order.overfilled)
      cases.settle(caseIdOf("overfill", { about: order.id }), `executed ${order.cumulativeQuantity} in all`, CAUSE);
  }

  #watch(order: Order, kind: WaitingKind, dueAt: (order: Order, kind: WaitingKind) => Instant): void {
    let watch = this.#watched.get(order.id);
    if (watch === undefined) {
      watch = { order, dueMs: new Map() };
      this.#watched.set(order.id, watch);
    }
    watch.order = order;
    if (watch.dueMs.has(kind)) return;
    const isOpen = this.#options.recorder.state.cases.has(caseIdOf(kind, { about: order.id }));
    const due = isOpen ? Number.POSITIVE_INFINITY : this.#monotonic(dueAt(order, kind));
    watch.dueMs.set(kind, due);
    this.#arm(due);
  }

  /** What a person has dismissed is shown again if it is still so after as long again. */
  #decided(caseId: string, at: Instant): void {
    for (const kind of WAITING_KINDS) {
      const prefix = caseIdOf(kind, { about: "" as OrderId });
      if (!caseId.startsWith(prefix)) continue;
      const watch = this.#watched.get(caseId.slice(prefix.length) as OrderId);
      if (watch?.dueMs.has(kind) !== true) return;
      const due = this.#monotonic(at + this.#options.settings.escalateAfterMs);
      watch.dueMs.set(kind, due);
      this.#arm(due);
    }
  }

  /**
   * A due instant of the wall clock, as it stands now, on the clock that is never set. Where the wall clock was set
   * back since, what is waited for began in its future: no wait is longer than a whole one.
   */
  #monotonic(at: Instant): number {
    const { clock, settings } = this.#options;
    return clock.monotonicMs() + Math.min(at - clock.now(), settings.escalateAfterMs);
  }

  #arm(due: number): void {
    if (due >= this.#armedFor) return;
    this.#cancelTimer();
    this.#armedFor = due;
    const { clock } = this.#options;
    this.#cancelTimer = clock.schedule(Math.max(0, due - clock.monotonicMs()), () =>
      this.#options.guarded(() => this.#openDue()),
    );
  }

  #openDue(): void {
    const { clock, recorder } = this.#options;
    if (this.#isClosed || recorder.ended !== undefined) return;
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = clock.now();
    const nowMs = clock.monotonicMs();
    let next = Number.POSITIVE_INFINITY;
    for (const { order, dueMs } of this.#watched.values()) {
      for (const [kind, due] of dueMs) {
        if (due > nowMs) next = Math.min(next, due);
        else {
          dueMs.set(kind, Number.POSITIVE_INFINITY);
          this.#open(order, kind, now);
        }
      }
    }
    if (next < Number.POSITIVE_INFINITY) this.#arm(next);
  }

  #open(order: Order, kind: WaitingKind, now: Instant): void {
    const text = `${this.#textOf(order, kind)} That is so for ${seconds(now - sinceOf(order, kind))} s.`;
    this.#options.cases.open(kind, { account: order.account, about: order.id }, text, CAUSE);
  }

  #holds(order: Order, kind: WaitingKind): boolean {
    switch (kind) {
      case "unknownOutcome":
        return order.isActive && isUnknown(order);
      case "requestUnanswered":
        return order.isWorking && unansweredRequests(order).length > 0;
      case "unsettled":
        return this.#options.venueTotal(order)?.gt(order.cumulativeQuantity) === true;
    }
  }

  #textOf(order: Order, kind: WaitingKind): string {
    switch (kind) {
      case "unknownOutcome":
        return `Nobody knows what became of the ${unknownSends(order).join(" and the ")} of ${described(order)}.${this.#proofOf(order)}`;
      case "requestUnanswered":
        return `The venue took the ${unansweredRequests(order).join(" and the ")} of ${described(order)} and has not carried it out. It is asked on.`;
      case "unsettled":
        return `The venue counts ${this.#options.venueTotal(order)} executed of ${described(order)}, and ${order.cumulativeQuantity} is booked: the executions behind the rest do not come.`;
    }
  }

  #proofOf(order: Order): string {
    if (order.status !== "submitted") return " The venue is asked on.";
    const { discardAfterMs } = this.#options.venueOf(order.account).capabilities;
    if (discardAfterMs !== undefined) return " The venue is asked on; its whole exposure stays reserved.";
    return ` ${order.venue} has no deadline for late requests: that the order is absent there can never be proven. Its whole exposure stays reserved until it shows up or a person decides.`;
  }

  #settleBlocks(account: AccountId, by: string): void {
    const { recorder, cases } = this.#options;
    for (const opened of [...recorder.state.cases.values()]) {
      if (opened.kind === "reinstated" && opened.account === account)
        cases.settle(opened.caseId, `the block was lifted by ${by}`, CAUSE);
    }
  }

  /** A block that nobody is asked about would last for ever. */
  #openForBlocks(): void {
    const { recorder, cases } = this.#options;
    const asked = new Set<AccountId | undefined>();
    for (const { kind, account } of recorder.state.cases.values()) if (kind === "reinstated") asked.add(account);
    for (const { id, blockedBecause } of recorder.state.accounts.values()) {
      if (blockedBecause === undefined || asked.has(id)) continue;
      const text = `Account ${id} takes no new entries: ${blockedBecause}. Somebody has to look.`;
      cases.open("reinstated", { account: id }, text, CAUSE);
    }
  }
}

/** Since when a matter is so, by what the journal says: the oldest of its parts. */
function sinceOf(order: Order, kind: WaitingKind): Instant {
  const { pendingCancel: cancel, pendingReplace: replace } = order;
  switch (kind) {
    case "unknownOutcome":
      return Math.min(
        order.outcomeUnknown ? (order.submittedAt ?? order.createdAt) : Number.POSITIVE_INFINITY,
        cancel?.outcomeUnknown === true ? cancel.requestedAt : Number.POSITIVE_INFINITY,
        replace?.outcomeUnknown === true ? replace.requestedAt : Number.POSITIVE_INFINITY,
      );
    case "requestUnanswered":
      return Math.min(
        cancel?.outcomeUnknown === false ? cancel.requestedAt : Number.POSITIVE_INFINITY,
        replace?.outcomeUnknown === false ? replace.requestedAt : Number.POSITIVE_INFINITY,
      );
    case "unsettled":
      return order.statusAt;
  }
}

function unknownSends(order: Order): readonly string[] {
  return [
    ...(order.outcomeUnknown ? ["submit"] : []),
    ...(order.pendingCancel?.outcomeUnknown === true ? ["cancel"] : []),
    ...(order.pendingReplace?.outcomeUnknown === true ? ["replace"] : []),
  ];
}

function unansweredRequests(order: Order): readonly string[] {
  if (order.pendingCancel === undefined && order.pendingReplace === undefined) return NONE;
  return [
    ...(order.pendingCancel?.outcomeUnknown === false ? ["cancel"] : []),
    ...(order.pendingReplace?.outcomeUnknown === false ? ["replace"] : []),
  ];
}

const NONE: readonly string[] = [];

function settledBecause(order: Order, kind: WaitingKind): string {
  if (kind === "unsettled") return `all ${order.cumulativeQuantity} that the venue counts is booked`;
  if (kind === "requestUnanswered" && isUnknown(order)) return "the outcome of the request is unknown by now";
  return `the order is ${order.status}, and nothing that was asked of the venue is open`;
}

function described(order: Order): string {
  const price = order.price === undefined ? "" : ` at ${order.price}`;
  return `${order.id} (${order.side} ${order.quantity ?? order.notional ?? ""} ${order.instrumentId}${price})`;
}

function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
