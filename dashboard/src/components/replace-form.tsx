// New terms for a working order. Only what was changed is asked for; the quantity is the new total.

import { useState } from "preact/hooks";
import { asProblem, type Problem } from "../api.ts";
import type { App } from "../app.ts";
import { orderWords } from "../commands.ts";
import type { InstrumentJson, OrderJson } from "../contract.ts";
import { DecimalField } from "./field.tsx";
import { ProblemLine } from "./modal.tsx";

const FIELDS = ["quantity", "price", "triggerPrice"] as const;
type Field = (typeof FIELDS)[number];
const LABELS: Readonly<Record<Field, string>> = {
  quantity: "New total quantity",
  price: "New price",
  triggerPrice: "New trigger",
};

interface ReplaceFormProps {
  readonly app: App;
  readonly order: OrderJson;
  readonly instrument: InstrumentJson | undefined;
  close: () => void;
}

export function ReplaceForm({ app, order, instrument, close }: ReplaceFormProps) {
  const [typed, setTyped] = useState<Partial<Record<Field, string>>>({});
  const [problem, setProblem] = useState<Problem | undefined>(undefined);
  const changed = FIELDS.filter((field) => typed[field] !== undefined && typed[field].trim() !== order[field]);
  const replace = async () => {
    const terms = Object.fromEntries(changed.map((field) => [field, typed[field]?.trim()]));
    try {
      await app.api.patch(`/orders/${encodeURIComponent(order.id)}`, terms);
      app.notify(`Replace requested: ${orderWords(order)}.`);
      close();
    } catch (thrown) {
      setProblem(asProblem(thrown));
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void replace();
  };
  return (
    <form class="replace" onSubmit={submit} aria-label="Replace the order">
      {FIELDS.map((field) =>
        order[field] === undefined ? null : (
          <DecimalField
            key={field}
            name={`replace-${field}`}
            label={LABELS[field]}
            value={typed[field] ?? order[field]}
            step={field === "quantity" ? instrument?.lotSize : instrument?.tickSize}
            hint={field === "quantity" ? `${order.cumulativeQuantity} is filled and counts` : undefined}
            problem={problem?.field === field ? problem : undefined}
            onChange={(value) => setTyped({ ...typed, [field]: value })}
          />
        ),
      )}
      {problem === undefined || FIELDS.some((field) => field === problem.field) ? null : (
        <ProblemLine problem={problem} />
      )}
      <div class="order-actions">
        <button type="submit" class="button primary" disabled={changed.length === 0}>
          Replace
        </button>
        <button type="button" class="button" onClick={close}>
          Back
        </button>
      </div>
    </form>
  );
}
