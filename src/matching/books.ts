// Everything that one instrument's matching shares: the books, the positions, and what is told of them.
// The primitives (rest, execute, end) are here; who trades with whom is decided in taker.ts and matching-engine.ts.

import { assert } from "../domain/assert.ts";
import type { Liquidity } from "../domain/fill.ts";
import type { Side } from "../domain/order-event.ts";
import type { Instant } from "../domain/time.ts";
import type { FeeModel } from "./fees.ts";
import type { IntegerGrid } from "./integer-grid.ts";
import { OpenOrders } from "./open-orders.ts";
import type { OrderBook } from "./order-book.ts";
import { Positions } from "./positions.ts";
import { QueuePositions } from "./queue-positions.ts";
import { TapeLiquidity } from "./tape-liquidity.ts";
import { TriggerBook } from "./trigger-book.ts";
import type { MatchEvent } from "./types.ts";
import { hasTrigger, opposite, type WorkingOrder } from "./working-order.ts";

/** The recorded market and our places in its queues. */
export interface Tape {
  readonly liquidity: TapeLiquidity;
  readonly queues: QueuePositions;
}

export interface BooksOptions {
  readonly ticks: IntegerGrid;
  readonly lots: IntegerGrid;
  readonly fees: FeeModel;
  readonly nextExecutionId: () => string;
  readonly withTape: boolean;
  readonly book: OrderBook<WorkingOrder>;
}

export class Books {
  readonly ticks: IntegerGrid;
  readonly lots: IntegerGrid;
  readonly book: OrderBook<WorkingOrder>;
  readonly triggers = new TriggerBook();
  readonly open = new OpenOrders();
  readonly positions = new Positions();
  readonly tape: Tape | undefined;
  /** The price that triggers look at, in ticks: of the last public trade, or without a tape of the last own one. */
  lastPrice: number | undefined;
  sequence = 1;
  readonly #fees: FeeModel;
  readonly #nextExecutionId: () => string;
  #at: Instant = 0;
  #events: MatchEvent[] = [];

  constructor(options: BooksOptions) {
    this.ticks = options.ticks;
    this.lots = options.lots;
    this.book = options.book;
    this.#fees = options.fees;
    this.#nextExecutionId = options.nextExecutionId;
    if (options.withTape) {
      const queues = new QueuePositions(this.book, (order) => this.open.touch(order));
      const liquidity = new TapeLiquidity((side, price, left) => queues.limit(side, price, left));
      this.tape = { liquidity, queues };
    }
  }

  /** Starts a command: its events carry this instant. */
  begin(at: Instant): void {
    this.#at = at;
    this.#events = [];
  }

  /** Returns the events of the command. */
  finish(): MatchEvent[] {
    return this.#events;
  }

  emit(event: MatchEvent): void {
    this.#events.push(event);
  }

  get at(): Instant {
    return this.#at;
  }

  /** Puts an order into the book, last at its price. */
  rest(order: WorkingOrder): void {
    order.sequence = this.sequence++;
    order.place = "resting";
    this.book.add(order);
    this.tape?.queues.join(order, this.tape.liquidity.queueAt(order.side, order.price));
    if (order.reduceOnly) this.positions.watch(order);
    this.open.touch(order);
  }

  /** Lets an order wait for its trigger. */
  wait(order: WorkingOrder): void {
    order.sequence = this.sequence++;
    order.place = "waiting";
    this.triggers.add(order);
    this.open.touch(order);
  }

  /** Puts a stored order back where it was. Orders come back in their time priority. */
  takeBack(order: WorkingOrder): void {
    this.open.add(order);
    if (hasTrigger(order.orderType) && !order.triggered) {
      order.place = "waiting";
      this.triggers.add(order);
      return;
    }
    order.place = "resting";
    this.book.add(order);
    this.tape?.queues.take(order);
    if (order.reduceOnly) this.positions.watch(order);
  }

  /** Takes an order out of the book or the trigger book, to be matched anew or to end. */
  withdraw(order: WorkingOrder): void {
    if (order.place === "waiting") this.triggers.remove(order);
    if (order.place === "resting") {
      this.tape?.queues.leave(order);
      this.book.remove(order);
      if (order.reduceOnly) this.positions.unwatch(order);
    }
    order.place = "arriving";
  }

  end(order: WorkingOrder, status: "filled" | "canceled" | "expired", reason: string): void {
    this.#close(order);
    this.emit({
      kind: "ended",
      venueOrderId: order.venueOrderId,
      at: this.#at,
      status,
      reason,
      cumulativeQuantity: this.lots.toDecimal(order.filled),
    });
  }

  /** Returns how many lots an order would trade at a price: what remains, can be paid, and may be reduced. */
  wanted(order: WorkingOrder, price: number): number {
    const wanted = order.notional === undefined ? order.remaining : affordable(order, price);
    return order.reduceOnly ? Math.min(wanted, this.positions.reducible(order.account, order.side)) : wanted;
  }

  /** A taker of ours trades with the tape's displayed liquidity. */
  executeOnTape(taker: WorkingOrder, price: number, lots: number): void {
    this.tape?.liquidity.consume(opposite(taker.side), price, lots);
    this.#fill(taker, price, lots, "taker", this.#nextExecutionId());
    this.#cancelIdleReduceOnly(taker.account);
  }

  /** A public trade fills a resting order of ours, at the order's price. */
  executeByTape(maker: WorkingOrder, lots: number): void {
    this.#fill(maker, maker.price, lots, "maker", this.#nextExecutionId());
    this.#cancelIdleReduceOnly(maker.account);
  }

  /** Two orders of ours trade, at the resting one's price. */
  executeBetween(taker: WorkingOrder, maker: WorkingOrder, lots: number): void {
    assert(lots > 0, `${taker.venueOrderId} and ${maker.venueOrderId} meet, and neither wants to trade.`);
    const executionId = this.#nextExecutionId();
    const price = maker.price;
    this.#fill(maker, price, lots, "maker", executionId);
    this.#fill(taker, price, lots, "taker", executionId);
    if (this.tape === undefined) this.lastPrice = price;
    this.#cancelIdleReduceOnly(maker.account);
    if (taker.account !== maker.account) this.#cancelIdleReduceOnly(taker.account);
  }

  #fill(order: WorkingOrder, price: number, lots: number, liquidity: Liquidity, executionId: string): void {
    order.filled += lots;
    this.positions.apply(order.account, order.side, lots);
    const ends = this.#reduceRemainder(order, price, lots);
    this.#emitExecution(order, price, lots, liquidity, executionId, ends);
  }

  /** Returns whether nothing of the order is left; it is closed then. */
  #reduceRemainder(order: WorkingOrder, price: number, lots: number): boolean {
    if (order.notional !== undefined) {
      order.budget -= BigInt(price) * BigInt(lots);
      if (affordable(order, price) > 0) return false;
    } else if (order.remaining > lots) {
      this.book.shrink(order, order.remaining - lots);
      this.open.touch(order, -lots);
      return false;
    }
    this.#close(order);
    order.remaining = 0;
    return true;
  }

  #close(order: WorkingOrder): void {
    this.withdraw(order);
    order.place = "ended";
    this.open.remove(order);
  }

  #cancelIdleReduceOnly(account: string): void {
    for (const order of this.positions.idleReduceOnly(account)) this.end(order, "canceled", "reduceOnly");
  }

  #emitExecution(
    order: WorkingOrder,
    ticks: number,
    lots: number,
    liquidity: Liquidity,
    executionId: string,
    ends: boolean,
  ): void {
    const side: Side = order.side;
    const price = this.ticks.toDecimal(ticks);
    const quantity = this.lots.toDecimal(lots);
    this.emit({
      kind: "executed",
      venueOrderId: order.venueOrderId,
      at: this.#at,
      executionId,
      price,
      quantity,
      cumulativeQuantity: this.lots.toDecimal(order.filled),
      liquidity,
      fee: this.#fees({ side, liquidity, price, quantity }),
      ends,
    });
  }
}

/** Returns the whole lots that a notional-sized order can still pay at a price. */
function affordable(order: WorkingOrder, price: number): number {
  const lots = order.budget / BigInt(price);
  return lots > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Number(lots);
}
