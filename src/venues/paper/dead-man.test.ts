// The paper venue's dead-man switch over its store and its end: what all venues promise is in dead-man.contract.ts.

import { expect, test } from "vitest";
import { MAIN, neverAborted, orderRequest, VENUE } from "../testing/orders.ts";
import { advanceBy } from "../testing/virtual-time.ts";
import { MemoryPaperStore } from "./memory-paper-store.ts";
import { PaperBench } from "./testing/paper-bench.ts";

const wind = (bench: PaperBench, timeoutMs: number) =>
  bench.answer(bench.venue.windDeadMan({ account: MAIN, timeoutMs }, neverAborted()));

test("what the switch cancels is stored before it is told", async () => {
  const store = new MemoryPaperStore(VENUE);
  const bench = await PaperBench.open({ store });
  const orders = [orderRequest(), orderRequest()];
  for (const order of orders) await bench.place(order);
  await wind(bench, 1_000);
  const commits = store.commits;
  await bench.until(() => store.commits > commits, "commit");
  expect(bench.recorder.of("ended")).toEqual([]);
  const stored = orders.map((order) => store.order(MAIN, order.orderId));
  expect(stored).toMatchObject(orders.map(() => ({ status: "canceled", endReason: "deadMan" })));
  await bench.until(() => bench.recorder.of("ended").length === 2, "ends");
  expect(store.commits).toBe(commits + 1);
});

test("a switch ends with its venue: reopened on the same store, the orders work on", async () => {
  const store = new MemoryPaperStore(VENUE);
  const bench = await PaperBench.open({ store });
  const order = orderRequest();
  await bench.place(order);
  await wind(bench, 1_000);
  await bench.venue.close();
  expect(bench.clock.nextTimerAt).toBeUndefined();
  const reopened = await PaperBench.open({ store, clock: bench.clock });
  await advanceBy(reopened.clock, 2_000);
  expect((await reopened.openOrders()).map((open) => open.clientOrderId)).toEqual([order.orderId]);
});
