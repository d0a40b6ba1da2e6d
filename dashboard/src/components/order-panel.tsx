// One order, opened beside the blotter: what it is, what it waits for, what may be done with it, and
// its whole history. The address names it, so that it can be sent to somebody.

import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { asProblem, type Problem } from "../api.ts";
import { type App, useApp } from "../app.ts";
import { cancelOrder } from "../commands.ts";
import type { HistoryEntry, OrderJson } from "../contract.ts";
import {
  decimalsOf,
  formatDateTime,
  formatDecimal,
  formatDuration,
  formatFees,
  formatLatency,
  formatTimeMs,
  formatTrimmed,
  groupDigits,
} from "../format.ts";
import { ORDER_TYPE_WORDS, waitingWords } from "../order-words.ts";
import { CopyButton } from "./copy-button.tsx";
import { Icon } from "./icon.tsx";
import { ProblemLine } from "./modal.tsx";
import { FilledBar, SideWord, StatusChip } from "./order-row.tsx";
import { ReplaceForm } from "./replace-form.tsx";
import { StatusDiagram } from "./status-diagram.tsx";
import { Timeline } from "./timeline.tsx";

const HISTORY_DELAY_MS = 200;

export function OrderPanel({ id }: { id: string }) {
  const app = useApp();
  const panel = useRef<HTMLElement>(null);
  const { order, problem } = useOrder(app, id);
  useEffect(() => panel.current?.focus(), []);
  return (
    <aside class="panel order-panel" aria-label="Order" tabIndex={-1} ref={panel}>
      <div class="panel-head">
        <h2>Order</h2>
        <CopyButton text={location.href} label="link to this order" shown="link" />
        <button
          type="button"
          class="button quiet close"
          aria-label="Close the order"
          onClick={() => app.openOrder(undefined)}
        >
          <Icon name="close" />
        </button>
      </div>
      <div class="order-body">
        {problem === undefined ? null : <ProblemLine problem={problem} />}
        {order === undefined ? null : <OrderDetails app={app} source={order} />}
      </div>
    </aside>
  );
}

/** Finds the order in the page, else at the server; again after everything was read anew. */
function useOrder(app: App, id: string): { order?: ReadonlySignal<OrderJson>; problem?: Problem } {
  const [found, setFound] = useState<{ order?: ReadonlySignal<OrderJson>; problem?: Problem }>({});
  const snapshot = app.store.snapshots.value;
  useEffect(() => {
    const known = app.store.order(id);
    if (known !== undefined) {
      setFound({ order: known });
      return;
    }
    if (snapshot === 0) return;
    app.api.get<OrderJson>(`/orders/${encodeURIComponent(id)}`).then(
      (order) => setFound({ order: app.store.learnOrder(order) }),
      (thrown: unknown) => setFound({ problem: asProblem(thrown) }),
    );
  }, [app, id, snapshot]);
  return found;
}

function OrderDetails({ app, source }: { app: App; source: ReadonlySignal<OrderJson> }) {
  const order = source.value;
  const { entries, problem } = useHistory(app, order);
  const [replacing, setReplacing] = useState(false);
  const instrument = app.store.instruments.value.get(order.instrumentId);
  return (
    <>
      <p class="order-title">
        <SideWord side={order.side} />
        <span>
          {order.quantity === undefined
            ? `for ${formatTrimmed(order.notional, 8)} ${instrument?.quote ?? ""}`
            : formatTrimmed(order.quantity, 12)}{" "}
          {order.instrumentId}
        </span>
        <span class="dim">
          {ORDER_TYPE_WORDS[order.orderType]}
          {order.price === undefined ? "" : ` at ${groupDigits(order.price)}`}
        </span>
      </p>
      <p class="order-state" aria-live="polite">
        <StatusChip order={order} />
        <span>{waitingWords(order, order.isTerminal ? 0 : app.store.now.value)}</span>
      </p>
      <FilledBar order={order} />
      <div class="order-actions">
        <button
          type="button"
          class="button danger"
          disabled={!order.canCancel || !app.may("trade")}
          onClick={() => cancelOrder(app, order)}
        >
          Cancel…
        </button>
        <button
          type="button"
          class="button"
          aria-expanded={replacing}
          disabled={!order.canReplace || !app.may("trade")}
          onClick={() => setReplacing(!replacing)}
        >
          Replace…
        </button>
        {order.canCancel || order.canReplace ? null : <span class="dim">{whyNoAction(order)}</span>}
      </div>
      {replacing && order.canReplace ? (
        <ReplaceForm app={app} order={order} instrument={instrument} close={() => setReplacing(false)} />
      ) : null}
      {problem === undefined ? null : <ProblemLine problem={problem} />}
      <StatusDiagram entries={entries} current={order.status} />
      <Facts app={app} order={order} />
      <h3>Timeline</h3>
      <Timeline entries={entries} />
      <h3>Fills</h3>
      <OrderFills order={order} priceDecimals={decimalsOf(instrument?.tickSize)} />
      <h3>Ids</h3>
      <Ids order={order} />
    </>
  );
}

/** Reads the history again whenever the order has moved, a little later so that a burst is one read. */
function useHistory(app: App, order: OrderJson): { entries: readonly HistoryEntry[]; problem?: Problem } {
  const [history, setHistory] = useState<{ entries: readonly HistoryEntry[]; problem?: Problem }>({ entries: [] });
  const first = history.entries.length === 0;
  useEffect(() => {
    let wanted = true;
    const read = () =>
      app.api.get<{ entries: readonly HistoryEntry[] }>(`/orders/${encodeURIComponent(order.id)}/history`).then(
        ({ entries }) => wanted && setHistory({ entries }),
        (thrown: unknown) => wanted && setHistory((before) => ({ ...before, problem: asProblem(thrown) })),
      );
    const timer = setTimeout(() => void read(), first ? 0 : HISTORY_DELAY_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [app, order.id, order.lastSeq]);
  return history;
}

function whyNoAction(order: OrderJson): string {
  if (order.isTerminal) return "It has ended: nothing can be asked of it.";
  if (order.pendingCancel !== undefined) return "A cancel is under way.";
  return "It is not submitted yet.";
}

function Facts({ app, order }: { app: App; order: OrderJson }) {
  const age = (order.completedAt ?? app.store.now.value) - order.createdAt;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["Average price", order.averagePrice === undefined ? undefined : formatTrimmed(order.averagePrice, 8)],
    [
      "Filled",
      `${formatTrimmed(order.cumulativeQuantity, 12)} of ${formatTrimmed(order.quantity ?? order.notional, 12)}`,
    ],
    ["Cost", order.cost === "0" ? undefined : formatTrimmed(order.cost, 8)],
    ["Fees", Object.keys(order.fees).length === 0 ? undefined : formatFees(order.fees)],
    ["Trigger price", order.triggerPrice],
    [
      "Time in force",
      order.timeInForce.toUpperCase() + (order.expiresAt === undefined ? "" : ` ${formatDateTime(order.expiresAt)}`),
    ],
    [
      "Conditions",
      [order.postOnly ? "post-only" : "", order.reduceOnly ? "reduce-only" : ""].filter(Boolean).join(", ") ||
        undefined,
    ],
    ["Account", `${order.account} at ${order.venue}`],
    ["Origin", order.origin.toLowerCase().replaceAll("_", " ")],
    ["Replaced", order.revision === 0 ? undefined : `${order.revision} times`],
    ["Created", `${formatDateTime(order.createdAt)} UTC`],
    [order.isTerminal ? "Lifetime" : "Age", formatDuration(age)],
    ["Ack latency", order.submitToAcknowledgeMs === undefined ? undefined : formatLatency(order.submitToAcknowledgeMs)],
    ["Fill latency", order.submitToFirstFillMs === undefined ? undefined : formatLatency(order.submitToFirstFillMs)],
    ["Venue counts", order.venueCumulativeQuantity],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) =>
        value === undefined ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

function OrderFills({ order, priceDecimals }: { order: OrderJson; priceDecimals: number | undefined }) {
  if (order.fills.length === 0) return <p class="empty">No fills.</p>;
  return (
    <div class="table-scroll">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">Venue time</th>
            <th scope="col" class="numeric">
              Quantity
            </th>
            <th scope="col" class="numeric">
              Price
            </th>
            <th scope="col" class="numeric">
              Fee
            </th>
            <th scope="col">Liquidity</th>
            <th scope="col">Execution</th>
          </tr>
        </thead>
        <tbody>
          {order.fills.map((fill) => (
            <tr key={`${fill.venueOrderId}/${fill.executionId}`}>
              <td>{formatTimeMs(fill.venueAt)}</td>
              <td class="numeric">{formatTrimmed(fill.quantity, 12)}</td>
              <td class="numeric">{formatDecimal(fill.price, priceDecimals)}</td>
              <td class="numeric">
                {fill.fee === undefined ? "–" : formatFees({ [fill.fee.asset]: fill.fee.amount })}
              </td>
              <td>{fill.inferred ? "inferred" : fill.liquidity}</td>
              <td>
                <CopyButton text={fill.executionId} label="execution id" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Ids({ order }: { order: OrderJson }) {
  const ids = [
    ["Ours", order.displayId],
    ["On the wire", order.id],
    ["Caller's", order.clientOrderId],
    ["Venue's", order.venueOrderId],
    ["Parent", order.parentOrderId],
  ] as const;
  return (
    <dl class="facts ids">
      {ids.map(([name, id]) =>
        id === undefined ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <CopyButton text={id} label={`${name} id`} />
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}
