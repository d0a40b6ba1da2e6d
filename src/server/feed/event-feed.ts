// The durable events as the doors read them: the latest from memory, older ones from the journal, and
// listeners that hear each event with the mirrored state after it. Protocols are absent.

import type { Order } from "../../domain/order.ts";
import type { OrderStatus } from "../../domain/order-status.ts";
import type { RecordedEvent } from "../../domain/system-event.ts";
import type { EngineApi, Unsubscribe } from "../../engine/engine-api.ts";
import type { Logger } from "../../runtime/logger.ts";
import { DurableMirror, type MirroredStep } from "./durable-mirror.ts";

/** Events kept in memory for clients that are a little behind. */
const EVENTS_KEPT = 10_000;

/** Hears durable events in order. The order is as of that event, `from` the status before it; both may be absent. */
export type FeedListener = (event: RecordedEvent, order: Order | undefined, from: OrderStatus | undefined) => void;

export class EventFeed {
  readonly mirror: DurableMirror;
  readonly #engine: EngineApi;
  readonly #logger: Logger;
  readonly #listeners = new Set<FeedListener>();
  readonly #unsubscribe: Unsubscribe;
  /** Gapless, ending with the last event heard. */
  #recent: RecordedEvent[] = [];
  #lastSeq: number;

  /** Mirrors the engine as it is in this turn, and follows it from here. */
  constructor(engine: EngineApi, logger: Logger) {
    this.#engine = engine;
    this.#logger = logger;
    this.#lastSeq = engine.status().durablePosition;
    this.mirror = new DurableMirror(engine);
    this.#unsubscribe = engine.subscribe((event) => this.#take(event));
  }

  /** The last durable event that was heard. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  listen(listener: FeedListener): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads up to `limit` events after a position, oldest first, none of them later than {@link lastSeq}. */
  read(afterSeq: number, limit: number): readonly RecordedEvent[] {
    const first = this.#recent[0];
    if (first !== undefined && afterSeq >= first.seq - 1) {
      const start = afterSeq - (first.seq - 1);
      return this.#recent.slice(start, start + limit);
    }
    const count = Math.min(limit, this.#lastSeq - afterSeq);
    return count <= 0 ? [] : [...this.#engine.events(afterSeq, count)];
  }

  close(): void {
    this.#unsubscribe();
    this.#listeners.clear();
  }

  #take(event: RecordedEvent): void {
    if (event.seq <= this.#lastSeq) return;
    if (event.seq !== this.#lastSeq + 1) this.#recent = [];
    this.#recent.push(event);
    // Cut in halves, so that an event costs no shifting of the others.
    if (this.#recent.length >= 2 * EVENTS_KEPT) this.#recent = this.#recent.slice(EVENTS_KEPT);
    this.#lastSeq = event.seq;
    const step = this.mirror.apply(event);
    for (const listener of this.#listeners) this.#tell(listener, event, step);
  }

  #tell(listener: FeedListener, event: RecordedEvent, step: MirroredStep | undefined): void {
    try {
      listener(event, step?.order, step?.from);
    } catch (error) {
      this.#logger.error({ component: "server", err: error, seq: event.seq, type: event.type }, "feed listener threw");
    }
  }
}
