// An order's history in words: what each journaled step says, who or what brought it, and the path
// through the statuses. Folding events into entries is the domain's business (order-history.ts).

import type { OrderStatus } from "../../src/domain/order-status.ts";
import type { HistoryEntry } from "./contract.ts";
import { replaceWords } from "./order-words.ts";

const EVENT_WORDS: Readonly<Record<HistoryEntry["event"], string>> = {
  orderCreated: "Created",
  orderAdopted: "Adopted from the venue",
  orderValidated: "Passed the checks",
  orderDenied: "Denied by our check",
  orderSubmitted: "Submitted",
  orderAcknowledged: "Acknowledged by the venue",
  orderPartiallyFilled: "Partly filled",
  orderFilled: "Filled",
  orderCanceled: "Canceled",
  orderExpired: "Expired",
  orderRejected: "Rejected by the venue",
  orderFailed: "Failed: it never reached the venue",
  orderOutcomeUnknown: "Outcome unknown",
  cancelRequested: "Cancel requested",
  cancelRejected: "Cancel rejected by the venue",
  replaceRequested: "Replace requested",
  orderReplaced: "Replaced",
  replaceRejected: "Replace rejected by the venue",
  fillBooked: "Late fill booked",
  fillReversed: "Fill reversed",
  fillCorrected: "Fill corrected",
  orderReinstated: "Reinstated",
  discrepancyFound: "Discrepancy found",
};

const SOURCE_WORDS: Readonly<Record<string, string>> = {
  command: "command",
  report: "venue report",
  timer: "timer",
  recovery: "recovery at start",
  reconcile: "reconciliation",
  operator: "operator",
};

export function eventWords(entry: HistoryEntry): string {
  if (entry.event === "orderAcknowledged" && entry.metadata["triggered"] === true) return "Triggered at the venue";
  return EVENT_WORDS[entry.event];
}

/** `command:page` is "command by page". */
export function sourceWords(source: string): string {
  const colon = source.indexOf(":");
  const kind = colon === -1 ? source : source.slice(0, colon);
  const id = colon === -1 ? "" : source.slice(colon + 1);
  return `${SOURCE_WORDS[kind] ?? kind}${id === "" ? "" : ` ${id}`}`;
}

/** The facts of a step that a reader wants beside its name; the rest stays in the journal. */
export function factWords(entry: HistoryEntry): string[] {
  const facts: string[] = [];
  const { metadata } = entry;
  const fill = recordOf(metadata["fill"]);
  if (fill !== undefined) {
    const fee = recordOf(fill["fee"]);
    facts.push(`${textOf(fill["quantity"])} at ${textOf(fill["price"])} as ${textOf(fill["liquidity"])}`);
    if (fee !== undefined) facts.push(`fee ${textOf(fee["amount"])} ${textOf(fee["asset"])}`);
    if (fill["inferred"] === true) facts.push("inferred from totals");
  }
  const replace = recordOf(metadata["replace"]);
  if (replace !== undefined) facts.push(replaceWords(replace));
  for (const [key, label] of [
    ["subject", "asked: "],
    ["code", ""],
    ["venueCode", "venue code "],
    ["venueMessage", "venue: "],
    ["kind", ""],
    ["evidence", "evidence: "],
  ] as const) {
    const value = metadata[key];
    if (typeof value === "string") facts.push(label + value);
  }
  if (metadata["inferred"] === true) facts.push("concluded, not confirmed");
  if (metadata["late"] === true) facts.push("after the end");
  return facts;
}

/** The steps taken between statuses, each once, as `from>to`. */
export function pathTaken(entries: readonly HistoryEntry[]): {
  readonly visited: ReadonlySet<OrderStatus>;
  readonly steps: ReadonlySet<string>;
} {
  const visited = new Set<OrderStatus>();
  const steps = new Set<string>();
  for (const { from, to } of entries) {
    visited.add(to);
    if (from !== undefined && from !== to) steps.add(`${from}>${to}`);
  }
  return { visited, steps };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "?";
}
