// `orderwright replay` as a process: equal digests for equal runs, whatever keeps the journal, and a run
// that is killed in the middle and goes on to the end of the tape. On the real captures where they are,
// and always on a generated one.

import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openJournalReader } from "../../src/journal/sqlite/journal-reader.ts";
import { FIXTURE_CAPTURE, realCapture } from "../../src/market-data/feeds/testing/fixture.ts";
import { JournalWitness } from "./support/journal-witness.ts";
import { CommandProcess, eventually, runCommand, temporaryDirectory } from "./support/server-process.ts";

interface ReplayResult {
  readonly state: string;
  readonly events: number;
  readonly orders: number;
  readonly fills: number;
  readonly digest: string;
}

const REAL = ["binance-spot-btcusdt-20240809.gz", "binance-usdm-btcusdt-20240808.gz"].map(realCapture);
/** How often the generated capture is told over, so that there is time to kill its replay. */
const REPEATS = 20;
const REPEAT_MS = 60_000;
const NOTHING_TOLD = { orders: [], events: [], holdings: [] };

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let longCapture: string;

beforeAll(async () => {
  directory = await temporaryDirectory();
  longCapture = join(directory.path, "long.gz");
  await writeFile(longCapture, gzipSync(toldOver(gunzipSync(await readFile(FIXTURE_CAPTURE)).toString("utf8"))));
});

afterAll(() => directory.remove());

/** The same lines again and again, each time a minute later and with update ids that go on. */
function toldOver(text: string): string {
  const lines = text.trimEnd().split("\n");
  const later = (line: string, repeat: number): string =>
    line
      .replace(/^\d+/, (ns) => String(BigInt(ns) + BigInt(repeat * REPEAT_MS) * 1_000_000n))
      .replaceAll(/"([ET])":(\d+)/g, (_, key, ms) => `"${key}":${Number(ms) + repeat * REPEAT_MS}`)
      .replaceAll(/"([Uut])":(\d+)/g, (_, key, id) => `"${key}":${Number(id) + repeat * lines.length}`);
  const repeats = Array.from({ length: REPEATS }, (_, repeat) => lines.map((line) => later(line, repeat)));
  return `${repeats.flat().join("\n")}\n`;
}

async function replay(file: string, args: readonly string[] = [], environment = {}): Promise<ReplayResult> {
  const { code, stdout, stderr } = await runCommand(["replay", file, "--json", ...args], environment);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as ReplayResult;
}

async function expectClean(dataDir: string): Promise<void> {
  const { code, stdout, stderr } = await runCommand(["journal", "verify", "--json", "--data", dataDir]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout)).toMatchObject({ clean: true });
  const witness = new JournalWitness(dataDir);
  expect(witness.compare(NOTHING_TOLD)).toEqual([]);
  expect(witness.compareWithVenue(true)).toEqual([]);
}

function journalPosition(dataDir: string): number {
  using reader = openJournalReader(join(dataDir, "journal.db"));
  return reader.position;
}

const captures = [
  { name: "a generated capture", path: (): string => longCapture, isThere: true },
  ...REAL.map(({ path, isThere }) => ({
    name: `${basename(path)}${isThere ? "" : " (not there, so not run)"}`,
    path: (): string => path,
    isThere,
  })),
];

for (const { name, path, isThere } of captures) {
  describe.skipIf(!isThere)(name, () => {
    test("gives the same fills in memory, on disk, and with the committer in a worker", async () => {
      const data = (run: string): string => join(directory.path, `${basename(path())}-${run}`);
      // At once: what else the machine does must not matter either.
      const [inMemory, onDisk, inWorker] = await Promise.all([
        replay(path()),
        replay(path(), ["--data", data("main")], { ORDERWRIGHT_JOURNAL_COMMITTER: "main" }),
        replay(path(), ["--data", data("worker")], { ORDERWRIGHT_JOURNAL_COMMITTER: "worker" }),
      ]);
      expect(onDisk).toEqual(inMemory);
      expect(inWorker).toEqual(inMemory);
      expect(inMemory).toMatchObject({ state: "ended", fills: expect.any(Number) });
      expect(inMemory.fills).toBeGreaterThan(0);
      await expectClean(data("main"));
      await expectClean(data("worker"));
    });

    test("goes on to its end after a kill in the middle", async () => {
      const data = join(directory.path, `${basename(path())}-killed`);
      const first = new CommandProcess(["replay", path(), "--data", data]);
      await eventually(() => expect(journalPosition(data)).toBeGreaterThan(100));
      await first.end("SIGKILL");
      const [whole, resumed] = await Promise.all([replay(path()), replay(path(), ["--data", data])]);
      expect(resumed).toMatchObject({ state: "ended", events: whole.events });
      expect(resumed.fills).toBeGreaterThan(0);
      expect(resumed.fills).toBeLessThan(whole.fills);
      await expectClean(data);
    });
  });
}

test("a capture that cannot be read on ends the replay with an error and exit code 1", async () => {
  const cut = join(directory.path, "cut.gz");
  await writeFile(cut, (await readFile(longCapture)).subarray(0, -1_000));
  const { code, stdout, stderr } = await runCommand(["replay", cut, "--json"]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^marketData\.unreadable: .*cut\.gz/);
});
