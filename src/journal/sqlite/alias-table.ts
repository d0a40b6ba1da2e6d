// The table of the ids that others have for orders: one statement to write it, one indexed look-up to read it.
// Which events bring which ids, and which order counts when several had one, is order-aliases.ts's to say.

import type { OrderId } from "../../domain/identifiers.ts";
import type { RecordedEvent } from "../../domain/system-event.ts";
import type { Database } from "../../runtime/node/sqlite.ts";
import { type AliasKind, aliasesIn } from "../order-aliases.ts";
import { openError } from "./journal-error.ts";

/** Returns a function that writes the ids which an event brings. Events come in order: an order's first use stays. */
export function aliasWriter(database: Database): (event: RecordedEvent) => void {
  const insert = database.prepare("INSERT OR IGNORE INTO order_aliases VALUES (?, ?, ?, ?)");
  return (event) => {
    for (const { kind, alias, orderId } of aliasesIn(event)) insert.run(kind, alias, orderId, event.seq);
  };
}

/** Returns a function that reads the orders which had an id, of any account, in the order in which they got it. */
export function aliasReader(database: Database): (kind: AliasKind, alias: string) => readonly OrderId[] {
  const select = database.prepare("SELECT order_id FROM order_aliases WHERE kind = ? AND alias = ? ORDER BY seq");
  return (kind, alias) => {
    try {
      return select.all(kind, alias).map((row) => String(row["order_id"]) as OrderId);
    } catch (error) {
      throw openError(database.path, error);
    }
  };
}
