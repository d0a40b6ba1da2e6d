// `orderwright replay`: a strategy over a capture, without a server, as fast as it goes; prints what came of it.

import type { Command } from "commander";
import { FillDigest } from "../../app/fill-digest.ts";
import { openDesk } from "../../app/open-desk.ts";
import { loadConfig } from "../../config/load.ts";
import { unwrap } from "../../domain/result.ts";
import { withProgress } from "../progress.ts";
import { makeStrategies } from "../strategies.ts";
import { print, printJson } from "../terminal.ts";
import { addStrategyOption, withStrategy } from "./desk-options.ts";
import { jsonOption } from "./shared.ts";

interface ReplayOptions {
  readonly config?: string;
  readonly data?: string;
  readonly seed?: string;
  readonly strategy?: string;
  readonly json?: true;
}

const PROGRESS_EVERY_MS = 200;
const PERCENT = 100;

export function addReplay(program: Command): void {
  addStrategyOption(program.command("replay"))
    .description(
      "run a strategy over a capture as fast as it goes, and print the fills' digest: equal runs print equal digests",
    )
    .argument("<file>", "a capture (gzip or plain)")
    .option("--config <file>", "a configuration file (JSON)")
    .option("--data <dir>", "keep journal and paper venue there; in memory otherwise")
    .option("--seed <n>", "of latencies")
    .addOption(jsonOption())
    .action((file: string, options: ReplayOptions) => replay(file, options));
}

async function replay(file: string, options: ReplayOptions): Promise<void> {
  const flags = { "market.seed": options.seed };
  const loaded = unwrap(loadConfig({ file: options.config, environment: process.env, flags }));
  const config = withStrategy(loaded.config, options.strategy ?? "grid");
  const desk = await openDesk({
    market: { kind: "replay", file, speed: "max" },
    accounts: config.accounts.map((account) => ({ id: account.id, venue: "paper" })),
    seed: config.market.seed,
    strategies: (instrumentIds) => makeStrategies(config, instrumentIds),
    ...(options.data === undefined ? {} : { dataDir: options.data }),
  });
  const digest = new FillDigest(desk.engine);
  await desk.start();
  await withProgress("replay", PERCENT, async (report) => {
    const timer = setInterval(
      () => report(Math.floor((desk.player.progress().fraction ?? 0) * PERCENT)),
      PROGRESS_EVERY_MS,
    );
    await desk.player.finished;
    clearInterval(timer);
  });
  const { state, position, description } = desk.player.progress();
  const summary = desk.engine.summary();
  const open = await desk.stop();
  const result = {
    tape: description,
    state,
    events: position,
    orders: summary.ordersTotal,
    open: open.length,
    fills: digest.fills,
    digest: digest.toString(),
  };
  if (options.json === true) {
    printJson({ ...result, summary });
    return;
  }
  print(`tape     ${result.tape}, ${result.events} events, ${result.state}`);
  print(`orders   ${result.orders}, ${result.open} open at the end`);
  print(
    `by end   ${summary.byStatus.filled} filled, ${summary.byStatus.canceled} canceled, ${summary.byStatus.rejected} rejected, ${summary.byStatus.expired} expired`,
  );
  print(`fills    ${result.fills}`);
  print(`digest   ${result.digest}`);
}
