// Orders and fills as rows of paper.db, both ways. What is written by us is trusted when read:
// a file of another make is refused at the door (sqlite-schema.ts).

import { Decimal } from "../../domain/decimal.ts";
import type { Fill, Liquidity } from "../../domain/fill.ts";
import type {
  AccountId,
  ExecutionId,
  InstrumentId,
  OrderId,
  OrderType,
  VenueOrderId,
} from "../../domain/identifiers.ts";
import type { Side, TimeInForce } from "../../domain/order-event.ts";
import type { SqliteRow, SqliteValue } from "../../runtime/node/sqlite.ts";
import type { VenueFill, VenueOrder } from "../venue.ts";
import type { PaperOrder } from "./paper-store.ts";

/** Values in the order of the columns of `orders`. */
export function orderValues(order: PaperOrder): SqliteValue[] {
  return [
    order.venueOrderId,
    order.account,
    order.clientOrderId,
    order.instrumentId,
    order.side,
    order.orderType,
    order.timeInForce,
    textOf(order.quantity),
    textOf(order.notional),
    textOf(order.price),
    textOf(order.triggerPrice),
    order.postOnly ? 1 : 0,
    order.reduceOnly ? 1 : 0,
    order.expiresAt ?? null,
    order.status,
    order.endReason ?? null,
    order.cumulativeQuantity.toString(),
    order.placedAt,
    order.venueAt,
  ];
}

export function readOrder(row: SqliteRow): PaperOrder {
  return {
    venueOrderId: row["venue_order_id"] as VenueOrderId,
    account: row["account"] as AccountId,
    clientOrderId: row["client_order_id"] as OrderId,
    instrumentId: row["instrument_id"] as InstrumentId,
    side: row["side"] as Side,
    orderType: row["order_type"] as OrderType,
    timeInForce: row["time_in_force"] as TimeInForce,
    ...optional("quantity", decimalOf(row["quantity"])),
    ...optional("notional", decimalOf(row["notional"])),
    ...optional("price", decimalOf(row["price"])),
    ...optional("triggerPrice", decimalOf(row["trigger_price"])),
    postOnly: row["post_only"] === 1,
    reduceOnly: row["reduce_only"] === 1,
    ...optional("expiresAt", (row["expires_at"] ?? undefined) as number | undefined),
    status: row["status"] as VenueOrder["status"],
    ...optional("endReason", (row["end_reason"] ?? undefined) as string | undefined),
    cumulativeQuantity: Decimal.parse(String(row["cumulative_quantity"])),
    placedAt: row["placed_at"] as number,
    venueAt: row["venue_at"] as number,
  };
}

/** Values in the order of the columns of `fills`. */
export function fillValues(of: VenueFill): SqliteValue[] {
  const { fill } = of;
  return [
    Number(of.cursor),
    of.account,
    of.clientOrderId ?? "",
    fill.venueOrderId,
    fill.executionId,
    of.instrumentId,
    of.side,
    fill.price.toString(),
    fill.quantity.toString(),
    fill.liquidity,
    (fill.fee?.amount ?? Decimal.zero).toString(),
    fill.fee?.asset ?? "",
    fill.venueAt,
  ];
}

export function readFill(row: SqliteRow): VenueFill {
  const fill: Fill = {
    executionId: row["execution_id"] as ExecutionId,
    venueOrderId: row["venue_order_id"] as VenueOrderId,
    price: Decimal.parse(String(row["price"])),
    quantity: Decimal.parse(String(row["quantity"])),
    liquidity: row["liquidity"] as Liquidity,
    fee: { amount: Decimal.parse(String(row["fee_amount"])), asset: String(row["fee_asset"]) },
    venueAt: row["venue_at"] as number,
  };
  return {
    account: row["account"] as AccountId,
    clientOrderId: row["client_order_id"] as string,
    instrumentId: row["instrument_id"] as InstrumentId,
    side: row["side"] as Side,
    fill,
    cursor: String(row["cursor"]),
  };
}

function textOf(value: Decimal | undefined): string | null {
  return value === undefined ? null : value.toString();
}

function decimalOf(value: SqliteValue | undefined): Decimal | undefined {
  return typeof value === "string" ? Decimal.parse(value) : undefined;
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
