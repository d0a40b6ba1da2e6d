// Which instrument of ours a venue's symbol names, and in what units its quantities come.

import type { Decimal } from "../../domain/decimal.ts";
import type { InstrumentId } from "../../domain/identifiers.ts";
import { LineProblem } from "./capture-line.ts";

/** What a symbol of a venue stands for. */
export interface MappedInstrument {
  readonly id: InstrumentId;
  /** Base units per unit of the venue's quantities, for venues that count contracts. 1 unless told. */
  readonly contractSize?: Decimal;
}

/** By the venue's symbol, in its own spelling in upper case: `BTCUSDT`, `BTC-USDT-SWAP`. */
export type InstrumentMap = Readonly<Record<string, MappedInstrument>>;

export type BinanceMarket = "spot" | "usdm";

/** Binance writes base and quote as one word; these ends are told apart, the longest first. */
const BINANCE_QUOTES = ["FDUSD", "USDT", "USDC", "TUSD", "BUSD", "BTC", "ETH", "BNB", "EUR", "TRY"] as const;

/** @throws {LineProblem} when the symbol is not in the map and its name does not tell base from quote. */
export function binanceInstrument(symbol: string, market: BinanceMarket, map: InstrumentMap): MappedInstrument {
  const mapped = map[symbol];
  if (mapped !== undefined) return mapped;
  const quote = BINANCE_QUOTES.find((end) => symbol.endsWith(end) && symbol.length > end.length);
  if (quote === undefined) throw unmapped(symbol);
  const pair = `${symbol.slice(0, -quote.length)}/${quote}`;
  return { id: (market === "spot" ? pair : `${pair}:${quote}`) as InstrumentId };
}

/** @throws {LineProblem} when the instrument is not in the map and is not a spot pair. */
export function okxInstrument(instId: string, map: InstrumentMap): MappedInstrument {
  const mapped = map[instId];
  if (mapped !== undefined) return mapped;
  const [base, quote, kind] = instId.split("-");
  if (base === undefined || quote === undefined) throw unmapped(instId);
  if (kind !== undefined) {
    throw new LineProblem(`OKX counts ${instId} in contracts, and the instrument map does not tell their size`);
  }
  return { id: `${base}/${quote}` as InstrumentId };
}

export function inBaseUnits(quantity: Decimal, instrument: MappedInstrument): Decimal {
  return instrument.contractSize === undefined ? quantity : quantity.mul(instrument.contractSize);
}

function unmapped(symbol: string): LineProblem {
  return new LineProblem(`the instrument map does not tell what ${symbol} is`);
}
