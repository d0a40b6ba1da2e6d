// Whether what a venue shows under an id of ours is our order. A wiped data folder, or a second desk with the same
// prefix and tag, hands out the same ids: such an order is a stranger's, and nothing about it is booked or asked for.

import type { Order } from "../domain/order.ts";
import type { VenueFill, VenueOrder } from "../venues/venue.ts";

/** How the journal tells this contradiction from others: the beginning of what it calls ours. */
const OURS = "our order: ";

/**
 * Whether a record cannot be of our order. Side, instrument and type never change, but that a triggered order may be
 * shown as what it has become. Quantity and price speak only until the venue has named the order to us, and
 * nobody replaced it: later, a person may have changed it there. Some venues price a post-only order anew themselves.
 */
export function isOfAnother(order: Order, found: VenueOrder): boolean {
  if (found.side !== order.side || found.instrumentId !== order.instrumentId) return true;
  if (found.orderType !== order.orderType && order.triggerPrice === undefined) return true;
  if (order.venueOrderId !== undefined || order.revision > 0) return false;
  return (["quantity", "notional", "price"] as const).some((term) => {
    if (term === "price" && order.postOnly) return false;
    const [ours, theirs] = [order[term], found[term]];
    return ours !== undefined && theirs !== undefined && !ours.eq(theirs);
  });
}

/** As {@link isOfAnother}, of an execution. */
export function isFillOfAnother(order: Order, found: VenueFill): boolean {
  return found.side !== order.side || found.instrumentId !== order.instrumentId;
}

/** Whether it is on record that the venue has another order under this order's id. */
export function isHeldByAnother(order: Order): boolean {
  for (const contradiction of order.contradictions) if (contradiction.startsWith(`contradiction: ${OURS}`)) return true;
  return false;
}

/** Describes both sides of the contradiction, for the record. */
export function describeBoth(
  order: Order,
  found: VenueOrder | VenueFill,
): { readonly ours: string; readonly theirs: string } {
  const theirs =
    "fill" in found
      ? `execution ${found.fill.executionId}: ${found.side} ${found.fill.quantity} ${found.instrumentId}`
      : `${found.venueOrderId}: ${wordsOf(found)}`;
  return { ours: `${OURS}${wordsOf(order)}`, theirs };
}

type Words = Pick<VenueOrder, "side" | "orderType" | "instrumentId" | "quantity" | "notional" | "price">;

function wordsOf({ side, orderType, instrumentId, quantity, notional, price }: Words): string {
  const size = quantity?.toString() ?? (notional === undefined ? "" : `for ${notional}`);
  return `${orderType} ${side} ${size} ${instrumentId}${price === undefined ? "" : ` at ${price}`}`;
}
