// The latest booked fills over all orders, with the place of each in the journal. All of them are in the
// journal's fills table; this is what the doors list without reading it.

import { type Fill, fillKey } from "../../domain/fill.ts";
import type { OrderId } from "../../domain/identifiers.ts";
import type { Side } from "../../domain/order-event.ts";
import { type FillJson, fillToJson } from "../../domain/order-json.ts";
import type { RecordedEvent } from "../../domain/system-event.ts";
import type { Instant } from "../../domain/time.ts";
import type { EngineApi } from "../../engine/engine-api.ts";

/** Fills remembered, and events read back at the start to find them. */
export const FILLS_KEPT = 10_000;
const EVENTS_READ_BACK = 20_000;

export interface BookedFill {
  readonly fill: Fill;
  readonly orderId: OrderId;
  readonly account: string;
  readonly instrumentId: string;
  readonly side: Side;
  readonly seq: number;
  readonly at: Instant;
}

export interface FillFilter {
  readonly account?: string;
  readonly instrumentId?: string;
}

/** What of an order a listed fill shows. */
interface OrderFacts {
  readonly id: OrderId;
  readonly account: string;
  readonly instrumentId: string;
  readonly side: Side;
}

export class RecentFills {
  /** In the order of booking. Keys are the order's id and the fill's. */
  readonly #fills = new Map<string, BookedFill>();

  /** Reads the end of the journal; then {@link apply} is told of each event. */
  constructor(engine: EngineApi, lastSeq: number) {
    const after = Math.max(0, lastSeq - EVENTS_READ_BACK);
    for (const event of engine.events(after, lastSeq - after)) {
      if (!("orderId" in event) || event.orderId === undefined) continue;
      this.apply(event, engine.find(event.orderId));
    }
  }

  apply(event: RecordedEvent, order: OrderFacts | undefined): void {
    if (order === undefined) return;
    switch (event.type) {
      case "orderPartiallyFilled":
      case "orderFilled":
      case "fillBooked":
        if (event.fill !== undefined) this.#book(order, event.fill, event);
        return;
      case "fillReversed":
        this.#fills.delete(keyOf(order, fillKey(event)));
        return;
      case "fillCorrected":
        this.#fills.delete(keyOf(order, fillKey(event)));
        this.#book(order, event.fill, event);
        return;
      default:
        return;
    }
  }

  /** Newest first. */
  list(filter: FillFilter, limit: number): BookedFill[] {
    const found: BookedFill[] = [];
    const fills = [...this.#fills.values()];
    for (let index = fills.length - 1; index >= 0 && found.length < limit; index--) {
      const fill = fills[index] as BookedFill;
      if (filter.account !== undefined && fill.account !== filter.account) continue;
      if (filter.instrumentId !== undefined && fill.instrumentId !== filter.instrumentId) continue;
      found.push(fill);
    }
    return found;
  }

  #book(order: OrderFacts, fill: Fill, { seq, at }: RecordedEvent): void {
    const { id, account, instrumentId, side } = order;
    this.#fills.set(keyOf(order, fillKey(fill)), { fill, orderId: id, account, instrumentId, side, seq, at });
    if (this.#fills.size <= FILLS_KEPT) return;
    const oldest = this.#fills.keys().next();
    if (oldest.done !== true) this.#fills.delete(oldest.value);
  }
}

export interface BookedFillJson extends FillJson {
  readonly orderId: string;
  readonly account: string;
  readonly instrumentId: string;
  readonly side: Side;
  readonly seq: number;
  readonly at: Instant;
}

export function bookedFillToJson(booked: BookedFill): BookedFillJson {
  const { fill, ...place } = booked;
  return { ...fillToJson(fill), ...place };
}

function keyOf(order: OrderFacts, key: string): string {
  return `${order.id}/${key}`;
}
