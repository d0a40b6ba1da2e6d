// A WebSocket client for tests: gathers frames, waits for one that fits.

import { WebSocket } from "ws";
import type { Json } from "./test-server.ts";

export interface TestSocket {
  readonly socket: WebSocket;
  readonly frames: Json[];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  send(message: unknown): void;
  /** Resolves with the first frame, come or to come, that fits. */
  next(fits: (frame: Json) => boolean): Promise<Json>;
  close(): void;
}

export interface SocketOptions {
  readonly headers?: Readonly<Record<string, string>>;
}

/** Connects. @throws the refusal, with its status in the message, when the server does not upgrade. */
export async function openSocket(url: string, path: string, options: SocketOptions = {}): Promise<TestSocket> {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}${path}`, { headers: { ...options.headers } });
  const frames: Json[] = [];
  const waiting: { readonly fits: (frame: Json) => boolean; readonly resolve: (frame: Json) => void }[] = [];
  socket.on("message", (data: Buffer) => {
    const frame = JSON.parse(data.toString("utf8")) as Json;
    frames.push(frame);
    for (const waiter of [...waiting]) {
      if (!waiter.fits(frame)) continue;
      waiting.splice(waiting.indexOf(waiter), 1);
      waiter.resolve(frame);
    }
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: reason.toString("utf8") }));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  return {
    socket,
    frames,
    closed,
    send: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    next: async (fits) => frames.find(fits) ?? new Promise<Json>((resolve) => waiting.push({ fits, resolve })),
    close: () => socket.terminate(),
  };
}
