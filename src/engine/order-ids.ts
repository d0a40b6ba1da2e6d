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

/** Returns the epoch after the last journaled one. @throws {OrderwrightError} `config.invalid` when all 65,535 are used. */
export function nextEpoch(last: number): number {
  if (last >= MAX_EPOCH) {
    throw new OrderwrightError(
      "config.invalid",
      `The journal has seen ${MAX_EPOCH} starts, which is all that its order ids can tell apart. Start a new journal with another orderIdPrefix.`,
    );
  }
  return last + 1;
}
