// The order ticket. The server judges; its words stand beside the field that they are about. An order
// whose answer was lost keeps its id, so that pressing again cannot place it twice.

import { useSignalEffect } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import { ORDER_TYPES } from "../../../src/domain/identifiers.ts";
import { asProblem, NO_ANSWER, type Problem } from "../api.ts";
import { type App, useApp } from "../app.ts";
import { newClientOrderId } from "../browser.ts";
import { orderWords } from "../commands.ts";
import type { InstrumentJson, OrderJson, Status } from "../contract.ts";
import { decimalsOf, formatDecimal, formatTrimmed, groupDigits } from "../format.ts";
import { ORDER_TYPE_WORDS } from "../order-words.ts";
import {
  NEW_TICKET,
  orderRequest,
  type Ticket as Terms,
  takesPrice,
  takesTrigger,
  timesInForce,
  valueOf,
  withType,
} from "../ticket-terms.ts";
import { DecimalField } from "./field.tsx";
import { MODE_WORDS } from "./header.tsx";
import { Icon } from "./icon.tsx";
import { ProblemLine } from "./modal.tsx";

const TIF_WORDS: Readonly<Record<OrderJson["timeInForce"], string>> = {
  gtc: "GTC, until canceled",
  day: "DAY, until midnight UTC",
  ioc: "IOC, now or never",
  fok: "FOK, all now or nothing",
  gtd: "GTD, until a time",
};
const FIELDS_SHOWN = new Set(["quantity", "notional", "price", "triggerPrice"]);

export function Ticket() {
  const app = useApp();
  const status = app.store.status.value;
  const instruments = app.store.instruments.value;
  const instrument = instruments.get(app.instrumentId.value ?? "");
  return (
    <section class="panel ticket" aria-labelledby="ticket-title">
      <div class="panel-head">
        <h2 id="ticket-title">Ticket</h2>
        {status === undefined ? null : <span class={`mode small mode-${status.mode}`}>{MODE_WORDS[status.mode]}</span>}
        <select
          class="instrument-select"
          aria-label="Symbol"
          value={instrument?.id ?? ""}
          onChange={(event) => {
            app.instrumentId.value = event.currentTarget.value;
          }}
        >
          {[...instruments.keys()].map((id) => (
            <option key={id} value={id}>
              {id}
            </option>
          ))}
        </select>
      </div>
      {instrument === undefined || status === undefined ? (
        <p class="empty">Waiting for the instruments.</p>
      ) : (
        <TicketForm key={instrument.id} app={app} instrument={instrument} status={status} />
      )}
    </section>
  );
}

interface FormProps {
  readonly app: App;
  readonly instrument: InstrumentJson;
  readonly status: Status;
}

function TicketForm({ app, instrument, status }: FormProps) {
  const [terms, setTerms] = useState<Terms>(NEW_TICKET);
  const { place, busy, problem, clear } = usePlacing(app, instrument, status);
  const change = (changes: Partial<Terms>) => {
    setTerms((before) => ({ ...before, ...changes }));
    clear();
  };
  useSignalEffect(() => {
    const price = app.pickedPrice.value;
    if (price === undefined) return;
    setTerms((before) => (takesPrice(before.orderType) ? { ...before, price } : before));
    app.pickedPrice.value = undefined;
  });
  const { bids, asks, lastTrade } = app.store.market(instrument.id).market.value;
  const marketPrice = lastTrade?.price ?? bids[0]?.[0] ?? asks[0]?.[0];
  const problemOf = (field: string) => (problem?.field === field ? problem : undefined);
  const sizeField = terms.unit === "base" ? "quantity" : "notional";
  const elsewhere = problem !== undefined && !FIELDS_SHOWN.has(problem.field ?? "");
  return (
    <form class="ticket-form" onSubmit={(event) => event.preventDefault()}>
      <AccountField status={status} terms={terms} change={change} />
      <div class="field-pair">
        <label class="field">
          <span>Type</span>
          <select
            name="orderType"
            value={terms.orderType}
            onChange={(event) => change(withType(terms, event.currentTarget.value as Terms["orderType"]))}
          >
            {ORDER_TYPES.map((type) => (
              <option key={type} value={type}>
                {ORDER_TYPE_WORDS[type]}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>Time in force</span>
          <select
            name="timeInForce"
            value={terms.timeInForce}
            title={TIF_WORDS[terms.timeInForce]}
            onChange={(event) => change({ timeInForce: event.currentTarget.value as Terms["timeInForce"] })}
          >
            {timesInForce(terms.orderType).map((timeInForce) => (
              <option key={timeInForce} value={timeInForce}>
                {TIF_WORDS[timeInForce]}
              </option>
            ))}
          </select>
        </label>
      </div>
      {takesTrigger(terms.orderType) ? (
        <DecimalField
          name="triggerPrice"
          label="Trigger"
          unit={instrument.quote}
          value={terms.triggerPrice}
          step={instrument.tickSize}
          start={marketPrice}
          problem={problemOf("triggerPrice")}
          onChange={(triggerPrice) => change({ triggerPrice })}
        />
      ) : null}
      {takesPrice(terms.orderType) ? (
        <DecimalField
          name="price"
          label="Price"
          unit={instrument.quote}
          value={terms.price}
          step={instrument.tickSize}
          start={marketPrice}
          hint={`tick ${instrument.tickSize}`}
          problem={problemOf("price")}
          onChange={(price) => change({ price })}
        />
      ) : null}
      <div class="size">
        <DecimalField
          name="size"
          label={terms.unit === "base" ? "Quantity" : "Notional"}
          unit={terms.unit === "base" ? instrument.base : instrument.quote}
          value={terms.size}
          step={terms.unit === "base" ? instrument.lotSize : undefined}
          start={terms.unit === "base" ? instrument.minQuantity : undefined}
          hint={sizeHint(instrument)}
          problem={problemOf(sizeField) ?? problemOf(sizeField === "quantity" ? "notional" : "quantity")}
          onChange={(size) => change({ size })}
        />
        <button
          type="button"
          class="button unit-switch"
          title="Size the order in the other asset"
          aria-label={`Size in ${terms.unit === "base" ? instrument.quote : instrument.base} instead`}
          onClick={() => change({ unit: terms.unit === "base" ? "quote" : "base", size: "" })}
        >
          <Icon name="swap" />
          {terms.unit === "base" ? instrument.quote : instrument.base}
        </button>
      </div>
      <p class="ticket-value" aria-live="off">
        {valueWords(terms, instrument, marketPrice)}
      </p>
      <div class="checks">
        <label>
          <input
            type="checkbox"
            name="postOnly"
            checked={terms.postOnly}
            disabled={!takesPrice(terms.orderType)}
            onChange={(event) => change({ postOnly: event.currentTarget.checked })}
          />
          Post-only
        </label>
        <label>
          <input
            type="checkbox"
            name="reduceOnly"
            checked={terms.reduceOnly}
            onChange={(event) => change({ reduceOnly: event.currentTarget.checked })}
          />
          Reduce-only
        </label>
      </div>
      {elsewhere ? <ProblemLine problem={problem} /> : null}
      <DeniedOrder app={app} problem={problem} />
      <div class="ticket-buttons">
        {(["buy", "sell"] as const).map((side) => (
          <button
            key={side}
            type="button"
            class={`button trade trade-${side}`}
            disabled={busy || !app.may("trade")}
            onClick={() => place(terms, side)}
          >
            {side === "buy" ? "Buy" : "Sell"} <span class="trade-mode">{MODE_WORDS[status.mode]}</span>
          </button>
        ))}
      </div>
    </form>
  );
}

function AccountField({
  status,
  terms,
  change,
}: {
  status: Status;
  terms: Terms;
  change: (terms: Partial<Terms>) => void;
}) {
  if (status.accounts.length < 2) return null;
  return (
    <label class="field">
      <span>Account</span>
      <select
        name="account"
        value={terms.account ?? status.accounts[0]?.id}
        onChange={(event) => change({ account: event.currentTarget.value })}
      >
        {status.accounts.map(({ id, venue }) => (
          <option key={id} value={id}>
            {id} at {venue}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A denied order is on record too: it can be opened. */
function DeniedOrder({ app, problem }: { app: App; problem: Problem | undefined }) {
  const orderId = problem?.details["orderId"];
  if (typeof orderId !== "string") return null;
  return (
    <button type="button" class="link" onClick={() => app.openOrder(orderId)}>
      Open the denied order
    </button>
  );
}

/** Places orders, with money only after a question. */
function usePlacing(app: App, instrument: InstrumentJson, status: Status) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>(undefined);
  /** The id of an order whose answer was lost, and for which side. */
  const lost = useRef<{ side: "buy" | "sell"; clientOrderId: string } | undefined>(undefined);
  const send = async (terms: Terms, side: "buy" | "sell"): Promise<void> => {
    const again = lost.current?.side === side ? lost.current.clientOrderId : undefined;
    const clientOrderId = again ?? newClientOrderId();
    lost.current = undefined;
    setBusy(true);
    setProblem(undefined);
    try {
      const body = orderRequest(terms, { instrumentId: instrument.id, side, clientOrderId });
      const order = await app.api.post<OrderJson>("/orders", body);
      app.notify(`Order placed: ${orderWords(order)}.`);
    } catch (thrown) {
      const found = asProblem(thrown);
      if (found.code === NO_ANSWER) lost.current = { side, clientOrderId };
      setProblem(found);
    } finally {
      setBusy(false);
    }
  };
  const place = (terms: Terms, side: "buy" | "sell") => {
    if (status.mode !== "live") {
      void send(terms, side);
      return;
    }
    app.question.value = {
      kind: "confirm",
      title: `${side === "buy" ? "Buy" : "Sell"} with real money?`,
      lines: [
        `${side} ${terms.size} ${terms.unit === "base" ? instrument.base : instrument.quote}, ${ORDER_TYPE_WORDS[terms.orderType]}${takesPrice(terms.orderType) ? ` at ${terms.price}` : ""}.`,
      ],
      action: "Send order",
      run: () => send(terms, side),
    };
  };
  const clear = () => {
    lost.current = undefined;
    setProblem(undefined);
  };
  return { place, busy, problem, clear };
}

function sizeHint(instrument: InstrumentJson): string {
  const parts = [`lot ${instrument.lotSize}`, `min ${instrument.minQuantity} ${instrument.base}`];
  if (instrument.minNotional !== "0") parts.push(`min ${groupDigits(instrument.minNotional)} ${instrument.quote}`);
  return parts.join(" · ");
}

function valueWords(terms: Terms, instrument: InstrumentJson, marketPrice: string | undefined): string {
  const value = valueOf(terms, instrument, marketPrice);
  if (value === undefined) return "Value –";
  const shown =
    value.asset === instrument.quote
      ? formatDecimal(value.amount, Math.max(2, decimalsOf(instrument.tickSize) ?? 2))
      : formatTrimmed(value.amount, 8);
  return `Value ${value.estimated ? "≈ " : ""}${shown} ${value.asset}`;
}
