// A stream that says nothing although nobody has cut it: what it is taken for, what leaves meanwhile, and when it counts again.

import { describe, expect, test } from "vitest";
import { unwrap } from "../domain/result.ts";
import { d } from "../domain/testing/orders.ts";
import type { QueryResult, VenueOrder } from "../venues/venue.ts";
import { ScriptedVenue } from "./testing/scripted-venue.ts";
import { createTestEngine, LIMIT_BUY, type TestEngine, type TestEngineOptions } from "./testing/test-engine.ts";
import { eventsOfType, fillsAfter, found, pending, recordOf, venueFill } from "./testing/venue-answers.ts";

const HEARTBEAT_MS = 10_000;

async function watched(options: TestEngineOptions = {}): Promise<TestEngine> {
  const venue = new ScriptedVenue();
  venue.capabilities = { ...venue.capabilities, heartbeatMs: HEARTBEAT_MS };
  return createTestEngine({ venue, ...options });
}

const triggers = (t: TestEngine): string[] => eventsOfType(t, "reconcileCompleted").map((event) => event.trigger);
const venueOf = (t: TestEngine) => t.engine.status().venues[0];

/** Lets a stream that is alive, and has nothing to report, go on for so many heartbeats. */
async function beats(t: TestEngine, count: number): Promise<void> {
  for (let beat = 0; beat < count; beat++) {
    await t.pass(HEARTBEAT_MS);
    t.venue.heartbeat();
  }
}

describe("a stream", () => {
  test("that says it is alive stays connected, whatever else it has to say", async () => {
    const t = await watched();
    await beats(t, 10);
    await t.pass(2 * HEARTBEAT_MS - 1);
    expect(venueOf(t)).toMatchObject({ connected: true, lastHeardAt: t.clock.now() - (2 * HEARTBEAT_MS - 1) });
    expect(triggers(t)).toEqual(["start"]);
  });

  test("that is silent for two heartbeats is taken as cut, and the books are compared at once", async () => {
    // T-40, T-62, RELIABILITY 33: a half-open connection is never told of.
    const t = await watched();
    const order = await t.working();
    t.venue.onOpenOrders = () => found([recordOf(order)]);
    await t.pass(2 * HEARTBEAT_MS);
    expect(venueOf(t)).toMatchObject({ connected: false, since: t.clock.now() });
    expect(triggers(t)).toEqual(["start", "silence"]);
    await t.pass(10 * HEARTBEAT_MS);
    expect(triggers(t)).toEqual(["start", "silence"]);
  });

  test("of a venue that promises no heartbeat is never taken as cut", async () => {
    const t = await createTestEngine();
    await t.pass(3_600_000);
    expect(venueOf(t)).toMatchObject({ connected: true });
  });

  test("that brings heartbeats and leaves out a fill is corrected by the periodic comparison", async () => {
    // T-57, T-51: pings are alive, order events are not.
    const t = await watched({ config: { settings: { reconcileEveryMs: 30_000 } } });
    const order = await t.working();
    const executed = recordOf(order, { status: "filled", cumulativeQuantity: d("1") });
    t.venue.onOrder = () => found(executed);
    t.venue.onFillsSince = fillsAfter([venueFill(executed, "1", "e1")]);
    await beats(t, 4);
    expect(venueOf(t)?.connected).toBe(true);
    expect(order.status).toBe("filled");
  });
});

describe("while a stream is silent", () => {
  test("entries stay here and say why; exits and cancels leave", async () => {
    const t = await watched();
    const resting = await t.working();
    t.venue.fill(await t.working(), "1");
    await t.pass(2 * HEARTBEAT_MS);
    const entry = await t.working();
    expect(entry).toMatchObject({ status: "failed", statusReason: { code: "venue.unreachable" } });
    expect(entry.statusReason?.text).toContain("fell silent");
    const sent = t.venue.sent.length;
    unwrap(await t.engine.cancel(resting.id));
    await t.working({ side: "sell", price: "101", reduceOnly: true });
    expect(t.venue.sent.slice(sent).map((each) => each.kind)).toEqual(["cancel", "place"]);
  });

  test("one sign of life and a comparison after it let entries leave again", async () => {
    const t = await watched();
    await t.pass(2 * HEARTBEAT_MS);
    const answer = pending<QueryResult<readonly VenueOrder[]>>();
    t.venue.onOpenOrders = () => answer.promise;
    t.venue.heartbeat();
    expect((await t.working()).status).toBe("failed");
    answer.resolve(found([]));
    await t.settle();
    expect((await t.working()).status).toBe("acknowledged");
    expect(venueOf(t)).toMatchObject({ connected: true });
    expect(triggers(t)).toEqual(["start", "silence", "silence"]);
    await t.pass(2 * HEARTBEAT_MS);
    expect(venueOf(t)).toMatchObject({ connected: false });
  });

  test("a sign of life amid the comparison does not make that comparison count", async () => {
    const t = await watched();
    const answers = [pending<QueryResult<readonly VenueOrder[]>>(), pending<QueryResult<readonly VenueOrder[]>>()];
    let asked = 0;
    t.venue.onOpenOrders = () => answers[asked++]?.promise ?? found([]);
    await t.pass(2 * HEARTBEAT_MS);
    t.venue.heartbeat();
    answers[0]?.resolve(found([]));
    await t.settle();
    expect((await t.working()).status).toBe("failed");
    await t.pass(100);
    answers[1]?.resolve(found([]));
    await t.settle();
    expect((await t.working()).status).toBe("acknowledged");
  });

  test("the adapter's own reconnection goes its way: one comparison follows it", async () => {
    const t = await watched();
    await t.pass(2 * HEARTBEAT_MS);
    t.venue.connection("disconnected");
    t.venue.heartbeat();
    expect(venueOf(t)?.connected).toBe(false);
    t.venue.connection("connected");
    await t.settle();
    expect(triggers(t)).toEqual(["start", "silence", "reconnect"]);
    expect((await t.working()).status).toBe("acknowledged");
  });

  test("a stop ends the watch and leaves no timer", async () => {
    const t = await watched();
    await t.engine.stop();
    expect(t.clock.nextTimerAt).toBeUndefined();
  });
});

test("a stream that was silent before it could be caught up with at the start delays the start, not for ever", async () => {
  const t = await watched({ start: false });
  t.venue.onOpenOrders = () => ({ kind: "failed", reason: "no answer" });
  await t.engine.start();
  await t.pass(2 * HEARTBEAT_MS);
  expect(t.engine.status().phase).toBe("reconciling");
  t.venue.onOpenOrders = () => found([]);
  await t.pass(HEARTBEAT_MS);
  expect(t.engine.status().phase).toBe("reconciling");
  t.venue.heartbeat();
  await t.settle();
  expect(t.engine.status().phase).toBe("ready");
  expect(unwrap(await t.engine.submit(LIMIT_BUY)).order.status).toBe("submitted");
});
