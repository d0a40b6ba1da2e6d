// What must not be overlooked: a lost connection, the kill switch, a blocked account, an engine that
// failed. Each is one line at the top, said aloud by screen readers.

import { useApp } from "../app.ts";
import type { RestingOrderPolicy } from "../contract.ts";
import { formatDateTime, formatDuration } from "../format.ts";
import { Icon } from "./icon.tsx";

const POLICY_WORDS: Readonly<Record<RestingOrderPolicy, string>> = {
  keep: "resting orders were kept",
  cancelOurs: "our resting orders were canceled",
  cancelAll: "all orders on the accounts were canceled",
};

export function Banners() {
  return (
    <div class="banners">
      <LostConnection />
      <KillSwitch />
      <Trouble />
    </div>
  );
}

function LostConnection() {
  const app = useApp();
  const { phase, attempt, retryAt, reason } = app.connection.value;
  const lost = phase === "waiting" || (phase === "connecting" && (attempt > 1 || reason !== undefined));
  if (!lost) return null;
  const inMs = retryAt === undefined ? 0 : retryAt - app.wallNow.value;
  return (
    <div class="banner banner-lost" role="alert">
      <Icon name="waiting" />
      <span>
        <strong>Not connected.</strong> What you see is old{reason === undefined ? "" : `: ${reason}`}.
      </span>
      <span class="banner-detail">{inMs > 0 ? `Trying again in ${formatDuration(inMs)}` : "Trying now"}</span>
      <button type="button" class="button" onClick={() => app.stream.start()}>
        Connect now
      </button>
    </div>
  );
}

function KillSwitch() {
  const app = useApp();
  const killSwitch = app.store.status.value?.killSwitch;
  if (killSwitch?.engaged !== true) return null;
  const { by, at, reason, restingOrders } = killSwitch;
  return (
    <div class="banner banner-kill" role="alert">
      <Icon name="stop" />
      <span>
        <strong>Kill switch engaged</strong>
        {by === undefined ? "" : ` by ${by}`}
        {at === undefined ? "" : ` at ${formatDateTime(at)} UTC`}
        {reason === undefined ? "" : `: ${reason}`}. Only cancels leave
        {restingOrders === undefined ? "" : `; ${POLICY_WORDS[restingOrders]}`}.
      </span>
      <button
        type="button"
        class="button"
        disabled={!app.may("admin")}
        onClick={() => {
          app.question.value = { kind: "liftKillSwitch" };
        }}
      >
        Lift…
      </button>
    </div>
  );
}

function Trouble() {
  const status = useApp().store.status.value;
  if (status === undefined) return null;
  const lines = [
    ...(status.failure === undefined
      ? []
      : [`The engine has failed: ${status.failure.message} (${status.failure.code})`]),
    ...status.accounts
      .filter((account) => account.blockedBecause !== undefined)
      .map((account) => `New entries of ${account.id} are blocked until a person looks: ${account.blockedBecause}`),
    ...status.venues
      .filter((venue) => !venue.connected || venue.circuit === "open")
      .map((venue) => `Venue ${venue.id} is ${venue.connected ? "left alone after failures" : "not connected"}.`),
  ];
  return (
    <>
      {lines.map((line) => (
        <div key={line} class="banner banner-trouble" role="alert">
          <Icon name="unknown" />
          <span>{line}</span>
        </div>
      ))}
    </>
  );
}
