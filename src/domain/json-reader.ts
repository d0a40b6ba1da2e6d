// Strict reading of JSON into domain values: every field is named, typed and used, or it is refused.
// Deliberately absent: defaults, coercion, and any knowledge of what the fields mean.

import { Decimal } from "./decimal.ts";
import { isOrderwrightError, type OrderwrightError, orderwrightError } from "./errors.ts";
import { fail, ok, type Result } from "./result.ts";

/** Anything that JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Thrown errors of a {@link JsonReader} become a failure; any other error goes on its way. */
export function readJson<T>(read: () => T): Result<T, OrderwrightError> {
  try {
    return ok(read());
  } catch (error) {
    if (isOrderwrightError(error)) return fail(error);
    throw error;
  }
}

/**
 * Reads one JSON object field by field; {@link end} refuses what was not asked for.
 *
 * Each reader throws `request.malformed`, naming the field by its path and what would be right.
 */
export class JsonReader {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #read = new Set<string>();

  constructor(value: unknown, path: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw malformed(path, value, "an object");
    }
    this.#fields = value as Record<string, unknown>;
    this.#path = path;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#fields, key);
  }

  text(key: string): string {
    const value = this.#take(key);
    if (typeof value !== "string" || value === "") throw this.#wrong(key, "a text that is not empty");
    return value;
  }

  /** A text that may be empty, such as a venue's words. */
  words(key: string): string {
    const value = this.#take(key);
    if (typeof value !== "string") throw this.#wrong(key, "a text");
    return value;
  }

  decimal(key: string): Decimal {
    const value = Decimal.tryParse(this.#take(key));
    if (value === undefined) throw this.#wrong(key, 'a plain decimal in a text, such as "0.001"');
    return value;
  }

  /** A finite number: an instant, a duration, a count. */
  number(key: string): number {
    const value = this.#take(key);
    if (typeof value !== "number" || !Number.isFinite(value)) throw this.#wrong(key, "a number");
    return value;
  }

  count(key: string): number {
    const value = this.#take(key);
    if (!Number.isSafeInteger(value) || (value as number) < 0) throw this.#wrong(key, "a whole number of at least 0");
    return value as number;
  }

  flag(key: string): boolean {
    const value = this.#take(key);
    if (typeof value !== "boolean") throw this.#wrong(key, "true or false");
    return value;
  }

  oneOf<T extends string>(key: string, values: readonly T[]): T {
    const value = this.#take(key);
    if (!values.includes(value as T)) throw this.#wrong(key, `one of ${values.join(", ")}`);
    return value as T;
  }

  object<T>(key: string, read: (reader: JsonReader) => T): T {
    return readObject(this.#take(key), this.#pathOf(key), read);
  }

  array<T>(key: string, read: (reader: JsonReader) => T): T[] {
    const value = this.#take(key);
    if (!Array.isArray(value)) throw this.#wrong(key, "an array");
    return value.map((item, index) => readObject(item, `${this.#pathOf(key)}[${index}]`, read));
  }

  texts(key: string): string[] {
    const value = this.#take(key);
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
      throw this.#wrong(key, "an array of texts");
    }
    return value;
  }

  /** Reads every field of an object whose keys are data, such as assets. */
  decimals(key: string): Map<string, Decimal> {
    const value = this.#take(key);
    const reader = new JsonReader(value, this.#pathOf(key));
    return new Map(Object.keys(value as object).map((name) => [name, reader.decimal(name)]));
  }

  /** Reads the field when it is there. */
  optional<T>(key: string, read: (key: string) => T): T | undefined {
    return this.has(key) ? read(key) : undefined;
  }

  /** Accepts fields without looking at them: what is derived from the others. */
  ignore(keys: readonly string[]): void {
    for (const key of keys) this.#read.add(key);
  }

  /** Refuses the object for a contradiction among its fields. */
  refuse(message: string): OrderwrightError {
    return orderwrightError("request.malformed", `${this.#path}: ${message}`, { path: this.#path });
  }

  /** @throws `request.malformed` when a field was never read. */
  end(): void {
    for (const key of Object.keys(this.#fields)) {
      if (!this.#read.has(key)) {
        throw orderwrightError("request.malformed", `${this.#pathOf(key)} is not a known field.`, {
          path: this.#pathOf(key),
        });
      }
    }
  }

  #take(key: string): unknown {
    this.#read.add(key);
    return this.has(key) ? this.#fields[key] : undefined;
  }

  #pathOf(key: string): string {
    return `${this.#path}.${key}`;
  }

  #wrong(key: string, right: string): OrderwrightError {
    return malformed(this.#pathOf(key), this.has(key) ? this.#fields[key] : undefined, right);
  }
}

/** Reads a whole object: nothing in it may be left over. @throws `request.malformed`. */
export function readObject<T>(value: unknown, path: string, read: (reader: JsonReader) => T): T {
  const reader = new JsonReader(value, path);
  const result = read(reader);
  reader.end();
  return result;
}

const SHOWN_LENGTH = 80;

function malformed(path: string, value: unknown, right: string): OrderwrightError {
  const shown = value === undefined ? "missing" : shownText(value).slice(0, SHOWN_LENGTH);
  return orderwrightError("request.malformed", `${path} is ${shown}; it must be ${right}.`, { path });
}

type Defined<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Leaves out the fields that are `undefined`: an absent field is not a field without a value. */
export function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** JSON has no form for some values that a caller in this process can hand over. */
function shownText(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return typeof value; // a circle
  }
}
