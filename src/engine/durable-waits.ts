// Who waits for which journal position: a queue in order of position, released from its head as commits
// land. What becomes durable when is the journal's business.

import type { OrderwrightError } from "../domain/errors.ts";

/** Something to do once a position is durable, or to be told that it never will be. */
interface Wait {
  readonly seq: number;
  readonly durable: () => void;
  readonly failed: (reason: OrderwrightError) => void;
}

/** Released places at the head are given back in bulk, so that a release costs no shifting. */
const COMPACT_FROM = 1_024;

export class DurableWaits {
  #waits: Wait[] = [];
  #head = 0;

  get size(): number {
    return this.#waits.length - this.#head;
  }

  /** Positions never go down from one call to the next. */
  add(seq: number, durable: () => void, failed: (reason: OrderwrightError) => void): void {
    this.#waits.push({ seq, durable, failed });
  }

  release(durableSeq: number): void {
    for (;;) {
      const wait = this.#waits[this.#head];
      if (wait === undefined || wait.seq > durableSeq) break;
      this.#head++;
      wait.durable();
    }
    if (this.#head < COMPACT_FROM && this.#head < this.#waits.length) return;
    if (this.#head * 2 < this.#waits.length) return;
    this.#waits = this.#waits.slice(this.#head);
    this.#head = 0;
  }

  /** Tells everybody that their position will never be durable. */
  fail(reason: OrderwrightError): void {
    const waiting = this.#waits.slice(this.#head);
    this.#waits = [];
    this.#head = 0;
    for (const wait of waiting) wait.failed(reason);
  }
}
