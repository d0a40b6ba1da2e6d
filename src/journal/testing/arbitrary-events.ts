// Arbitrary events of every type, for properties about anything that stores, sends or folds them one by one.
// They have the right shape and nothing more: a sequence of them is not an order's life.

import type { Arbitrary } from "fast-check";
import * as fc from "fast-check";
import { Decimal } from "../../domain/decimal.ts";
import type { ErrorCode } from "../../domain/errors.ts";
import { type Fee, type Fill, LIQUIDITIES } from "../../domain/fill.ts";
import { ORDER_TYPES, type OrderId, type VenueOrderId } from "../../domain/identifiers.ts";
import {
  CAUSE_KINDS,
  type Cause,
  DISCREPANCY_KINDS,
  type EventMeta,
  ORDER_ORIGINS,
  type OrderTerms,
  type ReplaceTerms,
  SIDES,
  TIMES_IN_FORCE,
} from "../../domain/order-event.ts";
import {
  CASE_KINDS,
  type DomainEvent,
  type DomainEventType,
  type EventDraft,
  RESTING_ORDER_POLICIES,
  TRADING_STATES,
} from "../../domain/system-event.ts";

type Arbitraries<T, Omitted extends PropertyKey = never> = {
  readonly [K in Exclude<keyof T, Omitted>]-?: Arbitrary<Exclude<T[K], undefined>>;
};

/** Any text at all: quotes, control characters, emoji, lone surrogates. */
const anyText = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: "binary", maxLength: 12 }));
const words = fc.constantFrom(
  ...'plain|it\'s "quoted"|back\\slash|two\nlines|\u0000\ud800|Überfüllung|注文'.split("|"),
);
const text = <T extends string>(): Arbitrary<T> => fc.oneof(anyText, words) as Arbitrary<T>;
const count = fc.nat();
/** Whole and fractional milliseconds. */
const instant = fc.oneof(
  fc.integer({ min: 0, max: 4_102_444_800_000 }),
  fc.double({ min: 0, max: 4_102_444_800_000, noNaN: true, noDefaultInfinity: true }).map(Math.abs),
);
const mark = fc.constant(true as const);

/** A decimal of up to 18 decimals and 36 digits, in canonical scale. */
export const arbitraryDecimal: Arbitrary<Decimal> = fc
  .tuple(fc.bigInt({ min: -(10n ** 36n), max: 10n ** 36n }), fc.nat(18))
  .map(([coefficient, scale]) => Decimal.parse(Decimal.of(coefficient, scale).toString()));

export const arbitraryOrderId: Arbitrary<OrderId> = fc
  .tuple(fc.constantFrom("M", "L", "S"), fc.nat(0xff))
  .map(([letter, counter]) => `OWRmain0000${letter}0001${counter.toString(16).padStart(8, "0")}` as OrderId);

/** All of `required`, and any part of `optional`. */
function record<T>(required: object, optional: object = {}): Arbitrary<T> {
  return fc.record(
    { ...required, ...optional },
    { requiredKeys: Object.keys(required) as never[], noNullPrototype: true },
  ) as Arbitrary<T>;
}

const fee = record<Fee>({ amount: arbitraryDecimal, asset: text() });
const fill = record<Fill>(
  {
    executionId: text(),
    venueOrderId: text(),
    price: arbitraryDecimal,
    quantity: arbitraryDecimal,
    liquidity: fc.constantFrom(...LIQUIDITIES),
    venueAt: instant,
  },
  { fee, inferred: mark },
);
const terms = record<OrderTerms>(
  {
    account: text(),
    venue: text(),
    instrumentId: text(),
    side: fc.constantFrom(...SIDES),
    orderType: fc.constantFrom(...ORDER_TYPES),
    timeInForce: fc.constantFrom(...TIMES_IN_FORCE),
    postOnly: fc.boolean(),
    reduceOnly: fc.boolean(),
    origin: fc.constantFrom(...ORDER_ORIGINS),
  },
  {
    quantity: arbitraryDecimal,
    notional: arbitraryDecimal,
    price: arbitraryDecimal,
    triggerPrice: arbitraryDecimal,
    expiresAt: instant,
    clientOrderId: text(),
    parentOrderId: arbitraryOrderId,
    leverage: fc.double({ min: 1, max: 125, noNaN: true }),
    maxAgeMs: count,
  },
);
const replace = record<ReplaceTerms>(
  {},
  { quantity: arbitraryDecimal, price: arbitraryDecimal, triggerPrice: arbitraryDecimal, clientOrderId: text() },
);

const orderId = arbitraryOrderId;
const ending = { inferred: mark, venueCumulativeQuantity: arbitraryDecimal, venueOrderId: text<VenueOrderId>() };
const refusal = { venueCode: text(), venueMessage: text() };
const errorCode = fc.constantFrom<ErrorCode>("risk.maxNotional", "venue.unreachable", "request.offTick");

type FieldsOf<T extends DomainEventType> = Partial<
  Arbitraries<Extract<DomainEvent, { type: T }>, "type" | keyof EventMeta>
>;

/** Required and optional fields of each type; fast-check leaves optional ones out at will. */
const FIELDS: { readonly [T in DomainEventType]: readonly [required: FieldsOf<T>, optional?: FieldsOf<T>] } = {
  orderCreated: [{ orderId, terms }],
  orderAdopted: [{ orderId, terms, venueOrderId: text() }],
  orderValidated: [{ orderId }, { implied: mark }],
  orderDenied: [{ orderId, code: errorCode, message: text() }],
  orderSubmitted: [{ orderId }, { implied: mark, sendBy: instant }],
  orderAcknowledged: [{ orderId }, { implied: mark, venueOrderId: text(), triggered: mark }],
  orderPartiallyFilled: [{ orderId, fill }],
  orderFilled: [{ orderId }, { fill, ...ending }],
  orderCanceled: [{ orderId, reason: text() }, ending],
  orderExpired: [{ orderId, reason: text() }, ending],
  orderRejected: [
    { orderId, reason: text() },
    { ...refusal, ...ending },
  ],
  orderFailed: [{ orderId, code: errorCode, reason: text() }],
  orderOutcomeUnknown: [
    { orderId, subject: fc.constantFrom("submit" as const, "cancel" as const, "replace" as const), reason: text() },
  ],
  cancelRequested: [{ orderId, requestId: text(), reason: text() }],
  cancelRejected: [
    { orderId, reason: text() },
    { requestId: text(), ...refusal },
  ],
  replaceRequested: [{ orderId, requestId: text(), replace }],
  orderReplaced: [
    { orderId, replace },
    { requestId: text(), venueOrderId: text(), implied: mark },
  ],
  replaceRejected: [
    { orderId, reason: text() },
    { requestId: text(), ...refusal },
  ],
  fillBooked: [{ orderId, fill, late: mark }],
  fillReversed: [{ orderId, venueOrderId: text(), executionId: text(), reason: text() }],
  fillCorrected: [{ orderId, venueOrderId: text(), executionId: text(), fill, reason: text() }],
  orderReinstated: [
    {
      orderId,
      status: fc.constantFrom("submitted" as const, "acknowledged" as const, "partiallyFilled" as const),
      reason: text(),
    },
  ],
  discrepancyFound: [
    {
      kind: fc.constantFrom(...DISCREPANCY_KINDS),
      ours: text(),
      theirs: text(),
      conclusion: text(),
      evidence: text(),
    },
    { orderId, account: text() },
  ],
  epochStarted: [{ epoch: count, version: text(), runtimeVersion: text(), durability: text() }],
  engineStopped: [{ epoch: count, openOrders: count }],
  accountOpened: [{ account: text(), tag: text(), venue: text() }],
  tradingStateChanged: [{ state: fc.constantFrom(...TRADING_STATES), reason: text(), by: text() }, { account: text() }],
  killSwitchEngaged: [
    { restingOrders: fc.constantFrom(...RESTING_ORDER_POLICIES), reason: text(), by: text() },
    { account: text() },
  ],
  killSwitchLifted: [{ reason: text(), by: text() }, { account: text() }],
  riskLimitsChanged: [{ account: text(), limits: text(), by: text() }],
  positionAdjusted: [{ account: text(), instrumentId: text(), quantity: arbitraryDecimal, reason: text(), by: text() }],
  reconcileCompleted: [
    {
      account: text(),
      trigger: text(),
      ordersChecked: count,
      fillsRead: count,
      discrepancies: count,
      failedQueries: count,
    },
    { fillCursor: text() },
  ],
  caseOpened: [
    { caseId: text(), kind: fc.constantFrom(...CASE_KINDS), text: text() },
    { account: text(), about: arbitraryOrderId },
  ],
  caseClosed: [{ caseId: text(), conclusion: text(), by: text() }],
  reportQuarantined: [
    { venue: text(), reason: text(), raw: text() },
    { account: text(), about: arbitraryOrderId },
  ],
};

export const EVENT_TYPES = Object.keys(FIELDS) as readonly DomainEventType[];

/** Any event of one type. */
export function arbitraryEventOf(type: DomainEventType): Arbitrary<EventDraft> {
  const [required, optional] = FIELDS[type];
  const cause = fc.tuple(fc.constantFrom(...CAUSE_KINDS), text()).map(([kind, id]): Cause => `${kind}:${id}`);
  return record<EventDraft>(
    { type: fc.constant(type), ...required, at: instant, cause },
    { ...optional, venueAt: instant },
  );
}

/** Any event of any type. */
export const arbitraryEvent: Arbitrary<EventDraft> = fc.constantFrom(...EVENT_TYPES).chain(arbitraryEventOf);

/** One to five events, as one append takes them. */
export const arbitraryBatch: Arbitrary<EventDraft[]> = fc.array(arbitraryEvent, { minLength: 1, maxLength: 5 });
