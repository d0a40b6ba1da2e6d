// Holds the scenarios T-01 to T-63 to their list: each is a test or has a reason why not, and each test names the
// public thread that it is about, in the shape that the generated page of scenarios is read from.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { NOT_APPLICABLE } from "./not-applicable-streams.ts";

const FILES = ["unknown-outcomes", "lost-and-stuck", "streams"];
const IDS = Array.from({ length: 63 }, (_, index) => `T-${String(index + 1).padStart(2, "0")}`);
const TEST = /^ *test(?:\.fails)?\(["`](?<ids>T-\d\d(?:, T-\d\d)*): /;
const THREAD = /^ *\/\/ thread: [\w.-]+\/[\w.-]+#\d+$/;

const lines = FILES.flatMap((name) => readFileSync(join(import.meta.dirname, `${name}.test.ts`), "utf8").split("\n"));
const titled = lines.flatMap((line, index) => {
  const ids = TEST.exec(line)?.groups?.["ids"];
  return ids === undefined ? [] : [{ ids: ids.split(", "), above: lines[index - 1] ?? "" }];
});

test("every scenario of a lost, stuck or unknown order is a test, or is listed with the reason why not", () => {
  const covered = new Set([...titled.flatMap(({ ids }) => ids), ...NOT_APPLICABLE.map(({ id }) => id)]);
  expect([...covered].toSorted()).toEqual(IDS);
});

test("every test of a scenario names its thread right above it", () => {
  expect(titled.length).toBeGreaterThan(50);
  expect(lines.filter((line) => /\btest(?:\.\w+)?\(/.test(line))).toHaveLength(titled.length);
  expect(titled.filter(({ above }) => !THREAD.test(above))).toEqual([]);
});
