// What the engine does by the clock: stale orders, periodic reconciliation, snapshots.

import type { AccountId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import type { CancelTimer, Clock } from "../runtime/clock.ts";
import type { Unsubscribe } from "./engine-api.ts";
import type { AccountConfig } from "./engine-config.ts";
import { writeState } from "./engine-snapshot.ts";
import type { IntentTimes } from "./intent-times.ts";
import type { Recorder } from "./recorder.ts";
import type { EngineSettings } from "./settings.ts";

export interface ScheduleOptions {
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly intents: IntentTimes;
  readonly settings: EngineSettings;
  readonly accounts: readonly AccountConfig[];
  /** The event of the newest stored snapshot; 0 for none. */
  readonly snapshotSeq: number;
  readonly cancel: (order: Order) => void;
  readonly reconcile: (account: AccountId) => void;
}

/** Between two cancels of one stale order, at most. */
const LONGEST_STALE_WAIT_MS = 60_000;

export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #timers = new Map<string, CancelTimer>();
  readonly #staleAsked = new WeakMap<Order, { readonly notBeforeMs: number; readonly waitMs: number }>();
  #stopped = false;
  #unsubscribe: Unsubscribe = () => undefined;
  #snapshotSeq: number;

  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#snapshotSeq = options.snapshotSeq;
  }

  start(): void {
    const { settings } = this.#options;
    this.#every("stale", settings.staleCheckEveryMs, () => this.cancelStaleOrders());
    this.#every("reconcile", settings.reconcileEveryMs, () => this.#reconcileAll());
    this.#unsubscribe = this.#options.recorder.bus.subscribe((event) => {
      if (event.seq - this.#snapshotSeq >= settings.snapshotEveryEvents) this.writeSnapshot();
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#unsubscribe();
  }

  /** Takes a snapshot of what is folded now, and stores it once that is durable. */
  writeSnapshot(): void {
    const { recorder } = this.#options;
    const { seq } = recorder.state;
    if (seq === this.#snapshotSeq) return;
    this.#snapshotSeq = seq;
    const state = writeState(recorder.state);
    recorder.afterDurable(
      () => recorder.journal.writeSnapshot({ seq, state }),
      () => undefined, // what never became durable needs no snapshot
    );
  }

  /** Cancels entry orders past their own or their account's maximum age. */
  cancelStaleOrders(): void {
    const { recorder, intents, accounts, cancel } = this.#options;
    for (const account of accounts) {
      for (const order of [...recorder.state.index.openOrdersOfAccount(account.id as AccountId)]) {
        const maxAgeMs = order.maxAgeMs ?? account.staleAfterMs;
        if (maxAgeMs === undefined || intents.ageMs(order) <= maxAgeMs || !order.canCancel) continue;
        if (order.reduceOnly && account.staleIncludesExits !== true && order.maxAgeMs === undefined) continue;
        if (this.#isTimeToAsk(order)) cancel(order);
      }
    }
  }

  /** A cancel that was refused is asked for again ever more rarely: the venue has said no, and may go on to. */
  #isTimeToAsk(order: Order): boolean {
    const { clock, settings } = this.#options;
    const nowMs = clock.monotonicMs();
    const { notBeforeMs, waitMs } = this.#staleAsked.get(order) ?? {
      notBeforeMs: nowMs,
      waitMs: settings.staleCheckEveryMs,
    };
    if (nowMs < notBeforeMs) return false;
    const nextWaitMs = Math.min(waitMs * 2, LONGEST_STALE_WAIT_MS);
    this.#staleAsked.set(order, { notBeforeMs: nowMs + waitMs, waitMs: nextWaitMs });
    return true;
  }

  #reconcileAll(): void {
    for (const account of this.#options.accounts) this.#options.reconcile(account.id as AccountId);
  }

  #every(name: string, periodMs: number, work: () => void): void {
    if (periodMs === 0 || this.#stopped) return;
    this.#timers.set(
      name,
      this.#options.clock.schedule(periodMs, () => {
        if (this.#stopped) return;
        this.#every(name, periodMs, work);
        work();
      }),
    );
  }
}
