// What the checkers know: orders, fills and positions as the events on disk say, kept apart from the engine's own
// state and added up by simpler means. Nothing is judged here; the laws are in laws.ts and quiescence.ts.

import { Decimal } from "../../domain/decimal.ts";
import { type Fill, fillKey } from "../../domain/fill.ts";
import type { AccountId, OrderId } from "../../domain/identifiers.ts";
import { evolve, Order } from "../../domain/order.ts";
import type { OrderEvent } from "../../domain/order-event.ts";
import type { RecordedEvent } from "../../domain/system-event.ts";
import type { Instant } from "../../domain/time.ts";
import { fillOf } from "../../engine/engine-state.ts";

/** An order as the journal's bytes tell it. */
export interface SeenOrder {
  /** Folded by the domain, for its status. */
  readonly order: Order;
  /** Executions that stand, by venue order id and execution id. */
  readonly fills: Map<string, Fill>;
  /** When its intent was made, in the world's time. */
  submittedAt: number | undefined;
  /** Whether it was written to the wire, and whether the last write was certainly not taken. */
  writes: number;
  lastWriteWasNotTaken: boolean;
  /** Concluded not to exist at the venue, and not by a person. */
  provenAbsent: boolean;
  /** A person's conclusion about it. */
  decidedByPerson: boolean;
}

export class Model {
  readonly orders = new Map<OrderId, SeenOrder>();
  readonly #positions = new Map<string, Decimal>();
  readonly #open = new Map<string, Set<SeenOrder>>();
  readonly #adopted = new Map<string, SeenOrder>();
  /** Orders that were ever put before a person. */
  readonly casesAbout = new Set<OrderId>();
  /** When each case was put into the queue last, in the world's time. */
  readonly casesOpenedAt = new Map<string, Instant>();
  seq = 0;
  epoch = 0;
  isHalted = false;
  readonly haltedAccounts = new Set<string>();

  /** Adds an event that is on disk. @returns the order that it is about, and its status before. */
  add(event: RecordedEvent): { readonly seen: SeenOrder; readonly before: Order["status"] } | undefined {
    this.seq = event.seq;
    switch (event.type) {
      case "epochStarted":
        this.epoch = event.epoch;
        return undefined;
      case "killSwitchEngaged":
        this.#halt(event.account, true);
        return undefined;
      case "killSwitchLifted":
        this.#halt(event.account, false);
        return undefined;
      case "caseOpened":
        if (event.about !== undefined) this.casesAbout.add(event.about);
        return undefined;
      case "positionAdjusted":
        this.#move(event.account, event.instrumentId, event.quantity);
        return undefined;
      case "orderCreated":
      case "orderAdopted":
        return this.#birth(Order.born(event));
      default:
        return "orderId" in event && event.orderId !== undefined ? this.#addTo(event.orderId, event) : undefined;
    }
  }

  position(account: string, instrument: string): Decimal {
    return this.#positions.get(`${account}\n${instrument}`) ?? Decimal.zero;
  }

  positions(): ReadonlyMap<string, Decimal> {
    return this.#positions;
  }

  /** The order that a request names, also one that was taken over and is known to the venue by the id of who placed it. */
  known(account: string, id: string): SeenOrder | undefined {
    return this.orders.get(id as OrderId) ?? this.#adopted.get(`${account}\n${id}`);
  }

  openOrders(account: string): ReadonlySet<SeenOrder> {
    return this.#open.get(account) ?? NONE;
  }

  #birth(order: Order): { readonly seen: SeenOrder; readonly before: Order["status"] } {
    const seen: SeenOrder = {
      order,
      fills: new Map(),
      submittedAt: undefined,
      writes: 0,
      lastWriteWasNotTaken: false,
      provenAbsent: false,
      decidedByPerson: false,
    };
    this.orders.set(order.id, seen);
    if (order.origin === "EXTERNAL" && order.clientOrderId !== undefined)
      this.#adopted.set(`${order.account}\n${order.clientOrderId}`, seen);
    this.#file(seen);
    return { seen, before: "created" };
  }

  #addTo(id: OrderId, event: OrderOnly): { readonly seen: SeenOrder; readonly before: Order["status"] } | undefined {
    const seen = this.orders.get(id);
    if (seen === undefined) return undefined;
    const before = seen.order.status;
    if (event.type === "fillReversed" || event.type === "fillCorrected") this.#undo(seen, fillKey(event));
    const fill = fillOf(event);
    if (fill !== undefined) {
      seen.fills.set(fillKey(fill), fill);
      this.#moveBy(seen, fill, 1);
    }
    evolve(seen.order, event);
    this.#file(seen);
    return { seen, before };
  }

  #undo(seen: SeenOrder, key: string): void {
    const fill = seen.fills.get(key);
    if (fill === undefined) return;
    seen.fills.delete(key);
    this.#moveBy(seen, fill, -1);
  }

  #moveBy({ order }: SeenOrder, fill: Fill, sign: 1 | -1): void {
    const isUp = (order.side === "buy") === (sign === 1);
    this.#move(order.account, order.instrumentId, isUp ? fill.quantity : fill.quantity.neg());
  }

  #move(account: AccountId, instrument: string, by: Decimal): void {
    this.#positions.set(`${account}\n${instrument}`, this.position(account, instrument).add(by));
  }

  #file(seen: SeenOrder): void {
    const { account, isTerminal } = seen.order;
    const open = this.#open.get(account) ?? new Set();
    this.#open.set(account, open);
    if (isTerminal) open.delete(seen);
    else open.add(seen);
  }

  #halt(account: AccountId | undefined, isHalted: boolean): void {
    if (account === undefined) this.isHalted = isHalted;
    else if (isHalted) this.haltedAccounts.add(account);
    else this.haltedAccounts.delete(account);
  }
}

type OrderOnly = RecordedEvent<OrderEvent>;
const NONE: ReadonlySet<SeenOrder> = new Set();
