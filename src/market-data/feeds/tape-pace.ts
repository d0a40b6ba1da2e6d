// How fast a tape plays, and the clock that goes with it: by real time, or as fast as all others keep up.
// What is played is tape-player.ts's.

import { assert } from "../../domain/assert.ts";
import type { Instant } from "../../domain/time.ts";
import type { Activity } from "../../runtime/activity.ts";
import type { Clock } from "../../runtime/clock.ts";
import { NodeClock } from "../../runtime/node/node-clock.ts";
import { settle } from "../../runtime/node/settle.ts";
import { VirtualClock } from "../../runtime/virtual-clock.ts";

/** `speed`: the tape's time runs `factor` times as fast as real time · `max`: it waits for nothing but its hearers. */
export type TapeMode = { readonly kind: "speed"; readonly factor: number } | { readonly kind: "max" };

/** A clock in the hands of a tape. It stands still until {@link go}. */
export interface TapePace {
  readonly clock: Clock;
  go(): void;
  halt(): void;
  /** Moves the clock, without any event of the tape, until the work has ended. */
  passUntil(work: Promise<unknown>): Promise<void>;
  /** Resolves when the clock shows `at`, or when the signal aborts. */
  reach(at: Instant, signal: AbortSignal): Promise<void>;
  /** Awaited after each event, before the next is looked at. */
  afterEvent(): Promise<void>;
  /** The tape is over: from now on the clock goes on at the pace of real time. */
  releaseToRealTime(): void;
  close(): Promise<void>;
}

export function createTapePace(mode: TapeMode, startAt: Instant, activity: Activity): TapePace {
  return mode.kind === "max" ? new MaxPace(startAt, activity) : new SpeedPace(startAt, mode.factor);
}

/** How many events that are late already are delivered in a row before others get their turn. */
const LATE_EVENTS_PER_TURN = 64;

class SpeedPace implements TapePace {
  readonly clock: NodeClock;
  readonly #factor: number;
  #eventsThisTurn = 0;

  constructor(startAt: Instant, factor: number) {
    assert(Number.isFinite(factor) && factor > 0, `a tape cannot play at ${factor} times its speed`);
    this.#factor = factor;
    this.clock = new NodeClock({ startAt, speed: 0 });
  }

  go(): void {
    this.clock.setSpeed(this.#factor);
  }

  halt(): void {
    this.clock.setSpeed(0);
  }

  async passUntil(work: Promise<unknown>): Promise<void> {
    this.go();
    await work;
  }

  async reach(at: Instant, signal: AbortSignal): Promise<void> {
    const waitMs = at - this.clock.now();
    if (waitMs <= 0 || signal.aborted) return;
    this.#eventsThisTurn = 0;
    await new Promise<void>((resolve) => {
      const cancel = this.clock.schedule(waitMs, done);
      signal.addEventListener("abort", done);
      function done(): void {
        cancel();
        signal.removeEventListener("abort", done);
        resolve();
      }
    });
  }

  async afterEvent(): Promise<void> {
    this.#eventsThisTurn++;
    if (this.#eventsThisTurn < LATE_EVENTS_PER_TURN) return;
    this.#eventsThisTurn = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }

  releaseToRealTime(): void {
    this.clock.setSpeed(1);
  }

  close(): Promise<void> {
    this.clock.setSpeed(0);
    return Promise.resolve();
  }
}

/** How often the clock is moved after the end of a tape. */
const TICK_MS = 10;

class MaxPace implements TapePace {
  readonly clock: VirtualClock;
  readonly #settle: () => Promise<void>;
  #ticker: NodeJS.Timeout | undefined;
  #tick: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(startAt: Instant, activity: Activity) {
    this.clock = new VirtualClock(startAt);
    this.#settle = () => settle(activity);
  }

  /** Nothing moves this clock but {@link reach}. */
  go(): void {}

  halt(): void {}

  async passUntil(work: Promise<unknown>): Promise<void> {
    let ended = false;
    const end = (): void => {
      ended = true;
    };
    work.then(end, end);
    for (;;) {
      await this.#settle();
      const { nextTimerAt } = this.clock;
      if (ended || nextTimerAt === undefined) break;
      await this.clock.advanceTo(nextTimerAt, this.#settle);
    }
    await work;
  }

  async reach(at: Instant): Promise<void> {
    await this.clock.advanceTo(at, this.#settle);
  }

  async afterEvent(): Promise<void> {
    await this.#settle();
  }

  releaseToRealTime(): void {
    this.#scheduleTick(performance.now());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#ticker);
    await this.#tick;
  }

  #scheduleTick(lastMs: number): void {
    if (this.#isClosed) return;
    this.#ticker = setTimeout(() => {
      const nowMs = performance.now();
      // An error of a timer's callback stays unhandled on purpose: as with a timer of Node.js, it ends the process.
      this.#tick = this.clock.advanceTo(this.clock.now() + (nowMs - lastMs), this.#settle);
      void this.#tick.then(() => this.#scheduleTick(nowMs));
    }, TICK_MS);
  }
}
