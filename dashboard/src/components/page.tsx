// The page's layout: what stands where, the keys that work everywhere, and the title of the tab.

import { useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type App, useApp } from "../app.ts";
import { plural } from "../format.ts";
import { Accounts } from "./accounts.tsx";
import { Banners } from "./banners.tsx";
import { Blotter } from "./blotter.tsx";
import { Discrepancies } from "./discrepancies.tsx";
import { Fills } from "./fills.tsx";
import { Header, MODE_WORDS } from "./header.tsx";
import { Icon } from "./icon.tsx";
import { MarketPanel } from "./market-panel.tsx";
import { OperatorQueue } from "./operator-queue.tsx";
import { OrderPanel } from "./order-panel.tsx";
import { Positions } from "./positions.tsx";
import { PriceChart } from "./price-chart.tsx";
import { Quarantine } from "./quarantine.tsx";
import { Questions } from "./questions.tsx";
import { Ticket } from "./ticket.tsx";
import { Tiles } from "./tiles.tsx";
import { TokenForm } from "./token-form.tsx";

export function Page() {
  const app = useApp();
  useTabTitle(app);
  useGlobalKeys(app);
  if (app.token.value === undefined) return <TokenForm />;
  const opened = app.openOrderId.value;
  return (
    <>
      <a class="skip" href="#orders" onClick={focusOrders}>
        To the orders
      </a>
      <Header />
      <Banners />
      <main class={opened === undefined ? "main" : "main with-order"}>
        <div class="primary-column">
          <OperatorQueue />
          <Tiles />
          <Accounts />
          <Blotter />
          <div class="lower">
            <PriceChart />
            <div class="lower-lists">
              <Positions />
              <Discrepancies />
              <Quarantine />
              <Fills />
            </div>
          </div>
        </div>
        <div class="side-column">
          <Ticket />
          <MarketPanel />
        </div>
        {opened === undefined ? null : <OrderPanel key={opened} id={opened} />}
      </main>
      <Questions />
      <Notices />
    </>
  );
}

function focusOrders(event: Event): void {
  event.preventDefault();
  document.getElementById("orders")?.focus();
}

function Notices() {
  const app = useApp();
  return (
    <div class="notices" role="status" aria-live="polite">
      {app.notices.value.map((notice) => (
        <div key={notice.id} class={notice.bad ? "notice notice-bad" : "notice"}>
          <span>{notice.text}</span>
          <button type="button" class="button quiet" aria-label="Dismiss" onClick={() => app.dismiss(notice.id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}

/** The tab says what is traded with, whether it is connected, and how many cases and orders are open. */
function useTabTitle(app: App): void {
  useSignalEffect(() => {
    const status = app.store.status.value;
    const live = app.connection.value.phase === "live";
    if (status === undefined) {
      document.title = "Orderwright";
      return;
    }
    const halted = status.killSwitch.engaged ? "stopped · " : "";
    const cases = app.store.cases.value.length;
    const waiting = cases === 0 ? "" : `${plural(cases, "case")} · `;
    const state = live ? `${app.store.counts.value.open} open` : "not connected";
    document.title = `[${MODE_WORDS[status.mode]}] ${halted}${waiting}${state} · Orderwright`;
  });
}

/** `/` finds the filter, Escape closes the opened order; neither while typing or while a question is asked. */
function useGlobalKeys(app: App): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (app.question.peek() !== undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape") {
        app.openOrder(undefined);
        return;
      }
      if (event.key !== "/" || isTyping(event.target)) return;
      event.preventDefault();
      document.getElementById("order-filter")?.focus();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [app]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement
  );
}
