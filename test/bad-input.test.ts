// What JavaScript can hand to the library where a type says otherwise: whatever it is, the answer is an
// error as a value, with its code, and nothing is journaled. Over HTTP the same is shown by
// test/e2e/bad-input.test.ts.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Desk, openDesk } from "../src/app/open-desk.ts";
import { isOrderwrightError } from "../src/domain/errors.ts";
import type { Result } from "../src/domain/result.ts";
import type { OrderRequest, ReplaceInput } from "../src/engine/engine-api.ts";

const ORDER = { instrumentId: "BTC/USDT", side: "buy", orderType: "limit", quantity: "0.01", price: "30000" } as const;

let desk: Desk;
/** One that rests, to be asked about. */
let orderId: string;

beforeAll(async () => {
  desk = await openDesk();
  await desk.start();
  const placed = await desk.engine.submit({ ...ORDER, clientOrderId: "resting" });
  if (!placed.ok) throw placed.error;
  await placed.value.acknowledged();
  ({ orderId } = placed.value);
});

afterAll(async () => {
  await desk.stop();
});

class Hostile {
  toString(): string {
    throw new Error("toString was called");
  }
  toJSON(): string {
    throw new Error("toJSON was called");
  }
  [Symbol.toPrimitive](): string {
    throw new Error("toPrimitive was called");
  }
}

const VALUES: readonly [string, unknown][] = [
  ["null", null],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["a number", 1e-7],
  ["a bigint", 10n],
  ["a boolean", true],
  ["a symbol", Symbol("quantity")],
  ["a function", () => "1"],
  ["an object", {}],
  ["an array", ["1"]],
  ["a date", new Date(0)],
  ["an object that throws", new Hostile()],
  ["a boxed text", Object("1")],
  ["an empty text", ""],
  ["an exponent", "1e-7"],
  ["40 digits", "1".repeat(40)],
  ["a megabyte", "1".repeat(1_000_000)],
  ["half a character", "\ud800"],
];
const FIELDS: readonly (keyof OrderRequest)[] = [
  "account",
  "instrumentId",
  "side",
  "orderType",
  "quantity",
  "price",
  "triggerPrice",
  "timeInForce",
  "expiresAt",
  "postOnly",
  "reduceOnly",
  "clientOrderId",
  "origin",
  "parentOrderId",
  "leverage",
  "maxAgeMs",
  "rounding",
];
/** Odd, and right: a field may well take one of the values. */
const RIGHT = new Set([
  "postOnly a boolean",
  "reduceOnly a boolean",
  "clientOrderId an exponent",
  "clientOrderId 40 digits",
]);

/** Expects an error of the given families, and that the journal did not move. */
async function expectRefused(ask: () => Promise<Result<unknown, unknown>>, families = /^request\./): Promise<void> {
  const before = desk.engine.status().position;
  const result = await ask();
  expect(result.ok).toBe(false);
  if (result.ok || !isOrderwrightError(result.error)) throw new Error("an expected error is an OrderwrightError");
  expect(result.error.code).toMatch(families);
  expect(result.error.message.length).toBeLessThan(1_000);
  expect(() => JSON.stringify(result.error)).not.toThrow();
  expect(desk.engine.status().position).toBe(before);
}

const submit = (request: unknown): Promise<Result<unknown, unknown>> => desk.engine.submit(request as OrderRequest);

describe("an order", () => {
  for (const field of FIELDS) {
    const values = VALUES.filter(([what]) => !RIGHT.has(`${field} ${what}`));
    test.each(values)(`whose ${field} is %s is refused`, async (_what, value) => {
      await expectRefused(() => submit({ ...ORDER, [field]: value }));
    });
  }

  const orders: [string, unknown][] = [
    ...VALUES,
    ["undefined", undefined],
    ["without fields", Object.create(null)],
    ["with an unknown field", { ...ORDER, qty: "1" }],
    ["with an inherited field", Object.create(ORDER)],
    ["frozen and wrong", Object.freeze({ ...ORDER, quantity: "-1" })],
  ];
  test.each(orders)("%s is refused", async (_what, order) => {
    await expectRefused(() => submit(order));
  });

  test("with another's client order id is refused, and the first is untouched", async () => {
    await expectRefused(() => submit({ ...ORDER, clientOrderId: "resting", quantity: "0.02" }));
    expect(desk.engine.find(orderId)?.quantity?.toString()).toBe("0.01");
  });
});

describe("a replace", () => {
  for (const field of ["quantity", "price", "triggerPrice", "clientOrderId"] as const) {
    const values = VALUES.filter(([what]) => !RIGHT.has(`${field} ${what}`));
    test.each(values)(`whose ${field} is %s is refused`, async (_what, value) => {
      const terms = { ...(field === "clientOrderId" ? { quantity: "0.02" } : {}), [field]: value } as ReplaceInput;
      await expectRefused(() => desk.engine.replace(orderId, terms));
    });
  }
});

test.each([...VALUES, ["undefined", undefined] as const])("an order id that is %s is no order's", async (_what, id) => {
  const asText = id as string;
  await expectRefused(() => desk.engine.cancel(asText), /^(?:request|order)\./);
  await expectRefused(() => desk.engine.replace(asText, { quantity: "0.02" }), /^(?:request|order)\./);
  expect(await desk.engine.order(asText)).toBeUndefined();
});

test("a batch that is too large is refused order by order", async () => {
  const results = await desk.engine.submitMany(Array.from({ length: 101 }, () => ORDER));
  expect(results).toHaveLength(101);
  for (const result of results) expect(result).toMatchObject({ ok: false, error: { code: "request.tooLarge" } });
});
