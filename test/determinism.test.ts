// The same tape and seed give the same run: every event at the same instant, whatever keeps the journal,
// and so the same fills. The generated capture always runs; the real ones where they are.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { FillDigest } from "../src/app/fill-digest.ts";
import { type DeskConfig, openDesk, type PlacedStrategy } from "../src/app/open-desk.ts";
import { Decimal } from "../src/domain/decimal.ts";
import { type EventJson, eventToJson } from "../src/domain/order-json.ts";
import { verifyFold } from "../src/engine/verify.ts";
import { openJournalReader } from "../src/journal/sqlite/journal-reader.ts";
import { FIXTURE_CAPTURE } from "../src/market-data/feeds/testing/fixture.ts";
import { GridStrategy } from "../src/strategies/grid.ts";

interface Run {
  readonly digest: string;
  readonly fills: number;
  readonly events: readonly EventJson[];
}

/** Tight enough that orders fill, follow the market and are canceled on a short tape too. */
function busyGrid([instrumentId = "BTC/USDT"]: readonly string[]): PlacedStrategy[] {
  const strategy = new GridStrategy({
    name: "grid",
    instrumentId,
    levels: 5,
    step: Decimal.parse("0.00002"),
    quantity: Decimal.parse("0.05"),
    followAfterSteps: 2,
    maintainEveryMs: 100,
  });
  return [{ strategy, account: "main" }];
}

async function run(config: DeskConfig): Promise<Run> {
  const market = { kind: "replay", file: FIXTURE_CAPTURE, speed: "max" } as const;
  const desk = await openDesk({ market, strategies: busyGrid, ...config });
  const digest = new FillDigest(desk.engine);
  await desk.start();
  expect(await desk.player.finished).toBe("ended");
  const events = Array.from(desk.engine.events(0), eventToJson);
  await desk.stop();
  return { digest: digest.toString(), fills: digest.fills, events };
}

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "orderwright-determinism-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

const jitter = { latency: { requestMs: 2, replyMs: 3, jitterMs: 40 } };

test("the same tape and seed give the same events in memory and on disk", async () => {
  const dataDir = await temporaryDirectory();
  const inMemory = await run({ paper: jitter, seed: 7 });
  const onDisk = await run({ paper: jitter, seed: 7, dataDir, committer: "main" });
  expect(onDisk).toEqual(inMemory);
  using reader = openJournalReader(join(dataDir, "journal.db"));
  expect(verifyFold(reader)).toMatchObject({ differences: [], fills: inMemory.fills });
  expect(await reader.verifyChain()).not.toHaveProperty("fault");
});

test("the tape takes orders through their whole lives", async () => {
  const { events } = await run({ paper: jitter, seed: 7 });
  const types = new Set(events.map((event) => event.type));
  for (const type of ["orderAcknowledged", "orderPartiallyFilled", "orderFilled", "orderReplaced", "orderCanceled"]) {
    expect(types, type).toContain(type);
  }
});

test("where latencies vary, another seed gives another run", async () => {
  const [a, b] = [await run({ paper: jitter, seed: 7 }), await run({ paper: jitter, seed: 8 })];
  expect(a.events).not.toEqual(b.events);
});

test("where latencies are fixed, the seed changes nothing", async () => {
  const fixed = { latency: { requestMs: 2, replyMs: 3, jitterMs: 0 } };
  const [a, b] = [await run({ paper: fixed, seed: 7 }), await run({ paper: fixed, seed: 8 })];
  expect(a.digest).toBe(b.digest);
});
