// Every rule just below, at and above its limit; what exits may pass; what cannot be computed.
// The laws that hold for all orders and limits are in check-order.property.test.ts.

import { describe, expect, test } from "vitest";
import type { InstrumentId, OrderId } from "../../domain/identifiers.ts";
import type { OrderTerms } from "../../domain/order-event.ts";
import { checkOrder, checkReplace } from "./check-order.ts";
import { fingerprintOf } from "./order-value.ts";
import type { RiskLimits } from "./risk-limits.ts";
import { BTC, d, market, terms, viewOf, type World, workingOrder } from "./testing/fixtures.ts";

interface Case {
  readonly name: string;
  readonly terms: OrderTerms;
  readonly limits?: RiskLimits;
  readonly world?: World;
  /** The code of the denial; absent when the order passes. */
  readonly code?: string;
  /** A part of the message. */
  readonly says?: string;
}

function check(cases: readonly Case[]): void {
  test.each(cases)("$name", ({ terms: asked, limits = {}, world = {}, code, says }) => {
    const denial = checkOrder(asked, viewOf(world), limits);
    expect(denial?.code).toBe(code);
    if (says !== undefined) expect(denial?.message).toContain(says);
  });
}

const buy = (quantity: string, price = "100"): OrderTerms => terms({ quantity: d(quantity), price: d(price) });
const sell = (quantity: string, price = "100"): OrderTerms =>
  terms({ side: "sell", quantity: d(quantity), price: d(price) });
const exit = (quantity: string, price = "100"): OrderTerms =>
  terms({ side: "sell", quantity: d(quantity), price: d(price), reduceOnly: true });
const notionalMarket = (side: "buy" | "sell", notional: string): OrderTerms =>
  terms({
    side,
    orderType: "market",
    timeInForce: "ioc",
    notional: d(notional),
    quantity: undefined,
    price: undefined,
  });
const parentOrderId = "OWRmain0000L000100000001" as OrderId;

describe("without limits", () => {
  check([
    { name: "an order passes", terms: buy("1") },
    { name: "a market order passes without a reference price", terms: market("buy", "1"), world: { reference: null } },
  ]);
});

describe("trading states", () => {
  const halted: World = { position: "5", change: { tradingState: "halted", tradingStateReason: "drill" } };
  const reducing: World = { position: "5", change: { tradingState: "reducing" } };
  const blocked: World = { position: "5", change: { entriesBlockedBecause: "late fill on x" } };
  check([
    { name: "halted denies an entry and says why", terms: buy("1"), world: halted, code: "risk.halted", says: "drill" },
    { name: "halted denies what reduces", terms: sell("1"), world: halted, code: "risk.halted" },
    { name: "halted denies a reduce-only exit", terms: exit("1"), world: halted, code: "risk.halted" },
    { name: "reducing denies an entry", terms: buy("1"), world: reducing, code: "risk.reducingOnly" },
    { name: "reducing lets the whole position be sold", terms: sell("5"), world: reducing },
    {
      name: "reducing denies a sell that turns the position, and says what is left",
      terms: sell("5.001"),
      world: reducing,
      code: "risk.reducingOnly",
      says: "leaves 5",
    },
    {
      name: "reducing counts the sells that are open already",
      terms: sell("2.001"),
      world: { ...reducing, open: [workingOrder({ side: "sell", quantity: d("3"), price: d("120") })] },
      code: "risk.reducingOnly",
      says: "leaves 2",
    },
    {
      name: "reducing lets through what the open sells leave",
      terms: sell("2"),
      world: { ...reducing, open: [workingOrder({ side: "sell", quantity: d("3"), price: d("120") })] },
    },
    {
      name: "reducing counts an open replace at the larger quantity",
      terms: sell("2"),
      world: {
        ...reducing,
        open: [workingOrder({ side: "sell", quantity: d("3"), price: d("120") }, { pending: { quantity: d("4") } })],
      },
      code: "risk.reducingOnly",
    },
    { name: "reducing lets a short position be bought back", terms: buy("5"), world: { ...reducing, position: "-5" } },
    {
      name: "reducing denies every order of a flat account",
      terms: sell("1"),
      world: { ...reducing, position: "0" },
      code: "risk.reducingOnly",
    },
    {
      name: "blocked entries deny an entry and say why",
      terms: buy("1"),
      world: blocked,
      code: "risk.reducingOnly",
      says: "late fill on x",
    },
    { name: "blocked entries let what reduces pass", terms: sell("5"), world: blocked },
    {
      name: "reducing denies a market order sized by notional that cannot be valued",
      terms: notionalMarket("sell", "100"),
      world: { ...reducing, reference: null },
      code: "risk.reducingOnly",
    },
  ]);
});

describe("reduce-only truth", () => {
  const held: World = { position: "5", open: [workingOrder({ side: "sell", quantity: d("3"), price: d("120") })] };
  check([
    { name: "passes up to what the other closing orders leave", terms: exit("2"), world: held },
    {
      name: "is denied beyond that, and says what is left",
      terms: exit("2.001"),
      world: held,
      code: "risk.reduceOnly",
      says: "leaves 2",
    },
    { name: "is denied without a position", terms: exit("1"), code: "risk.reduceOnly", says: "no sell reduces it" },
    {
      name: "is denied in the direction of the position",
      terms: terms({ reduceOnly: true }),
      world: held,
      code: "risk.reduceOnly",
    },
    {
      name: "buys back a short position",
      terms: terms({ reduceOnly: true, quantity: d("5") }),
      world: { position: "-5" },
    },
    {
      name: "values a notional at the reference price: exactly the position",
      terms: { ...notionalMarket("sell", "500"), reduceOnly: true },
      world: { position: "5" },
    },
    {
      name: "values a notional at the reference price: above the position",
      terms: { ...notionalMarket("sell", "500.01"), reduceOnly: true },
      world: { position: "5" },
      code: "risk.reduceOnly",
    },
    {
      name: "is denied when a notional cannot be valued",
      terms: { ...notionalMarket("sell", "1"), reduceOnly: true },
      world: { position: "5", reference: null },
      code: "risk.noReferencePrice",
    },
  ]);
});

describe("what exits pass", () => {
  const everythingExhausted: RiskLimits = {
    allowedInstruments: ["ETH/USDT" as InstrumentId],
    maxOrderQuantity: d("1"),
    maxOrderNotional: d("1"),
    maxOrderRate: { count: 1, windowMs: 1_000 },
    maxMessageRate: { count: 1, windowMs: 1_000 },
    maxOpenOrders: 0,
    maxPosition: d("0"),
    maxExposure: d("0"),
    maxDailyLoss: d("0"),
  };
  const used = { count: 1, freeInMs: 500 };
  const world: World = { position: "5", change: { openOrders: 9, orderRate: () => used, messageRate: () => used } };
  const sumsExhausted: RiskLimits = {
    maxOpenOrders: 0,
    maxPosition: d("0"),
    maxExposure: d("0"),
    maxDailyLoss: d("0"),
    allowedInstruments: [],
  };
  check([
    {
      name: "a reduce-only exit passes every limit meant for entries",
      terms: exit("5"),
      limits: everythingExhausted,
      world,
    },
    { name: "a sell that only reduces passes the account's sums", terms: sell("5"), limits: sumsExhausted, world },
    {
      name: "a sell that turns the position does not",
      terms: sell("5.001"),
      limits: { maxPosition: d("0") },
      world,
      code: "risk.maxPosition",
    },
    {
      name: "a sell that only reduces keeps to the size of an order",
      terms: sell("5"),
      limits: { maxOrderQuantity: d("1") },
      world,
      code: "risk.maxQuantity",
    },
    {
      name: "a reduce-only exit keeps to the price collar",
      terms: exit("5", "89.5"),
      limits: { priceCollarBps: 1_000 },
      world,
      code: "risk.priceCollar",
    },
    {
      name: "a reduce-only limit passes the collar without a reference price",
      terms: exit("5", "1"),
      limits: { priceCollarBps: 0 },
      world: { ...world, reference: null },
    },
  ]);
});

describe("allowed instruments", () => {
  check([
    {
      name: "one on the list passes",
      terms: buy("1"),
      limits: { allowedInstruments: ["ETH/USDT" as InstrumentId, BTC.id] },
    },
    {
      name: "one off the list is denied, and the list named",
      terms: buy("1"),
      limits: { allowedInstruments: ["ETH/USDT" as InstrumentId] },
      code: "risk.instrumentNotAllowed",
      says: "ETH/USDT may be",
    },
    {
      name: "an empty list allows none",
      terms: buy("1"),
      limits: { allowedInstruments: [] },
      code: "risk.instrumentNotAllowed",
      says: "none is",
    },
  ]);
});

describe("price collar", () => {
  const limits: RiskLimits = { priceCollarBps: 500 };
  const stopLimit = (side: "buy" | "sell", trigger: string, price: string): OrderTerms =>
    terms({ side, orderType: "stopLimit", triggerPrice: d(trigger), price: d(price) });
  const takeProfitLimit = (side: "buy" | "sell", trigger: string, price: string): OrderTerms =>
    terms({ side, orderType: "takeProfitLimit", triggerPrice: d(trigger), price: d(price) });
  check([
    { name: "a buy at the bound passes", terms: buy("1", "105"), limits },
    {
      name: "a buy above it is denied, and the bound named",
      terms: buy("1", "105.5"),
      limits,
      code: "risk.priceCollar",
      says: "at most 105",
    },
    { name: "a buy far below passes: it is passive", terms: buy("1", "1"), limits },
    { name: "a sell at the bound passes", terms: sell("1", "95"), limits },
    {
      name: "a sell below it is denied, and the bound named",
      terms: sell("1", "94.5"),
      limits,
      code: "risk.priceCollar",
      says: "at least 95",
    },
    { name: "a sell far above passes: it is passive", terms: sell("1", "1000"), limits },
    {
      name: "a collar of 0 lets the reference price itself pass",
      terms: buy("1", "100"),
      limits: { priceCollarBps: 0 },
    },
    {
      name: "a collar of 0 denies the next tick",
      terms: buy("1", "100.5"),
      limits: { priceCollarBps: 0 },
      code: "risk.priceCollar",
    },
    {
      name: "the bound that is named lies on the grid, on the passive side",
      terms: buy("1", "101.5"),
      limits: { priceCollarBps: 130 },
      code: "risk.priceCollar",
      says: "at most 101.",
    },
    {
      name: "no reference price denies",
      terms: buy("1"),
      limits,
      world: { reference: null },
      code: "risk.noReferencePrice",
      says: "there is none",
    },
    {
      name: "a reference price of the greatest age counts",
      terms: buy("1"),
      limits,
      world: { referenceAgeMs: 60_000 },
    },
    {
      name: "an older one denies",
      terms: buy("1"),
      limits,
      world: { referenceAgeMs: 60_001 },
      code: "risk.noReferencePrice",
      says: "60001 ms old",
    },
    {
      name: "the greatest age is a setting",
      terms: buy("1"),
      limits: { ...limits, referenceMaxAgeMs: 10 },
      world: { referenceAgeMs: 11 },
      code: "risk.noReferencePrice",
    },
    {
      name: "one from the future is as doubtful",
      terms: buy("1"),
      limits,
      world: { referenceAgeMs: -60_001 },
      code: "risk.noReferencePrice",
    },
    { name: "a market order passes with a reference price", terms: market("buy", "1"), limits },
    {
      name: "a market order is denied without one",
      terms: market("buy", "1"),
      limits,
      world: { reference: null },
      code: "risk.noReferencePrice",
    },
    { name: "a stop-limit buy is measured from its trigger", terms: stopLimit("buy", "200", "210"), limits },
    {
      name: "a stop-limit buy too far above its trigger is denied",
      terms: stopLimit("buy", "200", "210.5"),
      limits,
      code: "risk.priceCollar",
      says: "trigger price 200",
    },
    { name: "a stop-limit sell is measured from its trigger", terms: stopLimit("sell", "50", "47.5"), limits },
    {
      name: "a stop-limit sell too far below its trigger is denied",
      terms: stopLimit("sell", "50", "47"),
      limits,
      code: "risk.priceCollar",
    },
    {
      name: "a trigger that fires at once does not move the collar",
      terms: takeProfitLimit("buy", "1000", "1000"),
      limits,
      code: "risk.priceCollar",
      says: "reference price 100",
    },
    {
      name: "a take-profit sell that waits is measured from its trigger",
      terms: takeProfitLimit("sell", "200", "190"),
      limits,
    },
    {
      name: "a take-profit sell that fires at once is measured from the reference price",
      terms: takeProfitLimit("sell", "50", "48"),
      limits,
      code: "risk.priceCollar",
    },
  ]);
});

describe("size of an order", () => {
  check([
    { name: "quantity just below passes", terms: buy("0.999"), limits: { maxOrderQuantity: d("1") } },
    { name: "quantity at the limit passes", terms: buy("1"), limits: { maxOrderQuantity: d("1") } },
    {
      name: "quantity above is denied",
      terms: buy("1.001"),
      limits: { maxOrderQuantity: d("1") },
      code: "risk.maxQuantity",
      says: "limit of 1 BTC",
    },
    {
      name: "a notional order at the quantity limit passes",
      terms: notionalMarket("buy", "100"),
      limits: { maxOrderQuantity: d("1") },
    },
    {
      name: "a notional order above the quantity limit is denied",
      terms: notionalMarket("buy", "100.1"),
      limits: { maxOrderQuantity: d("1") },
      code: "risk.maxQuantity",
    },
    {
      name: "a notional order that cannot be valued is denied",
      terms: notionalMarket("buy", "1"),
      limits: { maxOrderQuantity: d("1") },
      world: { reference: null },
      code: "risk.noReferencePrice",
    },
    { name: "notional at the limit passes", terms: buy("1"), limits: { maxOrderNotional: d("100") } },
    {
      name: "notional above is denied, and the quantity named that passes",
      terms: buy("1.001"),
      limits: { maxOrderNotional: d("100") },
      code: "risk.maxNotional",
      says: "at 100 at most 1 BTC",
    },
    {
      name: "a market order is valued at the reference price: at the limit",
      terms: market("buy", "2"),
      limits: { maxOrderNotional: d("200") },
    },
    {
      name: "a market order is valued at the reference price: above",
      terms: market("buy", "2.001"),
      limits: { maxOrderNotional: d("200") },
      code: "risk.maxNotional",
    },
    {
      name: "a market order without a reference price is denied",
      terms: market("buy", "0.01"),
      limits: { maxOrderNotional: d("200") },
      world: { reference: null },
      code: "risk.noReferencePrice",
    },
    {
      name: "a sell below the market is valued at the market",
      terms: sell("2", "1"),
      limits: { maxOrderNotional: d("199") },
      code: "risk.maxNotional",
    },
    {
      name: "a sell without a reference price is valued at its limit",
      terms: sell("2", "1"),
      limits: { maxOrderNotional: d("2") },
      world: { reference: null },
    },
    {
      name: "a stop buy is valued at its trigger when that is higher",
      terms: terms({ orderType: "stop", price: undefined, triggerPrice: d("150") }),
      limits: { maxOrderNotional: d("149") },
      code: "risk.maxNotional",
    },
    {
      name: "a notional order is its own notional: at the limit",
      terms: notionalMarket("buy", "100"),
      limits: { maxOrderNotional: d("100") },
    },
    {
      name: "a notional order is its own notional: above",
      terms: notionalMarket("buy", "100.01"),
      limits: { maxOrderNotional: d("100") },
      code: "risk.maxNotional",
    },
    {
      name: "a limit of 0 allows nothing",
      terms: buy("0.01"),
      limits: { maxOrderNotional: d("0") },
      code: "risk.maxNotional",
    },
  ]);
});

describe("rates", () => {
  const limit = { count: 3, windowMs: 1_000 };
  const usage = (count: number) => () => ({ count, freeInMs: count < 3 ? 0 : 249.5 });
  check([
    {
      name: "an order below the order rate passes",
      terms: buy("1"),
      limits: { maxOrderRate: limit },
      world: { change: { orderRate: usage(2) } },
    },
    {
      name: "an order at it is denied, and the wait named",
      terms: buy("1"),
      limits: { maxOrderRate: limit },
      world: { change: { orderRate: usage(3) } },
      code: "risk.maxOrderRate",
      says: "in 250 ms",
    },
    {
      name: "an order below the message rate passes",
      terms: buy("1"),
      limits: { maxMessageRate: limit },
      world: { change: { messageRate: usage(2) } },
    },
    {
      name: "an order at it is denied",
      terms: buy("1"),
      limits: { maxMessageRate: limit },
      world: { change: { messageRate: usage(3) } },
      code: "risk.maxMessageRate",
    },
  ]);
});

describe("duplicates", () => {
  const asked = buy("1");
  const seen = (agoMs: number, of: OrderTerms = asked): World => ({
    change: {
      recentOrder: (fingerprint) => (fingerprint === fingerprintOf(of) ? { orderId: parentOrderId, agoMs } : undefined),
    },
  });
  check([
    {
      name: "an equal order inside the window is denied",
      terms: asked,
      limits: { duplicateWindowMs: 100 },
      world: seen(99),
      code: "risk.duplicateOrder",
      says: "99 ms ago",
    },
    {
      name: "an equal order at the end of the window passes",
      terms: asked,
      limits: { duplicateWindowMs: 100 },
      world: seen(100),
    },
    {
      name: "another price is another order",
      terms: asked,
      limits: { duplicateWindowMs: 100 },
      world: seen(1, buy("1", "100.5")),
    },
    {
      name: "another quantity is another order",
      terms: asked,
      limits: { duplicateWindowMs: 100 },
      world: seen(1, buy("1.001")),
    },
    {
      name: "another side is another order",
      terms: asked,
      limits: { duplicateWindowMs: 100 },
      world: seen(1, sell("1")),
    },
    {
      name: "the same number written otherwise is the same order",
      terms: asked,
      limits: { duplicateWindowMs: 100 },
      world: seen(1, buy("1.000", "100.0")),
      code: "risk.duplicateOrder",
    },
    { name: "without a window nothing is a duplicate", terms: asked, world: seen(0) },
  ]);
});

describe("self-trade", () => {
  const ownSell = (price: string): World => ({ open: [workingOrder({ side: "sell", price: d(price) })] });
  const ownBuy = (price: string): World => ({ open: [workingOrder({ side: "buy", price: d(price) })] });
  check([
    { name: "a buy below our sell passes", terms: buy("1", "109.5"), world: ownSell("110") },
    {
      name: "a buy at our sell is denied, and the price named",
      terms: buy("1", "110"),
      world: ownSell("110"),
      code: "risk.selfTrade",
      says: "below 110",
    },
    { name: "a sell above our buy passes", terms: sell("1", "90.5"), world: ownBuy("90") },
    { name: "a sell at our buy is denied", terms: sell("1", "90"), world: ownBuy("90"), code: "risk.selfTrade" },
    {
      name: "it is allowed where the limits say so",
      terms: buy("1", "110"),
      limits: { selfTrade: "allow" },
      world: ownSell("110"),
    },
    { name: "a post-only order never takes", terms: terms({ price: d("110"), postOnly: true }), world: ownSell("110") },
    { name: "our orders of the same side do not matter", terms: buy("1", "110"), world: ownBuy("105") },
    {
      name: "a market buy reaches the reference price",
      terms: market("buy", "1"),
      world: ownSell("100"),
      code: "risk.selfTrade",
    },
    { name: "a market buy does not reach beyond it", terms: market("buy", "1"), world: ownSell("100.5") },
    {
      name: "a market entry without a reference price is denied while any order of ours rests",
      terms: market("buy", "1"),
      world: { ...ownSell("110"), reference: null },
      code: "risk.selfTrade",
    },
    {
      name: "a market exit without one goes ahead",
      terms: { ...market("sell", "1"), reduceOnly: true },
      world: { ...ownBuy("90"), position: "5", reference: null },
    },
    {
      name: "a stop that waits does not trade now",
      terms: terms({ side: "sell", orderType: "stop", price: undefined, triggerPrice: d("80") }),
      world: ownBuy("90"),
    },
    {
      name: "a stop that fires at once does",
      terms: terms({ side: "sell", orderType: "stop", price: undefined, triggerPrice: d("120") }),
      world: ownBuy("100"),
      code: "risk.selfTrade",
    },
    {
      name: "our stop-limit that waits is not in the book",
      terms: buy("1", "110"),
      world: { open: [workingOrder({ side: "sell", orderType: "stopLimit", price: d("95"), triggerPrice: d("96") })] },
    },
    {
      name: "our stop-limit that was triggered is",
      terms: buy("1", "110"),
      world: {
        open: [
          workingOrder(
            { side: "sell", orderType: "stopLimit", price: d("95"), triggerPrice: d("96") },
            { triggered: true },
          ),
        ],
      },
      code: "risk.selfTrade",
    },
    {
      name: "an open replace counts at the nearer price",
      terms: buy("1", "105"),
      world: { open: [workingOrder({ side: "sell", price: d("110") }, { pending: { price: d("105") } })] },
      code: "risk.selfTrade",
    },
  ]);
});

describe("open orders", () => {
  const world: World = { change: { openOrders: 2 } };
  check([
    { name: "one below the limit passes", terms: buy("1"), limits: { maxOpenOrders: 3 }, world },
    {
      name: "at the limit the next is denied",
      terms: buy("1"),
      limits: { maxOpenOrders: 2 },
      world,
      code: "risk.maxOpenOrders",
      says: "limit is 2",
    },
  ]);
});

describe("position", () => {
  const limits: RiskLimits = { maxPosition: d("10") };
  const openBuy: World = { position: "5", open: [workingOrder({ quantity: d("4"), price: d("90") }, { filled: "1" })] };
  check([
    { name: "a buy to the limit passes", terms: buy("5"), limits, world: { position: "5" } },
    {
      name: "a buy above is denied, and the room named",
      terms: buy("5.001"),
      limits,
      world: { position: "5" },
      code: "risk.maxPosition",
      says: "at most 5 more",
    },
    { name: "open buys count with what they may still fill", terms: buy("2"), limits, world: openBuy },
    {
      name: "open buys count, beyond the limit",
      terms: buy("2.001"),
      limits,
      world: openBuy,
      code: "risk.maxPosition",
      says: "at most 2 more",
    },
    {
      name: "an open replace counts at the larger quantity",
      terms: buy("2"),
      limits,
      world: {
        position: "5",
        open: [workingOrder({ quantity: d("3"), price: d("90") }, { pending: { quantity: d("3.001") } })],
      },
      code: "risk.maxPosition",
    },
    { name: "a short to the limit passes", terms: sell("15"), limits, world: { position: "5" } },
    {
      name: "a short beyond it is denied",
      terms: sell("15.001"),
      limits,
      world: { position: "5" },
      code: "risk.maxPosition",
      says: "short",
    },
    {
      name: "open sells are no room for buys",
      terms: buy("6"),
      limits,
      world: { position: "5", open: [workingOrder({ side: "sell", quantity: d("5"), price: d("120") })] },
      code: "risk.maxPosition",
    },
    {
      name: "a notional order counts at the reference price",
      terms: notionalMarket("buy", "500"),
      limits,
      world: { position: "5" },
    },
    {
      name: "a notional order above",
      terms: notionalMarket("buy", "500.01"),
      limits,
      world: { position: "5" },
      code: "risk.maxPosition",
    },
    {
      name: "a notional order that cannot be valued is denied",
      terms: notionalMarket("buy", "1"),
      limits,
      world: { reference: null },
      code: "risk.noReferencePrice",
    },
    {
      name: "an open notional order that cannot be valued denies the next",
      terms: buy("1"),
      limits,
      world: {
        reference: null,
        open: [workingOrder({ orderType: "market", price: undefined, quantity: undefined, notional: d("100") })],
      },
      code: "risk.noReferencePrice",
    },
    {
      name: "an open notional order counts at its own limit price",
      terms: buy("8"),
      limits,
      world: { open: [workingOrder({ price: d("50"), quantity: undefined, notional: d("100") })] },
    },
    {
      name: "an open notional order counts at its own limit price, beyond the limit",
      terms: buy("8.001"),
      limits,
      world: { open: [workingOrder({ price: d("50"), quantity: undefined, notional: d("100") })] },
      code: "risk.maxPosition",
    },
  ]);
});

describe("a notional that is no whole number of base units", () => {
  check([
    {
      name: "counts rounded up: 100 at 3 is more than 33.33…",
      terms: notionalMarket("buy", "100"),
      limits: { maxPosition: d("33.333333333333333333") },
      world: { reference: "3" },
      code: "risk.maxPosition",
    },
  ]);
});

describe("exposure", () => {
  const limits: RiskLimits = { maxExposure: d("1000") };
  check([
    { name: "up to the limit passes", terms: buy("2"), limits, world: { position: "5", elsewhere: "300" } },
    {
      name: "above is denied, and the room named",
      terms: buy("2.001"),
      limits,
      world: { position: "5", elsewhere: "300" },
      code: "risk.maxExposure",
      says: "at most 200 USDT more",
    },
    {
      name: "open orders count",
      terms: buy("1"),
      limits,
      world: { position: "5", open: [workingOrder({ quantity: d("5"), price: d("90") })] },
      code: "risk.maxExposure",
    },
    {
      name: "a sell that turns the position counts for what it makes worse",
      terms: sell("11"),
      limits,
      world: { position: "5", elsewhere: "600" },
      code: "risk.maxExposure",
    },
    {
      name: "an order that leaves the worst position as it is adds nothing",
      terms: sell("10"),
      limits,
      world: { position: "5", elsewhere: "900" },
    },
    {
      name: "an exposure that cannot be known denies",
      terms: buy("0.01"),
      limits,
      world: { elsewhere: null },
      code: "risk.noReferencePrice",
    },
    {
      name: "a market order without a reference price is denied",
      terms: market("buy", "0.01"),
      limits,
      world: { reference: null },
      code: "risk.noReferencePrice",
    },
  ]);
});

describe("daily loss", () => {
  const lost = (amount: string): World => ({ change: { realizedLossToday: () => d(amount) } });
  const limits: RiskLimits = { maxDailyLoss: d("50") };
  check([
    { name: "a smaller loss lets entries pass", terms: buy("1"), limits, world: lost("49.99") },
    {
      name: "a loss of the limit denies them",
      terms: buy("1"),
      limits,
      world: lost("50"),
      code: "risk.maxDailyLoss",
      says: "lost 50 USDT",
    },
    { name: "a profit lets entries pass", terms: buy("1"), limits, world: lost("-1000") },
    {
      name: "a loss that cannot be known denies",
      terms: buy("1"),
      limits,
      world: { change: { realizedLossToday: () => undefined } },
      code: "risk.noReferencePrice",
    },
  ]);
});

describe("children and their parent", () => {
  const child = (side: "buy" | "sell", quantity: string): OrderTerms =>
    terms({ side, quantity: d(quantity), parentOrderId });
  const world: World = { change: { parent: () => ({ side: "buy", room: d("2") }) } };
  check([
    { name: "a child within the parent's room passes", terms: child("buy", "2"), world },
    {
      name: "a child beyond it is denied",
      terms: child("buy", "2.001"),
      world,
      code: "risk.childrenExceedParent",
      says: "has 2 BTC left",
    },
    { name: "an exit on the parent's other side is no slice", terms: child("sell", "3"), world },
    {
      name: "a child of an unknown parent is denied",
      terms: child("buy", "1"),
      code: "risk.childrenExceedParent",
      says: "not known",
    },
    {
      name: "a reduce-only child of an unknown parent is bounded by the position",
      terms: { ...child("sell", "1"), reduceOnly: true },
      world: { position: "1" },
    },
  ]);
});

describe("order of the checks", () => {
  test("the first rule that denies is named: halt, collar, size, rate, sums", () => {
    const limits: RiskLimits = {
      priceCollarBps: 0,
      maxOrderQuantity: d("1"),
      maxOrderRate: { count: 1, windowMs: 1 },
      maxPosition: d("1"),
    };
    const change = { orderRate: () => ({ count: 1, freeInMs: 1 }) };
    const asked = buy("2", "200");
    const halted = { change: { ...change, tradingState: "halted" } } as const;
    expect(checkOrder(asked, viewOf(halted), limits)?.code).toBe("risk.halted");
    expect(checkOrder(asked, viewOf({ change }), limits)?.code).toBe("risk.priceCollar");
    expect(checkOrder(buy("2"), viewOf({ change }), limits)?.code).toBe("risk.maxQuantity");
    expect(checkOrder(buy("1"), viewOf({ change, position: "1" }), limits)?.code).toBe("risk.maxOrderRate");
    expect(checkOrder(buy("1"), viewOf({ position: "1" }), limits)?.code).toBe("risk.maxPosition");
  });

  test("details are plain data: decimals as text", () => {
    const denial = checkOrder(buy("2"), viewOf(), { maxOrderQuantity: d("1.50") });
    expect(denial?.details).toEqual({ quantity: "2", limit: "1.5" });
  });
});

describe("replace", () => {
  const order = workingOrder({ quantity: d("2"), price: d("100") }, { filled: "1" });
  const world: World = { position: "5", open: [order] };
  const ask = (replace: Parameters<typeof checkReplace>[1], limits: RiskLimits = {}, more: World = {}) =>
    checkReplace(order, replace, viewOf({ ...world, ...more }), limits)?.code;

  test("halted denies it", () => {
    expect(ask({ quantity: d("1.5") }, {}, { change: { tradingState: "halted" } })).toBe("risk.halted");
  });

  test("reducing lets a smaller quantity or a price farther away pass, and denies more", () => {
    const reducing: World = { change: { tradingState: "reducing" } };
    expect(ask({ quantity: d("1.5") }, {}, reducing)).toBeUndefined();
    expect(ask({ price: d("99") }, {}, reducing)).toBeUndefined();
    expect(ask({ price: d("100.5") }, {}, reducing)).toBe("risk.reducingOnly");
    expect(ask({ quantity: d("2.001") }, {}, reducing)).toBe("risk.reducingOnly");
  });

  test("only the added quantity counts for position and exposure", () => {
    expect(ask({ quantity: d("6") }, { maxPosition: d("10") })).toBeUndefined();
    expect(ask({ quantity: d("6.001") }, { maxPosition: d("10") })).toBe("risk.maxPosition");
    expect(ask({ quantity: d("6") }, { maxExposure: d("1000") })).toBeUndefined();
    expect(ask({ quantity: d("6.001") }, { maxExposure: d("1000") })).toBe("risk.maxExposure");
  });

  test("sums that are over their limits already deny nothing that adds nothing", () => {
    const limits: RiskLimits = {
      maxPosition: d("1"),
      maxExposure: d("1"),
      maxOrderQuantity: d("1"),
      maxOrderNotional: d("1"),
      maxDailyLoss: d("0"),
    };
    expect(ask({ quantity: d("1.5") }, limits)).toBeUndefined();
    expect(ask({ price: d("90") }, limits)).toBeUndefined();
  });

  test("the new total keeps to the size of an order", () => {
    expect(ask({ quantity: d("3") }, { maxOrderQuantity: d("3") })).toBeUndefined();
    expect(ask({ quantity: d("3.001") }, { maxOrderQuantity: d("3") })).toBe("risk.maxQuantity");
    expect(ask({ price: d("110") }, { maxOrderNotional: d("220") })).toBeUndefined();
    expect(ask({ price: d("110.5") }, { maxOrderNotional: d("220") })).toBe("risk.maxNotional");
  });

  test("a price nearer to trading meets collar, self-trade and daily loss", () => {
    expect(ask({ price: d("101") }, { priceCollarBps: 100 })).toBeUndefined();
    expect(ask({ price: d("101.5") }, { priceCollarBps: 100 })).toBe("risk.priceCollar");
    const own: World = { open: [order, workingOrder({ side: "sell", price: d("101") })] };
    expect(ask({ price: d("100.5") }, {}, own)).toBeUndefined();
    expect(ask({ price: d("101") }, {}, own)).toBe("risk.selfTrade");
    expect(ask({ price: d("100.5") }, { maxDailyLoss: d("0") })).toBe("risk.maxDailyLoss");
  });

  test("a replace counts for the message rate and for no other", () => {
    const used = {
      change: { messageRate: () => ({ count: 1, freeInMs: 1 }), orderRate: () => ({ count: 1, freeInMs: 1 }) },
    };
    expect(ask({ price: d("99") }, { maxMessageRate: { count: 1, windowMs: 1 } }, used)).toBe("risk.maxMessageRate");
    expect(
      ask(
        { price: d("99") },
        { maxOrderRate: { count: 1, windowMs: 1 }, maxOpenOrders: 0, duplicateWindowMs: 1_000 },
        used,
      ),
    ).toBeUndefined();
  });

  test("a reduce-only order cannot grow beyond the position", () => {
    const closing = workingOrder({ side: "sell", quantity: d("2"), price: d("120"), reduceOnly: true });
    const view = viewOf({ position: "5", open: [closing] });
    expect(checkReplace(closing, { quantity: d("5") }, view, {})).toBeUndefined();
    expect(checkReplace(closing, { quantity: d("5.001") }, view, {})?.code).toBe("risk.reduceOnly");
    expect(checkReplace(closing, { price: d("110") }, view, { maxDailyLoss: d("0") })).toBeUndefined();
  });

  test("a reduce-only order whose position has shrunk below it may still move its price", () => {
    const closing = workingOrder({ side: "sell", quantity: d("2"), price: d("120"), reduceOnly: true });
    const view = viewOf({ position: "1", open: [closing] });
    expect(checkReplace(closing, { price: d("110") }, view, {})).toBeUndefined();
    expect(checkReplace(closing, { quantity: d("1") }, view, {})).toBeUndefined();
    expect(checkReplace(closing, { quantity: d("2.001") }, view, {})?.code).toBe("risk.reduceOnly");
  });

  test("a child cannot grow beyond its parent", () => {
    const child = workingOrder({ parentOrderId });
    const view = viewOf({ open: [child], change: { parent: () => ({ side: "buy", room: d("1") }) } });
    expect(checkReplace(child, { quantity: d("2") }, view, {})).toBeUndefined();
    expect(checkReplace(child, { quantity: d("2.001") }, view, {})?.code).toBe("risk.childrenExceedParent");
    expect(checkReplace(child, { price: d("101") }, view, {})).toBeUndefined();
  });

  test("another price of an order sized by notional may mean more base units", () => {
    const sized = workingOrder({ quantity: undefined, notional: d("100"), price: d("100") });
    const view = viewOf({ open: [sized] });
    expect(checkReplace(sized, { price: d("50") }, view, { maxPosition: d("2") })).toBeUndefined();
    expect(checkReplace(sized, { price: d("49.5") }, view, { maxPosition: d("2") })?.code).toBe("risk.maxPosition");
  });
});
