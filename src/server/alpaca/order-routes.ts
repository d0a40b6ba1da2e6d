// Alpaca's order routes under /v2, over our engine.

import { OrderwrightError, orderwrightError } from "../../domain/errors.ts";
import type { Order } from "../../domain/order.ts";
import { unwrap } from "../../domain/result.ts";
import type { ServerContext } from "../context.ts";
import { type App, callerOf } from "../http/app.ts";
import { commandOf } from "../http/durable.ts";
import { statusOf as problemStatus } from "../http/problem.ts";
import { alpacaErrorOf } from "./errors.ts";
import { listOrders } from "./order-list.ts";
import { findByAnyId, findByClientOrderId, written } from "./order-lookup.ts";
import { findInstrument, readPatch, readPlace } from "./read-request.ts";
import type { Revision } from "./replace-chain.ts";
import { orderOfRevision, statusOf, toTimeInForce } from "./translate.ts";
import {
  type AlpacaOrder,
  ClientOrderQuery,
  ListQuery,
  OrderParams,
  OrderQuery,
  PatchBody,
  PlaceBody,
} from "./wire.ts";

const tags = ["alpaca"];
const read = { scope: "read" } as const;
const trade = { scope: "trade" } as const;
const OK = 200;
const NO_CONTENT = 204;
const MULTI_STATUS = 207;

export function registerOrderRoutes(app: App, context: ServerContext): void {
  registerReads(app, context);
  registerPlacing(app, context);
  registerCancels(app, context);
}

function registerReads(app: App, context: ServerContext): void {
  app.get(
    "/v2/orders",
    { config: read, schema: { tags, summary: "Orders of the account", querystring: ListQuery } },
    async (request) => listOrders(context, request.query, callerOf(request).account),
  );
  app.get(
    "/v2/orders/:order_id",
    { config: read, schema: { tags, summary: "One order", params: OrderParams, querystring: OrderQuery } },
    async (request) => written(await findByAnyId(context, request.params.order_id, callerOf(request).account)),
  );
  // The doubled colon is the router's way of writing one.
  app.get(
    "/v2/orders::by_client_order_id",
    { config: read, schema: { tags, summary: "One order, by the caller's id", querystring: ClientOrderQuery } },
    async (request) => {
      const { client_order_id: id } = request.query;
      return written(await findByClientOrderId(context, id, callerOf(request).account));
    },
  );
}

function registerPlacing(app: App, context: ServerContext): void {
  const { engine, metrics } = context;
  app.post(
    "/v2/orders",
    { config: trade, schema: { tags, summary: "Place an order", body: PlaceBody } },
    async (request) => {
      const { account } = callerOf(request);
      refuseBothSizes(request.body);
      const instrument = findInstrument(engine.instruments(account), request.body.symbol);
      const order = readPlace(request.body, account, instrument);
      const handle = unwrap(await metrics.timeSubmit(() => engine.submit(order, commandOf(request))));
      return written(await findByAnyId(context, handle.orderId, account));
    },
  );
  app.patch(
    "/v2/orders/:order_id",
    { config: trade, schema: { tags, summary: "Replace an order", params: OrderParams, body: PatchBody } },
    async (request) => {
      const { account } = callerOf(request);
      const { order, revision } = await findByAnyId(context, request.params.order_id, account);
      if (revision !== undefined && revision.state !== "current") throw notTheCurrent(order, revision);
      const terms = readPatch(request.body, toTimeInForce(order.timeInForce));
      const result = await engine.replace(order.id, terms, commandOf(request));
      if (!result.ok) throw inTheirWords(result.error, order);
      await engine.whenDurable();
      return newestRevision(context, order);
    },
  );
}

function registerCancels(app: App, context: ServerContext): void {
  const { engine } = context;
  app.delete(
    "/v2/orders/:order_id",
    { config: trade, schema: { tags, summary: "Ask for an order's cancel", params: OrderParams } },
    async (request, reply) => {
      // Any revision's id will do: whoever wants out should not have to learn the newest id first.
      const { order } = await findByAnyId(context, request.params.order_id, callerOf(request).account);
      const result = await engine.cancel(order.id, commandOf(request));
      if (!result.ok) throw inTheirWords(result.error, order);
      return reply.code(NO_CONTENT).send();
    },
  );
  app.delete(
    "/v2/orders",
    { config: trade, schema: { tags, summary: "Ask for the cancel of all open orders of the account" } },
    async (request, reply) => {
      const { account } = callerOf(request);
      const results = await engine.cancelAll({ account }, commandOf(request));
      const items = await Promise.all(
        results.map(async ({ orderId, result }) => ({
          id: written(await findByAnyId(context, orderId, account)).id,
          status: result.ok ? OK : alpacaErrorOf(result.error, problemStatus(result.error.code)).status,
        })),
      );
      return reply.code(MULTI_STATUS).send(items);
    },
  );
}

/** The replace that was just asked for: an order of its own, which waits for the venue. */
async function newestRevision({ chains }: ServerContext, order: Order): Promise<AlpacaOrder> {
  const revision = (await chains.of(order.id))?.revisions.at(-1);
  return written(revision === undefined ? { order } : { order, revision });
}

/** Alpaca answers this with 400, before anything else. */
function refuseBothSizes({ qty, notional }: PlaceBody): void {
  if ((qty ?? undefined) === undefined || (notional ?? undefined) === undefined) return;
  throw orderwrightError("request.malformed", "qty and notional were both given; it must be one of them.");
}

function notTheCurrent(order: Order, revision: Revision): OrderwrightError {
  const state = orderOfRevision(order, revision).status;
  return orderwrightError(
    "order.notReplaceable",
    `order is already in "${state}" state; replace the order that replaced it.`,
    {
      orderId: order.id,
      revision: revision.index,
    },
  );
}

/** Some clients look for Alpaca's sentence. */
function inTheirWords(error: OrderwrightError, order: Order): OrderwrightError {
  if (error.code !== "order.notCancelable" && error.code !== "order.notReplaceable") return error;
  return new OrderwrightError(
    error.code,
    `order is already in "${statusOf(order)}" state. ${error.message}`,
    error.details,
  );
}
