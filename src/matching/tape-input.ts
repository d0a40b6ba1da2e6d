// Market data on its way in: decimals to ticks and lots, all of an event before any of it is applied.
// Quantities are rounded down to whole lots, so that conversion never makes liquidity.

import type { Decimal } from "../domain/decimal.ts";
import type { Grids } from "./order-state.ts";
import type { GridDepth, GridLevel, GridQuote } from "./tape-liquidity.ts";
import type { TapeDepth, TapeLevel, TapeQuote, TapeTrade } from "./types.ts";

/** @throws {RangeError} for a price off the tick grid, or a negative quantity. */
export function readDepth(grids: Grids, depth: TapeDepth): GridDepth {
  return {
    bids: depth.bids.map((level) => toGrid(grids, level)),
    asks: depth.asks.map((level) => toGrid(grids, level)),
    snapshot: depth.snapshot === true,
    ...(depth.sequence === undefined ? {} : { sequence: depth.sequence }),
  };
}

/** @throws {RangeError} as {@link readDepth}. */
export function readQuote(grids: Grids, quote: TapeQuote): GridQuote {
  return {
    ...(quote.bid === undefined ? {} : { bid: toGrid(grids, quote.bid) }),
    ...(quote.ask === undefined ? {} : { ask: toGrid(grids, quote.ask) }),
    ...(quote.sequence === undefined ? {} : { sequence: quote.sequence }),
  };
}

/** @throws {RangeError} as {@link readDepth}, and for a price of zero. */
export function readTrade(grids: Grids, trade: TapeTrade): GridLevel {
  return { price: toTicks(grids, trade.price, 1), quantity: grids.lots.toStepsDown(trade.quantity) };
}

function toGrid(grids: Grids, level: TapeLevel): GridLevel {
  const quantity = grids.lots.toStepsDown(level.quantity);
  // Feeds say that a side is empty by a price and a quantity of zero.
  return { price: toTicks(grids, level.price, quantity === 0 ? 0 : 1), quantity };
}

function toTicks(grids: Grids, price: Decimal, least: number): number {
  const ticks = grids.ticks.toSteps(price);
  if (ticks === undefined || ticks < least) {
    throw new RangeError(`The market price ${price} is not a positive multiple of ${grids.ticks.step}, the tick size.`);
  }
  return ticks;
}
