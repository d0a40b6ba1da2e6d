// The kinds of value that an event's fields hold, and how each is written to and read from positional JSON.
// Reading is strict: a value of another kind throws a FieldFault. Which fields an event has is in event-layout.ts.

import { Decimal } from "../domain/decimal.ts";

/** A value that is not of its field's kind. The codec turns it into `journal.corrupt` with the event's seq. */
export class FieldFault extends Error {
  override readonly name = "FieldFault";
}

/** One kind of value. */
export interface Field<T> {
  /** Writes JSON text. */
  write(value: T): string;
  /** @throws {FieldFault} when the JSON value is not of this kind. */
  read(json: unknown): T;
  readonly optional?: boolean;
}
/** A field that may be absent: `null` in the middle of an array, nothing at its end. */
export interface OptionalField<T> extends Field<T> {
  readonly optional: true;
}

/**
 * A field for each property of T but those in `Omitted`. The order in which they are written down is the order of
 * their positions, so a released layout only ever grows at its end, by optional fields.
 */
export type Layout<T, Omitted extends PropertyKey = never> = {
  readonly [K in Exclude<keyof T, Omitted>]-?: object extends Pick<T, K>
    ? OptionalField<Exclude<T[K], undefined>>
    : Field<T[K]>;
};

type AnyField = Field<unknown>;
type NamedField = readonly [name: string, field: AnyField];

/** Most texts are ids and words: those need no escapes, and testing is cheaper than JSON.stringify. */
const PLAIN_TEXT = /^[ !#-[\]-~]*$/;

function writeText(value: string): string {
  return PLAIN_TEXT.test(value) ? `"${value}"` : JSON.stringify(value);
}

function readText(json: unknown): string {
  if (typeof json !== "string") throw fault("a text", json);
  return json;
}

export function text<T extends string = string>(): Field<T> {
  return { write: writeText, read: (json) => readText(json) as T };
}

export function oneOf<T extends string>(values: readonly T[]): Field<T> {
  const known = new Set<unknown>(values);
  return {
    write: (value) => `"${value}"`,
    read(json) {
      if (!known.has(json)) throw fault(`one of ${values.join(", ")}`, json);
      return json as T;
    },
  };
}

export const number: Field<number> = {
  write(value) {
    if (!Number.isFinite(value)) throw new FieldFault(`${value} is not a number that can be stored.`);
    return String(value);
  },
  read(json) {
    if (typeof json !== "number") throw fault("a number", json);
    return json;
  },
};

/** Canonical text: equal values are stored alike, and trailing zeros are not kept. */
export const decimal: Field<Decimal> = {
  write: (value) => `"${value.toString()}"`,
  read(json) {
    const value = Decimal.tryParse(json);
    if (value === undefined) throw fault("a decimal", json);
    return value;
  },
};

export const boolean: Field<boolean> = {
  write: (value) => (value ? "1" : "0"),
  read(json) {
    if (json !== 1 && json !== 0) throw fault("1 or 0", json);
    return json === 1;
  },
};

/** A mark that is there or absent, never false. */
export const mark: Field<true> = {
  write: () => "1",
  read(json) {
    if (json !== 1) throw fault("1", json);
    return true;
  },
};

export function optional<T>(field: Field<T>): OptionalField<T> {
  return { ...field, optional: true };
}

/** A group of fields, as an array of its own. */
export function group<T extends object>(layout: Layout<T>): Field<T> {
  const fields = fieldsOf(layout);
  return {
    write: (value) => `[${writeFields(fields, value).slice(1)}]`,
    read(json) {
      if (!Array.isArray(json)) throw fault("an array", json);
      return readFields(fields, json, 0, {}) as T;
    },
  };
}

export function fieldsOf<T, Omitted extends PropertyKey>(layout: Layout<T, Omitted>): readonly NamedField[] {
  return Object.entries<AnyField>(layout);
}

/** Writes the fields' values, each with a comma before it; absent ones at the end are left out. */
export function writeFields(fields: readonly NamedField[], source: object): string {
  let written = "";
  let absent = "";
  for (const [name, field] of fields) {
    const value = (source as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) {
      if (field.optional !== true) throw new FieldFault(`${name} is missing.`);
      absent += ",null";
    } else {
      written += `${absent},${field.write(value)}`;
      absent = "";
    }
  }
  return written;
}

/** Reads the fields' values from `values`, beginning at `first`, into `target`. @throws {FieldFault} */
export function readFields(
  fields: readonly NamedField[],
  values: readonly unknown[],
  first: number,
  target: Record<string, unknown>,
): Record<string, unknown> {
  if (values.length > first + fields.length) {
    throw new FieldFault(`It has ${values.length} values, and at most ${first + fields.length} are known.`);
  }
  let position = first;
  for (const [name, field] of fields) {
    const value = values[position++];
    if (value !== undefined && value !== null) {
      try {
        target[name] = field.read(value);
      } catch (error) {
        throw error instanceof FieldFault ? new FieldFault(`${name}: ${error.message}`) : error;
      }
    } else if (field.optional !== true) throw new FieldFault(`${name} is missing.`);
  }
  return target;
}

function fault(wanted: string, json: unknown): FieldFault {
  return new FieldFault(`${JSON.stringify(json)?.slice(0, 100)} is not ${wanted}.`);
}
