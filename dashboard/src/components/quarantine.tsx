// Words of venues that cannot be read, or cannot be true, exactly as they came. They are shown as text and
// nothing else: whoever wrote them may not mean well.

import { useApp } from "../app.ts";
import type { Quarantined } from "../contract.ts";
import { formatDateTime, shortId } from "../format.ts";
import { QUARANTINE_ID } from "./operator-queue.tsx";

export function Quarantine() {
  const app = useApp();
  const found = app.store.quarantined.value;
  if (found.length === 0) return null;
  return (
    <section class="panel quarantine" id={QUARANTINE_ID} aria-labelledby="quarantine-title" tabIndex={-1}>
      <div class="panel-head">
        <h2 id="quarantine-title">Put aside</h2>
        <span class="dim">words of venues that cannot be read, or cannot be true</span>
        <span class="count">{found.length}</span>
      </div>
      <ul class="discrepancy-list" tabIndex={0} aria-label="Words put aside, newest first">
        {found.map((one) => (
          <PutAside key={one.seq} one={one} />
        ))}
      </ul>
    </section>
  );
}

function PutAside({ one }: { one: Quarantined }) {
  const app = useApp();
  const { about, account, venue, reason, at, raw } = one;
  return (
    <li>
      <div>
        <strong>{venue}</strong> <span class="dim">{formatDateTime(at)}</span>{" "}
        {account === undefined ? null : <span class="dim">{account} </span>}
        {about === undefined ? null : (
          <button type="button" class="link" onClick={() => app.openOrder(about)}>
            {shortId(about)}
          </button>
        )}
      </div>
      <div>{reason}</div>
      <details>
        <summary>What it said</summary>
        <pre class="payload">{raw}</pre>
      </details>
    </li>
  );
}
