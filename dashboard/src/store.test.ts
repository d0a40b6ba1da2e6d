// What frames do to the page's state: rows keep their signals, lists follow a revision, fills and
// positions follow events. The clock is the test's.

import { describe, expect, test } from "vitest";
import type { EventsFrame, OrderJson, SnapshotFrame, Status, Summary } from "./contract.ts";
import { ENDED_KEPT, Store } from "./store.ts";
import { anOrder, ended, T0 } from "./testing/an-order.ts";

const status = {
  now: T0,
  market: { description: "tape", state: "running", speed: 10, position: 0 },
} as unknown as Status;
const summary = {} as Summary;
const fill = {
  executionId: "e1",
  venueOrderId: "v1",
  price: "60000",
  quantity: "0.1",
  liquidity: "maker",
  venueAt: T0,
} as const;

function makeStore() {
  const wall = { now: 1_000, due: [] as { at: number; callback: () => void }[] };
  const store = new Store({
    wallNow: () => wall.now,
    schedule: (delayMs, callback) => void wall.due.push({ at: wall.now + delayMs, callback }),
  });
  const pass = (ms: number) => {
    wall.now += ms;
    const due = wall.due.filter(({ at }) => at <= wall.now);
    wall.due = wall.due.filter(({ at }) => at > wall.now);
    for (const { callback } of due) callback();
  };
  return { store, pass };
}

function snapshot(orders: readonly OrderJson[], seq = 4): SnapshotFrame {
  return { type: "snapshot", seq, orders, positions: [], cases: [], status, summary };
}

function events(list: readonly Record<string, unknown>[], orders: readonly OrderJson[]): EventsFrame {
  return { type: "events", events: list as unknown as EventsFrame["events"], orders, positions: [] };
}

describe("the store", () => {
  test("an update moves the row's own signal and no list within the same quarter second", () => {
    const { store, pass } = makeStore();
    store.apply([snapshot([anOrder({ id: "a" })])]);
    const row = store.order("a");
    const revision = store.revision.value;
    store.apply([events([{ seq: 5, type: "x", at: T0 }], [anOrder({ id: "a", lastSeq: 5, fillPercentage: "10" })])]);
    expect(row?.value.fillPercentage).toBe("10");
    expect(store.order("a")).toBe(row);
    expect(store.revision.value).toBe(revision);
    pass(250);
    expect(store.revision.value).toBe(revision + 1);
  });

  test("an order that ends changes its tab's count, and one that is reinstated changes it back", () => {
    const { store, pass } = makeStore();
    store.apply([snapshot([anOrder({ id: "a" })])]);
    store.apply([events([], [ended("canceled", { id: "a" })])]);
    pass(250);
    expect(store.counts.value).toEqual({ open: 0, ended: 1 });
    store.apply([events([], [anOrder({ id: "a" })])]);
    pass(250);
    expect(store.counts.value).toEqual({ open: 1, ended: 0 });
  });

  test("a second snapshot forgets what is gone and keeps the signals of what stays", () => {
    const { store } = makeStore();
    store.apply([snapshot([anOrder({ id: "a" }), anOrder({ id: "b" })])]);
    const row = store.order("a");
    store.apply([snapshot([anOrder({ id: "a", lastSeq: 9, fillPercentage: "50" })], 9)]);
    expect(row?.value.fillPercentage).toBe("50");
    expect(store.order("a")).toBe(row);
    expect(store.order("b")).toBeUndefined();
  });

  test("ended orders are kept up to a number, the newest of them", () => {
    const { store, pass } = makeStore();
    store.apply([snapshot([])]);
    const many = Array.from({ length: ENDED_KEPT + 5 }, (_, index) => ended("filled", { id: `o${index}` }));
    store.apply([events([], many)]);
    pass(250);
    expect(store.counts.value.ended).toBe(ENDED_KEPT);
    expect(store.order("o0")).toBeUndefined();
    expect(store.order(`o${ENDED_KEPT + 4}`)).toBeDefined();
  });

  test("an order learned by its id does not overwrite a newer one from the stream", () => {
    const { store } = makeStore();
    store.apply([snapshot([anOrder({ id: "a", lastSeq: 8, fillPercentage: "70" })])]);
    store.learnOrder(anOrder({ id: "a", lastSeq: 6, fillPercentage: "20" }));
    expect(store.order("a")?.value.fillPercentage).toBe("70");
  });

  test("a fill that comes by the stream and by a read is one fill", () => {
    const { store } = makeStore();
    store.apply([snapshot([anOrder({ id: "a" })])]);
    store.apply([
      events([{ seq: 5, type: "orderPartiallyFilled", orderId: "a", at: T0, fill }], [anOrder({ id: "a" })]),
    ]);
    const row = {
      ...fill,
      orderId: "a",
      account: "main",
      instrumentId: "BTC/USDT",
      side: "buy",
      seq: 5,
      at: T0,
    } as const;
    store.learnFills([row]);
    expect(store.fills.value).toEqual([row]);
  });

  test("a reversed fill leaves the list, a corrected one changes in it", () => {
    const { store } = makeStore();
    store.apply([snapshot([anOrder({ id: "a" })])]);
    const named = { orderId: "a", venueOrderId: "v1", executionId: "e1", at: T0 };
    store.apply([events([{ seq: 5, type: "orderPartiallyFilled", ...named, fill }], [])]);
    store.apply([events([{ seq: 6, type: "fillCorrected", ...named, fill: { ...fill, price: "60001" } }], [])]);
    expect(store.fills.value.map(({ price }) => price)).toEqual(["60001"]);
    store.apply([events([{ seq: 7, type: "fillReversed", ...named }], [])]);
    expect(store.fills.value).toEqual([]);
  });

  test("the operator queue is the snapshot's, then follows events, as what was put aside does", () => {
    const { store } = makeStore();
    const lost = { seq: 3, caseId: "unknownOutcome:a", kind: "unknownOutcome", about: "a", text: "", at: T0 } as const;
    store.apply([{ ...snapshot([anOrder({ id: "a" })]), cases: [lost] }]);
    expect(store.cases.value).toEqual([lost]);
    const put = { seq: 6, type: "reportQuarantined", at: T0, venue: "paper", reason: "r", raw: "<b>" };
    store.apply([events([{ seq: 5, type: "caseClosed", caseId: lost.caseId, at: T0 }, put], [])]);
    expect(store.cases.value).toEqual([]);
    store.learnQuarantined([put]);
    expect(store.quarantined.value).toEqual([put]);
    store.apply([{ ...snapshot([], 9), cases: [lost] }]);
    expect(store.cases.value).toEqual([lost]);
  });

  test("ages follow the tape's time at the tape's speed, and do not run ahead of a silent server", () => {
    const { store, pass } = makeStore();
    store.apply([snapshot([])]);
    pass(100);
    store.tick();
    expect(store.now.value).toBe(T0 + 1_000);
    pass(60_000);
    store.tick();
    expect(store.now.value).toBe(T0 + 60_000);
  });
});
