// The blotter: thousands of orders as a grid of rows, of which only those in sight exist. Sorting,
// filtering and tabs are order-list.ts; one row is order-row.tsx.

import { useComputed, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type App, useApp } from "../app.ts";
import { cancelAll, cancelOrder } from "../commands.ts";
import type { OrderJson } from "../contract.ts";
import { groupDigits } from "../format.ts";
import { NEWEST_FIRST, nextSort, type Sort, type SortKey, selectOrders, TABS, type Tab } from "../order-list.ts";
import { useVirtualRows } from "../use-virtual-rows.ts";
import { Icon } from "./icon.tsx";
import { OrderRow } from "./order-row.tsx";

const COLUMNS: readonly { readonly key: SortKey; readonly label: string; readonly numeric?: true }[] = [
  { key: "time", label: "Time" },
  { key: "account", label: "Account" },
  { key: "instrument", label: "Symbol" },
  { key: "side", label: "Side" },
  { key: "type", label: "Type" },
  { key: "price", label: "Price", numeric: true },
  { key: "quantity", label: "Quantity", numeric: true },
  { key: "filled", label: "Filled" },
  { key: "average", label: "Average", numeric: true },
  { key: "fees", label: "Fees", numeric: true },
  { key: "status", label: "Status · waits for" },
  { key: "origin", label: "Origin" },
  { key: "id", label: "Id" },
];
const TAB_WORDS: Readonly<Record<Tab, string>> = { open: "Open", ended: "Ended", all: "All" };
const ROW_PX = 30;
const CARD_PX = 88;
const CARDS_BELOW_PX = 640;

export function Blotter() {
  const app = useApp();
  const tab = useSignal<Tab>("open");
  const filter = useSignal("");
  const sort = useSignal<Sort>(NEWEST_FIRST);
  const orders = useComputed(() => {
    void app.store.revision.value;
    return selectOrders(app.store.orders(), { tab: tab.value, filter: filter.value, sort: sort.value });
  });
  const { open, ended } = app.store.counts.value;
  const counts: Readonly<Record<Tab, number>> = { open, ended, all: open + ended };
  return (
    <section class="panel blotter" aria-labelledby="blotter-title">
      <div class="panel-head">
        <h2 id="blotter-title">Orders</h2>
        <div class="tabs" role="group" aria-label="Which orders">
          {TABS.map((name) => (
            <button
              key={name}
              type="button"
              class="tab"
              aria-pressed={tab.value === name}
              onClick={() => {
                tab.value = name;
              }}
            >
              {TAB_WORDS[name]} <span class="count">{groupDigits(String(counts[name]))}</span>
            </button>
          ))}
        </div>
        <input
          id="order-filter"
          class="filter"
          type="search"
          placeholder="Filter: id, symbol, status, origin, side   /"
          aria-label="Filter orders by id, symbol, status, origin or side"
          value={filter.value}
          onInput={(event) => {
            filter.value = event.currentTarget.value;
          }}
          onKeyDown={(event) =>
            leaveFilter(event, () => {
              filter.value = "";
            })
          }
        />
        <button type="button" class="button" disabled={open === 0 || !app.may("trade")} onClick={() => cancelAll(app)}>
          Cancel all…
        </button>
      </div>
      <OrderGrid
        app={app}
        orders={orders.value}
        sort={sort.value}
        onSort={(key) => {
          sort.value = nextSort(sort.value, key);
        }}
        empty={filter.value === "" ? EMPTY_WORDS[tab.value] : "No order matches the filter."}
      />
    </section>
  );
}

const EMPTY_WORDS: Readonly<Record<Tab, string>> = {
  open: "No open orders. Place one with the ticket, or start a strategy.",
  ended: "No order has ended yet.",
  all: "No orders yet. Place one with the ticket, or start a strategy.",
};

function leaveFilter(event: KeyboardEvent, clear: () => void): void {
  if (event.key === "Escape") {
    event.stopPropagation();
    clear();
  }
  if (event.key === "Escape" || event.key === "Enter" || event.key === "ArrowDown") {
    event.preventDefault();
    document.getElementById("orders")?.focus();
  }
}

interface GridProps {
  readonly app: App;
  readonly orders: readonly OrderJson[];
  readonly sort: Sort;
  readonly empty: string;
  onSort: (key: SortKey) => void;
}

function OrderGrid({ app, orders, sort, empty, onSort }: GridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const cards = useIsNarrow(scroller);
  const rowPx = cards ? CARD_PX : ROW_PX;
  const [selectedId, setSelectedId] = useState<string | undefined>(undefined);
  const virtual = useVirtualRows({ scroller, count: orders.length, rowPx });
  const select = (index: number) => {
    const at = Math.max(0, Math.min(orders.length - 1, index));
    setSelectedId(orders[at]?.id);
    virtual.scrollTo(at);
  };
  const selectedIndex = orders.findIndex((order) => order.id === selectedId);
  const showAccount = (app.store.status.value?.accounts.length ?? 1) > 1;
  return (
    <div
      id="orders"
      class={`grid ${cards ? "cards" : "table"} ${showAccount ? "" : "one-account"}`}
      role="grid"
      aria-label="Orders. Arrows move, Enter opens, c cancels."
      aria-rowcount={orders.length + 1}
      aria-activedescendant={selectedIndex === -1 ? undefined : `row-${selectedId}`}
      tabIndex={0}
      onKeyDown={(event) => onGridKey({ event, app, orders, selectedIndex, select, page: virtual.perPage })}
    >
      <HeaderRow sort={sort} onSort={onSort} />
      <div class="scroller" role="rowgroup" ref={scroller} tabIndex={-1}>
        {orders.length === 0 ? <p class="empty">{empty}</p> : null}
        <div class="rows" role="presentation" style={{ height: `${virtual.totalPx}px` }}>
          {virtual.items.map(({ index, start }) => {
            const id = orders[index]?.id ?? "";
            const order = app.store.order(id);
            if (order === undefined) return null;
            return (
              <OrderRow
                key={id}
                order={order}
                index={index}
                top={start}
                selected={id === selectedId}
                onSelect={setSelectedId}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function HeaderRow({ sort, onSort }: { sort: Sort; onSort: (key: SortKey) => void }) {
  return (
    <div class="row head" role="row" aria-rowindex={1}>
      {COLUMNS.map(({ key, label, numeric }) => {
        const sorted = sort.key === key ? (sort.descending ? "descending" : "ascending") : "none";
        return (
          <div key={key} role="columnheader" aria-sort={sorted} class={`cell c-${key} ${numeric ? "numeric" : ""}`}>
            <button type="button" class="sort" onClick={() => onSort(key)}>
              {label}
              <span class="sort-mark" aria-hidden="true">
                {sorted === "none" ? null : <Icon name={sort.descending ? "down" : "up"} />}
              </span>
            </button>
          </div>
        );
      })}
      <div role="columnheader" class="cell c-action">
        <span class="visually-hidden">Cancel</span>
      </div>
    </div>
  );
}

interface GridKey {
  readonly event: KeyboardEvent;
  readonly app: App;
  readonly orders: readonly OrderJson[];
  readonly selectedIndex: number;
  readonly page: number;
  select: (index: number) => void;
}

function onGridKey({ event, app, orders, selectedIndex, select, page }: GridKey): void {
  if (event.target instanceof HTMLButtonElement || event.ctrlKey || event.metaKey || event.altKey) return;
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: selectedIndex + 1,
    ArrowUp: selectedIndex - 1,
    PageDown: selectedIndex + page,
    PageUp: selectedIndex - page,
    Home: 0,
    End: orders.length - 1,
  };
  const move = moves[event.key];
  const order = orders[selectedIndex];
  if (move !== undefined) select(move);
  else if (event.key === "Enter" && order !== undefined) app.openOrder(order.id);
  else if (event.key === "c" && order !== undefined) cancelOrder(app, app.store.order(order.id)?.peek() ?? order);
  else return;
  event.preventDefault();
}

/** Whether there is room for columns, by the grid's own width: also right when the page is zoomed. */
function useIsNarrow(element: { readonly current: HTMLElement | null }): boolean {
  const [narrow, setNarrow] = useState(() => innerWidth < CARDS_BELOW_PX);
  useLayoutEffect(() => {
    if (element.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setNarrow(entry.contentRect.width < CARDS_BELOW_PX);
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return narrow;
}
