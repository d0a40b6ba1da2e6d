// The journal on a virtual disk: the real commit queue, encoding and hash chain over a file that can be torn. A record
// is its length, its kind, its positions, its text, and the hash over all before it. A torn last record is cut off at
// the next start, since nobody was told of it; damage before the end refuses the start.

import { assert } from "../../domain/assert.ts";
import { type OrderwrightError, orderwrightError } from "../../domain/errors.ts";
import type { AccountId, InstrumentId, OrderId, VenueOrderId } from "../../domain/identifiers.ts";
import type { EventDraft, RecordedEvent } from "../../domain/system-event.ts";
import { type Commit, CommitQueue } from "../../journal/commit-queue.ts";
import { decodeChunk, encodeChunk } from "../../journal/event-codec.ts";
import type { Durability, Journal, JournalListener, Snapshot } from "../../journal/journal.ts";
import { firstTerms, OrderAliases, ofClientAlias, ofVenueAlias, type TermsOf } from "../../journal/order-aliases.ts";
import type { ProjectionSource } from "../../journal/projection.ts";
import {
  CHAIN_START,
  chainHash,
  equalHashes,
  type StoredChunk,
  snapshotHash,
} from "../../journal/sqlite/hash-chain.ts";
import type { Activity } from "../../runtime/activity.ts";
import type { ProcessClock } from "../process-clock.ts";
import type { VirtualDisk } from "./virtual-disk.ts";

/** Length, kind, first and last position, time. */
const HEAD_BYTES = 4 + 1 + 8 + 8 + 8;
const HASH_BYTES = 32;
const KIND_COMMIT = 1;
const KIND_SNAPSHOT = 2;

interface Encoded {
  readonly bytes: Buffer;
  /** The end of the chain once it is stored. */
  readonly hash: Uint8Array;
  readonly snapshot: Snapshot | undefined;
}

/** Hears what is on disk, independently of the engine. */
export type SyncedListener = (events: readonly RecordedEvent[]) => void;

export class DiskJournal implements Journal {
  readonly durability: Durability = "always";
  readonly #disk: VirtualDisk;
  readonly #clock: ProcessClock;
  readonly #onSynced: SyncedListener;
  readonly #queue: CommitQueue;
  readonly #events: RecordedEvent[];
  readonly #byOrder = new Map<string, RecordedEvent[]>();
  readonly #aliases = new OrderAliases();
  readonly #termsOf: TermsOf = (orderId) => firstTerms(this.readOrder(orderId));
  #hash: Uint8Array;
  #snapshot: Snapshot | undefined;
  #snapshotDue: Snapshot | undefined;

  /** @throws {OrderwrightError} `journal.locked`, `journal.corrupt`. */
  constructor(disk: VirtualDisk, clock: ProcessClock, onSynced: SyncedListener, activity?: Activity) {
    disk.lock(this);
    this.#disk = disk;
    this.#clock = clock;
    this.#onSynced = onSynced;
    try {
      const records = readRecords(disk.contents(), disk.readCache as Records | undefined);
      const { events, hash, snapshot, length } = records;
      disk.truncate(length);
      disk.readCache = records;
      this.#events = [...events];
      this.#hash = hash;
      this.#snapshot = snapshot;
    } catch (error) {
      disk.unlock(this);
      throw error;
    }
    for (const event of this.#events) this.#note(event);
    this.#queue = new CommitQueue({
      name: "virtual disk",
      position: this.#events.length,
      activity,
      defer: (task) => void clock.schedule(0, task),
      write: (commit, done) => this.#write(commit, done),
    });
  }

  get position(): number {
    return this.#queue.position;
  }

  get durablePosition(): number {
    return this.#queue.durablePosition;
  }

  get projectedPosition(): number {
    return this.#queue.durablePosition;
  }

  append(batch: readonly EventDraft[], expectedPosition: number): readonly RecordedEvent[] {
    return this.#queue.append(batch, expectedPosition);
  }

  listen(listener: JournalListener): void {
    this.#queue.listen(listener);
  }

  project(_source: ProjectionSource): boolean {
    return false;
  }

  flush(): Promise<void> {
    return this.#queue.flush();
  }

  read(afterSeq: number, limit = Number.POSITIVE_INFINITY): Iterable<RecordedEvent> {
    return this.#events.slice(afterSeq, Math.min(this.durablePosition, afterSeq + limit));
  }

  readOrder(orderId: string): readonly RecordedEvent[] {
    return [...(this.#byOrder.get(orderId) ?? [])];
  }

  findOrderId(account: AccountId, clientOrderId: string): OrderId | undefined {
    return ofClientAlias(this.#aliases.orderIds("client", clientOrderId), account, this.#termsOf);
  }

  findOrderIdByVenueOrderId(
    account: AccountId,
    venueOrderId: VenueOrderId,
    instrumentId?: InstrumentId,
  ): OrderId | undefined {
    return ofVenueAlias(this.#aliases.orderIds("venue", venueOrderId), account, instrumentId, this.#termsOf);
  }

  writeSnapshot(snapshot: Snapshot): void {
    this.#queue.requireOpen();
    assert(snapshot.seq <= this.durablePosition, `a snapshot of position ${snapshot.seq}, which is not durable`);
    this.#snapshotDue = snapshot;
  }

  readSnapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  close(): Promise<void> {
    return this.#queue.close(() => this.#disk.unlock(this));
  }

  #write(commit: Commit, done: (error?: OrderwrightError) => void): void {
    let record: Encoded;
    try {
      record = this.#encode(commit);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      done(orderwrightError("journal.writeFailed", `An event cannot be encoded: ${words}`));
      return;
    }
    const { bytes, hash, snapshot } = record;
    this.#disk.append(bytes, this.#clock, (error) => {
      if (error === undefined) this.#stored(commit.events, hash, snapshot);
      done(error as OrderwrightError | undefined);
    });
  }

  #encode({ events, position }: Commit): Encoded {
    const snapshot = this.#snapshotDue;
    this.#snapshotDue = undefined;
    const parts: Buffer[] = [];
    let hash = this.#hash;
    if (events.length > 0) {
      const firstSeq = position - events.length + 1;
      const chunk = { firstSeq, lastSeq: position, at: this.#clock.now(), payload: encodeChunk(events) };
      hash = chainHash(hash, chunk);
      parts.push(recordOf(KIND_COMMIT, chunk, hash));
    }
    if (snapshot !== undefined) {
      const { seq, state } = snapshot;
      const chunk = { firstSeq: seq, lastSeq: seq, at: this.#clock.now(), payload: state };
      parts.push(recordOf(KIND_SNAPSHOT, chunk, snapshotHash(seq, state)));
    }
    return { bytes: Buffer.concat(parts), hash, snapshot };
  }

  #stored(events: readonly RecordedEvent[], hash: Uint8Array, snapshot: Snapshot | undefined): void {
    this.#hash = hash;
    if (snapshot !== undefined) this.#snapshot = snapshot;
    for (const event of events) {
      this.#events.push(event);
      this.#note(event);
    }
    this.#onSynced(events);
  }

  #note(event: RecordedEvent): void {
    this.#aliases.note(event);
    if (!("orderId" in event) || event.orderId === undefined) return;
    const known = this.#byOrder.get(event.orderId);
    if (known === undefined) this.#byOrder.set(event.orderId, [event]);
    else known.push(event);
  }
}

function recordOf(kind: number, chunk: StoredChunk, hash: Uint8Array): Buffer {
  const payload = Buffer.from(chunk.payload);
  const record = Buffer.alloc(HEAD_BYTES + payload.length + HASH_BYTES);
  record.writeUInt32LE(record.length, 0);
  record.writeUInt8(kind, 4);
  record.writeDoubleLE(chunk.firstSeq, 5);
  record.writeDoubleLE(chunk.lastSeq, 13);
  record.writeDoubleLE(chunk.at, 21);
  payload.copy(record, HEAD_BYTES);
  record.set(hash, HEAD_BYTES + payload.length);
  return record;
}

interface Records {
  readonly events: RecordedEvent[];
  readonly hash: Uint8Array;
  readonly snapshot: Snapshot | undefined;
  /** Where the last whole record ends. */
  readonly length: number;
}

/** Reads all events of a file; `before` is what its beginning was read as. @throws {OrderwrightError} `journal.corrupt`. */
function readRecords(bytes: Buffer, before: Records | undefined): Records {
  const events: RecordedEvent[] = before === undefined ? [] : [...before.events];
  let { hash = CHAIN_START, snapshot, length: at = 0 }: Partial<Records> = before ?? {};
  while (at + HEAD_BYTES + HASH_BYTES <= bytes.length) {
    const length = bytes.readUInt32LE(at);
    if (length < HEAD_BYTES + HASH_BYTES || at + length > bytes.length) break;
    const { kind, chunk, stored } = parseRecord(bytes.subarray(at, at + length));
    if (kind === KIND_COMMIT) {
      const expected = chainHash(hash, chunk);
      // A torn record is shorter than it says. One that is whole and does not hold is damaged.
      if (!equalHashes(expected, stored)) throw corrupt(chunk.firstSeq);
      hash = expected;
      events.push(...decodeChunk(chunk.payload, chunk.firstSeq));
    } else if (kind !== KIND_SNAPSHOT) {
      throw corrupt(events.length + 1);
    } else if (equalHashes(snapshotHash(chunk.firstSeq, chunk.payload), stored)) {
      snapshot = { seq: chunk.firstSeq, state: chunk.payload };
    }
    at += length;
  }
  // Only one record can have been on its way: more than that after the last whole one is damage, not a torn end.
  if (hasWholeRecordAfter(bytes, at)) throw corrupt(events.length + 1);
  return { events, hash, snapshot, length: at };
}

function parseRecord(record: Buffer): { kind: number; chunk: StoredChunk; stored: Buffer } {
  const end = record.length - HASH_BYTES;
  return {
    kind: record.readUInt8(4),
    chunk: {
      firstSeq: record.readDoubleLE(5),
      lastSeq: record.readDoubleLE(13),
      at: record.readDoubleLE(21),
      payload: record.subarray(HEAD_BYTES, end).toString(),
    },
    stored: record.subarray(end),
  };
}

/** A damaged length hides the records after it; they are looked for, so that a flipped bit is not taken for a torn end. */
function hasWholeRecordAfter(bytes: Buffer, from: number): boolean {
  for (let at = from + 1; at + HEAD_BYTES + HASH_BYTES <= bytes.length; at++) {
    const length = bytes.readUInt32LE(at);
    const kind = bytes[at + 4];
    const isRecord = length >= HEAD_BYTES + HASH_BYTES && (kind === KIND_COMMIT || kind === KIND_SNAPSHOT);
    if (isRecord && at + length === bytes.length) return true;
  }
  return false;
}

function corrupt(seq: number): OrderwrightError {
  return orderwrightError("journal.corrupt", `The simulated journal is damaged at position ${seq}.`, { seq });
}
