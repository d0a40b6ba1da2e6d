// Reads a journal without its lock: for verify and export while the server runs, or on a copy.
// Nothing here can write. What it shows is the journal as it was when the reader was opened, all of one moment.

import { existsSync } from "node:fs";
import { orderwrightError } from "../../domain/errors.ts";
import type { RecordedEvent } from "../../domain/system-event.ts";
import { type Database, openDatabase, type SqliteRow } from "../../runtime/node/sqlite.ts";
import type { Snapshot } from "../journal.ts";
import type { FillRow, OrderRow, PositionRow } from "../projection.ts";
import { AliasCheck } from "./alias-table.ts";
import { CommitReader } from "./commit-reader.ts";
import type { EventRow } from "./event-row.ts";
import { openError } from "./journal-error.ts";
import { checkIdentity, resolveJournalPath } from "./journal-file.ts";
import { FILL_COLUMNS, ORDER_COLUMNS, POSITION_COLUMNS } from "./journal-schema.ts";
import { type ChainReport, type EventTables, verifyChain } from "./verify-chain.ts";

/**
 * Opens a journal for reading, also while another process writes to it. While the reader is open the writer's log
 * cannot be recycled: close it when done.
 *
 * @throws {OrderwrightError} `journal.foreignFile`, also when there is no such file, or `journal.corrupt`.
 */
export function openJournalReader(path: string): JournalReader {
  if (!existsSync(path) || checkIdentity(resolveJournalPath(path)) === undefined) {
    throw orderwrightError("journal.foreignFile", `There is no journal at ${path}. Name an existing one.`, { path });
  }
  const resolved = resolveJournalPath(path);
  let database: Database | undefined;
  try {
    database = openDatabase(resolved, { readOnly: true });
    // A read transaction: all that follows sees one moment.
    database.exec("BEGIN");
    return new JournalReader(database);
  } catch (error) {
    database?.close();
    throw openError(resolved, error);
  }
}

/** A journal's file, open for reading. It takes no lock and sees what was durable at each call. */
export class JournalReader implements Disposable {
  readonly path: string;
  /** The last committed event. */
  readonly position: number;
  /** The event up to which orders, fills and positions are in their tables. */
  readonly projectedPosition: number;
  /** When the journal was made, ISO 8601. */
  readonly createdAt: string;
  readonly #database: Database;
  readonly #reader: CommitReader;

  /** Use {@link openJournalReader}. */
  constructor(database: Database) {
    this.path = database.path;
    this.#database = database;
    this.#reader = new CommitReader(database);
    this.position = this.#reader.position();
    this.projectedPosition = this.#reader.projectedPosition("rows");
    this.createdAt = String(database.prepare("SELECT value FROM meta WHERE key = 'created_at'").get()?.["value"]);
  }

  read(afterSeq = 0, limit?: number): Iterable<RecordedEvent> {
    return this.#reader.events(afterSeq, this.position, limit);
  }

  readOrder(orderId: string): readonly RecordedEvent[] {
    return [...this.#reader.orderEvents(orderId, this.position)];
  }

  readSnapshot(): Snapshot | undefined {
    return this.#reader.snapshot(this.position);
  }

  /** The rows of the table `orders`, by order id. */
  orderRows(): Iterable<OrderRow> {
    return this.#rows<OrderRow>("orders", ORDER_COLUMNS, ["order_id"]);
  }

  /** The rows of the table `fills`, by order, venue order and execution id. */
  fillRows(): Iterable<FillRow> {
    return this.#rows<FillRow>("fills", FILL_COLUMNS, ["order_id", "venue_order_id", "execution_id"]);
  }

  /** The rows of the table `positions`, by account and instrument. */
  positionRows(): Iterable<PositionRow> {
    return this.#rows<PositionRow>("positions", POSITION_COLUMNS, ["account", "instrument"]);
  }

  /** Checks the whole file, commit by commit and row by row; others get their turn in between. */
  verifyChain(onProgress?: (position: number) => void): Promise<ChainReport> {
    return verifyChain(this.#reader, this.position, eventTables(this.#database), onProgress);
  }

  close(): void {
    this.#database.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Reads a table page by page, from each page's last key on: no statement stays open in between. */
  *#rows<Row>(table: string, columns: object, key: readonly (keyof Row & string)[]): Generator<Row> {
    const names = Object.keys(columns).join(", ");
    const keys = key.join(", ");
    const after = key.map(() => "?").join(", ");
    const select = `SELECT ${names} FROM ${table}`;
    const order = `ORDER BY ${keys} LIMIT ${ROWS_PER_READ}`;
    try {
      let page = this.#database.prepare(`${select} ${order}`).all();
      const next = this.#database.prepare(`${select} WHERE (${keys}) > (${after}) ${order}`);
      while (page.length > 0) {
        yield* page as unknown as readonly Row[];
        const last: SqliteRow = page.at(-1) ?? {};
        page = next.all(...key.map((name) => last[name] ?? null));
      }
    } catch (error) {
      throw openError(this.path, error);
    }
  }
}

const ROWS_PER_READ = 500;

/** Reads the tables that are written from the events alone, to compare them. */
export function eventTables(database: Database): EventTables {
  const statement = database.prepare(
    "SELECT seq, at, venue_at, type, order_id, account, cause, data FROM events WHERE seq = ?",
  );
  const isFormat1 = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]) === 1;
  return {
    rowAt: (seq) => statement.get(seq) as unknown as EventRow | undefined,
    checkAliases: (upTo) => (isFormat1 ? undefined : new AliasCheck(database, upTo)),
  };
}
