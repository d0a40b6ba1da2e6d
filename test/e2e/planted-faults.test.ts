// The simulator finds bugs: each fault that is planted into a copy of the built engine is caught within its stated
// number of seeds. What the faults are is in src/simulator/planted/planted-faults.ts.

import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { PLANTED_FAULTS } from "../../src/simulator/planted/planted-faults.ts";
import { tryPlanted } from "../../src/simulator/planted/run-planted.ts";

/** The whole takes about a minute on two idle cores; a busy machine may take several times that. */
const TIMEOUT_MS = 600_000;

test(
  "every planted fault breaks a law within its stated seeds",
  async () => {
    const outcomes = await tryPlanted(PLANTED_FAULTS, availableParallelism());
    expect(outcomes.filter(({ caught }) => caught === undefined).map(({ fault }) => fault.name)).toEqual([]);
  },
  TIMEOUT_MS,
);

test("there are at least 16 planted faults, each with a name of its own", () => {
  expect(new Set(PLANTED_FAULTS.map(({ name }) => name)).size).toBeGreaterThanOrEqual(16);
  expect(new Set(PLANTED_FAULTS.map(({ name }) => name)).size).toBe(PLANTED_FAULTS.length);
});

test("code to break that is not there once is an error, and no fault is taken for planted", async () => {
  const [edit] = [{ file: "engine/gate.js", find: "no such code", replace: "" }] as const;
  const fault = { name: "not-there", what: "changes nothing", edits: [edit], seeds: 1 } as const;
  await expect(tryPlanted([fault], 1)).rejects.toThrow("engine/gate.js must have this once, and has it not at all");
});
