// Keeps a journal to one writer. How the lock works is in runtime/node/file-lock.ts.

import { orderwrightError } from "../../domain/errors.ts";
import { type FileLock, lockFile } from "../../runtime/node/file-lock.ts";
import { openError } from "./journal-error.ts";

/** @throws {OrderwrightError} `journal.locked` when a journal of this path is open, in this process or another. */
export function lockJournal(path: string): FileLock {
  let lock: FileLock | undefined;
  try {
    lock = lockFile(path);
  } catch (error) {
    throw openError(`${path}.lock`, error);
  }
  if (lock !== undefined) return lock;
  throw orderwrightError(
    "journal.locked",
    `The journal ${path} is open in another process, and a journal has one writer. Stop that process, or name another ` +
      "file. To look at the journal meanwhile, use `orderwright journal verify` or `sqlite3 -readonly`.",
    { path },
  );
}
