// The way back from JSON to orders and positions, field by field and strictly.
// What the JSON looks like is in order-json.ts.

import { Decimal } from "./decimal.ts";
import { type Fee, type Fill, fillKey, LIQUIDITIES } from "./fill.ts";
import {
  type AccountId,
  type ExecutionId,
  type InstrumentId,
  ORDER_TYPES,
  type OrderId,
  type RequestId,
  type VenueId,
  type VenueOrderId,
} from "./identifiers.ts";
import { defined, type JsonReader } from "./json-reader.ts";
import { Order, type PendingCancel, type PendingReplace, type StatusReason } from "./order.ts";
import { ORDER_ORIGINS, type OrderTerms, type ReplaceTerms, SIDES, TIMES_IN_FORCE } from "./order-event.ts";
import type { DerivedOrderJson } from "./order-json.ts";
import { ORDER_STATUSES } from "./order-status.ts";
import type { Position } from "./position.ts";

const DERIVED_KEYS = Object.keys({
  displayId: true,
  leavesQuantity: true,
  effectiveQuantity: true,
  averagePrice: true,
  fillPercentage: true,
  lastPrice: true,
  lastQuantity: true,
  overfilled: true,
  isTerminal: true,
  isActive: true,
  isWorking: true,
  isSettled: true,
  canCancel: true,
  canReplace: true,
  submitToAcknowledgeMs: true,
  submitToFirstFillMs: true,
} satisfies Record<keyof DerivedOrderJson, true>);

export function readOrder(reader: JsonReader): Order {
  reader.ignore(DERIVED_KEYS);
  const id = reader.text("id") as OrderId;
  const terms = readTerms(reader);
  const createdAt = reader.number("createdAt");
  return Order.restore(id, terms, createdAt, { ...readState(reader), ...readExecutions(reader) });
}

function readTerms(reader: JsonReader): OrderTerms {
  if (reader.has("quantity") === reader.has("notional")) {
    throw reader.refuse("it must have a quantity or a notional, and not both.");
  }
  return defined({
    account: reader.text("account") as AccountId,
    venue: reader.text("venue") as VenueId,
    instrumentId: reader.text("instrumentId") as InstrumentId,
    side: reader.oneOf("side", SIDES),
    orderType: reader.oneOf("orderType", ORDER_TYPES),
    timeInForce: reader.oneOf("timeInForce", TIMES_IN_FORCE),
    quantity: reader.optional("quantity", (key) => reader.decimal(key)),
    notional: reader.optional("notional", (key) => reader.decimal(key)),
    price: reader.optional("price", (key) => reader.decimal(key)),
    triggerPrice: reader.optional("triggerPrice", (key) => reader.decimal(key)),
    postOnly: reader.flag("postOnly"),
    reduceOnly: reader.flag("reduceOnly"),
    expiresAt: reader.optional("expiresAt", (key) => reader.number(key)),
    clientOrderId: reader.optional("clientOrderId", (key) => reader.text(key)),
    origin: reader.oneOf("origin", ORDER_ORIGINS),
    parentOrderId: reader.optional("parentOrderId", (key) => reader.text(key) as OrderId),
    leverage: reader.optional("leverage", (key) => reader.number(key)),
    maxAgeMs: reader.optional("maxAgeMs", (key) => reader.number(key)),
  });
}

function readState(reader: JsonReader): Partial<Order> {
  return defined({
    status: reader.oneOf("status", ORDER_STATUSES),
    statusReason: reader.optional("statusReason", (key) => reader.object(key, readStatusReason)),
    inferred: reader.flag("inferred"),
    outcomeUnknown: reader.flag("outcomeUnknown"),
    pendingCancel: reader.optional("pendingCancel", (key) => reader.object(key, readPendingCancel)),
    pendingReplace: reader.optional("pendingReplace", (key) => reader.object(key, readPendingReplace)),
    venueOrderId: reader.optional("venueOrderId", (key) => reader.text(key) as VenueOrderId),
    earlierVenueOrderIds: reader.optional("earlierVenueOrderIds", (key) => reader.texts(key) as VenueOrderId[]),
    earlierClientOrderIds: reader.optional("earlierClientOrderIds", (key) => reader.texts(key)),
    triggered: reader.flag("triggered"),
    revision: reader.count("revision"),
    replacedVenueAt: reader.optional("replacedVenueAt", (key) => reader.number(key)),
    reversedFills: reader.optional("reversedFills", (key) => new Set(reader.texts(key))),
    contradictions: reader.optional("contradictions", (key) => new Set(reader.texts(key))),
    venueCumulativeQuantity: reader.optional("venueCumulativeQuantity", (key) => reader.decimal(key)),
    submittedAt: reader.optional("submittedAt", (key) => reader.number(key)),
    acknowledgedAt: reader.optional("acknowledgedAt", (key) => reader.number(key)),
    firstFillAt: reader.optional("firstFillAt", (key) => reader.number(key)),
    completedAt: reader.optional("completedAt", (key) => reader.number(key)),
    statusAt: reader.number("statusAt"),
    updatedAt: reader.number("updatedAt"),
    lastSeq: reader.count("lastSeq"),
  });
}

/** The fills, and the totals that must be their sums. */
function readExecutions(reader: JsonReader): Partial<Order> {
  const cumulativeQuantity = reader.decimal("cumulativeQuantity");
  const cost = reader.decimal("cost");
  const fees = reader.decimals("fees");
  const list = reader.array("fills", readFill);
  const fills = new Map(list.map((fill) => [fillKey(fill), fill]));
  if (fills.size !== list.length) throw reader.refuse("two fills have one venueOrderId and executionId.");
  let quantitySum = Decimal.zero;
  let costSum = Decimal.zero;
  const feeSums = new Map<string, Decimal>();
  for (const { quantity, price, fee } of list) {
    quantitySum = quantitySum.add(quantity);
    costSum = costSum.add(price.mul(quantity));
    if (fee !== undefined) feeSums.set(fee.asset, (feeSums.get(fee.asset) ?? Decimal.zero).add(fee.amount));
  }
  if (!quantitySum.eq(cumulativeQuantity)) {
    throw reader.refuse(`cumulativeQuantity ${cumulativeQuantity} must be the sum of its fills, ${quantitySum}.`);
  }
  if (!costSum.eq(cost)) throw reader.refuse(`cost ${cost} must be the sum of its fills, ${costSum}.`);
  for (const asset of new Set([...fees.keys(), ...feeSums.keys()])) {
    const stated = fees.get(asset) ?? Decimal.zero;
    const sum = feeSums.get(asset) ?? Decimal.zero;
    if (!stated.eq(sum)) throw reader.refuse(`fees of ${stated} ${asset} must be the sum of its fills, ${sum}.`);
  }
  const lastFill = list.at(-1);
  return list.length === 0 || lastFill === undefined ? {} : { cumulativeQuantity, cost, fees, fills, lastFill };
}

function readStatusReason(reader: JsonReader): StatusReason {
  return defined({ code: reader.optional("code", (key) => reader.words(key)), text: reader.words("text") });
}

function readPendingCancel(reader: JsonReader): PendingCancel {
  return { ...readPending(reader), reason: reader.words("reason") };
}

function readPendingReplace(reader: JsonReader): PendingReplace {
  return { ...readPending(reader), replace: reader.object("replace", readReplaceTerms) };
}

function readPending(reader: JsonReader): Omit<PendingCancel, "reason"> {
  return {
    requestId: reader.text("requestId") as RequestId,
    requestedAt: reader.number("requestedAt"),
    outcomeUnknown: reader.flag("outcomeUnknown"),
  };
}

function readReplaceTerms(reader: JsonReader): ReplaceTerms {
  return defined({
    quantity: reader.optional("quantity", (key) => reader.decimal(key)),
    price: reader.optional("price", (key) => reader.decimal(key)),
    triggerPrice: reader.optional("triggerPrice", (key) => reader.decimal(key)),
    clientOrderId: reader.optional("clientOrderId", (key) => reader.text(key)),
  });
}

function readFill(reader: JsonReader): Fill {
  const quantity = reader.decimal("quantity");
  if (!quantity.isPositive()) throw reader.refuse(`quantity ${quantity} of a fill must be above zero.`);
  const inferred = reader.has("inferred") && reader.flag("inferred");
  return defined({
    executionId: reader.text("executionId") as ExecutionId,
    venueOrderId: reader.text("venueOrderId") as VenueOrderId,
    price: reader.decimal("price"),
    quantity,
    liquidity: reader.oneOf("liquidity", LIQUIDITIES),
    fee: reader.optional("fee", (key) => reader.object(key, readFee)),
    venueAt: reader.number("venueAt"),
    inferred: inferred ? (true as const) : undefined,
  });
}

function readFee(reader: JsonReader): Fee {
  return { amount: reader.decimal("amount"), asset: reader.text("asset") };
}

export function readPosition(reader: JsonReader): Position {
  reader.ignore(["averageEntryPrice"]);
  return {
    account: reader.text("account") as AccountId,
    instrumentId: reader.text("instrumentId") as InstrumentId,
    quantity: reader.decimal("quantity"),
    entryCost: reader.decimal("entryCost"),
    realizedPnl: reader.decimal("realizedPnl"),
    fees: reader.decimals("fees"),
    bought: reader.decimal("bought"),
    sold: reader.decimal("sold"),
  };
}
