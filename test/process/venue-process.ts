// A paper venue as a process of its own, served over a loopback WebSocket: it lives on while its clients are killed
// or stopped, and remembers everything. Every so often it keeps a reply to itself or spoils one, and then says nothing
// for a while. It says its port on its output, and ends when its input does: with whoever started it.

import { type WebSocket, WebSocketServer } from "ws";
import { paperInstruments } from "../../src/app/instruments.ts";
import type { AccountId, OrderId } from "../../src/domain/identifiers.ts";
import { SyntheticMarket } from "../../src/market-data/feeds/synthetic.ts";
import { TapePlayer } from "../../src/market-data/feeds/tape-player.ts";
import { MarketHub } from "../../src/market-data/market-hub.ts";
import { Activity } from "../../src/runtime/activity.ts";
import { NodeClock } from "../../src/runtime/node/node-clock.ts";
import { SeededRandom } from "../../src/runtime/random.ts";
import { MemoryPaperStore } from "../../src/venues/paper/memory-paper-store.ts";
import { PaperVenue } from "../../src/venues/paper/paper-venue.ts";
import type { SendOutcome } from "../../src/venues/venue.ts";
import {
  ACCOUNTS,
  type Arrival,
  decode,
  encode,
  HEARTBEAT_MS,
  type Message,
  type Question,
  type Truth,
  VENUE,
} from "./wire.ts";

/** The market of an hour in a few minutes: orders are executed often enough to be watched. */
const MARKET_SPEED = 10;
/** One in so many replies to orders is lost, and one spoiled. */
const ONE_IN = 80;
/** For so long, at most, the reports behind such a reply keep their hearer waiting. */
const MAX_HUSH_MS = 120;

type MutableArrival = { -readonly [K in keyof Arrival]: Arrival[K] } & { readonly account: AccountId };

const seed = Number(process.argv[2] ?? 1);
const random = SeededRandom.fromSeed(seed);
const clock = new NodeClock();
const source = new SyntheticMarket({ seed, startAt: Date.now() });
const store = new MemoryPaperStore(VENUE);
const instruments = paperInstruments(VENUE);
const venue = PaperVenue.open({
  id: VENUE,
  instruments,
  clock,
  store,
  tape: source.description,
  random: () => random.next(),
  latency: { requestMs: 2, replyMs: 2, jitterMs: 3 },
});
const market = new MarketHub();
const player = await TapePlayer.open({
  source,
  mode: { kind: "speed", factor: MARKET_SPEED },
  activity: new Activity(),
  onEvent: (event, position) => {
    venue.onMarket(event, position);
    market.publish(event);
  },
});
const arrivals: MutableArrival[] = [];
const clients = new Set<Line>();
let spoiled = 0;

/** The venue's own calls: who asked waits as long as it likes, and what was asked goes its way all the same. */
const patience = (): AbortSignal => new AbortController().signal;

/** A client's line: what is said on it comes in order, and sometimes late. */
class Line {
  readonly #socket: WebSocket;
  /** What waits for the end of a hush; absent outside of one. */
  #held: string[] | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  say(text: string): void {
    if (this.#held !== undefined) this.#held.push(text);
    else if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(text);
  }

  /** Holds back what is said from now on, for a while. */
  hush(ms: number): void {
    if (this.#held !== undefined) return;
    this.#held = [];
    clock.schedule(ms, () => {
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const text of held) this.say(text);
    });
  }

  cut(): void {
    this.#socket.terminate();
  }
}

function broadcast(message: Message): void {
  const text = encode(message);
  for (const client of clients) client.say(text);
}

/** @param mayBeSpoiled - whether this is one of the answers that get lost in this world. */
function reply(client: Line, id: number, value: unknown, mayBeSpoiled: boolean): void {
  const text = encode({ reply: id, value });
  const fate = mayBeSpoiled ? random.nextInteger(ONE_IN) : ONE_IN;
  if (fate > 1) {
    client.say(text);
    return;
  }
  spoiled++;
  if (fate === 1) client.say(text.slice(0, -2));
  client.hush(random.nextInteger(MAX_HUSH_MS));
}

async function place(question: Extract<Question, { ask: "place" }>): Promise<SendOutcome> {
  const { account, orderId, sendBy } = question.body;
  const arrival: MutableArrival = { account, orderId, sendBy, writtenAt: question.writtenAt, arrivedAt: clock.now() };
  arrivals.push(arrival);
  arrival.outcome = await venue.place(question.body, patience());
  return arrival.outcome;
}

function truth(): Truth {
  const owners = new Map(arrivals.map(({ account, orderId }): [OrderId, AccountId] => [orderId, account]));
  const orders = Array.from(owners, ([orderId, account]) => store.order(account, orderId));
  return {
    arrivals,
    orders: orders.filter((order) => order !== undefined),
    fills: ACCOUNTS.flatMap((account) => store.fillsSince(account, 0)),
    positions: ACCOUNTS.flatMap((account) =>
      instruments.map(({ id }) => ({ account, instrumentId: id, quantity: venue.position(account, id) })),
    ),
    spoiled,
  };
}

async function answer(client: Line, question: Question): Promise<unknown> {
  switch (question.ask) {
    case "place":
      return place(question);
    case "cancel":
      return venue.cancel(question.body, patience());
    case "replace":
      return venue.replace(question.body, patience());
    case "order":
      return venue.order(question.body, patience());
    case "openOrders":
      return venue.openOrders(question.body.account, patience());
    case "fillsSince":
      return venue.fillsSince(question.body.account, question.body.cursor, patience());
    case "truth":
      return truth();
    case "market":
      if (question.body.moves) player.resume();
      else player.pause();
      return {};
    case "cut":
      for (const other of clients) if (other !== client) other.cut();
      return {};
  }
}

async function hear(client: Line, question: Question): Promise<void> {
  const value = await answer(client, question);
  reply(client, question.id, value, ["place", "cancel", "replace"].includes(question.ask));
}

function serve(socket: WebSocket): void {
  const client = new Line(socket);
  clients.add(client);
  socket.once("close", () => clients.delete(client));
  socket.on("error", () => socket.terminate());
  socket.on("message", (data: Buffer) => void hear(client, decode(data.toString("utf8")) as Question));
  client.say(encode({ hello: { instruments } }));
}

function beat(): void {
  const prices = market.views().flatMap(({ instrumentId, referencePrice: price }) => {
    return price === undefined ? [] : [{ instrumentId, price }];
  });
  broadcast({ beat: prices });
}

await venue.connect({
  report: (report) => broadcast({ report }),
  connection: (state, reason) => {
    if (state === "disconnected") throw new Error(`a venue in memory does not go down: ${reason}`);
  },
  heartbeat: () => undefined,
  unreadable: () => undefined,
});
player.start();
setInterval(beat, HEARTBEAT_MS);
const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
server.on("connection", serve);
server.once("listening", () => {
  const address = server.address();
  process.stdout.write(`${JSON.stringify({ port: typeof address === "object" ? address?.port : undefined })}\n`);
});
process.stdin.resume().once("end", () => process.exit(0));
