// What can befall a file: other owners, other formats, damage, a second writer, and the death of its process.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isOrderwrightError, type OrderwrightError } from "../../domain/errors.ts";
import type { VenueOrderId } from "../../domain/identifiers.ts";
import { openDatabase } from "../../runtime/node/sqlite.ts";
import {
  acknowledged,
  created,
  exampleOrderId,
  main,
  partlyFilled,
  replaced,
  validated,
} from "../testing/example-events.ts";
import { TemporaryJournal } from "../testing/temporary-journal.ts";
import { openJournalReader } from "./journal-reader.ts";
import { APPLICATION_ID } from "./journal-schema.ts";
import type { SqliteJournal } from "./sqlite-journal.ts";

let temporary: TemporaryJournal;
let children: ChildProcess[];
beforeEach(() => {
  temporary = new TemporaryJournal();
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await temporary.dispose();
});

async function refusalOf(opening: Promise<SqliteJournal>): Promise<OrderwrightError> {
  try {
    await opening;
  } catch (error) {
    if (isOrderwrightError(error)) return error;
    throw error;
  }
  throw new Error("The journal was opened.");
}

/** Writes a journal of `commits` commits of two events each, and closes it. */
async function written(commits: number): Promise<void> {
  const journal = await temporary.open();
  for (let n = 0; n < commits; n++) {
    journal.append([created(n), validated(n)], n * 2);
    await journal.flush();
  }
  await journal.close();
}

describe("a file that is no journal of ours", () => {
  test.each([
    ["a text file", (path: string) => writeFileSync(path, "To whom it may concern\n".repeat(50)), /not a database/],
    ["a short text file", (path: string) => writeFileSync(path, "x"), /not a database/],
    [
      "another application's database",
      (path: string) => {
        using database = openDatabase(path);
        database.exec("CREATE TABLE notes (text); PRAGMA application_id = 1");
      },
      /database of another application/,
    ],
    [
      "a database of nobody in particular",
      (path: string) => {
        using database = openDatabase(path, { journalMode: "delete" });
        database.exec("CREATE TABLE notes (text)");
      },
      /database of another application/,
    ],
    [
      "a journal of a later format",
      (path: string) => {
        using database = openDatabase(path);
        database.exec(`CREATE TABLE commits (a); PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 99`);
      },
      /has format 99, and this release knows 2/,
    ],
    ["a directory", (path: string) => mkdirSync(path), /is a directory/],
  ])("%s is refused and left as it is", async (_case, make, message) => {
    make(temporary.path);
    const before = statSync(temporary.path).isFile() ? readFileSync(temporary.path) : undefined;
    const refusal = await refusalOf(temporary.open());
    expect(refusal.code).toBe("journal.foreignFile");
    expect(refusal.message).toMatch(message);
    expect(refusal.message).toContain(temporary.path);
    if (before !== undefined) expect(readFileSync(temporary.path).equals(before)).toBe(true);
    expect(statSync(`${temporary.path}.lock`, { throwIfNoEntry: false })).toBeUndefined();
  });

  test("an empty file becomes a journal", async () => {
    writeFileSync(temporary.path, "");
    const journal = await temporary.open();
    expect(journal.position).toBe(0);
  });

  test("a directory that is not there is named", async () => {
    const refusal = await refusalOf(temporary.open({ path: join(temporary.directory, "none", "journal.db") }));
    expect([refusal.code, refusal.message.includes(join(temporary.directory, "none"))]).toEqual([
      "journal.writeFailed",
      true,
    ]);
  });

  // The superuser may write to everything.
  test.skipIf(process.getuid?.() === 0)("a file that may not be written is refused", async () => {
    await written(1);
    chmodSync(temporary.path, 0o400);
    expect((await refusalOf(temporary.open())).code).toBe("journal.writeFailed");
  });
});

describe("a journal of format 1", () => {
  /** Takes a file back to what format 1 had of other people's ids. */
  const toFormat1 = `DROP TABLE order_aliases;
    CREATE TABLE client_order_ids (
      account TEXT NOT NULL, client_order_id TEXT NOT NULL, order_id TEXT NOT NULL, PRIMARY KEY (account, client_order_id)
    ) WITHOUT ROWID;
    INSERT INTO client_order_ids VALUES ('main', 'mine', '${exampleOrderId(1)}');
    PRAGMA user_version = 1`;
  const before = [created(1, "mine"), acknowledged(1, "old"), replaced(1, "later", "new"), partlyFilled(1, "new")];
  const found = (journal: SqliteJournal): unknown => [
    ...["mine", "later"].map((id) => journal.findOrderId(main, id)),
    ...["old", "new", "next"].map((id) => journal.findOrderIdByVenueOrderId(main, id as VenueOrderId)),
  ];
  const [one, two] = [exampleOrderId(1), exampleOrderId(2)];

  test("opens, finds its orders by every id that they ever had, and goes on", async () => {
    let journal = await temporary.open();
    journal.append(before, 0);
    await journal.close();
    temporary.tamper(toFormat1);
    journal = await temporary.open();
    expect(found(journal)).toEqual([one, one, one, one, undefined]);
    journal.append([created(2), acknowledged(2, "next")], 4);
    await journal.close();
    journal = await temporary.open();
    expect(found(journal)).toEqual([one, one, one, one, two]);
    expect(await journal.verifyChain()).toMatchObject({ position: 6 });
  });

  test("is found in whole also where its rows trailed", async () => {
    const journal = await temporary.open();
    journal.append(before, 0);
    await journal.flush();
    journal.append([created(2), acknowledged(2, "next")], 4);
    while (journal.durablePosition < 6) await new Promise((resolve) => setImmediate(resolve));
    const path = temporary.copy();
    await journal.close();
    using database = openDatabase(path);
    database.exec(toFormat1);
    database.close();
    const again = await temporary.open({ path });
    expect(found(again)).toEqual([one, one, one, one, two]);
  });

  test("can be verified without being changed", async () => {
    await written(3);
    temporary.tamper(toFormat1);
    const bytes = readFileSync(temporary.path);
    using reader = openJournalReader(temporary.path);
    expect(await reader.verifyChain()).toMatchObject({ position: 6 });
    expect(readFileSync(temporary.path).equals(bytes)).toBe(true);
  });

  test("keeps its format when it cannot be brought to another", async () => {
    await written(20);
    temporary.tamper(`${toFormat1}; UPDATE commits SET payload = '[1,["zz",1,null,"command:1"]]' WHERE first_seq = 1`);
    expect((await refusalOf(temporary.open())).code).toBe("journal.corrupt");
    using database = openDatabase(temporary.path, { readOnly: true });
    expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: 1 });
    expect(database.prepare("SELECT client_order_id FROM client_order_ids").all()).toHaveLength(1);
  });
});

describe("a damaged journal", () => {
  test("a truncated file is corrupt, and left as it is", async () => {
    await written(200);
    const size = statSync(temporary.path).size;
    truncateSync(temporary.path, size - 8_192);
    const before = readFileSync(temporary.path);
    expect((await refusalOf(temporary.open())).code).toBe("journal.corrupt");
    expect(readFileSync(temporary.path).equals(before)).toBe(true);
  });

  test.each([
    [
      "a changed payload",
      "UPDATE commits SET payload = replace(payload, '65000.1', '65000.2') WHERE first_seq = 3",
      "hash",
    ],
    ["a changed hash", "UPDATE commits SET hash = zeroblob(32) WHERE first_seq = 3", "hash"],
    ["a changed time", "UPDATE commits SET at = at + 1 WHERE first_seq = 3", "hash"],
    ["a missing commit", "DELETE FROM commits WHERE first_seq = 3", "gap"],
    ["a missing beginning", "DELETE FROM commits WHERE first_seq < 5", "gap"],
    ["a moved commit", "UPDATE commits SET first_seq = 2 WHERE first_seq = 3", "gap"],
  ])("%s is found by verifying, at its position", async (_case, damage, kind) => {
    await written(20);
    temporary.tamper(damage);
    using reader = openJournalReader(temporary.path);
    const report = await reader.verifyChain();
    const at = damage.includes("< 5") ? 1 : 3;
    expect(report).toMatchObject({ position: at - 1, fault: { kind, seq: at } });
  });

  test.each([
    [
      "a missing row",
      "DELETE FROM order_aliases WHERE alias = 'old'",
      2,
      /does not hold the venue id "old" of .*event 2 /,
    ],
    ["a changed id", "UPDATE order_aliases SET alias = 'other' WHERE alias = 'mine'", 1, /the client id "mine" of/],
    [
      "a row of another order",
      `UPDATE order_aliases SET order_id = 'x' WHERE alias = 'new'`,
      3,
      /the venue id "new" of/,
    ],
    ["a row that is too young", "UPDATE order_aliases SET seq = 4 WHERE alias = 'new'", 3, /as of event 4, not of 3/],
    ["a row that is too old", "UPDATE order_aliases SET seq = 1 WHERE alias = 'new'", 4, /holds 4 rows .* bring 3/],
    ["a row too many", "INSERT INTO order_aliases VALUES ('venue', 'odd', 'x', 2)", 4, /holds 5 rows .* bring 4/],
  ])("in the ids of others, %s is found by verifying", async (_case, damage, seq, message) => {
    const journal = await temporary.open();
    journal.append(
      [created(1, "mine"), acknowledged(1, "old"), replaced(1, "later", "new"), partlyFilled(1, "new")],
      0,
    );
    await journal.close();
    temporary.tamper(damage);
    using reader = openJournalReader(temporary.path);
    const { fault } = await reader.verifyChain();
    expect(fault).toMatchObject({ kind: "alias", seq, message: expect.stringMatching(message) as string });
  });

  test("a chain that was forged onwards from a wrong commit is found by what the commit holds", async () => {
    const { chainHash } = await import("./hash-chain.ts");
    const forge = async (payload: string, lastSeq: number): Promise<unknown> => {
      using database = openDatabase(temporary.path);
      const row = database.prepare("SELECT hash FROM commits WHERE first_seq = 3").get();
      const chunk = { firstSeq: 5, lastSeq, at: 1, payload };
      const hash = chainHash(row?.["hash"] as Uint8Array, chunk);
      database.prepare("INSERT OR REPLACE INTO commits VALUES (5, ?, 1, ?, ?)").run(lastSeq, payload, hash);
      using reader = openJournalReader(temporary.path);
      return (await reader.verifyChain()).fault;
    };
    await written(2);
    expect(await forge('[1,["zz",1,null,"command:1"]]', 5)).toMatchObject({ kind: "undecodable", seq: 5 });
    expect(await forge('[1,["ep",1,null,"command:1",1,0]]', 6)).toMatchObject({ kind: "count", seq: 5 });
    expect(await forge("[1]", 5)).toMatchObject({ kind: "count", seq: 5 });
    expect(await forge('[1,["ep",1,null,"command:1",1,0]]', 5)).toBeUndefined();
  });

  test("damage among the last commits stops the journal from being opened, with the position in the message", async () => {
    await written(20);
    temporary.tamper("UPDATE commits SET payload = '[1]' WHERE first_seq = 37");
    const refusal = await refusalOf(temporary.open());
    expect([refusal.code, refusal.message.includes("37")]).toEqual(["journal.corrupt", true]);
    const again = await refusalOf(temporary.open());
    expect(again.code).toBe("journal.corrupt");
  });

  test("commits that are fewer than the tables know of stop it too: the end was lost", async () => {
    await written(20);
    temporary.tamper("DELETE FROM commits WHERE first_seq > 30");
    const refusal = await refusalOf(temporary.open());
    expect(refusal.code).toBe("journal.corrupt");
    expect(refusal.message).toMatch(/tables are at 40, its commits end at 30/);
  });

  test("a whole journal verifies, and equal journals have equal hashes", async () => {
    await written(100);
    const copy = temporary.copy();
    using reader = openJournalReader(temporary.path);
    using other = openJournalReader(copy);
    const progress: number[] = [];
    const report = await reader.verifyChain((position) => progress.push(position));
    expect(report).toEqual({ commits: 100, position: 200, hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(await other.verifyChain()).toEqual(report);
    expect(progress).toEqual([128, 200]);
  });

  test("a log cut off anywhere leaves whole commits and a sound chain", async () => {
    const journal = await temporary.open();
    for (let n = 0; n < 30; n++) {
      journal.append([created(n), validated(n)], n * 2);
      while (journal.durablePosition < journal.position) await new Promise((resolve) => setImmediate(resolve));
    }
    const log = `${temporary.copy()}-wal`;
    const [base, whole] = [join(temporary.directory, "base"), join(temporary.directory, "whole-log")];
    renameSync(join(temporary.directory, "copy.db"), base);
    renameSync(log, whole);
    const size = statSync(whole).size;
    const reached = new Set<number>();
    let files = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: size }), async (length) => {
        const path = join(temporary.directory, `cut-${files++}.db`);
        copyFileSync(base, path);
        copyFileSync(whole, `${path}-wal`);
        truncateSync(`${path}-wal`, length);
        const cut = await temporary.open({ path });
        expect(cut.position % 2).toBe(0);
        expect(await cut.verifyChain()).toMatchObject({ position: cut.position });
        expect([...cut.read(0)].length).toBe(cut.position);
        reached.add(cut.position);
        await cut.close();
      }),
      { numRuns: 12, examples: [[0], [size]] },
    );
    expect(reached.has(60)).toBe(true);
    expect(reached.size).toBeGreaterThan(2);
  });
});

describe("one writer", () => {
  test("a second opening is refused and says what to do; after closing it is granted", async () => {
    const journal = await temporary.open();
    const refusal = await refusalOf(temporary.open());
    expect([refusal.code, /Stop that process/.test(refusal.message)]).toEqual(["journal.locked", true]);
    await journal.close();
    await temporary.open();
  });

  test("another name of the same file is the same journal", async () => {
    await temporary.open();
    const alias = join(temporary.directory, "alias.db");
    symlinkSync(temporary.path, alias);
    expect((await refusalOf(temporary.open({ path: alias }))).code).toBe("journal.locked");
  });

  test("an opening that fails gives the lock back", async () => {
    await written(2);
    const worker = new URL("file:///nowhere/commit-worker.js");
    const failed = await refusalOf(temporary.open({ committer: "worker", workerUrl: worker }));
    expect(failed.code).toBe("journal.writeFailed");
    await temporary.open();
  });

  test("readers are let in while the journal is open, and see one moment", async () => {
    const journal = await temporary.open();
    journal.append([created(1, "mine"), validated(1)], 0);
    await journal.flush();
    using reader = openJournalReader(temporary.path);
    journal.append([partlyFilled(1)], 2);
    await journal.flush();
    expect([reader.position, Array.from(reader.read(), (event) => event.seq)]).toEqual([2, [1, 2]]);
    expect(reader.readOrder(exampleOrderId(1)).length).toBe(2);
    expect(reader.createdAt).toBe("2023-11-14T22:13:20.000Z");
    using later = openJournalReader(temporary.path);
    expect([later.position, later.projectedPosition]).toEqual([3, 0]);
  });

  test("a reader of nothing is told so, and makes no file", () => {
    expect(() => openJournalReader(temporary.path)).toThrow(/There is no journal/);
    expect(statSync(temporary.path, { throwIfNoEntry: false })).toBeUndefined();
  });
});

const program = fileURLToPath(new URL("../testing/appending-process.ts", import.meta.url));

/** Starts a process that appends without end. @returns what it reports, and a wait for the next line. */
function appending(committer: "main" | "worker", shell?: string): Appending {
  const command = [process.execPath, "--import", "tsx", program, temporary.path, committer] as const;
  const child =
    shell === undefined
      ? spawn(command[0], command.slice(1), { stdio: ["ignore", "pipe", "inherit"] })
      : spawn("sh", ["-c", `${shell}; exec "$@"`, "sh", ...command], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const reported: string[] = [];
  const output = createInterface({ input: child.stdout });
  output.on("line", (line) => reported.push(line));
  return { child, reported, nextLine: () => once(output, "line"), ended: once(child, "close") };
}

interface Appending {
  readonly child: ChildProcess;
  readonly reported: readonly string[];
  readonly nextLine: () => Promise<unknown>;
  readonly ended: Promise<unknown>;
}

describe("the death of the process", () => {
  test.each(["main", "worker"] as const)(
    "by kill -9 amid commits (%s) loses nothing that was reported durable, and the lock is free",
    async (committer) => {
      const { child, reported, nextLine, ended } = appending(committer);
      while (reported.length < 120) await nextLine();
      expect((await refusalOf(temporary.open())).code).toBe("journal.locked");
      child.kill("SIGKILL");
      await ended;
      const durable = Number(reported.at(-1));
      const journal = await temporary.open();
      expect(journal.position).toBeGreaterThanOrEqual(durable);
      expect(journal.position % 3).toBe(0);
      expect(await journal.verifyChain()).toMatchObject({ position: journal.position });
      let seq = 0;
      for (const event of journal.read(0)) expect(event.seq).toBe(++seq);
      expect(seq).toBe(journal.position);
      expect(journal.projectedPosition).toBe(0);
      expect(journal.findOrderId(main, `id ${durable - 3}`)).toBe(exampleOrderId(durable - 3));
      expect(journal.readOrder(exampleOrderId(durable - 3)).map((event) => event.seq)).toEqual([
        durable - 2,
        durable - 1,
        durable,
      ]);
    },
    20_000,
  );

  test.skipIf(process.platform === "win32")(
    "after a write that the system refuses, all that was reported durable is there",
    async () => {
      // No file of the process may grow beyond a few hundred KiB: the write fails below SQLite, as on a broken disk.
      const { reported, ended } = appending("main", "ulimit -f 400");
      await ended;
      expect(reported.at(-1)).toMatch(/^failed: The journal .* failed at position \d+: .* Check the disk/);
      const durable = Number(reported.at(-2));
      const journal = await temporary.open();
      expect(journal.position).toBeGreaterThanOrEqual(durable);
      expect(await journal.verifyChain()).toMatchObject({ position: journal.position });
    },
    20_000,
  );
});
