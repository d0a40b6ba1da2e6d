// Turns SQLite's failures into the journal's errors. A message says which file, what happened and what to do.

import { type ErrorCode, isOrderwrightError, OrderwrightError } from "../../domain/errors.ts";
import { SqliteError, type SqliteErrorKind } from "../../runtime/node/sqlite.ts";

const CODE_BY_KIND: Readonly<Record<SqliteErrorKind, ErrorCode>> = {
  full: "journal.full",
  io: "journal.writeFailed",
  corrupt: "journal.corrupt",
  notADatabase: "journal.foreignFile",
  busy: "journal.locked",
  readOnly: "journal.writeFailed",
  cannotOpen: "journal.writeFailed",
  constraint: "journal.writeFailed",
  unsupported: "journal.writeFailed",
  other: "journal.writeFailed",
};

const ADVICE_BY_KIND: Readonly<Record<SqliteErrorKind, string>> = {
  full: "Free some space, then start again: what was reported durable is kept.",
  io: "Check the disk, then start again: what was reported durable is kept.",
  corrupt: "Restore the file from a backup; do not repair it in place.",
  notADatabase: "Name another file, or a new one.",
  busy: "Another program holds a write lock on the file. Read it with sqlite3 -readonly, or stop that program.",
  readOnly: "Give this user the right to write to the file and its directory.",
  cannotOpen: "Make its directory, and give this user the right to write there.",
  constraint: "The file holds rows that this process did not write. Restore it from a backup.",
  unsupported: "",
  other: "",
};

/** A failure to open or read the file. Errors that are the journal's already pass through. */
export function openError(path: string, error: unknown): OrderwrightError {
  if (isOrderwrightError(error)) return error;
  const [kind, reason] = describe(error);
  return new OrderwrightError(
    CODE_BY_KIND[kind],
    `The journal ${path} cannot be used: ${reason} ${ADVICE_BY_KIND[kind]}`.trim(),
    { path },
    { cause: error },
  );
}

/** A failure to commit. It ends the journal: nothing is tried again. */
export function commitError(path: string, error: unknown, durablePosition: number): OrderwrightError {
  const [kind, reason] = describe(error);
  return new OrderwrightError(
    kind === "full" ? "journal.full" : "journal.writeFailed",
    `The journal ${path} failed at position ${durablePosition}: ${reason} ${ADVICE_BY_KIND[kind]}`.trim(),
    { path, durablePosition },
    { cause: error },
  );
}

function describe(error: unknown): readonly [kind: SqliteErrorKind, reason: string] {
  if (error instanceof SqliteError) return [error.kind, error.message];
  return ["other", error instanceof Error ? `${error.name}: ${error.message}` : String(error)];
}
