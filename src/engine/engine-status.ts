// How the engine stands, for people and doors to see: read from what is kept anyway, nothing is scanned.

import type { VenueId } from "../domain/identifiers.ts";
import type { DeadMan } from "./dead-man.ts";
import type { AccountStatus, EngineStatus } from "./engine-api.ts";
import type { AccountRecord, EngineState } from "./engine-state.ts";
import type { Quarantine } from "./quarantine.ts";
import type { Recorder } from "./recorder.ts";
import type { VenueLinks } from "./venue-links.ts";

export interface StatusView {
  readonly phase: EngineStatus["phase"];
  readonly recorder: Recorder;
  readonly links: VenueLinks;
  readonly deadMan: DeadMan;
  readonly quarantine: Quarantine;
  readonly startedAt: number;
  readonly now: number;
  readonly previousStopUnclean: boolean;
}

export function statusOf(view: StatusView): EngineStatus {
  const { state, journal, halted } = view.recorder;
  return {
    phase: view.phase,
    ...(halted === undefined ? {} : { failure: halted }),
    epoch: state.epoch,
    startedAt: view.startedAt,
    now: view.now,
    durability: journal.durability,
    position: journal.position,
    durablePosition: journal.durablePosition,
    previousStopUnclean: view.previousStopUnclean,
    tradingState: state.killSwitch.engaged ? "halted" : state.tradingState,
    killSwitch: { ...state.killSwitch },
    accounts: Array.from(state.accounts.values(), (account) => accountStatus(account, view)),
    venues: view.links.status((venue) => lastReconciledAt(venue, state)),
    quarantineOverflow: view.quarantine.notJournaled,
  };
}

function accountStatus(account: AccountRecord, { recorder, deadMan }: StatusView): AccountStatus {
  const { state } = recorder;
  const deadManStatus = deadMan.status(account.id);
  return {
    id: account.id,
    tag: account.tag,
    venue: account.venue,
    tradingState: state.effectiveTradingState(account),
    ...(account.blockedBecause === undefined ? {} : { blockedBecause: account.blockedBecause }),
    limits: account.limits,
    openOrders: state.index.openOrdersOfAccount(account.id).size,
    outcomeUnknown: state.index.unknownOrdersOfAccount(account.id).size,
    openCases: [...state.cases.values()].filter((opened) => opened.account === account.id).length,
    ...(deadManStatus === undefined ? {} : { deadMan: deadManStatus }),
  };
}

/** A venue is as fresh as the account that was compared longest ago. */
function lastReconciledAt(venue: VenueId, state: EngineState): number | undefined {
  let last: number | undefined;
  for (const account of state.accounts.values()) {
    if (account.venue !== venue || account.lastReconciledAt === undefined) continue;
    last = last === undefined ? account.lastReconciledAt : Math.min(last, account.lastReconciledAt);
  }
  return last;
}
