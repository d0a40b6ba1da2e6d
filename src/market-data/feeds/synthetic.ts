// An endless market made from a seed: the embedded default, which needs no file and no network.
// The walk of the prices is in synthetic-block.ts. It is plausible, not a model of any real market.

import { Decimal } from "../../domain/decimal.ts";
import type { InstrumentId } from "../../domain/identifiers.ts";
import type { Instant } from "../../domain/time.ts";
import type { MarketEvent, MarketListener, MarketSource } from "../market-data.ts";
import {
  BLOCK_US,
  EVENTS_PER_BLOCK,
  type SyntheticInstrument,
  syntheticBlock,
  type TimedBlockEvent,
} from "./synthetic-block.ts";

/** The instruments of the default market, on the grids of Binance spot. */
export const SYNTHETIC_INSTRUMENTS: readonly SyntheticInstrument[] = [
  {
    id: "BTC/USDT" as InstrumentId,
    tickSize: Decimal.parse("0.01"),
    lotSize: Decimal.parse("0.00001"),
    anchorTicks: 6_000_000,
    stepTicks: 300,
    gapTicks: 120,
    levelLots: 40_000,
  },
  {
    id: "ETH/USDT" as InstrumentId,
    tickSize: Decimal.parse("0.01"),
    lotSize: Decimal.parse("0.0001"),
    anchorTicks: 260_000,
    stepTicks: 13,
    gapTicks: 5,
    levelLots: 60_000,
  },
];

export interface SyntheticOptions {
  /** A whole number; the same one gives the same events, with the same distances in time. */
  readonly seed: number;
  /** When the event of `startPosition` is, or for 0 just before the first event. */
  readonly startAt: Instant;
  /** 0 unless told. A tape that is taken up again in wall time names its position and the present. */
  readonly startPosition?: number;
  /** {@link SYNTHETIC_INSTRUMENTS} unless told. */
  readonly instruments?: readonly SyntheticInstrument[];
}

interface Drawn {
  readonly instrument: SyntheticInstrument;
  readonly timed: TimedBlockEvent;
}

/** Some 20 events a second, for ever. Any position is at most a block of 50 s away: see `skipTo`. */
export class SyntheticMarket implements MarketSource {
  readonly description: string;
  readonly #seed: number;
  readonly #instruments: readonly SyntheticInstrument[];
  readonly #originAt: Instant;
  #position = 0;
  #blockNumber = -1;
  #block: readonly Drawn[] = [];

  constructor(options: SyntheticOptions) {
    this.#seed = options.seed;
    this.#instruments = options.instruments ?? SYNTHETIC_INSTRUMENTS;
    this.description = `synthetic seed:${options.seed} ${this.instrumentIds.join(",")}`;
    const startPosition = options.startPosition ?? 0;
    this.#originAt = options.startAt - (startPosition === 0 ? 0 : this.#offsetMsOf(startPosition - 1));
  }

  get instrumentIds(): readonly InstrumentId[] {
    return this.#instruments.map(({ id }) => id);
  }

  get position(): number {
    return this.#position;
  }

  next(): Promise<MarketEvent> {
    return Promise.resolve(this.#take());
  }

  /** Primes with the events since the snapshots of the position's block: the whole book, and no more. */
  skipTo(position: number, prime?: MarketListener): Promise<void> {
    const blockStart = position - (position % this.#eventsPerBlock);
    this.#position = Math.max(this.#position, blockStart);
    while (this.#position < position) {
      const event = this.#take();
      prime?.(event);
    }
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#block = [];
    this.#blockNumber = -1;
    return Promise.resolve();
  }

  get #eventsPerBlock(): number {
    return EVENTS_PER_BLOCK * this.#instruments.length;
  }

  #take(): MarketEvent {
    const { instrument, timed } = this.#drawnAt(this.#position);
    const base = { instrumentId: instrument.id, at: this.#originAt + this.#offsetMsOf(this.#position) };
    this.#position++;
    const { event } = timed;
    return event.kind === "trade" ? { ...event, ...base, tradeId: String(this.#position) } : { ...event, ...base };
  }

  /** Returns milliseconds from position 0 to the event at an index. */
  #offsetMsOf(index: number): number {
    const offsetUs = this.#drawnAt(index).timed.offsetUs;
    return (Math.floor(index / this.#eventsPerBlock) * BLOCK_US + offsetUs) / 1_000;
  }

  #drawnAt(index: number): Drawn {
    const blockNumber = Math.floor(index / this.#eventsPerBlock);
    if (blockNumber !== this.#blockNumber) {
      this.#block = this.#draw(blockNumber);
      this.#blockNumber = blockNumber;
    }
    return this.#block[index % this.#eventsPerBlock] as Drawn;
  }

  /** Draws a block of each instrument and orders them by time; ties in the order of the instruments. */
  #draw(blockNumber: number): Drawn[] {
    return this.#instruments
      .flatMap((instrument, index) =>
        // Each instrument has a seed of its own, so that adding one leaves the others as they were.
        syntheticBlock(this.#seed + index * 7_919, blockNumber, instrument).map((timed) => ({ instrument, timed })),
      )
      .sort((a, b) => a.timed.offsetUs - b.timed.offsetUs);
  }
}
