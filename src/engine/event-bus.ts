// Tells subscribers of durable events, in journal order. A subscriber that throws is reported and
// harms nobody else. Waiting for an order's state is in order-handle.ts.

import type { Order } from "../domain/order.ts";
import type { RecordedEvent } from "../domain/system-event.ts";
import type { Logger } from "../runtime/logger.ts";
import type { EventListener, SubscriptionFilter, Unsubscribe } from "./engine-api.ts";

interface Subscription {
  readonly listener: EventListener;
  readonly filter: SubscriptionFilter;
  readonly types: ReadonlySet<RecordedEvent["type"]> | undefined;
  isActive: boolean;
}

export class EventBus {
  readonly #logger: Logger;
  /** Those that follow one order, by its id: an event costs what its own followers cost, however many others there are. */
  readonly #byOrder = new Map<string, Subscription[]>();
  /** Those that follow more. Replaced whenever it changes, so that a round that is under way keeps its own. */
  #others: readonly Subscription[] = [];

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** A subscriber that comes or goes while an event is told: a new one hears the next event first, a gone one nothing more. */
  subscribe(listener: EventListener, filter: SubscriptionFilter = {}): Unsubscribe {
    const types = filter.types === undefined ? undefined : new Set(filter.types);
    const subscription: Subscription = { listener, filter, types, isActive: true };
    this.#add(subscription);
    return () => {
      if (subscription.isActive) this.#remove(subscription);
      subscription.isActive = false;
    };
  }

  publish(event: RecordedEvent, order: Order | undefined): void {
    const orderId = "orderId" in event ? event.orderId : undefined;
    const followers = orderId === undefined ? undefined : this.#byOrder.get(orderId);
    if (followers !== undefined) for (const subscription of [...followers]) this.#tell(subscription, event, order);
    for (const subscription of this.#others) this.#tell(subscription, event, order);
  }

  #tell(subscription: Subscription, event: RecordedEvent, order: Order | undefined): void {
    if (!subscription.isActive || !wants(subscription, event, order)) return;
    const report = (error: unknown): void => {
      this.#logger.error({ seq: event.seq, type: event.type, error }, "a subscriber threw");
    };
    try {
      // The type promises nothing, but an async function fits it: its rejection must not end the process.
      const returned: unknown = subscription.listener(event, order);
      if (returned instanceof Promise) returned.catch(report);
    } catch (error) {
      report(error);
    }
  }

  #add(subscription: Subscription): void {
    const { orderId } = subscription.filter;
    if (orderId === undefined) {
      this.#others = [...this.#others, subscription];
      return;
    }
    const followers = this.#byOrder.get(orderId);
    if (followers === undefined) this.#byOrder.set(orderId, [subscription]);
    else followers.push(subscription);
  }

  #remove(subscription: Subscription): void {
    const { orderId } = subscription.filter;
    if (orderId === undefined) {
      this.#others = this.#others.filter((other) => other !== subscription);
      return;
    }
    const left = this.#byOrder.get(orderId)?.filter((other) => other !== subscription) ?? [];
    if (left.length === 0) this.#byOrder.delete(orderId);
    else this.#byOrder.set(orderId, left);
  }
}

function wants({ filter, types }: Subscription, event: RecordedEvent, order: Order | undefined): boolean {
  return (
    (types === undefined || types.has(event.type)) &&
    (filter.account === undefined || accountOf(event, order) === filter.account) &&
    (filter.instrumentId === undefined || order?.instrumentId === filter.instrumentId) &&
    (filter.origin === undefined || order?.origin === filter.origin)
  );
}

function accountOf(event: RecordedEvent, order: Order | undefined): string | undefined {
  if (order !== undefined) return order.account;
  return "account" in event ? event.account : undefined;
}
