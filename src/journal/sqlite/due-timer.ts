// A mark that becomes due a while after it was asked for: how the readable tables trail the commits.

import type { CancelTimer, Clock } from "../../runtime/clock.ts";

export class DueTimer {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #timer: CancelTimer | undefined;
  #due = false;
  #stopped = false;

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Becomes due after a delay; does nothing while it is due or will be. */
  arm(delayMs: number): void {
    if (this.#timer !== undefined || this.#due || this.#stopped) return;
    this.#timer = this.#clock.schedule(delayMs, () => this.hurry());
  }

  /** Becomes due now. */
  hurry(): void {
    if (this.#stopped) return;
    this.#timer?.();
    this.#timer = undefined;
    this.#due = true;
    this.#onDue();
  }

  /** Returns whether it is due, and no longer is. */
  take(): boolean {
    const due = this.#due;
    this.#due = false;
    return due;
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.();
    this.#timer = undefined;
  }
}
