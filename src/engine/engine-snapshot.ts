// The engine's state as text, and back: what recovery starts from instead of the first event.
// A snapshot is a cache. One that cannot be read is ignored, and the journal is folded from the start.

import { Decimal } from "../domain/decimal.ts";
import type { DiscrepancyFound } from "../domain/order-event.ts";
import { orderFromJson, orderToJson, positionFromJson, positionToJson } from "../domain/order-json.ts";
import { unwrap } from "../domain/result.ts";
import type { CaseOpened, RecordedEvent, ReportQuarantined, TradingState } from "../domain/system-event.ts";
import type { Instant } from "../domain/time.ts";
import { type AccountRecord, EngineState, type KillSwitchRecord, type OrderLoader } from "./engine-state.ts";
import { EngineStatistics, type StatisticsState } from "./engine-statistics.ts";
import { limitsFromText, limitsToText } from "./risk/limits-json.ts";

/** Goes up whenever the stored shape changes; other versions are ignored. */
const SNAPSHOT_VERSION = 2;

interface StoredAccount extends Omit<AccountRecord, "limits" | "day"> {
  readonly limits: string;
  readonly day: { readonly endsAt: Instant; readonly realized: readonly (readonly [string, string])[] };
}

interface StoredState {
  readonly version: number;
  readonly seq: number;
  readonly epoch: number;
  readonly stoppedCleanly: boolean;
  readonly lastEventAt: Instant;
  readonly tradingState: TradingState;
  readonly killSwitch: KillSwitchRecord;
  readonly accounts: readonly StoredAccount[];
  readonly orders: readonly unknown[];
  readonly positions: readonly unknown[];
  readonly discrepancies: readonly RecordedEvent<DiscrepancyFound>[];
  readonly cases: readonly RecordedEvent<CaseOpened>[];
  readonly quarantined: readonly RecordedEvent<ReportQuarantined>[];
  readonly statistics: StatisticsState;
}

/** Writes a state; equal states give equal text. */
export function writeState(state: EngineState): string {
  const stored: StoredState = {
    version: SNAPSHOT_VERSION,
    seq: state.seq,
    epoch: state.epoch,
    stoppedCleanly: state.stoppedCleanly,
    lastEventAt: state.lastEventAt,
    tradingState: state.tradingState,
    killSwitch: state.killSwitch,
    accounts: Array.from(state.accounts.values(), storeAccount),
    // Ended orders in the order of their end, so that retention goes on as before.
    orders: [...state.index.openOrders(), ...state.index.endedOrders()].map(orderToJson),
    positions: Array.from(state.positions(), positionToJson),
    discrepancies: state.discrepancies(),
    cases: [...state.cases.values()],
    quarantined: state.quarantined(),
    statistics: state.statistics.toState(),
  };
  return JSON.stringify(stored);
}

/** Reads a state back. @returns `undefined` when the text is of another version or cannot be read. */
export function readState(text: string, load: OrderLoader): EngineState | undefined {
  try {
    const stored = JSON.parse(text) as StoredState;
    return stored.version === SNAPSHOT_VERSION ? restore(stored, load) : undefined;
  } catch {
    // The journal has all of it: folding from the start is slower and never wrong.
    return undefined;
  }
}

function restore(stored: StoredState, load: OrderLoader): EngineState {
  const state = new EngineState(load);
  state.seq = stored.seq;
  state.epoch = stored.epoch;
  state.stoppedCleanly = stored.stoppedCleanly;
  state.lastEventAt = stored.lastEventAt;
  state.tradingState = stored.tradingState;
  state.killSwitch = stored.killSwitch;
  state.statistics = new EngineStatistics(stored.statistics);
  for (const account of stored.accounts) state.accounts.set(account.id, restoreAccount(account));
  for (const order of stored.orders) state.admit(unwrap(orderFromJson(order)));
  for (const position of stored.positions) state.admitPosition(unwrap(positionFromJson(position)));
  for (const discrepancy of stored.discrepancies) state.admitDiscrepancy(discrepancy);
  for (const account of stored.accounts) restoreBlock(state, account);
  for (const opened of stored.cases) state.cases.set(opened.caseId, opened);
  for (const event of stored.quarantined) state.admitQuarantined(event);
  return state;
}

/** Noting the discrepancies blocks accounts again; what a person lifted since stays lifted. */
function restoreBlock(state: EngineState, stored: StoredAccount): void {
  const account = state.account(stored.id);
  if (stored.blockedBecause === undefined) delete account.blockedBecause;
  else account.blockedBecause = stored.blockedBecause;
}

function storeAccount(account: AccountRecord): StoredAccount {
  const realized = [...account.day.realized].map(([asset, amount]) => [asset, amount.toString()] as const);
  return { ...account, limits: limitsToText(account.limits), day: { endsAt: account.day.endsAt, realized } };
}

function restoreAccount(stored: StoredAccount): AccountRecord {
  const realized = new Map(stored.day.realized.map(([asset, amount]) => [asset, Decimal.parse(amount)]));
  return {
    ...stored,
    id: stored.id,
    limits: limitsFromText(stored.limits),
    day: { endsAt: stored.day.endsAt, realized },
  };
}
