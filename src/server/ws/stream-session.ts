// One client of /api/v1/stream: who it is, and where in the events it stands. A client that is behind is
// caught up page by page, as fast as it reads; one that is at the end is told at once, and closed when it
// does not read.

import { isOrderwrightError, type OrderwrightError, orderwrightError } from "../../domain/errors.ts";
import { authenticate, type Caller } from "../auth/caller.ts";
import { scopesOf } from "../auth/tokens.ts";
import type { ServerContext } from "../context.ts";
import { beyondJournal } from "../http/api-v1/state.ts";
import { problemOf } from "../http/problem.ts";
import { CLOSE, type Connection } from "./connection.ts";
import { errorFrame } from "./frames.ts";
import type { StreamHub } from "./stream-hub.ts";

const AUTH_TIMEOUT_MS = 5_000;

export const CHANNELS = ["orders", "market"] as const;
export type Channel = (typeof CHANNELS)[number];

interface Subscription {
  readonly channels: ReadonlySet<Channel>;
  /** The last event sent. */
  cursor: number;
}

export class StreamSession {
  readonly #connection: Connection;
  readonly #context: ServerContext;
  readonly #hub: StreamHub;
  readonly #cancelTimeout: () => void;
  #caller: Caller | undefined;
  #subscription: Subscription | undefined;
  /** The last event handed to the network: all that a client may have seen. */
  #flushedSeq = 0;
  #isCatchingUp = false;

  /** @param caller - known already where the upgrade carried a token. */
  constructor(connection: Connection, context: ServerContext, hub: StreamHub, caller: Caller | undefined) {
    this.#connection = connection;
    this.#context = context;
    this.#hub = hub;
    this.#cancelTimeout = context.clock.schedule(AUTH_TIMEOUT_MS, () => {
      if (this.#caller === undefined)
        this.#refuse(orderwrightError("auth.missing", "No auth message came within 5 s."));
    });
    connection.onText((text) => this.#receive(text));
    if (caller !== undefined) this.#welcome(caller);
  }

  close(): void {
    this.#cancelTimeout();
    this.#hub.remove(this);
    this.#subscription = undefined;
  }

  /** Sends the events that came since. */
  pump(): void {
    const subscription = this.#subscription;
    if (subscription?.channels.has("orders") !== true) return;
    if (this.#isCatchingUp && this.#connection.isCongested) return;
    const frame = this.#hub.frames.events(subscription.cursor);
    if (frame === undefined) {
      this.#isCatchingUp = false;
      return;
    }
    subscription.cursor = frame.lastSeq;
    this.#isCatchingUp ||= frame.lastSeq < this.#context.feed.lastSeq;
    this.#connection.send(frame.text, {
      slowReason: `too slow; resume from seq ${this.#flushedSeq}`,
      flushed: () => this.#flushed(subscription, frame.lastSeq),
    });
  }

  /** Sends what the next frame of its kind makes up for. */
  tell(channel: Channel, text: string): void {
    if (this.#subscription?.channels.has(channel) !== true) return;
    if (!this.#connection.isCongested) this.#connection.send(text);
  }

  #flushed(subscription: Subscription, seq: number): void {
    this.#flushedSeq = seq;
    // A turn between two pages, so that one client's past does not hold up the others' present.
    if (this.#isCatchingUp && this.#subscription === subscription) setImmediate(() => this.pump());
  }

  #receive(text: string): void {
    const message = parse(text);
    if (message === undefined) {
      this.#fail(malformed("a message is a JSON object with an action: auth or subscribe"));
    } else if (message["action"] === "auth") this.#authenticate(message["token"]);
    else if (this.#caller === undefined) {
      this.#refuse(orderwrightError("auth.missing", 'The first message must be {"action":"auth","token":"…"}.'));
    } else if (message["action"] === "subscribe") void this.#subscribe(message);
    else this.#fail(malformed("action must be one of auth, subscribe"));
  }

  #authenticate(token: unknown): void {
    const credentials = typeof token === "string" ? { secret: token } : undefined;
    const result = authenticate(credentials, this.#context);
    if (result.ok) this.#welcome(result.value);
    else this.#refuse(result.error);
  }

  #welcome(caller: Caller): void {
    this.#caller = caller;
    this.#connection.send(JSON.stringify({ type: "authorized", scopes: scopesOf(caller.scope) }));
  }

  async #subscribe(message: Readonly<Record<string, unknown>>): Promise<void> {
    try {
      const channels = readChannels(message["channels"]);
      const since = readSince(message["since"]);
      await this.#context.engine.whenDurable();
      if (!this.#connection.isOpen) return;
      const { feed } = this.#context;
      if (since !== undefined && since > feed.lastSeq) throw beyondJournal(since, feed.lastSeq);
      this.#begin(since ?? this.#sendSnapshot(), channels);
    } catch (thrown) {
      if (!isOrderwrightError(thrown))
        this.#context.logger.error({ component: "server", err: thrown }, "subscribe failed");
      this.#fail(
        isOrderwrightError(thrown)
          ? thrown
          : orderwrightError(
              "internal.unexpected",
              "The subscription failed; it was logged. Subscribe again from a snapshot.",
            ),
      );
    }
  }

  #begin(cursor: number, channels: ReadonlySet<Channel>): void {
    this.#subscription = { channels, cursor };
    this.#flushedSeq = cursor;
    this.#isCatchingUp = cursor < this.#context.feed.lastSeq;
    this.#hub.add(this);
    this.pump();
  }

  #sendSnapshot(): number {
    const { text, seq } = this.#hub.frames.snapshot();
    this.#connection.send(text, { isSnapshot: true });
    return seq;
  }

  #fail(error: OrderwrightError): void {
    this.#connection.send(errorFrame(problemOf(error)));
  }

  #refuse(error: OrderwrightError): void {
    this.#fail(error);
    this.#connection.close(CLOSE.unauthorized, error.code);
  }
}

function readChannels(value: unknown): ReadonlySet<Channel> {
  if (value === undefined) return new Set(CHANNELS);
  const isList = Array.isArray(value) && value.length > 0 && value.every((item) => CHANNELS.includes(item as Channel));
  if (!isList) throw malformed(`channels must be an array of ${CHANNELS.join(", ")}`);
  return new Set(value as Channel[]);
}

function readSince(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw malformed("since must be null for a snapshot, or the seq of the last event seen");
}

function malformed(text: string): OrderwrightError {
  return orderwrightError("request.malformed", `${text}.`);
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    // Not JSON: the caller says so to the client.
    return undefined;
  }
}
