// What the paper venue alone promises: travel times, one commit before anything is told, expiry, the tape.

import { describe, expect, test } from "vitest";
import { OrderwrightError } from "../../domain/errors.ts";
import type { ExecutionReport } from "../../domain/execution-report.ts";
import { BTC, d, MAIN, marketOrder, neverAborted, OTHER, orderRequest, VENUE } from "../testing/orders.ts";
import { digestOf } from "../testing/recorder.ts";
import { advanceBy, settleTurns } from "../testing/virtual-time.ts";
import { MemoryPaperStore } from "./memory-paper-store.ts";
import type { PaperBatch } from "./paper-store.ts";
import { MAX_UNCOMMITTED_TAPE_EVENTS, MAX_UNCOMMITTED_TAPE_MS } from "./paper-venue-options.ts";
import { randomTape, snapshot, trade } from "./testing/market.ts";
import { PaperBench } from "./testing/paper-bench.ts";
import { Workload } from "./testing/workload.ts";

describe("travel", () => {
  test("an answer takes the way there and the way back", async () => {
    const bench = await PaperBench.open({ latency: { requestMs: 3, replyMs: 5, jitterMs: 0 } });
    const sentAt = bench.clock.now();
    const outcome = await bench.place(orderRequest());
    expect(outcome).toMatchObject({ kind: "accepted", venueAt: sentAt + 3 });
    expect(bench.clock.now()).toBe(sentAt + 8);
  });

  test("a request that is overtaken by its deadline on the way is discarded", async () => {
    const bench = await PaperBench.open({ latency: { requestMs: 30, replyMs: 1, jitterMs: 0 } });
    const late = orderRequest({ sendBy: bench.clock.now() + 29 });
    expect(await bench.place(late)).toMatchObject({ kind: "rejected", reason: "deadlinePassed" });
    const inTime = orderRequest({ sendBy: bench.clock.now() + 30 });
    expect((await bench.place(inTime)).kind).toBe("accepted");
  });

  test("a discarded request leaves its id free", async () => {
    const bench = await PaperBench.open();
    const request = orderRequest({ sendBy: bench.clock.now() - 1 });
    await bench.place(request);
    expect((await bench.place({ ...request, sendBy: bench.clock.now() + 100 })).kind).toBe("accepted");
  });

  test("an order that was refused on its terms is found as rejected, and its id is taken", async () => {
    const bench = await PaperBench.open();
    const request = orderRequest({ price: d("99.001") });
    expect(await bench.place(request)).toMatchObject({ kind: "rejected", reason: "offTick" });
    const found = { kind: "found", value: { status: "rejected", endReason: "offTick" } };
    expect(await bench.order(request)).toMatchObject(found);
    expect(await bench.place({ ...request, price: d("99") })).toMatchObject({ reason: "duplicateOrderId" });
    expect(bench.reports).toEqual([]);
  });

  test("nothing is answered within the caller's turn, also without latency", async () => {
    const bench = await PaperBench.open({ latency: { requestMs: 0, replyMs: 0, jitterMs: 0 } });
    let answered = false;
    const outcome = bench.venue.place(orderRequest(), neverAborted()).then(() => {
      answered = true;
    });
    await Promise.resolve();
    expect(answered).toBe(false);
    expect(bench.reports).toEqual([]);
    await bench.answer(outcome);
  });

  test("requests are handled in the order of sending, whatever their delays", async () => {
    const bench = await PaperBench.open({ latency: { requestMs: 0, replyMs: 0, jitterMs: 50 } });
    const orders = Array.from({ length: 20 }, () => orderRequest());
    await bench.answer(Promise.all(orders.map((order) => bench.venue.place(order, neverAborted()))));
    const acknowledged = bench.recorder.of("acknowledged").map((report) => report.orderId);
    expect(acknowledged).toEqual(orders.map((order) => order.orderId));
  });

  test("a refused cancel is reported no later than it is answered", async () => {
    const bench = await PaperBench.open({ latency: { requestMs: 0, replyMs: 0, jitterMs: 20 } });
    const order = orderRequest();
    await bench.place(order);
    await bench.cancel(order);
    for (let round = 0; round < 10; round++) {
      expect(await bench.cancel(order)).toMatchObject({ kind: "rejected", reason: "orderEnded" });
      expect(bench.recorder.of("requestRejected")).toHaveLength(round + 1);
    }
  });

  test("a request that is on its way at close ends as unknown", async () => {
    const bench = await PaperBench.open();
    const outcome = bench.venue.place(orderRequest(), neverAborted());
    await bench.venue.close();
    expect((await outcome).kind).toBe("unknown");
  });

  test("an order in an instrument that is not listed is rejected", async () => {
    const bench = await PaperBench.open();
    const request = orderRequest({ instrumentId: "ETH/USDT" as typeof BTC.id });
    expect(await bench.place(request)).toMatchObject({ kind: "rejected", reason: "unknownInstrument" });
  });

  test("a text that is no cursor fails the query", async () => {
    const bench = await PaperBench.open();
    for (const cursor of ["", "abc", "-1", "1.5"]) {
      expect((await bench.answer(bench.venue.fillsSince(MAIN, cursor, neverAborted()))).kind).toBe("failed");
    }
  });
});

/** Refuses to commit once told to, as a full disk does. */
class FailingStore extends MemoryPaperStore {
  isFull = false;

  override commit(batch: PaperBatch): void {
    if (this.isFull) throw new OrderwrightError("journal.full", "The disk is full.");
    super.commit(batch);
  }
}

describe("the commit", () => {
  test("whatever is told is in the store at that moment", async () => {
    const store = new MemoryPaperStore(VENUE);
    const bench = await PaperBench.open({ store });
    const seen: string[] = [];
    const check = (report: ExecutionReport): void => {
      const stored = store.order(report.account, String(report.orderId));
      expect(stored?.cumulativeQuantity.gte(report.cumulativeQuantity ?? d("0"))).toBe(true);
      if (report.kind === "fill") {
        const fills = store.fillsSince(report.account, 0).map((fill) => fill.fill.executionId);
        expect(fills).toContain(report.fill.executionId);
      }
      seen.push(report.kind);
    };
    await bench.venue.connect({
      report: check,
      connection: () => undefined,
      heartbeat: () => undefined,
      unreadable: () => undefined,
    });
    const tape = randomTape(7, 300);
    const workload = new Workload(7);
    for (const event of tape) {
      bench.feed(event);
      workload.act(bench.venue);
      await advanceBy(bench.clock, 1);
    }
    expect(new Set(seen)).toEqual(new Set(["acknowledged", "fill", "ended", "replaced", "requestRejected"]));
  });

  test("requests that arrive together share one", async () => {
    const store = new MemoryPaperStore(VENUE);
    const bench = await PaperBench.open({ store });
    const before = store.commits;
    const orders = Array.from({ length: 10 }, () => orderRequest());
    await bench.answer(Promise.all(orders.map((order) => bench.venue.place(order, neverAborted()))));
    expect(store.commits).toBe(before + 1);
  });

  test("queries and refusals that change nothing need none", async () => {
    const store = new MemoryPaperStore(VENUE);
    const bench = await PaperBench.open({ store });
    const before = store.commits;
    await bench.order(orderRequest());
    await bench.cancel(orderRequest());
    expect(store.commits).toBe(before);
  });

  test("when it fails, the sender learns nothing, the venue goes down and the order is not there afterwards", async () => {
    const store = new FailingStore(VENUE);
    const bench = await PaperBench.open({ store });
    const kept = orderRequest();
    await bench.place(kept);
    store.isFull = true;
    const lost = orderRequest();
    const query = bench.venue.openOrders(MAIN, neverAborted());
    expect((await bench.place(lost)).kind).toBe("unknown");
    expect((await query).kind).toBe("failed");
    await bench.until(() => bench.recorder.connections.length > 1, "disconnection");
    expect(bench.recorder.connections.at(-1)).toEqual({ state: "disconnected", reason: "The disk is full." });
    expect((await bench.place(orderRequest())).kind).toBe("notSent");
    expect((await bench.order(kept)).kind).toBe("failed");
    await expect(bench.venue.connect(bench.recorder)).rejects.toMatchObject({ code: "venue.unreachable" });
    expect(bench.recorder.of("acknowledged").map((report) => report.orderId)).toEqual([kept.orderId]);
    store.isFull = false;
    const reopened = await PaperBench.open({ store, clock: bench.clock });
    expect((await reopened.order(lost)).kind).toBe("absent");
    expect((await reopened.order(kept)).kind).toBe("found");
  });

  test("a fill that cannot be stored is not told, and market events stop counting", async () => {
    const store = new FailingStore(VENUE);
    const bench = await PaperBench.open({ store });
    bench.feed(snapshot());
    await bench.place(orderRequest());
    store.isFull = true;
    bench.feed(trade("99", "1", "sell"), trade("99", "1", "sell"));
    await bench.until(() => bench.recorder.connections.length > 1, "disconnection");
    expect(bench.recorder.of("fill")).toEqual([]);
    expect(store.load().tape?.position).toBe(1);
    expect(store.fillsSince(MAIN, 0)).toEqual([]);
  });

  test("the place on the tape is committed with the orders that it moves", async () => {
    const store = new MemoryPaperStore(VENUE);
    const bench = await PaperBench.open({ store });
    bench.feed(snapshot(), trade("100.5", "1", "buy"));
    expect(store.load().tape?.position).toBe(0);
    await bench.place(orderRequest());
    expect(store.load().tape?.position).toBe(2);
    bench.feed(trade("99", "0.1", "sell"));
    expect(store.load().tape?.position).toBe(3);
  });

  test("the place on the tape is committed by itself after so many events", async () => {
    const store = new MemoryPaperStore(VENUE);
    const bench = await PaperBench.open({ store });
    const events = Array.from({ length: MAX_UNCOMMITTED_TAPE_EVENTS }, () => trade("100.5", "1", "buy"));
    bench.feed(...events.slice(1));
    expect(store.load().tape?.position).toBe(0);
    bench.feed(...events.slice(0, 1));
    expect(store.load().tape?.position).toBe(MAX_UNCOMMITTED_TAPE_EVENTS);
  });

  test("the place on the tape is committed by itself after so long", async () => {
    const store = new MemoryPaperStore(VENUE);
    const bench = await PaperBench.open({ store });
    bench.feed(snapshot());
    await advanceBy(bench.clock, MAX_UNCOMMITTED_TAPE_MS);
    bench.feed(trade("100.5", "1", "buy"));
    expect(store.load().tape?.position).toBe(2);
  });
});

describe("the market", () => {
  test("a resting order gets no more than the tape traded", async () => {
    const bench = await PaperBench.open();
    bench.feed(snapshot());
    const order = orderRequest({ quantity: d("4") });
    await bench.place(order);
    const traded = ["0.5", "0.25", "1"];
    bench.feed(...traded.map((quantity) => trade("99", quantity, "sell")));
    await bench.until(() => bench.recorder.of("fill").length === 3, "three fills");
    expect(bench.recorder.of("fill").map((report) => String(report.fill.quantity))).toEqual(traded);
    expect(await bench.order(order)).toMatchObject({ kind: "found", value: { status: "working" } });
    expect(String(bench.venue.position(MAIN, BTC.id))).toBe("1.75");
  });

  test("an order waits behind what is displayed at its price", async () => {
    const bench = await PaperBench.open();
    bench.feed(snapshot());
    await bench.place(orderRequest({ price: d("100"), quantity: d("1") }));
    bench.feed(trade("100", "5", "sell"));
    await advanceBy(bench.clock, 5);
    expect(bench.recorder.of("fill")).toEqual([]);
    bench.feed(trade("100", "0.3", "sell"));
    await bench.until(() => bench.recorder.of("fill").length === 1, "a fill");
    expect(bench.recorder.of("fill")[0]?.fill).toMatchObject({ liquidity: "maker" });
  });

  test("takers pay the taker rate and makers the maker rate", async () => {
    const bench = await PaperBench.open();
    bench.feed(snapshot());
    await bench.place(marketOrder({ side: "sell", quantity: d("1") }));
    await bench.place(orderRequest({ side: "sell", price: d("102"), quantity: d("1") }));
    bench.feed(trade("102", "1", "buy"));
    await bench.until(() => bench.recorder.of("fill").length === 2, "both fills");
    const fees = bench.recorder.of("fill").map(({ fill }) => `${String(fill.fee?.amount)} ${fill.fee?.asset}`);
    expect(fees).toEqual(["0.05 USDT", "0.0204 USDT"]);
  });

  test("two accounts trade with each other, and each has its side of the execution", async () => {
    const bench = await PaperBench.open();
    await bench.place(orderRequest({ side: "sell", price: d("100.2"), quantity: d("1") }));
    await bench.place(orderRequest({ account: OTHER, price: d("100.2"), quantity: d("1") }));
    await bench.until(() => bench.recorder.of("fill").length === 2, "both fills");
    const fills = bench.recorder.of("fill");
    expect(new Set(fills.map((report) => report.fill.executionId)).size).toBe(1);
    expect(new Set(fills.map((report) => report.account))).toEqual(new Set([MAIN, OTHER]));
    expect(String(bench.venue.position(MAIN, BTC.id))).toBe("-1");
    expect(String(bench.venue.position(OTHER, BTC.id))).toBe("1");
  });

  test("an order that would trade with its own account is canceled unless configured otherwise", async () => {
    const newest = await PaperBench.open();
    await newest.place(orderRequest({ side: "sell", price: d("100.2") }));
    await newest.place(orderRequest({ price: d("100.2") }));
    await newest.until(() => newest.recorder.of("ended").length === 1, "the end");
    expect(newest.recorder.of("ended")[0]).toMatchObject({ status: "canceled", reason: "selfTradePrevention" });
    const allowed = await PaperBench.open({ selfTradePrevention: "none" });
    await allowed.place(orderRequest({ side: "sell", price: d("100.2") }));
    await allowed.place(orderRequest({ price: d("100.2") }));
    await allowed.until(() => allowed.recorder.of("fill").length === 2, "both fills");
  });

  test("a stop order is reported as triggered, then filled", async () => {
    const bench = await PaperBench.open();
    bench.feed(snapshot());
    const { price: _price, ...stop } = orderRequest({ orderType: "stop", triggerPrice: d("101") });
    await bench.place(stop);
    bench.feed(trade("101", "0.1", "buy"));
    await bench.until(() => bench.recorder.of("fill").length > 0, "a fill");
    expect(bench.reports.map((report) => report.kind)).toEqual(["acknowledged", "acknowledged", "fill"]);
    expect(bench.recorder.of("acknowledged")[1]).toMatchObject({ triggered: true });
  });

  test("an event off the tick grid is logged and left out, and the tape goes on", async () => {
    const errors: string[] = [];
    const logger = { debug() {}, info() {}, warn() {}, error: (_: unknown, message: string) => errors.push(message) };
    const bench = await PaperBench.open({ logger });
    bench.feed(trade("99.001", "1", "sell"), snapshot());
    expect(errors).toEqual(["market event off the grid left out"]);
    expect(bench.venue.tapePosition).toBe(2);
    expect((await bench.place(marketOrder())).kind).toBe("accepted");
  });

  test("an event that comes again is refused", async () => {
    const bench = await PaperBench.open();
    bench.feed(snapshot());
    expect(() => bench.venue.onMarket(snapshot(), 1)).toThrow("comes again");
  });
});

describe("expiry", () => {
  test("a gtd order expires at its instant", async () => {
    const bench = await PaperBench.open();
    const expiresAt = bench.clock.now() + 500;
    await bench.place(orderRequest({ timeInForce: "gtd", expiresAt }));
    await bench.until(() => bench.recorder.of("ended").length === 1, "the end");
    expect(bench.recorder.of("ended")[0]).toMatchObject({ status: "expired", venueAt: expiresAt });
  });

  test("a day order expires at the end of the UTC day", async () => {
    const bench = await PaperBench.open();
    await bench.place(orderRequest({ timeInForce: "day" }));
    await bench.clock.advanceTo(Date.UTC(2024, 7, 10) + 5, settleTurns);
    expect(bench.recorder.of("ended")[0]).toMatchObject({ status: "expired", venueAt: Date.UTC(2024, 7, 10) });
  });

  test("the timer follows the orders: a nearer expiry comes first, a canceled one not at all", async () => {
    const bench = await PaperBench.open();
    const now = bench.clock.now();
    const far = orderRequest({ timeInForce: "gtd", expiresAt: now + 900 });
    const near = orderRequest({ timeInForce: "gtd", expiresAt: now + 300 });
    const gone = orderRequest({ timeInForce: "gtd", expiresAt: now + 100 });
    for (const order of [far, near, gone]) await bench.place(order);
    await bench.cancel(gone);
    await advanceBy(bench.clock, 1_000);
    const ends = bench.recorder.of("ended").map((report) => [report.orderId, report.status, report.venueAt - now]);
    expect(ends.slice(1)).toEqual([
      [near.orderId, "expired", 300],
      [far.orderId, "expired", 900],
    ]);
  });

  test("a trade at the instant of expiry comes too late", async () => {
    const bench = await PaperBench.open();
    // Scheduled first, so that it fires before the venue's own timer.
    bench.clock.schedule(10, () => bench.feed(trade("99", "1", "sell")));
    await bench.place(orderRequest({ timeInForce: "gtd", expiresAt: bench.clock.now() + 10 }));
    await advanceBy(bench.clock, 20);
    expect(bench.recorder.of("fill")).toEqual([]);
    expect(bench.recorder.of("ended")[0]).toMatchObject({ status: "expired" });
  });
});

describe("determinism", () => {
  async function digest(seed: number, latencySeed: number): Promise<string> {
    const bench = await PaperBench.open({
      latency: { requestMs: 1, replyMs: 1, jitterMs: 6 },
      seed: latencySeed,
    });
    const workload = new Workload(seed);
    for (const event of randomTape(seed, 400)) {
      bench.feed(event);
      workload.act(bench.venue);
      await advanceBy(bench.clock, 1);
    }
    expect(bench.recorder.of("fill").length).toBeGreaterThan(20);
    return digestOf(bench.reports);
  }

  test("the same tape, requests and seed give the same reports, byte for byte", async () => {
    expect(await digest(11, 1)).toBe(await digest(11, 1));
  });

  test("another seed of the latency gives others", async () => {
    expect(await digest(11, 1)).not.toBe(await digest(11, 2));
  });
});
