// The public feeds that can be recorded: addresses and subscriptions, no connection.
// None needs a key. Their messages are read by binance-wire.ts and okx-wire.ts.

/** What to connect to, and what to say there. */
export interface PublicFeed {
  readonly url: string;
  /** Sent, in order, after each connect. */
  readonly requests: readonly string[];
  /** A text that keeps the connection alive, for venues that do not ping by themselves. */
  readonly heartbeat?: string;
}

export const PUBLIC_FEED_NAMES = ["binance", "binance-usdm", "okx"] as const;
export type PublicFeedName = (typeof PUBLIC_FEED_NAMES)[number];

const FEEDS: Readonly<Record<PublicFeedName, (symbols: readonly string[]) => PublicFeed>> = {
  binance: (symbols) => ({
    url: `wss://stream.binance.com:9443/stream?streams=${binanceStreams(symbols, "100ms")}`,
    requests: [],
  }),
  "binance-usdm": (symbols) => ({
    url: `wss://fstream.binance.com/public/stream?streams=${binanceStreams(symbols, "0ms")}`,
    requests: [],
  }),
  okx: (symbols) => ({
    url: "wss://ws.okx.com:8443/ws/v5/public",
    requests: [okxSubscription(symbols)],
    heartbeat: "ping",
  }),
};

/** Returns the feed of depth, trades and quotes of symbols in the venue's spelling: `BTCUSDT`, `BTC-USDT`. */
export function publicFeed(name: PublicFeedName, symbols: readonly string[]): PublicFeed {
  return FEEDS[name](symbols);
}

function binanceStreams(symbols: readonly string[], depthInterval: string): string {
  return symbols
    .map((symbol) => symbol.toLowerCase())
    .flatMap((symbol) => [`${symbol}@depth@${depthInterval}`, `${symbol}@trade`, `${symbol}@bookTicker`])
    .join("/");
}

function okxSubscription(symbols: readonly string[]): string {
  const args = symbols.flatMap((instId) =>
    ["trades", "bbo-tbt", "books"].map((channel) => ({ channel, instId: instId.toUpperCase() })),
  );
  return JSON.stringify({ op: "subscribe", args });
}
