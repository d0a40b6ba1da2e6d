// The paper venue's records of orders in memory: those that work, and those that changed since the last commit.
// All others are read from the store by key.

import type { AccountId } from "../../domain/identifiers.ts";
import type { PaperOrder, PaperStore } from "./paper-store.ts";

export class OrderRecords {
  readonly #store: PaperStore;
  readonly #working = new Map<string, PaperOrder>();
  #changed = new Map<string, PaperOrder>();
  /** Working and changed ones, by account and our id. */
  readonly #byOwner = new Map<string, PaperOrder>();

  constructor(store: PaperStore, working: readonly PaperOrder[]) {
    this.#store = store;
    for (const order of working) {
      this.#working.set(order.venueOrderId, order);
      this.#byOwner.set(ownerKey(order), order);
    }
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0;
  }

  /** @throws {OrderwrightError} when the store cannot be read. */
  find(account: AccountId, clientOrderId: string): PaperOrder | undefined {
    const held = this.#byOwner.get(ownerKey({ account, clientOrderId }));
    return held ?? this.#store.order(account, clientOrderId);
  }

  /** Returns an order that works, or that ended since the last commit. */
  get(venueOrderId: string): PaperOrder | undefined {
    return this.#working.get(venueOrderId) ?? this.#changed.get(venueOrderId);
  }

  /** Returns an account's working orders in the order of their arrival. */
  working(account: AccountId): PaperOrder[] {
    return [...this.#working.values()].filter((order) => order.account === account);
  }

  put(order: PaperOrder): void {
    if (order.status === "working") this.#working.set(order.venueOrderId, order);
    else this.#working.delete(order.venueOrderId);
    this.#byOwner.set(ownerKey(order), order);
    this.#changed.set(order.venueOrderId, order);
  }

  /** Returns what a commit must hold, and forgets the ended ones: from then on the store has them. */
  takeChanges(): readonly PaperOrder[] {
    const changed = [...this.#changed.values()];
    for (const order of changed) {
      if (order.status !== "working") this.#byOwner.delete(ownerKey(order));
    }
    this.#changed = new Map();
    return changed;
  }
}

function ownerKey(order: { readonly account: AccountId; readonly clientOrderId: string }): string {
  return `${order.account}/${order.clientOrderId}`;
}
