// Order ids: what they say of themselves, and what is not one of ours.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvariantViolation } from "./assert.ts";
import {
  type AccountId,
  type AccountTag,
  decodeOrderId,
  defaultAccountTag,
  encodeOrderId,
  formatOrderId,
  isAccountId,
  isAccountTag,
  isOrderIdPrefix,
  MAX_EPOCH,
  MAX_ORDER_COUNTER,
  ORDER_TYPES,
  type OrderIdParts,
} from "./identifiers.ts";

const PARTS: OrderIdParts = {
  prefix: "OWR",
  accountTag: "main0000" as AccountTag,
  type: "limit",
  epoch: 1,
  counter: 42,
};

const alphanumerics = (length: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.constantFrom(..."A B C X Y Z a b c x y z 0 1 8 9".split(" ")),
    minLength: length,
    maxLength: length,
  });

test("an order id is 24 alphanumerics that every venue accepts", () => {
  expect(encodeOrderId(PARTS)).toBe("OWRmain0000L00010000002a");
});

test("people see it with underscores", () => {
  expect(formatOrderId(encodeOrderId(PARTS))).toBe("OWR_main0000_L_0001_0000002a");
});

test("every id reads back, with and without its underscores", () => {
  fc.assert(
    fc.property(
      alphanumerics(3),
      alphanumerics(8),
      fc.constantFrom(...ORDER_TYPES),
      fc.integer({ min: 0, max: MAX_EPOCH }),
      fc.integer({ min: 0, max: MAX_ORDER_COUNTER }),
      (prefix, tag, type, epoch, counter) => {
        const parts: OrderIdParts = { prefix, accountTag: tag as AccountTag, type, epoch, counter };
        const id = encodeOrderId(parts);
        expect(id).toMatch(/^[A-Za-z0-9]{24}$/);
        expect(decodeOrderId(id)).toEqual(parts);
        expect(decodeOrderId(formatOrderId(id))).toEqual(parts);
      },
    ),
  );
});

test("each order type has a letter of its own", () => {
  const ids = ORDER_TYPES.map((type) => encodeOrderId({ ...PARTS, type }));
  expect(new Set(ids).size).toBe(ORDER_TYPES.length);
});

test.each([
  ["", "nothing"],
  ["OWRmain0000L00010000002", "too short"],
  ["OWRmain0000L00010000002a0", "too long"],
  ["OWRmain0000X00010000002a", "an unknown type letter"],
  ["OWRmain0000L0001000000zz", "not hexadecimal"],
  ["OWRmain0000L00010000002A", "upper-case digits, which we never write"],
  ["OWR-main0000-L-0001-0000002a", "other separators"],
  ["OWR_main0000L00010000002a", "one underscore of four"],
  ["OWR_main_0000_L_0001_0000002a", "an underscore too many"],
  ["O_W_Rmain0000L00010000002a", "underscores elsewhere"],
  [" OWRmain0000L00010000002a", "a space before"],
  ["OWRmain0000L00010000002a\n", "a line end after"],
  ["web_8f3c2b1a-90aa", "somebody else's id"],
])("%j is not one of ours: %s", (text) => {
  expect(decodeOrderId(text)).toBeUndefined();
});

test.each([
  [{ epoch: MAX_EPOCH + 1 }],
  [{ epoch: -1 }],
  [{ counter: MAX_ORDER_COUNTER + 1 }],
  [{ counter: 1.5 }],
  [{ counter: Number.NaN }],
])("%o does not become an id that could be another's", (change) => {
  expect(() => encodeOrderId({ ...PARTS, ...change })).toThrow(InvariantViolation);
});

describe("names", () => {
  test.each([
    ["main", "main0000"],
    ["my-long_account-name", "mylongac"],
    ["_-", "00000000"],
  ])("the default tag of account %s is %s", (account, tag) => {
    expect(defaultAccountTag(account as AccountId)).toBe(tag);
    expect(isAccountTag(tag)).toBe(true);
  });

  test.each([
    ["a", true],
    ["A_b-9", true],
    ["x".repeat(32), true],
    ["x".repeat(33), false],
    ["", false],
    ["a b", false],
    ["a/b", false],
    ["é", false],
  ])("whether %j names an account: %s", (text, expected) => {
    expect(isAccountId(text)).toBe(expected);
  });

  test("tags are exactly 8 alphanumerics and prefixes exactly 3", () => {
    expect(["abcd1234", "abc", "abcd12345", "abcd_234"].map(isAccountTag)).toEqual([true, false, false, false]);
    expect(["OW1", "OW", "OWRX", "O_R"].map(isOrderIdPrefix)).toEqual([true, false, false, false]);
  });
});
