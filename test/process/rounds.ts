// The command: rounds of kills and stops of a real process, with their figures. `--rounds N`, and `--seed N` to repeat
// the faults and the load of a run.

import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { RoundRunner } from "./round-runner.ts";

const SHOWN_FAULTS = 10;

const { values } = parseArgs({ options: { rounds: { type: "string" }, seed: { type: "string" } } });
const rounds = Number(values.rounds ?? 100);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** A process that does not come back, or a journal that cannot be folded, is a fault like any other. */
function inWords(error: unknown): string[] {
  return [error instanceof Error ? error.message : String(error)];
}

say(`${rounds} rounds of seed ${seed}, Node ${process.versions.node}, ${availableParallelism()} cores`);
const startedAt = performance.now();
const runner = await RoundRunner.open(seed);
let faults: string[] = [];
try {
  for (let round = 1; round <= rounds && faults.length === 0; round++) {
    faults = (await runner.round().catch(inWords)).map((fault) => `round ${round}: ${fault}`);
    if (round % 10 === 0) say(`round ${round}: ${JSON.stringify(runner.figures)}`);
  }
  faults.push(...(await runner.verify().catch(inWords)));
} finally {
  await runner.close();
}
const seconds = Math.round((performance.now() - startedAt) / 1_000);
for (const [what, count] of Object.entries(runner.figures)) say(`${what.padEnd(14)}${count}`);
say(`${"seconds".padEnd(14)}${seconds}`);
say(`refused requests: ${JSON.stringify(Object.fromEntries(runner.refusals))}`);
for (const fault of faults.slice(0, SHOWN_FAULTS)) say(`FAULT ${fault}`);
say(
  faults.length === 0
    ? "nothing was lost, doubled or left unexplained"
    : `${faults.length} faults; repeat with --seed ${seed}`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
