// Between the three vocabularies of the paper venue: the port's requests and reports, the matching
// engine's orders and events, and the venue's own record of an order. Pure.

import { Decimal } from "../../domain/decimal.ts";
import type { ExecutionReport } from "../../domain/execution-report.ts";
import type { Fill } from "../../domain/fill.ts";
import type { ExecutionId, VenueId, VenueOrderId } from "../../domain/identifiers.ts";
import type { ReplaceTerms } from "../../domain/order-event.ts";
import type { Instant } from "../../domain/time.ts";
import type { IncomingOrder, MatchEvent, SelfTradePrevention } from "../../matching/types.ts";
import type { PlaceRequest, ReplaceRequest, SendOutcome } from "../venue.ts";
import type { PaperOrder } from "./paper-store.ts";

export type Rejection = Extract<SendOutcome, { kind: "rejected" }>;
type Executed = Extract<MatchEvent, { kind: "executed" }>;

/** Makes the venue's record of an order that has just arrived. */
export function orderOf(request: PlaceRequest, venueOrderId: VenueOrderId, at: Instant): PaperOrder {
  const { orderId, origin: _origin, sendBy: _sendBy, ...terms } = request;
  return {
    ...terms,
    clientOrderId: orderId,
    venueOrderId,
    status: "working",
    cumulativeQuantity: Decimal.zero,
    placedAt: at,
    venueAt: at,
  };
}

/** Hands an order to the matching engine, under the venue's id. */
export function incomingOf(order: PaperOrder, selfTradePrevention: SelfTradePrevention): IncomingOrder {
  return {
    venueOrderId: order.venueOrderId,
    account: order.account,
    side: order.side,
    orderType: order.orderType,
    timeInForce: order.timeInForce,
    postOnly: order.postOnly,
    reduceOnly: order.reduceOnly,
    selfTradePrevention,
    ...(order.quantity === undefined ? {} : { quantity: order.quantity }),
    ...(order.notional === undefined ? {} : { notional: order.notional }),
    ...(order.price === undefined ? {} : { price: order.price }),
    ...(order.triggerPrice === undefined ? {} : { triggerPrice: order.triggerPrice }),
    ...(order.expiresAt === undefined ? {} : { expiresAt: order.expiresAt }),
  };
}

export function termsOf(request: ReplaceRequest): ReplaceTerms {
  return {
    ...(request.quantity === undefined ? {} : { quantity: request.quantity }),
    ...(request.price === undefined ? {} : { price: request.price }),
    ...(request.triggerPrice === undefined ? {} : { triggerPrice: request.triggerPrice }),
  };
}

/** Returns the record after an event of its order. */
export function advance(order: PaperOrder, event: MatchEvent): PaperOrder {
  switch (event.kind) {
    case "accepted":
    case "triggered":
      return { ...order, venueAt: event.at };
    case "requestRefused":
      return order;
    case "refused":
      return { ...order, status: "rejected", endReason: event.reason, venueAt: event.at };
    case "executed":
      return {
        ...order,
        cumulativeQuantity: event.cumulativeQuantity,
        venueAt: event.at,
        ...(event.ends ? { status: "filled" as const } : {}),
      };
    case "ended":
      return {
        ...order,
        status: event.status,
        endReason: event.reason,
        cumulativeQuantity: event.cumulativeQuantity,
        venueAt: event.at,
      };
    case "replaced": {
      const { clientOrderId: _alias, ...terms } = event.replace;
      return { ...order, ...terms, cumulativeQuantity: event.cumulativeQuantity, venueAt: event.at };
    }
  }
}

export function fillOf(event: Executed): Fill {
  return {
    executionId: event.executionId as ExecutionId,
    venueOrderId: event.venueOrderId as VenueOrderId,
    price: event.price,
    quantity: event.quantity,
    liquidity: event.liquidity,
    fee: event.fee,
    venueAt: event.at,
  };
}

/**
 * Says an event to the order's owner.
 *
 * @param order is the record after the event.
 * @returns `undefined` for a refused order: the reply says that, and queries do.
 */
export function reportOf(venue: VenueId, order: PaperOrder, event: MatchEvent): ExecutionReport | undefined {
  const about = {
    venue,
    account: order.account,
    instrumentId: order.instrumentId,
    orderId: order.clientOrderId,
    venueOrderId: order.venueOrderId,
    venueAt: event.at,
    cumulativeQuantity: order.cumulativeQuantity,
  };
  switch (event.kind) {
    case "refused":
      return undefined;
    case "accepted":
      return { kind: "acknowledged", ...about };
    case "triggered":
      return { kind: "acknowledged", ...about, triggered: true };
    case "executed":
      return { kind: "fill", ...about, fill: fillOf(event), ...(event.ends ? { ends: true as const } : {}) };
    case "ended":
      return { kind: "ended", ...about, status: event.status, reason: event.reason };
    case "replaced":
      return { kind: "replaced", ...about, replace: event.replace };
    case "requestRefused": {
      const { request, reason, message } = event;
      return { kind: "requestRejected", ...about, request, reason, venueCode: codeOf(reason), venueMessage: message };
    }
  }
}

/** The venue's own code for a reason. */
function codeOf(reason: string): string {
  return `paper.${reason}`;
}

export function rejection(reason: string, message: string, at: Instant): Rejection {
  return { kind: "rejected", reason, venueCode: codeOf(reason), venueMessage: message, venueAt: at };
}
