// Market data in our vocabulary, and the port of whatever brings it.
// Feeds (recorded captures, the synthetic market, live sockets) are in feeds/.

import type { Decimal } from "../domain/decimal.ts";
import type { InstrumentId } from "../domain/identifiers.ts";
import type { Side } from "../domain/order-event.ts";
import type { Instant } from "../domain/time.ts";

/** A price with the quantity displayed there; zero quantity in an update removes the level. */
export interface BookLevel {
  readonly price: Decimal;
  readonly quantity: Decimal;
}

interface MarketEventBase {
  readonly instrumentId: InstrumentId;
  /** When it was received: what orders the tape. */
  readonly at: Instant;
  readonly venueAt?: Instant;
}

/**
 * Levels whose displayed quantity changed; absolute quantities, not differences.
 *
 * `sequence` is the venue's number of the last change that an update or a quote holds, where both
 * share one count: streams overtake each other, and it alone tells which of two is the later state.
 */
export interface DepthUpdate extends MarketEventBase {
  readonly kind: "depth";
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
  readonly sequence?: number;
  /** The levels are the whole book: forget the others. */
  readonly snapshot?: true;
}
/** The best levels. Without a `sequence` it counts as more recent than depth, which venues send less often. */
export interface Quote extends MarketEventBase {
  readonly kind: "quote";
  readonly bid?: BookLevel;
  readonly ask?: BookLevel;
  readonly sequence?: number;
}
/** A public trade. */
export interface MarketTrade extends MarketEventBase {
  readonly kind: "trade";
  readonly tradeId: string;
  readonly price: Decimal;
  readonly quantity: Decimal;
  /** The side that took liquidity. */
  readonly aggressor: Side;
}

/** What a market source gives, in tape order. */
export type MarketEvent = DepthUpdate | Quote | MarketTrade;

/**
 * A sequence of market events that can be left and taken up again.
 *
 * The same source read from the same position gives the same events, always.
 */
export interface MarketSource {
  /** Says what this is, for people and for the store: file name and digest, or seed. */
  readonly description: string;
  /** The instruments that it speaks of. */
  readonly instrumentIds: readonly InstrumentId[];
  /** Returns the next event, or `undefined` at the end (a synthetic market has none). */
  next(): Promise<MarketEvent | undefined>;
  /** How many events were returned so far: the place on the tape. */
  readonly position: number;
  /** The part of the whole that was returned, 0 to 1, roughly. Absent where there is no whole. */
  readonly fraction?: number;
  /**
   * Goes forward to a position without returning what lies between. `prime` hears, in order, those
   * of the skipped events without which the state of the market after them cannot be known.
   *
   * @throws {OrderwrightError} `marketData.unreadable` when the tape ends before that position.
   */
  skipTo(position: number, prime?: MarketListener): Promise<void>;
  close(): Promise<void>;
}

/** Hears market events, in tape order. Must not throw. */
export type MarketListener = (event: MarketEvent) => void;
