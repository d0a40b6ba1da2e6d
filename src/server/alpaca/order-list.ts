// GET /v2/orders: which orders, in which order. An order that was replaced is listed once for each revision.

import type { Order } from "../../domain/order.ts";
import type { Instant } from "../../domain/time.ts";
import type { OrderFilter } from "../../engine/engine-api.ts";
import type { ServerContext } from "../context.ts";
import { findByAnyId, listedRevisions, written } from "./order-lookup.ts";
import { findInstrument, readMoment } from "./read-request.ts";
import type { AlpacaOrder, ListQuery } from "./wire.ts";

const DEFAULT_LIMIT = 50;
const CLOSED: readonly AlpacaOrder["status"][] = ["filled", "canceled", "expired", "rejected", "replaced"];

type Source = Pick<ServerContext, "engine" | "chains">;

/** Bounds on `submitted_at`, both exclusive. */
interface Window {
  readonly after: Instant;
  readonly until: Instant;
}

export async function listOrders(source: Source, query: ListQuery, account: string): Promise<AlpacaOrder[]> {
  await source.engine.whenDurable();
  const window = await windowOf(source, query, account);
  const limit = query.limit ?? DEFAULT_LIMIT;
  const found: AlpacaOrder[] = [];
  for (const order of candidates(source, query, account)) {
    for (const revision of inDirection(await listedRevisions(source, order), query)) {
      if (!matches(revision, query, window)) continue;
      found.push(revision);
      if (found.length === limit) return found;
    }
  }
  return found;
}

function candidates({ engine }: Source, query: ListQuery, account: string): readonly Order[] {
  const filter: OrderFilter = {
    account,
    ...(query.side === undefined ? {} : { side: query.side }),
    // A replaced order counts as closed while the one that replaced it is open.
    ...(query.status === undefined || query.status === "open" ? { open: true } : {}),
  };
  const orders = engine.orders(filter);
  const symbols = query.symbols?.split(",").filter((symbol) => symbol !== "");
  if (symbols === undefined || symbols.length === 0) return inDirection(orders, query);
  const instruments = engine.instruments(account);
  const wanted = new Set<string>(symbols.map((symbol) => findInstrument(instruments, symbol).id));
  return inDirection(
    orders.filter((order) => wanted.has(order.instrumentId)),
    query,
  );
}

function matches(order: AlpacaOrder, query: ListQuery, window: Window): boolean {
  const isClosed = CLOSED.includes(order.status);
  const status = query.status ?? "open";
  if (status !== "all" && isClosed !== (status === "closed")) return false;
  if (query.asset_class !== undefined && query.asset_class !== order.asset_class) return false;
  const submittedAt = Date.parse(order.submitted_at);
  return submittedAt > window.after && submittedAt < window.until;
}

async function windowOf(source: Source, query: ListQuery, account: string): Promise<Window> {
  const bound = async (
    moment: string | undefined,
    field: string,
    id: string | undefined,
  ): Promise<Instant | undefined> => {
    if (moment !== undefined) return readMoment(moment, field);
    if (id === undefined) return undefined;
    return Date.parse(written(await findByAnyId(source, id, account)).submitted_at);
  };
  return {
    after: (await bound(query.after, "after", query.after_order_id)) ?? Number.NEGATIVE_INFINITY,
    until: (await bound(query.until, "until", query.before_order_id)) ?? Number.POSITIVE_INFINITY,
  };
}

/** Lists come newest first. */
function inDirection<T>(newestFirst: readonly T[], query: ListQuery): readonly T[] {
  return query.direction === "asc" ? newestFirst.toReversed() : newestFirst;
}
