// Real time from Node.js, optionally moved to another start and run at another speed (a tape's time).
// Tests use ../virtual-clock.ts instead.

import { assert } from "../../domain/assert.ts";
import type { Instant } from "../../domain/time.ts";
import type { CancelTimer, Clock } from "../clock.ts";
import { TimerQueue } from "../timer-queue.ts";

/** Longest delay that Node.js keeps; it fires a longer one at once. */
const MAX_NODE_DELAY_MS = 2 ** 31 - 1;

export interface NodeClockOptions {
  /** What the clock shows at its making. Unset: the system's wall time, followed wherever it goes. */
  readonly startAt?: Instant;
  /** Clock milliseconds per real millisecond, at least 0: 1 unless told, 0 stands still. */
  readonly speed?: number;
  /** Lets the process end while timers wait. */
  readonly unref?: boolean;
}

/**
 * The system's clock, or one of its own that starts at `startAt` and runs `speed` times as fast.
 *
 * Timers and `monotonicMs` count in the clock's milliseconds: at speed 10, a timer of 1,000 ms
 * fires after 100 real ones. Due timers fire in the order of their instants, never early.
 */
export class NodeClock implements Clock {
  readonly #timers = new TimerQueue();
  readonly #startAt: Instant | undefined;
  readonly #unref: boolean;
  #speed: number;
  /** Where the clock's own count and the real one met last: at the start, or when the speed changed. */
  #baseMs = 0;
  #baseRealMs = performance.now();
  #armed: NodeJS.Timeout | undefined;

  constructor(options: NodeClockOptions = {}) {
    const speed = options.speed ?? 1;
    assertSpeed(speed);
    this.#speed = speed;
    this.#startAt = options.startAt ?? (speed === 1 ? undefined : Date.now());
    this.#unref = options.unref ?? false;
  }

  now(): Instant {
    return this.#startAt === undefined ? Date.now() : this.#startAt + this.monotonicMs();
  }

  monotonicMs(): number {
    return this.#baseMs + (performance.now() - this.#baseRealMs) * this.#speed;
  }

  get speed(): number {
    return this.#speed;
  }

  /**
   * Goes on from the present instant at another speed; 0 stops the clock and its timers.
   *
   * @throws {InvariantViolation} on a clock without `startAt`: the system's time keeps its own pace.
   */
  setSpeed(speed: number): void {
    assertSpeed(speed);
    assert(this.#startAt !== undefined, "the system's wall time has no other speed: give startAt");
    this.#baseMs = this.monotonicMs();
    this.#baseRealMs = performance.now();
    this.#speed = speed;
    this.#arm();
  }

  schedule(delayMs: number, callback: () => void): CancelTimer {
    const dueAt = this.monotonicMs() + Math.max(0, delayMs);
    const before = this.#timers.nextDueAt;
    const cancel = this.#timers.add(dueAt, callback);
    if (before === undefined || dueAt < before) this.#arm();
    return () => {
      cancel();
      if (this.#timers.size === 0) this.#disarm();
    };
  }

  /** Keeps one Node.js timer: for the first of ours. */
  #arm(): void {
    this.#disarm();
    const dueAt = this.#timers.nextDueAt;
    if (dueAt === undefined || this.#speed === 0) return;
    const realMs = Math.ceil((dueAt - this.monotonicMs()) / this.#speed);
    this.#armed = setTimeout(() => this.#fire(), Math.min(Math.max(realMs, 0), MAX_NODE_DELAY_MS));
    if (this.#unref) this.#armed.unref();
  }

  #disarm(): void {
    clearTimeout(this.#armed);
    this.#armed = undefined;
  }

  #fire(): void {
    // One reading for the round, so that callbacks that schedule anew cannot keep the event loop for themselves.
    const now = this.monotonicMs();
    try {
      for (let callback = this.#timers.takeDue(now); callback !== undefined; callback = this.#timers.takeDue(now)) {
        callback();
        // A callback may have stopped the clock; nothing fires on a clock that stands.
        if (this.#speed === 0) return;
      }
    } finally {
      // Also after a callback threw: Node.js reports that, and the other timers still fire.
      this.#arm();
    }
  }
}

function assertSpeed(speed: number): void {
  assert(Number.isFinite(speed) && speed >= 0, `a clock cannot run at speed ${speed}`);
}
