// A worker thread that runs seeds one after the other and tells what each came to. Everything that is told is plain data.

import { parentPort } from "node:worker_threads";
import type { Violation } from "./checks/laws.ts";
import type { Counts } from "./coverage.ts";
import type { FaultLevel } from "./faults.ts";
import { runSeed } from "./world.ts";

export interface SeedTask {
  readonly seed: number;
  readonly level: FaultLevel;
  readonly durationMs: number;
}

/** A {@link "./world.ts"!RunResult} that crosses threads. */
export interface SeedOutcome {
  readonly seed: number;
  readonly violation: Violation | undefined;
  readonly traceHash: string;
  readonly events: number;
  readonly virtualMs: number;
  readonly faults: Counts;
  readonly cells: Counts;
  readonly conclusions: Counts;
  readonly totals: Counts;
}

parentPort?.on("message", (task: SeedTask) => void run(task));

async function run(task: SeedTask): Promise<void> {
  const { seed, violation, traceHash, events, virtualMs, coverage } = await runSeed(task);
  const { faults, cells, conclusions, totals } = coverage;
  const outcome: SeedOutcome = {
    seed,
    violation,
    traceHash,
    events,
    virtualMs,
    faults,
    cells,
    conclusions,
    totals,
  };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(outcome);
}
