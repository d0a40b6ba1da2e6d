// A venue process with whoever trades on it: starts order processes, keeps what they told, and reads the venue's own
// books. What happens to the processes, and what must hold afterwards, is their users' own.

import type { EventJson, OrderJson } from "../../src/domain/order-json.ts";
import { NodeClock } from "../../src/runtime/node/node-clock.ts";
import { Child } from "./child.ts";
import type { Command, LoadRequest, Look, OrderProcessOptions, Said } from "./order-process.ts";
import { ServedVenue } from "./served-venue.ts";
import type { Truth } from "./wire.ts";

/** What order processes told since it was last taken. */
export interface Told {
  readonly orders: readonly OrderJson[];
  readonly events: readonly EventJson[];
}

type SaidOf<K extends string> = Extract<Said, { readonly [key in K]: unknown }>;

export class ServedDesk {
  readonly #port: number;
  readonly #venueProcess: Child<{ readonly port: number }>;
  readonly #venue: ServedVenue;
  #orders: Child<Said> | undefined;
  #told: { orders: OrderJson[]; events: EventJson[] } = { orders: [], events: [] };
  readonly #unanswered = new Map<string, LoadRequest>();
  /** The newest event told in this life of the order process. */
  #lastTold = 0;
  /** Gaps and repeats in what was told. */
  readonly gaps: string[] = [];
  /** How often requests were refused, by code. */
  readonly refusals = new Map<string, number>();

  private constructor(port: number, venueProcess: Child<{ readonly port: number }>, venue: ServedVenue) {
    this.#port = port;
    this.#venueProcess = venueProcess;
    this.#venue = venue;
  }

  /** Starts the venue process. Close the desk, or it stays. */
  static async open(seed: number): Promise<ServedDesk> {
    const venueProcess = new Child<{ readonly port: number }>("./venue-process.ts", String(seed), () => undefined);
    const { port } = await venueProcess.said((said): said is { readonly port: number } => "port" in said);
    const venue = new ServedVenue(port, new NodeClock({ unref: true }));
    await venue.connect({
      report: () => undefined,
      connection: () => undefined,
      heartbeat: () => undefined,
      unreadable: () => undefined,
    });
    return new ServedDesk(port, venueProcess, venue);
  }

  /** The order process of the last start, while it lives. */
  get running(): Child<Said> | undefined {
    return this.#orders?.isRunning === true ? this.#orders : undefined;
  }

  /** Starts an order process without waiting for it. The one before it has to be gone. */
  spawn(options: Omit<OrderProcessOptions, "port">): Child<Said> {
    const given: OrderProcessOptions = { ...options, port: this.#port };
    this.#lastTold = 0;
    this.#orders = new Child<Said>("./order-process.ts", JSON.stringify(given), (said) => this.#hear(said));
    return this.#orders;
  }

  /** Starts an order process, and resolves once it takes orders. */
  async start(options: Omit<OrderProcessOptions, "port">): Promise<Child<Said>> {
    const orders = this.spawn(options);
    await orders.said((said): said is SaidOf<"ready"> => "ready" in said);
    return orders;
  }

  /** Lets it trade. What got no answer in an earlier life is asked for again first, by the same id. */
  trade(orders: Child<Said>): void {
    orders.tell({ trade: [...this.#unanswered.values()] } satisfies Command);
  }

  /** Ends its trading, and resolves once it knows the fate of every request. @returns which accounts are blocked, and why. */
  async rest(orders: Child<Said>): Promise<readonly string[]> {
    orders.tell({ quiet: true } satisfies Command);
    return (await orders.said((said): said is SaidOf<"quiet"> => "quiet" in said)).blocked;
  }

  /** Asks what its doors show. */
  async look(orders: Child<Said>): Promise<Look> {
    orders.tell({ look: true } satisfies Command);
    return (await orders.said((said): said is SaidOf<"look"> => "look" in said)).look;
  }

  takeTold(): Told {
    const told = this.#told;
    this.#told = { orders: [], events: [] };
    return told;
  }

  async truth(): Promise<Truth> {
    return (await this.#venue.control("truth", {})) as Truth;
  }

  /** Lets the market move or stand: while it stands, nothing is executed but by a new order. */
  async moveMarket(moves: boolean): Promise<void> {
    await this.#venue.control("market", { moves });
  }

  /** Cuts the line between the order process and the venue. */
  async cut(): Promise<void> {
    await this.#venue.control("cut", {});
  }

  async close(): Promise<void> {
    await this.#orders?.kill();
    await this.#venue.close();
    await this.#venueProcess.kill();
  }

  #hear(said: Said): void {
    if ("asking" in said) this.#unanswered.set(said.asking.clientOrderId, said.asking);
    if ("answered" in said && said.answered !== undefined) this.#unanswered.delete(said.answered);
    if ("refused" in said) this.refusals.set(said.refused, (this.refusals.get(said.refused) ?? 0) + 1);
    if ("order" in said) this.#told.orders.push(said.order);
    if ("event" in said) {
      const { seq } = said.event;
      if (this.#lastTold !== 0 && seq !== this.#lastTold + 1)
        this.gaps.push(`event ${seq} was told after ${this.#lastTold}`);
      this.#lastTold = seq;
      this.#told.events.push(said.event);
    }
  }
}
