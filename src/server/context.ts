// What every route and stream gets: the parts of one server, put together in server.ts.

import type { Decimal } from "../domain/decimal.ts";
import type { EngineApi } from "../engine/engine-api.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { ReplaceChains } from "./alpaca/replace-chains.ts";
import type { TokenStore } from "./auth/tokens.ts";
import type { EventFeed } from "./feed/event-feed.ts";
import type { RecentFills } from "./feed/recent-fills.ts";
import type { MarketView } from "./market-view.ts";
import type { ServerMetrics } from "./metrics/metrics.ts";
import type { StrategyView } from "./strategy-view.ts";

export type Mode = "paper" | "dryRun" | "live";

export interface ServerContext {
  readonly engine: EngineApi;
  readonly market: MarketView;
  readonly strategies: StrategyView;
  readonly tokens: TokenStore;
  /** The account that requests without a key id speak for. */
  readonly defaultAccount: string;
  readonly logger: Logger;
  /** Real time, also where the engine follows a tape: for time-outs and heartbeats. */
  readonly clock: Clock;
  readonly feed: EventFeed;
  readonly fills: RecentFills;
  readonly chains: ReplaceChains;
  readonly metrics: ServerMetrics;
  /** What accounts are said to have begun with, for the figures of /v2/account. */
  readonly startingCash: Decimal;
  readonly mode: Mode;
  readonly version: string;
}
