// One WebSocket of a client: bounded sending, liveness, limits on what comes in. Protocols are in
// stream-session.ts and alpaca/trade-updates.ts.

import type { RawData, WebSocket } from "ws";
import type { CancelTimer, Clock } from "../../runtime/clock.ts";

/** Codes of our own, in the range that is free for applications. */
export const CLOSE = {
  unauthorized: 4401,
  tooSlow: 4408,
  tooManyMessages: 4429,
  goingAway: 1001,
} as const;

export const MAX_BUFFERED_BYTES: number = 4 * 1024 * 1024;
/** A socket with an eighth of its limit unread is congested. */
const CONGESTED_SHARE = 8;
const PING_MS = 30_000;
const MESSAGES_PER_WINDOW = 100;
const MESSAGE_WINDOW_MS = 10_000;
/** Longest reason that fits a close frame. */
const MAX_REASON = 120;

export interface ConnectionOptions {
  readonly clock: Clock;
  /** What may wait in the socket before the client counts as too slow. */
  readonly maxBufferedBytes: number;
  readonly onTooSlow: () => void;
}

export class Connection {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #maxBufferedBytes: number;
  readonly #onTooSlow: () => void;
  #allowance = 0;
  #isAlive = true;
  #ping: CancelTimer;
  #windowStartedMs: number;
  #messages = 0;

  constructor(socket: WebSocket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#clock = options.clock;
    this.#maxBufferedBytes = options.maxBufferedBytes;
    this.#onTooSlow = options.onTooSlow;
    this.#windowStartedMs = options.clock.monotonicMs();
    this.#ping = this.#schedulePing();
    socket.on("pong", () => {
      this.#isAlive = true;
    });
    // A broken socket also closes; the close is what counts.
    socket.on("error", () => socket.terminate());
    this.onClose(() => this.#ping());
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** So much waits in the socket that what is not urgent should wait too. */
  get isCongested(): boolean {
    return this.#socket.bufferedAmount > this.#maxBufferedBytes / CONGESTED_SHARE;
  }

  /** Calls back once, when the connection has ended for whatever reason. */
  onClose(listener: () => void): void {
    this.#socket.once("close", listener);
  }

  /** Calls back with each message as text, unless the client sends too many. */
  onText(listener: (text: string) => void): void {
    this.#socket.on("message", (data: RawData) => {
      if (!this.isOpen || this.#isFlooding()) return;
      listener(textOf(data));
    });
  }

  /**
   * Sends one frame. A client with too much unread is closed instead.
   *
   * @param options.isSnapshot - its size does not count against the client while it is on its way.
   * @param options.slowReason - what to tell a client that is too slow.
   * @param options.flushed - called when the frame was handed to the network.
   */
  send(
    frame: string | Buffer,
    options: { readonly isSnapshot?: boolean; readonly slowReason?: string; readonly flushed?: () => void } = {},
  ): void {
    if (!this.isOpen) return;
    if (this.#socket.bufferedAmount > this.#maxBufferedBytes + this.#allowance) {
      this.#onTooSlow();
      this.close(CLOSE.tooSlow, options.slowReason ?? "too slow");
      return;
    }
    const extra = options.isSnapshot === true ? Buffer.byteLength(frame) : 0;
    this.#allowance += extra;
    this.#socket.send(frame, { binary: typeof frame !== "string" }, (error) => {
      this.#allowance -= extra;
      if (error === undefined || error === null) options.flushed?.();
    });
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason.slice(0, MAX_REASON));
    // A client that does not read will not answer the close either.
    this.#clock.schedule(1_000, () => this.#socket.terminate());
  }

  #schedulePing(): CancelTimer {
    return this.#clock.schedule(PING_MS, () => {
      if (!this.#isAlive) {
        this.#socket.terminate();
        return;
      }
      this.#isAlive = false;
      if (this.isOpen) this.#socket.ping();
      this.#ping = this.#schedulePing();
    });
  }

  #isFlooding(): boolean {
    const now = this.#clock.monotonicMs();
    if (now - this.#windowStartedMs > MESSAGE_WINDOW_MS) {
      this.#windowStartedMs = now;
      this.#messages = 0;
    }
    this.#messages++;
    if (this.#messages <= MESSAGES_PER_WINDOW) return false;
    this.close(CLOSE.tooManyMessages, `more than ${MESSAGES_PER_WINDOW} messages in ${MESSAGE_WINDOW_MS / 1000} s`);
    return true;
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString("utf8");
  return Buffer.from(data as Buffer).toString("utf8");
}
