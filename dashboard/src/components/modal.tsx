// A question in front of the page, on the browser's own dialog: focus stays inside, Escape leaves.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { asProblem, type Problem } from "../api.ts";

export interface ModalProps {
  readonly title: string;
  readonly action: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly children: ComponentChildren;
  /** What the action does; the dialog stays open and says so when it fails. */
  run: () => Promise<void>;
  close: () => void;
}

export function Modal({ title, action, danger = false, disabled = false, children, run, close }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>(undefined);
  useEffect(() => dialog.current?.showModal(), []);
  const submit = (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    run()
      .then(close, (thrown: unknown) => setProblem(asProblem(thrown)))
      .finally(() => setBusy(false));
  };
  return (
    <dialog ref={dialog} class="modal" aria-labelledby={titleId} onClose={close}>
      <form onSubmit={submit}>
        <h2 id={titleId}>{title}</h2>
        {children}
        {problem === undefined ? null : <ProblemLine problem={problem} />}
        <div class="modal-actions">
          <button type="button" class="button" onClick={close}>
            Back
          </button>
          <button type="submit" class={danger ? "button danger" : "button primary"} disabled={disabled || busy}>
            {busy ? "Working…" : action}
          </button>
        </div>
      </form>
    </dialog>
  );
}

/** An error in the server's words, with its code. */
export function ProblemLine({ problem }: { problem: Problem }) {
  return (
    <p class="problem" role="alert">
      {problem.message} <code>{problem.code}</code>
    </p>
  );
}
