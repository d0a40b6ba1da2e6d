// A client of /api/v1/stream that remembers where it was, and complains of gaps and repeats.

import { WebSocket } from "ws";
import type { EventJson, OrderJson, PositionJson } from "../../../src/domain/order-json.ts";
import type { ServerProcess } from "./server-process.ts";

export interface StreamFrame {
  readonly type: "authorized" | "snapshot" | "events" | "market" | "status" | "error";
  readonly seq?: number;
  readonly events?: readonly EventJson[];
  readonly orders?: readonly OrderJson[];
  readonly positions?: readonly PositionJson[];
  readonly problem?: { readonly code: string; readonly detail: string };
}

const ANSWER_DEADLINE_MS = 10_000;

export class StreamClient {
  readonly #socket: WebSocket;
  /** The last event heard. */
  cursor: number;
  /** Gaps, repeats and refusals, in words. */
  readonly faults: string[] = [];
  readonly closed: Promise<number>;

  private constructor(socket: WebSocket, cursor: number) {
    this.#socket = socket;
    this.cursor = cursor;
    this.closed = new Promise((resolve) => socket.once("close", resolve));
  }

  /**
   * Subscribes to orders from a place on, or from a snapshot, and resolves with the first frame that
   * answers the subscription: the snapshot, or whatever comes first when resuming.
   */
  static attach(
    server: ServerProcess,
    since: number | null,
    hear: (frame: StreamFrame) => void = () => undefined,
  ): Promise<StreamClient> {
    const socket = new WebSocket(`${server.url.replace(/^http/, "ws")}/api/v1/stream`);
    const client = new StreamClient(socket, since ?? 0);
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => reject(new Error("The stream did not answer.")), ANSWER_DEADLINE_MS);
      socket.once("open", () => socket.send(JSON.stringify({ action: "auth", token: server.token })));
      socket.once("error", reject);
      socket.on("error", () => undefined);
      socket.on("message", (data: Buffer) => {
        const frame = JSON.parse(data.toString("utf8")) as StreamFrame;
        if (frame.type === "authorized") {
          socket.send(JSON.stringify({ action: "subscribe", since, channels: ["orders"] }));
          // A resumed stream that has missed nothing says nothing.
          if (since !== null) settle();
          return;
        }
        client.#take(frame);
        hear(frame);
        settle();
      });
      const settle = (): void => {
        clearTimeout(deadline);
        resolve(client);
      };
    });
  }

  close(): void {
    this.#socket.terminate();
  }

  #take(frame: StreamFrame): void {
    if (frame.type === "error") this.faults.push(`${frame.problem?.code}: ${frame.problem?.detail}`);
    if (frame.type === "snapshot") this.cursor = frame.seq ?? 0;
    for (const { seq } of frame.events ?? []) {
      if (seq !== this.cursor + 1) this.faults.push(`event ${seq} followed ${this.cursor}`);
      this.cursor = seq;
    }
  }
}
