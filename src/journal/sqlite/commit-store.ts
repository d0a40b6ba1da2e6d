// The write side of a journal file: one transaction per commit, on the main thread or in a worker.
// It stores what it is told. What belongs into a commit, and when, is decided in sqlite-journal.ts.

import { type Database, openDatabase, type Statement, type Synchronous } from "../../runtime/node/sqlite.ts";
import type { Snapshot } from "../journal.ts";
import type { ProjectionRows } from "../projection.ts";
import { CHAIN_START, chainHash, type StoredChunk, snapshotHash } from "./hash-chain.ts";
import { ProjectionTables } from "./projection-tables.ts";

/** One transaction. It crosses to the worker by structured clone. */
export interface CommitRequest {
  /** The events; absent when only tables are written. */
  readonly chunk: StoredChunk | undefined;
  /** The position that `rows` are as of. */
  readonly position: number;
  /** Our time, for a snapshot. */
  readonly at: number;
  readonly rows: ProjectionRows | undefined;
  readonly snapshot: Snapshot | undefined;
  /** Sync to disk even in `relaxed`. */
  readonly sync: boolean;
  /** How many events may get their readable rows in this transaction. */
  readonly indexLimit: number;
}

export interface CommitResult {
  /** The last event that has a readable row. */
  readonly eventsPosition: number;
  /** How long the readable tables took. */
  readonly tablesMs: number;
}

/** What opens a {@link CommitStore}; it crosses to the worker. */
export interface CommitStoreOptions {
  readonly path: string;
  /** Of ordinary commits: `normal` only in `relaxed`. */
  readonly synchronous: Synchronous;
  /** The file may not grow beyond this. */
  readonly maxBytes: number | undefined;
}

/** How many snapshots are kept: the newest, and one to fall back to. */
const KEPT_SNAPSHOTS = 2;

export class CommitStore {
  readonly #database: Database;
  readonly #ordinary: Synchronous;
  readonly #tables: ProjectionTables;
  readonly #insertCommit: Statement;
  readonly #insertSnapshot: Statement;
  readonly #dropSnapshots: Statement;
  readonly #noteSync: Statement;
  #synchronous: Synchronous;
  #hash: Uint8Array;

  /** Opens a checked file (journal-file.ts). @throws {SqliteError} */
  constructor(options: CommitStoreOptions) {
    this.#ordinary = options.synchronous;
    this.#synchronous = options.synchronous;
    this.#database = openDatabase(options.path, { synchronous: options.synchronous });
    const database = this.#database;
    if (options.maxBytes !== undefined) limitSize(database, options.maxBytes);
    this.#tables = new ProjectionTables(database);
    this.#insertCommit = database.prepare("INSERT INTO commits VALUES (?, ?, ?, ?, ?)");
    this.#insertSnapshot = database.prepare("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?)");
    this.#dropSnapshots = database.prepare(
      `DELETE FROM snapshots WHERE seq NOT IN (SELECT seq FROM snapshots ORDER BY seq DESC LIMIT ${KEPT_SNAPSHOTS})`,
    );
    this.#noteSync = database.prepare("INSERT OR REPLACE INTO meta VALUES ('synced_position', ?)");
    const last = database.prepare("SELECT hash FROM commits ORDER BY first_seq DESC LIMIT 1").get();
    this.#hash = (last?.["hash"] as Uint8Array | undefined) ?? CHAIN_START;
  }

  /** Runs one transaction. @throws {SqliteError} when nothing of it is known to be stored: stop then. */
  apply(request: CommitRequest): CommitResult {
    this.#synchronizeAs(request.sync ? "full" : this.#ordinary);
    const { chunk, snapshot } = request;
    return this.#database.transaction(() => {
      if (chunk !== undefined) this.#appendChunk(chunk);
      // A commit under NORMAL reaches the disk with the next one under FULL, and that has to write something.
      if (request.sync && this.#ordinary === "normal") this.#noteSync.run(String(request.position));
      if (snapshot !== undefined) this.#storeSnapshot(snapshot, request.at);
      return this.#writeTables(request);
    });
  }

  close(): void {
    this.#database.close();
  }

  #appendChunk(chunk: StoredChunk): void {
    this.#hash = chainHash(this.#hash, chunk);
    this.#insertCommit.run(chunk.firstSeq, chunk.lastSeq, chunk.at, chunk.payload, this.#hash);
  }

  #storeSnapshot(snapshot: Snapshot, at: number): void {
    this.#insertSnapshot.run(snapshot.seq, at, snapshot.state, snapshotHash(snapshot.seq, snapshot.state));
    this.#dropSnapshots.run();
  }

  #writeTables(request: CommitRequest): CommitResult {
    const begun = performance.now();
    if (request.rows !== undefined) this.#tables.write(request.rows, request.position);
    if (request.indexLimit > 0) this.#tables.indexEvents(request.indexLimit);
    return { eventsPosition: this.#tables.eventsPosition, tablesMs: performance.now() - begun };
  }

  #synchronizeAs(synchronous: Synchronous): void {
    if (synchronous === this.#synchronous) return;
    this.#database.setSynchronous(synchronous);
    this.#synchronous = synchronous;
  }
}

function limitSize(database: Database, maxBytes: number): void {
  const pageSize = Number(database.prepare("PRAGMA page_size").get()?.["page_size"]);
  database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / pageSize))}`);
}
