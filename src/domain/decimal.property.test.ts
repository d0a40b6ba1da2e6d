// Laws of Decimal, against rational numbers of two bigints as the oracle.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Decimal, ROUNDINGS } from "./decimal.ts";

/** The oracle: numerator over a positive denominator, never reduced. */
interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

const rational = (value: Decimal): Rational => ({ n: value.coefficient, d: 10n ** BigInt(value.scale) });
const equal = (a: Rational, b: Rational): boolean => a.n * b.d === b.n * a.d;
const compare = (a: Rational, b: Rational): number => Number(a.n * b.d > b.n * a.d) - Number(a.n * b.d < b.n * a.d);
const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

const decimals = fc
  .record({
    coefficient: fc.oneof(
      fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
      fc.bigInt({ min: -20n, max: 20n }),
      fc.constantFrom(0n, 2n ** 53n, -(2n ** 53n) - 1n),
    ),
    scale: fc.integer({ min: 0, max: 30 }),
  })
  .map(({ coefficient, scale }) => Decimal.of(coefficient, scale));
const nonZero = decimals.filter((value) => !value.isZero());
const RUNS = { numRuns: 500 };

describe("exact arithmetic", () => {
  test("sums, differences and products are those of the rationals", () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const [x, y] = [rational(a), rational(b)];
        expect(equal(rational(a.add(b)), { n: x.n * y.d + y.n * x.d, d: x.d * y.d })).toBe(true);
        expect(equal(rational(a.sub(b)), { n: x.n * y.d - y.n * x.d, d: x.d * y.d })).toBe(true);
        expect(equal(rational(a.mul(b)), { n: x.n * y.n, d: x.d * y.d })).toBe(true);
      }),
      RUNS,
    );
  });

  test("comparisons are those of the rationals", () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const order = compare(rational(a), rational(b));
        expect(Math.sign(a.cmp(b))).toBe(order);
        expect([a.lt(b), a.lte(b), a.eq(b), a.gte(b), a.gt(b)]).toEqual([
          order < 0,
          order <= 0,
          order === 0,
          order >= 0,
          order > 0,
        ]);
        expect(Decimal.min(a, b).lte(Decimal.max(a, b))).toBe(true);
      }),
      RUNS,
    );
  });

  test("a number less itself is zero, and its sign and size make it up", () => {
    fc.assert(
      fc.property(decimals, (a) => {
        expect(a.sub(a).isZero()).toBe(true);
        expect(a.add(a.neg()).isZero()).toBe(true);
        expect((a.isNegative() ? a.abs().neg() : a.abs()).eq(a)).toBe(true);
        expect(Number(a.isNegative()) + Number(a.isZero()) + Number(a.isPositive())).toBe(1);
      }),
      RUNS,
    );
  });
});

describe("division", () => {
  test("is off by less than one unit of its scale, on the side that its rounding names", () => {
    fc.assert(
      fc.property(
        decimals,
        nonZero,
        fc.integer({ min: 0, max: 25 }),
        fc.constantFrom(...ROUNDINGS),
        (a, b, scale, mode) => {
          const quotient = a.div(b, scale, mode);
          expect(quotient.scale).toBe(scale);
          // error = quotient − a/b, in units of 10^-scale, as the fraction n / size
          const [x, y] = [rational(a), rational(b)];
          const size = magnitude(y.n * x.d);
          const exact = x.n * y.d * 10n ** BigInt(scale) * (y.n < 0n ? -1n : 1n);
          const error = magnitude(quotient.coefficient) * size - magnitude(exact);
          if (mode === "down") expect(error <= 0n && -error < size).toBe(true);
          else if (mode === "up") expect(error >= 0n && error < size).toBe(true);
          else {
            expect(magnitude(error) * 2n <= size).toBe(true);
            if (magnitude(error) * 2n === size) expect(quotient.coefficient % 2n).toBe(0n);
          }
          if (!quotient.isZero()) expect(quotient.isNegative()).toBe(exact < 0n);
        },
      ),
      RUNS,
    );
  });

  test("of a product by one factor gives the other back", () => {
    fc.assert(
      fc.property(decimals, nonZero, fc.constantFrom(...ROUNDINGS), (a, b, mode) => {
        expect(a.mul(b).div(b, a.scale, mode).eq(a)).toBe(true);
      }),
      RUNS,
    );
  });

  test("a number moved to a grid is on it, and one on the grid stays", () => {
    fc.assert(
      fc.property(decimals, nonZero, fc.constantFrom(...ROUNDINGS), (a, step, mode) => {
        const moved = a.roundToStep(step, mode);
        expect(moved.isMultipleOf(step)).toBe(true);
        expect(moved.sub(a).abs().lt(step.abs())).toBe(true);
        expect(a.isMultipleOf(step)).toBe(moved.eq(a));
        expect(moved.roundToStep(step, mode).eq(moved)).toBe(true);
      }),
      RUNS,
    );
  });
});

describe("text", () => {
  test("what is printed reads back as the same value, in one canonical form", () => {
    fc.assert(
      fc.property(decimals, fc.integer({ min: 0, max: 5 }), (a, zeros) => {
        const text = a.toString();
        expect(text).toMatch(/^(0|-?(0|[1-9]\d*)(\.\d*[1-9])?)$/);
        expect(Decimal.parse(text).eq(a)).toBe(true);
        const padded = Decimal.of(a.coefficient * 10n ** BigInt(zeros), a.scale + zeros);
        expect(padded.toString()).toBe(text);
      }),
      RUNS,
    );
  });

  test("short texts read as long ones do: the grammar is one", () => {
    const grammar = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
    const texts = fc.string({ unit: fc.constantFrom("0", "1", "9", ".", "-", "+", "e", " "), maxLength: 18 });
    fc.assert(
      fc.property(texts, (text) => {
        const value = Decimal.tryParse(text);
        expect(value !== undefined).toBe(grammar.test(text));
        if (value === undefined) return;
        const [whole = "", fraction = ""] = text.replace("-", "").split(".");
        expect(magnitude(value.coefficient)).toBe(BigInt(whole + fraction));
        expect(value.scale).toBe(fraction.length);
        if (!value.isZero()) expect(value.isNegative()).toBe(text.startsWith("-"));
      }),
      { numRuns: 3_000 },
    );
  });

  test("fixed decimals are the nearest ones", () => {
    fc.assert(
      fc.property(decimals, fc.integer({ min: 0, max: 8 }), (a, places) => {
        const text = a.toFixed(places);
        expect(text.split(".")[1]?.length ?? 0).toBe(places);
        expect(Decimal.parse(text.replace(/^-(?=[0.]*$)/, "")).eq(a.div(Decimal.one, places, "halfEven"))).toBe(true);
      }),
      RUNS,
    );
  });
});
