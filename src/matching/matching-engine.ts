// One instrument of a simulated venue: takes orders and the recorded market, says what happens.
// Pure: instants, execution ids and order ids come from the caller. Balances, margin and ids of clients do not
// exist here. The model of fills and its limits are in docs/concepts/fill-model.md.

import { assert } from "../domain/assert.ts";
import type { Decimal } from "../domain/decimal.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { ReplaceTerms } from "../domain/order-event.ts";
import type { Instant } from "../domain/time.ts";
import { Books, type Tape } from "./books.ts";
import { checkTerms, postOnlyWouldCross, priceTooLarge, quantityTooLarge, type Refusal, refusal } from "./checks.ts";
import { bestOf, depthOf } from "./depth.ts";
import type { FeeModel } from "./fees.ts";
import { IntegerGrid } from "./integer-grid.ts";
import { changesOf, restoreInto, stateOf } from "./matching-state.ts";
import { type OrderBook, PriceTimeOrderBook } from "./order-book.ts";
import { toState, toWorkingOrder } from "./order-state.ts";
import { replaceOrder } from "./replace.ts";
import { crossingPrice, matchArriving } from "./taker.ts";
import { fillFromTrade } from "./tape-fills.ts";
import { readDepth, readQuote, readTrade } from "./tape-input.ts";
import type {
  DepthLevel,
  IncomingOrder,
  MatchEvent,
  MatchingChanges,
  MatchingState,
  OpenOrder,
  TapeDepth,
  TapeQuote,
  TapeTrade,
} from "./types.ts";
import { hasTrigger, type WorkingOrder } from "./working-order.ts";

export interface MatchingOptions {
  readonly instrument: Instrument;
  readonly fees: FeeModel;
  /** Called once per execution; both sides of a trade between two orders carry the id. Unique for all time. */
  readonly nextExecutionId: () => string;
  /**
   * `orders` (the default): orders trade with each other only. `tape`: they also trade with the recorded market,
   * which the `apply` methods bring.
   */
  readonly liquidity?: "orders" | "tape";
  /** The book of resting orders: another one than the usual only to compare the two. */
  readonly book?: OrderBook<WorkingOrder>;
}

/**
 * Matches one instrument's orders by price, then time.
 *
 * Every command first ends what has expired by its instant, and returns its events in the order in which they
 * happened. Instants must not go back. An order ends with `refused`, with an execution whose `ends` is true, or
 * with `ended`; never with two of them.
 */
export class MatchingEngine {
  readonly #instrument: Instrument;
  readonly #books: Books;

  constructor(options: MatchingOptions) {
    this.#instrument = options.instrument;
    this.#books = new Books({
      ticks: new IntegerGrid(options.instrument.tickSize),
      lots: new IntegerGrid(options.instrument.lotSize),
      fees: options.fees,
      nextExecutionId: options.nextExecutionId,
      withTape: options.liquidity === "tape",
      book: options.book ?? new PriceTimeOrderBook(),
    });
  }

  /**
   * Returns an engine that goes on from a stored state. With a tape, feed it the tape's events up to the stored place
   * through {@link primeDepth}, {@link primeQuote} and {@link primeTrade} before the next command.
   *
   * @throws {RangeError} when a stored value does not lie on the instrument's grid.
   */
  static restore(options: MatchingOptions, state: MatchingState): MatchingEngine {
    const engine = new MatchingEngine(options);
    restoreInto(engine.#books, state);
    return engine;
  }

  submit(order: IncomingOrder, at: Instant): MatchEvent[] {
    this.#begin(at);
    const working = this.#admit(order, at);
    if (isRefusal(working)) {
      this.#books.emit({ kind: "refused", venueOrderId: order.venueOrderId, at, ...working });
    } else {
      this.#books.open.add(working);
      this.#books.emit({ kind: "accepted", venueOrderId: order.venueOrderId, at });
      if (hasTrigger(working.orderType)) this.#books.wait(working);
      else matchArriving(this.#books, working);
    }
    return this.#finish();
  }

  /** Ends an open order. @param reason is what its end says: whose wish it was. */
  cancel(venueOrderId: string, at: Instant, reason = "requested"): MatchEvent[] {
    this.#begin(at);
    const order = this.#books.open.get(venueOrderId);
    if (order === undefined) this.#refuseRequest(venueOrderId, "cancel", unknownOrder(venueOrderId));
    else this.#books.end(order, "canceled", reason);
    return this.#finish();
  }

  /**
   * Gives an open order new terms. Its priority stays when the price stays and the quantity does not rise; otherwise
   * it arrives anew, and may trade at once. A total equal to what is filled ends the order as filled.
   */
  replace(venueOrderId: string, terms: ReplaceTerms, at: Instant): MatchEvent[] {
    this.#begin(at);
    const order = this.#books.open.get(venueOrderId);
    const refused =
      order === undefined ? unknownOrder(venueOrderId) : replaceOrder(this.#books, this.#instrument, order, terms);
    if (refused !== undefined) this.#refuseRequest(venueOrderId, "replace", refused);
    return this.#finish();
  }

  /** Takes changed levels of the recorded book. Nothing is filled by them, but queues may shorten. @throws {RangeError} for a price off the tick grid. */
  applyDepth(depth: TapeDepth, at: Instant): MatchEvent[] {
    const { liquidity } = this.#tape();
    const input = readDepth(this.#books, depth);
    this.#begin(at);
    liquidity.applyDepth(input);
    return this.#finish();
  }

  /** Takes the best levels of the recorded book. A quote that crosses an order fills nothing. @throws {RangeError} as {@link applyDepth}. */
  applyQuote(quote: TapeQuote, at: Instant): MatchEvent[] {
    const { liquidity } = this.#tape();
    const input = readQuote(this.#books, quote);
    this.#begin(at);
    liquidity.applyQuote(input);
    return this.#finish();
  }

  /** Takes a public trade: it fills resting orders, at most for its quantity, and moves the price that triggers watch. @throws {RangeError} as {@link applyDepth}. */
  applyTrade(trade: TapeTrade, at: Instant): MatchEvent[] {
    const tape = this.#tape();
    const { price, quantity } = readTrade(this.#books, trade);
    this.#begin(at);
    fillFromTrade(this.#books, tape, price, quantity, trade.aggressor);
    tape.liquidity.applyTrade(price, quantity, trade.aggressor);
    this.#books.lastPrice = price;
    return this.#finish();
  }

  /** Rebuilds the recorded book after a restore: no order, queue or consumed quantity changes. */
  primeDepth(depth: TapeDepth): void {
    const { liquidity } = this.#tape();
    const input = readDepth(this.#books, depth);
    liquidity.prime(() => liquidity.applyDepth(input));
  }

  /** Like {@link primeDepth}. */
  primeQuote(quote: TapeQuote): void {
    const { liquidity } = this.#tape();
    const input = readQuote(this.#books, quote);
    liquidity.prime(() => liquidity.applyQuote(input));
  }

  /** Like {@link primeDepth}; the last price moves too. */
  primeTrade(trade: TapeTrade): void {
    const { price, quantity } = readTrade(this.#books, trade);
    this.#tape().liquidity.applyTrade(price, quantity, trade.aggressor);
    this.#books.lastPrice = price;
  }

  /** Ends the orders whose time is over at an instant: at `expiresAt`, or at the end of the UTC day. */
  expire(at: Instant): MatchEvent[] {
    this.#begin(at);
    return this.#finish();
  }

  nextExpiry(): Instant | undefined {
    return this.#books.open.nextExpiry();
  }

  openOrder(venueOrderId: string): OpenOrder | undefined {
    const order = this.#books.open.get(venueOrderId);
    return order === undefined ? undefined : this.#view(order);
  }

  /** Returns the open orders, resting ones and those that wait for a trigger, by time priority. */
  openOrders(): OpenOrder[] {
    return this.#books.open.bySequence().map((order) => this.#view(order));
  }

  /** Returns an account's net position from its executions, in base units: positive is long. */
  position(account: string): Decimal {
    return this.#books.lots.toDecimal(this.#books.positions.get(account));
  }

  /**
   * Returns the best price at which a taker could sell now: the tape's, or a resting order's. It may be at or above
   * {@link bestAsk} while the tape's quotes cross a resting order that no trade has filled yet.
   */
  bestBid(): Decimal | undefined {
    return bestOf(this.#books, "buy");
  }

  /** Returns the best price at which a taker could buy now: the tape's, or a resting order's. */
  bestAsk(): Decimal | undefined {
    return bestOf(this.#books, "sell");
  }

  /** Returns the price that triggers watch: of the last public trade, or without a tape of the last execution. */
  lastPrice(): Decimal | undefined {
    const { lastPrice, ticks } = this.#books;
    return lastPrice === undefined ? undefined : ticks.toDecimal(lastPrice);
  }

  /** Returns up to `limit` levels of each side, best first: what takers could take now. */
  depth(limit: number): { readonly bids: DepthLevel[]; readonly asks: DepthLevel[] } {
    return { bids: depthOf(this.#books, "buy", limit), asks: depthOf(this.#books, "sell", limit) };
  }

  /** Returns what a store must write since the last call; after a restore, since the restore. */
  takeChanges(): MatchingChanges {
    return changesOf(this.#books);
  }

  /** Returns the whole state: what the sum of all {@link takeChanges} amounts to. */
  state(): MatchingState {
    return stateOf(this.#books);
  }

  #begin(at: Instant): void {
    this.#books.begin(at);
    for (const order of this.#books.open.expiring(at)) this.#books.end(order, "expired", "timeInForceEnded");
  }

  /** Fires triggers, and those that the triggered orders' own executions fire, until none is left. */
  #finish(): MatchEvent[] {
    const fired: WorkingOrder[] = [];
    for (let next = 0; ; next++) {
      if (this.#books.lastPrice !== undefined) fired.push(...this.#books.triggers.take(this.#books.lastPrice));
      const order = fired[next];
      if (order === undefined) return this.#books.finish();
      order.place = "arriving";
      order.triggered = true;
      this.#books.emit({ kind: "triggered", venueOrderId: order.venueOrderId, at: this.#books.at });
      matchArriving(this.#books, order);
    }
  }

  #admit(order: IncomingOrder, at: Instant): WorkingOrder | Refusal {
    const refused = checkTerms(this.#instrument, order, at);
    if (refused !== undefined) return refused;
    const { open, positions } = this.#books;
    if (open.get(order.venueOrderId) !== undefined) {
      return refusal(
        "duplicateOrderId",
        `${order.venueOrderId} names an open order already; every order has an id of its own.`,
      );
    }
    const working = toWorkingOrder(this.#books, order, at);
    if (working === "priceTooLarge") {
      return priceTooLarge(this.#books);
    }
    if (working === "quantityTooLarge" || open.lots + working.remaining > Number.MAX_SAFE_INTEGER) {
      return quantityTooLarge(this.#books, open.lots);
    }
    if (hasTrigger(working.orderType)) return working;
    if (working.reduceOnly && positions.reducible(working.account, working.side) === 0) {
      return refusal(
        "reduceOnly",
        `The position of ${working.account} is ${this.position(working.account)}: a reduce-only ${working.side} needs one that it reduces.`,
      );
    }
    const crossing = working.postOnly ? crossingPrice(this.#books, working) : undefined;
    return crossing === undefined ? working : postOnlyWouldCross(this.#books, crossing, working.side);
  }

  #refuseRequest(venueOrderId: string, request: "cancel" | "replace", refused: Refusal): void {
    this.#books.emit({ kind: "requestRefused", venueOrderId, at: this.#books.at, request, ...refused });
  }

  #tape(): Tape {
    const { tape } = this.#books;
    assert(tape !== undefined, "An engine whose liquidity is `orders` takes no market data.");
    return tape;
  }

  #view(order: WorkingOrder): OpenOrder {
    const ahead = order.place === "resting" ? (this.#books.tape?.queues.ahead(order) ?? 0) : 0;
    return { ...toState(this.#books, order), queueAhead: this.#books.lots.toDecimal(ahead).toString() };
  }
}

function isRefusal(value: WorkingOrder | Refusal): value is Refusal {
  return "reason" in value;
}

function unknownOrder(venueOrderId: string): Refusal {
  return refusal("unknownOrder", `No open order has the id ${venueOrderId}.`);
}
