// The state of the book in six figures.

import { useApp } from "../app.ts";
import { formatLatency, formatRate, groupDigits, plural } from "../format.ts";

export function Tiles() {
  const summary = useApp().store.summary.value;
  if (summary === undefined) return null;
  const { submitToAcknowledge: ack, submitToFirstFill: fill, byStatus } = summary;
  const refused = byStatus.rejected + byStatus.failed;
  return (
    <dl class="tiles" aria-label="Summary">
      <Tile
        name="Open"
        value={groupDigits(String(summary.open))}
        note={`${groupDigits(String(summary.ordersTotal))} in all`}
      />
      <Tile
        name="Unknown"
        value={groupDigits(String(summary.outcomeUnknown))}
        note={summary.outcomeUnknown === 0 ? "every outcome known" : "being asked for"}
        tone={summary.outcomeUnknown === 0 ? undefined : "unknown"}
      />
      <Tile
        name="Wholly filled"
        value={formatRate(summary.filledRate)}
        note={`${formatRate(summary.anyFillRate)} with any fill`}
      />
      <Tile name="Fills" value={groupDigits(String(summary.fillsTotal))} note={`${plural(refused, "order")} refused`} />
      <Tile
        name="Mean to acknowledge"
        value={ack.count === 0 ? "–" : formatLatency(round(ack.meanMs))}
        note={ack.count === 0 ? "none yet" : `longest ${formatLatency(round(ack.maxMs))}`}
      />
      <Tile
        name="Mean to first fill"
        value={fill.count === 0 ? "–" : formatLatency(round(fill.meanMs))}
        note={fill.count === 0 ? "none yet" : `longest ${formatLatency(round(fill.maxMs))}`}
      />
    </dl>
  );
}

function Tile({
  name,
  value,
  note,
  tone,
}: {
  name: string;
  value: string;
  note: string;
  tone?: "unknown" | undefined;
}) {
  return (
    <div class={tone === undefined ? "tile" : `tile tile-${tone}`}>
      <dt>{name}</dt>
      <dd class="tile-value">{value}</dd>
      <dd class="tile-note">{note}</dd>
    </div>
  );
}

function round(ms: number): number {
  return ms >= 100 ? Math.round(ms) : Math.round(ms * 10) / 10;
}
