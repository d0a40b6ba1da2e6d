// The order's life as one table: ten statuses, every event, and what each pair does.
// The diagram in docs/concepts/order-life.md and the exhaustive test are generated from here.
// What a fact does to quantities is in order.ts; which events a venue's report becomes is in interpret-report.ts.

import { InvariantViolation } from "./assert.ts";
import type { OrderEventType } from "./order-event.ts";

export const ORDER_STATUSES = [
  "created",
  "validated",
  "submitted",
  "acknowledged",
  "partiallyFilled",
  "filled",
  "canceled",
  "rejected",
  "failed",
  "expired",
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/**
 * One sentence per status, for docs, page and terminal. An order that its venue ends as filled, with a total of its
 * own that is short of the quantity, is `canceled`: over is not full.
 */
export const STATUS_MEANING: Readonly<Record<OrderStatus, string>> = {
  created: "recorded, before the checks",
  validated: "passed the checks, not yet submitted",
  submitted: "durable, sent or being sent; the venue has not answered",
  acknowledged: "the venue has it and nothing is filled",
  partiallyFilled: "a part is filled and the rest works",
  filled: "wholly filled",
  canceled: "ended by a cancel, with or without fills",
  rejected: "refused by the venue, or denied by our own checks",
  failed: "certain never to have reached the venue",
  expired: "ended by its time in force, or proven absent at the venue",
};

/** The legal steps. Reversals and reinstatements leave terminal statuses by name only. */
export const TRANSITIONS: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  created: ["validated", "rejected", "failed"],
  validated: ["submitted", "rejected", "canceled"],
  submitted: ["acknowledged", "rejected", "failed", "canceled", "expired"],
  acknowledged: ["partiallyFilled", "filled", "canceled", "rejected", "expired"],
  partiallyFilled: ["filled", "canceled", "expired", "acknowledged"],
  filled: [],
  canceled: [],
  rejected: [],
  failed: [],
  expired: [],
};

const TERMINAL: ReadonlySet<OrderStatus> = new Set(["filled", "canceled", "rejected", "failed", "expired"]);

/** Returns whether no more requests are possible; a late fill may still be counted. */
export function isTerminalStatus(status: OrderStatus): boolean {
  return TERMINAL.has(status);
}

/** The answers of {@link STATUS_TABLE} that are not simply the status that the order moves to. */
export const ANSWER_MEANING = {
  stays: "Applied; the status stays.",
  asStated: "Applied; the order moves to the status that the event states.",
  byQuantity: "Applied; the status is what the quantities say: acknowledged, partiallyFilled or filled.",
  implies: "The fact skips statuses: the steps in between are journaled first, marked implied, then it is applied.",
  reinstatesOrStale:
    "An inferred end is reinstated first; on an end that the venue confirmed the report is stale and changes nothing.",
  reinstatesOrLate:
    "An inferred end is reinstated first; on an end that the venue confirmed the fill is booked late and the status stays.",
  reinstatesOrConflicts:
    "An inferred end is reinstated first; on an end that the venue confirmed the contradiction is recorded as a discrepancy.",
  confirms:
    "The same end again: it confirms an inferred one, or completes what is known of its total; otherwise nothing.",
  known: "Nothing new: not journaled.",
  conflicts: "Contradicts what is booked: recorded as a discrepancy, once, and nothing else.",
  endsAsCanceled: "An end with fills already booked is an end by cancel: journaled as orderCanceled.",
  refused: "A request that this status does not allow: refused to the caller.",
  never: "Only a fault of ours could bring it: it throws.",
} as const;

/** What an event does in a status: moves the order to a status, or one of {@link ANSWER_MEANING}. */
export type Answer = OrderStatus | keyof typeof ANSWER_MEANING;

type Row = Readonly<Record<OrderStatus, Answer>>;

function row(
  created: Answer,
  validated: Answer,
  submitted: Answer,
  acknowledged: Answer,
  partiallyFilled: Answer,
  filled: Answer,
  canceled: Answer,
  rejected: Answer,
  failed: Answer,
  expired: Answer,
): Row {
  return { created, validated, submitted, acknowledged, partiallyFilled, filled, canceled, rejected, failed, expired };
}

const EVERYWHERE_NEVER: Row = row(
  "never",
  "never",
  "never",
  "never",
  "never",
  "never",
  "never",
  "never",
  "never",
  "never",
);
const EVERYWHERE_STAYS: Row = row(
  "stays",
  "stays",
  "stays",
  "stays",
  "stays",
  "stays",
  "stays",
  "stays",
  "stays",
  "stays",
);

/**
 * Every event in every status. Columns, in order: created, validated, submitted, acknowledged,
 * partiallyFilled, filled, canceled, rejected, failed, expired.
 */
// biome-ignore format: a table is read by its columns
export const STATUS_TABLE: Readonly<Record<OrderEventType, Row>> = {
  // Birth happens before there is a status to be in.
  orderCreated: EVERYWHERE_NEVER,
  orderAdopted: EVERYWHERE_NEVER,
  // Our own steps: they never skip.
  orderValidated:  row("validated", "never", "never", "never", "never", "never", "never", "never", "never", "never"),
  orderDenied:     row("rejected", "rejected", "never", "never", "never", "never", "never", "never", "never", "never"),
  // Submitted again is another attempt after one that was certainly not sent.
  orderSubmitted:  row("never", "submitted", "stays", "never", "never", "never", "never", "never", "never", "never"),
  orderFailed:     row("failed", "never", "failed", "never", "never", "never", "never", "never", "never", "never"),
  orderOutcomeUnknown: row("never", "never", "stays", "stays", "stays", "known", "known", "known", "known", "known"),
  cancelRequested: row("refused", "refused", "stays", "stays", "stays", "refused", "refused", "refused", "refused", "refused"),
  replaceRequested: row("refused", "refused", "refused", "stays", "stays", "refused", "refused", "refused", "refused", "refused"),
  // Facts from the venue.
  orderAcknowledged: row("implies", "implies", "acknowledged", "stays", "stays", "known", "reinstatesOrStale", "reinstatesOrConflicts", "reinstatesOrConflicts", "reinstatesOrStale"),
  orderPartiallyFilled: row("implies", "implies", "implies", "partiallyFilled", "stays", "reinstatesOrLate", "reinstatesOrLate", "reinstatesOrLate", "reinstatesOrLate", "reinstatesOrLate"),
  orderFilled:     row("implies", "implies", "implies", "filled", "filled", "confirms", "reinstatesOrConflicts", "reinstatesOrConflicts", "reinstatesOrConflicts", "reinstatesOrConflicts"),
  orderCanceled:   row("implies", "canceled", "canceled", "canceled", "canceled", "reinstatesOrStale", "confirms", "reinstatesOrConflicts", "reinstatesOrConflicts", "reinstatesOrConflicts"),
  orderExpired:    row("implies", "implies", "expired", "expired", "expired", "reinstatesOrStale", "reinstatesOrConflicts", "reinstatesOrConflicts", "reinstatesOrConflicts", "confirms"),
  orderRejected:   row("rejected", "rejected", "rejected", "rejected", "endsAsCanceled", "conflicts", "reinstatesOrConflicts", "confirms", "reinstatesOrConflicts", "reinstatesOrConflicts"),
  orderReplaced:   row("conflicts", "conflicts", "implies", "byQuantity", "byQuantity", "reinstatesOrStale", "reinstatesOrStale", "reinstatesOrConflicts", "reinstatesOrConflicts", "reinstatesOrStale"),
  cancelRejected:  row("known", "known", "stays", "stays", "stays", "known", "known", "known", "known", "known"),
  replaceRejected: row("known", "known", "known", "byQuantity", "byQuantity", "known", "known", "known", "known", "known"),
  // A fill alone is one that came after the end; before it, the two fill events carry it.
  fillBooked:      row("never", "never", "never", "never", "never", "stays", "stays", "stays", "stays", "stays"),
  // Reopening a terminal order takes the venue's word that it works again: then an OrderReinstated follows.
  fillReversed:    row("conflicts", "conflicts", "conflicts", "conflicts", "byQuantity", "stays", "stays", "stays", "stays", "stays"),
  fillCorrected:   row("conflicts", "conflicts", "conflicts", "conflicts", "byQuantity", "stays", "stays", "stays", "stays", "stays"),
  orderReinstated: row("never", "never", "never", "never", "never", "asStated", "asStated", "asStated", "asStated", "asStated"),
  discrepancyFound: EVERYWHERE_STAYS,
};

/** Returns what an event does in a status: a lookup in {@link STATUS_TABLE}. */
export function answerOf(status: OrderStatus, event: OrderEventType): Answer {
  return STATUS_TABLE[event][status];
}

/** @throws {InvariantViolation} when the step is not in {@link TRANSITIONS}. */
export function assertTransition(from: OrderStatus, to: OrderStatus, event: OrderEventType): void {
  if (!TRANSITIONS[from].includes(to)) {
    throw new InvariantViolation(`${event} cannot move an order from ${from} to ${to}.`);
  }
}

/** The events that carry an order along its ordinary path, for facts that skip ahead. */
const STEP_EVENTS = {
  validated: "orderValidated",
  submitted: "orderSubmitted",
  acknowledged: "orderAcknowledged",
} as const;
type ImpliedStatus = keyof typeof STEP_EVENTS;

/**
 * Returns the implied steps that a fact needs before it can be applied in `status`: the shortest
 * legal path. Empty when it applies directly.
 */
export function impliedSteps(
  status: OrderStatus,
  event: OrderEventType,
): readonly { readonly event: (typeof STEP_EVENTS)[ImpliedStatus]; readonly to: ImpliedStatus }[] {
  const steps: { event: (typeof STEP_EVENTS)[ImpliedStatus]; to: ImpliedStatus }[] = [];
  let at: OrderStatus = status;
  while (STATUS_TABLE[event][at] === "implies") {
    const to: ImpliedStatus = at === "created" ? "validated" : at === "validated" ? "submitted" : "acknowledged";
    steps.push({ event: STEP_EVENTS[to], to });
    at = to;
  }
  return steps;
}
