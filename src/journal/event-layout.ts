// The one table of what the journal stores of each event type: its two-letter tag and its fields, in order.
// A released layout never changes but by optional fields at its end; anything else takes a new tag. The compiler
// holds the table complete: a type or a field without an entry does not build.

import type { ErrorCode } from "../domain/errors.ts";
import { type Fee, type Fill, LIQUIDITIES } from "../domain/fill.ts";
import { ORDER_TYPES } from "../domain/identifiers.ts";
import {
  DISCREPANCY_KINDS,
  type EventMeta,
  ORDER_ORIGINS,
  type OrderTerms,
  type ReplaceTerms,
  SIDES,
  TIMES_IN_FORCE,
} from "../domain/order-event.ts";
import {
  CASE_KINDS,
  type DomainEvent,
  type DomainEventType,
  RESTING_ORDER_POLICIES,
  TRADING_STATES,
} from "../domain/system-event.ts";
import { boolean, decimal, group, type Layout, mark, number, oneOf, optional, text } from "./event-field.ts";

type LayoutOf<T extends DomainEventType> = Layout<Extract<DomainEvent, { type: T }>, "type" | keyof EventMeta>;
type EventLayouts = { readonly [T in DomainEventType]: readonly [tag: string, fields: LayoutOf<T>] };

// Any text: an old journal stays readable when the catalogue drops a code.
const errorCode = text<ErrorCode>();

const terms = group<OrderTerms>({
  account: text(),
  venue: text(),
  instrumentId: text(),
  side: oneOf(SIDES),
  orderType: oneOf(ORDER_TYPES),
  timeInForce: oneOf(TIMES_IN_FORCE),
  origin: oneOf(ORDER_ORIGINS),
  postOnly: boolean,
  reduceOnly: boolean,
  quantity: optional(decimal),
  price: optional(decimal),
  clientOrderId: optional(text()),
  parentOrderId: optional(text()),
  triggerPrice: optional(decimal),
  notional: optional(decimal),
  expiresAt: optional(number),
  leverage: optional(number),
  maxAgeMs: optional(number),
});

const fee = group<Fee>({ amount: decimal, asset: text() });

const fill = group<Fill>({
  executionId: text(),
  venueOrderId: text(),
  price: decimal,
  quantity: decimal,
  liquidity: oneOf(LIQUIDITIES),
  venueAt: number,
  fee: optional(fee),
  inferred: optional(mark),
});

const replace = group<ReplaceTerms>({
  quantity: optional(decimal),
  price: optional(decimal),
  triggerPrice: optional(decimal),
  clientOrderId: optional(text()),
});

const orderId = text<never>();
const venueOrderId = text<never>();
const ending = {
  inferred: optional(mark),
  venueCumulativeQuantity: optional(decimal),
  venueOrderId: optional(venueOrderId),
};
const refusal = { venueCode: optional(text()), venueMessage: optional(text()) };

/** Tag and fields of every event type. The fields of {@link EventMeta} come first in each event and are not repeated. */
export const EVENT_LAYOUTS: EventLayouts = {
  orderCreated: ["oc", { orderId, terms }],
  orderAdopted: ["oa", { orderId, terms, venueOrderId }],
  orderValidated: ["ov", { orderId, implied: optional(mark) }],
  orderDenied: ["od", { orderId, code: errorCode, message: text() }],
  orderSubmitted: ["os", { orderId, sendBy: optional(number), implied: optional(mark) }],
  orderAcknowledged: [
    "ok",
    { orderId, venueOrderId: optional(venueOrderId), triggered: optional(mark), implied: optional(mark) },
  ],
  orderPartiallyFilled: ["op", { orderId, fill }],
  orderFilled: ["of", { orderId, fill: optional(fill), ...ending }],
  orderCanceled: ["ox", { orderId, reason: text(), ...ending }],
  orderExpired: ["oe", { orderId, reason: text(), ...ending }],
  orderRejected: ["or", { orderId, reason: text(), ...refusal, ...ending }],
  orderFailed: ["on", { orderId, code: errorCode, reason: text() }],
  orderOutcomeUnknown: ["ou", { orderId, subject: oneOf(["submit", "cancel", "replace"]), reason: text() }],
  cancelRequested: ["cq", { orderId, requestId: text(), reason: text() }],
  cancelRejected: ["cr", { orderId, reason: text(), requestId: optional(text()), ...refusal }],
  replaceRequested: ["rq", { orderId, requestId: text(), replace }],
  orderReplaced: [
    "rd",
    {
      orderId,
      replace,
      requestId: optional(text()),
      venueOrderId: optional(venueOrderId),
      implied: optional(mark),
    },
  ],
  replaceRejected: ["rr", { orderId, reason: text(), requestId: optional(text()), ...refusal }],
  fillBooked: ["fb", { orderId, fill, late: mark }],
  fillReversed: ["fr", { orderId, venueOrderId, executionId: text(), reason: text() }],
  fillCorrected: ["fc", { orderId, venueOrderId, executionId: text(), fill, reason: text() }],
  orderReinstated: ["oi", { orderId, status: oneOf(["submitted", "acknowledged", "partiallyFilled"]), reason: text() }],
  discrepancyFound: [
    "df",
    {
      kind: oneOf(DISCREPANCY_KINDS),
      ours: text(),
      theirs: text(),
      conclusion: text(),
      evidence: text(),
      orderId: optional(orderId),
      account: optional(text()),
    },
  ],
  epochStarted: ["es", { epoch: number, version: text(), runtimeVersion: text(), durability: text() }],
  engineStopped: ["ep", { epoch: number, openOrders: number }],
  accountOpened: ["ao", { account: text(), tag: text(), venue: text() }],
  tradingStateChanged: ["ts", { state: oneOf(TRADING_STATES), reason: text(), by: text(), account: optional(text()) }],
  killSwitchEngaged: [
    "ke",
    { restingOrders: oneOf(RESTING_ORDER_POLICIES), reason: text(), by: text(), account: optional(text()) },
  ],
  killSwitchLifted: ["kl", { reason: text(), by: text(), account: optional(text()) }],
  riskLimitsChanged: ["rl", { account: text(), limits: text(), by: text() }],
  positionAdjusted: ["pa", { account: text(), instrumentId: text(), quantity: decimal, reason: text(), by: text() }],
  reconcileCompleted: [
    "rc",
    {
      account: text(),
      trigger: text(),
      ordersChecked: number,
      fillsRead: number,
      discrepancies: number,
      failedQueries: number,
      fillCursor: optional(text()),
    },
  ],
  caseOpened: [
    "qo",
    { caseId: text(), kind: oneOf(CASE_KINDS), text: text(), account: optional(text()), about: optional(text()) },
  ],
  caseClosed: ["qc", { caseId: text(), conclusion: text(), by: text() }],
  reportQuarantined: [
    "rx",
    { venue: text(), reason: text(), raw: text(), account: optional(text()), about: optional(text()) },
  ],
};
