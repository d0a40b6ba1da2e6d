// From the lines of a capture to market events, whichever venue they came from.
// The venues' own names are in binance-wire.ts and okx-wire.ts; where the lines come from is capture.ts's.

import type { Instant } from "../../domain/time.ts";
import type { MarketEvent } from "../market-data.ts";
import {
  BinanceReader,
  detectBinanceMarket,
  isBinanceAnswer,
  isBinanceMessage,
  isBinanceSnapshot,
} from "./binance-wire.ts";
import { type CaptureLine, LineProblem, malformed } from "./capture-line.ts";
import type { BinanceMarket, InstrumentMap } from "./instrument-map.ts";
import { isOkxAnswer, isOkxMessage, readOkxMessage } from "./okx-wire.ts";

export interface Translation {
  /** For the messages of errors. */
  readonly file: string;
  readonly market: BinanceMarket;
  readonly instruments: InstrumentMap;
}

/** Translates the lines of one capture, in their order: it remembers what later lines depend on. */
export class CaptureTranslator {
  readonly #translation: Translation;
  readonly #binance: BinanceReader;
  #lastAt: Instant = 0;

  constructor(translation: Translation) {
    this.#translation = translation;
    this.#binance = new BinanceReader(translation.market, translation.instruments);
  }

  /** @throws {OrderwrightError} `marketData.malformed`, naming the line and what is wrong with it. */
  translate(line: CaptureLine): readonly MarketEvent[] {
    // Where the recorder's clock went back, the instant of the line before stands: a tape only goes on.
    this.#lastAt = Math.max(this.#lastAt, line.at);
    try {
      return this.#read(line.message, this.#lastAt);
    } catch (error) {
      if (!(error instanceof LineProblem)) throw error;
      throw malformed(this.#translation.file, line.number, line.text, error.message, error);
    }
  }

  #read(message: CaptureLine["message"], at: Instant): readonly MarketEvent[] {
    if (isBinanceMessage(message)) return listOf(this.#binance.read(message, at));
    if (isBinanceSnapshot(message)) return listOf(this.#binance.readSnapshot(message, at));
    if (isOkxMessage(message)) return readOkxMessage(message, at, this.#translation.instruments);
    if (isBinanceAnswer(message) || isOkxAnswer(message)) return [];
    throw new LineProblem("its message is neither of a Binance combined stream nor of a public OKX channel");
  }
}

/** Returns the Binance market that lines come from; spot where their fields do not tell. */
export function detectMarket(lines: readonly CaptureLine[]): BinanceMarket {
  for (const { message } of lines) {
    const market = isBinanceMessage(message) ? detectBinanceMarket(message) : undefined;
    if (market !== undefined) return market;
  }
  return "spot";
}

function listOf(event: MarketEvent | undefined): readonly MarketEvent[] {
  return event === undefined ? [] : [event];
}
