// Alpaca's /stream: who may listen, and what each of our events is in its words. No replay after a
// reconnect, as there: clients read the orders again. /api/v1/stream is the one that resumes.

import { type Fill, fillKey } from "../../domain/fill.ts";
import type { Order } from "../../domain/order.ts";
import type { OrderEvent } from "../../domain/order-event.ts";
import type { OrderStatus } from "../../domain/order-status.ts";
import type { RecordedEvent } from "../../domain/system-event.ts";
import type { ServerContext } from "../context.ts";
import { executionUuid } from "./activities.ts";
import { isUnreplaced } from "./order-lookup.ts";
import { uuidOf } from "./order-uuid.ts";
import type { ReplaceChain } from "./replace-chain.ts";
import { orderAsPlaced, orderOfRevision, toMoment } from "./translate.ts";
import type { AlpacaOrder, TradeUpdate, TradeUpdateEvent } from "./wire.ts";

/** Hears the updates of one account. */
export type TradeUpdateListener = (update: TradeUpdate) => void;

interface Subscription {
  readonly account: string;
  readonly listener: TradeUpdateListener;
}

export class TradeUpdates {
  readonly #context: ServerContext;
  readonly #subscriptions = new Set<Subscription>();

  /** Listens from here on: after the chains, which must know an event first. */
  constructor(context: ServerContext) {
    this.#context = context;
    context.feed.listen((event, order, from) => this.#hear(event as RecordedEvent<OrderEvent>, order, from));
  }

  subscribe(account: string, listener: TradeUpdateListener): () => void {
    const subscription = { account, listener };
    this.#subscriptions.add(subscription);
    return () => this.#subscriptions.delete(subscription);
  }

  #hear(event: RecordedEvent<OrderEvent>, order: Order | undefined, from: OrderStatus | undefined): void {
    if (order === undefined || this.#subscriptions.size === 0) return;
    const names = eventNames(event, order, from);
    if (names.length === 0) return;
    const chain = this.#context.chains.known(order.id);
    if (chain !== undefined || isUnreplaced(order)) {
      this.#publish(event, order, chain, names);
      return;
    }
    // Only an order that ended long ago, and was replaced, is not at hand: its late news comes a little later.
    this.#context.chains.of(order.id).then(
      (read) => this.#publish(event, order, read, names),
      (error: unknown) =>
        this.#context.logger.error({ component: "server", err: error, orderId: order.id }, "trade update lost"),
    );
  }

  #publish(
    event: RecordedEvent<OrderEvent>,
    order: Order,
    chain: ReplaceChain | undefined,
    names: readonly TradeUpdateEvent[],
  ): void {
    const position = this.#context.feed.mirror.position(order.account, order.instrumentId);
    for (const name of names) {
      const update: TradeUpdate = {
        event: name,
        execution_id: executionId(event, name),
        timestamp: toMoment(event.venueAt ?? event.at),
        order: writtenFor(name, order, chain),
        ...fillFields(event),
        position_qty: position.quantity.toString(),
      };
      for (const { account, listener } of this.#subscriptions) {
        if (account === order.account) listener(update);
      }
    }
  }
}

/** What an event is called there: mostly one name, for a replace two, for steps of our own none. */
function eventNames(event: RecordedEvent<OrderEvent>, order: Order, from: OrderStatus | undefined): TradeUpdateEvent[] {
  switch (event.type) {
    case "orderSubmitted":
      return from === "submitted" ? [] : ["pending_new"];
    case "orderAcknowledged":
      return order.status === from ? [] : ["new"];
    case "orderAdopted":
      return ["new"];
    case "orderPartiallyFilled":
      return ["partial_fill"];
    case "orderFilled":
      return ["fill"];
    case "fillBooked":
      return [
        order.leavesQuantity === undefined || order.quantity?.gt(order.cumulativeQuantity) === true
          ? "partial_fill"
          : "fill",
      ];
    case "orderCanceled":
      return ["canceled"];
    case "orderExpired":
      return ["expired"];
    case "orderRejected":
    case "orderDenied":
    case "orderFailed":
      return ["rejected"];
    case "cancelRequested":
      return ["pending_cancel"];
    case "cancelRejected":
      return ["order_cancel_rejected"];
    case "replaceRequested":
      return ["pending_replace"];
    case "replaceRejected":
      return ["order_replace_rejected"];
    case "orderReplaced":
      return ["replaced", "new"];
    case "orderReinstated":
      return ["restated"];
    case "fillReversed":
      return ["trade_bust"];
    case "fillCorrected":
      return ["trade_correct"];
    case "orderCreated":
    case "orderValidated":
    case "orderOutcomeUnknown":
    case "discrepancyFound":
      return [];
    default:
      // System events come by here too: they are nobody's order.
      return [];
  }
}

/** `replaced` tells of the order that was replaced, all others of the one that works. */
function writtenFor(name: TradeUpdateEvent, order: Order, chain: ReplaceChain | undefined): AlpacaOrder {
  const current = chain?.revisions[chain.current];
  if (current === undefined) return orderAsPlaced(order);
  const replaced = name === "replaced" ? chain?.revisions[current.replaces ?? 0] : undefined;
  return orderOfRevision(order, replaced ?? current);
}

function executionId(event: RecordedEvent<OrderEvent>, name: TradeUpdateEvent): string {
  const fill = fillOf(event);
  const orderId = event.orderId ?? "";
  return fill === undefined ? uuidOf("event", orderId, String(event.seq), name) : executionUuid(orderId, fillKey(fill));
}

function fillFields(event: RecordedEvent<OrderEvent>): { readonly price?: string; readonly qty?: string } {
  const fill = fillOf(event);
  return fill === undefined ? {} : { price: fill.price.toString(), qty: fill.quantity.toString() };
}

function fillOf(event: OrderEvent): Fill | undefined {
  return "fill" in event ? event.fill : undefined;
}
