// What happened in a run, line by line: a hash over all of it, and the lines themselves where somebody wants them.
// Two runs of one seed at one commit have the same hash, or something reads a clock, a random source or an order
// of things that is not the simulation's.

import { createHash, type Hash } from "node:crypto";
import type { Clock } from "../runtime/clock.ts";

/** Lines are hashed in pieces of about this many characters. */
const PIECE = 65_536;

export class Trace {
  readonly #clock: Clock;
  readonly #hash: Hash = createHash("sha256");
  readonly #write: ((line: string) => void) | undefined;
  #pending = "";
  #lines = 0;

  /** @param write - takes each line as it comes; absent, only the hash is kept. */
  constructor(clock: Clock, write?: (line: string) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  /** How many lines there were: the simulated events of a run. */
  get lines(): number {
    return this.#lines;
  }

  note(kind: string, text: string): void {
    this.#lines++;
    const line = `${this.#clock.monotonicMs()} ${kind} ${text}\n`;
    this.#pending += line;
    if (this.#pending.length > PIECE) this.#flush();
    this.#write?.(line);
  }

  /** Ends the trace. @returns the hash over all lines, in hex, shortened to 16 digits. */
  digest(): string {
    this.#flush();
    return this.#hash.digest("hex").slice(0, 16);
  }

  #flush(): void {
    this.#hash.update(this.#pending);
    this.#pending = "";
  }
}
