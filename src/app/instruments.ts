// What the paper venue lists when the configuration says nothing else: the instruments of the recorded
// and the synthetic markets, with the grid and the base fees that Binance publishes for them.

import { Decimal } from "../domain/decimal.ts";
import type { InstrumentId, VenueId } from "../domain/identifiers.ts";
import type { Instrument } from "../domain/instrument.ts";

const spot = (id: string, tickSize: string, lotSize: string): Omit<Instrument, "venue"> => {
  const [base = id, quote = "USDT"] = id.split("/");
  return {
    id: id as InstrumentId,
    kind: "spot",
    base,
    quote,
    settle: quote,
    tickSize: Decimal.parse(tickSize),
    lotSize: Decimal.parse(lotSize),
    minQuantity: Decimal.parse(lotSize),
    minNotional: Decimal.parse("5"),
    contractMultiplier: Decimal.one,
    makerFeeRate: Decimal.parse("0.001"),
    takerFeeRate: Decimal.parse("0.001"),
  };
};

const LISTED: readonly Omit<Instrument, "venue">[] = [
  spot("BTC/USDT", "0.01", "0.00001"),
  spot("ETH/USDT", "0.01", "0.0001"),
  {
    id: "BTC/USDT:USDT" as InstrumentId,
    kind: "linear",
    base: "BTC",
    quote: "USDT",
    settle: "USDT",
    tickSize: Decimal.parse("0.1"),
    lotSize: Decimal.parse("0.001"),
    minQuantity: Decimal.parse("0.001"),
    minNotional: Decimal.parse("50"),
    contractMultiplier: Decimal.one,
    makerFeeRate: Decimal.parse("0.0002"),
    takerFeeRate: Decimal.parse("0.0005"),
  },
];

/** Returns BTC/USDT, ETH/USDT and BTC/USDT:USDT on the grids and base fees of Binance. */
export function paperInstruments(venue: VenueId): readonly Instrument[] {
  return LISTED.map((instrument) => ({ ...instrument, venue }));
}
