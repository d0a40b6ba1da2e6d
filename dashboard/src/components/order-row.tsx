// One order in the blotter. It redraws when its own signal moves, and its two clocks (age, waiting)
// redraw alone.

import type { ReadonlySignal } from "@preact/signals";
import { useApp } from "../app.ts";
import { cancelOrder } from "../commands.ts";
import type { OrderJson } from "../contract.ts";
import {
  decimalsOf,
  formatAge,
  formatDateTime,
  formatDecimal,
  formatFees,
  formatTime,
  formatTrimmed,
  shortId,
} from "../format.ts";
import { ORDER_TYPE_WORDS, statusWord, toneOf, waitingWords } from "../order-words.ts";
import { CopyButton } from "./copy-button.tsx";
import { Icon } from "./icon.tsx";

interface OrderRowProps {
  readonly order: ReadonlySignal<OrderJson>;
  readonly index: number;
  readonly top: number;
  readonly selected: boolean;
  onSelect: (id: string) => void;
}

export function OrderRow({ order: source, index, top, selected, onSelect }: OrderRowProps) {
  const app = useApp();
  const order = source.value;
  const tone = toneOf(order);
  const open = () => {
    onSelect(order.id);
    app.openOrder(order.id);
  };
  const priceDecimals = decimalsOf(app.store.instruments.value.get(order.instrumentId)?.tickSize);
  return (
    <div
      id={`row-${order.id}`}
      class={`row order tone-${tone} ${selected ? "selected" : ""}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      style={{ transform: `translateY(${top}px)` }}
      onClick={open}
    >
      <div role="gridcell" class="cell c-time" title={`${formatDateTime(order.createdAt)} UTC`}>
        {formatTime(order.createdAt)} <Age order={order} />
      </div>
      <div role="gridcell" class="cell c-account">
        {order.account}
      </div>
      <div role="gridcell" class="cell c-instrument">
        {order.instrumentId}
      </div>
      <div role="gridcell" class={`cell c-side side-${order.side}`}>
        <SideWord side={order.side} />
      </div>
      <div role="gridcell" class="cell c-type" title={typeTitle(order)}>
        {ORDER_TYPE_WORDS[order.orderType]} <span class="dim">{typeNotes(order)}</span>
      </div>
      <div role="gridcell" class="cell c-price numeric" title={order.price}>
        {order.price === undefined && order.triggerPrice === undefined
          ? "market"
          : formatDecimal(order.price ?? order.triggerPrice, priceDecimals)}
      </div>
      <div role="gridcell" class="cell c-quantity numeric">
        {order.quantity === undefined ? `≈ ${formatTrimmed(order.notional, 2)}` : formatTrimmed(order.quantity, 8)}
      </div>
      <div role="gridcell" class="cell c-filled">
        <FilledBar order={order} />
      </div>
      <div role="gridcell" class="cell c-average numeric" title={order.averagePrice}>
        {order.averagePrice === undefined ? (
          <span class="faint">–</span>
        ) : (
          formatDecimal(order.averagePrice, priceDecimals)
        )}
      </div>
      <div role="gridcell" class="cell c-fees numeric" title={exactFees(order)}>
        {Object.keys(order.fees).length === 0 ? <span class="faint">–</span> : formatFees(order.fees)}
      </div>
      <div role="gridcell" class="cell c-status">
        <StatusChip order={order} />
        <Waiting order={order} />
      </div>
      <div role="gridcell" class="cell c-origin">
        {order.origin.toLowerCase().replaceAll("_", " ")}
      </div>
      <div role="gridcell" class="cell c-id" onClick={(event) => event.stopPropagation()}>
        <CopyButton text={order.id} label="order id" shown={shortId(order.id)} />
      </div>
      <div role="gridcell" class="cell c-action" onClick={(event) => event.stopPropagation()}>
        {order.canCancel ? (
          <button
            type="button"
            class="cancel"
            tabIndex={-1}
            title="Cancel (c)"
            aria-label={`Cancel order ${order.displayId}`}
            disabled={!app.may("trade")}
            onClick={() => cancelOrder(app, order)}
          >
            <Icon name="close" />
          </button>
        ) : null}
      </div>
    </div>
  );
}

export function SideWord({ side }: { side: "buy" | "sell" }) {
  return (
    <span class={`side side-${side}`}>
      <Icon name={side === "buy" ? "up" : "down"} />
      {side === "buy" ? "Buy" : "Sell"}
    </span>
  );
}

export function StatusChip({ order }: { order: OrderJson }) {
  const tone = toneOf(order);
  return (
    <span class={`chip chip-${tone}`}>
      <Icon name={tone} />
      {statusWord(order)}
    </span>
  );
}

export function FilledBar({ order }: { order: OrderJson }) {
  const percent = Number(order.fillPercentage);
  const shown = percent > 0 && percent < 1 ? "<1" : percent > 99 && percent < 100 ? ">99" : String(Math.round(percent));
  return (
    <span class="filled" title={`${order.cumulativeQuantity} filled, ${order.fillPercentage} %`}>
      <span class="bar" role="presentation">
        <span class="bar-in" style={{ width: `${Math.min(100, percent)}%` }} />
      </span>
      <span class="filled-number">{percent === 0 ? "0" : shown} %</span>
    </span>
  );
}

function Age({ order }: { order: OrderJson }) {
  const now = useApp().store.now;
  const until = order.completedAt ?? now.value;
  return <span class="dim age">{formatAge(until - order.createdAt)}</span>;
}

function Waiting({ order }: { order: OrderJson }) {
  const now = useApp().store.now;
  const words = waitingWords(order, order.isTerminal ? 0 : now.value);
  return (
    <span class="waits" title={words}>
      {words}
    </span>
  );
}

function exactFees(order: OrderJson): string {
  return Object.entries(order.fees)
    .map(([asset, amount]) => `${amount} ${asset}`)
    .join(", ");
}

function typeNotes(order: OrderJson): string {
  const notes: string[] = [order.timeInForce.toUpperCase()];
  if (order.postOnly) notes.push("PO");
  if (order.reduceOnly) notes.push("RO");
  return notes.join(" ");
}

function typeTitle(order: OrderJson): string {
  const parts = [ORDER_TYPE_WORDS[order.orderType], order.timeInForce.toUpperCase()];
  if (order.triggerPrice !== undefined)
    parts.push(`trigger ${order.triggerPrice}${order.triggered ? ", triggered" : ""}`);
  if (order.postOnly) parts.push("post-only");
  if (order.reduceOnly) parts.push("reduce-only");
  return parts.join(" · ");
}
