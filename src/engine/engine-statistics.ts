// Counts and latencies of the engine's summary: moved with each event, never scanned.

import type { Order } from "../domain/order.ts";
import { isTerminalStatus, ORDER_STATUSES, type OrderStatus } from "../domain/order-status.ts";
import type { EngineSummary, Latency } from "./engine-api.ts";

interface RunningLatency {
  count: number;
  totalMs: number;
  maxMs: number;
}

/** The stored form: plain numbers, part of the engine's snapshot. */
export interface StatisticsState {
  readonly byStatus: Readonly<Record<string, number>>;
  readonly outcomeUnknown: number;
  readonly fills: number;
  readonly endedWithFills: number;
  readonly acknowledge: Readonly<RunningLatency>;
  readonly firstFill: Readonly<RunningLatency>;
}

/** What of an order the counts depend on: noted before an event, compared after it. */
export interface CountedState {
  readonly status: OrderStatus;
  readonly unknown: boolean;
  readonly fills: number;
  readonly acknowledged: boolean;
  readonly filled: boolean;
}

export function countedState(order: Order): CountedState {
  return {
    status: order.status,
    unknown: isUnknown(order),
    fills: order.fills.size,
    acknowledged: order.acknowledgedAt !== undefined,
    filled: order.firstFillAt !== undefined,
  };
}

/** Whether the outcome of the order's submit or of one of its requests is unknown. */
export function isUnknown(order: Order): boolean {
  return (
    order.outcomeUnknown ||
    order.pendingCancel?.outcomeUnknown === true ||
    order.pendingReplace?.outcomeUnknown === true
  );
}

export class EngineStatistics {
  readonly #byStatus: Record<OrderStatus, number>;
  #outcomeUnknown = 0;
  #fills = 0;
  #endedWithFills = 0;
  readonly #acknowledge: RunningLatency;
  readonly #firstFill: RunningLatency;

  constructor(state?: StatisticsState) {
    this.#byStatus = Object.fromEntries(
      ORDER_STATUSES.map((status) => [status, state?.byStatus[status] ?? 0]),
    ) as Record<OrderStatus, number>;
    this.#outcomeUnknown = state?.outcomeUnknown ?? 0;
    this.#fills = state?.fills ?? 0;
    this.#endedWithFills = state?.endedWithFills ?? 0;
    this.#acknowledge = { ...(state?.acknowledge ?? { count: 0, totalMs: 0, maxMs: 0 }) };
    this.#firstFill = { ...(state?.firstFill ?? { count: 0, totalMs: 0, maxMs: 0 }) };
  }

  born(order: Order): void {
    this.#byStatus[order.status]++;
  }

  changed(order: Order, before: CountedState): void {
    if (before.status !== order.status) {
      this.#byStatus[before.status]--;
      this.#byStatus[order.status]++;
    }
    this.#outcomeUnknown += Number(isUnknown(order)) - Number(before.unknown);
    this.#fills += order.fills.size - before.fills;
    const endedWithFills = order.isTerminal && order.fills.size > 0;
    this.#endedWithFills += Number(endedWithFills) - Number(isTerminalStatus(before.status) && before.fills > 0);
    if (!before.acknowledged) note(this.#acknowledge, order.submitToAcknowledgeMs());
    if (!before.filled) note(this.#firstFill, order.submitToFirstFillMs());
  }

  summary(open: number): EngineSummary {
    let total = 0;
    let ended = 0;
    for (const status of ORDER_STATUSES) {
      total += this.#byStatus[status];
      if (isTerminalStatus(status)) ended += this.#byStatus[status];
    }
    return {
      ordersTotal: total,
      open,
      outcomeUnknown: this.#outcomeUnknown,
      byStatus: { ...this.#byStatus },
      fillsTotal: this.#fills,
      filledRate: ended === 0 ? 0 : this.#byStatus.filled / ended,
      anyFillRate: ended === 0 ? 0 : this.#endedWithFills / ended,
      submitToAcknowledge: latency(this.#acknowledge),
      submitToFirstFill: latency(this.#firstFill),
    };
  }

  toState(): StatisticsState {
    return {
      byStatus: { ...this.#byStatus },
      outcomeUnknown: this.#outcomeUnknown,
      fills: this.#fills,
      endedWithFills: this.#endedWithFills,
      acknowledge: { ...this.#acknowledge },
      firstFill: { ...this.#firstFill },
    };
  }
}

function note(into: RunningLatency, valueMs: number | undefined): void {
  if (valueMs === undefined) return;
  into.count++;
  into.totalMs += valueMs;
  if (valueMs > into.maxMs) into.maxMs = valueMs;
}

function latency(of: RunningLatency): Latency {
  return { count: of.count, meanMs: of.count === 0 ? 0 : of.totalMs / of.count, maxMs: of.maxMs };
}
