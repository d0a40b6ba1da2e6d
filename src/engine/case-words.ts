// The operator queue in words, the same at every door: what a kind of case means, which decisions an order leaves
// open, and what each decision records. Opening cases and carrying decisions out is cases.ts.

import type { OrderStatus } from "../domain/order-status.ts";
import { CASE_KINDS, type CaseKind } from "../domain/system-event.ts";
import { CASE_DECISIONS, type CaseDecision } from "./engine-api.ts";

/** What a kind of case says, as a title. */
export const CASE_TITLES: Readonly<Record<CaseKind, string>> = {
  unknownOutcome: "Nobody knows what the venue made of this order",
  requestUnanswered: "The venue took a cancel or replace and never carried it out",
  unsettled: "The order has ended and executions are missing",
  reinstated: "An order that had ended is alive, or was executed",
  overfill: "More was executed than was asked for",
  quarantined: "Words of the venue cannot be read, or cannot be true",
  historyGap: "We were away longer than the venue remembers",
  position: "The position differs from the venue's",
};

/** Orders cases for people: unknown outcomes first, and within a kind the oldest. */
export function byUrgency(
  a: { readonly kind: CaseKind; readonly at: number },
  b: { readonly kind: CaseKind; readonly at: number },
): number {
  return CASE_KINDS.indexOf(a.kind) - CASE_KINDS.indexOf(b.kind) || a.at - b.at;
}

/** What a button or a prompt calls a decision. */
export const DECISION_TITLES: Readonly<Record<CaseDecision, string>> = {
  dismiss: "Dismiss",
  notPlaced: "Was never placed",
  ended: "Has ended",
};

/** An order as far as decisions depend on it; orders and orders in JSON both fit. */
export interface DecidableOrder {
  readonly status: OrderStatus;
  readonly isWorking: boolean;
  readonly pendingCancel?: { readonly outcomeUnknown: boolean };
  readonly pendingReplace?: { readonly outcomeUnknown: boolean };
}

/** Whether nobody knows what became of a cancel or a replace of the order. */
export function hasUnknownRequest({
  pendingCancel,
  pendingReplace,
}: Omit<DecidableOrder, "status" | "isWorking">): boolean {
  return pendingCancel?.outcomeUnknown === true || pendingReplace?.outcomeUnknown === true;
}

/** A case as far as decisions depend on it. */
export interface DecidableCase {
  readonly kind: CaseKind;
  readonly account?: string;
}

/**
 * Returns the decisions to offer for a case whose order stands like this. Of a gap, which names its orders itself, all
 * are offered: the engine refuses what does not fit them.
 */
export function decisionsFor(
  { kind, account }: DecidableCase,
  order: DecidableOrder | undefined,
): readonly CaseDecision[] {
  if (kind === "historyGap" && account !== undefined) return CASE_DECISIONS;
  if (order?.status === "submitted") return ["dismiss", "notPlaced"];
  if (order?.isWorking === true) return hasUnknownRequest(order) ? CASE_DECISIONS : ["dismiss", "ended"];
  return ["dismiss"];
}

/** Returns what a decision records, a sentence or two at a time. */
export function consequenceOf(decision: CaseDecision, kind: CaseKind): readonly string[] {
  const several = kind === "historyGap";
  const lifted =
    kind === "reinstated" ? ["If it is the last such case of the account, the account may open positions again."] : [];
  switch (decision) {
    case "dismiss":
      return [
        "Records that you have looked. The case leaves the queue, orders stay as they are, and what is still so later may come back.",
        ...lifted,
      ];
    case "notPlaced":
      return [
        `Records that ${several ? "the orders that the case names" : "the order"} never reached the venue.`,
        ending(several),
        ...lifted,
      ];
    case "ended":
      return [
        several
          ? "Records that the orders which the case names work nowhere any more and that nothing more of them was executed."
          : "Records that the order works nowhere any more and that nothing more of it was executed.",
        ending(several),
        ...lifted,
      ];
  }
}

function ending(several: boolean): string {
  const [ends, reserves, order] = several ? ["They end", "reserve", "its order"] : ["It ends", "reserves", "the order"];
  return `${ends} as expired, on your word and not the venue's, and ${reserves} nothing any more. Nothing is sent to the venue. If the venue says otherwise later, ${order} is reinstated.`;
}
