// Holds the scenarios of test/scenarios to their list: each report is either shown by a test or said not to apply, and
// none is forgotten. What the pages say is checked in generated-docs.test.ts.

import { join } from "node:path";
import { expect, test } from "vitest";
import { linked, readScenarios, SCENARIO_IDS } from "../scripts/docs/scenarios.ts";
import { listedTexts, testTitles } from "../scripts/docs/test-titles.ts";
import { NOT_APPLICABLE } from "./scenarios/not-applicable.ts";

const { tests, notApplicable } = readScenarios(join(import.meta.dirname, ".."));
const shown = new Set(tests.flatMap(({ ids }) => ids));
const excused = notApplicable.map(({ id }) => id);

test("every report is shown by a test or said not to apply", () => {
  expect(SCENARIO_IDS.filter((id) => !shown.has(id) && !excused.includes(id))).toEqual([]);
});

test("no report is both, listed twice, or none of the list", () => {
  expect(excused.filter((id) => shown.has(id))).toEqual([]);
  expect(excused.filter((id, index) => excused.indexOf(id) !== index)).toEqual([]);
  expect([...shown, ...excused].filter((id) => !SCENARIO_IDS.includes(id))).toEqual([]);
});

test("every report that does not apply has its reason, and every test of one its reference", () => {
  expect(notApplicable.filter(({ reason }) => reason === "")).toEqual([]);
  expect(tests.filter(({ references }) => references.length === 0).map(({ title }) => title)).toEqual([]);
});

test("titles are read with what stands above them, through tables, marks and templates", () => {
  const source = [
    "// about the file",
    "// thread: a/b#1",
    "// source: other Place",
    'test("T-01: one", () => {});',
    'test.fails("T-02: two", () => {});',
    'describe("group", () => {',
    "  // thread: a/b PR#2",
    '  test.each([["x"]])("T-03: %s is $status", () => {});',
    "  for (const each of list) test(`T-04: ${each}!`, () => {});",
    "});",
    'helper("T-05: no test");',
  ].join("\n");
  expect(testTitles("x.test.ts", source)).toEqual([
    { title: "T-01: one", references: ["a/b#1", "other Place"], failsYet: false, file: "x.test.ts" },
    { title: "T-02: two", references: [], failsYet: true, file: "x.test.ts" },
    { title: "T-03: … is …", references: ["a/b PR#2"], failsYet: false, file: "x.test.ts" },
    { title: "T-04: …!", references: [], failsYet: false, file: "x.test.ts" },
  ]);
});

test("a list of texts is read as it stands, sums included", () => {
  expect(notApplicable).toEqual(expect.arrayContaining([...NOT_APPLICABLE]));
  const source = 'export const LIST: readonly object[] = [{ id: "T-01", reason: "long " + "text" }, { id: "T-02" }];';
  expect(listedTexts("x.ts", source, "LIST")).toEqual([{ id: "T-01", reason: "long text" }, { id: "T-02" }]);
  expect(listedTexts("x.ts", source, "OTHER")).toEqual([]);
});

test.each([
  ["a/b#12", "[a/b#12](https://github.com/a/b/issues/12)"],
  ["a/b.c PR#3", "[a/b.c PR#3](https://github.com/a/b.c/pull/3)"],
  ["DEXBot PR#486", "DEXBot PR#486"],
  ["pms startup", "pms startup"],
])("the reference %s is shown as %s", (reference, text) => {
  expect(linked(reference)).toBe(text);
});
