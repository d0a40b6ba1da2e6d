// What can be asked of a venue's order entry, and how the gate says no. Sending is in egress.ts.

import type { ErrorCode } from "../domain/errors.ts";
import type { AccountId, InstrumentId, OrderId, RequestId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import type { ReplaceTerms } from "../domain/order-event.ts";
import type { Instant } from "../domain/time.ts";
import type { CancelRequest, PlaceRequest, ReplaceRequest } from "../venues/venue.ts";

interface Job {
  /** The last event of the intent: with durability `always` it is on disk before the job leaves. */
  readonly intentSeq: number;
}

/** Winds the venue's dead-man switch. No order and no intent stands behind it: it changes nothing that is on record. */
export interface WindJob extends Job {
  readonly kind: "windDeadMan";
  readonly account: AccountId;
  /** 0 unwinds it. */
  readonly timeoutMs: number;
  /** How long the venue may take to answer. */
  readonly answerMs: number;
  readonly askedAt: Instant;
  readonly askedMonotonicMs: number;
  /** On the monotonic clock: after it the bytes must not leave any more. */
  readonly deadlineMs: number;
  /** Asked at the gate: one that waited may have outlived its purpose. */
  readonly isWanted: () => boolean;
}

/** A job with an outcome that is an order's, or nobody's. */
export type OrderJob = Exclude<SendJob, WindJob>;

interface TimedJob extends Job {
  readonly order: Order;
  /** On the monotonic clock: after it the bytes must not leave any more. */
  readonly deadlineMs: number;
  /** The same as the wall clock had it when the intent was recorded. */
  readonly sendBy: Instant;
}

/** One thing to ask of the venue. */
export type SendJob =
  | (TimedJob & { readonly kind: "place" })
  | (Job & { readonly kind: "cancel"; readonly order: Order; readonly requestId: RequestId })
  | (TimedJob & { readonly kind: "replace"; readonly requestId: RequestId; readonly replace: ReplaceTerms })
  /** An order at the venue that is not ours: only on a person's word. */
  | (Job & {
      readonly kind: "cancelForeign";
      readonly account: AccountId;
      readonly instrumentId: InstrumentId;
      readonly request: CancelRequest;
    })
  | WindJob;

/** Why a job was kept from the wire: certain that nothing was sent. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly reason: string;
}

/** Whether a job takes the lane that is kept free: cancels, what only closes, and the dead-man switch. */
export function isExit(job: SendJob): boolean {
  return !("order" in job) || job.kind === "cancel" || job.order.reduceOnly;
}

export function accountOf(job: SendJob): AccountId {
  return "order" in job ? job.order.account : job.account;
}

/** Names an order to its venue. One that we took over is known there by the id that it had before. */
export function requestOf(order: Order): CancelRequest {
  const theirs = order.origin === "EXTERNAL" ? (order.earlierClientOrderIds[0] ?? order.clientOrderId) : undefined;
  return {
    account: order.account,
    orderId: (theirs ?? order.id) as OrderId,
    instrumentId: order.instrumentId,
    ...(order.venueOrderId === undefined ? {} : { venueOrderId: order.venueOrderId }),
  };
}

/** @param sendBy - by the wall clock at the moment of the write, which may differ from the job's own. */
export function placeRequestOf({ order }: Extract<SendJob, { kind: "place" }>, sendBy: Instant): PlaceRequest {
  return {
    account: order.account,
    orderId: order.id,
    instrumentId: order.instrumentId,
    side: order.side,
    orderType: order.orderType,
    timeInForce: order.timeInForce,
    postOnly: order.postOnly,
    reduceOnly: order.reduceOnly,
    origin: order.origin,
    sendBy,
    ...(order.quantity === undefined ? {} : { quantity: order.quantity }),
    ...(order.notional === undefined ? {} : { notional: order.notional }),
    ...(order.price === undefined ? {} : { price: order.price }),
    ...(order.triggerPrice === undefined ? {} : { triggerPrice: order.triggerPrice }),
    ...(order.expiresAt === undefined ? {} : { expiresAt: order.expiresAt }),
  };
}

/** @param sendBy - as {@link placeRequestOf} has it. */
export function replaceRequestOf(
  { order, replace }: Extract<SendJob, { kind: "replace" }>,
  sendBy: Instant,
): ReplaceRequest {
  const { quantity, price, triggerPrice } = replace;
  return {
    ...requestOf(order),
    sendBy,
    ...(quantity === undefined ? {} : { quantity }),
    ...(price === undefined ? {} : { price }),
    ...(triggerPrice === undefined ? {} : { triggerPrice }),
  };
}
