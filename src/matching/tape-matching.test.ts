// Orders against the recorded market: queues, trades at and through a price, and takers on displayed levels.
// docs/concepts/fill-model.md tells the same story in words; its worked example is the first test here.

import { describe, expect, it } from "vitest";
import type { MatchingEngine } from "./matching-engine.ts";
import { buy, type Displayed, dec, engineOf, level, levels, lines, order, sell, trade } from "./testing/harness.ts";

function tapeEngine(
  bids: readonly Displayed[] = [
    [100, 5],
    [99, 8],
  ],
  asks: readonly Displayed[] = [
    [102, 4],
    [103, 6],
  ],
): MatchingEngine {
  const engine = engineOf({ liquidity: "tape" });
  engine.applyDepth({ bids: levels(...bids), asks: levels(...asks), snapshot: true }, 0);
  return engine;
}

const ahead = (engine: MatchingEngine, id: string): string | undefined => engine.openOrder(id)?.queueAhead;

describe("a resting order", () => {
  it("waits its turn and is filled by what trades (the worked example)", () => {
    const engine = tapeEngine();
    engine.submit(buy("ours", 4, 100), 1);
    expect(ahead(engine, "ours")).toBe("5");
    expect(engine.applyTrade(trade("sell", 2, 100), 2)).toEqual([]);
    expect(ahead(engine, "ours")).toBe("3");
    engine.applyDepth({ bids: levels([100, 1]), asks: [] }, 3);
    expect(ahead(engine, "ours")).toBe("1");
    engine.applyDepth({ bids: levels([100, 9]), asks: [] }, 4);
    expect(ahead(engine, "ours")).toBe("1");
    expect(lines(engine.applyTrade(trade("sell", 3, 100), 5))).toEqual(["ours executed 2@100 maker"]);
    expect(engine.applyQuote({ ask: level(100, 7) }, 6)).toEqual([]);
    expect(lines(engine.applyTrade(trade("buy", 50, 99), 7))).toEqual(["ours executed 2@100 maker, ends"]);
  });

  it("is not filled by a trade at its price whose aggressor is of its own side", () => {
    const engine = tapeEngine();
    engine.submit(buy("b", 1, 101), 1);
    expect(engine.applyTrade(trade("buy", 9, 101), 2)).toEqual([]);
  });

  it("is first in the queue inside the spread", () => {
    const engine = tapeEngine();
    engine.submit(sell("s", 2, 101), 1);
    expect(ahead(engine, "s")).toBe("0");
    expect(lines(engine.applyTrade(trade("buy", 1, 101), 2))).toEqual(["s executed 1@101 maker"]);
  });

  it("is not filled by a quote that crosses it", () => {
    const engine = tapeEngine();
    engine.submit(buy("b", 1, 101), 1);
    expect(engine.applyQuote({ bid: level(99, 1), ask: level(100, 9) }, 2)).toEqual([]);
    expect(engine.openOrder("b")?.cumulativeQuantity).toBe("0");
  });

  it("shares each trade with the others, better price first, then by arrival", () => {
    const engine = tapeEngine([[100, 2]]);
    engine.submit(buy("first", 2, 100), 1);
    engine.submit(buy("better", 1, 101), 2);
    engine.applyDepth({ bids: levels([100, 5]), asks: [] }, 3);
    engine.submit(buy("second", 2, 100), 4);
    expect([ahead(engine, "first"), ahead(engine, "second")]).toEqual(["2", "5"]);
    // 10 = 1 better + 2 tape + 2 first + 3 tape + 2 second
    expect(lines(engine.applyTrade(trade("sell", 9, 100), 5))).toEqual([
      "better executed 1@101 maker, ends",
      "first executed 2@100 maker, ends",
      "second executed 1@100 maker",
    ]);
    expect(lines(engine.applyTrade(trade("sell", 9, 100), 6))).toEqual(["second executed 1@100 maker, ends"]);
  });

  it("keeps its place when another order of ours ahead of it is canceled", () => {
    const engine = tapeEngine();
    engine.submit(buy("first", 2, 100), 1);
    engine.submit(buy("second", 2, 100), 2);
    engine.cancel("first", 3);
    expect(ahead(engine, "second")).toBe("5");
    expect(lines(engine.applyTrade(trade("sell", 6, 100), 4))).toEqual(["second executed 1@100 maker"]);
  });

  it("loses its place in the tape's queue when its quantity rises", () => {
    const engine = tapeEngine();
    engine.submit(buy("b", 2, 100), 1);
    engine.applyTrade(trade("sell", 4, 100), 2);
    engine.replace("b", { quantity: dec(1) }, 3);
    expect(ahead(engine, "b")).toBe("1");
    engine.replace("b", { quantity: dec(3) }, 4);
    expect(ahead(engine, "b")).toBe("5");
  });
});

describe("a taker", () => {
  it("walks the displayed levels and consumes them", () => {
    const engine = tapeEngine();
    expect(lines(engine.submit(buy("b", 6), 1))).toEqual([
      "b accepted",
      "b executed 4@102 taker",
      "b executed 2@103 taker, ends",
    ]);
    expect(engine.bestAsk()?.toString()).toBe("103");
    expect(engine.depth(9).asks).toEqual([{ price: dec(103), quantity: dec(4), ownQuantity: dec(0) }]);
    expect(lines(engine.submit(buy("b2", 9, undefined, { account: "z" }), 2)).slice(1)).toEqual([
      "b2 executed 4@103 taker",
      "b2 canceled noLiquidity 4",
    ]);
  });

  it("rests with what the tape does not offer, and is not filled by what comes to be displayed", () => {
    const engine = tapeEngine();
    expect(lines(engine.submit(buy("b", 6, 102), 1))).toEqual(["b accepted", "b executed 4@102 taker"]);
    expect(engine.applyDepth({ bids: [], asks: levels([102, 9]) }, 2)).toEqual([]);
  });

  it("meets the tape ahead of an order of ours, then the order, then the tape behind it", () => {
    const engine = tapeEngine();
    engine.submit(sell("ours", 2, 102), 1);
    engine.applyDepth({ bids: [], asks: levels([102, 7]) }, 2);
    expect(lines(engine.submit(buy("b", 8, 102, { account: "z" }), 3)).slice(1)).toEqual([
      "b executed 4@102 taker",
      "ours executed 2@102 maker, ends",
      "b executed 2@102 taker",
      "b executed 2@102 taker, ends",
    ]);
    expect(engine.depth(1).asks[0]).toMatchObject({ quantity: dec(1) });
  });

  it("shortens the queue of a resting order whose tape it takes", () => {
    const engine = tapeEngine();
    engine.submit(buy("ours", 2, 100), 1);
    engine.submit(sell("s", 3, 100, { account: "z" }), 2);
    expect(ahead(engine, "ours")).toBe("2");
    engine.applyDepth({ bids: levels([100, 4]), asks: [] }, 3);
    expect(ahead(engine, "ours")).toBe("2");
    engine.applyDepth({ bids: levels([100, 1]), asks: [] }, 4);
    expect(ahead(engine, "ours")).toBe("1");
  });

  it("prefers an order of ours at a better price than the tape's", () => {
    const engine = tapeEngine();
    engine.submit(sell("ours", 1, 101), 1);
    expect(lines(engine.submit(buy("b", 2, undefined, { account: "z" }), 2)).slice(1)).toEqual([
      "ours executed 1@101 maker, ends",
      "b executed 1@101 taker",
      "b executed 1@102 taker, ends",
    ]);
  });

  it("counts displayed levels towards fok, up to an own order that it must not trade with", () => {
    const engine = tapeEngine();
    engine.submit(sell("mine", 1, 103), 1);
    engine.applyDepth({ bids: [], asks: levels([103, 9]) }, 1);
    const fok = { timeInForce: "fok", selfTradePrevention: "cancelNewest" } as const;
    expect(lines(engine.submit(buy("b1", 11, 103, fok), 2))[1]).toBe("b1 canceled fillOrKill 0");
    expect(lines(engine.submit(buy("b2", 10, 103, fok), 2)).at(-1)).toBe("b2 executed 6@103 taker, ends");
  });

  it("is refused when it is post-only and would take displayed quantity", () => {
    const events = tapeEngine().submit(buy("b", 1, 102, { postOnly: true }), 1);
    expect(events).toMatchObject([{ kind: "refused", reason: "postOnlyWouldCross" }]);
  });
});

describe("a trigger", () => {
  it("follows public trades, not quotes and not our own executions", () => {
    const engine = tapeEngine();
    engine.submit(order("stop", "buy", { orderType: "stop", quantity: 1, triggerPrice: 102, account: "z" }), 1);
    expect(lines(engine.submit(buy("b", 1), 2))).toEqual(["b accepted", "b executed 1@102 taker, ends"]);
    expect(engine.applyQuote({ bid: level(103, 1), ask: level(104, 1) }, 3)).toEqual([]);
    expect(lines(engine.applyTrade(trade("buy", 1, 102), 4))).toEqual([
      "stop triggered",
      "stop executed 1@104 taker, ends",
    ]);
  });
});

describe("market data off the instrument's grid", () => {
  it("is refused when the price is off the tick, before anything changes", () => {
    const engine = tapeEngine();
    const bad = { price: dec("100.5"), quantity: dec(1) };
    const before = engine.depth(9);
    expect(() => engine.applyDepth({ bids: [level(101, 1), bad], asks: [] }, 1)).toThrow(/100.5 .*tick size/);
    expect(() => engine.applyTrade({ ...bad, aggressor: "buy" }, 1)).toThrow(RangeError);
    expect(() => engine.applyQuote({ ask: level(0, 1) }, 1)).toThrow(RangeError);
    expect(engine.depth(9)).toEqual(before);
  });

  it("is rounded down to whole lots", () => {
    const engine = tapeEngine();
    engine.applyQuote({ bid: { price: dec(101), quantity: dec("2.9") } }, 1);
    expect(engine.depth(1).bids[0]?.quantity.toString()).toBe("2");
  });

  it("is not for an engine without a tape", () => {
    expect(() => engineOf().applyTrade(trade("buy", 1, 100), 0)).toThrow(/takes no market data/);
  });
});
