// A journal whose operator queue is not empty: an order that nobody knows about, one that works, and payloads that
// were put aside. What opens cases by itself is the engine's and tested there; here they are written as events.

import { setImmediate } from "node:timers/promises";
import type { AccountId, VenueId } from "../../domain/identifiers.ts";
import type { Order } from "../../domain/order.ts";
import type { EventDraft } from "../../domain/system-event.ts";
import { ScriptedVenue } from "../../engine/testing/scripted-venue.ts";
import { createTestEngine, START_AT, type TestEngineOptions } from "../../engine/testing/test-engine.ts";
import { found, recordOf } from "../../engine/testing/venue-answers.ts";
import { MemoryJournal } from "../../journal/memory/memory-journal.ts";

/** A payload that would do harm in a page that took it for HTML. */
export const HOSTILE_PAYLOAD = '{"s":"<script>document.title=1</script><img src=x onerror=alert(1)>"}';

export interface SeededCases {
  /** What an engine is to be opened with: it knows the cases, and its venue knows the working order only. */
  readonly engine: TestEngineOptions;
  /** Submitted, and whether the venue has it is unknown. */
  readonly unknown: Order;
  readonly working: Order;
  readonly filled: Order;
}

/** Accounts `main` and `second`: three cases of the first, one of the second, one of the whole desk. */
export async function seedCases(): Promise<SeededCases> {
  const venue = new ScriptedVenue();
  const accounts = { accounts: ["main", "second"].map((id) => ({ id, venue: venue.id })) };
  const journal = new MemoryJournal({ defer: (task) => void setImmediate().then(task) });
  // Without a deadline of the venue, no answer proves that it never had an order.
  const { discardAfterMs: _none, ...capabilities } = venue.capabilities;
  venue.capabilities = capabilities;
  const before = await createTestEngine({ venue, journal, config: accounts });
  const working = await before.working({ price: "99" });
  const filled = await before.working({ price: "98" });
  before.venue.fill(filled, "1");
  venue.onPlace = () => ({ kind: "unknown", reason: "the connection broke" });
  const unknown = await before.working({ clientOrderId: "lost" });
  await before.engine.stop();
  venue.onOrder = ({ orderId }) => (orderId === working.id ? found(recordOf(working)) : { kind: "absent" });
  const again = journal.crash();
  again.append(eventsAbout(venue.id, { unknown, working, filled }), again.position);
  await again.flush();
  return { engine: { venue, journal: again, config: accounts }, unknown, working, filled };
}

function eventsAbout(venue: VenueId, orders: Pick<SeededCases, "unknown" | "working" | "filled">): EventDraft[] {
  const at = START_AT;
  const cause = "engine:test" as const;
  const account = "main" as AccountId;
  const second = "second" as AccountId;
  const { unknown, working, filled } = orders;
  const opened = { type: "caseOpened", account, at, cause } as const;
  return [
    {
      type: "discrepancyFound",
      account,
      kind: "reinstated",
      ours: "expired",
      theirs: "working",
      conclusion: "reinstated",
      evidence: "open orders of the venue",
      at,
      cause,
    },
    {
      ...opened,
      caseId: `reinstated:${working.id}`,
      kind: "reinstated",
      about: working.id,
      text: "The order had been concluded as expired, and the venue says that it works.",
    },
    {
      ...opened,
      caseId: `quarantined:${filled.id}`,
      kind: "quarantined",
      about: filled.id,
      text: "scripted said something that is not believed: not JSON that we know.",
    },
    {
      ...opened,
      caseId: `unknownOutcome:${unknown.id}`,
      kind: "unknownOutcome",
      about: unknown.id,
      text: `Nobody knows what became of the submit of ${unknown.id} (buy 1 BTC/USDT at 100). The venue is asked on.`,
    },
    { ...opened, caseId: "position:second", kind: "position", account: second, text: "Ours 0 BTC, the venue's 0.25." },
    { type: "caseOpened", caseId: "historyGap:desk", kind: "historyGap", text: "Away for 9 days.", at, cause },
    { type: "reportQuarantined", venue, account, reason: "not JSON that we know", raw: HOSTILE_PAYLOAD, at, cause },
    { type: "reportQuarantined", venue, reason: "no account in it", raw: "{}", at, cause },
  ];
}
