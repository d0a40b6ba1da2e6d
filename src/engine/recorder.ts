// The single writer: folds events into the state and appends them to the journal in the same breath, and
// lets the world know once they are durable. Nothing else appends, and nothing else changes the state.

import { OrderwrightError, orderwrightError } from "../domain/errors.ts";
import type { OrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import type { EventDraft, RecordedEvent } from "../domain/system-event.ts";
import type { Journal } from "../journal/journal.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import { DurableWaits } from "./durable-waits.ts";
import type { Unsubscribe } from "./engine-api.ts";
import type { EngineState } from "./engine-state.ts";
import { EventBus } from "./event-bus.ts";
import type { Retention } from "./order-index.ts";
import { ProjectionCollector } from "./projection-rows.ts";

export interface RecorderOptions {
  readonly journal: Journal;
  readonly state: EngineState;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly retention: Retention;
}

type EndListener = (reason: OrderwrightError) => void;
/** Hears an event in the turn in which it is recorded, with its order as it is after the whole batch. */
export type RecordListener = (event: RecordedEvent, order: Order | undefined) => void;

export class Recorder {
  readonly journal: Journal;
  readonly bus: EventBus;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #retention: Retention;
  readonly #endListeners = new Set<EndListener>();
  readonly #followers: RecordListener[] = [];
  readonly #waits = new DurableWaits();
  #state: EngineState;
  #projection: ProjectionCollector;
  /** Without tables nobody takes the rows: kept, they would hold every order on the heap. */
  readonly #hasTables: boolean;
  #halted: OrderwrightError | undefined;
  #finished: OrderwrightError | undefined;

  constructor(options: RecorderOptions) {
    this.journal = options.journal;
    this.#state = options.state;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#retention = options.retention;
    this.bus = new EventBus(options.logger);
    this.#projection = new ProjectionCollector(options.state);
    this.#hasTables = this.journal.project({ takeChangedRows: () => this.#projection.takeChangedRows() });
    this.journal.listen({
      committed: (durableSeq, events) => this.#committed(durableSeq, events),
      failed: (error) => this.halt(asFault(error, "journal.writeFailed", "The journal failed")),
    });
  }

  get state(): EngineState {
    return this.#state;
  }

  /** The fault that stopped recording for good. */
  get halted(): OrderwrightError | undefined {
    return this.#halted;
  }

  /** Why nothing is recorded any more: a fault, or the stop. */
  get ended(): OrderwrightError | undefined {
    return this.#halted ?? this.#finished;
  }

  /**
   * Folds events in and appends them. The fold comes first: an event that it cannot follow must not get
   * into the journal, where every later start would meet it again.
   *
   * @throws {OrderwrightError} `journal.*`, `engine.stopping` when nothing is recorded any more;
   *   `internal.unexpected` when the fold refused an event: recording has ended with it.
   */
  record(drafts: readonly EventDraft[]): readonly RecordedEvent[] {
    if (this.ended !== undefined) throw this.ended;
    if (drafts.length === 0) return [];
    const before = this.#state.seq;
    try {
      let seq = before;
      for (const draft of drafts) this.#fold({ ...draft, seq: ++seq });
      const recorded = this.journal.append(drafts, before);
      for (const event of recorded) {
        const order = this.#orderOf(event);
        for (const tell of this.#followers) tell(event, order);
      }
      return recorded;
    } catch (error) {
      const reason = asFault(error, "internal.unexpected", "A fault of ours");
      this.halt(reason);
      throw reason;
    }
  }

  /**
   * Tells of each event before it is durable, so that what follows from it is recorded in the same commit. What only
   * shows or sends listens to {@link bus} instead.
   */
  follow(listener: RecordListener): void {
    this.#followers.push(listener);
  }

  /** Notes rows of an event that was folded before this recorder existed: the tail at recovery. */
  noteRecovered(event: RecordedEvent, order: Order | undefined): void {
    this.#collect(event, order);
  }

  /** Runs once all that is recorded now is durable: at once when it is. */
  afterDurable(durable: () => void, failed: (reason: OrderwrightError) => void): void {
    if (this.#halted !== undefined) failed(this.#halted);
    else if (this.journal.durablePosition >= this.journal.position) durable();
    else this.#waits.add(this.journal.position, durable, failed);
  }

  whenDurable(): Promise<void> {
    return new Promise((resolve, reject) => this.afterDurable(resolve, reject));
  }

  /** Calls back once recording has ended, by a fault or by the stop: at once when it has. */
  onEnd(listener: EndListener): Unsubscribe {
    if (this.ended === undefined) this.#endListeners.add(listener);
    else listener(this.ended);
    return () => this.#endListeners.delete(listener);
  }

  /** Stops recording for good: trading has ended until the next start. */
  halt(reason: OrderwrightError): void {
    if (this.ended !== undefined) return;
    this.#halted = reason;
    this.#logger.error({ code: reason.code, detail: reason.message, error: reason.cause }, "recording has stopped");
    this.#waits.fail(reason);
    this.#tellEnd(reason);
  }

  /** Ends recording in good order, before the journal is closed. */
  finish(): void {
    if (this.ended !== undefined) return;
    this.#finished = orderwrightError("engine.stopping", "The engine has stopped and records nothing more.");
    this.#tellEnd(this.#finished);
  }

  /** Puts the state that is certainly durable in place of one that ran ahead of a failed commit. */
  replaceState(state: EngineState): void {
    this.#state = state;
    this.#projection = new ProjectionCollector(state);
  }

  #tellEnd(reason: OrderwrightError): void {
    const listeners = [...this.#endListeners];
    this.#endListeners.clear();
    for (const listener of listeners) listener(reason);
  }

  #fold(event: RecordedEvent): void {
    this.#collect(event, this.#state.apply(event));
  }

  #collect(event: RecordedEvent, order: Order | undefined): void {
    if (!this.#hasTables) return;
    if (event.type === "positionAdjusted") {
      this.#projection.adjusted(this.#state.position(event.account, event.instrumentId));
    } else if (order !== undefined && "orderId" in event) {
      this.#projection.touched(order, event);
    }
  }

  #committed(durableSeq: number, events: readonly RecordedEvent[]): void {
    // Sends first: subscribers must not stand between a durable intent and the wire.
    try {
      this.#waits.release(durableSeq);
    } catch (error) {
      this.halt(asFault(error, "internal.unexpected", "A fault of ours"));
    }
    for (const event of events) {
      // After a fault of ours the journal still commits what it had taken: reads go on showing what is on disk.
      if (this.#halted !== undefined && event.seq === this.#state.seq + 1) this.#state.apply(event);
      this.bus.publish(event, this.#orderOf(event));
    }
    this.#state.index.evict(this.#retention, this.#clock.now(), durableSeq);
  }

  #orderOf(event: RecordedEvent): Order | undefined {
    const id: OrderId | undefined = "orderId" in event ? event.orderId : undefined;
    return id === undefined ? undefined : this.#state.index.get(id);
  }
}

/** Returns an expected error as it is, and any other as one with the given code. */
export function asFault(
  error: unknown,
  code: "internal.unexpected" | "journal.writeFailed",
  what: string,
): OrderwrightError {
  if (error instanceof OrderwrightError) return error;
  const words = error instanceof Error ? error.message : String(error);
  return new OrderwrightError(code, `${what}: ${words}.`, {}, { cause: error });
}
