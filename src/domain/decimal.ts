// Exact decimal numbers for prices, quantities, fees and positions.
// Deliberately absent: binary floating point, exponent notation, implicit rounding. A division
// names its scale and its rounding; everything else is exact.

/** How a division or a move to a coarser grid treats what does not fit. */
export const ROUNDINGS = ["down", "up", "halfEven"] as const;
/** `down` is towards zero, `up` away from zero, `halfEven` to the nearest, ties to even. */
export type Rounding = (typeof ROUNDINGS)[number];

/** A decimal, or text in the grammar of {@link Decimal.parse}. */
export type DecimalInput = Decimal | string;

/** Longest accepted text: far beyond any venue's 18 decimals and 16 integer digits. */
const MAX_TEXT_LENGTH = 80;
/** Texts of at most this many characters are read in a double: only 16 bare digits can pass what it keeps exactly. */
const FAST_TEXT_LENGTH = 16;
const GRAMMAR = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

const POWERS: bigint[] = [1n];
function powerOfTen(exponent: number): bigint {
  for (let next = POWERS.length; next <= exponent; next++) {
    POWERS.push((POWERS[next - 1] as bigint) * 10n);
  }
  return POWERS[exponent] as bigint;
}

/**
 * An immutable exact decimal: `coefficient / 10^scale`.
 *
 * Two decimals of equal value may differ in scale (`1.0` and `1`); compare with {@link eq}, and
 * print with {@link toString}, which is canonical: equal values print alike.
 */
export class Decimal {
  static readonly zero: Decimal = new Decimal(0n, 0);
  static readonly one: Decimal = new Decimal(1n, 0);

  readonly coefficient: bigint;
  readonly scale: number;

  private constructor(coefficient: bigint, scale: number) {
    this.coefficient = coefficient;
    this.scale = scale;
  }

  /**
   * Reads plain decimal text: an optional `-`, digits without leading zeros, an optional fraction.
   *
   * @throws {RangeError} for anything else: the empty string, `1e-7`, `.5`, `+1`, `NaN`, spaces,
   *   or more than 80 characters.
   */
  static parse(text: string): Decimal {
    const value = Decimal.tryParse(text);
    if (value === undefined) {
      // Callers of a library pass what they have: numbers too.
      const shown = typeof text === "string" ? JSON.stringify(text.slice(0, MAX_TEXT_LENGTH)) : typeof text;
      throw new RangeError(`${shown} is not a plain decimal text such as "0.001" or "-12.5".`);
    }
    return value;
  }

  /** Like {@link parse}, but returns `undefined` for text that is not a plain decimal. */
  static tryParse(text: unknown): Decimal | undefined {
    if (typeof text !== "string") return undefined;
    const length = text.length;
    if (length === 0 || length > MAX_TEXT_LENGTH) return undefined;
    return length <= FAST_TEXT_LENGTH ? parseShort(text, length) : parseLong(text);
  }

  /** Returns `coefficient / 10^scale`. @throws {RangeError} when `scale` is not a whole number of at least 0. */
  static of(coefficient: bigint, scale = 0): Decimal {
    checkScale(scale);
    return new Decimal(coefficient, scale);
  }

  /** Returns the decimal of a whole number. @throws {RangeError} when it is not a safe integer. */
  static fromInteger(value: number): Decimal {
    if (!Number.isSafeInteger(value)) {
      throw new RangeError(`${value} is not a safe integer.`);
    }
    return new Decimal(BigInt(value), 0);
  }

  /** Returns the input itself, or its parsed text. @throws {RangeError} as {@link parse} does. */
  static from(input: DecimalInput): Decimal {
    return typeof input === "string" ? Decimal.parse(input) : input;
  }

  static min(a: Decimal, b: Decimal): Decimal {
    return a.cmp(b) <= 0 ? a : b;
  }

  static max(a: Decimal, b: Decimal): Decimal {
    return a.cmp(b) >= 0 ? a : b;
  }

  add(other: Decimal): Decimal {
    if (this.scale === other.scale) {
      return new Decimal(this.coefficient + other.coefficient, this.scale);
    }
    return this.scale > other.scale
      ? new Decimal(this.coefficient + other.coefficient * powerOfTen(this.scale - other.scale), this.scale)
      : new Decimal(this.coefficient * powerOfTen(other.scale - this.scale) + other.coefficient, other.scale);
  }

  sub(other: Decimal): Decimal {
    if (this.scale === other.scale) {
      return new Decimal(this.coefficient - other.coefficient, this.scale);
    }
    return this.scale > other.scale
      ? new Decimal(this.coefficient - other.coefficient * powerOfTen(this.scale - other.scale), this.scale)
      : new Decimal(this.coefficient * powerOfTen(other.scale - this.scale) - other.coefficient, other.scale);
  }

  mul(other: Decimal): Decimal {
    return new Decimal(this.coefficient * other.coefficient, this.scale + other.scale);
  }

  /**
   * Divides, keeping `scale` decimals.
   *
   * @throws {RangeError} on division by zero, and when `scale` is not a whole number of at least 0.
   */
  div(divisor: Decimal, scale: number, rounding: Rounding): Decimal {
    checkScale(scale);
    if (divisor.coefficient === 0n) throw new RangeError("Division by zero.");
    const shift = scale + divisor.scale - this.scale;
    const numerator = shift >= 0 ? this.coefficient * powerOfTen(shift) : this.coefficient;
    const denominator = shift >= 0 ? divisor.coefficient : divisor.coefficient * powerOfTen(-shift);
    return new Decimal(divideRounded(numerator, denominator, rounding), scale);
  }

  neg(): Decimal {
    return new Decimal(-this.coefficient, this.scale);
  }

  abs(): Decimal {
    return this.coefficient < 0n ? this.neg() : this;
  }

  /** Returns a negative number, 0 or a positive number, as `this` is below, equal or above. */
  cmp(other: Decimal): number {
    let left = this.coefficient;
    let right = other.coefficient;
    if (this.scale > other.scale) right *= powerOfTen(this.scale - other.scale);
    else if (this.scale < other.scale) left *= powerOfTen(other.scale - this.scale);
    return left < right ? -1 : left > right ? 1 : 0;
  }

  eq(other: Decimal): boolean {
    return this.cmp(other) === 0;
  }

  lt(other: Decimal): boolean {
    return this.cmp(other) < 0;
  }

  lte(other: Decimal): boolean {
    return this.cmp(other) <= 0;
  }

  gt(other: Decimal): boolean {
    return this.cmp(other) > 0;
  }

  gte(other: Decimal): boolean {
    return this.cmp(other) >= 0;
  }

  isZero(): boolean {
    return this.coefficient === 0n;
  }

  isPositive(): boolean {
    return this.coefficient > 0n;
  }

  isNegative(): boolean {
    return this.coefficient < 0n;
  }

  /** Returns whether this is a whole multiple of `step`. @throws {RangeError} when step is zero. */
  isMultipleOf(step: Decimal): boolean {
    const scale = Math.max(this.scale, step.scale);
    const divisor = step.coefficient * powerOfTen(scale - step.scale);
    if (divisor === 0n) throw new RangeError("A step cannot be zero.");
    return (this.coefficient * powerOfTen(scale - this.scale)) % divisor === 0n;
  }

  /** Moves to a multiple of `step`; exact multiples stay. @throws {RangeError} when step is zero. */
  roundToStep(step: Decimal, rounding: Rounding): Decimal {
    return this.div(step, 0, rounding).mul(step);
  }

  /** Returns how many whole steps fit, towards zero. @throws {RangeError} when step is zero. */
  wholeSteps(step: Decimal): bigint {
    return this.div(step, 0, "down").coefficient;
  }

  /** Prints plain canonical text: no exponent, no trailing zeros, no negative zero. */
  toString(): string {
    if (this.scale === 0) return this.coefficient.toString();
    const negative = this.coefficient < 0n;
    let digits = (negative ? -this.coefficient : this.coefficient).toString();
    if (digits.length <= this.scale) digits = digits.padStart(this.scale + 1, "0");
    const point = digits.length - this.scale;
    let end = digits.length;
    while (end > point && digits.charCodeAt(end - 1) === 48) end--;
    const text = end === point ? digits.slice(0, point) : `${digits.slice(0, point)}.${digits.slice(point, end)}`;
    return negative ? `-${text}` : text;
  }

  /** Prints with exactly `decimals` decimals, rounding as told: for people, never for the wire. */
  toFixed(decimals: number, rounding: Rounding = "halfEven"): string {
    const rounded = this.div(Decimal.one, decimals, rounding);
    const negative = rounded.coefficient < 0n;
    const digits = (negative ? -rounded.coefficient : rounded.coefficient).toString().padStart(decimals + 1, "0");
    const point = digits.length - decimals;
    const text = decimals === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
    return negative ? `-${text}` : text;
  }

  toJSON(): string {
    return this.toString();
  }

  /** Returns the nearest double: for charts and metrics only. */
  toApproximateNumber(): number {
    return Number(this.toString());
  }
}

/** With a negative or broken scale every later answer would be wrong. */
function checkScale(scale: number): void {
  if (!(scale >= 0) || scale % 1 !== 0)
    throw new RangeError(`A scale must be a whole number of at least 0, not ${scale}.`);
}

function parseShort(text: string, length: number): Decimal | undefined {
  let index = 0;
  const negative = text.charCodeAt(0) === 45;
  if (negative) index = 1;
  const first = index;
  let value = 0;
  let scale = -1;
  for (; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code === 46) {
      if (scale >= 0 || index === first) return undefined;
      scale = 0;
    } else {
      const digit = code - 48;
      if (digit < 0 || digit > 9) return undefined;
      value = value * 10 + digit;
      if (scale >= 0) scale++;
    }
  }
  const wholeDigits = (scale >= 0 ? length - 1 - scale : length) - first;
  if (wholeDigits <= 0 || scale === 0) return undefined;
  if (wholeDigits > 1 && text.charCodeAt(first) === 48) return undefined;
  // Sixteen digits without a point or sign can pass 2^53, where a double no longer holds them.
  const coefficient = value > Number.MAX_SAFE_INTEGER ? BigInt(text.replace("-", "")) : BigInt(value);
  return Decimal.of(negative ? -coefficient : coefficient, scale < 0 ? 0 : scale);
}

function parseLong(text: string): Decimal | undefined {
  if (!GRAMMAR.test(text)) return undefined;
  const point = text.indexOf(".");
  if (point < 0) return Decimal.of(BigInt(text), 0);
  return Decimal.of(BigInt(text.slice(0, point) + text.slice(point + 1)), text.length - point - 1);
}

function divideRounded(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (remainder === 0n || rounding === "down") return quotient;
  const away = numerator < 0n === denominator < 0n ? 1n : -1n;
  if (rounding === "up") return quotient + away;
  const doubled = (remainder < 0n ? -remainder : remainder) * 2n;
  const size = denominator < 0n ? -denominator : denominator;
  if (doubled > size || (doubled === size && quotient % 2n !== 0n)) return quotient + away;
  return quotient;
}
