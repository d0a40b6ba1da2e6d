// The question before a case is decided: what it is about, what will be recorded, and how the person knows.

import { useState } from "preact/hooks";
import { CASE_TITLES, consequenceOf, DECISION_TITLES } from "../../../src/engine/case-words.ts";
import { type Question, useApp } from "../app.ts";
import { orderWords } from "../commands.ts";
import { Modal } from "./modal.tsx";
import { ReasonField } from "./reason-field.tsx";

export type DecideQuestion = Extract<Question, { kind: "decideCase" }>;

export function DecideCase({ question, close }: { question: DecideQuestion; close: () => void }) {
  const app = useApp();
  const [reason, setReason] = useState("");
  const { opened, decision } = question;
  const order = opened.about === undefined ? undefined : app.store.order(opened.about)?.value;
  const title = DECISION_TITLES[decision];
  const run = async () => {
    await app.api.post(`/cases/${encodeURIComponent(opened.caseId)}/decision`, { decision, reason: reason.trim() });
    app.notify(`Recorded: ${title.toLowerCase()}.`);
  };
  return (
    <Modal
      title={decision === "dismiss" ? "Dismiss this case?" : `The order ${title.toLowerCase()}?`}
      action={decision === "dismiss" ? "Dismiss" : `Record: ${title.toLowerCase()}`}
      danger={decision !== "dismiss"}
      disabled={reason.trim() === ""}
      run={run}
      close={close}
    >
      <p>
        {CASE_TITLES[opened.kind]}
        {order === undefined ? "" : `: ${orderWords(order)}`}.
      </p>
      <ul class="consequences" aria-label="What will be recorded">
        {consequenceOf(decision, opened.kind).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <ReasonField label="How you know, for the record" value={reason} onChange={setReason} />
    </Modal>
  );
}
