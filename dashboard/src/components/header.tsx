// The top of the page: what is traded with (paper or money), whether the page is current, where the
// market stands, and the switch that stops everything.

import { useApp } from "../app.ts";
import type { MarketStatus, Mode } from "../contract.ts";
import { formatDateTime, formatDuration, groupDigits, plural } from "../format.ts";
import type { Connection } from "../stream-client.ts";
import { Icon } from "./icon.tsx";
import { goTo, QUEUE_ID, waitingCount } from "./operator-queue.tsx";

export const MODE_WORDS: Readonly<Record<Mode, string>> = { paper: "PAPER", dryRun: "DRY RUN", live: "LIVE" };
const MODE_MEANING: Readonly<Record<Mode, string>> = {
  paper: "Orders go to a simulated venue. No money moves.",
  dryRun: "Orders are checked and filled by simulation. Nothing is sent.",
  live: "Orders go to a real venue. Money moves.",
};

export function Header() {
  const app = useApp();
  const status = app.store.status.value;
  return (
    <header class="header">
      <h1 class="brand">
        <svg viewBox="0 0 32 32" aria-hidden="true" class="mark">
          <path d="M5 22h7V10h8v12h7" />
        </svg>
        Orderwright
      </h1>
      {status === undefined ? null : (
        <span class={`mode mode-${status.mode}`} title={MODE_MEANING[status.mode]}>
          {MODE_WORDS[status.mode]}
        </span>
      )}
      {status?.market === undefined ? null : <MarketProgress market={status.market} />}
      <span class="header-gap" />
      <CaseCount />
      <ConnectionState />
      <TradingStateButton />
      <button
        type="button"
        class="button quiet"
        title={`Colors: ${app.theme.value}`}
        aria-label={`Colors: ${app.theme.value}. Change`}
        onClick={() => app.cycleTheme()}
      >
        <Icon name="theme" />
        <span class="theme-word">{app.theme.value}</span>
      </button>
      <button
        type="button"
        class="button danger kill"
        disabled={status === undefined || status.killSwitch.engaged || !app.may("trade")}
        onClick={() => {
          app.question.value = { kind: "killSwitch" };
        }}
      >
        <Icon name="stop" />
        Kill switch
      </button>
    </header>
  );
}

function MarketProgress({ market }: { market: MarketStatus }) {
  const { fraction } = market;
  const speed = market.speed === "max" ? "max speed" : `${market.speed}×`;
  return (
    <div class="market-progress" title={`${market.description} · event ${groupDigits(String(market.position))}`}>
      <span class="market-name">{market.description}</span>
      {fraction === undefined ? null : (
        <progress class="replay" max={1} value={fraction} aria-label="Place on the tape">
          {Math.round(fraction * 100)} %
        </progress>
      )}
      <span class="market-state">
        {fraction === undefined ? "" : `${Math.floor(fraction * 100)} % · `}
        {market.state === "running" ? speed : market.state}
        {market.at === undefined ? "" : ` · ${formatDateTime(market.at)} UTC`}
      </span>
    </div>
  );
}

/** What waits for a person, from wherever one has scrolled to. */
function CaseCount() {
  const count = useApp().store.cases.value.length;
  if (count === 0) return null;
  const words = waitingCount(count);
  return (
    <button type="button" class="button case-count" title={words} aria-label={words} onClick={() => goTo(QUEUE_ID)}>
      <Icon name="unknown" />
      {plural(count, "case")}
    </button>
  );
}

function ConnectionState() {
  const app = useApp();
  const connection = app.connection.value;
  const { seq } = app.store;
  const ageMs = connection.lastMessageAt === undefined ? undefined : app.wallNow.value - connection.lastMessageAt;
  return (
    <span
      class={`connection connection-${connection.phase}`}
      data-seq={seq.value}
      data-resumes={connection.resumes}
      data-breaks={connection.breaks}
      title={`Event ${seq.value} · resumed ${connection.resumes} times · ${connection.breaks} breaks in the sequence`}
    >
      <Icon name={connection.phase === "live" ? "working" : connection.phase === "refused" ? "refused" : "waiting"} />
      <span>{PHASE_WORDS[connection.phase]}</span>
      <span class="connection-age">
        {ageMs === undefined ? "" : `${formatDuration(ageMs)} ago`}
        <span class="connection-seq"> · event {groupDigits(String(seq.value))}</span>
      </span>
    </span>
  );
}

const PHASE_WORDS: Readonly<Record<Connection["phase"], string>> = {
  idle: "not connected",
  connecting: "connecting",
  live: "connected",
  waiting: "disconnected",
  refused: "refused",
};

function TradingStateButton() {
  const app = useApp();
  const status = app.store.status.value;
  if (status === undefined) return null;
  const ready = status.phase === "ready" ? "" : ` · ${status.phase}`;
  return (
    <button
      type="button"
      class={`button quiet trading trading-${status.tradingState}`}
      disabled={!app.may("admin")}
      title="What orders may pass"
      onClick={() => {
        app.question.value = { kind: "tradingState" };
      }}
    >
      Trading {status.tradingState}
      {ready}
    </button>
  );
}
