// Routes that show the market under /api/v1.

import { type OrderwrightError, orderwrightError } from "../../../domain/errors.ts";
import type { ServerContext } from "../../context.ts";
import type { MarketView } from "../../market-view.ts";
import type { App } from "../app.ts";
import { bookToJson, tradeToJson } from "../market-json.ts";
import { BookQuery, InstrumentParams, LimitQuery } from "../schemas.ts";

const DEFAULT_DEPTH = 20;
const DEFAULT_LIMIT = 100;
const read = { scope: "read" } as const;
const tags = ["market"];

export function registerMarket(app: App, { engine, market }: ServerContext): void {
  app.get(
    "/api/v1/market/:instrumentId/book",
    { config: read, schema: { tags, summary: "The best levels", params: InstrumentParams, querystring: BookQuery } },
    async (request) => {
      const { instrumentId } = request.params;
      const book = market.book(instrumentId, request.query.depth ?? DEFAULT_DEPTH);
      if (book === undefined) throw notSpokenOf(instrumentId, engine.instruments());
      return bookToJson(book);
    },
  );
  app.get(
    "/api/v1/market/:instrumentId/trades",
    {
      config: read,
      schema: {
        tags,
        summary: "The latest public trades, newest first",
        params: InstrumentParams,
        querystring: LimitQuery,
      },
    },
    async (request) => tradesOf(market, request.params.instrumentId, request.query.limit ?? DEFAULT_LIMIT),
  );
}

function tradesOf(market: MarketView, instrumentId: string, limit: number): { readonly trades: readonly object[] } {
  return { trades: market.trades(instrumentId, limit).map(tradeToJson) };
}

function notSpokenOf(instrumentId: string, instruments: readonly { readonly id: string }[]): OrderwrightError {
  const known = instruments.map((instrument) => instrument.id);
  return orderwrightError(
    "request.unknownInstrument",
    `The market has not spoken of ${JSON.stringify(instrumentId)}; the instruments are ${known.join(", ")}.`,
    { instrumentId },
  );
}
