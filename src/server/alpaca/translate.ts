// Our orders, positions and instruments in Alpaca's words. Pure, and with read-request.ts the only place
// that knows both vocabularies. What Alpaca has no word for is in the `orderwright` field of an order.

import { Decimal } from "../../domain/decimal.ts";
import type { OrderType } from "../../domain/identifiers.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Order } from "../../domain/order.ts";
import type { TimeInForce } from "../../domain/order-event.ts";
import type { OrderStatus } from "../../domain/order-status.ts";
import { averageEntryPrice, type Position, sellableQuantity } from "../../domain/position.ts";
import type { Instant } from "../../domain/time.ts";
import { contributionOf } from "../../engine/exposure.ts";
import { alpacaOrderId, uuidOf } from "./order-uuid.ts";
import type { Revision } from "./replace-chain.ts";
import type {
  AlpacaAsset,
  AlpacaOrder,
  AlpacaOrderStatus,
  AlpacaOrderType,
  AlpacaPosition,
  AlpacaTimeInForce,
} from "./wire.ts";

/** Writes an instant as RFC 3339, in UTC, to the millisecond. */
export function toMoment(at: Instant): string {
  return new Date(at).toISOString();
}

const STATUSES: Readonly<Record<OrderStatus, AlpacaOrderStatus>> = {
  created: "pending_new",
  validated: "pending_new",
  submitted: "pending_new",
  acknowledged: "new",
  partiallyFilled: "partially_filled",
  filled: "filled",
  canceled: "canceled",
  expired: "expired",
  rejected: "rejected",
  failed: "rejected",
};

/** The order's status in Alpaca's words, by the table of docs/reference/http-api.md. */
export function statusOf(order: Order): AlpacaOrderStatus {
  if (order.isActive && order.pendingCancel !== undefined) return "pending_cancel";
  if (order.isActive && order.pendingReplace !== undefined) return "pending_replace";
  return STATUSES[order.status];
}

/** Writes an order that nobody asked to replace, or whose replaces do not matter to the reader. */
export function orderAsPlaced(order: Order): AlpacaOrder {
  return currentOrder(order, { index: 0, state: "current", at: order.createdAt, ...ownId(order) });
}

function ownId(order: Order): Pick<Revision, "clientOrderId"> {
  return order.clientOrderId === undefined ? {} : { clientOrderId: order.clientOrderId };
}

/** Writes one revision of an order as the order of its own that Alpaca's clients take it for. */
export function orderOfRevision(order: Order, revision: Revision): AlpacaOrder {
  return revision.state === "current" ? currentOrder(order, revision) : pastOrPendingOrder(order, revision);
}

/** The revision that works, or ended last: the order's own fields tell of it. */
function currentOrder(order: Order, revision: Revision): AlpacaOrder {
  const status = statusOf(order);
  const endedAt = order.completedAt === undefined ? null : toMoment(order.completedAt);
  return {
    ...identity(order, revision),
    updated_at: toMoment(order.updatedAt),
    filled_at: order.status === "filled" ? endedAt : null,
    expired_at: order.status === "expired" ? endedAt : null,
    canceled_at: order.status === "canceled" ? endedAt : null,
    failed_at: status === "rejected" ? endedAt : null,
    replaced_at: null,
    qty: order.quantity?.toString() ?? null,
    filled_qty: order.cumulativeQuantity.toString(),
    filled_avg_price: order.averagePrice()?.toString() ?? null,
    limit_price: order.price?.toString() ?? null,
    stop_price: order.triggerPrice?.toString() ?? null,
    status,
  };
}

function pastOrPendingOrder(order: Order, revision: Revision): AlpacaOrder {
  const endedAt = revision.endedAt === undefined ? null : toMoment(revision.endedAt);
  const isReplaced = revision.state === "replaced";
  return {
    ...identity(order, revision),
    updated_at: endedAt ?? toMoment(revision.at),
    filled_at: null,
    expired_at: null,
    canceled_at: null,
    failed_at: revision.state === "refused" ? endedAt : null,
    replaced_at: isReplaced ? endedAt : null,
    qty: revision.quantity ?? null,
    filled_qty: revision.filledQuantity ?? "0",
    filled_avg_price: revision.averagePrice ?? null,
    limit_price: revision.price ?? null,
    stop_price: revision.triggerPrice ?? null,
    status: isReplaced ? "replaced" : revision.state === "refused" ? "rejected" : "pending_new",
  };
}

type Identity = Omit<
  AlpacaOrder,
  | "updated_at"
  | "filled_at"
  | "expired_at"
  | "canceled_at"
  | "failed_at"
  | "replaced_at"
  | "qty"
  | "filled_qty"
  | "filled_avg_price"
  | "limit_price"
  | "stop_price"
  | "status"
>;

/** What a revision keeps for life. */
function identity(order: Order, revision: Revision): Identity {
  const id = alpacaOrderId(order.id, revision.index);
  const linked = (index: number | undefined): string | null =>
    index === undefined ? null : alpacaOrderId(order.id, index);
  const type = TYPES[order.orderType];
  return {
    id,
    client_order_id: revision.clientOrderId ?? id,
    created_at: toMoment(revision.at),
    submitted_at: toMoment(revision.index === 0 ? (order.submittedAt ?? revision.at) : revision.at),
    expires_at: order.expiresAt === undefined ? null : toMoment(order.expiresAt),
    replaced_by: linked(revision.replacedBy),
    replaces: linked(revision.replaces),
    asset_id: assetId(order.venue, order.instrumentId),
    symbol: order.instrumentId,
    asset_class: assetClass(order.instrumentId),
    notional: order.notional?.toString() ?? null,
    order_class: "simple",
    order_type: type,
    type,
    side: order.side,
    position_intent: order.reduceOnly ? `${order.side}_to_close` : null,
    time_in_force: toTimeInForce(order.timeInForce),
    trail_percent: null,
    trail_price: null,
    hwm: null,
    extended_hours: false,
    legs: null,
    subtag: null,
    source: null,
    orderwright: {
      order_id: order.id,
      revision: revision.index,
      status: order.status,
      status_reason: order.statusReason?.text ?? null,
      order_type: order.orderType,
      time_in_force: order.timeInForce,
      outcome_unknown: order.outcomeUnknown,
    },
  };
}

/** A take-profit order is shown as the stop order of the same trigger: the nearest word that Alpaca has. */
const TYPES: Readonly<Record<OrderType, AlpacaOrderType>> = {
  market: "market",
  limit: "limit",
  stop: "stop",
  stopLimit: "stop_limit",
  takeProfit: "stop",
  takeProfitLimit: "stop_limit",
};

/** An order good till a date is good till canceled, with `expires_at`. */
export function toTimeInForce(timeInForce: TimeInForce): AlpacaTimeInForce {
  return timeInForce === "gtd" ? "gtc" : timeInForce;
}

export function assetId(venue: string, instrumentId: string): string {
  return uuidOf("asset", venue, instrumentId);
}

/** Only equities have names without a slash. */
export function assetClass(instrumentId: string): string {
  return instrumentId.includes("/") ? "crypto" : "us_equity";
}

export function toAsset(instrument: Instrument): AlpacaAsset {
  return {
    id: assetId(instrument.venue, instrument.id),
    class: assetClass(instrument.id),
    exchange: instrument.venue.toUpperCase(),
    symbol: instrument.id,
    name: `${instrument.base} / ${instrument.quote}`,
    status: "active",
    tradable: true,
    marginable: instrument.kind === "linear",
    shortable: instrument.kind === "linear",
    easy_to_borrow: instrument.kind === "linear",
    fractionable: instrument.lotSize.lt(Decimal.one),
    min_order_size: instrument.minQuantity.toString(),
    min_trade_increment: instrument.lotSize.toString(),
    price_increment: instrument.tickSize.toString(),
  };
}

const PERCENT_SCALE = 8;
/** Decimals kept of the base units that an amount of money buys. */
const RESERVED_SCALE = 8;

/**
 * @param mark - the market's price; without one the position is valued at its entry.
 * @param closing - the open orders of the side that reduces the position: what they may still take is not available.
 */
export function toPosition(
  position: Position,
  instrument: Instrument,
  mark: Decimal | undefined,
  closing: readonly Order[],
): AlpacaPosition {
  const entry = averageEntryPrice(position) ?? Decimal.zero;
  const price = mark ?? entry;
  const value = position.quantity.mul(price);
  const profit = value.sub(position.entryCost);
  const cost = position.entryCost.abs();
  const share = cost.isZero() ? Decimal.zero : profit.div(cost, PERCENT_SCALE, "halfEven");
  return {
    asset_id: assetId(instrument.venue, instrument.id),
    symbol: instrument.id,
    exchange: instrument.venue.toUpperCase(),
    asset_class: assetClass(instrument.id),
    asset_marginable: instrument.kind === "linear",
    qty: position.quantity.toString(),
    qty_available: lessReserved(closableQuantity(position, instrument), closing, price).toString(),
    avg_entry_price: entry.toString(),
    side: position.quantity.isNegative() ? "short" : "long",
    market_value: value.toString(),
    cost_basis: position.entryCost.toString(),
    unrealized_pl: profit.toString(),
    unrealized_plpc: share.toString(),
    // There is no close of yesterday to compare with: the market never closes.
    unrealized_intraday_pl: "0",
    unrealized_intraday_plpc: "0",
    current_price: price.toString(),
    lastday_price: price.toString(),
    change_today: "0",
  };
}

/** Takes from a signed quantity what orders may still close of it, down to nothing; money at the given price. */
function lessReserved(quantity: Decimal, closing: readonly Order[], price: Decimal): Decimal {
  let left = quantity.abs();
  for (const order of closing) {
    const reserved = contributionOf(order);
    left = left.sub(reserved.quantity);
    if (price.isPositive()) left = left.sub(reserved.notional.div(price, RESERVED_SCALE, "up"));
  }
  if (!left.isPositive()) return Decimal.zero;
  return quantity.isNegative() ? left.neg() : left;
}

/** What an order could close were no other open: on spot, fees paid in the base asset are gone. */
export function closableQuantity(position: Position, instrument: Instrument): Decimal {
  return instrument.kind === "spot" && position.quantity.isPositive()
    ? sellableQuantity(position, instrument.base)
    : position.quantity;
}
