// How numbers and spans read.

import { expect, test } from "vitest";
import {
  decimalsOf,
  formatAge,
  formatDecimal,
  formatDuration,
  formatFees,
  formatLatency,
  formatRate,
  formatSigned,
  formatTrimmed,
  groupDigits,
} from "./format.ts";

test("thousands are grouped, decimals are not", () => {
  expect(groupDigits("1234567.1234567")).toBe("1,234,567.1234567");
  expect(groupDigits("-999")).toBe("-999");
});

test("a price has as many decimals as its tick", () => {
  expect(decimalsOf("0.010")).toBe(2);
  expect(decimalsOf("5")).toBe(0);
  expect(formatDecimal("60123.5", 2)).toBe("60,123.50");
  expect(formatDecimal(undefined, 2)).toBe("–");
});

test("quantities lose zeros at the end and keep every digit that counts", () => {
  expect(formatTrimmed("0.10000", 8)).toBe("0.1");
  expect(formatTrimmed("100", 8)).toBe("100");
  expect(formatTrimmed("12345678901234567890.12", 8)).toBe("12,345,678,901,234,567,890.12");
});

test("a profit carries its sign, zero has none", () => {
  expect(formatSigned("12.345", 2)).toBe("+12.34");
  expect(formatSigned("-0.5", 2)).toBe("−0.50");
  expect(formatSigned("0", 2)).toBe("0.00");
});

test("fees are told asset by asset, a rebate is negative", () => {
  expect(formatFees({ USDT: "1.20", BNB: "-0.001" })).toBe("1.2 USDT, -0.001 BNB");
  expect(formatFees({})).toBe("–");
});

test("a small fee is not rounded to nothing", () => {
  expect(formatFees({ BTC: "0.0000197312" })).toBe("0.0000197 BTC");
  expect(formatFees({ USDT: "7.399623" })).toBe("7.3996 USDT");
});

test("spans grow coarser as they grow longer, and are never negative", () => {
  expect([-5, 1_250, 34_999, 65_000, 7_500_000, 200_000_000].map(formatDuration)).toEqual([
    "0.0 s",
    "1.2 s",
    "34 s",
    "1 min 05 s",
    "2 h 05 min",
    "2 d 7 h",
  ]);
  expect([900, 61_000, 7_200_000, 200_000_000].map(formatAge)).toEqual(["0s", "1m", "2h", "2d"]);
  expect([12, 1_240, 61_000].map(formatLatency)).toEqual(["12 ms", "1.24 s", "1 min 01 s"]);
});

test("a small rate is not rounded to nothing", () => {
  expect([0, 0.004, 0.5, 1].map(formatRate)).toEqual(["0 %", "0.4 %", "50 %", "100 %"]);
});
