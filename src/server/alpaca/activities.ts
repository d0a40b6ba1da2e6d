// Alpaca's account activities: fills, which is all that an order system knows of an account.

import { Decimal } from "../../domain/decimal.ts";
import { orderwrightError } from "../../domain/errors.ts";
import { fillKey } from "../../domain/fill.ts";
import type { Order } from "../../domain/order.ts";
import type { Instant } from "../../domain/time.ts";
import type { ServerContext } from "../context.ts";
import { type BookedFill, FILLS_KEPT } from "../feed/recent-fills.ts";
import { isUnreplaced } from "./order-lookup.ts";
import { alpacaOrderId, uuidOf } from "./order-uuid.ts";
import { readMoment } from "./read-request.ts";
import type { ReplaceChain } from "./replace-chain.ts";
import { statusOf, toMoment } from "./translate.ts";
import type { ActivitiesQuery, AlpacaActivity } from "./wire.ts";

const DEFAULT_PAGE = 100;
const DAY_MS = 86_400_000;

export async function listActivities(
  context: ServerContext,
  query: ActivitiesQuery,
  account: string,
): Promise<AlpacaActivity[]> {
  if (query.category === "non_trade_activity") return [];
  const types = query.activity_types?.split(",");
  if (types !== undefined && !types.includes("FILL")) return [];
  await context.engine.whenDurable();
  const { after, until } = windowOf(query);
  const newestFirst = context.fills.list({ account }, FILLS_KEPT);
  const listed = query.direction === "asc" ? newestFirst.toReversed() : newestFirst;
  const inWindow = listed.filter(({ fill }) => fill.venueAt > after && fill.venueAt < until);
  const start = query.page_token === undefined ? 0 : placeAfter(inWindow, query.page_token);
  const page = inWindow.slice(start, start + (query.page_size ?? DEFAULT_PAGE));
  return Promise.all(page.map(async (booked) => activity(context, booked)));
}

/** @throws `request.malformed` for a token that no listed activity has: going on from the start would repeat. */
function placeAfter(fills: readonly BookedFill[], token: string): number {
  const index = fills.findIndex((fill) => activityId(fill) === token);
  if (index >= 0) return index + 1;
  throw orderwrightError("request.malformed", "page_token is not the id of a listed activity.", {
    problems: [{ path: "page_token" }],
  });
}

function windowOf(query: ActivitiesQuery): { readonly after: Instant; readonly until: Instant } {
  if (query.date !== undefined) {
    const start = Math.floor(readMoment(query.date, "date") / DAY_MS) * DAY_MS;
    return { after: start - 1, until: start + DAY_MS };
  }
  return {
    after: query.after === undefined ? Number.NEGATIVE_INFINITY : readMoment(query.after, "after"),
    until: query.until === undefined ? Number.POSITIVE_INFINITY : readMoment(query.until, "until"),
  };
}

async function activity({ engine, chains }: ServerContext, booked: BookedFill): Promise<AlpacaActivity> {
  const { fill, orderId } = booked;
  const order = engine.find(orderId);
  const chain = order === undefined || isUnreplaced(order) ? undefined : await chains.of(orderId);
  const cumulative = order === undefined ? undefined : cumulativeAfter(order, booked);
  const leaves = cumulative === undefined ? undefined : order?.quantity?.sub(cumulative);
  return {
    id: activityId(booked),
    activity_type: "FILL",
    type: leaves?.isPositive() === false ? "fill" : "partial_fill",
    transaction_time: toMoment(fill.venueAt),
    price: fill.price.toString(),
    qty: fill.quantity.toString(),
    side: booked.side,
    symbol: booked.instrumentId,
    order_id: alpacaOrderId(orderId, chain === undefined ? 0 : revisionAt(chain, booked.seq)),
    cum_qty: cumulative?.toString() ?? null,
    leaves_qty: leaves?.toString() ?? null,
    order_status: order === undefined ? null : statusOf(order),
  };
}

/** The id that the stream gave this execution, after its time: what pages are asked for by. */
function activityId(booked: BookedFill): string {
  return `${toMoment(booked.fill.venueAt).replace(/\D/g, "")}::${executionUuid(booked.orderId, fillKey(booked.fill))}`;
}

export function executionUuid(orderId: string, key: string): string {
  return uuidOf("execution", orderId, key);
}

/** What the order had filled with this fill, in the order of booking. */
function cumulativeAfter(order: Order, booked: BookedFill): Decimal {
  const last = fillKey(booked.fill);
  let sum = Decimal.zero;
  for (const [key, fill] of order.fills) {
    sum = sum.add(fill.quantity);
    if (key === last) break;
  }
  return sum;
}

/** The revision that worked when an event was journaled. */
function revisionAt(chain: ReplaceChain, seq: number): number {
  return (
    chain.revisions.findLast((revision) => revision.acceptedSeq !== undefined && revision.acceptedSeq < seq)?.index ?? 0
  );
}
