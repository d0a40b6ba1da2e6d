// An order in JSON for tests: a resting limit order unless told otherwise.

import type { OrderJson } from "../contract.ts";

export const T0 = Date.UTC(2024, 7, 9, 14, 0, 0);

export function anOrder(changes: Partial<OrderJson> = {}): OrderJson {
  return {
    id: "OWRmain0000L00010000002a",
    displayId: "OWR_main0000_L_0001_0000002a",
    account: "main",
    venue: "paper",
    instrumentId: "BTC/USDT",
    side: "buy",
    orderType: "limit",
    timeInForce: "gtc",
    quantity: "0.5",
    price: "60000.00",
    postOnly: false,
    reduceOnly: false,
    origin: "MANUAL",
    status: "acknowledged",
    inferred: false,
    outcomeUnknown: false,
    triggered: false,
    revision: 0,
    cumulativeQuantity: "0",
    cost: "0",
    fees: {},
    fills: [],
    createdAt: T0,
    submittedAt: T0,
    acknowledgedAt: T0 + 12,
    statusAt: T0 + 12,
    updatedAt: T0 + 12,
    lastSeq: 4,
    leavesQuantity: "0.5",
    effectiveQuantity: "0.5",
    fillPercentage: "0",
    overfilled: false,
    isTerminal: false,
    isActive: true,
    isWorking: true,
    isSettled: false,
    canCancel: true,
    canReplace: true,
    ...changes,
  };
}

/** The fields of an order that has ended. */
export function ended(status: OrderJson["status"], changes: Partial<OrderJson> = {}): OrderJson {
  return anOrder({
    status,
    isTerminal: true,
    isActive: false,
    isWorking: false,
    isSettled: true,
    canCancel: false,
    canReplace: false,
    completedAt: T0 + 5_000,
    ...changes,
  });
}
