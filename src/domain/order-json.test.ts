// Orders and positions as JSON: what it looks like, that nothing is lost, and what is refused.
// That every order that can come about reads back is a law in interpret-report.property.test.ts.

import { describe, expect, test } from "vitest";
import { Decimal } from "./decimal.ts";
import type { OrderId, VenueOrderId } from "./identifiers.ts";
import type { Order } from "./order.ts";
import type { OrderTerms } from "./order-event.ts";
import { eventToJson, fillToJson, orderFromJson, orderToJson, positionFromJson, positionToJson } from "./order-json.ts";
import { applyFill, emptyPosition } from "./position.ts";
import { unwrap } from "./result.ts";
import {
  ACCOUNT,
  acknowledged,
  d,
  fillOf,
  fold,
  INSTRUMENT,
  meta,
  notionalTerms,
  ORDER_ID,
  orderIn,
  REQUEST_ID,
  TERMS,
  VENUE_ORDER_ID,
} from "./testing/orders.ts";

const orderId = ORDER_ID;

const FULL_TERMS: OrderTerms = {
  ...TERMS,
  orderType: "stopLimit",
  timeInForce: "gtd",
  triggerPrice: d("101.50"),
  postOnly: true,
  reduceOnly: true,
  expiresAt: 90_000.25,
  clientOrderId: "mine-1",
  origin: "BRACKET",
  parentOrderId: "OWRmain0000L000100000000" as OrderId,
  leverage: 3,
  maxAgeMs: 300_000,
};

/** An order that has every field that an open order can have. */
function fullOrder(): Order {
  return fold(
    acknowledged(FULL_TERMS),
    { type: "orderAcknowledged", orderId, triggered: true },
    {
      type: "orderPartiallyFilled",
      orderId,
      fill: fillOf("e-1", "1", { fee: { amount: d("-0.02"), asset: "USDT" } }),
    },
    {
      type: "orderPartiallyFilled",
      orderId,
      fill: fillOf("e-2", "2.50", { price: "99.9", fee: { amount: d("0.001"), asset: "BTC" } }),
    },
    {
      type: "fillReversed",
      orderId,
      venueOrderId: VENUE_ORDER_ID,
      executionId: fillOf("e-1", "1").executionId,
      reason: "busted",
    },
    { type: "orderPartiallyFilled", orderId, fill: fillOf("inferred-1", "1", { inferred: true }) },
    {
      type: "orderReplaced",
      orderId,
      replace: { price: d("99"), clientOrderId: "mine-2" },
      venueOrderId: "v-2" as VenueOrderId,
    },
    {
      type: "discrepancyFound",
      orderId,
      kind: "contradiction",
      ours: "partiallyFilled",
      theirs: "rejected",
      conclusion: "nothing changed",
      evidence: "ended report of paper",
    },
    {
      type: "replaceRequested",
      orderId,
      requestId: REQUEST_ID,
      replace: { quantity: d("12"), price: d("98"), triggerPrice: d("97"), clientOrderId: "mine-3" },
    },
    { type: "orderOutcomeUnknown", orderId, subject: "replace", reason: "timed out" },
    { type: "cancelRequested", orderId, requestId: REQUEST_ID, reason: "asked" },
  );
}

/** Every own field of an order, with decimals, maps and sets as plain data. */
function stateOf(value: unknown): unknown {
  if (value instanceof Decimal) return value.toString();
  if (value instanceof Map) return [...value].map(([key, item]) => [key, stateOf(item)]);
  if (value instanceof Set) return [...value];
  if (Array.isArray(value)) return value.map(stateOf);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, stateOf(item)]));
}

const viaText = (order: Order): unknown => JSON.parse(JSON.stringify(orderToJson(order)));

describe("an order reads back exactly", () => {
  test.each<[string, Order]>([
    ["with every field of an open order", fullOrder()],
    ["filled", orderIn("filled")],
    ["denied", fold(orderIn("created"), { type: "orderDenied", orderId, code: "risk.halted", message: "Halted." })],
    ["rejected by the venue", orderIn("rejected")],
    ["failed", orderIn("failed")],
    ["ended by inference", orderIn("expired", { inferred: true })],
    ["of unknown outcome", fold(orderIn("submitted"), unknownSubmit())],
    ["sized in the quote asset", acknowledged(notionalTerms("1000.00"))],
  ])("%s", (_, order) => {
    const restored = unwrap(orderFromJson(viaText(order)));
    expect(stateOf(restored)).toEqual(stateOf(order));
    expect(Object.keys(restored).sort()).toEqual(Object.keys(order).sort());
  });

  test("and the example above indeed has every field that an order can have", () => {
    const seen = new Set([fullOrder(), orderIn("rejected"), notional(), settled()].flatMap((one) => Object.keys(one)));
    const json = new Set(
      [fullOrder(), orderIn("rejected"), notional(), settled()].flatMap((one) => Object.keys(orderToJson(one))),
    );
    // The last fill is the last of the fills.
    for (const key of seen) if (key !== "lastFill") expect(json, key).toContain(key);
  });
});

function notional(): Order {
  return acknowledged(notionalTerms("1000"));
}

function settled(): Order {
  return fold(orderIn("partiallyFilled"), {
    type: "orderCanceled",
    orderId,
    reason: "asked",
    venueCumulativeQuantity: d("4"),
  });
}

function unknownSubmit() {
  return { type: "orderOutcomeUnknown", orderId, subject: "submit", reason: "timed out" } as const;
}

describe("what an order looks like", () => {
  test("decimals are texts, instants numbers, and what is absent is left out", () => {
    const json = orderToJson(orderIn("partiallyFilled"));
    expect(json).toMatchObject({
      id: ORDER_ID,
      displayId: "OWR_main0000_L_0001_00000001",
      status: "partiallyFilled",
      quantity: "10",
      price: "100",
      cumulativeQuantity: "4",
      leavesQuantity: "6",
      averagePrice: "100",
      cost: "400",
      fillPercentage: "40",
      lastPrice: "100",
      lastQuantity: "4",
      fees: {},
      fills: [{ executionId: "e-1", price: "100", quantity: "4", liquidity: "maker", venueAt: 5_000 }],
      isTerminal: false,
      isWorking: true,
      canCancel: true,
      overfilled: false,
      createdAt: 1_000,
      submitToAcknowledgeMs: 1,
    });
    for (const absent of ["notional", "completedAt", "pendingCancel", "reversedFills", "earlierVenueOrderIds"]) {
      expect(json).not.toHaveProperty(absent);
    }
  });

  test("what is derived is not looked at on the way in", () => {
    const json = { ...orderToJson(orderIn("partiallyFilled")), leavesQuantity: "999", isTerminal: "maybe" };
    expect(unwrap(orderFromJson(json)).leavesQuantity?.toString()).toBe("6");
  });
});

describe("what is refused", () => {
  const good = orderToJson(fullOrder()) as unknown as Readonly<Record<string, unknown>>;

  const BAD: readonly [string, Readonly<Record<string, unknown>>, string][] = [
    ["a text for a number", { createdAt: "1000" }, "order.createdAt"],
    ["a number for a decimal", { quantity: 10 }, "order.quantity"],
    ["exponent notation", { price: "1e-7" }, "order.price"],
    ["an unknown status", { status: "pending" }, "order.status"],
    ["an unknown side", { side: "BUY" }, "order.side"],
    ["a flag that is none", { postOnly: 1 }, "order.postOnly"],
    ["null for what is absent", { completedAt: null }, "order.completedAt"],
    ["an empty id", { id: "" }, "order.id"],
    ["a broken count", { revision: 1.5 }, "order.revision"],
    ["an infinite instant", { updatedAt: Number.POSITIVE_INFINITY }, "order.updatedAt"],
    ["a field that nobody knows", { flavor: "red" }, "order.flavor"],
    ["both sizes", { notional: "5" }, "quantity or a notional"],
    ["fills that are no list", { fills: {} }, "order.fills"],
    ["ids that are no texts", { earlierVenueOrderIds: [1] }, "order.earlierVenueOrderIds"],
    ["a total that is not the fills'", { cumulativeQuantity: "9" }, "cumulativeQuantity 9"],
    ["a cost that is not the fills'", { cost: "1" }, "cost 1"],
    ["fees that are not the fills'", { fees: { BTC: "0.002" } }, "0.002 BTC"],
    ["fees of another asset", { fees: { BTC: "0.001", ETH: "1" } }, "1 ETH"],
    ["a pending request without its id", { pendingCancel: { requestedAt: 1 } }, "order.pendingCancel"],
  ];

  test.each(BAD)("%s", (_, change, named) => {
    const result = orderFromJson({ ...good, ...change });
    expect(result.ok ? undefined : result.error.code).toBe("request.malformed");
    expect(result.ok ? "" : result.error.message).toContain(named);
  });

  test.each(["id", "account", "orderType", "cost", "fees", "fills", "statusAt", "lastSeq"])("no %s", (field) => {
    const { [field]: _, ...rest } = good;
    const result = orderFromJson(rest);
    expect(result.ok ? "" : result.error.message).toContain(`order.${field} is missing`);
  });

  test.each([[null], [undefined], [[]], ["{}"], [7]])("%o instead of an order", (value) => {
    expect(orderFromJson(value).ok).toBe(false);
  });

  test("a fill that is wrong, by its place", () => {
    const [first, second] = good["fills"] as Record<string, unknown>[];
    const refused = (fills: unknown[]): string => {
      const result = orderFromJson({ ...good, fills });
      return result.ok ? "" : result.error.message;
    };
    expect(refused([first, { ...second, liquidity: "both" }])).toContain("order.fills[1].liquidity");
    expect(refused([{ ...first, quantity: "0" }, second])).toContain("order.fills[0]");
    expect(refused([first, first])).toContain("two fills");
    expect(refused([{ ...first, fee: { amount: "1", asset: "BTC", rate: "2" } }, second])).toContain("fee.rate");
  });
});

test("a fill keeps its fee and its mark", () => {
  const fill = fillOf("e-1", "1.50", { fee: { amount: d("0.10"), asset: "USDT" }, inferred: true });
  expect(fillToJson(fill)).toEqual({
    executionId: "e-1",
    venueOrderId: "v-1",
    price: "100",
    quantity: "1.5",
    liquidity: "maker",
    fee: { amount: "0.1", asset: "USDT" },
    venueAt: 5_000,
    inferred: true,
  });
});

test("an event is its own fields, with decimals as texts and nothing undefined", () => {
  const { inferred: _, ...fill } = fillOf("e-1", "1.50", { fee: { amount: d("0.10"), asset: "USDT" } });
  const event = { type: "orderFilled", orderId, fill, ...meta(), seq: 7 } as const;
  expect(eventToJson(event)).toEqual({
    type: "orderFilled",
    orderId: ORDER_ID,
    fill: { ...fill, price: "100", quantity: "1.5", fee: { amount: "0.1", asset: "USDT" } },
    at: 1_000,
    cause: "command:test",
    seq: 7,
  });
});

describe("a position", () => {
  const fill = fillOf("e-1", "3", { price: "100.1", fee: { amount: d("0.1"), asset: "USDT" } });
  const long = applyFill(emptyPosition(ACCOUNT, INSTRUMENT), "buy", fill);

  test("reads back exactly, and shows its average", () => {
    const json = positionToJson(long);
    expect(json).toMatchObject({
      quantity: "3",
      entryCost: "300.3",
      averageEntryPrice: "100.1",
      fees: { USDT: "0.1" },
    });
    expect(stateOf(unwrap(positionFromJson(JSON.parse(JSON.stringify(json)))))).toEqual(stateOf(long));
  });

  test("has no average when flat", () => {
    const flat = positionToJson(emptyPosition(ACCOUNT, INSTRUMENT));
    expect(flat).not.toHaveProperty("averageEntryPrice");
    expect(positionFromJson(flat).ok).toBe(true);
  });

  test("is refused when a field is missing, wrong or unknown", () => {
    const json = positionToJson(long);
    for (const bad of [
      { ...json, quantity: 3 },
      { ...json, extra: 1 },
      { account: "main" },
      { ...json, fees: { USDT: 1 } },
    ]) {
      const result = positionFromJson(bad);
      expect(result.ok ? undefined : result.error.code).toBe("request.malformed");
    }
  });
});
