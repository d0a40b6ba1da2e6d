// Keeps a paper venue's file to one process: an exclusively locked sibling file, so that the store itself stays
// readable by any tool. The lock is the operating system's: it ends with the process, however that ends.

import { OrderwrightError } from "../../domain/errors.ts";
import { type Database, openDatabase, SqliteError } from "../../runtime/node/sqlite.ts";

/** Locks the store at a path until the returned database is closed. @throws {OrderwrightError} `journal.locked`. */
export function lockStore(path: string): Database {
  let database: Database | undefined;
  try {
    database = openDatabase(`${path}.lock`, { journalMode: "delete", busyTimeoutMs: 0 });
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database?.close();
    if (!(error instanceof SqliteError) || error.kind !== "busy") throw error;
    throw new OrderwrightError(
      "journal.locked",
      `The paper venue's store ${path} is open in another process. Stop that process, or name another data directory.`,
      { path },
    );
  }
}
