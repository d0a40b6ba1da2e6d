// Which orders the callers' own ids name, for events that no table holds: all of them in memory, the latest beside a file.

import type { AccountId, OrderId } from "../domain/identifiers.ts";
import type { RecordedEvent } from "../domain/system-event.ts";

/** A caller's id as one event brought it. */
export interface ClientOrderIdUse {
  readonly clientOrderId: string;
  readonly orderId: OrderId;
  /** Absent when a replace brought it: the account is the order's. */
  readonly account: AccountId | undefined;
}

/** Returns the caller's id that an event brings, if it does. */
export function clientOrderIdUse(event: RecordedEvent): ClientOrderIdUse | undefined {
  switch (event.type) {
    case "orderCreated":
    case "orderAdopted":
      return use(event.orderId, event.terms.clientOrderId, event.terms.account);
    case "replaceRequested":
    case "orderReplaced":
      return use(event.orderId, event.replace.clientOrderId, undefined);
    default:
      return undefined;
  }
}

/** The uses of events from some position on, in order. */
export class ClientOrderIds {
  readonly #uses = new Map<string, (ClientOrderIdUse & { readonly seq: number })[]>();

  note(event: RecordedEvent): void {
    const found = clientOrderIdUse(event);
    if (found === undefined) return;
    const entry = { ...found, seq: event.seq };
    const uses = this.#uses.get(found.clientOrderId);
    if (uses === undefined) this.#uses.set(found.clientOrderId, [entry]);
    else uses.push(entry);
  }

  /**
   * Finds the first order of the account that used the id.
   *
   * @param accountOf - finds the account of an order, for ids that a replace brought.
   */
  find(
    account: AccountId,
    clientOrderId: string,
    accountOf: (orderId: OrderId) => AccountId | undefined,
  ): OrderId | undefined {
    const uses = this.#uses.get(clientOrderId);
    return uses?.find((entry) => (entry.account ?? accountOf(entry.orderId)) === account)?.orderId;
  }

  /** Forgets the uses of events up to a position: a table has them now. */
  forgetUpTo(position: number): void {
    for (const [clientOrderId, uses] of this.#uses) {
      const first = uses[0];
      // Uses were noted in order: the first one beyond the position ends the walk.
      if (first === undefined || first.seq > position) return;
      const rest = uses.filter((entry) => entry.seq > position);
      this.#uses.delete(clientOrderId);
      if (rest.length > 0) this.#uses.set(clientOrderId, rest);
    }
  }
}

function use(
  orderId: OrderId,
  clientOrderId: string | undefined,
  account: AccountId | undefined,
): ClientOrderIdUse | undefined {
  return clientOrderId === undefined ? undefined : { orderId, clientOrderId, account };
}

/** Returns the account of an order, from its events. */
export function accountOf(events: Iterable<RecordedEvent>): AccountId | undefined {
  for (const event of events) {
    if (event.type === "orderCreated" || event.type === "orderAdopted") return event.terms.account;
  }
  return undefined;
}
