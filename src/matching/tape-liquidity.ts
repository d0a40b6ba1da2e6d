// The recorded market as liquidity of one instrument: what is displayed, and what our takers took of it.
// Ticks and lots. It matches nothing and knows no order of ours; their places in its queues are in queue-positions.ts.

import type { Side } from "../domain/order-event.ts";
import { SortedLevels } from "./sorted-levels.ts";
import { opposite } from "./working-order.ts";

interface DisplayedLevel {
  readonly price: number;
  /** As last reported. */
  displayed: number;
  /** Traded by the public since the last report: gone, though still displayed. */
  traded: number;
}

/** A level in ticks and lots. */
export interface GridLevel {
  readonly price: number;
  readonly quantity: number;
}

export interface GridDepth {
  readonly bids: readonly GridLevel[];
  readonly asks: readonly GridLevel[];
  readonly snapshot: boolean;
  readonly sequence?: number;
}

export interface GridQuote {
  readonly bid?: GridLevel;
  readonly ask?: GridLevel;
  readonly sequence?: number;
}

/** Hears what is left of a level (displayed, less what we took) whenever the tape reports the level. */
export type ReportListener = (side: Side, price: number, left: number) => void;

/** What our takers took at one level. */
export interface ConsumedLevel {
  readonly side: Side;
  readonly price: number;
  /** In lots; zero when nothing is held against the level any more. */
  readonly quantity: number;
}

/**
 * One instrument's recorded book, and our dent in it.
 *
 * The law that it keeps: all that was ever taken at a price is at most all that the tape ever newly
 * displayed there. What was taken stays taken until the tape shows the level smaller.
 */
export class TapeLiquidity {
  readonly #levels = {
    buy: new SortedLevels<DisplayedLevel>("highest"),
    sell: new SortedLevels<DisplayedLevel>("lowest"),
  };
  readonly #consumed = { buy: new Map<number, number>(), sell: new Map<number, number>() };
  readonly #changed = { buy: new Set<number>(), sell: new Set<number>() };
  /** The best prices by the last quote. What depth says at or beyond them is older, unless its number is higher. */
  readonly #quoted: { buy: number | undefined; sell: number | undefined } = { buy: undefined, sell: undefined };
  #quoteSequence: number | undefined;
  #depthSequence: number | undefined;
  readonly #onReport: ReportListener;
  #priming = false;

  constructor(onReport: ReportListener) {
    this.#onReport = onReport;
  }

  /** Runs reports that rebuild the displayed book only: what was taken, and our queues, stay as they are. */
  prime(reports: () => void): void {
    this.#priming = true;
    try {
      reports();
    } finally {
      this.#priming = false;
    }
  }

  /** Returns the best price of a side at which something can be taken. */
  bestAvailable(side: Side): number | undefined {
    for (const level of this.#levels[side]) {
      if (this.#availableAt(side, level) > 0) return level.price;
    }
    return undefined;
  }

  /** Returns what a taker can take at a price: displayed, less what we took or the public traded, whichever is more. */
  available(side: Side, price: number): number {
    const level = this.#levels[side].get(price);
    return level === undefined ? 0 : this.#availableAt(side, level);
  }

  /** Returns what an order that joins at a price has ahead of it: displayed, less what we took. */
  queueAt(side: Side, price: number): number {
    const displayed = this.#levels[side].get(price)?.displayed ?? 0;
    return Math.max(0, displayed - this.consumed(side, price));
  }

  consumed(side: Side, price: number): number {
    return this.#consumed[side].get(price) ?? 0;
  }

  /** Yields what can be taken, best price first. The book must not change meanwhile. */
  *levels(side: Side): Generator<GridLevel, void, undefined> {
    for (const level of this.#levels[side]) {
      const quantity = this.#availableAt(side, level);
      if (quantity > 0) yield { price: level.price, quantity };
    }
  }

  /** Takes at most what is {@link available}: the caller's promise. */
  consume(side: Side, price: number, quantity: number): void {
    this.setConsumed(side, price, this.consumed(side, price) + quantity);
  }

  setConsumed(side: Side, price: number, quantity: number): void {
    if (quantity === 0) this.#consumed[side].delete(price);
    else this.#consumed[side].set(price, quantity);
    this.#changed[side].add(price);
  }

  /** Yields everything that is held against displayed levels. */
  *allConsumed(): Generator<ConsumedLevel, void, undefined> {
    for (const side of ["buy", "sell"] as const) {
      for (const [price, quantity] of this.#consumed[side]) yield { side, price, quantity };
    }
  }

  /** Returns the levels whose consumption changed since the last call. */
  takeConsumedChanges(): ConsumedLevel[] {
    const changes: ConsumedLevel[] = [];
    for (const side of ["buy", "sell"] as const) {
      for (const price of this.#changed[side]) changes.push({ side, price, quantity: this.consumed(side, price) });
      this.#changed[side].clear();
    }
    return changes;
  }

  applyDepth(depth: GridDepth): void {
    if (depth.snapshot) this.#forgetUnlisted(depth);
    this.#depthSequence = depth.sequence ?? this.#depthSequence;
    if (isOvertaken(this.#quoteSequence, depth.sequence)) this.#forgetQuote();
    for (const level of depth.bids) this.#applyDepthLevel("buy", level);
    for (const level of depth.asks) this.#applyDepthLevel("sell", level);
  }

  /** A quote that depth has not overtaken is the newest word: nothing of its side is better, and nothing of the other crosses it. */
  applyQuote(quote: GridQuote): void {
    if (isOvertaken(quote.sequence, this.#depthSequence)) return;
    this.#quoteSequence = quote.sequence;
    const { bid, ask } = quote;
    if (bid !== undefined) this.#applyQuoteSide("buy", bid);
    if (ask !== undefined) this.#applyQuoteSide("sell", ask);
  }

  /** Notes that a public trade took from the level that it hit, until the next report tells the level's new size. */
  applyTrade(price: number, quantity: number, aggressor: Side): void {
    const level = this.#levels[opposite(aggressor)].get(price);
    if (level !== undefined) level.traded = Math.min(level.displayed, level.traded + quantity);
  }

  #availableAt(side: Side, level: DisplayedLevel): number {
    // Both eat the queue from its front, so they overlap: the larger counts, not the sum.
    return Math.max(0, level.displayed - Math.max(level.traded, this.consumed(side, level.price)));
  }

  #forgetUnlisted(depth: GridDepth): void {
    // A snapshot follows a gap: what came before it says nothing about now.
    this.#forgetQuote();
    this.#depthSequence = undefined;
    for (const side of ["buy", "sell"] as const) {
      const listed = new Set((side === "buy" ? depth.bids : depth.asks).map((level) => level.price));
      const unlisted = [...this.#levels[side]].filter((level) => !listed.has(level.price));
      for (const level of unlisted) this.#report(side, level.price, 0);
    }
  }

  #forgetQuote(): void {
    this.#quoted.buy = undefined;
    this.#quoted.sell = undefined;
    this.#quoteSequence = undefined;
  }

  #applyDepthLevel(side: Side, level: GridLevel): void {
    if (this.#isOlderThanQuote(side, level.price)) return;
    if (level.quantity > 0) this.#removeCrossed(opposite(side), level.price);
    this.#report(side, level.price, level.quantity);
  }

  #isOlderThanQuote(side: Side, price: number): boolean {
    const own = this.#quoted[side];
    if (own !== undefined && !this.#levels[side].isBetter(own, price)) return true;
    const other = this.#quoted[opposite(side)];
    return other !== undefined && !this.#levels[opposite(side)].isBetter(price, other);
  }

  #applyQuoteSide(side: Side, quote: GridLevel): void {
    const levels = this.#levels[side];
    for (let best = levels.best(); best !== undefined; best = levels.best()) {
      if (!levels.isBetter(best.price, quote.price)) break;
      this.#report(side, best.price, 0);
    }
    this.#report(side, quote.price, quote.quantity);
    this.#quoted[side] = undefined;
    if (quote.quantity === 0) return;
    this.#quoted[side] = quote.price;
    const other = this.#quoted[opposite(side)];
    if (other !== undefined && !levels.isBetter(other, quote.price)) this.#quoted[opposite(side)] = undefined;
    this.#removeCrossed(opposite(side), quote.price);
  }

  /** Removes the levels of a side that a newer price of the other side touches or passes. */
  #removeCrossed(side: Side, price: number): void {
    const levels = this.#levels[side];
    for (let best = levels.best(); best !== undefined; best = levels.best()) {
      if (levels.isBetter(price, best.price)) break;
      this.#report(side, best.price, 0);
    }
  }

  #report(side: Side, price: number, quantity: number): void {
    const levels = this.#levels[side];
    const level = levels.get(price);
    const before = level?.displayed ?? 0;
    if (quantity === 0) levels.delete(price);
    else if (level === undefined) levels.insert({ price, displayed: quantity, traded: 0 });
    else {
      level.displayed = quantity;
      level.traded = 0;
    }
    if (this.#priming) return;
    if (quantity < before || quantity === 0) this.#forgetConsumed(side, price, before - quantity, quantity);
    this.#onReport(side, price, this.queueAt(side, price));
  }

  /** What left a level is taken to be what we took, first: it was at the front. */
  #forgetConsumed(side: Side, price: number, shrunkBy: number, left: number): void {
    const consumed = this.consumed(side, price);
    const kept = left === 0 ? 0 : Math.max(0, consumed - shrunkBy);
    if (kept !== consumed) this.setConsumed(side, price, kept);
  }
}

function isOvertaken(quoteSequence: number | undefined, depthSequence: number | undefined): boolean {
  return quoteSequence !== undefined && depthSequence !== undefined && quoteSequence < depthSequence;
}
