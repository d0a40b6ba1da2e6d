// Every field of a request wrong in every way, what goes together, what is filled in, replaces and retries.
// The laws that hold for arbitrary values are in order-request.property.test.ts.

import { describe, expect, test } from "vitest";
import { Decimal } from "../domain/decimal.ts";
import type { AccountId, VenueId } from "../domain/identifiers.ts";
import { ORDER_TYPES } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import { TIMES_IN_FORCE } from "../domain/order-event.ts";
import { unwrap } from "../domain/result.ts";
import type { OrderRequest, ReplaceInput } from "./engine-api.ts";
import { normalizeOrder, normalizeReplace, type OrderContext, orderAddress, sameOrder } from "./order-request.ts";
import { BTC, d, NOW, workingOrder } from "./risk/testing/fixtures.ts";

const CONTEXT: OrderContext = {
  account: "main" as AccountId,
  venue: "paper" as VenueId,
  instrument: BTC,
  capabilities: {
    orderTypes: ORDER_TYPES,
    timesInForce: TIMES_IN_FORCE,
    replace: true,
    postOnly: true,
    reduceOnly: true,
    notional: true,
    readLagMs: 0,
  },
  now: NOW,
};
const LIMIT = { instrumentId: "BTC/USDT", side: "buy", orderType: "limit", quantity: "1", price: "100" };
const MARKET = { instrumentId: "BTC/USDT", side: "buy", orderType: "market", quantity: "1" };
const STOP = { instrumentId: "BTC/USDT", side: "sell", orderType: "stop", quantity: "1", triggerPrice: "90" };
const OUR_ID = "OWRmain0000L000100000001";

function normalize(request: unknown, context: OrderContext = CONTEXT) {
  return normalizeOrder(request as OrderRequest, context);
}

/** Checks one request's error, or that there is none. */
function check(request: unknown, code: string | undefined, says = "", context: OrderContext = CONTEXT): void {
  const result = normalize(request, context);
  const error = result.ok ? undefined : result.error;
  expect(error?.code, error?.message).toBe(code);
  expect(error?.message ?? "").toContain(says);
}

describe("a request of the wrong shape", () => {
  test.each([
    ["null", null, "is null"],
    ["undefined", undefined, "is missing"],
    ["a number", 5, "the number 5"],
    ["a text", "buy", '"buy"'],
    ["an array", [LIMIT], "an array"],
    ["a function", () => LIMIT, "a function"],
  ])("%s is refused", (_name, request, says) => {
    check(request, "request.malformed", says);
    expect(orderAddress(request).ok).toBe(false);
  });

  test.each([
    ["qty", "quantity"],
    ["symbol", "instrumentId"],
    ["limit_price", "price"],
    ["time_in_force", "timeInForce"],
    ["clientOrderID", "clientOrderId"],
    ["reduceonly", "reduceOnly"],
    ["prise", "price"],
  ])("the unknown field %s is refused, and %s suggested", (field, meant) => {
    check({ ...LIMIT, [field]: "1" }, "request.malformed", `did you mean ${meant}?`);
  });

  test("an unknown field that is like no other is refused with the list of those there are", () => {
    check({ ...LIMIT, webhook: "x" }, "request.malformed", "its fields are account, instrumentId, side");
  });

  test("a field of the prototype is no field", () => {
    check(Object.create(LIMIT), "request.malformed", "instrumentId is missing");
    check(JSON.parse('{"__proto__": {"price": "1"}}'), "request.malformed", "__proto__");
  });
});

const NEITHER_TEXT_NOR_NUMBER: readonly [string, unknown][] = [
  ["null", null],
  ["true", true],
  ["an object", {}],
  ["an array", ["1"]],
  ["a function", () => "1"],
  ["a symbol", Symbol("1")],
  ["a big integer", 1n],
];

describe.each(["quantity", "notional", "price", "triggerPrice"])("the decimal %s", (field) => {
  const request = (value: unknown): object => {
    const base = field === "triggerPrice" ? STOP : field === "notional" ? { ...MARKET, quantity: undefined } : LIMIT;
    return { ...base, [field]: value };
  };
  test.each([
    ...NEITHER_TEXT_NOR_NUMBER,
    ["a number", 1],
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["the empty text", ""],
    ["a space", " "],
    ["a text with spaces", " 1 "],
    ["exponent notation", "1e-7"],
    ["the text NaN", "NaN"],
    ["the text Infinity", "Infinity"],
    ["a plus sign", "+1"],
    ["no digit before the point", ".5"],
    ["no digit after the point", "5."],
    ["leading zeros", "01"],
    ["a thousands separator", "1,000"],
    ["a hexadecimal number", "0x10"],
    ["digits of another script", "١"],
    ["40 digits", "1234567890123456789012345678901234567890"],
    ["40 decimals", `0.${"1".repeat(40)}`],
    ["an enormous text", "9".repeat(100_000)],
    ["an enormous decimal", Decimal.of(10n ** 18n)],
  ])("refuses %s", (_name, value) => {
    check(request(value), "request.malformed", `${field} is `);
  });

  test.each(["0", "-0", "0.000", "-1", "-0.5"])("refuses %s: it is not positive", (value) => {
    const code =
      field === "quantity" || field === "notional" ? "request.quantityNotPositive" : "request.priceNotPositive";
    check(request(value), code, "is not positive");
    check({ ...request(value), rounding: "toGrid" }, code, "is not positive");
  });

  test("takes a text, a decimal, and superfluous zeros", () => {
    for (const value of ["95.00", d("95"), d("95.000")]) check(request(value), undefined);
  });
});

describe("fields that are no decimals", () => {
  const wrong: readonly [field: string, values: readonly unknown[], says: string][] = [
    ["instrumentId", ["", null, 5, {}], "a text that is not empty"],
    ["side", ["Buy", "", "long", null, 1], "one of buy, sell"],
    ["orderType", ["LIMIT", "stop_limit", "", null, 0], "one of market, limit"],
    ["timeInForce", ["GTC", "good", "", null, 1], "one of gtc, day, ioc, fok, gtd"],
    ["postOnly", ["true", 1, null, ""], "true or false"],
    ["reduceOnly", ["true", 0, null, ""], "true or false"],
    ["origin", ["manual", "EXTERNAL", null, 1], "one of MANUAL, STRATEGY"],
    ["rounding", ["down", null, true], "one of refuse, toGrid"],
    ["leverage", ["2", 0, 0.99, -1, 1000.1, Number.NaN, null], "a number from 1 to 1000"],
    [
      "maxAgeMs",
      ["1", 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, null],
      "a whole number of milliseconds",
    ],
    [
      "expiresAt",
      ["2026-01-01", -1, 9e15, Number.NaN, Number.POSITIVE_INFINITY, null, new Date(0)],
      "an instant in milliseconds",
    ],
    ["parentOrderId", ["x", "", null, 5, `${OUR_ID}0`], ""],
    [
      "clientOrderId",
      [
        "",
        null,
        5,
        {},
        "a\nb",
        "a\u0000",
        "a\u200bb",
        "\ud800",
        " a",
        "a ",
        " ",
        "x".repeat(129),
        OUR_ID,
        "OWR_main0000_L_0001_00000001",
      ],
      "",
    ],
  ];
  test.each(wrong.flatMap(([field, values, says]) => values.map((value) => ({ field, value, says }))))(
    "$field refuses $value",
    ({ field, value, says }) => {
      check({ ...LIMIT, [field]: value }, "request.malformed", `${field} is `);
      check({ ...LIMIT, [field]: value }, "request.malformed", says);
    },
  );

  test.each(["instrumentId", "side", "orderType"])("%s is required", (field) => {
    check({ ...LIMIT, [field]: undefined }, "request.malformed", `${field} is missing`);
  });

  test.each(["a", "x".repeat(128), "Order 7", "grid:BTC/USDT#1", "заявка-1", "注".repeat(128), "😀".repeat(128)])(
    "the client order id %s is taken as it is",
    (clientOrderId) => {
      expect(unwrap(normalize({ ...LIMIT, clientOrderId })).clientOrderId).toBe(clientOrderId);
    },
  );

  test("an instrument other than the one looked up is refused", () => {
    check({ ...LIMIT, instrumentId: "ETH/USDT" }, "request.unknownInstrument", "ETH/USDT");
  });

  test("leverage goes with linear instruments only", () => {
    check({ ...LIMIT, leverage: 2 }, "request.notSupported", "spot");
    check({ ...LIMIT, leverage: 1 }, undefined);
    check({ ...LIMIT, leverage: 2.5 }, undefined, "", { ...CONTEXT, instrument: { ...BTC, kind: "linear" } });
  });
});

describe("order types and their prices", () => {
  const prices = { price: "95", triggerPrice: "90" };
  const rules = [
    ["market", false, false],
    ["limit", true, false],
    ["stop", false, true],
    ["stopLimit", true, true],
    ["takeProfit", false, true],
    ["takeProfitLimit", true, true],
  ] as const;
  test.each(rules)("%s: price %s, trigger price %s", (orderType, price, triggerPrice) => {
    const bare = { ...MARKET, orderType };
    const right = {
      ...bare,
      ...(price ? { price: prices.price } : {}),
      ...(triggerPrice ? { triggerPrice: prices.triggerPrice } : {}),
    };
    check(right, undefined);
    for (const [field, takes] of [
      ["price", price],
      ["triggerPrice", triggerPrice],
    ] as const) {
      if (takes) check({ ...right, [field]: undefined }, "request.priceMissing", `needs a ${field}`);
      else check({ ...right, [field]: "95" }, "request.priceNotAllowed", `takes no ${field}`);
    }
  });
});

describe("size", () => {
  test("neither quantity nor notional, or both, is refused", () => {
    check({ ...LIMIT, quantity: undefined }, "request.quantityMissing", "Neither");
    check({ ...LIMIT, notional: "100" }, "request.quantityMissing", "Both");
  });

  test.each([
    ["1.0005", "request.offLot", "1 and 1.001 are"],
    ["0.009", "request.belowMinQuantity", "below the minimum 0.01"],
    ["0.01", "request.belowMinNotional", "below the minimum 10"],
    ["0.099", "request.belowMinNotional", "notional 9.9 USDT"],
    ["0.1", undefined, ""],
  ])("quantity %s at 100: %s", (quantity, code, says) => check({ ...LIMIT, quantity }, code, says));

  test("notional meets the venue's minimum", () => {
    check({ ...MARKET, quantity: undefined, notional: "9.99" }, "request.belowMinNotional", "below the minimum 10");
    check({ ...MARKET, quantity: undefined, notional: "10" }, undefined);
  });

  test("a stop order is worth its trigger price, and a market order's worth is the venue's to judge", () => {
    check({ ...STOP, quantity: "0.111" }, "request.belowMinNotional", "9.99");
    check({ ...STOP, quantity: "0.112" }, undefined);
    check({ ...MARKET, quantity: "0.01" }, undefined);
  });

  test("a reduce-only order may be dust, on the lot grid", () => {
    check({ ...LIMIT, quantity: "0.001", reduceOnly: true }, undefined);
    check({ ...LIMIT, quantity: "0.0015", reduceOnly: true }, "request.offLot");
  });
});

describe("time in force", () => {
  test("the default is gtc, for market orders ioc", () => {
    expect(unwrap(normalize(LIMIT)).timeInForce).toBe("gtc");
    expect(unwrap(normalize(STOP)).timeInForce).toBe("gtc");
    expect(unwrap(normalize(MARKET)).timeInForce).toBe("ioc");
  });

  test.each([
    [{ ...MARKET, timeInForce: "day" }, undefined, ""],
    [{ ...MARKET, timeInForce: "fok" }, undefined, ""],
    [{ ...MARKET, timeInForce: "gtd", expiresAt: NOW + 1 }, "request.timeInForce", "ioc does"],
    [{ ...LIMIT, timeInForce: "gtd" }, "request.timeInForce", "needs expiresAt"],
    [{ ...LIMIT, timeInForce: "gtd", expiresAt: NOW }, "request.timeInForce", "is not in the future"],
    [{ ...LIMIT, timeInForce: "gtd", expiresAt: NOW - 1 }, "request.timeInForce", "1970-01-01T00:16:39.999Z"],
    [{ ...LIMIT, timeInForce: "gtd", expiresAt: NOW + 0.5 }, undefined, ""],
    [{ ...LIMIT, timeInForce: "day", expiresAt: NOW + 1 }, "request.timeInForce", "goes with timeInForce gtd only"],
    [{ ...LIMIT, expiresAt: NOW + 1 }, "request.timeInForce", "this is gtc"],
    [{ ...LIMIT, postOnly: true, timeInForce: "ioc" }, "request.timeInForce", "has to rest"],
    [{ ...LIMIT, postOnly: true, timeInForce: "fok" }, "request.timeInForce", "has to rest"],
    [{ ...LIMIT, postOnly: true, timeInForce: "day" }, undefined, ""],
    [{ ...MARKET, postOnly: true }, "request.malformed", "takes what is there"],
    [{ ...STOP, postOnly: true }, "request.malformed", "takes what is there"],
  ] as const)("%o: %s", (request, code, says) => check(request, code, says));
});

describe("what the venue does not support", () => {
  const without = (change: Partial<OrderContext["capabilities"]>): OrderContext => ({
    ...CONTEXT,
    capabilities: { ...CONTEXT.capabilities, ...change },
  });
  test.each([
    [STOP, { orderTypes: ["market", "limit"] }, "it has market, limit"],
    [{ ...LIMIT, timeInForce: "day" }, { timesInForce: ["gtc", "ioc"] }, "gtc, ioc are"],
    [LIMIT, { timesInForce: ["day"] }, "gtc (the default)"],
    [{ ...LIMIT, postOnly: true }, { postOnly: false }, "no post-only"],
    [{ ...LIMIT, reduceOnly: true }, { reduceOnly: false }, "no reduce-only"],
    [{ ...MARKET, quantity: undefined, notional: "50" }, { notional: false }, "give a quantity of BTC"],
  ] as const)("%o is refused, and what it does support named", (request, change, says) => {
    check(request, "request.notSupported", says, without(change));
  });
});

describe("the grid", () => {
  test("an off-grid value is refused, and its neighbors named", () => {
    check({ ...LIMIT, price: "100.3" }, "request.offTick", "100 and 100.5 are");
    check({ ...STOP, triggerPrice: "90.3" }, "request.offTick", "triggerPrice 90.3");
    check({ ...LIMIT, price: "100.3", rounding: "refuse" }, "request.offTick");
  });

  test.each([
    ["buy", "limit", "100", undefined],
    ["sell", "limit", "100.5", undefined],
    ["buy", "stopLimit", "100", "100.5"],
    ["sell", "stopLimit", "100.5", "100"],
    ["buy", "takeProfitLimit", "100", "100"],
    ["sell", "takeProfitLimit", "100.5", "100.5"],
  ])("to the grid: a %s %s at 100.3 goes to %s, its trigger to %s", (side, orderType, price, triggerPrice) => {
    const trigger = triggerPrice === undefined ? {} : { triggerPrice: "100.3" };
    const terms = unwrap(
      normalize({ ...LIMIT, side, orderType, price: "100.3", ...trigger, quantity: "1.0019", rounding: "toGrid" }),
    );
    expect([terms.price?.toString(), terms.triggerPrice?.toString()]).toEqual([price, triggerPrice]);
    expect(terms.quantity?.toString()).toBe("1.001");
  });

  test("what rounds down to nothing is refused", () => {
    check({ ...LIMIT, price: "0.4", rounding: "toGrid" }, "request.priceNotPositive", "the lowest is 0.5");
    check({ ...LIMIT, quantity: "0.0009", rounding: "toGrid" }, "request.belowMinQuantity", "the least is 0.01");
    check({ ...LIMIT, quantity: "0.0099", rounding: "toGrid" }, "request.belowMinQuantity", "below the minimum 0.01");
    check(
      { ...LIMIT, quantity: "0.0009", reduceOnly: true, rounding: "toGrid" },
      "request.belowMinQuantity",
      "the least is 0.001",
    );
  });
});

describe("the terms", () => {
  test("hold what was asked for and the defaults, and nothing else", () => {
    expect(unwrap(normalize({ ...LIMIT, parentOrderId: "OWR_main0000_L_0001_00000001", account: "main" }))).toEqual({
      account: "main",
      venue: "paper",
      instrumentId: "BTC/USDT",
      side: "buy",
      orderType: "limit",
      timeInForce: "gtc",
      quantity: d("1"),
      price: d("100"),
      postOnly: false,
      reduceOnly: false,
      origin: "MANUAL",
      parentOrderId: OUR_ID,
    });
  });

  test("a field that is undefined is absent", () => {
    const terms = unwrap(normalize({ ...LIMIT, clientOrderId: undefined, notional: undefined }));
    expect(Object.keys(terms)).not.toContain("clientOrderId");
    expect(Object.keys(terms)).not.toContain("notional");
  });

  test("the address of a request is its account, when it names one, and its instrument", () => {
    expect(unwrap(orderAddress(LIMIT))).toEqual({ instrumentId: "BTC/USDT" });
    expect(unwrap(orderAddress({ ...LIMIT, account: "main" }))).toEqual({ account: "main", instrumentId: "BTC/USDT" });
    expect(orderAddress({ ...LIMIT, account: 5 })).toMatchObject({ ok: false, error: { code: "request.malformed" } });
  });
});

describe("replace", () => {
  const order = workingOrder({ quantity: d("2"), price: d("100") }, { filled: "1" });
  const checkReplace = (input: unknown, of: Order, code: string | undefined, says = ""): void => {
    const result = normalizeReplace(input as ReplaceInput, of, BTC);
    const error = result.ok ? undefined : result.error;
    expect(error?.code, error?.message).toBe(code);
    expect(error?.message ?? "").toContain(says);
  };

  test.each([
    [null, "request.malformed", "is null"],
    [{ qty: "1" }, "request.malformed", "did you mean quantity?"],
    [{ side: "sell" }, "request.malformed", "its fields are quantity, price"],
    [{ quantity: 3 }, "request.malformed", "the number 3"],
    [{ price: "1e2" }, "request.malformed", "price is"],
    [{ clientOrderId: "a\n", price: "99" }, "request.malformed", "clientOrderId"],
    [{}, "request.replaceChangesNothing", "no new value"],
    [{ quantity: "2.0", price: "100.00" }, "request.replaceChangesNothing", ""],
    [{ clientOrderId: "again" }, "request.replaceChangesNothing", ""],
    [{ quantity: "1" }, "request.replaceBelowFilled", "1 BTC of it are filled"],
    [{ quantity: "0.5" }, "request.replaceBelowFilled", ""],
    [{ quantity: "1.001" }, undefined, ""],
    [{ quantity: "0" }, "request.quantityNotPositive", ""],
    [{ quantity: "1.0005" }, "request.offLot", ""],
    [{ price: "100.3" }, "request.offTick", ""],
    [{ price: "-1" }, "request.priceNotPositive", ""],
    [{ price: "4.5" }, "request.belowMinNotional", "notional 9"],
    [{ triggerPrice: "90" }, "request.priceNotAllowed", "takes no triggerPrice"],
  ])("%o: %s", (input, code, says) => checkReplace(input, order, code, says));

  test("only what changes is kept", () => {
    const replace = unwrap(normalizeReplace({ quantity: "2", price: "99", clientOrderId: "b" }, order, BTC));
    expect(replace).toEqual({ price: d("99"), clientOrderId: "b" });
  });

  test("a trigger can be moved until it fires", () => {
    const stop = { side: "sell", orderType: "stop", price: undefined, triggerPrice: d("90") } as const;
    checkReplace({ triggerPrice: "91" }, workingOrder(stop), undefined);
    checkReplace({ price: "91" }, workingOrder(stop), "request.priceNotAllowed", "takes no price");
    const limit = { ...stop, orderType: "stopLimit", price: d("89") } as const;
    checkReplace(
      { triggerPrice: "91" },
      workingOrder(limit, { triggered: true }),
      "request.priceNotAllowed",
      "has been triggered",
    );
  });

  test("an order sized by notional keeps its size", () => {
    const sized = workingOrder({ quantity: undefined, notional: d("100") });
    checkReplace({ quantity: "1" }, sized, "request.notSupported", "sized by notional");
    checkReplace({ price: "99" }, sized, undefined);
  });

  test("a reduce-only order may become dust", () => {
    checkReplace({ quantity: "0.001" }, workingOrder({ reduceOnly: true }), undefined);
    checkReplace({ quantity: "0.001" }, workingOrder(), "request.belowMinQuantity");
  });
});

describe("a retry by client order id", () => {
  const asked = unwrap(normalize({ ...LIMIT, clientOrderId: "a" }));
  const same = (change: object, order: Order = workingOrder({ clientOrderId: "a" })): boolean =>
    sameOrder({ ...asked, ...change }, order);

  test("is the same order when all terms are equal, however their numbers are written", () => {
    expect(same({})).toBe(true);
    expect(same({ quantity: d("1.00"), price: d("100.0") })).toBe(true);
    expect(same({}, workingOrder({ clientOrderId: "a" }, { filled: "0.5" }))).toBe(true);
  });

  test.each([
    { account: "other" },
    { venue: "okx" },
    { instrumentId: "ETH/USDT" },
    { side: "sell" },
    { orderType: "stopLimit" },
    { timeInForce: "day" },
    { quantity: d("1.001") },
    { quantity: undefined, notional: d("100") },
    { price: d("100.5") },
    { price: undefined },
    { triggerPrice: d("90") },
    { postOnly: true },
    { reduceOnly: true },
    { expiresAt: NOW + 1 },
    { origin: "GRID" },
    { parentOrderId: OUR_ID },
    { leverage: 1 },
    { maxAgeMs: 1 },
  ])("is another order when %o differs", (change) => expect(same(change)).toBe(false));

  test("compares what can be compared once the order was replaced", () => {
    const replaced = workingOrder({ clientOrderId: "a" }, { replaced: { quantity: d("3"), price: d("99") } });
    expect(same({}, replaced)).toBe(true);
    expect(same({ side: "sell" }, replaced)).toBe(false);
    expect(same({ quantity: undefined, notional: d("100") }, replaced)).toBe(false);
  });

  test("compares with the first terms while a replace is only pending", () => {
    const pending = workingOrder({ clientOrderId: "a" }, { pending: { price: d("99") } });
    expect(same({}, pending)).toBe(true);
    expect(same({ price: d("99") }, pending)).toBe(false);
  });
});
