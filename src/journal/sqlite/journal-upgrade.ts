// Brings the tables of an earlier format to this release's. The commits are never touched: tables follow from them.

import { openDatabase } from "../../runtime/node/sqlite.ts";
import { aliasWriter } from "./alias-table.ts";
import { CommitReader } from "./commit-reader.ts";
import { openError } from "./journal-error.ts";
import { ALIAS_TABLE, FORMAT_VERSION } from "./journal-schema.ts";

/**
 * Upgrades a checked file of format 1 in one transaction: a crash leaves it as it was. Reads every event that has a row.
 *
 * @throws {OrderwrightError} `journal.writeFailed`, `journal.full` or `journal.corrupt`.
 */
export function upgradeTables(path: string): void {
  try {
    using database = openDatabase(path);
    database.transaction(() => {
      // Format 1 had the callers' ids only.
      database.exec(`DROP TABLE client_order_ids; ${ALIAS_TABLE} PRAGMA user_version = ${FORMAT_VERSION};`);
      const reader = new CommitReader(database);
      const write = aliasWriter(database);
      for (const event of reader.events(0, reader.projectedPosition("events"))) write(event);
    });
  } catch (error) {
    throw openError(path, error);
  }
}
