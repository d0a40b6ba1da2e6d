// Twenty times on one data directory: the server is killed at a random moment while several clients and
// a strategy trade, and started again. What any client was told must be there afterwards, once, and the
// venue's own record must agree with ours. The seed of a run is printed; ORDERWRIGHT_TEST_SEED repeats it.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Decimal } from "../../src/domain/decimal.ts";
import type { EventJson, OrderJson, PositionJson } from "../../src/domain/order-json.ts";
import { ORDER_STATUSES } from "../../src/domain/order-status.ts";
import { SeededRandom } from "../../src/runtime/random.ts";
import { type Holdings, holdingsOf, JournalWitness } from "./support/journal-witness.ts";
import { INSTRUMENT, LoadClient, type Told } from "./support/order-load.ts";
import { eventually, runCommand, ServerProcess, temporaryDirectory } from "./support/server-process.ts";
import { StreamClient, type StreamFrame } from "./support/stream-client.ts";

const ROUNDS = 20;
const ACCOUNTS = ["main", "second"] as const;
const CLIENTS_PER_ACCOUNT = 2;
/** The load runs for a random time between these before the kill. */
const LOAD_MS = { least: 150, most: 900 } as const;
/** One way to the venue: long enough that most kills find requests under way. */
const LATENCY_MS = "5";
/** About what a start takes. */
const START_MS = 700;
/** Past the venue's discard deadline, and the repeated questions after it. */
const SETTLE_DEADLINE_MS = 25_000;

const seed = Number(process.env["ORDERWRIGHT_TEST_SEED"] ?? Date.now() % 1_000_000);
const random = SeededRandom.fromSeed(seed);
const clients = ACCOUNTS.flatMap((account) =>
  Array.from({ length: CLIENTS_PER_ACCOUNT }, (_, index) => {
    const name = `${account}-${index}`;
    return { name, account, random: SeededRandom.fromSeed(random.nextInteger(2 ** 31)) };
  }),
);

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let running: ServerProcess | undefined;

beforeAll(async () => {
  directory = await temporaryDirectory();
  const config = { accounts: ACCOUNTS.map((id) => ({ id, limits: { selfTrade: "allow" } })) };
  await writeFile(join(directory.path, "config.json"), JSON.stringify(config));
});

afterAll(async () => {
  if (running?.isRunning === true) await running.kill();
  await directory.remove();
});

/** What was told since the last kill, and what outlives it. */
class Ledger implements Told {
  orders: OrderJson[] = [];
  unanswered: Told["unanswered"] = [];
  surprises: string[] = [];
  events: EventJson[] = [];
  holdings: { seq: number; holdings: Holdings }[] = [];
  /** The newest that was told of each order before the last kill. */
  readonly latest = new Map<string, OrderJson>();

  hear(frame: StreamFrame): void {
    this.orders.push(...(frame.orders ?? []));
    this.events.push(...(frame.events ?? []));
    if (frame.type === "snapshot") this.holdings.push({ seq: frame.seq ?? 0, holdings: heldOf(frame.positions ?? []) });
  }

  /** Keeps the newest of each order, and forgets the rest. */
  turn(): void {
    for (const order of this.orders) {
      const known = this.latest.get(order.id);
      if (known === undefined || known.lastSeq < order.lastSeq) this.latest.set(order.id, order);
    }
    this.orders = [];
    this.events = [];
    this.holdings = [];
  }
}

test(`a server that is killed ${ROUNDS} times under load loses nothing that it told, and doubles nothing (seed ${seed})`, async () => {
  const ledger = new Ledger();
  const witness = new JournalWitness(join(directory.path, "data"));
  const load = clients.map((client) => new LoadClient(client.name, client.account, client.random, ledger));
  let cursor = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    const at = `round ${round} of seed ${seed}`;
    const server = await start(round);
    await checkRestart(server, ledger, at);
    const stream = await StreamClient.attach(server, cursor, (frame) => ledger.hear(frame));
    const snapshots = await StreamClient.attach(server, null, (frame) => ledger.hear(frame));
    const trading = load.map(async (client) => client.run(server, await midPrice(server)));
    await sleep(LOAD_MS.least + random.nextInteger(LOAD_MS.most - LOAD_MS.least));
    await server.kill();
    await Promise.all(trading);
    expect(ledger.surprises.slice(0, 3), at).toEqual([]);
    expect([...(await stream.closed, stream.faults), ...(await snapshots.closed, snapshots.faults)], at).toEqual([]);
    ({ cursor } = stream);
    expect(witness.compare(ledger), at).toEqual([]);
    expect(witness.compareWithVenue(false), at).toEqual([]);
    ledger.turn();
  }
  await settle(ledger, witness, cursor);
  expect(witness.fills, "the load traded").toBeGreaterThan(ROUNDS);
  expect(witness.leftUnknown, "kills came between a send and its outcome").toBeGreaterThan(0);
});

/** Every third start is itself killed, at a random moment of the recovery, and tried again. */
async function start(round: number): Promise<ServerProcess> {
  const options = {
    dataDir: join(directory.path, "data"),
    args: ["--strategy", "grid", "--log-level", "warn", "--config", join(directory.path, "config.json")],
    environment: {
      ORDERWRIGHT_JOURNAL_COMMITTER: round % 2 === 0 ? "worker" : "main",
      ORDERWRIGHT_PAPER_LATENCY_MS: LATENCY_MS,
    },
  };
  if (round % 3 === 0) {
    const early = ServerProcess.spawn(options);
    await sleep(random.nextInteger(START_MS));
    await early.end("SIGKILL");
  }
  running = await ServerProcess.start(options);
  return running;
}

/** What was told before the kill is shown again, and what got no answer can be asked for again, once. */
async function checkRestart(server: ServerProcess, ledger: Ledger, at: string): Promise<void> {
  const { orders } = await server.read<{ orders: readonly OrderJson[] }>("/orders?limit=1000");
  const shown = new Map(orders.map((order) => [order.id, order]));
  for (const told of ledger.latest.values()) {
    const now = shown.get(told.id) ?? (await server.read<OrderJson>(`/orders/${told.id}`));
    expect(whatIsLost(told, now), at).toEqual([]);
  }
  ledger.latest.clear();
  for (const body of ledger.unanswered) {
    const found = await server.ask<OrderJson>("GET", `/api/v1/orders/${body.clientOrderId}`);
    const again = await server.ask<OrderJson>("POST", "/api/v1/orders", { body });
    expect([found.status, again.status], `${at}: ${again.text}`).toEqual([expect.toBeOneOf([200, 404]), 201]);
    if (found.status === 200) expect(again.json.id, at).toBe(found.json.id);
    ledger.orders.push(again.json);
  }
  ledger.unanswered = [];
}

/** Without a strategy and clients everything comes to an end, and nothing stays unknown. */
async function settle(ledger: Ledger, witness: JournalWitness, cursor: number): Promise<void> {
  const server = await ServerProcess.start({
    dataDir: join(directory.path, "data"),
    args: ["--log-level", "warn", "--config", join(directory.path, "config.json")],
  });
  running = server;
  await checkRestart(server, ledger, "the end");
  const stream = await StreamClient.attach(server, cursor, (frame) => ledger.hear(frame));
  await eventually(async () => {
    expect(await server.read("/summary")).toMatchObject({ outcomeUnknown: 0 });
  }, SETTLE_DEADLINE_MS);
  await server.ask("DELETE", "/api/v1/orders");
  await eventually(async () => expect(await server.read("/summary")).toMatchObject({ open: 0 }), SETTLE_DEADLINE_MS);
  const { positions } = await server.read<{ positions: readonly PositionJson[] }>("/positions");
  expect((await server.stop()).code).toBe(0);
  await stream.closed;
  expect(stream.faults).toEqual([]);
  expect(witness.compare(ledger)).toEqual([]);
  expect(witness.compareWithVenue(true)).toEqual([]);
  expect(heldOf(positions)).toEqual(witness.holdings());
  expect(await witness.verify()).toEqual([]);
  const verified = await runCommand(["journal", "verify", "--json", "--data", server.dataDir]);
  expect(verified.code, verified.stderr).toBe(0);
}

/** Says in words what an order has lost since it was told. */
function whatIsLost(told: OrderJson, now: OrderJson): string[] {
  const lost: string[] = [];
  if (now.lastSeq < told.lastSeq) lost.push(`${told.id} is shown as of ${now.lastSeq}, before ${told.lastSeq}`);
  if (ORDER_STATUSES.indexOf(now.status) < ORDER_STATUSES.indexOf(told.status))
    lost.push(`${told.id} was ${told.status} and is ${now.status}`);
  if (told.isTerminal && now.status !== told.status)
    lost.push(`${told.id} ended as ${told.status}, and is ${now.status}`);
  const executions = new Set(now.fills.map((fill) => fill.executionId));
  for (const { executionId } of told.fills)
    if (!executions.has(executionId)) lost.push(`${told.id} has lost the fill ${executionId}`);
  return lost;
}

async function midPrice(server: ServerProcess): Promise<number> {
  return eventually(async () => {
    const path = `/market/${encodeURIComponent(INSTRUMENT)}/book?depth=1`;
    const { bids, asks } = await server.read<Record<"bids" | "asks", readonly (readonly [string, string])[]>>(path);
    return (Number(bids[0]?.[0]) + Number(asks[0]?.[0])) / 2;
  });
}

function heldOf(positions: readonly PositionJson[]): Holdings {
  return holdingsOf(
    positions.map(({ account, instrumentId, quantity }) => [`${account} ${instrumentId}`, Decimal.parse(quantity)]),
  );
}
