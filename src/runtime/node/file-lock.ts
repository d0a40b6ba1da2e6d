// Keeps a file to one process: an exclusively locked sibling file, so that the file itself stays readable
// by any tool. The lock is the operating system's: it ends with the process, however that ends.

import { type Database, openDatabase, SqliteError } from "./sqlite.ts";

export interface FileLock {
  release(): void;
}

/**
 * Locks `<path>.lock` until released.
 *
 * @returns `undefined` when somebody else holds it, in this process or another.
 * @throws {SqliteError} when the sibling cannot be made or opened.
 */
export function lockFile(path: string): FileLock | undefined {
  let database: Database | undefined;
  try {
    database = openDatabase(`${path}.lock`, { journalMode: "delete", busyTimeoutMs: 0 });
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database?.close();
    if (error instanceof SqliteError && error.kind === "busy") return undefined;
    throw error;
  }
  const held = database;
  return { release: () => held.close() };
}
