// Records a public feed into a capture: what came, exactly as it came, with the time it came at.
// Deliberately absent: any reading of the messages. What a venue sends is kept even where we do not know it yet.

import { WebSocket } from "ws";
import type { CancelTimer, Clock } from "../../runtime/clock.ts";
import { type Logger, silentLogger } from "../../runtime/logger.ts";
import { NodeClock } from "../../runtime/node/node-clock.ts";
import type { Random } from "../../runtime/random.ts";
import { CaptureWriter, unwritable } from "./capture-writer.ts";
import type { PublicFeed } from "./public-feeds.ts";

const FLUSH_EVERY_MS = 1_000;
const HEARTBEAT_EVERY_MS = 15_000;
/** Public feeds of liquid symbols say something many times a second: this long a silence is a dead connection. */
const MAX_SILENCE_MS = 60_000;
const MIN_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 30_000;
const DEFAULT_MAX_BYTES = 2 ** 30;
/** The most that may wait for the disk. */
const MAX_PENDING_LENGTH = 64 * 1024 * 1024;
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

export interface RecordOptions {
  readonly feed: PublicFeed;
  /** A file that does not exist yet; gzip. */
  readonly path: string;
  /** Ends the recording in good order. */
  readonly signal: AbortSignal;
  readonly random: Random;
  /** Ends the recording when the file has this size, compressed. 1 GiB unless told. */
  readonly maxBytes?: number;
  /** Ends the recording after this time. */
  readonly durationMs?: number;
  /** For waits, not for the times of the messages: these are the system's. */
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Called after each flush. */
  readonly onProgress?: (counts: RecordCounts) => void;
}

export interface RecordCounts {
  /** Messages in the file. */
  readonly messages: number;
  /** Size of the file, compressed. */
  readonly bytes: number;
  /** How often a connection was made; each one after the first stands for a gap in the recording. */
  readonly connections: number;
}

export type RecordEnd = "aborted" | "maxBytes" | "duration";

export interface RecordResult extends RecordCounts {
  readonly endedBy: RecordEnd;
}

/**
 * Records until the signal aborts, or a bound is reached, connecting again after each loss with a
 * growing wait. The file is complete up to the last second at any time.
 *
 * @throws {OrderwrightError} `marketData.unwritable` when the file cannot be made or written on.
 */
export async function recordFeed(options: RecordOptions): Promise<RecordResult> {
  const writer = await CaptureWriter.open(options.path);
  return await new Recorder(options, writer).run();
}

class Recorder {
  readonly #options: RecordOptions;
  readonly #writer: CaptureWriter;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #receivedNs = receiveClock();
  readonly #ending = new AbortController();
  #endedBy: RecordEnd = "aborted";
  #failure: unknown;
  #connections = 0;
  #attempts = 0;

  constructor(options: RecordOptions, writer: CaptureWriter) {
    this.#options = options;
    this.#writer = writer;
    this.#clock = options.clock ?? new NodeClock();
    this.#logger = options.logger ?? silentLogger;
  }

  async run(): Promise<RecordResult> {
    const { signal, durationMs } = this.#options;
    const abort = (): void => this.#end("aborted");
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
    const stopFlushing = this.#every(FLUSH_EVERY_MS, () => void this.#flush());
    const stopDuration =
      durationMs === undefined ? () => undefined : this.#clock.schedule(durationMs, () => this.#end("duration"));
    try {
      while (!this.#ending.signal.aborted) {
        await this.#connectOnce();
        await this.#backOff();
      }
    } finally {
      signal.removeEventListener("abort", abort);
      stopFlushing();
      stopDuration();
      await this.#writer.close();
    }
    if (this.#failure !== undefined) throw this.#failure;
    return { ...this.#counts(), endedBy: this.#endedBy };
  }

  /** Resolves when the connection is over, for whatever reason. */
  async #connectOnce(): Promise<void> {
    const { feed } = this.#options;
    const socket = new WebSocket(feed.url, { maxPayload: MAX_MESSAGE_BYTES, handshakeTimeout: 10_000 });
    let heardAtMs = this.#clock.monotonicMs();
    const stopTimers: CancelTimer[] = [
      this.#every(MAX_SILENCE_MS / 4, () => {
        if (this.#clock.monotonicMs() - heardAtMs > MAX_SILENCE_MS) socket.terminate();
      }),
    ];
    socket.on("open", () => {
      this.#connections++;
      this.#logger.info({ url: feed.url, connections: this.#connections }, "recording connected");
      for (const request of feed.requests) socket.send(request);
      const { heartbeat } = feed;
      if (heartbeat !== undefined) stopTimers.push(this.#every(HEARTBEAT_EVERY_MS, () => socket.send(heartbeat)));
    });
    socket.on("ping", () => {
      heardAtMs = this.#clock.monotonicMs();
    });
    socket.on("message", (data, isBinary) => {
      heardAtMs = this.#clock.monotonicMs();
      if (!isBinary) this.#keep((data as Buffer).toString("utf8"));
    });
    socket.on("error", (error) => this.#logger.warn({ url: feed.url, err: error }, "recording connection failed"));
    const close = (): void => socket.terminate();
    this.#ending.signal.addEventListener("abort", close);
    await new Promise<void>((resolve) => socket.once("close", () => resolve()));
    this.#ending.signal.removeEventListener("abort", close);
    for (const stop of stopTimers) stop();
  }

  #keep(message: string): void {
    // Answers to a heartbeat are bare words; everything that a capture holds is a JSON object.
    if (!message.startsWith("{") || this.#ending.signal.aborted) return;
    this.#attempts = 0;
    this.#writer.add(this.#receivedNs(), message);
    if (this.#writer.pendingLength > MAX_PENDING_LENGTH) {
      this.#fail(unwritable(this.#options.path, new Error("the disk is slower than the feed")));
    }
  }

  async #flush(): Promise<void> {
    try {
      await this.#writer.flush();
      this.#options.onProgress?.(this.#counts());
      if (this.#writer.bytes >= (this.#options.maxBytes ?? DEFAULT_MAX_BYTES)) this.#end("maxBytes");
    } catch (error) {
      this.#fail(error);
    }
  }

  async #backOff(): Promise<void> {
    const { signal } = this.#ending;
    if (signal.aborted) return;
    const ceilingMs = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** Math.min(this.#attempts++, 10));
    const waitMs = ceilingMs * (0.5 + this.#options.random.next() / 2);
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.schedule(waitMs, done);
      signal.addEventListener("abort", done);
      function done(): void {
        cancel();
        signal.removeEventListener("abort", done);
        resolve();
      }
    });
  }

  /** Calls again and again until told to stop. */
  #every(periodMs: number, callback: () => void): CancelTimer {
    let cancel: CancelTimer | undefined;
    const arm = (): void => {
      cancel = this.#clock.schedule(periodMs, () => {
        arm();
        callback();
      });
    };
    arm();
    return () => cancel?.();
  }

  #end(endedBy: RecordEnd): void {
    if (this.#ending.signal.aborted) return;
    this.#endedBy = endedBy;
    this.#ending.abort();
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#ending.abort();
  }

  #counts(): RecordCounts {
    return { messages: this.#writer.lines, bytes: this.#writer.bytes, connections: this.#connections };
  }
}

/** Wall time in nanoseconds that never goes back: set once by the system's clock, counted by the monotonic one. */
function receiveClock(): () => bigint {
  const offsetNs = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
  return () => offsetNs + process.hrtime.bigint();
}
