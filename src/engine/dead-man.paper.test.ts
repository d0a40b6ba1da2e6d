// The dead-man switch against a venue that does cancel, over a line that fails: what rests lives as long as we do, and
// not much longer.

import { describe, expect, test } from "vitest";
import { Decimal } from "../domain/decimal.ts";
import type { Order } from "../domain/order.ts";
import { unwrap } from "../domain/result.ts";
import { MemoryJournal } from "../journal/memory/memory-journal.ts";
import { silentLogger } from "../runtime/logger.ts";
import { SeededRandom } from "../runtime/random.ts";
import { VirtualClock } from "../runtime/virtual-clock.ts";
import { MemoryPaperStore } from "../venues/paper/memory-paper-store.ts";
import { PaperVenue } from "../venues/paper/paper-venue.ts";
import { BTC, MAIN, OTHER, VENUE } from "../venues/testing/orders.ts";
import { START_AT, settleTurns } from "../venues/testing/virtual-time.ts";
import { Engine } from "./engine.ts";
import { FaultyVenue } from "./testing/faulty-venue.ts";

const TIMEOUT_MS = 3_000;

/** A venue in a world of its own, and the lives of a desk on it. */
class World {
  readonly clock = new VirtualClock(START_AT);
  readonly #random = SeededRandom.fromSeed(7);
  readonly #paper: PaperVenue;
  journal = new MemoryJournal({ defer: (task) => void setImmediate(task) });
  line!: FaultyVenue;
  engine!: Engine;

  constructor() {
    this.#paper = PaperVenue.open({
      id: VENUE,
      instruments: [BTC],
      clock: this.clock,
      store: new MemoryPaperStore(VENUE),
      tape: "no tape",
      random: () => this.#random.next(),
    });
  }

  async open(): Promise<void> {
    this.line = new FaultyVenue(this.#paper, this.clock, this.#random);
    this.engine = await Engine.open({
      journal: this.journal,
      clock: this.clock,
      random: this.#random,
      logger: silentLogger,
      venues: [this.line],
      accounts: [
        { id: MAIN, venue: VENUE, deadManMs: TIMEOUT_MS },
        { id: OTHER, venue: VENUE },
      ],
      prices: () => ({ price: Decimal.parse("100"), at: this.clock.now() }),
      version: "test",
      runtimeVersion: "test",
      settings: { reconcileEveryMs: 0 },
    });
    const starting = this.engine.start();
    await this.pass(100);
    await starting;
  }

  /** The process dies; the venue lives on. */
  die(): void {
    this.line.isCut = true;
    this.journal = this.journal.crash("lost");
  }

  async pass(ms: number): Promise<void> {
    await settleTurns();
    await this.clock.advanceTo(this.clock.now() + ms, settleTurns);
  }

  async rest(account: string): Promise<Order> {
    const request = {
      account,
      instrumentId: BTC.id,
      side: "buy",
      orderType: "limit",
      quantity: "1",
      price: "99",
    } as const;
    const submitted = this.engine.submit(request);
    await this.pass(50);
    const { order } = unwrap(await submitted);
    expect(order.status).toBe("acknowledged");
    return order;
  }
}

async function opened(): Promise<World> {
  const world = new World();
  await world.open();
  return world;
}

describe("an order that rests", () => {
  test("rests on for as long as the desk lives", async () => {
    const world = await opened();
    const order = await world.rest(MAIN);
    await world.pass(100 * TIMEOUT_MS);
    expect(order.status).toBe("acknowledged");
    expect(world.engine.status().accounts[0]?.deadMan?.state).toBe("wound");
  });

  test("is canceled by the venue once the desk has died, and the next start finds that", async () => {
    // T-103, T-104, T-105, RELIABILITY I32: sudden death leaves nothing behind.
    const world = await opened();
    const [ours, other] = [await world.rest(MAIN), await world.rest(OTHER)];
    world.die();
    await world.pass(TIMEOUT_MS);
    await world.open();
    expect(world.engine.find(ours.id)).toMatchObject({ status: "canceled", statusReason: { text: "deadMan" } });
    expect(world.engine.find(other.id)?.status).toBe("acknowledged");
  });

  test("is kept by a start that comes in time", async () => {
    const world = await opened();
    const { id } = await world.rest(MAIN);
    world.die();
    await world.pass(TIMEOUT_MS / 2);
    await world.open();
    await world.pass(10 * TIMEOUT_MS);
    expect(world.engine.find(id)?.status).toBe("acknowledged");
  });

  test("is canceled when nothing can be recorded any more, though the process lives", async () => {
    const world = await opened();
    const order = await world.rest(MAIN);
    world.journal.failNextCommit();
    await world.engine.submit({
      account: OTHER,
      instrumentId: BTC.id,
      side: "buy",
      orderType: "limit",
      quantity: "1",
      price: "98",
    });
    world.journal = world.journal.crash("lost");
    await world.pass(TIMEOUT_MS);
    await world.open();
    expect(world.engine.find(order.id)).toMatchObject({ status: "canceled", statusReason: { text: "deadMan" } });
  });

  test("outlives a stop that keeps it", async () => {
    const world = await opened();
    const { id } = await world.rest(MAIN);
    const stopping = world.engine.stop({ restingOrders: "keep" });
    await world.pass(1_000);
    expect((await stopping).map((order) => order.id)).toEqual([id]);
    world.journal = world.journal.crash("lost");
    await world.pass(10 * TIMEOUT_MS);
    await world.open();
    expect(world.engine.find(id)?.status).toBe("acknowledged");
  });

  test("is canceled when no winding arrives in time: reported as any cancel", async () => {
    const world = await opened();
    const order = await world.rest(MAIN);
    world.line.losesWindings = true;
    await world.pass(TIMEOUT_MS);
    expect(order).toMatchObject({ status: "canceled", inferred: false, statusReason: { text: "deadMan" } });
    expect(world.engine.status().accounts[0]?.deadMan?.state).toBe("uncertain");
  });

  test("and whose cancel by the switch is not reported is found by the comparison that follows", async () => {
    // RELIABILITY 85: the switch fires while we live.
    const world = await opened();
    const order = await world.rest(MAIN);
    world.line.losesWindings = true;
    world.line.faults = 1;
    await world.pass(TIMEOUT_MS);
    expect(order.status).toBe("acknowledged");
    world.line.losesWindings = false;
    world.line.faults = 0;
    await world.pass(TIMEOUT_MS);
    expect(order).toMatchObject({ status: "canceled", inferred: false, statusReason: { text: "deadMan" } });
    expect(world.engine.status().accounts[0]?.deadMan?.state).toBe("wound");
    await world.rest(MAIN);
  });
});
