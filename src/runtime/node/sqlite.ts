// The one door to SQLite: picks the driver, opens files with the settings that durability needs, and
// classifies errors. Nobody else imports a driver.
// Deliberately absent: SQL, schemas, and retries. A failed write is its owner's to judge.

import { createRequire } from "node:module";

/** What a column holds. Integers beyond 2^53 are refused by the driver rather than rounded. */
export type SqliteValue = null | number | bigint | string | Uint8Array;

export type SqliteRow = Readonly<Record<string, SqliteValue>>;

/** A prepared statement. Parameters are positional. */
export interface Statement {
  run(...parameters: SqliteValue[]): { readonly changes: number };
  get(...parameters: SqliteValue[]): SqliteRow | undefined;
  all(...parameters: SqliteValue[]): readonly SqliteRow[];
}

/** An open database. Every failure is thrown as a {@link SqliteError}. */
export interface Database extends Disposable {
  readonly path: string;
  readonly readOnly: boolean;
  prepare(sql: string): Statement;
  /** Runs statements without results. */
  exec(sql: string): void;
  /**
   * Runs `work` between BEGIN IMMEDIATE and COMMIT, and rolls back when anything throws.
   * A COMMIT that throws may have reached the disk or not: only reopening tells.
   */
  transaction<T>(work: () => T): T;
  /** Sets how far a COMMIT waits for the disk, and reads it back. Not inside a transaction. */
  setSynchronous(synchronous: Synchronous): void;
  /** Closes the database; again does nothing. */
  close(): void;
}

/** `full`: each COMMIT is synced to disk · `normal`: a power cut may lose the last commits, a crash of the process none. */
export type Synchronous = "full" | "normal";

export interface DatabaseOptions {
  /** Opens without any right to write; the file must exist, and its settings stay as they are. Default false. */
  readonly readOnly?: boolean;
  /** Default `full`. */
  readonly synchronous?: Synchronous;
  /** `exclusive` keeps every other process out, readers too, for as long as the database is open. Default `normal`. */
  readonly lockingMode?: "normal" | "exclusive";
  /** `delete` keeps a rollback journal: for files that are written once. Default `wal`. */
  readonly journalMode?: "wal" | "delete";
  /** How long a statement waits for another process's lock. Default 5,000. */
  readonly busyTimeoutMs?: number;
}

/** What a failure means to the caller, over the many result codes of SQLite. */
export type SqliteErrorKind =
  | "full"
  | "io"
  | "corrupt"
  | "notADatabase"
  | "busy"
  | "readOnly"
  | "cannotOpen"
  | "constraint"
  | "unsupported"
  | "other";

/** A failure of SQLite, with its kind and its own result code. */
export class SqliteError extends Error {
  override readonly name = "SqliteError";
  readonly kind: SqliteErrorKind;
  /** SQLite's (extended) result code; 0 when the error is not SQLite's own. */
  readonly resultCode: number;

  constructor(kind: SqliteErrorKind, message: string, resultCode = 0, options: { cause?: unknown } = {}) {
    super(message, options);
    this.kind = kind;
    this.resultCode = resultCode;
  }
}

/** Before this version two connections could corrupt a database while its write-ahead log was reset. */
export const OLDEST_SQLITE = "3.51.3";

const KIND_BY_PRIMARY_CODE: Readonly<Record<number, SqliteErrorKind>> = {
  5: "busy",
  6: "busy",
  8: "readOnly",
  10: "io",
  11: "corrupt",
  13: "full",
  14: "cannotOpen",
  19: "constraint",
  26: "notADatabase",
};

/** The package's `all` throws without a result code: SQLite's own texts for the codes, which are stable, tell then. */
const CODE_BY_TEXT: readonly (readonly [text: string, code: number])[] = [
  ["database disk image is malformed", 11],
  ["file is not a database", 26],
  ["disk I/O error", 10],
  ["database or disk is full", 13],
  ["database is locked", 5],
  ["database table is locked", 6],
  ["attempt to write a readonly database", 8],
  ["unable to open database file", 14],
];

interface DriverStatement {
  run(...parameters: SqliteValue[]): { changes: number | bigint };
  get(...parameters: SqliteValue[]): SqliteRow | undefined;
  all(...parameters: SqliteValue[]): SqliteRow[];
}
interface DriverDatabase {
  exec(sql: string): void;
  prepare(sql: string): DriverStatement;
  close(): void;
}
interface Driver {
  readonly DatabaseSync: new (path: string, options: { readOnly: boolean; timeout: number }) => DriverDatabase;
}

let loadedDriver: Driver | undefined;

/**
 * Opens a database file, creating it when it is not there and `readOnly` is not set.
 *
 * `journal_mode`, `synchronous` and `locking_mode` are set and read back: drivers differ in what they were compiled with.
 *
 * @throws {SqliteError} `unsupported` when no driver is installed, SQLite is older than
 *   {@link OLDEST_SQLITE} or a setting does not take; otherwise the kind of the failure.
 */
export function openDatabase(path: string, options: DatabaseOptions = {}): Database {
  const readOnly = options.readOnly ?? false;
  const Driver = (loadedDriver ??= loadDriver()).DatabaseSync;
  const driver = classified(path, () => new Driver(path, { readOnly, timeout: options.busyTimeoutMs ?? 5_000 }));
  const database = new OpenDatabase(path, readOnly, driver);
  try {
    if (!readOnly) configure(database, options);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

class OpenDatabase implements Database {
  readonly path: string;
  readonly readOnly: boolean;
  readonly #driver: DriverDatabase;
  #open = true;

  constructor(path: string, readOnly: boolean, driver: DriverDatabase) {
    this.path = path;
    this.readOnly = readOnly;
    this.#driver = driver;
  }

  prepare(sql: string): Statement {
    return new OpenStatement(
      this.path,
      classified(this.path, () => this.#driver.prepare(sql)),
    );
  }

  exec(sql: string): void {
    classified(this.path, () => this.#driver.exec(sql));
  }

  transaction<T>(work: () => T): T {
    this.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      this.#attempt("ROLLBACK");
      throw error;
    }
  }

  setSynchronous(synchronous: Synchronous): void {
    const wanted = synchronous === "full" ? 2 : 1;
    this.exec(`PRAGMA synchronous=${wanted}`);
    expectPragma(this, "synchronous", wanted);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    // The package keeps a closed connection, with its locks and its log, until its statements are garbage collected.
    this.#attempt("ROLLBACK");
    if (!this.readOnly) this.#attempt("PRAGMA wal_checkpoint(TRUNCATE)");
    classified(this.path, () => this.#driver.close());
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Tidies up, where failing changes nothing: after SQLITE_FULL or SQLITE_IOERR SQLite has rolled back by itself, and
   * a log that stays is read at the next open. An error that led here is on its way already.
   */
  #attempt(sql: string): void {
    try {
      this.#driver.exec(sql);
    } catch {
      // See above.
    }
  }
}

class OpenStatement implements Statement {
  readonly #path: string;
  readonly #driver: DriverStatement;

  constructor(path: string, driver: DriverStatement) {
    this.#path = path;
    this.#driver = driver;
  }

  run(...parameters: SqliteValue[]): { readonly changes: number } {
    try {
      return { changes: Number(this.#driver.run(...parameters).changes) };
    } catch (error) {
      throw toSqliteError(this.#path, error);
    }
  }

  get(...parameters: SqliteValue[]): SqliteRow | undefined {
    try {
      return this.#driver.get(...parameters);
    } catch (error) {
      throw toSqliteError(this.#path, error);
    }
  }

  all(...parameters: SqliteValue[]): readonly SqliteRow[] {
    try {
      return this.#driver.all(...parameters);
    } catch (error) {
      throw toSqliteError(this.#path, error);
    }
  }
}

function configure(database: OpenDatabase, options: DatabaseOptions): void {
  const lockingMode = options.lockingMode ?? "normal";
  // A database in memory has no log and nobody to share with: SQLite reports its own fixed modes.
  const journalMode = database.path === ":memory:" ? "memory" : (options.journalMode ?? "wal");
  database.prepare(`PRAGMA locking_mode=${lockingMode}`).get();
  database.prepare(`PRAGMA journal_mode=${journalMode}`).get();
  database.setSynchronous(options.synchronous ?? "full");
  // On macOS fsync leaves data in the drive's cache; F_FULLFSYNC does not. Elsewhere these do nothing.
  database.exec("PRAGMA fullfsync=1; PRAGMA checkpoint_fullfsync=1");
  if (journalMode !== "memory") expectPragma(database, "locking_mode", lockingMode);
  expectPragma(database, "journal_mode", journalMode);
}

function expectPragma(database: Database, name: string, wanted: string | number): void {
  const actual = database.prepare(`PRAGMA ${name}`).get()?.[name];
  if (actual !== wanted) {
    throw new SqliteError(
      "unsupported",
      `${database.path} cannot be used: its ${name} is ${String(actual)} after it was set to ${wanted}.`,
    );
  }
}

/** Prefers the SQLite inside Node; releases whose SQLite is too old use the package, which has the same API. */
function loadDriver(): Driver {
  const require = createRequire(import.meta.url);
  const builtIn = hasUsableBuiltIn();
  const driver = builtIn ? requireBuiltIn(require) : requirePackage(require);
  const probe = new driver.DatabaseSync(":memory:", { readOnly: false, timeout: 0 });
  try {
    const version = String(probe.prepare("SELECT sqlite_version() AS version").get()?.["version"]);
    if (!isAtLeast(version, OLDEST_SQLITE)) {
      throw new SqliteError(
        "unsupported",
        `SQLite ${version} can corrupt a shared write-ahead log; ${OLDEST_SQLITE} or later is needed. ` +
          "Install a newer Node or a newer @photostructure/sqlite.",
      );
    }
  } finally {
    probe.close();
  }
  return driver;
}

function hasUsableBuiltIn(): boolean {
  const version = process.versions["sqlite"];
  // Before 22.13 the module is behind a flag.
  return version !== undefined && isAtLeast(process.versions.node, "22.13.0") && isAtLeast(version, OLDEST_SQLITE);
}

/** Node 22 announces node:sqlite as experimental at each load: only that one warning is held back. */
function requireBuiltIn(require: NodeJS.Require): Driver {
  // oxlint-disable-next-line typescript/unbound-method -- called with its own this, and put back as it was
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning: string | Error, ...rest: never[]) => {
    if (typeof warning === "string" && warning.startsWith("SQLite is an experimental feature")) return;
    emitWarning.call(process, warning, ...rest);
  };
  try {
    return require("node:sqlite") as Driver;
  } finally {
    process.emitWarning = emitWarning;
  }
}

function requirePackage(require: NodeJS.Require): Driver {
  try {
    return require("@photostructure/sqlite") as Driver;
  } catch (cause) {
    throw new SqliteError(
      "unsupported",
      `Node ${process.versions.node} has no SQLite of ${OLDEST_SQLITE} or later inside, and the optional package ` +
        "@photostructure/sqlite cannot be loaded. Install it, or use Node 24 or later.",
      0,
      { cause },
    );
  }
}

/** Compares dotted versions by their numbers. */
export function isAtLeast(version: string, oldest: string): boolean {
  const actual = version.split(".").map(Number);
  const wanted = oldest.split(".").map(Number);
  for (let index = 0; index < wanted.length; index++) {
    const difference = (actual[index] ?? 0) - (wanted[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function classified<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toSqliteError(path, error);
  }
}

function toSqliteError(path: string, error: unknown): SqliteError {
  if (error instanceof SqliteError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const code = (error as { errcode?: unknown } | undefined)?.errcode;
  const resultCode = typeof code === "number" ? code : (CODE_BY_TEXT.find(([text]) => reason.includes(text))?.[1] ?? 0);
  // The low byte is the primary result code; the rest says which of its cases.
  const kind = KIND_BY_PRIMARY_CODE[resultCode & 0xff] ?? "other";
  return new SqliteError(kind, `${path}: ${reason} (SQLite result code ${resultCode}).`, resultCode, { cause: error });
}
