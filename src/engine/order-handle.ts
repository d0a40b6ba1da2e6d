// Follows one order for its caller: waits and an event stream, each of which a signal or a time can end.
// Ending a wait never touches the order.

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
  subscribe(listener: EventListener, filter: SubscriptionFilter): Unsubscribe;
  /** Durable events of the order so far. */
  eventsOf(orderId: OrderId): readonly RecordedEvent<OrderEvent>[];
  whenDurable(): Promise<void>;
  /** Calls back if the engine stops or fails, with the reason; never otherwise. */
  onHalt(listener: (reason: OrderwrightError) => void): Unsubscribe;
}

export class EngineOrderHandle implements OrderHandle {
  readonly order: Order;
  readonly #source: HandleSource;

  constructor(order: Order, source: HandleSource) {
    this.order = order;
    this.#source = source;
  }

  get orderId(): OrderId {
    return this.order.id;
  }

  acknowledged(options: WaitOptions = {}): Promise<Result<Order, OrderwrightError>> {
    return this.#wait((order) => order.acknowledgedAt !== undefined || order.isTerminal, "be acknowledged", options);
  }

  done(options: WaitOptions = {}): Promise<Result<Order, OrderwrightError>> {
    return this.#wait((order) => order.isTerminal, "end", options);
  }

  async *events(options: { readonly signal?: AbortSignal } = {}): AsyncIterable<RecordedEvent<OrderEvent>> {
    const queue: RecordedEvent<OrderEvent>[] = [];
    let wake: () => void = () => undefined;
    let halted = false;
    const stop = (): void => {
      halted = true;
      wake();
    };
    const unsubscribe = this.#source.subscribe(
      (event) => {
        queue.push(event as RecordedEvent<OrderEvent>);
        wake();
      },
      { orderId: this.order.id },
    );
    const forget = this.#source.onHalt(stop);
    options.signal?.addEventListener("abort", stop);
    try {
      let last = 0;
      queue.unshift(...this.#source.eventsOf(this.order.id));
      while (options.signal?.aborted !== true) {
        const event = queue.shift();
        if (event === undefined) {
          if (halted || (this.order.isTerminal && last >= this.order.lastSeq)) return;
          await new Promise<void>((resolve) => (wake = resolve));
        } else if (event.seq > last) {
          last = event.seq;
          yield event;
        }
      }
    } finally {
      unsubscribe();
      forget();
      options.signal?.removeEventListener("abort", stop);
    }
  }

  async #wait(
    reached: (order: Order) => boolean,
    purpose: string,
    options: WaitOptions,
  ): Promise<Result<Order, OrderwrightError>> {
    if (reached(this.order)) {
      await this.#source.whenDurable();
      return ok(this.order);
    }
    return new Promise((resolve) => {
      const cleanups: (() => void)[] = [];
      const finish = (result: Result<Order, OrderwrightError>): void => {
        for (const cleanup of cleanups) cleanup();
        resolve(result);
      };
      cleanups.push(
        this.#source.subscribe(
          () => {
            if (!reached(this.order)) return;
            // What made it so may have been recorded after this event: it is told once it is durable.
            const told = (): void => finish(ok(this.order));
            this.#source.whenDurable().then(told, (error: OrderwrightError) => finish(fail(error)));
          },
          { orderId: this.order.id },
        ),
        this.#source.onHalt((reason) => finish(fail(reason))),
      );
      const { signal, timeoutMs } = options;
      if (timeoutMs !== undefined) {
        const timedOut = (): void =>
          finish(fail(this.#unfinished("order.timedOut", purpose, `within ${timeoutMs} ms`)));
        cleanups.push(this.#source.clock.schedule(timeoutMs, timedOut));
      }
      if (signal !== undefined) {
        const aborted = (): void =>
          finish(fail(this.#unfinished("engine.aborted", purpose, "before the signal fired")));
        if (signal.aborted) aborted();
        else {
          signal.addEventListener("abort", aborted);
          cleanups.push(() => signal.removeEventListener("abort", aborted));
        }
      }
    });
  }

  #unfinished(code: "order.timedOut" | "engine.aborted", purpose: string, limit: string): OrderwrightError {
    const { id, status } = this.order;
    const message = `Order ${id} did not ${purpose} ${limit}; it is ${status} and goes on.`;
    return new OrderwrightError(code, message, { orderId: id, status, isTerminal: isTerminalStatus(status) });
  }
}
