// The command `npm run simulate`: one seed, a number of seeds, or fresh seeds for some minutes; and the planted faults.

import { randomInt } from "node:crypto";
import { availableParallelism } from "node:os";
import { SingleBar } from "cli-progress";
import { Command, InvalidArgumentError, Option } from "commander";
import { type CampaignState, runCampaign } from "./campaign.ts";
import { FAULT_LEVELS, type FaultLevel } from "./faults.ts";
import { runPlanted } from "./planted/run-planted.ts";
import { describeCampaign, describeCoverage, describeFailure } from "./report.ts";
import { runSeed } from "./world.ts";

const HOUR_MS = 3_600_000;
/** From this many seeds on, what was never reached is a failure. */
const COVERING_SEEDS = 1_000;
const PROGRESS_LINE_MS = 30_000;
/** The exit code that a shell gives to what Ctrl-C ended. */
const INTERRUPTED = 130;
const MAX_SEED = 2_000_000_000;

interface Options {
  readonly seed?: number;
  readonly seeds?: number;
  readonly minutes?: number;
  readonly hours: number;
  readonly faults: FaultLevel;
  readonly jobs: number;
  readonly trace?: true;
  readonly coverage?: true;
  readonly planted?: true | string;
}

const program = new Command("simulate")
  .description("Runs the order engine in a simulated world, and watches that nothing is lost or doubled.")
  .option("--seed <n>", "the seed, or the first one", wholeNumber)
  .option("--seeds <n>", "how many seeds, one after the other", countingNumber)
  .option("--minutes <m>", "fresh seeds for this long", positiveNumber)
  .option("--hours <h>", "virtual hours with faults, per seed; then the wire heals", positiveNumber, 0.05)
  .addOption(new Option("--faults <level>", "how bad it gets").choices(FAULT_LEVELS).default("full"))
  .option("--jobs <n>", "threads", countingNumber, availableParallelism())
  .option("--trace", "prints every line of one seed's trace")
  .option("--coverage", "prints what was covered; several seeds fail on what was never reached")
  .option("--planted [name]", "plants faults into a copy of the engine, and fails on one that no seed catches");

program.parse();
process.exitCode = await main(program.opts<Options>());

async function main(options: Options): Promise<number> {
  const { planted, jobs } = options;
  if (planted !== undefined) return runPlanted({ jobs, ...(planted === true ? {} : { name: planted }) });
  if (options.minutes === undefined && options.seeds === undefined) return runAlone(options);
  if (options.trace === true) program.error("error: --trace shows one seed: leave out --seeds and --minutes.");
  return runMany(options);
}

/** One seed, told in full. */
async function runAlone({
  seed = randomInt(MAX_SEED),
  hours,
  faults: level,
  trace,
  coverage: wantsCoverage,
}: Options): Promise<number> {
  const durationMs = hours * HOUR_MS;
  process.stderr.write(`seed ${seed}\n`);
  const cpuBefore = process.cpuUsage();
  const write = trace === true ? (line: string): void => void process.stdout.write(line) : undefined;
  const result = await runSeed({ seed, level, durationMs, ...(write === undefined ? {} : { write }) });
  const { coverage, profile, violation, traceHash, virtualMs, events } = result;
  const { faults, cells, conclusions, totals } = coverage;
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpuMs = (user + system) / 1_000;
  const outcome = { seed, violation, traceHash, events, virtualMs, faults, cells, conclusions, totals };
  const failures = violation === undefined ? [] : [outcome];
  const state: CampaignState = { done: 1, failures, coverage, events, virtualMs, cpuMs };
  print(`profile ${JSON.stringify(profile)}`);
  print(`faults ${JSON.stringify(Object.fromEntries(result.faults.active))}`);
  print(describeCampaign(state));
  if (wantsCoverage === true) print(describeCoverage(state));
  print(`trace ${traceHash}`);
  for (const failure of failures) print(describeFailure(failure, level, durationMs));
  return failures.length;
}

async function runMany(options: Options): Promise<number> {
  const { seeds, minutes, hours, faults: level, jobs } = options;
  const durationMs = hours * HOUR_MS;
  const firstSeed = options.seed ?? randomInt(MAX_SEED);
  process.stderr.write(`first seed ${firstSeed}\n`);
  const untilMs = minutes === undefined ? undefined : performance.now() + minutes * 60_000;
  const onProgress = progress(seeds);
  const interruption = new AbortController();
  // The seeds under way are finished and told of; a second Ctrl-C ends at once.
  process.once("SIGINT", () => interruption.abort());
  const state = await runCampaign({
    firstSeed,
    level,
    durationMs,
    jobs,
    signal: interruption.signal,
    onProgress: (now) => onProgress(now),
    ...(seeds === undefined ? {} : { seeds }),
    ...(untilMs === undefined ? {} : { untilMs }),
  });
  onProgress.stop();
  print(describeCampaign(state));
  for (const failure of state.failures) print(describeFailure(failure, level, durationMs));
  if (interruption.signal.aborted) return INTERRUPTED;
  const wantsCoverage = options.coverage === true || (state.done >= COVERING_SEEDS && level === "full");
  if (!wantsCoverage) return Math.min(1, state.failures.length);
  print(describeCoverage(state));
  const missing = state.coverage.missing();
  for (const name of missing) print(`never reached: ${name}`);
  return state.failures.length + missing.length === 0 ? 0 : 1;
}

/** A bar at a terminal, a line now and then elsewhere. */
function progress(seeds: number | undefined): ((state: CampaignState) => void) & { readonly stop: () => void } {
  if (process.stderr.isTTY && seeds !== undefined) {
    const bar = new SingleBar({ format: "{bar} {value}/{total} seeds, {eta_formatted} left", stream: process.stderr });
    bar.start(seeds, 0);
    return Object.assign((state: CampaignState) => bar.update(state.done), { stop: () => bar.stop() });
  }
  let last = performance.now();
  const show = (state: CampaignState): void => {
    if (performance.now() - last < PROGRESS_LINE_MS) return;
    last = performance.now();
    process.stderr.write(`${state.done} seeds, ${state.failures.length} failed\n`);
  };
  return Object.assign(show, { stop: () => undefined });
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("It is a whole number, 0 or above.");
  return value;
}

function countingNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("It is a whole number, 1 or above.");
  return value;
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError("It is a number above 0.");
  return value;
}
