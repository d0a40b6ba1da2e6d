// Finds the order that an id names: in memory, else in the journal. Asking the venue is the engine's.

import { type OrderwrightError, orderwrightError } from "../domain/errors.ts";
import type { ExecutionReport } from "../domain/execution-report.ts";
import { type AccountId, decodeOrderId, type OrderId, type VenueOrderId } from "../domain/identifiers.ts";
import { evolve, Order } from "../domain/order.ts";
import type { OrderEvent } from "../domain/order-event.ts";
import type { RecordedEvent } from "../domain/system-event.ts";
import type { Journal } from "../journal/journal.ts";
import type { EngineState } from "./engine-state.ts";

/** What a venue says of an order to name it. */
type Spoken = Pick<ExecutionReport, "orderId" | "venueOrderId" | "account" | "instrumentId">;

export class OrderFinder {
  readonly #journal: Journal;
  readonly #state: () => EngineState;

  constructor(journal: Journal, state: () => EngineState) {
    this.#journal = journal;
    this.#state = state;
  }

  /**
   * Finds in memory by our id (with or without underscores), the caller's id of that account, or the venue's id.
   *
   * @throws {OrderwrightError} `request.ambiguousOrderId` when no account is named and several have an order of that id.
   */
  inMemory(id: string, account: AccountId | undefined): Order | undefined {
    if (!isText(id)) return undefined;
    const { index } = this.#state();
    const own = index.get(id.replaceAll("_", "") as OrderId) ?? index.get(id as OrderId);
    if (own !== undefined) return account === undefined || own.account === account ? own : undefined;
    return this.#byAlias(
      id,
      account,
      (of) => index.byClientOrderId(of, id) ?? index.byVenueOrderId(of, id as VenueOrderId),
    );
  }

  /** Finds by the caller's own id: it stays taken for ever, also when memory has forgotten the order. */
  byClientOrderId(account: AccountId, clientOrderId: string): Order | undefined {
    const known = this.#state().index.byClientOrderId(account, clientOrderId);
    if (known !== undefined) return known;
    const orderId = this.#journal.findOrderId(account, clientOrderId);
    return orderId === undefined ? undefined : (this.#state().index.get(orderId) ?? this.fromJournal(orderId));
  }

  /**
   * Finds in the journal by any id that {@link inMemory} takes.
   *
   * @throws {OrderwrightError} `request.ambiguousOrderId` as {@link inMemory} does; `journal.*` when it cannot be read.
   */
  inJournal(id: string, account: AccountId | undefined): Order | undefined {
    if (!isText(id)) return undefined;
    const own = this.fromJournal(id.replaceAll("_", "") as OrderId);
    if (own !== undefined) return account === undefined || own.account === account ? own : undefined;
    const journal = this.#journal;
    return this.#byAlias(id, account, (of) => {
      const orderId = journal.findOrderId(of, id) ?? journal.findOrderIdByVenueOrderId(of, id as VenueOrderId);
      return orderId === undefined ? undefined : this.fromJournal(orderId);
    });
  }

  /** Folds an order that memory has forgotten out of its events, up to before a position where one is given. */
  fromJournal(id: OrderId, beforeSeq: number = Number.POSITIVE_INFINITY): Order | undefined {
    return foldOrder(this.#journal.readOrder(id).filter((event) => event.seq < beforeSeq));
  }

  /**
   * Finds the order that a venue speaks of, by our id or by its own; one that memory has forgotten is called back. About
   * a stranger's order the journal is asked each time: one indexed look-up, less work than the report was to read.
   */
  ofReport(report: Spoken): Order | undefined {
    const { index } = this.#state();
    const { orderId, venueOrderId, account, instrumentId } = report;
    const known =
      (orderId === undefined ? undefined : index.get(orderId)) ??
      (venueOrderId === undefined ? undefined : index.byVenueOrderId(account, venueOrderId, instrumentId));
    if (known !== undefined) return known;
    const own = orderId === undefined || decodeOrderId(orderId) === undefined ? undefined : this.#recall(orderId);
    if (own !== undefined || !isText(venueOrderId)) return own;
    const named = this.#journal.findOrderIdByVenueOrderId(account, venueOrderId, instrumentId);
    return named === undefined ? undefined : this.#recall(named);
  }

  /** Takes an order from memory; one that is only in the journal comes back to memory with it. */
  #recall(id: OrderId): Order | undefined {
    const state = this.#state();
    const known = state.index.get(id);
    if (known !== undefined) return known;
    const stored = this.fromJournal(id);
    if (stored !== undefined) state.admit(stored);
    return stored;
  }

  /** Finds the one order that has an alias in one of the accounts, or in the one that is named. */
  #byAlias(
    id: string,
    account: AccountId | undefined,
    find: (account: AccountId) => Order | undefined,
  ): Order | undefined {
    let found: Order | undefined;
    for (const record of this.#state().accounts.values()) {
      if (account !== undefined && record.id !== account) continue;
      const named = find(record.id);
      if (named === undefined) continue;
      if (found !== undefined) throw ambiguous(id, [found, named]);
      found = named;
    }
    return found;
  }
}

/** Folds one order's events; `undefined` when there are none. */
export function foldOrder(events: readonly RecordedEvent<OrderEvent>[] | readonly RecordedEvent[]): Order | undefined {
  let order: Order | undefined;
  for (const event of events) {
    if (event.type === "orderCreated" || event.type === "orderAdopted") order = Order.born(event);
    else if (order !== undefined && "orderId" in event && event.orderId === order.id) evolve(order, event);
  }
  return order;
}

/** Ids come from callers whose types nobody checked: what is no text names no order. */
function isText<T>(id: T): id is T & string {
  return typeof id === "string";
}

function ambiguous(id: string, orders: readonly Order[]): OrderwrightError {
  const accounts = orders.map((order) => order.account);
  return orderwrightError(
    "request.ambiguousOrderId",
    `Orders of ${accounts.join(" and ")} have the id ${JSON.stringify(id)}; name the account.`,
    { accounts, orderIds: orders.map((order) => order.id) },
  );
}
