// Plants each fault into a copy of the build, in a temporary folder, and runs seeds there until a law breaks. A seed
// counts only if it is green without the fault. The faults themselves are in planted-faults.ts.

import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import Table from "cli-table3";
import { runInThread } from "../campaign.ts";
import type { Violation } from "../checks/laws.ts";
import { PLANTED_FAULTS, type PlantedFault } from "./planted-faults.ts";

const LEVEL = "full";
const DURATION_MS = 180_000;
/** What the seeds of a copy run on. */
const PARTS = [
  "domain",
  "matching",
  "runtime",
  "journal",
  "venues",
  "market-data",
  "engine",
  "strategies",
  "simulator",
] as const;

const WORKER = "simulator/seed-worker.js";

/** What became of one planted fault. */
export interface PlantedOutcome {
  readonly fault: PlantedFault;
  /** The first seed that broke a law, and which; unset: the fault survived. */
  readonly caught: { readonly seed: number; readonly violation: Violation } | undefined;
}

export interface PlantedOptions {
  /** One fault alone. */
  readonly name?: string;
  readonly jobs: number;
}

/** Plants the faults and prints a table. Needs a build. @returns the exit code: 1 if a fault survived. */
export async function runPlanted(options: PlantedOptions): Promise<number> {
  const faults = PLANTED_FAULTS.filter(({ name }) => options.name === undefined || options.name === name);
  if (faults.length === 0) {
    process.stderr.write(`No planted fault is named ${JSON.stringify(options.name)}; there are:\n`);
    for (const { name } of PLANTED_FAULTS) process.stderr.write(`  ${name}\n`);
    return 1;
  }
  const outcomes = await tryPlanted(faults, options.jobs);
  process.stdout.write(`${describeOutcomes(outcomes)}\n`);
  return outcomes.every(({ caught }) => caught !== undefined) ? 0 : 1;
}

/** Tries faults, each on seeds from 1 on. Needs a build. @throws where the code to break is not there once. */
export async function tryPlanted(faults: readonly PlantedFault[], jobs: number): Promise<readonly PlantedOutcome[]> {
  const outcomes: PlantedOutcome[] = [];
  // The longest first, so that the lanes end together.
  const rest = [...faults.entries()].sort(([, a], [, b]) => b.seeds - a.seeds).values();
  const lane = async (): Promise<void> => {
    for (const [place, fault] of rest) outcomes[place] = await tryOne(fault);
  };
  // All lanes end before a fault of one is told: until then, their folders are in use.
  const ends = await Promise.allSettled(Array.from({ length: jobs }, lane));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return outcomes;
}

async function tryOne(fault: PlantedFault): Promise<PlantedOutcome> {
  const folder = await mkdtemp(join(tmpdir(), `orderwright-planted-${fault.name}-`));
  try {
    await plant(fault, folder);
    return { fault, caught: await firstCatch(fault, folder) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Copies what the seeds need of the build, and breaks it. @throws where the code to break is not there once. */
async function plant({ name, edits }: PlantedFault, folder: string): Promise<void> {
  const build = builtFolder();
  await writeFile(join(folder, "package.json"), '{"type":"module"}\n');
  await Promise.all(
    PARTS.map((part) =>
      cp(join(build, part), join(folder, part), {
        recursive: true,
        filter: (path) => !/\.(map|d\.ts|tsbuildinfo)$/.test(path),
      }),
    ),
  );
  for (const { file, find, replace } of edits) {
    const path = join(folder, file);
    const [before, after, ...more] = (await readFile(path, "utf8")).split(find);
    if (before === undefined || after === undefined || more.length > 0)
      throw new Error(
        `To plant ${name}, ${file} must have this once, and has it ${after === undefined ? "not at all" : "more than once"}: ${find}`,
      );
    await writeFile(path, `${before}${replace}${after}`);
  }
}

async function firstCatch(fault: PlantedFault, folder: string): Promise<PlantedOutcome["caught"]> {
  const broken = new Worker(pathToFileURL(join(folder, WORKER)));
  try {
    for (let seed = 1; seed <= fault.seeds; seed++) {
      const { violation } = await runInThread(broken, { seed, level: LEVEL, durationMs: DURATION_MS });
      if (violation !== undefined && (await isGreen(seed))) return { seed, violation };
    }
    return undefined;
  } finally {
    await broken.terminate();
  }
}

/** A seed that breaks a law anyway says nothing about a planted fault. */
function isGreen(seed: number): Promise<boolean> {
  const known = GREEN.get(seed);
  if (known !== undefined) return known;
  const tried = tryUnbroken(seed);
  GREEN.set(seed, tried);
  return tried;
}

/** What was tried already: faults share the seeds that catch them. */
const GREEN = new Map<number, Promise<boolean>>();

async function tryUnbroken(seed: number): Promise<boolean> {
  const sound = new Worker(pathToFileURL(join(builtFolder(), WORKER)));
  try {
    const { violation } = await runInThread(sound, { seed, level: LEVEL, durationMs: DURATION_MS });
    if (violation !== undefined)
      process.stderr.write(`Seed ${seed} breaks "${violation.law}" without any planted fault: it does not count.\n`);
    return violation === undefined;
  } finally {
    await sound.terminate();
  }
}

/** The folder `dist`, also when this runs from the sources. */
function builtFolder(): string {
  const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
  return join(root, "dist");
}

function describeOutcomes(outcomes: readonly PlantedOutcome[]): string {
  const head = ["planted fault", "caught by", "after seeds", "of at most"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { fault, caught } of outcomes)
    table.push([
      fault.name,
      caught?.violation.law ?? "SURVIVES",
      caught === undefined ? "" : String(caught.seed),
      String(fault.seeds),
    ]);
  return table.toString();
}
