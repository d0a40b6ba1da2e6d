// Ids under /v2: an id of ours becomes a UUID, and back.

import fc from "fast-check";
import { expect, test } from "vitest";
import { type AccountTag, encodeOrderId, MAX_EPOCH, MAX_ORDER_COUNTER, ORDER_TYPES } from "../../domain/identifiers.ts";
import { alpacaOrderId, REVISION_CYCLE, readAlpacaOrderId, revisionOf, uuidOf } from "./order-uuid.ts";

const alphanumerics = (length: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.constantFrom(...Array.from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")),
    minLength: length,
    maxLength: length,
  });
const orderIds = fc
  .record({
    prefix: alphanumerics(3),
    accountTag: alphanumerics(8).map((tag) => tag as AccountTag),
    type: fc.constantFrom(...ORDER_TYPES),
    epoch: fc.integer({ min: 0, max: MAX_EPOCH }),
    counter: fc.integer({ min: 0, max: MAX_ORDER_COUNTER }),
  })
  .map(encodeOrderId);
const revisions = fc.integer({ min: 0, max: REVISION_CYCLE - 1 });

/** RFC 9562: version 1 to 8, variant 10. */
const STRICT_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("every order id and revision is a UUID, and is read back from it", () => {
  fc.assert(
    fc.property(orderIds, revisions, (orderId, revision) => {
      const uuid = alpacaOrderId(orderId, revision);
      expect(uuid).toMatch(STRICT_UUID);
      expect(readAlpacaOrderId(uuid)).toEqual({ orderId, place: revision });
      expect(readAlpacaOrderId(uuid.toUpperCase())).toEqual({ orderId, place: revision });
    }),
  );
});

test("the largest id fits", () => {
  const parts = { prefix: "zzz", accountTag: "zzzzzzzz" as AccountTag, epoch: MAX_EPOCH, counter: MAX_ORDER_COUNTER };
  const orderId = encodeOrderId({ ...parts, type: "takeProfitLimit" });
  const uuid = alpacaOrderId(orderId, REVISION_CYCLE - 1);
  expect(readAlpacaOrderId(uuid)).toEqual({ orderId, place: REVISION_CYCLE - 1 });
});

test("two revisions within a cycle never share an id", () => {
  fc.assert(
    fc.property(orderIds, revisions, revisions, (orderId, a, b) => {
      fc.pre(a !== b);
      expect(alpacaOrderId(orderId, a)).not.toBe(alpacaOrderId(orderId, b));
    }),
  );
});

test("ids come round after a cycle, and then mean the newest revision of that place", () => {
  expect(revisionOf(0, 0)).toBe(0);
  expect(revisionOf(1, 0)).toBeUndefined();
  expect(revisionOf(3, REVISION_CYCLE + 2)).toBe(3);
  expect(revisionOf(2, REVISION_CYCLE + 2)).toBe(REVISION_CYCLE + 2);
});

test.each([
  "",
  "order",
  "00000000-0000-0000-0000-000000000000",
  "OWRmain0000L000100000001",
  "ffffffff-ffff-8fff-bfff-ffffffffffff",
])("%j is no id of an order of ours", (text) => expect(readAlpacaOrderId(text)).toBeUndefined());

test("other ids are UUIDs too, the same for the same words only", () => {
  expect(uuidOf("asset", "paper", "BTC/USDT")).toMatch(STRICT_UUID);
  expect(uuidOf("asset", "paper", "BTC/USDT")).toBe(uuidOf("asset", "paper", "BTC/USDT"));
  expect(uuidOf("asset", "paper", "BTC/USDT")).not.toBe(uuidOf("account", "paper", "BTC/USDT"));
});
