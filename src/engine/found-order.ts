// What an order that we found at the venue would have been as a request of ours, and how it looks as an
// order. Whether it is taken over is the reconciler's policy.

import type { OrderId, VenueId } from "../domain/identifiers.ts";
import { evolve, Order } from "../domain/order.ts";
import type { OrderTerms } from "../domain/order-event.ts";
import type { VenueOrder } from "../venues/venue.ts";

/** @param alias - the id by which the venue knows it, where that is free here. */
export function orphanTerms(found: VenueOrder, venue: VenueId, alias?: string): OrderTerms {
  return {
    ...(alias === undefined ? {} : { clientOrderId: alias }),
    account: found.account,
    venue,
    instrumentId: found.instrumentId,
    side: found.side,
    orderType: found.orderType,
    timeInForce: found.timeInForce,
    postOnly: found.postOnly,
    reduceOnly: found.reduceOnly,
    origin: "EXTERNAL",
    ...(found.quantity === undefined ? {} : { quantity: found.quantity }),
    ...(found.notional === undefined ? {} : { notional: found.notional }),
    ...(found.price === undefined ? {} : { price: found.price }),
    ...(found.triggerPrice === undefined ? {} : { triggerPrice: found.triggerPrice }),
  };
}

/** Describes a venue's order without recording it. Its fills are not known here, so it is never settled. */
export function describeOrder(orderId: OrderId, found: VenueOrder, venue: VenueId): Order {
  const meta = { at: found.venueAt, venueAt: found.venueAt, cause: "reconcile:query" } as const;
  const { venueOrderId, cumulativeQuantity, endReason } = found;
  const order = Order.born({ type: "orderAdopted", orderId, terms: orphanTerms(found, venue), venueOrderId, ...meta });
  const ended = { orderId, venueCumulativeQuantity: cumulativeQuantity, reason: endReason ?? found.status, ...meta };
  switch (found.status) {
    case "working":
      break;
    case "filled":
      evolve(order, { ...ended, type: "orderFilled" });
      break;
    case "canceled":
      evolve(order, { ...ended, type: "orderCanceled" });
      break;
    case "expired":
      evolve(order, { ...ended, type: "orderExpired" });
      break;
    case "rejected":
      evolve(order, { ...ended, type: "orderRejected" });
      break;
  }
  return order;
}
