// The generated capture in test/fixtures/market: that it is what its generator makes, and replays as a market.

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { MarketHub } from "../market-hub.ts";
import { CaptureSource } from "./capture.ts";
import { FIXTURE_CAPTURE } from "./testing/fixture.ts";
import { generateCaptureText } from "./testing/generate-capture.ts";

test("the generator reproduces the fixture byte for byte", async () => {
  const fixture = await readFile(FIXTURE_CAPTURE);
  expect(fixture.length).toBeLessThan(50_000);
  // Bytes 4 to 7 of gzip are a file's time. The compressed bytes differ between versions of zlib; the content may not.
  expect(fixture.readUInt32LE(4)).toBe(0);
  expect(gunzipSync(fixture).toString("utf8")).toBe(await generateCaptureText());
});

test("the fixture replays as a market of one instrument, never crossed after its first quote", async () => {
  const source = await CaptureSource.open({ path: FIXTURE_CAPTURE });
  const hub = new MarketHub();
  const kinds = { depth: 0, quote: 0, trade: 0 };
  for (let event = await source.next(); event !== undefined; event = await source.next()) {
    kinds[event.kind]++;
    hub.publish(event);
    const view = hub.view(event.instrumentId);
    if (kinds.quote > 0 && view?.bestAsk !== undefined) expect(view.bestBid?.price.lt(view.bestAsk.price)).toBe(true);
  }
  expect(source.instrumentIds).toEqual(["BTC/USDT"]);
  expect(kinds).toEqual({ depth: 138, quote: 191, trade: 171 });
  expect(source.fraction).toBe(1);
});
