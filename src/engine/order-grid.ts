// Which prices an order type takes, and how prices and quantities come onto the instrument's grid.
// The grid's own rules are the domain's (domain/instrument.ts); here is what rounding and dust mean for an order.

import type { Decimal } from "../domain/decimal.ts";
import { type OrderwrightError, orderwrightError } from "../domain/errors.ts";
import type { OrderType } from "../domain/identifiers.ts";
import { checkNotional, checkPrice, checkQuantity, type Instrument, notionalOf } from "../domain/instrument.ts";
import type { OrderTerms, Side } from "../domain/order-event.ts";
import { fail, ok, type Result } from "../domain/result.ts";

/** The parts of an order that decide which other fields it takes. */
export type Shape = Pick<OrderTerms, "side" | "orderType" | "postOnly" | "reduceOnly">;

export type GridRounding = "refuse" | "toGrid";

const PRICED: ReadonlySet<OrderType> = new Set(["limit", "stopLimit", "takeProfitLimit"]);
const TRIGGERED: ReadonlySet<OrderType> = new Set(["stop", "stopLimit", "takeProfit", "takeProfitLimit"]);

export function takesPrice(orderType: OrderType): boolean {
  return PRICED.has(orderType);
}

export function takesTrigger(orderType: OrderType): boolean {
  return TRIGGERED.has(orderType);
}

/** Brings a limit price onto the grid: a buy's down, a sell's up, so that it is never worse than asked for. */
export function fitPrice(
  instrument: Instrument,
  side: Side,
  price: Decimal,
  rounding: GridRounding,
): Result<Decimal, OrderwrightError> {
  return fit(instrument, "price", price, rounding, side === "buy" ? "down" : "up");
}

/**
 * Brings a trigger price onto the grid: to the tick that the market reaches later. A stop buy and a
 * take-profit sell wait for a higher price, so up; a stop sell and a take-profit buy, down.
 */
export function fitTrigger(
  instrument: Instrument,
  { side, orderType }: Pick<Shape, "side" | "orderType">,
  triggerPrice: Decimal,
  rounding: GridRounding,
): Result<Decimal, OrderwrightError> {
  const takesProfit = orderType === "takeProfit" || orderType === "takeProfitLimit";
  return fit(instrument, "triggerPrice", triggerPrice, rounding, (side === "buy") !== takesProfit ? "up" : "down");
}

function fit(
  instrument: Instrument,
  field: string,
  price: Decimal,
  rounding: GridRounding,
  direction: "down" | "up",
): Result<Decimal, OrderwrightError> {
  if (rounding === "refuse" || !price.isPositive()) return checkPrice(instrument, price, field);
  const rounded = price.roundToStep(instrument.tickSize, direction);
  if (rounded.isPositive()) return ok(rounded);
  return fail(
    orderwrightError(
      "request.priceNotPositive",
      `${field} ${price} rounds down to 0 on the tick size ${instrument.tickSize} of ${instrument.id} on ${instrument.venue}; the lowest is ${instrument.tickSize}.`,
      { field, value: price.toString(), tickSize: instrument.tickSize.toString() },
    ),
  );
}

/** Brings a quantity onto the grid, down. A reduce-only order may be smaller than the minimum: dust has to leave too. */
export function fitQuantity(
  instrument: Instrument,
  { reduceOnly }: Pick<Shape, "reduceOnly">,
  quantity: Decimal,
  rounding: GridRounding,
): Result<Decimal, OrderwrightError> {
  const floor = reduceOnly ? { ...instrument, minQuantity: instrument.lotSize } : instrument;
  if (rounding === "refuse" || !quantity.isPositive()) return checkQuantity(floor, quantity);
  const rounded = quantity.roundToStep(instrument.lotSize, "down");
  if (rounded.isPositive()) return checkQuantity(floor, rounded);
  return fail(
    orderwrightError(
      "request.belowMinQuantity",
      `quantity ${quantity} rounds down to 0 on the lot size ${instrument.lotSize} of ${instrument.id} on ${instrument.venue}; the least is ${floor.minQuantity}.`,
      { field: "quantity", value: quantity.toString(), minQuantity: floor.minQuantity.toString() },
    ),
  );
}

/**
 * Checks what the order is worth against the venue's floor, at its limit or trigger price. A market
 * order's quantity has no price yet: the venue judges it. Reduce-only orders pass.
 */
export function checkDust(
  instrument: Instrument,
  terms: Pick<OrderTerms, "reduceOnly" | "quantity" | "notional" | "price" | "triggerPrice">,
): Result<void, OrderwrightError> {
  if (terms.reduceOnly) return ok(undefined);
  const price = terms.price ?? terms.triggerPrice;
  const worth =
    terms.notional ??
    (price === undefined || terms.quantity === undefined ? undefined : notionalOf(price, terms.quantity));
  if (worth === undefined) return ok(undefined);
  const checked = checkNotional(instrument, worth);
  return checked.ok ? ok(undefined) : checked;
}
