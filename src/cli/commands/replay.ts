// `orderwright replay`: a strategy over a capture, without a server, as fast as it goes; prints what came of it.

import type { Command } from "commander";
import { FillDigest } from "../../app/fill-digest.ts";
import { type Desk, openDesk } from "../../app/open-desk.ts";
import type { Order } from "../../domain/order.ts";
import { deskConfigOf, effectiveConfig } from "../desk-config.ts";
import { withProgress } from "../progress.ts";
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
  const { config: given } = effectiveConfig(options.config, { "market.seed": options.seed });
  const desk = await openDesk({
    ...deskConfigOf(withStrategy(given, options.strategy ?? "grid")),
    market: { kind: "replay", file, speed: "max" },
    ...(options.data === undefined ? {} : { dataDir: options.data }),
  });
  const digest = new FillDigest(desk.engine);
  let open: readonly Order[] = [];
  try {
    await desk.start();
    await withProgress("replay", PERCENT, (report) => untilOver(desk, report));
  } finally {
    open = await desk.stop();
  }
  const { state, position, description, error } = desk.player.progress();
  if (error !== undefined) throw error;
  const summary = desk.engine.summary();
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

async function untilOver(desk: Desk, report: (percent: number) => void): Promise<void> {
  const timer = setInterval(
    () => report(Math.floor((desk.player.progress().fraction ?? 0) * PERCENT)),
    PROGRESS_EVERY_MS,
  );
  try {
    await desk.player.finished;
  } finally {
    clearInterval(timer);
  }
}
