// Reads the fields of a caller's request, whatever JavaScript value they hold: each is of the right type
// or refused with its name and what would be right. What goes together is judged in order-request.ts.

import { Decimal } from "../domain/decimal.ts";
import { type OrderwrightError, orderwrightError } from "../domain/errors.ts";
import { decodeOrderId } from "../domain/identifiers.ts";
import { nearestName } from "./nearest-name.ts";

/** No venue's order reaches this; beyond it a text is a mistake or an attack. */
const MAX_WHOLE_DIGITS = 18;
const MAX_DECIMALS = 30;
const TOO_LARGE = Decimal.of(10n ** BigInt(MAX_WHOLE_DIGITS));
const SHOWN_LENGTH = 60;
/** 1 to 128 code points: no controls, no separators, nothing invisible but spaces inside. */
const CLIENT_ORDER_ID = /^[^\p{C}\p{Z}](?:(?:[^\p{C}\p{Z}]| ){0,126}[^\p{C}\p{Z}])?$/u;

/** Words that other interfaces use for our fields. */
const OTHER_WORDS: ReadonlyMap<string, string> = new Map([
  ["symbol", "instrumentId"],
  ["instrument", "instrumentId"],
  ["type", "orderType"],
  ["qty", "quantity"],
  ["size", "quantity"],
  ["amount", "quantity"],
  ["limitPrice", "price"],
  ["limit_price", "price"],
  ["stopPrice", "triggerPrice"],
  ["stop_price", "triggerPrice"],
  ["tif", "timeInForce"],
  ["expireTime", "expiresAt"],
  ["parentId", "parentOrderId"],
]);

/** Makes the error for a field that holds something else than it should. */
export function malformed(field: string, value: unknown, right: string): OrderwrightError {
  return orderwrightError("request.malformed", `${field} is ${describe(value)}; it must be ${right}.`, { field });
}

/**
 * The fields of one request, each read once. Every reader throws `request.malformed`; an absent field
 * and one that is `undefined` are the same, and `null` is neither.
 */
export class RequestFields {
  readonly #values: ReadonlyMap<string, unknown>;

  /** @throws `request.malformed` when it is no object, or has a field that is not known. */
  constructor(request: unknown, what: string, known: readonly string[]) {
    if (typeof request !== "object" || request === null || Array.isArray(request)) {
      throw orderwrightError("request.malformed", `${what} is ${describe(request)}; it must be an object.`);
    }
    const values = new Map<string, unknown>();
    for (const name of Object.keys(request)) {
      if (!known.includes(name)) throw unknownField(what, name, known);
      values.set(name, (request as Record<string, unknown>)[name]);
    }
    this.#values = values;
  }

  has(field: string): boolean {
    return this.#values.get(field) !== undefined;
  }

  text(field: string): string | undefined {
    const value = this.#values.get(field);
    if (value === undefined || (typeof value === "string" && value !== "")) return value;
    throw malformed(field, value, "a text that is not empty");
  }

  /**
   * A caller's own id. One in the form of our order ids is refused: whoever gave another order's id as
   * the name of a new one would find the wrong order by it.
   */
  clientOrderId(): string | undefined {
    const id = this.text("clientOrderId");
    if (id === undefined) return undefined;
    if (!CLIENT_ORDER_ID.test(id)) {
      throw malformed("clientOrderId", id, "1 to 128 printable characters that neither begin nor end with a space");
    }
    if (decodeOrderId(id) !== undefined) {
      throw malformed("clientOrderId", id, "of another form than the order ids that Orderwright gives");
    }
    return id;
  }

  flag(field: string): boolean {
    const value = this.#values.get(field);
    if (value === undefined) return false;
    if (typeof value !== "boolean") throw malformed(field, value, "true or false");
    return value;
  }

  oneOf<T extends string>(field: string, choices: readonly T[]): T | undefined {
    const value = this.#values.get(field);
    if (value === undefined) return undefined;
    if (typeof value === "string" && choices.includes(value as T)) return value as T;
    throw malformed(field, value, `one of ${choices.join(", ")}`);
  }

  number(field: string, right: string, isRight: (value: number) => boolean): number | undefined {
    const value = this.#values.get(field);
    if (value === undefined) return undefined;
    if (typeof value !== "number" || !Number.isFinite(value) || !isRight(value)) throw malformed(field, value, right);
    return value;
  }

  /** A {@link Decimal}, or its plain text; never a number, which may have lost digits on its way. */
  decimal(field: string): Decimal | undefined {
    const value = this.#values.get(field);
    if (value === undefined) return undefined;
    const decimal = value instanceof Decimal ? value : Decimal.tryParse(value);
    if (decimal === undefined) throw malformed(field, value, 'a plain decimal in a text, such as "0.001"');
    if (decimal.abs().gte(TOO_LARGE) || decimal.scale > MAX_DECIMALS) {
      throw malformed(
        field,
        value,
        `a decimal of at most ${MAX_WHOLE_DIGITS} digits before the point and ${MAX_DECIMALS} after it`,
      );
    }
    return decimal;
  }
}

function unknownField(what: string, name: string, known: readonly string[]): OrderwrightError {
  const meant = OTHER_WORDS.get(name);
  const nearest = meant !== undefined && known.includes(meant) ? meant : nearestName(name, known);
  const right = nearest === undefined ? `its fields are ${known.join(", ")}` : `did you mean ${nearest}?`;
  return orderwrightError(
    "request.malformed",
    `${what} has no field ${describe(name)}; ${right}${nearest === undefined ? "." : ""}`,
    { field: name.slice(0, SHOWN_LENGTH), ...(nearest === undefined ? {} : { nearest }) },
  );
}

/** Shows a value without running any code of its own: no toString, no toJSON. */
function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (typeof value === "string") {
    if (value === "") return "an empty text";
    return `${JSON.stringify(value.slice(0, SHOWN_LENGTH))}${value.length > SHOWN_LENGTH ? "…" : ""}`;
  }
  if (typeof value === "number" || typeof value === "boolean") return `the ${typeof value} ${value}`;
  if (value instanceof Decimal) return `the decimal ${value.toString().slice(0, SHOWN_LENGTH)}`;
  if (Array.isArray(value)) return "an array";
  return `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}
