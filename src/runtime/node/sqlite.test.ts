// The driver's settings, its refusals and its classes of error. Schemas and their use are tested with their owners.

import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Database, isAtLeast, openDatabase, SqliteError, type SqliteErrorKind } from "./sqlite.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "orderwright-sqlite-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const pragma = (database: Database, name: string): unknown => database.prepare(`PRAGMA ${name}`).get()?.[name];

function kindOf(work: () => unknown): SqliteErrorKind | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(SqliteError);
    return (error as SqliteError).kind;
  }
}

describe("opening a database", () => {
  test("a new database has a write-ahead log and syncs each commit", () => {
    using database = openDatabase(join(directory, "a.db"));
    expect(pragma(database, "journal_mode")).toBe("wal");
    expect(pragma(database, "synchronous")).toBe(2);
  });

  test("an existing database gets full synchronization again, whatever the driver's default", () => {
    openDatabase(join(directory, "a.db"), { synchronous: "normal" }).close();
    using database = openDatabase(join(directory, "a.db"));
    expect(pragma(database, "synchronous")).toBe(2);
  });

  test("a database in memory opens with the same call", () => {
    using database = openDatabase(":memory:");
    expect(database.prepare("SELECT 1 AS one").get()).toEqual({ one: 1 });
  });

  test("a read-only database refuses writes as readOnly and leaves the file's bytes alone", () => {
    const path = join(directory, "a.db");
    using writer = openDatabase(path, { journalMode: "delete" });
    writer.exec("CREATE TABLE t (a)");
    const before = readFileSync(path);
    using reader = openDatabase(path, { readOnly: true });
    expect(kindOf(() => reader.exec("INSERT INTO t VALUES (1)"))).toBe("readOnly");
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("a missing directory is cannotOpen and names the path", () => {
    const path = join(directory, "none", "a.db");
    expect(() => openDatabase(path)).toThrow(path);
    expect(kindOf(() => openDatabase(path))).toBe("cannotOpen");
  });

  test("closing gives back the locks and empties the log, whatever statements are still around", () => {
    const path = join(directory, "a.db");
    const writer = openDatabase(path);
    writer.exec("CREATE TABLE t (a)");
    const statement = writer.prepare("SELECT * FROM t");
    const reader = openDatabase(path, { readOnly: true });
    reader.exec("BEGIN");
    const read = reader.prepare("SELECT * FROM t");
    read.all();
    reader.close();
    writer.exec("BEGIN EXCLUSIVE");
    writer.close();
    expect(statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
    using next = openDatabase(path, { busyTimeoutMs: 0 });
    next.exec("BEGIN EXCLUSIVE");
    expect([statement, read]).toHaveLength(2);
  });

  test("closing twice is harmless", () => {
    const database = openDatabase(":memory:");
    database.close();
    expect(() => database.close()).not.toThrow();
  });
});

describe("the kinds of error", () => {
  test("a text file is notADatabase", () => {
    const path = join(directory, "a.txt");
    writeFileSync(path, "not a database at all".repeat(100));
    expect(kindOf(() => openDatabase(path))).toBe("notADatabase");
  });

  test("an overwritten page is corrupt", () => {
    const path = join(directory, "a.db");
    const writer = openDatabase(path, { journalMode: "delete" });
    writer.exec("CREATE TABLE t (a); INSERT INTO t VALUES (randomblob(100000))");
    writer.close();
    const file = openSync(path, "r+");
    writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, 4096);
    closeSync(file);
    using reader = openDatabase(path, { readOnly: true });
    expect(kindOf(() => reader.prepare("SELECT * FROM t").all())).toBe("corrupt");
  });

  test("a file that may not grow is full, and what was committed stays", () => {
    using database = openDatabase(join(directory, "a.db"));
    database.exec("CREATE TABLE t (a); INSERT INTO t VALUES ('kept'); PRAGMA max_page_count=4");
    const grow = (): unknown => database.transaction(() => database.exec("INSERT INTO t VALUES (randomblob(100000))"));
    expect(kindOf(grow)).toBe("full");
    expect(database.prepare("SELECT a FROM t").all()).toEqual([{ a: "kept" }]);
  });

  test("another connection's write transaction is busy", () => {
    const path = join(directory, "a.db");
    using holder = openDatabase(path);
    using other = openDatabase(path, { busyTimeoutMs: 0 });
    holder.transaction(() => {
      expect(kindOf(() => other.exec("BEGIN IMMEDIATE"))).toBe("busy");
    });
  });

  test("an exclusively locked database is busy for readers too", () => {
    const path = join(directory, "a.db");
    using holder = openDatabase(path, { lockingMode: "exclusive" });
    holder.exec("CREATE TABLE t (a)");
    using reader = openDatabase(path, { readOnly: true, busyTimeoutMs: 0 });
    expect(kindOf(() => reader.prepare("SELECT * FROM t").all())).toBe("busy");
  });

  test("a second row under one key is constraint", () => {
    using database = openDatabase(":memory:");
    database.exec("CREATE TABLE t (a PRIMARY KEY); INSERT INTO t VALUES (1)");
    expect(kindOf(() => database.prepare("INSERT INTO t VALUES (?)").run(1))).toBe("constraint");
  });
});

describe("transactions", () => {
  test("a transaction that throws leaves nothing behind and the database usable", () => {
    using database = openDatabase(":memory:");
    database.exec("CREATE TABLE t (a)");
    const failing = (): void =>
      database.transaction(() => {
        database.exec("INSERT INTO t VALUES (1)");
        throw new Error("changed my mind");
      });
    expect(failing).toThrow("changed my mind");
    expect(database.transaction(() => database.prepare("SELECT count(*) AS rows FROM t").get())).toEqual({ rows: 0 });
  });
});

describe("versions", () => {
  test.each([
    ["3.51.3", true],
    ["3.53.0", true],
    ["4.0", true],
    ["3.51.2", false],
    ["3.9.9", false],
    ["3.51", false],
  ])("%s is recent enough: %s", (version, expected) => {
    expect(isAtLeast(version, "3.51.3")).toBe(expected);
  });
});
