// Instruments: what can be traded, and the grid that prices and quantities must lie on.
// Venue names and wire formats are absent; adapters translate into this.

import { Decimal } from "./decimal.ts";
import { type OrderwrightError, orderwrightError } from "./errors.ts";
import type { InstrumentId, VenueId } from "./identifiers.ts";
import { fail, ok, type Result } from "./result.ts";

export const INSTRUMENT_KINDS = ["spot", "linear", "equity"] as const;
export type InstrumentKind = (typeof INSTRUMENT_KINDS)[number];

/** A tradable thing at a venue. Quantities are in base units, whatever the venue counts in. */
export interface Instrument {
  readonly id: InstrumentId;
  readonly venue: VenueId;
  readonly kind: InstrumentKind;
  /** The asset bought and sold. */
  readonly base: string;
  /** The asset that prices are in. */
  readonly quote: string;
  /** The asset in which profit and fees settle: the quote for spot and linear. */
  readonly settle: string;
  /** The smallest price step. */
  readonly tickSize: Decimal;
  /** The smallest quantity step, in base units. */
  readonly lotSize: Decimal;
  readonly minQuantity: Decimal;
  /** The smallest price × quantity, in quote units; zero when the venue has none. */
  readonly minNotional: Decimal;
  /** Base units per contract: 1 for spot. Adapters convert; the domain counts base units. */
  readonly contractMultiplier: Decimal;
  /** Fraction of the notional; negative is a rebate. */
  readonly makerFeeRate: Decimal;
  readonly takerFeeRate: Decimal;
}

/** Returns price × quantity in the quote asset. */
export function notionalOf(price: Decimal, quantity: Decimal): Decimal {
  return price.mul(quantity);
}

/**
 * Checks a price against the tick size.
 *
 * @returns `request.offTick` or `request.priceNotPositive`, naming the nearest prices that are right.
 */
export function checkPrice(instrument: Instrument, price: Decimal, field: string): Result<Decimal, OrderwrightError> {
  if (!price.isPositive()) {
    return fail(
      orderwrightError("request.priceNotPositive", `${field} ${price} is not positive.`, {
        field,
        value: price.toString(),
      }),
    );
  }
  if (!price.isMultipleOf(instrument.tickSize)) {
    const { tickSize, id, venue } = instrument;
    const nearest = nearestSteps(price, tickSize, tickSize);
    return fail(
      orderwrightError(
        "request.offTick",
        `${field} ${price} is not a multiple of the tick size ${tickSize} of ${id} on ${venue}; ${listed(nearest)}.`,
        { field, value: price.toString(), tickSize: tickSize.toString(), nearest },
      ),
    );
  }
  return ok(price);
}

/**
 * Checks a quantity against the lot size and the minimum.
 *
 * @returns `request.quantityNotPositive`, `request.offLot` or `request.belowMinQuantity`.
 */
export function checkQuantity(instrument: Instrument, quantity: Decimal): Result<Decimal, OrderwrightError> {
  if (!quantity.isPositive()) {
    return fail(
      orderwrightError("request.quantityNotPositive", `quantity ${quantity} is not positive.`, {
        field: "quantity",
        value: quantity.toString(),
      }),
    );
  }
  if (!quantity.isMultipleOf(instrument.lotSize)) {
    const { lotSize, minQuantity, id, venue } = instrument;
    const nearest = nearestSteps(quantity, lotSize, minQuantity);
    return fail(
      orderwrightError(
        "request.offLot",
        `quantity ${quantity} is not a multiple of the lot size ${lotSize} of ${id} on ${venue}; ${listed(nearest)}.`,
        { field: "quantity", value: quantity.toString(), lotSize: lotSize.toString(), nearest },
      ),
    );
  }
  if (quantity.lt(instrument.minQuantity)) {
    return fail(
      orderwrightError(
        "request.belowMinQuantity",
        `quantity ${quantity} is below the minimum ${instrument.minQuantity} of ${instrument.id} on ${instrument.venue}.`,
        { field: "quantity", value: quantity.toString(), minQuantity: instrument.minQuantity.toString() },
      ),
    );
  }
  return ok(quantity);
}

/** Returns the multiples of `step` around a value that are at least `min` and above zero: one or two. */
function nearestSteps(value: Decimal, step: Decimal, min: Decimal): string[] {
  const lowest = Decimal.max(min.roundToStep(step, "up"), step);
  const below = value.roundToStep(step, "down");
  if (below.lt(lowest)) return [lowest.toString()];
  return [below.toString(), below.add(step).toString()];
}

function listed(nearest: readonly string[]): string {
  return nearest.length === 1 ? `${nearest[0]} is the lowest` : `${nearest.join(" and ")} are`;
}

/** Checks price × quantity against the venue's floor. @returns `request.belowMinNotional`. */
export function checkNotional(instrument: Instrument, notional: Decimal): Result<Decimal, OrderwrightError> {
  if (notional.lt(instrument.minNotional)) {
    return fail(
      orderwrightError(
        "request.belowMinNotional",
        `notional ${notional} ${instrument.quote} is below the minimum ${instrument.minNotional} of ${instrument.id} on ${instrument.venue}.`,
        { field: "notional", value: notional.toString(), minNotional: instrument.minNotional.toString() },
      ),
    );
  }
  return ok(notional);
}

/** Returns the asset that an instrument's prices are in: `USDT` of `BTC/USDT:USDT`; a ticker's is USD. */
export function quoteAssetOf(instrumentId: InstrumentId): string {
  const slash = instrumentId.indexOf("/");
  if (slash < 0) return "USD";
  const colon = instrumentId.indexOf(":", slash);
  return instrumentId.slice(slash + 1, colon < 0 ? undefined : colon);
}
