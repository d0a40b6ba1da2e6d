// Own orders in the depth ladder.

import { expect, test } from "vitest";
import { ladderRows, ownLevels } from "./ladder.ts";
import { anOrder } from "./testing/an-order.ts";

const none = new Map<never, never>();

test("own orders at one price are summed exactly, however the price is written", () => {
  const own = ownLevels(
    [
      anOrder({ price: "100.10", leavesQuantity: "0.1" }),
      anOrder({ price: "100.1", leavesQuantity: "0.2" }),
      anOrder({ price: "100.1", leavesQuantity: "5", side: "sell" }),
      anOrder({ price: "100.1", leavesQuantity: "5", instrumentId: "ETH/USDT" }),
      anOrder({ price: "100.1", leavesQuantity: "5", triggerPrice: "99" }),
    ],
    "BTC/USDT",
    "buy",
  );
  const row = ladderRows([["100.100", "3"]], own, { side: "buy", depth: 5 })[0];
  expect(row).toMatchObject({ quantity: "3", own: "0.3", share: 1 });
});

test("a price where only we are has a row of its own in its place", () => {
  const own = ownLevels([anOrder({ price: "99", leavesQuantity: "1" })], "BTC/USDT", "buy");
  const rows = ladderRows(
    [
      ["100", "4"],
      ["98", "2"],
    ],
    own,
    { side: "buy", depth: 3 },
  );
  expect(rows.map(({ price, quantity, own }) => [price, quantity, own])).toEqual([
    ["100", "4", undefined],
    ["99", undefined, "1"],
    ["98", "2", undefined],
  ]);
});

test("asks begin with the lowest and end at the depth asked for", () => {
  const levels = [
    ["9", "1"],
    ["10", "1"],
    ["11", "1"],
  ] as const;
  expect(ladderRows(levels, none, { side: "sell", depth: 2 }).map(({ price }) => price)).toEqual(["9", "10"]);
});

test("our own nearest prices are shown although the book is deeper than the ladder", () => {
  const levels = Array.from({ length: 20 }, (_, index) => [String(100 - index), "1"] as const);
  const own = ownLevels(
    [85, 60, 50, 40].map((price) => anOrder({ price: String(price), leavesQuantity: "1" })),
    "BTC/USDT",
    "buy",
  );
  const rows = ladderRows(levels, own, { side: "buy", depth: 6 });
  expect(rows.map(({ price, isApart }) => `${isApart ? "… " : ""}${price}`)).toEqual([
    "100",
    "99",
    "98",
    "… 85",
    "… 60",
    "50",
  ]);
});
