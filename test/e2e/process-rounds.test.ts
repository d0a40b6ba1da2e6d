// Ten rounds of a real engine process that is killed and stopped for longer than every deadline, under load, against
// a venue that lives on in another process. ../process/ holds the processes, `npm run rounds` runs more of them.
// The seed of a run is printed; ORDERWRIGHT_TEST_SEED repeats its faults and its load.

import { afterAll, beforeAll, expect, test } from "vitest";
import { RoundRunner } from "../process/round-runner.ts";

const ROUNDS = 10;

const seed = Number(process.env["ORDERWRIGHT_TEST_SEED"] ?? Date.now() % 1_000_000);
let runner: RoundRunner;

beforeAll(async () => {
  runner = await RoundRunner.open(seed);
});

afterAll(() => runner.close());

test(`in ${ROUNDS} rounds of kills and stops no order is lost, doubled or left unexplained (seed ${seed})`, async () => {
  for (let round = 1; round <= ROUNDS; round++)
    expect((await runner.round()).slice(0, 5), `round ${round} of seed ${seed}`).toEqual([]);
  expect(await runner.verify()).toEqual([]);
  const { figures } = runner;
  process.stdout.write(`process rounds, seed ${seed}: ${JSON.stringify(figures)}\n`);
  expect(Math.min(figures.kills, figures.stops), "there were kills, and stops").toBeGreaterThan(0);
  expect(figures.fills, "the load traded").toBeGreaterThan(ROUNDS);
  expect(figures.unknowns, "faults came between a send and its outcome").toBeGreaterThan(0);
});
