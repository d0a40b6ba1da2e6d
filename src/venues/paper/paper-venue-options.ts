// What a paper venue is made of, and its defaults. docs/venues/paper.md explains each.

import type { VenueId } from "../../domain/identifiers.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { FeeModel } from "../../matching/fees.ts";
import type { SelfTradePrevention } from "../../matching/types.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/logger.ts";
import type { PaperStore } from "./paper-store.ts";

/** How long messages travel, one way each: from the base up to the base plus the jitter, evenly spread. */
export interface PaperLatency {
  readonly requestMs: number;
  /** Of replies, reports and answers to queries. */
  readonly replyMs: number;
  readonly jitterMs: number;
}

/** A venue in the same building. All zero is allowed: messages still arrive later than they were sent, in order. */
export const DEFAULT_PAPER_LATENCY: PaperLatency = { requestMs: 1, replyMs: 1, jitterMs: 0 };

/** What a paper venue is made of; docs/venues/paper.md explains each. */
export interface PaperVenueOptions {
  readonly id: VenueId;
  readonly instruments: readonly Instrument[];
  readonly clock: Clock;
  /** The venue's own store, which it closes. */
  readonly store: PaperStore;
  /** Which tape the market events come from: the description of the market source. */
  readonly tape: string;
  /** Decides latencies, and nothing else. Returns a double in [0, 1). */
  readonly random: () => number;
  /** Default {@link DEFAULT_PAPER_LATENCY}. */
  readonly latency?: PaperLatency;
  /** What executions cost. Default: the instrument's maker and taker rates. */
  readonly fees?: (instrument: Instrument) => FeeModel;
  /** Default `cancelNewest`. */
  readonly selfTradePrevention?: SelfTradePrevention;
  readonly logger?: Logger;
}

/** Tape events that touched no order wait for the next commit: at most so many … */
export const MAX_UNCOMMITTED_TAPE_EVENTS = 2_000;
/** … and, while events come, at most this long. */
export const MAX_UNCOMMITTED_TAPE_MS = 1_000;
