// What the ticket sends, and how it values an order while it is typed.

import { describe, expect, test } from "vitest";
import type { InstrumentJson } from "./contract.ts";
import { NEW_TICKET, orderRequest, stepBy, valueOf, withType } from "./ticket-terms.ts";

const instrument: InstrumentJson = {
  id: "BTC/USDT",
  venue: "paper",
  kind: "spot",
  base: "BTC",
  quote: "USDT",
  settle: "USDT",
  tickSize: "0.01",
  lotSize: "0.00001",
  minQuantity: "0.00001",
  minNotional: "5",
};
const order = { instrumentId: "BTC/USDT", side: "buy", clientOrderId: "page-1" } as const;

describe("the ticket", () => {
  test("sends what was typed as text, and leaves out what is empty", () => {
    expect(orderRequest({ ...NEW_TICKET, size: " 0.10 ", price: "60000.10" }, order)).toEqual({
      ...order,
      orderType: "limit",
      timeInForce: "gtc",
      quantity: "0.10",
      price: "60000.10",
      origin: "MANUAL",
    });
    expect(orderRequest(NEW_TICKET, order)).not.toHaveProperty("price");
  });

  test("sends a notional when sized in the quote asset, and no price of another type", () => {
    const terms = withType({ ...NEW_TICKET, unit: "quote", size: "100", price: "5" }, "market");
    expect(orderRequest(terms, order)).toMatchObject({ notional: "100", orderType: "market", timeInForce: "ioc" });
    expect(orderRequest(terms, order)).not.toHaveProperty("price");
  });

  test("a type that takes no price cannot be post-only", () => {
    expect(withType({ ...NEW_TICKET, postOnly: true }, "market").postOnly).toBe(false);
    expect(withType({ ...NEW_TICKET, postOnly: true }, "stopLimit").postOnly).toBe(true);
  });

  test("values a limit order exactly and a market order by the market, saying so", () => {
    const limit = valueOf({ ...NEW_TICKET, size: "0.1", price: "60000.1" }, instrument, "50000");
    expect(limit).toEqual({ amount: "6000.01", asset: "USDT", estimated: false });
    const market = valueOf(withType({ ...NEW_TICKET, size: "0.1" }, "market"), instrument, "50000");
    expect(market).toMatchObject({ asset: "USDT", estimated: true });
    expect(Number(market?.amount)).toBe(5000);
  });

  test("has no value while something is missing or is no number", () => {
    expect(valueOf({ ...NEW_TICKET, size: "1e-7", price: "1" }, instrument, undefined)).toBeUndefined();
    expect(valueOf({ ...NEW_TICKET, size: "1" }, instrument, undefined)).toBeUndefined();
  });

  test("arrow keys move by exact steps and never below zero", () => {
    expect(stepBy("0.1", "0.1", 2, undefined)).toBe("0.3");
    expect(stepBy("", "0.01", 1, "60000")).toBe("60000.01");
    expect(stepBy("0.01", "0.01", -5, undefined)).toBe("0");
  });
});
