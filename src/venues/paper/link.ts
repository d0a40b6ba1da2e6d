// One direction of the simulated network: messages arrive later, never out of order, never early.
// Loss and duplication are absent; the simulator's network brings those.

import type { CancelTimer, Clock } from "../../runtime/clock.ts";

interface Parcel<T> {
  readonly dueMs: number;
  readonly message: T;
}

/**
 * Delivers messages after their delays, in the order of sending: a slow one holds up those behind it,
 * as on one connection.
 *
 * All that is due at one instant is delivered in one call, so that the receiver can commit it at once.
 */
export class Link<T> {
  readonly #clock: Clock;
  readonly #deliver: (messages: readonly T[]) => void;
  #inFlight: Parcel<T>[] = [];
  #timer: CancelTimer | undefined;

  constructor(clock: Clock, deliver: (messages: readonly T[]) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  /** Sends; delivery is never synchronous, also with no delay. */
  send(message: T, delayMs: number): void {
    const nowMs = this.#clock.monotonicMs();
    this.#inFlight.push({ dueMs: nowMs + delayMs, message });
    // Of several in flight only the first is waited for: none may pass it.
    this.#timer ??= this.#clock.schedule(delayMs, () => this.#arrive());
  }

  /** Takes back all that has not arrived. */
  cut(): readonly T[] {
    this.#timer?.();
    this.#timer = undefined;
    const lost = this.#inFlight.map((parcel) => parcel.message);
    this.#inFlight = [];
    return lost;
  }

  #arrive(): void {
    // The timer fired for the first parcel: it is due whatever rounding says.
    const nowMs = Math.max(this.#clock.monotonicMs(), this.#inFlight[0]?.dueMs ?? 0);
    const later = this.#inFlight.findIndex((parcel) => parcel.dueMs > nowMs);
    const due = later < 0 ? this.#inFlight : this.#inFlight.slice(0, later);
    this.#inFlight = later < 0 ? [] : this.#inFlight.slice(later);
    const next = this.#inFlight[0];
    this.#timer = next === undefined ? undefined : this.#clock.schedule(next.dueMs - nowMs, () => this.#arrive());
    this.#deliver(due.map((parcel) => parcel.message));
  }
}
