// Fan-out: every listener hears every event, whatever the others do.

import { expect, test } from "vitest";
import type { InstrumentId } from "../domain/identifiers.ts";
import { type LogFields, silentLogger } from "../runtime/logger.ts";
import { MarketHub } from "./market-hub.ts";
import { BTC, quote, trade } from "./testing/events.ts";

test("listeners hear events in the order of their subscription, with the view already up to date", () => {
  const hub = new MarketHub();
  const heard: string[] = [];
  hub.subscribe((event) => heard.push(`first ${event.kind} ${hub.view(BTC)?.bestBid?.price.toString()}`));
  hub.subscribe((event) => heard.push(`second ${event.kind}`));
  hub.publish(quote("99x1", "100x1"));
  expect(heard).toEqual(["first quote 99", "second quote"]);
});

test("a listener that throws is logged and harms nobody else", () => {
  const logged: LogFields[] = [];
  const hub = new MarketHub({ ...silentLogger, error: (fields) => logged.push(fields) });
  const heard: string[] = [];
  const failure = new Error("listener failed");
  hub.subscribe(() => {
    throw failure;
  });
  hub.subscribe((event) => heard.push(event.kind));
  hub.publish(trade("100x1"));
  hub.publish(quote("99x1", "100x1"));
  expect(heard).toEqual(["trade", "quote"]);
  expect(logged).toEqual([
    { err: failure, instrumentId: BTC, kind: "trade", at: 1 },
    { err: failure, instrumentId: BTC, kind: "quote", at: 1 },
  ]);
});

test("a listener may leave while an event goes round; who joins hears the next one", () => {
  const hub = new MarketHub();
  const heard: string[] = [];
  const leave = hub.subscribe(() => {
    heard.push("leaver");
    leave();
    hub.subscribe(() => heard.push("joiner"));
  });
  hub.subscribe(() => heard.push("stayer"));
  hub.publish(trade("100x1"));
  hub.publish(trade("100x1"));
  expect(heard).toEqual(["leaver", "stayer", "stayer", "joiner"]);
});

test("one listener subscribed twice is two subscriptions", () => {
  const hub = new MarketHub();
  let heard = 0;
  const listener = (): void => {
    heard++;
  };
  const end = hub.subscribe(listener);
  hub.subscribe(listener);
  hub.publish(trade("100x1"));
  end();
  hub.publish(trade("100x1"));
  expect(heard).toBe(3);
});

test("each instrument has its own view, and none before its first event", () => {
  const hub = new MarketHub();
  const eth = "ETH/USDT" as InstrumentId;
  hub.publish(trade("100x1"));
  expect(hub.view(eth)).toBeUndefined();
  hub.publish({ ...trade("5x1"), instrumentId: eth });
  expect(hub.views().map((view) => [view.instrumentId, view.referencePrice?.toString()])).toEqual([
    [BTC, "100"],
    [eth, "5"],
  ]);
});
