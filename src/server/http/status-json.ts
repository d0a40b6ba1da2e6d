// The engine's status and valued positions as JSON: shared by the routes and the stream.

import { Decimal } from "../../domain/decimal.ts";
import { type PositionJson, positionToJson } from "../../domain/order-json.ts";
import type { Position } from "../../domain/position.ts";
import type { EngineStatus } from "../../engine/engine-api.ts";
import type { Mode, ServerContext } from "../context.ts";
import type { MarketStatus, MarketView } from "../market-view.ts";

const TWO = Decimal.fromInteger(2);

export interface StatusJson extends EngineStatus {
  readonly mode: Mode;
  readonly version: string;
  readonly market: MarketStatus;
}

/** Decimals and errors in it print themselves in JSON. */
export function statusJson(context: ServerContext): StatusJson {
  const { engine, mode, version, market } = context;
  return { ...engine.status(), mode, version, market: market.status() };
}

export interface ValuedPositionJson extends PositionJson {
  /** The last trade's price, else the middle of the book; absent when there is neither. */
  readonly markPrice?: string;
  readonly unrealizedPnl?: string;
}

export function valuedPosition(position: Position, market: MarketView): ValuedPositionJson {
  const mark = markPrice(market, position.instrumentId);
  if (mark === undefined) return positionToJson(position);
  return {
    ...positionToJson(position),
    markPrice: mark.toString(),
    unrealizedPnl: unrealizedPnl(position, mark).toString(),
  };
}

export function unrealizedPnl(position: Position, mark: Decimal): Decimal {
  return position.quantity.mul(mark).sub(position.entryCost);
}

export function markPrice(market: MarketView, instrumentId: string): Decimal | undefined {
  const book = market.book(instrumentId, 1);
  if (book?.lastTrade !== undefined) return book.lastTrade.price;
  const bid = book?.bids[0]?.price;
  const ask = book?.asks[0]?.price;
  return bid === undefined || ask === undefined ? undefined : bid.add(ask).div(TWO, bid.scale + ask.scale + 1, "down");
}
