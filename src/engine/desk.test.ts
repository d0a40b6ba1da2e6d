// What a person decides, and how it is wound down: kill switches and their scopes, adjustments, the stop.

import { describe, expect, test } from "vitest";
import { unwrap } from "../domain/result.ts";
import { d } from "../domain/testing/orders.ts";
import type { QueryResult, SendOutcome, VenueOrder } from "../venues/venue.ts";
import { createTestEngine, LIMIT_BUY, settle, type TestEngine, type TestEngineOptions } from "./testing/test-engine.ts";
import { eventsOfType, found, pending, recordOf, stranger } from "./testing/venue-answers.ts";

const TWO: TestEngineOptions = {
  config: {
    accounts: [
      { id: "main", venue: "scripted" },
      { id: "other", venue: "scripted" },
    ],
  },
};
const ANNA = { by: "anna", reason: "drill" };

/** The ids that cancels went out for. */
const canceled = (t: TestEngine): string[] =>
  t.venue.sent.filter((sent) => sent.kind === "cancel").map((sent) => sent.request.orderId);

describe("the kill switch", () => {
  test("of one account cancels and halts that account alone; the engine's own does all", async () => {
    const t = await createTestEngine(TWO);
    const [mine, theirs] = [await t.working(), await t.working({ account: "other" })];
    unwrap(await t.engine.engageKillSwitch("cancelOurs", { ...ANNA, account: "main" }));
    await settle();
    expect(canceled(t)).toEqual([mine.id]);
    expect(t.engine.status().accounts.map((account) => account.tradingState)).toEqual(["halted", "active"]);
    expect((await t.engine.submit({ ...LIMIT_BUY, account: "other", price: "99" })).ok).toBe(true);
    unwrap(await t.engine.engageKillSwitch("cancelOurs", ANNA));
    await settle();
    expect(canceled(t)).toContain(theirs.id);
    expect(t.engine.status()).toMatchObject({ tradingState: "halted", killSwitch: { engaged: true, ...ANNA } });
  });

  test("lifted for all leaves an account's own engaged", async () => {
    const t = await createTestEngine(TWO);
    unwrap(await t.engine.engageKillSwitch("keep", { ...ANNA, account: "main" }));
    unwrap(await t.engine.engageKillSwitch("keep", ANNA));
    unwrap(await t.engine.liftKillSwitch(ANNA));
    const denied = await t.engine.submit(LIMIT_BUY);
    expect(!denied.ok && denied.error.code).toBe("risk.halted");
    expect((await t.engine.submit({ ...LIMIT_BUY, account: "other" })).ok).toBe(true);
  });

  test("`keep` touches nothing that rests", async () => {
    const t = await createTestEngine();
    await t.working();
    expect(unwrap(await t.engine.engageKillSwitch("keep", ANNA))).toEqual({ canceling: 0 });
    await settle();
    expect(canceled(t)).toEqual([]);
  });

  test("`cancelOurs` leaves what a person placed by hand; `cancelAll` does not", async () => {
    // T-101, T-102: quitting cancels the user's own orders.
    for (const [policy, names] of [
      ["cancelOurs", []],
      ["cancelAll", ["by-hand"]],
    ] as const) {
      const t = await createTestEngine();
      const order = await t.working();
      t.venue.onOpenOrders = () => found([recordOf(order), stranger()]);
      unwrap(await t.engine.engageKillSwitch(policy, ANNA));
      await settle();
      expect(canceled(t)).toEqual([order.id, ...names]);
    }
  });

  test("is engaged also when the venue cannot be asked what rests there", async () => {
    const t = await createTestEngine();
    t.venue.onOpenOrders = () => {
      throw new Error("the adapter has a bug");
    };
    unwrap(await t.engine.engageKillSwitch("cancelAll", ANNA));
    await settle();
    expect(t.engine.status().killSwitch.engaged).toBe(true);
  });

  test("reaches an order whose submit is under way as soon as the venue has it", async () => {
    const t = await createTestEngine();
    const answer = pending<SendOutcome>();
    t.venue.onPlace = () => answer.promise;
    const order = await t.working();
    unwrap(await t.engine.engageKillSwitch("cancelOurs", ANNA));
    await settle();
    expect(canceled(t)).toEqual([]);
    answer.resolve({ kind: "accepted", venueOrderId: t.venue.nextId() });
    await settle();
    expect(canceled(t)).toEqual([order.id]);
  });

  test("is applied again after a reconnection to cancels that could not be sent", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.onCancel = () => ({ kind: "notSent", reason: "no route" });
    t.venue.connection("disconnected");
    unwrap(await t.engine.engageKillSwitch("cancelOurs", ANNA));
    await t.pass(5_000);
    expect(order.pendingCancel).toBeUndefined();
    t.venue.onCancel = () => ({ kind: "accepted" });
    t.venue.onOpenOrders = () => found([recordOf(order)]);
    const before = canceled(t).length;
    t.venue.connection("connected");
    await settle();
    expect(canceled(t).slice(before)).toEqual([order.id]);
  });

  test("is applied again at the next start", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    unwrap(await t.engine.engageKillSwitch("keep", ANNA));
    unwrap(await t.engine.engageKillSwitch("cancelOurs", ANNA));
    await t.engine.stop();
    t.venue.sent.length = 0;
    t.venue.onOpenOrders = () => found([recordOf(order)]);
    t.venue.onOrder = () => found(recordOf(order));
    const again = await createTestEngine({ journal: t.journal.crash(), venue: t.venue });
    await again.pass(1_000);
    expect(new Set(canceled(again))).toEqual(new Set([order.id]));
    expect((await again.engine.submit(LIMIT_BUY)).ok).toBe(false);
  });
});

describe("a person's decisions", () => {
  test("are events that name who made them and why", async () => {
    const t = await createTestEngine();
    unwrap(await t.engine.setTradingState("reducing", { ...ANNA, account: "main" }));
    expect(eventsOfType(t, "tradingStateChanged")).toMatchObject([
      { account: "main", state: "reducing", by: "anna", reason: "drill", cause: "operator:anna" },
    ]);
  });

  test("about an account that is not configured are refused, and nothing is recorded", async () => {
    const t = await createTestEngine();
    await settle();
    const { position } = t.engine.status();
    const scope = { ...ANNA, account: "nobody" };
    const results = [
      await t.engine.setTradingState("halted", scope),
      await t.engine.engageKillSwitch("cancelAll", scope),
      await t.engine.liftKillSwitch(scope),
      await t.engine.setRiskLimits("nobody", {}, ANNA),
      await t.engine.adjustPosition("nobody", "BTC/USDT", "1", ANNA),
    ];
    expect(results.map((result) => !result.ok && result.error.code)).toEqual(
      results.map(() => "request.unknownAccount"),
    );
    expect(t.engine.status().position).toBe(position);
  });

  test("an adjustment moves the position and no profit; one that makes no sense is refused", async () => {
    const t = await createTestEngine();
    t.venue.fill(await t.working(), "1");
    await settle();
    unwrap(await t.engine.adjustPosition("main", "BTC/USDT", "-0.25", ANNA));
    const [position] = t.engine.positions();
    expect(position?.quantity).toEqual(d("0.75"));
    expect(position?.realizedPnl.isZero()).toBe(true);
    for (const [instrument, quantity, code] of [
      ["BTC/USDT", "0", "request.malformed"],
      ["BTC/USDT", "1e-3", "request.malformed"],
      ["BTC/USDT", 5 as unknown as string, "request.malformed"],
      ["DOGE", "1", "request.unknownInstrument"],
    ] as const) {
      const result = await t.engine.adjustPosition("main", instrument, quantity, ANNA);
      expect(!result.ok && result.error.code).toBe(code);
    }
  });
});

describe("the stop", () => {
  test("tells what is still open, and leaves it as the policy says", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    expect(await t.engine.stop()).toEqual([order]);
    expect(canceled(t)).toEqual([]);
    expect(t.engine.status().phase).toBe("stopped");
    expect(eventsOfType(t, "engineStopped")).toMatchObject([{ openOrders: 1 }]);
  });

  test("waits for the cancels that it asked for, up to the deadline", async () => {
    for (const [answers, open] of [
      [true, 0],
      [false, 1],
    ] as const) {
      const t = await createTestEngine();
      const order = await t.working();
      const stopping = t.engine.stop({ restingOrders: "cancelOurs", deadlineMs: 2_000 });
      await t.pass(1_000);
      expect(canceled(t)).toEqual([order.id]);
      expect(t.engine.status().phase).toBe("stopping");
      if (answers) t.venue.say(order, { kind: "ended", status: "canceled", reason: "requested" });
      await t.pass(1_100);
      expect(await stopping).toHaveLength(open);
    }
  });

  test("with `cancelAll` waits until the venue told what rests there", async () => {
    const t = await createTestEngine();
    const answer = pending<QueryResult<readonly VenueOrder[]>>();
    t.venue.onOpenOrders = () => answer.promise;
    const stopping = t.engine.stop({ restingOrders: "cancelAll" });
    await t.pass(500);
    answer.resolve(found([stranger()]));
    await t.pass(100);
    await stopping;
    expect(canceled(t)).toEqual(["by-hand"]);
  });

  test("asked for twice is one stop", async () => {
    const t = await createTestEngine();
    const [first, second] = [t.engine.stop(), t.engine.stop()];
    expect(await first).toBe(await second);
    expect(await t.engine.stop()).toEqual([]);
    expect(eventsOfType(t, "engineStopped")).toHaveLength(1);
  });

  test("is not held up by a venue that neither answers nor closes", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = () => new Promise(() => undefined);
    const order = await t.working();
    t.venue.close = () => new Promise(() => undefined);
    const stopping = t.engine.stop({ deadlineMs: 1_000 });
    await t.pass(3_000);
    expect(await stopping).toEqual([order]);
    expect(order.outcomeUnknown).toBe(true);
    expect(eventsOfType(t, "engineStopped")).toHaveLength(1);
    expect(t.clock.nextTimerAt).toBeUndefined();
  });

  test("lets what was accepted leave, and ends what cannot leave any more as not sent", async () => {
    const venueMessages = { count: 2, windowMs: 60_000, reservedForCancels: 1 };
    const t = await createTestEngine({ config: { settings: { reconcileEveryMs: 0, venueMessages } } });
    await t.pass(60_000);
    const submits = [t.engine.submit(LIMIT_BUY), t.engine.submit({ ...LIMIT_BUY, price: "99" })];
    const stopping = t.engine.stop();
    const [left, kept] = (await Promise.all(submits)).map((submitted) => unwrap(submitted).order);
    await t.pass(5_000);
    await stopping;
    expect(left?.status).toBe("acknowledged");
    expect(kept).toMatchObject({ status: "failed", statusReason: { code: "engine.stopping" } });
    expect(t.venue.sent).toHaveLength(1);
  });

  test("takes no order and no command afterwards, asks and sends nothing more, and leaves no timer", async () => {
    // T-09: orders were sent after a stop, upon the reconnect.
    const t = await createTestEngine({ config: { settings: { reconcileEveryMs: 1_000 } } });
    t.venue.onPlace = () => ({ kind: "unknown", reason: "reset" });
    const order = await t.working();
    await t.engine.stop();
    const sent = t.venue.sent.length;
    let asked = 0;
    t.venue.onOrder = () => {
      asked++;
      return { kind: "absent" };
    };
    t.venue.connection("connected");
    t.venue.say(order, { kind: "acknowledged" });
    const results = [
      await t.engine.submit(LIMIT_BUY),
      await t.engine.cancel(order.id),
      await t.engine.setTradingState("active", ANNA),
    ];
    for (const result of results) expect(!result.ok && result.error.code).toBe("engine.stopping");
    await expect(t.engine.reconcile()).rejects.toMatchObject({ code: "engine.stopping" });
    await expect(t.engine.start()).rejects.toMatchObject({ code: "engine.stopping" });
    await t.pass(600_000);
    expect([t.venue.sent.length - sent, asked]).toEqual([0, 0]);
    expect(t.clock.nextTimerAt).toBeUndefined();
    expect(t.engine.status()).toMatchObject({ phase: "stopped" });
    expect(t.engine.status().failure).toBeUndefined();
    expect(order.status).toBe("submitted");
  });

  test("during the start ends the attempts to begin", async () => {
    const t = await createTestEngine({ start: false });
    t.venue.onOpenOrders = () => ({ kind: "failed", reason: "no route" });
    await t.engine.start();
    await t.engine.stop();
    await t.pass(60_000);
    expect(t.engine.status().phase).toBe("stopped");
    expect(t.clock.nextTimerAt).toBeUndefined();
  });

  test("whose last commit fails says so, and closes all the same", async () => {
    const t = await createTestEngine();
    t.journal.failNextCommit();
    await expect(t.engine.stop()).rejects.toMatchObject({ code: "journal.writeFailed" });
    expect(t.engine.status()).toMatchObject({ phase: "stopped", failure: { code: "journal.writeFailed" } });
  });
});
