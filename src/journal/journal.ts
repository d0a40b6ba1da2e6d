// The journal port: one gapless sequence of events, appended in atomic batches by one writer.
// Implementations: memory/ and sqlite/. One contract suite (journal.contract.ts) runs on all.
// What the events mean is the domain's business; when to wait for durability is the engine's.

import type { AccountId, InstrumentId, OrderId, VenueOrderId } from "../domain/identifiers.ts";
import type { EventDraft, RecordedEvent } from "../domain/system-event.ts";
import type { ProjectionSource } from "./projection.ts";

/** A state of the fold at a position: a cache that recovery may use, never the truth. */
export interface Snapshot {
  /** The last event folded into it. */
  readonly seq: number;
  /** Opaque text of the engine's own versioned format. */
  readonly state: string;
}

/** Hears of each commit, in order. Listeners must not throw. */
export interface JournalListener {
  /** All events up to and including `durableSeq` are on disk, by the journal's durability. */
  committed(durableSeq: number, events: readonly RecordedEvent[]): void;
  /** A commit failed: nothing after `durableSeq` will ever become durable, and every append throws. */
  failed(error: Error, durableSeq: number): void;
}

export const DURABILITIES = ["always", "group", "relaxed"] as const;
/**
 * always: an intent is on disk before it is sent · group: sent at once, acknowledged when the commit
 * lands · relaxed: nobody waits for the disk, and a power cut may lose the last moments.
 */
export type Durability = (typeof DURABILITIES)[number];

/**
 * An append-only sequence of events.
 *
 * Appends of one event-loop turn are committed together (group commit). A commit is atomic: after
 * a crash all of its events are there or none.
 */
export interface Journal {
  /** The last appended position, durable or not; 0 when empty. */
  readonly position: number;
  /** The last position known to be on disk. In `relaxed`: handed to the operating system. */
  readonly durablePosition: number;
  readonly durability: Durability;
  /**
   * The last position whose rows the readable tables hold; never above {@link durablePosition}, never below the
   * newest snapshot's. After a kill it may trail: the {@link ProjectionSource} then hands over, with its first rows,
   * those that an event after it changed. Journals without such tables report their durable position.
   */
  readonly projectedPosition: number;

  /**
   * Appends a batch: assigns `seq` and queues it for the next commit. Synchronous.
   *
   * @param expectedPosition - the {@link position} that the writer believes in.
   * @returns the same events with their `seq`.
   * @throws {OrderwrightError} `journal.conflict` when `expectedPosition` is not the position,
   *   `journal.writeFailed`, `journal.full` or `journal.closed` when the journal has stopped. Nothing is appended then.
   */
  append(batch: readonly EventDraft[], expectedPosition: number): readonly RecordedEvent[];

  /** Names the one listener: commits are reported to it from the turn after the append on. */
  listen(listener: JournalListener): void;

  /**
   * Names the source of the readable tables' rows.
   *
   * @returns whether this journal has such tables: if not, nobody will ever take the rows, and none need be kept.
   */
  project(source: ProjectionSource): boolean;

  /**
   * Commits all that is queued, now, and with a sync to disk in every durability mode.
   *
   * @throws {OrderwrightError} `journal.*` when the commit fails.
   */
  flush(): Promise<void>;

  /** Reads events after `afterSeq` in order: those that are durable at the call. @throws `journal.corrupt`. */
  read(afterSeq: number, limit?: number): Iterable<RecordedEvent>;

  /** Reads the events of one order, in order, durable ones only and all of them. @throws `journal.corrupt`. */
  readOrder(orderId: string): readonly RecordedEvent[];

  /**
   * Finds the order that a caller's own id names, or ever named: ids that a replace brought count too. The first
   * order of an account to use an id keeps it.
   */
  findOrderId(account: AccountId, clientOrderId: string): OrderId | undefined;

  /**
   * Finds the order that a venue's id names, or ever named: the id before a replace counts too, and one that only a
   * fill had. Some venues number per instrument: without one, any of the account counts. Of several orders the
   * latest to get the id is found. An id that no order had costs one indexed look-up, however long the journal is.
   */
  findOrderIdByVenueOrderId(
    account: AccountId,
    venueOrderId: VenueOrderId,
    instrumentId?: InstrumentId,
  ): OrderId | undefined;

  /**
   * Stores a snapshot of a durable position with the next commit; older ones may be dropped.
   *
   * @throws {InvariantViolation} when its position is not durable.
   */
  writeSnapshot(snapshot: Snapshot): void;

  /** Returns the newest usable snapshot; a damaged one is passed over. */
  readSnapshot(): Snapshot | undefined;

  /**
   * Commits what is queued, then closes, and so once only. The journal takes nothing afterwards. A journal that had
   * failed closes without an error: its listener was told.
   *
   * @throws {OrderwrightError} `journal.*` when the last commit fails; closed it is all the same.
   */
  close(): Promise<void>;
}
