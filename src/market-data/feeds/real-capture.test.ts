// The real captures, where they are: every line understood, and the books what the exchange's were.

import { expect, test } from "vitest";
import { OrderBookView } from "../order-book-view.ts";
import { CaptureSource } from "./capture.ts";
import { realCapture } from "./testing/fixture.ts";

const CAPTURES = [
  {
    name: "binance-spot-btcusdt-20240809.gz",
    instrumentId: "BTC/USDT",
    lines: 58_325,
    kinds: { depth: 3_044, quote: 45_134, trade: 10_147 },
    snapshots: 0,
  },
  {
    name: "binance-usdm-btcusdt-20240808.gz",
    instrumentId: "BTC/USDT:USDT",
    lines: 93_954,
    // One line is the answer to a REST request for the book.
    kinds: { depth: 6_552, quote: 66_089, trade: 21_313 },
    snapshots: 1,
  },
] as const;

for (const capture of CAPTURES) {
  const { path, isThere } = realCapture(capture.name);
  const title = `all ${capture.lines} lines of ${capture.name} are understood, and its book is never crossed`;

  test.skipIf(!isThere)(isThere ? title : `${title} (skipped: no file at ${path})`, async () => {
    const source = await CaptureSource.open({ path });
    const kinds = { depth: 0, quote: 0, trade: 0 };
    let view: OrderBookView | undefined;
    let snapshots = 0;
    let crossed = 0;
    let lastAt = 0;
    let backwards = 0;
    for (let event = await source.next(); event !== undefined; event = await source.next()) {
      kinds[event.kind]++;
      if (event.kind === "depth" && event.snapshot === true) snapshots++;
      if (event.at < lastAt) backwards++;
      lastAt = event.at;
      view ??= new OrderBookView(event.instrumentId);
      view.apply(event);
      const { bestBid, bestAsk } = view;
      if (bestBid !== undefined && bestAsk?.price.lte(bestBid.price) === true) crossed++;
    }
    expect({ kinds, snapshots, crossed, backwards, lines: source.linesRead }).toEqual({
      kinds: capture.kinds,
      snapshots: capture.snapshots,
      crossed: 0,
      backwards: 0,
      lines: capture.lines,
    });
    expect(source.instrumentIds).toEqual([capture.instrumentId]);
    expect(view?.levels("bid", 5)).toHaveLength(5);
  });

  test.skipIf(!isThere)(`depth of ${capture.name} agrees with the quotes on the best bid`, async () => {
    const source = await CaptureSource.open({ path });
    let view: OrderBookView | undefined;
    let compared = 0;
    let different = 0;
    for (
      let event = await source.next();
      event !== undefined && source.linesRead < 20_000;
      event = await source.next()
    ) {
      view ??= new OrderBookView(event.instrumentId);
      const before = view.bestBid;
      view.apply(event);
      // Two streams that tell one book: what depth says of the best bid, quotes said or are about to say.
      if (event.kind !== "depth" || before === undefined || source.linesRead < 1_000) continue;
      compared++;
      if (view.bestBid?.price.eq(before.price) !== true) different++;
    }
    await source.close();
    expect(compared).toBeGreaterThan(500);
    expect(different / compared).toBeLessThan(0.02);
  });
}
