// What strangers, careless clients and broken programs may send to the running server, on both of its
// faces: every field wrong in every way, and everything around the fields. Each is answered with an exact
// error and a stable code; nothing is journaled, nothing secret is logged, and the process lives.

import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { EventJson, OrderJson } from "../../src/domain/order-json.ts";
import { eventually, type RequestOptions, ServerProcess, temporaryDirectory } from "./support/server-process.ts";

/** In every place where something secret may be: it must come out nowhere. */
const CANARY = "canary-0123456789-secret";
const LONG_DIGITS = "1234567890".repeat(4);

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: ServerProcess;
let before: { readonly seq: number; readonly orders: unknown; readonly positions: unknown };
/** Ours to be asked about: one that rests, one that has ended. */
let resting: OrderJson;
let ended: OrderJson;

beforeAll(async () => {
  directory = await temporaryDirectory();
  server = await ServerProcess.start({ dataDir: directory.path, args: ["--log-level", "debug"] });
  resting = await placed("resting");
  ended = await placed("ended");
  await server.ask("DELETE", `/api/v1/orders/${ended.id}`);
  await eventually(async () => expect(await server.read(`/orders/${ended.id}`)).toMatchObject({ status: "canceled" }));
  before = { seq: (await server.read<{ seq: number }>("/orders")).seq, ...(await state()) };
});

afterEach(async () => {
  const { events } = await server.read<{ events: readonly EventJson[] }>(`/events?since=${before.seq}`);
  // The engine compares with the venue now and then, whatever clients do.
  expect(events.filter((event) => event.type !== "reconcileCompleted")).toEqual([]);
  expect({ seq: before.seq, ...(await state()) }).toEqual(before);
});

afterAll(async () => {
  await server.kill();
  await directory.remove();
});

async function placed(clientOrderId: string): Promise<OrderJson> {
  const { status, json } = await server.ask<OrderJson>("POST", "/api/v1/orders", {
    body: { ...OWN.order, clientOrderId },
  });
  expect(status).toBe(201);
  return eventually(async () => {
    const order = await server.read<OrderJson>(`/orders/${json.id}`);
    expect(order.status).toBe("acknowledged");
    return order;
  });
}

async function state(): Promise<{ readonly orders: unknown; readonly positions: unknown }> {
  const [{ orders }, { positions }] = await Promise.all([
    server.read<{ orders: unknown }>("/orders?limit=1000"),
    server.read<{ positions: unknown }>("/positions"),
  ]);
  return { orders, positions };
}

/** One of the two shapes in which orders are asked for. */
interface Face {
  readonly name: string;
  readonly orders: string;
  readonly order: Readonly<Record<string, unknown>>;
  /** The face's word for a field, and for a value that it spells otherwise. */
  readonly word: (field: string) => string;
  /** Its status for a code, where it is not that of the other face. */
  readonly status: Readonly<Record<string, number>>;
  readonly errorOf: (body: Record<string, unknown>) => { readonly code: unknown; readonly message: unknown };
}

const OWN: Face = {
  name: "/api/v1",
  orders: "/api/v1/orders",
  order: { instrumentId: "BTC/USDT", side: "buy", orderType: "limit", quantity: "0.01", price: "30000" },
  word: (field) => field,
  status: {},
  errorOf: (body) => ({ code: body["code"], message: body["detail"] }),
};
const ALPACA_WORDS: ReadonlyMap<string, string> = new Map([
  ["instrumentId", "symbol"],
  ["orderType", "type"],
  ["quantity", "qty"],
  ["price", "limit_price"],
  ["triggerPrice", "stop_price"],
  ["timeInForce", "time_in_force"],
  ["clientOrderId", "client_order_id"],
]);
const ALPACA: Face = {
  name: "/v2",
  orders: "/v2/orders",
  order: {
    symbol: "BTC/USDT",
    side: "buy",
    type: "limit",
    qty: "0.01",
    limit_price: "30000",
    time_in_force: "gtc",
  },
  word: (field) => ALPACA_WORDS.get(field) ?? field,
  status: { "request.duplicateClientOrderId": 422, "order.notCancelable": 422, "order.notReplaceable": 422 },
  errorOf: (body) => ({
    code: (body["orderwright"] as Record<string, unknown> | undefined)?.["code"],
    message: body["message"],
  }),
};
const FACES = [OWN, ALPACA];

const STATUS: Readonly<Record<string, number>> = {
  "request.malformed": 400,
  "request.unknownAccount": 403,
  "request.duplicateClientOrderId": 409,
  "request.tooLarge": 413,
  "request.unknownRoute": 404,
  "order.unknown": 404,
  "order.notCancelable": 409,
  "order.notReplaceable": 409,
  "auth.missing": 401,
  "auth.invalid": 401,
  "auth.origin": 403,
};

/** Asks, and compares the answer's status, code and words. */
async function expectRefused(
  face: Face,
  asked: { readonly method?: string; readonly path?: string } & RequestOptions,
  code: string,
  words: string | RegExp = /./,
): Promise<void> {
  const answer = await server.ask<Record<string, unknown>>(asked.method ?? "POST", asked.path ?? face.orders, asked);
  const { code: answered, message } = face.errorOf(answer.json ?? {});
  expect({ status: answer.status, code: answered }, answer.text).toEqual({
    status: face.status[code] ?? STATUS[code] ?? 422,
    code,
  });
  expect(message).toMatch(words);
}

const NO_DECIMALS = [
  "",
  " 1",
  "abc",
  "NaN",
  "Infinity",
  "1e-7",
  "1E5",
  "0x10",
  "1,5",
  "+1",
  ".5",
  "1.",
  "01",
  "1_000",
  "１",
  "١",
  "1\u0000",
  LONG_DIGITS,
  `0.${LONG_DIGITS}`,
  "9".repeat(100),
  true,
  {},
  ["1"],
];
const NO_WORDS = [null, 5, true, {}, [], "", "BUY", " buy", "hold", "__proto__"];
const ABSENT = undefined;

interface Row {
  readonly field: string;
  readonly values: readonly unknown[];
  readonly code: string;
  /** What the error names, where it is not the field. */
  readonly words?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  /** Faces that have the field; both by default. */
  readonly on?: readonly Face[];
}

const ROWS: readonly Row[] = [
  { field: "quantity", values: NO_DECIMALS, code: "request.malformed" },
  { field: "price", values: NO_DECIMALS, code: "request.malformed" },
  { field: "notional", values: NO_DECIMALS, code: "request.malformed", with: { quantity: ABSENT } },
  { field: "triggerPrice", values: NO_DECIMALS, code: "request.malformed", with: { orderType: "stop", price: ABSENT } },
  { field: "quantity", values: [null, 5, Number.NaN, 1e-7], code: "request.malformed", on: [OWN] },
  { field: "quantity", values: [1e-7, 1e21, 12_345_678_901_234_567n], code: "request.malformed", on: [ALPACA] },
  { field: "quantity", values: ["0", "-0.01", "-0"], code: "request.quantityNotPositive" },
  { field: "notional", values: ["0", "-5"], code: "request.quantityNotPositive", with: { quantity: ABSENT } },
  { field: "quantity", values: ["0.000001", "0.010000001"], code: "request.offLot" },
  { field: "quantity", values: ["0.0001"], code: "request.belowMinNotional", words: "minimum 5 of BTC/USDT" },
  { field: "quantity", values: [ABSENT], code: "request.quantityMissing" },
  { field: "notional", values: ["100"], code: "request.quantityMissing", on: [OWN] },
  { field: "notional", values: ["100"], code: "request.malformed", on: [ALPACA] },
  { field: "price", values: ["0", "-1"], code: "request.priceNotPositive" },
  { field: "price", values: ["30000.001", "30000.000000000001"], code: "request.offTick" },
  { field: "price", values: [ABSENT], code: "request.priceMissing" },
  { field: "price", values: ["30000"], code: "request.priceNotAllowed", with: { orderType: "market" } },
  { field: "triggerPrice", values: ["30000"], code: "request.priceNotAllowed" },
  { field: "triggerPrice", values: [ABSENT], code: "request.priceMissing", with: { orderType: "stop", price: ABSENT } },
  { field: "instrumentId", values: [ABSENT, null, 5, "", {}, "X".repeat(65)], code: "request.malformed" },
  {
    field: "instrumentId",
    values: ["DOGE/USDT", "BTC/USDT ", "ＢＴＣ/USDT"],
    code: "request.unknownInstrument",
    words: "instrument|asset",
  },
  { field: "side", values: [ABSENT, ...NO_WORDS], code: "request.malformed" },
  { field: "orderType", values: [ABSENT, ...NO_WORDS, "stopMarket"], code: "request.malformed" },
  { field: "orderType", values: ["trailing_stop"], code: "request.notSupported", on: [ALPACA] },
  { field: "timeInForce", values: NO_WORDS, code: "request.malformed" },
  { field: "timeInForce", values: ["opg", "cls"], code: "request.notSupported", on: [ALPACA] },
  { field: "timeInForce", values: ["gtd"], code: "request.timeInForce", on: [OWN] },
  {
    field: "clientOrderId",
    values: [5, {}, "", "x".repeat(129), "two words", "ümlaut", "line\nbreak", "\u202eevil"],
    code: "request.malformed",
  },
  { field: "clientOrderId", values: ["OWRmain0000L000100000001"], code: "request.malformed" },
  {
    field: "clientOrderId",
    values: ["resting"],
    code: "request.duplicateClientOrderId",
    words: "Use another id",
    with: { side: "sell" },
  },
  { field: "unheardOf", values: ["1", null], code: "request.malformed" },
  {
    field: "constructor",
    values: [{ prototype: { admin: true } }],
    code: "request.malformed",
    words: "no object may have",
  },
  { field: "account", values: [null, 5, "", "two words", "x".repeat(33)], code: "request.malformed", on: [OWN] },
  { field: "account", values: ["nobody"], code: "request.unknownAccount", on: [OWN] },
  { field: "postOnly", values: [null, "true", 1], code: "request.malformed", on: [OWN] },
  {
    field: "postOnly",
    values: [true],
    code: "request.malformed",
    with: { orderType: "market", price: ABSENT },
    on: [OWN],
  },
  {
    field: "postOnly",
    values: [true],
    code: "request.timeInForce",
    words: "post-only",
    with: { timeInForce: "ioc" },
    on: [OWN],
  },
  { field: "reduceOnly", values: [null, "false", 0], code: "request.malformed", on: [OWN] },
  {
    field: "expiresAt",
    values: [null, "soon", -1, 1.5, 1e300],
    code: "request.malformed",
    with: { timeInForce: "gtd" },
    on: [OWN],
  },
  { field: "expiresAt", values: [1_000], code: "request.timeInForce", with: { timeInForce: "gtd" }, on: [OWN] },
  { field: "expiresAt", values: [4e12], code: "request.timeInForce", on: [OWN] },
  { field: "leverage", values: [null, "2", 0, -1, 1e9], code: "request.malformed", on: [OWN] },
  { field: "leverage", values: [5], code: "request.notSupported", on: [OWN] },
  { field: "maxAgeMs", values: [null, "1", 0, -1, 1.5], code: "request.malformed", on: [OWN] },
  { field: "origin", values: [...NO_WORDS, "EXTERNAL"], code: "request.malformed", on: [OWN] },
  { field: "parentOrderId", values: [null, 5, "", "nobody"], code: "request.malformed", on: [OWN] },
  { field: "rounding", values: [null, "up"], code: "request.malformed", on: [OWN] },
  { field: "extended_hours", values: [true], code: "request.notSupported", on: [ALPACA] },
  { field: "take_profit", values: [{ limit_price: "1" }], code: "request.notSupported", on: [ALPACA] },
  { field: "position_intent", values: ["sell_to_close"], code: "request.malformed", on: [ALPACA] },
];

for (const face of FACES) {
  describe(`an order at ${face.name}`, () => {
    for (const { field, values, code, words = field, with: others = {}, on = FACES } of ROWS) {
      if (!on.includes(face)) continue;
      const word = face.word(field);
      test(`whose ${word} is ${values.map(shown).join(" or ")} is refused as ${code}`, async () => {
        const changed = Object.fromEntries(Object.entries(others).map(([name, value]) => [face.word(name), value]));
        for (const value of values) {
          const body = textOf({ ...face.order, ...changed, [word]: value });
          // The Alpaca face names fields in its own words where it reads them, and in ours where the engine does.
          const names = new RegExp(`${word}|${field}|${words}`, "i");
          await expectRefused(face, { body, headers: JSON_TYPE }, code, names);
        }
      });
    }
  });
}

const JSON_TYPE = { "content-type": "application/json" };

/** As JSON, with whole numbers that no double holds. */
function textOf(order: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(order, (_key, value: unknown) => (typeof value === "bigint" ? `#${value}#` : value)).replaceAll(
    /"#(\d+)#"/g,
    "$1",
  );
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "bigint") return String(value);
  const text = JSON.stringify(value);
  return text.length > 24 ? `${text.slice(0, 20)}…` : text;
}

describe.each(FACES)("the body of a request at $name", (face) => {
  const bodies: [what: string, body: string, code: string, status: number][] = [
    ["is cut off", '{"side":"buy"', "request.malformed", 400],
    ["is no JSON", "side=buy&qty=1", "request.malformed", 400],
    ["is a comment", "// {}", "request.malformed", 400],
    ["is an array", "[]", "request.malformed", 400],
    ["is a text", '"order"', "request.malformed", 400],
    ["is null", "null", "request.malformed", 400],
    ["is a number", "5", "request.malformed", 400],
    ["is blank", " ", "request.malformed", 400],
    ["reaches for the prototype", '{"__proto__":{"admin":true}}', "request.malformed", 400],
    ["reaches for the prototype by an escape", '{"\\u005f_proto__":{"admin":true}}', "request.malformed", 400],
    ["is deep", `{"side":${"[".repeat(30_000)}${"]".repeat(30_000)}}`, "request.malformed", 400],
    ["is deep in an unknown field", `{"deep":${'{"a":'.repeat(8_000)}1${"}".repeat(8_000)}}`, "request.malformed", 400],
    ["is larger than allowed", JSON.stringify({ side: "x".repeat(70_000) }), "request.tooLarge", 413],
  ];
  test.each(bodies)("%s", async (_what, body, code, status) => {
    const {
      status: answered,
      json,
      text,
    } = await server.ask<Record<string, unknown>>("POST", face.orders, {
      body,
      headers: JSON_TYPE,
    });
    expect({ answered, code: face.errorOf(json ?? {}).code }, text.slice(0, 200)).toEqual({ answered: status, code });
    expect(text.length).toBeLessThan(2_000);
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "application/xml", "nonsense", ""])(
    "is of another type: %j",
    async (type) => {
      const { status, headers } = await raw({ path: face.orders, headers: { "content-type": type }, body: "{}" });
      expect([400, 415]).toContain(status);
      expect(headers["content-type"]).toMatch(/json/);
    },
  );
});

describe.each(FACES)("who asks at $name", (face) => {
  const strangers: [what: string, headers: Record<string, string | undefined>, code: string][] = [
    ["nobody", { authorization: undefined }, "auth.missing"],
    ["a wrong token", { authorization: `Bearer ${CANARY}` }, "auth.invalid"],
    ["another scheme", { authorization: `Basic ${btoa(`admin:${CANARY}`)}` }, "auth.missing"],
    ["an empty token", { authorization: "Bearer " }, "auth.missing"],
    [
      "wrong Alpaca keys",
      { authorization: undefined, "apca-api-key-id": "main", "apca-api-secret-key": CANARY },
      "auth.invalid",
    ],
    ["a page of another site", { origin: "https://evil.example" }, "auth.origin"],
    ["a page without an origin", { origin: "null" }, "auth.origin"],
    ["a page that is named like us", { origin: "http://127.0.0.1.evil.example" }, "auth.origin"],
  ];
  test.each(strangers)("%s", async (_what, headers, code) => {
    await expectRefused(face, { body: face.order, headers }, code);
    await expectRefused(face, { method: "GET", headers }, code);
    await expectRefused(face, { method: "DELETE", headers }, code);
  });

  test("a name that was rebound to this machine", async () => {
    const { status, text } = await raw({
      path: face.orders,
      headers: { host: "evil.example", authorization: `Bearer ${server.token}` },
      body: JSON.stringify(face.order),
    });
    expect(status, text).toBe(403);
    expect(text).toContain("auth.origin");
    expect(text).not.toContain("evil.example");
  });

  test("a key id that names no account", async () => {
    const headers = { "apca-api-key-id": "nobody" };
    await expectRefused(face, { body: face.order, headers }, "request.unknownAccount");
  });
});

test("a token in the address counts for nothing, and is not logged", async () => {
  const { status } = await server.ask("GET", `/api/v1/orders?token=${CANARY}`, {
    headers: { authorization: undefined },
  });
  expect(status).toBe(401);
});

describe.each(FACES)("an order that is asked about at $name", (face) => {
  const path = (id: string): string => `${face.orders}/${encodeURIComponent(id)}`;
  const quantity = { [face.word("quantity")]: "0.02" };

  test.each(["nobody", "00000000-0000-0000-0000-000000000000", "../../etc/passwd", "%00", "a b", "ü"])(
    "is unknown: %j",
    async (id) => {
      await expectRefused(face, { method: "GET", path: path(id) }, "order.unknown");
      await expectRefused(face, { method: "DELETE", path: path(id) }, "order.unknown");
      await expectRefused(face, { method: "PATCH", path: path(id), body: quantity }, "order.unknown");
    },
  );

  test("has an id that is too long, or no text at all", async () => {
    const { status } = await server.ask("GET", path("x".repeat(200)));
    expect(status).toBe(400);
    const broken = await server.ask("GET", `${face.orders}/%E0%A4%A`);
    expect(broken.status).toBe(400);
  });

  test("has ended", async () => {
    const id = await idAt(face, ended);
    await expectRefused(face, { method: "DELETE", path: path(id) }, "order.notCancelable", "canceled");
    await expectRefused(face, { method: "PATCH", path: path(id), body: quantity }, "order.notReplaceable", "canceled");
  });

  const replaces: [what: string, body: Record<string, unknown>, code: string][] = [
    ["nothing", {}, "request.replaceChangesNothing"],
    ["what it is already", { quantity: "0.01", price: "30000" }, "request.replaceChangesNothing"],
    ["no quantity", { quantity: "0" }, "request.quantityNotPositive"],
    ["an exponent", { quantity: "1e-7" }, "request.malformed"],
    ["40 digits", { price: LONG_DIGITS }, "request.malformed"],
    ["an off-tick price", { price: "30000.005" }, "request.offTick"],
    ["dust", { quantity: "0.0001" }, "request.belowMinNotional"],
    ["a price that it does not take", { triggerPrice: "1" }, "request.priceNotAllowed"],
    ["an unknown field", { side: "sell" }, "request.malformed"],
    ["the name of another", { clientOrderId: "ended", quantity: "0.02" }, "request.duplicateClientOrderId"],
  ];
  test.each(replaces)("is to become %s", async (_what, changes, code) => {
    const body = Object.fromEntries(Object.entries(changes).map(([field, value]) => [face.word(field), value]));
    await expectRefused(face, { method: "PATCH", path: path(await idAt(face, resting)), body }, code);
  });
});

/** The Alpaca face gives orders ids of its own. */
async function idAt(face: Face, order: OrderJson): Promise<string> {
  if (face === OWN) return order.id;
  const query = `client_order_id=${order.clientOrderId}`;
  return (await server.ask<{ id: string }>("GET", `/v2/orders:by_client_order_id?${query}`)).json.id;
}

describe("other requests at /api/v1", () => {
  const requests: [method: string, path: string, body: unknown, code: string][] = [
    ["GET", "/orders?limit=0", ABSENT, "request.malformed"],
    ["GET", "/orders?limit=1001", ABSENT, "request.malformed"],
    ["GET", "/orders?limit=1e2", ABSENT, "request.malformed"],
    ["GET", "/orders?limit=-1", ABSENT, "request.malformed"],
    ["GET", "/orders?limit=1&limit=2", ABSENT, "request.malformed"],
    ["GET", "/orders?open=maybe", ABSENT, "request.malformed"],
    ["GET", "/orders?status=lost", ABSENT, "request.malformed"],
    ["GET", "/orders?stauts=filled", ABSENT, "request.malformed"],
    ["GET", "/orders?account=nobody", ABSENT, "request.unknownAccount"],
    ["GET", "/orders?__proto__=1", ABSENT, "request.malformed"],
    ["GET", "/events?since=-1", ABSENT, "request.malformed"],
    ["GET", "/events?since=1.5", ABSENT, "request.malformed"],
    ["GET", "/events?since=99999999", ABSENT, "request.malformed"],
    ["GET", "/events?since=99999999999999999999", ABSENT, "request.malformed"],
    ["GET", "/positions?account=two%20words", ABSENT, "request.malformed"],
    ["GET", "/risk/nobody", ABSENT, "request.unknownAccount"],
    ["PUT", "/risk/main", { maxOrderQuantity: 5 }, "request.malformed"],
    ["PUT", "/risk/main", { maxOrderQuantity: "-5" }, "request.malformed"],
    ["PUT", "/risk/main", { maxOpenOrders: 1.5 }, "request.malformed"],
    ["PUT", "/risk/main", { maxOrdrs: 1 }, "request.malformed"],
    ["PUT", "/risk/nobody", {}, "request.unknownAccount"],
    ["GET", "/market/BTC%2FUSDT/book?depth=0", ABSENT, "request.malformed"],
    ["POST", "/orders/batch", { orders: [] }, "request.malformed"],
    ["POST", "/orders/batch", { orders: [OWN.order, { ...OWN.order, side: "hold" }] }, "request.malformed"],
    ["POST", "/orders/batch", { orders: Array.from({ length: 101 }, () => OWN.order) }, "request.malformed"],
    ["POST", "/orders/batch", [OWN.order], "request.malformed"],
    ["DELETE", "/orders?side=both", ABSENT, "request.malformed"],
    ["POST", "/kill-switch", { restingOrders: "keep" }, "request.malformed"],
    ["POST", "/kill-switch", { restingOrders: "burn", reason: "x" }, "request.malformed"],
    ["POST", "/kill-switch", { restingOrders: "keep", reason: "x", account: "nobody" }, "request.unknownAccount"],
    ["POST", "/trading-state", { state: "off", reason: "x" }, "request.malformed"],
    ["POST", "/trading-state", { state: "halted", reason: "" }, "request.malformed"],
    ["POST", "/trading-state", { state: "halted", reason: "x".repeat(201) }, "request.malformed"],
    ["POST", "/reconcile", { dryRun: "yes" }, "request.malformed"],
    ["GET", "/nothing-here", ABSENT, "request.unknownRoute"],
    ["TRACE", "/orders", ABSENT, "request.unknownRoute"],
  ];
  test.each(requests)("%s %s with %j", async (method, path, body, code) => {
    if (method === "TRACE") {
      const { status, text } = await raw({ method, path: `/api/v1${path}` });
      expect({ status, text }).toMatchObject({ status: 404, text: expect.stringContaining(code) });
      return;
    }
    await expectRefused(OWN, { method, path: `/api/v1${path}`, ...(body === undefined ? {} : { body }) }, code);
  });
});

test("a market that is not known is not there", async () => {
  const { status, json } = await server.ask("GET", "/api/v1/market/DOGE%2FUSDT/book");
  expect(status).toBe(404);
  expect(json).toMatchObject({ code: "request.unknownInstrument", detail: expect.stringContaining("BTC/USDT") });
});

describe("messages of the stream", () => {
  const messages: [what: string, messages: readonly unknown[], answer: unknown][] = [
    ["no JSON", ["hello"], "request.malformed"],
    ["an array", [[]], "request.malformed"],
    ["a subscription before the token", [{ action: "subscribe", since: null }], "auth.missing"],
    ["a wrong token", [{ action: "auth", token: CANARY }], "auth.invalid"],
    ["a token that is none", [{ action: "auth", token: { $ne: "" } }], "auth.missing"],
  ];
  test.each(messages)("%s", async (_what, sent, code) => {
    expect(await streamError(sent)).toBe(code);
  });

  test.each([-1, 1.5, "1", 1e300, {}, 99_999_999])("a place that is %j", async (since) => {
    const auth = { action: "auth", token: server.token };
    expect(await streamError([auth, { action: "subscribe", since, channels: ["orders"] }])).toBe("request.malformed");
  });

  test.each([[], ["gossip"], "orders", { orders: true }])("channels that are %j", async (channels) => {
    const auth = { action: "auth", token: server.token };
    expect(await streamError([auth, { action: "subscribe", since: null, channels }])).toBe("request.malformed");
  });

  test("a message that is too large closes the connection", async () => {
    const socket = await open();
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.send("x".repeat(100_000));
    expect(await closed).toBe(1009);
  });

  test("a page of another site is refused at the upgrade", async () => {
    await expect(open({ origin: "https://evil.example" })).rejects.toThrow("403");
  });

  async function streamError(messages: readonly unknown[]): Promise<unknown> {
    const socket = await open();
    const error = new Promise<unknown>((resolve) => {
      socket.on("message", (data: Buffer) => {
        const frame = JSON.parse(data.toString("utf8")) as { type: string; problem?: { code: string } };
        if (frame.type === "error") resolve(frame.problem?.code);
      });
    });
    for (const message of messages) socket.send(typeof message === "string" ? message : JSON.stringify(message));
    try {
      return await error;
    } finally {
      socket.terminate();
    }
  }

  function open(headers: Record<string, string> = {}): Promise<WebSocket> {
    const socket = new WebSocket(`${server.url.replace(/^http/, "ws")}/api/v1/stream`, { headers });
    return new Promise((resolve, reject) => {
      socket.once("open", () => resolve(socket));
      socket.once("error", reject);
    });
  }
});

test("after all of that the process lives, takes orders, and has logged nothing secret", async () => {
  expect(server.isRunning).toBe(true);
  expect((await server.ask("GET", "/readyz")).json).toEqual({ ready: true, reasons: [] });
  const { status } = await server.ask("POST", "/api/v1/orders", { body: { ...OWN.order, clientOrderId: "resting" } });
  expect(status, "the same order again is the same order").toBe(201);
  const said = server.process.stdout + server.stderr.replace(/#token=\S+/, "");
  expect(said).not.toContain(CANARY);
  expect(said).not.toContain(server.token);
  expect(said).not.toContain('"level":"error"');
});

/** A request with whatever headers: `fetch` does not let itself be misused. */
function raw(asked: {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}): Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string }> {
  const { method = "POST", path, headers = {}, body } = asked;
  const authorization = `Bearer ${server.token}`;
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${server.url}${path}`, { method, headers: { authorization, ...headers } });
    request.once("error", reject);
    request.once("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.once("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    request.end(body);
  });
}
