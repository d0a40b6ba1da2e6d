// The grid on a real engine over a scripted venue and a virtual clock: one order a slot, through fills,
// moves of the market, restarts and refusals.

import { describe, expect, test } from "vitest";
import { Decimal } from "../domain/decimal.ts";
import type { VenueOrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import { BTC } from "../engine/testing/scripted-venue.ts";
import { createTestEngine, type TestEngine, type TestEngineOptions } from "../engine/testing/test-engine.ts";
import { MarketHub } from "../market-data/market-hub.ts";
import { silentLogger } from "../runtime/logger.ts";
import type { VenueOrder } from "../venues/venue.ts";
import { type GridParameters, GridStrategy } from "./grid.ts";

/** A step of 1 % around 1000: the levels are 990 and 1010, 980 and 1020, … */
const PARAMETERS: GridParameters = {
  name: "grid",
  instrumentId: BTC.id,
  levels: 1,
  step: Decimal.parse("0.01"),
  quantity: Decimal.parse("0.1"),
  followAfterSteps: 2,
  maintainEveryMs: 100,
};

interface Grid extends TestEngine {
  readonly grid: GridStrategy;
  /** The market's middle is here now; what the grid does about it is done when this resolves. */
  quote(mid: number): Promise<void>;
  /** Each open order as `side quantity @ price`, in the order of the prices. */
  open(): string[];
  /** The only open order of a side. */
  only(side: "buy" | "sell"): Order | undefined;
}

async function startGrid(changes: Partial<GridParameters> = {}, options: TestEngineOptions = {}): Promise<Grid> {
  const desk = await createTestEngine(options);
  const { engine, clock } = desk;
  const market = new MarketHub();
  const grid = new GridStrategy({ ...PARAMETERS, ...changes });
  grid.start({ engine, market, clock, logger: silentLogger, account: "main" });
  desk.venue.onReplace = ({ orderId, quantity, price }) => {
    const order = engine.find(orderId);
    const replace = { ...(quantity === undefined ? {} : { quantity }), ...(price === undefined ? {} : { price }) };
    if (order !== undefined) desk.venue.say(order, { kind: "replaced", replace });
    return { kind: "accepted" };
  };
  desk.venue.onCancel = ({ orderId }) => {
    const order = engine.find(orderId);
    if (order !== undefined) desk.venue.say(order, { kind: "ended", status: "canceled", reason: "requested" });
    return { kind: "accepted" };
  };
  const quantity = Decimal.one;
  return {
    ...desk,
    grid,
    quote: async (mid) => {
      await desk.pass(PARAMETERS.maintainEveryMs);
      const [bid, ask] = [mid - 0.5, mid + 0.5].map((price) => ({ price: Decimal.parse(String(price)), quantity }));
      market.publish({ kind: "quote", instrumentId: BTC.id, at: clock.now(), ...(bid && ask ? { bid, ask } : {}) });
      await desk.settle();
    },
    open: () =>
      [...engine.activeOrders()]
        .sort((a, b) => (a.price as Decimal).cmp(b.price as Decimal))
        .map((order) => `${order.side} ${order.quantity} @ ${order.price}`),
    only: (side) => {
      const [order, ...others] = engine.activeOrders({ side });
      expect(others).toEqual([]);
      return order;
    },
  };
}

async function fill(grid: Grid, order: Order | undefined, quantity = "0.1"): Promise<void> {
  if (order === undefined) throw new Error("There is no such order to fill.");
  grid.venue.fill(order, quantity, String(order.price));
  await grid.settle();
}

const placedBy = (grid: Grid): number => grid.venue.sent.filter(({ kind }) => kind === "place").length;

test("each slot has one order, on its side of the middle and on the tick grid", async () => {
  const grid = await startGrid({ levels: 2 });
  await grid.quote(1000.05);
  expect(grid.open()).toEqual(["buy 0.1 @ 980", "buy 0.1 @ 990", "sell 0.1 @ 1010.1", "sell 0.1 @ 1020.1"]);
  for (let look = 0; look < 10; look++) await grid.quote(1000 + look);
  expect(placedBy(grid)).toBe(4);
  expect(grid.grid.status()).toMatchObject({ state: "running", ordersOpen: 4 });
});

test("before the market has spoken nothing is placed", async () => {
  const grid = await startGrid();
  await grid.pass(1_000);
  expect(grid.open()).toEqual([]);
  expect(grid.grid.status()).toMatchObject({ state: "starting" });
});

test("an entry that fills is followed by its exit a step away, and the exit by the entry", async () => {
  const grid = await startGrid();
  await grid.quote(1000);
  expect(grid.open()).toEqual(["buy 0.1 @ 990", "sell 0.1 @ 1010"]);
  await fill(grid, grid.only("buy"));
  expect(grid.open()).toEqual(["sell 0.1 @ 999.9", "sell 0.1 @ 1010"]);
  const [exit] = grid.engine.activeOrders({ side: "sell" }).filter((order) => String(order.price) === "999.9");
  await fill(grid, exit);
  expect(grid.open()).toEqual(["buy 0.1 @ 990", "sell 0.1 @ 1010"]);
  expect(grid.grid.status().facts).toMatchObject({ filledEntries: 1, filledExits: 1 });
});

test("an order that fills in parts keeps its slot until it is full", async () => {
  const grid = await startGrid();
  await grid.quote(1000);
  const entry = grid.only("buy");
  await fill(grid, entry, "0.04");
  await grid.quote(1001);
  expect(grid.open()).toEqual(["buy 0.1 @ 990", "sell 0.1 @ 1010"]);
  await fill(grid, entry, "0.06");
  expect(grid.open()).toEqual(["sell 0.1 @ 999.9", "sell 0.1 @ 1010"]);
});

describe("when the market leaves the center", () => {
  test("untouched entries follow by a replace, and stay the same orders", async () => {
    const grid = await startGrid({ followAfterSteps: 1 });
    await grid.quote(1000);
    const ids = grid.engine.activeOrders().map((order) => order.id);
    await grid.quote(1010);
    expect(grid.open()).toEqual(["buy 0.1 @ 990", "sell 0.1 @ 1010"]);
    await grid.quote(1011);
    expect(grid.open()).toEqual(["buy 0.1 @ 1000.8", "sell 0.1 @ 1021.2"]);
    expect(grid.engine.activeOrders().map((order) => order.id)).toEqual(ids);
    expect(grid.venue.sent.map(({ kind }) => kind)).toEqual(["place", "place", "replace", "replace"]);
  });

  test("an entry that would meet the other side's old order follows a moment later", async () => {
    const grid = await startGrid();
    await grid.quote(1000);
    await grid.quote(1050);
    expect(grid.open()).toEqual(["buy 0.1 @ 990", "sell 0.1 @ 1060.5"]);
    await grid.pass(1_000);
    await grid.quote(1050);
    expect(grid.open()).toEqual(["buy 0.1 @ 1039.5", "sell 0.1 @ 1060.5"]);
  });

  test("a replace that the venue refuses is tried again later, and later each time", async () => {
    const grid = await startGrid();
    await grid.quote(1000);
    grid.venue.onReplace = () => ({ kind: "rejected", reason: "other" });
    for (let look = 0; look < 100; look++) await grid.quote(1050);
    const replaces = grid.venue.sent.filter(({ kind }) => kind === "replace");
    expect(replaces.length).toBeGreaterThan(2);
    expect(replaces.length).toBeLessThanOrEqual(2 * 5);
  });

  test("an entry that has begun to fill is canceled, and its part exits", async () => {
    const grid = await startGrid();
    await grid.quote(1000);
    await fill(grid, grid.only("buy"), "0.04");
    await grid.quote(1050);
    expect(grid.open()).toEqual(["sell 0.04 @ 999.9", "sell 0.1 @ 1060.5"]);
  });

  test("exits stay where they are", async () => {
    const grid = await startGrid();
    await grid.quote(1000);
    await fill(grid, grid.only("buy"));
    await grid.quote(1100);
    expect(grid.open()).toContain("sell 0.1 @ 999.9");
  });
});

test("the rest of an exit that was canceled is placed again; one that is too small ends the exit", async () => {
  const grid = await startGrid();
  await grid.quote(1000);
  await fill(grid, grid.only("buy"));
  const exitOf = (): Order | undefined => grid.engine.activeOrders().find((order) => String(order.price) === "999.9");
  await fill(grid, exitOf(), "0.06");
  await grid.engine.cancel(exitOf()?.id ?? "");
  await grid.settle();
  expect(grid.open()).toEqual(["sell 0.04 @ 999.9", "sell 0.1 @ 1010"]);
  await fill(grid, exitOf(), "0.039");
  await grid.engine.cancel(exitOf()?.id ?? "");
  await grid.settle();
  expect(grid.open()).toEqual(["buy 0.1 @ 990", "sell 0.1 @ 1010"]);
});

describe("after a restart", () => {
  /** As after a kill: the venue has what it had, and the grid begins anew. */
  async function restart(before: Grid): Promise<Grid> {
    const working = before.engine.activeOrders().map(asVenueOrder);
    before.venue.onOpenOrders = () => ({ kind: "found", value: working });
    return startGrid({}, { journal: before.journal.crash(), venue: before.venue });
  }

  test("live orders are taken up again, and none is placed twice", async () => {
    const before = await startGrid();
    await before.quote(1000);
    const after = await restart(before);
    await after.quote(1003);
    expect(after.open()).toEqual(["buy 0.1 @ 990", "sell 0.1 @ 1010"]);
    expect(placedBy(after)).toBe(2);
    await after.quote(960);
    await after.pass(1_000);
    await after.quote(960);
    expect(after.open()).toEqual(["buy 0.1 @ 950.4", "sell 0.1 @ 969.6"]);
    expect(placedBy(after)).toBe(2);
  });

  test("a slot whose entry had filled goes on with its exit", async () => {
    const before = await startGrid();
    await before.quote(1000);
    await fill(before, before.only("buy"));
    const exit = before.open();
    const after = await restart(before);
    await after.quote(1000);
    expect(after.open()).toEqual(exit);
    const [first] = after.engine.activeOrders().filter((order) => String(order.price) === "999.9");
    await fill(after, first);
    expect(after.open()).toEqual(["buy 0.1 @ 990", "sell 0.1 @ 1010"]);
  });

  test("a slot that was empty is filled again, with an id that no order ever had", async () => {
    const before = await startGrid();
    await before.quote(1000);
    await before.grid.stop({ cancelOrders: false });
    await fill(before, before.only("buy"));
    const after = await restart(before);
    await after.quote(1000);
    expect(after.open()).toEqual(["sell 0.1 @ 999.9", "sell 0.1 @ 1010"]);
    const ids = after.engine.orders().map((order) => order.clientOrderId);
    expect(new Set(ids).size).toBe(3);
  });

  test("another grid's orders are left alone", async () => {
    const before = await startGrid({ name: "other" });
    await before.quote(1000);
    const after = await restart(before);
    await after.quote(1000);
    expect(after.open()).toHaveLength(4);
  });
});

function asVenueOrder(order: Order): VenueOrder {
  const { account, venueOrderId, instrumentId, side, orderType, timeInForce, postOnly, reduceOnly } = order;
  return {
    account,
    clientOrderId: order.id,
    venueOrderId: venueOrderId as VenueOrderId,
    instrumentId,
    side,
    orderType,
    timeInForce,
    postOnly,
    reduceOnly,
    status: "working",
    cumulativeQuantity: order.cumulativeQuantity,
    venueAt: 1,
    ...(order.quantity === undefined ? {} : { quantity: order.quantity }),
    ...(order.price === undefined ? {} : { price: order.price }),
  };
}

describe("an order that is refused", () => {
  test("by our own checks is asked for again later, and later each time", async () => {
    const grid = await startGrid();
    await grid.engine.setTradingState("halted", { by: "test", reason: "test" });
    for (let look = 0; look < 600; look++) await grid.quote(1000);
    const denied = [...grid.journal.read(0)].filter((event) => event.type === "orderDenied").length;
    expect(denied).toBeGreaterThan(4);
    expect(denied).toBeLessThanOrEqual(2 * 7);
    await grid.engine.setTradingState("active", { by: "test", reason: "test" });
    await grid.pass(60_000);
    await grid.quote(1000);
    expect(grid.open()).toEqual(["buy 0.1 @ 990", "sell 0.1 @ 1010"]);
  });

  test("by the venue does not go round in a circle", async () => {
    const grid = await startGrid();
    grid.venue.onPlace = () => ({ kind: "rejected", reason: "other" });
    for (let look = 0; look < 20; look++) await grid.quote(1000);
    expect(placedBy(grid)).toBe(2 * 2);
  });
});

test("a stop leaves orders resting, or cancels them, and then places nothing any more", async () => {
  const grid = await startGrid();
  await grid.quote(1000);
  await grid.grid.stop({ cancelOrders: true });
  await grid.quote(1100);
  expect(grid.open()).toEqual([]);
  expect(placedBy(grid)).toBe(2);
  expect(grid.grid.status()).toMatchObject({ state: "stopped", ordersOpen: 0 });
});

test("a stop waits for orders that are being placed, and cancels them too", async () => {
  const grid = await startGrid();
  const looking = grid.quote(1000);
  await grid.pass(PARAMETERS.maintainEveryMs);
  await grid.grid.stop({ cancelOrders: true });
  await looking;
  expect(grid.open()).toEqual([]);
});

test("an instrument that the venue does not list is a configuration error", async () => {
  await expect(startGrid({ instrumentId: "DOGE/USDT" })).rejects.toMatchObject({
    code: "config.invalid",
    message: "The strategy grid cannot trade DOGE/USDT: the venue of main lists BTC/USDT.",
  });
});
