// A whole desk in this process: modes, strategies, the stop, and what happens to files when a part cannot
// be opened. As a process of its own it is tested in test/e2e/.

import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Decimal } from "../domain/decimal.ts";
import type { Order } from "../domain/order.ts";
import { unwrap } from "../domain/result.ts";
import type { OrderRequest } from "../engine/engine-api.ts";
import { FIXTURE_CAPTURE } from "../market-data/feeds/testing/fixture.ts";
import type { Strategy, StrategyContext } from "../strategies/strategy.ts";
import { FillDigest } from "./fill-digest.ts";
import { type Desk, type DeskConfig, openDesk } from "./open-desk.ts";

const RESTING: OrderRequest = {
  instrumentId: "BTC/USDT",
  side: "buy",
  orderType: "limit",
  quantity: "0.01",
  price: "30000",
};
const MARKET_BUY: OrderRequest = { instrumentId: "BTC/USDT", side: "buy", orderType: "market", quantity: "0.01" };
const REPLAY = { kind: "replay", file: FIXTURE_CAPTURE, speed: "max" } as const;

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "orderwright-desk-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

async function startDesk(config: DeskConfig = {}): Promise<Desk> {
  const desk = await openDesk(config);
  onTestFinished(async () => void (await desk.stop()));
  await desk.start();
  return desk;
}

async function submit(desk: Desk, request: OrderRequest): Promise<Order> {
  const handle = unwrap(await desk.engine.submit(request));
  return unwrap(await handle.acknowledged({ timeoutMs: 5_000 }));
}

/** A strategy that writes down what becomes of it. */
class Diary implements Strategy {
  readonly name = "diary";
  readonly entries: string[] = [];
  readonly #onStart: (context: StrategyContext) => void;
  constructor(onStart: (context: StrategyContext) => void = () => undefined) {
    this.#onStart = onStart;
  }
  start(context: StrategyContext): void {
    this.entries.push(`started on ${context.account}, engine ${context.engine.status().phase}`);
    context.market.subscribe(() => {
      if (this.entries.at(-1) !== "heard the market") this.entries.push("heard the market");
    });
    this.#onStart(context);
  }
  async stop(options: { readonly cancelOrders: boolean }): Promise<void> {
    this.entries.push(`stopped, cancelOrders ${options.cancelOrders}`);
  }
  status(): ReturnType<Strategy["status"]> {
    throw new Error("Nobody asks.");
  }
}

describe("a dry run", () => {
  test("fills at once, by the market's price, and has no venue's store", async () => {
    const dataDir = join(await temporaryDirectory(), "data");
    const desk = await startDesk({ mode: "dryRun", dataDir });
    await expect.poll(() => desk.market.view("BTC/USDT" as never)?.mid).toBeDefined();
    const order = await submit(desk, MARKET_BUY);
    expect(order).toMatchObject({ status: "filled", venue: "dryRun" });
    expect(order.averagePrice()?.isPositive()).toBe(true);
    expect(desk.mode).toBe("dryRun");
    expect(desk.engine.status().venues).toMatchObject([{ mode: "dryRun" }]);
    expect([existsSync(join(dataDir, "journal.db")), existsSync(join(dataDir, "paper.db"))]).toEqual([true, false]);
  });
});

describe("a dead-man switch", () => {
  const accounts = [{ id: "main", deadManMs: 10_000 }];

  test("is kept wound at the paper venue, and unwound by the stop", async () => {
    const desk = await startDesk({ accounts });
    const status = () => desk.engine.status().accounts[0]?.deadMan;
    await expect.poll(() => status()?.state).toBe("wound");
    expect(status()).toMatchObject({ timeoutMs: 10_000, scope: "ours" });
    await desk.stop();
    expect(status()?.state).toBe("unwound");
  });

  test("cannot be asked of a dry run, which has none", async () => {
    const problems = ["accounts.main.deadManMs: dryRun has no dead-man switch; leave it out"];
    await expect(openDesk({ mode: "dryRun", accounts })).rejects.toMatchObject({
      code: "config.invalid",
      details: { problems },
    });
  });
});

describe("strategies", () => {
  test("start once orders are taken, before the tape moves, and stop before anything else", async () => {
    const diary = new Diary();
    let heardOf: readonly string[] = [];
    const desk = await openDesk({
      market: REPLAY,
      strategies: (instrumentIds) => {
        heardOf = instrumentIds;
        return [{ strategy: diary, account: "main" }];
      },
    });
    expect(diary.entries).toEqual([]);
    await desk.start();
    await desk.player.finished;
    await desk.stop();
    expect(heardOf).toEqual(["BTC/USDT"]);
    expect(diary.entries).toEqual(["started on main, engine ready", "heard the market", "stopped, cancelOrders false"]);
  });

  test("one that cannot start ends the start, and the desk can still be stopped", async () => {
    const diary = new Diary(() => {
      throw new Error("no such instrument");
    });
    const desk = await openDesk({ strategies: () => [{ strategy: diary, account: "main" }] });
    await expect(desk.start()).rejects.toThrow("no such instrument");
    expect(await desk.stop()).toEqual([]);
  });
});

describe("a stop", () => {
  test("leaves orders resting, says which, and the next desk finds them", async () => {
    const dataDir = await temporaryDirectory();
    const first = await startDesk({ dataDir });
    const { id } = await submit(first, RESTING);
    expect((await first.stop()).map((order) => order.id)).toEqual([id]);
    const second = await startDesk({ dataDir });
    const epoch = first.engine.status().epoch + 1;
    expect(second.engine.status()).toMatchObject({ phase: "ready", epoch, previousStopUnclean: false });
    expect(second.engine.find(id)).toMatchObject({ status: "acknowledged" });
  });

  test("cancels what is ours when it is told to", async () => {
    const desk = await startDesk();
    const order = await submit(desk, RESTING);
    expect(await desk.stop({ restingOrders: "cancelOurs" })).toEqual([]);
    expect(order.status).toBe("canceled");
  });

  test("takes no orders any more, and a second one changes nothing", async () => {
    const desk = await startDesk();
    await submit(desk, RESTING);
    const open = await desk.stop();
    expect(await desk.engine.submit(RESTING)).toMatchObject({ ok: false, error: { code: "engine.stopping" } });
    expect(await desk.stop()).toEqual(open);
  });

  test("comes before the start as well", async () => {
    const desk = await openDesk({ dataDir: await temporaryDirectory() });
    expect(await desk.stop()).toEqual([]);
  });
});

describe("what cannot be opened", () => {
  test.each([
    ["a name that is no account's", { accounts: [{ id: "no name" }] }, "config.invalid"],
    ["a capture that is not there", { market: { ...REPLAY, file: "/nowhere.gz" } }, "marketData.unreadable"],
  ] as const)("%s is told, and lets go of the files", async (_what, config, code) => {
    const dataDir = await temporaryDirectory();
    await expect(openDesk({ ...config, dataDir })).rejects.toMatchObject({ code });
    const desk = await startDesk({ dataDir });
    expect(desk.engine.status().phase).toBe("ready");
  });

  test("a journal of one mode is refused in the other, and nothing of it changes", async () => {
    const dataDir = await temporaryDirectory();
    const dryRun = await startDesk({ dataDir, mode: "dryRun" });
    const { position } = dryRun.engine.status();
    await dryRun.stop();
    await expect(openDesk({ dataDir })).rejects.toMatchObject({
      code: "config.invalid",
      message: expect.stringContaining("dryRun"),
    });
    const again = await startDesk({ dataDir, mode: "dryRun" });
    expect(again.engine.status().position).toBeGreaterThanOrEqual(position);
  });

  test("a venue's store of somebody else is told, and lets go of the journal", async () => {
    const dataDir = await temporaryDirectory();
    await writeFile(join(dataDir, "paper.db"), "Dear diary,\n".repeat(100));
    await expect(openDesk({ dataDir })).rejects.toMatchObject({ code: "journal.foreignFile" });
    await rm(join(dataDir, "paper.db"));
    await startDesk({ dataDir });
  });
});

test("time never goes back from one run to the next, and the market goes on where it was", async () => {
  const dataDir = await temporaryDirectory();
  const first = await startDesk({ dataDir });
  await expect.poll(() => first.player.progress().position, { timeout: 5_000 }).toBeGreaterThan(3);
  await first.stop();
  const second = await startDesk({ dataDir });
  expect(second.player.progress().position).toBeGreaterThan(3);
  const instants = Array.from(second.engine.events(0), (event) => event.at);
  expect(second.engine.status().epoch).toBe(first.engine.status().epoch + 1);
  expect(instants).toEqual(instants.toSorted((a, b) => a - b));
});

test("equal fills give equal digests, whatever the orders are called; another fill gives another", async () => {
  const digestOf = async (quantity: string, clientOrderId: string): Promise<string> => {
    const buy = ({ engine }: StrategyContext): void =>
      void engine.submit({ ...MARKET_BUY, quantity: Decimal.parse(quantity), clientOrderId });
    const diary = new Diary(buy);
    const desk = await openDesk({ market: REPLAY, strategies: () => [{ strategy: diary, account: "main" }] });
    const digest = new FillDigest(desk.engine);
    await desk.start();
    await desk.player.finished;
    await desk.stop();
    expect(digest.fills).toBeGreaterThan(0);
    return digest.toString();
  };
  const first = await digestOf("0.01", "a");
  expect(await digestOf("0.01", "b")).toBe(first);
  expect(await digestOf("0.02", "c")).not.toBe(first);
});
