// A line for each account, where there is more to say than the header does: several accounts, or a dead-man switch.

import { useApp } from "../app.ts";
import { deadManWords } from "../cases.ts";
import type { Status } from "../contract.ts";
import { plural } from "../format.ts";

export function Accounts() {
  const accounts = useApp().store.status.value?.accounts ?? [];
  if (accounts.length < 2 && accounts.every(({ deadMan }) => deadMan === undefined)) return null;
  return (
    <ul class="panel accounts" aria-label="Accounts">
      {accounts.map((account) => (
        <AccountLine key={account.id} account={account} />
      ))}
    </ul>
  );
}

function AccountLine({ account }: { account: Status["accounts"][number] }) {
  const { id, venue, tradingState, openOrders, openCases, deadMan } = account;
  return (
    <li class="account">
      <strong>{id}</strong>
      <span class="dim">at {venue}</span>
      <span class={`trading-${tradingState}`}>{tradingState}</span>
      <span>{plural(openOrders, "open order")}</span>
      {openCases === 0 ? null : <span class="warn">{plural(openCases, "case")}</span>}
      {deadMan === undefined ? null : (
        <span class={deadMan.state === "wound" ? "dead-man" : "dead-man warn"}>
          Dead-man switch {deadManWords(deadMan)}
        </span>
      )}
    </li>
  );
}
