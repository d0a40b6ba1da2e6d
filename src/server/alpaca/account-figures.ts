// The money figures of an account for Alpaca's clients, computed: Orderwright keeps no balances.
// Cash is a stated starting cash and what the fills moved since. Pure.

import { Decimal } from "../../domain/decimal.ts";
import type { Position } from "../../domain/position.ts";

export interface AccountFigures {
  /** The quote asset that most positions are in. */
  readonly currency: string;
  readonly cash: Decimal;
  readonly longMarketValue: Decimal;
  /** Zero or negative. */
  readonly shortMarketValue: Decimal;
  readonly equity: Decimal;
  readonly buyingPower: Decimal;
}

export interface FiguresInput {
  readonly positions: readonly Position[];
  /** The price of an instrument; without one its position counts at its entry. */
  readonly mark: (instrumentId: string) => Decimal | undefined;
  readonly quoteOf: (instrumentId: string) => string | undefined;
  readonly startingCash: Decimal;
  readonly maxExposure?: Decimal;
}

export const DEFAULT_CURRENCY = "USD";

/** Positions in another quote asset than the account's currency are left out of the sums. */
export function accountFigures(input: FiguresInput): AccountFigures {
  const currency =
    input.positions.map((position) => input.quoteOf(position.instrumentId)).find(Boolean) ?? DEFAULT_CURRENCY;
  let cash = input.startingCash;
  let long = Decimal.zero;
  let short = Decimal.zero;
  for (const position of input.positions) {
    if (input.quoteOf(position.instrumentId) !== currency) continue;
    const fees = position.fees.get(currency) ?? Decimal.zero;
    cash = cash.add(position.realizedPnl).sub(position.entryCost).sub(fees);
    const mark = input.mark(position.instrumentId);
    const value = mark === undefined ? position.entryCost : position.quantity.mul(mark);
    if (value.isNegative()) short = short.add(value);
    else long = long.add(value);
  }
  const exposure = long.sub(short);
  const room = input.maxExposure === undefined ? cash : Decimal.min(cash, input.maxExposure.sub(exposure));
  return {
    currency,
    cash,
    longMarketValue: long,
    shortMarketValue: short,
    equity: cash.add(long).add(short),
    buyingPower: Decimal.max(room, Decimal.zero),
  };
}
