// Rounds of one order process on one journal against one venue process: it trades, is killed or stopped at a random
// instant, comes back, comes to rest, and everything is compared. The same seed draws the same faults and the same
// load; what the machine makes of them is its own.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SeededRandom } from "../../src/runtime/random.ts";
import { JournalWitness } from "../e2e/support/journal-witness.ts";
import { BooksCheck, lateWrites } from "./books-check.ts";
import type { Child } from "./child.ts";
import type { Command, OrderProcessOptions, Said } from "./order-process.ts";
import { ServedDesk } from "./served-desk.ts";
import type { Truth } from "./wire.ts";

/** What happens to the order process in a round. `cut`: only its line to the venue. */
const FAULTS = ["kill", "stop", "stopThenKill", "killWhileStopped", "killInRecovery", "cut"] as const;
type FaultKind = (typeof FAULTS)[number];
/** Dealt in random order, then shuffled again: no run of ten is without kills and stops. */
const DECK: readonly FaultKind[] = ["kill", "kill", "kill", "stop", "stop", "stop", ...FAULTS];

const LOAD_MS = { least: 200, most: 700 } as const;
/** Longer than every deadline. */
const STOPPED_MS = { least: 400, most: 1_500 } as const;
const AFTER_MS = { least: 50, most: 300 } as const;
/** About what a start takes. */
const START_MS = 1_500;
const AGREE_DEADLINE_MS = 15_000;

/** What a run saw, summed up. */
export interface RoundFigures {
  rounds: number;
  kills: number;
  stops: number;
  cuts: number;
  orders: number;
  fills: number;
  events: number;
  /** Requests without a known outcome, each of them resolved by the round's end. */
  unknowns: number;
  lostReplies: number;
  /** Place requests written too late to be taken, at most one for each stop; the venue has refused them. */
  lateWrites: number;
}

export class RoundRunner {
  readonly figures: RoundFigures = {
    rounds: 0,
    kills: 0,
    stops: 0,
    cuts: 0,
    orders: 0,
    fills: 0,
    events: 0,
    unknowns: 0,
    lostReplies: 0,
    lateWrites: 0,
  };
  readonly #random: SeededRandom;
  readonly #directory: string;
  readonly #desk: ServedDesk;
  readonly #witness: JournalWitness;
  readonly #books: BooksCheck;
  #faults: string[] = [];
  #stopsBefore = 0;
  #deck: FaultKind[] = [];

  private constructor(seed: number, directory: string, desk: ServedDesk) {
    this.#random = SeededRandom.fromSeed(seed);
    this.#directory = directory;
    this.#desk = desk;
    this.#witness = new JournalWitness(directory);
    this.#books = new BooksCheck(directory);
  }

  /** Starts the venue process. Close the runner, or it stays. */
  static async open(seed: number): Promise<RoundRunner> {
    const desk = await ServedDesk.open(seed);
    return new RoundRunner(seed, await mkdtemp(join(tmpdir(), "orderwright-rounds-")), desk);
  }

  /** How often requests of the load were refused, by code. */
  get refusals(): ReadonlyMap<string, number> {
    return this.#desk.refusals;
  }

  /** Runs a round. @returns in words, what was lost, doubled or not explained. */
  async round(): Promise<string[]> {
    this.#faults = [];
    this.figures.rounds++;
    this.#stopsBefore = this.figures.stops;
    const orders = this.#desk.running ?? (await this.#desk.start(this.#options()));
    await this.#desk.moveMarket(true);
    this.#desk.trade(orders);
    await sleep(this.#between(LOAD_MS));
    const after = await this.#hit(orders);
    await sleep(this.#between(AFTER_MS));
    const blocked = await this.#desk.rest(after);
    this.#faults.push(...blocked.map((reason) => `entries are blocked for ${reason}`));
    await this.#agree();
    if (!after.isRunning) this.#faults.push(`the order process ended by itself: ${after.stderr}`);
    return this.#faults;
  }

  /** Reads the whole journal against its chain of hashes, its tables and its snapshot. The order process ends with it. */
  async verify(): Promise<string[]> {
    this.#desk.running?.tell({ stop: true } satisfies Command);
    await this.#desk.running?.ended;
    return this.#witness.verify();
  }

  async close(): Promise<void> {
    await this.#desk.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** @returns the order process that trades on. */
  async #hit(orders: Child<Said>): Promise<Child<Said>> {
    if (this.#deck.length === 0) this.#deck = [...DECK];
    const [fault = "kill"] = this.#deck.splice(this.#random.nextInteger(this.#deck.length), 1);
    switch (fault) {
      case "kill":
        return this.#replace(orders);
      case "stop":
        await this.#stop(orders);
        orders.signal("SIGCONT");
        return orders;
      case "stopThenKill":
        await this.#stop(orders);
        orders.signal("SIGCONT");
        await sleep(this.#random.nextInteger(AFTER_MS.most));
        return this.#replace(orders);
      case "killWhileStopped":
        await this.#stop(orders);
        return this.#replace(orders);
      case "killInRecovery": {
        await this.#kill(orders);
        const early = this.#desk.spawn(this.#options());
        await sleep(this.#random.nextInteger(START_MS));
        return this.#replace(early);
      }
      case "cut":
        this.figures.cuts++;
        await this.#desk.cut();
        return orders;
    }
  }

  async #stop(orders: Child<Said>): Promise<void> {
    this.figures.stops++;
    orders.signal("SIGSTOP");
    await sleep(this.#between(STOPPED_MS));
  }

  async #kill(orders: Child<Said>): Promise<void> {
    this.figures.kills++;
    if (!orders.isRunning) this.#faults.push(`the order process ended by itself: ${orders.stderr}`);
    await orders.kill();
  }

  /** Kills it and lets another trade on its journal. */
  async #replace(orders: Child<Said>): Promise<Child<Said>> {
    await this.#kill(orders);
    const next = await this.#desk.start(this.#options());
    this.#desk.trade(next);
    return next;
  }

  #options(): Omit<OrderProcessOptions, "port"> {
    return {
      dataDir: this.#directory,
      seed: this.#random.nextInteger(2 ** 31),
      committer: this.#random.nextInteger(2) === 0 ? "main" : "worker",
    };
  }

  /** With the market standing and no request open, both sides must come to agree, and what was told must be there. */
  async #agree(): Promise<void> {
    await this.#desk.moveMarket(false);
    const until = performance.now() + AGREE_DEADLINE_MS;
    let truth = await this.#desk.truth();
    let differences = this.#books.compare(truth);
    // The last reports may still be on their way.
    while (differences.length > 0 && performance.now() < until) {
      await sleep(50);
      truth = await this.#desk.truth();
      differences = this.#books.compare(truth);
    }
    const told = this.#desk.takeTold();
    this.#faults.push(...differences, ...this.#desk.gaps, ...this.#witness.compare({ ...told, holdings: [] }));
    // A stop can fall between the gate and the write of one request, and of no more than one.
    const late = lateWrites(truth).slice(this.figures.lateWrites);
    if (late.length > this.figures.stops - this.#stopsBefore) this.#faults.push(...late);
    if (truth.orders.length === this.figures.orders) this.#faults.push("no order came to the venue in this round");
    this.#count(truth);
  }

  #count(truth: Truth): void {
    const { figures } = this;
    figures.orders = truth.orders.length;
    figures.fills = truth.fills.length;
    figures.events = this.#books.events;
    figures.unknowns = this.#books.unknowns;
    figures.lostReplies = truth.spoiled;
    figures.lateWrites = lateWrites(truth).length;
  }

  #between({ least, most }: { readonly least: number; readonly most: number }): number {
    return least + this.#random.nextInteger(most - least);
  }
}
