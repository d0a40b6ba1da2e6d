// Opens the file of a journal with care: says what is wrong with a file before anything is written to it.
// A file is checked through a read-only connection first: a foreign or damaged one keeps its bytes.

import { accessSync, constants, realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { OrderwrightError, orderwrightError } from "../../domain/errors.ts";
import { type Database, openDatabase } from "../../runtime/node/sqlite.ts";
import { CommitReader } from "./commit-reader.ts";
import { CHAIN_START } from "./hash-chain.ts";
import { openError } from "./journal-error.ts";
import { APPLICATION_ID, FORMAT_VERSION, SCHEMA } from "./journal-schema.ts";
import { checkCommit } from "./verify-chain.ts";

/** How many of the last commits are checked at each open. The whole chain is `verifyChain`'s. */
const CHECKED_COMMITS = 16;
/** One page of SQLite's smallest size, in bytes. */
const SMALLEST_DATABASE = 512;

/**
 * Returns the path under which a journal is locked: one name for one file, through symbolic links.
 *
 * @throws {OrderwrightError} `journal.writeFailed` when its directory is missing, `journal.foreignFile` when the path is
 *   not a file's.
 */
export function resolveJournalPath(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats !== undefined) {
    requireFile(path, stats);
    return realpathSync(path);
  }
  const directory = dirname(path);
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw orderwrightError(
      "journal.writeFailed",
      `The journal ${path} cannot be made: ${directory} is not a directory. Make it first.`,
      { path },
    );
  }
  return join(realpathSync(directory), basename(path));
}

/** SQLite takes a file of a few bytes for an empty one, and drops the log of an empty one: both would lose data. */
function requirePlausibleSize(path: string, size: number): void {
  if (size > 0 && size < SMALLEST_DATABASE) {
    throw foreign(path, "is not a database. Name another file, or a new one");
  }
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  if (size === 0 && log !== undefined && log.size > 0) {
    throw corrupt(path, "it is empty and its log is not.");
  }
}

function requireFile(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  const kind = stats.isDirectory() ? "a directory" : "not a regular file";
  throw orderwrightError("journal.foreignFile", `The journal ${path} is ${kind}. Name a file inside a directory.`, {
    path,
  });
}

/**
 * Checks that an existing file is a journal of a format that this release knows. An empty file passes.
 *
 * @returns the format of its tables; `undefined` while it has none.
 * @throws {OrderwrightError} `journal.foreignFile`, `journal.corrupt`
 */
export function checkIdentity(path: string): number | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  requirePlausibleSize(path, stats.size);
  try {
    using database = openDatabase(path, { readOnly: true });
    const applicationId = pragma(database, "application_id");
    const tables = Number(database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()?.["tables"]);
    if (applicationId === 0 && tables === 0) return undefined;
    if (applicationId !== APPLICATION_ID) {
      throw foreign(path, "is an SQLite database of another application. Name another file, or a new one");
    }
    const format = pragma(database, "user_version");
    if (format > FORMAT_VERSION) {
      throw foreign(
        path,
        `has format ${format}, and this release knows ${FORMAT_VERSION}. Use the release that wrote it, or a later one`,
      );
    }
    return format;
  } catch (error) {
    throw openError(path, error);
  }
}

/**
 * Checks the end of a journal: the last commits, and that the tables are not ahead of them.
 *
 * @throws {OrderwrightError} `journal.corrupt`, with what is wrong.
 */
export function checkTail(path: string): void {
  try {
    using database = openDatabase(path, { readOnly: true });
    const reader = new CommitReader(database);
    const [base, ...commits] = reader.lastCommits(CHECKED_COMMITS + 1);
    if (base !== undefined) checkChain(path, base.firstSeq === 1 ? [base, ...commits] : commits, base);
    const position = reader.position();
    for (const name of ["rows", "events"] as const) {
      const projected = reader.projectedPosition(name);
      if (projected > position) throw corrupt(path, `its tables are at ${projected}, its commits end at ${position}.`);
    }
  } catch (error) {
    throw openError(path, error);
  }
}

function checkChain(
  path: string,
  commits: ReturnType<CommitReader["lastCommits"]>,
  base: (typeof commits)[number],
): void {
  let [position, hash] = base.firstSeq === 1 ? [0, CHAIN_START] : [base.lastSeq, base.hash];
  for (const commit of commits) {
    const fault = checkCommit(commit, position, hash);
    if (fault !== undefined) throw corrupt(path, fault.message);
    [position, hash] = [commit.lastSeq, commit.hash];
  }
}

/** Makes the tables of a new journal, or of a file left empty by a crash, in one transaction. */
export function createTables(path: string, at: number): void {
  try {
    using database = openDatabase(path);
    database.transaction(() => {
      database.exec(SCHEMA);
      database.prepare("INSERT INTO meta VALUES ('created_at', ?)").run(new Date(at).toISOString());
    });
  } catch (error) {
    throw openError(path, error);
  }
}

/** @throws {OrderwrightError} `journal.writeFailed` when this user may not write to an existing file. */
export function requireWritable(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new OrderwrightError(
      "journal.writeFailed",
      `The journal ${path} cannot be written by this user. Give the user the right to, or name another file.`,
      { path },
      { cause },
    );
  }
}

function pragma(database: Database, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function foreign(path: string, reason: string): Error {
  return orderwrightError("journal.foreignFile", `The file ${path} ${reason}. It was left as it is.`, { path });
}

function corrupt(path: string, reason: string): Error {
  return orderwrightError(
    "journal.corrupt",
    `The journal ${path} is damaged: ${reason} Restore the file from a backup; do not repair it in place.`,
    { path },
  );
}
