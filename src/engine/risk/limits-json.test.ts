// Limits as JSON: what goes out comes back, and nothing that is misspelled or ill-typed is let in.
// What the limits mean for an order is tested in check-order.test.ts.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Decimal } from "../../domain/decimal.ts";
import type { InstrumentId } from "../../domain/identifiers.ts";
import { unwrap } from "../../domain/result.ts";
import { limitsFromJson, limitsFromText, limitsToJson, limitsToText } from "./limits-json.ts";
import type { RiskLimits } from "./risk-limits.ts";

const ALL: RiskLimits = {
  allowedInstruments: ["BTC/USDT" as InstrumentId],
  maxOrderQuantity: Decimal.parse("1.50"),
  maxOrderNotional: Decimal.parse("1000"),
  priceCollarBps: 500,
  maxOpenOrders: 20,
  maxOrderRate: { count: 10, windowMs: 1_000 },
  maxMessageRate: { count: 20, windowMs: 1_000 },
  maxPosition: Decimal.parse("10"),
  maxExposure: Decimal.parse("100000"),
  maxDailyLoss: Decimal.parse("0"),
  duplicateWindowMs: 250,
  selfTrade: "allow",
  referenceMaxAgeMs: 5_000,
};

describe("what goes out", () => {
  test("has decimals as plain text and no field that is not set", () => {
    expect(limitsToJson({ maxPosition: Decimal.parse("0.0000001") })).toEqual({ maxPosition: "0.0000001" });
    expect(limitsToText({})).toBe("{}");
  });

  test("has its fields in one order, whatever order they were made in", () => {
    const turned = Object.fromEntries(Object.entries(ALL).toReversed()) as RiskLimits;
    expect(limitsToText(turned)).toBe(limitsToText(ALL));
    expect(Object.keys(limitsToJson(ALL))).toEqual(Object.keys(ALL));
  });

  test("comes back", () => {
    const back = limitsFromText(limitsToText(ALL));
    expect(limitsToText(back)).toBe(limitsToText(ALL));
    expect(back.maxOrderQuantity?.eq(Decimal.parse("1.5"))).toBe(true);
  });

  test("comes back for any amounts", () => {
    const amount = fc.tuple(fc.bigInt(0n, 10n ** 20n), fc.nat(18)).map(([c, s]) => Decimal.of(c, s));
    fc.assert(
      fc.property(amount, amount, fc.nat(1_000), (maxPosition, maxExposure, maxOpenOrders) => {
        const text = limitsToText({ maxPosition, maxExposure, maxOpenOrders });
        expect(limitsToText(limitsFromText(text))).toBe(text);
      }),
      { numRuns: 200 },
    );
  });
});

describe("what comes in", () => {
  test.each([
    [null, "limits"],
    [[], "limits"],
    ["{}", "limits"],
    [{ maxPositon: "1" }, "limits.maxPositon is not a known field"],
    [{ maxPosition: 1 }, "limits.maxPosition"],
    [{ maxPosition: "1e3" }, "limits.maxPosition"],
    [{ maxPosition: null }, "limits.maxPosition"],
    [{ maxPosition: "-1" }, "at least 0"],
    [{ maxOrderQuantity: "" }, "limits.maxOrderQuantity"],
    [{ maxOrderNotional: "NaN" }, "limits.maxOrderNotional"],
    [{ maxExposure: true }, "limits.maxExposure"],
    [{ maxDailyLoss: "-0.01" }, "at least 0"],
    [{ priceCollarBps: 0.5 }, "limits.priceCollarBps"],
    [{ priceCollarBps: -1 }, "limits.priceCollarBps"],
    [{ priceCollarBps: 1_000_001 }, "from 0 to 1000000"],
    [{ maxOpenOrders: "5" }, "limits.maxOpenOrders"],
    [{ maxOrderRate: 5 }, "limits.maxOrderRate"],
    [{ maxOrderRate: { count: 5 } }, "limits.maxOrderRate.windowMs"],
    [{ maxOrderRate: { count: 0, windowMs: 1 } }, "from 1 to 100000"],
    [{ maxOrderRate: { count: 100_001, windowMs: 1 } }, "from 1 to 100000"],
    [{ maxMessageRate: { count: 1, windowMs: 0 } }, "from 1 to 86400000"],
    [{ maxMessageRate: { count: 1, windowMs: 1, burst: 2 } }, "limits.maxMessageRate.burst"],
    [{ duplicateWindowMs: 86_400_001 }, "from 0 to 86400000"],
    [{ selfTrade: "maybe" }, "one of deny, allow"],
    [{ referenceMaxAgeMs: 0 }, "from 1 to"],
    [{ allowedInstruments: "BTC/USDT" }, "limits.allowedInstruments"],
    [{ allowedInstruments: ["BTC/USDT", "BTC/USDT"] }, "different"],
    [{ allowedInstruments: [""] }, "limits.allowedInstruments"],
    [{ allowedInstruments: [5] }, "limits.allowedInstruments"],
    [{ allowedInstruments: null }, "limits.allowedInstruments"],
  ])("%o is refused", (value, says) => {
    const result = limitsFromJson(value);
    expect(result).toMatchObject({ ok: false, error: { code: "request.malformed" } });
    if (!result.ok) expect(result.error.message).toContain(says);
  });

  test("names the place that it was told", () => {
    const result = limitsFromJson({ x: 1 }, "accounts.main.limits");
    expect(!result.ok && result.error.message).toContain("accounts.main.limits.x");
  });

  test("an empty object is no limits", () => {
    expect(unwrap(limitsFromJson({}))).toEqual({});
  });

  test("text that is not JSON is an error of ours", () => {
    expect(() => limitsFromText("{")).toThrow(/not JSON/);
  });
});
