// Schemas shared by the routes under /api/v1: the source of validation and of OpenAPI.
// A description completes the sentence "it must be …".

import { type Static, type TUnsafe, Type } from "typebox";
import { ORDER_TYPES } from "../../domain/identifiers.ts";
import { ORDER_ORIGINS, SIDES, TIMES_IN_FORCE } from "../../domain/order-event.ts";
import { ORDER_STATUSES } from "../../domain/order-status.ts";
import { RESTING_ORDER_POLICIES, TRADING_STATES } from "../../domain/system-event.ts";
import { CASE_DECISIONS } from "../../engine/engine-api.ts";

/** Refuses what it does not know: a misspelled field must not pass for an absent one. */
const CLOSED = { additionalProperties: false } as const;

function oneOf<const T extends readonly string[]>(values: T): TUnsafe<T[number]> {
  return Type.Unsafe<T[number]>({ type: "string", enum: [...values], description: `one of ${values.join(", ")}` });
}

export const DecimalText = Type.String({
  pattern: "^-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?$",
  maxLength: 80,
  description: 'a plain decimal in a text, such as "0.001"',
});
export const AccountName = Type.String({
  pattern: "^[A-Za-z0-9_-]{1,32}$",
  description: "the name of an account: 1 to 32 characters of A-Z a-z 0-9 _ -",
});
export const InstrumentName = Type.String({
  minLength: 1,
  maxLength: 64,
  description: "the id of an instrument, such as BTC/USDT, at most 64 characters",
});
/** Any id that an order ever had, at any door or venue. */
export const AnyOrderId = Type.String({
  minLength: 1,
  maxLength: 128,
  description: "an id of an order (ours, the caller's or the venue's), at most 128 characters",
});
export const ClientOrderId = Type.String({
  pattern: "^[\\x21-\\x7e]{1,128}$",
  description: "1 to 128 printable ASCII characters without spaces",
});
export const Reason = Type.String({ minLength: 1, maxLength: 200, description: "a reason of 1 to 200 characters" });
const Instant = Type.Integer({ minimum: 0, description: "an instant in epoch milliseconds" });

export function limitUpTo(maximum: number) {
  return Type.Optional(Type.Integer({ minimum: 1, maximum, description: `a whole number from 1 to ${maximum}` }));
}

export const OrderRequestBody = Type.Object(
  {
    account: Type.Optional(AccountName),
    instrumentId: InstrumentName,
    side: oneOf(SIDES),
    orderType: oneOf(ORDER_TYPES),
    quantity: Type.Optional(DecimalText),
    notional: Type.Optional(DecimalText),
    price: Type.Optional(DecimalText),
    triggerPrice: Type.Optional(DecimalText),
    timeInForce: Type.Optional(oneOf(TIMES_IN_FORCE)),
    expiresAt: Type.Optional(Instant),
    postOnly: Type.Optional(Type.Boolean({ description: "true or false" })),
    reduceOnly: Type.Optional(Type.Boolean({ description: "true or false" })),
    clientOrderId: Type.Optional(ClientOrderId),
    origin: Type.Optional(oneOf(ORDER_ORIGINS)),
    parentOrderId: Type.Optional(AnyOrderId),
    leverage: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1000, description: "a number up to 1000" })),
    maxAgeMs: Type.Optional(Type.Integer({ minimum: 1, description: "a whole number of milliseconds" })),
    rounding: Type.Optional(oneOf(["refuse", "toGrid"])),
  },
  { ...CLOSED, description: "an order" },
);
export type OrderRequestBody = Static<typeof OrderRequestBody>;

/** As many orders as the engine takes at once. */
export const MAX_BATCH = 100;
export const BatchBody = Type.Object(
  {
    orders: Type.Array(OrderRequestBody, {
      minItems: 1,
      maxItems: MAX_BATCH,
      description: `an array of 1 to ${MAX_BATCH} orders`,
    }),
  },
  { ...CLOSED, description: "an object with orders" },
);

export const ReplaceBody = Type.Object(
  {
    quantity: Type.Optional(DecimalText),
    price: Type.Optional(DecimalText),
    triggerPrice: Type.Optional(DecimalText),
    clientOrderId: Type.Optional(ClientOrderId),
  },
  { ...CLOSED, description: "an object with the new values" },
);

export const OrderParams = Type.Object({ anyId: AnyOrderId }, CLOSED);

const orderConditions = {
  account: Type.Optional(AccountName),
  instrumentId: Type.Optional(InstrumentName),
  side: Type.Optional(oneOf(SIDES)),
  origin: Type.Optional(oneOf(ORDER_ORIGINS)),
};
export const OrdersQuery = Type.Object(
  {
    ...orderConditions,
    status: Type.Optional(oneOf(ORDER_STATUSES)),
    open: Type.Optional(Type.Boolean({ description: "true or false" })),
    limit: limitUpTo(1000),
  },
  CLOSED,
);
export const CancelAllQuery = Type.Object(orderConditions, CLOSED);

export const AccountQuery = Type.Object({ account: Type.Optional(AccountName) }, CLOSED);
export const AccountParams = Type.Object({ account: AccountName }, CLOSED);
export const FillsQuery = Type.Object(
  {
    account: Type.Optional(AccountName),
    instrumentId: Type.Optional(InstrumentName),
    limit: limitUpTo(1000),
  },
  CLOSED,
);
export const LimitQuery = Type.Object({ limit: limitUpTo(1000) }, CLOSED);
export const QuarantineQuery = Type.Object({ account: Type.Optional(AccountName), limit: limitUpTo(100) }, CLOSED);
export const EventsQuery = Type.Object(
  {
    since: Type.Optional(Type.Integer({ minimum: 0, description: "the seq of the last event seen, 0 for all" })),
    limit: limitUpTo(1000),
  },
  CLOSED,
);
export const InstrumentParams = Type.Object({ instrumentId: InstrumentName }, CLOSED);
export const BookQuery = Type.Object({ depth: limitUpTo(1000) }, CLOSED);

export const TradingStateBody = Type.Object(
  { state: oneOf(TRADING_STATES), account: Type.Optional(AccountName), reason: Reason },
  { ...CLOSED, description: "an object with state and reason" },
);
export const KillBody = Type.Object(
  { restingOrders: oneOf(RESTING_ORDER_POLICIES), account: Type.Optional(AccountName), reason: Reason },
  { ...CLOSED, description: "an object with restingOrders and reason" },
);
export const LiftBody = Type.Object(
  { account: Type.Optional(AccountName), reason: Reason },
  { ...CLOSED, description: "an object with a reason" },
);
export const CaseParams = Type.Object(
  {
    caseId: Type.String({
      minLength: 1,
      maxLength: 128,
      description: "the id of a case, such as unknownOutcome:<order id>, at most 128 characters",
    }),
  },
  CLOSED,
);
export const CaseDecisionBody = Type.Object(
  { decision: oneOf(CASE_DECISIONS), reason: Reason },
  { ...CLOSED, description: "an object with decision and reason" },
);
export const ReconcileBody = Type.Object(
  {
    account: Type.Optional(AccountName),
    dryRun: Type.Optional(Type.Boolean({ description: "true or false" })),
  },
  { ...CLOSED, description: "an object" },
);

const RateLimitBody = Type.Object(
  {
    count: Type.Integer({ minimum: 0, description: "a whole number" }),
    windowMs: Type.Integer({ minimum: 1, description: "a whole number of milliseconds" }),
  },
  { ...CLOSED, description: "an object with count and windowMs" },
);
export const RiskLimitsBody = Type.Object(
  {
    allowedInstruments: Type.Optional(
      Type.Array(InstrumentName, { maxItems: 1000, description: "an array of instrument ids" }),
    ),
    maxOrderQuantity: Type.Optional(DecimalText),
    maxOrderNotional: Type.Optional(DecimalText),
    priceCollarBps: Type.Optional(Type.Number({ minimum: 0, description: "a number of basis points" })),
    maxOpenOrders: Type.Optional(Type.Integer({ minimum: 0, description: "a whole number" })),
    maxOrderRate: Type.Optional(RateLimitBody),
    maxMessageRate: Type.Optional(RateLimitBody),
    maxPosition: Type.Optional(DecimalText),
    maxExposure: Type.Optional(DecimalText),
    maxDailyLoss: Type.Optional(DecimalText),
    duplicateWindowMs: Type.Optional(Type.Integer({ minimum: 0, description: "a whole number of milliseconds" })),
    selfTrade: Type.Optional(oneOf(["deny", "allow"])),
    referenceMaxAgeMs: Type.Optional(Type.Integer({ minimum: 1, description: "a whole number of milliseconds" })),
  },
  { ...CLOSED, description: "an object with the limits" },
);
