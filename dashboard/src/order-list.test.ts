// Tabs, filter words and sorting of the blotter.

import { describe, expect, test } from "vitest";
import type { OrderJson } from "./contract.ts";
import { type ListQuery, NEWEST_FIRST, nextSort, selectOrders } from "./order-list.ts";
import { anOrder, ended, T0 } from "./testing/an-order.ts";

const orders: readonly OrderJson[] = [
  anOrder({ id: "a", createdAt: T0, price: "900", origin: "GRID" }),
  anOrder({ id: "b", createdAt: T0 + 2, price: "10000", side: "sell", clientOrderId: "alpha-7" }),
  anOrder({ id: "c", createdAt: T0 + 1, price: "2000", status: "submitted", outcomeUnknown: true, isWorking: false }),
  ended("filled", { id: "d", createdAt: T0 + 3, fillPercentage: "100" }),
];

function ids(query: Partial<ListQuery>): string {
  return selectOrders(orders, { tab: "all", filter: "", sort: NEWEST_FIRST, ...query })
    .map(({ id }) => id)
    .join("");
}

describe("the blotter's list", () => {
  test("shows the newest first, and unknown orders before all others", () => {
    expect(ids({})).toBe("cdba");
  });

  test("keeps unknown orders first whatever the sort", () => {
    expect(ids({ tab: "open", sort: { key: "price", descending: false } })).toBe("cab");
    expect(ids({ tab: "open", sort: { key: "price", descending: true } })).toBe("cba");
    expect(ids({ tab: "open", sort: { key: "id", descending: true } })).toBe("cba");
  });

  test("sorts prices as numbers, not as texts", () => {
    expect(ids({ tab: "open", sort: { key: "price", descending: false } })).toBe("cab");
    expect(ids({ tab: "open", filter: "acknowledged", sort: { key: "price", descending: true } })).toBe("ba");
  });

  test("has a tab for open and one for ended orders", () => {
    expect(ids({ tab: "open" })).toBe("cba");
    expect(ids({ tab: "ended" })).toBe("d");
  });

  test("filters by every word: id of any kind, side, origin, status", () => {
    expect(ids({ filter: "ALPHA" })).toBe("b");
    expect(ids({ filter: "grid buy" })).toBe("a");
    expect(ids({ filter: "grid sell" })).toBe("");
    expect(ids({ filter: "unknown" })).toBe("c");
    expect(ids({ filter: "filled" })).toBe("d");
  });

  test("a second click on a header turns the direction", () => {
    const first = nextSort(NEWEST_FIRST, "price");
    expect(first).toEqual({ key: "price", descending: false });
    expect(nextSort(first, "price")).toEqual({ key: "price", descending: true });
  });
});
