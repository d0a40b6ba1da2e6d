// What a run, or many, have reached: which faults struck, which events met which statuses, what the reconciler
// concluded. A rare situation that was never reached makes a long run weak, and it fails.

import type { ExecutionReport } from "../domain/execution-report.ts";
import { ORDER_STATUSES, type OrderStatus, STATUS_TABLE } from "../domain/order-status.ts";
import type { RecordedEvent } from "../domain/system-event.ts";
import type { SendOutcome } from "../venues/venue.ts";
import { FAULT_NAMES, type FaultName } from "./faults.ts";
import type { SendKind } from "./venue/sim-venue.ts";

/** Counts by name; what is absent was never reached. */
export type Counts = Map<string, number>;

export class Coverage {
  readonly faults: Counts = new Map();
  /** `event in status`. */
  readonly cells: Counts = new Map();
  readonly conclusions: Counts = new Map();
  /** Orders, fills, and whatever else a run counts. */
  readonly totals: Counts = new Map();

  cell(event: RecordedEvent["type"], status: OrderStatus): void {
    count(this.cells, `${event} in ${status}`);
  }

  /** A report met an order as it stands, whatever comes of it. */
  report(report: ExecutionReport, status: OrderStatus | undefined): void {
    if (status === undefined) return;
    for (const event of EVENTS_OF_REPORT[report.kind](report)) count(this.cells, `${event} in ${status}`);
  }

  /** A send's outcome met an order as it stands, whatever comes of it. */
  outcome(kind: SendKind, outcome: SendOutcome, status: OrderStatus): void {
    if (outcome.kind === "unknown") this.cell("orderOutcomeUnknown", status);
    else if (outcome.kind === "rejected" && kind !== "place") this.cell(`${kind}Rejected`, status);
  }

  /** Notes what the reconciler, or the operator queue, concluded. */
  event(event: RecordedEvent): void {
    if (event.type === "discrepancyFound") count(this.conclusions, `discrepancy ${event.kind}`);
    else if (event.type === "caseOpened") count(this.conclusions, `case ${event.kind} opened`);
    else if (event.type === "caseClosed")
      count(
        this.conclusions,
        event.by === "engine" ? `case ${kindOf(event.caseId)} settled` : `case ${kindOf(event.caseId)} decided`,
      );
    else if (event.type === "orderExpired" && event.inferred === true)
      count(this.conclusions, `concluded ${event.reason}`);
    else if (event.type === "orderReinstated" || event.type === "orderAdopted" || event.type === "reportQuarantined")
      count(this.conclusions, event.type);
    else if (event.type === "reconcileCompleted") count(this.conclusions, `reconciled on ${event.trigger}`);
    else if (event.cause.startsWith("reconcile:")) count(this.conclusions, `${event.type} from a query`);
  }

  fault(name: FaultName, times: number): void {
    count(this.faults, name, times);
  }

  total(name: string, by = 1): void {
    count(this.totals, name, by);
  }

  merge(other: Pick<Coverage, "faults" | "cells" | "conclusions" | "totals">): void {
    for (const [mine, theirs] of [
      [this.faults, other.faults],
      [this.cells, other.cells],
      [this.conclusions, other.conclusions],
      [this.totals, other.totals],
    ] as const) {
      for (const [name, times] of theirs) count(mine, name, times);
    }
  }

  /** What was never reached and is not on the list of what cannot be. */
  missing(): string[] {
    const faults = FAULT_NAMES.filter((name) => !this.faults.has(name)).map((name) => `fault ${name}`);
    const cells = allCells().filter((cell) => !this.cells.has(cell) && unreachableBecause(cell) === undefined);
    const conclusions = CONCLUSIONS.filter((name) => !this.conclusions.has(name));
    return [...faults, ...cells.map((cell) => `cell ${cell}`), ...conclusions.map((name) => `conclusion ${name}`)];
  }
}

/** Every conclusion that a long run must reach. */
export const CONCLUSIONS = [
  "discrepancy lateFill",
  "discrepancy reinstated",
  "discrepancy missedFill",
  "discrepancy missedEnd",
  "discrepancy unknownOrder",
  "concluded notPlaced",
  "concluded absentAtVenue",
  "orderReinstated",
  "orderAdopted",
  "reportQuarantined",
  "orderAcknowledged from a query",
  "orderPartiallyFilled from a query",
  "orderFilled from a query",
  "orderCanceled from a query",
  "orderReplaced from a query",
  "replaceRejected from a query",
  "case unknownOutcome opened",
  "case unknownOutcome settled",
  "case quarantined opened",
  "reconciled on start",
  "reconciled on reconnect",
  "reconciled on periodic",
  "reconciled on silence",
  "reconciled on quarantine",
  "reconciled on foreignReport",
  "reconciled on deadMan",
  "discrepancy contradiction",
  "discrepancy position",
  "discrepancy unsettled",
  "concluded endedByOperator",
  "fillBooked from a query",
  "orderRejected from a query",
  "orderExpired from a query",
  "case historyGap opened",
  "case historyGap decided",
  "case historyGap settled",
  "case position opened",
  "case position decided",
  "case position settled",
  "case quarantined decided",
  "case reinstated opened",
  "case requestUnanswered opened",
  "case requestUnanswered decided",
  "case requestUnanswered settled",
  "case unknownOutcome decided",
  "case unsettled opened",
  "case unsettled decided",
  "case unsettled settled",
] as const;

const FILL_EVENTS = ["orderPartiallyFilled", "orderFilled"] as const;
const END_EVENTS = {
  filled: "orderFilled",
  canceled: "orderCanceled",
  expired: "orderExpired",
  rejected: "orderRejected",
} as const;

const EVENTS_OF_REPORT: {
  readonly [K in ExecutionReport["kind"]]: (report: ExecutionReport) => readonly RecordedEvent["type"][];
} = {
  acknowledged: () => ["orderAcknowledged"],
  fill: (report) => (report.kind === "fill" && report.ends === true ? [FILL_EVENTS[1]] : [FILL_EVENTS[0]]),
  ended: (report) => (report.kind === "ended" ? [END_EVENTS[report.status]] : []),
  replaced: () => ["orderReplaced"],
  requestRejected: (report) =>
    report.kind === "requestRejected" && report.request === "cancel" ? ["cancelRejected"] : ["replaceRejected"],
  fillReversed: () => ["fillReversed"],
  fillCorrected: () => ["fillCorrected"],
};

/** Every cell of the status table that can be met: `never` is a fault of ours and throws. */
function allCells(): string[] {
  return Object.entries(STATUS_TABLE).flatMap(([event, row]) =>
    ORDER_STATUSES.filter((status) => row[status] !== "never").map((status) => `${event} in ${status}`),
  );
}

/** Why a simulated run cannot meet a cell; `undefined` when it can. */
export function unreachableBecause(cell: string): string | undefined {
  const [event = "", status = ""] = cell.split(" in ");
  const isOneBatch = status === "created" || status === "validated";
  if (isOneBatch && (UNSEEN_FACTS.has(event) || event === "discrepancyFound"))
    return "created, validated and submitted are one batch: nothing from outside can come in between";
  return UNREACHABLE.get(cell);
}

const VENUE_FACTS = [
  "orderAcknowledged",
  "orderPartiallyFilled",
  "orderFilled",
  "orderCanceled",
  "orderExpired",
  "orderRejected",
  "orderReplaced",
  "fillReversed",
  "fillCorrected",
] as const;

const UNSEEN_FACTS: ReadonlySet<string> = new Set([
  "orderAcknowledged",
  "orderPartiallyFilled",
  "orderFilled",
  "orderCanceled",
  "orderExpired",
  "orderRejected",
  "orderReplaced",
  "orderFailed",
  "cancelRejected",
  "replaceRejected",
  "cancelRequested",
  "replaceRequested",
  "fillReversed",
  "fillCorrected",
]);

/** Which events cannot meet which statuses here, for a reason that is about this simulation and not about the engine. */
const UNREACHABLE_GROUPS: readonly (readonly [
  reason: string,
  events: readonly RecordedEvent["type"][],
  statuses: readonly OrderStatus[],
])[] = [
  ["an order is submitted once: no second attempt is made under its id", ["orderSubmitted"], ["submitted"]],
  [
    "the exchange has no order where it refused one, or where none was sent, and says nothing about what it has not",
    [...VENUE_FACTS, "fillBooked", "orderReinstated"],
    ["rejected", "failed"],
  ],
  ["a denial comes before an order counts as validated", ["orderDenied"], ["validated"]],
  ["a replace leaves only once the venue is known to have the order", ["replaceRejected"], ["rejected", "failed"]],
  ["nothing compares the books of an order that the venue cannot have", ["discrepancyFound"], ["rejected", "failed"]],
  [
    "the exchange refuses an order in the answer to it, before it tells anything else of it, and never afterwards",
    ["orderRejected"],
    ["acknowledged", "partiallyFilled", "filled", "canceled", "expired"],
  ],
  [
    "each order of the exchange ends once, in one way, and its stream never says another",
    ["orderCanceled", "orderExpired"],
    ["filled"],
  ],
  [
    "each order of the exchange ends once, in one way, and its stream never says another",
    ["orderExpired"],
    ["canceled"],
  ],
  [
    "the exchange takes back only executions that are booked, and a booked one has left submitted and acknowledged",
    ["fillReversed", "fillCorrected"],
    ["submitted"],
  ],
  [
    "a replace leaves only once the venue is known to have the order",
    ["orderReplaced", "replaceRejected"],
    ["submitted"],
  ],
];

const UNREACHABLE: ReadonlyMap<string, string> = new Map(
  UNREACHABLE_GROUPS.flatMap(([reason, events, statuses]) =>
    events.flatMap((event) => statuses.map((status): [string, string] => [`${event} in ${status}`, reason])),
  ),
);

function kindOf(caseId: string): string {
  return caseId.split(":")[0] ?? caseId;
}

function count(counts: Counts, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
