// The read side of a journal file: events by position or by order, snapshots, and the check of the whole chain.
// It reads what is committed and changes nothing. No statement stays open between two reads.

import type { RecordedEvent } from "../../domain/system-event.ts";
import type { Database, SqliteRow, Statement } from "../../runtime/node/sqlite.ts";
import { decodeChunk, openChunk } from "../event-codec.ts";
import type { Snapshot } from "../journal.ts";
import { equalHashes, type StoredChunk, snapshotHash } from "./hash-chain.ts";
import { openError } from "./journal-error.ts";

/** A row of the table `commits`. */
export interface StoredCommit extends StoredChunk {
  readonly hash: Uint8Array;
}

/** How many commits are read at a time: a few hundred kilobytes in a busy journal. */
const COMMITS_PER_READ = 256;

export class CommitReader {
  readonly #path: string;
  readonly #commitsFrom: Statement;
  readonly #commitAt: Statement;
  readonly #lastCommits: Statement;
  readonly #orderSeqs: Statement;
  readonly #projection: Statement;
  readonly #snapshots: Statement;

  constructor(database: Database) {
    this.#path = database.path;
    const columns = "first_seq, last_seq, at, payload, hash";
    this.#commitsFrom = database.prepare(
      `SELECT ${columns} FROM commits WHERE first_seq >= ? ORDER BY first_seq LIMIT ${COMMITS_PER_READ}`,
    );
    this.#commitAt = database.prepare(
      `SELECT ${columns} FROM commits WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1`,
    );
    this.#lastCommits = database.prepare(`SELECT ${columns} FROM commits ORDER BY first_seq DESC LIMIT ?`);
    this.#orderSeqs = database.prepare("SELECT seq FROM events WHERE order_id = ? AND seq <= ? ORDER BY seq");
    this.#projection = database.prepare("SELECT position FROM projection WHERE name = ?");
    this.#snapshots = database.prepare("SELECT seq, state, hash FROM snapshots WHERE seq <= ? ORDER BY seq DESC");
  }

  /** The last committed event; 0 when there is none. */
  position(): number {
    return this.lastCommits(1)[0]?.lastSeq ?? 0;
  }

  /** How far the readable tables have come: `rows` of orders, fills and positions, or rows of `events`. */
  projectedPosition(name: "rows" | "events"): number {
    return this.#reading(() => Number(this.#projection.get(name)?.["position"] ?? 0));
  }

  /** The newest commits, oldest first. */
  lastCommits(count: number): StoredCommit[] {
    return this.#reading(() => this.#lastCommits.all(count).map(toCommit).toReversed());
  }

  /** All commits from the first that holds an event after `afterSeq`, in order. */
  *commits(afterSeq = 0): Generator<StoredCommit> {
    let next = this.#reading(() => Number(this.#commitAt.get(afterSeq + 1)?.["first_seq"] ?? 0));
    for (;;) {
      const from = next;
      const commits = this.#reading(() => this.#commitsFrom.all(from).map(toCommit));
      yield* commits;
      const last = commits.at(-1);
      if (last === undefined || commits.length < COMMITS_PER_READ) return;
      next = last.firstSeq + 1;
    }
  }

  /** Events after `afterSeq` up to `upTo`, at most `limit`. */
  *events(afterSeq: number, upTo: number, limit = Number.POSITIVE_INFINITY): Generator<RecordedEvent> {
    const end = Math.min(upTo, afterSeq + limit);
    if (afterSeq >= end) return;
    for (const commit of this.commits(afterSeq)) {
      for (const event of decodeChunk(commit.payload, commit.firstSeq)) {
        if (event.seq > end) return;
        if (event.seq > afterSeq) yield event;
      }
      if (commit.lastSeq >= end) return;
    }
  }

  /** Events of one order up to `upTo`: by the table `events`, and beyond its position by the commits themselves. */
  *orderEvents(orderId: string, upTo: number): Generator<RecordedEvent> {
    const indexed = Math.min(this.projectedPosition("events"), upTo);
    const seqs = this.#reading(() => this.#orderSeqs.all(orderId, indexed)).map((row) => Number(row["seq"]));
    yield* this.#eventsAt(seqs);
    if (indexed >= upTo) return;
    // The text of a chunk holds the id of each order that it is about: most chunks need no decoding.
    const mark = JSON.stringify(orderId);
    for (const commit of this.commits(indexed)) {
      if (commit.firstSeq > upTo) break;
      if (!commit.payload.includes(mark)) continue;
      for (const event of decodeChunk(commit.payload, commit.firstSeq)) {
        if (event.seq <= indexed || event.seq > upTo) continue;
        if ("orderId" in event && event.orderId === orderId) yield event;
      }
    }
  }

  /** The newest snapshot at or before a position whose checksum holds. */
  snapshot(upTo: number): Snapshot | undefined {
    for (const row of this.#reading(() => this.#snapshots.all(upTo))) {
      const snapshot = { seq: Number(row["seq"]), state: String(row["state"]) };
      if (equalHashes(row["hash"] as Uint8Array, snapshotHash(snapshot.seq, snapshot.state))) return snapshot;
    }
    return undefined;
  }

  *#eventsAt(seqs: readonly number[]): Generator<RecordedEvent> {
    let chunk: ReturnType<typeof openChunk> | undefined;
    for (const seq of seqs) {
      if (chunk === undefined || seq >= chunk.firstSeq + chunk.count) {
        const row = this.#reading(() => this.#commitAt.get(seq));
        chunk = openChunk(String(row?.["payload"]), Number(row?.["first_seq"]));
      }
      yield chunk.event(seq);
    }
  }

  #reading<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw openError(this.#path, error);
    }
  }
}

function toCommit(row: SqliteRow): StoredCommit {
  return {
    firstSeq: Number(row["first_seq"]),
    lastSeq: Number(row["last_seq"]),
    at: Number(row["at"]),
    payload: String(row["payload"]),
    hash: row["hash"] as Uint8Array,
  };
}
