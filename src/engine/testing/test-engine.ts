// An engine on a memory journal, a virtual clock and a scripted venue, for tests.

import { setImmediate } from "node:timers/promises";
import { Decimal } from "../../domain/decimal.ts";
import type { VenueId } from "../../domain/identifiers.ts";
import type { Order } from "../../domain/order.ts";
import { unwrap } from "../../domain/result.ts";
import { MemoryJournal } from "../../journal/memory/memory-journal.ts";
import { silentLogger } from "../../runtime/logger.ts";
import { SeededRandom } from "../../runtime/random.ts";
import { VirtualClock } from "../../runtime/virtual-clock.ts";
import { Engine } from "../engine.ts";
import type { OrderRequest } from "../engine-api.ts";
import type { EngineConfig } from "../engine-config.ts";
import { ScriptedVenue, VENUE } from "./scripted-venue.ts";

export const START_AT = 1_700_000_000_000;

export interface TestEngine {
  readonly engine: Engine;
  readonly venue: ScriptedVenue;
  readonly clock: VirtualClock;
  readonly journal: MemoryJournal;
  readonly config: EngineConfig;
  /** Lets everything that is under way finish, without moving the clock. */
  settle(): Promise<void>;
  /** Moves the clock, firing timers on the way. */
  pass(ms: number): Promise<void>;
  /** Submits a limit buy of 1 at 100, changed as told, and returns the order. */
  submit(changes?: Partial<OrderRequest>): Promise<Order>;
  /** As {@link submit}, until the venue has acknowledged it. */
  working(changes?: Partial<OrderRequest>): Promise<Order>;
}

export const LIMIT_BUY: OrderRequest = {
  instrumentId: "BTC/USDT",
  side: "buy",
  orderType: "limit",
  quantity: "1",
  price: "100",
};

/** Enough for tests that send thousands while the clock stands still. */
const ROOMY = { count: 20_000, windowMs: 1_000, reservedForCancels: 200 };

export async function settle(): Promise<void> {
  for (let round = 0; round < 5; round++) await setImmediate();
}

export interface TestEngineOptions {
  readonly journal?: MemoryJournal;
  readonly venue?: ScriptedVenue;
  readonly config?: Partial<EngineConfig>;
  readonly start?: boolean;
}

export async function createTestEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  const clock = new VirtualClock(START_AT);
  const journal = options.journal ?? new MemoryJournal({ defer: (task) => void setImmediate().then(task) });
  const venue = options.venue ?? new ScriptedVenue();
  const config: EngineConfig = {
    journal,
    clock,
    random: SeededRandom.fromSeed(1),
    logger: silentLogger,
    venues: [venue],
    modes: new Map([[VENUE, "paper"]]) as ReadonlyMap<VenueId, "paper">,
    accounts: [{ id: "main", venue: VENUE }],
    prices: () => ({ price: Decimal.parse("100"), at: clock.now() }),
    version: "test",
    runtimeVersion: "test",
    ...options.config,
    settings: { reconcileEveryMs: 0, venueMessages: ROOMY, ...options.config?.settings },
  };
  const engine = await Engine.open(config);
  if (options.start !== false) await engine.start();
  const submit = async (changes: Partial<OrderRequest> = {}): Promise<Order> => {
    const handle = unwrap(await engine.submit({ ...LIMIT_BUY, ...changes }));
    return handle.order;
  };
  return {
    engine,
    venue,
    clock,
    journal,
    config,
    settle,
    pass: async (ms) => {
      await settle();
      await clock.advanceTo(clock.now() + ms, settle);
      await settle();
    },
    submit,
    working: async (changes) => {
      const order = await submit(changes);
      await settle();
      return order;
    },
  };
}
