// Builders for tests of the domain: orders in any status, reports, fills. Each test names only what it is about.
// Deliberately absent: assertions.

import { Decimal } from "../decimal.ts";
import type { ExecutionReport } from "../execution-report.ts";
import type { Fee, Fill } from "../fill.ts";
import type {
  AccountId,
  ExecutionId,
  InstrumentId,
  OrderId,
  RequestId,
  VenueId,
  VenueOrderId,
} from "../identifiers.ts";
import { interpretReport } from "../interpret-report.ts";
import { evolve, Order } from "../order.ts";
import type { EventMeta, OrderEvent, OrderTerms } from "../order-event.ts";
import type { OrderStatus } from "../order-status.ts";
import type { Instant } from "../time.ts";

export const d = (text: string): Decimal => Decimal.parse(text);

export const ORDER_ID = "OWRmain0000L000100000001" as OrderId;
export const VENUE_ORDER_ID = "v-1" as VenueOrderId;
export const ACCOUNT = "main" as AccountId;
export const VENUE = "paper" as VenueId;
export const INSTRUMENT = "BTC/USDT" as InstrumentId;
export const REQUEST_ID = "r-1" as RequestId;

export const TERMS: OrderTerms = {
  account: ACCOUNT,
  venue: VENUE,
  instrumentId: INSTRUMENT,
  side: "buy",
  orderType: "limit",
  timeInForce: "gtc",
  quantity: d("10"),
  price: d("100"),
  postOnly: false,
  reduceOnly: false,
  origin: "MANUAL",
};

/** The same order, sized in the quote asset. */
export function notionalTerms(notional: string): OrderTerms {
  const { quantity: _, ...rest } = TERMS;
  return { ...rest, notional: d(notional) };
}

export const meta = (at: Instant = 1_000): EventMeta => ({ at, cause: "command:test" });

/** Folds events into an order, one millisecond apart. */
export function fold(order: Order, ...events: readonly OrderEvent[]): Order {
  for (const event of events) evolve(order, { ...event, ...meta(order.updatedAt + 1) });
  return order;
}

export function newOrder(terms: OrderTerms = TERMS, id: OrderId = ORDER_ID): Order {
  return Order.born({ type: "orderCreated", orderId: id, terms, ...meta() });
}

export function submitted(terms?: OrderTerms, id: OrderId = ORDER_ID): Order {
  return fold(newOrder(terms, id), { type: "orderValidated", orderId: id }, { type: "orderSubmitted", orderId: id });
}

export function acknowledged(terms?: OrderTerms, id: OrderId = ORDER_ID): Order {
  return fold(submitted(terms, id), { type: "orderAcknowledged", orderId: id, venueOrderId: VENUE_ORDER_ID });
}

export interface FillParts {
  readonly price?: string;
  readonly fee?: Fee;
  readonly inferred?: true;
  readonly venueOrderId?: string;
}

export function fillOf(executionId: string, quantity: string, parts: FillParts = {}): Fill {
  return {
    executionId: executionId as ExecutionId,
    venueOrderId: (parts.venueOrderId ?? VENUE_ORDER_ID) as VenueOrderId,
    price: d(parts.price ?? "100"),
    quantity: d(quantity),
    liquidity: "maker",
    venueAt: 5_000,
    ...(parts.fee === undefined ? {} : { fee: parts.fee }),
    ...(parts.inferred === undefined ? {} : { inferred: true }),
  };
}

export interface EndMark {
  /** The end is our own conclusion. */
  readonly inferred?: boolean;
}

/** Returns an order in a status; with a fill of 4 of its 10 in the statuses that have fills. */
export function orderIn(status: OrderStatus, { inferred = false }: EndMark = {}): Order {
  const orderId = ORDER_ID;
  const mark = inferred ? { inferred: true as const } : {};
  const partly = { type: "orderPartiallyFilled", orderId, fill: fillOf("e-1", "4") } as const;
  switch (status) {
    case "created":
      return newOrder();
    case "validated":
      return fold(newOrder(), { type: "orderValidated", orderId });
    case "submitted":
      return submitted();
    case "acknowledged":
      return acknowledged();
    case "partiallyFilled":
      return fold(acknowledged(), partly);
    case "filled":
      return inferred
        ? fold(acknowledged(), partly, { type: "orderFilled", orderId, ...mark })
        : fold(acknowledged(), partly, { type: "orderFilled", orderId, fill: fillOf("e-2", "6") });
    case "canceled":
      return fold(acknowledged(), partly, { type: "orderCanceled", orderId, reason: "asked", ...mark });
    case "rejected":
      return fold(submitted(), { type: "orderRejected", orderId, reason: "insufficientFunds", ...mark });
    case "failed":
      return fold(submitted(), { type: "orderFailed", orderId, code: "venue.unreachable", reason: "never written" });
    case "expired":
      return fold(acknowledged(), partly, { type: "orderExpired", orderId, reason: "timeInForce", ...mark });
  }
}

/** What a report says beyond its envelope. */
export type ReportFacts = ExecutionReport extends infer R
  ? R extends ExecutionReport
    ? Omit<R, "venue" | "account" | "instrumentId" | "venueAt"> & { readonly venueAt?: Instant }
    : never
  : never;

export function reportOf(facts: ReportFacts): ExecutionReport {
  return { venue: VENUE, account: ACCOUNT, instrumentId: INSTRUMENT, venueAt: 5_000, ...facts };
}

/** Interprets a report and folds what it becomes. */
export function deliver(order: Order, facts: ReportFacts): readonly (OrderEvent & EventMeta)[] {
  const at = order.updatedAt + 1;
  const { events } = interpretReport(order, reportOf(facts), { at, cause: "report:test" });
  for (const event of events) evolve(order, event);
  return events;
}

export function typesOf(events: readonly OrderEvent[]): string[] {
  return events.map((event) => event.type);
}

/** Reports that say one thing each. */
export const filled = (id: string, quantity: string, parts?: FillParts): ReportFacts => ({
  kind: "fill",
  fill: fillOf(id, quantity, parts),
});
export const ended = (status: "filled" | "canceled" | "expired" | "rejected", total?: string): ReportFacts => ({
  kind: "ended",
  status,
  reason: "said so",
  ...(total === undefined ? {} : { cumulativeQuantity: d(total) }),
});
export const reversed = (id: string, worksAgain = false): ReportFacts => ({
  kind: "fillReversed",
  executionId: id as ExecutionId,
  reason: "busted",
  worksAgain,
});
export const corrected = (id: string, to: ReturnType<typeof fillOf>, worksAgain = false): ReportFacts => ({
  kind: "fillCorrected",
  executionId: id as ExecutionId,
  fill: to,
  reason: "corrected",
  worksAgain,
});
