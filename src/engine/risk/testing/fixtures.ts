// A small world for tests of requests and risk: one instrument, one account, and a view that is plain data.
// The view of the running engine is risk-desk.ts.

import { Decimal } from "../../../domain/decimal.ts";
import type {
  AccountId,
  ExecutionId,
  InstrumentId,
  OrderId,
  RequestId,
  VenueId,
  VenueOrderId,
} from "../../../domain/identifiers.ts";
import type { Instrument } from "../../../domain/instrument.ts";
import { evolve, Order } from "../../../domain/order.ts";
import type { OrderEvent, OrderTerms, ReplaceTerms, Side } from "../../../domain/order-event.ts";
import { contributionOf } from "../../exposure.ts";
import { worstLeaves } from "../order-value.ts";
import type { RiskView } from "../risk-view.ts";

export const NOW = 1_000_000;

export function d(text: string): Decimal {
  return Decimal.parse(text);
}

export const BTC: Instrument = {
  id: "BTC/USDT" as InstrumentId,
  venue: "paper" as VenueId,
  kind: "spot",
  base: "BTC",
  quote: "USDT",
  settle: "USDT",
  tickSize: d("0.5"),
  lotSize: d("0.001"),
  minQuantity: d("0.01"),
  minNotional: d("10"),
  contractMultiplier: d("1"),
  makerFeeRate: d("0.001"),
  takerFeeRate: d("0.002"),
};

/** A buy of 1 BTC at 100, unless told otherwise; `undefined` takes a field away. */
export function terms(change: { [K in keyof OrderTerms]?: OrderTerms[K] | undefined } = {}): OrderTerms {
  const all = {
    account: "main" as AccountId,
    venue: BTC.venue,
    instrumentId: BTC.id,
    side: "buy",
    orderType: "limit",
    timeInForce: "gtc",
    quantity: d("1"),
    price: d("100"),
    postOnly: false,
    reduceOnly: false,
    origin: "MANUAL",
    ...change,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as unknown as OrderTerms;
}

export function market(side: Side, quantity: string): OrderTerms {
  return terms({ side, orderType: "market", timeInForce: "ioc", quantity: d(quantity), price: undefined });
}

let counter = 0;

/** An acknowledged order, filled as far as told. */
export function workingOrder(
  change: Parameters<typeof terms>[0] = {},
  after: {
    readonly filled?: string;
    readonly triggered?: boolean;
    readonly pending?: ReplaceTerms;
    readonly replaced?: ReplaceTerms;
  } = {},
): Order {
  const orderId = `OWRmain0000L0001${(++counter).toString(16).padStart(8, "0")}` as OrderId;
  const meta = { at: NOW - 1_000, cause: "command:test" } as const;
  const order = Order.born({ type: "orderCreated", orderId, terms: terms(change), ...meta });
  const fold = (event: OrderEvent): void => evolve(order, { ...event, ...meta });
  fold({ type: "orderValidated", orderId });
  fold({ type: "orderSubmitted", orderId });
  fold({ type: "orderAcknowledged", orderId, ...(after.triggered === true ? { triggered: true } : {}) });
  if (after.filled !== undefined) {
    fold({
      type: "orderPartiallyFilled",
      orderId,
      fill: {
        executionId: `x${counter}` as ExecutionId,
        venueOrderId: `v${counter}` as VenueOrderId,
        price: order.price ?? d("100"),
        quantity: d(after.filled),
        liquidity: "maker",
        venueAt: NOW - 500,
      },
    });
  }
  if (after.replaced !== undefined) {
    fold({ type: "replaceRequested", orderId, requestId: "r1" as RequestId, replace: after.replaced });
    fold({ type: "orderReplaced", orderId, replace: after.replaced });
  }
  if (after.pending !== undefined) {
    fold({ type: "replaceRequested", orderId, requestId: "r2" as RequestId, replace: after.pending });
  }
  return order;
}

export interface World {
  readonly position?: string;
  /** Open orders of the account in the instrument. */
  readonly open?: readonly Order[];
  /** `null` for none; default 100, seen now. */
  readonly reference?: string | null;
  readonly referenceAgeMs?: number;
  /** Gross exposure of the account's other instruments; `null` when it cannot be known. */
  readonly elsewhere?: string | null;
  readonly change?: Partial<RiskView>;
}

/** Answers what {@link "../risk-view.ts"} asks, from plain data. */
export function viewOf(world: World = {}): RiskView {
  const open = world.open ?? [];
  const position = d(world.position ?? "0");
  const reference = world.reference === null ? undefined : d(world.reference ?? "100");
  const leaves = (side: Side): Decimal =>
    open
      .filter((order) => order.side === side)
      .reduce((sum, order) => sum.add(worstLeaves(order, reference) ?? Decimal.zero), Decimal.zero);
  const reserved = (side: Side, what: "quantity" | "notional"): Decimal =>
    open
      .filter((order) => order.side === side)
      .reduce((sum, order) => sum.add(contributionOf(order)[what]), Decimal.zero);
  return {
    now: NOW,
    instrument: BTC,
    tradingState: "active",
    tradingStateReason: undefined,
    entriesBlockedBecause: undefined,
    position,
    reserved: () => ({
      buyQuantity: reserved("buy", "quantity"),
      sellQuantity: reserved("sell", "quantity"),
      buyNotional: reserved("buy", "notional"),
      sellNotional: reserved("sell", "notional"),
    }),
    grossExposure: () => {
      if (world.elsewhere === null || reference === undefined) return undefined;
      const worst = Decimal.max(position.add(leaves("buy")), leaves("sell").sub(position));
      return worst.mul(reference).add(d(world.elsewhere ?? "0"));
    },
    openOrders: open.length,
    referencePrice: () =>
      reference === undefined ? undefined : { price: reference, at: NOW - (world.referenceAgeMs ?? 0) },
    realizedLossToday: () => Decimal.zero,
    ownOpenOrders: (side) => open.filter((order) => order.side === side),
    orderRate: () => ({ count: 0, freeInMs: 0 }),
    messageRate: () => ({ count: 0, freeInMs: 0 }),
    recentOrder: () => undefined,
    parent: () => undefined,
    ...world.change,
  };
}
