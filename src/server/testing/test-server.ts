// A server over a real engine on a memory journal and a scripted venue, with a market that tests feed.

import { Decimal } from "../../domain/decimal.ts";
import type { Order } from "../../domain/order.ts";
import type { OrderRequest } from "../../engine/engine-api.ts";
import { BTC } from "../../engine/testing/scripted-venue.ts";
import { createTestEngine, type TestEngine, type TestEngineOptions } from "../../engine/testing/test-engine.ts";
import type { MarketEvent } from "../../market-data/market-data.ts";
import { MarketHub } from "../../market-data/market-hub.ts";
import type { Logger } from "../../runtime/logger.ts";
import { silentLogger } from "../../runtime/logger.ts";
import { VirtualClock } from "../../runtime/virtual-clock.ts";
import { TokenStore } from "../auth/tokens.ts";
import { HubMarketView } from "../market-view.ts";
import { createServer, type OrderwrightServer, type ServerOptions } from "../server.ts";
import { noStrategies } from "../strategy-view.ts";

export const SECRETS = {
  read: "read-secret-0123456789abcdef",
  trade: "trade-secret-0123456789abcdef",
  admin: "admin-secret-0123456789abcdef",
} as const;
export type Role = keyof typeof SECRETS;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // Tests look into it as they expect it to be.
  readonly body: Json;
  readonly text: string;
}
/** JSON that a test looks into, step by step. */
export interface Json {
  readonly [key: string]: Json;
}

export const listOf = (json: Json | undefined): readonly Json[] => json as unknown as readonly Json[];
export const textOf = (json: unknown): string => String(json);

export interface CallOptions {
  readonly as?: Role | "nobody";
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestServer extends TestEngine {
  readonly server: OrderwrightServer;
  readonly hub: MarketHub;
  /** The server's own clock; the engine's is `clock`. */
  readonly serverClock: VirtualClock;
  /** Sends a request as the admin unless told; a body that is no text goes as JSON. */
  call(
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    url: string,
    body?: unknown,
    options?: CallOptions,
  ): Promise<Answer>;
  passServerTime(ms: number): Promise<void>;
  placed(changes?: Partial<OrderRequest>): Promise<Order>;
  close(): Promise<void>;
}

export interface TestServerOptions {
  readonly engine?: TestEngineOptions;
  readonly server?: Partial<ServerOptions>;
  readonly logger?: Logger;
}

export async function createTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const test = await createTestEngine(options.engine);
  await test.settle();
  const hub = new MarketHub();
  const serverClock = new VirtualClock(test.clock.now());
  const server = await createServer({
    engine: test.engine,
    market: new HubMarketView(hub, () => ({ description: "scripted", state: "running", speed: 1, position: 0 })),
    strategies: noStrategies,
    tokens: new TokenStore(
      (["read", "trade", "admin"] as const).map((scope) => ({ name: scope, scope, secret: SECRETS[scope] })),
    ),
    logger: options.logger ?? silentLogger,
    clock: serverClock,
    mode: "paper",
    version: "0.0.0-test",
    port: 0,
    ...options.server,
  });
  return {
    ...test,
    server,
    hub,
    serverClock,
    call: async (method, url, body, { as = "admin", headers = {} } = {}) => {
      const response = await server.inject({
        method,
        url,
        headers: {
          ...(as === "nobody" ? {} : { authorization: `Bearer ${SECRETS[as]}` }),
          ...(body === undefined || typeof body === "string" ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      return {
        status: response.statusCode,
        headers: response.headers,
        text: response.body,
        body: parse(response.body),
      };
    },
    passServerTime: (ms) => serverClock.advanceTo(serverClock.now() + ms, () => test.settle()),
    placed: (changes) => test.working(changes),
    close: async () => {
      await server.close();
      await test.engine.stop();
    },
  };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // Not all answers are JSON: their test looks at the text.
    return {};
  }
}

/** A depth event with one level a side. */
export function depth(bid: string, ask: string, at = 1): MarketEvent {
  const level = (price: string) => ({ price: Decimal.parse(price), quantity: Decimal.parse("5") });
  return { kind: "depth", instrumentId: BTC.id, at, bids: [level(bid)], asks: [level(ask)] };
}

export function trade(price: string, tradeId = "t1", at = 2): MarketEvent {
  return {
    kind: "trade",
    instrumentId: BTC.id,
    at,
    tradeId,
    price: Decimal.parse(price),
    quantity: Decimal.parse("0.5"),
    aggressor: "buy",
  };
}
