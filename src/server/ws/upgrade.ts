// Upgrades to WebSocket: the same Host and Origin rules as for requests, a limit on clients, and the two
// streams by their paths.

import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { type OrderwrightError, orderwrightError } from "../../domain/errors.ts";
import type { TradeUpdates } from "../alpaca/trade-updates.ts";
import { TradeUpdatesSession } from "../alpaca/trade-updates-session.ts";
import { authenticate, type Caller, credentialsOf } from "../auth/caller.ts";
import type { ServerContext } from "../context.ts";
import type { HostOriginCheck } from "../http/host-origin.ts";
import { PROBLEM_TYPE, problemOf } from "../http/problem.ts";
import { CLOSE, Connection } from "./connection.ts";
import type { StreamHub } from "./stream-hub.ts";
import { StreamSession } from "./stream-session.ts";

/** Bytes in one message of a client. */
const MAX_PAYLOAD = 64 * 1024;

export const STREAM_PATHS = { own: "/api/v1/stream", alpaca: "/stream" } as const;
type Stream = keyof typeof STREAM_PATHS;

export interface UpgradeOptions {
  readonly check: HostOriginCheck;
  readonly maxClients: number;
  readonly maxBufferedBytes: number;
}

export class Streams {
  readonly #context: ServerContext;
  readonly #options: UpgradeOptions;
  readonly #hub: StreamHub;
  readonly #updates: TradeUpdates;
  readonly #sockets: WebSocketServer = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    maxPayload: MAX_PAYLOAD,
    perMessageDeflate: false,
  });

  constructor(context: ServerContext, hub: StreamHub, updates: TradeUpdates, options: UpgradeOptions) {
    this.#context = context;
    this.#hub = hub;
    this.#updates = updates;
    this.#options = options;
  }

  get clients(): number {
    return this.#sockets.clients.size;
  }

  attach(server: Server): void {
    server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  close(): void {
    for (const socket of this.#sockets.clients) {
      socket.close(CLOSE.goingAway, "the server stops");
      socket.terminate();
    }
    this.#sockets.close();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client that goes away in the middle of its upgrade is nobody's fault.
    socket.on("error", () => socket.destroy());
    const allowed = this.#options.check(request.headers);
    if (!allowed.ok) {
      refuse(socket, allowed.error);
      return;
    }
    const stream = streamOf(request.url ?? "");
    if (stream === undefined) {
      refuse(
        socket,
        orderwrightError("request.unknownRoute", `Streams are at ${Object.values(STREAM_PATHS).join(" and ")}.`),
      );
      return;
    }
    if (this.clients >= this.#options.maxClients) {
      refuse(
        socket,
        orderwrightError("engine.overloaded", `The server has its ${this.#options.maxClients} stream clients.`),
      );
      return;
    }
    const credentials = credentialsOf(request.headers);
    const caller = credentials && authenticate(credentials, this.#context);
    if (caller?.ok === false) {
      refuse(socket, caller.error);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#open(ws, stream, caller?.value));
  }

  #open(socket: WebSocket, stream: Stream, caller: Caller | undefined): void {
    const { metrics, clock } = this.#context;
    metrics.noteClient(stream, 1);
    const connection = new Connection(socket, {
      clock,
      maxBufferedBytes: this.#options.maxBufferedBytes,
      onTooSlow: () => metrics.noteSlowClient(stream),
    });
    const session =
      stream === "own"
        ? new StreamSession(connection, this.#context, this.#hub, caller)
        : new TradeUpdatesSession(connection, this.#context, this.#updates, caller);
    connection.onClose(() => {
      metrics.noteClient(stream, -1);
      session.close();
    });
  }
}

function streamOf(url: string): Stream | undefined {
  const path = url.split("?", 1)[0];
  if (path === STREAM_PATHS.own) return "own";
  return path === STREAM_PATHS.alpaca ? "alpaca" : undefined;
}

function refuse(socket: Duplex, error: OrderwrightError): void {
  const problem = problemOf(error);
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${problem.status} Refused`,
      `Content-Type: ${PROBLEM_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      "Connection: close",
      "",
      body,
    ].join("\r\n"),
  );
}
