// Makes the small capture that the suite replays: the synthetic market, written as Binance spot would send it.
// Run it to write the fixture anew: npx tsx src/market-data/feeds/testing/generate-capture.ts FILE

import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { BookLevel, MarketEvent } from "../../market-data.ts";
import { formatCaptureLine } from "../capture-line.ts";
import { SYNTHETIC_INSTRUMENTS, SyntheticMarket } from "../synthetic.ts";
import { EVENTS_PER_BLOCK } from "../synthetic-block.ts";

const SEED = 20_240_809;
const START_AT = Date.UTC(2024, 7, 9);
/** One block of the market: a capture knows no snapshot, with which the next block would begin. */
const EVENTS = EVENTS_PER_BLOCK;

/** Returns the text of the fixture: lines of `<ns> <message>`. */
export async function generateCaptureText(): Promise<string> {
  const market = new SyntheticMarket({ seed: SEED, startAt: START_AT, instruments: SYNTHETIC_INSTRUMENTS.slice(0, 1) });
  let text = "";
  for (let index = 0; index < EVENTS; index++) {
    const event = await market.next();
    // The synthetic market counts whole microseconds; a double holds them to a fraction of one.
    const receivedNs = BigInt(Math.round(event.at * 1_000)) * 1_000n;
    text += formatCaptureLine(receivedNs, JSON.stringify(toBinanceMessage(event, index)));
  }
  return text;
}

function toBinanceMessage(event: MarketEvent, index: number): unknown {
  const sentAt = Math.floor(event.at);
  // Each event is a change of the book of its own, so that the update ids count the events.
  const u = 50_000_000_000 + index;
  const s = "BTCUSDT";
  if (event.kind === "depth") {
    const data = { e: "depthUpdate", E: sentAt, s, U: u, u, b: event.bids.map(levelOf), a: event.asks.map(levelOf) };
    return { stream: "btcusdt@depth@100ms", data };
  }
  if (event.kind === "quote") {
    const [b, B] = levelOf(event.bid);
    const [a, A] = levelOf(event.ask);
    return { stream: "btcusdt@bookTicker", data: { u, s, b, B, a, A } };
  }
  const [p, q] = levelOf(event);
  const m = event.aggressor === "sell";
  const data = { e: "trade", E: sentAt, s, t: 3_700_000_000 + index, p, q, T: sentAt, m, M: true };
  return { stream: "btcusdt@trade", data };
}

function levelOf(level: BookLevel | undefined): [price: string, quantity: string] {
  return level === undefined ? ["0.00000000", "0.00000000"] : [level.price.toFixed(8), level.quantity.toFixed(8)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , path] = process.argv;
  if (path === undefined) throw new Error("Name the file to write.");
  await writeFile(path, gzipSync(await generateCaptureText(), { level: 9 }));
}
