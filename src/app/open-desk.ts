// Puts a whole desk together: market, venue, journal, engine and strategies, on one clock. The server, the
// examples and the tests all start here, so that they run the same thing. Files and flags are read elsewhere.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { InstrumentId, VenueId } from "../domain/identifiers.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { Order } from "../domain/order.ts";
import type { RestingOrderPolicy } from "../domain/system-event.ts";
import { Engine } from "../engine/engine.ts";
import type { AccountConfig, PriceSource } from "../engine/engine-config.ts";
import type { EngineSettings } from "../engine/settings.ts";
import type { Durability, Journal } from "../journal/journal.ts";
import { MemoryJournal } from "../journal/memory/memory-journal.ts";
import { SqliteJournal } from "../journal/sqlite/sqlite-journal.ts";
import { CaptureSource } from "../market-data/feeds/capture.ts";
import { SyntheticMarket } from "../market-data/feeds/synthetic.ts";
import { type TapeMode, TapePlayer } from "../market-data/feeds/tape-player.ts";
import type { MarketEvent, MarketSource } from "../market-data/market-data.ts";
import { MarketHub } from "../market-data/market-hub.ts";
import { Activity } from "../runtime/activity.ts";
import type { Clock } from "../runtime/clock.ts";
import { type Logger, silentLogger } from "../runtime/logger.ts";
import { NodeClock } from "../runtime/node/node-clock.ts";
import { SeededRandom } from "../runtime/random.ts";
import type { Strategy } from "../strategies/strategy.ts";
import { DryRunVenue } from "../venues/dry-run/dry-run-venue.ts";
import { MemoryPaperStore } from "../venues/paper/memory-paper-store.ts";
import type { PaperStore } from "../venues/paper/paper-store.ts";
import { PaperVenue, type PaperVenueOptions } from "../venues/paper/paper-venue.ts";
import { SqlitePaperStore } from "../venues/paper/sqlite-paper-store.ts";
import type { Venue } from "../venues/venue.ts";
import { paperInstruments } from "./instruments.ts";

/** Where market events come from. */
export type MarketConfig =
  | { readonly kind: "synthetic"; readonly seed: number }
  /** A recorded capture, at a multiple of real time or as fast as it goes. */
  | { readonly kind: "replay"; readonly file: string; readonly speed: number | "max" };

/** All of it is optional: nothing at all is a paper desk in memory on the synthetic market. */
export interface DeskConfig {
  /** `paper` trades on a simulated venue; `dryRun` checks and journals, and sends nothing. Default `paper`. */
  readonly mode?: "paper" | "dryRun";
  /** Where journal and paper venue keep their files; unset keeps everything in memory. */
  readonly dataDir?: string;
  /** Default: the synthetic market, seed 1. */
  readonly market?: MarketConfig;
  /** Default: one account `main` on `paper`. */
  readonly accounts?: readonly DeskAccount[];
  readonly defaultAccount?: string;
  /** Default: {@link paperInstruments}. */
  readonly instruments?: readonly Instrument[];
  readonly durability?: Durability;
  readonly committer?: "auto" | "main" | "worker";
  readonly settings?: Partial<EngineSettings>;
  readonly paper?: Pick<PaperVenueOptions, "latency" | "selfTradePrevention">;
  /** Decides latencies and jitter; the same seed repeats a replay. Default 1. */
  readonly seed?: number;
  /** Makes the strategies, once it is known of which instruments the market speaks. */
  readonly strategies?: (instrumentIds: readonly InstrumentId[]) => readonly PlacedStrategy[];
  readonly logger?: Logger;
  readonly version?: string;
}

/** An account; its venue is the mode's. */
export type DeskAccount = Omit<AccountConfig, "venue">;

/** A strategy and the account that it trades on. */
export interface PlacedStrategy {
  readonly strategy: Strategy;
  readonly account: string;
}

/** The id of the simulated venue, in both modes. */
export const PAPER_VENUE: VenueId = "paper" as VenueId;
/** A name of its own: a journal that was made in one mode is refused in the other. */
export const DRY_RUN_VENUE: VenueId = "dryRun" as VenueId;
const JOURNAL_FILE = "journal.db";
const PAPER_FILE = "paper.db";

type Closer = () => void | Promise<void>;

/** A running desk. */
export interface Desk {
  readonly engine: Engine;
  readonly market: MarketHub;
  readonly player: TapePlayer;
  readonly clock: Clock;
  readonly mode: "paper" | "dryRun";
  readonly strategies: readonly Strategy[];
  /** Connects, reconciles, starts the strategies, and then the tape. */
  start(): Promise<void>;
  /** Stops in good order; resolves with the orders that are still open. */
  stop(options?: {
    readonly restingOrders?: RestingOrderPolicy;
    readonly deadlineMs?: number;
  }): Promise<readonly Order[]>;
}

/**
 * Opens a desk: journal and venue are recovered, and nothing moves before `start`.
 *
 * @throws {OrderwrightError} `config.*`, `journal.*`, `marketData.*`.
 */
export async function openDesk(config: DeskConfig = {}): Promise<Desk> {
  const opened: Closer[] = [];
  try {
    return await assemble(config, opened);
  } catch (error) {
    // What was opened holds files and locks: whoever mends the configuration may try again.
    for (const close of opened.toReversed()) await close();
    throw error;
  }
}

/** @param opened - gets what has to be closed when a later part cannot be opened. */
async function assemble(config: DeskConfig, opened: Closer[]): Promise<Desk> {
  const logger = config.logger ?? silentLogger;
  const activity = new Activity();
  const mode = config.mode ?? "paper";
  const venueId = mode === "paper" ? PAPER_VENUE : DRY_RUN_VENUE;
  const instruments = config.instruments ?? paperInstruments(venueId);
  if (config.dataDir !== undefined) mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const journal = await openJournal(config, activity, logger);
  opened.push(() => journal.close());
  const market = new MarketHub(logger);
  const store = mode === "paper" ? openPaperStore(config) : undefined;
  opened.push(() => store?.close());
  const lastEventAt = lastInstant(journal);
  const source = await openSource(config.market ?? { kind: "synthetic", seed: 1 }, store, lastEventAt);
  opened.push(() => source.close());
  const primed: MarketEvent[] = [];
  let venueHears: (event: MarketEvent, position: number) => void = () => undefined;
  const player = await TapePlayer.open({
    source,
    mode: tapeMode(config.market),
    activity,
    position: placeOn(store, source.description),
    prime: (event) => primed.push(event),
    ...(lastEventAt === undefined ? {} : { notBefore: lastEventAt }),
    onEvent: (event, position) => {
      // The venue first: a strategy that hears the event acts on a market in which it has happened.
      venueHears(event, position);
      market.publish(event);
    },
  });
  const { clock } = player;
  const random = SeededRandom.fromSeed(config.seed ?? 1);
  const prices: PriceSource = (instrumentId) => {
    const view = market.view(instrumentId);
    const price = view?.referencePrice;
    return price === undefined || view?.updatedAt === undefined ? undefined : { price, at: view.updatedAt };
  };
  let venue: Venue;
  if (store === undefined) {
    venue = new DryRunVenue({ id: venueId, instruments, clock, referencePrice: (id) => prices(id)?.price });
  } else {
    const paper = PaperVenue.open({
      id: venueId,
      instruments,
      clock,
      random: () => random.next(),
      store,
      tape: source.description,
      logger,
      ...config.paper,
    });
    venueHears = (event, position) => paper.onMarket(event, position);
    for (const event of primed) paper.prime(event);
    venue = paper;
  }
  for (const event of primed) market.publish(event);
  const engine = await Engine.open({
    journal,
    clock,
    random,
    logger,
    venues: [venue],
    modes: new Map([[venueId, mode]]),
    accounts: (config.accounts ?? [{ id: "main" }]).map((account) => ({ ...account, venue: venueId })),
    ...(config.defaultAccount === undefined ? {} : { defaultAccount: config.defaultAccount }),
    prices,
    version: config.version ?? "0.0.0",
    runtimeVersion: process.version,
    ...(config.settings === undefined ? {} : { settings: config.settings }),
  });
  const strategies = config.strategies?.(source.instrumentIds) ?? [];
  return {
    engine,
    market,
    player,
    clock,
    mode,
    strategies: strategies.map((entry) => entry.strategy),
    start: async () => {
      await player.prepare(engine.start());
      for (const { strategy, account } of strategies) strategy.start({ engine, market, clock, logger, account });
      player.start();
    },
    stop: async (options = {}) => {
      for (const { strategy } of strategies) await stopStrategy(strategy, logger);
      try {
        // The tape ends first: from then on the clock keeps real time, and deadlines pass.
        await player.stop();
        return await engine.stop(options);
      } finally {
        await player.close();
      }
    },
  };
}

/** One that cannot stop keeps neither the others nor the engine from it: its orders are the engine's to wind down. */
async function stopStrategy(strategy: Strategy, logger: Logger): Promise<void> {
  try {
    await strategy.stop({ cancelOrders: false });
  } catch (error) {
    logger.error({ error }, "a strategy did not stop");
  }
}

async function openJournal(config: DeskConfig, activity: Activity, logger: Logger): Promise<Journal> {
  const durability = config.durability ?? "always";
  if (config.dataDir === undefined)
    return new MemoryJournal({ durability, defer: (run) => void setImmediate(run), activity });
  return SqliteJournal.open({
    path: join(config.dataDir, JOURNAL_FILE),
    durability,
    // The journal keeps real time: how far its tables trail must not depend on a tape's pace.
    clock: new NodeClock(),
    activity,
    logger,
    committer: config.committer ?? "auto",
  });
}

function openPaperStore(config: DeskConfig): PaperStore {
  return config.dataDir === undefined
    ? new MemoryPaperStore(PAPER_VENUE)
    : SqlitePaperStore.open({ path: join(config.dataDir, PAPER_FILE), venue: PAPER_VENUE });
}

async function openSource(
  market: MarketConfig,
  store: PaperStore | undefined,
  notBefore: number | undefined,
): Promise<MarketSource> {
  if (market.kind === "replay") return CaptureSource.open({ path: market.file });
  const { seed } = market;
  const startAt = Math.max(Date.now(), notBefore ?? 0);
  const description = new SyntheticMarket({ seed, startAt }).description;
  return new SyntheticMarket({ seed, startAt, startPosition: placeOn(store, description) });
}

function tapeMode(market: MarketConfig | undefined): TapeMode {
  if (market?.kind !== "replay") return { kind: "speed", factor: 1 };
  return market.speed === "max" ? { kind: "max" } : { kind: "speed", factor: market.speed };
}

/** Where the venue left this tape; another tape begins at its first event. */
function placeOn(store: PaperStore | undefined, description: string): number {
  const place = store?.load().tape;
  return place?.description === description ? place.position : 0;
}

/** The last instant on record: no event of this run may be before it. */
function lastInstant(journal: Journal): number | undefined {
  for (const event of journal.read(Math.max(0, journal.position - 1))) return event.at;
  return undefined;
}
