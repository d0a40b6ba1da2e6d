// Reads the files that a server left, and compares them with what its clients were told: each order as
// of the event that it was shown at, each event word for word, the venue's record against ours.

import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Decimal } from "../../../src/domain/decimal.ts";
import type { Fill } from "../../../src/domain/fill.ts";
import type { OrderId } from "../../../src/domain/identifiers.ts";
import { type EventJson, eventToJson, type OrderJson, orderToJson } from "../../../src/domain/order-json.ts";
import type { RecordedEvent } from "../../../src/domain/system-event.ts";
import { EngineState } from "../../../src/engine/engine-state.ts";
import { verifyFold } from "../../../src/engine/verify.ts";
import { openJournalReader } from "../../../src/journal/sqlite/journal-reader.ts";
import { openDatabase } from "../../../src/runtime/node/sqlite.ts";

/** Signed quantities by `account instrument`; what is flat is left out. */
export type Holdings = Readonly<Record<string, string>>;

/** What clients were told, until the server ended. */
export interface ToldFacts {
  readonly orders: readonly OrderJson[];
  readonly events: readonly EventJson[];
  /** Holdings as of an event. */
  readonly holdings: readonly { readonly seq: number; readonly holdings: Holdings }[];
}

export class JournalWitness {
  readonly #dataDir: string;
  readonly #state = new EngineState(() => undefined);
  /** Summed from the fills alone, apart from the fold. */
  readonly #sums = new Map<string, Decimal>();
  readonly #clientOrderIds = new Map<string, OrderId>();
  /** Each event as it is on the wire: a client that fell behind is told of it in a later life of the server. */
  readonly #wire: EventJson[] = [];
  /** Our booked executions, as `venueOrderId/executionId`. */
  readonly #booked = new Set<string>();
  #faults: string[] = [];
  #leftUnknown = 0;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /** How many requests a kill left without an outcome: what recovery is for. */
  get leftUnknown(): number {
    return this.#leftUnknown;
  }

  get fills(): number {
    return this.#booked.size;
  }

  holdings(): Holdings {
    return holdingsOf(this.#sums);
  }

  /** Reads on to the journal's end. @returns in words, what of the told facts is not in it. */
  compare(told: ToldFacts): string[] {
    this.#faults = [];
    const due = new DueFacts(told);
    using reader = openJournalReader(join(this.#dataDir, "journal.db"));
    this.#check(due);
    for (const event of reader.read(this.#state.seq)) {
      this.#follow(event);
      this.#check(due);
    }
    for (const fact of due.left()) this.#faults.push(`${fact} is not in the journal, which ends at ${this.#state.seq}`);
    return this.#faults;
  }

  /** Refolds the whole file against its tables, its snapshot and its hash chain. */
  async verify(): Promise<string[]> {
    using reader = openJournalReader(join(this.#dataDir, "journal.db"));
    const { fault } = await reader.verifyChain();
    const { differences } = verifyFold(reader);
    return [...(fault === undefined ? [] : [fault]), ...differences].map((fault) => JSON.stringify(fault));
  }

  /**
   * Compares with the venue's own record.
   *
   * @param isSettled - whether everything that the venue did must be booked by now; otherwise we may only trail it.
   */
  compareWithVenue(isSettled: boolean): string[] {
    const faults: string[] = [];
    using database = openDatabase(join(this.#dataDir, "paper.db"), { readOnly: true });
    database.exec("BEGIN");
    const orders = database.prepare("SELECT account, client_order_id, COUNT(*) AS n FROM orders GROUP BY 1, 2").all();
    for (const { client_order_id: id, n } of orders) {
      const order = this.#state.index.get(id as OrderId);
      if (n !== 1) faults.push(`the venue has ${String(n)} orders of id ${String(id)}`);
      if (order === undefined) faults.push(`the venue has order ${String(id)}, which the journal does not know`);
    }
    const placed = new Set(orders.map((row) => row["client_order_id"]));
    for (const order of [...this.#state.index.openOrders(), ...this.#state.index.endedOrders()]) {
      if (order.acknowledgedAt !== undefined && !placed.has(order.id))
        faults.push(`the venue has no order ${order.id}`);
    }
    const executed = new Set(
      database
        .prepare("SELECT venue_order_id, execution_id FROM fills")
        .all()
        .map((row) => `${String(row["venue_order_id"])}/${String(row["execution_id"])}`),
    );
    for (const key of this.#booked)
      if (!executed.has(key)) faults.push(`${key} is booked, and the venue has no such fill`);
    if (isSettled) for (const key of executed) if (!this.#booked.has(key)) faults.push(`${key} is not booked`);
    return faults;
  }

  #follow(event: RecordedEvent): void {
    if (event.seq !== this.#state.seq + 1) this.#faults.push(`event ${event.seq} follows ${this.#state.seq}`);
    this.#state.apply(event);
    this.#wire.push(asJson(eventToJson(event)) as EventJson);
    if (event.type === "orderCreated") this.#noteCreated(event.orderId, event.terms.account, event.terms.clientOrderId);
    if (event.type === "orderOutcomeUnknown" && event.cause === "recovery:start") this.#leftUnknown++;
    if (event.type === "fillReversed" || event.type === "fillCorrected") this.#faults.push(`${event.type} on paper`);
    else if ("fill" in event && event.fill !== undefined) this.#book(event.orderId, event.fill);
  }

  #noteCreated(orderId: OrderId, account: string, clientOrderId: string | undefined): void {
    if (clientOrderId === undefined) return;
    const key = `${account} ${clientOrderId}`;
    const first = this.#clientOrderIds.get(key);
    if (first !== undefined) this.#faults.push(`${key} names ${first} and ${orderId}`);
    this.#clientOrderIds.set(key, orderId);
  }

  #book(orderId: OrderId, fill: Fill): void {
    const order = this.#state.index.get(orderId);
    const key = `${fill.venueOrderId}/${fill.executionId}`;
    if (order === undefined || this.#booked.has(key)) this.#faults.push(`${key} is booked twice, or for no order`);
    if (order === undefined) return;
    this.#booked.add(key);
    const place = `${order.account} ${order.instrumentId}`;
    const signed = order.side === "buy" ? fill.quantity : fill.quantity.neg();
    this.#sums.set(place, (this.#sums.get(place) ?? Decimal.zero).add(signed));
  }

  /** Compares what was told of this very moment. */
  #check(due: DueFacts): void {
    for (const told of due.ordersUpTo(this.#state.seq)) {
      const order = this.#state.index.get(told.id as OrderId);
      if (order === undefined || !isDeepStrictEqual(asJson(orderToJson(order)), told))
        this.#faults.push(
          `an order was told as ${JSON.stringify(told)}, and is journaled as ${JSON.stringify(order && orderToJson(order))}`,
        );
    }
    for (const told of due.eventsUpTo(this.#state.seq)) {
      const event = this.#wire[told.seq - 1];
      if (!isDeepStrictEqual(event, told))
        this.#faults.push(`an event was told as ${JSON.stringify(told)}, and is journaled as ${JSON.stringify(event)}`);
    }
    for (const { seq, holdings } of due.holdingsUpTo(this.#state.seq)) {
      const folded = holdingsOf(
        new Map(
          Array.from(this.#state.positions(), (position) => [
            `${position.account} ${position.instrumentId}`,
            position.quantity,
          ]),
        ),
      );
      for (const [what, ours] of Object.entries({ fills: this.holdings(), fold: folded }))
        if (!isDeepStrictEqual(ours, holdings))
          this.#faults.push(
            `positions at ${seq} were told as ${JSON.stringify(holdings)}; by the ${what} they are ${JSON.stringify(ours)}`,
          );
    }
  }
}

/** Told facts, handed out when the fold has come to the moment that they speak of. */
class DueFacts {
  readonly #orders: OrderJson[];
  readonly #events: EventJson[];
  readonly #holdings: ToldFacts["holdings"][number][];

  constructor({ orders, events, holdings }: ToldFacts) {
    this.#orders = [...orders].sort((a, b) => b.lastSeq - a.lastSeq);
    this.#events = [...events].sort((a, b) => b.seq - a.seq);
    this.#holdings = [...holdings].sort((a, b) => b.seq - a.seq);
  }

  ordersUpTo(seq: number): Iterable<OrderJson> {
    return take(this.#orders, (order) => order.lastSeq <= seq);
  }

  eventsUpTo(seq: number): Iterable<EventJson> {
    return take(this.#events, (event) => event.seq <= seq);
  }

  holdingsUpTo(seq: number): Iterable<ToldFacts["holdings"][number]> {
    return take(this.#holdings, (told) => told.seq <= seq);
  }

  left(): string[] {
    return [
      ...this.#orders.map((order) => `order ${order.id} as of event ${order.lastSeq}`),
      ...this.#events.map((event) => `event ${event.seq}`),
      ...this.#holdings.map((told) => `positions as of event ${told.seq}`),
    ];
  }
}

/** Removes from the end while the condition holds. */
function* take<T>(list: T[], isDue: (item: T) => boolean): Iterable<T> {
  for (let last = list.at(-1); last !== undefined && isDue(last); last = list.at(-1)) {
    list.pop();
    yield last;
  }
}

export function holdingsOf(quantities: Iterable<readonly [string, Decimal]>): Holdings {
  const held = [...quantities].filter(([, quantity]) => !quantity.isZero());
  return Object.fromEntries(held.map(([place, quantity]) => [place, quantity.toString()]));
}

/** As it is on the wire. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
