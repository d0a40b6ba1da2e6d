// What keeps an intent from the wire at the last step, and what passes whatever the trading state is.

import { describe, expect, test } from "vitest";
import type { RequestId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import { unwrap } from "../domain/result.ts";
import { acknowledged, d } from "../domain/testing/orders.ts";
import { MemoryJournal } from "../journal/memory/memory-journal.ts";
import { silentLogger } from "../runtime/logger.ts";
import { VirtualClock } from "../runtime/virtual-clock.ts";
import type { QueryResult, SendOutcome, VenueOrder } from "../venues/venue.ts";
import { EngineState } from "./engine-state.ts";
import { gate } from "./gate.ts";
import { Recorder } from "./recorder.ts";
import { createTestEngine, LIMIT_BUY, settle, type TestEngine } from "./testing/test-engine.ts";
import { found, pending, recordOf, types } from "./testing/venue-answers.ts";

const places = (t: TestEngine): number => t.venue.sent.filter((sent) => sent.kind === "place").length;

/** An order whose first try was not sent, and whose second is due in a moment. */
async function aboutToBeSent(t: TestEngine, changes: Partial<typeof LIMIT_BUY> = {}): Promise<Order> {
  t.venue.onPlace = () => ({ kind: "notSent", reason: "no route" });
  const order = await t.working(changes);
  expect(order.status).toBe("submitted");
  t.venue.onPlace = () => ({ kind: "accepted", venueOrderId: t.venue.nextId() });
  return order;
}

async function endOf(t: TestEngine, order: Order): Promise<string | undefined> {
  await t.pass(1_000);
  expect(places(t)).toBe(1);
  return `${order.status}: ${order.statusReason?.code ?? order.statusReason?.text}`;
}

describe("an entry that was allowed when it was asked for stays here when, at the last step,", () => {
  test("its intent is not on disk", async () => {
    const journal = new MemoryJournal({ defer: (task) => void setImmediate(task) });
    const retention = { keepLast: 1, keepForMs: 1 };
    const state = new EngineState(() => undefined);
    const recorder = new Recorder({ journal, state, clock: new VirtualClock(0), logger: silentLogger, retention });
    recorder.record([{ type: "engineStopped", epoch: 1, openOrders: 0, at: 1, cause: "engine:stop" }]);
    const view = { recorder, now: 0, nowMs: 0, isCurrent: true, isSilent: false };
    const job = { kind: "cancel", order: acknowledged(), requestId: "r1" as RequestId, intentSeq: 1 } as const;
    expect(gate(job, view)).toMatchObject({ code: "internal.unexpected" });
    await settle();
    expect(gate(job, view)).toMatchObject({ code: "order.notCancelable", reason: "the cancel is no longer wanted" });
  });

  test("the disk is slow: nothing leaves before the commit has landed", async () => {
    const commits: (() => void)[] = [];
    let slow = false;
    const journal = new MemoryJournal({ defer: (task) => void (slow ? commits.push(task) : setImmediate(task)) });
    const t = await createTestEngine({ journal });
    const order = await t.working();
    slow = true;
    const asked = [t.engine.submit({ ...LIMIT_BUY, price: "99" }), t.engine.cancel(order.id)];
    await t.pass(1_000);
    expect(t.venue.sent).toHaveLength(1);
    slow = false;
    for (const commit of commits) commit();
    await Promise.all(asked);
    await settle();
    expect(t.venue.sent).toHaveLength(3);
  });

  test("its time has passed", async () => {
    const venueMessages = { count: 2, windowMs: 60_000, reservedForCancels: 1 };
    const t = await createTestEngine({ config: { settings: { reconcileEveryMs: 0, venueMessages } } });
    await t.pass(60_000);
    await t.working();
    const order = await t.working({ price: "99" });
    await t.pass(5_000);
    expect(order.status).toBe("submitted");
    await t.pass(2);
    expect(order.statusReason).toEqual({ code: "venue.unreachable", text: "its time to be sent has passed" });
    expect(places(t)).toBe(1);
  });

  test("trading is halted, for the account or for all", async () => {
    for (const scope of [{}, { account: "main" }]) {
      const t = await createTestEngine();
      const order = await aboutToBeSent(t);
      unwrap(await t.engine.setTradingState("halted", { by: "anna", ...scope }));
      expect(await endOf(t, order)).toBe("failed: risk.halted");
    }
  });

  test("the kill switch is engaged, for the account or for all", async () => {
    // T-106: the switch is looked at where the bytes leave.
    for (const scope of [{}, { account: "main" }]) {
      const t = await createTestEngine();
      const order = await aboutToBeSent(t);
      unwrap(await t.engine.engageKillSwitch("keep", { by: "anna", ...scope }));
      expect(await endOf(t, order)).toBe("failed: risk.halted");
    }
  });

  test("only reductions are allowed, and it is none", async () => {
    const t = await createTestEngine();
    const order = await aboutToBeSent(t);
    unwrap(await t.engine.setTradingState("reducing", { by: "anna" }));
    expect(await endOf(t, order)).toBe("failed: risk.reducingOnly");
  });

  test("a cancel was asked for: the order ends as canceled, and was never sent", async () => {
    // S-07: an order that is on its way can be canceled.
    const t = await createTestEngine();
    const order = await aboutToBeSent(t);
    unwrap(await t.engine.cancel(order.id));
    expect(await endOf(t, order)).toBe("canceled: canceled before it was sent");
    expect(types(t, order.id).at(-1)).toBe("orderCanceled");
  });

  test("the venue's reports are cut off, until the books were compared after the return", async () => {
    const t = await createTestEngine();
    const lost = await aboutToBeSent(t);
    t.venue.connection("disconnected");
    expect(await endOf(t, lost)).toBe("failed: venue.unreachable");
    const answer = pending<QueryResult<readonly VenueOrder[]>>();
    t.venue.onOpenOrders = () => answer.promise;
    t.venue.connection("connected");
    const early = await t.working({ price: "99" });
    expect(early.statusReason?.code).toBe("venue.unreachable");
    answer.resolve(found([]));
    await settle();
    expect((await t.working({ price: "98" })).status).toBe("acknowledged");
  });
});

describe("what passes", () => {
  test("an exit leaves while only reductions are allowed, and while the reports are cut off", async () => {
    const t = await createTestEngine();
    const entry = await t.working();
    t.venue.fill(entry, "1");
    await settle();
    unwrap(await t.engine.setTradingState("reducing", { by: "anna" }));
    t.venue.connection("disconnected");
    const exit = await t.working({ side: "sell", price: "110", reduceOnly: true });
    expect(exit.status).toBe("acknowledged");
  });

  test("a sale of what is held passes as a reduction without the mark, a larger one does not", async () => {
    const t = await createTestEngine();
    t.venue.fill(await t.working(), "1");
    await settle();
    const [fits, large] = [
      await aboutToBeSent(t, { side: "sell", price: "110" }),
      await aboutToBeSent(t, { side: "sell", price: "111", quantity: "1.5" }),
    ];
    unwrap(await t.engine.setTradingState("reducing", { by: "anna" }));
    await t.pass(1_000);
    expect(fits.status).toBe("acknowledged");
    expect(large.statusReason?.code).toBe("risk.reducingOnly");
  });

  test("cancels leave whatever the trading state is", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    unwrap(await t.engine.engageKillSwitch("keep", { by: "anna" }));
    t.venue.connection("disconnected");
    unwrap(await t.engine.cancel(order.id));
    await settle();
    expect(t.venue.sent.at(-1)?.kind).toBe("cancel");
  });
});

describe("replaces", () => {
  /** A replace whose first try was not sent. */
  async function replacing(t: TestEngine, replace: { quantity?: string; price?: string }): Promise<Order> {
    const order = await t.working();
    t.venue.onReplace = () => ({ kind: "notSent", reason: "no route" });
    unwrap(await t.engine.replace(order.id, replace));
    await settle();
    t.venue.onReplace = () => ({ kind: "accepted" });
    return order;
  }
  const replaces = (t: TestEngine): number => t.venue.sent.filter((sent) => sent.kind === "replace").length;

  test("a cancel overtakes a replace that waits", async () => {
    const t = await createTestEngine();
    const order = await replacing(t, { price: "101" });
    unwrap(await t.engine.cancel(order.id));
    t.venue.onOrder = () => found(recordOf(order));
    await t.pass(200);
    expect(t.venue.sent.map((sent) => sent.kind)).toEqual(["place", "replace", "cancel"]);
    expect(order.pendingReplace).toBeUndefined();
    expect(order.pendingCancel).toBeDefined();
  });

  test("while only reductions are allowed a replace may shrink an entry, and do nothing else to it", async () => {
    for (const [replace, leaves] of [
      [{ quantity: "0.5" }, true],
      [{ quantity: "2" }, false],
      [{ price: "101" }, false],
    ] as const) {
      const t = await createTestEngine();
      const order = await replacing(t, replace);
      unwrap(await t.engine.setTradingState("reducing", { by: "anna" }));
      await t.pass(200);
      expect([replace, replaces(t)]).toEqual([replace, leaves ? 2 : 1]);
      expect(order.pendingReplace === undefined).toBe(!leaves);
    }
  });

  test("the answer to an old request does not settle a newer one", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    const slow = pending<SendOutcome>();
    t.venue.onCancel = () => slow.promise;
    unwrap(await t.engine.cancel(order.id));
    await settle();
    t.venue.say(order, { kind: "requestRejected", request: "cancel", reason: "busy" });
    await settle();
    t.venue.onCancel = () => ({ kind: "accepted" });
    const second = unwrap(await t.engine.cancel(order.id)).pendingCancel?.requestId as RequestId;
    await settle();
    slow.resolve({ kind: "rejected", reason: "busy" });
    await settle();
    expect(order.pendingCancel?.requestId).toBe(second);
  });
});

test("entries of a blocked account stay here, and a person's look lets them go again", async () => {
  const t = await createTestEngine();
  const gone = await t.working();
  t.venue.onPlace = () => ({ kind: "unknown", reason: "reset" });
  t.venue.onOrder = () => ({ kind: "absent" });
  t.venue.say(gone, { kind: "ended", status: "canceled", reason: "by the venue" });
  const lost = await t.working({ price: "99" });
  await t.pass(30_000);
  expect(lost).toMatchObject({ status: "expired", inferred: true });
  const waiting = await aboutToBeSent(t, { price: "98" });
  const before = t.venue.sent.length;
  t.venue.fill(lost, "0.5");
  await t.pass(1_000);
  expect(lost.status).toBe("partiallyFilled");
  expect(t.engine.status().accounts[0]?.blockedBecause).toMatch(/reinstated/);
  expect(waiting.statusReason?.code).toBe("risk.reducingOnly");
  expect(t.venue.sent).toHaveLength(before);
  const denied = await t.engine.submit({ ...LIMIT_BUY, price: "97" });
  expect(!denied.ok && denied.error.code).toBe("risk.reducingOnly");
  unwrap(await t.engine.setTradingState("active", { by: "anna" }));
  expect(t.engine.status().accounts[0]?.blockedBecause).toBeDefined();
  unwrap(await t.engine.setTradingState("active", { by: "anna", account: "main" }));
  expect((await t.engine.submit({ ...LIMIT_BUY, price: "96" })).ok).toBe(true);
  expect(t.engine.positions()[0]?.quantity).toEqual(d("0.5"));
});
