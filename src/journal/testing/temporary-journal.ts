// A directory for one journal file, and journals opened on it. For tests.

import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../runtime/node/sqlite.ts";
import { VirtualClock } from "../../runtime/virtual-clock.ts";
import { SqliteJournal, type SqliteJournalOptions } from "../sqlite/sqlite-journal.ts";

export class TemporaryJournal {
  readonly directory: string = mkdtempSync(join(tmpdir(), "orderwright-journal-"));
  readonly path: string = join(this.directory, "journal.db");
  readonly clock: VirtualClock = new VirtualClock(1_700_000_000_000);
  readonly #opened: SqliteJournal[] = [];

  async open(options: Partial<SqliteJournalOptions> = {}): Promise<SqliteJournal> {
    const journal = await SqliteJournal.open({
      path: this.path,
      durability: "always",
      clock: this.clock,
      committer: "main",
      workerUrl: new URL("./commit-worker.mjs", import.meta.url),
      ...options,
    });
    this.#opened.push(journal);
    return journal;
  }

  /** Lets time go by, and with each timer a turn of the event loop. */
  pass(ms: number): Promise<void> {
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    return this.clock.advanceTo(this.clock.now() + ms, turn);
  }

  /** Copies the file with its log, as a backup of a running system or a crash would leave them. @returns its path. */
  copy(): string {
    const copy = join(this.directory, "copy.db");
    for (const suffix of ["", "-wal"]) {
      if (existsSync(this.path + suffix)) copyFileSync(this.path + suffix, copy + suffix);
    }
    return copy;
  }

  /** Changes the file behind the journal's back. */
  tamper(sql: string): void {
    using database = openDatabase(this.path);
    database.exec(sql);
  }

  /** Closes what is open, and removes the directory. */
  async dispose(): Promise<void> {
    // A journal whose commit failed says so at its close: the test has seen that already.
    await Promise.allSettled(this.#opened.map((journal) => journal.close()));
    rmSync(this.directory, { recursive: true });
  }
}
