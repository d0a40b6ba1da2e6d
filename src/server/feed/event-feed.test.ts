// What the doors hear of the engine: durable events only, in order, with the order as of each.

import { afterEach, beforeEach, expect, test } from "vitest";
import { orderToJson } from "../../domain/order-json.ts";
import { createTestEngine, type TestEngine } from "../../engine/testing/test-engine.ts";
import { silentLogger } from "../../runtime/logger.ts";
import { EventFeed } from "./event-feed.ts";
import { RecentFills } from "./recent-fills.ts";

let t: TestEngine;
let feed: EventFeed;
beforeEach(async () => {
  t = await createTestEngine();
  await t.settle();
});
afterEach(async () => {
  feed.close();
  await t.engine.stop();
});

const follow = (): EventFeed => {
  feed = new EventFeed(t.engine, silentLogger);
  return feed;
};

test("the mirror equals the engine once all is durable, for orders from before it and after it", async () => {
  const before = await t.working();
  t.venue.fill(before, "0.25");
  await t.settle();
  follow();
  const after = await t.working();
  t.venue.fill(before, "0.25");
  t.venue.fill(after, "1");
  await t.engine.adjustPosition("main", "BTC/USDT", "0.5", { by: "test", reason: "transfer" });
  await t.settle();
  for (const order of [before, after]) {
    const mirrored = feed.mirror.order(order.id);
    expect(mirrored).not.toBe(order);
    expect(mirrored === undefined ? undefined : orderToJson(mirrored)).toEqual(orderToJson(order));
  }
  expect(feed.mirror.position("main", "BTC/USDT")).toEqual(t.engine.positions("main")[0]);
  expect(feed.lastSeq).toBe(t.engine.status().durablePosition);
});

test("events under way when the feed begins are not counted twice", async () => {
  const order = await t.working();
  t.venue.fill(order, "0.5");
  expect(t.engine.status().position).toBeGreaterThan(t.engine.status().durablePosition);
  follow();
  await t.settle();
  expect(feed.mirror.position("main", "BTC/USDT").quantity.toString()).toBe("0.5");
  expect(feed.mirror.order(order.id)?.cumulativeQuantity.toString()).toBe("0.5");
});

test("reversed and corrected fills move the mirrored position as they move the engine's", async () => {
  follow();
  const order = await t.working();
  t.venue.fill(order, "0.5", "100", "x1");
  t.venue.fill(order, "0.25", "100", "x2");
  await t.settle();
  const { venueOrderId } = order;
  t.venue.say(order, {
    kind: "fillReversed",
    venueOrderId,
    executionId: "x1",
    reason: "bust",
    worksAgain: true,
  } as never);
  await t.settle();
  expect(feed.mirror.position("main", "BTC/USDT")).toEqual(t.engine.positions("main")[0]);
  expect(feed.mirror.position("main", "BTC/USDT").quantity.toString()).toBe("0.25");
});

test("a listener that throws harms nobody else", async () => {
  follow();
  const heard: number[] = [];
  feed.listen(() => {
    throw new Error("broken listener");
  });
  feed.listen((event) => heard.push(event.seq));
  await t.working();
  await t.settle();
  expect(heard.at(-1)).toBe(feed.lastSeq);
});

test("reading never goes beyond what was heard, wherever it begins", async () => {
  await t.working();
  follow();
  await t.working();
  await t.settle();
  const all = feed.read(0, 1_000).map((event) => event.seq);
  expect(all).toEqual(Array.from({ length: feed.lastSeq }, (_, index) => index + 1));
  for (const after of all) expect(feed.read(after, 2).map((event) => event.seq)).toEqual(all.slice(after, after + 2));
  expect(feed.read(feed.lastSeq, 10)).toEqual([]);
});

test("recent fills are found in the journal at the start, and follow reversals", async () => {
  const order = await t.working();
  t.venue.fill(order, "0.5", "100", "x1");
  await t.settle();
  follow();
  const fills = new RecentFills(t.engine, feed.lastSeq);
  feed.listen((event, mirrored) => fills.apply(event, mirrored));
  t.venue.fill(order, "0.25", "100", "x2");
  await t.settle();
  const executions = (): string[] => fills.list({}, 10).map(({ fill }) => fill.executionId);
  expect(executions()).toEqual(["x2", "x1"]);
  const { venueOrderId } = order;
  t.venue.say(order, {
    kind: "fillReversed",
    venueOrderId,
    executionId: "x1",
    reason: "bust",
    worksAgain: true,
  } as never);
  await t.settle();
  expect(executions()).toEqual(["x2"]);
});
