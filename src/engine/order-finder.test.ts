// Orders that memory has forgotten are found by any id that they ever had: by venues that report late, and by people.
// What each journal finds is in journal.contract.ts; what memory finds, in order-index.test.ts.

import { describe, expect, test } from "vitest";
import type { AccountId, ExecutionId, InstrumentId, OrderId, VenueOrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import { unwrap } from "../domain/result.ts";
import { d } from "../domain/testing/orders.ts";
import { VENUE } from "./testing/scripted-venue.ts";
import { createTestEngine, settle, type TestEngine, type TestEngineOptions } from "./testing/test-engine.ts";
import { eventsOfType, types } from "./testing/venue-answers.ts";

const FORGETFUL = { config: { settings: { reconcileEveryMs: 0, keepLast: 0 } } };

/** What a venue says that names nothing but its own id. */
const named = (venueOrderId: string, instrumentId = "BTC/USDT") => ({
  account: "main" as AccountId,
  instrumentId: instrumentId as InstrumentId,
  venueOrderId: venueOrderId as VenueOrderId,
});

function sayFill(t: TestEngine, of: ReturnType<typeof named>, executionId: string, clientId?: string): void {
  t.venue.sayOf(clientId === undefined ? of : { ...of, orderId: clientId as OrderId }, {
    kind: "fill",
    fill: {
      executionId: executionId as ExecutionId,
      venueOrderId: of.venueOrderId,
      price: d("100"),
      quantity: d("0.4"),
      liquidity: "maker",
      venueAt: 1,
    },
  });
}

function cancel(t: TestEngine, order: Order): Promise<void> {
  t.venue.say(order, { kind: "ended", status: "canceled", reason: "requested" });
  return settle();
}

/** An order that worked as `v1`, was canceled, and is not in memory any more. */
async function forgotten(options: TestEngineOptions = FORGETFUL): Promise<{ t: TestEngine; order: Order }> {
  const t = await createTestEngine(options);
  const order = await t.working();
  await cancel(t, order);
  expect(t.engine.find(order.id)).toBeUndefined();
  return { t, order };
}

const again = (t: TestEngine): Promise<TestEngine> =>
  createTestEngine({ ...FORGETFUL, journal: t.journal.crash(), venue: t.venue });
const held = (t: TestEngine): string | undefined => t.engine.positions()[0]?.quantity.toString();

describe("a report that names only the venue's id of an order that memory has forgotten", () => {
  test("brings a fill: booked late and once, before and after a restart", async () => {
    const { t: first, order } = await forgotten();
    let t = first;
    sayFill(t, named("v1"), "late");
    await settle();
    expect(held(t)).toBe("0.4");
    for (let round = 0; round < 2; round++) {
      t = await again(t);
      sayFill(t, named("v1"), "late");
      await settle();
    }
    sayFill(t, named("v1"), "later still");
    await settle();
    expect(held(t)).toBe("0.8");
    expect(types(t, order.id).filter((type) => type === "fillBooked")).toHaveLength(2);
    expect(await t.engine.order(order.id)).toMatchObject({ status: "canceled", cumulativeQuantity: d("0.8") });
  });

  test("takes an execution back: reversed, before and after a restart", async () => {
    const t = await createTestEngine(FORGETFUL);
    const order = await t.working();
    t.venue.fill(order, "0.6", "100", "one");
    t.venue.fill(order, "0.4", "100", "two");
    await settle();
    const bust = (executionId: string, on: TestEngine): Promise<void> => {
      const reason = "erroneous trade";
      const execution = executionId as ExecutionId;
      on.venue.sayOf(named("v1"), { kind: "fillReversed", executionId: execution, reason, worksAgain: false });
      return settle();
    };
    await bust("one", t);
    expect(held(t)).toBe("0.4");
    const next = await again(t);
    await bust("two", next);
    expect(held(next)).toBe("0");
    expect(types(next, order.id).filter((type) => type === "fillReversed")).toHaveLength(2);
  });

  test("finds it by the id before a replace and by the one after", async () => {
    const t = await createTestEngine(FORGETFUL);
    const order = await t.working();
    unwrap(await t.engine.replace(order.id, { price: "101" }));
    await settle();
    const replace = order.pendingReplace?.replace ?? {};
    t.venue.say(order, { kind: "replaced", replace, venueOrderId: "v2" as VenueOrderId });
    await cancel(t, order);
    const next = await again(t);
    sayFill(next, named("v1"), "under the old id");
    sayFill(next, named("v2"), "under the new id");
    await settle();
    expect(held(next)).toBe("0.8");
  });

  test("finds it also beside a client id that is not of our making", async () => {
    const { t } = await forgotten();
    sayFill(t, named("v1"), "late", "not-an-id-of-ours");
    await settle();
    expect(held(t)).toBe("0.4");
  });

  test("is a stranger's in another instrument, and under an id that no order had", async () => {
    const { t } = await forgotten();
    sayFill(t, named("v1", "ETH/USDT"), "elsewhere");
    sayFill(t, named("v9"), "of nobody");
    await t.pass(60_000);
    expect([held(t), eventsOfType(t, "fillBooked")]).toEqual([undefined, []]);
  });

  test("leaves an order that memory still has where it is, found by an id that only a fill had", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    await cancel(t, order);
    sayFill(t, named("of-a-fill"), "first", order.id);
    await settle();
    sayFill(t, named("of-a-fill"), "second");
    sayFill(t, named("v1"), "third");
    await settle();
    expect(t.engine.find(order.id)).toBe(order);
    expect([held(t), order.cumulativeQuantity]).toEqual(["1.2", d("1.2")]);
    expect(t.engine.terminalOrders()).toEqual([order]);
  });
});

describe("a person's look-up", () => {
  test("finds a forgotten order by the venue's id too", async () => {
    const { t, order } = await forgotten();
    expect((await t.engine.order("v1"))?.id).toBe(order.id);
    expect((await t.engine.order("v1", { account: "main" }))?.id).toBe(order.id);
    expect(await t.engine.order("v9")).toBeUndefined();
    const result = await t.engine.cancel("v1");
    expect(!result.ok && result.error).toMatchObject({ code: "order.notCancelable", details: { status: "canceled" } });
  });

  test("must name the account where forgotten orders of several have the id", async () => {
    const accounts = ["main", "other"].map((id) => ({ id, venue: VENUE }));
    const t = await createTestEngine({ config: { ...FORGETFUL.config, accounts } });
    t.venue.onPlace = () => ({ kind: "accepted", venueOrderId: "v1" as VenueOrderId });
    const orders = [await t.working({ account: "main" }), await t.working({ account: "other" })];
    for (const order of orders) await cancel(t, order);
    await expect(t.engine.order("v1")).rejects.toMatchObject({ code: "request.ambiguousOrderId" });
    for (const order of orders) {
      expect((await t.engine.order("v1", { account: order.account }))?.id).toBe(order.id);
    }
  });
});
