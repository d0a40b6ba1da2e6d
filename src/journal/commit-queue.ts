// What every journal does alike: number the events, collect those of one turn into one commit, run the commits one
// after the other, report them in order, and stop for good when one fails.
// Deliberately absent: where a commit is stored (its writer does that) and how it is encoded.

import { assert } from "../domain/assert.ts";
import { OrderwrightError, orderwrightError } from "../domain/errors.ts";
import type { EventDraft, RecordedEvent } from "../domain/system-event.ts";
import type { Activity } from "../runtime/activity.ts";
import type { JournalListener } from "./journal.ts";

/** What one turn collected. Without events it is a sync, or a write of the readable tables, alone. */
export interface Commit {
  readonly events: readonly RecordedEvent[];
  /** The position after it. */
  readonly position: number;
  /** Somebody waits for a sync to disk, whatever the durability mode. */
  readonly sync: boolean;
}

/** Stores a commit atomically, then calls `done` once, now or later; with an error when it is not stored. */
export type CommitWriter = (commit: Commit, done: (error?: OrderwrightError) => void) => void;

export interface CommitQueueOptions {
  /** The journal's name in messages: a path, or `memory`. */
  readonly name: string;
  /** The durable position to go on from. */
  readonly position: number;
  /** Runs a task after the current turn: the turn's appends share a commit. */
  readonly defer: (task: () => void) => void;
  readonly write: CommitWriter;
  readonly activity?: Activity | undefined;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Appends of one turn become one commit; at most one commit is under way. */
export class CommitQueue {
  readonly #options: CommitQueueOptions;
  #position: number;
  #durablePosition: number;
  #queued: RecordedEvent[] = [];
  #waiters: Waiter[] = [];
  #endActivity: (() => void) | undefined;
  #listener: JournalListener | undefined;
  #turnWanted = false;
  #turnScheduled = false;
  #underWay = false;
  #failure: OrderwrightError | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: CommitQueueOptions) {
    this.#options = options;
    this.#position = options.position;
    this.#durablePosition = options.position;
  }

  get position(): number {
    return this.#position;
  }

  get durablePosition(): number {
    return this.#durablePosition;
  }

  listen(listener: JournalListener): void {
    assert(this.#listener === undefined, "a journal has one listener");
    this.#listener = listener;
  }

  append(batch: readonly EventDraft[], expectedPosition: number): readonly RecordedEvent[] {
    this.requireOpen();
    if (expectedPosition !== this.#position) {
      throw orderwrightError(
        "journal.conflict",
        `The journal ${this.#options.name} is at position ${this.#position}, and the writer expected ${expectedPosition}. ` +
          "A journal has one writer, which appends at its position.",
        { position: this.#position, expectedPosition },
      );
    }
    if (batch.length === 0) return [];
    let seq = this.#position;
    const events = batch.map((draft) => ({ ...draft, seq: ++seq }));
    if (this.#queued.length === 0) this.#endActivity = this.#options.activity?.begin();
    for (const event of events) this.#queued.push(event);
    this.#position = seq;
    this.#schedule();
    return events;
  }

  /** Asks for a commit in the next turn even if nothing is appended until then; a journal that has stopped ignores it. */
  requestTurn(): void {
    if (this.#closing !== undefined || this.#failure !== undefined) return;
    this.#turnWanted = true;
    this.#schedule();
  }

  async flush(): Promise<void> {
    this.requireOpen();
    await this.#sync();
  }

  /** Flushes, then calls `release` whatever happened; further calls return the same promise. */
  close(release: () => Promise<void> | void): Promise<void> {
    this.#closing ??= this.#close(release);
    return this.#closing;
  }

  /** Stops without a commit, as a crash does. @returns the events that no commit has taken yet. */
  abandon(): readonly RecordedEvent[] {
    this.#closing ??= Promise.resolve();
    this.#settleWaiters(this.#takeWaiters(), this.#closedError());
    const queued = this.#queued;
    this.#queued = [];
    this.#turnWanted = false;
    this.#takeActivity()?.();
    return queued;
  }

  async #close(release: () => Promise<void> | void): Promise<void> {
    try {
      if (this.#failure === undefined) await this.#sync();
    } finally {
      await release();
    }
  }

  #sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#turnScheduled || this.#underWay) return;
    this.#turnScheduled = true;
    this.#options.defer(() => this.#turn());
  }

  #turn(): void {
    this.#turnScheduled = false;
    const waiters = this.#takeWaiters();
    if (this.#failure !== undefined) {
      this.#settleWaiters(waiters, this.#failure);
      return;
    }
    const events = this.#queued;
    if (events.length === 0 && waiters.length === 0 && !this.#turnWanted) return;
    const endActivity = this.#takeActivity();
    this.#queued = [];
    this.#turnWanted = false;
    this.#underWay = true;
    const commit: Commit = { events, position: this.#position, sync: waiters.length > 0 };
    this.#options.write(commit, (error) => {
      this.#underWay = false;
      if (error === undefined) this.#committed(commit);
      else this.#fail(error);
      this.#settleWaiters(waiters, error);
      endActivity?.();
      if (this.#queued.length > 0 || this.#waiters.length > 0 || this.#turnWanted) this.#schedule();
    });
  }

  #committed(commit: Commit): void {
    this.#durablePosition = commit.position;
    if (commit.events.length > 0) this.#listener?.committed(commit.position, commit.events);
  }

  #fail(error: OrderwrightError): void {
    this.#failure = error;
    this.#queued = [];
    this.#turnWanted = false;
    this.#takeActivity()?.();
    this.#settleWaiters(this.#takeWaiters(), error);
    this.#listener?.failed(error, this.#durablePosition);
  }

  /** @throws {OrderwrightError} `journal.*` when the journal has failed or is closed. */
  requireOpen(): void {
    const failure = this.#failure;
    if (failure !== undefined) {
      throw new OrderwrightError(failure.code, failure.message, failure.details, { cause: failure });
    }
    if (this.#closing !== undefined) throw this.#closedError();
  }

  #closedError(): OrderwrightError {
    return orderwrightError("journal.closed", `The journal ${this.#options.name} is closed. Open it again to append.`);
  }

  #takeActivity(): (() => void) | undefined {
    const end = this.#endActivity;
    this.#endActivity = undefined;
    return end;
  }

  #takeWaiters(): Waiter[] {
    const waiters = this.#waiters;
    this.#waiters = [];
    return waiters;
  }

  #settleWaiters(waiters: readonly Waiter[], error: Error | undefined): void {
    for (const waiter of waiters) {
      if (error === undefined) waiter.resolve();
      else waiter.reject(error);
    }
  }
}
