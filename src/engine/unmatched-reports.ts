// Reports whose order we cannot name yet. A venue's stream can be faster than the reply that tells us its
// order id: such a report waits a moment, and is then about an order of ours, or about a stranger's.

import type { ExecutionReport } from "../domain/execution-report.ts";
import type { CancelTimer, Clock } from "../runtime/clock.ts";

/** More than these are not held: they are taken for strangers' at once, and the next reconciliation finds ours. */
const MAX_HELD = 1_000;

export interface UnmatchedReportsOptions {
  readonly clock: Clock;
  readonly holdMs: number;
  /** Takes the report if its order is known by now. */
  readonly match: (report: ExecutionReport) => boolean;
  readonly foreign: (report: ExecutionReport) => void;
}

export class UnmatchedReports {
  readonly #options: UnmatchedReportsOptions;
  readonly #held = new Set<CancelTimer>();

  constructor(options: UnmatchedReportsOptions) {
    this.#options = options;
  }

  take(report: ExecutionReport): void {
    const { clock, holdMs, match, foreign } = this.#options;
    // A client id says whose it is.
    if (report.orderId !== undefined || this.#held.size >= MAX_HELD) {
      foreign(report);
      return;
    }
    const cancelTimer = clock.schedule(holdMs, () => {
      this.#held.delete(cancelTimer);
      if (!match(report)) foreign(report);
    });
    this.#held.add(cancelTimer);
  }

  close(): void {
    for (const cancelTimer of this.#held) cancelTimer();
    this.#held.clear();
  }
}
