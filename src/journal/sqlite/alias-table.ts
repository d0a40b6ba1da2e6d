// The table of the ids that others have for orders: one statement to write it, one indexed look-up to read it, and its
// comparison with the events.
// Which events bring which ids, and which order counts when several had one, is order-aliases.ts's to say.

import type { OrderId } from "../../domain/identifiers.ts";
import type { RecordedEvent } from "../../domain/system-event.ts";
import type { Database, Statement } from "../../runtime/node/sqlite.ts";
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

/** Compares the rows of events up to a position with those events, which are shown to it in their order, from the first. */
export class AliasCheck {
  readonly #upTo: number;
  readonly #seqOf: Statement;
  readonly #count: Statement;
  #brought = 0;

  constructor(database: Database, upTo: number) {
    this.#upTo = upTo;
    this.#seqOf = database.prepare("SELECT seq FROM order_aliases WHERE kind = ? AND alias = ? AND order_id = ?");
    this.#count = database.prepare("SELECT count(*) AS count FROM order_aliases WHERE seq <= ?");
  }

  /** Says which row of the next event is wrong: it must be there, and as old as the first event that brings it. */
  problemAt(event: RecordedEvent): string | undefined {
    if (event.seq > this.#upTo) return undefined;
    let previous: string | undefined;
    for (const { kind, alias, orderId } of aliasesIn(event)) {
      const seq = this.#seqOf.get(kind, alias, orderId)?.["seq"];
      const name = `${kind} id ${JSON.stringify(alias)} of ${orderId}`;
      if (seq === undefined) return `does not hold the ${name}, which event ${event.seq} brings`;
      if (Number(seq) > event.seq) return `holds the ${name} as of event ${String(seq)}, not of ${event.seq}`;
      // An execution's event can bring the same id twice.
      if (Number(seq) === event.seq && name !== previous) this.#brought++;
      previous = name;
    }
    return undefined;
  }

  /** Says, after the last event, whether there are rows that no event brings, or not as of where they say. */
  problemAtEnd(): string | undefined {
    const stored = Number(this.#count.get(this.#upTo)?.["count"]);
    if (stored === this.#brought) return undefined;
    return `holds ${stored} rows up to event ${this.#upTo}, and the events bring ${this.#brought} of them`;
  }
}
