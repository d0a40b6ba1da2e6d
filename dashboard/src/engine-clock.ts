// What time it is for the engine. In replay the tape's time is the clock and may run many times as
// fast as the wall, so ages are measured against an estimate: the latest instant heard, carried on at
// the tape's speed. The wall clock comes in as an argument.

/** How far the estimate may run ahead of the last word from the server: three heartbeats. */
const LONGEST_GUESS_MS = 6_000;

export class EngineClock {
  #heardAt = 0;
  #engineAt = 0;
  #rate = 1;

  /** Notes an instant that the server named. An older one than the estimate's base changes nothing. */
  hear(engineAt: number, wallAt: number): void {
    if (engineAt < this.#engineAt) return;
    this.#engineAt = engineAt;
    this.#heardAt = wallAt;
  }

  /** Begins anew: another server, or the same one with another tape. */
  reset(engineAt: number, wallAt: number): void {
    this.#engineAt = engineAt;
    this.#heardAt = wallAt;
  }

  /** @param rate engine milliseconds per wall millisecond; 0 when time stands or cannot be foretold. */
  setRate(rate: number): void {
    this.#rate = rate;
  }

  now(wallAt: number): number {
    const elapsed = Math.min(Math.max(0, wallAt - this.#heardAt), LONGEST_GUESS_MS);
    return this.#engineAt + elapsed * this.#rate;
  }
}

/** Returns the rate at which the engine's time goes on under a market status. */
export function rateOf(market: { state: string; speed: number | "max" } | undefined): number {
  if (market === undefined) return 1;
  if (market.state !== "running" || market.speed === "max") return 0;
  return market.speed;
}
