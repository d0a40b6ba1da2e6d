// The boundary between decimals and whole steps loses nothing and accepts nothing that is off the grid.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Decimal } from "../domain/decimal.ts";
import { IntegerGrid } from "./integer-grid.ts";
import { dec } from "./testing/harness.ts";

describe("the integer grid", () => {
  it.each([
    ["0.01", "61685.99000000", 6_168_599],
    ["0.01", "61685.995", undefined],
    ["0.5", "3", 6],
    ["0.5", "3.2", undefined],
    ["10", "120", 12],
    ["10", "125", undefined],
    ["1", "9007199254740991", Number.MAX_SAFE_INTEGER],
    ["1", "9007199254740992", undefined],
    ["1", "-1", undefined],
  ])("with step %s reads %s as %s", (step, value, expected) => {
    expect(new IntegerGrid(dec(step)).toSteps(dec(value))).toBe(expected);
  });

  it("returns the value that it read, at any scale", () => {
    const step = fc.record({ coefficient: fc.integer({ min: 1, max: 999 }), scale: fc.integer({ min: 0, max: 18 }) });
    fc.assert(
      fc.property(step, fc.maxSafeNat(), fc.integer({ min: 0, max: 9 }), (grid, steps, zeros) => {
        const ticks = new IntegerGrid(Decimal.of(BigInt(grid.coefficient), grid.scale));
        const padded = ticks.toDecimal(steps).mul(Decimal.of(10n ** BigInt(zeros), zeros));
        expect(ticks.toSteps(padded)).toBe(steps);
        expect(ticks.toStepsDown(padded)).toBe(steps);
      }),
    );
  });

  it("rounds displayed quantities down, and caps them at the largest safe integer", () => {
    const grid = new IntegerGrid(dec("0.1"));
    expect(grid.toStepsDown(dec("1.29"))).toBe(12);
    expect(grid.toStepsDown(dec("9".repeat(30)))).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => grid.toStepsDown(dec(-1))).toThrow(RangeError);
  });

  it("needs a step above zero", () => {
    expect(() => new IntegerGrid(dec(0))).toThrow(RangeError);
  });
});
