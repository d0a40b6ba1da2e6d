// An order's state in words: what it is, and what it waits for. The three kinds of no (denied by
// us, rejected by the venue, unknown) never share a word. No time source: the caller says what now is.

import type { OrderStatus } from "../../src/domain/order-status.ts";
import type { OrderJson } from "./contract.ts";
import { formatDuration, formatTrimmed } from "./format.ts";

/** How a state is dressed: form and color both come from it. */
export type Tone = "working" | "waiting" | "unknown" | "done" | "ended" | "refused";

const STATUS_WORDS: Readonly<Record<OrderStatus, string>> = {
  created: "created",
  validated: "validated",
  submitted: "submitted",
  acknowledged: "acknowledged",
  partiallyFilled: "partly filled",
  filled: "filled",
  canceled: "canceled",
  rejected: "rejected",
  failed: "failed",
  expired: "expired",
};

export const ORDER_TYPE_WORDS: Readonly<Record<OrderJson["orderType"], string>> = {
  market: "market",
  limit: "limit",
  stop: "stop",
  stopLimit: "stop limit",
  takeProfit: "take profit",
  takeProfitLimit: "take profit limit",
};

/** Returns whether the venue was asked something about the order and nobody knows what became of it. */
export function isUnknown(order: OrderJson): boolean {
  return (
    order.outcomeUnknown ||
    order.pendingCancel?.outcomeUnknown === true ||
    order.pendingReplace?.outcomeUnknown === true
  );
}

/** Returns whether our own checks refused the order: nothing of it was ever sent. */
export function isDenied(order: OrderJson): boolean {
  return order.status === "rejected" && order.submittedAt === undefined;
}

/** The status in a word or two. */
export function statusWord(order: OrderJson): string {
  if (isDenied(order)) return "denied";
  if (order.status === "submitted" && order.outcomeUnknown) return "unknown";
  return STATUS_WORDS[order.status];
}

export function toneOf(order: OrderJson): Tone {
  if (isUnknown(order)) return "unknown";
  if (order.status === "filled") return "done";
  if (order.status === "rejected" || order.status === "failed") return "refused";
  if (order.isTerminal) return "ended";
  if (order.isWorking && order.pendingCancel === undefined && order.pendingReplace === undefined) return "working";
  return "waiting";
}

/**
 * Says what an open order waits for, or why an ended one ended.
 *
 * @param now the engine's time, epoch milliseconds.
 */
export function waitingWords(order: OrderJson, now: number): string {
  return order.isTerminal ? endWords(order) : openWords(order, now);
}

function openWords(order: OrderJson, now: number): string {
  if (order.outcomeUnknown) return `outcome unknown, sent ${ago(order.submittedAt ?? order.statusAt, now)}`;
  const pending = pendingWords(order, now);
  if (pending !== undefined) return pending;
  switch (order.status) {
    case "created":
      return "being checked";
    case "validated":
      return `waiting to be sent ${span(order.statusAt, now)}`;
    case "submitted":
      return `waiting for the venue's acknowledgement ${span(order.submittedAt ?? order.statusAt, now)}`;
    default:
      return workingWords(order);
  }
}

function pendingWords(order: OrderJson, now: number): string | undefined {
  const { pendingCancel, pendingReplace } = order;
  if (pendingCancel !== undefined) {
    const asked = ago(pendingCancel.requestedAt, now);
    if (pendingCancel.outcomeUnknown) return `cancel outcome unknown, asked ${asked}`;
    return order.status === "submitted"
      ? `cancel armed until the venue answers, ${asked}`
      : `cancel requested ${asked}`;
  }
  if (pendingReplace === undefined) return undefined;
  const asked = ago(pendingReplace.requestedAt, now);
  const terms = replaceWords(pendingReplace.replace);
  return pendingReplace.outcomeUnknown
    ? `replace outcome unknown, asked ${asked}`
    : `replace to ${terms} asked ${asked}`;
}

/** The new terms of a replace, in words. */
export function replaceWords(replace: { quantity?: string; price?: string; triggerPrice?: string }): string {
  const parts = [
    replace.quantity === undefined ? undefined : `quantity ${replace.quantity}`,
    replace.price === undefined ? undefined : `price ${replace.price}`,
    replace.triggerPrice === undefined ? undefined : `trigger ${replace.triggerPrice}`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? "the same terms" : parts.join(", ");
}

function workingWords(order: OrderJson): string {
  if (order.triggerPrice !== undefined && !order.triggered) return `waiting for the trigger at ${order.triggerPrice}`;
  const left = order.leavesQuantity === undefined ? "" : `, ${formatTrimmed(order.leavesQuantity, 8)} left`;
  const place = order.price === undefined ? "working at the venue" : "resting in the book";
  return order.status === "partiallyFilled" ? place + left : place;
}

function endWords(order: OrderJson): string {
  const missing = order.isSettled ? "" : "; fills still missing";
  if (order.status === "filled") return `wholly filled${missing}`;
  const reason = order.statusReason?.text ?? STATUS_WORDS[order.status];
  const by = order.status === "rejected" ? (isDenied(order) ? "by our check: " : "by the venue: ") : "";
  const inferred = order.inferred ? " (concluded, not confirmed)" : "";
  return by + readable(reason) + inferred + missing;
}

/** Turns a code such as `timeInForce` into words and leaves sentences alone. */
function readable(reason: string): string {
  return /^[a-z]+([A-Z][a-z]+)+$/.test(reason)
    ? reason.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    : reason;
}

function span(since: number, now: number): string {
  return formatDuration(now - since);
}

function ago(since: number, now: number): string {
  return `${formatDuration(now - since)} ago`;
}
