// Reports that outrun the reply that names their order: held, and matched the moment the id is known, in the order
// in which they came. Through the engine's front door.

import { describe, expect, test } from "vitest";
import { Decimal } from "../domain/decimal.ts";
import type { ExecutionId, VenueOrderId } from "../domain/identifiers.ts";
import type { SendOutcome } from "../venues/venue.ts";
import { BTC } from "./testing/scripted-venue.ts";
import { createTestEngine, settle, type TestEngine, type TestEngineOptions } from "./testing/test-engine.ts";
import {
  discrepancies,
  eventsOfType,
  fillsAfter,
  found,
  MAIN,
  pending,
  recordOf,
  types,
  venueFill,
} from "./testing/venue-answers.ts";

const V1 = "v1" as VenueOrderId;

/** An engine whose first order waits for its answer. */
async function createWaiting(options: TestEngineOptions = {}) {
  const answer = pending<SendOutcome>();
  const t = await createTestEngine(options);
  t.venue.onPlace = () => answer.promise;
  const order = await t.working();
  const accept = async (venueOrderId = V1): Promise<void> => {
    answer.resolve({ kind: "accepted", venueOrderId });
    await settle();
  };
  return { ...t, order, accept };
}

/** An execution on a stream that does not echo our id. */
function sayFill(t: Pick<TestEngine, "venue">, quantity: string, executionId: string, venueOrderId = V1): void {
  const price = Decimal.parse("100");
  const ids = { executionId: executionId as ExecutionId, venueOrderId };
  t.venue.sayOf(
    { account: MAIN, instrumentId: BTC.id, venueOrderId },
    { kind: "fill", fill: { ...ids, price, quantity: Decimal.parse(quantity), liquidity: "maker", venueAt: 1 } },
  );
}

function executions(t: Pick<TestEngine, "journal">, orderId: string): string[] {
  return t.journal
    .readOrder(orderId as never)
    .flatMap((event) => ("fill" in event && event.fill !== undefined ? [event.fill.executionId] : []));
}

describe("a report without our id, of an order that the venue has not answered yet", () => {
  // okex docs#208, kraken-infinity-grid#82
  test("is about that order the moment the reply names it", async () => {
    const t = await createWaiting();
    sayFill(t, "0.4", "e1");
    sayFill(t, "0.6", "e2");
    // Long past the grace, within the time that a place may take.
    await t.pass(9_000);
    expect(t.order.status).toBe("submitted");
    await t.accept();
    expect([t.order.status, t.order.cumulativeQuantity.toString()]).toEqual(["filled", "1"]);
    expect(executions(t, t.order.id)).toEqual(["e1", "e2"]);
    expect(types(t, t.order.id)).toEqual([
      "orderCreated",
      "orderValidated",
      "orderSubmitted",
      "orderAcknowledged",
      "orderPartiallyFilled",
      "orderFilled",
    ]);
    expect(discrepancies(t)).toEqual([]);
  });

  test("goes before a later report of the same id that names both", async () => {
    const t = await createWaiting();
    sayFill(t, "0.4", "e1");
    t.venue.say(t.order, { kind: "ended", status: "canceled", reason: "asked", venueOrderId: V1 });
    await settle();
    expect([t.order.status, t.order.cumulativeQuantity.toString()]).toEqual(["canceled", "0.4"]);
    expect(eventsOfType(t, "fillBooked")).toEqual([]);
    expect(discrepancies(t)).toEqual([]);
  });

  test("is about the order that a query names both ways", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = () => ({ kind: "unknown", reason: "reset" });
    const order = await t.working();
    t.venue.onOrder = () => found(recordOf(order));
    sayFill(t, "0.4", "e1");
    await t.pass(1_000);
    expect([order.status, executions(t, order.id)]).toEqual(["partiallyFilled", ["e1"]]);
  });

  test("is booked once when the execution comes again with our id", async () => {
    const t = await createWaiting();
    sayFill(t, "0.4", "e1");
    await t.accept();
    t.venue.fill(t.order, "0.4", "100", "e1");
    sayFill(t, "0.4", "e1");
    await settle();
    expect(t.order.cumulativeQuantity.toString()).toBe("0.4");
  });

  test("is not about an order for another instrument", async () => {
    const t = await createWaiting();
    t.venue.sayOf(
      { account: MAIN, instrumentId: "ETH/USDT" as never, venueOrderId: V1 },
      { kind: "ended", status: "canceled", reason: "theirs" },
    );
    await t.accept();
    await t.pass(20_000);
    expect(t.order.status).toBe("acknowledged");
  });
});

describe("a report that stays a stranger's", () => {
  test("is given up after the grace when nothing waits for an answer, and the account's fills are read", async () => {
    const t = await createTestEngine();
    const order = await t.working();
    const asked: number[] = [];
    // The venue had moved our order to another id, and its stream does not say whose that is.
    const moved = { ...recordOf(order), venueOrderId: "s1" as VenueOrderId };
    t.venue.onFillsSince = (cursor) => {
      asked.push(t.clock.now());
      return fillsAfter([venueFill(moved, "1", "e1")])(cursor);
    };
    sayFill(t, "1", "e1", moved.venueOrderId);
    sayFill(t, "1", "e1", moved.venueOrderId);
    await t.pass(240);
    expect(asked).toEqual([]);
    await t.pass(1_000);
    expect(asked.length).toBeGreaterThan(0);
    expect(order.status).toBe("filled");
  });

  test("is held no longer than a place may take, however long a submit stays unknown", async () => {
    const t = await createWaiting({ config: { settings: { placeTimeoutMs: 1_000 } } });
    t.venue.onOrder = () => ({ kind: "failed", reason: "down" });
    let reads = 0;
    t.venue.onFillsSince = () => (reads++, found([]));
    sayFill(t, "1", "e1");
    await t.pass(1_200);
    expect([t.order.outcomeUnknown, reads]).toEqual([true, 0]);
    await t.pass(1_000);
    expect([t.order.outcomeUnknown, reads]).toEqual([true, 1]);
  });

  test("makes room for newer ones: the oldest are given up, and none of them stops the engine", async () => {
    const t = await createWaiting();
    let reads = 0;
    t.venue.onFillsSince = () => (reads++, found([]));
    sayFill(t, "0.1", "old");
    for (let stranger = 0; stranger < 1_000; stranger++) sayFill(t, "1", "e1", `s${stranger}` as VenueOrderId);
    await t.pass(500);
    expect(reads).toBe(1);
    await t.accept();
    expect(t.order.cumulativeQuantity.toString()).toBe("0");
    expect(t.engine.status().phase).toBe("ready");
  });
});
