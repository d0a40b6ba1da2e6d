// The account's figures as Alpaca names them.

import { expect, test } from "vitest";
import { Decimal } from "../../domain/decimal.ts";
import type { AccountId, ExecutionId, InstrumentId, VenueOrderId } from "../../domain/identifiers.ts";
import type { Side } from "../../domain/order-event.ts";
import { applyFill, emptyPosition, type Position } from "../../domain/position.ts";
import { accountFigures } from "./account-figures.ts";

const d = (text: string): Decimal => Decimal.parse(text);

function traded(instrumentId: string, ...fills: readonly (readonly [Side, string, string])[]): Position {
  return fills.reduce(
    (position, [side, quantity, price], index) =>
      applyFill(position, side, {
        executionId: `e${index}` as ExecutionId,
        venueOrderId: "v" as VenueOrderId,
        price: d(price),
        quantity: d(quantity),
        liquidity: "taker",
        fee: { amount: d("1"), asset: "USDT" },
        venueAt: 0,
      }),
    emptyPosition("main" as AccountId, instrumentId as InstrumentId),
  );
}

const figures = (positions: readonly Position[], mark: string | undefined, maxExposure?: string) =>
  accountFigures({
    positions,
    mark: () => (mark === undefined ? undefined : d(mark)),
    quoteOf: (instrumentId) => instrumentId.split("/")[1],
    startingCash: d("1000"),
    ...(maxExposure === undefined ? {} : { maxExposure: d(maxExposure) }),
  });

const shown = (value: object): object => JSON.parse(JSON.stringify(value)) as object;

test("without a fill, everything is the starting cash", () => {
  expect(shown(figures([], "100"))).toEqual({
    currency: "USD",
    cash: "1000",
    longMarketValue: "0",
    shortMarketValue: "0",
    equity: "1000",
    buyingPower: "1000",
  });
});

test("cash moves by what was paid and the fees, equity by the market", () => {
  const position = traded("BTC/USDT", ["buy", "2", "100"], ["sell", "1", "110"]);
  expect(shown(figures([position], "120"))).toMatchObject({
    currency: "USDT",
    cash: "908",
    longMarketValue: "120",
    equity: "1028",
  });
});

test("a short position brings cash and owes its value", () => {
  expect(shown(figures([traded("BTC/USDT", ["sell", "1", "100"])], "90"))).toMatchObject({
    cash: "1099",
    shortMarketValue: "-90",
    equity: "1009",
  });
});

test("an exposure limit bounds the buying power, which is never negative", () => {
  const position = traded("BTC/USDT", ["buy", "1", "100"]);
  expect(shown(figures([position], "100", "150"))).toMatchObject({ buyingPower: "50" });
  expect(shown(figures([position], "100", "50"))).toMatchObject({ buyingPower: "0" });
});

test("without a price a position counts at its entry, and another currency's is left out", () => {
  const btc = traded("BTC/USDT", ["buy", "1", "100"]);
  const eur = traded("BTC/EUR", ["buy", "1", "90"]);
  expect(shown(figures([btc, eur], undefined))).toMatchObject({
    currency: "USDT",
    equity: "999",
    longMarketValue: "100",
  });
});
