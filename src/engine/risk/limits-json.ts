// Risk limits as JSON: in journal events, configuration and the API. Strict: an unknown or ill-typed
// field is refused, since a limit that is misspelled is a limit that is not there.

import type { Decimal } from "../../domain/decimal.ts";
import { type OrderwrightError, orderwrightError } from "../../domain/errors.ts";
import type { InstrumentId } from "../../domain/identifiers.ts";
import { defined, type JsonReader, type JsonValue, readJson, readObject } from "../../domain/json-reader.ts";
import { fail, type Result, unwrap } from "../../domain/result.ts";
import type { RateLimit, RiskLimits } from "./risk-limits.ts";

/** A window remembers each of its events: this many at most. */
const MAX_RATE_COUNT = 100_000;
const MAX_WINDOW_MS = 86_400_000;
const MAX_COLLAR_BPS = 1_000_000;
const MAX_INSTRUMENTS = 10_000;
const SELF_TRADE_RULES = ["deny", "allow"] as const;

/** Returns the limits as JSON, decimals as text, fields in one fixed order. */
export function limitsToJson(limits: RiskLimits): { readonly [key: string]: JsonValue } {
  return defined({
    allowedInstruments: limits.allowedInstruments,
    maxOrderQuantity: limits.maxOrderQuantity?.toString(),
    maxOrderNotional: limits.maxOrderNotional?.toString(),
    priceCollarBps: limits.priceCollarBps,
    maxOpenOrders: limits.maxOpenOrders,
    maxOrderRate: rateToJson(limits.maxOrderRate),
    maxMessageRate: rateToJson(limits.maxMessageRate),
    maxPosition: limits.maxPosition?.toString(),
    maxExposure: limits.maxExposure?.toString(),
    maxDailyLoss: limits.maxDailyLoss?.toString(),
    duplicateWindowMs: limits.duplicateWindowMs,
    selfTrade: limits.selfTrade,
    referenceMaxAgeMs: limits.referenceMaxAgeMs,
  });
}

/**
 * Reads limits. `path` names the place for messages, such as `accounts.main.limits`.
 *
 * @returns `request.malformed`, naming the first field that is wrong and what would be right.
 */
export function limitsFromJson(value: unknown, path = "limits"): Result<RiskLimits, OrderwrightError> {
  return readJson(() => readObject(value, path, (reader) => readLimits(reader, value as object, path)));
}

/** Returns the canonical text that the journal keeps: equal limits give equal texts. */
export function limitsToText(limits: RiskLimits): string {
  return JSON.stringify(limitsToJson(limits));
}

/** Reads what {@link limitsToText} wrote. @throws {OrderwrightError} `request.malformed` for any other text. */
export function limitsFromText(text: string): RiskLimits {
  return unwrap(parseLimits(text));
}

function parseLimits(text: string): Result<RiskLimits, OrderwrightError> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail(orderwrightError("request.malformed", `limits are not JSON: ${text.slice(0, 80)}`));
  }
  return limitsFromJson(value);
}

function readLimits(reader: JsonReader, fields: object, path: string): RiskLimits {
  return defined({
    allowedInstruments: readInstruments(reader, fields, path),
    maxOrderQuantity: reader.optional("maxOrderQuantity", (key) => readAmount(reader, key)),
    maxOrderNotional: reader.optional("maxOrderNotional", (key) => readAmount(reader, key)),
    priceCollarBps: reader.optional("priceCollarBps", (key) => readCount(reader, key, 0, MAX_COLLAR_BPS)),
    maxOpenOrders: reader.optional("maxOpenOrders", (key) => reader.count(key)),
    maxOrderRate: reader.optional("maxOrderRate", (key) => reader.object(key, readRate)),
    maxMessageRate: reader.optional("maxMessageRate", (key) => reader.object(key, readRate)),
    maxPosition: reader.optional("maxPosition", (key) => readAmount(reader, key)),
    maxExposure: reader.optional("maxExposure", (key) => readAmount(reader, key)),
    maxDailyLoss: reader.optional("maxDailyLoss", (key) => readAmount(reader, key)),
    duplicateWindowMs: reader.optional("duplicateWindowMs", (key) => readCount(reader, key, 0, MAX_WINDOW_MS)),
    selfTrade: reader.optional("selfTrade", (key) => reader.oneOf(key, SELF_TRADE_RULES)),
    referenceMaxAgeMs: reader.optional("referenceMaxAgeMs", (key) => readCount(reader, key, 1, MAX_WINDOW_MS)),
  });
}

/** Every limit is a size: zero allows nothing, and less than that has no meaning. */
function readAmount(reader: JsonReader, key: string): Decimal {
  const amount = reader.decimal(key);
  if (amount.isNegative()) throw reader.refuse(`${key} is ${amount}; it must be at least 0.`);
  return amount;
}

function readCount(reader: JsonReader, key: string, least: number, most: number): number {
  const count = reader.count(key);
  if (count < least || count > most) {
    throw reader.refuse(`${key} is ${count}; it must be a whole number from ${least} to ${most}.`);
  }
  return count;
}

function readRate(reader: JsonReader): RateLimit {
  return {
    count: readCount(reader, "count", 1, MAX_RATE_COUNT),
    windowMs: readCount(reader, "windowMs", 1, MAX_WINDOW_MS),
  };
}

function readInstruments(reader: JsonReader, fields: object, path: string): readonly InstrumentId[] | undefined {
  if (!reader.has("allowedInstruments")) return undefined;
  reader.ignore(["allowedInstruments"]);
  const list: unknown = (fields as { allowedInstruments: unknown }).allowedInstruments;
  const wrong = (): OrderwrightError =>
    orderwrightError(
      "request.malformed",
      `${path}.allowedInstruments must be an array of at most ${MAX_INSTRUMENTS} different instrument names, such as "BTC/USDT".`,
      { path: `${path}.allowedInstruments` },
    );
  if (!Array.isArray(list) || list.length > MAX_INSTRUMENTS) throw wrong();
  if (!list.every((item) => typeof item === "string" && item !== "")) throw wrong();
  if (new Set(list).size !== list.length) throw wrong();
  return list as InstrumentId[];
}

function rateToJson(rate: RateLimit | undefined): { count: number; windowMs: number } | undefined {
  return rate === undefined ? undefined : { count: rate.count, windowMs: rate.windowMs };
}
