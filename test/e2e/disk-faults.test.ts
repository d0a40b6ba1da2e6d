// Real disks that fail: a file system that fills up while orders flow, and one whose power is cut. The venue lives on
// in another process, on no disk at all. Where a machine may not mount such disks, the names of the tests say why.
// A full disk under the whole server, with its doors, is in journal-faults.test.ts.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SqliteJournal } from "../../src/journal/sqlite/sqlite-journal.ts";
import { NodeClock } from "../../src/runtime/node/node-clock.ts";
import { BooksCheck } from "../process/books-check.ts";
import type { Child } from "../process/child.ts";
import type { OrderProcessOptions, Said } from "../process/order-process.ts";
import { ServedDesk, type Told } from "../process/served-desk.ts";
import { LoopDisk, SmallDisk, whyNot } from "./support/disks.ts";
import { JournalWitness } from "./support/journal-witness.ts";
import { eventually } from "./support/server-process.ts";

const COMMITTERS = ["main", "worker"] as const;
const SEED = 1;

let desk: ServedDesk;

beforeEach(async () => {
  desk = await ServedDesk.open(SEED);
});

const skipped = (reason: string | undefined): string => (reason === undefined ? "" : ` (skipped: ${reason})`);

const noSmallDisk = whyNot(() => new SmallDisk("1m"));

describe.skipIf(noSmallDisk !== undefined)(`a disk that fills up${skipped(noSmallDisk)}`, () => {
  let disk: SmallDisk;

  beforeEach(() => {
    disk = new SmallDisk("2m");
  });

  afterEach(async () => {
    try {
      await desk.close();
    } finally {
      disk.close();
    }
  });

  test.each(COMMITTERS)("ends trading with journal.full and loses nothing, committer %s", async (committer) => {
    const options = { dataDir: join(disk.path, "data"), seed: SEED, committer };
    const orders = await desk.start(options);
    desk.trade(orders);
    await orders.said((said): said is Said => "refused" in said && said.refused === "journal.full");

    // Nothing that cannot be recorded is sent, cancels included; and what is on disk can be read.
    await desk.moveMarket(false);
    const seen = desk.takeTold();
    const before = await desk.truth();
    const look = await desk.look(orders);
    expect(look).toMatchObject({ phase: "failed", failure: "journal.full" });
    expect(look.orderIds).toEqual(expect.arrayContaining(seen.orders.map((order) => order.id)));
    const refused = desk.refusals.get("journal.full") ?? 0;
    orders.tell({ cancelAll: true });
    await desk.look(orders);
    expect(desk.refusals.get("journal.full"), "cancels are refused").toBeGreaterThan(refused);
    const after = await desk.truth();
    expect(after.arrivals.length, "orders stay where they are").toBe(before.arrivals.length);
    expect(working(after)).toEqual(working(before));
    expect(orders.isRunning).toBe(true);
    await orders.kill();

    disk.resize("64m");
    const next = await desk.start(options);
    const witness = new JournalWitness(options.dataDir);
    expect(witness.compare({ ...seen, holdings: [] })).toEqual([]);
    const books = new BooksCheck(options.dataDir);
    await desk.rest(next);
    await eventually(async () => expect(books.compare(await desk.truth())).toEqual([]));
    await desk.moveMarket(true);
    desk.trade(next);
    await next.said((said): said is Said => "answered" in said && "order" in said);
    await next.kill();
    expect(witness.compare({ ...desk.takeTold(), holdings: [] })).toEqual([]);
    expect(await witness.verify()).toEqual([]);
  });
});

function working({ orders }: Awaited<ReturnType<ServedDesk["truth"]>>): string[] {
  return orders.filter((order) => order.status === "working").map((order) => order.clientOrderId);
}

const noLoopDisk = whyNot(() => new LoopDisk());

describe.skipIf(noLoopDisk !== undefined)(`a power cut${skipped(noLoopDisk)}`, () => {
  const CUTS = 4;
  const LOAD_MS = 400;
  let disk: LoopDisk;

  beforeEach(() => {
    disk = new LoopDisk();
  });

  afterEach(async () => {
    try {
      await desk.close();
    } finally {
      disk.close();
    }
  });

  test.each(COMMITTERS)("takes nothing that was told under durability always, committer %s", async (committer) => {
    const lost = await lossesOf({ dataDir: join(disk.path, "data"), seed: SEED, committer });
    expect(lost).toEqual(Array.from({ length: CUTS }, () => []));
  });

  test("takes what was told under durability relaxed: the cut is a real one", async () => {
    const lost = await lossesOf({
      dataDir: join(disk.path, "data"),
      seed: SEED,
      committer: "main",
      durability: "relaxed",
    });
    for (const each of lost) expect(each).not.toEqual([]);
  });

  /** Cuts the power under one order process again and again. @returns what of all that it had told each cut took. */
  async function lossesOf(options: Omit<OrderProcessOptions, "port">): Promise<string[][]> {
    const orders = await desk.start(options);
    desk.trade(orders);
    const told: { orders: Told["orders"][number][]; events: Told["events"][number][] } = { orders: [], events: [] };
    const lost: string[][] = [];
    for (let cut = 1; cut <= CUTS; cut++) {
      await sleep(LOAD_MS);
      await standStill(orders);
      const news = desk.takeTold();
      expect(news.orders.length, "the load was told of orders").toBeGreaterThan(0);
      told.orders.push(...news.orders);
      told.events.push(...news.events);
      lost.push(await missingFrom(join(disk.cut(), "data"), told));
      orders.signal("SIGCONT");
    }
    return lost;
  }
});

/** Stops every thread of the process, and hears all that it had said by then. */
async function standStill(orders: Child<Said>): Promise<void> {
  orders.signal("SIGSTOP");
  await eventually(() => expect(readFileSync(`/proc/${orders.pid}/stat`, "utf8")).toMatch(/\) T /));
  // What it said is in the pipe already.
  await sleep(50);
}

/** Opens the journal as after a cut, by the product's own recovery. @returns what of the told facts is not in it. */
async function missingFrom(dataDir: string, told: Told): Promise<string[]> {
  const clock = new NodeClock({ unref: true });
  const path = join(dataDir, "journal.db");
  const journal = await SqliteJournal.open({ path, durability: "always", clock, committer: "main" });
  await journal.close();
  const witness = new JournalWitness(dataDir);
  const missing = witness.compare({ ...told, holdings: [] });
  // What is there is whole, however much is missing behind it.
  expect(await witness.verify()).toEqual([]);
  return missing;
}
