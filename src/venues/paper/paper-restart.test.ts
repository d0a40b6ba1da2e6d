// A venue that was closed, or that died, goes on as if nothing had been: orders, queues, positions, ids, expiry.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { MarketEvent } from "../../market-data/market-data.ts";
import type { VirtualClock } from "../../runtime/virtual-clock.ts";
import { BTC, d, instrument, MAIN, neverAborted, OTHER, orderRequest, VENUE } from "../testing/orders.ts";
import { digestOf } from "../testing/recorder.ts";
import { advanceBy, startedClock } from "../testing/virtual-time.ts";
import { MemoryPaperStore } from "./memory-paper-store.ts";
import type { PaperStore } from "./paper-store.ts";
import { SqlitePaperStore } from "./sqlite-paper-store.ts";
import { randomTape, snapshot, trade } from "./testing/market.ts";
import { PaperBench } from "./testing/paper-bench.ts";
import { Workload } from "./testing/workload.ts";

const STEPS = 240;

/** Long enough for every message in flight to arrive: a restart loses none. */
const QUIET_MS = 4;

async function step(bench: PaperBench, event: MarketEvent, workload: Workload): Promise<void> {
  bench.feed(event);
  workload.act(bench.venue);
  await advanceBy(bench.clock, QUIET_MS);
}

interface Play {
  readonly seed: number;
  /** Steps before which the state is looked at … */
  readonly stops: readonly number[];
  /** … twice, with or without a restart in between: either way the same time passes. */
  readonly restarts: boolean;
  readonly open: () => PaperStore;
}

/** Plays a tape with random requests and returns a digest of all reports. */
async function play({ seed, stops, restarts, open }: Play): Promise<string> {
  const tape = randomTape(seed, STEPS);
  const workload = new Workload(seed);
  let bench = await PaperBench.open({ store: open() });
  const benches = [bench];
  for (const [index, event] of tape.entries()) {
    if (stops.includes(index)) {
      const before = await stateOf(bench);
      if (restarts) {
        await bench.venue.close();
        bench = await PaperBench.open({ store: open(), clock: bench.clock }, tape.slice(0, index));
        benches.push(bench);
      }
      expect(bench.venue.tapePosition).toBe(index);
      expect(await stateOf(bench)).toEqual(before);
    }
    await step(bench, event, workload);
  }
  await bench.venue.close();
  const reports = benches.flatMap((each) => each.reports);
  expect(reports.filter((report) => report.kind === "fill").length).toBeGreaterThan(10);
  return digestOf(reports);
}

async function stateOf(bench: PaperBench): Promise<unknown> {
  const { venue } = bench;
  const orders = [...(await bench.openOrders("main")), ...(await bench.openOrders("other"))];
  const positions = [MAIN, OTHER].map((account) => venue.position(account, BTC.id));
  return JSON.parse(JSON.stringify({ orders, positions }));
}

describe("a restart changes nothing", () => {
  test.each([3, 4, 5])("in memory: the reports are those of a run without it (seed %i)", async (seed) => {
    const digest = (restarts: boolean): Promise<string> => {
      const store = new MemoryPaperStore(VENUE);
      return play({ seed, stops: [40, 41, 130, 200], restarts, open: () => store });
    };
    expect(await digest(true)).toBe(await digest(false));
  });

  test("on SQLite: the reports are those of a run without it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "paper-restart-"));
    const digest = (restarts: boolean): Promise<string> => {
      const open = () => SqlitePaperStore.open({ path: join(folder, `${restarts}.db`), venue: VENUE });
      return play({ seed: 6, stops: [50, 120, 121], restarts, open });
    };
    expect(await digest(true)).toBe(await digest(false));
    rmSync(folder, { recursive: true });
  });

  test("a venue that dies replays the tape from the stored place and ends up the same", async () => {
    const tape = randomTape(8, STEPS);
    const survivor = await PaperBench.open();
    const store = new MemoryPaperStore(VENUE);
    const victim = await PaperBench.open({ store });
    const order = orderRequest({ price: d("100.4"), quantity: d("30") });
    for (const bench of [survivor, victim]) {
      bench.feed(...tape.slice(0, 20));
      await bench.place(order);
      bench.feed(...tape.slice(20, 150));
    }
    // Dropped without close: what was not committed is gone.
    const place = store.load().tape?.position ?? 0;
    expect(place).toBeGreaterThanOrEqual(20);
    const reborn = await PaperBench.open({ store, clock: victim.clock }, tape.slice(0, place));
    reborn.feed(...tape.slice(place));
    survivor.feed(...tape.slice(150));
    const fills = async (bench: PaperBench): Promise<unknown> =>
      JSON.parse(JSON.stringify(await bench.answer(bench.venue.fillsSince(MAIN, undefined, neverAborted()))));
    expect(await stateOf(reborn)).toEqual(await stateOf(survivor));
    expect(await fills(reborn)).toEqual(await fills(survivor));
  });
});

describe("after a restart", () => {
  async function restarted(
    before: PaperBench,
    store: PaperStore,
    clock: VirtualClock,
    past: readonly MarketEvent[] = [],
  ): Promise<PaperBench> {
    await before.venue.close();
    return PaperBench.open({ store, clock }, past);
  }

  test("ids are never given out again", async () => {
    const store = new MemoryPaperStore(VENUE);
    const clock = startedClock();
    let bench = await PaperBench.open({ store, clock });
    const ids = new Set<string>();
    const executions = new Set<string>();
    for (let life = 0; life < 3; life++) {
      bench.feed(life === 0 ? snapshot() : trade("101", "0.1", "buy"));
      for (let count = 0; count < 3; count++) {
        const order = orderRequest({ side: "sell", price: d("100"), quantity: d("0.1") });
        await bench.place(order);
      }
      await bench.until(() => bench.recorder.of("fill").length === 3, "three fills");
      for (const report of bench.recorder.of("fill")) {
        ids.add(report.fill.venueOrderId);
        executions.add(report.fill.executionId);
      }
      const past = [snapshot(), trade("101", "0.1", "buy"), trade("101", "0.1", "buy")].slice(0, life + 1);
      bench = await restarted(bench, store, clock, past);
    }
    expect([ids.size, executions.size]).toEqual([9, 9]);
  });

  test("a client order id of an earlier life is still taken", async () => {
    const store = new MemoryPaperStore(VENUE);
    const clock = startedClock();
    const first = await PaperBench.open({ store, clock });
    const order = orderRequest();
    await first.place(order);
    await first.cancel(order);
    const second = await restarted(first, store, clock);
    const outcome = await second.place(order);
    expect(outcome).toMatchObject({ kind: "rejected", reason: "duplicateOrderId" });
  });

  test("a resting order keeps its place in the queue", async () => {
    const store = new MemoryPaperStore(VENUE);
    const clock = startedClock();
    const first = await PaperBench.open({ store, clock });
    const tape = [snapshot(), trade("100", "3", "sell")];
    first.feed(snapshot());
    await first.place(orderRequest({ price: d("100"), quantity: d("1") }));
    first.feed(trade("100", "3", "sell"));
    const second = await restarted(first, store, clock, tape);
    second.feed(trade("100", "2.2", "sell"));
    await second.until(() => second.recorder.of("fill").length === 1, "a fill");
    expect(String(second.recorder.of("fill")[0]?.fill.quantity)).toBe("0.2");
  });

  test("liquidity that was taken is not there again", async () => {
    const store = new MemoryPaperStore(VENUE);
    const clock = startedClock();
    const first = await PaperBench.open({ store, clock });
    first.feed(snapshot());
    await first.place(orderRequest({ side: "sell", price: d("100"), quantity: d("4") }));
    const second = await restarted(first, store, clock, [snapshot()]);
    const order = orderRequest({ side: "sell", price: d("100"), quantity: d("4") });
    await second.place(order);
    expect(await second.order(order)).toMatchObject({ value: { status: "working" } });
    expect(String(second.venue.position(MAIN, BTC.id))).toBe("-5");
  });

  test("an expiry is armed again", async () => {
    const store = new MemoryPaperStore(VENUE);
    const clock = startedClock();
    const first = await PaperBench.open({ store, clock });
    await first.place(orderRequest({ timeInForce: "gtd", expiresAt: clock.now() + 1_000 }));
    const second = await restarted(first, store, clock);
    await advanceBy(clock, 1_010);
    expect(first.recorder.of("ended")).toEqual([]);
    expect(second.recorder.of("ended")).toHaveLength(1);
    expect(second.recorder.of("ended")[0]).toMatchObject({ status: "expired" });
  });

  test("an order that expired while the venue was away has ended", async () => {
    const store = new MemoryPaperStore(VENUE);
    const clock = startedClock();
    const first = await PaperBench.open({ store, clock });
    const order = orderRequest({ timeInForce: "gtd", expiresAt: clock.now() + 50 });
    await first.place(order);
    await first.venue.close();
    await advanceBy(clock, 500);
    const second = await PaperBench.open({ store, clock });
    expect(await second.order(order)).toMatchObject({ kind: "found", value: { status: "expired" } });
  });

  test("what happened and was never heard is found by asking", async () => {
    const store = new MemoryPaperStore(VENUE);
    const clock = startedClock();
    const first = await PaperBench.open({ store, clock, latency: { requestMs: 1, replyMs: 100, jitterMs: 0 } });
    first.feed(snapshot());
    const order = orderRequest({ side: "sell", price: d("100"), quantity: d("1") });
    const outcome = first.venue.place(order, neverAborted());
    await advanceBy(clock, 10);
    const second = await restarted(first, store, clock, [snapshot()]);
    expect((await outcome).kind).toBe("unknown");
    expect(first.reports).toEqual([]);
    expect(await second.order(order)).toMatchObject({ kind: "found", value: { status: "filled" } });
    const fills = await second.answer(second.venue.fillsSince(MAIN, undefined, neverAborted()));
    expect(fills).toMatchObject({ kind: "found", value: [{ clientOrderId: order.orderId }] });
  });

  test("on another tape open orders are kept, the place is 0 and taken liquidity is forgotten", async () => {
    const store = new MemoryPaperStore(VENUE);
    const clock = startedClock();
    const first = await PaperBench.open({ store, clock });
    first.feed(snapshot());
    const order = orderRequest();
    await first.place(order);
    await first.place(orderRequest({ side: "sell", price: d("100"), quantity: d("4") }));
    await first.venue.close();
    const second = await PaperBench.open({ store, clock, tape: "another tape" });
    expect(second.venue.tapePosition).toBe(0);
    expect((await second.openOrders()).map((each) => each.clientOrderId)).toContain(order.orderId);
    expect(store.load()).toMatchObject({ tape: { description: "another tape", position: 0 } });
    expect(store.load().matching.get(BTC.id)?.consumed).toEqual([]);
    second.feed(snapshot());
    await second.place(orderRequest({ side: "sell", price: d("100"), quantity: d("4") }));
    expect(String(second.venue.position(MAIN, BTC.id))).toBe("-8");
  });

  test("open orders in an instrument that is no longer listed stop the venue from opening", async () => {
    const store = new MemoryPaperStore(VENUE);
    const first = await PaperBench.open({ store });
    await first.place(orderRequest());
    await first.venue.close();
    await expect(PaperBench.open({ store, instruments: [instrument("ETH/USDT")] })).rejects.toMatchObject({
      code: "config.invalid",
      message: "The store holds open orders in BTC/USDT; list it, or cancel them first.",
    });
  });

  test("another tick size than that of the stored orders stops the venue from opening", async () => {
    const store = new MemoryPaperStore(VENUE);
    const first = await PaperBench.open({ store });
    await first.place(orderRequest({ price: d("99.01") }));
    await first.venue.close();
    const coarser = { ...BTC, tickSize: d("0.5") };
    await expect(PaperBench.open({ store, instruments: [coarser] })).rejects.toMatchObject({ code: "config.invalid" });
  });
});
