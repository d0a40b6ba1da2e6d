// What an engine is made of: its ports, its venues and its accounts. An engine is a value; there is no
// global one. Reading files and environment is in config/.

import type { Decimal } from "../domain/decimal.ts";
import type { InstrumentId, VenueId } from "../domain/identifiers.ts";
import type { Instant } from "../domain/time.ts";
import type { Journal } from "../journal/journal.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Random } from "../runtime/random.ts";
import type { Venue } from "../venues/venue.ts";
import type { OrphanPolicy } from "./reconciler.ts";
import type { RiskLimits } from "./risk/risk-limits.ts";
import type { EngineSettings } from "./settings.ts";

/** An account of ours at a venue. */
export interface AccountConfig {
  /** 1 to 32 characters of `[A-Za-z0-9_-]`. */
  readonly id: string;
  readonly venue: string;
  /** 8 alphanumerics; the default is made from the id. Fixed for ever once journaled. */
  readonly tag?: string;
  /** Applied when the account is first opened; afterwards limits are changed by command. */
  readonly limits?: RiskLimits;
  /** Cancels entry orders older than this; unset: never. */
  readonly staleAfterMs?: number;
  /** The stale policy also cancels reduce-only orders. */
  readonly staleIncludesExits?: boolean;
  /** Keeps the venue's dead-man switch wound, so that it cancels this long after we fall silent; unset: never wound. */
  readonly deadManMs?: number;
  /** Default `observe`. */
  readonly orphanPolicy?: OrphanPolicy;
}

/** The newest price of an instrument, whatever its age. */
export type PriceSource = (instrumentId: InstrumentId) => { readonly price: Decimal; readonly at: Instant } | undefined;

/** The parts of an engine. It closes its venues and its journal when it stops. */
export interface EngineConfig {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly venues: readonly Venue[];
  /** How each venue trades, for people to see; `paper` where absent. */
  readonly modes?: ReadonlyMap<VenueId, "paper" | "dryRun" | "live">;
  readonly accounts: readonly AccountConfig[];
  /** The account of requests that name none; the first one by default. */
  readonly defaultAccount?: string;
  readonly prices: PriceSource;
  /** Versions for the journal's record of starts. */
  readonly version: string;
  readonly runtimeVersion: string;
  readonly settings?: Partial<EngineSettings>;
}
