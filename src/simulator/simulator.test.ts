// A few minutes of simulation in the suite: the same seed gives the same run, seeds that once found a defect, and fresh
// ones of this commit's own. Hours of it are `npm run simulate`; the simulator's parts are tested beside them.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FAULT_LEVELS, type FaultLevel } from "./faults.ts";
import { describeFailure } from "./report.ts";
import { type RunResult, runSeed } from "./world.ts";

const HOUR_MS = 3_600_000;
const FRESH_SEEDS = 100;
const FRESH_HOURS = 0.05;
const MAX_SEED = 2_000_000_000;
/** A seed takes a third of a second; a machine with other work on it may take long. */
const PATIENCE_MS = 120_000;

describe("one seed", () => {
  test(
    "gives the same run again, whatever ran in between",
    async () => {
      const first = await run(7, "full", 0.02);
      const other = await run(8, "full", 0.02);
      const again = await run(7, "full", 0.02);
      expect(again.traceHash).toBe(first.traceHash);
      expect(again.events).toBe(first.events);
      expect(other.traceHash).not.toBe(first.traceHash);
    },
    PATIENCE_MS,
  );

  test(
    "injects nothing at the level none, and all orders go through",
    async () => {
      const { coverage, violation } = await run(7, "none", 0.02);
      expect(violation).toBeUndefined();
      expect([...coverage.faults]).toEqual([]);
      expect(coverage.totals.get("starts")).toBe(1);
      expect(coverage.totals.get("fills")).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );

  test(
    "is killed and starts again, and trades all the same, at the level full",
    async () => {
      const { coverage } = await run(18, "full", 0.02);
      expect(coverage.totals.get("kills")).toBeGreaterThan(0);
      expect(coverage.totals.get("fills")).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );
});

describe("seeds that once found a defect", () => {
  test.each(keptSeeds())(
    "%s",
    async (_, { seed, level, hours }) => expectToHold(await run(seed, level, hours), level, hours),
    PATIENCE_MS,
  );
});

const firstSeed = firstFreshSeed();
describe(`fresh seeds of this commit, from ${firstSeed}`, () => {
  test.each(Array.from({ length: FRESH_SEEDS }, (_, index) => firstSeed + index))(
    "seed %i holds every law",
    async (seed) => expectToHold(await run(seed, "full", FRESH_HOURS), "full", FRESH_HOURS),
    PATIENCE_MS,
  );
});

function run(seed: number, level: FaultLevel, hours: number): Promise<RunResult> {
  return runSeed({ seed, level, durationMs: hours * HOUR_MS });
}

/** Fails with the law, and with the one command that shows the run again. */
function expectToHold(result: RunResult, level: FaultLevel, hours: number): void {
  if (result.violation !== undefined) expect.fail(describeFailure(result, level, hours * HOUR_MS));
}

interface KeptSeed {
  readonly seed: number;
  readonly level: FaultLevel;
  readonly hours: number;
}

function keptSeeds(): [name: string, kept: KeptSeed][] {
  return readFileSync(new URL("../../test/seeds.txt", import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [run = "", found = ""] = line.split("#");
      const [seed, name, hours] = run.trim().split(/\s+/);
      const level = FAULT_LEVELS.find((each) => each === name);
      if (level === undefined || !(Number(seed) >= 0) || !(Number(hours) > 0) || found === "")
        throw new Error(`test/seeds.txt: "${line}" is not "seed level hours  # what it found".`);
      return [line.replace(/\s+/g, " "), { seed: Number(seed), level, hours: Number(hours) }];
    });
}

/** Each commit has seeds of its own, and they are the same wherever that commit is tested; without git, the first ones. */
function firstFreshSeed(): number {
  try {
    const commit = execFileSync("git", ["rev-parse", "HEAD"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return Number.parseInt(commit.slice(0, 12), 16) % MAX_SEED;
  } catch {
    return 1;
  }
}
