// Binance's public streams, spot and USDⓈ-M: the only file that knows their field names.
// https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams
// https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams

import type { Instant } from "../../domain/time.ts";
import type { BookLevel, MarketEvent } from "../market-data.ts";
import { isRecord, LineProblem } from "./capture-line.ts";
import { DepthMemory } from "./depth-memory.ts";
import { type BinanceMarket, binanceInstrument, type InstrumentMap } from "./instrument-map.ts";
import {
  readId,
  readInstant,
  readLevels,
  readPrice,
  readQuantity,
  readRecord,
  readText,
  type WireRecord,
} from "./wire-values.ts";

type EventBase = Pick<MarketEvent, "instrumentId" | "at" | "venueAt">;

/** Returns whether a message is the envelope of a combined stream. */
export function isBinanceMessage(message: WireRecord): boolean {
  return message["stream"] !== undefined;
}

/** Returns whether a message answers a request of ours, such as a subscription. */
export function isBinanceAnswer(message: WireRecord): boolean {
  return message["id"] !== undefined && (message["result"] !== undefined || message["error"] !== undefined);
}

/** Returns the market that a message comes from, where its fields tell; a spot trade looks like both. */
export function detectBinanceMarket(message: WireRecord): BinanceMarket | undefined {
  const { stream, data } = message as { stream?: unknown; data?: unknown };
  if (typeof stream !== "string" || !isRecord(data)) return undefined;
  switch (channelOf(stream)) {
    case "depth":
      return data["pu"] === undefined ? "spot" : "usdm";
    case "bookTicker":
      return data["T"] === undefined ? "spot" : "usdm";
    case "trade":
      return data["X"] === undefined ? undefined : "usdm";
    default:
      return undefined;
  }
}

/** Returns whether a message is the answer to a REST request for the book, which some recorders mix in. */
export function isBinanceSnapshot(message: WireRecord): boolean {
  return message["lastUpdateId"] !== undefined && message["bids"] !== undefined;
}

/** Translates the messages of one capture, in their order. */
export class BinanceReader {
  readonly #market: BinanceMarket;
  readonly #map: InstrumentMap;
  readonly #memories = new Map<string, DepthMemory>();

  constructor(market: BinanceMarket, map: InstrumentMap) {
    this.#market = market;
    this.#map = map;
  }

  /**
   * Translates a message of `depth`, `trade` or `bookTicker`.
   *
   * @returns `undefined` for other streams, for the entries of USDⓈ-M's trade stream that are no trade,
   *   and for depth that a snapshot holds already.
   * @throws {LineProblem} when a field is missing or of the wrong form.
   */
  read(message: WireRecord, at: Instant): MarketEvent | undefined {
    const channel = channelOf(readText(message["stream"], "stream"));
    if (channel !== "depth" && channel !== "trade" && channel !== "bookTicker") return undefined;
    const data = readRecord(message["data"], "data");
    const symbol = readText(data["s"], "s");
    const base = this.#base(symbol, data, at);
    if (channel === "trade") return readTrade(data, base);
    if (channel === "bookTicker") return readQuote(data, base);
    const update = {
      lastId: readUpdateId(data["u"], "u"),
      bids: readLevels(data["b"], "b"),
      asks: readLevels(data["a"], "a"),
    };
    if (!this.#memoryOf(symbol).add(update)) return undefined;
    const { lastId: sequence, bids, asks } = update;
    return { kind: "depth", ...base, sequence, bids, asks };
  }

  /**
   * Translates the answer to a REST request for the book, brought up to what the stream told meanwhile.
   *
   * @returns `undefined` when the stream is too far ahead of it.
   * @throws {LineProblem} when the capture has not told so far which one symbol it is of.
   */
  readSnapshot(message: WireRecord, at: Instant): MarketEvent | undefined {
    const [symbol, ...others] = this.#memories.keys();
    if (symbol === undefined || others.length > 0) {
      throw new LineProblem("a book snapshot names no symbol, and the depth before it is not of exactly one");
    }
    const levels = this.#memoryOf(symbol).bringUpToDate({
      lastId: readUpdateId(message["lastUpdateId"], "lastUpdateId"),
      bids: readLevels(message["bids"], "bids"),
      asks: readLevels(message["asks"], "asks"),
    });
    if (levels === undefined) return undefined;
    const { lastId: sequence, bids, asks } = levels;
    return { kind: "depth", ...this.#base(symbol, message, at), sequence, bids, asks, snapshot: true };
  }

  #memoryOf(symbol: string): DepthMemory {
    let memory = this.#memories.get(symbol);
    if (memory === undefined) {
      memory = new DepthMemory();
      this.#memories.set(symbol, memory);
    }
    return memory;
  }

  #base(symbol: string, data: WireRecord, at: Instant): EventBase {
    const instrumentId = binanceInstrument(symbol, this.#market, this.#map).id;
    // The engine's own time where the stream has it, else the time of sending. Spot's bookTicker has neither.
    const venueAt = readInstant(data["T"] ?? data["E"], "T");
    return venueAt === undefined ? { instrumentId, at } : { instrumentId, at, venueAt };
  }
}

function readTrade(data: WireRecord, base: EventBase): MarketEvent | undefined {
  // Entries other than MARKET (insurance fund, self-trades kept apart) carry price and quantity 0.
  if (data["X"] !== undefined && data["X"] !== "MARKET") return undefined;
  const makerBought = data["m"];
  if (typeof makerBought !== "boolean") throw new LineProblem("m is not true or false");
  return {
    kind: "trade",
    ...base,
    tradeId: readId(data["t"], "t"),
    price: readPrice(data["p"], "p"),
    quantity: readQuantity(data["q"], "q"),
    aggressor: makerBought ? "sell" : "buy",
  };
}

function readQuote(data: WireRecord, base: EventBase): MarketEvent {
  const bid = readBest(data["b"], data["B"], "b");
  const ask = readBest(data["a"], data["A"], "a");
  const sequence = readUpdateId(data["u"], "u");
  return { kind: "quote", ...base, sequence, ...(bid && { bid }), ...(ask && { ask }) };
}

/** An empty side comes as price and quantity 0. */
function readBest(price: unknown, quantity: unknown, field: string): BookLevel | undefined {
  const displayed = readQuantity(quantity, field.toUpperCase());
  return displayed.isZero() ? undefined : { price: readPrice(price, field), quantity: displayed };
}

function readUpdateId(value: unknown, field: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value))
    throw new LineProblem(`${field} is not a whole number`);
  return value;
}

/** `btcusdt@depth@100ms` → `depth`. Partial books (`@depth20`) are another message and another channel. */
function channelOf(stream: string): string | undefined {
  return stream.split("@")[1];
}
