// Waits and event streams of a handle: when they are told, and that every one of them ends.

import { describe, expect, test } from "vitest";
import type { Order } from "../domain/order.ts";
import { unwrap } from "../domain/result.ts";
import { MemoryJournal } from "../journal/memory/memory-journal.ts";
import type { OrderHandle } from "./engine-api.ts";
import { createTestEngine, LIMIT_BUY, settle, type TestEngine } from "./testing/test-engine.ts";

async function submitted(t: TestEngine): Promise<OrderHandle> {
  const handle = unwrap(await t.engine.submit(LIMIT_BUY));
  await settle();
  return handle;
}

/** Reads all events of a handle; `done` says whether the stream has ended. */
function follow(handle: OrderHandle, signal?: AbortSignal): { readonly seen: string[]; done: boolean } {
  const following = { seen: [] as string[], done: false };
  const read = async (): Promise<void> => {
    for await (const event of handle.events(signal === undefined ? {} : { signal })) following.seen.push(event.type);
    following.done = true;
  };
  void read();
  return following;
}

const LIFE = ["orderCreated", "orderValidated", "orderSubmitted", "orderAcknowledged", "orderFilled"];

describe("waits", () => {
  test("resolve when the order gets there, and at once when it is there already", async () => {
    const t = await createTestEngine();
    const handle = await submitted(t);
    expect(await handle.acknowledged()).toMatchObject({ ok: true, value: { id: handle.orderId } });
    const done = handle.done();
    t.venue.fill(handle.order, "1");
    expect((await done).ok).toBe(true);
    expect((await handle.done({ timeoutMs: 1 })).ok).toBe(true);
    expect(t.clock.nextTimerAt).toBeGreaterThan(t.clock.now() + 1);
  });

  test("`acknowledged` ends with an order that ends without it", async () => {
    const t = await createTestEngine();
    t.venue.onPlace = () => ({ kind: "rejected", reason: "insufficientFunds" });
    const handle = unwrap(await t.engine.submit(LIMIT_BUY));
    expect(await handle.acknowledged()).toMatchObject({ ok: true, value: { status: "rejected" } });
  });

  test("are told only what is durable", async () => {
    const tasks: (() => void)[] = [];
    let slow = false;
    const journal = new MemoryJournal({ defer: (task) => void (slow ? tasks.push(task) : setImmediate(task)) });
    const t = await createTestEngine({ journal });
    const handle = await submitted(t);
    slow = true;
    let told = false;
    const done = handle.done().then(() => (told = true));
    t.venue.fill(handle.order, "1");
    const again = handle.done().then(() => (told = true));
    await settle();
    expect([handle.order.status, told]).toEqual(["filled", false]);
    slow = false;
    for (const task of tasks) task();
    await Promise.all([done, again]);
  });

  test("end when their signal fires, before or during the wait, and leave the order alone", async () => {
    const t = await createTestEngine();
    const handle = await submitted(t);
    const early = await handle.done({ signal: AbortSignal.abort() });
    const abort = new AbortController();
    const waiting = handle.done({ signal: abort.signal, timeoutMs: 60_000 });
    abort.abort();
    for (const result of [early, await waiting]) expect(!result.ok && result.error.code).toBe("engine.aborted");
    expect(handle.order.status).toBe("acknowledged");
    expect(t.clock.nextTimerAt).toBeLessThan(t.clock.now() + 60_000);
  });

  test("end when the engine stops, with the order's own state, and so do those that begin afterwards", async () => {
    const t = await createTestEngine();
    const handle = await submitted(t);
    const waiting = handle.done();
    await t.engine.stop();
    for (const result of [await waiting, await handle.done({ timeoutMs: 5 })]) {
      expect(!result.ok && result.error).toMatchObject({ code: "engine.aborted", orderExists: "yes" });
      expect(!result.ok && result.error.message).toMatch(/before the engine stopped; it is acknowledged and goes on/);
    }
    expect((await handle.acknowledged()).ok).toBe(true);
    expect(t.clock.nextTimerAt).toBeUndefined();
  });

  test("end when the journal fails, whether the order had got there in memory or not", async () => {
    const t = await createTestEngine();
    const [open, filled] = [await submitted(t), unwrap(await t.engine.submit({ ...LIMIT_BUY, price: "99" }))];
    await settle();
    const waits = [open.done(), filled.done()];
    t.journal.failNextCommit();
    t.venue.fill(filled.order, "1");
    waits.push(filled.done(), filled.acknowledged());
    await settle();
    for (const wait of waits.slice(0, 3)) {
      const result = await wait;
      expect(!result.ok && result.error.code).toBe("journal.writeFailed");
    }
    const later = await filled.done();
    expect(!later.ok && later.error.code).toBe("journal.writeFailed");
  });

  test("of many orders cost an event nothing that is not about theirs", async () => {
    const t = await createTestEngine();
    const handles = await Promise.all(
      [1, 2, 3].map((quantity) => t.engine.submit({ ...LIMIT_BUY, quantity: String(quantity) })),
    );
    await settle();
    const waits = handles.map((handle) => unwrap(handle).done());
    const second = t.engine.orders().find((order) => order.quantity?.toString() === "2") as Order;
    const looks = [0, 0, 0];
    handles.forEach((handle, index) => {
      t.engine.subscribe(() => void (looks[index] = (looks[index] ?? 0) + 1), { orderId: unwrap(handle).orderId });
    });
    t.venue.fill(second, "2");
    await waits[1];
    expect(looks).toEqual([0, 1, 0]);
  });
});

describe("the event stream", () => {
  test("gives all events from the first, live ones too, once each, and ends with the order", async () => {
    const t = await createTestEngine();
    const handle = await submitted(t);
    const following = follow(handle);
    await settle();
    expect(following).toEqual({ seen: LIFE.slice(0, 4), done: false });
    t.venue.fill(handle.order, "1");
    await settle();
    expect(following).toEqual({ seen: LIFE, done: true });
  });

  test("of an order that ended long ago, and left memory, is complete and ends", async () => {
    const t = await createTestEngine({ config: { settings: { reconcileEveryMs: 0, keepLast: 0 } } });
    const handle = await submitted(t);
    t.venue.fill(handle.order, "1");
    await settle();
    expect(t.engine.find(handle.orderId)).toBeUndefined();
    for (const each of [handle, t.engine.handle(handle.orderId)]) {
      const following = follow(each as OrderHandle);
      await settle();
      expect(following).toEqual({ seen: LIFE, done: true });
    }
  });

  test("with nothing kept in memory, an end that comes with the commit of the beginning is heard of", async () => {
    const t = await createTestEngine({ config: { settings: { reconcileEveryMs: 0, keepLast: 0 } } });
    const submitting = t.engine.submit(LIMIT_BUY);
    unwrap(await t.engine.setTradingState("halted", { by: "anna" }));
    const handle = unwrap(await submitting);
    const [following, done] = [follow(handle), handle.done({ timeoutMs: 1_000 })];
    await t.pass(2_000);
    expect(await done).toMatchObject({ ok: true, value: { status: "failed" } });
    expect(following).toEqual({ seen: [...LIFE.slice(0, 3), "orderFailed"], done: true });
  });

  test("ends with its signal, with the engine's stop and with the journal's failure", async () => {
    const ends: ((t: TestEngine, abort: AbortController) => unknown)[] = [
      (_, abort) => abort.abort(),
      (t) => t.engine.stop(),
      async (t) => {
        t.journal.failNextCommit();
        await t.engine.submit({ ...LIMIT_BUY, price: "99" });
      },
    ];
    for (const end of ends) {
      const t = await createTestEngine();
      const abort = new AbortController();
      const following = follow(await submitted(t), abort.signal);
      await settle();
      await end(t, abort);
      await settle();
      expect(following).toEqual({ seen: LIFE.slice(0, 4), done: true });
    }
  });
});

test("after a failed commit a handle shows the order as it is on disk", async () => {
  const t = await createTestEngine();
  const handle = await submitted(t);
  t.journal.failNextCommit();
  t.venue.fill(handle.order, "1");
  expect(handle.order.status).toBe("filled");
  await settle();
  expect(handle.order.status).toBe("acknowledged");
});
