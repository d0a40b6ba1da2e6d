// A few plain events for tests of what a journal does with any event.

import { Decimal } from "../../domain/decimal.ts";
import type { AccountId, ExecutionId, InstrumentId, OrderId, VenueId, VenueOrderId } from "../../domain/identifiers.ts";
import type { OrderTerms } from "../../domain/order-event.ts";
import type { EventDraft } from "../../domain/system-event.ts";
import type { OrderRow, ProjectionRows } from "../projection.ts";

export const main = "main" as AccountId;

const at = 1_700_000_000_000;

/** The id of the n-th example order. */
export function exampleOrderId(n: number): OrderId {
  return `OWRmain0000L0001${n.toString(16).padStart(8, "0")}` as OrderId;
}

export function created(n: number, clientOrderId?: string, account = main, instrument = "BTC/USDT"): EventDraft {
  const terms = termsOf(account, instrument, clientOrderId);
  return { type: "orderCreated", orderId: exampleOrderId(n), terms, at: at + n, cause: `command:${n}` };
}

export function adopted(n: number, venueOrderId: string, clientOrderId: string): EventDraft {
  return {
    type: "orderAdopted",
    orderId: exampleOrderId(n),
    terms: { ...termsOf(main, "BTC/USDT", clientOrderId), origin: "EXTERNAL" },
    venueOrderId: venueOrderId as VenueOrderId,
    at: at + n,
    cause: "reconcile:adopt",
  };
}

function termsOf(account: AccountId, instrument: string, clientOrderId: string | undefined): OrderTerms {
  return {
    account,
    venue: "paper" as VenueId,
    instrumentId: instrument as InstrumentId,
    side: "buy",
    orderType: "limit",
    timeInForce: "gtc",
    quantity: Decimal.parse("0.5"),
    price: Decimal.parse("65000.1"),
    postOnly: false,
    reduceOnly: false,
    origin: "MANUAL",
    ...(clientOrderId === undefined ? {} : { clientOrderId }),
  };
}

export function acknowledged(n: number, venueOrderId: string): EventDraft {
  return {
    type: "orderAcknowledged",
    orderId: exampleOrderId(n),
    venueOrderId: venueOrderId as VenueOrderId,
    at: at + n,
    venueAt: at + n,
    cause: `report:${n}`,
  };
}

export function canceled(n: number, venueOrderId: string): EventDraft {
  return {
    type: "orderCanceled",
    orderId: exampleOrderId(n),
    reason: "requested",
    venueOrderId: venueOrderId as VenueOrderId,
    at: at + n,
    venueAt: at + n,
    cause: `report:${n}`,
  };
}

export function validated(n: number): EventDraft {
  return { type: "orderValidated", orderId: exampleOrderId(n), at: at + n, cause: `command:${n}` };
}

export function replaced(n: number, clientOrderId: string, venueOrderId?: string): EventDraft {
  return {
    type: "orderReplaced",
    orderId: exampleOrderId(n),
    replace: { price: Decimal.parse("65001"), clientOrderId },
    ...(venueOrderId === undefined ? {} : { venueOrderId: venueOrderId as VenueOrderId }),
    at: at + n,
    venueAt: at + n - 0.5,
    cause: `report:${n}`,
  };
}

export function partlyFilled(n: number, venueOrderId = `v${n}`): EventDraft {
  return {
    type: "orderPartiallyFilled",
    orderId: exampleOrderId(n),
    fill: {
      executionId: `e${n}` as ExecutionId,
      venueOrderId: venueOrderId as VenueOrderId,
      price: Decimal.parse("65000.1"),
      quantity: Decimal.parse("0.25"),
      liquidity: "maker",
      fee: { amount: Decimal.parse("-0.01"), asset: "USDT" },
      venueAt: at + n,
    },
    at: at + n,
    venueAt: at + n,
    cause: `report:${n}`,
  };
}

export function epochStarted(epoch: number): EventDraft {
  return {
    type: "epochStarted",
    epoch,
    version: "1.0.0",
    runtimeVersion: "20.0.0",
    durability: "always",
    at,
    cause: `recovery:${epoch}`,
  };
}

/** A row of the n-th example order, folded up to `lastSeq`. */
export function orderRow(n: number, lastSeq: number): OrderRow {
  return {
    order_id: exampleOrderId(n),
    client_order_id: null,
    account: main,
    venue: "paper",
    instrument: "BTC/USDT",
    side: "buy",
    order_type: "limit",
    time_in_force: "gtc",
    quantity: "0.5",
    notional: null,
    price: "65000.1",
    trigger_price: null,
    post_only: 0,
    reduce_only: 0,
    origin: "MANUAL",
    parent_order_id: null,
    status: "created",
    status_reason: null,
    inferred: 0,
    outcome_unknown: 0,
    pending_cancel: 0,
    pending_replace: 0,
    venue_order_id: null,
    cumulative_quantity: "0",
    leaves_quantity: "0.5",
    average_price: null,
    cost: "0",
    fees: "{}",
    settled: 0,
    created_at: at + n,
    submitted_at: null,
    acknowledged_at: null,
    first_fill_at: null,
    completed_at: null,
    updated_at: at + n,
    last_seq: lastSeq,
  };
}

export function rows(changed: Partial<ProjectionRows>): ProjectionRows {
  return { orders: [], fills: [], removedFills: [], positions: [], ...changed };
}
