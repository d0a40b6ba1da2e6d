// Keeps a journal to one writer: an exclusively locked sibling file, so that the journal itself stays readable by any
// tool. The lock is the operating system's: it ends with the process, however that ends, and the file may stay.

import { orderwrightError } from "../../domain/errors.ts";
import { type Database, openDatabase, SqliteError } from "../../runtime/node/sqlite.ts";
import { openError } from "./journal-error.ts";

export interface JournalLock {
  release(): void;
}

/** @throws {OrderwrightError} `journal.locked` when a journal of this path is open, in this process or another. */
export function lockJournal(path: string): JournalLock {
  const lockPath = `${path}.lock`;
  let database: Database | undefined;
  try {
    database = openDatabase(lockPath, { journalMode: "delete", busyTimeoutMs: 0 });
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database?.close();
    if (error instanceof SqliteError && error.kind === "busy") throw lockedError(path);
    throw openError(lockPath, error);
  }
  const held = database;
  return { release: () => held.close() };
}

function lockedError(path: string): Error {
  return orderwrightError(
    "journal.locked",
    `The journal ${path} is open in another process, and a journal has one writer. Stop that process, or name another ` +
      "file. To look at the journal meanwhile, use `orderwright journal verify` or `sqlite3 -readonly`.",
    { path },
  );
}
