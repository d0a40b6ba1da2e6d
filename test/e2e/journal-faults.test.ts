// What the running program does when its files are not what they should be, when another process has
// them, and when the disk is full: it says so, touches nothing, and loses nothing that it acknowledged.

import { execFileSync } from "node:child_process";
import { mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { OrderJson } from "../../src/domain/order-json.ts";
import { openDatabase } from "../../src/runtime/node/sqlite.ts";
import { JournalWitness } from "./support/journal-witness.ts";
import { eventually, runCommand, ServerProcess, temporaryDirectory } from "./support/server-process.ts";

const ORDER = { instrumentId: "BTC/USDT", side: "buy", orderType: "limit", quantity: "0.01", price: "30000" };

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let dataDir: string;
let running: ServerProcess | undefined;

beforeEach(async () => {
  directory = await temporaryDirectory();
  dataDir = join(directory.path, "data");
});

afterEach(async () => {
  await running?.kill();
  running = undefined;
  await directory.remove();
});

async function start(): Promise<ServerProcess> {
  running = await ServerProcess.start({ dataDir });
  return running;
}

/** A journal with one order, closed in good order. */
async function makeJournal(): Promise<OrderJson> {
  const server = await start();
  const { json } = await server.ask<OrderJson>("POST", "/api/v1/orders", { body: ORDER });
  await server.stop();
  return json;
}

/** Makes a database with the pragmas and tables of something else. */
function makeDatabase(path: string, statements: string): void {
  using database = openDatabase(path, { journalMode: "delete" });
  database.exec(statements);
}

describe.each(["journal.db", "paper.db"])("%s", (name) => {
  const faults: [what: string, spoil: (path: string) => Promise<void> | void, code: RegExp][] = [
    ["that is a text", (path) => writeFile(path, "Dear diary,\n".repeat(1_000)), /^journal\.foreignFile: /],
    [
      "that is another program's database",
      (path) => makeDatabase(path, "CREATE TABLE notes (text)"),
      /^journal\.foreignFile: /,
    ],
    [
      "that names another program",
      (path) => makeDatabase(path, "PRAGMA application_id=77; CREATE TABLE notes (text)"),
      /^journal\.foreignFile: /,
    ],
  ];
  test.each(faults)("%s is refused and left as it is: 1", async (_what, spoil, code) => {
    await mkdir(dataDir);
    const path = join(dataDir, name);
    await spoil(path);
    await expectRefusedUntouched(path, code);
  });

  test("of a later format is refused and left as it is: 1", async () => {
    await makeJournal();
    const path = join(dataDir, name);
    makeDatabase(path, "PRAGMA user_version=999");
    await expectRefusedUntouched(path, /^journal\.foreignFile: .*999/);
  });

  test("that was cut off is refused: 1", async () => {
    await makeJournal();
    const path = join(dataDir, name);
    await truncate(path, 6_000);
    await expectRefusedUntouched(path, /^journal\.(?:corrupt|foreignFile): /);
  });
});

async function expectRefusedUntouched(path: string, code: RegExp): Promise<void> {
  const content = await readFile(path);
  const { code: exitCode, stderr } = await runCommand(["up", "--port", "0", "--data", dataDir, "--log-level", "error"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(code) });
  expect(stderr).toContain(path);
  expect((await readFile(path)).equals(content), "the file is as it was").toBe(true);
}

test("a second server on the same data is refused, and the first goes on", async () => {
  const first = await start();
  const second = await runCommand(["up", "--port", "0", "--data", dataDir, "--log-level", "error"]);
  expect(second).toMatchObject({ code: 1, stderr: expect.stringMatching(/^journal\.locked: /) });
  expect((await first.ask("POST", "/api/v1/orders", { body: ORDER })).status).toBe(201);
});

test("a data directory of a journal without its venue starts, and the venue is found to know nothing", async () => {
  const { id } = await makeJournal();
  await rm(join(dataDir, "paper.db"));
  const server = await start();
  expect(await server.read(`/orders/${id}`)).toMatchObject({ id });
});

const canMount = tryMount();
function tryMount(): boolean {
  try {
    execFileSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!canMount)(`a full disk${canMount ? "" : " (skipped: this user may not mount a small one)"}`, () => {
  let disk: Awaited<ReturnType<typeof temporaryDirectory>>;

  beforeAll(async () => {
    disk = await temporaryDirectory();
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=16m", "tmpfs", disk.path]);
  });

  afterEach(() => rm(ballast(), { force: true }));

  const ballast = (): string => join(disk.path, "ballast");

  afterAll(async () => {
    // Lazily: databases that were read keep their files until their statements are collected.
    execFileSync("umount", ["-l", disk.path]);
    await disk.remove();
  });

  test.each(["main", "worker"])("stops trading and loses nothing, with the committer in %s", async (committer) => {
    dataDir = join(disk.path, committer);
    const environment = { ORDERWRIGHT_JOURNAL_COMMITTER: committer };
    running = await ServerProcess.start({ dataDir, environment });
    await fillDisk();
    const told: OrderJson[] = [];
    const refusal = await tradeUntilRefused(running, told);
    expect(told.length).toBeGreaterThan(0);
    expect(refusal).toMatchObject({
      status: 503,
      json: { code: expect.stringMatching(/^journal\.(?:full|writeFailed)$/) },
    });

    const ready = await running.ask("GET", "/readyz");
    expect(ready).toMatchObject({ status: 503, json: { ready: false } });
    expect(ready.text).toContain((refusal.json as { code: string }).code);
    expect((await running.ask("GET", "/healthz")).status).toBe(200);
    expect((await running.ask("POST", "/api/v1/orders", { body: ORDER })).status, "trading stays stopped").toBe(503);
    for (const { id } of told) expect(await running.read(`/orders/${id}`)).toMatchObject({ id });

    await rm(ballast());
    expect((await running.stop()).code, "a stop in good order, as far as it goes").toBe(0);
    running = await ServerProcess.start({ dataDir, environment });
    for (const { id, lastSeq } of told) {
      const now = await running.read<OrderJson>(`/orders/${id}`);
      expect(now.lastSeq).toBeGreaterThanOrEqual(lastSeq);
    }
    const server = running;
    await eventually(async () => expect(await server.read("/summary")).toMatchObject({ outcomeUnknown: 0 }), 20_000);
    expect((await running.ask("POST", "/api/v1/orders", { body: ORDER })).status).toBe(201);
    await running.stop();
    const witness = new JournalWitness(dataDir);
    expect(witness.compare({ orders: told, events: [], holdings: [] })).toEqual([]);
    expect(witness.compareWithVenue(true)).toEqual([]);
    expect(await witness.verify()).toEqual([]);
  });

  /** Leaves room for a few commits. */
  async function fillDisk(): Promise<void> {
    const [free = 0] =
      /^\d+$/m.exec(execFileSync("df", ["--output=avail", "-B1", disk.path], { encoding: "utf8" })) ?? [];
    await writeFile(ballast(), Buffer.alloc(Number(free) - 400_000));
  }

  async function tradeUntilRefused(
    server: ServerProcess,
    told: OrderJson[],
  ): Promise<{ readonly status: number; readonly json: unknown }> {
    for (;;) {
      const answer = await server.ask<OrderJson>("POST", "/api/v1/orders", { body: ORDER });
      if (answer.status !== 201) return answer;
      told.push(answer.json);
    }
  }
});
