// Net positions by account, from executions alone, in lots. The orders that may only reduce them are indexed here
// too; balances, margin and profit are not a matching engine's business.

import type { Side } from "../domain/order-event.ts";
import type { WorkingOrder } from "./working-order.ts";

const NO_ORDERS: ReadonlySet<WorkingOrder> = new Set();

export class Positions {
  /** Big integers: a sum of executions over years may pass 2^53 lots where an order may not. */
  readonly #lots = new Map<string, bigint>();
  readonly #changed = new Set<string>();
  readonly #reduceOnly = new Map<string, Set<WorkingOrder>>();

  get(account: string): bigint {
    return this.#lots.get(account) ?? 0n;
  }

  set(account: string, lots: bigint): void {
    this.#lots.set(account, lots);
  }

  apply(account: string, side: Side, lots: number): void {
    this.#lots.set(account, this.get(account) + (side === "buy" ? BigInt(lots) : -BigInt(lots)));
    this.#changed.add(account);
  }

  /** Returns how much an execution on a side can reduce the account's position, in lots. */
  reducible(account: string, side: Side): number {
    const position = this.get(account);
    const size = side === "buy" ? -position : position;
    if (size <= 0n) return 0;
    return size > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Number(size);
  }

  accounts(): Iterable<string> {
    return this.#lots.keys();
  }

  /** Returns the accounts whose position changed since the last call. */
  takeChanges(): string[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  /** Remembers a resting reduce-only order, which must go when there is nothing left to reduce. */
  watch(order: WorkingOrder): void {
    const watched = this.#reduceOnly.get(order.account);
    if (watched === undefined) this.#reduceOnly.set(order.account, new Set([order]));
    else watched.add(order);
  }

  unwatch(order: WorkingOrder): void {
    const watched = this.#reduceOnly.get(order.account);
    if (watched?.delete(order) === true && watched.size === 0) this.#reduceOnly.delete(order.account);
  }

  /** Returns the account's resting reduce-only orders that have nothing left to reduce. */
  idleReduceOnly(account: string): WorkingOrder[] {
    const watched = this.#reduceOnly.get(account) ?? NO_ORDERS;
    return watched.size === 0 ? [] : [...watched].filter((order) => this.reducible(account, order.side) === 0);
  }
}
