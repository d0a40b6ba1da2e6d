// Plays a market source: each event at its instant on the tape's clock, from any position on.
// The tape's time is the only time its hearers know. Who hears is the caller's; pace and clock are tape-pace.ts's.

import { assert } from "../../domain/assert.ts";
import { isOrderwrightError, type OrderwrightError } from "../../domain/errors.ts";
import type { Instant } from "../../domain/time.ts";
import type { Activity } from "../../runtime/activity.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { MarketEvent, MarketListener, MarketSource } from "../market-data.ts";
import { createTapePace, type TapeMode, type TapePace } from "./tape-pace.ts";

export type { TapeMode } from "./tape-pace.ts";

export const TAPE_STATES = ["ready", "playing", "paused", "ended", "failed", "stopped"] as const;
/** ended: no event is left · failed: the source could not be read on · stopped: by {@link TapePlayer.stop}. */
export type TapeState = (typeof TAPE_STATES)[number];

/** Hears an event and how many events the tape gave with it: the position to take the tape up again from. */
export type TapeListener = (event: MarketEvent, position: number) => void;

export interface TapeOptions {
  readonly source: MarketSource;
  readonly mode: TapeMode;
  /** What the tape waits for in mode `max`: all work that an event or a timer can set going. */
  readonly activity: Activity;
  /** Must not throw: an error of it ends the tape and rejects {@link TapePlayer.finished}. */
  readonly onEvent: TapeListener;
  /** Where to begin: events up to it count as given. 0 unless told. */
  readonly position?: number;
  /** Hears the events up to `position` that the market's state needs, before `open` returns. */
  readonly prime?: MarketListener;
  /** The clock starts no earlier: so that a run after a restart has no instant before one on record. */
  readonly notBefore?: Instant;
}

/** Where a tape stands, for people. */
export interface TapeProgress {
  readonly state: TapeState;
  readonly description: string;
  /** How many events were given. */
  readonly position: number;
  /** The tape's time. */
  readonly at: Instant;
  /** Over the last second or so of real time. */
  readonly eventsPerSecond: number;
  /** The part of the tape that was given, 0 to 1, roughly; absent for an endless one. */
  readonly fraction?: number;
  /** Why the state is `failed`. */
  readonly error?: OrderwrightError;
}

/**
 * One run over a tape.
 *
 * Until {@link start}, and while paused, the clock stands still in both modes: what waits for a
 * timer waits. After the end it goes on at the pace of real time, so that what is open can be closed.
 * In mode `max` the sequence of calls, of events and of timers, depends on nothing but the tape
 * and what its hearers do.
 */
export class TapePlayer {
  readonly #options: TapeOptions;
  readonly #pace: TapePace;
  readonly #rate = new RateMeter();
  readonly #stopping = new AbortController();
  /** Read from the source and not yet given. */
  #next: MarketEvent | undefined;
  #position: number;
  #state: TapeState = "ready";
  #error: OrderwrightError | undefined;
  #wake: () => void = () => undefined;
  #finished: Promise<TapeState> | undefined;

  private constructor(options: TapeOptions, pace: TapePace, position: number, next: MarketEvent | undefined) {
    this.#options = options;
    this.#pace = pace;
    this.#position = position;
    this.#next = next;
  }

  /**
   * Goes to the position, and makes the clock: it shows the instant of the last event before it,
   * or of the first event of all.
   *
   * @throws {OrderwrightError} `marketData.*` when the source cannot be read up to there.
   */
  static async open(options: TapeOptions): Promise<TapePlayer> {
    const { source } = options;
    let primedAt: Instant | undefined;
    await source.skipTo(options.position ?? 0, (event) => {
      primedAt = event.at;
      options.prime?.(event);
    });
    const { position } = source;
    const next = await source.next();
    const tapeAt = primedAt ?? next?.at ?? options.notBefore ?? Date.now();
    const startAt = Math.max(tapeAt, options.notBefore ?? tapeAt);
    return new TapePlayer(options, createTapePace(options.mode, startAt, options.activity), position, next);
  }

  /** The tape's time, for everything that this run is about. */
  get clock(): Clock {
    return this.#pace.clock;
  }

  /**
   * Moves the clock until the work has ended, before {@link start}: what has to be done before the
   * first event may wait for timers. Rejects as the work does.
   */
  async prepare(work: Promise<unknown>): Promise<void> {
    assert(this.#state === "ready", `a tape that is ${this.#state} is not prepared any more`);
    await this.#pace.passUntil(work);
  }

  start(): void {
    assert(this.#state === "ready", `a tape that is ${this.#state} cannot be started`);
    this.#state = "playing";
    this.#pace.go();
    this.#finished = this.#play();
  }

  /** Stands still after the event under way, clock and all. Without effect unless it plays. */
  pause(): void {
    if (this.#state !== "playing") return;
    this.#state = "paused";
    this.#pace.halt();
  }

  resume(): void {
    if (this.#state !== "paused") return;
    this.#state = "playing";
    this.#pace.go();
    this.#wake();
  }

  /**
   * Resolves with the last state when the tape is over: `ended`, `failed` or `stopped`.
   * Rejects with what a listener or a timer's callback threw.
   */
  get finished(): Promise<TapeState> {
    assert(this.#finished !== undefined, "a tape finishes after it was started");
    return this.#finished;
  }

  /** Ends the tape after the event under way; the clock goes on at the pace of real time. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    if (this.#state === "ready") this.#finished = Promise.resolve(this.#end("stopped"));
    await this.#finished;
  }

  /** Stops the tape and its clock for good, and closes the source. */
  async close(): Promise<void> {
    await this.stop();
    await this.#pace.close();
    await this.#options.source.close();
  }

  progress(): TapeProgress {
    const { source } = this.#options;
    return {
      state: this.#state,
      description: source.description,
      position: this.#position,
      at: this.clock.now(),
      eventsPerSecond: this.#rate.perSecond(),
      ...(source.fraction !== undefined && { fraction: source.fraction }),
      ...(this.#error !== undefined && { error: this.#error }),
    };
  }

  async #play(): Promise<TapeState> {
    const { signal } = this.#stopping;
    while (this.#next !== undefined) {
      await this.#pace.reach(this.#next.at, signal);
      await this.#whilePaused();
      if (signal.aborted) return this.#end("stopped");
      this.#give(this.#next);
      await this.#pace.afterEvent();
      try {
        this.#next = await this.#options.source.next();
      } catch (error) {
        if (!isOrderwrightError(error)) throw error;
        this.#error = error;
        return this.#end("failed");
      }
    }
    await this.#whilePaused();
    return this.#end("ended");
  }

  #give(event: MarketEvent): void {
    this.#position++;
    this.#rate.count();
    this.#options.onEvent(event, this.#position);
  }

  async #whilePaused(): Promise<void> {
    while (this.#state === "paused" && !this.#stopping.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #end(state: TapeState): TapeState {
    this.#state = state;
    this.#pace.releaseToRealTime();
    return state;
  }
}

/** Counts over windows of about a second of real time. */
class RateMeter {
  #windowStartMs = performance.now();
  #count = 0;
  #last: number | undefined;

  count(): void {
    this.#roll();
    this.#count++;
  }

  perSecond(): number {
    this.#roll();
    return this.#last ?? this.#count;
  }

  #roll(): void {
    const elapsedMs = performance.now() - this.#windowStartMs;
    if (elapsedMs < 1_000) return;
    this.#last = (this.#count * 1_000) / elapsedMs;
    this.#count = 0;
    this.#windowStartMs += elapsedMs;
  }
}
