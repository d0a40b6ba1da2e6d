// Instruments and requests for tests of simulated venues.

import { Decimal } from "../../domain/decimal.ts";
import type { AccountId, InstrumentId, OrderId, VenueId } from "../../domain/identifiers.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { PlaceRequest } from "../venue.ts";

export const d = (text: string): Decimal => Decimal.parse(text);

export const VENUE = "paper" as VenueId;
export const MAIN = "main" as AccountId;
export const OTHER = "other" as AccountId;

export function instrument(id = "BTC/USDT"): Instrument {
  const [base = "", quote = ""] = id.split("/");
  return {
    id: id as InstrumentId,
    venue: VENUE,
    kind: "spot",
    base,
    quote,
    settle: quote,
    tickSize: d("0.01"),
    lotSize: d("0.001"),
    minQuantity: d("0.001"),
    minNotional: d("0"),
    contractMultiplier: d("1"),
    makerFeeRate: d("0.0002"),
    takerFeeRate: d("0.0005"),
  };
}

export const BTC: Instrument = instrument();

let lastOrder = 0;

export function nextOrderId(): OrderId {
  return `OWRmain0000L0001${(++lastOrder).toString(16).padStart(8, "0")}` as OrderId;
}

/** A limit order to buy 0.4 at 99 until canceled, with other terms where given. */
export function orderRequest(terms: Partial<PlaceRequest> = {}): PlaceRequest {
  return {
    account: MAIN,
    orderId: nextOrderId(),
    instrumentId: BTC.id,
    side: "buy",
    orderType: "limit",
    timeInForce: "gtc",
    quantity: d("0.4"),
    price: d("99"),
    postOnly: false,
    reduceOnly: false,
    origin: "MANUAL",
    sendBy: Number.MAX_SAFE_INTEGER,
    ...terms,
  };
}

/** The terms of a market order: {@link orderRequest} without its price. */
export function marketOrder(terms: Partial<PlaceRequest> = {}): PlaceRequest {
  const { price: _price, ...request } = orderRequest({ orderType: "market", timeInForce: "ioc", ...terms });
  return request;
}

/** A fresh signal for each call: one shared by hundreds would be warned about. */
export function neverAborted(): AbortSignal {
  return new AbortController().signal;
}
