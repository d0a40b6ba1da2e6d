// A decimal that is typed: arrow keys move it by a step, and what the server says about it stands
// beneath it.

import { useId } from "preact/hooks";
import type { Problem } from "../api.ts";
import { stepBy } from "../ticket-terms.ts";

export interface DecimalFieldProps {
  readonly name: string;
  readonly label: string;
  readonly unit?: string | undefined;
  readonly value: string;
  readonly step?: string | undefined;
  /** Where stepping begins in an empty field. */
  readonly start?: string | undefined;
  readonly hint?: string | undefined;
  readonly problem?: Problem | undefined;
  onChange: (value: string) => void;
}

export function DecimalField(props: DecimalFieldProps) {
  const { name, label, unit, value, step, start, hint, problem, onChange } = props;
  const id = useId();
  const onKey = (event: KeyboardEvent) => {
    const direction = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (direction === 0 || step === undefined) return;
    event.preventDefault();
    onChange(stepBy(value, step, direction * (event.shiftKey ? 10 : 1), start));
  };
  const described = [hint === undefined ? "" : `${id}-hint`, problem === undefined ? "" : `${id}-problem`];
  return (
    <div class={problem === undefined ? "field" : "field field-bad"}>
      <label for={id}>
        {label}
        {unit === undefined ? null : <span class="unit">{unit}</span>}
      </label>
      <input
        id={id}
        name={name}
        inputMode="decimal"
        autocomplete="off"
        spellcheck={false}
        value={value}
        aria-invalid={problem !== undefined}
        aria-describedby={described.filter(Boolean).join(" ") || undefined}
        onInput={(event) => onChange(event.currentTarget.value)}
        onKeyDown={onKey}
      />
      {hint === undefined ? null : (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {problem === undefined ? null : (
        <span class="field-problem" role="alert" id={`${id}-problem`}>
          {problem.message} <code>{problem.code}</code>
        </span>
      )}
    </div>
  );
}
