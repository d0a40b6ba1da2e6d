// The timeline's words and the path through the statuses.

import { expect, test } from "vitest";
import type { HistoryEntry } from "./contract.ts";
import { eventWords, factWords, pathTaken, sourceWords } from "./history-words.ts";
import { T0 } from "./testing/an-order.ts";

function entry(changes: Partial<HistoryEntry>): HistoryEntry {
  return {
    seq: 1,
    at: T0,
    event: "orderCreated",
    to: "created",
    source: "command:page",
    metadata: {},
    sincePreviousMs: 0,
    ...changes,
  };
}

test("a fill is told with its price, liquidity and fee", () => {
  const fill = { quantity: "0.1", price: "60000", liquidity: "maker", fee: { amount: "6", asset: "USDT" } };
  const facts = factWords(entry({ event: "orderPartiallyFilled", metadata: { fill } }));
  expect(facts).toEqual(["0.1 at 60000 as maker", "fee 6 USDT"]);
});

test("a denial shows our code, a rejection the venue's own words", () => {
  expect(factWords(entry({ metadata: { code: "risk.maxNotional" } }))).toEqual(["risk.maxNotional"]);
  expect(factWords(entry({ metadata: { venueCode: "51008", venueMessage: "no balance" } }))).toEqual([
    "venue code 51008",
    "venue: no balance",
  ]);
});

test("the trigger of a stop is not told as an acknowledgement", () => {
  expect(eventWords(entry({ event: "orderAcknowledged", metadata: { triggered: true } }))).toBe(
    "Triggered at the venue",
  );
});

test("sources are words, with their id", () => {
  expect(sourceWords("report:paper")).toBe("venue report paper");
  expect(sourceWords("recovery:")).toBe("recovery at start");
});

test("the path has each step once and none for an event that moves nothing", () => {
  const { visited, steps } = pathTaken([
    entry({}),
    entry({ event: "orderValidated", from: "created", to: "validated" }),
    entry({ event: "discrepancyFound", from: "validated", to: "validated" }),
  ]);
  expect([...visited]).toEqual(["created", "validated"]);
  expect([...steps]).toEqual(["created>validated"]);
});
