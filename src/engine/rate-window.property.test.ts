// The sliding window against the obvious one, and the budget of a venue against its rule.
// Time is a number here: nothing waits.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RateWindow } from "./rate-window.ts";
import { type Lane, TokenBuckets, type VenueRateRule } from "./token-bucket.ts";

/** Steps of time; many are 0, and some are exactly a window. */
const gap = fc.oneof(fc.constant(0), fc.nat(5), fc.nat(40), fc.constantFrom(9, 10, 11));

/** The most that any half-open window of that length holds. */
function mostInAnyWindow(times: readonly number[], windowMs: number): number {
  return times.reduce(
    (most, start) => Math.max(most, times.filter((time) => time >= start && time < start + windowMs).length),
    0,
  );
}

describe("the window", () => {
  test("counts as the obvious one does, and says exactly when the next fits", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(gap, { maxLength: 60 }),
        (count, windowMs, gaps) => {
          const window = new RateWindow({ count, windowMs });
          const times: number[] = [];
          let now = 1_000;
          for (const step of gaps) {
            now += step;
            window.record(now);
            times.push(now);
            const newest = times.slice(-count);
            expect(window.countAt(now)).toBe(newest.filter((time) => now - time < windowMs).length);
            const { freeInMs } = window.usage(now);
            const inside = (at: number): number => newest.filter((time) => at - time < windowMs).length;
            expect(inside(now + freeInMs)).toBeLessThan(count);
            if (freeInMs > 0) expect(inside(now + freeInMs - 0.5)).toBe(count);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test("two events exactly a window apart do not share it", () => {
    const window = new RateWindow({ count: 1, windowMs: 100 });
    window.record(5);
    expect(window.usage(104)).toEqual({ count: 1, freeInMs: 1 });
    expect(window.usage(105)).toEqual({ count: 0, freeInMs: 0 });
  });

  test("another limit remembers what was counted", () => {
    const window = new RateWindow({ count: 3, windowMs: 100 });
    for (const at of [0, 10, 20]) window.record(at);
    expect(window.withLimit({ count: 2, windowMs: 100 }).usage(50)).toEqual({ count: 2, freeInMs: 60 });
    expect(window.withLimit({ count: 5, windowMs: 100 }).usage(50)).toEqual({ count: 3, freeInMs: 0 });
    expect(window.withLimit({ count: 3, windowMs: 15 }).countAt(21)).toBe(2);
  });
});

describe("the venue's budget", () => {
  const rule: fc.Arbitrary<VenueRateRule> = fc
    .record({ count: fc.integer({ min: 1, max: 8 }), windowMs: fc.integer({ min: 1, max: 30 }), share: fc.nat(7) })
    .map(({ count, windowMs, share }) => ({ count, windowMs, reserved: share % count }));
  const asks = fc.array(fc.record({ gap, lane: fc.constantFrom<Lane>("order", "cancel") }), { maxLength: 80 });

  test("no rule is exceeded over any window, in both lanes together; orders leave the reserve alone", () => {
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 3 }), asks, (rules, steps) => {
        const buckets = new TokenBuckets(rules);
        const taken: { at: number; lane: Lane }[] = [];
        let now = 0;
        for (const { gap, lane } of steps) {
          now += gap;
          if (buckets.tryTake(lane, now) === true) taken.push({ at: now, lane });
        }
        const all = taken.map(({ at }) => at);
        const orders = taken.filter(({ lane }) => lane === "order").map(({ at }) => at);
        for (const { count, windowMs, reserved } of rules) {
          expect(mostInAnyWindow(all, windowMs)).toBeLessThanOrEqual(count);
          expect(mostInAnyWindow(orders, windowMs)).toBeLessThanOrEqual(count - reserved);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("the wait that it names is exactly long enough", () => {
    fc.assert(
      fc.property(rule, asks, (rule, steps) => {
        const buckets = new TokenBuckets([rule]);
        let now = 0;
        for (const { gap, lane } of steps) {
          now += gap;
          const waitMs = buckets.tryTake(lane, now);
          if (waitMs === true) continue;
          expect(buckets.waitMs(lane, now + waitMs - 0.5)).toBeGreaterThan(0);
          expect(buckets.tryTake(lane, now + waitMs)).toBe(true);
          now += waitMs;
        }
      }),
      { numRuns: 300 },
    );
  });

  test("cancels pass while orders wait, until the rule itself is used up", () => {
    const buckets = new TokenBuckets([{ count: 3, windowMs: 100, reserved: 1 }]);
    expect([buckets.tryTake("order", 0), buckets.tryTake("order", 10)]).toEqual([true, true]);
    expect(buckets.tryTake("order", 20)).toBe(80);
    expect(buckets.tryTake("cancel", 20)).toBe(true);
    expect(buckets.tryTake("cancel", 20)).toBe(80);
    expect(buckets.tryTake("order", 100)).toBe(10);
    expect(buckets.tryTake("cancel", 100)).toBe(true);
  });

  test("a refusal by one rule takes no token of another", () => {
    const buckets = new TokenBuckets([
      { count: 2, windowMs: 1_000, reserved: 0 },
      { count: 1, windowMs: 10, reserved: 0 },
    ]);
    expect(buckets.tryTake("order", 0)).toBe(true);
    expect(buckets.tryTake("order", 5)).toBe(5);
    expect(buckets.tryTake("order", 10)).toBe(true);
    expect(buckets.tryTake("order", 20)).toBe(980);
  });

  test("a Retry-After holds both lanes back, and the later of two counts", () => {
    const buckets = new TokenBuckets([{ count: 10, windowMs: 10, reserved: 1 }]);
    buckets.block(500);
    buckets.block(300);
    expect([buckets.tryTake("order", 100), buckets.tryTake("cancel", 100)]).toEqual([400, 400]);
    expect(buckets.tryTake("cancel", 500)).toBe(true);
  });

  test.each([-1, 3, 0.5, Number.NaN])("a reserve of %s out of 3 is refused", (reserved) => {
    expect(() => new TokenBuckets([{ count: 3, windowMs: 1, reserved }])).toThrow(/0 to 2 can be reserved/);
  });
});
