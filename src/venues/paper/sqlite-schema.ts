// The tables of paper.db, and the check that a file is one. Documented in docs/venues/paper.md.
// Decimals are text, instants are milliseconds since the epoch.

import { OrderwrightError } from "../../domain/errors.ts";
import type { VenueId } from "../../domain/identifiers.ts";
import type { Database } from "../../runtime/node/sqlite.ts";

/** "OWpv": stands in the file's header, where `file` and SQLite tools show it. */
const APPLICATION_ID = 0x4f577076;
const FORMAT = 1;

const TABLES = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE orders (
  venue_order_id TEXT PRIMARY KEY, account TEXT NOT NULL, client_order_id TEXT NOT NULL,
  instrument_id TEXT NOT NULL, side TEXT NOT NULL, order_type TEXT NOT NULL, time_in_force TEXT NOT NULL,
  quantity TEXT, notional TEXT, price TEXT, trigger_price TEXT,
  post_only INTEGER NOT NULL, reduce_only INTEGER NOT NULL, expires_at REAL,
  status TEXT NOT NULL, end_reason TEXT, cumulative_quantity TEXT NOT NULL,
  placed_at REAL NOT NULL, venue_at REAL NOT NULL,
  UNIQUE (account, client_order_id)
);
CREATE TABLE fills (
  cursor INTEGER PRIMARY KEY, account TEXT NOT NULL, client_order_id TEXT NOT NULL, venue_order_id TEXT NOT NULL,
  execution_id TEXT NOT NULL, instrument_id TEXT NOT NULL, side TEXT NOT NULL, price TEXT NOT NULL,
  quantity TEXT NOT NULL, liquidity TEXT NOT NULL, fee_amount TEXT NOT NULL, fee_asset TEXT NOT NULL,
  venue_at REAL NOT NULL,
  UNIQUE (venue_order_id, execution_id)
);
CREATE INDEX fills_by_account ON fills (account, cursor);
CREATE TABLE positions (
  instrument_id TEXT NOT NULL, account TEXT NOT NULL, quantity TEXT NOT NULL,
  PRIMARY KEY (instrument_id, account)
) WITHOUT ROWID;
CREATE TABLE working_orders (
  venue_order_id TEXT PRIMARY KEY, instrument_id TEXT NOT NULL, queue_gap TEXT NOT NULL, state TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE consumed_liquidity (
  instrument_id TEXT NOT NULL, side TEXT NOT NULL, price TEXT NOT NULL, quantity TEXT NOT NULL,
  PRIMARY KEY (instrument_id, side, price)
) WITHOUT ROWID;
CREATE TABLE matching (
  instrument_id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, last_price TEXT
) WITHOUT ROWID;
`;

/** Makes the tables in an empty file. One that has them was checked before: {@link checkFile}. */
export function prepareFile(database: Database, venue: VenueId): void {
  if (!isEmpty(database)) return;
  database.transaction(() => {
    database.exec(`PRAGMA application_id=${APPLICATION_ID}; PRAGMA user_version=${FORMAT};${TABLES}`);
    database.prepare("INSERT INTO meta VALUES ('venue', ?)").run(venue);
  });
}

/**
 * Checks that a file, opened for reading only, is empty or the store of this venue: opening it for
 * writing would change another program's file.
 *
 * @throws {OrderwrightError} `journal.foreignFile`: another kind of file, a later format, or another venue's.
 */
export function checkFile(database: Database, venue: VenueId): void {
  if (isEmpty(database)) return;
  if (pragma(database, "application_id") !== APPLICATION_ID) {
    throw foreign(`${database.path} is not the store of a paper venue.`);
  }
  const format = pragma(database, "user_version");
  if (format !== FORMAT) throw foreign(`${database.path} has format ${format}; this version reads ${FORMAT}.`);
  const owner = database.prepare("SELECT value FROM meta WHERE key = 'venue'").get()?.["value"];
  if (owner !== venue) {
    throw foreign(`${database.path} belongs to the venue ${String(owner)}; ${venue} needs a file of its own.`);
  }
}

function isEmpty(database: Database): boolean {
  return pragma(database, "application_id") === 0 && pragma(database, "schema_version") === 0;
}

function pragma(database: Database, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function foreign(message: string): OrderwrightError {
  return new OrderwrightError("journal.foreignFile", message);
}
