// What the doors show of the strategies that run in this process. A port: starting and stopping them is elsewhere.

/** One running strategy. */
export interface StrategyStatus {
  readonly name: string;
  readonly instrumentId: string;
  readonly account: string;
  readonly state: "starting" | "running" | "paused" | "stopped" | "failed";
  /** What it does with which parameters, for people. */
  readonly description: string;
  readonly ordersOpen: number;
  /** What else the strategy wants shown: plain JSON, decimals as texts. */
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
}

export interface StrategyView {
  list(): readonly StrategyStatus[];
}

export const noStrategies: StrategyView = { list: () => [] };
