// `orderwright watch`: follows the journal's events as they become durable, resuming by itself.

import type { Command } from "commander";
import { WebSocket } from "ws";
import { CommandError, EXIT } from "../exit.ts";
import { print, printJson, say } from "../terminal.ts";
import { type ConnectedOptions, clientOf, connected, jsonOption, wholeNumber } from "./shared.ts";

interface WatchOptions extends ConnectedOptions {
  readonly since?: number;
  readonly count?: number;
}

interface StreamEvent {
  readonly seq: number;
  readonly type: string;
  readonly at: number;
  readonly orderId?: string;
  readonly [field: string]: unknown;
}

interface StreamFrame {
  readonly type: string;
  readonly seq?: number;
  readonly events?: readonly StreamEvent[];
  readonly problem?: { readonly code: string; readonly detail: string };
}

const RECONNECT_AFTER_MS = 1_000;

export function addWatch(program: Command): void {
  connected(program.command("watch"))
    .description("follow events as they become durable; goes on where it was after a lost connection")
    .option("--since <seq>", "start after this event; without it, with the next one", wholeNumber(0))
    .option("--count <n>", "stop after so many events", wholeNumber(1))
    .addOption(jsonOption())
    .action((options: WatchOptions) => follow(options));
}

/** Ends when the count is reached or when the process is interrupted. */
async function follow(options: WatchOptions): Promise<void> {
  const client = clientOf(options);
  const url = `${client.url.replace(/^http/, "ws")}/api/v1/stream`;
  let { since } = options;
  let wasThere = false;
  let left = options.count ?? Number.POSITIVE_INFINITY;
  const show = (event: StreamEvent): void => {
    if (left <= 0) return;
    left--;
    since = event.seq;
    if (options.json === true) printJson(event);
    else print(line(event));
  };
  for (;;) {
    const reason = await session(url, client.token, since, (frame) => {
      wasThere = true;
      if (frame.type === "snapshot" && frame.seq !== undefined) since ??= frame.seq;
      for (const event of frame.events ?? []) show(event);
      return left > 0;
    });
    if (left <= 0) return;
    // Only what was there once can come back: a wrong address is told at once.
    if (!wasThere) throw new CommandError(`No stream at ${url}: ${reason}.`, EXIT.failed);
    say(`connection lost (${reason}); resuming after event ${since ?? 0}`);
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_AFTER_MS));
  }
}

/** One connection. @returns why it ended. @throws {CommandError} when the server refuses the token. */
function session(
  url: string,
  token: string,
  since: number | undefined,
  take: (frame: StreamFrame) => boolean,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.on("open", () => socket.send(JSON.stringify({ action: "auth", token })));
    socket.on("message", (data: Buffer) => {
      const frame = JSON.parse(data.toString("utf8")) as StreamFrame;
      if (frame.type === "error") {
        const { problem } = frame;
        reject(new CommandError(problem?.detail ?? "the server refused the stream", EXIT.failed, problem));
        socket.close();
      } else if (frame.type === "authorized") {
        socket.send(JSON.stringify({ action: "subscribe", since: since ?? null, channels: ["orders"] }));
      } else if (!take(frame)) {
        socket.close();
      }
    });
    socket.on("error", (error) => resolve(error.message));
    socket.on("close", (code) => resolve(`closed with ${code}`));
  });
}

function line(event: StreamEvent): string {
  const { seq, type, at, orderId, venueAt: _venueAt, cause: _cause, ...rest } = event;
  return `${String(seq).padStart(8)}  ${new Date(at).toISOString()}  ${type.padEnd(22)} ${orderId ?? ""}  ${JSON.stringify(rest)}`;
}
