// Compares what an account holds by our books with what the venue says. A difference is told and goes to a person;
// neither side is corrected by itself. When the comparison means anything is the reconciler's to say.

import { Decimal } from "../domain/decimal.ts";
import type { AccountId, InstrumentId } from "../domain/identifiers.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Venue, VenuePosition } from "../venues/venue.ts";
import { type Cases, caseIdOf } from "./cases.ts";
import type { Findings } from "./findings.ts";
import type { Recorder } from "./recorder.ts";

const CAUSE = "reconcile:positions";

export interface PositionCheckOptions {
  readonly recorder: Recorder;
  readonly cases: Cases;
  readonly clock: Clock;
  readonly venueOf: (account: AccountId) => Venue;
}

interface Difference {
  readonly instrumentId: InstrumentId;
  readonly ours: Decimal;
  readonly theirs: Decimal;
}

/** The differences of an account as of its last comparison. */
interface Seen {
  readonly text: string;
  /** On the monotonic clock. */
  readonly at: number;
  isTold: boolean;
}

export class PositionCheck {
  readonly #options: PositionCheckOptions;
  readonly #seen = new Map<AccountId, Seen>();

  constructor(options: PositionCheckOptions) {
    this.#options = options;
  }

  /**
   * Takes what the venue says that the account holds. An execution between its answer and our books looks like a
   * difference: only one that a second comparison finds again, past the venue's read lag, is one.
   */
  compare(account: AccountId, theirs: readonly VenuePosition[], findings: Findings): void {
    const differences = this.#differences(account, theirs);
    const text = differences.map(described).join("; ");
    if (findings.dryRun) {
      if (text !== "") findings.add("position", text);
    } else if (text === "") this.#agrees(account);
    else this.#differs(account, differences, text, findings);
  }

  #agrees(account: AccountId): void {
    this.#seen.delete(account);
    this.#options.cases.settle(caseIdOf("position", { account }), "ours and the venue's are equal again", CAUSE);
  }

  #differs(account: AccountId, differences: readonly Difference[], text: string, findings: Findings): void {
    const { clock, venueOf, cases, recorder } = this.#options;
    const seen = this.#seen.get(account);
    const now = clock.monotonicMs();
    if (seen?.text !== text) {
      this.#seen.set(account, { text, at: now, isTold: false });
      return;
    }
    if (now - seen.at < venueOf(account).capabilities.readLagMs) return;
    const caseId = caseIdOf("position", { account });
    if (!seen.isTold) {
      seen.isTold = true;
      this.#record(account, differences, findings);
      if (recorder.state.cases.get(caseId)?.text.includes(text) === false)
        cases.settle(caseId, "another difference has taken its place", CAUSE);
    }
    if (!cases.wasDecidedLately(caseId))
      cases.open(
        "position",
        { account },
        `What account ${account} holds differs: ${text}. Nothing was changed.`,
        CAUSE,
      );
  }

  #record(account: AccountId, differences: readonly Difference[], findings: Findings): void {
    const { recorder, clock } = this.#options;
    const at = clock.now();
    recorder.record(
      differences.map((difference) => ({
        type: "discrepancyFound",
        account,
        kind: "position",
        ours: `${difference.ours} ${difference.instrumentId}`,
        theirs: `${difference.theirs} ${difference.instrumentId}`,
        conclusion: "nothing changed; a person is asked",
        evidence: "positions of the venue, more than once",
        at,
        cause: CAUSE,
      })),
    );
    for (const difference of differences) findings.add("position", described(difference));
  }

  /** By instrument; what one side does not name is zero there. */
  #differences(account: AccountId, theirs: readonly VenuePosition[]): readonly Difference[] {
    const { state } = this.#options.recorder;
    const held = new Map<InstrumentId, { ours: Decimal; theirs: Decimal }>();
    for (const { account: of, instrumentId, quantity } of state.positions()) {
      if (of === account) held.set(instrumentId, { ours: quantity, theirs: Decimal.zero });
    }
    for (const { instrumentId, quantity } of theirs) {
      const known = held.get(instrumentId) ?? { ours: Decimal.zero, theirs: Decimal.zero };
      // A venue may keep long and short apart.
      held.set(instrumentId, { ours: known.ours, theirs: known.theirs.add(quantity) });
    }
    return [...held]
      .filter(([, sides]) => !sides.ours.eq(sides.theirs))
      .map(([instrumentId, sides]) => ({ instrumentId, ...sides }))
      .toSorted((a, b) => (a.instrumentId < b.instrumentId ? -1 : 1));
  }
}

function described({ instrumentId, ours, theirs }: Difference): string {
  return `${instrumentId}: ${ours} here, ${theirs} at the venue`;
}
