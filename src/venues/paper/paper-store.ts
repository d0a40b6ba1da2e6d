// What the paper venue keeps, and the port of what keeps it: its own truth, apart from the journal.
// memory-paper-store.ts and sqlite-paper-store.ts implement it. Market data is not kept: the tape brings it again.

import type { AccountId, InstrumentId, OrderId, VenueId } from "../../domain/identifiers.ts";
import type { Instant } from "../../domain/time.ts";
import type { MatchingChanges, MatchingState } from "../../matching/types.ts";
import type { VenueFill, VenueOrder } from "../venue.ts";

/** The venue's record of an order, kept for ever: its client order id stays taken. */
export interface PaperOrder extends VenueOrder {
  readonly clientOrderId: OrderId;
  readonly expiresAt?: Instant;
  readonly placedAt: Instant;
}

/** How many ids of each kind were given out. */
export interface PaperCounters {
  readonly orders: number;
  readonly executions: number;
  /** Also the cursor of the last fill. */
  readonly fills: number;
}

/** A place on a tape. */
export interface TapePlace {
  readonly description: string;
  /** How many of its events the stored state has seen. */
  readonly position: number;
}

/** Everything that happened since the last commit. */
export interface PaperBatch {
  /** New and changed orders. */
  readonly orders: readonly PaperOrder[];
  readonly fills: readonly VenueFill[];
  /** Changes of queues, positions and consumed liquidity, by instrument. */
  readonly matching: ReadonlyMap<InstrumentId, MatchingChanges>;
  readonly counters: PaperCounters;
  readonly tape: TapePlace;
}

/** What the venue goes on from. */
export interface PaperState {
  readonly counters: PaperCounters;
  /** Absent before the first commit. */
  readonly tape: TapePlace | undefined;
  readonly working: readonly PaperOrder[];
  readonly matching: ReadonlyMap<InstrumentId, MatchingState>;
}

/**
 * Keeps one venue's state. Synchronous, so that a commit ends before anything of it can be told.
 *
 * Every failure is thrown as an `OrderwrightError` with a code `journal.*`; after one the venue stops using it.
 */
export interface PaperStore {
  /** The venue that the store belongs to. */
  readonly venue: VenueId;
  load(): PaperState;
  /** Stores the batch whole or not at all; what it returned from survives a crash at any later instant. */
  commit(batch: PaperBatch): void;
  order(account: AccountId, clientOrderId: string): PaperOrder | undefined;
  /** Returns the account's fills whose cursor is above `after`, oldest first. */
  fillsSince(account: AccountId, after: number): readonly VenueFill[];
  close(): void;
}

export const NO_COUNTERS: PaperCounters = { orders: 0, executions: 0, fills: 0 };
