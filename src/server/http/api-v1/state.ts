// Routes that read the engine's state under /api/v1: status, accounts, instruments, positions, fills, events.

import { type OrderwrightError, orderwrightError } from "../../../domain/errors.ts";
import { eventToJson } from "../../../domain/order-json.ts";
import type { ServerContext } from "../../context.ts";
import { bookedFillToJson } from "../../feed/recent-fills.ts";
import type { App } from "../app.ts";
import { AccountQuery, EventsQuery, FillsQuery, LimitQuery } from "../schemas.ts";
import { statusJson, valuedPosition } from "../status-json.ts";

const DEFAULT_LIMIT = 100;
const read = { scope: "read" } as const;
const tags = ["state"];

export function registerState(app: App, context: ServerContext): void {
  registerStatus(app, context);
  registerHoldings(app, context);
  registerRecords(app, context);
}

function registerStatus(app: App, context: ServerContext): void {
  const { engine, strategies } = context;
  // Not held up by the journal: that it has stopped is what these have to show.
  app.get(
    "/api/v1/status",
    {
      config: read,
      schema: {
        tags,
        summary: "Phase, trading states, switches, accounts, venues and when each was last heard, market",
      },
    },
    async () => statusJson(context),
  );
  app.get(
    "/api/v1/summary",
    { config: read, schema: { tags, summary: "Counts by status, fill rates, latencies" } },
    async () => {
      await engine.whenDurable();
      return engine.summary();
    },
  );
  app.get(
    "/api/v1/strategies",
    { config: read, schema: { tags, summary: "The strategies of this process" } },
    async () => strategies.list(),
  );
}

function registerHoldings(app: App, { engine, market, fills }: ServerContext): void {
  app.get(
    "/api/v1/accounts",
    { config: read, schema: { tags, summary: "Accounts with states and limits" } },
    async () => {
      await engine.whenDurable();
      return { accounts: engine.status().accounts };
    },
  );
  app.get(
    "/api/v1/instruments",
    { config: read, schema: { tags, summary: "What can be traded, with its grid", querystring: AccountQuery } },
    async (request) => ({ instruments: engine.instruments(request.query.account) }),
  );
  app.get(
    "/api/v1/positions",
    { config: read, schema: { tags, summary: "Positions, valued where there is a price", querystring: AccountQuery } },
    async (request) => {
      await engine.whenDurable();
      return { positions: engine.positions(request.query.account).map((position) => valuedPosition(position, market)) };
    },
  );
  app.get(
    "/api/v1/fills",
    { config: read, schema: { tags, summary: "The latest fills, newest first", querystring: FillsQuery } },
    async (request) => {
      const { limit, ...filter } = request.query;
      return { fills: fills.list(filter, limit ?? DEFAULT_LIMIT).map(bookedFillToJson) };
    },
  );
}

function registerRecords(app: App, { engine, feed }: ServerContext): void {
  app.get(
    "/api/v1/discrepancies",
    { config: read, schema: { tags, summary: "Where our books and a venue's differed", querystring: LimitQuery } },
    async (request) => {
      await engine.whenDurable();
      return { discrepancies: engine.discrepancies(request.query.limit ?? DEFAULT_LIMIT).map(eventToJson) };
    },
  );
  app.get(
    "/api/v1/events",
    {
      config: read,
      schema: { tags, summary: "Journaled events after a position, oldest first", querystring: EventsQuery },
    },
    async (request) => {
      const { since = 0, limit = DEFAULT_LIMIT } = request.query;
      if (since > feed.lastSeq) throw beyondJournal(since, feed.lastSeq);
      const events = feed.read(since, limit);
      const lastSeq = events.at(-1)?.seq ?? since;
      return { events: events.map(eventToJson), lastSeq, more: lastSeq < feed.lastSeq };
    },
  );
}

/** A cursor from another journal, or from events that a crash took back: going on would hide a gap. */
export function beyondJournal(since: number, lastSeq: number): OrderwrightError {
  return orderwrightError(
    "request.malformed",
    `since is ${since}; it must be at most ${lastSeq}, the journal's last durable position. Start again from a snapshot.`,
    { since, lastSeq },
  );
}
