// The journal in one SQLite file: the embedded default. Forms commits, keeps the readable tables near, holds the lock.
// How a commit is stored is commit-store.ts, where it runs is committer.ts, and reading is commit-reader.ts.

import { assert } from "../../domain/assert.ts";
import type { OrderwrightError } from "../../domain/errors.ts";
import type { AccountId, InstrumentId, OrderId, VenueOrderId } from "../../domain/identifiers.ts";
import type { EventDraft, RecordedEvent } from "../../domain/system-event.ts";
import type { Activity } from "../../runtime/activity.ts";
import type { Clock } from "../../runtime/clock.ts";
import { type Logger, silentLogger } from "../../runtime/logger.ts";
import { type Database, openDatabase } from "../../runtime/node/sqlite.ts";
import { type Commit, CommitQueue } from "../commit-queue.ts";
import { encodeChunk } from "../event-codec.ts";
import type { Durability, Journal, JournalListener, Snapshot } from "../journal.ts";
import {
  type AliasKind,
  firstTerms,
  OrderAliases,
  ofClientAlias,
  ofVenueAlias,
  type TermsOf,
} from "../order-aliases.ts";
import type { ProjectionSource } from "../projection.ts";
import { aliasReader } from "./alias-table.ts";
import { CommitReader } from "./commit-reader.ts";
import type { CommitRequest, CommitResult, CommitStoreOptions } from "./commit-store.ts";
import { type Committer, openMainCommitter, openWorkerCommitter } from "./committer.ts";
import { DueTimer } from "./due-timer.ts";
import { commitError, openError } from "./journal-error.ts";
import { checkIdentity, checkTail, createTables, requireWritable, resolveJournalPath } from "./journal-file.ts";
import { lockJournal } from "./journal-lock.ts";
import { eventTables } from "./journal-reader.ts";
import { FORMAT_VERSION } from "./journal-schema.ts";
import { upgradeTables } from "./journal-upgrade.ts";
import { measureSyncMs } from "./sync-latency.ts";
import { type ChainReport, verifyChain } from "./verify-chain.ts";

/** What a {@link SqliteJournal} is opened with. */
export interface SqliteJournalOptions {
  readonly path: string;
  readonly durability: Durability;
  readonly clock: Clock;
  readonly activity?: Activity;
  readonly logger?: Logger;
  /**
   * Where commits run: on the `main` thread, in a `worker`, or (`auto`, the default) in a worker when the disk takes
   * more than half a millisecond to sync. Run from its sources, `auto` stays on the main thread, and `worker` needs
   * a `workerUrl` where Node runs no TypeScript.
   */
  readonly committer?: "auto" | "main" | "worker";
  /** How far the readable tables may trail, in milliseconds. Default 250. */
  readonly projectionLagMs?: number;
  /** The file may not grow beyond this; a commit that needs more fails as on a full disk. Default without limit. */
  readonly maxBytes?: number;
  /** The worker's program, where it is not the one beside this file. */
  readonly workerUrl?: URL;
}

/** A sync slower than this would hold up the main thread more than the way to a worker and back costs. */
const WORKER_FROM_SYNC_MS = 0.5;

const DEFAULT_LAG_MS = 250;
/** How many events get their rows in one write: about 10 ms of work, so that commits are not held up for long. */
const EVENTS_PER_WRITE = 2_000;
/** The same where somebody waits for the tables. */
const EVENTS_PER_FLUSH = 20_000;
/** While events wait for rows, the next write comes after this many times the time that the last one took. */
const REST_PER_WRITE = 3;
/** With more events than this without rows, each commit gives some of them theirs: the backlog grows no further. */
const BEARABLE_BACKLOG = 1_000_000;

/** Whether this is the published JavaScript: workers load that on every Node, sources not. */
const IS_COMPILED = import.meta.url.endsWith(".js");

interface Parts {
  readonly path: string;
  readonly committer: Committer;
  readonly readDatabase: Database;
  /** Closes all of it, and releases the lock. */
  readonly close: () => Promise<void>;
}

/** A journal in one file, with one writer. Open it by {@link SqliteJournal.open}; close it, or its lock stays until the process ends. */
export class SqliteJournal implements Journal {
  readonly path: string;
  readonly durability: Durability;
  readonly #clock: Clock;
  readonly #parts: Parts;
  readonly #reader: CommitReader;
  readonly #queue: CommitQueue;
  readonly #lagMs: number;
  /** Orders, fills and positions: their rows are taken from the source all at once. */
  readonly #rowsDue: DueTimer;
  /** Events: their rows come from the commits, some at a time. Under heavy load they trail the other rows. */
  readonly #eventsDue: DueTimer;
  readonly #storedAliases: (kind: AliasKind, alias: string) => readonly OrderId[];
  /** Of events that the table `order_aliases` may not have yet. */
  readonly #recentAliases = new OrderAliases();
  readonly #termsOf: TermsOf = (orderId) => firstTerms(this.#reader.orderEvents(orderId, this.durablePosition));
  #source: ProjectionSource | undefined;
  #snapshot: Snapshot | undefined;
  #rowsPosition: number;
  #eventsPosition: number;

  /**
   * Opens a journal, or makes a new one. It is this process's until it is closed or the process ends.
   *
   * @throws {OrderwrightError} `journal.locked` while another journal of the path is open; `journal.foreignFile` and
   *   `journal.corrupt` for a file that cannot be used, which is left as it is; `journal.writeFailed` or `journal.full`
   *   when it cannot be opened or made.
   */
  static async open(options: SqliteJournalOptions): Promise<SqliteJournal> {
    const path = resolveJournalPath(options.path);
    if (checkIdentity(path) !== undefined) requireWritable(path);
    const lock = lockJournal(path);
    // Last opened, first closed; and the writer after the reader: the last connection folds the log into the file.
    const closers: (() => Promise<void> | void)[] = [() => lock.release()];
    const close = async (): Promise<void> => {
      for (const closer of closers) await closer();
    };
    try {
      prepareTables(path, options);
      const committer = await openCommitter(path, options);
      closers.unshift(() => committer.close());
      const readDatabase = openDatabase(path, { readOnly: true });
      closers.unshift(() => readDatabase.close());
      return new SqliteJournal(options, { path, committer, readDatabase, close });
    } catch (error) {
      await close();
      throw openError(path, error);
    }
  }

  private constructor(options: SqliteJournalOptions, parts: Parts) {
    this.path = parts.path;
    this.durability = options.durability;
    this.#clock = options.clock;
    this.#parts = parts;
    this.#reader = new CommitReader(parts.readDatabase);
    this.#storedAliases = aliasReader(parts.readDatabase);
    this.#rowsPosition = this.#reader.projectedPosition("rows");
    this.#eventsPosition = this.#reader.projectedPosition("events");
    this.#queue = new CommitQueue({
      name: parts.path,
      position: this.#reader.position(),
      defer: setImmediate,
      activity: options.activity,
      write: (commit, done) => this.#write(commit, done),
    });
    this.#lagMs = options.projectionLagMs ?? DEFAULT_LAG_MS;
    this.#rowsDue = new DueTimer(options.clock, () => this.#queue.requestTurn());
    this.#eventsDue = new DueTimer(options.clock, () => this.#queue.requestTurn());
    this.#noteUnindexedAliases();
    if (this.#eventsPosition < this.position) this.#eventsDue.arm(this.#lagMs);
  }

  get position(): number {
    return this.#queue.position;
  }

  get durablePosition(): number {
    return this.#queue.durablePosition;
  }

  get projectedPosition(): number {
    return this.#rowsPosition;
  }

  append(batch: readonly EventDraft[], expectedPosition: number): readonly RecordedEvent[] {
    const events = this.#queue.append(batch, expectedPosition);
    if (this.#source !== undefined) this.#rowsDue.arm(this.#lagMs);
    this.#eventsDue.arm(this.#lagMs);
    return events;
  }

  listen(listener: JournalListener): void {
    this.#queue.listen(listener);
  }

  project(source: ProjectionSource): boolean {
    assert(this.#source === undefined, "a journal has one projection source");
    this.#source = source;
    if (this.#rowsPosition < this.position) this.#rowsDue.arm(this.#lagMs);
    return true;
  }

  /** Also writes the readable tables. Of a long backlog of events only a part gets its rows. */
  flush(): Promise<void> {
    return this.#queue.flush();
  }

  read(afterSeq: number, limit?: number): Iterable<RecordedEvent> {
    return this.#reader.events(afterSeq, this.durablePosition, limit);
  }

  readOrder(orderId: string): readonly RecordedEvent[] {
    return [...this.#reader.orderEvents(orderId, this.durablePosition)];
  }

  findOrderId(account: AccountId, clientOrderId: string): OrderId | undefined {
    return ofClientAlias(this.#users("client", clientOrderId), account, this.#termsOf);
  }

  findOrderIdByVenueOrderId(
    account: AccountId,
    venueOrderId: VenueOrderId,
    instrumentId?: InstrumentId,
  ): OrderId | undefined {
    return ofVenueAlias(this.#users("venue", venueOrderId), account, instrumentId, this.#termsOf);
  }

  writeSnapshot(snapshot: Snapshot): void {
    this.#queue.requireOpen();
    assert(snapshot.seq <= this.durablePosition, `a snapshot of position ${snapshot.seq}, which is not durable`);
    this.#snapshot = snapshot;
    // With it go the tables, so that what is read after the snapshot is all that they can lack.
    this.#rowsDue.hurry();
  }

  readSnapshot(): Snapshot | undefined {
    return this.#reader.snapshot(this.durablePosition);
  }

  /** Checks the whole file, commit by commit and row by row; others get their turn in between. */
  verifyChain(onProgress?: (position: number) => void): Promise<ChainReport> {
    return verifyChain(this.#reader, this.durablePosition, eventTables(this.#parts.readDatabase), onProgress);
  }

  close(): Promise<void> {
    return this.#queue.close(() => {
      this.#stopTables();
      return this.#parts.close();
    });
  }

  #write(commit: Commit, done: (error?: OrderwrightError) => void): void {
    const fail = (error: unknown): void => {
      this.#stopTables();
      done(commitError(this.path, error, this.durablePosition));
    };
    let request: CommitRequest;
    try {
      request = this.#request(commit);
    } catch (error) {
      fail(error);
      return;
    }
    this.#parts.committer.commit(request, (outcome) => {
      if ("error" in outcome) {
        fail(outcome.error);
        return;
      }
      this.#noteTables(request, outcome.result);
      done();
    });
  }

  #request(commit: Commit): CommitRequest {
    const { events, position } = commit;
    const at = this.#clock.now();
    const rowsDue = this.#rowsDue.take() || commit.sync;
    const snapshot = this.#snapshot;
    this.#snapshot = undefined;
    for (const event of events) this.#recentAliases.note(event);
    const firstSeq = position - events.length + 1;
    return {
      chunk: events.length === 0 ? undefined : { firstSeq, lastSeq: position, at, payload: encodeChunk(events) },
      position,
      at,
      rows: rowsDue ? this.#source?.takeChangedRows() : undefined,
      snapshot,
      // An order id holds its epoch: an epoch that a power cut could undo might be given out twice.
      sync: commit.sync || events.some((event) => event.type === "epochStarted"),
      indexLimit: this.#indexLimit(commit),
    };
  }

  #indexLimit(commit: Commit): number {
    const due = this.#eventsDue.take();
    if (commit.sync) return EVENTS_PER_FLUSH;
    return due || commit.position - this.#eventsPosition > BEARABLE_BACKLOG ? EVENTS_PER_WRITE : 0;
  }

  #noteTables(request: CommitRequest, result: CommitResult): void {
    if (request.rows !== undefined) this.#rowsPosition = request.position;
    else if (this.#source !== undefined && this.#rowsPosition < request.position) this.#rowsDue.arm(this.#lagMs);
    if (request.indexLimit > 0) {
      this.#eventsPosition = result.eventsPosition;
      this.#recentAliases.forgetUpTo(result.eventsPosition);
    }
    if (this.#eventsPosition >= request.position) return;
    this.#eventsDue.arm(request.indexLimit > 0 ? result.tablesMs * REST_PER_WRITE : this.#lagMs);
  }

  #stopTables(): void {
    this.#rowsDue.stop();
    this.#eventsDue.stop();
  }

  /** After a kill the tables trail: what they lack is found here until they have caught up. */
  #noteUnindexedAliases(): void {
    for (const event of this.#reader.events(this.#eventsPosition, this.durablePosition)) {
      this.#recentAliases.note(event);
    }
  }

  /** All orders that had an id, in the order in which they got it. */
  #users(kind: AliasKind, alias: string): readonly OrderId[] {
    const stored = this.#storedAliases(kind, alias);
    const recent = this.#recentAliases.orderIds(kind, alias);
    return recent.length === 0 ? stored : [...stored, ...recent.filter((orderId) => !stored.includes(orderId))];
  }
}

/** Makes the tables of a new file; checks those of another, and brings them up to date. */
function prepareTables(path: string, options: SqliteJournalOptions): void {
  const format = checkIdentity(path);
  if (format === undefined) {
    createTables(path, options.clock.now());
    return;
  }
  checkTail(path);
  if (format === FORMAT_VERSION) return;
  const logger = options.logger ?? silentLogger;
  logger.info({ path, from: format, to: FORMAT_VERSION }, "the journal's tables are brought to another format");
  upgradeTables(path);
}

async function openCommitter(path: string, options: SqliteJournalOptions): Promise<Committer> {
  const store: CommitStoreOptions = {
    path,
    synchronous: options.durability === "relaxed" ? "normal" : "full",
    maxBytes: options.maxBytes,
  };
  const wanted = options.committer ?? "auto";
  const syncMs = wanted === "auto" && IS_COMPILED ? measureSyncMs(path) : undefined;
  const inWorker = wanted === "worker" || (syncMs !== undefined && syncMs > WORKER_FROM_SYNC_MS);
  const logger = options.logger ?? silentLogger;
  logger.info({ path, committer: inWorker ? "worker" : "main", syncMs }, "the journal is open");
  return inWorker ? openWorkerCommitter(store, options.workerUrl) : openMainCommitter(store);
}
