// Which orders the blotter shows and in which order: pure functions of a list. Unknown orders come
// first whatever the sort, since they are the ones that need a person. Sort keys are approximate
// numbers (order on the screen, not money).

import type { OrderJson } from "./contract.ts";
import { isUnknown, statusWord } from "./order-words.ts";

export const TABS = ["open", "ended", "all"] as const;
export type Tab = (typeof TABS)[number];

export const SORT_KEYS = [
  "time",
  "account",
  "instrument",
  "side",
  "type",
  "price",
  "quantity",
  "filled",
  "average",
  "fees",
  "status",
  "origin",
  "id",
] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export interface Sort {
  readonly key: SortKey;
  readonly descending: boolean;
}

export const NEWEST_FIRST: Sort = { key: "time", descending: true };

export interface ListQuery {
  readonly tab: Tab;
  readonly filter: string;
  readonly sort: Sort;
}

/** Returns the orders to show, unknown ones first. */
export function selectOrders(orders: Iterable<OrderJson>, query: ListQuery): OrderJson[] {
  const words = query.filter.toLowerCase().split(/\s+/).filter(Boolean);
  const chosen: { order: OrderJson; unknown: boolean; key: number | string }[] = [];
  for (const order of orders) {
    if (!isInTab(order, query.tab) || !matches(order, words)) continue;
    chosen.push({ order, unknown: isUnknown(order), key: SORT_VALUE[query.sort.key](order) });
  }
  const direction = query.sort.descending ? -1 : 1;
  chosen.sort((a, b) => {
    if (a.unknown !== b.unknown) return a.unknown ? -1 : 1;
    if (a.key < b.key) return -direction;
    if (a.key > b.key) return direction;
    // The newest of equals first, and the same answer every time.
    return b.order.createdAt - a.order.createdAt || (a.order.id < b.order.id ? 1 : -1);
  });
  return chosen.map(({ order }) => order);
}

/** Returns the sort that a click on a header asks for: the other direction of the same column, or a new one. */
export function nextSort(current: Sort, key: SortKey): Sort {
  if (current.key === key) return { key, descending: !current.descending };
  return { key, descending: key === "time" || key === "filled" || key === "quantity" };
}

function isInTab(order: OrderJson, tab: Tab): boolean {
  return tab === "all" || (tab === "open") === order.isActive;
}

/** Every word must be found somewhere. */
function matches(order: OrderJson, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = [
    order.id,
    order.displayId,
    order.clientOrderId,
    order.venueOrderId,
    order.instrumentId,
    order.account,
    order.side,
    order.status,
    statusWord(order),
    isUnknown(order) ? "unknown" : "",
    order.origin,
    order.orderType,
    order.timeInForce,
  ]
    .join(" ")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

const SORT_VALUE: Readonly<Record<SortKey, (order: OrderJson) => number | string>> = {
  time: (order) => order.createdAt,
  account: (order) => order.account,
  instrument: (order) => order.instrumentId,
  side: (order) => order.side,
  type: (order) => `${order.orderType} ${order.timeInForce}`,
  price: (order) => Number(order.price ?? order.triggerPrice ?? 0),
  quantity: (order) => Number(order.quantity ?? order.notional ?? 0),
  filled: (order) => Number(order.fillPercentage),
  average: (order) => Number(order.averagePrice ?? 0),
  fees: (order) => Object.values(order.fees).reduce((sum, amount) => sum + Number(amount), 0),
  status: statusWord,
  origin: (order) => order.origin,
  id: (order) => order.id,
};
