// Random commands for a matching engine, and how to run them. Prices are close together, so that much trades,
// and the recorded market mostly keeps to its side of the middle, so that queues build up.

import * as fc from "fast-check";
import { ORDER_TYPES } from "../../domain/identifiers.ts";
import { TIMES_IN_FORCE } from "../../domain/order-event.ts";
import type { MatchingEngine } from "../matching-engine.ts";
import { type MatchEvent, SELF_TRADE_PREVENTIONS } from "../types.ts";
import { takesAnyPrice } from "../working-order.ts";
import { dec, level, levels, order, trade } from "./harness.ts";

const side = fc.constantFrom("buy" as const, "sell" as const);
const price = fc.integer({ min: 97, max: 103 });
const bidPrice = fc.integer({ min: 97, max: 100 });
const askPrice = fc.integer({ min: 100, max: 103 });
const quantity = fc.integer({ min: 1, max: 9 });
const flag = fc.integer({ min: 0, max: 4 }).map((value) => value === 0);
const levelList = (at: fc.Arbitrary<number>): fc.Arbitrary<[price: number, quantity: number][]> =>
  fc.uniqueArray(fc.tuple(at, fc.integer({ min: 0, max: 9 })), { maxLength: 3, selector: ([price]) => price });

const submit = fc.record({
  do: fc.constant("submit" as const),
  account: fc.constantFrom("a", "b", "c"),
  side,
  orderType: fc.oneof({ weight: 3, arbitrary: fc.constant("limit" as const) }, fc.constantFrom(...ORDER_TYPES)),
  timeInForce: fc.oneof({ weight: 3, arbitrary: fc.constant("gtc" as const) }, fc.constantFrom(...TIMES_IN_FORCE)),
  price,
  triggerPrice: price,
  quantity,
  byNotional: flag,
  postOnly: flag,
  reduceOnly: flag,
  selfTradePrevention: fc.constantFrom(...SELF_TRADE_PREVENTIONS),
});
const onOrders = [
  { weight: 6, arbitrary: submit },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), pick: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("replace" as const),
      pick: fc.nat(),
      price: fc.option(price, { nil: undefined }),
      quantity: fc.option(quantity, { nil: undefined }),
    }),
  },
];
const onTape = [
  { weight: 3, arbitrary: fc.record({ do: fc.constant("trade" as const), side, price, quantity }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("depth" as const),
      bids: levelList(bidPrice),
      asks: levelList(askPrice),
      snapshot: flag,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("quote" as const),
      bid: bidPrice,
      spread: fc.integer({ min: 1, max: 3 }),
      quantity,
    }),
  },
];

/** Commands about orders only. */
export const orderCommand = fc.oneof(...onOrders);
/** Commands about orders, and market data between them. */
export const tapeCommand = fc.oneof(...onOrders, ...onTape);
export type Command = typeof tapeCommand extends fc.Arbitrary<infer T> ? T : never;

/** Runs the command that comes at `index`: it is also the instant in seconds, and part of a new order's id. */
export function run(engine: MatchingEngine, command: Command, index: number): MatchEvent[] {
  const at = index * 1000;
  switch (command.do) {
    case "submit":
      return engine.submit(incoming(command, index), at);
    case "cancel":
      return engine.cancel(pickOrder(engine, command.pick), at);
    case "replace": {
      const terms = {
        ...(command.price === undefined ? {} : { price: dec(command.price) }),
        ...(command.quantity === undefined ? {} : { quantity: dec(command.quantity) }),
      };
      return engine.replace(pickOrder(engine, command.pick), terms, at);
    }
    case "trade":
      return engine.applyTrade(trade(command.side, command.quantity, command.price), at);
    case "depth":
      return engine.applyDepth(depthOf(command), at);
    default:
      return engine.applyQuote(quoteOf(command), at);
  }
}

/** Feeds only what a restored engine needs to rebuild the recorded book. */
export function prime(engine: MatchingEngine, command: Command): void {
  if (command.do === "trade") engine.primeTrade(trade(command.side, command.quantity, command.price));
  if (command.do === "depth") engine.primeDepth(depthOf(command));
  if (command.do === "quote") engine.primeQuote(quoteOf(command));
}

function incoming(command: Extract<Command, { do: "submit" }>, index: number): Parameters<MatchingEngine["submit"]>[0] {
  const { orderType, timeInForce } = command;
  return order(`o${index}`, command.side, {
    account: command.account,
    orderType,
    timeInForce,
    reduceOnly: command.reduceOnly,
    selfTradePrevention: command.selfTradePrevention,
    postOnly: command.postOnly && (orderType === "limit" || orderType === "stopLimit"),
    ...(takesAnyPrice(orderType) ? {} : { price: command.price }),
    ...(orderType === "market" || orderType === "limit" ? {} : { triggerPrice: command.triggerPrice }),
    ...(timeInForce === "gtd" ? { expiresAt: (index + 10) * 1000 } : {}),
    ...(takesAnyPrice(orderType) && command.byNotional && timeInForce !== "fok"
      ? { notional: command.quantity * 100 }
      : { quantity: command.quantity }),
  });
}

function depthOf(command: Extract<Command, { do: "depth" }>): Parameters<MatchingEngine["applyDepth"]>[0] {
  return { bids: levels(...command.bids), asks: levels(...command.asks), snapshot: command.snapshot };
}

function quoteOf(command: Extract<Command, { do: "quote" }>): Parameters<MatchingEngine["applyQuote"]>[0] {
  const ask = level(command.bid + command.spread, command.quantity);
  return { bid: level(command.bid, command.quantity), ask };
}

function pickOrder(engine: MatchingEngine, pick: number): string {
  const open = engine.openOrders();
  return open[pick % Math.max(1, open.length)]?.venueOrderId ?? "none";
}
