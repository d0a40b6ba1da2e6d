// Options of commands that run a desk.

import { type Command, Option } from "commander";
import type { Config } from "../../config/schema.ts";

export const STRATEGY_KINDS = ["grid", "none"] as const;

export function addStrategyOption(command: Command): Command {
  return command.addOption(
    new Option("--strategy <kind>", "run this strategy, unless the configuration names some").choices([
      ...STRATEGY_KINDS,
    ]),
  );
}

/** Adds a strategy with its default parameters to a configuration that names none. */
export function withStrategy(config: Config, kind: string | undefined): Config {
  if (kind !== "grid" || config.strategies.length > 0) return config;
  const grid = {
    kind: "grid",
    name: "grid",
    levels: 5,
    stepBps: 2,
    quantity: "0.02",
    followAfterSteps: 3,
    maintainEveryMs: 250,
  } as const;
  return { ...config, strategies: [grid] };
}
