// Faults to plant into a copy of the built engine, one at a time, each of a kind that order systems really have had. The
// simulator must catch every one of them; how that is tried is in run-planted.ts. The product has no hook for any.

/** A piece of a compiled file, which must be there exactly once, and what stands there in the broken engine. */
export interface PlantedEdit {
  /** Below the folder of the build. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface PlantedFault {
  readonly name: string;
  /** What the broken engine does. */
  readonly what: string;
  /** More than one where a second guard stands behind the first. */
  readonly edits: readonly [PlantedEdit, ...PlantedEdit[]];
  /** From seed 1 on, one of so many must catch it. */
  readonly seeds: number;
}

export const PLANTED_FAULTS: readonly PlantedFault[] = [
  {
    name: "resend-unknown",
    what: "sends an order again though an earlier attempt may have arrived",
    edits: [
      {
        file: "engine/egress.js",
        find: 'const safeToRepeat = outcome.kind === "notSent"',
        replace: 'const safeToRepeat = outcome.kind === "unknown" || outcome.kind === "notSent"',
      },
    ],
    seeds: 5,
  },
  {
    name: "fills-not-deduplicated",
    what: "books an execution as often as it is told",
    edits: [
      {
        file: "domain/interpret-fill.js",
        find: "const booked = order.fills.get(fillKey(fill));",
        replace: "const booked = undefined;",
      },
      {
        file: "domain/order-executions.js",
        find: "assert(!order.fills.has(fillKey(fill)), `fill ${fillKey(fill)} of ${order.id} is booked already`);",
        replace: "",
      },
    ],
    seeds: 5,
  },
  {
    name: "cancel-trusted-on-request",
    what: "takes an accepted cancel for a done one",
    edits: [
      {
        file: "engine/outcomes.js",
        find: "// Accepted is not done: the report says so, and the reconciler asks if none comes.",
        replace:
          'if (request === "cancel") { this.applyBody(order, { kind: "ended", status: "canceled", reason: "requested", venueAt: this.#clock.now() }, "engine:egress"); return; }',
      },
    ],
    seeds: 6,
  },
  {
    name: "cancel-not-found-means-canceled",
    what: "takes the venue's not knowing an order, when asked to cancel it, for its end",
    edits: [
      {
        file: "engine/outcomes.js",
        find: 'kind: "requestRejected",',
        replace:
          '...(outcome.reason === "unknownOrder" ? { kind: "ended", status: "canceled" } : { kind: "requestRejected" }),',
      },
    ],
    seeds: 6,
  },
  {
    name: "duplicate-id-means-rejected",
    what: "takes a refused repeat of its own submit for the end of the order",
    edits: [
      {
        file: "engine/outcomes.js",
        find: 'if (outcome.reason === "duplicateOrderId")',
        replace: "if (false)",
      },
    ],
    seeds: 24,
  },
  {
    name: "watermark-off-by-one",
    what: "begins to read fills one after the first that is missing",
    edits: [
      {
        file: "engine/evidence.js",
        find: "for (const words of fills) {",
        replace: "for (const words of from === undefined ? fills : fills.slice(1)) {",
      },
    ],
    seeds: 36,
  },
  {
    name: "snapshot-without-last-batch",
    what: "stamps a snapshot with the position of a batch that is not in it",
    edits: [
      {
        file: "engine/schedule.js",
        find: "recorder.journal.writeSnapshot({ seq, state })",
        replace:
          "{ const { durablePosition } = recorder.journal; recorder.journal.writeSnapshot({ seq: durablePosition, state: JSON.stringify({ ...JSON.parse(state), seq: durablePosition }) }); }",
      },
    ],
    seeds: 12,
  },
  {
    name: "late-fill-dropped",
    what: "does not book what was executed before an order's end and is told after it",
    edits: [
      {
        file: "domain/interpret-fill.js",
        find: "function bookLate(draft, fill) {",
        replace: "function bookLate(draft, fill) { return;",
      },
    ],
    seeds: 9,
  },
  {
    name: "position-moved-twice",
    what: "moves a position twice for each execution",
    edits: [
      {
        file: "engine/engine-state.js",
        find: "const after = move(before);",
        replace: "const after = move(move(before));",
      },
    ],
    seeds: 5,
  },
  {
    name: "reservation-released-on-timeout",
    what: "counts an order whose submit is unanswered as if it were not there",
    edits: [
      {
        file: "engine/exposure.js",
        find: "if (order.isTerminal) {",
        replace: "if (order.outcomeUnknown) return NO_CONTRIBUTION; if (order.isTerminal) {",
      },
    ],
    seeds: 12,
  },
  {
    name: "failed-query-means-absent",
    what: "takes a question without an answer for the answer that there is no such order",
    edits: [
      {
        file: "engine/questions.js",
        find: "return answer;",
        replace: 'return answer.kind === "failed" ? { kind: "absent" } : answer;',
      },
    ],
    seeds: 72,
  },
  {
    name: "absent-at-first-sight",
    what: "concludes from the first answer without the order, however early, that it never arrived",
    edits: [
      { file: "engine/inquiries.js", find: "const ABSENCES_FOR_PROOF = 2;", replace: "const ABSENCES_FOR_PROOF = 1;" },
      { file: "engine/inquiries.js", find: "if (askedMs < this.#provableMs(inquiry))", replace: "if (false)" },
    ],
    seeds: 36,
  },
  {
    name: "sent-before-durable",
    what: "sends an order before its intent is on disk",
    edits: [
      {
        file: "engine/order-commands.js",
        find: 'if (recorder.journal.durability === "always") {',
        replace: "if (false) {",
      },
      {
        file: "engine/gate.js",
        find: 'journal.durability === "always" && job.intentSeq > journal.durablePosition',
        replace: "false",
      },
    ],
    seeds: 5,
  },
  {
    name: "told-before-durable",
    what: "tells subscribers of events before they are on disk",
    edits: [
      {
        file: "engine/recorder.js",
        find: "const recorded = this.journal.append(drafts, before);",
        replace:
          "const recorded = this.journal.append(drafts, before); for (const event of recorded) this.bus.publish(event, this.#orderOf(event));",
      },
      {
        file: "engine/recorder.js",
        find: "this.bus.publish(event, this.#orderOf(event));\n        }\n        this.#state",
        replace: "}\n        this.#state",
      },
    ],
    seeds: 5,
  },
  {
    name: "epoch-reused",
    what: "begins a start with the epoch of the one before, and so gives order ids out again",
    edits: [{ file: "engine/order-ids.js", find: "return last + 1;", replace: "return last;" }],
    seeds: 5,
  },
  {
    name: "unanswered-sends-forgotten",
    what: "does not mark as unknown, at a start, what was sent and not answered before",
    edits: [
      {
        file: "engine/recovery.js",
        find: "recorder.record(unansweredSends(recorder.state, clock.now()));",
        replace: "",
      },
    ],
    seeds: 36,
  },
  {
    name: "kill-switch-ignored",
    what: "takes and sends orders while the kill switch is engaged",
    edits: [
      {
        file: "engine/engine-state.js",
        find: "if (this.killSwitch.engaged || account.killSwitch.engaged)",
        replace: "if (false)",
      },
    ],
    seeds: 6,
  },
  {
    name: "stale-stream-not-gated",
    what: "sends entries while the venue's stream is cut",
    edits: [{ file: "engine/gate.js", find: "if (!view.isCurrent)", replace: "if (false)" }],
    seeds: 5,
  },
  {
    name: "repeated-command-obeyed-twice",
    what: "makes a new order of each repeat of a client order id",
    edits: [
      {
        file: "engine/order-commands.js",
        find: "if (terms.clientOrderId === undefined)\n            return undefined;\n        const order = this",
        replace: "if (true)\n            return undefined;\n        const order = this",
      },
    ],
    seeds: 5,
  },
  {
    name: "sent-late",
    what: "sends an order however long ago it was meant to leave",
    edits: [
      {
        file: "engine/gate.js",
        find: "if (view.nowMs > job.deadlineMs || view.now > job.sendBy)",
        replace: "if (false)",
      },
      {
        file: "engine/egress.js",
        find: "const inTime = waitMs < this.#untilTooLateMs(job);",
        replace: "const inTime = true;",
      },
    ],
    seeds: 6,
  },
  {
    name: "reversal-ignored",
    what: "keeps an execution that the venue has taken back",
    edits: [
      {
        file: "domain/interpret-fill.js",
        find: "export function interpretReversal(draft, report) {",
        replace: "export function interpretReversal(draft, report) { return;",
      },
    ],
    seeds: 5,
  },
  {
    name: "unknown-replace-means-refused",
    what: "takes a replace without an answer for a refused one",
    edits: [
      {
        file: "engine/outcomes.js",
        find: "this.#unknown(order, request, outcome.reason);",
        replace:
          'if (request === "replace") this.#refuseRequest(job, outcome.reason); else this.#unknown(order, request, outcome.reason);',
      },
    ],
    seeds: 400,
  },
  {
    name: "missed-fills-not-read",
    what: "reads no executions when it compares the books, not even where the venue counts more",
    edits: [
      {
        file: "engine/reconciler.js",
        find: "const { cursor } = await this.#evidence.pullFills(account, findings);",
        replace: "const cursor = undefined;",
      },
      {
        file: "engine/evidence.js",
        find: "if (found.cumulativeQuantity.gt(order.cumulativeQuantity))",
        replace: "if (false)",
      },
      {
        file: "engine/reconciler.js",
        find: "const { complete } = await this.#evidence.pullFills(account, findings);",
        replace: "const complete = true;",
      },
    ],
    seeds: 5,
  },
  {
    name: "foreign-orders-canceled",
    what: "cancels the orders of others though it is told to observe them",
    edits: [
      {
        file: "engine/orphans.js",
        find: 'else if (treatment === "cancel")',
        replace: 'else if (treatment !== "adopt")',
      },
    ],
    seeds: 24,
  },
];
