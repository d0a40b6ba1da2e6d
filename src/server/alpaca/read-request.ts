// What Alpaca's clients ask for, in our words: orders, replaces, amounts, instants. Pure.
// What we answer is written in translate.ts.

import { Decimal } from "../../domain/decimal.ts";
import { type OrderwrightError, orderwrightError } from "../../domain/errors.ts";
import type { OrderType } from "../../domain/identifiers.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { type JsonValue } from "../../domain/json-reader.ts";
import type { TimeInForce } from "../../domain/order-event.ts";
import type { Instant } from "../../domain/time.ts";
import type { OrderRequest, ReplaceInput } from "../../engine/engine-api.ts";
import type { AlpacaOrderType, AlpacaTimeInForce, PatchBody, PlaceBody } from "./wire.ts";

/** A double holds this many decimal digits exactly; more must come as a text. */
const EXACT_DIGITS = 15;

/** @throws `request.*` for what we do not support, naming the field. */
export function readPlace(body: PlaceBody, account: string, instrument: Instrument): OrderRequest {
  refuseUnsupported(body, PLACE_DEFAULTS);
  const qty = readAmount(body.qty, "qty");
  const notional = readAmount(body.notional, "notional");
  const price = readAmount(body.limit_price, "limit_price");
  const triggerPrice = readAmount(body.stop_price, "stop_price");
  return {
    account,
    instrumentId: instrument.id,
    side: body.side,
    orderType: readOrderType(body.type),
    timeInForce: readTimeInForce(body.time_in_force),
    ...(qty === undefined ? {} : { quantity: qty }),
    ...(notional === undefined ? {} : { notional }),
    ...(price === undefined ? {} : { price }),
    ...(triggerPrice === undefined ? {} : { triggerPrice }),
    ...(typeof body.client_order_id === "string" ? { clientOrderId: body.client_order_id } : {}),
    ...(readReduceOnly(body) ? { reduceOnly: true } : {}),
  };
}

/** @throws `request.*` for what we do not support, naming the field. */
export function readPatch(body: PatchBody, current: AlpacaTimeInForce): ReplaceInput {
  refuseUnsupported(body, PATCH_DEFAULTS);
  if (body.time_in_force !== undefined && body.time_in_force !== current) {
    throw notSupported(`time_in_force cannot change from ${current} to ${body.time_in_force}; cancel and place anew.`);
  }
  const quantity = readAmount(body.qty, "qty");
  const price = readAmount(body.limit_price, "limit_price");
  const triggerPrice = readAmount(body.stop_price, "stop_price");
  return {
    ...(quantity === undefined ? {} : { quantity }),
    ...(price === undefined ? {} : { price }),
    ...(triggerPrice === undefined ? {} : { triggerPrice }),
    ...(typeof body.client_order_id === "string" ? { clientOrderId: body.client_order_id } : {}),
  };
}

/**
 * Reads a text, or a number that a double keeps exactly.
 *
 * @throws `request.malformed` for anything else: `1e-7`, `NaN`, the empty text, a number of more than 15 digits.
 */
export function readAmount(value: string | number | null | undefined, field: string): Decimal | undefined {
  if (value === undefined || value === null) return undefined;
  const text = String(value);
  const decimal = Decimal.tryParse(text);
  if (decimal !== undefined && (typeof value === "string" || digitsOf(text) <= EXACT_DIGITS)) return decimal;
  throw orderwrightError(
    "request.malformed",
    `${field} is ${JSON.stringify(value).slice(0, 80)}; it must be a plain decimal, as a text where it has more than ${EXACT_DIGITS} digits, such as "0.001".`,
    { problems: [{ path: field }] },
  );
}

/** @throws `request.malformed` for text that is no instant. */
export function readMoment(text: string, field: string): Instant {
  const at = Date.parse(text);
  if (Number.isNaN(at)) {
    throw orderwrightError(
      "request.malformed",
      `${field} is ${JSON.stringify(text.slice(0, 40))}; it must be an instant such as 2026-01-02T15:04:05Z.`,
      { problems: [{ path: field }] },
    );
  }
  return at;
}

/** Finds `BTC/USDT` also as `BTCUSDT`. @throws `request.unknownInstrument`. */
export function findInstrument(instruments: readonly Instrument[], symbol: string): Instrument {
  const wanted = symbol.toUpperCase();
  const found =
    instruments.find((instrument) => instrument.id.toUpperCase() === wanted) ??
    instruments.find((instrument) => instrument.id.toUpperCase().replace("/", "") === wanted);
  if (found !== undefined) return found;
  throw unknownAsset(symbol, instruments);
}

export function unknownAsset(symbol: string, instruments: readonly Instrument[]): OrderwrightError {
  const known = instruments.map((instrument) => instrument.id);
  return orderwrightError(
    "request.unknownInstrument",
    `asset ${JSON.stringify(symbol)} not found; the assets are ${known.join(", ")}.`,
    { symbol },
  );
}

const ORDER_TYPES: Readonly<Partial<Record<AlpacaOrderType, OrderType>>> = {
  market: "market",
  limit: "limit",
  stop: "stop",
  stop_limit: "stopLimit",
};

function readOrderType(type: AlpacaOrderType): OrderType {
  const ours = ORDER_TYPES[type];
  if (ours === undefined) {
    throw notSupported(`type ${type} is not supported; it must be one of ${Object.keys(ORDER_TYPES).join(", ")}.`);
  }
  return ours;
}

function readTimeInForce(timeInForce: AlpacaTimeInForce): TimeInForce {
  if (timeInForce === "opg" || timeInForce === "cls") {
    throw notSupported(`time_in_force ${timeInForce} is not supported; it must be one of day, gtc, ioc, fok.`);
  }
  return timeInForce;
}

function readReduceOnly(body: PlaceBody): boolean {
  const intent = body.position_intent;
  if (typeof intent !== "string") return false;
  if (!intent.startsWith(body.side)) {
    throw orderwrightError("request.malformed", `position_intent ${intent} contradicts side ${body.side}.`, {
      problems: [{ path: "position_intent" }],
    });
  }
  return intent.endsWith("close");
}

/** Values that ask for nothing: what a client may send with every order. */
const PLACE_DEFAULTS: Readonly<Record<string, readonly JsonValue[]>> = {
  order_class: ["", "simple"],
  extended_hours: [false],
  trail_price: [],
  trail_percent: [],
  take_profit: [],
  stop_loss: [],
  legs: [],
  advanced_instructions: [],
};
const PATCH_DEFAULTS: Readonly<Record<string, readonly JsonValue[]>> = {
  notional: [],
  trail: [],
  advanced_instructions: [],
};

function refuseUnsupported(body: object, defaults: Readonly<Record<string, readonly JsonValue[]>>): void {
  for (const [field, accepted] of Object.entries(defaults)) {
    const value = (body as Record<string, JsonValue | undefined>)[field];
    if (value === undefined || value === null || accepted.includes(value)) continue;
    throw notSupported(`${field} is not supported; leave it out.`);
  }
}

function notSupported(message: string): OrderwrightError {
  return orderwrightError("request.notSupported", message);
}

function digitsOf(text: string): number {
  return text.replace(/^-?0*\.?0*|[.-]/g, "").length;
}
