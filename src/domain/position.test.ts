// Positions: entry cost and realized profit by hand-counted cases, and the laws that hold for any trades.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Decimal } from "./decimal.ts";
import type { Side } from "./order-event.ts";
import {
  adjustPosition,
  applyFill,
  averageEntryPrice,
  changeFill,
  emptyPosition,
  type Position,
  reverseFill,
  sellableQuantity,
} from "./position.ts";
import { ACCOUNT, d, type FillParts, fillOf, INSTRUMENT } from "./testing/orders.ts";

interface Trade extends FillParts {
  readonly side: Side;
  readonly quantity: string;
}

function after(...trades: readonly Trade[]): Position {
  return trades.reduce(
    (position, { side, quantity, ...parts }, index) => applyFill(position, side, fillOf(`e-${index}`, quantity, parts)),
    emptyPosition(ACCOUNT, INSTRUMENT),
  );
}

function check(position: Position, quantity: string, entry: string | undefined, realized: string): void {
  expect([
    position.quantity.toString(),
    averageEntryPrice(position)?.toString(),
    position.realizedPnl.toString(),
  ]).toEqual([quantity, entry, realized]);
}

const buy = (quantity: string, price: string): Trade => ({ side: "buy", quantity, price });
const sell = (quantity: string, price: string): Trade => ({ side: "sell", quantity, price });

describe("entry and profit", () => {
  test.each<[string, Trade[], string, string | undefined, string]>([
    ["nothing is flat", [], "0", undefined, "0"],
    ["buys average their prices", [buy("1", "100"), buy("3", "200")], "4", "175", "0"],
    ["a partial sale realizes its part", [buy("4", "175"), sell("1", "200")], "3", "175", "25"],
    ["a full sale leaves nothing", [buy("4", "175"), sell("4", "150")], "0", undefined, "-100"],
    ["a sale through zero turns the position", [buy("2", "100"), sell("5", "110")], "-3", "110", "20"],
    ["a short gains when it falls", [sell("2", "100"), buy("1", "90")], "-1", "100", "10"],
    ["a short turns long", [sell("2", "100"), buy("3", "120")], "1", "120", "-40"],
  ])("%s", (_, trades, quantity, entry, realized) => {
    check(after(...trades), quantity, entry, realized);
  });

  test("thirds do not leak: what is realized and what stays make up the whole", () => {
    const position = after(buy("3", "100.01"), sell("1", "100.01"), sell("1", "100.01"), sell("1", "100.01"));
    expect([position.entryCost.isZero(), position.realizedPnl.isZero()]).toEqual([true, true]);
  });

  test("a reversal right after its fill leaves quantity, entry and fees as before", () => {
    const before = after(buy("2", "100"));
    const fill = fillOf("e-9", "1", { price: "130", fee: { amount: d("0.1"), asset: "USDT" } });
    const position = reverseFill(applyFill(before, "buy", fill), "buy", fill);
    expect([position.quantity.toString(), position.bought.toString(), position.fees.size]).toEqual(["2", "2", 0]);
    // Entry and profit together are as before: 200 paid for 2.
    expect(position.entryCost.sub(position.realizedPnl).toString()).toBe("200");
  });
});

describe("fees", () => {
  const fee = (amount: string, asset: string): FillParts => ({ fee: { amount: d(amount), asset } });

  test("are kept per asset, and a rebate lowers them", () => {
    const position = after(
      { ...buy("1", "100"), ...fee("0.1", "USDT") },
      { ...buy("1", "100"), ...fee("-0.3", "USDT") },
    );
    expect(position.fees.get("USDT")?.toString()).toBe("-0.2");
  });

  test("in the base asset lower what can be sold", () => {
    const position = after({ ...buy("1", "100"), ...fee("0.001", "BTC") });
    expect(sellableQuantity(position, "BTC").toString()).toBe("0.999");
    expect(sellableQuantity(position, "ETH").toString()).toBe("1");
    expect(sellableQuantity(after(sell("1", "100")), "BTC").toString()).toBe("0");
  });
});

describe("adjustments", () => {
  test("what is taken away leaves at average cost, and what is added comes at none", () => {
    const position = after(buy("10", "100"));
    check(adjustPosition(position, d("-4")), "6", "100", "0");
    check(adjustPosition(position, d("10")), "20", "50", "0");
    check(adjustPosition(after(sell("10", "100")), d("5")), "-5", "100", "0");
  });

  test("to nothing, from nothing, or through it, no cost is left", () => {
    const position = after(buy("10", "100"));
    check(adjustPosition(position, d("-10")), "0", undefined, "0");
    check(adjustPosition(position, d("-12")), "-2", "0", "0");
    check(adjustPosition(after(), d("3")), "3", "0", "0");
  });
});

describe("laws", () => {
  const trades = fc.array(
    fc.record({
      side: fc.constantFrom<Side>("buy", "sell"),
      quantity: fc.integer({ min: 1, max: 999 }).map((n) => Decimal.of(BigInt(n), 2).toString()),
      price: fc.integer({ min: 1, max: 99_999 }).map((n) => Decimal.of(BigInt(n), 2).toString()),
    }),
    { maxLength: 20 },
  );

  test("the quantity is what was bought less what was sold", () => {
    fc.assert(
      fc.property(trades, (list) => {
        const position = after(...list);
        expect(position.quantity.eq(position.bought.sub(position.sold))).toBe(true);
      }),
    );
  });

  test("a fee that becomes known moves the fees alone, and leaves what was realized as it is", () => {
    const list = [
      { side: "buy", quantity: "1", price: "100" },
      { side: "buy", quantity: "1", price: "200" },
      { side: "sell", quantity: "1", price: "150" },
    ] as const;
    const position = after(...list);
    const booked = fillOf("e-1", "1", { price: "100" });
    const fee = { amount: d("0.1"), asset: "USDT" };
    const known = changeFill(position, "buy", booked, { ...booked, fee });
    expect(known).toEqual({ ...position, fees: new Map([["USDT", fee.amount]]) });
    expect(changeFill(known, "buy", { ...booked, fee }, booked)).toEqual(position);
  });

  test("profit less entry cost is exactly the cash that moved", () => {
    fc.assert(
      fc.property(trades, (list) => {
        const cash = list.reduce((sum, { side, quantity, price }) => {
          const amount = d(quantity).mul(d(price));
          return side === "buy" ? sum.sub(amount) : sum.add(amount);
        }, Decimal.zero);
        const position = after(...list);
        expect(position.realizedPnl.sub(position.entryCost).eq(cash)).toBe(true);
      }),
    );
  });

  test("entry cost has the quantity's sign, and a flat position none", () => {
    fc.assert(
      fc.property(trades, (list) => {
        const { quantity, entryCost } = after(...list);
        expect(entryCost.isNegative()).toBe(quantity.isNegative());
        expect(entryCost.isZero()).toBe(quantity.isZero());
      }),
    );
  });

  test("fills taken back in any order leave nothing", () => {
    fc.assert(
      fc.property(
        trades.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, undone]) => {
          const position = undone.reduce(
            (left, { side, quantity, price }) => reverseFill(left, side, fillOf("e", quantity, { price })),
            after(...list),
          );
          expect([position.quantity.isZero(), position.entryCost.isZero(), position.realizedPnl.isZero()]).toEqual([
            true,
            true,
            true,
          ]);
        },
      ),
    );
  });
});
