// The engine against a real simulated venue, over a bad line and through crashes, on virtual time: once all
// is quiet, both sides agree on everything.

import { describe, expect, test } from "vitest";
import { Decimal } from "../domain/decimal.ts";
import type { Order } from "../domain/order.ts";
import { silentLogger } from "../runtime/logger.ts";
import { SeededRandom } from "../runtime/random.ts";
import { VirtualClock } from "../runtime/virtual-clock.ts";
import { MemoryPaperStore } from "../venues/paper/memory-paper-store.ts";
import { PaperVenue } from "../venues/paper/paper-venue.ts";
import { randomTape } from "../venues/paper/testing/market.ts";
import { BTC, MAIN, neverAborted, VENUE } from "../venues/testing/orders.ts";
import { START_AT, settleTurns } from "../venues/testing/virtual-time.ts";
import { Engine } from "./engine.ts";
import type { EngineConfig } from "./engine-config.ts";
import { FaultyVenue } from "./testing/faulty-venue.ts";
import { TableJournal } from "./testing/table-journal.ts";
import { verifyFold } from "./verify.ts";

const STEPS = 120;
const SEEDS = Array.from({ length: 24 }, (_, index) => index + 1);

class World {
  readonly clock = new VirtualClock(START_AT);
  readonly store = new MemoryPaperStore(VENUE);
  readonly paper: PaperVenue;
  readonly random: SeededRandom;
  readonly #tape: ReturnType<typeof randomTape>;
  readonly #lines: FaultyVenue[] = [];
  journal = new TableJournal();
  line!: FaultyVenue;
  engine!: Engine;
  #position = 0;
  #names = 0;

  constructor(seed: number) {
    this.random = SeededRandom.fromSeed(seed);
    this.#tape = randomTape(seed, STEPS + 1);
    this.paper = PaperVenue.open({
      id: VENUE,
      instruments: [BTC],
      clock: this.clock,
      store: this.store,
      tape: "test tape",
      random: () => this.random.next(),
      latency: { requestMs: 1, replyMs: 1, jitterMs: 3 },
    });
  }

  async open(faults: number): Promise<void> {
    this.line = new FaultyVenue(this.paper, this.clock, this.random);
    this.line.faults = faults;
    this.#lines.push(this.line);
    const config: EngineConfig = {
      journal: this.journal,
      clock: this.clock,
      random: this.random,
      logger: silentLogger,
      venues: [this.line],
      accounts: [{ id: MAIN, venue: VENUE }],
      prices: () => ({ price: Decimal.parse("100"), at: this.clock.now() }),
      version: "test",
      runtimeVersion: "test",
      settings: { keepLast: 5, snapshotEveryEvents: 40, reconcileEveryMs: 20_000 },
    };
    this.engine = await Engine.open(config);
    const starting = this.engine.start();
    await this.pass(100);
    // With every question lost the start is retried; the world goes on.
    void starting;
  }

  async crash(faults: number): Promise<void> {
    this.line.isCut = true;
    this.journal = this.journal.crash(this.random.next() < 0.5 ? "lost" : "kept");
    await this.open(faults);
  }

  async pass(ms: number): Promise<void> {
    await settleTurns();
    await this.clock.advanceTo(this.clock.now() + ms, settleTurns);
  }

  feed(): void {
    const event = this.#tape[this.#position];
    if (event !== undefined) this.paper.onMarket({ ...event, at: this.clock.now() }, ++this.#position);
  }

  act(): void {
    const draw = this.random.next();
    const orders = this.engine.activeOrders();
    const order = orders[this.random.nextInteger(Math.max(1, orders.length))];
    if (draw < 0.5) void this.#submit();
    else if (draw < 0.7 && order !== undefined) void this.engine.cancel(order.id);
    else if (draw < 0.9 && order !== undefined)
      void this.engine.replace(order.id, {
        quantity: this.#lots(),
        price: this.#price(),
        clientOrderId: `n${++this.#names}`,
      });
    else if (draw < 0.95) this.journal.writeTables();
  }

  /** How often an order was put on the wire, over all lives. */
  timesPlaced(orderId: Order["id"]): number {
    return this.#lines.reduce((sum, line) => sum + (line.placed.get(orderId) ?? 0), 0);
  }

  everPlaced(): Set<Order["id"]> {
    return new Set(this.#lines.flatMap((line) => [...line.placed.keys()]));
  }

  #submit(): Promise<unknown> {
    const named = this.random.next() < 0.5 ? { clientOrderId: `n${++this.#names}` } : {};
    const side = this.random.next() < 0.5 ? "buy" : "sell";
    const common = { instrumentId: BTC.id, side, quantity: this.#lots(), ...named } as const;
    if (this.random.next() < 0.2) return this.engine.submit({ ...common, orderType: "market" });
    const timeInForce = this.random.next() < 0.2 ? "ioc" : "gtc";
    return this.engine.submit({ ...common, orderType: "limit", price: this.#price(), timeInForce });
  }

  #lots(): string {
    return ((this.random.nextInteger(2_000) + 1) / 1_000).toFixed(3);
  }

  #price(): string {
    return (99.5 + this.random.nextInteger(200) / 100).toFixed(2);
  }
}

/** Lives through bad times, then through good ones until all is quiet. */
async function liveThrough(seed: number): Promise<World> {
  const world = new World(seed);
  await world.open(0.1);
  for (let step = 0; step < STEPS; step++) {
    world.feed();
    for (let count = world.random.nextInteger(4); count > 0; count--) world.act();
    const draw = world.random.next();
    if (draw < 0.04) await world.crash(0.1);
    else if (draw < 0.08) void world.line.flap(world.random.nextInteger(3_000));
    await world.pass(world.random.next() < 0.2 ? 2_000 : 20);
  }
  await world.pass(10_000);
  world.line.faults = 0;
  await world.pass(90_000);
  const comparing = world.engine.reconcile();
  await world.pass(60_000);
  await comparing;
  world.journal.writeTables();
  return world;
}

describe.each(SEEDS)("over a bad line, with crashes, from seed %i", (seed) => {
  test("venue and engine come to agree, nothing is sent twice, and every fill is booked once", async () => {
    const world = await liveThrough(seed);
    const { engine, paper, store } = world;
    expect(engine.status()).toMatchObject({ phase: "ready", accounts: [{ outcomeUnknown: 0 }] });

    // What works at one side works at the other, and as far.
    const listed = await answerOf(world, paper.openOrders(MAIN, neverAborted()));
    const theirs = listed.map(
      (order) => `${order.clientOrderId} ${order.cumulativeQuantity} of ${order.quantity} @ ${order.price}`,
    );
    const ours = engine
      .activeOrders()
      .map((order) => `${order.id} ${order.cumulativeQuantity} of ${order.quantity} @ ${order.price}`);
    expect(ours.toSorted()).toEqual(theirs.toSorted());
    expect(
      engine.activeOrders().every((order) => order.pendingCancel === undefined && order.pendingReplace === undefined),
    ).toBe(true);

    // Every execution of the venue is booked once, at its order, and makes the position.
    const fills = store.fillsSince(MAIN, 0);
    const booked: string[] = [];
    for (const id of world.everPlaced()) {
      const order = await engine.order(id);
      expect(order, `${id} was sent and is known`).toBeDefined();
      for (const fill of order?.fills.values() ?? []) booked.push(`${id} ${fill.executionId} ${fill.quantity}`);
      if (order?.isTerminal === true) expect(order.isSettled || order.inferred, `${id} is settled`).toBe(true);
      // An order that is not there is proven absent, and the other way round.
      const record = store.order(MAIN, id);
      if (record === undefined) expect(["expired", "failed", "canceled", "rejected"]).toContain(order?.status);
      else expect(order?.cumulativeQuantity.toString()).toBe(record.cumulativeQuantity.toString());
      expect(world.timesPlaced(id), `${id} was put on the wire once`).toBe(1);
    }
    expect(booked.toSorted()).toEqual(
      fills.map((found) => `${found.clientOrderId} ${found.fill.executionId} ${found.fill.quantity}`).toSorted(),
    );
    const held = engine.positions(MAIN)[0]?.quantity ?? Decimal.zero;
    expect(held.toString()).toBe(paper.position(MAIN, BTC.id).toString());

    expect(verifyFold(world.journal).differences).toEqual([]);
    await stopped(world);
    expect(engine.status().phase).toBe("stopped");
  });
});

test("the bad line shows all of its faults: outcomes unknown, fills missed, ends missed, orders proven absent", async () => {
  const seen = new Set<string>();
  for (const seed of SEEDS.slice(0, 6)) {
    const { journal } = await liveThrough(seed);
    for (const event of journal.read(0)) {
      if (event.type === "discrepancyFound") seen.add(event.kind);
      else if (event.type === "orderOutcomeUnknown") seen.add(`unknown ${event.subject}`);
      else if (event.type === "orderExpired") seen.add(event.reason);
      else seen.add(event.type);
    }
  }
  expect([...seen]).toEqual(
    expect.arrayContaining([
      "unknown submit",
      "unknown cancel",
      "unknown replace",
      "missedFill",
      "missedEnd",
      "notPlaced",
      "orderReplaced",
      "replaceRejected",
      "cancelRejected",
      "orderCanceled",
      "orderFilled",
    ]),
  );
});

test("the same seed gives the same journal, event by event", async () => {
  const [first, second] = [await liveThrough(7), await liveThrough(7)].map((world) =>
    JSON.stringify([...world.journal.read(0)]),
  );
  expect(second).toBe(first);
});

async function answerOf<T>(world: World, answer: Promise<{ kind: string; value?: T }>): Promise<T> {
  await world.pass(50);
  const { value } = await answer;
  return value as T;
}

async function stopped(world: World): Promise<void> {
  const stopping = world.engine.stop();
  await world.pass(10_000);
  await stopping;
}
