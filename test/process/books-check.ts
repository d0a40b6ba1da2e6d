// Compares a journal with the venue's own books, both read by others than the engine: each order, each execution,
// each position. What clients were told is compared in ../e2e/support/journal-witness.ts.

import { join } from "node:path";
import { Decimal } from "../../src/domain/decimal.ts";
import { type Fill, fillKey } from "../../src/domain/fill.ts";
import type { OrderId } from "../../src/domain/identifiers.ts";
import type { Order } from "../../src/domain/order.ts";
import type { RecordedEvent } from "../../src/domain/system-event.ts";
import { EngineState } from "../../src/engine/engine-state.ts";
import { openJournalReader } from "../../src/journal/sqlite/journal-reader.ts";
import type { PaperOrder } from "../../src/venues/paper/paper-store.ts";
import { DISCARD_AFTER_MS, type Truth } from "./wire.ts";

export class BooksCheck {
  readonly #path: string;
  readonly #state = new EngineState(() => undefined);
  /** Every booking of an execution, in words, by `venueOrderId/executionId`: apart from the fold. */
  readonly #booked = new Map<string, string[]>();
  /** Sums of the bookings, by `account instrument`. */
  readonly #sums = new Map<string, Decimal>();
  /** Callers' ids, and the orders that they name. */
  readonly #intents = new Map<string, OrderId>();
  #unknowns = 0;
  #conflicts: string[] = [];

  constructor(dataDir: string) {
    this.#path = join(dataDir, "journal.db");
  }

  /** How many requests have been without a known outcome so far. */
  get unknowns(): number {
    return this.#unknowns;
  }

  get events(): number {
    return this.#state.seq;
  }

  get orders(): readonly Order[] {
    return [...this.#state.index.openOrders(), ...this.#state.index.endedOrders()];
  }

  /** Reads on to the journal's end. @returns in words, where it and the venue differ; for a desk that is quiet. */
  compare(truth: Truth): string[] {
    this.#readOn();
    return [
      ...this.#conflicts,
      ...this.#placed(truth),
      ...this.#inTime(truth),
      ...this.#sameOrders(truth),
      ...this.#sameFills(truth),
      ...this.#samePositions(truth),
    ];
  }

  #readOn(): void {
    using reader = openJournalReader(this.#path);
    for (const event of reader.read(this.#state.seq)) {
      if (event.seq !== this.#state.seq + 1) this.#conflicts.push(`event ${event.seq} follows ${this.#state.seq}`);
      this.#state.apply(event);
      this.#note(event);
    }
  }

  #note(event: RecordedEvent): void {
    if (event.type === "orderOutcomeUnknown") this.#unknowns++;
    if (event.type === "orderCreated" && event.terms.clientOrderId !== undefined) {
      const intent = `${event.terms.account} ${event.terms.clientOrderId}`;
      const first = this.#intents.get(intent);
      if (first !== undefined) this.#conflicts.push(`${intent} is placed as ${first} and as ${event.orderId}`);
      this.#intents.set(intent, event.orderId);
    }
    if (event.type === "fillReversed" || event.type === "fillCorrected")
      this.#conflicts.push(`${event.type} of ${event.orderId}: the venue takes nothing back`);
    else if ("fill" in event && event.fill !== undefined) this.#noteFill(event.orderId, event.fill);
  }

  #noteFill(orderId: OrderId, fill: Fill): void {
    const order = this.#state.index.get(orderId);
    if (order === undefined) {
      this.#conflicts.push(`${fillKey(fill)} is booked for ${orderId}, which is no order`);
      return;
    }
    const key = fillKey(fill);
    this.#booked.set(key, [...(this.#booked.get(key) ?? []), inWords(orderId, fill)]);
    const place = `${order.account} ${order.instrumentId}`;
    const signed = order.side === "buy" ? fill.quantity : fill.quantity.neg();
    this.#sums.set(place, (this.#sums.get(place) ?? Decimal.zero).add(signed));
  }

  /** Each id comes to the venue at most once, and each order that it has is ours by the journal. */
  *#placed({ arrivals, orders }: Truth): Iterable<string> {
    const times = countBy(arrivals.map((arrival) => arrival.orderId));
    for (const [orderId, count] of times) if (count > 1) yield `${orderId} was sent ${count} times`;
    for (const orderId of times.keys())
      if (this.#state.index.get(orderId) === undefined) yield `${orderId} was sent, and is not in the journal`;
    for (const [orderId, count] of countBy(orders.map((order) => order.clientOrderId)))
      if (count > 1) yield `the venue has ${count} orders ${orderId}`;
  }

  /** Nothing that arrives too late becomes an order. */
  *#inTime({ arrivals, orders }: Truth): Iterable<string> {
    for (const { orderId, sendBy, arrivedAt, outcome } of arrivals) {
      if (arrivedAt > sendBy + DISCARD_AFTER_MS && outcome?.kind === "accepted")
        yield `${orderId} was taken ${arrivedAt - sendBy} ms after its deadline`;
    }
    const deadlines = new Map(arrivals.map(({ orderId, sendBy }) => [orderId, sendBy]));
    for (const { clientOrderId, placedAt } of orders) {
      if (placedAt > (deadlines.get(clientOrderId) ?? 0) + DISCARD_AFTER_MS)
        yield `${clientOrderId} became an order after its deadline`;
    }
  }

  *#sameOrders(truth: Truth): Iterable<string> {
    const theirs = new Map(truth.orders.map((order) => [order.clientOrderId, order]));
    for (const found of truth.orders) {
      const order = this.#state.index.get(found.clientOrderId);
      if (order === undefined) yield `the venue has ${found.clientOrderId}, which is not in the journal`;
      else yield* differences(order, found);
    }
    for (const order of this.orders) {
      if (order.status === "submitted" || order.outcomeUnknown) yield `nobody knows what became of ${order.id}`;
      if (order.pendingCancel !== undefined) yield `the cancel of ${order.id} has no answer`;
      if (order.pendingReplace !== undefined) yield `the replace of ${order.id} has no answer`;
      if (!theirs.has(order.id) && order.acknowledgedAt !== undefined)
        yield `${order.id} was acknowledged here, and the venue has no such order`;
    }
  }

  *#sameFills({ fills }: Truth): Iterable<string> {
    const executed = new Map(fills.map((found) => [fillKey(found.fill), found]));
    for (const [key, { clientOrderId, fill }] of executed) {
      const bookings = this.#booked.get(key) ?? [];
      if (bookings.length !== 1) yield `the execution ${key} of ${clientOrderId} is booked ${bookings.length} times`;
      const theirs = inWords(String(clientOrderId), fill);
      for (const ours of bookings) if (ours !== theirs) yield `${key} is booked as ${ours}, and was ${theirs}`;
    }
    for (const key of this.#booked.keys()) if (!executed.has(key)) yield `${key} is booked, and was never executed`;
  }

  *#samePositions({ positions }: Truth): Iterable<string> {
    const held = new Map(
      Array.from(this.#state.positions(), (each) => [`${each.account} ${each.instrumentId}`, each.quantity]),
    );
    for (const { account, instrumentId, quantity } of positions) {
      const place = `${account} ${instrumentId}`;
      const sum = this.#sums.get(place) ?? Decimal.zero;
      const position = held.get(place) ?? Decimal.zero;
      if (!sum.eq(quantity) || !position.eq(quantity))
        yield `${place}: the venue holds ${quantity}, we hold ${position}, and our fills sum to ${sum}`;
    }
  }
}

/** @returns in words, which place requests were written so late that the venue had to discard them. */
export function lateWrites({ arrivals }: Truth): string[] {
  return arrivals
    .filter(({ writtenAt, sendBy }) => writtenAt > sendBy + DISCARD_AFTER_MS)
    .map(({ orderId, writtenAt, sendBy }) => `${orderId} was written ${writtenAt - sendBy} ms after its deadline`);
}

function* differences(order: Order, found: PaperOrder): Iterable<string> {
  const isWorking = found.status === "working";
  if (isWorking ? !order.isWorking : order.status !== found.status)
    yield `${order.id} is ${order.status} here, and ${found.status} at the venue`;
  if (!order.cumulativeQuantity.eq(found.cumulativeQuantity))
    yield `${order.id} has ${order.cumulativeQuantity} executed here, and ${found.cumulativeQuantity} at the venue`;
  if (!isWorking) return;
  for (const term of ["quantity", "price"] as const)
    if (order[term]?.toString() !== found[term]?.toString())
      yield `${order.id} works with ${term} ${order[term]} here, and ${found[term]} at the venue`;
}

function inWords(orderId: string, { quantity, price, fee, liquidity }: Fill): string {
  return `${orderId} ${quantity} at ${price}, fee ${fee?.amount} ${fee?.asset}, ${liquidity}`;
}

function countBy<T>(items: readonly T[]): ReadonlyMap<T, number> {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}
