// Which case a person means, however it is written.

import { expect, test } from "vitest";
import { findCase } from "./case-ids.ts";
import type { CaseJson } from "./client.ts";

const aCase = (caseId: string): CaseJson => ({
  caseId,
  kind: "unknownOutcome",
  text: "",
  at: 0,
  decisions: ["dismiss"],
});
const LOST = "unknownOutcome:OWRmain0000L00010000002a";
const OTHER = "unknownOutcome:OWRmain0000L00010000002b";
const ENDED = "unsettled:OWRmain0000L00010000002a";
const DESK = "historyGap:desk";
const cases = [LOST, OTHER, ENDED, DESK].map(aCase);

test.each([
  [LOST, LOST],
  ["OWR_main0000_L_0001_0000002b", OTHER],
  ["OWRmain0000L00010000002b", OTHER],
  ["unsettled", ENDED],
  ["UNSETTLED:owr_main0000_L_0001_0000002a", ENDED],
  [" 002b ", OTHER],
  ["desk", DESK],
])("%j names %s", (text, caseId) => {
  expect(findCase(cases, text).caseId).toBe(caseId);
});

test("a whole id is not ambiguous because another begins with it", () => {
  expect(findCase([aCase("position:main"), aCase("position:main2")], "position:main").caseId).toBe("position:main");
});

test("a part that fits several cases is refused with all of them: usage", () => {
  expect(() => findCase(cases, "0000002a")).toThrow(
    expect.objectContaining({
      exitCode: 2,
      message: `"0000002a" fits 2 cases; name one of them:\n  ${LOST}\n  ${ENDED}`,
    }),
  );
});

test.each(["OWRmain0000L00010000002c", "", "_", " "])("%j names none: refused, with what to type", (text) => {
  expect(() => findCase(cases, text)).toThrow(
    expect.objectContaining({ exitCode: 3, message: expect.stringContaining("orderwright cases") as string }),
  );
});
