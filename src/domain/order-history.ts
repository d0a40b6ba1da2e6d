// The full history of one order, told from its journaled events: every step with its reason and its
// source. Deliberately absent: finding the events, which is the journal's business.

import { assert } from "./assert.ts";
import type { JsonValue } from "./json-reader.ts";
import { evolve, Order } from "./order.ts";
import type { Cause, OrderEvent, OrderEventType } from "./order-event.ts";
import { toJsonValue } from "./order-json.ts";
import type { OrderStatus } from "./order-status.ts";
import type { RecordedEvent } from "./system-event.ts";
import type { Instant } from "./time.ts";

/** One journaled step of an order. */
export interface HistoryEntry {
  readonly seq: number;
  readonly at: Instant;
  /** The venue's time, where the step is the venue's fact. */
  readonly venueAt?: Instant;
  readonly event: OrderEventType;
  /** Absent at birth. */
  readonly from?: OrderStatus;
  readonly to: OrderStatus;
  readonly reason?: string;
  readonly source: Cause;
  /** The event's own facts, such as its fill or its venue order id. */
  readonly metadata: { readonly [key: string]: JsonValue };
  /** Implied by a later fact rather than seen. */
  readonly implied?: true;
  /** Since the entry before; 0 at birth. */
  readonly sincePreviousMs: number;
}

/**
 * Folds the events of one order into its history, in their order.
 *
 * @throws {InvariantViolation} when the first event is not the order's birth, or an event cannot follow
 *   the ones before it.
 */
export function historyOf(events: readonly RecordedEvent<OrderEvent>[]): HistoryEntry[] {
  const entries: HistoryEntry[] = [];
  let order: Order | undefined;
  let previousAt: Instant | undefined;
  for (const event of events) {
    const from = order?.status;
    order = fold(order, event);
    entries.push(entryOf(event, from, order.status, event.at - (previousAt ?? event.at)));
    previousAt = event.at;
  }
  return entries;
}

function fold(order: Order | undefined, event: RecordedEvent<OrderEvent>): Order {
  if (order !== undefined) {
    evolve(order, event);
    return order;
  }
  assert(
    event.type === "orderCreated" || event.type === "orderAdopted",
    `A history begins with an order's birth, not with ${event.type} (seq ${event.seq}).`,
  );
  return Order.born(event);
}

function entryOf(
  event: RecordedEvent<OrderEvent>,
  from: OrderStatus | undefined,
  to: OrderStatus,
  sincePreviousMs: number,
): HistoryEntry {
  const reason = reasonOf(event);
  return {
    seq: event.seq,
    at: event.at,
    ...(event.venueAt === undefined ? {} : { venueAt: event.venueAt }),
    event: event.type,
    ...(from === undefined ? {} : { from }),
    to,
    ...(reason === undefined ? {} : { reason }),
    source: event.cause,
    metadata: factsOf(event),
    ...("implied" in event && event.implied ? { implied: true as const } : {}),
    sincePreviousMs,
  };
}

function reasonOf(event: OrderEvent): string | undefined {
  if (event.type === "orderDenied") return event.message;
  if (event.type === "discrepancyFound") return event.conclusion;
  return "reason" in event ? event.reason : undefined;
}

/** Fields that every event has, or that the entry shows by itself. */
const SHOWN = new Set(["type", "orderId", "seq", "at", "venueAt", "cause", "reason", "implied"]);

function factsOf(event: OrderEvent): { readonly [key: string]: JsonValue } {
  return toJsonValue(Object.fromEntries(Object.entries(event).filter(([key]) => !SHOWN.has(key)))) as {
    [key: string]: JsonValue;
  };
}
