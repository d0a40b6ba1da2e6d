// The tables of a journal file, and the marks by which a file is known as one.
// docs/reference/journal-tables.md describes every table and column for people: the two are kept equal by a test.

import type { FillRow, OrderRow, PositionRow } from "../projection.ts";

/** "OWRJ" in ASCII, in the header of every journal file. */
export const APPLICATION_ID = 0x4f57524a;
/** The format of the file. A later one is refused; an earlier one is upgraded when it is opened (journal-upgrade.ts). */
export const FORMAT_VERSION = 2;

type Columns<Row> = { readonly [K in keyof Row]: "TEXT" | "INTEGER" | "NUMERIC" };

// Instants are NUMERIC: whole milliseconds are stored as integers, fractions as reals.
export const ORDER_COLUMNS: Columns<OrderRow> = {
  order_id: "TEXT",
  client_order_id: "TEXT",
  account: "TEXT",
  venue: "TEXT",
  instrument: "TEXT",
  side: "TEXT",
  order_type: "TEXT",
  time_in_force: "TEXT",
  quantity: "TEXT",
  notional: "TEXT",
  price: "TEXT",
  trigger_price: "TEXT",
  post_only: "INTEGER",
  reduce_only: "INTEGER",
  origin: "TEXT",
  parent_order_id: "TEXT",
  status: "TEXT",
  status_reason: "TEXT",
  inferred: "INTEGER",
  outcome_unknown: "INTEGER",
  pending_cancel: "INTEGER",
  pending_replace: "INTEGER",
  venue_order_id: "TEXT",
  cumulative_quantity: "TEXT",
  leaves_quantity: "TEXT",
  average_price: "TEXT",
  cost: "TEXT",
  fees: "TEXT",
  settled: "INTEGER",
  created_at: "NUMERIC",
  submitted_at: "NUMERIC",
  acknowledged_at: "NUMERIC",
  first_fill_at: "NUMERIC",
  completed_at: "NUMERIC",
  updated_at: "NUMERIC",
  last_seq: "INTEGER",
};

export const FILL_COLUMNS: Columns<FillRow> = {
  order_id: "TEXT",
  venue_order_id: "TEXT",
  execution_id: "TEXT",
  account: "TEXT",
  venue: "TEXT",
  instrument: "TEXT",
  side: "TEXT",
  price: "TEXT",
  quantity: "TEXT",
  liquidity: "TEXT",
  fee_amount: "TEXT",
  fee_asset: "TEXT",
  venue_at: "NUMERIC",
  inferred: "INTEGER",
};

export const POSITION_COLUMNS: Columns<PositionRow> = {
  account: "TEXT",
  instrument: "TEXT",
  quantity: "TEXT",
  average_entry_price: "TEXT",
  realized_pnl: "TEXT",
  fees: "TEXT",
};

const list = (columns: object): string =>
  Object.entries(columns)
    .map(([name, type]) => `${name} ${String(type)}`)
    .join(", ");

/** Since format 2. */
export const ALIAS_TABLE = `
CREATE TABLE order_aliases (
  kind TEXT NOT NULL, alias TEXT NOT NULL, order_id TEXT NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (kind, alias, order_id)
) WITHOUT ROWID;
`;

/** Makes the tables of an empty file. Run inside one transaction. */
export const SCHEMA = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE commits (
  first_seq INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, at NUMERIC NOT NULL, payload TEXT NOT NULL, hash BLOB NOT NULL
);
CREATE TABLE snapshots (seq INTEGER PRIMARY KEY, at NUMERIC NOT NULL, state TEXT NOT NULL, hash BLOB NOT NULL);
CREATE TABLE projection (name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO projection VALUES ('rows', 0), ('events', 0);
CREATE TABLE events (
  seq INTEGER PRIMARY KEY, at NUMERIC NOT NULL, venue_at NUMERIC, type TEXT NOT NULL, order_id TEXT, account TEXT,
  cause TEXT NOT NULL, data TEXT NOT NULL
);
CREATE INDEX events_by_order ON events (order_id) WHERE order_id IS NOT NULL;
${ALIAS_TABLE}CREATE TABLE orders (${list(ORDER_COLUMNS)}, PRIMARY KEY (order_id)) WITHOUT ROWID;
CREATE INDEX orders_by_parent ON orders (parent_order_id) WHERE parent_order_id IS NOT NULL;
CREATE INDEX orders_by_creation ON orders (created_at);
CREATE TABLE fills (${list(FILL_COLUMNS)}, PRIMARY KEY (order_id, venue_order_id, execution_id)) WITHOUT ROWID;
CREATE INDEX fills_by_time ON fills (venue_at);
CREATE TABLE positions (${list(POSITION_COLUMNS)}, PRIMARY KEY (account, instrument)) WITHOUT ROWID;
CREATE VIEW open_orders AS
  SELECT * FROM orders WHERE status IN ('created', 'validated', 'submitted', 'acknowledged', 'partiallyFilled');
CREATE VIEW order_events AS
  SELECT e.seq, strftime('%Y-%m-%dT%H:%M:%fZ', e.at / 1000.0, 'unixepoch') AS time, o.account, o.instrument, o.side,
    e.order_id, o.client_order_id, e.type, e.cause, e.data
  FROM events e JOIN orders o ON o.order_id = e.order_id;
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${FORMAT_VERSION};
`;
