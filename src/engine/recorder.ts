// The single writer: records events in the journal, folds them into the state in the same breath, and
// lets the world know once they are durable. Nothing else appends, and nothing else changes the state.

import { OrderwrightError } from "../domain/errors.ts";
import type { OrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import type { EventDraft, RecordedEvent } from "../domain/system-event.ts";
import type { Journal } from "../journal/journal.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Unsubscribe } from "./engine-api.ts";
import type { EngineState } from "./engine-state.ts";
import { EventBus } from "./event-bus.ts";
import type { Retention } from "./order-index.ts";
import { ProjectionCollector } from "./projection-rows.ts";

/** Something to do once a position is durable, or to be told that it never will be. */
interface Waiter {
  readonly seq: number;
  readonly durable: () => void;
  readonly failed: (reason: OrderwrightError) => void;
}

export interface RecorderOptions {
  readonly journal: Journal;
  readonly state: EngineState;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly retention: Retention;
}

export class Recorder {
  readonly journal: Journal;
  readonly bus: EventBus;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #retention: Retention;
  readonly #haltListeners = new Set<(reason: OrderwrightError) => void>();
  #state: EngineState;
  #projection: ProjectionCollector;
  /** In order of `seq`: a queue with a moving head, so that a commit releases without shifting. */
  #waiters: Waiter[] = [];
  #waitersHead = 0;
  #halted: OrderwrightError | undefined;

  constructor(options: RecorderOptions) {
    this.journal = options.journal;
    this.#state = options.state;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#retention = options.retention;
    this.bus = new EventBus(options.logger);
    this.#projection = new ProjectionCollector(options.state);
    this.journal.project({ takeChangedRows: () => this.#projection.takeChangedRows() });
    this.journal.listen({
      committed: (durableSeq, events) => this.#committed(durableSeq, events),
      failed: (error) => this.halt(asJournalError(error)),
    });
  }

  get state(): EngineState {
    return this.#state;
  }

  /** Why nothing is recorded any more. */
  get halted(): OrderwrightError | undefined {
    return this.#halted;
  }

  /**
   * Appends events and folds them in.
   *
   * @throws {OrderwrightError} `journal.*` when the journal takes nothing; the state is unchanged then.
   */
  record(drafts: readonly EventDraft[]): readonly RecordedEvent[] {
    if (this.#halted !== undefined) throw this.#halted;
    if (drafts.length === 0) return [];
    const events = this.journal.append(drafts, this.#state.seq);
    for (const event of events) this.#fold(event);
    return events;
  }

  /** Notes rows of an event that was folded before this recorder existed: the tail at recovery. */
  noteRecovered(event: RecordedEvent, order: Order | undefined): void {
    this.#collect(event, order);
  }

  /** Runs once all that is recorded now is durable: at once when it is. */
  afterDurable(durable: () => void, failed: (reason: OrderwrightError) => void): void {
    if (this.#halted !== undefined) failed(this.#halted);
    else if (this.journal.durablePosition >= this.journal.position) durable();
    else this.#waiters.push({ seq: this.journal.position, durable, failed });
  }

  whenDurable(): Promise<void> {
    return new Promise((resolve, reject) => this.afterDurable(resolve, reject));
  }

  onHalt(listener: (reason: OrderwrightError) => void): Unsubscribe {
    this.#haltListeners.add(listener);
    return () => this.#haltListeners.delete(listener);
  }

  /** Stops recording for good: trading has ended until the next start. */
  halt(reason: OrderwrightError): void {
    if (this.#halted !== undefined) return;
    this.#halted = reason;
    this.#logger.error({ code: reason.code, detail: reason.message, error: reason.cause }, "the journal has stopped");
    const waiting = this.#waiters.slice(this.#waitersHead);
    this.#waiters = [];
    this.#waitersHead = 0;
    for (const waiter of waiting) waiter.failed(reason);
    for (const listener of [...this.#haltListeners]) listener(reason);
  }

  /** Puts the state that is certainly durable in place of one that ran ahead of a failed commit. */
  replaceState(state: EngineState): void {
    this.#state = state;
    this.#projection = new ProjectionCollector(state);
  }

  #fold(event: RecordedEvent): void {
    this.#collect(event, this.#state.apply(event));
  }

  #collect(event: RecordedEvent, order: Order | undefined): void {
    if (event.type === "positionAdjusted") {
      this.#projection.adjusted(this.#state.position(event.account, event.instrumentId));
    } else if (order !== undefined && "orderId" in event && event.type !== "discrepancyFound") {
      this.#projection.touched(order, event);
    }
  }

  #committed(durableSeq: number, events: readonly RecordedEvent[]): void {
    // Sends first: subscribers must not stand between a durable intent and the wire.
    this.#release(durableSeq);
    for (const event of events) this.bus.publish(event, this.#orderOf(event));
    this.#state.index.evict(this.#retention, this.#clock.now());
  }

  #release(durableSeq: number): void {
    while (this.#waitersHead < this.#waiters.length) {
      const waiter = this.#waiters[this.#waitersHead] as Waiter;
      if (waiter.seq > durableSeq) break;
      this.#waitersHead++;
      waiter.durable();
    }
    if (this.#waitersHead === this.#waiters.length) {
      this.#waiters = [];
      this.#waitersHead = 0;
    }
  }

  #orderOf(event: RecordedEvent): Order | undefined {
    const id: OrderId | undefined = "orderId" in event ? event.orderId : undefined;
    return id === undefined ? undefined : this.#state.index.get(id);
  }
}

function asJournalError(error: Error): OrderwrightError {
  if (error instanceof OrderwrightError) return error;
  return new OrderwrightError("journal.writeFailed", `The journal failed: ${error.message}.`, {}, { cause: error });
}
