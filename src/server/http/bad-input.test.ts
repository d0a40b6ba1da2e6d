// Every field wrong in every way, at both faces: a precise answer with a stable code, nothing changed.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, createTestServer, type TestServer, textOf } from "../testing/test-server.ts";

let t: TestServer;
beforeAll(async () => {
  t = await createTestServer();
  await t.placed({ clientOrderId: "taken" });
});
afterAll(() => t.close());

const own = { instrumentId: "BTC/USDT", side: "buy", orderType: "limit", quantity: "1", price: "100" };
const alpaca = { symbol: "BTC/USDT", side: "buy", type: "limit", qty: "1", limit_price: "100", time_in_force: "gtc" };

type Changes = Readonly<Record<string, unknown>>;

/** `undefined` leaves the field out. */
function changed(base: object, changes: Changes): object {
  return Object.fromEntries(Object.entries({ ...base, ...changes }).filter(([, value]) => value !== undefined));
}

const unchanged = async (send: () => Promise<Answer>): Promise<Answer> => {
  const before = t.engine.status().position;
  const answer = await send();
  await t.settle();
  expect(t.engine.status().position, answer.text).toBe(before);
  return answer;
};

const DIGITS_40 = "1234567890123456789012345678901234567890";

// What is wrong, the status, our code, and a part of the sentence that says what would be right.
const OWN_ORDERS: readonly (readonly [Changes, number, string, string])[] = [
  [{ instrumentId: undefined }, 400, "request.malformed", "instrumentId is missing"],
  [{ instrumentId: 5 }, 400, "request.malformed", "instrumentId is 5"],
  [{ instrumentId: "" }, 400, "request.malformed", "instrumentId"],
  [{ instrumentId: "NOPE/USDT" }, 422, "request.unknownInstrument", "NOPE/USDT"],
  [{ side: undefined }, 400, "request.malformed", "side is missing; it must be one of buy, sell"],
  [{ side: "BUY" }, 400, "request.malformed", 'side is "BUY"; it must be one of buy, sell'],
  [{ side: null }, 400, "request.malformed", "side is null"],
  [{ orderType: "iceberg" }, 400, "request.malformed", "one of market, limit, stop"],
  [{ quantity: undefined }, 422, "request.quantityMissing", ""],
  [{ quantity: 1 }, 400, "request.malformed", 'a plain decimal in a text, such as "0.001"'],
  [{ quantity: "" }, 400, "request.malformed", 'quantity is ""'],
  [{ quantity: "NaN" }, 400, "request.malformed", 'quantity is "NaN"'],
  [{ quantity: "1e-7" }, 400, "request.malformed", 'quantity is "1e-7"'],
  [{ quantity: " 1" }, 400, "request.malformed", "quantity"],
  [{ quantity: "+1" }, 400, "request.malformed", "quantity"],
  [{ quantity: ".5" }, 400, "request.malformed", "quantity"],
  [{ quantity: "0x10" }, 400, "request.malformed", "quantity"],
  [{ quantity: ["1"] }, 400, "request.malformed", "quantity"],
  [{ quantity: { amount: "1" } }, 400, "request.malformed", "quantity"],
  [{ quantity: "-1" }, 422, "request.quantityNotPositive", "-1"],
  [{ quantity: "0" }, 422, "request.quantityNotPositive", "0"],
  [{ quantity: "1.0005" }, 422, "request.offLot", "1.001"],
  [{ quantity: "0.0001" }, 422, "request.offLot", "0.001"],
  [{ quantity: `0.${DIGITS_40}` }, 400, "request.malformed", "quantity"],
  [{ quantity: "9".repeat(81) }, 400, "request.malformed", "quantity"],
  [{ quantity: "0.001" }, 422, "request.belowMinNotional", "5"],
  [{ notional: "100" }, 422, "request.quantityMissing", ""],
  [{ price: undefined }, 422, "request.priceMissing", ""],
  [{ price: "-100" }, 422, "request.priceNotPositive", "-100"],
  [{ price: "0" }, 422, "request.priceNotPositive", "0"],
  [{ price: "100.05" }, 422, "request.offTick", "100.1"],
  [{ price: true }, 400, "request.malformed", "price is true"],
  [{ orderType: "market" }, 422, "request.priceNotAllowed", ""],
  [{ triggerPrice: "99" }, 422, "request.priceNotAllowed", ""],
  [{ orderType: "stop", price: undefined }, 422, "request.priceMissing", ""],
  [{ timeInForce: "opg" }, 400, "request.malformed", "one of gtc, day, ioc, fok, gtd"],
  [{ timeInForce: "gtd" }, 422, "request.timeInForce", ""],
  [{ timeInForce: "ioc", postOnly: true }, 422, "request.timeInForce", ""],
  [{ expiresAt: "tomorrow" }, 400, "request.malformed", "expiresAt"],
  [{ postOnly: "yes" }, 400, "request.malformed", 'postOnly is "yes"; it must be true or false'],
  [{ clientOrderId: "" }, 400, "request.malformed", "clientOrderId"],
  [{ clientOrderId: "x".repeat(129) }, 400, "request.malformed", "1 to 128"],
  [{ clientOrderId: "two words" }, 400, "request.malformed", "clientOrderId"],
  [{ clientOrderId: "line\nfeed" }, 400, "request.malformed", "clientOrderId"],
  [{ clientOrderId: "taken", price: "90" }, 409, "request.duplicateClientOrderId", "taken"],
  [{ account: "nobody" }, 403, "request.unknownAccount", "there are main"],
  [{ account: "../main" }, 400, "request.malformed", "account"],
  [{ origin: "HACKER" }, 400, "request.malformed", "one of MANUAL, STRATEGY"],
  [{ leverage: -1 }, 400, "request.malformed", "leverage"],
  [{ maxAgeMs: 1.5 }, 400, "request.malformed", "maxAgeMs"],
  [{ prise: "100" }, 400, "request.malformed", "prise is not a known field"],
  [{ constructor: "x" }, 400, "request.malformed", "constructor is not a known field"],
];

test.each(OWN_ORDERS)("POST /api/v1/orders with %j is a %i %s that says %j", async (changes, status, code, words) => {
  const answer = await unchanged(() => t.call("POST", "/api/v1/orders", changed(own, changes)));
  expect(answer.body).toMatchObject({ status, code });
  expect(answer.status).toBe(status);
  expect(textOf(answer.body["detail"])).toContain(words);
  expect(answer.headers["content-type"]).toContain("application/problem+json");
});

const ALPACA_ORDERS: readonly (readonly [Changes, number, number, string])[] = [
  [{ symbol: undefined }, 400, 40010000, "symbol is missing"],
  [{ symbol: "NOPE" }, 422, 42210000, 'asset "NOPE" not found'],
  [{ side: "long" }, 400, 40010000, "one of buy, sell"],
  [{ type: "iceberg" }, 400, 40010000, "one of market, limit"],
  [{ type: "trailing_stop" }, 422, 42210000, "trailing_stop is not supported"],
  [{ qty: undefined }, 422, 42210000, ""],
  [{ qty: "1", notional: "100" }, 400, 40010000, "qty and notional were both given"],
  [{ qty: "abc" }, 400, 40010000, "a plain decimal"],
  [{ qty: "1e-7" }, 400, 40010000, "a plain decimal"],
  [{ qty: 1e-7 }, 400, 40010000, "a plain decimal"],
  [{ qty: 0.1234567890123456 }, 400, 40010000, "more than 15 digits"],
  [{ qty: "-1" }, 422, 42210000, "-1"],
  [{ qty: true }, 400, 40010000, "qty is true"],
  [{ limit_price: "100.05" }, 422, 42210000, "100.1"],
  [{ limit_price: undefined }, 422, 42210000, ""],
  [{ stop_price: "99" }, 422, 42210000, ""],
  [{ time_in_force: "gtd" }, 400, 40010000, "one of day, gtc, opg, cls, ioc, fok"],
  [{ time_in_force: "opg" }, 422, 42210000, "time_in_force opg is not supported"],
  [{ client_order_id: "taken", qty: "2" }, 422, 40010001, "client_order_id must be unique"],
  [{ client_order_id: "x".repeat(129) }, 400, 40010000, "1 to 128"],
  [{ order_class: "bracket" }, 422, 42210000, "order_class is not supported"],
  [{ extended_hours: true }, 422, 42210000, "extended_hours is not supported"],
  [{ take_profit: { limit_price: "110" } }, 422, 42210000, "take_profit is not supported"],
  [{ position_intent: "sell_to_close" }, 400, 40010000, "contradicts side buy"],
  [{ limit_prise: "1" }, 400, 40010000, "limit_prise is not a known field"],
];

test.each(ALPACA_ORDERS)(
  "POST /v2/orders with %j is a %i, code %i, that says %j",
  async (changes, status, code, words) => {
    const answer = await unchanged(() => t.call("POST", "/v2/orders", changed(alpaca, changes)));
    expect([answer.status, answer.body["code"]]).toEqual([status, code]);
    expect(textOf(answer.body["message"])).toContain(words);
  },
);

const json = { "content-type": "application/json" };
const RAW: readonly (readonly [
  string,
  string,
  string | undefined,
  Readonly<Record<string, string>>,
  number,
  string,
])[] = [
  ["broken JSON", "POST", '{"side":', json, 400, "request.malformed"],
  ["no body", "POST", undefined, json, 400, "request.malformed"],
  ["an empty body", "POST", "", json, 400, "request.malformed"],
  ["a body that is null", "POST", "null", json, 400, "request.malformed"],
  ["a body that is a list", "POST", "[]", json, 400, "request.malformed"],
  ["a body that is a text", "POST", '"buy"', json, 400, "request.malformed"],
  ["plain text", "POST", "side=buy", { "content-type": "text/plain" }, 415, "request.malformed"],
  ["a form", "POST", "side=buy", { "content-type": "application/x-www-form-urlencoded" }, 415, "request.malformed"],
  ["a prototype", "POST", '{"__proto__":{"admin":true}}', json, 400, "request.malformed"],
  [
    "a prototype of the constructor",
    "POST",
    '{"constructor":{"prototype":{"admin":true}}}',
    json,
    400,
    "request.malformed",
  ],
  ["more than 64 KiB", "POST", JSON.stringify({ side: "x".repeat(70_000) }), json, 413, "request.tooLarge"],
  ["JSON 30,000 levels deep", "POST", "[".repeat(30_000) + "]".repeat(30_000), json, 400, "request.malformed"],
  [
    "objects 8,000 levels deep",
    "POST",
    '{"a":'.repeat(8_000) + "1" + "}".repeat(8_000),
    json,
    400,
    "request.malformed",
  ],
];

test.each(RAW)("%s is refused at both faces", async (_what, _method, body, headers, status, code) => {
  const own = await unchanged(() => t.call("POST", "/api/v1/orders", body, { headers }));
  expect([own.status, own.body["code"]]).toEqual([status, code]);
  const theirs = await unchanged(() => t.call("POST", "/v2/orders", body, { headers }));
  expect([theirs.status, textOf(theirs.body["code"]).slice(0, 3)]).toEqual([status, String(status)]);
  expect(theirs.body["orderwright"]).toMatchObject({ code });
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
});

test.each([
  ["/api/v1/orders?limit=0", "limit"],
  ["/api/v1/orders?limit=1001", "limit"],
  ["/api/v1/orders?limit=1e2", "limit"],
  ["/api/v1/orders?limit=", "limit"],
  ["/api/v1/orders?limit=1.5", "limit"],
  ["/api/v1/orders?open=1", "open"],
  ["/api/v1/orders?status=working", "status"],
  ["/api/v1/orders?side=buy&side=sell", "side"],
  ["/api/v1/orders?everything=true", "everything"],
  ["/api/v1/events?since=-1", "since"],
  ["/api/v1/events?since=abc", "since"],
  ["/api/v1/events?since=99999999999999999999", "since"],
  ["/api/v1/market/BTC%2FUSDT/book?depth=9999", "depth"],
  [`/api/v1/orders/${"x".repeat(129)}`, "anyId"],
  ["/v2/orders?limit=501", "limit"],
  ["/v2/orders?after=yesterday", "after"],
  ["/v2/orders?status=working", "status"],
  ["/v2/orders:by_client_order_id", "client_order_id"],
  ["/v2/account/activities?page_token=nonsense", "page_token"],
])("GET %s is a 400 that names %s", async (path, field) => {
  const answer = await unchanged(() => t.call("GET", path));
  expect(answer.status, answer.text).toBe(400);
  expect(textOf(answer.body["detail"] ?? answer.body["message"])).toContain(field);
});

test.each([
  ["GET", "/api/v1/instruments?account=nobody", undefined],
  ["GET", "/api/v1/orders?account=nobody", undefined],
  ["GET", "/api/v1/risk/nobody", undefined],
  ["POST", "/api/v1/reconcile", { account: "nobody" }],
  ["POST", "/api/v1/trading-state", { state: "halted", reason: "x", account: "nobody" }],
  ["POST", "/api/v1/kill-switch", { restingOrders: "keep", reason: "x", account: "nobody" }],
] as const)(
  "%s %s with an account that nobody has is refused, not taken for an empty one",
  async (method, path, body) => {
    const answer = await unchanged(() => t.call(method, path, body));
    expect([answer.status, answer.body["code"]]).toEqual([403, "request.unknownAccount"]);
  },
);

test.each([
  ["POST", "/api/v1/trading-state", { state: "off", reason: "x" }],
  ["POST", "/api/v1/trading-state", { state: "halted" }],
  ["POST", "/api/v1/trading-state", { state: "halted", reason: "" }],
  ["POST", "/api/v1/kill-switch", { reason: "x" }],
  ["DELETE", "/api/v1/kill-switch", {}],
  ["PUT", "/api/v1/risk/main", { maxOrderQuantity: 1 }],
  ["PUT", "/api/v1/risk/main", { maxOrderQuantity: "-1" }],
  ["PUT", "/api/v1/risk/main", { maxOrders: 1 }],
  ["PUT", "/api/v1/risk/main", { maxOrderRate: { count: 1 } }],
  ["POST", "/api/v1/orders/batch", { orders: [] }],
  ["POST", "/api/v1/orders/batch", { orders: Array.from({ length: 101 }, () => own) }],
  ["POST", "/api/v1/orders/batch", [own]],
  ["PATCH", "/api/v1/orders/taken", { side: "sell" }],
] as const)("%s %s with %j is a 400", async (method, path, body) => {
  const answer = await unchanged(() => t.call(method, path, body));
  expect([answer.status, answer.body["code"]]).toEqual([400, "request.malformed"]);
});

test("a wrong item of a batch is named by its place", async () => {
  const answer = await t.call("POST", "/api/v1/orders/batch", { orders: [own, { ...own, side: "up" }] });
  expect(textOf(answer.body["detail"])).toContain('orders[1].side is "up"');
});

test.each([
  ["GET", "/api/v1/nothing", "nobody", 404, "application/problem+json"],
  ["PUT", "/api/v1/orders", "admin", 404, "application/problem+json"],
  ["GET", "/nothing", "nobody", 404, "application/problem+json"],
  ["GET", "/api/v1/%zz", "nobody", 400, "application/problem+json"],
  ["GET", "/v2/nothing", "nobody", 404, "application/json"],
  ["GET", "/v2/%zz", "nobody", 400, "application/json"],
] as const)("%s %s by %s is a %i of type %s", async (method, path, as, status, type) => {
  const answer = await t.call(method, path, undefined, { as });
  expect(answer.status).toBe(status);
  expect(answer.headers["content-type"]).toContain(type);
  expect(answer.body["code"]).toBeDefined();
});

test("the server lives through all of it", async () => {
  expect((await t.call("GET", "/api/v1/status", undefined, { as: "read" })).status).toBe(200);
});
