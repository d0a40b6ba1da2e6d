// What every simulated world has alike: its accounts, its instruments, the engine's settings and the bound within which
// all must agree. What differs from seed to seed is in profile.ts.

import { Decimal } from "../domain/decimal.ts";
import type { InstrumentId, VenueId } from "../domain/identifiers.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { EngineSettings } from "../engine/settings.ts";
import type { Profile } from "./profile.ts";

export const VENUE = "simulated" as VenueId;
export const ACCOUNTS = ["main", "second"] as const;
export const START_AT = 1_700_000_000_000;
/** Within this after the wire has healed, everything agrees. */
export const HEAL_MS = 180_000;

/** Before the end nothing happens at the venue for this long. */
export const QUIET_MS = 60_000;

/** Between two tellings of what the venue took back. */
export const UNDONE_AGAIN_MS = 5_000;

export const SETTINGS: Partial<EngineSettings> = {
  placeTimeoutMs: 4_000,
  cancelTimeoutMs: 3_000,
  queryTimeoutMs: 3_000,
  sendBudgetMs: 2_000,
  escalateAfterMs: 30_000,
};

function instrument(id: string, kind: Instrument["kind"]): Instrument {
  return {
    id: id as InstrumentId,
    venue: VENUE,
    kind,
    base: id.slice(0, 3),
    quote: "USDT",
    settle: "USDT",
    tickSize: Decimal.parse("0.01"),
    lotSize: Decimal.parse("0.001"),
    minQuantity: Decimal.parse("0.001"),
    minNotional: Decimal.parse("0.05"),
    contractMultiplier: Decimal.one,
    makerFeeRate: Decimal.parse("0.0002"),
    takerFeeRate: Decimal.parse("0.0005"),
  };
}
export const INSTRUMENTS: readonly [Instrument, Instrument] = [
  instrument("BTC/USDT", "spot"),
  instrument("ETH/USDT:USDT", "linear"),
];

/** The venue's rule for messages in this world. */
export function messagesOf({ messagesPerSecond: count }: Profile): EngineSettings["venueMessages"] {
  return { count, windowMs: 1_000, reservedForCancels: count / 5 };
}
