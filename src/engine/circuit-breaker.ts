// Leaves a failing venue alone for a while. It judges connectivity only: a venue that answers "no" works.
// Cancels and queries are never held back: they are the probes, and the exits.

import { RateWindow } from "./rate-window.ts";

export interface CircuitBreakerOptions {
  /** This many failures... */
  readonly failures: number;
  /** ...inside this window open the circuit. */
  readonly windowMs: number;
  /** How long it stays open without any sign of life. */
  readonly coolDownMs: number;
}

export const DEFAULT_CIRCUIT_BREAKER: CircuitBreakerOptions = { failures: 5, windowMs: 30_000, coolDownMs: 10_000 };

/** closed: all passes · open: no orders · halfOpen: one order at a time, to try. */
export type CircuitState = "closed" | "open" | "halfOpen";

/**
 * One venue's circuit. All instants are monotonic milliseconds.
 *
 * Only new orders and replaces ask {@link allows}; cancels and queries go ahead in every state, and
 * their ends are reported too: they are how an open circuit learns that the venue is back.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  #failures: RateWindow;
  #opened = false;
  /** Once opened: orders wait until then. */
  #halfOpenAtMs = 0;
  /** While half open: the order that tries has until then to end, in case its end is never reported. */
  #probeEndsAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: CircuitBreakerOptions = DEFAULT_CIRCUIT_BREAKER) {
    this.#options = options;
    this.#failures = this.#noFailures();
  }

  stateAt(nowMs: number): CircuitState {
    if (!this.#opened) return "closed";
    return nowMs < this.#halfOpenAtMs ? "open" : "halfOpen";
  }

  /** Whether an order may be sent now. A yes in the half-open state makes it the probe: ask last, then send. */
  allows(nowMs: number): boolean {
    if (!this.#opened) return true;
    if (nowMs < this.#halfOpenAtMs || nowMs < this.#probeEndsAtMs) return false;
    this.#probeEndsAtMs = nowMs + this.#options.coolDownMs;
    return true;
  }

  /**
   * Reports how a call ended: whether the venue answered, be it with a refusal. An answer turns open
   * into half open, and half open into closed; no answer in either starts the cool-down again.
   */
  note(answered: boolean, nowMs: number): void {
    if (answered) this.#succeeded(nowMs);
    else this.#failed(nowMs);
  }

  #succeeded(nowMs: number): void {
    switch (this.stateAt(nowMs)) {
      case "closed":
        return;
      case "open":
        this.#halfOpenAtMs = nowMs;
        return;
      case "halfOpen":
        this.#opened = false;
        this.#failures = this.#noFailures();
        return;
    }
  }

  #failed(nowMs: number): void {
    if (!this.#opened) this.#failures.record(nowMs);
    if (this.#opened || this.#failures.countAt(nowMs) >= this.#options.failures) this.#open(nowMs);
  }

  #open(nowMs: number): void {
    this.#opened = true;
    this.#halfOpenAtMs = nowMs + this.#options.coolDownMs;
    this.#probeEndsAtMs = Number.NEGATIVE_INFINITY;
  }

  #noFailures(): RateWindow {
    return new RateWindow({ count: this.#options.failures, windowMs: this.#options.windowMs });
  }
}
