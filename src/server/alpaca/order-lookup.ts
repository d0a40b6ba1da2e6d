// Finds what an id of Alpaca's clients names: an order of ours, and which of its revisions.

import { decodeOrderId } from "../../domain/identifiers.ts";
import type { Order } from "../../domain/order.ts";
import type { ServerContext } from "../context.ts";
import { findOrder, unknownOrder } from "../http/durable.ts";
import { type AlpacaOrderIdParts, readAlpacaOrderId, revisionOf } from "./order-uuid.ts";
import type { Revision } from "./replace-chain.ts";
import { orderAsPlaced, orderOfRevision } from "./translate.ts";
import type { AlpacaOrder } from "./wire.ts";

type Source = Pick<ServerContext, "engine" | "chains">;

export interface FoundOrder {
  readonly order: Order;
  /** Absent where nobody asked to replace the order. */
  readonly revision?: Revision;
}

/** Whether an order's own fields tell all that there is: no replace was accepted or waits. */
export function isUnreplaced(order: Order): boolean {
  return order.revision === 0 && order.pendingReplace === undefined;
}

/**
 * Finds an order of the account by a UUID of ours, or by any id that it ever had.
 *
 * @throws `order.unknown`, also for the id of a replace that was never asked for.
 */
export async function findByAnyId(source: Source, id: string, account: string): Promise<FoundOrder> {
  const parts = ourUuid(source, id, account);
  if (parts === undefined) return current(source, await findOrder(source.engine, id, account));
  const order = await findOrder(source.engine, parts.orderId, account, id);
  if (parts.place === 0 && isUnreplaced(order)) return { order };
  const chain = await source.chains.of(order.id);
  const index = chain === undefined ? undefined : revisionOf(parts.place, chain.newest);
  const revision = index === undefined ? undefined : chain?.revisions[index];
  if (revision === undefined) throw unknownOrder(id);
  return { order, revision };
}

/** Callers name orders by UUIDs of their own too: only one that holds an account's tag is taken for ours. */
function ourUuid({ engine }: Source, id: string, account: string): AlpacaOrderIdParts | undefined {
  const parts = readAlpacaOrderId(id);
  const tag = parts === undefined ? undefined : decodeOrderId(parts.orderId)?.accountTag;
  const isOurs = engine.status().accounts.some((known) => known.tag === tag);
  return isOurs && engine.find(id, account) === undefined ? parts : undefined;
}

/** Finds the revision that the caller gave this id; else as {@link findByAnyId}. */
export async function findByClientOrderId(source: Source, id: string, account: string): Promise<FoundOrder> {
  const found = await findByAnyId(source, id, account);
  if (isUnreplaced(found.order)) return found;
  const chain = await source.chains.of(found.order.id);
  const named = chain?.revisions.findLast((revision) => revision.clientOrderId === id);
  return named === undefined ? found : { order: found.order, revision: named };
}

/** The revision that works, or ended last. */
async function current(source: Source, order: Order): Promise<FoundOrder> {
  if (isUnreplaced(order)) return { order };
  const chain = await source.chains.of(order.id);
  const revision = chain?.revisions[chain.current];
  return revision === undefined ? { order } : { order, revision };
}

/** Every revision of an order that a list shows, newest first; those that wait for an answer are left out. */
export async function listedRevisions(source: Source, order: Order): Promise<AlpacaOrder[]> {
  if (isUnreplaced(order)) return [orderAsPlaced(order)];
  const chain = await source.chains.of(order.id);
  if (chain === undefined) return [orderAsPlaced(order)];
  const listed = chain.revisions.filter((revision) => revision.state !== "pending");
  return listed.map((revision) => orderOfRevision(order, revision)).toReversed();
}

export function written({ order, revision }: FoundOrder): AlpacaOrder {
  return revision === undefined ? orderAsPlaced(order) : orderOfRevision(order, revision);
}
