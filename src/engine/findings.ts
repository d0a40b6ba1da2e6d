// What one comparison with a venue has seen, for its report. Nothing here decides or records.

import { Decimal } from "../domain/decimal.ts";
import type { AccountId, OrderId } from "../domain/identifiers.ts";
import type { ReconcileReport } from "./engine-api.ts";

export class Findings {
  readonly dryRun: boolean;
  /** On the monotonic clock: none of the answers that it is about was asked for earlier. */
  readonly sinceMs: number;
  readonly #list: ReconcileReport["findings"][number][] = [];
  ordersChecked = 0;
  fillsRead = 0;
  failedQueries = 0;
  unreadableAnswers = 0;
  /** In a dry run: what executions would book of each order. */
  readonly #foreseen = new Map<OrderId, Decimal>();

  constructor(dryRun: boolean, sinceMs: number) {
    this.dryRun = dryRun;
    this.sinceMs = sinceMs;
  }

  get count(): number {
    return this.#list.length;
  }

  add(kind: string, text: string, orderId?: OrderId): void {
    this.#list.push({ kind, text, ...(orderId === undefined ? {} : { orderId }) });
  }

  foresee(orderId: OrderId, quantity: Decimal): void {
    this.#foreseen.set(orderId, this.foreseen(orderId).add(quantity));
  }

  foreseen(orderId: OrderId): Decimal {
    return this.#foreseen.get(orderId) ?? Decimal.zero;
  }

  /** @param openCases - of the account, after the comparison. */
  report(account: AccountId, openCases: number): ReconcileReport {
    const { dryRun, ordersChecked, fillsRead, failedQueries, unreadableAnswers } = this;
    const counts = { ordersChecked, fillsRead, failedQueries, unreadableAnswers, openCases };
    return { account, dryRun, ...counts, findings: this.#list };
  }
}
