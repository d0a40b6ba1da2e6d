// Time as one simulated process sees it: the world's, with a wall clock that may jump, timers that wait while the
// process is stopped and die with it. What happens at which instant is decided elsewhere.

import type { Instant } from "../domain/time.ts";
import type { CancelTimer, Clock } from "../runtime/clock.ts";
import type { VirtualClock } from "../runtime/virtual-clock.ts";

/** One life of a process: from its start to its end. */
export class ProcessClock implements Clock {
  readonly #world: VirtualClock;
  #wallOffsetMs: number;
  #isAlive = true;
  #isStopped = false;
  /** What came due while the process was stopped, in order. */
  #backlog: (() => void)[] = [];

  constructor(world: VirtualClock, wallOffsetMs: number) {
    this.#world = world;
    this.#wallOffsetMs = wallOffsetMs;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  get wallOffsetMs(): number {
    return this.#wallOffsetMs;
  }

  now(): Instant {
    return this.#world.now() + this.#wallOffsetMs;
  }

  monotonicMs(): number {
    return this.#world.monotonicMs();
  }

  schedule(delayMs: number, callback: () => void): CancelTimer {
    let isCanceled = false;
    const run = (): void => {
      if (!isCanceled) callback();
    };
    const cancelTimer = this.#world.schedule(delayMs, () => this.#run(run));
    return () => {
      isCanceled = true;
      cancelTimer();
    };
  }

  /** The wall clock is set: a step of NTP, a resumed machine. Durations do not change. */
  jump(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** Nothing of the process runs until {@link resume}: a stop signal, a long collection of garbage, a paused machine. */
  stop(): void {
    this.#isStopped = true;
  }

  /** What came due meanwhile runs now, one after the other. */
  resume(): void {
    if (!this.#isAlive || !this.#isStopped) return;
    this.#isStopped = false;
    const backlog = this.#backlog;
    this.#backlog = [];
    for (const run of backlog) this.#world.schedule(0, () => this.#run(run));
  }

  /** Nothing of the process ever runs again. */
  kill(): void {
    this.#isAlive = false;
    this.#backlog = [];
  }

  #run(callback: () => void): void {
    if (!this.#isAlive) return;
    if (this.#isStopped) this.#backlog.push(callback);
    else callback();
  }
}
