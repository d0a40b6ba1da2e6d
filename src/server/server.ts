// One server over one engine: puts the parts together, listens, and stops in good order.
// The engine, the market and the strategies are handed in: nothing here starts or stops them.

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Decimal } from "../domain/decimal.ts";
import type { EngineApi } from "../engine/engine-api.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import { registerAccountRoutes } from "./alpaca/account-routes.ts";
import { registerOrderRoutes } from "./alpaca/order-routes.ts";
import { registerPositionRoutes } from "./alpaca/position-routes.ts";
import { ReplaceChains } from "./alpaca/replace-chains.ts";
import { TradeUpdates } from "./alpaca/trade-updates.ts";
import { DEFAULT_KEY_ID } from "./auth/caller.ts";
import type { TokenStore } from "./auth/tokens.ts";
import type { Mode, ServerContext } from "./context.ts";
import { EventFeed } from "./feed/event-feed.ts";
import { RecentFills } from "./feed/recent-fills.ts";
import { registerCases } from "./http/api-v1/cases.ts";
import { registerControl } from "./http/api-v1/control.ts";
import { registerMarket } from "./http/api-v1/market.ts";
import { registerOrders } from "./http/api-v1/orders.ts";
import { registerState } from "./http/api-v1/state.ts";
import { type App, createApp } from "./http/app.ts";
import { type HostOriginOptions, hostOriginCheck } from "./http/host-origin.ts";
import { registerOpenApi } from "./http/openapi.ts";
import { registerPage } from "./http/page.ts";
import { registerProbes } from "./http/probes.ts";
import type { MarketView } from "./market-view.ts";
import { ServerMetrics } from "./metrics/metrics.ts";
import type { StrategyView } from "./strategy-view.ts";
import { MAX_BUFFERED_BYTES } from "./ws/connection.ts";
import { StreamHub } from "./ws/stream-hub.ts";
import { Streams } from "./ws/upgrade.ts";

export const DEFAULT_HOST = "127.0.0.1";
export const DEFAULT_PORT = 7070;
/** For each token: a hundred requests a second. */
const DEFAULT_REQUESTS_PER_MINUTE = 6_000;
const DEFAULT_MAX_STREAM_CLIENTS = 256;
/** What Alpaca gives a paper account. */
const PAPER_CASH = Decimal.fromInteger(100_000);

export interface ServerOptions extends HostOriginOptions {
  readonly engine: EngineApi;
  readonly market: MarketView;
  readonly strategies: StrategyView;
  readonly tokens: TokenStore;
  /** The account of requests that name none; the engine's first by default. */
  readonly defaultAccount?: string;
  readonly logger: Logger;
  /** Real time, also where the engine follows a tape: for time-outs and heartbeats. */
  readonly clock: Clock;
  readonly mode: Mode;
  readonly version: string;
  readonly commit?: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 7070; 0 takes a free one. */
  readonly port?: number;
  /** The built page. */
  readonly pageDirectory?: string;
  /** `/metrics` without a token. */
  readonly isMetricsPublic?: boolean;
  readonly requestsPerMinute?: number;
  readonly maxStreamClients?: number;
  /** What a stream client may leave unread before it is closed. Default 4 MiB. */
  readonly maxBufferedBytes?: number;
  /** What accounts are said to have begun with; by default 100,000 on paper and nothing live. */
  readonly startingCash?: Decimal;
}

/** A server. After {@link close} it cannot listen again. */
export interface OrderwrightServer {
  /** Begins to listen. @returns the address. @throws the system's error, such as EADDRINUSE. */
  listen(): Promise<string>;
  /** Where it listens; `undefined` before. */
  readonly url: string | undefined;
  /** Answers one request without a socket, for tests. */
  readonly inject: App["inject"];
  /** Ends the streams, answers what is under way, and lets go of the engine. */
  close(): Promise<void>;
}

/** Makes a server over an open engine, started or not. It follows the engine from here on, and listens when told. */
export async function createServer(options: ServerOptions): Promise<OrderwrightServer> {
  const host = options.host ?? DEFAULT_HOST;
  const context = await createContext(options);
  const { feed, metrics } = context;
  feed.listen((event, order, from) => metrics.apply(event, order, from));
  const updates = new TradeUpdates(context);
  const hub = new StreamHub(context);
  const check = hostOriginCheck(host, options);
  const requestsPerMinute = options.requestsPerMinute ?? DEFAULT_REQUESTS_PER_MINUTE;
  const app = await createApp(context, { check, requestsPerMinute });
  await registerRoutes(app, context, options);
  const streams = new Streams(context, hub, updates, {
    check,
    maxClients: options.maxStreamClients ?? DEFAULT_MAX_STREAM_CLIENTS,
    maxBufferedBytes: options.maxBufferedBytes ?? MAX_BUFFERED_BYTES,
  });
  streams.attach(app.server);
  await app.ready();
  let url: string | undefined;
  return {
    get url() {
      return url;
    },
    inject: app.inject.bind(app),
    listen: async () => {
      await app.listen({ host, port: options.port ?? DEFAULT_PORT });
      url = urlOf(app.server);
      options.logger.info({ component: "server", url }, "server listens");
      return url;
    },
    close: async () => {
      streams.close();
      hub.close();
      await app.close();
      feed.close();
      metrics.close();
    },
  };
}

async function createContext(options: ServerOptions): Promise<ServerContext> {
  const { engine, market, strategies, tokens, logger, clock, mode, version } = options;
  const metrics = new ServerMetrics({ engine, clock, version, commit: options.commit ?? "unknown" });
  const feed = new EventFeed(engine, logger);
  const fills = new RecentFills(engine, feed.lastSeq);
  const chains = new ReplaceChains(engine);
  // In this order: the streams, which listen later, look these up for the event they are told of.
  feed.listen((event, order) => chains.apply(event, order));
  feed.listen((event, order) => fills.apply(event, order));
  await chains.preload();
  const defaultAccount = options.defaultAccount ?? engine.status().accounts[0]?.id ?? DEFAULT_KEY_ID;
  const startingCash = options.startingCash ?? (mode === "live" ? Decimal.zero : PAPER_CASH);
  return {
    engine,
    market,
    strategies,
    tokens,
    defaultAccount,
    logger,
    clock,
    feed,
    fills,
    chains,
    metrics,
    startingCash,
    mode,
    version,
  };
}

async function registerRoutes(app: App, context: ServerContext, options: ServerOptions): Promise<void> {
  await registerOpenApi(app, context.version);
  registerProbes(app, context, options.isMetricsPublic ?? false);
  registerOrders(app, context);
  registerState(app, context);
  registerCases(app, context);
  registerControl(app, context);
  registerMarket(app, context);
  registerOrderRoutes(app, context);
  registerPositionRoutes(app, context);
  registerAccountRoutes(app, context);
  await registerPage(app, options.pageDirectory);
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
