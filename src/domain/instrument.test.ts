// The grid of an instrument: what is on it, and what an error proposes.

import { describe, expect, test } from "vitest";
import type { Decimal } from "./decimal.ts";
import type { OrderwrightError } from "./errors.ts";
import type { InstrumentId, VenueId } from "./identifiers.ts";
import { checkNotional, checkPrice, checkQuantity, type Instrument, notionalOf, quoteAssetOf } from "./instrument.ts";
import type { Result } from "./result.ts";
import { d } from "./testing/orders.ts";

const BTC: Instrument = {
  id: "BTC/USDT" as InstrumentId,
  venue: "paper" as VenueId,
  kind: "spot",
  base: "BTC",
  quote: "USDT",
  settle: "USDT",
  tickSize: d("0.01"),
  lotSize: d("0.001"),
  minQuantity: d("0.005"),
  minNotional: d("5"),
  contractMultiplier: d("1"),
  makerFeeRate: d("0.001"),
  takerFeeRate: d("0.001"),
};

function errorOf(result: Result<Decimal, OrderwrightError>): OrderwrightError | undefined {
  return result.ok ? undefined : result.error;
}

describe("checkPrice", () => {
  test.each(["0.01", "60000", "60000.10", "0.0100"])("%s lies on the grid", (price) => {
    expect(checkPrice(BTC, d(price), "price").ok).toBe(true);
  });

  test.each(["0", "-0.01"])("%s is not a price", (price) => {
    expect(errorOf(checkPrice(BTC, d(price), "triggerPrice"))).toMatchObject({
      code: "request.priceNotPositive",
      details: { field: "triggerPrice" },
    });
  });

  test.each([
    ["60000.001", ["60000", "60000.01"]],
    ["0.015", ["0.01", "0.02"]],
    ["0.001", ["0.01"]],
  ])("%s is off the tick: %o are right", (price, nearest) => {
    const error = errorOf(checkPrice(BTC, d(price), "price"));
    expect(error).toMatchObject({ code: "request.offTick", details: { field: "price", value: price, nearest } });
    for (const right of nearest) {
      expect(error?.message).toContain(right);
      expect(checkPrice(BTC, d(right), "price").ok).toBe(true);
    }
  });
});

describe("checkQuantity", () => {
  test.each(["0.005", "1", "12.345"])("%s lies on the grid", (quantity) => {
    expect(checkQuantity(BTC, d(quantity)).ok).toBe(true);
  });

  test.each(["0", "-1"])("%s is not a quantity", (quantity) => {
    expect(errorOf(checkQuantity(BTC, d(quantity)))?.code).toBe("request.quantityNotPositive");
  });

  test.each([
    ["1.0005", ["1", "1.001"]],
    ["0.0055", ["0.005", "0.006"]],
    ["0.0004", ["0.005"]],
    ["0.0041", ["0.005"]],
  ])("%s is off the lot: %o are right", (quantity, nearest) => {
    expect(errorOf(checkQuantity(BTC, d(quantity)))).toMatchObject({ code: "request.offLot", details: { nearest } });
    for (const right of nearest) expect(checkQuantity(BTC, d(right)).ok).toBe(true);
  });

  test("a minimum off the lot grid is rounded up for what is proposed", () => {
    const odd = { ...BTC, lotSize: d("0.002") };
    expect(errorOf(checkQuantity(odd, d("0.0001")))).toMatchObject({ details: { nearest: ["0.006"] } });
  });

  test("0.004 is below the minimum, which the error names", () => {
    const error = errorOf(checkQuantity(BTC, d("0.004")));
    expect(error?.code).toBe("request.belowMinQuantity");
    expect(error?.message).toContain("0.005");
  });
});

test("a notional below the floor names the floor and its asset", () => {
  expect(notionalOf(d("100.5"), d("0.02")).toString()).toBe("2.01");
  expect(errorOf(checkNotional(BTC, d("4.99")))?.message).toBe(
    "notional 4.99 USDT is below the minimum 5 of BTC/USDT on paper.",
  );
  expect(checkNotional(BTC, d("5")).ok).toBe(true);
});

test.each([
  ["BTC/USDT", "USDT"],
  ["BTC/USDT:USDT", "USDT"],
  ["ETH/BTC", "BTC"],
  ["AAPL", "USD"],
])("prices of %s are in %s", (id, quote) => {
  expect(quoteAssetOf(id as InstrumentId)).toBe(quote);
});
