// Fees are exact, in the right asset, and rebates when the rate is negative.

import { describe, expect, it } from "vitest";
import { type FeeBasis, instrumentFees } from "./fees.ts";
import { dec, INSTRUMENT } from "./testing/harness.ts";

const BASIS: FeeBasis = { side: "buy", liquidity: "taker", price: dec("61685.99"), quantity: dec("0.00123") };
const LINEAR = { ...INSTRUMENT, kind: "linear", makerFeeRate: dec("-0.0001") } as const;

describe("fees", () => {
  it.each([
    ["a spot buy pays in base", INSTRUMENT, {}, BASIS, "0.00000246 BTC"],
    ["a spot buy pays in quote when told so", INSTRUMENT, { spotBuysPayIn: "quote" }, BASIS, "0.1517475354 USDT"],
    ["a spot sell pays in quote", INSTRUMENT, {}, { ...BASIS, side: "sell" }, "0.1517475354 USDT"],
    ["a linear maker is paid a rebate", LINEAR, {}, { ...BASIS, liquidity: "maker" }, "-0.00758737677 USDT"],
    ["a linear taker pays on the notional", LINEAR, {}, BASIS, "0.1517475354 USDT"],
  ] as const)("of %s", (_case, instrument, options, basis, expected) => {
    const fee = instrumentFees(instrument, options)(basis);
    expect(`${fee.amount} ${fee.asset}`).toBe(expected);
  });
});
