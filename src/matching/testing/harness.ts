// What the tests of this folder share: an instrument, short ways to say an order, and events as readable text.

import { Decimal } from "../../domain/decimal.ts";
import type { InstrumentId, VenueId } from "../../domain/identifiers.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { instrumentFees } from "../fees.ts";
import { MatchingEngine, type MatchingOptions } from "../matching-engine.ts";
import type { IncomingOrder, MatchEvent, TapeLevel, TapeTrade } from "../types.ts";

export const dec = (text: string | number): Decimal => Decimal.parse(String(text));

/** Whole ticks and lots of one, so that tests read as plain numbers. */
export const INSTRUMENT: Instrument = {
  id: "BTC/USDT" as InstrumentId,
  venue: "paper" as VenueId,
  kind: "spot",
  base: "BTC",
  quote: "USDT",
  settle: "USDT",
  tickSize: dec(1),
  lotSize: dec(1),
  minQuantity: dec(1),
  minNotional: dec(0),
  contractMultiplier: dec(1),
  makerFeeRate: dec("0.001"),
  takerFeeRate: dec("0.002"),
};

export function optionsOf(overrides: Partial<MatchingOptions> = {}): MatchingOptions {
  let executions = 0;
  const instrument = overrides.instrument ?? INSTRUMENT;
  return { instrument, fees: instrumentFees(instrument), nextExecutionId: () => `x${++executions}`, ...overrides };
}

export function engineOf(overrides: Partial<MatchingOptions> = {}): MatchingEngine {
  return new MatchingEngine(optionsOf(overrides));
}

type Terms = Partial<
  Omit<IncomingOrder, "venueOrderId" | "side" | "quantity" | "price" | "triggerPrice" | "notional">
> & {
  readonly quantity?: number | string;
  readonly price?: number | string;
  readonly triggerPrice?: number | string;
  readonly notional?: number | string;
};

/** Returns a limit order of account `a`, or a market order when no price is given; the terms change the rest. */
export function order(venueOrderId: string, side: "buy" | "sell", terms: Terms): IncomingOrder {
  const { quantity, price, triggerPrice, notional, ...rest } = terms;
  return {
    venueOrderId,
    side,
    account: "a",
    orderType: price === undefined ? "market" : "limit",
    timeInForce: "gtc",
    postOnly: false,
    reduceOnly: false,
    selfTradePrevention: "none",
    ...(quantity === undefined ? {} : { quantity: dec(quantity) }),
    ...(price === undefined ? {} : { price: dec(price) }),
    ...(triggerPrice === undefined ? {} : { triggerPrice: dec(triggerPrice) }),
    ...(notional === undefined ? {} : { notional: dec(notional) }),
    ...rest,
  };
}

export const buy = (id: string, quantity: number, price?: number, terms: Terms = {}): IncomingOrder =>
  order(id, "buy", { quantity, ...(price === undefined ? {} : { price }), ...terms });

export const sell = (id: string, quantity: number, price?: number, terms: Terms = {}): IncomingOrder =>
  order(id, "sell", { quantity, ...(price === undefined ? {} : { price }), ...terms });

/** A price and a quantity displayed there. */
export type Displayed = readonly [price: number, quantity: number];

export const levels = (...pairs: readonly Displayed[]): TapeLevel[] =>
  pairs.map(([price, quantity]) => ({ price: dec(price), quantity: dec(quantity) }));

export const level = (price: number, quantity: number): TapeLevel => ({ price: dec(price), quantity: dec(quantity) });

export const trade = (aggressor: "buy" | "sell", quantity: number, price: number): TapeTrade => ({
  aggressor,
  quantity: dec(quantity),
  price: dec(price),
});

/** Writes events as one line each: `b executed 2@100 taker, ends`. */
export function lines(events: readonly MatchEvent[]): string[] {
  return events.map((event) => `${event.venueOrderId} ${describe(event)}`);
}

function describe(event: MatchEvent): string {
  switch (event.kind) {
    case "accepted":
    case "triggered":
      return event.kind;
    case "refused":
      return `refused ${event.reason}`;
    case "executed":
      return `executed ${event.quantity}@${event.price} ${event.liquidity}${event.ends ? ", ends" : ""}`;
    case "ended":
      return `${event.status} ${event.reason} ${event.cumulativeQuantity}`;
    case "replaced":
      return `replaced${event.keptPriority ? ", kept priority" : ""}`;
    default:
      return `${event.request} refused ${event.reason}`;
  }
}
