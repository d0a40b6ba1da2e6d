// The recorded book by itself: what reports, quotes and trades leave displayed and available.

import { describe, expect, it } from "vitest";
import { type GridLevel, TapeLiquidity } from "./tape-liquidity.ts";

const at = (price: number, quantity: number): GridLevel => ({ price, quantity });
const depth = (bids: GridLevel[], asks: GridLevel[] = [], snapshot = false) => ({ bids, asks, snapshot });

function tapeWith(bids: GridLevel[], asks: GridLevel[]): TapeLiquidity {
  const tape = new TapeLiquidity(() => undefined);
  tape.applyDepth(depth(bids, asks));
  return tape;
}

const bids = (tape: TapeLiquidity): GridLevel[] => [...tape.levels("buy")];
const asks = (tape: TapeLiquidity): GridLevel[] => [...tape.levels("sell")];

describe("depth", () => {
  it("sets absolute quantities and removes levels of zero", () => {
    const tape = tapeWith([at(100, 5), at(99, 3)], [at(101, 2)]);
    tape.applyDepth(depth([at(100, 7), at(99, 0)]));
    expect(bids(tape)).toEqual([at(100, 7)]);
    expect(asks(tape)).toEqual([at(101, 2)]);
  });

  it("removes levels of the other side that a newer level crosses", () => {
    const tape = tapeWith([at(100, 5), at(99, 3)], [at(101, 2)]);
    tape.applyDepth(depth([], [at(100, 4)]));
    expect(bids(tape)).toEqual([at(99, 3)]);
    expect(asks(tape)).toEqual([at(100, 4), at(101, 2)]);
  });

  it("forgets unlisted levels in a snapshot, and the quote before it", () => {
    const tape = tapeWith([at(100, 5)], [at(101, 2)]);
    tape.applyQuote({ bid: at(100, 5), ask: at(101, 2) });
    tape.applyDepth(depth([at(102, 1)], [at(103, 1)], true));
    expect(bids(tape)).toEqual([at(102, 1)]);
    expect(asks(tape)).toEqual([at(103, 1)]);
  });
});

describe("a quote", () => {
  it("removes better levels of its side and crossed levels of the other", () => {
    const tape = tapeWith([at(100, 5), at(99, 3), at(98, 1)], [at(101, 2), at(102, 2)]);
    tape.applyQuote({ bid: at(99, 4) });
    expect(bids(tape)).toEqual([at(99, 4), at(98, 1)]);
    tape.applyQuote({ bid: at(101, 1) });
    expect(asks(tape)).toEqual([at(102, 2)]);
  });

  it("outranks later depth at and beyond its price, and leaves the rest to depth", () => {
    const tape = tapeWith([at(98, 1)], [at(102, 1)]);
    tape.applyQuote({ bid: at(99, 4), ask: at(101, 4) });
    tape.applyDepth(depth([at(100, 9), at(99, 9), at(98, 9)], [at(100, 9), at(101, 9), at(102, 9)]));
    expect(bids(tape)).toEqual([at(99, 4), at(98, 9)]);
    expect(asks(tape)).toEqual([at(101, 4), at(102, 9)]);
  });

  it("gives way to depth of a higher number", () => {
    const tape = tapeWith([at(98, 1)], [at(102, 1)]);
    tape.applyQuote({ bid: at(99, 4), ask: at(101, 4), sequence: 7 });
    tape.applyDepth({ ...depth([at(99, 9)], []), sequence: 7 });
    expect(bids(tape)).toEqual([at(99, 4), at(98, 1)]);
    tape.applyDepth({ ...depth([at(99, 9)], []), sequence: 8 });
    expect(bids(tape)).toEqual([at(99, 9), at(98, 1)]);
  });

  it("of a lower number than the depth before it says nothing", () => {
    const tape = tapeWith([at(98, 1)], [at(102, 1)]);
    tape.applyDepth({ ...depth([at(99, 9)], []), sequence: 8 });
    tape.applyQuote({ bid: at(98, 4), sequence: 7 });
    expect(bids(tape)).toEqual([at(99, 9), at(98, 1)]);
  });

  it("with a quantity of zero says that the side is empty from there on", () => {
    const tape = tapeWith([at(100, 5), at(99, 3)], [at(101, 2)]);
    tape.applyQuote({ bid: at(0, 0) });
    expect(bids(tape)).toEqual([]);
    expect(asks(tape)).toEqual([at(101, 2)]);
  });

  it("of one side that passes the last quote of the other makes that one void", () => {
    const tape = tapeWith([], []);
    tape.applyQuote({ bid: at(99, 1), ask: at(101, 1) });
    tape.applyQuote({ bid: at(103, 1) });
    tape.applyDepth(depth([at(102, 5)]));
    expect(bids(tape)).toEqual([at(103, 1), at(102, 5), at(99, 1)]);
  });
});

describe("consumption", () => {
  it("lowers what is available, and skips a level that is used up", () => {
    const tape = tapeWith([], [at(101, 5), at(102, 1)]);
    tape.consume("sell", 101, 3);
    expect(tape.available("sell", 101)).toBe(2);
    tape.consume("sell", 101, 2);
    expect(tape.bestAvailable("sell")).toBe(102);
  });

  it("is forgotten as the displayed level shrinks, and stays as it grows", () => {
    const tape = tapeWith([], [at(101, 10)]);
    tape.consume("sell", 101, 8);
    tape.applyDepth(depth([], [at(101, 7)]));
    expect([tape.consumed("sell", 101), tape.available("sell", 101)]).toEqual([5, 2]);
    tape.applyDepth(depth([], [at(101, 9)]));
    expect([tape.consumed("sell", 101), tape.available("sell", 101)]).toEqual([5, 4]);
  });

  it("is forgotten when the level goes away", () => {
    const tape = tapeWith([], [at(101, 10)]);
    tape.consume("sell", 101, 8);
    tape.applyQuote({ ask: at(102, 1) });
    tape.applyQuote({ ask: at(101, 3) });
    expect(tape.available("sell", 101)).toBe(3);
  });

  it("gives nothing twice, whether a trade is heard before the smaller level or after it", () => {
    for (const tradeFirst of [true, false]) {
      const tape = tapeWith([], [at(101, 10)]);
      tape.consume("sell", 101, 5);
      if (tradeFirst) tape.applyTrade(101, 3, "buy");
      tape.applyDepth(depth([], [at(101, 7)]));
      if (!tradeFirst) tape.applyTrade(101, 3, "buy");
      tape.applyDepth(depth([], [at(101, 7)]));
      expect([tape.consumed("sell", 101), tape.available("sell", 101)]).toEqual([2, 5]);
    }
  });
});

describe("a public trade", () => {
  it("makes what it took unavailable until the level is reported again", () => {
    const tape = tapeWith([at(100, 10)], []);
    tape.applyTrade(100, 4, "sell");
    expect(tape.available("buy", 100)).toBe(6);
    tape.applyTrade(100, 40, "sell");
    expect(tape.available("buy", 100)).toBe(0);
    tape.applyDepth(depth([at(100, 2)]));
    expect(tape.available("buy", 100)).toBe(2);
  });

  it("overlaps with what our takers took from the same front of the queue", () => {
    const tape = tapeWith([at(100, 10)], []);
    tape.consume("buy", 100, 4);
    tape.applyTrade(100, 6, "sell");
    expect(tape.available("buy", 100)).toBe(4);
  });
});

describe("priming", () => {
  it("rebuilds the displayed levels and leaves restored consumption alone", () => {
    const tape = new TapeLiquidity(() => expect.unreachable("priming reports nothing to the queues"));
    tape.setConsumed("sell", 101, 4);
    tape.prime(() => {
      tape.applyDepth(depth([], [at(101, 9)]));
      tape.applyDepth(depth([], [at(101, 0)]));
      tape.applyDepth(depth([], [at(101, 6)]));
    });
    expect(tape.available("sell", 101)).toBe(2);
  });
});
