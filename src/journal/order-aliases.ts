// The ids that others have for orders, the callers' and the venues': which event brings which is said here, once, and
// which order an id names when several had it. Kept for events that no table holds: all of them in memory, the latest
// beside a file.

import type { AccountId, InstrumentId, OrderId } from "../domain/identifiers.ts";
import type { OrderTerms } from "../domain/order-event.ts";
import type { RecordedEvent } from "../domain/system-event.ts";

/** client: the caller's own id · venue: the venue's order id. */
export type AliasKind = "client" | "venue";

/** An id of others for an order, as one event brought it. */
export interface AliasUse {
  readonly kind: AliasKind;
  readonly alias: string;
  readonly orderId: OrderId;
}

const NONE: readonly never[] = [];

/** Returns the ids that an event brings to its order, new or known. */
export function aliasesIn(event: RecordedEvent): readonly AliasUse[] {
  switch (event.type) {
    case "orderCreated":
      return uses(event.orderId, event.terms.clientOrderId);
    case "orderAdopted":
      return uses(event.orderId, event.terms.clientOrderId, event.venueOrderId);
    case "replaceRequested":
      return uses(event.orderId, event.replace.clientOrderId);
    case "orderReplaced":
      return uses(event.orderId, event.replace.clientOrderId, event.venueOrderId);
    case "orderAcknowledged":
    case "orderCanceled":
    case "orderExpired":
    case "orderRejected":
      return uses(event.orderId, undefined, event.venueOrderId);
    case "orderFilled":
      return uses(event.orderId, undefined, event.venueOrderId, event.fill?.venueOrderId);
    case "orderPartiallyFilled":
    case "fillBooked":
    case "fillCorrected":
      return uses(event.orderId, undefined, event.fill.venueOrderId);
    default:
      return NONE;
  }
}

function uses(
  orderId: OrderId,
  clientOrderId: string | undefined,
  ...venueOrderIds: readonly (string | undefined)[]
): readonly AliasUse[] {
  const found: AliasUse[] = [];
  if (clientOrderId !== undefined) found.push({ kind: "client", alias: clientOrderId, orderId });
  for (const alias of venueOrderIds) if (alias !== undefined) found.push({ kind: "venue", alias, orderId });
  return found;
}

/** The uses of events from some position on, each order's first use of an id only. */
export class OrderAliases {
  readonly #uses: Readonly<Record<AliasKind, Map<string, { readonly orderId: OrderId; readonly seq: number }[]>>> = {
    client: new Map(),
    venue: new Map(),
  };

  note(event: RecordedEvent): void {
    for (const { kind, alias, orderId } of aliasesIn(event)) {
      const known = this.#uses[kind].get(alias);
      const use = { orderId, seq: event.seq };
      if (known === undefined) this.#uses[kind].set(alias, [use]);
      else if (!known.some((earlier) => earlier.orderId === orderId)) known.push(use);
    }
  }

  /** Returns the orders that used an id, in the order in which they first did. */
  orderIds(kind: AliasKind, alias: string): readonly OrderId[] {
    return this.#uses[kind].get(alias)?.map((use) => use.orderId) ?? NONE;
  }

  /** Forgets the uses of events up to a position: a table has them now. */
  forgetUpTo(position: number): void {
    for (const map of [this.#uses.client, this.#uses.venue]) forget(map, position);
  }
}

function forget(map: Map<string, { readonly seq: number }[]>, position: number): void {
  for (const [alias, known] of map) {
    const first = known[0];
    // Uses were noted in order: the first one beyond the position ends the walk.
    if (first === undefined || first.seq > position) return;
    const rest = known.filter((use) => use.seq > position);
    map.delete(alias);
    if (rest.length > 0) map.set(alias, rest);
  }
}

/** Reads what an order was created with; `undefined` for an order without events. */
export type TermsOf = (orderId: OrderId) => OrderTerms | undefined;

/** Returns the order of a caller's id: the first of the account to use it keeps it. */
export function ofClientAlias(users: readonly OrderId[], account: AccountId, termsOf: TermsOf): OrderId | undefined {
  return users.find((orderId) => termsOf(orderId)?.account === account);
}

/** Returns the order of a venue's id: the latest of the account, and of the instrument where one is given, to get it. */
export function ofVenueAlias(
  users: readonly OrderId[],
  account: AccountId,
  instrumentId: InstrumentId | undefined,
  termsOf: TermsOf,
): OrderId | undefined {
  return users.findLast((orderId) => {
    const terms = termsOf(orderId);
    return terms?.account === account && (instrumentId === undefined || terms.instrumentId === instrumentId);
  });
}

/** Returns the terms that an order began with, from its events. */
export function firstTerms(events: Iterable<RecordedEvent>): OrderTerms | undefined {
  for (const event of events) {
    if (event.type === "orderCreated" || event.type === "orderAdopted") return event.terms;
  }
  return undefined;
}
