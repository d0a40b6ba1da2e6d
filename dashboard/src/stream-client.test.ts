// The stream's life against a socket that the test holds in its hands: no network, no real time.

import { describe, expect, test } from "vitest";
import { backoffMs, checkContinuity } from "./continuity.ts";
import {
  type Connection,
  type DataFrame,
  SILENCE_MS,
  type Socket,
  type SocketListener,
  StreamClient,
} from "./stream-client.ts";

class FakeSocket implements Socket {
  readonly sent: Record<string, unknown>[] = [];
  isClosed = false;
  readonly #listener: SocketListener;

  constructor(listener: SocketListener) {
    this.#listener = listener;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.isClosed = true;
  }

  open(): void {
    this.#listener.opened();
  }

  hear(frame: object): void {
    this.#listener.heard(JSON.stringify(frame));
  }

  lose(): void {
    this.#listener.closed(1006, "");
  }
}

class World {
  readonly sockets: FakeSocket[] = [];
  readonly frames: DataFrame[] = [];
  connection: Connection | undefined;
  #timers: { at: number; callback: () => void }[] = [];
  #now = 0;
  readonly client = new StreamClient({
    connect: (listener) => {
      const socket = new FakeSocket(listener);
      this.sockets.push(socket);
      return socket;
    },
    token: () => "t",
    onFrame: (frame) => this.frames.push(frame),
    onConnection: (connection) => {
      this.connection = connection;
    },
    schedule: (delayMs, callback) => {
      const timer = { at: this.#now + delayMs, callback };
      this.#timers.push(timer);
      return () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      };
    },
    wallNow: () => this.#now,
    random: () => 0,
  });

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("Nothing has connected yet.");
    return socket;
  }

  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = next.at;
      next.callback();
    }
    this.#now = end;
  }

  /** Connects and reads a snapshot up to `seq`. */
  live(seq: number): this {
    this.client.start();
    this.authorize();
    this.socket.hear({ type: "snapshot", seq });
    return this;
  }

  authorize(): void {
    this.socket.open();
    this.socket.hear({ type: "authorized", scopes: ["read", "trade"] });
  }

  events(...seqs: number[]): void {
    this.socket.hear({ type: "events", events: seqs.map((seq) => ({ seq, type: "x" })), orders: [], positions: [] });
  }
}

describe("the stream", () => {
  test("authorizes first, then asks for a snapshot", () => {
    const world = new World().live(7);
    expect(world.socket.sent).toEqual([
      { action: "auth", token: "t" },
      { action: "subscribe", since: null, channels: ["orders", "market"] },
    ]);
    expect(world.connection).toMatchObject({ phase: "live", scopes: ["read", "trade"], resumes: 0 });
  });

  test("a lost connection is taken up again right after the last event", () => {
    const world = new World().live(7);
    world.events(8, 9);
    world.socket.lose();
    expect(world.connection?.phase).toBe("waiting");
    world.pass(250);
    world.authorize();
    expect(world.socket.sent.at(-1)).toMatchObject({ action: "subscribe", since: 9 });
    world.events(10);
    expect(world.connection).toMatchObject({ phase: "live", resumes: 1, breaks: 0 });
    expect(world.frames.filter(({ type }) => type === "events")).toHaveLength(2);
  });

  test.each([
    ["a gap", [10, 11]],
    ["a repeat", [8, 9]],
    ["a hole inside a frame", [9, 11]],
  ])("%s is not shown: everything is read anew", (_name, seqs) => {
    const world = new World().live(7);
    world.events(8);
    const shown = world.frames.length;
    world.events(...seqs);
    expect(world.frames).toHaveLength(shown);
    expect(world.connection).toMatchObject({ phase: "waiting", breaks: 1 });
    world.pass(250);
    world.authorize();
    expect(world.socket.sent.at(-1)).toMatchObject({ action: "subscribe", since: null });
  });

  test("a refused place in the stream falls back to a snapshot on the same socket", () => {
    const world = new World().live(7);
    world.socket.lose();
    world.pass(250);
    world.authorize();
    world.socket.hear({ type: "error", problem: { code: "request.malformed", detail: "since is beyond the journal" } });
    expect(world.socket.sent.at(-1)).toMatchObject({ action: "subscribe", since: null });
    expect(world.sockets).toHaveLength(2);
  });

  test("a refused token is not tried again", () => {
    const world = new World();
    world.client.start();
    world.socket.hear({ type: "error", problem: { code: "auth.invalid", detail: "The token is not known." } });
    world.pass(60_000);
    expect(world.sockets).toHaveLength(1);
    expect(world.connection).toMatchObject({ phase: "refused", reason: "The token is not known." });
  });

  test("a silent stream is given up and taken up again", () => {
    const world = new World().live(7);
    const first = world.socket;
    world.pass(SILENCE_MS + 250);
    expect(first.isClosed).toBe(true);
    expect(world.sockets).toHaveLength(2);
  });

  test("what a socket that was let go still says is not heard", () => {
    const world = new World().live(7);
    const first = world.socket;
    first.lose();
    const shown = world.frames.length;
    first.hear({ type: "events", events: [{ seq: 8 }], orders: [], positions: [] });
    expect(world.frames).toHaveLength(shown);
    expect(world.client.lastSeq).toBe(7);
  });

  test("tries grow further apart, up to ten seconds", () => {
    expect([1, 2, 3, 6, 20].map((attempt) => backoffMs(attempt, 0))).toEqual([250, 500, 1_000, 8_000, 10_000]);
    expect(backoffMs(1, 1)).toBe(313);
  });

  test("no events at all continue anything", () => {
    expect(checkContinuity(5, [])).toEqual({ holds: true, lastSeq: 5 });
  });
});
