// What the scenarios about money, protection and paper trading share: a restart, a held position, what left for the
// venue in short words, and a desk on the paper venue. What a venue answers in a scenario stays in the scenario.

import { Decimal } from "../../src/domain/decimal.ts";
import type { OrderwrightError } from "../../src/domain/errors.ts";
import type { Order } from "../../src/domain/order.ts";
import type { Result } from "../../src/domain/result.ts";
import { Engine } from "../../src/engine/engine.ts";
import type { OrderRequest } from "../../src/engine/engine-api.ts";
import { ScriptedVenue } from "../../src/engine/testing/scripted-venue.ts";
import {
  createTestEngine,
  LIMIT_BUY,
  type TestEngine,
  type TestEngineOptions,
} from "../../src/engine/testing/test-engine.ts";
import { MemoryJournal } from "../../src/journal/memory/memory-journal.ts";
import type { MarketEvent } from "../../src/market-data/market-data.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import { SeededRandom } from "../../src/runtime/random.ts";
import { MemoryPaperStore } from "../../src/venues/paper/memory-paper-store.ts";
import { PaperVenue } from "../../src/venues/paper/paper-venue.ts";
import { snapshot } from "../../src/venues/paper/testing/market.ts";
import { VENUE as PAPER, BTC as PAPER_BTC } from "../../src/venues/testing/orders.ts";
import { settleTurns, startedClock } from "../../src/venues/testing/virtual-time.ts";

export const ANNA = { by: "anna" } as const;

export const d = (text: string): Decimal => Decimal.parse(text);

/** Kills the process and starts another on what was durable, at the same venue. */
export function again(t: TestEngine, options: TestEngineOptions = {}): Promise<TestEngine> {
  return createTestEngine({ journal: t.journal.crash("lost"), venue: t.venue, ...options });
}

/** The code of the error, or `taken`. */
export function answerTo(result: Result<unknown, OrderwrightError>): string {
  return result.ok ? "taken" : result.error.code;
}

/** Tries an order and says how it was answered. */
export async function trying(t: TestEngine, changes: Partial<OrderRequest>): Promise<string> {
  return answerTo(await t.engine.submit({ ...LIMIT_BUY, ...changes }));
}

/** Everything that left for the venue, in order, in short words. */
export function messages(t: Pick<TestEngine, "venue">): string[] {
  return t.venue.sent.map((sent) => {
    if (sent.kind === "cancel") return "cancel";
    const { quantity, price, triggerPrice } = sent.request;
    const values = [
      ...(quantity === undefined ? [] : [`${quantity}`]),
      ...(price === undefined ? [] : [`@ ${price}`]),
      ...(triggerPrice === undefined ? [] : [`stop ${triggerPrice}`]),
    ];
    const what = sent.kind === "place" ? `place ${sent.request.side}` : "replace";
    return [what, ...values].join(" ");
  });
}

/** How many orders, cancels or replaces left for the venue. */
export function countSent(t: Pick<TestEngine, "venue">, kind: "place" | "cancel" | "replace"): number {
  return t.venue.sent.filter((sent) => sent.kind === kind).length;
}

/** What the account holds of BTC. */
export function held(t: Pick<TestEngine, "engine">): string {
  return `${t.engine.positions("main")[0]?.quantity ?? 0}`;
}

/** An order's figures as a trader reads them. */
export function figures(order: Order): Readonly<Record<"status" | "filled" | "average" | "cost" | "fees", string>> {
  return {
    status: order.status,
    filled: `${order.cumulativeQuantity}`,
    average: `${order.averagePrice() ?? "none"}`,
    cost: `${order.cost}`,
    fees: feesText(order.fees),
  };
}

/** The position in BTC as a trader reads it; `cost` is what the open quantity cost, `profit` is before fees. */
export function positionFigures(
  t: Pick<TestEngine, "engine">,
): Readonly<Record<"quantity" | "cost" | "profit" | "fees", string>> {
  const position = t.engine.positions("main")[0];
  if (position === undefined) return { quantity: "0", cost: "0", profit: "0", fees: "" };
  const { quantity, entryCost, realizedPnl, fees } = position;
  return { quantity: `${quantity}`, cost: `${entryCost}`, profit: `${realizedPnl}`, fees: feesText(fees) };
}

function feesText(fees: ReadonlyMap<string, Decimal>): string {
  return [...fees].map(([asset, amount]) => `${amount} ${asset}`).join(", ");
}

/** Buys, so that there is something to protect or to sell. */
export async function holding(t: TestEngine, quantity = "1", price = "100"): Promise<Order> {
  const order = await t.working({ quantity, price });
  t.venue.fill(order, quantity, price);
  await t.settle();
  return order;
}

/** A stop that sells all of 1 when the market falls to 90. */
export const STOP: Partial<OrderRequest> & Pick<OrderRequest, "orderType"> = {
  side: "sell",
  orderType: "stop",
  quantity: "1",
  triggerPrice: "90",
  reduceOnly: true,
};

/** As {@link TestEngine.working} for orders without a limit price. */
export async function workingWithoutPrice(t: TestEngine, changes: Partial<OrderRequest>): Promise<Order> {
  const { price: _price, ...request } = { ...LIMIT_BUY, ...changes };
  const result = await t.engine.submit(request);
  if (!result.ok) throw result.error;
  await t.settle();
  return result.value.order;
}

/** A venue with a dead-man switch. */
export function deadManVenue(scope: "ours" | "venueAccount" = "ours"): ScriptedVenue {
  const venue = new ScriptedVenue();
  venue.capabilities = { ...venue.capabilities, deadMan: { minTimeoutMs: 1_000, maxTimeoutMs: 60_000, scope } };
  return venue;
}

/** For how long the dead-man switch was wound, each time that it was. */
export function windings(t: Pick<TestEngine, "venue">): number[] {
  return t.venue.windings.map(({ timeoutMs }) => timeoutMs);
}

/** An engine on the paper venue, on virtual time: bids at 100, asks at 101, five of each, and what a test adds. */
export interface PaperDesk {
  readonly engine: Engine;
  pass(ms: number): Promise<void>;
  /** Gives the venue the next events of the market. */
  feed(...events: readonly MarketEvent[]): Promise<void>;
  /** Submits a limit buy of 1 at 100 with changes, and lets the venue answer. */
  submit(changes?: Partial<OrderRequest>): Promise<Order>;
  /** What a command resolves to, while the venue's time passes. */
  answer<T>(command: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export async function openPaperDesk(): Promise<PaperDesk> {
  const clock = startedClock();
  const random = SeededRandom.fromSeed(1);
  const paper = PaperVenue.open({
    id: PAPER,
    instruments: [PAPER_BTC],
    clock,
    store: new MemoryPaperStore(PAPER),
    tape: "scenario",
    random: () => random.next(),
  });
  const engine = await Engine.open({
    journal: new MemoryJournal({ defer: (task) => void setImmediate(task) }),
    clock,
    random,
    logger: silentLogger,
    venues: [paper],
    accounts: [{ id: "main", venue: PAPER }],
    prices: () => ({ price: d("100.5"), at: clock.now() }),
    version: "test",
    runtimeVersion: "test",
    settings: { reconcileEveryMs: 0 },
  });
  let position = 0;
  const pass = async (ms: number): Promise<void> => {
    await settleTurns();
    await clock.advanceTo(clock.now() + ms, settleTurns);
    await settleTurns();
  };
  const feed = async (...events: readonly MarketEvent[]): Promise<void> => {
    for (const event of events) paper.onMarket({ ...event, at: clock.now() }, ++position);
    await pass(10);
  };
  const answer = async <T>(command: Promise<T>): Promise<T> => {
    await pass(10);
    return command;
  };
  await answer(engine.start());
  await feed(snapshot());
  return {
    engine,
    pass,
    feed,
    answer,
    submit: async (changes) => {
      const result = await answer(engine.submit({ ...LIMIT_BUY, ...changes }));
      if (!result.ok) throw result.error;
      return result.value.order;
    },
    close: async () => {
      const stopping = engine.stop();
      await pass(20_000);
      await stopping;
    },
  };
}
