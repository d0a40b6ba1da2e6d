// Watches one venue's stream for silence: a connection that says nothing, not even that it is alive, is as good as
// cut, whatever the socket says. What follows from it is decided in venue-links.ts.

import type { Instant } from "../domain/time.ts";
import type { CancelTimer, Clock } from "../runtime/clock.ts";
import type { VenueListener } from "../venues/venue.ts";

/** One heartbeat may be late; the second one missing is silence. */
const MISSED_HEARTBEATS = 2;

export class StreamWatch {
  readonly #clock: Clock;
  readonly #patienceMs: number | undefined;
  readonly #fellSilent: (silentForMs: number) => void;
  #heardAt: Instant | undefined;
  #heardMs = 0;
  #cancelTimer: CancelTimer | undefined;

  /** @param heartbeatMs is the venue's promise; without one nothing is ever taken for silence. */
  constructor(clock: Clock, heartbeatMs: number | undefined, fellSilent: (silentForMs: number) => void) {
    this.#clock = clock;
    this.#patienceMs = heartbeatMs === undefined ? undefined : heartbeatMs * MISSED_HEARTBEATS;
    this.#fellSilent = fellSilent;
  }

  /** When the stream last said anything. */
  get lastHeardAt(): Instant | undefined {
    return this.#heardAt;
  }

  /** The stream said something. The timer is left alone: it looks for itself when it fires. */
  heard(): void {
    this.#heardAt = this.#clock.now();
    this.#heardMs = this.#clock.monotonicMs();
  }

  /** Counts silence from now on, until {@link stop} or the first silence. */
  start(): void {
    if (this.#patienceMs === undefined || this.#cancelTimer !== undefined) return;
    this.#heardMs = this.#clock.monotonicMs();
    this.#look(this.#patienceMs, this.#patienceMs);
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #look(inMs: number, patienceMs: number): void {
    this.#cancelTimer = this.#clock.schedule(inMs, () => {
      this.#cancelTimer = undefined;
      const silentForMs = this.#clock.monotonicMs() - this.#heardMs;
      if (silentForMs >= patienceMs) this.#fellSilent(silentForMs);
      else this.#look(patienceMs - silentForMs, patienceMs);
    });
  }
}

/** Returns the listener with an ear for every sign of life. A connection that changes is the adapter's word, and none. */
export function audible(listener: VenueListener, heard: () => void): VenueListener {
  return {
    report: (report) => {
      heard();
      listener.report(report);
    },
    heartbeat: () => {
      heard();
      listener.heartbeat();
    },
    unreadable: (message) => {
      heard();
      listener.unreadable(message);
    },
    connection: (state, reason) => listener.connection(state, reason),
  };
}
