// The journal in memory: for tests, simulations and embedded runs that need no disk.
// It can fail a commit and crash on demand, so that both can be rehearsed. Nothing here is ever evicted.

import { assert } from "../../domain/assert.ts";
import { type OrderwrightError, orderwrightError } from "../../domain/errors.ts";
import type { AccountId, InstrumentId, OrderId, VenueOrderId } from "../../domain/identifiers.ts";
import type { EventDraft, RecordedEvent } from "../../domain/system-event.ts";
import type { Activity } from "../../runtime/activity.ts";
import { type Commit, CommitQueue } from "../commit-queue.ts";
import type { Durability, Journal, JournalListener, Snapshot } from "../journal.ts";
import { firstTerms, OrderAliases, ofClientAlias, ofVenueAlias, type TermsOf } from "../order-aliases.ts";
import type { ProjectionSource } from "../projection.ts";

/** When a {@link MemoryJournal} commits. */
export interface MemoryJournalOptions {
  /**
   * Runs a task after the current turn (`setImmediate`, or a virtual clock's): it commits what was appended until then.
   * How long it takes is how slow the disk is.
   */
  readonly defer: (task: () => void) => void;
  /** Default `always`. It changes nothing here but what is reported. */
  readonly durability?: Durability;
  readonly activity?: Activity;
}

/** What survives a crash. */
interface Stored {
  readonly events: RecordedEvent[];
  readonly aliases: OrderAliases;
  snapshot: Snapshot | undefined;
}

/** Keeps the order of things of a real journal, commits per turn included, and nothing beyond the process. */
export class MemoryJournal implements Journal {
  readonly durability: Durability;
  readonly #options: MemoryJournalOptions;
  readonly #stored: Stored;
  readonly #queue: CommitQueue;
  readonly #termsOf: TermsOf = (orderId) => firstTerms(this.readOrder(orderId));
  #nextFailure: OrderwrightError | undefined;

  constructor(options: MemoryJournalOptions, stored: Stored = emptyStore()) {
    this.durability = options.durability ?? "always";
    this.#options = options;
    this.#stored = stored;
    this.#queue = new CommitQueue({
      name: "memory",
      position: stored.events.length,
      defer: options.defer,
      activity: options.activity,
      write: (commit, done) => done(this.#write(commit)),
    });
  }

  get position(): number {
    return this.#queue.position;
  }

  get durablePosition(): number {
    return this.#queue.durablePosition;
  }

  get projectedPosition(): number {
    return this.#queue.durablePosition;
  }

  append(batch: readonly EventDraft[], expectedPosition: number): readonly RecordedEvent[] {
    return this.#queue.append(batch, expectedPosition);
  }

  listen(listener: JournalListener): void {
    this.#queue.listen(listener);
  }

  project(_source: ProjectionSource): boolean {
    return false;
  }

  flush(): Promise<void> {
    return this.#queue.flush();
  }

  read(afterSeq: number, limit = Number.POSITIVE_INFINITY): Iterable<RecordedEvent> {
    return this.#range(afterSeq, Math.min(this.durablePosition, afterSeq + limit));
  }

  readOrder(orderId: string): readonly RecordedEvent[] {
    return this.#stored.events.filter((event) => "orderId" in event && event.orderId === orderId);
  }

  findOrderId(account: AccountId, clientOrderId: string): OrderId | undefined {
    return ofClientAlias(this.#stored.aliases.orderIds("client", clientOrderId), account, this.#termsOf);
  }

  findOrderIdByVenueOrderId(
    account: AccountId,
    venueOrderId: VenueOrderId,
    instrumentId?: InstrumentId,
  ): OrderId | undefined {
    return ofVenueAlias(this.#stored.aliases.orderIds("venue", venueOrderId), account, instrumentId, this.#termsOf);
  }

  writeSnapshot(snapshot: Snapshot): void {
    this.#queue.requireOpen();
    assert(snapshot.seq <= this.durablePosition, `a snapshot of position ${snapshot.seq}, which is not durable`);
    this.#stored.snapshot = snapshot;
  }

  readSnapshot(): Snapshot | undefined {
    return this.#stored.snapshot;
  }

  close(): Promise<void> {
    return this.#queue.close(() => undefined);
  }

  /** Makes the next commit fail, as a full or broken disk would. */
  failNextCommit(error = orderwrightError("journal.writeFailed", "The commit failed as the test told it to.")): void {
    this.#nextFailure = error;
  }

  /**
   * Ends this journal as a crash of the process would, and opens it again.
   *
   * @param undurable - what becomes of the events that were not yet reported durable: a crash may come before they
   *   reach the disk or just after. Both are legal.
   */
  crash(undurable: "lost" | "kept" = "lost"): MemoryJournal {
    const queued = this.#queue.abandon();
    if (undurable === "kept") this.#store(queued);
    return new MemoryJournal(this.#options, this.#stored);
  }

  #write(commit: Commit): OrderwrightError | undefined {
    const failure = this.#nextFailure;
    if (failure !== undefined) return failure;
    this.#store(commit.events);
    return undefined;
  }

  *#range(from: number, to: number): Generator<RecordedEvent> {
    for (let index = from; index < to; index++) yield this.#stored.events[index] as RecordedEvent;
  }

  #store(events: readonly RecordedEvent[]): void {
    for (const event of events) {
      this.#stored.events.push(event);
      this.#stored.aliases.note(event);
    }
  }
}

function emptyStore(): Stored {
  return { events: [], aliases: new OrderAliases(), snapshot: undefined };
}
