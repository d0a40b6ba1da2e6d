// What one comparison with a venue has seen, for its report. Nothing here decides or records.

import type { AccountId, OrderId } from "../domain/identifiers.ts";
import type { ReconcileReport } from "./engine-api.ts";

export class Findings {
  readonly dryRun: boolean;
  readonly #list: ReconcileReport["findings"][number][] = [];
  ordersChecked = 0;
  fillsRead = 0;
  failedQueries = 0;

  constructor(dryRun: boolean) {
    this.dryRun = dryRun;
  }

  get count(): number {
    return this.#list.length;
  }

  add(kind: string, text: string, orderId?: OrderId): void {
    this.#list.push({ kind, text, ...(orderId === undefined ? {} : { orderId }) });
  }

  report(account: AccountId): ReconcileReport {
    const { dryRun, ordersChecked, fillsRead, failedQueries } = this;
    return { account, dryRun, ordersChecked, fillsRead, failedQueries, findings: this.#list };
  }
}
