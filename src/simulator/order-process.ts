// A process that runs the order engine, as its supervisor sees it: started on the journal that is there, killed, stopped
// for a while, started again. Everything in it is the product's; everything around it is simulated.

import { Decimal } from "../domain/decimal.ts";
import type { OrderwrightError } from "../domain/errors.ts";
import { OrderwrightError as Fault } from "../domain/errors.ts";
import { Engine } from "../engine/engine.ts";
import type { EngineConfig } from "../engine/engine-config.ts";
import { silentLogger } from "../runtime/logger.ts";
import type { WatchedProcess } from "./checks/laws.ts";
import { DiskJournal } from "./disk/disk-journal.ts";
import { randomFor } from "./faults.ts";
import { ProcessClock } from "./process-clock.ts";
import { ACCOUNTS, INSTRUMENTS, messagesOf, SETTINGS, VENUE } from "./scene.ts";
import { SimVenue } from "./venue/sim-venue.ts";
import { Wire } from "./venue/wire.ts";
import type { World } from "./world.ts";

/** How long a supervisor waits before it starts a process again. */
const RESTART_AFTER_MS = 500;

/** One life. */
interface Life extends WatchedProcess {
  readonly clock: ProcessClock;
  wire: Wire | undefined;
  engine: Engine | undefined;
}

export class OrderProcess {
  readonly #world: World;
  #life: Life | undefined;
  #lives = 0;
  #wallOffsetMs = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** The engine, while one runs and is not stopped. */
  get engine(): Engine | undefined {
    const life = this.#life;
    return life?.clock.isAlive === true && !life.clock.isStopped ? life.engine : undefined;
  }

  get clock(): ProcessClock | undefined {
    return this.#life?.clock;
  }

  get wire(): Wire | undefined {
    return this.#life?.clock.isAlive === true ? this.#life.wire : undefined;
  }

  get isAlive(): boolean {
    return this.#life?.clock.isAlive === true;
  }

  start(): void {
    const { trace, clock: worldClock, laws, disk } = this.#world;
    const clock = new ProcessClock(worldClock, this.#wallOffsetMs);
    const life: Life = {
      clock,
      wire: undefined,
      engine: undefined,
      isStreamUp: false,
      wallOffsetMs: this.#wallOffsetMs,
      lastJumpAt: Number.NEGATIVE_INFINITY,
      heardSeq: undefined,
    };
    Object.defineProperty(life, "wallOffsetMs", { get: () => clock.wallOffsetMs });
    this.#life = life;
    this.#lives++;
    trace.note("start", String(this.#lives));
    const rotten = this.#rot();
    try {
      const journal = new DiskJournal(disk, clock, (events) => {
        laws.synced(events, life);
        for (const event of events) this.#world.noteEvent(event);
      });
      for (const event of laws.recovered(journal, life)) this.#world.noteEvent(event);
      void this.#run(life, journal);
    } catch (error) {
      if (rotten !== undefined && codeOf(error) === "journal.corrupt")
        disk.flipBit(rotten); // restored from a replica
      else if (codeOf(error) !== "journal.locked")
        laws.broken("I23 integrity", `the journal cannot be opened: ${String(error)}`);
      clock.kill();
      this.#restartLater();
      return;
    }
    if (this.#world.faults.strikes("killedAtStart"))
      worldClock.schedule(this.#world.faults.pick("killedAtStart", 200), () => this.#killIf(life));
  }

  /** Ends the process at once, and starts it again after a while. */
  kill(): void {
    const { trace, disk, faults } = this.#world;
    const life = this.#life;
    if (life?.clock.isAlive !== true) return;
    trace.note("kill", String(this.#lives));
    this.#world.coverage.total("kills");
    this.#wallOffsetMs = life.clock.wallOffsetMs;
    life.clock.kill();
    life.wire?.close();
    const isPowerCut = faults.strikes("powerCut");
    disk.crash(isPowerCut, isPowerCut ? faults.pick("powerCut", 101) / 100 : 1);
    this.#restartLater();
  }

  /** Stops the process for a while, as SIGSTOP does. */
  pause(forMs: number): void {
    const life = this.#life;
    if (life?.clock.isAlive !== true || life.clock.isStopped) return;
    this.#world.trace.note("pause", String(forMs));
    life.clock.stop();
    this.#world.clock.schedule(forMs, () => life.clock.resume());
  }

  jumpWallClock(byMs: number): void {
    const life = this.#life;
    if (life?.clock.isAlive !== true) return;
    this.#world.trace.note("jump", String(byMs));
    life.clock.jump(byMs);
    life.lastJumpAt = this.#world.clock.now();
  }

  /** What a supervisor sees: an engine that has failed is ended, and started again. */
  supervise(): void {
    const life = this.#life;
    const failure = life?.engine?.status().failure;
    if (life?.clock.isAlive !== true || failure === undefined) return;
    if (!failure.code.startsWith("journal."))
      this.#world.laws.broken("the engine lives", `it failed: ${describe(failure)}`);
    this.kill();
  }

  /** Runs something inside the process, if it runs. */
  inside(work: (engine: Engine) => void): void {
    const life = this.#life;
    if (life?.engine === undefined) return;
    const { engine } = life;
    life.clock.schedule(0, () => work(engine));
  }

  async #run(life: Life, journal: DiskJournal): Promise<void> {
    try {
      const engine = await Engine.open(this.#config(life, journal));
      if (!life.clock.isAlive) return;
      life.engine = engine;
      engine.subscribe((event) => this.#world.laws.heard(event, life));
      for (const { account, instrumentId, quantity } of engine.positions())
        this.#world.laws.positionShown(account, instrumentId, quantity);
      this.#world.engineOpened(engine, life.clock);
      await engine.start();
    } catch (error) {
      if (!life.clock.isAlive) return;
      if (codeOf(error)?.startsWith("journal.") !== true)
        this.#world.laws.broken("the engine lives", `it cannot start: ${describe(error)}`);
      this.#killIf(life);
    }
  }

  #config(life: Life, journal: DiskJournal): EngineConfig {
    const { faults, profile, trace, exchange, clock: world, seed, laws } = this.#world;
    const venue = new SimVenue({
      id: VENUE,
      profile,
      faults,
      clock: life.clock,
      instruments: INSTRUMENTS,
      watch: laws.watchOf(life),
      reporting: (report) => {
        const order = report.orderId === undefined ? undefined : laws.model.orders.get(report.orderId);
        this.#world.coverage.report(report, order?.order.status);
      },
      wire: (message, stream) => {
        const random = randomFor(seed, `wire ${this.#lives}`);
        const told = (state: "connected" | "disconnected"): void => {
          life.isStreamUp = state === "connected";
          stream(state);
        };
        life.wire = new Wire({
          world,
          clock: life.clock,
          random,
          faults,
          profile,
          trace,
          exchange,
          message,
          stream: told,
        });
        life.isStreamUp = true;
        return life.wire;
      },
    });
    return {
      journal,
      clock: life.clock,
      random: randomFor(seed, `engine ${this.#lives}`),
      logger: silentLogger,
      venues: [venue],
      accounts: ACCOUNTS.map((id) => ({
        id,
        venue: VENUE,
        orphanPolicy: profile.orphanPolicy,
        ...(profile.staleAfterMs === undefined ? {} : { staleAfterMs: profile.staleAfterMs }),
        ...(profile.deadMan ? { deadManMs: 30_000 } : {}),
        limits: {
          ...(profile.maxPosition === undefined ? {} : { maxPosition: Decimal.fromInteger(profile.maxPosition) }),
          ...(profile.maxOpenOrders === undefined ? {} : { maxOpenOrders: profile.maxOpenOrders }),
        },
      })),
      prices: (instrument) => {
        const { bid, ask } = exchange.bestPrices(instrument);
        const price = bid ?? ask;
        return price === undefined ? undefined : { price, at: life.clock.now() };
      },
      version: "simulated",
      runtimeVersion: "simulated",
      settings: {
        ...SETTINGS,
        venueMessages: messagesOf(profile),
        keepLast: profile.keepLast,
        snapshotEveryEvents: profile.snapshotEveryEvents,
      },
    };
  }

  #killIf(life: Life): void {
    if (this.#life === life) this.kill();
  }

  #restartLater(): void {
    this.#world.clock.schedule(RESTART_AFTER_MS, () => this.start());
  }

  /** Flips a bit of an old record now and then: a commit refuses the start, a snapshot is passed over. @returns where. */
  #rot(): number | undefined {
    const { faults, disk } = this.#world;
    const old = disk.contents().length - 1_000;
    if (old < 1_000 || !faults.strikes("bitRot")) return undefined;
    const position = faults.pick("bitRot", old);
    disk.flipBit(position);
    return position;
  }
}

function codeOf(error: unknown): OrderwrightError["code"] | undefined {
  return error instanceof Fault ? error.code : undefined;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `; ${error.cause.stack ?? error.cause.message}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
