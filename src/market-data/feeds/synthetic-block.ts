// One stretch of the synthetic market, a pure function of seed and number: prices walk in whole
// ticks around an anchor that moves slowly. Whole numbers throughout; decimals only at the end.
// Deliberately absent: memory of earlier stretches. That is what makes any position a short way.

import { Decimal } from "../../domain/decimal.ts";
import type { InstrumentId } from "../../domain/identifiers.ts";
import type { Side } from "../../domain/order-event.ts";
import { SeededRandom } from "../../runtime/random.ts";
import type { BookLevel } from "../market-data.ts";

/** Events of one instrument in one block. */
export const EVENTS_PER_BLOCK = 500;
/** How long a block lasts, in microseconds of the tape. */
export const BLOCK_US = 50_000_000;
/** Levels displayed per side. */
export const DEPTH = 20;

/** What a synthetic instrument looks like; prices in ticks, quantities in lots. */
export interface SyntheticInstrument {
  readonly id: InstrumentId;
  readonly tickSize: Decimal;
  readonly lotSize: Decimal;
  /** Where the price returns to, in ticks. */
  readonly anchorTicks: number;
  /** The usual step of the price, in ticks. */
  readonly stepTicks: number;
  /** The usual distance between neighboring levels, in ticks. */
  readonly gapTicks: number;
  /** The usual quantity of a level, in lots. */
  readonly levelLots: number;
}

/** An event before it has an instant of its own and an instrument. */
export type BlockEvent =
  | {
      readonly kind: "depth";
      readonly bids: readonly BookLevel[];
      readonly asks: readonly BookLevel[];
      readonly snapshot?: true;
    }
  | { readonly kind: "quote"; readonly bid: BookLevel; readonly ask: BookLevel }
  | { readonly kind: "trade"; readonly price: Decimal; readonly quantity: Decimal; readonly aggressor: Side };

export interface TimedBlockEvent {
  /** Microseconds since the begin of the block. */
  readonly offsetUs: number;
  readonly event: BlockEvent;
}

/** Waves that the anchor is the sum of; each is twice as long as the one before, the longest 2^11 blocks: a day. */
const OCTAVES = 12;
/** Of a thousand steps, how many begin a burst. */
const BURSTS_PER_MILLE = 6;

/** How long events of a kind wait before they come, relative to each other. */
const USUAL_WEIGHT: Readonly<Record<BlockEvent["kind"], number>> = { trade: 40, quote: 10, depth: 160 };

/** Returns the events of a block, always `EVENTS_PER_BLOCK`; the first is a snapshot of the book. */
export function syntheticBlock(seed: number, block: number, instrument: SyntheticInstrument): TimedBlockEvent[] {
  const market = new BlockMarket(seed, block, instrument);
  while (market.events.length < EVENTS_PER_BLOCK) market.step();
  return spreadOverBlock(market.events.slice(0, EVENTS_PER_BLOCK), market.weights);
}

/** The price between two blocks, in ticks: sums of slow waves through points drawn for each. */
function anchorAt(seed: number, block: number, instrument: SyntheticInstrument): number {
  let ticks = instrument.anchorTicks;
  for (let octave = 0; octave < OCTAVES; octave++) {
    const length = 2 ** octave;
    const index = Math.floor(block / length);
    // Longer waves are higher, as a random walk's are, but not without end: 3, 4, 5, … times.
    const height = instrument.stepTicks * (3 + octave) * 4;
    const from = wavePoint(seed, octave, index, height);
    const to = wavePoint(seed, octave, index + 1, height);
    ticks += from + Math.trunc(((to - from) * (block - index * length)) / length);
  }
  return ticks;
}

function wavePoint(seed: number, octave: number, index: number, height: number): number {
  return SeededRandom.fromSeed(mix(mix(seed, 101 + octave), index)).nextInteger(2 * height + 1) - height;
}

/** Joins two whole numbers to a seed; equal inputs give equal streams, neighbors unrelated ones. */
function mix(a: number, b: number): number {
  return Math.imul((a | 0) ^ Math.imul(b + 0x7f4a7c15, 0x2c1b3c6d), 0x297a2d39) ^ (b << 7);
}

interface TickLevel {
  readonly ticks: number;
  lots: number;
}

interface Move {
  readonly following: TickLevel[];
  readonly yielding: TickLevel[];
  /** The new best of the following side. */
  readonly target: number;
  /** 1 upwards, where the bids follow and the asks yield. */
  readonly direction: 1 | -1;
}

class BlockMarket {
  readonly events: BlockEvent[] = [];
  /** How long each event waits for its turn, relative to the others. */
  readonly weights: number[] = [];
  readonly #random: SeededRandom;
  readonly #instrument: SyntheticInstrument;
  readonly #from: number;
  readonly #to: number;
  /** Best first. */
  readonly #bids: TickLevel[] = [];
  readonly #asks: TickLevel[] = [];
  /** Lots by ticks, as the depth events so far tell them. */
  #toldBids = new Map<number, number>();
  #toldAsks = new Map<number, number>();
  #deviation = 0;
  #burstSteps = 0;

  constructor(seed: number, block: number, instrument: SyntheticInstrument) {
    this.#instrument = instrument;
    this.#random = SeededRandom.fromSeed(mix(mix(seed, 7), block));
    this.#from = anchorAt(seed, block, instrument);
    this.#to = anchorAt(seed, block + 1, instrument);
    this.#fill(this.#bids, this.#from, -1);
    this.#fill(this.#asks, this.#from + this.#spread(), 1);
    this.#emitDepth({ snapshot: true });
    this.#emitQuote();
  }

  /** Adds at least one event: a move of the price, a trade, or a change of depth. */
  step(): void {
    if (this.#burstSteps > 0) this.#burstSteps--;
    else if (this.#random.nextInteger(1_000) < BURSTS_PER_MILLE) this.#burstSteps = 20 + this.#random.nextInteger(60);
    const choice = this.#random.nextInteger(100);
    if (choice < (this.#burstSteps > 0 ? 50 : 22)) this.#movePrice();
    else if (choice < 60) this.#tradeAtBest();
    else this.#changeDepth();
  }

  #movePrice(): void {
    const progress = this.events.length;
    const line = this.#from + Math.trunc(((this.#to - this.#from) * progress) / EVENTS_PER_BLOCK);
    const step = this.#instrument.stepTicks * (this.#burstSteps > 0 ? 2 : 1);
    // The pull back grows towards the end, so that the next block goes on where this one stops.
    const left = Math.max(1, EVENTS_PER_BLOCK - progress);
    const pull = Math.trunc(this.#deviation / 24) + Math.trunc((this.#deviation * 4) / (left + 4));
    this.#deviation += this.#random.nextInteger(2 * step + 1) - step - pull;
    const target = line + this.#deviation;
    if (target > bestOf(this.#bids).ticks) {
      this.#shift({ following: this.#bids, yielding: this.#asks, target, direction: 1 });
    } else {
      this.#shift({ following: this.#asks, yielding: this.#bids, target: target + this.#spread(), direction: -1 });
    }
  }

  /** Moves the market: the side in the way is traded through, the other follows to the target. */
  #shift(move: Move): void {
    const { following, yielding, target, direction } = move;
    const yieldingTarget = target + direction * this.#spread();
    while (yielding.length > 0 && (yieldingTarget - bestOf(yielding).ticks) * direction > 0) {
      const taken = yielding.shift() as TickLevel;
      this.#emitTrade(taken.ticks, taken.lots, direction === 1 ? "buy" : "sell");
    }
    this.#fill(yielding, yieldingTarget, direction);
    // Levels of the following side lie behind the target already, unless the spread alone has moved it.
    while (following.length > 0 && (bestOf(following).ticks - target) * direction > 0) following.shift();
    if (following[0]?.ticks !== target) following.unshift({ ticks: target, lots: this.#lots() });
    following.length = Math.min(following.length, DEPTH);
    this.#fill(following, target, direction === 1 ? -1 : 1);
    this.#emitQuote();
    this.#emitDepth();
  }

  #tradeAtBest(): void {
    const buys = this.#random.nextInteger(2) === 0;
    const best = bestOf(buys ? this.#asks : this.#bids);
    if (best.lots === 1) best.lots = this.#lots() + 1;
    // The product of two draws: many small trades, few large ones. The last lot stays.
    const lots = 1 + Math.floor((this.#random.nextInteger(best.lots - 1) * (1 + this.#random.nextInteger(100))) / 100);
    best.lots -= lots;
    this.#emitTrade(best.ticks, lots, buys ? "buy" : "sell");
    this.#emitQuote();
  }

  #changeDepth(): void {
    for (const side of [this.#bids, this.#asks]) {
      const first = this.#random.nextInteger(side.length);
      for (const level of side.slice(first, first + 1 + this.#random.nextInteger(3))) level.lots = this.#lots();
    }
    this.#emitQuote();
    this.#emitDepth();
  }

  /** Fills a side up to its depth, away from its best; `direction` is -1 for bids. */
  #fill(side: TickLevel[], best: number, direction: 1 | -1): void {
    if (side.length === 0) side.push({ ticks: best, lots: this.#lots() });
    while (side.length < DEPTH) {
      const last = side[side.length - 1] as TickLevel;
      const gap = 1 + this.#random.nextInteger(2 * this.#instrument.gapTicks);
      side.push({ ticks: last.ticks + direction * gap, lots: this.#lots() });
    }
  }

  #spread(): number {
    return 1 + Math.floor((this.#random.nextInteger(4) * this.#random.nextInteger(4)) / 3);
  }

  #lots(): number {
    const usual = this.#instrument.levelLots;
    return 1 + Math.floor((this.#random.nextInteger(2 * usual) * (1 + this.#random.nextInteger(20))) / 10);
  }

  #emitTrade(ticks: number, lots: number, aggressor: Side): void {
    const { price, quantity } = this.#level(ticks, lots);
    this.#emit({ kind: "trade", price, quantity, aggressor });
  }

  #emitQuote(): void {
    const bid = bestOf(this.#bids);
    const ask = bestOf(this.#asks);
    this.#emit({ kind: "quote", bid: this.#level(bid.ticks, bid.lots), ask: this.#level(ask.ticks, ask.lots) });
  }

  /** Tells what changed since the last depth event; in a snapshot that is all. */
  #emitDepth(extra: { snapshot?: true } = {}): void {
    const bids = this.#changes(this.#toldBids, this.#bids);
    const asks = this.#changes(this.#toldAsks, this.#asks);
    this.#toldBids = lotsByTicks(this.#bids);
    this.#toldAsks = lotsByTicks(this.#asks);
    this.#emit({ kind: "depth", bids, asks, ...extra });
  }

  #changes(told: ReadonlyMap<number, number>, side: readonly TickLevel[]): BookLevel[] {
    const standing = lotsByTicks(side);
    const gone = [...told.keys()].filter((ticks) => !standing.has(ticks)).map((ticks) => this.#level(ticks, 0));
    const changed = side.filter(({ ticks, lots }) => told.get(ticks) !== lots);
    return [...gone, ...changed.map(({ ticks, lots }) => this.#level(ticks, lots))];
  }

  #level(ticks: number, lots: number): BookLevel {
    return { price: ofSteps(ticks, this.#instrument.tickSize), quantity: ofSteps(lots, this.#instrument.lotSize) };
  }

  #emit(event: BlockEvent): void {
    this.events.push(event);
    const usual = USUAL_WEIGHT[event.kind];
    this.weights.push(1 + this.#random.nextInteger(this.#burstSteps > 0 ? Math.ceil(usual / 8) : usual));
  }
}

function bestOf(side: readonly TickLevel[]): TickLevel {
  return side[0] as TickLevel;
}

function lotsByTicks(side: readonly TickLevel[]): Map<number, number> {
  return new Map(side.map(({ ticks, lots }) => [ticks, lots]));
}

/** Gives the events their instants: waits in proportion to their weights, together as long as the block. */
function spreadOverBlock(events: readonly BlockEvent[], weights: readonly number[]): TimedBlockEvent[] {
  let total = 1;
  for (let index = 0; index < events.length; index++) total += weights[index] as number;
  let passed = 0;
  return events.map((event, index) => {
    passed += weights[index] as number;
    return { offsetUs: Math.floor((passed * BLOCK_US) / total), event };
  });
}

function ofSteps(steps: number, size: Decimal): Decimal {
  return Decimal.of(BigInt(steps) * size.coefficient, size.scale);
}
