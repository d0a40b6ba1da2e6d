// The list of latest fills, kept from events: new ones on top, reversed ones gone, corrected ones
// changed in place. An execution is the same one by order, venue order and execution id.

import type { EventJson, FillJson, FillRow, OrderJson } from "./contract.ts";

export const FILLS_KEPT = 300;

export function fillKeyOf(fill: { orderId: string; venueOrderId: string; executionId: string }): string {
  return `${fill.orderId}/${fill.venueOrderId}/${fill.executionId}`;
}

/**
 * Returns the fills after these events.
 *
 * @param orderOf finds an order that an event touched, for its account, instrument and side.
 */
export function applyFillEvents(
  fills: readonly FillRow[],
  events: readonly EventJson[],
  orderOf: (orderId: string) => OrderJson | undefined,
): readonly FillRow[] {
  let next = fills;
  for (const event of events) {
    const orderId = event["orderId"];
    const order = typeof orderId === "string" ? orderOf(orderId) : undefined;
    if (order === undefined) continue;
    if (event.type === "fillReversed" || event.type === "fillCorrected") {
      const gone = fillKeyOf({
        orderId: order.id,
        venueOrderId: textOf(event["venueOrderId"]),
        executionId: textOf(event["executionId"]),
      });
      next = next.filter((fill) => fillKeyOf(fill) !== gone);
    }
    const fill = event["fill"];
    if (typeof fill !== "object" || fill === null) continue;
    next = mergeFills(next, [rowOf(fill as unknown as FillJson, order, event.seq, Number(event["at"]))]);
  }
  return next;
}

/** Adds fills that are not there yet and keeps the newest. */
export function mergeFills(fills: readonly FillRow[], more: readonly FillRow[]): readonly FillRow[] {
  const byKey = new Map(fills.map((fill) => [fillKeyOf(fill), fill]));
  for (const fill of more) byKey.set(fillKeyOf(fill), fill);
  return [...byKey.values()].sort((a, b) => b.seq - a.seq).slice(0, FILLS_KEPT);
}

function rowOf(fill: FillJson, order: OrderJson, seq: number, at: number): FillRow {
  const { account, instrumentId, side } = order;
  return { ...fill, orderId: order.id, account, instrumentId, side, seq, at };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
