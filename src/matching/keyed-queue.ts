// Things that wait for a number: orders for a trigger price or for their expiry. First by number, then by arrival.

import { type BestFirst, SortedLevels } from "./sorted-levels.ts";

interface Group<T> {
  /** The key; named for {@link SortedLevels}. */
  readonly price: number;
  /** In the order of arrival. */
  readonly members: Set<T>;
}

export class KeyedQueue<T> {
  readonly #groups: SortedLevels<Group<T>>;

  constructor(first: BestFirst) {
    this.#groups = new SortedLevels(first);
  }

  firstKey(): number | undefined {
    return this.#groups.best()?.price;
  }

  add(key: number, member: T): void {
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { price: key, members: new Set() };
      this.#groups.insert(group);
    }
    group.members.add(member);
  }

  remove(key: number, member: T): void {
    const group = this.#groups.get(key);
    if (group === undefined) return;
    group.members.delete(member);
    if (group.members.size === 0) this.#groups.delete(key);
  }

  /** Takes out all members whose key is the given one or comes before it. */
  takeUpTo(key: number): T[] {
    const taken: T[] = [];
    for (let group = this.#groups.best(); group !== undefined; group = this.#groups.best()) {
      if (this.#groups.isBetter(key, group.price)) break;
      taken.push(...group.members);
      this.#groups.delete(group.price);
    }
    return taken;
  }
}
