// What the scenarios of lost, doubled and unknown orders share: restarts, answers that do not come, reports with
// a venue time of their own, and a real simulated venue behind a line that a test can cut. No assertions.

import { Decimal } from "../../src/domain/decimal.ts";
import type { OrderwrightError } from "../../src/domain/errors.ts";
import type { ExecutionReport } from "../../src/domain/execution-report.ts";
import type { ExecutionId, VenueOrderId } from "../../src/domain/identifiers.ts";
import type { Order } from "../../src/domain/order.ts";
import { type Result, unwrap } from "../../src/domain/result.ts";
import { Engine } from "../../src/engine/engine.ts";
import type { OrderRequest } from "../../src/engine/engine-api.ts";
import type { ScriptedVenue } from "../../src/engine/testing/scripted-venue.ts";
import {
  createTestEngine,
  LIMIT_BUY,
  settle,
  type TestEngine,
  type TestEngineOptions,
} from "../../src/engine/testing/test-engine.ts";
import { MemoryJournal } from "../../src/journal/memory/memory-journal.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import { SeededRandom } from "../../src/runtime/random.ts";
import { VirtualClock } from "../../src/runtime/virtual-clock.ts";
import { MemoryPaperStore } from "../../src/venues/paper/memory-paper-store.ts";
import { PaperVenue } from "../../src/venues/paper/paper-venue.ts";
import { snapshot, trade } from "../../src/venues/paper/testing/market.ts";
import { BTC, MAIN, neverAborted, VENUE } from "../../src/venues/testing/orders.ts";
import { START_AT } from "../../src/venues/testing/virtual-time.ts";
import type { CancelRequest, QueryResult, SendOutcome, VenueOrder } from "../../src/venues/venue.ts";

export const ABSENT = { kind: "absent" } as const;
/** A question without an answer: a name that does not resolve, a proxy that is down. */
export const NO_ROUTE = { kind: "failed", reason: "getaddrinfo EAI_AGAIN" } as const;
/** A send without an answer. */
export const RESET: SendOutcome = { kind: "unknown", reason: "connection reset" };

/** An answer that never comes. */
export function silence(): Promise<never> {
  return new Promise(() => undefined);
}

/** Dies without a word and starts again on the same journal, at the same venue. */
export function restart(t: TestEngine, options: TestEngineOptions = {}): Promise<TestEngine> {
  return createTestEngine({ journal: t.journal.crash(), venue: t.venue, ...options });
}

/** What reached order entry, by kind and in order. */
export function sent(venue: Pick<ScriptedVenue, "sent">): string[] {
  return venue.sent.map((each) => each.kind);
}

/** How often orders were put on the wire. */
export function placed(venue: Pick<ScriptedVenue, "sent">): number {
  return venue.sent.filter((each) => each.kind === "place").length;
}

/** What the account holds by our books, in base units. */
export function held(t: { readonly engine: Engine }): string {
  return (t.engine.positions("main")[0]?.quantity ?? Decimal.zero).toString();
}

/** Each execution on the order's books, as `id quantity @ price`. */
export function executions(order: Order | undefined): string[] {
  return Array.from(order?.fills.values() ?? [], (fill) => `${fill.executionId} ${fill.quantity} @ ${fill.price}`);
}

/** The code of a refusal, or `ok`. */
export function codeOf(result: Result<unknown, OrderwrightError>): string {
  return result.ok ? "ok" : result.error.code;
}

/** From now on the account may hold no more than this, with all that is open counted at its worst. */
export async function allowAtMost(t: TestEngine, quantity: string): Promise<void> {
  unwrap(await t.engine.setRiskLimits("main", { maxPosition: Decimal.parse(quantity) }, { by: "risk" }));
}

/** Whether an entry of 1 still has room, by the answer to one: `ok` also sends it. */
export async function tryEntry(t: TestEngine, changes: Partial<OrderRequest> = {}): Promise<string> {
  return codeOf(await t.engine.submit({ ...LIMIT_BUY, price: "99", ...changes }));
}

/** Counts how often the venue is asked about an order by name, and keeps what it was asked. */
export function countQuestions(
  venue: ScriptedVenue,
  answer: () => QueryResult<VenueOrder> | Promise<QueryResult<VenueOrder>>,
): CancelRequest[] {
  const asked: CancelRequest[] = [];
  venue.onOrder = (request) => {
    asked.push(request);
    return answer();
  };
  return asked;
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** Says something about an order with a venue time of its own: what happened later may be told earlier. */
export function sayAt(
  t: TestEngine,
  order: Order,
  venueAt: number,
  body: DistributiveOmit<ExecutionReport, "venue" | "account" | "instrumentId" | "orderId" | "venueAt">,
): void {
  const { venue, account, instrumentId, id: orderId } = order;
  t.venue.sayAnything({ ...body, venue, account, instrumentId, orderId, venueAt });
}

/** An execution, for a report that a test words itself. */
export function fillOf(executionId: string, quantity: string, venueOrderId = "v1", price = "100") {
  return {
    executionId: executionId as ExecutionId,
    venueOrderId: venueOrderId as VenueOrderId,
    price: Decimal.parse(price),
    quantity: Decimal.parse(quantity),
    liquidity: "maker" as const,
    venueAt: 1,
  };
}

/** An engine at a real simulated venue whose replies a test can lose. The venue outlives the engine. */
export class PaperDesk {
  readonly clock = new VirtualClock(START_AT);
  readonly paper: PaperVenue;
  engine!: Engine;
  #journal = new MemoryJournal({ defer: (task) => void setImmediate(task) });
  #losesReplies = false;
  #position = 0;
  /** Each life of the engine has a line of its own; the dead ones carry nothing. */
  #life = 0;

  private constructor() {
    this.paper = PaperVenue.open({
      id: VENUE,
      instruments: [BTC],
      clock: this.clock,
      store: new MemoryPaperStore(VENUE),
      tape: "scenario",
      random: () => 0.5,
    });
  }

  static async open(): Promise<PaperDesk> {
    const desk = new PaperDesk();
    await desk.#start();
    desk.paper.onMarket(snapshot(), ++desk.#position);
    return desk;
  }

  /** The venue does what it is asked, and nobody hears that it did. */
  loseReplies(losing: boolean): void {
    this.#losesReplies = losing;
  }

  /** Kills the engine and starts another on its journal. */
  async restart(): Promise<void> {
    this.#journal = this.#journal.crash();
    await this.#start();
  }

  async pass(ms: number): Promise<void> {
    await settle();
    await this.clock.advanceTo(this.clock.now() + ms, settle);
    await settle();
  }

  /** Lets the market trade through a price. */
  trade(price: string, quantity: string, aggressor: "buy" | "sell"): void {
    this.paper.onMarket({ ...trade(price, quantity, aggressor), at: this.clock.now() }, ++this.#position);
  }

  submit(request: Partial<OrderRequest>): ReturnType<Engine["submit"]> {
    return this.engine.submit({ ...LIMIT_BUY, instrumentId: BTC.id, ...request });
  }

  /** The ids of the orders that work at the venue by its own books. */
  async workingAtVenue(): Promise<string[]> {
    const asking = this.paper.openOrders(MAIN, neverAborted());
    await this.pass(10);
    const answer = await asking;
    return answer.kind === "found" ? answer.value.map((order) => String(order.clientOrderId)) : [answer.kind];
  }

  /** What the account holds by the venue's own books. */
  heldAtVenue(): string {
    return this.paper.position(MAIN, BTC.id).toString();
  }

  async #start(): Promise<void> {
    const life = ++this.#life;
    const { paper } = this;
    const alive = (): boolean => life === this.#life;
    const carry = async (reply: Promise<SendOutcome>): Promise<SendOutcome> => {
      const outcome = await reply;
      return this.#losesReplies || !alive() ? silence() : outcome;
    };
    this.engine = await Engine.open({
      journal: this.#journal,
      clock: this.clock,
      random: SeededRandom.fromSeed(1),
      logger: silentLogger,
      venues: [
        {
          id: paper.id,
          capabilities: paper.capabilities,
          instruments: () => paper.instruments(),
          connect: (listener) =>
            paper.connect({
              report: (report) => {
                if (alive() && !this.#losesReplies) listener.report(report);
              },
              connection: (state, reason) => listener.connection(state, reason),
              heartbeat: () => listener.heartbeat(),
              unreadable: (message) => listener.unreadable(message),
            }),
          place: (request, signal) => carry(paper.place(request, signal)),
          cancel: (request, signal) => carry(paper.cancel(request, signal)),
          replace: (request, signal) => carry(paper.replace(request, signal)),
          order: (request, signal) => paper.order(request, signal),
          openOrders: (account, signal) => paper.openOrders(account, signal),
          fillsSince: (account, cursor, signal) => paper.fillsSince(account, cursor, signal),
          close: () => Promise.resolve(),
        },
      ],
      accounts: [{ id: MAIN, venue: VENUE }],
      prices: () => ({ price: Decimal.parse("100"), at: this.clock.now() }),
      version: "test",
      runtimeVersion: "test",
      settings: { reconcileEveryMs: 0 },
    });
    const starting = this.engine.start();
    await this.pass(100);
    await starting;
  }
}
