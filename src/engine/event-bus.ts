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
}

export class EventBus {
  readonly #logger: Logger;
  readonly #subscriptions = new Set<Subscription>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  subscribe(listener: EventListener, filter: SubscriptionFilter = {}): Unsubscribe {
    const subscription = { listener, filter, types: filter.types === undefined ? undefined : new Set(filter.types) };
    this.#subscriptions.add(subscription);
    return () => this.#subscriptions.delete(subscription);
  }

  publish(event: RecordedEvent, order: Order | undefined): void {
    for (const subscription of this.#subscriptions) {
      if (!wants(subscription, event, order)) continue;
      try {
        subscription.listener(event, order);
      } catch (error) {
        this.#logger.error({ seq: event.seq, type: event.type, error }, "a subscriber threw");
      }
    }
  }
}

function wants({ filter, types }: Subscription, event: RecordedEvent, order: Order | undefined): boolean {
  return (
    (types === undefined || types.has(event.type)) &&
    (filter.orderId === undefined || order?.id === filter.orderId) &&
    (filter.account === undefined || accountOf(event, order) === filter.account) &&
    (filter.instrumentId === undefined || order?.instrumentId === filter.instrumentId) &&
    (filter.origin === undefined || order?.origin === filter.origin)
  );
}

function accountOf(event: RecordedEvent, order: Order | undefined): string | undefined {
  if (order !== undefined) return order.account;
  return "account" in event ? event.account : undefined;
}
