// Orders, fills, positions and events as plain JSON: what the API, the terminal, the page and
// snapshots hold. Decimals are texts, instants epoch milliseconds, absent fields are left out.
// The journal's own encoding of events is elsewhere (journal/event-codec.ts).

import { Decimal } from "./decimal.ts";
import type { OrderwrightError } from "./errors.ts";
import type { Fill, Liquidity } from "./fill.ts";
import { formatOrderId, type OrderType } from "./identifiers.ts";
import { defined, type JsonValue, readJson, readObject } from "./json-reader.ts";
import type { Order, PendingCancel, PendingReplace, StatusReason } from "./order.ts";
import type { OrderOrigin, ReplaceTerms, Side, TimeInForce } from "./order-event.ts";
import type { OrderStatus } from "./order-status.ts";
import { averageEntryPrice, type Position } from "./position.ts";
import { readOrder, readPosition } from "./read-order-json.ts";
import type { Result } from "./result.ts";
import type { RecordedEvent } from "./system-event.ts";
import type { Instant } from "./time.ts";

export interface FeeJson {
  readonly amount: string;
  readonly asset: string;
}
/** A fill with decimals as texts. */
export interface FillJson {
  readonly executionId: string;
  readonly venueOrderId: string;
  readonly price: string;
  readonly quantity: string;
  readonly liquidity: Liquidity;
  readonly fee?: FeeJson;
  readonly venueAt: Instant;
  readonly inferred?: true;
}
export interface ReplaceTermsJson {
  readonly quantity?: string;
  readonly price?: string;
  readonly triggerPrice?: string;
  readonly clientOrderId?: string;
}
export interface PendingReplaceJson extends Omit<PendingReplace, "requestId" | "replace"> {
  readonly requestId: string;
  readonly replace: ReplaceTermsJson;
}
export interface PendingCancelJson extends Omit<PendingCancel, "requestId"> {
  readonly requestId: string;
}

/** What {@link orderFromJson} reads. */
interface StoredOrderJson {
  readonly id: string;
  readonly account: string;
  readonly venue: string;
  readonly instrumentId: string;
  readonly side: Side;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  readonly quantity?: string;
  readonly notional?: string;
  readonly price?: string;
  readonly triggerPrice?: string;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  readonly expiresAt?: Instant;
  readonly clientOrderId?: string;
  readonly origin: OrderOrigin;
  readonly parentOrderId?: string;
  readonly leverage?: number;
  readonly maxAgeMs?: number;
  readonly status: OrderStatus;
  readonly statusReason?: StatusReason;
  readonly inferred: boolean;
  readonly outcomeUnknown: boolean;
  readonly pendingCancel?: PendingCancelJson;
  readonly pendingReplace?: PendingReplaceJson;
  readonly venueOrderId?: string;
  /** Ids from before a replace, oldest first; absent when there are none. */
  readonly earlierVenueOrderIds?: readonly string[];
  readonly earlierClientOrderIds?: readonly string[];
  readonly triggered: boolean;
  readonly revision: number;
  readonly replacedVenueAt?: Instant;
  readonly cumulativeQuantity: string;
  readonly cost: string;
  readonly venueCumulativeQuantity?: string;
  /** By asset; negative is a rebate. */
  readonly fees: Readonly<Record<string, string>>;
  /** In the order in which they were booked. */
  readonly fills: readonly FillJson[];
  /** Executions that were booked and taken back, as `venueOrderId/executionId`; absent when there are none. */
  readonly reversedFills?: readonly string[];
  /** Contradictions on record; absent when there are none. */
  readonly contradictions?: readonly string[];
  readonly createdAt: Instant;
  readonly submittedAt?: Instant;
  readonly acknowledgedAt?: Instant;
  readonly firstFillAt?: Instant;
  readonly completedAt?: Instant;
  readonly statusAt: Instant;
  readonly updatedAt: Instant;
  readonly lastSeq: number;
}

/** What follows from the stored fields: shown, and not looked at on the way in. */
export interface DerivedOrderJson {
  /** The id with underscores, for people. */
  readonly displayId: string;
  readonly leavesQuantity?: string;
  readonly effectiveQuantity?: string;
  readonly averagePrice?: string;
  readonly fillPercentage: string;
  readonly lastPrice?: string;
  readonly lastQuantity?: string;
  readonly overfilled: boolean;
  readonly isTerminal: boolean;
  readonly isActive: boolean;
  readonly isWorking: boolean;
  readonly isSettled: boolean;
  readonly canCancel: boolean;
  readonly canReplace: boolean;
  readonly submitToAcknowledgeMs?: number;
  readonly submitToFirstFillMs?: number;
}

/** An order in JSON: its stored fields, and what follows from them. */
export type OrderJson = StoredOrderJson & DerivedOrderJson;

/** Writes an order with all that {@link orderFromJson} needs, and what is derived from it besides. */
export function orderToJson(order: Order): OrderJson {
  return { ...storedToJson(order), ...derivedToJson(order) };
}

function storedToJson(order: Order): StoredOrderJson {
  return defined({
    id: order.id,
    account: order.account,
    venue: order.venue,
    instrumentId: order.instrumentId,
    side: order.side,
    orderType: order.orderType,
    timeInForce: order.timeInForce,
    quantity: order.quantity?.toString(),
    notional: order.notional?.toString(),
    price: order.price?.toString(),
    triggerPrice: order.triggerPrice?.toString(),
    postOnly: order.postOnly,
    reduceOnly: order.reduceOnly,
    expiresAt: order.expiresAt,
    clientOrderId: order.clientOrderId,
    origin: order.origin,
    parentOrderId: order.parentOrderId,
    leverage: order.leverage,
    maxAgeMs: order.maxAgeMs,
    status: order.status,
    statusReason: order.statusReason,
    inferred: order.inferred,
    outcomeUnknown: order.outcomeUnknown,
    pendingCancel: order.pendingCancel,
    pendingReplace:
      order.pendingReplace === undefined
        ? undefined
        : { ...order.pendingReplace, replace: replaceToJson(order.pendingReplace.replace) },
    venueOrderId: order.venueOrderId,
    earlierVenueOrderIds: listed(order.earlierVenueOrderIds),
    earlierClientOrderIds: listed(order.earlierClientOrderIds),
    triggered: order.triggered,
    revision: order.revision,
    replacedVenueAt: order.replacedVenueAt,
    cumulativeQuantity: order.cumulativeQuantity.toString(),
    cost: order.cost.toString(),
    venueCumulativeQuantity: order.venueCumulativeQuantity?.toString(),
    fees: feesToJson(order.fees),
    fills: Array.from(order.fills.values(), fillToJson),
    reversedFills: listed([...order.reversedFills]),
    contradictions: listed([...order.contradictions]),
    createdAt: order.createdAt,
    submittedAt: order.submittedAt,
    acknowledgedAt: order.acknowledgedAt,
    firstFillAt: order.firstFillAt,
    completedAt: order.completedAt,
    statusAt: order.statusAt,
    updatedAt: order.updatedAt,
    lastSeq: order.lastSeq,
  });
}

function derivedToJson(order: Order): DerivedOrderJson {
  return defined({
    displayId: formatOrderId(order.id),
    leavesQuantity: order.leavesQuantity?.toString(),
    effectiveQuantity: order.effectiveQuantity?.toString(),
    averagePrice: order.averagePrice()?.toString(),
    fillPercentage: order.fillPercentage().toString(),
    lastPrice: order.lastFill?.price.toString(),
    lastQuantity: order.lastFill?.quantity.toString(),
    overfilled: order.overfilled,
    isTerminal: order.isTerminal,
    isActive: order.isActive,
    isWorking: order.isWorking,
    isSettled: order.isSettled,
    canCancel: order.canCancel,
    canReplace: order.canReplace,
    submitToAcknowledgeMs: order.submitToAcknowledgeMs(),
    submitToFirstFillMs: order.submitToFirstFillMs(),
  });
}

/**
 * Reads what {@link orderToJson} wrote, exactly.
 *
 * @returns `request.malformed` for a field that is missing, unknown or of the wrong type, and for
 *   quantities, costs or fees that are not the sum of the fills.
 */
export function orderFromJson(json: unknown): Result<Order, OrderwrightError> {
  return readJson(() => readObject(json, "order", readOrder));
}

function replaceToJson(replace: ReplaceTerms): ReplaceTermsJson {
  return defined({
    quantity: replace.quantity?.toString(),
    price: replace.price?.toString(),
    triggerPrice: replace.triggerPrice?.toString(),
    clientOrderId: replace.clientOrderId,
  });
}

/** Writes a fill, decimals as texts. */
export function fillToJson(fill: Fill): FillJson {
  return defined({
    executionId: fill.executionId,
    venueOrderId: fill.venueOrderId,
    price: fill.price.toString(),
    quantity: fill.quantity.toString(),
    liquidity: fill.liquidity,
    fee: fill.fee === undefined ? undefined : { amount: fill.fee.amount.toString(), asset: fill.fee.asset },
    venueAt: fill.venueAt,
    inferred: fill.inferred,
  });
}

/** A position with decimals as texts. */
export interface PositionJson {
  readonly account: string;
  readonly instrumentId: string;
  readonly quantity: string;
  readonly entryCost: string;
  /** Derived; absent when flat. Rounded at 20 decimals. */
  readonly averageEntryPrice?: string;
  readonly realizedPnl: string;
  readonly fees: Readonly<Record<string, string>>;
  readonly bought: string;
  readonly sold: string;
}

/** Writes a position with all that {@link positionFromJson} needs, and its average entry price. */
export function positionToJson(position: Position): PositionJson {
  return defined({
    account: position.account,
    instrumentId: position.instrumentId,
    quantity: position.quantity.toString(),
    entryCost: position.entryCost.toString(),
    averageEntryPrice: averageEntryPrice(position)?.toString(),
    realizedPnl: position.realizedPnl.toString(),
    fees: feesToJson(position.fees),
    bought: position.bought.toString(),
    sold: position.sold.toString(),
  });
}

/** Reads what {@link positionToJson} wrote, exactly. @returns `request.malformed` for anything else. */
export function positionFromJson(json: unknown): Result<Position, OrderwrightError> {
  return readJson(() => readObject(json, "position", readPosition));
}

/** An event in JSON: its own fields, with decimals as texts. */
export type EventJson = { readonly type: string; readonly seq: number } & { readonly [key: string]: JsonValue };

/** Writes an event as the API and exports show it; the journal's own form is another. */
export function eventToJson(event: RecordedEvent): EventJson {
  return toJsonValue(event) as EventJson;
}

/** Turns a value of the domain's events into JSON; fields that are `undefined` are left out. */
export function toJsonValue(value: unknown): JsonValue {
  if (value instanceof Decimal) return value.toString();
  if (Array.isArray(value)) return value.map(toJsonValue);
  if (typeof value !== "object" || value === null) return value as JsonValue;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.map(([key, field]) => [key, toJsonValue(field)]));
}

function listed(texts: readonly string[]): readonly string[] | undefined {
  return texts.length === 0 ? undefined : texts;
}

function feesToJson(fees: ReadonlyMap<string, Decimal>): Record<string, string> {
  return Object.fromEntries(Array.from(fees, ([asset, amount]) => [asset, amount.toString()]));
}
