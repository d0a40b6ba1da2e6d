// Price levels in order, found by price or from the best on: a sorted array and a map.
// The best level is at the array's end, where most changes happen and cost no move of the others.

/** Which price comes first: the highest for bids, the lowest for asks. */
export type BestFirst = "highest" | "lowest";

export class SortedLevels<L extends { readonly price: number }> {
  /** Worst first. */
  readonly #sorted: L[] = [];
  readonly #byPrice = new Map<number, L>();
  /** Prices times this ascend towards the best. */
  readonly #sign: 1 | -1;

  constructor(best: BestFirst) {
    this.#sign = best === "highest" ? 1 : -1;
  }

  get size(): number {
    return this.#sorted.length;
  }

  get(price: number): L | undefined {
    return this.#byPrice.get(price);
  }

  best(): L | undefined {
    return this.#sorted[this.#sorted.length - 1];
  }

  /** Adds a level at a price that has none. */
  insert(level: L): void {
    this.#byPrice.set(level.price, level);
    const index = this.#indexOf(level.price);
    if (index === this.#sorted.length) this.#sorted.push(level);
    else this.#sorted.splice(index, 0, level);
  }

  delete(price: number): void {
    if (!this.#byPrice.delete(price)) return;
    const index = this.#indexOf(price);
    if (index === this.#sorted.length - 1) this.#sorted.pop();
    else this.#sorted.splice(index, 1);
  }

  /** Returns whether a price would come before another. */
  isBetter(price: number, other: number): boolean {
    return this.#sign * price > this.#sign * other;
  }

  /** Yields levels from the best on. The levels must not change meanwhile. */
  *[Symbol.iterator](): Generator<L, void, undefined> {
    for (let index = this.#sorted.length - 1; index >= 0; index--) {
      yield this.#sorted[index] as L;
    }
  }

  /** Returns the first index whose price is at least as good. */
  #indexOf(price: number): number {
    const target = this.#sign * price;
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sign * (this.#sorted[middle] as L).price < target) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
