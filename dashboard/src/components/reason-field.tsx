// The reason that is journaled with what a person does.

export function ReasonField(props: { label?: string; value: string; onChange: (value: string) => void }) {
  return (
    <label class="field">
      <span>{props.label ?? "Reason, for the record"}</span>
      <input
        name="reason"
        maxLength={200}
        required
        autocomplete="off"
        value={props.value}
        onInput={(event) => props.onChange(event.currentTarget.value)}
      />
    </label>
  );
}
