// Laws of requests: nothing that arrives makes them throw, and what passes lies on the grid.
// Each rule by itself is in order-request.test.ts.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Decimal } from "../domain/decimal.ts";
import { type AccountId, ORDER_TYPES, type VenueId } from "../domain/identifiers.ts";
import { ORDER_ORIGINS, SIDES, TIMES_IN_FORCE } from "../domain/order-event.ts";
import type { OrderRequest, ReplaceInput } from "./engine-api.ts";
import { normalizeOrder, normalizeReplace, type OrderContext, orderAddress } from "./order-request.ts";
import { BTC, NOW, workingOrder } from "./risk/testing/fixtures.ts";

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

const junk = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSparseArray: true,
});
const amount = fc.oneof(
  fc.tuple(fc.bigInt(-10n, 10n ** 8n), fc.integer({ min: 0, max: 6 })).map(([c, s]) => Decimal.of(c, s).toString()),
  fc.constantFrom("0", "-1", "1e-7", "NaN", "", "0.1"),
);
const orSomething = <T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 8, arbitrary: right },
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: junk },
  );
const request = fc.record({
  instrumentId: fc.constant("BTC/USDT"),
  side: orSomething(fc.constantFrom(...SIDES)),
  orderType: orSomething(fc.constantFrom(...ORDER_TYPES)),
  quantity: orSomething(amount),
  notional: fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: amount },
  ),
  price: orSomething(amount),
  triggerPrice: orSomething(amount),
  timeInForce: orSomething(fc.constantFrom(...TIMES_IN_FORCE)),
  expiresAt: orSomething(fc.integer({ min: NOW - 5, max: NOW + 5 })),
  postOnly: orSomething(fc.boolean()),
  reduceOnly: orSomething(fc.boolean()),
  clientOrderId: orSomething(fc.string({ unit: "binary", maxLength: 140 })),
  origin: orSomething(fc.constantFrom(...ORDER_ORIGINS)),
  rounding: fc.constantFrom(undefined, "refuse", "toGrid"),
});

test("no value whatever makes a request throw, and every refusal has a code of requests", () => {
  fc.assert(
    fc.property(fc.oneof(junk, fc.dictionary(fc.string(), junk), request), (value) => {
      for (const result of [
        normalizeOrder(value as OrderRequest, CONTEXT),
        normalizeReplace(value as ReplaceInput, workingOrder(), BTC),
        orderAddress(value),
      ]) {
        if (!result.ok) expect(result.error.code).toMatch(/^request\./);
      }
    }),
    { numRuns: 2_000 },
  );
});

/** Requests that are right but for their numbers, so that many pass. */
const plausible = fc
  .record({
    instrumentId: fc.constant("BTC/USDT"),
    side: fc.constantFrom(...SIDES),
    orderType: fc.constantFrom("limit" as const, "stopLimit" as const, "takeProfitLimit" as const),
    quantity: fc.bigInt(0n, 10n ** 6n).map((c) => Decimal.of(c, 4).toString()),
    price: fc.bigInt(0n, 10n ** 5n).map((c) => Decimal.of(c, 2).toString()),
    triggerPrice: fc.bigInt(1n, 10n ** 5n).map((c) => Decimal.of(c, 2).toString()),
    reduceOnly: fc.boolean(),
    rounding: fc.constantFrom("refuse" as const, "toGrid" as const),
  })
  .map(({ triggerPrice, ...rest }) => (rest.orderType === "limit" ? rest : { ...rest, triggerPrice }));

test("what passes lies on the grid, above its floors, and asks for no more than the caller did", () => {
  let passed = 0;
  fc.assert(
    fc.property(plausible, (asked) => {
      const result = normalizeOrder(asked, CONTEXT);
      if (!result.ok) return;
      passed++;
      const { quantity, price, triggerPrice } = result.value;
      if (quantity === undefined || price === undefined) throw new Error("a limit order has a quantity and a price");
      expect(quantity.isMultipleOf(BTC.lotSize) && price.isMultipleOf(BTC.tickSize)).toBe(true);
      expect(quantity.isPositive() && price.isPositive()).toBe(true);
      expect(triggerPrice?.isMultipleOf(BTC.tickSize) ?? true).toBe(true);
      expect(quantity.lte(Decimal.parse(asked.quantity))).toBe(true);
      expect(price.cmp(Decimal.parse(asked.price)) * (asked.side === "buy" ? 1 : -1)).toBeLessThanOrEqual(0);
      if (!asked.reduceOnly) {
        expect(quantity.gte(BTC.minQuantity) && price.mul(quantity).gte(BTC.minNotional)).toBe(true);
      }
      if (asked.rounding === "refuse") {
        expect([quantity.toString(), price.toString()]).toEqual([asked.quantity, asked.price]);
      }
    }),
    { numRuns: 2_000 },
  );
  expect(passed).toBeGreaterThan(100);
});

test("terms that are asked for again are the same terms", () => {
  fc.assert(
    fc.property(plausible, (asked) => {
      const first = normalizeOrder(asked, CONTEXT);
      if (!first.ok) return;
      const { account: _account, venue: _venue, ...again } = first.value;
      expect(normalizeOrder(again, CONTEXT)).toEqual(first);
    }),
    { numRuns: 500 },
  );
});
