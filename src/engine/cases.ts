// The operator queue: what no evidence settles is put before a person instead of being given an invented end.
// Opens and closes cases, and carries out what a person decides. When something has waited long enough is
// noticed elsewhere.

import { type OrderwrightError, orderwrightError } from "../domain/errors.ts";
import type { AccountId, OrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import type { Cause } from "../domain/order-event.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { CaseKind, CaseOpened, EventDraft, RecordedEvent } from "../domain/system-event.ts";
import type { Clock } from "../runtime/clock.ts";
import { hasUnknownRequest } from "./case-words.ts";
import { CASE_DECISIONS, type CaseDecision, type CommandContext } from "./engine-api.ts";
import type { OrderFinder } from "./order-finder.ts";
import type { Recorder } from "./recorder.ts";
import type { EngineSettings } from "./settings.ts";

export interface CasesOptions {
  readonly recorder: Recorder;
  readonly finder: OrderFinder;
  readonly clock: Clock;
  readonly settings: EngineSettings;
  /** The orders that an account's `historyGap` case is about. */
  readonly forgottenOrders: (account: AccountId) => readonly Order[];
}

/** What a case is about: the order, or else the account. */
export interface CaseSubject {
  readonly account?: AccountId;
  readonly about?: OrderId;
}

export class Cases {
  readonly #options: CasesOptions;
  /** When a person decided each case, for as long as that keeps the same matter from coming back. */
  readonly #decidedAt = new Map<string, number>();

  constructor(options: CasesOptions) {
    this.#options = options;
  }

  /** Puts something before a person, unless it is there already. */
  open(kind: CaseKind, subject: CaseSubject, text: string, cause: Cause): void {
    const { recorder, clock } = this.#options;
    const caseId = caseIdOf(kind, subject);
    if (recorder.state.cases.has(caseId)) return;
    recorder.record([{ type: "caseOpened", caseId, kind, ...subject, text, at: clock.now(), cause }]);
  }

  /** Takes a case off the queue because evidence settled it; one that is not there stays so. */
  settle(caseId: string, conclusion: string, cause: Cause): void {
    const { recorder, clock } = this.#options;
    if (!recorder.state.cases.has(caseId)) return;
    recorder.record([{ type: "caseClosed", caseId, conclusion, by: "engine", at: clock.now(), cause }]);
  }

  /** Whether a person decided this case a short while ago: what is only still so need not be shown again yet. */
  wasDecidedLately(caseId: string): boolean {
    const decidedAt = this.#decidedAt.get(caseId);
    return decidedAt !== undefined && this.#options.clock.now() - decidedAt < this.#options.settings.escalateAfterMs;
  }

  decide(caseId: string, decision: CaseDecision, context: CommandContext): Result<void, OrderwrightError> {
    const { recorder, clock } = this.#options;
    const opened = recorder.state.cases.get(caseId);
    if (opened === undefined || !isOfAccount(opened, context)) return fail(unknownCase(caseId));
    if (!CASE_DECISIONS.includes(decision))
      return fail(notPossible(opened, `it is one of ${CASE_DECISIONS.join(", ")}`));
    const consequence = this.#consequence(opened, decision, context);
    if (!consequence.ok) return consequence;
    const conclusion = context.reason === undefined ? decision : `${decision}: ${context.reason}`;
    const at = clock.now();
    const cause = operatorCause(context);
    recorder.record([
      ...consequence.value,
      ...this.#unblock(opened, context),
      { type: "caseClosed", caseId, conclusion, by: context.by, at, cause },
    ]);
    this.#noteDecision(caseId, at);
    return ok(undefined);
  }

  #noteDecision(caseId: string, at: number): void {
    for (const known of [...this.#decidedAt.keys()]) if (!this.wasDecidedLately(known)) this.#decidedAt.delete(known);
    this.#decidedAt.set(caseId, at);
  }

  /** What a decision records besides the end of the case. */
  #consequence(
    opened: RecordedEvent<CaseOpened>,
    decision: CaseDecision,
    context: CommandContext,
  ): Result<readonly EventDraft[], OrderwrightError> {
    const orders = this.#ordersOf(opened);
    const mayEnd = orders.length > 0 && orders.every((order) => order.status === "submitted" || order.isWorking);
    switch (decision) {
      case "dismiss":
        return ok([]);
      case "notPlaced":
        if (orders.length > 0 && orders.every((order) => order.isWorking && hasUnknownRequest(order)))
          return ok(orders.flatMap((order) => this.#notArrived(order, context)));
        if (!mayEnd || orders.some((order) => order.status !== "submitted"))
          return fail(
            notPossible(
              opened,
              "only a submitted order, or a request whose outcome is unknown, can be concluded as not placed",
            ),
          );
        return ok(orders.map((order) => this.#ending(order, context)));
      case "ended":
        if (!mayEnd || (opened.kind !== "historyGap" && orders.some((order) => !order.isWorking)))
          return fail(notPossible(opened, "only an order that works here can be concluded as ended"));
        return ok(orders.map((order) => this.#ending(order, context)));
    }
  }

  #ordersOf({ kind, about, account }: CaseOpened): readonly Order[] {
    const { finder, forgottenOrders } = this.#options;
    if (kind === "historyGap" && account !== undefined) return forgottenOrders(account);
    const order =
      about === undefined ? undefined : (finder.inMemory(about, account) ?? finder.inJournal(about, account));
    return order === undefined ? [] : [order];
  }

  /** Requests about a working order that never reached the venue: refused, and the order is as it was. */
  #notArrived(order: Order, context: CommandContext): readonly EventDraft[] {
    const meta = { at: this.#options.clock.now(), cause: operatorCause(context), reason: "notPlaced" } as const;
    const { id: orderId, pendingCancel, pendingReplace } = order;
    const refused: EventDraft[] = [];
    if (pendingCancel?.outcomeUnknown === true)
      refused.push({ type: "cancelRejected", orderId, requestId: pendingCancel.requestId, ...meta });
    if (pendingReplace?.outcomeUnknown === true)
      refused.push({ type: "replaceRejected", orderId, requestId: pendingReplace.requestId, ...meta });
    return refused;
  }

  /** A person's conclusion is an inference: evidence against it reinstates the order. */
  #ending(order: Order, context: CommandContext): EventDraft {
    const reason = order.isWorking ? "endedByOperator" : "notPlaced";
    const at = this.#options.clock.now();
    return { type: "orderExpired", orderId: order.id, reason, inferred: true, at, cause: operatorCause(context) };
  }

  /** A look at each reinstated order is what its account's entries wait for, whatever the person concludes. */
  #unblock({ caseId, kind, account }: CaseOpened, context: CommandContext): readonly EventDraft[] {
    const { recorder, clock } = this.#options;
    if (kind !== "reinstated" || account === undefined) return [];
    for (const other of recorder.state.cases.values()) {
      if (other.kind === kind && other.account === account && other.caseId !== caseId) return [];
    }
    const { tradingState, blockedBecause } = recorder.state.account(account);
    if (blockedBecause === undefined || tradingState !== "active") return [];
    const reason = context.reason ?? "case decided";
    const cause = operatorCause(context);
    return [{ type: "tradingStateChanged", account, state: "active", reason, by: context.by, at: clock.now(), cause }];
  }
}

/** One subject has one open case of a kind. */
export function caseIdOf(kind: CaseKind, { about, account }: CaseSubject): string {
  return `${kind}:${about ?? account ?? "desk"}`;
}

function operatorCause({ by }: CommandContext): Cause {
  return `operator:${by}`;
}

function isOfAccount(opened: CaseOpened, context: CommandContext): boolean {
  return context.account === undefined || opened.account === context.account;
}

function unknownCase(caseId: unknown): OrderwrightError {
  const shown = typeof caseId === "string" ? caseId.slice(0, 128) : typeof caseId;
  return orderwrightError(
    "request.unknownCase",
    `The operator queue has no case ${JSON.stringify(shown)}: it never had, or the matter is settled. List the queue again.`,
    { caseId: shown },
  );
}

function notPossible({ caseId }: CaseOpened, why: string): OrderwrightError {
  return orderwrightError("request.caseDecision", `Case ${caseId} cannot be decided so: ${why}.`, { caseId });
}
