// The questions asked before something that cannot be taken back: a cancel, the kill switch and its
// lifting, the trading state, a case of the operator queue. Each says in words what will happen to orders.

import { useState } from "preact/hooks";
import { type Question, useApp } from "../app.ts";
import type { RestingOrderPolicy, TradingState } from "../contract.ts";
import { plural } from "../format.ts";
import { DecideCase } from "./decide-case.tsx";
import { Modal } from "./modal.tsx";
import { ReasonField } from "./reason-field.tsx";

const DIALOGS = {
  killSwitch: EngageKillSwitch,
  liftKillSwitch: LiftKillSwitch,
  tradingState: ChangeTradingState,
} as const;

export function Questions() {
  const app = useApp();
  const question = app.question.value;
  const close = () => {
    app.question.value = undefined;
  };
  if (question === undefined) return null;
  if (question.kind === "confirm") return <Confirm question={question} close={close} />;
  if (question.kind === "decideCase") return <DecideCase question={question} close={close} />;
  const Asked = DIALOGS[question.kind];
  return <Asked close={close} />;
}

function Confirm({ question, close }: { question: Extract<Question, { kind: "confirm" }>; close: () => void }) {
  return (
    <Modal title={question.title} action={question.action} danger run={question.run} close={close}>
      {question.lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </Modal>
  );
}

function EngageKillSwitch({ close }: { close: () => void }) {
  const app = useApp();
  const [policy, setPolicy] = useState<RestingOrderPolicy>("cancelOurs");
  const [reason, setReason] = useState("");
  const open = plural(app.store.counts.value.open, "open order");
  const choices: readonly Choice<RestingOrderPolicy>[] = [
    {
      value: "cancelOurs",
      title: "Cancel our orders",
      words: `Asks the venue to cancel ${open} of ours. Orders that others placed on the same accounts stay.`,
    },
    {
      value: "keep",
      title: "Keep resting orders",
      words: `${capital(open)} stay at the venue and can still fill. Nothing new is sent.`,
    },
    {
      value: "cancelAll",
      title: "Cancel everything on the accounts",
      words: "Asks the venue to cancel every order on the accounts, also those that we did not place.",
    },
  ];
  const run = async () => {
    await app.api.post("/kill-switch", { restingOrders: policy, reason: reason.trim() });
    app.notify("Kill switch engaged: only cancels leave now.");
  };
  return (
    <Modal
      title="Engage the kill switch"
      action="Stop trading"
      danger
      disabled={reason.trim() === ""}
      run={run}
      close={close}
    >
      <p>
        From that moment no new order leaves, from any strategy or person; only cancels pass. It survives a restart, and
        a person has to lift it.
      </p>
      <Choices
        legend="What happens to resting orders"
        name="policy"
        choices={choices}
        value={policy}
        onChange={(value) => setPolicy(value)}
      />
      <ReasonField value={reason} onChange={setReason} />
    </Modal>
  );
}

function LiftKillSwitch({ close }: { close: () => void }) {
  const app = useApp();
  const [reason, setReason] = useState("");
  const run = async () => {
    await app.api.delete("/kill-switch", { reason: reason.trim() });
    app.notify("Kill switch lifted: orders may leave again.");
  };
  return (
    <Modal title="Lift the kill switch" action="Allow trading" disabled={reason.trim() === ""} run={run} close={close}>
      <p>Orders may leave again as the trading state allows. Orders that were canceled do not come back.</p>
      <ReasonField value={reason} onChange={setReason} />
    </Modal>
  );
}

function ChangeTradingState({ close }: { close: () => void }) {
  const app = useApp();
  const [state, setState] = useState<TradingState>(app.store.status.value?.tradingState ?? "active");
  const [reason, setReason] = useState("");
  const choices: readonly Choice<TradingState>[] = [
    { value: "active", title: "Active", words: "All orders pass that the limits allow." },
    { value: "reducing", title: "Reducing", words: "Only orders that make a position smaller pass, and cancels." },
    { value: "halted", title: "Halted", words: "Only cancels pass. Resting orders stay and can still fill." },
  ];
  const run = async () => {
    await app.api.post("/trading-state", { state, reason: reason.trim() });
    app.notify(`Trading is ${state}.`);
  };
  return (
    <Modal title="Trading state" action="Set state" disabled={reason.trim() === ""} run={run} close={close}>
      <Choices
        legend="For all accounts"
        name="state"
        choices={choices}
        value={state}
        onChange={(value) => setState(value)}
      />
      <ReasonField value={reason} onChange={setReason} />
    </Modal>
  );
}

interface Choice<T extends string> {
  readonly value: T;
  readonly title: string;
  readonly words: string;
}

function Choices<T extends string>(props: {
  legend: string;
  name: string;
  choices: readonly Choice<T>[];
  value: T;
  onChange: (value: T) => void;
}) {
  return (
    <fieldset class="choices">
      <legend>{props.legend}</legend>
      {props.choices.map((choice) => (
        <label key={choice.value} class="choice">
          <input
            type="radio"
            name={props.name}
            value={choice.value}
            checked={choice.value === props.value}
            onChange={() => props.onChange(choice.value)}
          />
          <span>
            <strong>{choice.title}</strong> {choice.words}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
