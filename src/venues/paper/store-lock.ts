// Keeps a paper venue's file to one process. How the lock works is in runtime/node/file-lock.ts.

import { OrderwrightError } from "../../domain/errors.ts";
import { type FileLock, lockFile } from "../../runtime/node/file-lock.ts";

/** Locks the store at a path until it is released. @throws {OrderwrightError} `journal.locked`. */
export function lockStore(path: string): FileLock {
  const lock = lockFile(path);
  if (lock !== undefined) return lock;
  throw new OrderwrightError(
    "journal.locked",
    `The paper venue's store ${path} is open in another process. Stop that process, or name another data directory.`,
    { path },
  );
}
