// A paper venue on virtual time with a recording listener: what its tests are written with.

import type { ExecutionReport } from "../../../domain/execution-report.ts";
import type { MarketEvent } from "../../../market-data/market-data.ts";
import { SeededRandom } from "../../../runtime/random.ts";
import type { VirtualClock } from "../../../runtime/virtual-clock.ts";
import { BTC, neverAborted, VENUE } from "../../testing/orders.ts";
import { Recorder } from "../../testing/recorder.ts";
import { advanceUntil, startedClock } from "../../testing/virtual-time.ts";
import type { CancelRequest, PlaceRequest, QueryResult, SendOutcome, VenueOrder } from "../../venue.ts";
import { MemoryPaperStore } from "../memory-paper-store.ts";
import { PaperVenue, type PaperVenueOptions } from "../paper-venue.ts";

export class PaperBench {
  readonly venue: PaperVenue;
  readonly clock: VirtualClock;
  readonly recorder: Recorder = new Recorder();
  #position: number;

  private constructor(venue: PaperVenue, clock: VirtualClock) {
    this.venue = venue;
    this.clock = clock;
    this.#position = venue.tapePosition;
  }

  /** Opens a venue on a new clock and store unless given, primed with `past`. */
  static async open(
    options: Partial<PaperVenueOptions> & { readonly clock?: VirtualClock; readonly seed?: number } = {},
    past: readonly MarketEvent[] = [],
  ): Promise<PaperBench> {
    const clock = options.clock ?? startedClock();
    const random = SeededRandom.fromSeed(options.seed ?? 1);
    const { seed: _seed, ...venueOptions } = options;
    const venue = PaperVenue.open({
      id: VENUE,
      instruments: [BTC],
      store: new MemoryPaperStore(VENUE),
      tape: "test tape",
      random: () => random.next(),
      ...venueOptions,
      clock,
    });
    for (const event of past) venue.prime(event);
    const bench = new PaperBench(venue, clock);
    await venue.connect(bench.recorder);
    return bench;
  }

  get reports(): readonly ExecutionReport[] {
    return this.recorder.reports;
  }

  /** Gives the venue the next events of the tape. */
  feed(...events: readonly MarketEvent[]): void {
    for (const event of events) this.venue.onMarket(event, ++this.#position);
  }

  place(request: PlaceRequest): Promise<SendOutcome> {
    return this.answer(this.venue.place(request, neverAborted()));
  }

  cancel(request: CancelRequest): Promise<SendOutcome> {
    return this.answer(this.venue.cancel(request, neverAborted()));
  }

  order(request: CancelRequest): Promise<QueryResult<VenueOrder>> {
    return this.answer(this.venue.order(request, neverAborted()));
  }

  async openOrders(account = "main"): Promise<readonly VenueOrder[]> {
    const result = await this.answer(this.venue.openOrders(account as PlaceRequest["account"], neverAborted()));
    if (result.kind !== "found") throw new Error(`The query ended as ${result.kind}.`);
    return result.value;
  }

  /** Lets time pass until the answer is there. */
  async answer<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const note = (): void => {
      settled = true;
    };
    promise.then(note, note);
    await advanceUntil(this.clock, () => settled, "answer");
    return promise;
  }

  until(condition: () => boolean, what: string): Promise<void> {
    return advanceUntil(this.clock, condition, what);
  }
}
