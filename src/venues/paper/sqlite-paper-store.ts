// The paper store on disk: one SQLite file, synced at every commit, with one writer at a time.
// Deliberately absent: caches. The venue holds what works in memory; the rest is read by key.

import { existsSync } from "node:fs";
import { OrderwrightError } from "../../domain/errors.ts";
import type { AccountId, InstrumentId, VenueId } from "../../domain/identifiers.ts";
import type {
  ConsumedState,
  MatchingChanges,
  MatchingState,
  PositionState,
  RestingOrderState,
} from "../../matching/types.ts";
import type { FileLock } from "../../runtime/node/file-lock.ts";
import { type Database, openDatabase, SqliteError, type SqliteRow, type Statement } from "../../runtime/node/sqlite.ts";
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
import { fillValues, orderValues, readFill, readOrder } from "./sqlite-rows.ts";
import { checkFile, prepareFile } from "./sqlite-schema.ts";
import { lockStore } from "./store-lock.ts";

/** Where the file is, and whose. */
export interface SqlitePaperStoreOptions {
  readonly path: string;
  readonly venue: VenueId;
  /** The file may not grow beyond this: a full disk for tests. */
  readonly maxBytes?: number;
}

/** The store on disk: what {@link PaperStore.commit} returned from is synced. One process at a time. */
export class SqlitePaperStore implements PaperStore {
  readonly venue: VenueId;
  readonly #database: Database;
  readonly #lock: FileLock;
  readonly #statements: Statements;

  private constructor(venue: VenueId, database: Database, lock: FileLock) {
    this.venue = venue;
    this.#database = database;
    this.#lock = lock;
    this.#statements = new Statements(database);
  }

  /**
   * Opens the file, making it when it is not there.
   *
   * @throws {OrderwrightError} `journal.foreignFile`, `journal.locked` by another process, or another `journal.*`.
   */
  static open(options: SqlitePaperStoreOptions): SqlitePaperStore {
    return classified(() => {
      const lock = lockStore(options.path);
      let database: Database | undefined;
      try {
        checkExisting(options);
        database = openDatabase(options.path, { synchronous: "full" });
        prepareFile(database, options.venue);
        if (options.maxBytes !== undefined) limitSize(database, options.maxBytes);
        return new SqlitePaperStore(options.venue, database, lock);
      } catch (error) {
        database?.close();
        lock.release();
        throw error;
      }
    });
  }

  load(): PaperState {
    return classified(() => {
      const meta = new Map(this.#rows("SELECT key, value FROM meta").map((row) => [row["key"], String(row["value"])]));
      const counters = meta.get("counters");
      const tape = meta.get("tape");
      return {
        counters: counters === undefined ? NO_COUNTERS : (JSON.parse(counters) as PaperCounters),
        tape: tape === undefined ? undefined : (JSON.parse(tape) as TapePlace),
        working: this.#rows(
          "SELECT orders.* FROM working_orders JOIN orders USING (venue_order_id) ORDER BY orders.rowid",
        ).map(readOrder),
        matching: this.#loadMatching(),
      };
    });
  }

  commit(batch: PaperBatch): void {
    classified(() => this.#database.transaction(() => this.#write(batch)));
  }

  order(account: AccountId, clientOrderId: string): PaperOrder | undefined {
    return classified(() => {
      const row = this.#statements.orderByOwner.get(account, clientOrderId);
      return row === undefined ? undefined : readOrder(row);
    });
  }

  fillsSince(account: AccountId, after: number): readonly VenueFill[] {
    return classified(() => this.#statements.fillsSince.all(account, after).map(readFill));
  }

  close(): void {
    classified(() => {
      this.#database.close();
      this.#lock.release();
    });
  }

  #write(batch: PaperBatch): void {
    const { upsertOrder, insertFill, setMeta } = this.#statements;
    for (const order of batch.orders) upsertOrder.run(...orderValues(order));
    for (const fill of batch.fills) insertFill.run(...fillValues(fill));
    for (const [instrumentId, changes] of batch.matching) this.#writeMatching(instrumentId, changes);
    setMeta.run("counters", JSON.stringify(batch.counters));
    setMeta.run("tape", JSON.stringify(batch.tape));
  }

  #writeMatching(instrumentId: InstrumentId, changes: MatchingChanges): void {
    const statements = this.#statements;
    for (const id of changes.removed) statements.dropWorking.run(id);
    for (const order of changes.orders) {
      statements.upsertWorking.run(order.venueOrderId, instrumentId, order.queueGap, JSON.stringify(order));
    }
    for (const position of changes.positions) {
      statements.upsertPosition.run(instrumentId, position.account, position.quantity);
    }
    for (const level of changes.consumed) {
      if (level.quantity === "0") statements.dropConsumed.run(instrumentId, level.side, level.price);
      else statements.upsertConsumed.run(instrumentId, level.side, level.price, level.quantity);
    }
    statements.upsertMatching.run(instrumentId, changes.sequence, changes.lastPrice ?? null);
  }

  #loadMatching(): ReadonlyMap<InstrumentId, MatchingState> {
    const states = new Map<InstrumentId, MatchingState>();
    for (const row of this.#rows("SELECT * FROM matching")) {
      const instrumentId = row["instrument_id"] as InstrumentId;
      const of = (sql: string): readonly SqliteRow[] => this.#database.prepare(sql).all(instrumentId);
      const orders = of("SELECT state FROM working_orders WHERE instrument_id = ?");
      const positions = of("SELECT account, quantity FROM positions WHERE instrument_id = ?");
      const consumed = of("SELECT side, price, quantity FROM consumed_liquidity WHERE instrument_id = ?");
      const lastPrice = row["last_price"];
      states.set(instrumentId, {
        sequence: Number(row["sequence"]),
        ...(typeof lastPrice === "string" ? { lastPrice } : {}),
        orders: orders.map((each) => JSON.parse(String(each["state"])) as RestingOrderState),
        positions: positions.map((each) => ({ ...each }) as unknown as PositionState),
        consumed: consumed.map((each) => ({ ...each }) as unknown as ConsumedState),
      });
    }
    return states;
  }

  #rows(sql: string): readonly SqliteRow[] {
    return this.#database.prepare(sql).all();
  }
}

/** Prepared once; the names say what each does. */
class Statements {
  readonly upsertOrder: Statement;
  readonly orderByOwner: Statement;
  readonly insertFill: Statement;
  readonly fillsSince: Statement;
  readonly upsertWorking: Statement;
  readonly dropWorking: Statement;
  readonly upsertPosition: Statement;
  readonly upsertConsumed: Statement;
  readonly dropConsumed: Statement;
  readonly upsertMatching: Statement;
  readonly setMeta: Statement;

  constructor(database: Database) {
    const parameters = (count: number): string => Array.from({ length: count }, () => "?").join(", ");
    // An order's row keeps its place: only what can change is updated.
    this.upsertOrder = database.prepare(
      `INSERT INTO orders VALUES (${parameters(19)}) ON CONFLICT (venue_order_id) DO UPDATE SET
         quantity = excluded.quantity, price = excluded.price, trigger_price = excluded.trigger_price,
         status = excluded.status, end_reason = excluded.end_reason,
         cumulative_quantity = excluded.cumulative_quantity, venue_at = excluded.venue_at`,
    );
    this.orderByOwner = database.prepare("SELECT * FROM orders WHERE account = ? AND client_order_id = ?");
    this.insertFill = database.prepare(`INSERT INTO fills VALUES (${parameters(13)})`);
    this.fillsSince = database.prepare("SELECT * FROM fills WHERE account = ? AND cursor > ? ORDER BY cursor");
    this.upsertWorking = database.prepare("INSERT OR REPLACE INTO working_orders VALUES (?, ?, ?, ?)");
    this.dropWorking = database.prepare("DELETE FROM working_orders WHERE venue_order_id = ?");
    this.upsertPosition = database.prepare("INSERT OR REPLACE INTO positions VALUES (?, ?, ?)");
    this.upsertConsumed = database.prepare("INSERT OR REPLACE INTO consumed_liquidity VALUES (?, ?, ?, ?)");
    this.dropConsumed = database.prepare(
      "DELETE FROM consumed_liquidity WHERE instrument_id = ? AND side = ? AND price = ?",
    );
    this.upsertMatching = database.prepare("INSERT OR REPLACE INTO matching VALUES (?, ?, ?)");
    this.setMeta = database.prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)");
  }
}

function checkExisting({ path, venue }: SqlitePaperStoreOptions): void {
  if (!existsSync(path)) return;
  using database = openDatabase(path, { readOnly: true });
  checkFile(database, venue);
}

function limitSize(database: Database, maxBytes: number): void {
  const pageSize = Number(database.prepare("PRAGMA page_size").get()?.["page_size"]);
  database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / pageSize))}`);
}

const CODE_BY_KIND = {
  full: "journal.full",
  corrupt: "journal.corrupt",
  notADatabase: "journal.foreignFile",
  busy: "journal.locked",
} as const;

/** @throws {OrderwrightError} for what SQLite refused, with the codes of the journal. */
function classified<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SqliteError)) throw error;
    const code = (CODE_BY_KIND as Partial<Record<string, (typeof CODE_BY_KIND)[keyof typeof CODE_BY_KIND]>>)[
      error.kind
    ];
    throw new OrderwrightError(code ?? "journal.writeFailed", error.message, { kind: error.kind }, { cause: error });
  }
}
