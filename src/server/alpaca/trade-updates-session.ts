// One client of Alpaca's /stream: authenticate, listen, and then updates, as JSON in binary frames.

import { authenticate, type Caller, type Credentials } from "../auth/caller.ts";
import type { ServerContext } from "../context.ts";
import { CLOSE, type Connection } from "../ws/connection.ts";
import type { TradeUpdates } from "./trade-updates.ts";

const STREAM = "trade_updates";
const AUTH_TIMEOUT_MS = 5_000;

interface ClientFrame {
  readonly action?: unknown;
  readonly key?: unknown;
  readonly secret?: unknown;
  readonly data?: { readonly key_id?: unknown; readonly secret_key?: unknown; readonly streams?: unknown };
}

export class TradeUpdatesSession {
  readonly #connection: Connection;
  readonly #context: ServerContext;
  readonly #updates: TradeUpdates;
  readonly #cancelTimeout: () => void;
  #caller: Caller | undefined;
  #unsubscribe: (() => void) | undefined;

  /** @param caller - known already where the upgrade carried the headers. */
  constructor(connection: Connection, context: ServerContext, updates: TradeUpdates, caller: Caller | undefined) {
    this.#connection = connection;
    this.#context = context;
    this.#updates = updates;
    this.#caller = caller;
    this.#cancelTimeout = context.clock.schedule(AUTH_TIMEOUT_MS, () => {
      if (this.#caller === undefined) connection.close(CLOSE.unauthorized, "no authenticate within 5 s");
    });
    connection.onText((text) => this.#receive(text));
  }

  close(): void {
    this.#cancelTimeout();
    this.#stopListening();
  }

  #receive(text: string): void {
    const frame = parse(text);
    if (frame === undefined) {
      this.#fail("invalid syntax: a message is a JSON object with an action");
      return;
    }
    switch (frame.action) {
      case "auth":
        this.#authenticate(frame.key, frame.secret);
        return;
      case "authenticate":
        this.#authenticate(frame.data?.key_id ?? frame.key, frame.data?.secret_key ?? frame.secret);
        return;
      case "listen":
        this.#listen(frame.data?.streams);
        return;
      default:
        this.#fail("unknown action: it must be authenticate or listen");
    }
  }

  #authenticate(key: unknown, secret: unknown): void {
    const credentials: Credentials | undefined =
      typeof secret !== "string"
        ? undefined
        : typeof key === "string" && key !== ""
          ? { secret, keyId: key }
          : { secret };
    const result = authenticate(credentials, this.#context);
    if (result.ok) {
      // Another account's updates are not for whoever this is now.
      if (this.#caller?.account !== result.value.account) this.#stopListening();
      this.#caller = result.value;
      this.#send("authorization", { status: "authorized", action: "authenticate" });
    } else this.#refuse("authenticate");
  }

  /** The full set each time; the same one again changes nothing. */
  #listen(streams: unknown): void {
    const caller = this.#caller;
    if (caller === undefined) {
      this.#refuse("listen");
      return;
    }
    const wanted = Array.isArray(streams) && streams.includes(STREAM);
    if (wanted) {
      this.#unsubscribe ??= this.#updates.subscribe(caller.account, (update) => this.#send(STREAM, update));
    } else this.#stopListening();
    this.#send("listening", { streams: wanted ? [STREAM] : [] });
  }

  #stopListening(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  #refuse(action: string): void {
    this.#send("authorization", { status: "unauthorized", action });
    this.#connection.close(CLOSE.unauthorized, "unauthorized");
  }

  #fail(message: string): void {
    this.#connection.send(Buffer.from(JSON.stringify({ action: "error", data: { error_message: message } })));
  }

  #send(stream: string, data: object): void {
    this.#connection.send(Buffer.from(JSON.stringify({ stream, data })));
  }
}

function parse(text: string): ClientFrame | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    // Not JSON: the caller says so to the client.
    return undefined;
  }
}
