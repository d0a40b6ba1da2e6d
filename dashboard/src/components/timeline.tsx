// An order's history, step by step: what happened, why, who said so, when by the venue and by us, and
// how long after the step before.

import type { HistoryEntry } from "../contract.ts";
import { formatDateTime, formatLatency, formatTimeMs } from "../format.ts";
import { eventWords, factWords, sourceWords } from "../history-words.ts";

export function Timeline({ entries }: { entries: readonly HistoryEntry[] }) {
  return (
    <ol class="timeline" aria-label="Timeline">
      {entries.map((entry) => (
        <Step key={entry.seq} entry={entry} />
      ))}
    </ol>
  );
}

function Step({ entry }: { entry: HistoryEntry }) {
  const facts = factWords(entry);
  const moved = entry.from !== undefined && entry.from !== entry.to;
  return (
    <li class={`step ${entry.implied ? "implied" : ""} ${moved || entry.from === undefined ? "moved" : ""}`}>
      <div class="step-head">
        <strong>{eventWords(entry)}</strong>
        {entry.implied ? <span class="dim"> implied by a later fact</span> : null}
        <span class="step-since">{entry.from === undefined ? "" : `+${formatLatency(entry.sincePreviousMs)}`}</span>
      </div>
      {entry.reason === undefined ? null : <div class="step-reason">{entry.reason}</div>}
      {facts.length === 0 ? null : <div class="step-facts">{facts.join(" · ")}</div>}
      <div class="step-meta">
        <time title={`${formatDateTime(entry.at)} UTC`}>{formatTimeMs(entry.at)}</time>
        {entry.venueAt === undefined ? null : (
          <span title="The venue's own time, and how long before ours">
            venue {formatTimeMs(entry.venueAt)} ({formatOffset(entry.at - entry.venueAt)})
          </span>
        )}
        <span>{sourceWords(entry.source)}</span>
        <span>event {entry.seq}</span>
      </div>
    </li>
  );
}

function formatOffset(ms: number): string {
  return ms === 0 ? "same instant" : ms > 0 ? `${formatLatency(ms)} earlier` : `${formatLatency(-ms)} later`;
}
