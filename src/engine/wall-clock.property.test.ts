// Durations under a wall clock that jumps at every step: nothing leaves late, nothing is proven early, nothing
// grows old before its time. What the proofs rest on besides time is in reconciler.test.ts.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Decimal } from "../domain/decimal.ts";
import type { Order } from "../domain/order.ts";
import { unwrap } from "../domain/result.ts";
import { d } from "../domain/testing/orders.ts";
import type { MemoryJournal } from "../journal/memory/memory-journal.ts";
import { VirtualClock } from "../runtime/virtual-clock.ts";
import type { SendOutcome } from "../venues/venue.ts";
import type { EngineConfig } from "./engine-config.ts";
import { JumpingClock } from "./testing/jumping-clock.ts";
import { ScriptedVenue } from "./testing/scripted-venue.ts";
import { createTestEngine, START_AT, settle, type TestEngine } from "./testing/test-engine.ts";
import { found, recordOf } from "./testing/venue-answers.ts";

const HOUR = 3_600_000;
const BUDGET_MS = 5_000;
const DISCARD_MS = 1_000;
const LAG_MS = 500;
const PROVABLE_AFTER_MS = BUDGET_MS + DISCARD_MS + LAG_MS;
const UNKNOWN: SendOutcome = { kind: "unknown", reason: "reset" };

/** Small and large, forward and back; most steps are left alone. */
const jump = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: -2_000, max: 2_000 }) },
  { weight: 2, arbitrary: fc.constantFrom(-HOUR, HOUR, -24 * HOUR, 24 * HOUR) },
);
const jumps = fc.array(jump, { minLength: 1, maxLength: 40 });

interface Bench extends TestEngine {
  readonly wall: JumpingClock;
  readonly inner: VirtualClock;
  /** Sets the wall clock by the next of the jumps; without more of them it stays. */
  jump(): void;
  /** Lets time pass in small steps, with a jump after each. */
  steps(ms: number, eachStep?: () => void): Promise<void>;
}

async function bench(
  planned: readonly number[],
  config: Partial<EngineConfig> = {},
  journal?: MemoryJournal,
): Promise<Bench> {
  const inner = new VirtualClock(START_AT);
  const wall = new JumpingClock(inner);
  const venue = new ScriptedVenue();
  venue.capabilities = { ...venue.capabilities, discardAfterMs: DISCARD_MS, readLagMs: LAG_MS };
  const t = await createTestEngine({
    venue,
    ...(journal === undefined ? {} : { journal }),
    config: {
      ...config,
      clock: wall,
      prices: () => ({ price: Decimal.parse("100"), at: wall.now() }),
      settings: { sendTries: 100, retryMaxMs: 400, unknownRetryMaxMs: 500, ...config.settings },
    },
  });
  let next = 0;
  const jumpNow = (): void => wall.jump(planned[next++] ?? 0);
  return {
    ...t,
    wall,
    inner,
    jump: jumpNow,
    steps: async (ms, eachStep) => {
      for (let passed = 0; passed < ms; passed += 250) {
        await inner.advanceTo(inner.now() + 250, settle);
        await settle();
        eachStep?.();
        jumpNow();
      }
    },
  };
}

describe("whatever the wall clock shows", () => {
  test("no submit leaves after its budget, and its absence is not proven before it can have arrived nowhere", async () => {
    await fc.assert(
      fc.asyncProperty(jumps, fc.integer({ min: 1, max: 12 }), async (planned, unknownAt) => {
        const t = await bench(planned);
        const writtenMs: number[] = [];
        t.venue.onPlace = ({ sendBy }) => {
          writtenMs.push(t.inner.monotonicMs());
          // What is left of the budget, counted from the very moment of the write.
          expect(sendBy - t.wall.now()).toBe(BUDGET_MS - (t.inner.monotonicMs() - submittedMs));
          t.jump();
          return writtenMs.length === unknownAt ? UNKNOWN : { kind: "notSent", reason: "no route" };
        };
        t.venue.onOrder = () => {
          t.jump();
          return { kind: "absent" };
        };
        t.jump();
        const submittedMs = t.inner.monotonicMs();
        const order = await t.submit();
        await t.steps(30_000, () => {
          if (t.inner.monotonicMs() - submittedMs < PROVABLE_AFTER_MS) expect(order.status).not.toBe("expired");
        });
        for (const atMs of writtenMs) expect(atMs - submittedMs).toBeLessThanOrEqual(BUDGET_MS);
        expect(order.status).toBe(writtenMs.length >= unknownAt ? "expired" : "failed");
      }),
      { numRuns: 40 },
    );
  });

  test("a replace is not concluded as not applied before it can have arrived nowhere", async () => {
    await fc.assert(
      fc.asyncProperty(jumps, async (planned) => {
        const t = await bench(planned);
        const order = await t.working();
        t.venue.onReplace = ({ sendBy }) => {
          expect(sendBy - t.wall.now()).toBe(BUDGET_MS);
          t.jump();
          return UNKNOWN;
        };
        const asItWas = recordOf(order);
        t.venue.onOrder = () => {
          t.jump();
          return found(asItWas);
        };
        const askedMs = t.inner.monotonicMs();
        unwrap(await t.engine.replace(order.id, { price: "101" }));
        await t.steps(15_000, () => {
          if (t.inner.monotonicMs() - askedMs < PROVABLE_AFTER_MS) expect(order.pendingReplace).toBeDefined();
        });
        expect(order.pendingReplace).toBeUndefined();
        expect(order.price).toEqual(d("100"));
      }),
      { numRuns: 30 },
    );
  });

  test("an intent of an earlier life is not proven absent before the whole wait has passed in this one", async () => {
    await fc.assert(
      fc.asyncProperty(jumps, jump, async (planned, whileDown) => {
        const before = await bench(planned);
        before.venue.onPlace = () => new Promise(() => undefined);
        const { id } = await before.submit();
        const t = await bench([], {}, before.journal.crash("kept"));
        t.venue.onOrder = () => ({ kind: "absent" });
        t.wall.jump(whileDown);
        await t.steps(20_000, () => {
          const age = t.inner.monotonicMs();
          if (age < PROVABLE_AFTER_MS) expect(t.engine.find(id)?.status).toBe("submitted");
        });
        expect(t.engine.find(id)?.status).toBe("expired");
      }),
      { numRuns: 20 },
    );
  });

  test("an order of this life is stale when its age has passed, neither earlier nor later", async () => {
    await fc.assert(
      fc.asyncProperty(jumps, async (planned) => {
        const t = await bench(planned, { accounts: [{ id: "main", venue: "scripted", staleAfterMs: 3_000 }] });
        const order: Order = await t.working();
        await t.steps(3_000, () => expect(order.pendingCancel).toBeUndefined());
        expect(t.engine.staleOrders(2_999)).toEqual([order]);
        await t.steps(1_250);
        expect(order.pendingCancel?.reason).toBe("stale");
      }),
      { numRuns: 20 },
    );
  });
});

test("a question that was asked before the end of a replace's time proves nothing, however late its answer comes", async () => {
  const t = await bench([]);
  const order = await t.working();
  t.venue.onReplace = () => UNKNOWN;
  const asItWas = recordOf(order);
  t.venue.onOrder = () => new Promise((resolve) => t.inner.schedule(4_000, () => resolve(found(asItWas))));
  unwrap(await t.engine.replace(order.id, { price: "101" }));
  await t.steps(PROVABLE_AFTER_MS + 3_500);
  expect(order.pendingReplace).toBeDefined();
  await t.steps(10_000);
  expect(order.pendingReplace).toBeUndefined();
});

test("an order of an earlier life has the age that the wall clock showed at the start, and grows older from there", async () => {
  const staleAfterMs = 10_000;
  const accounts = [{ id: "main", venue: "scripted", staleAfterMs }];
  const before = await bench([], { accounts });
  const order = await before.working();
  const { id } = order;
  const t = await bench([], { accounts }, before.journal.crash("kept"));
  t.wall.jump(24 * HOUR);
  t.venue.onOrder = () => found(recordOf(order));
  await t.steps(9_000);
  expect(t.engine.find(id)?.pendingCancel).toBeUndefined();
  await t.steps(2_500);
  expect(t.engine.find(id)?.pendingCancel?.reason).toBe("stale");
});

test("an order that waits in line longer than its budget does not leave, though the wall clock was set back", async () => {
  const venueMessages = { count: 4, windowMs: 6_000, reservedForCancels: 2 };
  const t = await bench([], { settings: { reconcileEveryMs: 0, venueMessages } });
  await t.steps(6_000);
  for (const price of ["99", "98"]) await t.working({ price });
  const order = await t.submit();
  await settle();
  t.wall.jump(-HOUR);
  await t.steps(10_000);
  expect(t.venue.sent).toHaveLength(2);
  expect(order.statusReason).toEqual({ code: "venue.unreachable", text: "its time to be sent has passed" });
});

test("a send that the wall clock calls late does not leave: while a machine sleeps, the other clock may stand", async () => {
  const t = await bench([]);
  t.venue.onPlace = () => ({ kind: "notSent", reason: "no route" });
  const order = await t.submit();
  await settle();
  t.wall.jump(BUDGET_MS + 1);
  await t.steps(2_000);
  expect(t.venue.sent).toHaveLength(1);
  expect(order.statusReason).toEqual({ code: "venue.unreachable", text: "its time to be sent has passed" });
});
