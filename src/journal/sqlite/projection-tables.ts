// Writes the readable tables: rows of orders, fills and positions as the engine hands them over, and rows of events
// from the commits themselves. When that happens is the journal's business (sqlite-journal.ts).

import type { RecordedEvent } from "../../domain/system-event.ts";
import type { Database, SqliteValue, Statement } from "../../runtime/node/sqlite.ts";
import { decodeChunk } from "../event-codec.ts";
import type { FillRow, OrderRow, PositionRow, ProjectionRows } from "../projection.ts";
import { aliasWriter } from "./alias-table.ts";
import { type EventRow, eventRow } from "./event-row.ts";
import { FILL_COLUMNS, ORDER_COLUMNS, POSITION_COLUMNS } from "./journal-schema.ts";

type Names<Row> = readonly (keyof Row & string)[];
const ORDER_NAMES = Object.keys(ORDER_COLUMNS) as Names<OrderRow>;
const FILL_NAMES = Object.keys(FILL_COLUMNS) as Names<FillRow>;
const POSITION_NAMES = Object.keys(POSITION_COLUMNS) as Names<PositionRow>;
const EVENT_NAMES: Names<EventRow> = ["seq", "at", "venue_at", "type", "order_id", "account", "cause", "data"];

/** All calls are made inside the transaction of a commit. */
export class ProjectionTables {
  readonly #upsertOrder: Statement;
  readonly #upsertFill: Statement;
  readonly #removeFill: Statement;
  readonly #upsertPosition: Statement;
  readonly #insertEvent: Statement;
  readonly #writeAliases: (event: RecordedEvent) => void;
  readonly #nextCommit: Statement;
  readonly #setPosition: Statement;
  #eventsPosition: number;

  constructor(database: Database) {
    this.#upsertOrder = database.prepare(upsert("orders", ORDER_NAMES, ["order_id"]));
    const fillKey = ["order_id", "venue_order_id", "execution_id"] as const;
    this.#upsertFill = database.prepare(upsert("fills", FILL_NAMES, fillKey));
    this.#removeFill = database.prepare(
      "DELETE FROM fills WHERE order_id = ? AND venue_order_id = ? AND execution_id = ?",
    );
    this.#upsertPosition = database.prepare(upsert("positions", POSITION_NAMES, ["account", "instrument"]));
    this.#insertEvent = database.prepare(insert("events", EVENT_NAMES));
    this.#writeAliases = aliasWriter(database);
    this.#nextCommit = database.prepare("SELECT first_seq, last_seq, payload FROM commits WHERE first_seq = ?");
    this.#setPosition = database.prepare("UPDATE projection SET position = ? WHERE name = ?");
    const stored = database.prepare("SELECT position FROM projection WHERE name = 'events'").get();
    this.#eventsPosition = Number(stored?.["position"] ?? 0);
  }

  /** The last event that has a row. */
  get eventsPosition(): number {
    return this.#eventsPosition;
  }

  /** Writes the rows that changed up to `position`. */
  write(rows: ProjectionRows, position: number): void {
    for (const row of rows.orders) this.#upsertOrder.run(...values(row, ORDER_NAMES));
    for (const key of rows.removedFills) this.#removeFill.run(key.order_id, key.venue_order_id, key.execution_id);
    for (const row of rows.fills) this.#upsertFill.run(...values(row, FILL_NAMES));
    for (const row of rows.positions) this.#upsertPosition.run(...values(row, POSITION_NAMES));
    this.#setPosition.run(position, "rows");
  }

  /** Writes rows of the events that have none yet: whole commits, until `limit` is reached or none is left. */
  indexEvents(limit: number): void {
    let position = this.#eventsPosition;
    const end = position + limit;
    while (position < end) {
      const commit = this.#nextCommit.get(position + 1);
      if (commit === undefined) break;
      for (const event of decodeChunk(String(commit["payload"]), position + 1)) {
        this.#indexEvent(event);
      }
      position = Number(commit["last_seq"]);
    }
    if (position === this.#eventsPosition) return;
    this.#setPosition.run(position, "events");
    this.#eventsPosition = position;
  }

  #indexEvent(event: RecordedEvent): void {
    this.#insertEvent.run(...values(eventRow(event), EVENT_NAMES));
    this.#writeAliases(event);
  }
}

function values<Row>(row: Row, names: Names<Row>): SqliteValue[] {
  return names.map((name) => row[name] as SqliteValue);
}

function insert(table: string, names: readonly string[]): string {
  return `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`;
}

function upsert(table: string, names: readonly string[], key: readonly string[]): string {
  const changes = names.filter((name) => !key.includes(name)).map((name) => `${name} = excluded.${name}`);
  return `${insert(table, names)} ON CONFLICT (${key.join(", ")}) DO UPDATE SET ${changes.join(", ")}`;
}
