// The official Alpaca client, unmodified, against our server by its own options: engine, paper venue and
// sockets are real, the journal is in memory, and the market is what the test says.

import { Alpaca } from "@alpacahq/alpaca-trade-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Decimal } from "../../src/domain/decimal.ts";
import type { InstrumentId, VenueId } from "../../src/domain/identifiers.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import { Engine } from "../../src/engine/engine.ts";
import { MemoryJournal } from "../../src/journal/memory/memory-journal.ts";
import type { MarketEvent } from "../../src/market-data/market-data.ts";
import { MarketHub } from "../../src/market-data/market-hub.ts";
import { silentLogger } from "../../src/runtime/logger.ts";
import { NodeClock } from "../../src/runtime/node/node-clock.ts";
import { SeededRandom } from "../../src/runtime/random.ts";
import {
  createServer,
  HubMarketView,
  noStrategies,
  type OrderwrightServer,
  TokenStore,
} from "../../src/server/index.ts";
import { MemoryPaperStore } from "../../src/venues/paper/memory-paper-store.ts";
import { PaperVenue } from "../../src/venues/paper/paper-venue.ts";

const VENUE = "paper" as VenueId;
const SYMBOL = "BTC/USDT";
const SECRET = "alpaca-client-secret-0123456789";
const decimal = (text: string): Decimal => Decimal.parse(text);
const INSTRUMENT: Instrument = {
  id: SYMBOL as InstrumentId,
  venue: VENUE,
  kind: "spot",
  base: "BTC",
  quote: "USDT",
  settle: "USDT",
  tickSize: decimal("0.01"),
  lotSize: decimal("0.001"),
  minQuantity: decimal("0.001"),
  minNotional: decimal("0"),
  contractMultiplier: decimal("1"),
  makerFeeRate: decimal("0.0002"),
  takerFeeRate: decimal("0.0005"),
};

interface Update {
  readonly event: string;
  readonly order: { readonly id?: string; readonly status?: string };
  readonly [field: string]: unknown;
}

let engine: Engine;
let server: OrderwrightServer;
let alpaca: Alpaca;
let url: string;
let tell: (event: MarketEvent) => void;

beforeAll(async () => {
  const clock = new NodeClock();
  const venue = PaperVenue.open({
    id: VENUE,
    instruments: [INSTRUMENT],
    clock,
    store: new MemoryPaperStore(VENUE),
    tape: "test",
    random: () => 0.5,
  });
  const hub = new MarketHub();
  let position = 0;
  tell = (event) => {
    hub.publish(event);
    venue.onMarket(event, ++position);
  };
  engine = await Engine.open({
    journal: new MemoryJournal({ defer: setImmediate }),
    clock,
    random: SeededRandom.fromSeed(1),
    logger: silentLogger,
    venues: [venue],
    accounts: [{ id: "main", venue: VENUE }],
    prices: () => ({ price: decimal("100"), at: clock.now() }),
    version: "test",
    runtimeVersion: process.version,
  });
  await engine.start();
  server = await createServer({
    engine,
    market: new HubMarketView(hub, () => ({ description: "test", state: "running", speed: 1, position })),
    strategies: noStrategies,
    tokens: new TokenStore([{ name: "bot", scope: "trade", secret: SECRET }]),
    logger: silentLogger,
    clock,
    mode: "paper",
    version: "test",
    port: 0,
  });
  url = await server.listen();
  alpaca = clientWith(SECRET);
  const level = (price: string) => ({ price: decimal(price), quantity: decimal("5") });
  tell({
    kind: "depth",
    instrumentId: INSTRUMENT.id,
    at: clock.now(),
    bids: [level("100")],
    asks: [level("101")],
    snapshot: true,
  });
});

afterAll(async () => {
  await server.close();
  await engine.stop();
});

function clientWith(secret: string, keyId = "default"): Alpaca {
  return new Alpaca({
    keyId,
    secret,
    rateLimit: false,
    // The facade has no address of its own to set: requests are turned to ours on their way out.
    fetchApi: (target: Parameters<typeof fetch>[0], init?: RequestInit) =>
      fetch(
        String(target instanceof Request ? target.url : target).replace(
          /^https:\/\/(paper-)?api\.alpaca\.markets/,
          url,
        ),
        init,
      ),
  });
}

/** Opens a stream and gathers what comes. */
async function listen(
  client: Alpaca,
): Promise<{ readonly updates: Update[]; next(event: string): Promise<Update>; close(): void }> {
  const updates: Update[] = [];
  const stream = client.trading.stream({ url: `${url.replace("http", "ws")}/stream` });
  const listening = new Promise<void>((resolve, reject) => {
    stream.onConnect(() => stream.subscribeTradeUpdates());
    stream.on("subscription", () => resolve());
    stream.onError((error: unknown) => reject(new Error(String(error))));
  });
  stream.onTradeUpdate((update: unknown) => updates.push(update as Update));
  stream.connect();
  await listening;
  return {
    updates,
    next: async (event) => {
      await expect.poll(() => updates.map((update) => update.event)).toContain(event);
      return updates.find((update) => update.event === event) as Update;
    },
    close: () => stream.disconnect(),
  };
}

const limitBuy = (price: string, clientOrderId?: string) => ({
  symbol: SYMBOL,
  side: "buy" as const,
  qty: "0.5",
  limitPrice: price,
  timeInForce: "gtc" as const,
  ...(clientOrderId === undefined ? {} : { clientOrderId }),
});

async function statusOf(id: string): Promise<string | undefined> {
  return (await alpaca.trading.orders.getOrderByOrderID({ orderId: id })).status;
}

test("the client reads the account, its assets and the clock", async () => {
  const account = await alpaca.trading.account.getAccount();
  expect(account).toMatchObject({ status: "ACTIVE", tradingBlocked: false, cash: "100000", buyingPower: "100000" });
  const assets = await alpaca.trading.assets.getV2Assets();
  expect(assets).toMatchObject([
    { symbol: SYMBOL, _class: "crypto", priceIncrement: "0.01", minTradeIncrement: "0.001" },
  ]);
  const asset = await alpaca.trading.assets.getV2AssetsSymbolOrAssetId({ symbolOrAssetId: SYMBOL });
  expect(asset.id).toBe(assets[0]?.id);
  expect(await alpaca.trading.clock.legacyClock()).toMatchObject({ isOpen: true });
  const days = await alpaca.trading.calendar.legacyCalendar({
    start: new Date("2026-01-01"),
    end: new Date("2026-01-03"),
  });
  expect(days).toHaveLength(3);
});

test("a placed order is found by its id, by the caller's id, and in the list", async () => {
  const placed = await alpaca.trading.orders.limit(limitBuy("90", "my-first-order"));
  expect(placed).toMatchObject({ status: "pending_new", symbol: SYMBOL, qty: "0.5", limitPrice: "90", filledQty: "0" });
  const id = String(placed.id);
  await expect.poll(() => statusOf(id)).toBe("new");
  const byClientId = await alpaca.trading.orders.getOrderByClientOrderId({ clientOrderId: "my-first-order" });
  expect(byClientId).toMatchObject({ id, clientOrderId: "my-first-order" });
  const open = await alpaca.trading.orders.getAllOrders({ status: "open", symbols: ["BTCUSDT"] });
  expect(open.map((order) => order.id)).toContain(id);
  await alpaca.trading.orders.deleteOrderByOrderID({ orderId: id });
  await expect.poll(() => statusOf(id)).toBe("canceled");
});

test("each replace is an order of its own, linked to the one before it, and any of the ids finds it", async () => {
  const first = await alpaca.trading.orders.limit(limitBuy("91", "rev-0"));
  const firstId = String(first.id);
  await expect.poll(() => statusOf(firstId)).toBe("new");
  const second = await alpaca.trading.orders.patchOrderByOrderId({
    orderId: firstId,
    patchOrderRequest: { qty: "0.7", limitPrice: "92", clientOrderId: "rev-1" },
  });
  const secondId = String(second.id);
  expect(secondId).not.toBe(firstId);
  expect(second).toMatchObject({ replaces: firstId, qty: "0.7", limitPrice: "92", clientOrderId: "rev-1" });
  await expect.poll(() => statusOf(secondId)).toBe("new");
  const old = await alpaca.trading.orders.getOrderByOrderID({ orderId: firstId });
  expect(old).toMatchObject({
    status: "replaced",
    replacedBy: secondId,
    qty: "0.5",
    limitPrice: "91",
    clientOrderId: "rev-0",
  });
  expect(old.replacedAt).toBeInstanceOf(Date);
  expect(await alpaca.trading.orders.getOrderByClientOrderId({ clientOrderId: "rev-0" })).toMatchObject({
    id: firstId,
  });
  expect(await alpaca.trading.orders.getOrderByClientOrderId({ clientOrderId: "rev-1" })).toMatchObject({
    id: secondId,
  });
  const open = (await alpaca.trading.orders.getAllOrders({ status: "open" })).map((order) => order.id);
  expect(open).toContain(secondId);
  expect(open).not.toContain(firstId);
  await alpaca.trading.orders.deleteOrderByOrderID({ orderId: secondId });
  await expect.poll(() => statusOf(secondId)).toBe("canceled");
});

test("the stream tells of an order's life, once each", async () => {
  const stream = await listen(alpaca);
  const placed = await alpaca.trading.orders.limit(limitBuy("93"));
  await stream.next("new");
  await alpaca.trading.orders.patchOrderByOrderId({
    orderId: String(placed.id),
    patchOrderRequest: { limitPrice: "94" },
  });
  await stream.next("replaced");
  await alpaca.trading.orders.deleteAllOrders();
  await stream.next("canceled");
  stream.close();
  expect(stream.updates.map((update) => update.event)).toEqual([
    "pending_new",
    "new",
    "pending_replace",
    "replaced",
    "new",
    "pending_cancel",
    "canceled",
  ]);
  const replaced = stream.updates.find((update) => update.event === "replaced");
  expect(replaced?.order).toMatchObject({ id: placed.id, status: "replaced" });
  const executions = stream.updates.map((update) => update["executionId"]);
  expect(new Set(executions).size).toBe(executions.length);
});

test("a fill becomes an update, an activity, a position, and the position is closed by a market order", async () => {
  const stream = await listen(alpaca);
  const placed = await alpaca.trading.orders.market({ symbol: SYMBOL, side: "buy", qty: "0.4", timeInForce: "ioc" });
  const fill = await stream.next("fill");
  expect(fill).toMatchObject({ price: "101", qty: "0.4", positionQty: "0.4" });
  expect(fill.order).toMatchObject({ id: placed.id, status: "filled", filledQty: "0.4", filledAvgPrice: "101" });
  const activities = await alpaca.trading.accountActivities.getAccountActivities();
  expect(activities[0]).toMatchObject({
    activity_type: "FILL",
    order_id: placed.id,
    price: "101",
    qty: "0.4",
    side: "buy",
  });
  expect(await alpaca.trading.positions.getAllOpenPositions()).toMatchObject([
    { symbol: SYMBOL, qty: "0.4", avgEntryPrice: "101", side: "long", costBasis: "40.4" },
  ]);
  const position = await alpaca.trading.positions.getOpenPosition({ symbolOrAssetId: SYMBOL });
  expect(position.symbol).toBe(SYMBOL);
  const closing = await alpaca.trading.positions.deleteOpenPosition({ symbolOrAssetId: "BTCUSDT" });
  await expect.poll(() => statusOf(String(closing.id))).toBe("filled");
  stream.close();
});

test("errors are the client's own classes, with Alpaca's codes", async () => {
  const orders = alpaca.trading.orders;
  await expect(orders.getOrderByOrderID({ orderId: "00000000-0000-4000-8000-000000000000" })).rejects.toMatchObject({
    name: "NotFoundError",
    code: 40410000,
  });
  await expect(orders.limit(limitBuy("90.001"))).rejects.toMatchObject({ name: "ValidationError", code: 42210000 });
  await expect(orders.market({ symbol: "NOPE", side: "buy", qty: "1" })).rejects.toMatchObject({
    status: 422,
    code: 42210000,
  });
  const placed = await orders.limit(limitBuy("90", "taken"));
  await expect(orders.limit(limitBuy("89", "taken"))).rejects.toMatchObject({ status: 422, code: 40010001 });
  await orders.deleteOrderByOrderID({ orderId: String(placed.id) });
  await expect.poll(() => statusOf(String(placed.id))).toBe("canceled");
  await expect(orders.deleteOrderByOrderID({ orderId: String(placed.id) })).rejects.toMatchObject({
    code: 42210000,
    message: expect.stringContaining('order is already in "canceled" state') as string,
  });
  await expect(clientWith("a-wrong-secret-0123456789").trading.account.getAccount()).rejects.toMatchObject({
    name: "AuthError",
    code: 40110000,
  });
  await expect(clientWith(SECRET, "nobody").trading.account.getAccount()).rejects.toMatchObject({
    name: "PermissionError",
    code: 40310000,
  });
});

test("a wrong secret on the stream ends it without a reconnect", async () => {
  const stream = clientWith("a-wrong-secret-0123456789").trading.stream({ url: `${url.replace("http", "ws")}/stream` });
  const result = stream.whenAuthenticated();
  stream.connect();
  expect(await result).toMatchObject({ authenticated: false });
  stream.disconnect();
});
