// Delays are what was asked for, and repeatable by their source of randomness.

import { describe, expect, it } from "vitest";
import { fixedLatency, uniformLatency } from "./latency.ts";

describe("latency", () => {
  it("is the same every time when fixed", () => {
    const latency = fixedLatency(12.5);
    expect([latency(), latency()]).toEqual([12.5, 12.5]);
  });

  it("spreads evenly from the least to the most", () => {
    const numbers = [0, 0.5, 0.999];
    const latency = uniformLatency(10, 30, () => numbers.shift() ?? 0);
    expect([latency(), latency(), latency()]).toEqual([10, 20, 29.98]);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("cannot be %d", (delay) => {
    expect(() => fixedLatency(delay)).toThrow(RangeError);
    expect(() => uniformLatency(0, delay, () => 0)).toThrow(RangeError);
  });

  it("cannot have its least above its most", () => {
    expect(() => uniformLatency(3, 2, () => 0)).toThrow("The least delay, 3 ms, is above the most, 2 ms.");
  });
});
