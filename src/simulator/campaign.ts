// A campaign: many seeds over a few threads, until there are enough, the time is over, or a law breaks. It adds up what
// was covered; what that means is in report.ts.

import { Worker } from "node:worker_threads";
import { Coverage } from "./coverage.ts";
import type { FaultLevel } from "./faults.ts";
import type { SeedOutcome, SeedTask } from "./seed-worker.ts";

export interface CampaignOptions {
  readonly firstSeed: number;
  /** How many seeds; unset: as many as the time allows. */
  readonly seeds?: number;
  readonly untilMs?: number;
  readonly level: FaultLevel;
  readonly durationMs: number;
  readonly jobs: number;
  /** Once it is aborted, no further seed is begun. */
  readonly signal: AbortSignal;
  readonly onProgress: (campaign: CampaignState) => void;
}

/** Where a campaign stands. */
export interface CampaignState {
  done: number;
  readonly failures: SeedOutcome[];
  readonly coverage: Coverage;
  events: number;
  virtualMs: number;
  cpuMs: number;
}

/** A campaign goes on past a broken law, to show whether it stands alone; past this many it ends. */
const FAILURES_SHOWN = 5;

export async function runCampaign(options: CampaignOptions): Promise<CampaignState> {
  const state: CampaignState = { done: 0, failures: [], coverage: new Coverage(), events: 0, virtualMs: 0, cpuMs: 0 };
  const cpuBefore = process.cpuUsage();
  let next = options.firstSeed;
  const take = (): number | undefined => {
    const isEnough = options.seeds !== undefined && next >= options.firstSeed + options.seeds;
    const isLate = options.untilMs !== undefined && performance.now() >= options.untilMs;
    return options.signal.aborted || isEnough || isLate || state.failures.length >= FAILURES_SHOWN ? undefined : next++;
  };
  await Promise.all(Array.from({ length: options.jobs }, () => runLane(options, state, take)));
  const { user, system } = process.cpuUsage(cpuBefore);
  state.cpuMs = (user + system) / 1_000;
  return state;
}

/** One thread, until there is no seed left. */
async function runLane(options: CampaignOptions, state: CampaignState, take: () => number | undefined): Promise<void> {
  const worker = new Worker(
    new URL(import.meta.url.endsWith(".ts") ? "./seed-worker.ts" : "./seed-worker.js", import.meta.url),
  );
  try {
    for (let seed = take(); seed !== undefined; seed = take()) {
      note(state, await runInThread(worker, { seed, level: options.level, durationMs: options.durationMs }));
      options.onProgress(state);
    }
  } finally {
    await worker.terminate();
  }
}

/** Runs one seed in a thread of seed-worker.ts. @throws when the seed ends the thread. */
export function runInThread(worker: Worker, task: SeedTask): Promise<SeedOutcome> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void =>
      reject(new Error(`Seed ${task.seed} ended its thread: ${error.message}.`, { cause: error }));
    worker.once("error", failed);
    worker.once("message", (outcome: SeedOutcome) => {
      worker.off("error", failed);
      resolve(outcome);
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(task);
  });
}

function note(state: CampaignState, outcome: SeedOutcome): void {
  const { faults, cells, conclusions, totals } = outcome;
  state.done++;
  state.events += outcome.events;
  state.virtualMs += outcome.virtualMs;
  state.coverage.merge({ faults, cells, conclusions, totals });
  if (outcome.violation !== undefined) state.failures.push(outcome);
}
