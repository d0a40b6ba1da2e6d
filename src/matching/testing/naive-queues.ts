// Queue positions as absolute numbers, one per order, worked out from commands and events: the oracle of
// queue-positions.ts, which keeps gaps instead.

import type { Side } from "../../domain/order-event.ts";
import type { MatchEvent, OpenOrder } from "../types.ts";
import type { Command } from "./commands.ts";
import { NaiveTape } from "./naive-tape.ts";

interface Place {
  readonly side: Side;
  readonly price: number;
  ahead: number;
}

type Executed = Extract<MatchEvent, { kind: "executed" }>;

export class NaiveQueues {
  /** In the order in which the orders came to rest. */
  readonly #places = new Map<string, Place>();
  readonly #tape = new NaiveTape((side, price) => {
    const left = this.#tape.left(side, price);
    for (const place of this.#at(side, price)) place.ahead = Math.min(place.ahead, left);
  });

  ahead(): Record<string, number> {
    return Object.fromEntries(Array.from(this.#places, ([id, place]) => [id, place.ahead]));
  }

  apply(
    commands: readonly Command[],
    command: Command,
    events: readonly MatchEvent[],
    open: readonly OpenOrder[],
  ): void {
    this.#tape.apply(command);
    if (command.do === "trade") this.#tradeAt(command, events.filter(isExecuted));
    let arriving: string | undefined;
    for (const event of events) {
      if (isExecuted(event) && event.liquidity === "taker" && isAlone(event, events)) {
        this.#takeFromTape(commands, event);
      }
      if (!isArrival(event)) continue;
      this.#settle(arriving, open);
      arriving = event.venueOrderId;
      this.#places.delete(arriving);
    }
    this.#settle(arriving, open);
    for (const id of this.#places.keys()) {
      if (!open.some((order) => order.venueOrderId === id)) this.#places.delete(id);
    }
  }

  /** The trade, less what it filled at better prices, eats the queue from its front. */
  #tradeAt(trade: Extract<Command, { do: "trade" }>, executed: readonly Executed[]): void {
    const makers = executed.filter((event) => event.liquidity === "maker" && isAlone(event, executed));
    const lots = (events: readonly Executed[]): number => events.reduce((sum, each) => sum + Number(each.quantity), 0);
    const queue = this.#entriesAt(trade.side === "buy" ? "sell" : "buy", trade.price);
    let left = trade.quantity - lots(makers.filter((event) => Number(event.price) !== trade.price));
    let eaten = 0;
    for (const [id, place] of queue) {
      const queued = Math.min(left, Math.max(0, place.ahead - eaten));
      eaten += queued;
      left -= queued + lots(makers.filter((event) => event.venueOrderId === id));
    }
    for (const [, place] of queue) place.ahead = Math.max(0, place.ahead - eaten);
  }

  #takeFromTape(commands: readonly Command[], event: Executed): void {
    const taker = commands[Number(event.venueOrderId.slice(1))];
    const side = taker?.do === "submit" && taker.side === "buy" ? "sell" : "buy";
    const quantity = Number(event.quantity);
    this.#tape.take(side, Number(event.price), quantity);
    for (const place of this.#at(side, Number(event.price))) place.ahead = Math.max(0, place.ahead - quantity);
  }

  /** An order that has been matched comes to rest behind what is left at its price. */
  #settle(id: string | undefined, open: readonly OpenOrder[]): void {
    const order = open.find((each) => each.venueOrderId === id);
    if (order?.price === undefined || (order.orderType !== "limit" && !order.triggered)) return;
    const price = Number(order.price);
    this.#places.set(order.venueOrderId, { side: order.side, price, ahead: this.#tape.left(order.side, price) });
  }

  #at(side: Side, price: number): Place[] {
    return this.#entriesAt(side, price).map(([, place]) => place);
  }

  #entriesAt(side: Side, price: number): [string, Place][] {
    return [...this.#places].filter(([, place]) => place.side === side && place.price === price);
  }
}

function isExecuted(event: MatchEvent): event is Executed {
  return event.kind === "executed";
}

/** Returns whether the other side of an execution was the recorded market. */
function isAlone(event: Executed, events: readonly MatchEvent[]): boolean {
  return events.filter((other) => isExecuted(other) && other.executionId === event.executionId).length === 1;
}

function isArrival(event: MatchEvent): boolean {
  return event.kind === "accepted" || event.kind === "triggered" || (event.kind === "replaced" && !event.keptPriority);
}
