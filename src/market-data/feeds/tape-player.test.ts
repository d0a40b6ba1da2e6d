// Playing tapes: order and instants at full speed, pace in real time, pauses, ends and failures.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { OrderwrightError } from "../../domain/errors.ts";
import { Activity } from "../../runtime/activity.ts";
import type { MarketEvent, MarketListener, MarketSource } from "../market-data.ts";
import { trade } from "../testing/events.ts";
import { CaptureSource } from "./capture.ts";
import { SyntheticMarket } from "./synthetic.ts";
import { type TapeOptions, TapePlayer } from "./tape-player.ts";
import { FIXTURE_CAPTURE } from "./testing/fixture.ts";

/** Gives trades at the instants named, then ends or fails. */
class ListSource implements MarketSource {
  readonly description = "list";
  readonly instrumentIds = [];
  readonly #instants: readonly number[];
  readonly #failure: Error | undefined;
  position = 0;
  isClosed = false;

  constructor(instants: readonly number[], failure?: Error) {
    this.#instants = instants;
    this.#failure = failure;
  }

  next(): Promise<MarketEvent | undefined> {
    const at = this.#instants[this.position];
    if (at === undefined)
      return this.#failure === undefined ? Promise.resolve(undefined) : Promise.reject(this.#failure);
    this.position++;
    return Promise.resolve(trade("100x1", "buy", at));
  }

  async skipTo(position: number, prime?: MarketListener): Promise<void> {
    while (this.position < position) {
      const event = await this.next();
      if (event !== undefined) prime?.(event);
    }
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

/** Opens a player; closes it after the test. */
async function open(options: Partial<TapeOptions> & Pick<TapeOptions, "source">): Promise<TapePlayer> {
  return await TapePlayer.open({
    mode: { kind: "max" },
    activity: new Activity(),
    onEvent: () => undefined,
    ...options,
  });
}

describe("at full speed", () => {
  test("events and timers come in the order of their instants, a timer before the event of its instant", async () => {
    const seen: string[] = [];
    const player = await open({
      source: new ListSource([1_000, 1_010, 1_020, 1_020]),
      onEvent: (event, position) => seen.push(`event ${position} of ${event.at} at ${player.clock.now()}`),
    });
    expect(player.clock.now()).toBe(1_000);
    for (const delayMs of [5, 20, 15]) {
      player.clock.schedule(delayMs, () => seen.push(`timer at ${player.clock.now()}`));
    }
    player.start();
    expect(await player.finished).toBe("ended");
    expect(seen).toEqual([
      "event 1 of 1000 at 1000",
      "timer at 1005",
      "event 2 of 1010 at 1010",
      "timer at 1015",
      "timer at 1020",
      "event 3 of 1020 at 1020",
      "event 4 of 1020 at 1020",
    ]);
    await player.close();
  });

  test("the tape waits until the work that an event set going is done", async () => {
    const activity = new Activity();
    const seen: string[] = [];
    const player = await open({
      source: new ListSource([1, 2, 3]),
      activity,
      onEvent: (event) => {
        seen.push(`event ${event.at}`);
        const end = activity.begin();
        // A disk or a network answers some turns later.
        setTimeout(() => {
          seen.push(`answer ${event.at}`);
          end();
        }, 2);
      },
    });
    player.start();
    await player.finished;
    expect(seen).toEqual(["event 1", "answer 1", "event 2", "answer 2", "event 3", "answer 3"]);
    await player.close();
  });

  test("the same file gives the same sequence of calls, whatever the hearers' work takes", async () => {
    const run = async (workMs: () => number): Promise<string[]> => {
      const activity = new Activity();
      const seen: string[] = [];
      const source = await CaptureSource.open({ path: FIXTURE_CAPTURE });
      const player = await open({
        source,
        activity,
        onEvent: (event, position) => {
          seen.push(`${position} ${event.kind} ${player.clock.now()}`);
          if (position % 40 !== 0) return;
          const end = activity.begin();
          setTimeout(() => {
            player.clock.schedule(33, () => seen.push(`timer ${player.clock.now()}`));
            end();
          }, workMs());
        },
      });
      player.start();
      expect(await player.finished).toBe("ended");
      await player.close();
      return seen;
    };
    let turn = 0;
    const first = await run(() => 0);
    expect(first).toHaveLength(500 + 12);
    expect(await run(() => turn++ % 5)).toEqual(first);
  });

  test("after the end the clock goes on, so that what waits for a timer is served", async () => {
    const player = await open({ source: new ListSource([1_000]) });
    player.start();
    await player.finished;
    const firedAt = await new Promise<number>((resolve) => {
      player.clock.schedule(25, () => resolve(player.clock.now()));
    });
    expect(firedAt).toBe(1_025);
    await player.close();
  });

  test("a pause holds the tape between two events, and resuming goes on with the next", async () => {
    const seen: number[] = [];
    const player = await open({
      source: new ListSource([1, 2, 3]),
      onEvent: (event) => {
        seen.push(event.at);
        if (event.at === 2) player.pause();
      },
    });
    player.start();
    await vi.waitFor(() => expect(player.progress().state).toBe("paused"));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(seen).toEqual([1, 2]);
    expect(player.progress()).toMatchObject({ state: "paused", position: 2 });
    player.resume();
    expect(await player.finished).toBe("ended");
    expect(seen).toEqual([1, 2, 3]);
    await player.close();
  });

  test("stopping ends the tape for good, also while it is paused", async () => {
    const seen: number[] = [];
    const source = new ListSource([1, 2, 3]);
    const player = await open({
      source,
      onEvent: (event) => {
        seen.push(event.at);
        player.pause();
      },
    });
    player.start();
    await vi.waitFor(() => expect(seen).toEqual([1]));
    await player.stop();
    expect(await player.finished).toBe("stopped");
    player.resume();
    expect(player.progress()).toMatchObject({ state: "stopped", position: 1 });
    expect(seen).toEqual([1]);
    await player.close();
    expect(source.isClosed).toBe(true);
  });
});

describe("where it begins", () => {
  test("events up to the position prime, and are not given again", async () => {
    const primed: number[] = [];
    const given: string[] = [];
    const player = await open({
      source: new ListSource([10, 20, 30, 40]),
      position: 2,
      prime: (event) => primed.push(event.at),
      onEvent: (event, position) => given.push(`${position}: ${event.at}`),
    });
    expect(primed).toEqual([10, 20]);
    expect(player.clock.now()).toBe(20);
    expect(player.progress()).toMatchObject({ state: "ready", position: 2, at: 20 });
    player.start();
    await player.finished;
    expect(given).toEqual(["3: 30", "4: 40"]);
    await player.close();
  });

  test("the clock starts no earlier than told, and events before that come at once", async () => {
    const given: string[] = [];
    const player = await open({
      source: new ListSource([10, 20, 30]),
      notBefore: 25,
      onEvent: (event) => given.push(`${event.at} at ${player.clock.now()}`),
    });
    player.start();
    await player.finished;
    expect(given).toEqual(["10 at 25", "20 at 25", "30 at 30"]);
    await player.close();
  });

  test("a position that the tape does not have is an error on opening", async () => {
    const source = await CaptureSource.open({ path: FIXTURE_CAPTURE });
    await expect(open({ source, position: 501 })).rejects.toThrow("ends after event 500, before 501");
    await source.close();
  });

  test("the position that a listener hears is the one to go on from", async () => {
    const all: string[] = [];
    const player = await open({
      source: new SyntheticMarket({ seed: 6, startAt: 0 }),
      onEvent: (event, position) => {
        all.push(JSON.stringify(event));
        if (position === 60) void player.stop();
      },
    });
    player.start();
    await player.finished;
    const resumed: string[] = [];
    const again = await open({
      source: new SyntheticMarket({ seed: 6, startAt: 0 }),
      position: 20,
      onEvent: (event, position) => {
        resumed.push(JSON.stringify(event));
        if (position === 60) void again.stop();
      },
    });
    again.start();
    await again.finished;
    expect(resumed).toEqual(all.slice(20));
    await player.close();
    await again.close();
  });
});

describe("when something fails", () => {
  test("a source that cannot be read on fails the tape, after all events before that", async () => {
    const failure = new OrderwrightError("marketData.malformed", "Line 3 is not a line of a capture.");
    const seen: number[] = [];
    const player = await open({ source: new ListSource([1, 2], failure), onEvent: (event) => seen.push(event.at) });
    player.start();
    expect(await player.finished).toBe("failed");
    expect(seen).toEqual([1, 2]);
    expect(player.progress()).toMatchObject({ state: "failed", position: 2, error: failure });
    await player.close();
  });

  test("what a listener throws is not taken for a failure of the tape", async () => {
    const player = await open({
      source: new ListSource([1, 2]),
      onEvent: () => {
        throw new Error("listener failed");
      },
    });
    player.start();
    await expect(player.finished).rejects.toThrow("listener failed");
  });
});

describe("at a pace", () => {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate", "performance", "Date"],
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("events come when the clock reaches them, at the speed told", async () => {
    const seen: string[] = [];
    const player = await open({
      source: new ListSource([1_000, 1_500, 2_000]),
      mode: { kind: "speed", factor: 10 },
      onEvent: (event) => seen.push(`${event.at} at ${player.clock.now()}`),
    });
    await vi.advanceTimersByTimeAsync(500);
    expect(player.clock.now()).toBe(1_000);
    player.start();
    await vi.advanceTimersByTimeAsync(49);
    expect(seen).toEqual(["1000 at 1000"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(seen).toEqual(["1000 at 1000", "1500 at 1500"]);
    await vi.advanceTimersByTimeAsync(50);
    expect(await player.finished).toBe("ended");
    expect(seen).toEqual(["1000 at 1000", "1500 at 1500", "2000 at 2000"]);
    // After the end the clock goes on at the pace of real time.
    await vi.advanceTimersByTimeAsync(70);
    expect(player.clock.now()).toBe(2_070);
    await player.close();
  });

  test("a pause stops clock and timers, so that nothing is late afterwards", async () => {
    const seen: string[] = [];
    const player = await open({
      source: new ListSource([0, 100, 200]),
      mode: { kind: "speed", factor: 1 },
      onEvent: (event) => seen.push(`event ${event.at}`),
    });
    player.clock.schedule(150, () => seen.push(`timer ${player.clock.now()}`));
    player.start();
    await vi.advanceTimersByTimeAsync(120);
    player.pause();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen).toEqual(["event 0", "event 100"]);
    expect(player.progress()).toMatchObject({ state: "paused", at: 120 });
    player.resume();
    await vi.advanceTimersByTimeAsync(80);
    expect(seen).toEqual(["event 0", "event 100", "timer 150", "event 200"]);
    await player.close();
  });

  test("stopping does not wait for the next event", async () => {
    const player = await open({ source: new ListSource([0, 1e9]), mode: { kind: "speed", factor: 1 } });
    player.start();
    await vi.advanceTimersByTimeAsync(5);
    await player.stop();
    expect(player.progress()).toMatchObject({ state: "stopped", position: 1 });
    await player.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("the synthetic market at speed 1 runs in wall time, and its progress tells the rate", async () => {
    vi.setSystemTime(1_700_000_000_000);
    const source = new SyntheticMarket({ seed: 8, startAt: Date.now() });
    const player = await open({ source, mode: { kind: "speed", factor: 1 } });
    player.start();
    await vi.advanceTimersByTimeAsync(30_000);
    const progress = player.progress();
    expect(Math.abs(progress.at - Date.now())).toBeLessThan(1_000);
    expect(progress.position).toBeGreaterThan(200);
    expect(progress.eventsPerSecond).toBeGreaterThan(1);
    expect(progress.eventsPerSecond).toBeLessThan(200);
    expect(progress).not.toHaveProperty("fraction");
    await player.close();
  });

  test("a speed that is none is refused", async () => {
    const source = new ListSource([1]);
    await expect(open({ source, mode: { kind: "speed", factor: 0 } })).rejects.toThrow("cannot play at 0 times");
  });
});
