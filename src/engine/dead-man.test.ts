// The dead-man switch on a scripted venue: when it is wound, what is known of it, who lets it go, and how a stop ends
// it. Against a venue that does cancel it is in dead-man.paper.test.ts.

import { describe, expect, test } from "vitest";
import { unwrap } from "../domain/result.ts";
import type { SendOutcome, VenueCapabilities } from "../venues/venue.ts";
import { Engine } from "./engine.ts";
import type { DeadManStatus } from "./engine-api.ts";
import type { AccountConfig } from "./engine-config.ts";
import type { EngineSettings } from "./settings.ts";
import { ScriptedVenue, VENUE } from "./testing/scripted-venue.ts";
import { createTestEngine, START_AT, type TestEngine } from "./testing/test-engine.ts";
import { eventsOfType, found, pending, recordOf } from "./testing/venue-answers.ts";

const TIMEOUT_MS = 30_000;
const STEP_MS = TIMEOUT_MS / 3;
const UNKNOWN: SendOutcome = { kind: "unknown", reason: "lost" };

interface Options {
  readonly start?: boolean;
  readonly scope?: "ours" | "venueAccount";
  readonly accounts?: readonly AccountConfig[];
  readonly settings?: Partial<EngineSettings>;
}

async function guarded({ start, scope = "ours", ...changes }: Options = {}): Promise<TestEngine> {
  const venue = new ScriptedVenue();
  const deadMan = { minTimeoutMs: 1_000, maxTimeoutMs: 120_000, scope };
  venue.capabilities = { ...venue.capabilities, deadMan } satisfies VenueCapabilities;
  const accounts = [{ id: "main", venue: VENUE, deadManMs: TIMEOUT_MS }];
  return createTestEngine({
    venue,
    config: { accounts, ...changes },
    ...(start === undefined ? {} : { start }),
  });
}

const timeouts = (t: TestEngine): number[] => t.venue.windings.map((winding) => winding.timeoutMs);
const statusOf = (t: TestEngine): DeadManStatus | undefined => t.engine.status().accounts[0]?.deadMan;
const triggers = (t: TestEngine): string[] => eventsOfType(t, "reconcileCompleted").map((event) => event.trigger);

describe("the switch of an account that asks for it", () => {
  test("is wound once the venue is connected, and again after each third of its time", async () => {
    const t = await guarded();
    await t.settle();
    expect(timeouts(t)).toEqual([TIMEOUT_MS]);
    await t.pass(STEP_MS - 1);
    expect(timeouts(t)).toHaveLength(1);
    await t.pass(1 + 8 * STEP_MS);
    expect(timeouts(t)).toHaveLength(10);
    const firesAt = START_AT + 9 * STEP_MS + TIMEOUT_MS;
    expect(statusOf(t)).toEqual({ state: "wound", timeoutMs: TIMEOUT_MS, scope: "ours", firesAt });
  });

  test("is left alone for an account that does not ask", async () => {
    const accounts = [
      { id: "main", venue: VENUE },
      { id: "other", venue: VENUE, deadManMs: 60_000 },
    ];
    const t = await guarded({ accounts });
    await t.pass(60_000);
    expect(new Set(t.venue.windings.map((winding) => winding.account))).toEqual(new Set(["other"]));
    expect(t.engine.status().accounts.map((account) => account.deadMan?.timeoutMs)).toEqual([undefined, 60_000]);
  });

  test("is wound from the budget that is kept for cancels", async () => {
    const t = await guarded({ settings: { venueMessages: { count: 5, windowMs: 60_000, reservedForCancels: 4 } } });
    await t.submit();
    await t.pass(STEP_MS);
    expect(t.venue.sent).toEqual([]);
    expect(timeouts(t)).toHaveLength(2);
  });

  test("stays wound under the kill switch: orders that are to stay are not canceled behind its back", async () => {
    const t = await guarded();
    const order = await t.working();
    unwrap(await t.engine.engageKillSwitch("keep", { by: "test" }));
    await t.pass(10 * STEP_MS);
    expect(timeouts(t)).toHaveLength(11);
    expect(statusOf(t)?.state).toBe("wound");
    expect(order.status).toBe("acknowledged");
  });

  test("is wound no more once nothing can be recorded", async () => {
    // RELIABILITY I32, 86: the gate is closed, so the venue cancels what rests.
    const t = await guarded();
    await t.working();
    t.journal.failNextCommit();
    await t.engine.submit({ instrumentId: "BTC/USDT", side: "buy", orderType: "limit", quantity: "1", price: "99" });
    expect(t.engine.status().phase).toBe("failed");
    await t.pass(10 * STEP_MS);
    expect(t.clock.nextTimerAt).toBeUndefined();
    expect(timeouts(t)).toEqual([TIMEOUT_MS]);
    expect(statusOf(t)).toMatchObject({ state: "uncertain", firesAt: START_AT + TIMEOUT_MS });
    await t.engine.stop();
    expect(timeouts(t)).toEqual([TIMEOUT_MS]);
  });
});

describe("a winding without confirmation", () => {
  test("leaves the switch uncertain, is tried again soon, and moves nothing", async () => {
    const t = await guarded();
    t.venue.onWindDeadMan = () => UNKNOWN;
    await t.pass(STEP_MS);
    expect(statusOf(t)).toMatchObject({ state: "uncertain", firesAt: START_AT + TIMEOUT_MS });
    await t.pass(1_000);
    expect(timeouts(t).length).toBeGreaterThan(3);
    expect(statusOf(t)).toMatchObject({ state: "uncertain", firesAt: START_AT + TIMEOUT_MS });
    t.venue.onWindDeadMan = () => ({ kind: "accepted" });
    await t.pass(1_000);
    expect(statusOf(t)?.state).toBe("wound");
    expect(statusOf(t)?.firesAt).toBeGreaterThan(START_AT + STEP_MS + TIMEOUT_MS);
    expect(triggers(t)).toEqual(["start"]);
  });

  test("because no answer comes ends at its deadline", async () => {
    const t = await guarded();
    t.venue.onWindDeadMan = () => new Promise(() => undefined);
    await t.pass(STEP_MS + 4_999);
    expect(statusOf(t)?.state).toBe("wound");
    await t.pass(1);
    expect(statusOf(t)?.state).toBe("uncertain");
    await t.pass(200);
    expect(timeouts(t)).toHaveLength(3);
  });

  test.each<SendOutcome>([
    { kind: "rejected", reason: "noPermission" },
    { kind: "notSent", reason: "no route" },
  ])("that the venue certainly did not take ($kind) tells of no firing", async (outcome) => {
    const t = await guarded({ start: false });
    t.venue.onWindDeadMan = () => outcome;
    await t.engine.start();
    await t.pass(2_000);
    expect(statusOf(t)).toEqual({ state: "uncertain", timeoutMs: TIMEOUT_MS, scope: "ours" });
    expect(timeouts(t).length).toBeGreaterThan(3);
  });

  test("because the budget has no room makes way for the next one: none leaves late", async () => {
    const t = await guarded({ settings: { venueMessages: { count: 3, windowMs: 59_000, reservedForCancels: 1 } } });
    await t.pass(2 * STEP_MS);
    expect(statusOf(t)).toMatchObject({ state: "wound", firesAt: START_AT + TIMEOUT_MS });
    await t.pass(5_000);
    expect(statusOf(t)).toMatchObject({ state: "uncertain", firesAt: START_AT + TIMEOUT_MS });
    await t.pass(36_000);
    expect(timeouts(t)).toHaveLength(2);
    expect(statusOf(t)?.state).toBe("wound");
    expect(statusOf(t)?.firesAt).toBeGreaterThanOrEqual(START_AT + 59_000 - STEP_MS + TIMEOUT_MS);
  });

  test("at the start counts from the first that may have arrived, and holds up no order", async () => {
    const t = await guarded({ start: false });
    t.venue.onWindDeadMan = () => UNKNOWN;
    await t.engine.start();
    await t.pass(2_000);
    expect(statusOf(t)).toMatchObject({ state: "uncertain", firesAt: START_AT + TIMEOUT_MS });
    expect((await t.working()).status).toBe("acknowledged");
  });

  test("is tried again at once when the venue is back", async () => {
    const t = await guarded();
    t.venue.onWindDeadMan = () => UNKNOWN;
    t.venue.connection("disconnected");
    await t.pass(STEP_MS + 8_000);
    t.venue.onWindDeadMan = () => ({ kind: "accepted" });
    const before = timeouts(t).length;
    t.venue.connection("connected");
    await t.settle();
    expect(timeouts(t)).toHaveLength(before + 1);
    expect(statusOf(t)).toMatchObject({ state: "wound", firesAt: t.clock.now() + TIMEOUT_MS });
  });

  test("for longer than the switch waits may have let it fire: the books are compared, and what it canceled is found", async () => {
    // RELIABILITY 85: the heartbeat is late, we live, and the reports of the cancels are lost.
    const t = await guarded();
    const order = await t.working();
    t.venue.onWindDeadMan = () => UNKNOWN;
    await t.pass(TIMEOUT_MS - 1);
    expect(statusOf(t)?.state).toBe("uncertain");
    await t.pass(1);
    t.venue.onOrder = () => found(recordOf(order, { status: "canceled", endReason: "deadMan" }));
    t.venue.onWindDeadMan = () => ({ kind: "accepted" });
    await t.pass(STEP_MS);
    expect(triggers(t)).toEqual(["start", "deadMan"]);
    expect(order).toMatchObject({ status: "canceled", inferred: false, statusReason: { text: "deadMan" } });
    expect(statusOf(t)?.state).toBe("wound");
    expect((await t.working()).status).toBe("acknowledged");
  });
});

describe("a stop in good order", () => {
  test("that keeps what rests unwinds the switch", async () => {
    // T-101: quitting cancels nobody's orders by surprise.
    const t = await guarded();
    const order = await t.working();
    const open = await t.engine.stop();
    expect(open.map((left) => left.id)).toEqual([order.id]);
    expect(timeouts(t)).toEqual([TIMEOUT_MS, 0]);
    expect(statusOf(t)).toEqual({ state: "unwound", timeoutMs: TIMEOUT_MS, scope: "ours" });
    expect(t.clock.nextTimerAt).toBeUndefined();
  });

  test("that cancels ours unwinds it after the cancels were answered", async () => {
    const t = await guarded();
    const order = await t.working();
    const stopping = t.engine.stop({ restingOrders: "cancelOurs" });
    await t.pass(1_000);
    expect(timeouts(t)).toEqual([TIMEOUT_MS]);
    t.venue.say(order, { kind: "ended", status: "canceled", reason: "requested" });
    await t.pass(100);
    await stopping;
    expect(timeouts(t)).toEqual([TIMEOUT_MS, 0]);
  });

  test.each([
    { policy: "cancelOurs", scope: "ours", unwound: false },
    { policy: "cancelAll", scope: "ours", unwound: false },
    { policy: "cancelAll", scope: "venueAccount", unwound: false },
    { policy: "cancelOurs", scope: "venueAccount", unwound: true },
  ] as const)(
    "whose cancels have no answer ($policy, switch of $scope) leaves it wound only if it does what was asked",
    async ({ policy, scope, unwound }) => {
      const t = await guarded({ scope });
      await t.working();
      t.venue.onCancel = () => new Promise(() => undefined);
      const stopping = t.engine.stop({ restingOrders: policy, deadlineMs: 1_000 });
      await t.pass(2_000);
      await stopping;
      expect(timeouts(t)).toEqual(unwound ? [TIMEOUT_MS, 0] : [TIMEOUT_MS]);
      expect(statusOf(t)?.state).toBe(unwound ? "unwound" : "wound");
      expect(t.clock.nextTimerAt).toBeUndefined();
    },
  );

  test("waits for a winding that is under way, so that it does not arrive last", async () => {
    const t = await guarded();
    const answer = pending<SendOutcome>();
    t.venue.onWindDeadMan = ({ timeoutMs }) => (timeoutMs === 0 ? { kind: "accepted" } : answer.promise);
    await t.pass(STEP_MS);
    const stopping = t.engine.stop({ deadlineMs: 1_000 });
    await t.pass(1_500);
    expect(timeouts(t)).toEqual([TIMEOUT_MS, TIMEOUT_MS]);
    answer.resolve({ kind: "accepted" });
    await t.pass(100);
    await stopping;
    expect(timeouts(t)).toEqual([TIMEOUT_MS, TIMEOUT_MS, 0]);
    expect(statusOf(t)?.state).toBe("unwound");
  });

  test("keeps back a winding that waits for budget, and one that waits for another try", async () => {
    const t = await guarded();
    t.venue.onWindDeadMan = ({ timeoutMs }) =>
      timeoutMs === 0 ? { kind: "accepted" } : { kind: "notSent", reason: "busy", retryAfterMs: 500 };
    await t.pass(STEP_MS);
    const stopping = t.engine.stop({ deadlineMs: 5_000 });
    await t.pass(5_000);
    await stopping;
    expect(timeouts(t)).toEqual([TIMEOUT_MS, TIMEOUT_MS, 0]);
  });

  test("unwinds again when no answer comes, and is not held up for longer than its deadline", async () => {
    const t = await guarded();
    t.venue.onWindDeadMan = () => new Promise(() => undefined);
    const stopping = t.engine.stop({ deadlineMs: 3_000 });
    await t.pass(3_000);
    await stopping;
    expect(timeouts(t)).toEqual([TIMEOUT_MS, 0, 0, 0]);
    expect(statusOf(t)).toMatchObject({ state: "uncertain", firesAt: START_AT + TIMEOUT_MS });
    expect(t.clock.nextTimerAt).toBeUndefined();
  });
});

describe("a timeout that the venue does not take", () => {
  test.each([
    [999, "999 is not a whole number from 1000 to 120000, the milliseconds that scripted takes"],
    [120_001, "120001 is not a whole number from 1000 to 120000, the milliseconds that scripted takes"],
    [1_500.5, "1500.5 is not a whole number from 1000 to 120000, the milliseconds that scripted takes"],
    [Number.NaN, "NaN is not a whole number from 1000 to 120000, the milliseconds that scripted takes"],
  ])("is a configuration error: %d", async (deadManMs, problem) => {
    const { config } = await guarded({ start: false });
    const open = Engine.open({ ...config, accounts: [{ id: "main", venue: VENUE, deadManMs }] });
    await expect(open).rejects.toMatchObject({
      code: "config.invalid",
      details: { problems: [`accounts.main.deadManMs: ${problem}`] },
    });
  });

  test("is any, where the venue has no switch", async () => {
    const { config } = await createTestEngine({ start: false });
    const open = Engine.open({ ...config, accounts: [{ id: "main", venue: VENUE, deadManMs: 5_000 }] });
    const problems = ["accounts.main.deadManMs: scripted has no dead-man switch; leave it out"];
    await expect(open).rejects.toMatchObject({ code: "config.invalid", details: { problems } });
  });
});
