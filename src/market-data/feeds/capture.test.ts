// Reading captures: what each venue's messages become, and what is said of a file that is not one.

import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Decimal } from "../../domain/decimal.ts";
import { isOrderwrightError, type OrderwrightError } from "../../domain/errors.ts";
import type { InstrumentId } from "../../domain/identifiers.ts";
import type { MarketEvent } from "../market-data.ts";
import { type CaptureOptions, CaptureSource } from "./capture.ts";
import { temporaryFile } from "./testing/temporary-file.ts";

const NS = 1_723_161_600_001_658_384n;
const SPOT_TRADE =
  '{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161601438,"s":"BTCUSDT","t":3735693016,"p":"61685.99000000","q":"0.00017000","T":1723161601437,"m":true,"M":true}}';
const SPOT_QUOTE =
  '{"stream":"btcusdt@bookTicker","data":{"u":50093421613,"s":"BTCUSDT","b":"61685.99000000","B":"1.25869000","a":"61686.00000000","A":"2.44816000"}}';
const SPOT_DEPTH =
  '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161601273,"s":"BTCUSDT","U":1,"u":2,"b":[["61685.99000000","1.25869000"],["61668.86000000","0.00000000"]],"a":[]}}';
const USDM_TRADE =
  '{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161256322,"T":1723161256321,"s":"BTCUSDT","t":5266583935,"p":"61800.30","q":"0.006","X":"MARKET","m":false}}';
const USDM_QUOTE =
  '{"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":90,"s":"BTCUSDT","b":"61800.20","B":"2.507","a":"61800.30","A":"2.510","T":1723161256313,"E":1723161256314}}';

function linesOf(...messages: string[]): string {
  return messages.map((message, index) => `${NS + BigInt(index) * 1_000_000n} ${message}\n`).join("");
}

function usdmDepth(u: number, bids: string, asks = ""): string {
  return `{"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":7,"T":6,"s":"BTCUSDT","U":${u},"u":${u},"pu":1,"b":[${bids}],"a":[${asks}]}}`;
}

async function readAll(source: CaptureSource): Promise<MarketEvent[]> {
  const events: MarketEvent[] = [];
  for (let event = await source.next(); event !== undefined; event = await source.next()) events.push(event);
  return events;
}

async function eventsOf(text: string | Buffer, options: Omit<CaptureOptions, "path"> = {}): Promise<MarketEvent[]> {
  const source = await CaptureSource.open({ path: await temporaryFile("capture", text), ...options });
  const events = await readAll(source);
  await source.close();
  return events;
}

/** Makes the decimals readable in a comparison. */
function plain(events: MarketEvent[]): unknown {
  return JSON.parse(JSON.stringify(events));
}

/** Reads until it fails; returns the error and how many events came before it. */
async function failureOf(text: string | Buffer): Promise<{ error: OrderwrightError; events: number }> {
  let events = 0;
  try {
    const source = await CaptureSource.open({ path: await temporaryFile("capture", text) });
    while ((await source.next()) !== undefined) events++;
  } catch (error) {
    if (!isOrderwrightError(error)) throw error;
    return { error, events };
  }
  throw new Error("The capture was read without an error.");
}

test("Binance spot: depth, trade and best levels become our events, with the receive time to the microsecond", async () => {
  const events = await eventsOf(linesOf(SPOT_DEPTH, SPOT_TRADE, SPOT_QUOTE));
  expect(plain(events)).toEqual([
    {
      kind: "depth",
      instrumentId: "BTC/USDT",
      at: 1_723_161_600_001.658_4,
      venueAt: 1_723_161_601_273,
      sequence: 2,
      bids: [
        { price: "61685.99", quantity: "1.25869" },
        { price: "61668.86", quantity: "0" },
      ],
      asks: [],
    },
    {
      kind: "trade",
      instrumentId: "BTC/USDT",
      at: 1_723_161_600_002.658_4,
      venueAt: 1_723_161_601_437,
      tradeId: "3735693016",
      price: "61685.99",
      quantity: "0.00017",
      aggressor: "sell",
    },
    {
      kind: "quote",
      instrumentId: "BTC/USDT",
      at: 1_723_161_600_003.658_4,
      sequence: 50_093_421_613,
      bid: { price: "61685.99", quantity: "1.25869" },
      ask: { price: "61686", quantity: "2.44816" },
    },
  ]);
});

test("Binance USDⓈ-M is told from spot by its fields, even where the first line could be both", async () => {
  const ambiguous = USDM_TRADE.replace('"X":"MARKET",', "");
  const events = await eventsOf(linesOf(ambiguous, USDM_TRADE, USDM_QUOTE, usdmDepth(91, '["61800.1","1"]')));
  expect(events.map(({ instrumentId, kind }) => `${instrumentId} ${kind}`)).toEqual([
    "BTC/USDT:USDT trade",
    "BTC/USDT:USDT trade",
    "BTC/USDT:USDT quote",
    "BTC/USDT:USDT depth",
  ]);
  expect(events[1]).toMatchObject({ aggressor: "buy", venueAt: 1_723_161_256_321 });
});

test("the market can be told by option, and the symbols' meaning by a map", async () => {
  const text = linesOf(SPOT_TRADE.replace(',"M":true', ""));
  expect((await eventsOf(text, { market: "usdm" }))[0]?.instrumentId).toBe("BTC/USDT:USDT");
  const instruments = { BTCUSDT: { id: "XBT/USD" as InstrumentId } };
  expect((await eventsOf(text, { instruments }))[0]?.instrumentId).toBe("XBT/USD");
});

test("an empty side of Binance's best levels is absent", async () => {
  const oneSided = SPOT_QUOTE.replace('"a":"61686.00000000","A":"2.44816000"', '"a":"0.00000000","A":"0.00000000"');
  const [event] = await eventsOf(linesOf(oneSided));
  expect(event).toMatchObject({ kind: "quote" });
  expect(event).not.toHaveProperty("ask");
});

test("other streams, answers to requests and entries that are no trade are passed over", async () => {
  const events = await eventsOf(
    linesOf(
      '{"result":null,"id":1}',
      '{"stream":"btcusdt@kline_1m","data":{"e":"kline"}}',
      USDM_TRADE.replace("MARKET", "INSURANCE_FUND").replace("61800.30", "0"),
      USDM_TRADE,
    ),
  );
  expect(events.map(({ kind }) => kind)).toEqual(["trade"]);
});

test("a book snapshot that arrives late is brought up to what the stream told meanwhile", async () => {
  const snapshot = (lastUpdateId: number): string =>
    `{"lastUpdateId":${lastUpdateId},"E":9,"T":8,"bids":[["100.0","1"],["99.0","1"],["98.0","1"]],"asks":[["101.0","1"]]}`;
  const events = await eventsOf(
    linesOf(
      usdmDepth(10, '["98.0","5"]'),
      usdmDepth(20, '["99.0","0"],["97.0","4"]'),
      usdmDepth(21, "", '["101.0","3"]'),
      snapshot(15),
      usdmDepth(22, '["96.0","1"]'),
      snapshot(30),
      usdmDepth(29, '["95.0","1"]'),
      usdmDepth(31, '["94.0","1"]'),
    ),
  );
  expect(plain(events.slice(3))).toMatchObject([
    {
      snapshot: true,
      sequence: 21,
      bids: [
        { price: "100", quantity: "1" },
        { price: "98", quantity: "1" },
        { price: "97", quantity: "4" },
      ],
      asks: [{ price: "101", quantity: "3" }],
    },
    { sequence: 22 },
    { snapshot: true, sequence: 30 },
    // The update of sequence 29 is in the second snapshot already.
    { sequence: 31 },
  ]);
});

test("a book snapshot without a symbol is refused where the capture does not tell the symbol", async () => {
  const { error } = await failureOf(linesOf(SPOT_TRADE, '{"lastUpdateId":1,"bids":[],"asks":[]}'));
  expect(error.details).toMatchObject({ line: 2, problem: expect.stringContaining("names no symbol") });
});

test("OKX: trades, best levels and books become our events, several to a line where it holds several", async () => {
  const arg = (channel: string): string => `"arg":{"channel":"${channel}","instId":"BTC-USDT"}`;
  const events = await eventsOf(
    linesOf(
      `{"event":"subscribe",${arg("trades")},"connId":"a4d3ae55"}`,
      `{${arg("trades")},"data":[{"instId":"BTC-USDT","tradeId":"130639474","px":"42219.9","sz":"0.12060306","side":"buy","ts":"1630048897897","count":"3"},{"instId":"BTC-USDT","tradeId":"130639475","px":"42219.8","sz":"1","side":"sell","ts":"1630048897898","count":"1"}]}`,
      `{${arg("books")},"action":"snapshot","data":[{"asks":[["8476.98","415","0","13"]],"bids":[["8476.97","256","0","12"]],"ts":"1597026383085","checksum":0,"prevSeqId":-1,"seqId":123456}]}`,
      `{${arg("books")},"action":"update","data":[{"asks":[["8476.98","0","0","0"]],"bids":[],"ts":"1597026383086","checksum":0,"prevSeqId":123456,"seqId":123457}]}`,
      `{${arg("bbo-tbt")},"data":[{"asks":[["111.06","55154","0","2"]],"bids":[["111.05","57745","0","2"]],"ts":"1670324386802","seqId":363996337}]}`,
      `{${arg("books5")},"data":[{"asks":[["111.06","1","0","2"]],"bids":[],"ts":"1670324386802","seqId":363996338}]}`,
      `{${arg("tickers")},"data":[{"last":"1"}]}`,
    ),
  );
  expect(plain(events)).toMatchObject([
    {
      kind: "trade",
      instrumentId: "BTC/USDT",
      tradeId: "130639474",
      price: "42219.9",
      quantity: "0.12060306",
      aggressor: "buy",
      venueAt: 1_630_048_897_897,
    },
    { kind: "trade", tradeId: "130639475", aggressor: "sell" },
    {
      kind: "depth",
      snapshot: true,
      bids: [{ price: "8476.97", quantity: "256" }],
      asks: [{ price: "8476.98", quantity: "415" }],
    },
    { kind: "depth", bids: [], asks: [{ price: "8476.98", quantity: "0" }] },
    { kind: "quote", bid: { price: "111.05", quantity: "57745" }, ask: { price: "111.06", quantity: "55154" } },
    { kind: "depth", snapshot: true, bids: [], asks: [{ price: "111.06", quantity: "1" }] },
  ]);
  expect(events[3]).not.toHaveProperty("snapshot");
});

test("OKX contracts become base units by their size, and are refused without it", async () => {
  const swap = `{"arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"data":[{"tradeId":"1","px":"60000.1","sz":"7","side":"buy","ts":"1"}]}`;
  const id = "BTC/USDT:USDT" as InstrumentId;
  const instruments = { "BTC-USDT-SWAP": { id, contractSize: Decimal.parse("0.01") } };
  expect(plain(await eventsOf(linesOf(swap), { instruments }))).toMatchObject([{ instrumentId: id, quantity: "0.07" }]);
  expect((await failureOf(linesOf(swap))).error.message).toContain("counts BTC-USDT-SWAP in contracts");
});

test.each([
  ["no time", '{"stream":"x"}', "19 digits"],
  ["a time in milliseconds", '1723161600001 {"stream":"x"}', "19 digits"],
  ["no message", `${NS} `, "not complete JSON"],
  ["an empty line", "", "19 digits"],
  ["a cut message", `${NS} ${SPOT_TRADE.slice(0, 60)}`, "not complete JSON"],
  ["a message that is no object", `${NS} [1]`, "not a JSON object"],
  ["a message of another kind", `${NS} {"price":"1"}`, "neither of a Binance combined stream"],
  [
    "a price that is a number",
    `${NS} ${SPOT_TRADE.replace('"61685.99000000"', "61685.99")}`,
    "p is not a plain decimal",
  ],
  ["a price with an exponent", `${NS} ${SPOT_TRADE.replace("61685.99000000", "6e4")}`, "p is not a plain decimal"],
  ["a price of zero", `${NS} ${SPOT_TRADE.replace("61685.99000000", "0.0")}`, "p 0 is not above zero"],
  ["a quantity below zero", `${NS} ${SPOT_TRADE.replace("0.00017000", "-1")}`, "q -1 is below zero"],
  ["no symbol", `${NS} ${SPOT_TRADE.replace('"s":"BTCUSDT",', "")}`, "s is not a text"],
  ["an unknown symbol", `${NS} ${SPOT_TRADE.replace("BTCUSDT", "BTCXYZ")}`, "does not tell what BTCXYZ is"],
  ["no side", `${NS} ${SPOT_TRADE.replace('"m":true,', "")}`, "m is not true or false"],
  ["a level without a quantity", `${NS} ${SPOT_DEPTH.replace(',"1.25869000"', "")}`, "b[0][1] is not a plain decimal"],
  ["a time of the venue that is no time", `${NS} ${SPOT_TRADE.replace("1723161601437", '"now"')}`, "T is not a count"],
])("a line with %s is refused with its number and what is wrong", async (_name, line, problem) => {
  const { error } = await failureOf(`${linesOf(SPOT_TRADE, SPOT_QUOTE)}${line}\n`);
  expect(error.code).toBe("marketData.malformed");
  expect(error.message).toContain("Line 3 of ");
  expect(error.message).toContain(problem);
  expect(error.details).toMatchObject({ line: 3, problem: expect.stringContaining(problem) });
});

test("a bad line ends the tape after all events before it, wherever it stands", async () => {
  const good = linesOf(...Array.from({ length: 5_000 }, () => SPOT_QUOTE));
  const { error, events } = await failureOf(`${good}nonsense\n${linesOf(SPOT_TRADE)}`);
  expect(events).toBe(5_000);
  expect(error.details).toMatchObject({ line: 5_001 });
});

test("a last line without a newline counts", async () => {
  expect(await eventsOf(linesOf(SPOT_TRADE, SPOT_QUOTE).trimEnd())).toHaveLength(2);
});

test("gzip is known by its first bytes, and may consist of several members", async () => {
  const members = Buffer.concat([gzipSync(linesOf(SPOT_TRADE)), gzipSync(linesOf(SPOT_QUOTE, SPOT_DEPTH))]);
  expect((await eventsOf(members)).map(({ kind }) => kind)).toEqual(["trade", "quote", "depth"]);
});

test("gzip data that end too early give all complete lines and then say so", async () => {
  // Lines that do not compress well, so that the cut is far behind the lines looked at on opening.
  const text = linesOf(
    ...Array.from({ length: 6_000 }, (_, index) => SPOT_TRADE.replace("0.00017", `0.${(index * 7_919) % 99_991}1`)),
  );
  const whole = gzipSync(text);
  const { error, events } = await failureOf(whole.subarray(0, Math.floor(whole.length * 0.8)));
  expect(error.code).toBe("marketData.unreadable");
  expect(error.message).toContain(`The gzip data end too early, after line ${events}`);
  expect(events).toBeGreaterThan(4_000);
  expect(events).toBeLessThan(6_000);
});

test("gzip data that are damaged are told from those that end too early", async () => {
  const damaged = gzipSync(linesOf(SPOT_TRADE, SPOT_QUOTE));
  damaged[damaged.length - 6] = (damaged.at(-6) ?? 0) ^ 0xff;
  const { error } = await failureOf(damaged);
  expect(error.code).toBe("marketData.unreadable");
  expect(error.message).toContain("The gzip data are damaged (incorrect data check)");
});

test("a file that is not there is unreadable, and its name is in the message", async () => {
  const opening = CaptureSource.open({ path: "/nowhere/capture.gz" });
  await expect(opening).rejects.toThrow(/cannot be read: ENOENT.*\/nowhere\/capture\.gz/);
});

test("an empty file is a tape without events", async () => {
  const source = await CaptureSource.open({ path: await temporaryFile("empty", "") });
  expect(source.instrumentIds).toEqual([]);
  expect(await source.next()).toBeUndefined();
  expect(source.fraction).toBe(1);
});

test("where the recorder's clock went back, the instant of the line before stands", async () => {
  const events = await eventsOf(
    `${NS} ${SPOT_TRADE}\n${NS - 5_000_000n} ${SPOT_QUOTE}\n${NS + 1_000_000n} ${SPOT_QUOTE}\n`,
  );
  expect(events.map(({ at }) => at)).toEqual([
    1_723_161_600_001.658_4, 1_723_161_600_001.658_4, 1_723_161_600_002.658_4,
  ]);
});

test("skipping primes with every event passed over, and going on gives the same events as reading through", async () => {
  const path = await temporaryFile("capture", linesOf(SPOT_DEPTH, SPOT_TRADE, SPOT_QUOTE, SPOT_TRADE));
  const through = await readAll(await CaptureSource.open({ path }));
  const source = await CaptureSource.open({ path });
  const primed: MarketEvent[] = [];
  await source.skipTo(3, (event) => primed.push(event));
  expect(source.position).toBe(3);
  expect([...primed, ...(await readAll(source))]).toEqual(through);
  await expect(source.skipTo(9)).rejects.toThrow("The capture ends after event 4, before 9");
});

test("a capture names itself by file and digest, and its instruments from its first lines", async () => {
  const source = await CaptureSource.open({ path: await temporaryFile("some.capture", linesOf(SPOT_TRADE)) });
  expect(source.description).toMatch(/^capture some\.capture sha256:[0-9a-f]{64}$/);
  expect(source.instrumentIds).toEqual(["BTC/USDT"]);
  await source.close();
});
