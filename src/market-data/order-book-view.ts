// The market of one instrument as its events tell it: levels, last trade, reference price.
// For risk checks and for eyes. Deliberately absent: orders of ours, queue positions, fills (venues/paper).

import { Decimal } from "../domain/decimal.ts";
import type { InstrumentId } from "../domain/identifiers.ts";
import type { Instant } from "../domain/time.ts";
import type { BookLevel, DepthUpdate, MarketEvent, MarketTrade, Quote } from "./market-data.ts";

/** Levels kept per side. Those farther away are forgotten: captures without a snapshot never clear them. */
const MAX_LEVELS = 1_000;
const HALF = Decimal.of(5n, 1);

export type BookSide = "bid" | "ask";

/**
 * A price-level book that stays consistent without an initial snapshot.
 *
 * A quote is the truth about the best levels: it evicts levels that claim to be better, and masks
 * what depth says about them, until depth of a higher sequence comes. A quote that depth has
 * overtaken is left out. A depth level evicts the levels of the other side that it crosses.
 */
export class OrderBookView {
  readonly instrumentId: InstrumentId;
  readonly #bids = new Levels((a, b) => a.gt(b));
  readonly #asks = new Levels((a, b) => a.lt(b));
  /** The last quote, while it is the later state of the best levels. */
  #quote: Quote | undefined;
  #depthSequence: number | undefined;
  #lastTrade: MarketTrade | undefined;
  #updatedAt: Instant | undefined;

  constructor(instrumentId: InstrumentId) {
    this.instrumentId = instrumentId;
  }

  /** Takes in an event of this view's instrument. */
  apply(event: MarketEvent): void {
    this.#updatedAt = event.at;
    if (event.kind === "depth") this.#applyDepth(event);
    else if (event.kind === "quote") this.#applyQuote(event);
    else this.#lastTrade = event;
  }

  /** Returns the highest bid. */
  get bestBid(): BookLevel | undefined {
    return this.#quote === undefined ? this.#bids.best : this.#quote.bid;
  }

  /** Returns the lowest ask. */
  get bestAsk(): BookLevel | undefined {
    return this.#quote === undefined ? this.#asks.best : this.#quote.ask;
  }

  /** Returns up to `count` levels, best first. */
  levels(side: BookSide, count: number): BookLevel[] {
    const levels = side === "bid" ? this.#bids : this.#asks;
    if (this.#quote === undefined) return levels.first(count);
    const best = side === "bid" ? this.#quote.bid : this.#quote.ask;
    return best === undefined ? [] : [best, ...levels.firstBehind(best.price, count - 1)].slice(0, count);
  }

  get lastTrade(): MarketTrade | undefined {
    return this.#lastTrade;
  }

  /** Returns the middle between best bid and best ask, exact; `undefined` while a side is empty. */
  get mid(): Decimal | undefined {
    const { bestBid, bestAsk } = this;
    return bestBid === undefined || bestAsk === undefined ? undefined : bestBid.price.add(bestAsk.price).mul(HALF);
  }

  /** Returns the mid, else the price of the last trade; `undefined` before both. */
  get referencePrice(): Decimal | undefined {
    return this.mid ?? this.#lastTrade?.price;
  }

  /** Returns when the last event of any kind was received. */
  get updatedAt(): Instant | undefined {
    return this.#updatedAt;
  }

  #applyDepth(event: DepthUpdate): void {
    if (event.snapshot === true) {
      this.#bids.clear();
      this.#asks.clear();
      // A snapshot follows a gap: what came before it says nothing about now.
      this.#quote = undefined;
      this.#depthSequence = undefined;
    }
    this.#depthSequence = event.sequence ?? this.#depthSequence;
    if (isOvertaken(this.#quote?.sequence, event.sequence)) this.#quote = undefined;
    for (const level of event.bids) {
      this.#bids.set(level);
      if (level.quantity.isPositive()) this.#asks.dropUpTo(level.price);
    }
    for (const level of event.asks) {
      this.#asks.set(level);
      if (level.quantity.isPositive()) this.#bids.dropUpTo(level.price);
    }
  }

  #applyQuote(quote: Quote): void {
    if (isOvertaken(quote.sequence, this.#depthSequence)) return;
    this.#quote = quote;
    alignWithQuote(this.#bids, quote.bid);
    alignWithQuote(this.#asks, quote.ask);
  }
}

function isOvertaken(quoteSequence: number | undefined, depthSequence: number | undefined): boolean {
  return quoteSequence !== undefined && depthSequence !== undefined && quoteSequence < depthSequence;
}

function alignWithQuote(levels: Levels, best: BookLevel | undefined): void {
  if (best === undefined) {
    levels.clear();
  } else {
    levels.dropUpTo(best.price);
    levels.set(best);
  }
}

/** One side of the book, best last: most changes are near the end, where an array is cheap to change. */
class Levels {
  readonly #isBetter: (a: Decimal, b: Decimal) => boolean;
  #worstFirst: BookLevel[] = [];

  constructor(isBetter: (a: Decimal, b: Decimal) => boolean) {
    this.#isBetter = isBetter;
  }

  get best(): BookLevel | undefined {
    return this.#worstFirst.at(-1);
  }

  /** Sets the absolute quantity of a level; zero removes it. */
  set(level: BookLevel): void {
    const index = this.#countBehind(level.price);
    const isKnown = this.#worstFirst[index]?.price.eq(level.price) === true;
    if (!level.quantity.isPositive()) {
      if (isKnown) this.#worstFirst.splice(index, 1);
    } else {
      this.#worstFirst.splice(index, isKnown ? 1 : 0, level);
      if (this.#worstFirst.length > MAX_LEVELS) this.#worstFirst.shift();
    }
  }

  /** Drops the levels at the price and, seen from this side, better than it. */
  dropUpTo(price: Decimal): void {
    const best = this.best;
    if (best === undefined || this.#isBetter(price, best.price)) return;
    this.#worstFirst.length = this.#countBehind(price);
  }

  clear(): void {
    this.#worstFirst = [];
  }

  first(count: number): BookLevel[] {
    return this.#lastOf(this.#worstFirst.length, count);
  }

  firstBehind(price: Decimal, count: number): BookLevel[] {
    return this.#lastOf(this.#countBehind(price), count);
  }

  #lastOf(end: number, count: number): BookLevel[] {
    return count <= 0 ? [] : this.#worstFirst.slice(Math.max(0, end - count), end).toReversed();
  }

  /** Returns how many levels are worse than the price: the place where it is, or would be. */
  #countBehind(price: Decimal): number {
    let low = 0;
    let high = this.#worstFirst.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#isBetter(price, (this.#worstFirst[middle] as BookLevel).price)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
