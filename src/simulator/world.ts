// One simulated world, made from a seed: an exchange, a wire, a disk, a process with the engine, its callers and their
// bad luck. First faults strike while the laws are watched; then the wire heals, and all must agree within a bound.

import { setImmediate } from "node:timers/promises";
import { Decimal } from "../domain/decimal.ts";
import type { OrderId } from "../domain/identifiers.ts";
import type { RecordedEvent } from "../domain/system-event.ts";
import type { Engine } from "../engine/engine.ts";
import { DEFAULT_SETTINGS } from "../engine/settings.ts";
import { VirtualClock } from "../runtime/virtual-clock.ts";
import { Laws, type Violation } from "./checks/laws.ts";
import { checkQuiescence } from "./checks/quiescence.ts";
import { Coverage } from "./coverage.ts";
import { VirtualDisk } from "./disk/virtual-disk.ts";
import { type FaultLevel, FaultPlan } from "./faults.ts";
import { OrderProcess } from "./order-process.ts";
import type { ProcessClock } from "./process-clock.ts";
import { type Profile, profileOf } from "./profile.ts";
import { ACCOUNTS, HEAL_MS, INSTRUMENTS, messagesOf, QUIET_MS, SETTINGS, START_AT, UNDONE_AGAIN_MS } from "./scene.ts";
import { Trace } from "./trace.ts";
import type { BookedExecution } from "./venue/books.ts";
import { Exchange } from "./venue/exchange.ts";
import type { WireReport } from "./venue/messages.ts";
import { startCrowd, startOperator, startPerson } from "./workload/crowd.ts";
import { startGrid } from "./workload/grid.ts";
import { startMisfortunes } from "./workload/misfortunes.ts";
import { Trader } from "./workload/trader.ts";

export interface WorldOptions {
  readonly seed: number;
  readonly level: FaultLevel;
  /** Virtual milliseconds with faults, before the wire heals. */
  readonly durationMs: number;
  readonly write?: (line: string) => void;
}

/** What a run came to. */
export interface RunResult {
  readonly seed: number;
  readonly violation: Violation | undefined;
  readonly traceHash: string;
  readonly events: number;
  readonly virtualMs: number;
  readonly coverage: Coverage;
  readonly faults: FaultPlan;
  readonly profile: Profile;
}

export class World {
  readonly seed: number;
  readonly clock = new VirtualClock(START_AT);
  readonly profile: Profile;
  readonly faults: FaultPlan;
  readonly trace: Trace;
  readonly coverage = new Coverage();
  readonly laws: Laws;
  readonly exchange: Exchange;
  readonly disk: VirtualDisk;
  readonly process: OrderProcess;
  readonly #durationMs: number;
  readonly #mids = new Map<string, number>();
  #steps = 0;
  /** Nobody asks for anything new any more. */
  isWindingDown = false;
  /** The market stands still. */
  isQuiet = false;

  constructor(options: WorldOptions) {
    this.seed = options.seed;
    this.#durationMs = options.durationMs;
    this.profile = profileOf(options.seed);
    this.faults = new FaultPlan(options.seed, options.level);
    this.trace = new Trace(this.clock, options.write);
    const { sendBudgetMs = DEFAULT_SETTINGS.sendBudgetMs } = SETTINGS;
    this.laws = new Laws({
      world: this.clock,
      profile: this.profile,
      coverage: this.coverage,
      books: () => this.exchange.books,
      sendBudgetMs,
      messages: messagesOf(this.profile),
    });
    this.exchange = new Exchange({
      clock: this.clock,
      profile: this.profile,
      faults: this.faults,
      instruments: INSTRUMENTS,
      members: new Set(ACCOUNTS),
      tell: (message) => this.process.wire?.say(message),
      tellUndone: (message, execution) => this.#tellUndone(message, execution),
      placed: (order) => {
        this.coverage.total("orders at the venue");
        this.laws.placed(order);
      },
    });
    this.disk = new VirtualDisk(this.faults, () => {
      if (!this.faults.strikes("killedAtCommit")) return false;
      this.process.kill();
      return true;
    });
    this.process = new OrderProcess(this);
    for (const { id } of INSTRUMENTS) this.#mids.set(id, 10_000);
  }

  /** The price that the crowd quotes around, in ticks. */
  mid(instrument: string): number {
    return this.#mids.get(instrument) ?? 10_000;
  }

  wander(instrument: string, byTicks: number): void {
    this.#mids.set(instrument, Math.min(20_000, Math.max(5_000, this.mid(instrument) + byTicks)));
  }

  /** Returns a price some ticks away from where the crowd quotes, on the grid. */
  priceNear(instrument: string, ticks: number): string {
    return Decimal.of(BigInt(this.mid(instrument) + ticks), 2).toString();
  }

  /** An engine has recovered, and is about to connect. */
  engineOpened(engine: Engine, clock: ProcessClock): void {
    this.coverage.total("starts");
    if (this.profile.hasGrid) startGrid(this, engine, clock);
  }

  noteEvent(event: RecordedEvent): void {
    this.coverage.event(event);
    this.coverage.total("journal events");
    if ("fill" in event && event.fill !== undefined) this.coverage.total("fills");
    this.trace.note(
      "event",
      `${event.seq} ${event.type} ${"orderId" in event ? (event.orderId ?? "") : ""} ${event.cause}`,
    );
  }

  async run(): Promise<RunResult> {
    startCrowd(this);
    this.process.start();
    for (let number = 0; number < this.profile.traders; number++) new Trader(this, number).start();
    startPerson(this);
    startOperator(this);
    startMisfortunes(this);
    this.#supervise();
    this.#beat();
    const healAt = START_AT + this.#durationMs;
    await this.#advanceTo(healAt);
    this.faults.heal();
    this.isWindingDown = true;
    await this.#advanceTo(healAt + HEAL_MS - QUIET_MS);
    this.isQuiet = true;
    await this.#advanceTo(healAt + HEAL_MS);
    if (this.laws.violation === undefined) checkQuiescence(this);
    for (const [name, times] of this.faults.counts) this.coverage.fault(name, times);
    return {
      seed: this.seed,
      violation: this.laws.violation,
      traceHash: this.trace.digest(),
      events: this.#steps,
      virtualMs: this.clock.monotonicMs(),
      coverage: this.coverage,
      faults: this.faults,
      profile: this.profile,
    };
  }

  #tellUndone(message: WireReport, execution: BookedExecution): void {
    const seen = this.laws.model.orders.get(execution.clientId as OrderId);
    const booked = seen?.fills.get(`${execution.venueId}/${execution.executionId}`);
    const isOnRecord = execution.isBusted ? booked === undefined : booked?.price.eq(execution.price) === true;
    if (isOnRecord) return;
    this.process.wire?.say(message);
    this.clock.schedule(UNDONE_AGAIN_MS, () => this.#tellUndone(message, execution));
  }

  /** A supervisor looks once a second. */
  #supervise(): void {
    this.process.supervise();
    this.clock.schedule(1_000, () => this.#supervise());
  }

  #beat(): void {
    const { heartbeatMs } = this.profile;
    if (heartbeatMs === undefined) return;
    this.process.wire?.say({ kind: "heartbeat" });
    this.clock.schedule(heartbeatMs, () => this.#beat());
  }

  async #advanceTo(at: number): Promise<void> {
    const settle = async (): Promise<void> => {
      this.#steps++;
      await setImmediate();
      if (this.laws.violation !== undefined) throw STOP;
    };
    try {
      await this.clock.advanceTo(at, settle);
    } catch (error) {
      if (error !== STOP) throw error;
    }
  }
}

const STOP = new Error("a law is broken");

/** Runs one seed to its end, or to the first broken law. */
export function runSeed(options: WorldOptions): Promise<RunResult> {
  return new World(options).run();
}
