// What a venue refuses at the door: terms that contradict each other or the instrument's grid and minimums.
// Refusals that depend on the books or the position are in matching-engine.ts.

import type { Decimal } from "../domain/decimal.ts";
import type { OrderwrightError } from "../domain/errors.ts";
import { checkNotional, checkPrice, checkQuantity, type Instrument, notionalOf } from "../domain/instrument.ts";
import type { ReplaceTerms, Side } from "../domain/order-event.ts";
import type { Result } from "../domain/result.ts";
import type { Instant } from "../domain/time.ts";
import type { Grids } from "./order-state.ts";
import type { IncomingOrder } from "./types.ts";
import { hasTrigger, takesAnyPrice, type WorkingOrder } from "./working-order.ts";

/** Every reason for which an order or a request about one is refused. */
export const REFUSAL_REASONS = [
  "duplicateOrderId",
  "unknownOrder",
  "quantityMissing",
  "quantityNotPositive",
  "quantityTooLarge",
  "offLot",
  "belowMinQuantity",
  "belowMinNotional",
  "notionalNotAllowed",
  "priceMissing",
  "priceNotAllowed",
  "priceNotPositive",
  "priceTooLarge",
  "offTick",
  "timeInForce",
  "postOnlyNotAllowed",
  "postOnlyWouldCross",
  "reduceOnly",
  "replaceChangesNothing",
  "replaceBelowFilled",
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export interface Refusal {
  readonly reason: RefusalReason;
  /** States the facts and ends with what would be right. */
  readonly message: string;
}

export function refusal(reason: RefusalReason, message: string): Refusal {
  return { reason, message };
}

/** Returns why an order's own terms cannot be taken, or `undefined`. */
export function checkTerms(instrument: Instrument, order: IncomingOrder, at: Instant): Refusal | undefined {
  return (
    checkPrices(instrument, order) ??
    checkSize(instrument, order) ??
    checkTimeInForce(order, at) ??
    (order.postOnly ? checkPostOnly(order) : undefined)
  );
}

function checkPrices(instrument: Instrument, order: IncomingOrder): Refusal | undefined {
  return (
    checkPresence(order.price, !takesAnyPrice(order.orderType), order, "price") ??
    checkPresence(order.triggerPrice, hasTrigger(order.orderType), order, "triggerPrice") ??
    checkGridPrice(instrument, order.price, "price") ??
    checkGridPrice(instrument, order.triggerPrice, "triggerPrice")
  );
}

function checkPresence(
  value: Decimal | undefined,
  needed: boolean,
  order: IncomingOrder,
  field: "price" | "triggerPrice",
): Refusal | undefined {
  if (needed && value === undefined) return refusal("priceMissing", `A ${order.orderType} order needs a ${field}.`);
  if (!needed && value !== undefined) {
    return refusal("priceNotAllowed", `A ${order.orderType} order takes no ${field}; leave it out.`);
  }
  return undefined;
}

function checkGridPrice(
  instrument: Instrument,
  price: Decimal | undefined,
  field: "price" | "triggerPrice",
): Refusal | undefined {
  return price === undefined ? undefined : fromResult(checkPrice(instrument, price, field));
}

function checkSize(instrument: Instrument, order: IncomingOrder): Refusal | undefined {
  if ((order.quantity === undefined) === (order.notional === undefined)) {
    return refusal("quantityMissing", "Neither a quantity nor a notional was given, or both; give exactly one.");
  }
  if (order.notional !== undefined) return checkNotionalSize(instrument, order, order.notional);
  return order.quantity === undefined ? undefined : checkOrderQuantity(instrument, order, order.quantity, order.price);
}

function checkNotionalSize(instrument: Instrument, order: IncomingOrder, notional: Decimal): Refusal | undefined {
  if (!takesAnyPrice(order.orderType) || order.timeInForce === "fok") {
    return refusal(
      "notionalNotAllowed",
      `A ${order.orderType} order that is ${order.timeInForce} cannot be sized by notional; give a quantity.`,
    );
  }
  if (!notional.isPositive()) {
    return refusal("quantityNotPositive", `notional ${notional} is not positive; it is above zero.`);
  }
  return fromResult(checkNotional(instrument, notional));
}

/** A protective exit is never refused for being small. */
export function checkOrderQuantity(
  instrument: Instrument,
  order: Pick<IncomingOrder, "reduceOnly">,
  quantity: Decimal,
  price: Decimal | undefined,
): Refusal | undefined {
  const checked = checkQuantity(instrument, quantity);
  if (!checked.ok) {
    return order.reduceOnly && checked.error.code === "request.belowMinQuantity" ? undefined : fromResult(checked);
  }
  if (price === undefined || order.reduceOnly) return undefined;
  return fromResult(checkNotional(instrument, notionalOf(price, quantity)));
}

function checkTimeInForce(order: IncomingOrder, at: Instant): Refusal | undefined {
  if (order.timeInForce !== "gtd") {
    if (order.expiresAt === undefined) return undefined;
    return refusal("timeInForce", `A ${order.timeInForce} order takes no expiresAt; only gtd does.`);
  }
  if (order.expiresAt === undefined || !Number.isFinite(order.expiresAt)) {
    return refusal("timeInForce", "A gtd order needs an expiresAt, in milliseconds since the epoch.");
  }
  if (order.expiresAt > at) return undefined;
  return refusal("timeInForce", `expiresAt ${order.expiresAt} is not after ${at}, when the order arrived.`);
}

function checkPostOnly(order: IncomingOrder): Refusal | undefined {
  const neverRests = order.timeInForce === "ioc" || order.timeInForce === "fok" || takesAnyPrice(order.orderType);
  if (!neverRests) return undefined;
  return refusal(
    "postOnlyNotAllowed",
    `A ${order.orderType} order that is ${order.timeInForce} never rests and cannot be post-only; a gtc limit order can.`,
  );
}

/** Returns why the new terms of an open order cannot be taken, or `undefined`. */
export function checkReplace(instrument: Instrument, order: WorkingOrder, terms: ReplaceTerms): Refusal | undefined {
  if (terms.quantity === undefined && terms.price === undefined && terms.triggerPrice === undefined) {
    return refusal("replaceChangesNothing", "The replace names no quantity, price or triggerPrice; name at least one.");
  }
  if (terms.price !== undefined && takesAnyPrice(order.orderType)) {
    return refusal("priceNotAllowed", `A ${order.orderType} order takes no price; leave it out.`);
  }
  if (terms.triggerPrice !== undefined && order.place !== "waiting") {
    return refusal("priceNotAllowed", "The order does not wait for a trigger; leave triggerPrice out.");
  }
  if (terms.quantity !== undefined && order.notional !== undefined) {
    return refusal("quantityMissing", "The order is sized by notional; cancel it and place another to resize it.");
  }
  return (
    checkGridPrice(instrument, terms.price, "price") ?? checkGridPrice(instrument, terms.triggerPrice, "triggerPrice")
  );
}

export function priceTooLarge(grids: Grids): Refusal {
  return refusal("priceTooLarge", `A price is at most ${grids.ticks.toDecimal(Number.MAX_SAFE_INTEGER)}.`);
}

/** @param openLots what the other open orders take of the room. */
export function quantityTooLarge(grids: Grids, openLots: number): Refusal {
  const room = grids.lots.toDecimal(Number.MAX_SAFE_INTEGER - openLots);
  return refusal("quantityTooLarge", `The open orders leave room for a quantity of at most ${room}.`);
}

export function postOnlyWouldCross(grids: Grids, crossing: number, side: Side): Refusal {
  const best = grids.ticks.toDecimal(crossing);
  const right = side === "buy" ? "below" : "above";
  return refusal(
    "postOnlyWouldCross",
    `The order would trade at ${best} at once; a post-only ${side} is ${right} that.`,
  );
}

function fromResult(result: Result<Decimal, OrderwrightError>): Refusal | undefined {
  if (result.ok) return undefined;
  const reason = REFUSAL_REASONS.find((each) => `request.${each}` === result.error.code);
  if (reason === undefined) throw result.error;
  return refusal(reason, result.error.message);
}
