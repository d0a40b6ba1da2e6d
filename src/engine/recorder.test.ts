// The single writer: what it takes, what it refuses, and who hears of it in which order.

import { describe, expect, test } from "vitest";
import type { OrderId } from "../domain/identifiers.ts";
import { unwrap } from "../domain/result.ts";
import { MemoryJournal } from "../journal/memory/memory-journal.ts";
import type { ProjectionSource } from "../journal/projection.ts";
import { type Logger, silentLogger } from "../runtime/logger.ts";
import { VirtualClock } from "../runtime/virtual-clock.ts";
import { DurableWaits } from "./durable-waits.ts";
import { EngineState } from "./engine-state.ts";
import { Recorder } from "./recorder.ts";
import { createTestEngine, LIMIT_BUY, settle } from "./testing/test-engine.ts";

const META = { at: 1, cause: "command:test" } as const;
const EPOCH = {
  type: "epochStarted",
  epoch: 1,
  version: "test",
  runtimeVersion: "test",
  durability: "always",
  ...META,
} as const;
/** No order has that id. */
const IMPOSSIBLE = { type: "orderValidated", orderId: "nobody" as OrderId, ...META } as const;

function bench(): { readonly recorder: Recorder; readonly journal: MemoryJournal } {
  const journal = new MemoryJournal({ defer: (task) => void setImmediate(task) });
  const recorder = new Recorder({
    journal,
    state: new EngineState(() => undefined),
    clock: new VirtualClock(0),
    logger: silentLogger,
    retention: { keepLast: 1, keepForMs: 1 },
  });
  return { recorder, journal };
}

describe("recording", () => {
  test("an event that the fold refuses never reaches the journal, and ends the recording", async () => {
    const { recorder, journal } = bench();
    recorder.record([EPOCH]);
    expect(() => recorder.record([IMPOSSIBLE])).toThrow(/which no earlier event created/);
    expect(recorder.halted).toMatchObject({ code: "internal.unexpected" });
    expect(() => recorder.record([{ type: "engineStopped", epoch: 1, openOrders: 0, ...META }])).toThrow(
      recorder.halted,
    );
    await settle();
    // What was taken before is on disk, and nothing else.
    expect(Array.from(journal.read(0), (event) => event.type)).toEqual(["epochStarted"]);
  });

  test("after a fault of ours, the state follows what the journal had taken, and subscribers hear of it", async () => {
    const { recorder } = bench();
    const told: string[] = [];
    recorder.bus.subscribe((event) => void told.push(event.type));
    recorder.onEnd(() => recorder.replaceState(new EngineState(() => undefined)));
    recorder.record([EPOCH]);
    expect(() => recorder.record([IMPOSSIBLE])).toThrow();
    expect(recorder.state.epoch).toBe(0);
    await settle();
    expect(recorder.state).toMatchObject({ epoch: 1, seq: 1 });
    expect(told).toEqual(["epochStarted"]);
  });
});

describe("waits for durability", () => {
  test("are released in order, up to the durable position, and in bulk without growing", () => {
    const waits = new DurableWaits();
    const told: number[] = [];
    for (let seq = 1; seq <= 5_000; seq++) {
      waits.add(
        seq,
        () => told.push(seq),
        () => undefined,
      );
      // The newest one always waits still: the queue never empties.
      waits.release(seq - 1);
    }
    expect(told).toEqual(Array.from({ length: 4_999 }, (_, index) => index + 1));
    expect(waits.size).toBe(1);
  });

  test("a failure is told to all that wait, and to each once", () => {
    const waits = new DurableWaits();
    let failures = 0;
    for (const seq of [1, 2, 2])
      waits.add(
        seq,
        () => undefined,
        () => failures++,
      );
    waits.release(1);
    waits.fail({} as never);
    waits.fail({} as never);
    expect(failures).toBe(2);
  });
});

describe("subscribers", () => {
  test("hear every durable event once, in journal order, whatever they do meanwhile", async () => {
    const t = await createTestEngine();
    await settle();
    const from = t.journal.position;
    const heard: number[] = [];
    let submitted = 0;
    t.engine.subscribe((event) => {
      heard.push(event.seq);
      // Orders that are placed inside a callback: their events come after those that are told now.
      if (event.type === "orderAcknowledged" && submitted++ < 5)
        void t.engine.submit({ ...LIMIT_BUY, quantity: `${submitted + 1}` });
    });
    await t.working();
    await t.pass(100);
    expect(t.engine.summary().ordersTotal).toBe(6);
    expect(heard).toEqual(Array.from({ length: t.journal.position - from }, (_, index) => from + index + 1));
  });

  test("one that comes while an event is told hears the next one first; one that goes hears nothing more", async () => {
    const t = await createTestEngine();
    await settle();
    const [late, gone]: [string[], string[]] = [[], []];
    let leave: () => void = () => undefined;
    const stop = t.engine.subscribe((event) => {
      stop();
      leave();
      t.engine.subscribe((next) => void late.push(next.type));
      expect(event.type).toBe("orderCreated");
    });
    leave = t.engine.subscribe((event) => void gone.push(event.type));
    await t.working();
    expect(gone).toEqual([]);
    expect(late[0]).toBe("orderValidated");
  });

  test("an async one that rejects is reported, as one that throws is, and the engine goes on", async () => {
    const errors: unknown[] = [];
    const logger: Logger = { ...silentLogger, error: (fields) => void errors.push(fields["error"]) };
    const t = await createTestEngine({ config: { logger } });
    const listeners: ((...args: never[]) => unknown)[] = [
      () => {
        throw new Error("now");
      },
      async () => {
        throw new Error("later");
      },
    ];
    for (const listener of listeners) t.engine.subscribe(listener as never, { types: ["orderAcknowledged"] });
    unwrap(await t.engine.submit(LIMIT_BUY));
    await settle();
    expect(errors.map(String)).toEqual(["Error: now", "Error: later"]);
  });

  test("a filter by order, account, instrument, origin and type lets through what it names", async () => {
    const accounts = [
      { id: "main", venue: "scripted" },
      { id: "other", venue: "scripted" },
    ];
    const t = await createTestEngine({ config: { accounts } });
    await settle();
    const counts = { account: 0, instrument: 0, origin: 0, type: 0, order: 0 };
    t.engine.subscribe(() => void counts.account++, { account: "other" });
    t.engine.subscribe(() => void counts.instrument++, { instrumentId: "ETH/USDT" });
    t.engine.subscribe(() => void counts.origin++, { origin: "GRID" });
    t.engine.subscribe(() => void counts.type++, { types: ["orderAcknowledged"] });
    await t.working();
    const grid = await t.working({ account: "other", origin: "GRID" });
    t.engine.subscribe(() => void counts.order++, { orderId: grid.id });
    t.venue.fill(grid, "1");
    await settle();
    expect(counts).toEqual({ account: 5, instrument: 0, origin: 5, type: 2, order: 1 });
  });
});

describe("rows of the readable tables", () => {
  test.each([true, false])("are kept for a journal only when it has tables: %s", async (hasTables) => {
    let waiting: () => number = () => -1;
    class Watched extends MemoryJournal {
      override project(source: ProjectionSource): boolean {
        waiting = () => source.takeChangedRows().orders.length;
        return hasTables;
      }
    }
    const t = await createTestEngine({ journal: new Watched({ defer: (task) => void setImmediate(task) }) });
    await t.working();
    expect(waiting()).toBe(hasTables ? 1 : 0);
  });
});
