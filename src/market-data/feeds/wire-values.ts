// Reading the values of public messages: strict, and straight from text to Decimal, never by a double.

import { Decimal } from "../../domain/decimal.ts";
import type { Instant } from "../../domain/time.ts";
import type { BookLevel } from "../market-data.ts";
import { isRecord, LineProblem } from "./capture-line.ts";

export type WireRecord = Readonly<Record<string, unknown>>;

export function readRecord(value: unknown, field: string): WireRecord {
  if (!isRecord(value)) throw new LineProblem(`${field} is not an object`);
  return value;
}

export function readArray(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new LineProblem(`${field} is not an array`);
  return value;
}

export function readText(value: unknown, field: string): string {
  if (typeof value !== "string" || value === "") throw new LineProblem(`${field} is not a text`);
  return value;
}

/** Reads an id that a venue sends as a number or as text. */
export function readId(value: unknown, field: string): string {
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  return readText(value, field);
}

export function readPrice(value: unknown, field: string): Decimal {
  const price = readDecimal(value, field);
  if (!price.isPositive()) throw new LineProblem(`${field} ${price.toString()} is not above zero`);
  return price;
}

export function readQuantity(value: unknown, field: string): Decimal {
  const quantity = readDecimal(value, field);
  if (quantity.isNegative()) throw new LineProblem(`${field} ${quantity.toString()} is below zero`);
  return quantity;
}

/** Reads milliseconds since the epoch, as a number or as text; absent stays absent. */
export function readInstant(value: unknown, field: string): Instant | undefined {
  if (value === undefined) return undefined;
  const at = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof at !== "number" || !Number.isSafeInteger(at) || at < 0) {
    throw new LineProblem(`${field} is not a count of milliseconds`);
  }
  return at;
}

/** Reads `[price, quantity, …]` rows; what follows the first two is the venue's own. */
export function readLevels(value: unknown, field: string): BookLevel[] {
  return readArray(value, field).map((row, index) => {
    const level = readArray(row, `${field}[${index}]`);
    return {
      price: readPrice(level[0], `${field}[${index}][0]`),
      quantity: readQuantity(level[1], `${field}[${index}][1]`),
    };
  });
}

function readDecimal(value: unknown, field: string): Decimal {
  const decimal = Decimal.tryParse(value);
  if (decimal === undefined) throw new LineProblem(`${field} is not a plain decimal in quotes`);
  return decimal;
}
