// The queue follows its events whatever it held before, and unknown outcomes come first.

import { describe, expect, test } from "vitest";
import { applyCaseEvents, deadManWords, mergeQuarantined, sortCases } from "./cases.ts";
import type { Case, EventJson, Quarantined } from "./contract.ts";
import { T0 } from "./testing/an-order.ts";

const aCase = (kind: Case["kind"], subject: string, at = T0): Case => ({
  seq: at - T0 + 1,
  caseId: `${kind}:${subject}`,
  kind,
  text: "",
  at,
});
const opened = (one: Case) => ({ ...one, type: "caseOpened" }) as unknown as EventJson;
const closed = ({ caseId }: Case) => ({ seq: 9, type: "caseClosed", caseId, at: T0 }) as unknown as EventJson;
const put = (seq: number): Quarantined => ({ seq, at: T0, venue: "paper", reason: "r", raw: "{}" });

describe("the queue", () => {
  const position = aCase("position", "main");
  const lost = aCase("unknownOutcome", "OWR1", T0 + 5);
  const older = aCase("unknownOutcome", "OWR2", T0 + 1);

  test("cases come and go with their events, and one that is told twice is one", () => {
    const both = applyCaseEvents([position], [opened(lost), opened(lost)]);
    expect(both.map(({ caseId }) => caseId)).toEqual(["position:main", "unknownOutcome:OWR1"]);
    expect(applyCaseEvents(both, [closed(position), closed(older)])).toMatchObject([{ caseId: "unknownOutcome:OWR1" }]);
    expect(applyCaseEvents(both, [closed(lost), opened(lost)])).toHaveLength(2);
  });

  test("events about other things leave it as it is, so that nothing is drawn anew", () => {
    const cases = [position];
    expect(applyCaseEvents(cases, [{ seq: 3, type: "orderFilled", at: T0 }])).toBe(cases);
  });

  test("unknown outcomes stand first, the oldest before the others", () => {
    expect(sortCases([position, lost, older])).toEqual([older, lost, position]);
  });
});

test("quarantined words are kept once each, the newest hundred", () => {
  const many = Array.from({ length: 101 }, (_, index) => put(index + 1));
  const merged = mergeQuarantined([put(101), put(1)], many);
  expect(merged.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, index) => 101 - index));
});

test.each([
  [{ state: "wound", scope: "ours", firesAt: T0 }, "wound until 14:00:00, then our orders are canceled"],
  [
    { state: "uncertain", scope: "venueAccount", firesAt: T0 },
    "uncertain: the venue did not answer, it may cancel all orders of the venue account at 14:00:00",
  ],
  [{ state: "unwound", scope: "ours" }, "not wound: resting orders stay if we are gone"],
] as const)("the dead-man switch %j is told as %j", (status, words) => {
  expect(deadManWords({ ...status, timeoutMs: 60_000 })).toBe(words);
});
