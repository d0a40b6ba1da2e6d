// Decimal, case by case: the grammar, printing, rounding. Its laws are in decimal.property.test.ts.

import { describe, expect, test } from "vitest";
import { Decimal, type Rounding } from "./decimal.ts";

const d = (text: string): Decimal => Decimal.parse(text);

describe("Decimal.parse", () => {
  test.each([
    ["0", "0"],
    ["-0", "0"],
    ["-0.00", "0"],
    ["7", "7"],
    ["-12.5", "-12.5"],
    ["0.10", "0.1"],
    ["100.000", "100"],
    ["0.00000001", "0.00000001"],
    ["9007199254740991", "9007199254740991"],
    ["9007199254740992", "9007199254740992"],
    ["9007199254740993", "9007199254740993"],
    ["9999999999999999", "9999999999999999"],
    ["-999999999999999", "-999999999999999"],
    ["99999999999999.9", "99999999999999.9"],
    ["1234567890123456789012345678901234567890", "1234567890123456789012345678901234567890"],
    ["0.1234567890123456789012345678901234567890", "0.123456789012345678901234567890123456789"],
    ["-98765432109876543210.123456789012345678", "-98765432109876543210.123456789012345678"],
    ["1".repeat(80), "1".repeat(80)],
  ])("reads %s as %s", (text, canonical) => {
    expect(d(text).toString()).toBe(canonical);
  });

  test.each([
    "",
    "-",
    ".",
    "-.",
    ".5",
    "-.5",
    "1.",
    "-1.",
    "+1",
    "1e-7",
    "1E5",
    "NaN",
    "Infinity",
    "-Infinity",
    "00",
    "-00",
    "01",
    "01.5",
    " 1",
    "1 ",
    "1\n",
    "1.2.3",
    "1..2",
    "--1",
    "1-",
    "1,000",
    "1_000",
    "0x10",
    "٣",
    "１",
    "12345678901234567890.",
    "012345678901234567890",
    ".12345678901234567890",
    "123456789012345678e10",
    "1".repeat(81),
  ])("refuses %j", (text) => {
    expect(Decimal.tryParse(text)).toBeUndefined();
    expect(() => Decimal.parse(text)).toThrow(RangeError);
  });

  test.each([[1], [0.1], [null], [undefined], [{}], [1n], [["1"]]])("refuses %o, which is not a text", (value) => {
    expect(Decimal.tryParse(value)).toBeUndefined();
    expect(() => Decimal.parse(value as unknown as string)).toThrow(RangeError);
  });

  test("names at most 80 characters of what it refuses", () => {
    expect(() => Decimal.parse("9".repeat(10_000))).toThrow(/^"9{80}" is not a plain decimal text/);
  });
});

describe("rounding", () => {
  test.each<[string, string, number, Rounding, string]>([
    ["1", "3", 4, "down", "0.3333"],
    ["1", "3", 4, "up", "0.3334"],
    ["-1", "3", 4, "down", "-0.3333"],
    ["-1", "3", 4, "up", "-0.3334"],
    ["1", "-3", 4, "up", "-0.3334"],
    ["-1", "-3", 4, "up", "0.3334"],
    ["5", "2", 0, "halfEven", "2"],
    ["7", "2", 0, "halfEven", "4"],
    ["-5", "2", 0, "halfEven", "-2"],
    ["-7", "2", 0, "halfEven", "-4"],
    ["1", "2", 0, "halfEven", "0"],
    ["-1", "2", 0, "halfEven", "0"],
    ["3", "2", 0, "halfEven", "2"],
    ["2.51", "1", 1, "halfEven", "2.5"],
    ["2.55", "1", 1, "halfEven", "2.6"],
    ["2.65", "1", 1, "halfEven", "2.6"],
    ["0.0000001", "1", 2, "up", "0.01"],
    ["10", "4", 1, "down", "2.5"],
    ["1", "0.0003", 0, "down", "3333"],
    ["123.456", "0.01", 0, "down", "12345"],
  ])("%s / %s at %i decimals, %s, is %s", (a, b, scale, rounding, expected) => {
    expect(d(a).div(d(b), scale, rounding).toString()).toBe(expected);
  });

  test.each<[string, string, Rounding, string]>([
    ["100.037", "0.01", "down", "100.03"],
    ["100.031", "0.01", "up", "100.04"],
    ["100.03", "0.01", "up", "100.03"],
    ["-100.037", "0.01", "down", "-100.03"],
    ["7", "5", "halfEven", "5"],
    ["7.5", "5", "halfEven", "10"],
    ["12.5", "5", "halfEven", "10"],
  ])("%s on a grid of %s, %s, is %s", (value, step, rounding, expected) => {
    expect(d(value).roundToStep(d(step), rounding).toString()).toBe(expected);
  });

  test.each([
    ["1.005", 2, "1.00"],
    ["1.015", 2, "1.02"],
    ["-1.005", 2, "-1.00"],
    ["-0.001", 2, "0.00"],
    ["0.05", 1, "0.0"],
    ["12", 3, "12.000"],
    ["12.5", 0, "12"],
  ])("%s with %i decimals is %s", (value, decimals, expected) => {
    expect(d(value).toFixed(decimals)).toBe(expected);
  });
});

describe("refusals", () => {
  test("division by zero is an error, whatever the scale of the zero", () => {
    expect(() => d("1").div(Decimal.zero, 2, "down")).toThrow(RangeError);
    expect(() => d("0").div(d("0.000"), 2, "down")).toThrow(RangeError);
  });

  test("a step of zero is an error", () => {
    expect(() => d("1").isMultipleOf(d("0.0"))).toThrow(RangeError);
    expect(() => d("1").roundToStep(Decimal.zero, "down")).toThrow(RangeError);
    expect(() => d("1").wholeSteps(Decimal.zero)).toThrow(RangeError);
  });

  test.each([-1, 0.5, Number.NaN])("a scale of %d is an error", (scale) => {
    expect(() => Decimal.of(1n, scale)).toThrow(RangeError);
    expect(() => d("1").div(d("3"), scale, "down")).toThrow(RangeError);
  });

  test.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("%d is no whole number to start from", (value) => {
    expect(() => Decimal.fromInteger(value)).toThrow(RangeError);
  });
});

describe("values", () => {
  test("equal values of different scale are equal and print alike", () => {
    const one = Decimal.of(1000n, 3);
    expect(one.eq(Decimal.one)).toBe(true);
    expect(one.toString()).toBe("1");
    expect(JSON.stringify({ one })).toBe('{"one":"1"}');
  });

  test.each([
    ["0.3", "0.1", true],
    ["0.30000001", "0.1", false],
    ["5", "2.5", true],
    ["0", "7", true],
    ["-0.3", "0.1", true],
    ["1", "3", false],
  ])("whether %s is a multiple of %s: %s", (value, step, expected) => {
    expect(d(value).isMultipleOf(d(step))).toBe(expected);
  });

  test("wholeSteps counts towards zero", () => {
    expect(d("1.99").wholeSteps(d("0.5"))).toBe(3n);
    expect(d("-1.99").wholeSteps(d("0.5"))).toBe(-3n);
  });
});
