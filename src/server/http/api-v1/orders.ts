// Routes about orders under /api/v1: place, read, replace, cancel, one or many.

import type { OrderwrightError } from "../../../domain/errors.ts";
import type { Order } from "../../../domain/order.ts";
import { type OrderJson, orderToJson } from "../../../domain/order-json.ts";
import { type Result, unwrap } from "../../../domain/result.ts";
import type { ServerContext } from "../../context.ts";
import type { App } from "../app.ts";
import { accountOf, commandOf, findOrder, historyOf } from "../durable.ts";
import { type Problem, problemOf } from "../problem.ts";
import {
  AccountQuery,
  BatchBody,
  CancelAllQuery,
  OrderParams,
  OrderRequestBody,
  OrdersQuery,
  ReplaceBody,
} from "../schemas.ts";
import { eventOfEntry } from "./event-of-entry.ts";

const DEFAULT_LIMIT = 100;
const CREATED = 201;
const ACCEPTED = 202;
const MULTI_STATUS = 207;
const tags = ["orders"];
const read = { scope: "read" } as const;
const trade = { scope: "trade" } as const;

export function registerOrders(app: App, context: ServerContext): void {
  registerReads(app, context);
  registerPlacing(app, context);
  registerChanges(app, context);
}

function registerReads(app: App, { engine }: ServerContext): void {
  app.get(
    "/api/v1/orders",
    { config: read, schema: { tags, summary: "Orders, newest first", querystring: OrdersQuery } },
    async (request) => {
      await engine.whenDurable();
      const orders = engine.orders({
        ...request.query,
        ...accountOf(request, request.query.account),
        limit: request.query.limit ?? DEFAULT_LIMIT,
      });
      return { seq: engine.status().durablePosition, orders: orders.map(orderToJson) };
    },
  );
  app.get(
    "/api/v1/orders/:anyId",
    {
      config: read,
      schema: { tags, summary: "One order, by any id it ever had", params: OrderParams, querystring: AccountQuery },
    },
    async (request) =>
      orderToJson(await findOrder(engine, request.params.anyId, accountOf(request, request.query.account).account)),
  );
  app.get(
    "/api/v1/orders/:anyId/history",
    {
      config: read,
      schema: {
        tags,
        summary: "Every step of an order, with its reason",
        params: OrderParams,
        querystring: AccountQuery,
      },
    },
    async (request) => {
      const order = await findOrder(engine, request.params.anyId, accountOf(request, request.query.account).account);
      return { entries: await historyOf(engine, order) };
    },
  );
  app.get(
    "/api/v1/orders/:anyId/events",
    {
      config: read,
      schema: { tags, summary: "The journaled events of an order", params: OrderParams, querystring: AccountQuery },
    },
    async (request) => {
      const order = await findOrder(engine, request.params.anyId, accountOf(request, request.query.account).account);
      return { events: (await historyOf(engine, order)).map((entry) => eventOfEntry(order.id, entry)) };
    },
  );
}

function registerPlacing(app: App, { engine, metrics }: ServerContext): void {
  app.post(
    "/api/v1/orders",
    { config: trade, schema: { tags, summary: "Place an order", body: OrderRequestBody } },
    async (request, reply) => {
      const handle = unwrap(
        await metrics.timeSubmit(() =>
          engine.submit({ ...request.body, ...accountOf(request, request.body.account) }, commandOf(request)),
        ),
      );
      await engine.whenDurable();
      return reply.code(CREATED).header("location", `/api/v1/orders/${handle.orderId}`).send(orderToJson(handle.order));
    },
  );
  app.post(
    "/api/v1/orders/batch",
    { config: trade, schema: { tags, summary: "Place up to 100 orders, each on its own", body: BatchBody } },
    async (request, reply) => {
      const results = await metrics.timeSubmit(() =>
        engine.submitMany(
          request.body.orders.map((order) => ({ ...order, ...accountOf(request, order.account) })),
          commandOf(request),
        ),
      );
      await engine.whenDurable();
      const items = results.map((result) => placed(result.ok ? { ok: true, value: result.value.order } : result));
      return reply.code(MULTI_STATUS).send(items);
    },
  );
}

function registerChanges(app: App, { engine }: ServerContext): void {
  app.patch(
    "/api/v1/orders/:anyId",
    {
      config: trade,
      schema: {
        tags,
        summary: "Ask for new terms of an order",
        params: OrderParams,
        querystring: AccountQuery,
        body: ReplaceBody,
      },
    },
    async (request, reply) => {
      const order = await findOrder(engine, request.params.anyId, accountOf(request, request.query.account).account);
      const replaced = unwrap(await engine.replace(order.id, request.body, commandOf(request)));
      await engine.whenDurable();
      return reply.code(ACCEPTED).send(orderToJson(replaced));
    },
  );
  app.delete(
    "/api/v1/orders/:anyId",
    {
      config: trade,
      schema: { tags, summary: "Ask for an order's cancel", params: OrderParams, querystring: AccountQuery },
    },
    async (request, reply) => {
      const order = await findOrder(engine, request.params.anyId, accountOf(request, request.query.account).account);
      const canceled = unwrap(await engine.cancel(order.id, commandOf(request)));
      await engine.whenDurable();
      return reply.code(ACCEPTED).send(orderToJson(canceled));
    },
  );
  app.delete(
    "/api/v1/orders",
    {
      config: trade,
      schema: { tags, summary: "Ask for the cancel of all open orders that match", querystring: CancelAllQuery },
    },
    async (request, reply) => {
      const results = await engine.cancelAll(
        { ...request.query, ...accountOf(request, request.query.account) },
        commandOf(request),
      );
      const items = results.map(({ orderId, result }) =>
        result.ok ? { orderId, status: ACCEPTED } : { orderId, ...refused(result.error) },
      );
      return reply.code(MULTI_STATUS).send(items);
    },
  );
}

type Placed =
  | { readonly status: number; readonly order: OrderJson }
  | { readonly status: number; readonly problem: Problem };

function placed(result: Result<Order, OrderwrightError>): Placed {
  return result.ok ? { status: CREATED, order: orderToJson(result.value) } : refused(result.error);
}

function refused(error: OrderwrightError): { readonly status: number; readonly problem: Problem } {
  const problem = problemOf(error);
  return { status: problem.status, problem };
}
