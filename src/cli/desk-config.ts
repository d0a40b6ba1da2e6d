// From the configuration of a command to that of its desk. `up` and `replay` share it, so that a replay
// trades as the server would. What the market is, and where files are kept, is each command's own.

import type { DeskAccount, DeskConfig } from "../app/open-desk.ts";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { unwrap } from "../domain/result.ts";
import { limitsFromJson } from "../engine/risk/limits-json.ts";
import { makeStrategies } from "./strategies.ts";
import { VERSION } from "./version.ts";

/**
 * Returns the configuration of a command: the named file, else that of ORDERWRIGHT_CONFIG, then the
 * environment, then the command's own flags.
 *
 * @throws {OrderwrightError} `config.invalid`, with every problem.
 */
export function effectiveConfig(file: string | undefined, flags: Readonly<Record<string, unknown>>): LoadedConfig {
  const named = file ?? process.env["ORDERWRIGHT_CONFIG"];
  return unwrap(loadConfig({ file: named, environment: process.env, flags }));
}

/** Returns what the configuration says about a desk, but for its market and its files. */
export function deskConfigOf(config: Config): Omit<DeskConfig, "market" | "dataDir"> {
  return {
    mode: config.mode,
    accounts: accountsOf(config),
    seed: config.market.seed,
    durability: config.journal.durability,
    committer: config.journal.committer,
    paper: { latency: { requestMs: config.paper.latencyMs, replyMs: config.paper.latencyMs, jitterMs: 0 } },
    strategies: (instrumentIds) => makeStrategies(config, instrumentIds),
    version: VERSION,
    ...(config.defaultAccount === undefined ? {} : { defaultAccount: config.defaultAccount }),
  };
}

function accountsOf(config: Config): DeskAccount[] {
  return config.accounts.map(({ limits, ...account }) => ({
    ...account,
    ...(limits === undefined ? {} : { limits: unwrap(limitsFromJson(limits)) }),
  }));
}
