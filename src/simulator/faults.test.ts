// The fault plan: which faults a seed switches on, and that none moves another.

import { describe, expect, test } from "vitest";
import { FAULT_NAMES, FAULTS, type FaultName, FaultPlan } from "./faults.ts";

const ASKED = 5_000;

/** On which of many occasions a fault strikes, when the others are asked for as well. */
function strikesOf(plan: FaultPlan, name: FaultName, others: readonly FaultName[]): number[] {
  const struck: number[] = [];
  for (let occasion = 0; occasion < ASKED; occasion++) {
    for (const other of others) if (plan.strikes(other)) plan.pick(other, 100);
    if (plan.strikes(name)) struck.push(plan.pick(name, 1_000), occasion);
  }
  return struck;
}

describe("a fault plan", () => {
  test("strikes the same for the same seed, and otherwise for another", () => {
    const name = [...new FaultPlan(1, "full").active.keys()].find((each) => new FaultPlan(2, "full").active.has(each));
    if (name === undefined) throw new Error("no fault is on for both seeds");
    const struck = strikesOf(new FaultPlan(1, "full"), name, []);
    expect(struck).not.toEqual([]);
    expect(strikesOf(new FaultPlan(1, "full"), name, [])).toEqual(struck);
    expect(strikesOf(new FaultPlan(2, "full"), name, [])).not.toEqual(struck);
  });

  test("one fault left out does not move when the others strike", () => {
    const all = FAULT_NAMES.filter((name) => new FaultPlan(3, "full").active.has(name));
    const [leftOut, watched, ...rest] = all;
    if (leftOut === undefined || watched === undefined) throw new Error("fewer than two faults are on");
    const withIt = strikesOf(new FaultPlan(3, "full"), watched, [leftOut, ...rest]);
    expect(withIt).not.toEqual([]);
    expect(strikesOf(new FaultPlan(3, "full"), watched, rest)).toEqual(withIt);
  });

  test("switches every fault on for some seeds and off for others", () => {
    const active = Array.from({ length: 40 }, (_, seed) => new FaultPlan(seed, "full").active);
    for (const name of FAULT_NAMES) {
      const times = active.filter((faults) => faults.has(name)).length;
      expect(times, name).toBeGreaterThan(0);
      expect(times, name).toBeLessThan(active.length);
    }
  });

  test("stays within the catalog's probabilities, and at the level low within a tenth of them", () => {
    for (const [name, probability] of new FaultPlan(4, "full").active) {
      expect(probability).toBeLessThanOrEqual(FAULTS[name][0]);
      expect(new FaultPlan(4, "low").active.get(name)).toBeCloseTo(probability / 10, 12);
    }
  });

  test("has nothing at the level none", () => {
    const plan = new FaultPlan(5, "none");
    expect(plan.active.size).toBe(0);
    expect(FAULT_NAMES.some((name) => plan.strikes(name))).toBe(false);
  });

  test("counts what has struck, and strikes nothing once the wire is healed", () => {
    const plan = new FaultPlan(1, "full");
    const [name] = plan.active.keys();
    if (name === undefined) throw new Error("no fault is on");
    const struck = strikesOf(plan, name, []).length / 2;
    expect(plan.counts.get(name)).toBe(struck);
    plan.heal();
    expect(strikesOf(plan, name, [])).toEqual([]);
    expect(plan.counts.get(name)).toBe(struck);
  });
});
