// The rule of every read: what is shown is durable.

import type { FastifyRequest } from "fastify";
import { type OrderwrightError, orderwrightError } from "../../domain/errors.ts";
import type { Order } from "../../domain/order.ts";
import type { HistoryEntry } from "../../domain/order-history.ts";
import type { CommandContext, EngineApi } from "../../engine/engine-api.ts";
import { callerOf } from "./app.ts";

/**
 * Finds an order by any id it ever had, and waits until what it shows is durable.
 *
 * @param asked - the id as the caller wrote it, for the error.
 * @throws `order.unknown`.
 */
export async function findOrder(engine: EngineApi, anyId: string, account?: string, asked = anyId): Promise<Order> {
  const order = await engine.order(anyId, account === undefined ? {} : { account });
  await engine.whenDurable();
  if (order === undefined) throw unknownOrder(asked);
  return order;
}

/** @throws `order.unknown` when the journal does not know the order. */
export async function historyOf(engine: EngineApi, order: Order): Promise<readonly HistoryEntry[]> {
  const entries = await engine.history(order.id);
  if (entries === undefined) throw unknownOrder(order.id);
  return entries;
}

export function unknownOrder(anyId: string): OrderwrightError {
  return orderwrightError("order.unknown", `No order has the id ${JSON.stringify(anyId)}.`, { id: anyId });
}

/** The account that the request itself names, else the one that its key id names; none means all of them. */
export function accountOf(request: FastifyRequest, asked: string | undefined): { readonly account?: string } {
  const account = asked ?? callerOf(request).namedAccount;
  return account === undefined ? {} : { account };
}

/** Who asks, for the journal's audit. */
export function commandOf(request: FastifyRequest, reason?: string): CommandContext {
  const { name } = callerOf(request);
  return reason === undefined ? { by: name } : { by: name, reason };
}
