// The port of strategies: what trades for its own reasons, without a target quantity or an end.
// A strategy sees the engine through EngineApi, like any other caller, and the market through the hub.

import type { EngineApi } from "../engine/engine-api.ts";
import type { MarketHub } from "../market-data/market-hub.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";

/** What a strategy runs on. Time and timers come from the clock only, so that a replay repeats it exactly. */
export interface StrategyContext {
  readonly engine: EngineApi;
  readonly market: MarketHub;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly account: string;
}

/** For people: where a strategy stands. */
export interface StrategyStatus {
  readonly name: string;
  readonly instrumentId: string;
  readonly account: string;
  readonly state: "starting" | "running" | "paused" | "stopped" | "failed";
  readonly description: string;
  readonly ordersOpen: number;
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
}

/** A running strategy. It adopts its own live orders when it starts again. */
export interface Strategy {
  readonly name: string;
  start(context: StrategyContext): void;
  /** Places nothing any more, and leaves resting orders as the caller asks. */
  stop(options: { readonly cancelOrders: boolean }): Promise<void>;
  status(): StrategyStatus;
}
