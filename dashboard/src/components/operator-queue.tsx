// The operator queue: what no evidence settles and a person has to look at, unknown outcomes first. It is not
// there while it is empty. The questions behind its buttons are in decide-case.tsx.

import { CASE_TITLES, DECISION_TITLES, decisionsFor } from "../../../src/engine/case-words.ts";
import { useApp } from "../app.ts";
import { sortCases } from "../cases.ts";
import { orderWords } from "../commands.ts";
import type { Case } from "../contract.ts";
import { formatDateTime, formatDuration, plural, shortId } from "../format.ts";
import { Icon } from "./icon.tsx";
import { StatusChip } from "./order-row.tsx";

export const QUEUE_ID = "operator-queue";
export const QUARANTINE_ID = "quarantine";

export function OperatorQueue() {
  const app = useApp();
  const cases = app.store.cases.value;
  if (cases.length === 0) return null;
  return (
    <section class="panel queue" id={QUEUE_ID} aria-labelledby="queue-title" tabIndex={-1}>
      <div class="panel-head">
        <Icon name="unknown" />
        <h2 id="queue-title">Operator queue</h2>
        <span class="count">{waitingCount(cases.length)}</span>
      </div>
      <ul class="case-list">
        {sortCases(cases).map((opened) => (
          <OpenCase key={opened.caseId} opened={opened} />
        ))}
      </ul>
    </section>
  );
}

/** `2 cases wait for a person`. */
export function waitingCount(count: number): string {
  return `${plural(count, "case")} ${count === 1 ? "waits" : "wait"} for a person`;
}

/** Goes to a panel, for eyes and for the keyboard. */
export function goTo(id: string): void {
  const panel = document.getElementById(id);
  panel?.scrollIntoView({ block: "nearest" });
  panel?.focus({ preventScroll: true });
}

function OpenCase({ opened }: { opened: Case }) {
  const { kind, account, at, text } = opened;
  return (
    <li class={kind === "unknownOutcome" ? "case case-unknown" : "case"} data-case={opened.caseId}>
      <div class="case-words">
        <strong>{CASE_TITLES[kind]}</strong>
        <p>{text}</p>
        <p class="case-about dim">
          <CaseOrder opened={opened} />
          <span>{account === undefined ? "all accounts" : `account ${account}`}</span>
          <span title={`${formatDateTime(at)} UTC`}>
            opened <CaseAge at={at} />
          </span>
        </p>
      </div>
      <CaseActions opened={opened} />
    </li>
  );
}

function CaseOrder({ opened: { about } }: { opened: Case }) {
  const app = useApp();
  // An order may become known to the page after its case.
  void app.store.revision.value;
  if (about === undefined) return null;
  const order = app.store.order(about)?.value;
  return (
    <>
      <button type="button" class="link" onClick={() => app.openOrder(about)}>
        {order === undefined ? `order ${shortId(about)}` : orderWords(order)}
      </button>
      {order === undefined ? null : <StatusChip order={order} />}
    </>
  );
}

function CaseActions({ opened }: { opened: Case }) {
  const app = useApp();
  void app.store.revision.value;
  const order = opened.about === undefined ? undefined : app.store.order(opened.about)?.value;
  return (
    <div class="case-actions">
      {opened.kind === "quarantined" ? (
        <button type="button" class="button" onClick={() => goTo(QUARANTINE_ID)}>
          What it said
        </button>
      ) : null}
      {decisionsFor(opened, order).map((decision) => (
        <button
          key={decision}
          type="button"
          class={decision === "dismiss" ? "button" : "button danger"}
          disabled={!app.may("trade")}
          onClick={() => {
            app.question.value = { kind: "decideCase", opened, decision };
          }}
        >
          {DECISION_TITLES[decision]}…
        </button>
      ))}
    </div>
  );
}

function CaseAge({ at }: { at: number }) {
  return <>{formatDuration(useApp().store.now.value - at)} ago</>;
}
