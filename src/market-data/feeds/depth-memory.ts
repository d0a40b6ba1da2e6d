// What a stream of depth told lately, so that a snapshot that arrives late can be brought up to date.
// It keeps no book: that is ../order-book-view.ts, and the paper venue's own.

import type { Decimal } from "../../domain/decimal.ts";
import type { BookLevel } from "../market-data.ts";

/** Updates kept: some 10 s of the fastest stream, far more than a snapshot takes to arrive. */
const MAX_UPDATES = 1_000;

export interface NumberedDepth {
  /** The venue's number of the last change that is in it. */
  readonly lastId: number;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

/** The recent depth updates of one instrument. */
export class DepthMemory {
  #updates: NumberedDepth[] = [];
  #forgottenId = 0;
  #snapshotId = 0;

  /** @returns whether the update says anything that the last snapshot did not hold. */
  add(update: NumberedDepth): boolean {
    if (update.lastId <= this.#snapshotId) return false;
    this.#updates.push(update);
    if (this.#updates.length > MAX_UPDATES) this.#forgottenId = this.#updates.shift()?.lastId ?? 0;
    return true;
  }

  /** Returns the snapshot with all later updates applied, or `undefined` when not all are remembered. */
  bringUpToDate(snapshot: NumberedDepth): NumberedDepth | undefined {
    if (this.#forgottenId > snapshot.lastId) return undefined;
    const later = this.#updates.filter(({ lastId }) => lastId > snapshot.lastId);
    this.#snapshotId = snapshot.lastId;
    return {
      lastId: later.at(-1)?.lastId ?? snapshot.lastId,
      bids: overlay([snapshot.bids, ...later.map(({ bids }) => bids)]),
      asks: overlay([snapshot.asks, ...later.map(({ asks }) => asks)]),
    };
  }
}

/** Joins level lists, later quantities over earlier ones, leaving out what ends at zero. */
function overlay(lists: readonly (readonly BookLevel[])[]): BookLevel[] {
  const levels = new Map<string, BookLevel>();
  for (const list of lists) {
    for (const level of list) levels.set(keyOf(level.price), level);
  }
  return [...levels.values()].filter(({ quantity }) => quantity.isPositive());
}

/** Equal prices have equal texts, whatever their scales. */
function keyOf(price: Decimal): string {
  return price.toString();
}
