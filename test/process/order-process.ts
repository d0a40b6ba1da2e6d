// The engine as a process of its own, trading on the venue process under a seeded load: the one that is killed and
// stopped. It says on its output, line by line, everything that a client would have been told, and only once that is
// durable; commands come on its input. What became of what it said is judged by whoever started it.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { InstrumentId } from "../../src/domain/identifiers.ts";
import type { Order } from "../../src/domain/order.ts";
import { type EventJson, eventToJson, type OrderJson, orderToJson } from "../../src/domain/order-json.ts";
import { Engine } from "../../src/engine/engine.ts";
import type { OrderRequest } from "../../src/engine/engine-api.ts";
import type { EngineSettings } from "../../src/engine/settings.ts";
import type { Durability } from "../../src/journal/journal.ts";
import { SqliteJournal } from "../../src/journal/sqlite/sqlite-journal.ts";
import type { Logger } from "../../src/runtime/logger.ts";
import { NodeClock } from "../../src/runtime/node/node-clock.ts";
import { SeededRandom } from "../../src/runtime/random.ts";
import { ServedVenue } from "./served-venue.ts";
import { ACCOUNTS, VENUE } from "./wire.ts";

/** What it is started with, as one JSON text. */
export interface OrderProcessOptions {
  readonly port: number;
  readonly dataDir: string;
  readonly seed: number;
  readonly committer: "main" | "worker";
  readonly durability?: Durability;
}

/** What it says. */
export type Said =
  | { readonly ready: true }
  /** It is about to ask for this; without an answer it may have been placed, once. */
  | { readonly asking: LoadRequest }
  | { readonly answered: string; readonly order: OrderJson }
  /** A request was refused, by an error code. */
  | { readonly answered: string | undefined; readonly refused: string }
  | { readonly order: OrderJson }
  | { readonly event: EventJson }
  /** No request is without an answer; and which accounts wait for a person by then, and why. */
  | { readonly quiet: true; readonly blocked: readonly string[] }
  | { readonly look: Look };

/** What its doors show. */
export interface Look {
  readonly phase: string;
  /** The code of the fault that it failed with. */
  readonly failure?: string;
  readonly orderIds: readonly string[];
}

/** What it is told. */
export type Command =
  /** Asks again for what got no answer; then trades. */
  | { readonly trade: readonly LoadRequest[] }
  /** Stops trading, and says so when no outcome is open. */
  | { readonly quiet: true }
  | { readonly look: true }
  /** Asks for the cancel of every open order. */
  | { readonly cancelAll: true }
  | { readonly stop: true };

export type LoadRequest = Pick<OrderRequest, "instrumentId" | "side" | "orderType"> & {
  readonly account: string;
  readonly clientOrderId: string;
  readonly quantity: string;
  readonly price?: string;
};

const INSTRUMENT = "BTC/USDT";
const CLIENTS_PER_ACCOUNT = 3;
const PAUSE_MS = 12;
/** One in so many times a client places so many orders at once. */
const BURST_ONE_IN = 6;
const BURST = 5;
const QUANTITIES = ["0.001", "0.01", "0.25"] as const;
const DEADLINE_MS = 300;
/** The published worker: sources run in no worker on every Node. */
const WORKER_URL = new URL("../../dist/journal/sqlite/commit-worker.js", import.meta.url);
/** Every deadline is short, and what depends on them follows soon. */
const SETTINGS: Partial<EngineSettings> = {
  placeTimeoutMs: DEADLINE_MS,
  cancelTimeoutMs: DEADLINE_MS,
  queryTimeoutMs: DEADLINE_MS,
  sendBudgetMs: DEADLINE_MS,
  unknownGraceMs: 50,
  unknownRetryMaxMs: 300,
  retryBaseMs: 20,
  retryMaxMs: 200,
  reconcileEveryMs: 2_000,
  snapshotEveryEvents: 2_000,
};

const options = JSON.parse(process.argv[2] ?? "{}") as OrderProcessOptions;
const random = SeededRandom.fromSeed(options.seed);
const clock = new NodeClock();
const venue = new ServedVenue(options.port, clock);
const load = { isTrading: false, underWay: 0, placed: 0 };

function say(said: Said): void {
  // A pipe takes it in this very call: what was said outlives the process.
  process.stdout.write(`${JSON.stringify(said)}\n`);
}

const toErrorOutput = (fields: object, message: string): void => {
  process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
};
const logger: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: toErrorOutput };

mkdirSync(options.dataDir, { recursive: true });
const journal = await SqliteJournal.open({
  path: join(options.dataDir, "journal.db"),
  durability: options.durability ?? "always",
  clock,
  logger,
  committer: options.committer,
  workerUrl: WORKER_URL,
});
const engine = await Engine.open({
  journal,
  clock,
  random,
  logger,
  venues: [venue],
  accounts: ACCOUNTS.map((id) => ({ id, venue: VENUE, limits: { selfTrade: "allow" } })),
  prices: (instrumentId) => venue.price(instrumentId),
  version: "0.0.0",
  runtimeVersion: process.version,
  settings: SETTINGS,
});
engine.subscribe((event) => say({ event: eventToJson(event) }));

/** Shows an order as a door would: once all that it shows is durable. */
async function show(order: Order, tell: (shown: OrderJson) => void): Promise<void> {
  const shown = orderToJson(order);
  try {
    await engine.whenDurable();
  } catch {
    return; // the disk refused it: what is not durable is shown to nobody
  }
  tell(shown);
}

/** Several at once wait for one commit, and leave in one turn. */
async function submit(requests: readonly LoadRequest[]): Promise<void> {
  for (const request of requests) say({ asking: request });
  const results = await engine.submitMany(requests);
  for (const [index, result] of results.entries()) {
    const answered = requests[index]?.clientOrderId ?? "";
    if (result.ok) await show(result.value.order, (order) => say({ answered, order }));
    else say({ answered, refused: result.error.code });
  }
}

async function place(account: string): Promise<void> {
  const count = random.nextInteger(BURST_ONE_IN) === 0 ? BURST : 1;
  const around = venue.price(INSTRUMENT as InstrumentId)?.price;
  if (around === undefined) return;
  await submit(Array.from({ length: count }, () => newOrder(account, Number(around.toString()))));
}

function newOrder(account: string, around: number): LoadRequest {
  const side = random.nextInteger(2) === 0 ? "buy" : "sell";
  const orderType = random.nextInteger(6) === 0 ? "market" : "limit";
  return {
    account,
    instrumentId: INSTRUMENT,
    side,
    orderType,
    quantity: QUANTITIES[random.nextInteger(QUANTITIES.length)] ?? "0.01",
    clientOrderId: `${options.seed}.${++load.placed}`,
    ...(orderType === "market" ? {} : { price: priceAround(around, side) }),
  };
}

/** From a little through the market to some way off it. */
function priceAround(price: number, side: "buy" | "sell"): string {
  const away = (random.nextInteger(60) - 10) * 0.0001;
  return (price * (side === "buy" ? 1 - away : 1 + away)).toFixed(2);
}

async function change(account: string, isCancel: boolean): Promise<void> {
  const open = engine.activeOrders({ account, limit: 50 });
  const order = open[random.nextInteger(Math.max(1, open.length))];
  if (order === undefined) return;
  const terms =
    random.nextInteger(2) === 0
      ? { quantity: "0.3" }
      : { price: priceAround(Number((order.price ?? "60000").toString()), order.side) };
  const result = await (isCancel ? engine.cancel(order.id) : engine.replace(order.id, terms));
  if (result.ok) await show(result.value, (shown) => say({ order: shown }));
  else say({ answered: undefined, refused: result.error.code });
}

/** One client: one request after the other, with short pauses. */
async function trade(account: string): Promise<void> {
  while (load.isTrading) {
    const step = random.nextInteger(100);
    if (step < 55) await place(account);
    else await change(account, step < 80);
    await pause(random.nextInteger(PAUSE_MS));
  }
}

async function pause(ms: number): Promise<void> {
  await new Promise<void>((resolve) => clock.schedule(ms, resolve));
}

async function run(work: Promise<void>): Promise<void> {
  load.underWay++;
  await work;
  load.underWay--;
}

async function startTrading(again: readonly LoadRequest[]): Promise<void> {
  for (const request of again) await submit([request]);
  load.isTrading = true;
  for (const account of ACCOUNTS) for (let client = 0; client < CLIENTS_PER_ACCOUNT; client++) void run(trade(account));
}

/** Whether the fate of every request is known. */
function isSettled(): boolean {
  const isOpen = (order: Order): boolean =>
    order.status === "submitted" || order.pendingCancel !== undefined || order.pendingReplace !== undefined;
  return engine.status().phase === "ready" && load.underWay === 0 && !engine.activeOrders().some(isOpen);
}

async function becomeQuiet(): Promise<void> {
  load.isTrading = false;
  while (!isSettled()) await pause(10);
  await engine.whenDurable();
  const blocked = engine.status().accounts.flatMap(({ id, blockedBecause }) => {
    return blockedBecause === undefined ? [] : [`${id}: ${blockedBecause}`];
  });
  say({ quiet: true, blocked });
}

function look(): void {
  const { phase, failure } = engine.status();
  const orderIds = engine.orders().map((order) => order.id);
  say({ look: { phase, orderIds, ...(failure === undefined ? {} : { failure: failure.code }) } });
}

async function cancelAll(): Promise<void> {
  for (const { result } of await engine.cancelAll())
    if (!result.ok) say({ answered: undefined, refused: result.error.code });
}

async function stop(): Promise<void> {
  load.isTrading = false;
  await engine.stop();
  process.exit(0);
}

async function obey(command: Command): Promise<void> {
  if ("trade" in command) await startTrading(command.trade);
  else if ("quiet" in command) await becomeQuiet();
  else if ("look" in command) look();
  else if ("cancelAll" in command) await cancelAll();
  else await stop();
}

/** One command after the other: rest comes after the trading that it ends. */
let obeyed: Promise<void> = Promise.resolve();
createInterface(process.stdin)
  .on("line", (line) => {
    obeyed = obeyed.then(() => obey(JSON.parse(line) as Command));
  })
  .once("close", () => process.exit(0));
await engine.start();
while (engine.status().phase !== "ready") await pause(5);
say({ ready: true });
