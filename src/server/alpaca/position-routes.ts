// Alpaca's position routes under /v2: look, and close by a market order.

import { Decimal } from "../../domain/decimal.ts";
import { type OrderwrightError, orderwrightError } from "../../domain/errors.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Side } from "../../domain/order-event.ts";
import type { Position } from "../../domain/position.ts";
import { unwrap } from "../../domain/result.ts";
import type { CommandContext, OrderRequest } from "../../engine/engine-api.ts";
import type { ServerContext } from "../context.ts";
import { type App, callerOf } from "../http/app.ts";
import { commandOf } from "../http/durable.ts";
import { answerable } from "../http/problem.ts";
import { markPrice } from "../http/status-json.ts";
import { type AlpacaErrorBody, alpacaErrorOf } from "./errors.ts";
import { findByAnyId, written } from "./order-lookup.ts";
import { findInstrument, readAmount } from "./read-request.ts";
import { assetId, closableQuantity, toPosition } from "./translate.ts";
import { type AlpacaOrder, type AlpacaPosition, CloseAllQuery, CloseQuery, SymbolParams } from "./wire.ts";

const tags = ["alpaca"];
const read = { scope: "read" } as const;
const trade = { scope: "trade" } as const;
const OK = 200;
const MULTI_STATUS = 207;
const HUNDRED = Decimal.fromInteger(100);

interface Holding {
  readonly position: Position;
  readonly instrument: Instrument;
}

export function registerPositionRoutes(app: App, context: ServerContext): void {
  const { engine } = context;
  const show = ({ position, instrument }: Holding): AlpacaPosition => {
    const { account, instrumentId } = position;
    const closing = engine.activeOrders({ account, instrumentId, side: closingSide(position) });
    return toPosition(position, instrument, markPrice(context.market, instrument.id), closing);
  };
  app.get(
    "/v2/positions",
    { config: read, schema: { tags, summary: "Open positions of the account" } },
    async (request) => {
      await engine.whenDurable();
      return holdingsOf(context, callerOf(request).account).map(show);
    },
  );
  app.get(
    "/v2/positions/:symbol",
    { config: read, schema: { tags, summary: "One open position", params: SymbolParams } },
    async (request) => {
      await engine.whenDurable();
      return show(holdingOf(context, callerOf(request).account, request.params.symbol));
    },
  );
  app.delete(
    "/v2/positions/:symbol",
    {
      config: trade,
      schema: { tags, summary: "Close a position by a market order", params: SymbolParams, querystring: CloseQuery },
    },
    async (request) => {
      await engine.whenDurable();
      const holding = holdingOf(context, callerOf(request).account, request.params.symbol);
      return close(context, holding, sizeOf(holding, request.query.qty, request.query.percentage), commandOf(request));
    },
  );
  app.delete(
    "/v2/positions",
    { config: trade, schema: { tags, summary: "Close all positions of the account", querystring: CloseAllQuery } },
    async (request, reply) => {
      const { account } = callerOf(request);
      if (request.query.cancel_orders === true) await engine.cancelAll({ account }, commandOf(request));
      await engine.whenDurable();
      const closing = holdingsOf(context, account).map((holding) => closeOne(context, holding, commandOf(request)));
      return reply.code(MULTI_STATUS).send(await Promise.all(closing));
    },
  );
}

function closingSide({ quantity }: Position): Side {
  return quantity.isNegative() ? "buy" : "sell";
}

function holdingsOf({ engine }: ServerContext, account: string): Holding[] {
  const instruments = engine.instruments(account);
  return engine.positions(account).flatMap((position) => {
    const instrument = instruments.find((known) => known.id === position.instrumentId);
    return instrument === undefined || position.quantity.isZero() ? [] : [{ position, instrument }];
  });
}

function holdingOf(context: ServerContext, account: string, symbol: string): Holding {
  const instruments = context.engine.instruments(account);
  const instrument =
    instruments.find((known) => assetId(known.venue, known.id) === symbol) ?? findInstrument(instruments, symbol);
  const holding = holdingsOf(context, account).find((held) => held.instrument.id === instrument.id);
  if (holding === undefined) throw noPosition(instrument.id);
  return holding;
}

/** How much to close, always positive. @throws `request.*` for both sizes, or one that is out of range. */
function sizeOf(holding: Holding, qty: string | undefined, percentage: string | undefined): Decimal {
  const held = closableQuantity(holding.position, holding.instrument).abs();
  if (qty !== undefined && percentage !== undefined) {
    throw orderwrightError("request.malformed", "qty and percentage were both given; it must be one of them.");
  }
  const share = readAmount(percentage, "percentage");
  if (share !== undefined) {
    if (!share.isPositive() || share.gt(HUNDRED)) {
      throw orderwrightError(
        "request.malformed",
        `percentage is ${share.toString()}; it must be above 0 and at most 100.`,
      );
    }
    return held.mul(share).div(HUNDRED, held.scale + share.scale + 2, "down");
  }
  const asked = readAmount(qty, "qty") ?? held;
  if (asked.gt(held)) {
    throw orderwrightError(
      "risk.reduceOnly",
      `insufficient qty available: ${asked.toString()} asked for, ${held.toString()} available.`,
      {
        available: held.toString(),
      },
    );
  }
  return asked;
}

async function close(
  context: ServerContext,
  holding: Holding,
  size: Decimal,
  by: CommandContext,
): Promise<AlpacaOrder> {
  const { position, instrument } = holding;
  const request: OrderRequest = {
    account: position.account,
    instrumentId: instrument.id,
    side: closingSide(position),
    orderType: "market",
    // Fees in the base asset leave crumbs below a lot, which nobody can sell.
    quantity: size.roundToStep(instrument.lotSize, "down"),
    reduceOnly: true,
  };
  const handle = unwrap(await context.engine.submit(request, by));
  return written(await findByAnyId(context, handle.orderId, position.account));
}

interface Closed {
  readonly symbol: string;
  readonly status: number;
  readonly body: AlpacaOrder | AlpacaErrorBody;
}

/** One failure must not keep the other positions open. */
async function closeOne(context: ServerContext, holding: Holding, by: CommandContext): Promise<Closed> {
  const symbol = holding.instrument.id;
  try {
    return { symbol, status: OK, body: await close(context, holding, sizeOf(holding, undefined, undefined), by) };
  } catch (thrown) {
    const { error, status, unexpected } = answerable(thrown);
    if (unexpected) context.logger.error({ component: "server", err: thrown, symbol }, "closing a position failed");
    const answer = alpacaErrorOf(error, status);
    return { symbol, status: answer.status, body: answer.body };
  }
}

function noPosition(symbol: string): OrderwrightError {
  return orderwrightError("request.unknownInstrument", `position does not exist: the account holds no ${symbol}.`, {
    symbol,
  });
}
