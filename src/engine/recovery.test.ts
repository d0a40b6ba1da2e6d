// Starts: after crashes at every point of an order's way, after a stop in good order, and on journals that failed.

import { describe, expect, test } from "vitest";
import type { VenueOrderId } from "../domain/identifiers.ts";
import { unwrap } from "../domain/result.ts";
import { d } from "../domain/testing/orders.ts";
import { MemoryJournal } from "../journal/memory/memory-journal.ts";
import { SeededRandom } from "../runtime/random.ts";
import { writeState } from "./engine-snapshot.ts";
import { foldJournal } from "./recovery.ts";
import { createTestEngine, LIMIT_BUY, settle, type TestEngine, type TestEngineOptions } from "./testing/test-engine.ts";
import { found, recordOf, types } from "./testing/venue-answers.ts";

/** Starts again on the same journal and the same venue. */
function again(
  t: TestEngine,
  options: TestEngineOptions & { readonly undurable?: "lost" | "kept" } = {},
): Promise<TestEngine> {
  return createTestEngine({ journal: t.journal.crash(options.undurable ?? "lost"), venue: t.venue, ...options });
}

describe("after a crash", () => {
  test("before the intent was durable, the order does not exist and nothing was sent", async () => {
    // RELIABILITY 57: not acknowledged, both outcomes legal.
    for (const undurable of ["lost", "kept"] as const) {
      const t = await createTestEngine();
      await settle();
      void t.engine.submit({ ...LIMIT_BUY, clientOrderId: "mine" });
      t.venue.onOrder = () => ({ kind: "absent" });
      const next = await again(t, { undurable });
      await next.pass(30_000);
      expect(t.venue.sent).toEqual([]);
      expect(next.engine.find("mine")?.status).toBe(undurable === "lost" ? undefined : "expired");
    }
  });

  test("after the send, every request without a journaled outcome is unknown, and none is sent again", async () => {
    // RELIABILITY 59 to 61.
    const t = await createTestEngine();
    const [placed, canceling, replacing] = [
      await t.working(),
      await t.working({ price: "99" }),
      await t.working({ price: "98" }),
    ];
    t.venue.onPlace = () => new Promise(() => undefined);
    t.venue.onCancel = () => new Promise(() => undefined);
    t.venue.onReplace = () => new Promise(() => undefined);
    const hanging = await t.working({ price: "97" });
    unwrap(await t.engine.cancel(canceling.id));
    unwrap(await t.engine.replace(replacing.id, { price: "98.5" }));
    await settle();
    const sent = t.venue.sent.length;
    const next = await again(t);
    expect(next.engine.status()).toMatchObject({ previousStopUnclean: true, accounts: [{ outcomeUnknown: 3 }] });
    expect(next.engine.find(placed.id)?.outcomeUnknown).toBe(false);
    expect(next.engine.find(hanging.id)?.outcomeUnknown).toBe(true);
    expect(next.engine.find(canceling.id)?.pendingCancel?.outcomeUnknown).toBe(true);
    expect(next.engine.find(replacing.id)?.pendingReplace?.outcomeUnknown).toBe(true);
    await next.pass(60_000);
    expect(t.venue.sent.slice(sent).filter((each) => each.kind === "place" || each.kind === "replace")).toEqual([]);
  });

  test("again and again during the recovery, the result is the same", async () => {
    // RELIABILITY 63: recovery is idempotent.
    const t = await createTestEngine();
    t.venue.onPlace = () => new Promise(() => undefined);
    const order = await t.working();
    let next = t;
    for (let round = 0; round < 5; round++) next = await again(next, { start: false });
    expect(types(next, order.id).filter((type) => type === "orderOutcomeUnknown")).toHaveLength(1);
    expect(next.engine.status().epoch).toBe(t.engine.status().epoch + 5);
    expect(t.venue.sent).toHaveLength(1);
  });

  test("an unknown submit counts at its full size until it is settled", async () => {
    // T-17: "dead" orders fill later, at six times the exposure.
    const t = await createTestEngine();
    unwrap(await t.engine.setRiskLimits("main", { maxPosition: d("1.5") }, { by: "anna" }));
    t.venue.onPlace = () => new Promise(() => undefined);
    await t.working();
    t.venue.onOrder = () => ({ kind: "absent" });
    const next = await again(t);
    const denied = await next.engine.submit(LIMIT_BUY);
    expect(!denied.ok && denied.error.code).toBe("risk.maxPosition");
  });

  test("an armed cancel goes out when the order is found", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = () => new Promise(() => undefined);
    const order = await t.working();
    unwrap(await t.engine.cancel(order.id));
    await settle();
    t.venue.onOrder = () => found(recordOf(order));
    const next = await again(t);
    await next.pass(1_000);
    expect(t.venue.sent.filter((sent) => sent.kind === "cancel").map((sent) => sent.request.orderId)).toContain(
      order.id,
    );
  });

  test("what happened meanwhile is booked before the first new order is taken", async () => {
    // T-13, T-18, T-63.
    const t = await createTestEngine();
    const order = await t.working();
    const record = recordOf(order, { status: "filled", cumulativeQuantity: d("1") });
    t.venue.onOrder = () => found(record);
    t.venue.onFillsSince = () => ({ kind: "failed", reason: "no route" });
    const next = await again(t);
    const early = await next.engine.submit(LIMIT_BUY);
    expect(!early.ok && early.error.code).toBe("engine.notReady");
    t.venue.onFillsSince = () => found([]);
    await next.pass(5_000);
    expect(next.engine.find(order.id)?.status).toBe("filled");
    expect((await next.engine.submit({ ...LIMIT_BUY, price: "99" })).ok).toBe(true);
  });
});

describe("what a restart keeps", () => {
  test("a caller's id stays taken, also when memory has forgotten its order", async () => {
    const settings = { reconcileEveryMs: 0, keepLast: 0 };
    const t = await createTestEngine({ config: { settings } });
    t.venue.fill(await t.working({ clientOrderId: "mine" }), "1");
    await settle();
    const next = await again(t, { config: { settings } });
    const same = await next.engine.submit({ ...LIMIT_BUY, clientOrderId: "mine" });
    expect(same).toMatchObject({ ok: true, value: { order: { status: "filled" } } });
    const other = await next.engine.submit({ ...LIMIT_BUY, clientOrderId: "mine", price: "99" });
    expect(!other.ok && other.error.code).toBe("request.duplicateClientOrderId");
    expect(t.venue.sent).toHaveLength(1);
  });

  test("a fill of an order that memory forgot is booked once, late, after any number of restarts", async () => {
    const settings = { reconcileEveryMs: 0, keepLast: 0 };
    let t = await createTestEngine({ config: { settings } });
    const order = await t.working();
    t.venue.say(order, { kind: "ended", status: "canceled", reason: "requested" });
    await settle();
    for (let round = 0; round < 3; round++) {
      t = await again(t, { config: { settings } });
      t.venue.fill(order, "0.4", "100", "late");
      await settle();
    }
    expect(t.engine.positions()[0]?.quantity).toEqual(d("0.4"));
    expect(types(t, order.id).filter((type) => type === "fillBooked")).toHaveLength(1);
    expect(await t.engine.order(order.id)).toMatchObject({ status: "canceled", cumulativeQuantity: d("0.4") });
  });

  test("rates and the guard against duplicates count what was sent before", async () => {
    const t = await createTestEngine();
    unwrap(
      await t.engine.setRiskLimits(
        "main",
        { duplicateWindowMs: 60_000, maxOrderRate: { count: 2, windowMs: 60_000 } },
        { by: "anna" },
      ),
    );
    const order = await t.working();
    t.venue.onOpenOrders = () => found([recordOf(order)]);
    const next = await again(t);
    const twice = await next.engine.submit(LIMIT_BUY);
    expect(!twice.ok && twice.error.code).toBe("risk.duplicateOrder");
    expect((await next.engine.submit({ ...LIMIT_BUY, price: "99" })).ok).toBe(true);
    const third = await next.engine.submit({ ...LIMIT_BUY, price: "98" });
    expect(!third.ok && third.error.code).toBe("risk.maxOrderRate");
  });

  test("the loss of the day counts on, and a new day begins without it", async () => {
    const t = await createTestEngine();
    unwrap(await t.engine.setRiskLimits("main", { maxDailyLoss: d("10") }, { by: "anna" }));
    t.venue.fill(await t.working(), "1", "100");
    t.venue.fill(await t.working({ side: "sell", price: "80" }), "1", "80");
    await settle();
    const next = await again(t);
    const denied = await next.engine.submit(LIMIT_BUY);
    expect(!denied.ok && denied.error.code).toBe("risk.maxDailyLoss");
    await next.pass(86_400_000 / 2);
    const later = await next.engine.submit(LIMIT_BUY);
    expect(later.ok).toBe(new Date(next.clock.now()).getUTCDate() !== new Date(t.clock.now()).getUTCDate());
    expect(later.ok).toBe(true);
  });

  test("a block after a reinstatement is lifted by a person only, not by a restart", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = () => ({ kind: "unknown", reason: "reset" });
    t.venue.onOrder = () => ({ kind: "absent" });
    const order = await t.working();
    await t.pass(30_000);
    t.venue.say(order, { kind: "acknowledged", venueOrderId: "v1" as VenueOrderId });
    await settle();
    t.venue.onOrder = () => found(recordOf(order));
    let next = await again(t);
    expect(next.engine.status().accounts[0]?.blockedBecause).toMatch(/reinstated/);
    unwrap(await next.engine.setTradingState("active", { by: "anna", account: "main" }));
    next = await again(next);
    expect(next.engine.status().accounts[0]?.blockedBecause).toBeUndefined();
  });

  test("limits of the configuration hold at the first start, and those of a command afterwards", async () => {
    const accounts = [{ id: "main", venue: "scripted", limits: { maxOpenOrders: 1 } }];
    const t = await createTestEngine({ config: { accounts } });
    expect(t.engine.status().accounts[0]?.limits).toEqual({ maxOpenOrders: 1 });
    unwrap(await t.engine.setRiskLimits("main", { maxOpenOrders: 5 }, { by: "anna" }));
    const next = await again(t, { config: { accounts } });
    expect(next.engine.status().accounts[0]?.limits).toEqual({ maxOpenOrders: 5 });
  });
});

describe("the configuration", () => {
  test("an account that it names no more takes no orders, and its history stays", async () => {
    const both = [
      { id: "main", venue: "scripted" },
      { id: "other", venue: "scripted" },
    ];
    const t = await createTestEngine({ config: { accounts: both } });
    const order = await t.working({ account: "other" });
    const next = await again(t, { config: { accounts: [{ id: "main", venue: "scripted" }] } });
    const refused = await next.engine.submit({ ...LIMIT_BUY, account: "other" });
    expect(!refused.ok && refused.error.message).toMatch(/there are: main\./);
    expect(next.engine.find(order.id)?.status).toBe("acknowledged");
  });

  test("an account whose venue is gone breaks no command: its orders cannot be canceled, the others can", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    const { ScriptedVenue } = await import("./testing/scripted-venue.ts");
    const elsewhere = new ScriptedVenue();
    Object.assign(elsewhere, { id: "elsewhere" });
    const next = await createTestEngine({
      journal: t.journal.crash(),
      venue: elsewhere,
      config: { accounts: [{ id: "second", venue: "elsewhere" }] },
    });
    const mine = await next.working();
    const refused = await next.engine.cancel(order.id);
    expect(!refused.ok && refused.error.code).toBe("config.invalid");
    expect(unwrap(await next.engine.engageKillSwitch("cancelAll", { by: "anna" }))).toEqual({ canceling: 1 });
    await settle();
    expect(elsewhere.sent.map((sent) => [sent.kind, sent.request.orderId])).toEqual([
      ["place", mine.id],
      ["cancel", mine.id],
    ]);
  });

  test("every problem is told at once", async () => {
    const accounts = [
      { id: "a b", venue: "nowhere", tag: "short" },
      { id: "main", venue: "scripted" },
      { id: "main-", venue: "scripted" },
    ];
    const opening = createTestEngine({
      config: { accounts, defaultAccount: "nobody", settings: { orderIdPrefix: "-" } },
    });
    const error = await opening.catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "config.invalid" });
    expect((error as { details: { problems: string[] } }).details.problems).toHaveLength(6);
  });
});

describe("snapshots", () => {
  test("are written while orders never stop coming, and recovery starts from the newest", async () => {
    const settings = { reconcileEveryMs: 0, snapshotEveryEvents: 20 };
    const t = await createTestEngine({ config: { settings } });
    for (let round = 0; round < 10; round++) {
      void t.engine.submit({ ...LIMIT_BUY, quantity: String(round + 1) });
      await new Promise((resolve) => void setImmediate(resolve));
    }
    await settle();
    const snapshot = t.journal.readSnapshot();
    expect(snapshot?.seq).toBeGreaterThan(20);
    expect(foldJournal(t.journal).snapshotSeq).toBe(snapshot?.seq);
  });

  test("one that cannot be read is passed over: the journal has all of it", async () => {
    const t = await createTestEngine();
    await t.working();
    const whole = writeState(foldJournal(t.journal).state);
    for (const state of ["{", "{}", '{"version":99}', whole.replace('"version":1', '"version":1,"accounts":7')]) {
      t.journal.writeSnapshot({ seq: 3, state });
      expect(writeState(foldJournal(t.journal).state)).toBe(whole);
    }
  });

  test("a stop in good order leaves one of its last event", async () => {
    const t = await createTestEngine();
    await t.working();
    await t.engine.stop();
    const journal = t.journal.crash();
    expect(journal.readSnapshot()?.seq).toBe(journal.position);
    const next = await createTestEngine({ journal, venue: t.venue });
    expect(next.engine.status().previousStopUnclean).toBe(false);
  });
});

describe("a failed commit", () => {
  for (const durability of ["always", "group", "relaxed"] as const) {
    test(`with durability ${durability} takes no acknowledgement back, and tells what may have left`, async () => {
      const journal = new MemoryJournal({ defer: (task) => void setImmediate(task), durability });
      const t = await createTestEngine({ journal });
      const kept = await t.working();
      const sent = t.venue.sent.length;
      journal.failNextCommit();
      const result = await t.engine.submit({ ...LIMIT_BUY, price: "99" });
      const left = t.venue.sent.length - sent;
      expect(left).toBe(durability === "always" ? 0 : 1);
      // Unknown is never taken for failed.
      expect(!result.ok && result.error.code).toBe(left === 0 ? "journal.writeFailed" : "venue.outcomeUnknown");
      await settle();
      expect(t.engine.status()).toMatchObject({ phase: "failed", failure: { code: "journal.writeFailed" } });
      expect(t.engine.orders().map((order) => order.id)).toEqual([kept.id]);
      expect(await t.engine.order(kept.id)).toMatchObject({ status: "acknowledged" });
      await t.pass(600_000);
      expect(t.venue.sent.length - sent).toBe(left);
      expect(t.clock.nextTimerAt).toBeUndefined();
      expect(await t.engine.stop()).toHaveLength(1);
      const next = await createTestEngine({ journal: journal.crash(), venue: t.venue });
      expect(next.engine.orders().map((order) => order.id)).toEqual([kept.id]);
    });
  }
});

test("a new journal begins its epochs somewhere, so that a wiped folder does not hand out the same ids again", async () => {
  // T-11: client ids collide between instances.
  const epochs = [];
  for (const seed of [1, 2, 3, 4]) {
    const t = await createTestEngine({ config: { random: SeededRandom.fromSeed(seed) } });
    epochs.push(t.engine.status().epoch);
  }
  expect(new Set(epochs).size).toBe(4);
  expect(Math.min(...epochs)).toBeGreaterThan(0);
  expect(Math.max(...epochs)).toBeLessThanOrEqual(0x8000);
});
