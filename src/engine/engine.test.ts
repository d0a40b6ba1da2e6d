// The engine on a memory journal, a virtual clock and a scripted venue: what it sends, records and tells, and when.

import { describe, expect, test } from "vitest";
import { decodeOrderId, type VenueOrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import type { OrderEvent } from "../domain/order-event.ts";
import { unwrap } from "../domain/result.ts";
import type { RecordedEvent } from "../domain/system-event.ts";
import { MemoryJournal } from "../journal/memory/memory-journal.ts";
import type { QueryResult, SendOutcome, VenueOrder } from "../venues/venue.ts";
import { createTestEngine, LIMIT_BUY, settle, type TestEngine } from "./testing/test-engine.ts";

function types(engine: TestEngine, orderId: string): string[] {
  const events = [...engine.engine.events(0)] as RecordedEvent<OrderEvent>[];
  return events.filter((event) => event.orderId === orderId).map((event) => event.type);
}

/** An answer that the test gives later. */
function pending<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settled) => (resolve = settled));
  return { promise, resolve };
}

/** The venue's own record of an order that works there. */
function foundWorking(order: Order, venueOrderId: VenueOrderId): QueryResult<VenueOrder> {
  const { account, id: clientOrderId, instrumentId, side, orderType, timeInForce, postOnly, reduceOnly } = order;
  const terms = { account, clientOrderId, instrumentId, side, orderType, timeInForce, postOnly, reduceOnly };
  const { cumulativeQuantity } = order;
  return { kind: "found", value: { ...terms, venueOrderId, status: "working", cumulativeQuantity, venueAt: 1 } };
}

describe("submit", () => {
  test("the intent is durable before the venue is asked", async () => {
    const t = await createTestEngine();
    let durableAtSend: string[] = [];
    t.venue.onPlace = (request) => {
      durableAtSend = types(t, request.orderId);
      return { kind: "accepted", venueOrderId: t.venue.nextId() };
    };
    const order = await t.working();
    expect(durableAtSend).toEqual(["orderCreated", "orderValidated", "orderSubmitted"]);
    expect(order.status).toBe("acknowledged");
    expect(order.venueOrderId).toBe("v1");
  });

  test("an order lives from acknowledged through a partial fill to filled", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.fill(order, "0.4", "99");
    t.venue.fill(order, "0.6", "100");
    await settle();
    expect(order.status).toBe("filled");
    expect(order.averagePrice()?.toString()).toBe("99.6");
    expect(t.engine.positions("main")[0]?.quantity.toString()).toBe("1");
    expect(types(t, order.id)).toEqual([
      "orderCreated",
      "orderValidated",
      "orderSubmitted",
      "orderAcknowledged",
      "orderPartiallyFilled",
      "orderFilled",
    ]);
  });

  test("a fill that comes before the venue's reply counts, and the reply changes nothing", async () => {
    const t = await createTestEngine();
    const answer = pending<SendOutcome>();
    t.venue.onPlace = () => answer.promise;
    const order = await t.working();
    t.venue.fill(order, "1");
    await settle();
    expect(order.status).toBe("filled");
    answer.resolve({ kind: "accepted", venueOrderId: t.venue.nextId() });
    await settle();
    expect(order.status).toBe("filled");
    expect(types(t, order.id).filter((type) => type === "orderAcknowledged")).toHaveLength(1);
  });

  test("a rejection by the venue keeps its own words", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = () => ({
      kind: "rejected",
      reason: "insufficientFunds",
      venueCode: "51008",
      venueMessage: "no money",
    });
    const order = await t.working();
    expect(order.status).toBe("rejected");
    expect(order.statusReason).toEqual({ code: "51008", text: "insufficientFunds: no money" });
  });

  test("an order that was certainly not sent is tried three times with one id, then fails", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = () => ({ kind: "notSent", reason: "no connection" });
    const order = await t.submit();
    await t.pass(2_000);
    expect(order.status).toBe("failed");
    expect(new Set(t.venue.sent.map((sent) => sent.request.orderId))).toEqual(new Set([order.id]));
    expect(t.venue.sent).toHaveLength(3);
  });

  test("the same client order id with the same order returns the same order; with another, an error", async () => {
    const t = await createTestEngine();
    const order = await t.working({ clientOrderId: "mine" });
    const again = await t.engine.submit({ ...LIMIT_BUY, clientOrderId: "mine" });
    expect(again.ok && again.value.order).toBe(order);
    const other = await t.engine.submit({ ...LIMIT_BUY, clientOrderId: "mine", quantity: "2" });
    expect(!other.ok && other.error.code).toBe("request.duplicateClientOrderId");
    expect(t.venue.sent).toHaveLength(1);
  });

  test("an off-grid price is refused with the nearest right ones, and nothing is recorded", async () => {
    const t = await createTestEngine();
    const before = t.engine.status().position;
    const result = await t.engine.submit({ ...LIMIT_BUY, price: "100.05" });
    expect(!result.ok && result.error.code).toBe("request.offTick");
    expect(!result.ok && result.error.details["nearest"]).toEqual(["100", "100.1"]);
    expect(t.engine.status().position).toBe(before);
  });

  test("an order over a limit is denied: recorded, never sent, and the error names it", async () => {
    const t = await createTestEngine();
    unwrap(await t.engine.setRiskLimits("main", { maxOpenOrders: 1 }, { by: "test" }));
    await t.working();
    const result = await t.engine.submit({ ...LIMIT_BUY, price: "99" });
    expect(!result.ok && result.error.code).toBe("risk.maxOpenOrders");
    const denied = t.engine.find(String(!result.ok && result.error.details["orderId"]));
    expect(denied?.status).toBe("rejected");
    expect(t.venue.sent).toHaveLength(1);
  });

  test("a denied order stays denied: the same request has the same answer, and nothing is sent", async () => {
    const t = await createTestEngine();
    unwrap(await t.engine.setTradingState("halted", { by: "test" }));
    const first = await t.engine.submit({ ...LIMIT_BUY, clientOrderId: "mine" });
    unwrap(await t.engine.setTradingState("active", { by: "test" }));
    const second = await t.engine.submit({ ...LIMIT_BUY, clientOrderId: "mine" });
    expect(!first.ok && !second.ok && [first.error.code, second.error.code]).toEqual(["risk.halted", "risk.halted"]);
    expect(!first.ok && !second.ok && second.error.message).toBe(!first.ok && first.error.message);
    expect(t.engine.summary().ordersTotal).toBe(1);
    expect(t.venue.sent).toHaveLength(0);
  });

  test("requests of one turn with one client order id are one order", async () => {
    // T-03: the same order again, before the first is known.
    const t = await createTestEngine();
    const request = { ...LIMIT_BUY, clientOrderId: "mine" };
    const waves = await Promise.all([t.engine.submitMany([request, request]), t.engine.submitMany([request])]);
    expect(new Set(waves.flat().map((result) => unwrap(result).orderId)).size).toBe(1);
    await settle();
    expect(t.venue.sent).toHaveLength(1);
  });

  test("an id that a replace asks for in the same turn is taken", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    const replacing = t.engine.replace(order.id, { price: "101", clientOrderId: "next" });
    const submitted = await t.engine.submit({ ...LIMIT_BUY, quantity: "2", clientOrderId: "next" });
    unwrap(await replacing);
    expect(!submitted.ok && submitted.error.code).toBe("request.duplicateClientOrderId");
  });

  for (const durability of ["always", "group", "relaxed"] as const) {
    test(`with durability ${durability} the intake holds so many orders, denied ones too, until the disk has them`, async () => {
      const journal = new MemoryJournal({ defer: (task) => void setImmediate(task), durability });
      const t = await createTestEngine({ journal, config: { settings: { reconcileEveryMs: 0, intakeLimit: 3 } } });
      unwrap(await t.engine.setRiskLimits("main", { maxOpenOrders: 2 }, { by: "test" }));
      const wave = (): Promise<string[]> =>
        Promise.all(
          [1, 2, 3, 4].map(async (quantity) => {
            const result = await t.engine.submit({ ...LIMIT_BUY, quantity: String(quantity) });
            return result.ok ? "ok" : result.error.code;
          }),
        );
      expect(await wave()).toEqual(["ok", "ok", "risk.maxOpenOrders", "engine.overloaded"]);
      await settle();
      expect((await wave()).at(0)).toBe("risk.maxOpenOrders");
    });
  }

  test("orders that wait for the wire fill the intake as well", async () => {
    const venueMessages = { count: 2, windowMs: 1_000, reservedForCancels: 1 };
    const t = await createTestEngine({ config: { settings: { reconcileEveryMs: 0, intakeLimit: 2, venueMessages } } });
    await t.pass(1_000);
    for (const quantity of ["1", "2", "3"]) await t.submit({ quantity });
    const refused = await t.engine.submit({ ...LIMIT_BUY, quantity: "4" });
    expect(!refused.ok && refused.error.code).toBe("engine.overloaded");
    await t.pass(1_000);
    expect((await t.engine.submit({ ...LIMIT_BUY, quantity: "4" })).ok).toBe(true);
  });

  test("a batch keeps its order and each member stands alone", async () => {
    const t = await createTestEngine();
    const results = await t.engine.submitMany([
      LIMIT_BUY,
      { ...LIMIT_BUY, price: "-1" },
      { ...LIMIT_BUY, quantity: "2" },
    ]);
    expect(results.map((result) => result.ok)).toEqual([true, false, true]);
    await settle();
    expect(t.venue.sent.map((sent) => sent.kind === "place" && sent.request.quantity?.toString())).toEqual(["1", "2"]);
  });
});

describe("unknown outcomes", () => {
  test("a time-out is unknown, never failed, and never sent again", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = () => new Promise(() => undefined);
    const order = await t.submit();
    await t.pass(11_000);
    expect(order.status).toBe("submitted");
    expect(order.outcomeUnknown).toBe(true);
    expect(t.engine.summary().outcomeUnknown).toBe(1);
    await t.pass(60_000);
    expect(t.venue.sent).toHaveLength(1);
  });

  test("a query that finds the order settles it", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = () => ({ kind: "unknown", reason: "connection reset" });
    const order = await t.working();
    expect(order.outcomeUnknown).toBe(true);
    t.venue.onOrder = () => foundWorking(order, t.venue.nextId());
    await t.pass(1_000);
    expect(order.status).toBe("acknowledged");
    expect(order.outcomeUnknown).toBe(false);
  });

  test("absence counts only past the venue's discard deadline, and more than once", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = () => ({ kind: "unknown", reason: "connection reset" });
    t.venue.onOrder = () => ({ kind: "absent" });
    const order = await t.working();
    await t.pass(4_000);
    expect(order.status).toBe("submitted");
    await t.pass(30_000);
    expect(order.status).toBe("expired");
    expect(order.statusReason?.text).toBe("notPlaced");
    expect(order.inferred).toBe(true);
  });

  test("a venue without a discard deadline gives no proof of absence", async () => {
    const t = await createTestEngine();
    const { discardAfterMs: _none, ...capabilities } = t.venue.capabilities;
    t.venue.capabilities = capabilities;
    t.venue.onPlace = () => ({ kind: "unknown", reason: "connection reset" });
    t.venue.onOrder = () => ({ kind: "absent" });
    const order = await t.working();
    await t.pass(3_600_000);
    expect(order.status).toBe("submitted");
    expect(order.outcomeUnknown).toBe(true);
  });

  test("a failed query is no evidence", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = () => ({ kind: "unknown", reason: "connection reset" });
    const order = await t.working();
    await t.pass(600_000);
    expect(order.status).toBe("submitted");
  });

  test("an order whose duplicate the venue refuses is looked for, not rejected", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = () => ({ kind: "rejected", reason: "duplicateOrderId" });
    const order = await t.working();
    expect(order.status).toBe("submitted");
    expect(order.outcomeUnknown).toBe(true);
  });
});

describe("cancel", () => {
  test("only the venue's word cancels", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    unwrap(await t.engine.cancel(order.id));
    await settle();
    expect(order.status).toBe("acknowledged");
    expect(order.pendingCancel).toBeDefined();
    t.venue.say(order, { kind: "ended", status: "canceled", reason: "requested" });
    await settle();
    expect(order.status).toBe("canceled");
    expect(order.pendingCancel).toBeUndefined();
  });

  test("a cancel before the acknowledgement goes out once the venue has the order, and once only", async () => {
    const t = await createTestEngine();
    const answer = pending<SendOutcome>();
    t.venue.onPlace = () => answer.promise;
    const order = await t.working();
    unwrap(await t.engine.cancel(order.id));
    await settle();
    expect(t.venue.sent.map((sent) => sent.kind)).toEqual(["place"]);
    answer.resolve({ kind: "accepted", venueOrderId: t.venue.nextId() });
    await settle();
    t.venue.fill(order, "0.1");
    await settle();
    expect(t.venue.sent.map((sent) => sent.kind)).toEqual(["place", "cancel"]);
  });

  test("a fill while a cancel is pending is booked", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    unwrap(await t.engine.cancel(order.id));
    t.venue.fill(order, "0.4");
    await settle();
    expect(order.status).toBe("partiallyFilled");
    t.venue.say(order, { kind: "ended", status: "canceled", reason: "requested" });
    await settle();
    expect(order.status).toBe("canceled");
    expect(order.cumulativeQuantity.toString()).toBe("0.4");
  });

  test("a second cancel is refused while the first is outstanding, and one of an ended order for good", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    unwrap(await t.engine.cancel(order.id));
    const second = await t.engine.cancel(order.id);
    expect(!second.ok && second.error.code).toBe("order.requestPending");
    t.venue.say(order, { kind: "ended", status: "canceled", reason: "requested" });
    await settle();
    const third = await t.engine.cancel(order.id);
    expect(!third.ok && third.error.code).toBe("order.notCancelable");
    expect(!third.ok && third.error.details["status"]).toBe("canceled");
  });

  test("an order that no id names is unknown", async () => {
    const t = await createTestEngine();
    const result = await t.engine.cancel("nobody");
    expect(!result.ok && result.error.code).toBe("order.unknown");
  });

  test("a cancel by an id that memory has forgotten says how the order ended", async () => {
    const t = await createTestEngine({ config: { settings: { reconcileEveryMs: 0, keepLast: 0 } } });
    t.venue.fill(await t.working({ clientOrderId: "mine" }), "1");
    await settle();
    const result = await t.engine.cancel("mine");
    expect(!result.ok && result.error).toMatchObject({ code: "order.notCancelable", details: { status: "filled" } });
  });

  test("a cancel of everything takes each order once; an empty one is nothing", async () => {
    // T-23: an empty batch is a no-op.
    const t = await createTestEngine();
    const first = await t.working();
    await t.working({ price: "99" });
    unwrap(await t.engine.cancel(first.id));
    const results = await t.engine.cancelAll({ account: "main" });
    expect(results.map(({ orderId, result }) => [orderId === first.id, result.ok])).toEqual([
      [false, true],
      [true, false],
    ]);
    await settle();
    expect(t.venue.sent.filter((sent) => sent.kind === "cancel")).toHaveLength(2);
    expect(await t.engine.cancelAll({ account: "nobody" })).toEqual([]);
  });
});

describe("replace", () => {
  test("the venue's word changes the terms, and every id finds the order", async () => {
    const t = await createTestEngine();
    const order = await t.working({ clientOrderId: "first" });
    unwrap(await t.engine.replace(order.id, { price: "101", quantity: "2", clientOrderId: "second" }));
    await settle();
    expect(order.price?.toString()).toBe("100");
    const replace = order.pendingReplace?.replace ?? {};
    t.venue.say(order, { kind: "replaced", replace, venueOrderId: t.venue.nextId() });
    await settle();
    expect(order.price?.toString()).toBe("101");
    expect(order.quantity?.toString()).toBe("2");
    for (const id of ["first", "second", "v1", "v2", order.id]) expect(t.engine.find(id)).toBe(order);
  });

  test("a replace below what is filled is refused here", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    t.venue.fill(order, "0.4");
    await settle();
    const result = await t.engine.replace(order.id, { quantity: "0.4" });
    expect(!result.ok && result.error.code).toBe("request.replaceBelowFilled");
    expect(t.venue.sent).toHaveLength(1);
  });

  test("an id that a failed replace asked for can be asked for again by the same order", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    unwrap(await t.engine.replace(order.id, { price: "101", clientOrderId: "next" }));
    t.venue.say(order, { kind: "requestRejected", request: "replace", reason: "busy" });
    await settle();
    expect((await t.engine.replace(order.id, { price: "101", clientOrderId: "next" })).ok).toBe(true);
    const other = await t.engine.submit({ ...LIMIT_BUY, quantity: "2", clientOrderId: "next" });
    expect(!other.ok && other.error.code).toBe("request.duplicateClientOrderId");
  });

  test("a larger quantity is reserved while the replace is open", async () => {
    const t = await createTestEngine();
    unwrap(
      await t.engine.setRiskLimits(
        "main",
        { maxPosition: (await import("../domain/decimal.ts")).Decimal.parse("3") },
        { by: "test" },
      ),
    );
    const order = await t.working();
    unwrap(await t.engine.replace(order.id, { quantity: "3" }));
    const result = await t.engine.submit({ ...LIMIT_BUY, quantity: "0.5", price: "99" });
    expect(!result.ok && result.error.code).toBe("risk.maxPosition");
  });
});

describe("control", () => {
  test("a halt between the intent and the wire keeps the order from leaving", async () => {
    const t = await createTestEngine();
    const submitted = t.engine.submit(LIMIT_BUY);
    const halted = t.engine.setTradingState("halted", { by: "test", reason: "look" });
    const handle = unwrap(await submitted);
    unwrap(await halted);
    await settle();
    expect(handle.order.status).toBe("failed");
    expect(handle.order.statusReason?.code).toBe("risk.halted");
    expect(t.venue.sent).toHaveLength(0);
  });

  test("the kill switch cancels ours, denies what is new, and needs a person to lift", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    const result = unwrap(await t.engine.engageKillSwitch("cancelOurs", { by: "anna", reason: "drill" }));
    expect(result.canceling).toBe(1);
    await settle();
    expect(t.venue.sent.map((sent) => sent.kind)).toEqual(["place", "cancel"]);
    const denied = await t.engine.submit(LIMIT_BUY);
    expect(!denied.ok && denied.error.code).toBe("risk.halted");
    unwrap(await t.engine.liftKillSwitch({ by: "anna" }));
    expect((await t.engine.submit({ ...LIMIT_BUY, quantity: "2" })).ok).toBe(true);
    expect(order.pendingCancel).toBeDefined();
  });

  test("the kill switch survives a restart", async () => {
    const t = await createTestEngine();
    unwrap(await t.engine.engageKillSwitch("keep", { by: "anna", reason: "drill" }));
    await t.engine.stop();
    const again = await createTestEngine({ journal: t.journal.crash() });
    expect(again.engine.status().killSwitch).toMatchObject({ engaged: true, by: "anna", reason: "drill" });
  });

  test("orders past their age are canceled, exits only when told", async () => {
    const t = await createTestEngine({
      config: { accounts: [{ id: "main", venue: "scripted", staleAfterMs: 5_000 }] },
    });
    const entry = await t.working();
    t.venue.fill(entry, "1");
    const old = await t.working({ price: "99" });
    const exit = await t.working({ side: "sell", price: "110", reduceOnly: true });
    await t.pass(7_000);
    expect(old.pendingCancel?.reason).toBe("stale");
    expect(exit.pendingCancel).toBeUndefined();
  });
});

describe("subscribers", () => {
  test("one that throws harms nobody else", async () => {
    const t = await createTestEngine();
    const heard: string[] = [];
    t.engine.subscribe(() => {
      throw new Error("mine");
    });
    t.engine.subscribe((event) => heard.push(event.type), { types: ["orderAcknowledged"] });
    await t.working();
    expect(heard).toEqual(["orderAcknowledged"]);
  });

  test("a handle gives all events of its order, then ends", async () => {
    const t = await createTestEngine();
    const handle = unwrap(await t.engine.submit(LIMIT_BUY));
    await settle();
    t.venue.fill(handle.order, "1");
    const seen: string[] = [];
    for await (const event of handle.events()) seen.push(event.type);
    expect(seen).toEqual(["orderCreated", "orderValidated", "orderSubmitted", "orderAcknowledged", "orderFilled"]);
    expect((await handle.done()).ok).toBe(true);
  });

  test("a wait that runs out says where the order stands, and leaves it alone", async () => {
    const t = await createTestEngine();
    const handle = unwrap(await t.engine.submit(LIMIT_BUY));
    await settle();
    const waiting = handle.done({ timeoutMs: 1_000 });
    await t.pass(1_500);
    const result = await waiting;
    expect(!result.ok && result.error.code).toBe("order.timedOut");
    expect(!result.ok && result.error.details["status"]).toBe("acknowledged");
  });
});

describe("recovery", () => {
  test("orders are taken only when every question of the start had an answer", async () => {
    const t = await createTestEngine({ start: false });
    t.venue.onOpenOrders = () => ({ kind: "failed", reason: "maintenance" });
    await t.engine.start();
    const refused = await t.engine.submit(LIMIT_BUY);
    expect(!refused.ok && refused.error.code).toBe("engine.notReady");
    t.venue.onOpenOrders = () => ({ kind: "found", value: [] });
    await t.pass(5_000);
    expect((await t.engine.submit(LIMIT_BUY)).ok).toBe(true);
  });

  test("an order of ours that only the venue has is described, not recorded", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    const other = await createTestEngine();
    other.venue.onOrder = () => foundWorking(order, "v9" as VenueOrderId);
    const position = other.engine.status().position;
    const id = order.id.replace(/1$/, "f");
    const described = await other.engine.order(id);
    expect(described).toMatchObject({ id, status: "acknowledged", venueOrderId: "v9", origin: "EXTERNAL" });
    expect(other.engine.status().position).toBe(position);
  });

  test("orders, positions and ids go on after a restart", async () => {
    const t = await createTestEngine();
    const order = await t.working({ clientOrderId: "mine" });
    t.venue.fill(order, "0.25", "99");
    await settle();
    await t.engine.stop();
    t.venue.onOrder = () => foundWorking(order, "v1" as VenueOrderId);
    const again = await createTestEngine({ journal: t.journal.crash(), venue: t.venue });
    const found = again.engine.find("mine");
    expect(found?.id).toBe(order.id);
    expect(found?.status).toBe("partiallyFilled");
    expect(again.engine.positions("main")[0]?.quantity.toString()).toBe("0.25");
    const next = await again.submit();
    expect(next.id).not.toBe(order.id);
    expect(decodeOrderId(next.id)?.epoch).toBe(t.engine.status().epoch + 1);
  });

  test("what was sent without a journaled outcome is unknown at the next start, and not sent again", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = () => new Promise(() => undefined);
    const order = await t.working();
    const again = await createTestEngine({ journal: t.journal.crash(), venue: t.venue });
    const found = again.engine.find(order.id);
    expect(found?.status).toBe("submitted");
    expect(found?.outcomeUnknown).toBe(true);
    expect(t.venue.sent).toHaveLength(1);
  });

  test("a tag that the journal knows otherwise is a configuration error", async () => {
    const t = await createTestEngine();
    await t.engine.stop();
    const open = createTestEngine({
      journal: t.journal.crash(),
      config: { accounts: [{ id: "main", venue: "scripted", tag: "OTHERTAG" }] },
    });
    await expect(open).rejects.toMatchObject({ code: "config.invalid" });
  });

  test("a failed commit stops trading: the order was never told, and nothing goes out", async () => {
    const t = await createTestEngine();
    const kept = await t.working();
    t.journal.failNextCommit();
    const result = await t.engine.submit(LIMIT_BUY);
    expect(!result.ok && result.error.code).toBe("journal.writeFailed");
    expect(t.engine.status().phase).toBe("failed");
    expect(t.venue.sent).toHaveLength(1);
    expect(t.engine.orders().map((order) => order.id)).toEqual([kept.id]);
    const after = await t.engine.submit(LIMIT_BUY);
    expect(!after.ok && after.error.code).toBe("journal.writeFailed");
  });
});

describe("accounts", () => {
  test("an id that orders of two accounts have names neither without its account", async () => {
    const accounts = [
      { id: "main", venue: "scripted" },
      { id: "other", venue: "scripted" },
    ];
    const t = await createTestEngine({ config: { accounts } });
    const ours = await t.working({ clientOrderId: "same" });
    const theirs = await t.working({ clientOrderId: "same", account: "other" });
    const unnamed = await t.engine.cancel("same");
    expect(!unnamed.ok && unnamed.error.code).toBe("request.ambiguousOrderId");
    unwrap(await t.engine.cancel("same", { by: "test", account: "other" }));
    expect([ours.pendingCancel, theirs.pendingCancel?.reason]).toEqual([undefined, "requested"]);
  });
});
