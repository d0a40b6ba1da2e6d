// A journal in memory that keeps readable tables, as a file does: for tests of what is in them.

import type { AccountId, InstrumentId, OrderId, VenueOrderId } from "../../domain/identifiers.ts";
import type { EventDraft, RecordedEvent } from "../../domain/system-event.ts";
import type { Durability, Journal, JournalListener, Snapshot } from "../../journal/journal.ts";
import { MemoryJournal } from "../../journal/memory/memory-journal.ts";
import type { FillRow, OrderRow, PositionRow, ProjectionSource } from "../../journal/projection.ts";
import type { VerifySource } from "../verify.ts";

/** The rows, by primary key. */
interface Tables {
  readonly orders: Map<string, OrderRow>;
  readonly fills: Map<string, FillRow>;
  readonly positions: Map<string, PositionRow>;
  position: number;
}

export class TableJournal implements Journal, VerifySource {
  readonly inner: MemoryJournal;
  readonly tables: Tables;
  #source: ProjectionSource | undefined;

  constructor(
    inner: MemoryJournal = new MemoryJournal({ defer: (task) => void setImmediate(task) }),
    tables: Tables = { orders: new Map(), fills: new Map(), positions: new Map(), position: 0 },
  ) {
    this.inner = inner;
    this.tables = tables;
  }

  get position(): number {
    return this.inner.position;
  }
  get durablePosition(): number {
    return this.inner.durablePosition;
  }
  get durability(): Durability {
    return this.inner.durability;
  }
  get projectedPosition(): number {
    return this.tables.position;
  }

  /** Writes the rows that changed. Without effect while something appended is not durable. */
  writeTables(): void {
    if (this.#source === undefined || this.durablePosition < this.position) return;
    const { orders, fills, removedFills, positions } = this.#source.takeChangedRows();
    for (const row of orders) this.tables.orders.set(row.order_id, row);
    for (const key of removedFills) this.tables.fills.delete(fillKey(key));
    for (const row of fills) this.tables.fills.set(fillKey(row), row);
    for (const row of positions) this.tables.positions.set(`${row.account} ${row.instrument}`, row);
    this.tables.position = this.position;
  }

  /** The journal as the next process finds it: its tables trail. */
  crash(undurable: "lost" | "kept" = "lost"): TableJournal {
    return new TableJournal(this.inner.crash(undurable), this.tables);
  }

  orderRows(): Iterable<OrderRow> {
    return this.tables.orders.values();
  }
  fillRows(): Iterable<FillRow> {
    return this.tables.fills.values();
  }
  positionRows(): Iterable<PositionRow> {
    return this.tables.positions.values();
  }

  project(source: ProjectionSource): boolean {
    this.#source = source;
    return true;
  }
  append(batch: readonly EventDraft[], expectedPosition: number): readonly RecordedEvent[] {
    return this.inner.append(batch, expectedPosition);
  }
  listen(listener: JournalListener): void {
    this.inner.listen(listener);
  }
  flush(): Promise<void> {
    return this.inner.flush();
  }
  read(afterSeq = 0, limit?: number): Iterable<RecordedEvent> {
    return this.inner.read(afterSeq, limit);
  }
  readOrder(orderId: string): readonly RecordedEvent[] {
    return this.inner.readOrder(orderId);
  }
  findOrderId(account: AccountId, clientOrderId: string): OrderId | undefined {
    return this.inner.findOrderId(account, clientOrderId);
  }
  findOrderIdByVenueOrderId(
    account: AccountId,
    venueOrderId: VenueOrderId,
    instrumentId?: InstrumentId,
  ): OrderId | undefined {
    return this.inner.findOrderIdByVenueOrderId(account, venueOrderId, instrumentId);
  }
  /** As a file does: a snapshot is never newer than the tables. */
  writeSnapshot(snapshot: Snapshot): void {
    this.writeTables();
    if (snapshot.seq <= this.tables.position) this.inner.writeSnapshot(snapshot);
  }
  readSnapshot(): Snapshot | undefined {
    return this.inner.readSnapshot();
  }
  close(): Promise<void> {
    return this.inner.close();
  }
}

function fillKey(row: Pick<FillRow, "order_id" | "venue_order_id" | "execution_id">): string {
  return `${row.order_id} ${row.venue_order_id} ${row.execution_id}`;
}
