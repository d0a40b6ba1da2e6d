// Reads single values of what a venue adapter hands over, trusting nothing: adapters may be third-party and
// wrong, and a value may be of any type, endless, or throw when it is touched. What a whole report or answer
// must hold is in report-check.ts and answer-check.ts.

import { Decimal } from "../domain/decimal.ts";
import { fail, ok, type Result } from "../domain/result.ts";

/** Why something that a venue said is not taken: it cannot be read, or it cannot be true. */
export class Unfit extends Error {
  override readonly name = "Unfit";
}

/** Values by name, of unknown types. */
export type Fields = Readonly<Record<string, unknown>>;

/** The longest id that is taken: of an order, an execution, an account, an instrument. */
const MAX_ID_LENGTH = 256;
/** The longest text for people that is kept; the rest is cut off. */
const MAX_TEXT_LENGTH = 1_024;
/** The last instant that a date can hold. */
const MAX_INSTANT = 8_640_000_000_000_000;
/** Products of two such numbers, and sums of those, can be stored and read again. */
const MAX_WHOLE_DIGITS = 16;
const MAX_DECIMALS = 20;
const MAX_WHOLE = Decimal.of(10n ** BigInt(MAX_WHOLE_DIGITS));
/** Beyond these nothing is computed with a number at all: that alone could take minutes. */
const MAX_COEFFICIENT = 10n ** 64n;
const MAX_SCALE = 64;
/** Text without control characters and halves of characters: what every table stores as it is. */
const ID = /^[^\p{Cc}\p{Cs}]+$/u;

/** Runs a reading. Nothing that it meets gets out as an exception: a failure says why in plain words. */
export function attempt<T>(read: () => T): Result<T, string> {
  try {
    return ok(read());
  } catch (error) {
    return fail(reasonOf(error));
  }
}

/** Says why a reading failed, of an error that may be anything: one that lies about its type too. */
export function reasonOf(error: unknown): string {
  try {
    return error instanceof Unfit ? error.message : "it cannot be read";
  } catch {
    return "it cannot be read";
  }
}

export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null) throw new Unfit(`${what} is not an object`);
  return value as Fields;
}

export function readList(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Unfit(`${what} is not a list`);
  return value as readonly unknown[];
}

export function readId(value: unknown, what: string): string {
  if (typeof value !== "string" || value.length === 0) throw new Unfit(`${what} is missing`);
  if (value.length > MAX_ID_LENGTH) throw new Unfit(`${what} is longer than ${MAX_ID_LENGTH} characters`);
  if (!ID.test(value)) throw new Unfit(`${what} holds characters that no id has`);
  return value;
}

/** Reads text for people, cut to a length that can be kept. */
export function readText(value: unknown, what: string, maxLength: number = MAX_TEXT_LENGTH): string {
  if (typeof value !== "string") throw new Unfit(`${what} is not a text`);
  return cut(value, maxLength);
}

export function readInstant(value: unknown, what: string): number {
  if (typeof value !== "number" || !(value >= 0 && value <= MAX_INSTANT)) throw new Unfit(`${what} is not an instant`);
  return value;
}

export function readFlag(value: unknown, what: string): boolean {
  if (typeof value !== "boolean") throw new Unfit(`${what} is neither true nor false`);
  return value;
}

export function readOneOf<T extends string>(value: unknown, known: readonly T[], what: string): T {
  const found = known.find((each) => each === value);
  if (found === undefined) throw new Unfit(`${what} is none of ${known.join(", ")}`);
  return found;
}

export type Sign = "positive" | "notNegative" | "any";

/** Reads an exact number: of our own class, or of another copy of it. */
export function readDecimal(value: unknown, sign: Sign, what: string): Decimal {
  const { coefficient, scale } = fieldsOf(value, what);
  if (typeof coefficient !== "bigint" || typeof scale !== "number" || !Number.isInteger(scale) || scale < 0)
    throw new Unfit(`${what} is not an exact number`);
  if (scale > MAX_SCALE || coefficient >= MAX_COEFFICIENT || coefficient <= -MAX_COEFFICIENT)
    throw new Unfit(`${what} is out of all proportion`);
  const exact = Decimal.of(coefficient, scale);
  const read = scale > MAX_DECIMALS ? Decimal.parse(exact.toString()) : exact;
  if (read.scale > MAX_DECIMALS || read.abs().gte(MAX_WHOLE))
    throw new Unfit(`${what} has more than ${MAX_WHOLE_DIGITS} digits before or ${MAX_DECIMALS} after the point`);
  if (sign === "positive" && !read.isPositive()) throw new Unfit(`${what} is ${read}: it is always above 0`);
  if (sign === "notNegative" && read.isNegative()) throw new Unfit(`${what} is ${read}: it is never below 0`);
  return read;
}

/** Cuts a text, and lets go of the rest: a slice alone would keep all of it in memory. */
export function cut(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : Array.from({ length: maxLength }, (_, index) => text[index]).join("");
}

/** Returns an object with the one property, or with none when there is no value. */
export function given<K extends string, T>(name: K, value: T | undefined): { readonly [P in K]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [P in K]?: T };
}

/** Reads a value that may be absent. */
export function maybe<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}
