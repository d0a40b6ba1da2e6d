// When the circuit opens, what it takes to close it, and how long to wait between tries.
// Time is a number here: nothing waits.

import { describe, expect, test } from "vitest";
import { SeededRandom } from "../runtime/random.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";
import { backoffMs, DEFAULT_BACKOFF } from "./retry.ts";

const OPTIONS = { failures: 3, windowMs: 100, coolDownMs: 50 };

/** A breaker that opened at 20. */
function opened(): CircuitBreaker {
  const breaker = new CircuitBreaker(OPTIONS);
  for (const at of [0, 10, 20]) breaker.note(false, at);
  return breaker;
}

describe("the circuit", () => {
  test("stays closed below the count of failures", () => {
    const breaker = new CircuitBreaker(OPTIONS);
    for (const at of [0, 10]) breaker.note(false, at);
    expect([breaker.stateAt(20), breaker.allows(20)]).toEqual(["closed", true]);
  });

  test("opens at the count, and holds orders back until it has cooled down", () => {
    const breaker = opened();
    expect([breaker.stateAt(20), breaker.allows(20)]).toEqual(["open", false]);
    expect([breaker.stateAt(69), breaker.allows(69)]).toEqual(["open", false]);
    expect([breaker.stateAt(70), breaker.allows(70)]).toEqual(["halfOpen", true]);
  });

  test("forgets failures that left the window", () => {
    const breaker = new CircuitBreaker(OPTIONS);
    for (const at of [0, 10, 100]) breaker.note(false, at);
    expect(breaker.stateAt(100)).toBe("closed");
    breaker.note(false, 109);
    expect(breaker.stateAt(109)).toBe("open");
  });

  test("a success between does not wash failures away", () => {
    const breaker = new CircuitBreaker(OPTIONS);
    breaker.note(false, 0);
    breaker.note(false, 10);
    breaker.note(true, 15);
    breaker.note(false, 20);
    expect(breaker.stateAt(20)).toBe("open");
  });

  test("lets one order try at a time when half open", () => {
    const breaker = opened();
    expect([breaker.allows(70), breaker.allows(70), breaker.allows(119)]).toEqual([true, false, false]);
    expect(breaker.allows(120)).toBe(true);
  });

  test("closes when the try is answered", () => {
    const breaker = opened();
    breaker.allows(70);
    breaker.note(true, 75);
    expect([breaker.stateAt(75), breaker.allows(75), breaker.allows(75)]).toEqual(["closed", true, true]);
    for (const at of [80, 81]) breaker.note(false, at);
    expect(breaker.stateAt(81)).toBe("closed");
  });

  test("opens again, for a whole cool-down, when the try fails", () => {
    const breaker = opened();
    breaker.allows(70);
    breaker.note(false, 80);
    expect([breaker.stateAt(129), breaker.stateAt(130)]).toEqual(["open", "halfOpen"]);
    expect(breaker.allows(130)).toBe(true);
  });

  test("an answered cancel or query makes an open circuit half open at once", () => {
    const breaker = opened();
    breaker.note(true, 30);
    expect([breaker.stateAt(30), breaker.allows(30), breaker.allows(31)]).toEqual(["halfOpen", true, false]);
  });

  test("a failed cancel or query starts the cool-down again", () => {
    const breaker = opened();
    breaker.note(false, 60);
    expect([breaker.stateAt(109), breaker.stateAt(110)]).toEqual(["open", "halfOpen"]);
  });
});

describe("backoff", () => {
  test("doubles from the base up to the most, without jitter", () => {
    const random = SeededRandom.fromSeed(1);
    const waits = [1, 2, 3, 4, 50, 5_000].map((attempt) =>
      backoffMs(attempt, { baseMs: 100, factor: 2, maxMs: 700, jitter: 0 }, random),
    );
    expect(waits).toEqual([100, 200, 400, 700, 700, 700]);
  });

  test("jitter takes off its fraction at most, and both ends are reached", () => {
    const random = SeededRandom.fromSeed(7);
    const waits = Array.from({ length: 500 }, () => backoffMs(2, DEFAULT_BACKOFF, random));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...waits)).toBeLessThanOrEqual(200);
    expect(Math.min(...waits)).toBeLessThan(105);
    expect(Math.max(...waits)).toBeGreaterThan(195);
  });

  test("the same seed waits the same", () => {
    const wait = (): number => backoffMs(3, DEFAULT_BACKOFF, SeededRandom.fromSeed(3));
    expect(wait()).toBe(wait());
  });
});
