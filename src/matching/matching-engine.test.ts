// Order types, times in force, priority, replaces, self-trade prevention and reduce-only, among orders alone.
// The recorded market is in tape-matching.test.ts; refusals are in refusals.test.ts.

import { describe, expect, it } from "vitest";
import type { MatchingEngine } from "./matching-engine.ts";
import { buy, dec, engineOf, INSTRUMENT, lines, order, sell } from "./testing/harness.ts";
import type { IncomingOrder } from "./types.ts";

/** Submits orders of two other accounts, so that no trade is with oneself. */
function engineWith(...orders: readonly IncomingOrder[]): MatchingEngine {
  const engine = engineOf();
  for (const each of orders) engine.submit({ ...each, account: "other" }, 0);
  return engine;
}

describe("a limit order", () => {
  it("rests when nothing crosses it", () => {
    const engine = engineOf();
    expect(lines(engine.submit(buy("b", 2, 100), 0))).toEqual(["b accepted"]);
    expect(engine.bestBid()?.toString()).toBe("100");
    expect(engine.openOrder("b")).toMatchObject({ quantity: "2", cumulativeQuantity: "0", queueAhead: "0" });
  });

  it("trades at the resting price, best price first and oldest first, and rests with what remains", () => {
    const engine = engineWith(sell("s1", 1, 101), sell("s2", 2, 100), sell("s3", 2, 100));
    expect(lines(engine.submit(buy("b", 6, 101), 0))).toEqual([
      "b accepted",
      "s2 executed 2@100 maker, ends",
      "b executed 2@100 taker",
      "s3 executed 2@100 maker, ends",
      "b executed 2@100 taker",
      "s1 executed 1@101 maker, ends",
      "b executed 1@101 taker",
    ]);
    expect(engine.depth(5)).toEqual({ bids: [{ price: dec(101), quantity: dec(1), ownQuantity: dec(1) }], asks: [] });
  });

  it("gives both sides of a trade the same execution id, and each side its own fee", () => {
    const engine = engineWith(sell("s", 2, 100));
    const [, maker, taker] = engine.submit(buy("b", 2, 100), 5);
    expect(maker).toMatchObject({ executionId: "x1", at: 5, fee: { amount: dec("0.200"), asset: "USDT" } });
    expect(taker).toMatchObject({ executionId: "x1", at: 5, fee: { amount: dec("0.004"), asset: "BTC" } });
  });
});

describe("a market order", () => {
  it("takes what there is and never rests", () => {
    const engine = engineWith(sell("s", 1, 100));
    expect(lines(engine.submit(buy("b", 3), 0)).slice(1)).toEqual([
      "s executed 1@100 maker, ends",
      "b executed 1@100 taker",
      "b canceled noLiquidity 1",
    ]);
    expect(engine.openOrders()).toEqual([]);
  });

  it("spends at most its notional, in whole lots, and ends as filled when less than a lot is left", () => {
    const engine = engineWith(sell("s1", 1, 100), sell("s2", 9, 110));
    expect(lines(engine.submit(order("b", "buy", { notional: 335 }), 0)).slice(1)).toEqual([
      "s1 executed 1@100 maker, ends",
      "b executed 1@100 taker",
      "s2 executed 2@110 maker",
      "b executed 2@110 taker, ends",
    ]);
  });

  it("is canceled when its notional outlasts the liquidity", () => {
    const engine = engineWith(sell("s1", 1, 100));
    const events = engine.submit(order("b", "buy", { notional: 250 }), 0);
    expect(lines(events).at(-1)).toBe("b canceled noLiquidity 1");
  });

  it("is canceled when its notional does not pay one lot", () => {
    const engine = engineWith(sell("s1", 1, 100));
    const events = engine.submit(order("b", "buy", { notional: 99 }), 0);
    expect(lines(events)).toEqual(["b accepted", "b canceled notionalBelowLot 0"]);
  });
});

describe("the time in force", () => {
  it("cancels what an ioc order cannot trade at once", () => {
    const engine = engineWith(sell("s", 1, 100), sell("far", 5, 101));
    const events = engine.submit(buy("b", 3, 100, { timeInForce: "ioc" }), 0);
    expect(lines(events).slice(2)).toEqual(["b executed 1@100 taker", "b canceled immediateOrCancel 1"]);
  });

  it("fills a fok order whole over several levels", () => {
    const engine = engineWith(sell("s1", 1, 100), sell("s2", 5, 101));
    const events = engine.submit(buy("b", 3, 101, { timeInForce: "fok" }), 0);
    expect(lines(events).at(-1)).toBe("b executed 2@101 taker, ends");
  });

  it("cancels a fok order untouched when a lot is missing", () => {
    const engine = engineWith(sell("s1", 1, 100), sell("s2", 1, 101));
    const events = engine.submit(buy("b", 3, 101, { timeInForce: "fok" }), 0);
    expect(lines(events)).toEqual(["b accepted", "b canceled fillOrKill 0"]);
    expect(engine.openOrders()).toHaveLength(2);
  });

  it.each([
    ["none", 4, "b executed 2@100 taker, ends"],
    ["cancelOldest", 3, "b executed 2@100 taker, ends"],
    ["cancelOldest", 4, "b canceled fillOrKill 0"],
    ["cancelNewest", 1, "b executed 1@100 taker, ends"],
    ["cancelNewest", 2, "b canceled fillOrKill 0"],
    ["cancelBoth", 2, "b canceled fillOrKill 0"],
  ] as const)("under %s lets a fok order of %d count what it may trade with", (selfTradePrevention, lots, verdict) => {
    const engine = engineWith(sell("s1", 1, 100));
    engine.submit(sell("mine", 1, 100), 0);
    engine.submit(sell("s2", 2, 100, { account: "other" }), 0);
    const events = engine.submit(buy("b", lots, 100, { timeInForce: "fok", selfTradePrevention }), 0);
    expect(lines(events).at(-1)).toBe(verdict);
  });

  it("expires a day order at the end of the UTC day and a gtd order at its instant, earliest first", () => {
    const engine = engineOf();
    engine.submit(buy("day", 1, 100, { timeInForce: "day" }), 1000);
    engine.submit(buy("gtd", 1, 100, { timeInForce: "gtd", expiresAt: 5000 }), 1000);
    expect(engine.nextExpiry()).toBe(5000);
    expect(engine.expire(4999)).toEqual([]);
    expect(lines(engine.expire(5000))).toEqual(["gtd expired timeInForceEnded 0"]);
    expect(engine.nextExpiry()).toBe(86_400_000);
    expect(lines(engine.expire(86_400_000))).toEqual(["day expired timeInForceEnded 0"]);
    expect(engine.nextExpiry()).toBeUndefined();
  });

  it("expires an order before a later command can trade with it", () => {
    const engine = engineWith(sell("s", 1, 100, { timeInForce: "gtd", expiresAt: 5000 }));
    expect(lines(engine.submit(buy("b", 1, 100), 5000))).toEqual(["s expired timeInForceEnded 0", "b accepted"]);
  });
});

describe("a stop or take-profit order", () => {
  const trades = (engine: MatchingEngine, price: number): string[] => {
    engine.submit(sell(`s${price}`, 1, price, { account: "p" }), 0);
    return lines(engine.submit(buy(`t${price}`, 1, price, { account: "q" }), 0)).slice(3);
  };

  it.each([
    ["stop", "buy", 105, 104, 105],
    ["stop", "sell", 95, 96, 95],
    ["takeProfit", "buy", 95, 96, 95],
    ["takeProfit", "sell", 105, 104, 105],
  ] as const)("of type %s, side %s, trigger %d waits at %d and triggers at %d", (orderType, side, trigger, no, yes) => {
    const engine = engineOf();
    engine.submit(order("w", side, { orderType, quantity: 1, triggerPrice: trigger }), 0);
    expect(trades(engine, no)).toEqual([]);
    expect(trades(engine, yes)).toEqual(["w triggered", "w canceled noLiquidity 0"]);
  });

  it("triggers at once when the last price is through its trigger already", () => {
    const engine = engineOf();
    trades(engine, 100);
    const events = engine.submit(buy("w", 1, 90, { orderType: "stopLimit", triggerPrice: 100 }), 0);
    expect(lines(events)).toEqual(["w accepted", "w triggered"]);
    expect(engine.openOrder("w")).toMatchObject({ triggered: true });
    expect(engine.bestBid()?.toString()).toBe("90");
  });

  it("is triggered by the execution of another triggered order", () => {
    const engine = engineOf();
    engine.submit(sell("far", 1, 110, { account: "m" }), 0);
    engine.submit(order("one", "buy", { orderType: "stop", quantity: 1, triggerPrice: 101 }), 0);
    engine.submit(order("two", "buy", { orderType: "stop", quantity: 1, triggerPrice: 110 }), 0);
    expect(trades(engine, 101)).toEqual([
      "one triggered",
      "far executed 1@110 maker, ends",
      "one executed 1@110 taker, ends",
      "two triggered",
      "two canceled noLiquidity 0",
    ]);
  });

  it("can be replaced while it waits, and triggers by its new trigger price", () => {
    const engine = engineOf();
    trades(engine, 100);
    engine.submit(order("w", "sell", { orderType: "stop", quantity: 1, triggerPrice: 90 }), 0);
    const events = engine.replace("w", { quantity: dec(2), triggerPrice: dec(100) }, 0);
    expect(lines(events)).toEqual(["w replaced", "w triggered", "w canceled noLiquidity 0"]);
  });

  it("is canceled when it is post-only and would cross as it triggers", () => {
    const engine = engineOf();
    engine.submit(sell("s", 1, 100, { account: "m" }), 0);
    engine.submit(buy("w", 1, 100, { orderType: "stopLimit", triggerPrice: 99, postOnly: true }), 0);
    expect(trades(engine, 99)).toEqual(["w triggered", "w canceled postOnlyWouldCross 0"]);
  });
});

describe("a replace", () => {
  it("keeps the priority when the quantity falls at the same price", () => {
    const engine = engineWith(sell("s1", 3, 100), sell("s2", 3, 100));
    expect(lines(engine.replace("s1", { quantity: dec(2) }, 0))).toEqual(["s1 replaced, kept priority"]);
    expect(lines(engine.submit(buy("b", 1, 100), 0))[1]).toBe("s1 executed 1@100 maker");
  });

  it.each([
    ["the quantity rises", { quantity: dec(4) }],
    ["the price changes and changes back", { price: dec(101) }],
  ])("loses the priority when %s", (_when, terms) => {
    const engine = engineWith(sell("s1", 3, 100), sell("s2", 3, 100));
    expect(lines(engine.replace("s1", terms, 0))).toEqual(["s1 replaced"]);
    engine.replace("s1", { price: dec(100) }, 0);
    expect(lines(engine.submit(buy("b", 1, 100), 0))[1]).toBe("s2 executed 1@100 maker");
  });

  it("counts fills in the new total, and trades at once when the new price crosses", () => {
    const engine = engineWith(sell("s1", 2, 100));
    engine.submit(buy("b", 5, 100), 0);
    engine.submit(sell("s2", 9, 103, { account: "other" }), 0);
    const events = engine.replace("b", { quantity: dec(4), price: dec(103) }, 0);
    expect(lines(events)).toEqual(["b replaced", "s2 executed 2@103 maker", "b executed 2@103 taker, ends"]);
  });

  it("to what is filled ends the order as filled", () => {
    const engine = engineWith(sell("s", 2, 100));
    engine.submit(buy("b", 5, 100), 0);
    const events = engine.replace("b", { quantity: dec(2) }, 0);
    expect(lines(events)).toEqual(["b replaced, kept priority", "b filled replacedToFilled 2"]);
  });
});

describe("self-trade prevention", () => {
  const against = (selfTradePrevention: IncomingOrder["selfTradePrevention"]): string[] => {
    const engine = engineOf();
    engine.submit(sell("mine", 1, 100), 0);
    engine.submit(sell("other", 1, 100, { account: "z" }), 0);
    return lines(engine.submit(buy("b", 1, 100, { selfTradePrevention }), 0)).slice(1);
  };

  it("none lets an account trade with itself", () => {
    expect(against("none")).toEqual(["mine executed 1@100 maker, ends", "b executed 1@100 taker, ends"]);
  });

  it("cancelNewest cancels the arriving order", () => {
    expect(against("cancelNewest")).toEqual(["b canceled selfTradePrevention 0"]);
  });

  it("cancelOldest cancels the resting order and goes on", () => {
    expect(against("cancelOldest")).toEqual([
      "mine canceled selfTradePrevention 0",
      "other executed 1@100 maker, ends",
      "b executed 1@100 taker, ends",
    ]);
  });

  it("cancelBoth cancels both", () => {
    expect(against("cancelBoth")).toEqual(["mine canceled selfTradePrevention 0", "b canceled selfTradePrevention 0"]);
  });
});

describe("a reduce-only order", () => {
  /** Account `a` is long by `quantity`; account `m` is short. */
  function longEngine(quantity: number): MatchingEngine {
    const engine = engineOf();
    engine.submit(sell("m1", quantity, 100, { account: "m" }), 0);
    engine.submit(buy("a1", quantity, 100), 0);
    return engine;
  }

  it("trades no more than the position", () => {
    const engine = longEngine(3);
    engine.submit(buy("bid", 9, 99, { account: "m" }), 0);
    expect(lines(engine.submit(sell("exit", 5, 99, { reduceOnly: true }), 0))).toEqual([
      "exit accepted",
      "bid executed 3@99 maker",
      "exit executed 3@99 taker",
      "exit canceled reduceOnly 3",
    ]);
    expect(engine.position("a").toString()).toBe("0");
  });

  it("goes when another order has closed the position", () => {
    const engine = longEngine(3);
    engine.submit(sell("exit", 3, 120, { reduceOnly: true }), 0);
    engine.submit(sell("close", 3, 110), 0);
    expect(lines(engine.submit(buy("b", 3, 110, { account: "m" }), 0)).slice(1)).toEqual([
      "close executed 3@110 maker, ends",
      "b executed 3@110 taker, ends",
      "exit canceled reduceOnly 0",
    ]);
  });

  it("goes when its account closes the position by taking", () => {
    const engine = longEngine(3);
    engine.submit(sell("exit", 3, 120, { reduceOnly: true }), 0);
    engine.submit(buy("bid", 3, 99, { account: "m" }), 0);
    expect(lines(engine.submit(sell("close", 3), 0)).slice(1)).toEqual([
      "bid executed 3@99 maker, ends",
      "close executed 3@99 taker, ends",
      "exit canceled reduceOnly 0",
    ]);
  });

  it("does not count towards a fok order for more than the account's other orders leave of the position", () => {
    const engine = longEngine(3);
    engine.submit(sell("plain", 2, 110), 0);
    engine.submit(sell("exit", 3, 110, { reduceOnly: true }), 0);
    const fok = { account: "m", timeInForce: "fok" } as const;
    expect(lines(engine.submit(buy("four", 4, 110, fok), 0))[1]).toBe("four canceled fillOrKill 0");
    expect(lines(engine.submit(buy("three", 3, 110, fok), 0)).slice(1)).toEqual([
      "plain executed 2@110 maker, ends",
      "three executed 2@110 taker",
      "exit executed 1@110 maker",
      "three executed 1@110 taker, ends",
      "exit canceled reduceOnly 1",
    ]);
  });

  it("that rests beyond a position that shrank trades only what is left of it", () => {
    const engine = longEngine(5);
    engine.submit(sell("exit", 5, 120, { reduceOnly: true }), 0);
    engine.submit(sell("some", 3, 110), 0);
    engine.submit(buy("b1", 3, 110, { account: "m" }), 0);
    expect(lines(engine.submit(buy("b2", 9, 120, { account: "m", timeInForce: "ioc" }), 0)).slice(1)).toEqual([
      "exit executed 2@120 maker",
      "b2 executed 2@120 taker",
      "exit canceled reduceOnly 2",
      "b2 canceled immediateOrCancel 2",
    ]);
  });

  it("that waits for a trigger is judged when it triggers", () => {
    const engine = engineOf();
    const stop = order("stop", "sell", { orderType: "stop", quantity: 1, triggerPrice: 90, reduceOnly: true });
    expect(lines(engine.submit(stop, 0))).toEqual(["stop accepted"]);
    engine.submit(sell("s", 1, 90, { account: "m" }), 0);
    expect(lines(engine.submit(buy("b", 1, 90, { account: "n" }), 0)).slice(3)).toEqual([
      "stop triggered",
      "stop canceled reduceOnly 0",
    ]);
  });

  it("is not refused for being below the minimum quantity", () => {
    const engine = engineOf({ instrument: { ...INSTRUMENT, minQuantity: dec(2) } });
    engine.submit(sell("m1", 2, 100, { account: "m" }), 0);
    engine.submit(buy("a1", 2, 100), 0);
    expect(lines(engine.submit(sell("exit", 1, 120, { reduceOnly: true }), 0))).toEqual(["exit accepted"]);
  });
});

describe("a position", () => {
  it("is the signed sum of an account's executions", () => {
    const engine = engineWith(sell("s", 5, 100));
    engine.submit(buy("b", 3, 100), 0);
    expect([engine.position("a"), engine.position("other"), engine.position("nobody")].map(String)).toEqual([
      "3",
      "-3",
      "0",
    ]);
  });
});
