// Collects what changed for the journal's readable tables, and writes rows from the engine's state.
// The tables themselves, and when they are written, belong to the journal.

import type { Fill } from "../domain/fill.ts";
import type { Order } from "../domain/order.ts";
import type { OrderEvent } from "../domain/order-event.ts";
import { averageEntryPrice, type Position } from "../domain/position.ts";
import type { FillRow, OrderRow, PositionRow, ProjectionRows, ProjectionSource } from "../journal/projection.ts";
import { type EngineState, fillOf } from "./engine-state.ts";

type RemovedFill = ProjectionRows["removedFills"][number];

/** Notes touched orders between two writes of the tables; rows are made only when they are taken. */
export class ProjectionCollector implements ProjectionSource {
  readonly #state: EngineState;
  #orders = new Set<Order>();
  #fills: { order: Order; fill: Fill }[] = [];
  #removed: { order: Order; key: RemovedFill }[] = [];
  #adjusted = new Set<Position>();

  constructor(state: EngineState) {
    this.#state = state;
  }

  /** Notes an event that was just folded in. */
  touched(order: Order, event: OrderEvent): void {
    this.#orders.add(order);
    if (event.type === "fillReversed" || event.type === "fillCorrected") {
      const key = { order_id: order.id, venue_order_id: event.venueOrderId, execution_id: event.executionId };
      this.#fills = this.#fills.filter((entry) => !isSame(entry, key));
      this.#removed.push({ order, key });
    }
    const fill = fillOf(event);
    if (fill !== undefined) this.#fills.push({ order, fill });
  }

  /** Notes a position that moved without a fill. */
  adjusted(position: Position): void {
    this.#adjusted.add(position);
  }

  takeChangedRows(): ProjectionRows {
    const positions = new Map<string, PositionRow>();
    const moved = [...this.#fills, ...this.#removed].map((entry) => entry.order);
    for (const { account, instrumentId } of [...moved, ...this.#adjusted]) {
      positions.set(`${account}\n${instrumentId}`, positionRow(this.#state.position(account, instrumentId)));
    }
    const rows: ProjectionRows = {
      orders: Array.from(this.#orders, orderRow),
      fills: this.#fills.map(({ order, fill }) => fillRow(order, fill)),
      removedFills: this.#removed.map((entry) => entry.key),
      positions: [...positions.values()],
    };
    this.#orders = new Set();
    this.#fills = [];
    this.#removed = [];
    this.#adjusted = new Set();
    return rows;
  }
}

export function orderRow(order: Order): OrderRow {
  return {
    order_id: order.id,
    client_order_id: order.clientOrderId ?? null,
    account: order.account,
    venue: order.venue,
    instrument: order.instrumentId,
    side: order.side,
    order_type: order.orderType,
    time_in_force: order.timeInForce,
    quantity: text(order.quantity),
    notional: text(order.notional),
    price: text(order.price),
    trigger_price: text(order.triggerPrice),
    post_only: Number(order.postOnly),
    reduce_only: Number(order.reduceOnly),
    origin: order.origin,
    parent_order_id: order.parentOrderId ?? null,
    status: order.status,
    status_reason: order.statusReason?.text ?? null,
    inferred: Number(order.inferred),
    outcome_unknown: Number(order.outcomeUnknown),
    pending_cancel: Number(order.pendingCancel !== undefined),
    pending_replace: Number(order.pendingReplace !== undefined),
    venue_order_id: order.venueOrderId ?? null,
    cumulative_quantity: order.cumulativeQuantity.toString(),
    leaves_quantity: text(order.leavesQuantity),
    average_price: text(order.averagePrice()),
    cost: order.cost.toString(),
    fees: amounts(order.fees),
    settled: Number(order.isSettled),
    created_at: order.createdAt,
    submitted_at: order.submittedAt ?? null,
    acknowledged_at: order.acknowledgedAt ?? null,
    first_fill_at: order.firstFillAt ?? null,
    completed_at: order.completedAt ?? null,
    updated_at: order.updatedAt,
    last_seq: order.lastSeq,
  };
}

export function fillRow(order: Order, fill: Fill): FillRow {
  return {
    order_id: order.id,
    venue_order_id: fill.venueOrderId,
    execution_id: fill.executionId,
    account: order.account,
    venue: order.venue,
    instrument: order.instrumentId,
    side: order.side,
    price: fill.price.toString(),
    quantity: fill.quantity.toString(),
    liquidity: fill.liquidity,
    fee_amount: text(fill.fee?.amount),
    fee_asset: fill.fee?.asset ?? null,
    venue_at: fill.venueAt,
    inferred: Number(fill.inferred === true),
  };
}

export function positionRow(position: Position): PositionRow {
  return {
    account: position.account,
    instrument: position.instrumentId,
    quantity: position.quantity.toString(),
    average_entry_price: text(averageEntryPrice(position)),
    realized_pnl: position.realizedPnl.toString(),
    fees: amounts(position.fees),
  };
}

function isSame(entry: { order: Order; fill: Fill }, key: RemovedFill): boolean {
  return (
    entry.order.id === key.order_id &&
    entry.fill.venueOrderId === key.venue_order_id &&
    entry.fill.executionId === key.execution_id
  );
}

function text(value: { toString(): string } | undefined): string | null {
  return value === undefined ? null : value.toString();
}

/** JSON with sorted assets, so that equal fees are equal text. */
function amounts(of: ReadonlyMap<string, { toString(): string }>): string {
  const sorted = [...of].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(sorted.map(([asset, amount]) => [asset, amount.toString()])));
}
