// Orders, positions and open cases as of the last durable event that was heard: what the streams show. The engine's
// own orders run ahead of the disk, and several events ahead of a message about one of them.
// Only what is open, and what ended lately, is kept.

import { fillKey } from "../../domain/fill.ts";
import { evolve, Order } from "../../domain/order.ts";
import type { OrderEvent } from "../../domain/order-event.ts";
import { orderFromJson, orderToJson } from "../../domain/order-json.ts";
import type { OrderStatus } from "../../domain/order-status.ts";
import { adjustPosition, applyFill, changeFill, emptyPosition, type Position } from "../../domain/position.ts";
import { unwrap } from "../../domain/result.ts";
import type { CaseOpened, RecordedEvent } from "../../domain/system-event.ts";
import type { EngineApi } from "../../engine/engine-api.ts";

/** Ended orders that are still at hand, for a late fill and for clients that are a little behind. */
const ENDED_KEPT = 1_000;

export interface MirroredStep {
  readonly order: Order;
  /** Absent at birth. */
  readonly from?: OrderStatus;
}

export class DurableMirror {
  readonly #engine: EngineApi;
  readonly #orders = new Map<string, Order>();
  readonly #positions = new Map<string, Position>();
  readonly #cases = new Map<string, RecordedEvent<CaseOpened>>();
  /** The positions copied at the start hold all events up to here. */
  readonly #copiedAt: number;
  readonly #ended: string[] = [];

  constructor(engine: EngineApi) {
    this.#engine = engine;
    this.#copiedAt = engine.status().position;
    for (const order of engine.activeOrders()) this.#orders.set(order.id, copyOf(order));
    for (const position of engine.positions()) {
      this.#positions.set(positionKey(position.account, position.instrumentId), position);
    }
    const { durablePosition } = engine.status();
    for (const opened of engine.cases()) if (opened.seq <= durablePosition) this.#cases.set(opened.caseId, opened);
  }

  /** The order as of the last event heard; for one long ended, as the engine has it. */
  order(id: string): Order | undefined {
    return this.#orders.get(id) ?? this.#engine.find(id);
  }

  openOrders(): Order[] {
    return [...this.#orders.values()].filter((order) => order.isActive);
  }

  position(account: string, instrumentId: string): Position {
    const known = this.#positions.get(positionKey(account, instrumentId));
    return known ?? emptyPosition(account as Position["account"], instrumentId as Position["instrumentId"]);
  }

  positions(): Position[] {
    return [...this.#positions.values()];
  }

  /** The operator queue, oldest first. */
  cases(): RecordedEvent<CaseOpened>[] {
    return [...this.#cases.values()];
  }

  /** Takes in the next durable event. @returns its order after it, and the status before it. */
  apply(event: RecordedEvent): MirroredStep | undefined {
    if (event.type === "positionAdjusted") {
      if (event.seq > this.#copiedAt) {
        this.#setPosition(adjustPosition(this.position(event.account, event.instrumentId), event.quantity));
      }
      return undefined;
    }
    if (event.type === "caseOpened") this.#cases.set(event.caseId, event);
    if (event.type === "caseClosed") this.#cases.delete(event.caseId);
    if (!("orderId" in event) || event.orderId === undefined) return undefined;
    return this.#applyToOrder(event.orderId, event);
  }

  #applyToOrder(id: string, event: RecordedEvent<OrderEvent>): MirroredStep | undefined {
    const known = this.#orders.get(id);
    const from = known?.status;
    const order = known ?? this.#admit(id, event);
    if (order === undefined) return undefined;
    if (event.seq > this.#copiedAt) this.#applyToPosition(order, event);
    if (event.seq > order.lastSeq) evolve(order, event);
    if (order.isTerminal) this.#noteEnded(id);
    return from === undefined ? { order } : { order, from };
  }

  /** A copy from the engine is ahead of the event at times: then it already holds what the event says. */
  #admit(id: string, event: RecordedEvent<OrderEvent>): Order | undefined {
    const found = this.#engine.find(id);
    const order =
      event.type === "orderCreated" || event.type === "orderAdopted"
        ? Order.born(event)
        : found === undefined
          ? undefined
          : copyOf(found);
    if (order !== undefined) this.#orders.set(id, order);
    return order;
  }

  #applyToPosition(order: Order, event: RecordedEvent<OrderEvent>): void {
    const position = this.position(order.account, order.instrumentId);
    switch (event.type) {
      case "orderPartiallyFilled":
      case "orderFilled":
      case "fillBooked":
        if (event.fill !== undefined) this.#setPosition(applyFill(position, order.side, event.fill));
        return;
      case "fillReversed":
      case "fillCorrected": {
        const booked = order.fills.get(fillKey(event));
        const fill = event.type === "fillCorrected" ? event.fill : undefined;
        this.#setPosition(changeFill(position, order.side, booked, fill));
        return;
      }
      default:
        return;
    }
  }

  #setPosition(position: Position): void {
    this.#positions.set(positionKey(position.account, position.instrumentId), position);
  }

  #noteEnded(id: string): void {
    if (this.#ended.at(-1) === id) return;
    this.#ended.push(id);
    if (this.#ended.length <= ENDED_KEPT) return;
    const oldest = this.#ended.shift();
    if (oldest !== undefined && this.#orders.get(oldest)?.isTerminal === true) this.#orders.delete(oldest);
  }
}

export function positionKey(account: string, instrumentId: string): string {
  return `${account}/${instrumentId}`;
}

function copyOf(order: Order): Order {
  return unwrap(orderFromJson(orderToJson(order)));
}
