// What an execution costs. Fees are exact products of decimals: nothing is rounded, and nothing is known of balances.

import type { Decimal } from "../domain/decimal.ts";
import type { Fee, Liquidity } from "../domain/fill.ts";
import { type Instrument, notionalOf } from "../domain/instrument.ts";
import type { Side } from "../domain/order-event.ts";

/** What a fee depends on. */
export interface FeeBasis {
  readonly side: Side;
  readonly liquidity: Liquidity;
  readonly price: Decimal;
  readonly quantity: Decimal;
}

/** Returns the fee of an execution; a negative amount is a rebate. */
export type FeeModel = (basis: FeeBasis) => Fee;

export interface FeeOptions {
  /**
   * The asset in which a spot buy pays. `base`, the default, is what most spot venues do: the fee comes out of
   * what was bought, so less than the executed quantity can be sold again.
   */
  readonly spotBuysPayIn?: "base" | "quote";
}

/**
 * Charges the instrument's maker and taker rates: on the notional in the settlement asset, except that a spot
 * buy pays in the base asset by default (its rate times the quantity).
 */
export function instrumentFees(instrument: Instrument, options: FeeOptions = {}): FeeModel {
  const buysPayInBase = instrument.kind === "spot" && options.spotBuysPayIn !== "quote";
  const notionalAsset = instrument.kind === "spot" ? instrument.quote : instrument.settle;
  return ({ side, liquidity, price, quantity }) => {
    const rate = liquidity === "maker" ? instrument.makerFeeRate : instrument.takerFeeRate;
    return side === "buy" && buysPayInBase
      ? { amount: quantity.mul(rate), asset: instrument.base }
      : { amount: notionalOf(price, quantity).mul(rate), asset: notionalAsset };
  };
}
