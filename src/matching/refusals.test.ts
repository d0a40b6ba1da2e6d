// Every refusal: its stable reason, a message that says what would be right, and no change to anything.

import { describe, expect, it } from "vitest";
import { REFUSAL_REASONS } from "./checks.ts";
import { buy, dec, engineOf, INSTRUMENT, order, sell } from "./testing/harness.ts";
import type { IncomingOrder, MatchEvent } from "./types.ts";

const STRICT = {
  ...INSTRUMENT,
  tickSize: dec("0.5"),
  lotSize: dec("0.1"),
  minQuantity: dec("0.2"),
  minNotional: dec(10),
};
const BIG = "9".repeat(40);

const ORDERS: readonly (readonly [string, IncomingOrder, string])[] = [
  ["quantityMissing", order("o", "buy", { price: 100 }), "give exactly one"],
  ["quantityMissing", order("o", "buy", { quantity: 1, notional: 100 }), "give exactly one"],
  ["quantityNotPositive", buy("o", 0, 100), "not positive"],
  ["quantityNotPositive", buy("o", -1, 100), "not positive"],
  ["quantityNotPositive", order("o", "buy", { notional: -5 }), "above zero"],
  ["quantityTooLarge", order("o", "buy", { quantity: BIG, price: 100 }), "at most 900719925474094.1"],
  ["offLot", order("o", "buy", { quantity: "0.25", price: 100 }), "0.2 and 0.3 are"],
  ["belowMinQuantity", order("o", "buy", { quantity: "0.1", price: 1000 }), "minimum 0.2"],
  ["belowMinNotional", order("o", "buy", { quantity: "0.2", price: 10 }), "minimum 10"],
  ["belowMinNotional", order("o", "buy", { notional: 9 }), "minimum 10"],
  ["notionalNotAllowed", order("o", "buy", { notional: 100, price: 100 }), "give a quantity"],
  ["notionalNotAllowed", order("o", "buy", { notional: 100, timeInForce: "fok" }), "give a quantity"],
  ["priceMissing", buy("o", 1, undefined, { orderType: "limit" }), "needs a price"],
  ["priceMissing", buy("o", 1, 100, { orderType: "stopLimit" }), "needs a triggerPrice"],
  ["priceNotAllowed", buy("o", 1, 100, { orderType: "market" }), "leave it out"],
  ["priceNotAllowed", buy("o", 1, 100, { triggerPrice: 90 }), "leave it out"],
  ["priceNotPositive", buy("o", 1, 0), "not positive"],
  ["priceTooLarge", order("o", "buy", { quantity: 1, price: BIG }), "at most 4503599627370495.5"],
  ["offTick", order("o", "buy", { quantity: 1, price: "100.2" }), "100 and 100.5 are"],
  ["offTick", order("o", "buy", { quantity: 1, orderType: "stop", triggerPrice: "100.2" }), "100 and 100.5 are"],
  ["timeInForce", buy("o", 1, 100, { timeInForce: "gtd" }), "needs an expiresAt"],
  ["timeInForce", buy("o", 1, 100, { timeInForce: "gtd", expiresAt: 10 }), "not after 10"],
  ["timeInForce", buy("o", 1, 100, { expiresAt: 100 }), "only gtd does"],
  ["postOnlyNotAllowed", buy("o", 1, 100, { postOnly: true, timeInForce: "ioc" }), "a gtc limit order can"],
  ["postOnlyNotAllowed", buy("o", 1, undefined, { postOnly: true }), "a gtc limit order can"],
  ["postOnlyWouldCross", buy("o", 1, 200, { postOnly: true }), "would trade at 200 at once; a post-only buy is below"],
  ["reduceOnly", buy("o", 1, 100, { reduceOnly: true }), "The position of a is 0"],
  ["reduceOnly", sell("o", 1, 100, { reduceOnly: true, account: "short" }), "The position of short is -1"],
  ["duplicateOrderId", buy("ask", 1, 100), "every order has an id of its own"],
];

const REQUESTS: readonly (readonly [string, string, Parameters<ReturnType<typeof engineOf>["replace"]>[1], string])[] =
  [
    ["unknownOrder", "nobody", { price: dec(1) }, "No open order has the id nobody"],
    ["replaceChangesNothing", "ask", {}, "name at least one"],
    ["replaceBelowFilled", "part", { quantity: dec("0.9") }, "1 is filled"],
    ["offLot", "ask", { quantity: dec("1.05") }, "1 and 1.1 are"],
    ["offTick", "ask", { price: dec("200.1") }, "200 and 200.5 are"],
    ["belowMinNotional", "ask", { price: dec("0.5") }, "minimum 10"],
    ["priceTooLarge", "ask", { price: dec(BIG) }, "at most"],
    ["quantityTooLarge", "ask", { quantity: dec(BIG) }, "at most"],
    ["priceNotAllowed", "ask", { triggerPrice: dec(100) }, "leave triggerPrice out"],
    ["priceNotAllowed", "stop", { price: dec(100) }, "leave it out"],
    ["quantityMissing", "notional", { quantity: dec(1) }, "sized by notional"],
    ["postOnlyWouldCross", "passive", { price: dec(200) }, "would trade at 200 at once"],
  ];

/** A book with an ask at 200, an order partly filled, and orders of the kinds that requests go wrong with. */
function engineWithOrders(): ReturnType<typeof engineOf> {
  const engine = engineOf({ instrument: STRICT });
  engine.submit(buy("part", 3, 150, { account: "maker" }), 0);
  engine.submit(sell("s", 1, 150, { account: "short" }), 0);
  engine.submit(sell("ask", 1, 200, { account: "maker" }), 0);
  engine.submit(buy("passive", 1, 100, { account: "maker", postOnly: true }), 0);
  engine.submit(order("stop", "buy", { orderType: "stop", quantity: 1, triggerPrice: 500 }), 0);
  engine.submit(order("notional", "buy", { orderType: "stop", notional: 100, triggerPrice: 500 }), 0);
  return engine;
}

function expectOne(events: readonly MatchEvent[], expected: object, text: string): void {
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject(expected);
  expect((events[0] as { message: string }).message).toContain(text);
}

describe("a refused order", () => {
  it.each(ORDERS)("with %s says what would be right (%#)", (reason, refused, text) => {
    const engine = engineWithOrders();
    const before = engine.state();
    const events = engine.submit(refused, 10);
    expectOne(events, { kind: "refused", venueOrderId: refused.venueOrderId, at: 10, reason }, text);
    expect(engine.state()).toEqual(before);
  });
});

describe("a refused request", () => {
  it.each(REQUESTS)("to replace with %s leaves the order as it was (%#)", (reason, id, terms, text) => {
    const engine = engineWithOrders();
    const before = engine.state();
    const events = engine.replace(id, terms, 10);
    expectOne(events, { kind: "requestRefused", venueOrderId: id, request: "replace", reason }, text);
    expect(engine.state()).toEqual(before);
  });

  it("to cancel names the unknown order", () => {
    const events = engineOf().cancel("nobody", 10);
    expectOne(events, { kind: "requestRefused", request: "cancel", reason: "unknownOrder" }, "nobody");
  });
});

describe("the list of reasons", () => {
  it("is all that these tests provoke", () => {
    const provoked = new Set([...ORDERS.map(([reason]) => reason), ...REQUESTS.map(([reason]) => reason)]);
    expect([...provoked].sort()).toEqual([...REFUSAL_REASONS].sort());
  });
});

describe("the sum of open orders", () => {
  it("stays below 2^53 lots, and has room again when an order goes", () => {
    const engine = engineOf();
    engine.submit(order("huge", "buy", { quantity: String(Number.MAX_SAFE_INTEGER - 1), price: 1 }), 0);
    expect(engine.submit(buy("two", 2, 1), 0)).toMatchObject([{ kind: "refused", reason: "quantityTooLarge" }]);
    expect(engine.submit(buy("one", 1, 1), 0)).toMatchObject([{ kind: "accepted" }]);
    expect(engine.replace("one", { quantity: dec(2) }, 0)).toMatchObject([{ reason: "quantityTooLarge" }]);
    engine.replace("huge", { quantity: dec(String(Number.MAX_SAFE_INTEGER - 3)) }, 0);
    expect(engine.replace("one", { quantity: dec(2) }, 0)).toMatchObject([{ kind: "replaced" }]);
    expect(engine.submit(buy("two", 2, 1), 0)).toMatchObject([{ kind: "refused", reason: "quantityTooLarge" }]);
    engine.cancel("huge", 0);
    expect(engine.submit(buy("two", 2, 1), 0)).toMatchObject([{ kind: "accepted" }]);
  });
});
