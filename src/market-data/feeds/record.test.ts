// Recording, against a feed on the loopback interface. The public feeds themselves are not reached from here.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { expect, onTestFinished, test, vi } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { NodeClock } from "../../runtime/node/node-clock.ts";
import { SeededRandom } from "../../runtime/random.ts";
import { CaptureSource } from "./capture.ts";
import { type PublicFeed, publicFeed } from "./public-feeds.ts";
import { type RecordOptions, type RecordResult, recordFeed } from "./record.ts";
import { temporaryFile, temporaryPath } from "./testing/temporary-file.ts";

const TRADE =
  '{"stream":"btcusdt@trade","data":{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"61685.99","q":"0.1","T":1,"m":true,"M":true}}';
/** Waits of the recorder pass this much faster than real time. */
const SPEED = 50;

/** A feed that does to each connection what it is told, with the number of the connection from 1. */
async function startFeed(serve: (socket: WebSocket, connection: number) => void): Promise<PublicFeed> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  let connections = 0;
  server.on("connection", (socket) => serve(socket, ++connections));
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: [] };
}

interface Recording {
  readonly path: string;
  readonly result: Promise<RecordResult>;
  stop(): Promise<RecordResult>;
}

async function record(feed: PublicFeed, options: Partial<RecordOptions> = {}): Promise<Recording> {
  const path = options.path ?? (await temporaryPath("recording.gz"));
  const stopping = new AbortController();
  const result = recordFeed({
    feed,
    path,
    signal: stopping.signal,
    random: SeededRandom.fromSeed(1),
    clock: new NodeClock({ startAt: 0, speed: SPEED }),
    ...options,
  });
  // Looked at by each test; here only so that a failure before that is not taken for an unhandled one.
  result.catch(() => undefined);
  return {
    path,
    result,
    stop: () => {
      stopping.abort();
      return result;
    },
  };
}

async function messagesIn(path: string): Promise<string[]> {
  const text = gunzipSync(await readFile(path)).toString("utf8");
  return text.split("\n").flatMap((line) => (line === "" ? [] : [line.slice(20)]));
}

test("what the feed sends is written exactly as it came, and reads as a capture", async () => {
  const exotic = '{"stream":"btcusdt@other","data":{"text":"ümläut   spaces","n":1.10}}';
  const feed = await startFeed((socket) => {
    for (const message of [TRADE, exotic, TRADE]) socket.send(message);
  });
  const before = Date.now();
  const recording = await record(feed);
  await vi.waitFor(async () => expect(await messagesIn(recording.path)).toEqual([TRADE, exotic, TRADE]));
  const result = await recording.stop();
  expect(result).toMatchObject({ messages: 3, connections: 1, endedBy: "aborted" });
  expect(result.bytes).toBe((await readFile(recording.path)).length);

  const source = await CaptureSource.open({ path: recording.path });
  const [first, second] = [await source.next(), await source.next()];
  expect(await source.next()).toBeUndefined();
  expect(first?.instrumentId).toBe("BTC/USDT");
  expect(first?.at).toBeGreaterThanOrEqual(before);
  expect(second?.at).toBeGreaterThanOrEqual(first?.at ?? 0);
  expect(second?.at).toBeLessThanOrEqual(Date.now() + 1);
});

test("while it records, the file is a whole gzip file after every flush", async () => {
  let sent = 0;
  const feed = await startFeed((socket) => {
    const timer = setInterval(() => socket.send(TRADE.replace('"t":1', `"t":${++sent}`)), 2);
    socket.on("close", () => clearInterval(timer));
  });
  const sizes: number[] = [];
  const recording = await record(feed, { onProgress: ({ messages }) => sizes.push(messages) });
  // What a kill leaves behind is what a copy of the file holds at any moment.
  for (let copies = 0; copies < 5; copies++) {
    const flushes = sizes.length;
    await vi.waitFor(() => expect(sizes.length).toBeGreaterThan(flushes + 1));
    const messages = await messagesIn(recording.path);
    expect(messages.at(-1)).toContain(`"t":${messages.length}`);
  }
  const result = await recording.stop();
  expect(await messagesIn(recording.path)).toHaveLength(result.messages);
});

test("after a lost connection it connects again and goes on in the same file", async () => {
  const feed = await startFeed((socket, connection) => {
    socket.send(TRADE.replace('"t":1', `"t":${connection}`));
    if (connection < 3) socket.terminate();
  });
  const recording = await record(feed);
  await vi.waitFor(async () => expect(await messagesIn(recording.path)).toHaveLength(3));
  expect(await recording.stop()).toMatchObject({ messages: 3, connections: 3 });
});

test("a feed that cannot be reached is tried again until it can, and stopping does not wait for it", async () => {
  const feed = await startFeed(() => undefined);
  const warnings: string[] = [];
  const logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (_fields: unknown, message: string) => warnings.push(message),
    error: () => undefined,
  };
  // A port on which nobody listens: the one next to a listening one would be a guess, port 1 is not.
  const recording = await record({ ...feed, url: "ws://127.0.0.1:1" }, { logger });
  await vi.waitFor(() => expect(warnings.length).toBeGreaterThan(2));
  expect(await recording.stop()).toEqual({ messages: 0, bytes: 0, connections: 0, endedBy: "aborted" });
});

test("a connection that falls silent is given up and made anew", async () => {
  const feed = await startFeed((socket, connection) => {
    if (connection > 1) socket.send(TRADE);
  });
  const recording = await record(feed, { clock: new NodeClock({ startAt: 0, speed: 2_000 }) });
  await vi.waitFor(async () => expect(await messagesIn(recording.path)).toHaveLength(1));
  expect(await recording.stop()).toMatchObject({ connections: 2 });
});

test("it subscribes after each connect, keeps the connection alive, and writes no bare words", async () => {
  const heard: string[] = [];
  const feed = await startFeed((socket, connection) => {
    socket.on("message", (data) => {
      const text = (data as Buffer).toString();
      heard.push(`${connection} ${text}`);
      socket.send(text === "ping" ? "pong" : '{\n"event":"subscribe"\n}');
      if (text === "ping" && connection === 1) socket.terminate();
    });
  });
  const recording = await record(
    { ...feed, requests: ["subscribe"], heartbeat: "ping" },
    { clock: new NodeClock({ startAt: 0, speed: 1_000 }) },
  );
  await vi.waitFor(() => expect(heard).toContain("2 ping"));
  await recording.stop();
  expect(heard.slice(0, 4)).toEqual(["1 subscribe", "1 ping", "2 subscribe", "2 ping"]);
  expect(new Set(await messagesIn(recording.path))).toEqual(new Set(['{ "event":"subscribe" }']));
});

test("a bound of size or of time ends the recording in good order", async () => {
  const feed = await startFeed((socket) => {
    const timer = setInterval(() => socket.send(TRADE), 1);
    socket.on("close", () => clearInterval(timer));
  });
  const bySize = await record(feed, { maxBytes: 200 });
  const sized = await bySize.result;
  expect(sized.endedBy).toBe("maxBytes");
  expect(sized.bytes).toBeGreaterThanOrEqual(200);
  expect(await messagesIn(bySize.path)).toHaveLength(sized.messages);

  const byTime = await record(feed, { durationMs: 2_000 });
  expect((await byTime.result).endedBy).toBe("duration");
});

test("a file that exists is never written over", async () => {
  const feed = await startFeed(() => undefined);
  const path = await temporaryFile("precious.gz", "precious");
  const recording = await record(feed, { path });
  await expect(recording.result).rejects.toMatchObject({ code: "marketData.unwritable" });
  expect(await readFile(path, "utf8")).toBe("precious");
});

test("the public feeds are named with the streams that the reader knows", () => {
  expect(publicFeed("binance", ["BTCUSDT"])).toEqual({
    url: "wss://stream.binance.com:9443/stream?streams=btcusdt@depth@100ms/btcusdt@trade/btcusdt@bookTicker",
    requests: [],
  });
  expect(publicFeed("binance-usdm", ["btcusdt", "ethusdt"]).url).toContain("btcusdt@bookTicker/ethusdt@depth@0ms");
  expect(publicFeed("okx", ["btc-usdt"])).toEqual({
    url: "wss://ws.okx.com:8443/ws/v5/public",
    requests: [
      '{"op":"subscribe","args":[{"channel":"trades","instId":"BTC-USDT"},{"channel":"bbo-tbt","instId":"BTC-USDT"},{"channel":"books","instId":"BTC-USDT"}]}',
    ],
    heartbeat: "ping",
  });
});
