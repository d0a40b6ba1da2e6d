// Issues order ids. The epoch is durable before the first id of it is issued, so none is used twice.

import { assert } from "../domain/assert.ts";
import { OrderwrightError } from "../domain/errors.ts";
import {
  type AccountTag,
  encodeOrderId,
  MAX_EPOCH,
  MAX_ORDER_COUNTER,
  type OrderId,
  type OrderType,
  type RequestId,
} from "../domain/identifiers.ts";
import type { Random } from "../runtime/random.ts";

export class OrderIds {
  readonly #prefix: string;
  readonly #epoch: number;
  #counter = 0;
  #requests = 0;

  constructor(prefix: string, epoch: number) {
    this.#prefix = prefix;
    this.#epoch = epoch;
  }

  next(accountTag: AccountTag, type: OrderType): OrderId {
    assert(this.#counter < MAX_ORDER_COUNTER, "an epoch holds 4,294,967,295 orders");
    this.#counter++;
    return encodeOrderId({ prefix: this.#prefix, accountTag, type, epoch: this.#epoch, counter: this.#counter });
  }

  /** Names a cancel or a replace: unique in the journal. */
  nextRequest(): RequestId {
    this.#requests++;
    return `r${this.#epoch.toString(16)}-${this.#requests.toString(16)}` as RequestId;
  }
}

/**
 * Returns where a new journal begins to count: anywhere in the lower half. A wiped data folder, or another desk with
 * the same prefix and tag, then does not hand out ids that the venue knows from before, but by rare chance.
 */
export function firstEpoch(random: Random): number {
  return 1 + random.nextInteger((MAX_EPOCH + 1) / 2);
}

/** Returns the epoch after the last journaled one. @throws {OrderwrightError} `config.invalid` when it was the last, 65,535. */
export function nextEpoch(last: number): number {
  if (last >= MAX_EPOCH) {
    throw new OrderwrightError(
      "config.invalid",
      `Epoch ${MAX_EPOCH} of this journal was the last that order ids can tell apart. Start a new journal with another orderIdPrefix.`,
    );
  }
  return last + 1;
}
