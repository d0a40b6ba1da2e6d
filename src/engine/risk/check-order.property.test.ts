// Laws of the risk checks: they never throw, a wider limit never denies what a narrower one allowed, and
// what passes cannot break a limit even if all that is open fills.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Decimal } from "../../domain/decimal.ts";
import type { OrderTerms } from "../../domain/order-event.ts";
import { SIDES } from "../../domain/order-event.ts";
import { checkOrder, checkReplace } from "./check-order.ts";
import { worstLeaves } from "./order-value.ts";
import type { RiskLimits } from "./risk-limits.ts";
import { BTC, terms, viewOf, type World, workingOrder } from "./testing/fixtures.ts";

const RUNS = { numRuns: 1_500 };

const decimal = (max: bigint, scale = 1): fc.Arbitrary<Decimal> => fc.bigInt(1n, max).map((c) => Decimal.of(c, scale));
const side = fc.constantFrom(...SIDES);

const asked: fc.Arbitrary<OrderTerms> = fc
  .record({
    side,
    orderType: fc.constantFrom("market", "limit", "stop", "stopLimit", "takeProfit", "takeProfitLimit"),
    amount: decimal(200n),
    byNotional: fc.boolean(),
    price: decimal(2_000n),
    triggerPrice: decimal(2_000n),
    reduceOnly: fc.boolean(),
    postOnly: fc.boolean(),
  })
  .map(({ amount, byNotional, price, triggerPrice, ...rest }) =>
    terms({
      ...rest,
      quantity: byNotional ? undefined : amount,
      notional: byNotional ? amount.mul(Decimal.fromInteger(100)) : undefined,
      price: rest.orderType === "limit" || rest.orderType.endsWith("Limit") ? price : undefined,
      triggerPrice: rest.orderType === "market" || rest.orderType === "limit" ? undefined : triggerPrice,
    }),
  );

const world: fc.Arbitrary<World> = fc
  .record({
    position: fc.bigInt(-200n, 200n).map((c) => Decimal.of(c, 1).toString()),
    reference: fc.option(decimal(2_000n).map(String)),
    elsewhere: fc.option(decimal(10_000n).map(String)),
    open: fc.array(fc.record({ side, quantity: decimal(100n), price: decimal(2_000n), byNotional: fc.boolean() }), {
      maxLength: 4,
    }),
    loss: fc.option(fc.bigInt(-100n, 100n).map((c) => Decimal.of(c, 0))),
    state: fc.constantFrom(
      "active" as const,
      "active" as const,
      "active" as const,
      "reducing" as const,
      "halted" as const,
    ),
  })
  .map(({ open, loss, state, ...rest }) => ({
    ...rest,
    open: open.map(({ side, quantity, price, byNotional }) =>
      workingOrder({
        side,
        price,
        quantity: byNotional ? undefined : quantity,
        notional: byNotional ? quantity.mul(price) : undefined,
      }),
    ),
    change: { tradingState: state, realizedLossToday: () => loss ?? undefined },
  }));

/** Limits, and the same with each one that is set widened or taken away. */
const narrowAndWide: fc.Arbitrary<readonly [RiskLimits, RiskLimits]> = fc
  .record({
    maxOrderQuantity: fc.option(decimal(300n)),
    maxOrderNotional: fc.option(decimal(200_000n)),
    maxPosition: fc.option(decimal(400n)),
    maxExposure: fc.option(decimal(400_000n)),
    maxDailyLoss: fc.option(decimal(1_000n)),
    priceCollarBps: fc.option(fc.nat(20_000)),
    maxOpenOrders: fc.option(fc.nat(6)),
    widen: fc.array(fc.nat(2), { minLength: 7, maxLength: 7 }),
    by: fc.nat(500),
  })
  .map(({ widen, by, ...limits }) => {
    const set = Object.entries(limits).filter(([, value]) => value !== null);
    const wide = set.flatMap(([key, value], index) => {
      if (widen[index] === 2) return [];
      if (widen[index] === 0) return [[key, value] as const];
      return [[key, value instanceof Decimal ? value.add(Decimal.fromInteger(by)) : (value as number) + by] as const];
    });
    return [Object.fromEntries(set) as RiskLimits, Object.fromEntries(wide) as RiskLimits] as const;
  });

test("a wider limit never denies what a narrower one allowed", () => {
  let allowed = 0;
  fc.assert(
    fc.property(asked, world, narrowAndWide, (order, around, [narrow, wide]) => {
      if (checkOrder(order, viewOf(around), narrow) !== undefined) return;
      allowed++;
      expect(checkOrder(order, viewOf(around), wide)).toBeUndefined();
    }),
    RUNS,
  );
  expect(allowed).toBeGreaterThan(50);
});

test("an entry that passes keeps the position within its limit, whatever fills", () => {
  let passed = 0;
  fc.assert(
    fc.property(asked, world, decimal(400n), (order, around, maxPosition) => {
      const view = viewOf(around);
      if (order.quantity === undefined || order.reduceOnly) return;
      if (checkOrder(order, view, { maxPosition, selfTrade: "allow" }) !== undefined) return;
      passed++;
      let worst = order.quantity;
      for (const open of view.ownOpenOrders(order.side)) {
        worst = worst.add(worstLeaves(open, view.referencePrice()?.price) ?? Decimal.zero);
      }
      const after = order.side === "buy" ? view.position.add(worst) : worst.sub(view.position);
      // What only reduces passes also while other orders of its side are over the limit: it ends at zero at worst.
      expect(after.lte(maxPosition) || !after.isPositive()).toBe(true);
    }),
    RUNS,
  );
  expect(passed).toBeGreaterThan(50);
});

test("a reduce-only order that passes cannot turn the position, whatever fills", () => {
  let passed = 0;
  fc.assert(
    fc.property(asked, world, (order, around) => {
      const view = viewOf(around);
      const exit = { ...order, reduceOnly: true };
      if (checkOrder(exit, view, { selfTrade: "allow" }) !== undefined || exit.quantity === undefined) return;
      passed++;
      let worst = exit.quantity;
      for (const open of view.ownOpenOrders(exit.side)) {
        worst = worst.add(worstLeaves(open, view.referencePrice()?.price) ?? Decimal.zero);
      }
      expect(worst.lte(view.position.abs())).toBe(true);
      expect(view.position.isPositive()).toBe(exit.side === "sell");
    }),
    RUNS,
  );
  expect(passed).toBeGreaterThan(20);
});

test("a replace that only lowers the quantity or moves the price away passes whatever the sums say", () => {
  const nothing = Decimal.zero;
  const limits: RiskLimits = {
    maxOrderQuantity: nothing,
    maxOrderNotional: nothing,
    maxPosition: nothing,
    maxExposure: nothing,
    maxDailyLoss: nothing,
    maxOpenOrders: 0,
    priceCollarBps: 0,
    allowedInstruments: [],
  };
  fc.assert(
    fc.property(side, decimal(100n), decimal(1_000n), fc.nat(9), fc.nat(9), (side, quantity, price, less, away) => {
      const order = workingOrder({ side, quantity, price });
      const moved = Decimal.of(BigInt(side === "buy" ? -away : away), 1);
      const replace = {
        quantity: Decimal.max(Decimal.of(1n, 1), quantity.sub(Decimal.of(BigInt(less), 1))),
        price: Decimal.max(Decimal.of(1n, 1), price.add(moved)),
      };
      // A sell's notional grows as its price moves away, and so it must keep to that limit alone.
      const { maxOrderNotional: _notional, ...others } = limits;
      const view = viewOf({ open: [order], change: { tradingState: "reducing" } });
      expect(checkReplace(order, replace, view, side === "buy" ? limits : others)).toBeUndefined();
    }),
    { numRuns: 300 },
  );
});

test("no reference price means no passing of what needs one", () => {
  fc.assert(
    fc.property(decimal(100n), side, (quantity, side) => {
      const order = terms({ side, orderType: "market", quantity, price: undefined });
      for (const limits of [{ maxOrderNotional: quantity }, { maxExposure: quantity }, { priceCollarBps: 1 }]) {
        expect(checkOrder(order, viewOf({ reference: null }), limits)?.code).toBe("risk.noReferencePrice");
      }
    }),
    { numRuns: 100 },
  );
});

test("every denial names its instrument's units or its account, and ends as a sentence", () => {
  fc.assert(
    fc.property(asked, world, narrowAndWide, (order, around, [limits]) => {
      const denial = checkOrder(order, viewOf(around), limits);
      if (denial === undefined) return;
      expect(denial.code).toMatch(/^risk\./);
      expect(denial.message).toMatch(/\.$/);
      expect(denial.message).not.toMatch(/undefined|null|NaN|\[object/);
      expect([BTC.base, BTC.quote, "account", "Account"].some((word) => denial.message.includes(word))).toBe(true);
    }),
    RUNS,
  );
});
