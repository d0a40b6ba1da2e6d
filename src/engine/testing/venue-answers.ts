// What a venue answers in tests: its own record of an order of ours or of a stranger, its fills, and answers
// that a test gives later.

import { Decimal } from "../../domain/decimal.ts";
import type { AccountId, ExecutionId, VenueOrderId } from "../../domain/identifiers.ts";
import type { Order } from "../../domain/order.ts";
import type { RecordedEvent } from "../../domain/system-event.ts";
import type { QueryResult, VenueFill, VenueOrder } from "../../venues/venue.ts";
import { BTC } from "./scripted-venue.ts";
import type { TestEngine } from "./test-engine.ts";

export const MAIN = "main" as AccountId;

/** The types of an order's durable events, in order. */
export function types(t: Pick<TestEngine, "journal">, orderId: string): string[] {
  return t.journal.readOrder(orderId).map((event) => event.type);
}

/** All durable events of one type. */
export function eventsOfType<T extends RecordedEvent["type"]>(
  t: Pick<TestEngine, "journal">,
  type: T,
): Extract<RecordedEvent, { type: T }>[] {
  return [...t.journal.read(0)].filter((event): event is Extract<RecordedEvent, { type: T }> => event.type === type);
}

/** The kinds of the discrepancies on record. */
export function discrepancies(t: Pick<TestEngine, "journal">): string[] {
  return eventsOfType(t, "discrepancyFound").map((event) => event.kind);
}

/** An answer that the test gives later. */
export function pending<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settled) => (resolve = settled));
  return { promise, resolve };
}

/** The venue's record of an order of ours, as the order stands here unless told otherwise. */
export function recordOf(order: Order, changes: Partial<VenueOrder> = {}): VenueOrder {
  return {
    account: order.account,
    clientOrderId: order.id,
    venueOrderId: order.venueOrderId ?? ("v1" as VenueOrderId),
    instrumentId: order.instrumentId,
    side: order.side,
    orderType: order.orderType,
    timeInForce: order.timeInForce,
    postOnly: order.postOnly,
    reduceOnly: order.reduceOnly,
    status: "working",
    cumulativeQuantity: order.cumulativeQuantity,
    venueAt: 1,
    ...(order.quantity === undefined ? {} : { quantity: order.quantity }),
    ...(order.price === undefined ? {} : { price: order.price }),
    ...changes,
  };
}

export function found<T>(value: T): QueryResult<T> {
  return { kind: "found", value };
}

/** An order at the venue that is not ours. */
export function stranger(changes: Partial<VenueOrder> = {}): VenueOrder {
  return {
    account: MAIN,
    clientOrderId: "by-hand",
    venueOrderId: "s1" as VenueOrderId,
    instrumentId: BTC.id,
    side: "sell",
    orderType: "limit",
    timeInForce: "gtc",
    postOnly: false,
    reduceOnly: false,
    quantity: Decimal.parse("2"),
    price: Decimal.parse("120"),
    status: "working",
    cumulativeQuantity: Decimal.zero,
    venueAt: 1,
    ...changes,
  };
}

/** An execution in the venue's record; `of` names its order there. */
export function venueFill(
  of: Pick<VenueOrder, "venueOrderId" | "side"> & { readonly clientOrderId?: string | undefined },
  quantity: string,
  executionId: string,
  cursor = executionId,
): VenueFill {
  return {
    account: MAIN,
    instrumentId: BTC.id,
    side: of.side,
    cursor,
    ...(of.clientOrderId === undefined ? {} : { clientOrderId: of.clientOrderId }),
    fill: {
      executionId: executionId as ExecutionId,
      venueOrderId: of.venueOrderId,
      price: Decimal.parse("100"),
      quantity: Decimal.parse(quantity),
      liquidity: "maker",
      venueAt: 1,
    },
  };
}

/** A record of fills that answers as a venue does: those after the cursor. */
export function fillsAfter(fills: readonly VenueFill[]) {
  return (cursor: string | undefined): QueryResult<readonly VenueFill[]> => {
    const place = fills.findIndex((fill) => fill.cursor === cursor);
    return found(fills.slice(place + 1));
  };
}
