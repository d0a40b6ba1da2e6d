// Alpaca's account, activities, assets, clock and calendar under /v2.

import type { Decimal } from "../../domain/decimal.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { endOfUtcDay, type Instant } from "../../domain/time.ts";
import type { AccountStatus } from "../../engine/engine-api.ts";
import type { ServerContext } from "../context.ts";
import { type App, callerOf } from "../http/app.ts";
import { markPrice } from "../http/status-json.ts";
import { accountFigures } from "./account-figures.ts";
import { listActivities } from "./activities.ts";
import { uuidOf } from "./order-uuid.ts";
import { findInstrument, readMoment } from "./read-request.ts";
import { assetId, toAsset, toMoment } from "./translate.ts";
import { ActivitiesQuery, AssetsQuery, CalendarQuery, SymbolParams } from "./wire.ts";

const tags = ["alpaca"];
const read = { scope: "read" } as const;
const DAY_MS = 86_400_000;
/** Days in one answer of the calendar. */
const MAX_CALENDAR_DAYS = 1_000;

export function registerAccountRoutes(app: App, context: ServerContext): void {
  const { engine } = context;
  app.get("/v2/account", { config: read, schema: { tags, summary: "The account" } }, async (request) => {
    await engine.whenDurable();
    return accountOf(context, callerOf(request).account);
  });
  app.get(
    "/v2/account/activities",
    { config: read, schema: { tags, summary: "Fills of the account, newest first", querystring: ActivitiesQuery } },
    async (request) => listActivities(context, request.query, callerOf(request).account),
  );
  app.get(
    "/v2/account/activities/FILL",
    { config: read, schema: { tags, summary: "Fills of the account, newest first", querystring: ActivitiesQuery } },
    async (request) => listActivities(context, request.query, callerOf(request).account),
  );
  app.get(
    "/v2/assets",
    { config: read, schema: { tags, summary: "What can be traded", querystring: AssetsQuery } },
    async (request) => {
      const { status, asset_class: wanted } = request.query;
      if (status === "inactive") return [];
      const assets = engine.instruments(callerOf(request).account).map(toAsset);
      return assets.filter((asset) => wanted === undefined || asset.class === wanted);
    },
  );
  app.get(
    "/v2/assets/:symbol",
    { config: read, schema: { tags, summary: "One asset", params: SymbolParams } },
    async (request) => toAsset(instrumentOf(engine.instruments(callerOf(request).account), request.params.symbol)),
  );
  registerTimes(app, context);
}

function registerTimes(app: App, { engine }: ServerContext): void {
  app.get("/v2/clock", { config: read, schema: { tags, summary: "The market's hours: always open" } }, async () => {
    const { now } = engine.status();
    const midnight = toMoment(endOfUtcDay(now));
    return { timestamp: toMoment(now), is_open: true, next_open: midnight, next_close: midnight };
  });
  app.get(
    "/v3/clock",
    { config: read, schema: { tags, summary: "The hours of each market: always open" } },
    async () => {
      const { now, venues } = engine.status();
      const midnight = toMoment(endOfUtcDay(now));
      const clocks = venues.map(({ id }) => ({
        market: { mic: id.toUpperCase(), acronym: id.toUpperCase(), name: id, timezone: "UTC" },
        timestamp: toMoment(now),
        is_market_day: true,
        phase: "core",
        phase_until: midnight,
        next_market_open: midnight,
        next_market_close: midnight,
      }));
      return { clocks };
    },
  );
  app.get(
    "/v2/calendar",
    { config: read, schema: { tags, summary: "Trading days: all of them", querystring: CalendarQuery } },
    async (request) => {
      const { now } = engine.status();
      const start = request.query.start === undefined ? now : readMoment(request.query.start, "start");
      const end = request.query.end === undefined ? start : readMoment(request.query.end, "end");
      return calendarDays(start, end);
    },
  );
}

function instrumentOf(instruments: readonly Instrument[], symbol: string): Instrument {
  return instruments.find(({ venue, id }) => assetId(venue, id) === symbol) ?? findInstrument(instruments, symbol);
}

/** Decimals print themselves. */
function accountOf(context: ServerContext, id: string): object {
  const { engine, market, startingCash } = context;
  const status = engine.status();
  const account = status.accounts.find((known) => known.id === id);
  const quotes = new Map<string, string>(engine.instruments(id).map((instrument) => [instrument.id, instrument.quote]));
  const maxExposure = account?.limits.maxExposure;
  const figures = accountFigures({
    positions: engine.positions(id),
    mark: (instrumentId) => markPrice(market, instrumentId),
    quoteOf: (instrumentId) => quotes.get(instrumentId),
    startingCash,
    ...(maxExposure === undefined ? {} : { maxExposure }),
  });
  const isHalted = status.killSwitch.engaged || status.tradingState === "halted" || account?.tradingState === "halted";
  return { ...statusFields(id, account, isHalted, status.startedAt), ...moneyFields(figures) };
}

function statusFields(id: string, account: AccountStatus | undefined, isHalted: boolean, since: Instant): object {
  return {
    id: uuidOf("account", id),
    account_number: account?.tag ?? id,
    status: "ACTIVE",
    crypto_status: "ACTIVE",
    created_at: toMoment(since),
    account_blocked: false,
    trading_blocked: isHalted,
    trade_suspended_by_user: account?.blockedBecause !== undefined,
    transfers_blocked: true,
    shorting_enabled: true,
    pattern_day_trader: false,
    daytrade_count: 0,
    multiplier: "1",
  };
}

function moneyFields(figures: ReturnType<typeof accountFigures>): Record<string, string | Decimal> {
  return {
    currency: figures.currency,
    cash: figures.cash,
    equity: figures.equity,
    last_equity: figures.equity,
    portfolio_value: figures.equity,
    long_market_value: figures.longMarketValue,
    short_market_value: figures.shortMarketValue,
    buying_power: figures.buyingPower,
    regt_buying_power: figures.buyingPower,
    daytrading_buying_power: figures.buyingPower,
    non_marginable_buying_power: figures.buyingPower,
    initial_margin: "0",
    maintenance_margin: "0",
    last_maintenance_margin: "0",
    accrued_fees: "0",
    sma: "0",
  };
}

/** From the UTC day of one instant to that of another. */
function calendarDays(start: Instant, end: Instant): object[] {
  const days: object[] = [];
  for (let at = endOfUtcDay(start) - DAY_MS; at <= end && days.length < MAX_CALENDAR_DAYS; at += DAY_MS) {
    const date = toMoment(at).slice(0, 10);
    days.push({
      date,
      open: "00:00",
      close: "24:00",
      session_open: "0000",
      session_close: "2400",
      settlement_date: date,
    });
  }
  return days;
}
