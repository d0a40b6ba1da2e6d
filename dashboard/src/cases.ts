// The operator queue as the stream tells it, and the words that its panel puts beside a case. What a decision
// means, and which are possible, is the library's own (src/engine/case-words.ts).

import { byUrgency } from "../../src/engine/case-words.ts";
import type { Case, DeadManStatus, EventJson, Quarantined } from "./contract.ts";
import { formatTime } from "./format.ts";

/** As many as the server keeps at hand. */
const QUARANTINED_KEPT = 100;

/** Follows the queue through events; the order that people see is {@link sortCases}. */
export function applyCaseEvents(cases: readonly Case[], events: readonly EventJson[]): readonly Case[] {
  let after = cases;
  for (const event of events) {
    if (event.type === "caseOpened") {
      const opened = event as unknown as Case;
      after = [...after.filter(({ caseId }) => caseId !== opened.caseId), opened];
    } else if (event.type === "caseClosed") {
      const { caseId } = event as unknown as Case;
      after = after.filter((open) => open.caseId !== caseId);
    }
  }
  return after;
}

/** Unknown outcomes first. */
export function sortCases(cases: readonly Case[]): readonly Case[] {
  return [...cases].sort(byUrgency);
}

/** Puts together what was read and what the stream said: each once, newest first. */
export function mergeQuarantined(known: readonly Quarantined[], more: readonly Quarantined[]): readonly Quarantined[] {
  const bySeq = new Map([...known, ...more].map((one) => [one.seq, one]));
  return [...bySeq.values()].sort((a, b) => b.seq - a.seq).slice(0, QUARANTINED_KEPT);
}

/** How the venue's dead-man switch stands, in words. */
export function deadManWords({ state, scope, firesAt }: DeadManStatus): string {
  const whose = scope === "ours" ? "our orders" : "all orders of the venue account";
  switch (state) {
    case "wound":
      return firesAt === undefined ? "wound" : `wound until ${formatTime(firesAt)}, then ${whose} are canceled`;
    case "unwound":
      return "not wound: resting orders stay if we are gone";
    case "uncertain":
      return `uncertain: the venue did not answer${firesAt === undefined ? "" : `, it may cancel ${whose} at ${formatTime(firesAt)}`}`;
  }
}
