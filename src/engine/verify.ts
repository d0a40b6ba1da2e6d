// Folds a journal again from its first event and compares the result with everything derived from it:
// the readable tables and the snapshot. Says where they differ; mends nothing.

import { orderToJson, positionToJson } from "../domain/order-json.ts";
import type { RecordedEvent } from "../domain/system-event.ts";
import type { Snapshot } from "../journal/journal.ts";
import type { FillRow, OrderRow, PositionRow } from "../journal/projection.ts";
import { readState, writeState } from "./engine-snapshot.ts";
import { EngineState } from "./engine-state.ts";
import { fillRow, orderRow, positionRow } from "./projection-rows.ts";

/** What is compared: a journal's reader. */
export interface VerifySource {
  readonly position: number;
  /** The event up to which orders, fills and positions are in their tables. */
  readonly projectedPosition: number;
  read(afterSeq?: number): Iterable<RecordedEvent>;
  readSnapshot(): Snapshot | undefined;
  orderRows(): Iterable<OrderRow>;
  fillRows(): Iterable<FillRow>;
  positionRows(): Iterable<PositionRow>;
}

/** A stored value that is not what the events say. */
export interface Difference {
  readonly where: "orders" | "fills" | "positions" | "snapshot";
  readonly key: string;
  readonly field: string;
  readonly stored: unknown;
  readonly folded: unknown;
}

/** What {@link verifyFold} compared and found; no differences means that the tables may be believed. */
export interface VerifyReport {
  readonly events: number;
  readonly orders: number;
  readonly fills: number;
  readonly positions: number;
  /** The snapshot's event; absent when there is none. */
  readonly snapshotSeq?: number;
  /** At most {@link MAX_DIFFERENCES}; `truncated` says that there are more. */
  readonly differences: readonly Difference[];
  readonly truncated: boolean;
}

export const MAX_DIFFERENCES = 100;
const EVENTS_PER_PROGRESS = 10_000;

type Row = Readonly<Record<string, unknown>>;

/**
 * Folds and compares.
 *
 * @throws {InvariantViolation} when the events contradict themselves: no fold can follow them.
 */
export function verifyFold(source: VerifySource, onProgress: (seq: number) => void = () => undefined): VerifyReport {
  const found = new Differences();
  const snapshot = source.readSnapshot();
  // Nothing is ever evicted here, so that nothing has to be loaded.
  const state = new EngineState(() => undefined);
  let counts = { orders: 0, fills: 0, positions: 0 };
  const compareAt = (seq: number): void => {
    if (snapshot?.seq === seq) compareSnapshot(snapshot, state, found);
    if (source.projectedPosition === seq) counts = compareTables(source, state, found);
  };
  compareAt(0);
  for (const event of source.read(0)) {
    state.apply(event);
    compareAt(event.seq);
    if (event.seq % EVENTS_PER_PROGRESS === 0) onProgress(event.seq);
  }
  noteBeyond("snapshot", snapshot?.seq ?? 0, state.seq, found);
  noteBeyond("orders", source.projectedPosition, state.seq, found);
  return {
    events: state.seq,
    ...counts,
    ...(snapshot === undefined ? {} : { snapshotSeq: snapshot.seq }),
    differences: found.list,
    truncated: found.truncated,
  };
}

/** What claims to be of a later event than the last was compared with nothing. */
function noteBeyond(where: Difference["where"], position: number, last: number, found: Differences): void {
  if (position > last) found.add({ where, key: "position", field: "position", stored: position, folded: last });
}

function compareTables(
  source: VerifySource,
  state: EngineState,
  found: Differences,
): { orders: number; fills: number; positions: number } {
  const orders = [...state.index.openOrders(), ...state.index.endedOrders()];
  const orderRows = new Map(orders.map((order) => [order.id as string, orderRow(order) as unknown as Row]));
  const fillRows = new Map<string, Row>();
  for (const order of orders) {
    for (const fill of order.fills.values()) {
      const row = fillRow(order, fill);
      fillRows.set(fillRowKey(row), row as unknown as Row);
    }
  }
  const positionRows = new Map<string, Row>();
  for (const position of state.positions()) {
    positionRows.set(`${position.account} ${position.instrumentId}`, positionRow(position) as unknown as Row);
  }
  return {
    orders: found.compare("orders", source.orderRows(), (row) => row.order_id, orderRows),
    fills: found.compare("fills", source.fillRows(), fillRowKey, fillRows),
    positions: found.compare(
      "positions",
      source.positionRows(),
      (row) => `${row.account} ${row.instrument}`,
      positionRows,
    ),
  };
}

/** The snapshot may have forgotten ended orders; what it holds must be what the events say. */
function compareSnapshot(snapshot: Snapshot, state: EngineState, found: Differences): void {
  const stored = readState(snapshot.state, () => undefined);
  if (stored === undefined) {
    found.add({
      where: "snapshot",
      key: String(snapshot.seq),
      field: "version",
      stored: "cannot be read",
      folded: "–",
    });
    return;
  }
  const storedOrders = [...stored.index.openOrders(), ...stored.index.endedOrders()];
  const known = new Map<string, Row>();
  for (const { id } of storedOrders) {
    const order = state.index.get(id);
    if (order !== undefined) known.set(id, flat(orderToJson(order)));
  }
  for (const order of state.index.openOrders()) known.set(order.id, flat(orderToJson(order)));
  found.compare(
    "snapshot",
    storedOrders.map((order) => flat(orderToJson(order))),
    (row) => String(row["id"]),
    known,
  );
  const positions = Array.from(state.positions(), (position) => flat(positionToJson(position)));
  found.compare(
    "snapshot",
    Array.from(stored.positions(), (position) => flat(positionToJson(position))),
    positionKey,
    new Map(positions.map((row) => [positionKey(row), row])),
  );
  const rest = restOf(state);
  found.compare("snapshot", restOf(stored).values(), (row) => String(row["id"]), rest);
}

/** All of a state but its orders and positions: one row per account, and one for the engine. */
function restOf(state: EngineState): ReadonlyMap<string, Row> {
  const { orders: _orders, positions: _positions, accounts, ...engine } = JSON.parse(writeState(state)) as Rest;
  const rows = [flat({ id: "engine", ...engine }), ...accounts.map((account) => flat(account))];
  return new Map(rows.map((row) => [String(row["id"]), row]));
}

interface Rest {
  readonly orders: unknown;
  readonly positions: unknown;
  readonly accounts: readonly object[];
}

class Differences {
  readonly list: Difference[] = [];
  truncated = false;

  add(difference: Difference): void {
    if (this.list.length < MAX_DIFFERENCES) this.list.push(difference);
    else this.truncated = true;
  }

  /** @returns how many rows are stored. */
  compare<T extends object>(
    where: Difference["where"],
    stored: Iterable<T>,
    keyOf: (row: T) => string,
    folded: ReadonlyMap<string, Row>,
  ): number {
    const missing = new Set(folded.keys());
    let count = 0;
    for (const row of stored) {
      count++;
      const key = keyOf(row);
      missing.delete(key);
      this.#compareRow(where, key, row as Row, folded.get(key));
    }
    for (const key of missing) this.add({ where, key, field: "row", stored: "absent", folded: "present" });
    return count;
  }

  #compareRow(where: Difference["where"], key: string, stored: Row, folded: Row | undefined): void {
    if (folded === undefined) {
      this.add({ where, key, field: "row", stored: "present", folded: "absent" });
      return;
    }
    for (const field of new Set([...Object.keys(stored), ...Object.keys(folded)])) {
      if (stored[field] !== folded[field])
        this.add({ where, key, field, stored: stored[field], folded: folded[field] });
    }
  }
}

function fillRowKey(row: FillRow): string {
  return `${row.order_id} ${row.venue_order_id} ${row.execution_id}`;
}

function positionKey(row: Row): string {
  return `${String(row["account"])} ${String(row["instrumentId"])}`;
}

/** Nested values as text with sorted keys, so that fields compare by value and not by the order of writing. */
function flat(json: object): Row {
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, typeof value === "object" ? canonicalText(value) : value]),
  );
}

function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, nested: unknown) => {
    if (typeof nested !== "object" || nested === null || Array.isArray(nested)) return nested;
    return Object.fromEntries(Object.entries(nested).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
