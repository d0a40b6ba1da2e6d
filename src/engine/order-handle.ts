// Follows one order for its caller: waits and an event stream, each of which a signal or a time can end,
// and the engine's own end does. Ending a wait never touches the order.

import { OrderwrightError } from "../domain/errors.ts";
import type { OrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import type { OrderEvent } from "../domain/order-event.ts";
import { isTerminalStatus } from "../domain/order-status.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { RecordedEvent } from "../domain/system-event.ts";
import type { Clock } from "../runtime/clock.ts";
import type { EventListener, OrderHandle, SubscriptionFilter, Unsubscribe, WaitOptions } from "./engine-api.ts";

/** What a handle needs of the engine. */
export interface HandleSource {
  readonly clock: Clock;
  /** The order as memory has it: another object once a failed commit was undone, none once it was forgotten. */
  find(orderId: OrderId): Order | undefined;
  subscribe(listener: EventListener, filter: SubscriptionFilter): Unsubscribe;
  /** Durable events of the order so far. */
  eventsOf(orderId: OrderId): readonly RecordedEvent<OrderEvent>[];
  afterDurable(durable: () => void, failed: (reason: OrderwrightError) => void): void;
  /** Calls back when the engine stops or fails, with the reason: at once when it has. */
  onEnd(listener: (reason: OrderwrightError) => void): Unsubscribe;
}

type Waited = Result<Order, OrderwrightError>;

export class EngineOrderHandle implements OrderHandle {
  readonly orderId: OrderId;
  readonly #order: Order;
  readonly #source: HandleSource;

  constructor(order: Order, source: HandleSource) {
    this.orderId = order.id;
    this.#order = order;
    this.#source = source;
  }

  get order(): Order {
    return this.#source.find(this.orderId) ?? this.#order;
  }

  acknowledged(options: WaitOptions = {}): Promise<Waited> {
    return this.#wait((order) => order.acknowledgedAt !== undefined || order.isTerminal, "be acknowledged", options);
  }

  done(options: WaitOptions = {}): Promise<Waited> {
    return this.#wait((order) => order.isTerminal, "end", options);
  }

  async *events(options: { readonly signal?: AbortSignal } = {}): AsyncIterable<RecordedEvent<OrderEvent>> {
    const { signal } = options;
    const queue: RecordedEvent<OrderEvent>[] = [];
    let wake: () => void = () => undefined;
    let ended = false;
    const stop = (): void => {
      ended = true;
      wake();
    };
    const unsubscribe = this.#source.subscribe(
      (event) => {
        queue.push(event as RecordedEvent<OrderEvent>);
        wake();
      },
      { orderId: this.orderId },
    );
    const forget = this.#source.onEnd(stop);
    signal?.addEventListener("abort", stop);
    try {
      let last = 0;
      queue.unshift(...this.#source.eventsOf(this.orderId));
      for (;;) {
        if (signal?.aborted === true) return;
        const event = queue.shift();
        if (event === undefined) {
          if (ended || (this.order.isTerminal && last >= this.order.lastSeq)) return;
          await new Promise<void>((resolve) => (wake = resolve));
        } else if (event.seq > last) {
          last = event.seq;
          yield event;
        }
      }
    } finally {
      unsubscribe();
      forget();
      signal?.removeEventListener("abort", stop);
    }
  }

  #wait(reached: (order: Order) => boolean, purpose: string, options: WaitOptions): Promise<Waited> {
    return new Promise((resolve) => {
      const cleanups: (() => void)[] = [];
      let isOver = false;
      const finish = (result: Waited): void => {
        isOver = true;
        for (const cleanup of cleanups.splice(0)) cleanup();
        resolve(result);
      };
      /** What is to be undone at the end: at once when that is past. */
      const until = (cleanup: () => void): void => {
        if (isOver) cleanup();
        else cleanups.push(cleanup);
      };
      // What made it so may have been recorded after the event that is told now: it is told once it is durable.
      const look = (): void => {
        if (!reached(this.order)) return;
        this.#source.afterDurable(
          () => finish(ok(this.order)),
          (reason) => finish(fail(reason)),
        );
      };
      look();
      if (isOver) return;
      const ended = (reason: OrderwrightError): void => finish(fail(this.#endedBy(reason, purpose)));
      until(this.#source.onEnd(ended));
      until(this.#source.subscribe(look, { orderId: this.orderId }));
      const { signal, timeoutMs } = options;
      if (timeoutMs !== undefined) {
        const timedOut = (): void =>
          finish(fail(this.#unfinished("order.timedOut", purpose, `within ${timeoutMs} ms`)));
        until(this.#source.clock.schedule(timeoutMs, timedOut));
      }
      if (signal !== undefined) {
        const aborted = (): void =>
          finish(fail(this.#unfinished("engine.aborted", purpose, "before the signal fired")));
        signal.addEventListener("abort", aborted);
        until(() => signal.removeEventListener("abort", aborted));
        if (signal.aborted) aborted();
      }
    });
  }

  #endedBy(reason: OrderwrightError, purpose: string): OrderwrightError {
    if (reason.code !== "engine.stopping") return reason;
    return this.#unfinished("engine.aborted", purpose, "before the engine stopped");
  }

  #unfinished(code: "order.timedOut" | "engine.aborted", purpose: string, limit: string): OrderwrightError {
    const { id, status } = this.order;
    const message = `Order ${id} did not ${purpose} ${limit}; it is ${status} and goes on.`;
    return new OrderwrightError(code, message, { orderId: id, status, isTerminal: isTerminalStatus(status) });
  }
}
