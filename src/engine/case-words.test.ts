// Which decisions are offered for a case, in which order cases are shown, and that a decision about a reinstated
// order says what it does to the account.

import { expect, test } from "vitest";
import { CASE_KINDS } from "../domain/system-event.ts";
import { byUrgency, consequenceOf, decisionsFor } from "./case-words.ts";
import { CASE_DECISIONS } from "./engine-api.ts";

const submitted = { status: "submitted", isWorking: false } as const;
const working = { status: "acknowledged", isWorking: true } as const;
const ended = { status: "filled", isWorking: false } as const;

test.each([
  ["unknownOutcome", submitted, ["dismiss", "notPlaced"]],
  ["requestUnanswered", working, ["dismiss", "ended"]],
  ["unsettled", ended, ["dismiss"]],
  ["position", undefined, ["dismiss"]],
  ["historyGap", undefined, ["dismiss", "notPlaced", "ended"]],
] as const)("%s about an order like %j offers %j", (kind, order, decisions) => {
  expect(decisionsFor({ kind, account: "main" }, order)).toEqual(decisions);
});

test("a gap of no account names no orders, and is only looked at", () => {
  expect(decisionsFor({ kind: "historyGap" }, undefined)).toEqual(["dismiss"]);
});

test("unknown outcomes come first, and of one kind the oldest", () => {
  const cases = CASE_KINDS.toReversed().flatMap((kind) => [2, 1].map((at) => ({ kind, at })));
  expect(cases.sort(byUrgency)).toEqual(CASE_KINDS.flatMap((kind) => [1, 2].map((at) => ({ kind, at }))));
});

test.each(CASE_DECISIONS)("%s says what it does to the account of a reinstated order, and of no other", (decision) => {
  const saying = CASE_KINDS.filter((kind) => consequenceOf(decision, kind).join(" ").includes("may open positions"));
  expect(saying).toEqual(["reinstated"]);
});
