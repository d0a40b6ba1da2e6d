// The life of the stream's socket: authorize, subscribe, check that no event is missing, notice
// silence, come back after a loss and resume where it was. What frames mean is store.ts's business.

import { backoffMs, checkContinuity } from "./continuity.ts";
import type { EventsFrame, MarketFrame, ProblemJson, ServerFrame, SnapshotFrame, StatusFrame } from "./contract.ts";

/** An open or opening socket. */
export interface Socket {
  send(text: string): void;
  close(): void;
}

/** What a socket tells; nothing after its close. */
export interface SocketListener {
  opened(): void;
  heard(text: string): void;
  closed(code: number, reason: string): void;
}

export interface Connection {
  readonly phase: "idle" | "connecting" | "live" | "waiting" | "refused";
  /** Tries since the connection was lost. */
  readonly attempt: number;
  /** Wall time of the next try, while waiting. */
  readonly retryAt?: number;
  readonly lastMessageAt?: number;
  /** Why the connection was lost or refused. */
  readonly reason?: string;
  /** How often the stream was taken up again at its last event. */
  readonly resumes: number;
  /** How often events were missing or came twice, so that all was read anew. */
  readonly breaks: number;
  readonly scopes: readonly string[];
}

export type DataFrame = SnapshotFrame | EventsFrame | MarketFrame | StatusFrame;

export interface StreamClientOptions {
  connect(listener: SocketListener): Socket;
  token(): string | undefined;
  onFrame(frame: DataFrame): void;
  onConnection(connection: Connection): void;
  /** Calls back once; the returned function prevents it. */
  schedule(delayMs: number, callback: () => void): () => void;
  wallNow(): number;
  random(): number;
}

/** Three heartbeats of the server: a stream silent for longer is dead, whatever the socket says. */
export const SILENCE_MS = 6_500;
const UNAUTHORIZED_CLOSE = 4401;

export class StreamClient {
  readonly #options: StreamClientOptions;
  #socket: Socket | undefined;
  /** Tells the present socket from those that were let go. */
  #attempts = 0;
  #lastSeq: number | undefined;
  #connection: Connection = { phase: "idle", attempt: 0, resumes: 0, breaks: 0, scopes: [] };
  #cancelRetry: () => void = () => {};
  #cancelSilence: () => void = () => {};

  constructor(options: StreamClientOptions) {
    this.#options = options;
  }

  /** The last event that was handed on. */
  get lastSeq(): number | undefined {
    return this.#lastSeq;
  }

  /** Connects now, whatever was going on. */
  start(): void {
    this.#drop();
    this.#update({ phase: "connecting", attempt: this.#connection.attempt + 1 });
    this.#listenForSilence();
    const attempt = ++this.#attempts;
    const isPresent = () => attempt === this.#attempts && this.#socket !== undefined;
    this.#socket = this.#options.connect({
      opened: () => isPresent() && this.#send({ action: "auth", token: this.#options.token() }),
      heard: (text) => isPresent() && this.#hear(text),
      closed: (code, reason) => isPresent() && this.#lost(code, reason),
    });
  }

  /** Lets go of the connection and forgets the place in the stream. */
  stop(): void {
    this.#drop();
    this.#lastSeq = undefined;
    this.#update({ phase: "idle", attempt: 0 });
  }

  #hear(text: string): void {
    this.#listenForSilence();
    const frame = JSON.parse(text) as ServerFrame;
    switch (frame.type) {
      case "authorized":
        this.#update({ scopes: frame.scopes });
        this.#subscribe();
        return;
      case "error":
        this.#refused(frame.problem);
        return;
      case "snapshot":
        this.#lastSeq = frame.seq;
        break;
      case "events":
        if (!this.#follows(frame)) return;
        break;
      case "market":
      case "status":
        break;
    }
    this.#nowLive();
    this.#options.onFrame(frame);
  }

  #subscribe(): void {
    this.#send({ action: "subscribe", since: this.#lastSeq ?? null, channels: ["orders", "market"] });
    if (this.#lastSeq !== undefined) this.#update({ resumes: this.#connection.resumes + 1 });
  }

  #follows(frame: EventsFrame): boolean {
    const continuity =
      this.#lastSeq === undefined
        ? { holds: false as const, expected: 0, received: frame.events[0]?.seq ?? 0 }
        : checkContinuity(this.#lastSeq, frame.events);
    if (continuity.holds) {
      this.#lastSeq = continuity.lastSeq;
      return true;
    }
    this.#lastSeq = undefined;
    this.#update({ breaks: this.#connection.breaks + 1 });
    this.#retry(`event ${continuity.received} came where ${continuity.expected} was due; reading all anew`);
    return false;
  }

  /** A refused resume begins anew with a snapshot; a refused token waits for another one. */
  #refused(problem: ProblemJson): void {
    const reason = problem.detail ?? problem.title ?? "the server refused";
    if (problem.code?.startsWith("auth.") === true) {
      this.#drop();
      this.#update({ phase: "refused", reason });
      return;
    }
    if (this.#lastSeq === undefined) {
      this.#retry(reason);
      return;
    }
    this.#lastSeq = undefined;
    this.#subscribe();
  }

  #lost(code: number, reason: string): void {
    if (code === UNAUTHORIZED_CLOSE) {
      this.#drop();
      this.#update({ phase: "refused", reason: reason || "the token was not accepted" });
      return;
    }
    this.#retry(reason || "the connection was lost");
  }

  #retry(reason: string): void {
    this.#drop();
    const attempt = Math.max(1, this.#connection.attempt);
    const delayMs = backoffMs(attempt, this.#options.random());
    this.#update({ phase: "waiting", attempt, reason, retryAt: this.#options.wallNow() + delayMs });
    this.#cancelRetry = this.#options.schedule(delayMs, () => this.start());
  }

  #nowLive(): void {
    const { phase, lastMessageAt } = this.#connection;
    const now = this.#options.wallNow();
    if (phase === "live" && lastMessageAt === now) return;
    this.#update({ phase: "live", attempt: 0, lastMessageAt: now });
  }

  #listenForSilence(): void {
    this.#cancelSilence();
    this.#cancelSilence = this.#options.schedule(SILENCE_MS, () => this.#retry("the server fell silent"));
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #drop(): void {
    this.#cancelRetry();
    this.#cancelSilence();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #update(changes: Partial<Connection>): void {
    const { reason: _reason, retryAt: _retryAt, ...kept } = this.#connection;
    const keepsReason = changes.phase === undefined || changes.phase === "connecting";
    this.#connection = { ...(keepsReason ? this.#connection : kept), ...changes };
    this.#options.onConnection(this.#connection);
  }
}
