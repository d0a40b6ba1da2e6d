// docs/internals/scenarios.md and docs/internals/fix-matrices.md, from the titles of the tests that show them.

import { basename } from "node:path";
import { GENERATED_MARK, plain, table } from "./markdown.ts";
import { filesIn, listedTexts, readSource, type TestTitle, testTitles } from "./test-titles.ts";

/** A test that shows what Orderwright does where others were reported to fail. */
export interface Scenario extends TestTitle {
  readonly ids: readonly string[];
}

export interface NotApplicable {
  readonly id: string;
  readonly reason: string;
}

export interface Scenarios {
  readonly tests: readonly Scenario[];
  readonly notApplicable: readonly NotApplicable[];
}

const FOLDER = "test/scenarios";
const FIX_FOLDER = "test/fix";
const IDS = /^((?:[TS]-\d{2,3})(?:, [TS]-\d{2,3})*): (.+)$/;
const FIX_ID = /^FIX ([^:]+): (.+)$/;

const numbered = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${letter}-${String(index + 1).padStart(2, "0")}`);

/** Every report that has to be either shown by a test or said not to apply. */
export const SCENARIO_IDS: readonly string[] = [...numbered("T", 112), ...numbered("S", 20)];

/** Returns the tests whose titles begin with ids, in the order of the ids, and what does not apply. */
export function readScenarios(root: string): Scenarios {
  const tests = filesIn(root, FOLDER, /\.test\.ts$/).flatMap((file) =>
    testTitles(file, readSource(root, file)).flatMap(withIds),
  );
  const notApplicable = filesIn(root, FOLDER, /^not-applicable\.ts$/).flatMap((file) =>
    listedTexts(file, readSource(root, file), "NOT_APPLICABLE").map(({ id = "", reason = "" }) => ({ id, reason })),
  );
  return {
    tests: tests.toSorted((left, right) => placeOf(left.ids[0]) - placeOf(right.ids[0])),
    notApplicable: notApplicable.toSorted((left, right) => placeOf(left.id) - placeOf(right.id)),
  };
}

export function scenariosPage(root: string): string {
  const { tests, notApplicable } = readScenarios(root);
  const shown = new Set(tests.flatMap(({ ids }) => ids));
  const awaited = tests.filter(({ failsYet }) => failsYet);
  return `${GENERATED_MARK}

# Scenarios from the field

What users of other trading systems reported (T), or what can be read in their sources (S), and what Orderwright does instead. Each
row is a test: it drives the engine through its front door and looks at what a trader would see. The reference leads to the public
report; the behavior is Orderwright's.

${shown.size} reports are shown by ${tests.length} tests; ${notApplicable.length} do not apply.${awaitedText(awaited.length)}

${table(["report", "what Orderwright does", "reported in", "test"], tests.map(scenarioRow))}

## What does not apply

${table(
  ["report", "why"],
  notApplicable.map(({ id, reason }) => [id, plain(reason)]),
)}
`;
}

/** @returns nothing where there are no such tests. */
export function fixMatricesPage(root: string): string | undefined {
  const rows = filesIn(root, FIX_FOLDER, /\.test\.ts$/)
    .map((file) => testTitles(file, readSource(root, file)).flatMap(fixRow))
    .toSorted((left, right) => firstMatrix(left) - firstMatrix(right))
    .flat();
  if (rows.length === 0) return undefined;
  const without = filesIn(root, FIX_FOLDER, /^not-applicable\.ts$/).flatMap((file) =>
    listedTexts(file, readSource(root, file), "NOT_APPLICABLE").map(({ id = "", title = "", reason = "" }) => [
      id,
      plain(title),
      plain(reason),
    ]),
  );
  return `${GENERATED_MARK}

# The FIX order state changes

The matrices of the FIX specification's appendix on order state changes: which messages pass, and what status, cumulative and
leaves quantity an order has after each. ${rows.length} tests; where Orderwright differs by design, the test says why. The numbers
are the specification's; a row of a *group* is a case beside its matrices.

${table(["matrix", "what happens", "test"], rows)}
${without.length === 0 ? "" : `\n## What has no test\n\n${table(["matrix", "what happens", "why"], without)}\n`}`;
}

/** Turns a reference into a link where it names a repository with its owner; otherwise it stays as it is. */
export function linked(reference: string): string {
  const [, repository, pull, number] = /^([\w-]+\/[\w.-]+?)( PR)?#(\d+)$/.exec(reference) ?? [];
  if (repository === undefined) return plain(reference);
  return `[${reference}](https://github.com/${repository}/${pull === undefined ? "issues" : "pull"}/${number})`;
}

function withIds(test: TestTitle): Scenario[] {
  const [, ids, title] = IDS.exec(test.title) ?? [];
  return ids === undefined || title === undefined ? [] : [{ ...test, title, ids: ids.split(", ") }];
}

function scenarioRow({ ids, title, references, failsYet, file }: Scenario): string[] {
  const mark = failsYet ? " *(not yet)*" : "";
  return [ids.join(", "), plain(title) + mark, references.map(linked).join(", "), fileLink(file)];
}

function fixRow({ title, file, failsYet }: TestTitle): string[][] {
  const [, id, what] = FIX_ID.exec(title) ?? [];
  return id === undefined || what === undefined
    ? []
    : [[id, plain(what) + (failsYet ? " *(not yet)*" : ""), fileLink(file)]];
}

/** The number of the first matrix that a file shows: files are told in the order of the specification. */
function firstMatrix(rows: readonly string[][]): number {
  const numbers = rows.flatMap(([id = ""]) => /^D(\d+)/.exec(id)?.slice(1).map(Number) ?? []);
  return Math.min(...numbers);
}

function awaitedText(count: number): string {
  return count === 0
    ? ""
    : ` ${count} of the tests ${count === 1 ? "is" : "are"} marked *not yet*: the behavior is wanted and missing.`;
}

const fileLink = (file: string): string => `[${basename(file)}](../../${file})`;

const placeOf = (id = ""): number => SCENARIO_IDS.indexOf(id);
