// What an order that we found at the venue would have been as a request of ours.

import type { VenueId } from "../domain/identifiers.ts";
import type { OrderTerms } from "../domain/order-event.ts";
import type { VenueOrder } from "../venues/venue.ts";

export function orphanTerms(found: VenueOrder, venue: VenueId): OrderTerms {
  return {
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
