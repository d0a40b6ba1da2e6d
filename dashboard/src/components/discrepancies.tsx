// Where our books and the venue's differed: what each said, what was concluded, from which evidence.
// There is nothing to see while there are none.

import { useApp } from "../app.ts";
import type { Discrepancy } from "../contract.ts";
import { formatDateTime, shortId } from "../format.ts";

export function Discrepancies() {
  const app = useApp();
  const found = app.store.discrepancies.value;
  if (found.length === 0) return null;
  return (
    <section class="panel discrepancies" aria-labelledby="discrepancies-title">
      <div class="panel-head">
        <h2 id="discrepancies-title">Discrepancies</h2>
        <span class="count">{found.length}</span>
      </div>
      <ul class="discrepancy-list" tabIndex={0} aria-label="Discrepancies, newest first">
        {found.map((one) => (
          <Found key={one.seq} one={one} />
        ))}
      </ul>
    </section>
  );
}

function Found({ one }: { one: Discrepancy }) {
  const app = useApp();
  const { orderId } = one;
  return (
    <li>
      <div>
        <strong>{one.kind}</strong> <span class="dim">{formatDateTime(one.at)}</span>{" "}
        {orderId === undefined ? null : (
          <button type="button" class="link" onClick={() => app.openOrder(orderId)}>
            {shortId(orderId)}
          </button>
        )}
      </div>
      <div>
        Ours: {one.ours}. Theirs: {one.theirs}. {one.conclusion}
      </div>
      <div class="dim">Evidence: {one.evidence}</div>
    </li>
  );
}
