// A digest of what was filled: two runs with equal digests traded alike, to the unit and the instant.

import { createHash, type Hash } from "node:crypto";
import type { EngineApi } from "../engine/engine-api.ts";

/** Follows an engine's fills from now on. Our order ids are left out: they carry the epoch of the start. */
export class FillDigest {
  readonly #hash: Hash = createHash("sha256");
  #fills = 0;

  constructor(engine: EngineApi) {
    engine.onFill((event, order) => {
      if (!("fill" in event) || event.fill === undefined || order === undefined) return;
      const { fill } = event;
      this.#fills++;
      const { account, instrumentId, side } = order;
      this.#hash.update(
        `${account} ${instrumentId} ${side} ${fill.price} ${fill.quantity} ${fill.liquidity} ${fill.fee?.amount ?? 0} ${fill.venueAt}\n`,
      );
    });
  }

  get fills(): number {
    return this.#fills;
  }

  /** Returns the digest so far; more fills may follow. */
  toString(): string {
    return this.#hash.copy().digest("hex");
  }
}
