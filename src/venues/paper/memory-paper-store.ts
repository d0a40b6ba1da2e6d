// The paper store without a disk: for tests and simulation. It outlives the venue that uses it, so that a
// restart can be played; what a crash would lose of a real one is the SQLite store's to show.

import type { AccountId, InstrumentId, VenueId } from "../../domain/identifiers.ts";
import type { MatchingChanges, MatchingState } from "../../matching/types.ts";
import type { VenueFill } from "../venue.ts";
import {
  NO_COUNTERS,
  type PaperBatch,
  type PaperCounters,
  type PaperOrder,
  type PaperState,
  type PaperStore,
  type TapePlace,
} from "./paper-store.ts";

/** The store for desks without a data directory, and for tests: it outlives its venue, not its process. */
export class MemoryPaperStore implements PaperStore {
  readonly venue: VenueId;
  /** Commits so far: for tests of what shares one. */
  commits = 0;
  #counters: PaperCounters = NO_COUNTERS;
  #tape: TapePlace | undefined;
  readonly #byOwner = new Map<string, PaperOrder>();
  readonly #working = new Map<string, PaperOrder>();
  readonly #fills = new Map<AccountId, VenueFill[]>();
  readonly #matching = new Map<InstrumentId, MatchingBooks>();

  constructor(venue: VenueId) {
    this.venue = venue;
  }

  load(): PaperState {
    return {
      counters: this.#counters,
      tape: this.#tape,
      working: [...this.#working.values()],
      matching: new Map(Array.from(this.#matching, ([id, books]) => [id, books.state()])),
    };
  }

  commit(batch: PaperBatch): void {
    this.commits++;
    for (const order of batch.orders) {
      this.#byOwner.set(ownerKey(order.account, order.clientOrderId), order);
      if (order.status === "working") this.#working.set(order.venueOrderId, order);
      else this.#working.delete(order.venueOrderId);
    }
    for (const fill of batch.fills) {
      const fills = this.#fills.get(fill.account);
      if (fills === undefined) this.#fills.set(fill.account, [fill]);
      else fills.push(fill);
    }
    for (const [instrumentId, changes] of batch.matching) {
      const books = this.#matching.get(instrumentId) ?? new MatchingBooks();
      this.#matching.set(instrumentId, books);
      books.apply(changes);
    }
    this.#counters = batch.counters;
    this.#tape = batch.tape;
  }

  order(account: AccountId, clientOrderId: string): PaperOrder | undefined {
    return this.#byOwner.get(ownerKey(account, clientOrderId));
  }

  fillsSince(account: AccountId, after: number): readonly VenueFill[] {
    const fills = this.#fills.get(account) ?? [];
    return fills.slice(firstAbove(fills, after));
  }

  close(): void {
    // Nothing is held open; the content stays for the next venue.
  }
}

/** One instrument's matching state, by the keys under which its changes come. */
class MatchingBooks {
  #sequence = 0;
  #lastPrice: string | undefined;
  readonly #orders = new Map<string, MatchingState["orders"][number]>();
  readonly #positions = new Map<string, MatchingState["positions"][number]>();
  readonly #consumed = new Map<string, MatchingState["consumed"][number]>();

  apply(changes: MatchingChanges): void {
    this.#sequence = changes.sequence;
    this.#lastPrice = changes.lastPrice;
    for (const id of changes.removed) this.#orders.delete(id);
    for (const order of changes.orders) this.#orders.set(order.venueOrderId, order);
    for (const position of changes.positions) this.#positions.set(position.account, position);
    for (const level of changes.consumed) {
      const key = `${level.side}/${level.price}`;
      if (level.quantity === "0") this.#consumed.delete(key);
      else this.#consumed.set(key, level);
    }
  }

  state(): MatchingState {
    return {
      sequence: this.#sequence,
      ...(this.#lastPrice === undefined ? {} : { lastPrice: this.#lastPrice }),
      orders: [...this.#orders.values()],
      positions: [...this.#positions.values()],
      consumed: [...this.#consumed.values()],
    };
  }
}

function ownerKey(account: AccountId, clientOrderId: string): string {
  return `${account}/${clientOrderId}`;
}

/** Cursors rise: the first fill above one is found by halving. */
function firstAbove(fills: readonly VenueFill[], after: number): number {
  let low = 0;
  let high = fills.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Number(fills[middle]?.cursor) > after) high = middle;
    else low = middle + 1;
  }
  return low;
}
