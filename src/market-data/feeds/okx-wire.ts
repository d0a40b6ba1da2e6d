// OKX's public channels of trades and books: the only file that knows their field names.
// https://www.okx.com/docs-v5/en/#order-book-trading-market-data

import type { Instant } from "../../domain/time.ts";
import type { BookLevel, MarketEvent } from "../market-data.ts";
import { LineProblem } from "./capture-line.ts";
import { type InstrumentMap, inBaseUnits, type MappedInstrument, okxInstrument } from "./instrument-map.ts";
import {
  readArray,
  readInstant,
  readLevels,
  readPrice,
  readQuantity,
  readRecord,
  readText,
  type WireRecord,
} from "./wire-values.ts";

const INCREMENTAL_BOOKS = new Set(["books", "books-l2-tbt", "books50-l2-tbt"]);

interface Place {
  readonly instrument: MappedInstrument;
  readonly at: Instant;
}

/** Returns whether a message is a push of a channel. */
export function isOkxMessage(message: WireRecord): boolean {
  return message["arg"] !== undefined && message["data"] !== undefined;
}

/** Returns whether a message answers a request of ours, or is a notice about the connection. */
export function isOkxAnswer(message: WireRecord): boolean {
  return message["event"] !== undefined;
}

/**
 * Translates a push of `trades`, `bbo-tbt`, `books5` or an incremental book; one push may hold several events.
 *
 * @returns nothing for other channels.
 * @throws {LineProblem} when a field is missing or of the wrong form.
 */
export function readOkxMessage(message: WireRecord, at: Instant, map: InstrumentMap): MarketEvent[] {
  const arg = readRecord(message["arg"], "arg");
  const channel = readText(arg["channel"], "arg.channel");
  const read = readerOf(channel, message["action"]);
  if (read === undefined) return [];
  const place = { instrument: okxInstrument(readText(arg["instId"], "arg.instId"), map), at };
  return readArray(message["data"], "data").map((row, index) => read(readRecord(row, `data[${index}]`), place));
}

function readerOf(channel: string, action: unknown): ((row: WireRecord, place: Place) => MarketEvent) | undefined {
  if (channel === "trades") return readTrade;
  if (channel === "bbo-tbt") return readQuote;
  if (channel === "books5") return (row, place) => readDepth(row, place, true);
  if (!INCREMENTAL_BOOKS.has(channel)) return undefined;
  if (action !== "snapshot" && action !== "update") throw new LineProblem("action is neither snapshot nor update");
  return (row, place) => readDepth(row, place, action === "snapshot");
}

function readTrade(row: WireRecord, place: Place): MarketEvent {
  const side = row["side"];
  if (side !== "buy" && side !== "sell") throw new LineProblem("side is neither buy nor sell");
  return {
    kind: "trade",
    ...baseOf(row, place),
    tradeId: readText(row["tradeId"], "tradeId"),
    price: readPrice(row["px"], "px"),
    quantity: inBaseUnits(readQuantity(row["sz"], "sz"), place.instrument),
    aggressor: side,
  };
}

function readQuote(row: WireRecord, place: Place): MarketEvent {
  const bid = readSide(row["bids"], "bids", place)[0];
  const ask = readSide(row["asks"], "asks", place)[0];
  return { kind: "quote", ...baseOf(row, place), ...(bid && { bid }), ...(ask && { ask }) };
}

function readDepth(row: WireRecord, place: Place, isSnapshot: boolean): MarketEvent {
  return {
    kind: "depth",
    ...baseOf(row, place),
    bids: readSide(row["bids"], "bids", place),
    asks: readSide(row["asks"], "asks", place),
    ...(isSnapshot && { snapshot: true as const }),
  };
}

function readSide(value: unknown, field: string, place: Place): BookLevel[] {
  const levels = readLevels(value, field);
  if (place.instrument.contractSize === undefined) return levels;
  return levels.map(({ price, quantity }) => ({ price, quantity: inBaseUnits(quantity, place.instrument) }));
}

function baseOf(row: WireRecord, place: Place): Pick<MarketEvent, "instrumentId" | "at" | "venueAt"> {
  const venueAt = readInstant(row["ts"], "ts");
  const base = { instrumentId: place.instrument.id, at: place.at };
  return venueAt === undefined ? base : { ...base, venueAt };
}
