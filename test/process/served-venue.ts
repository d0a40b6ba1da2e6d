// The adapter of the venue process: the venue port over its socket. It returns outcomes and repeats nothing; whether
// a request may still leave is the engine's to judge, just before the call, and when it left is on the request.

import { WebSocket } from "ws";
import type { Decimal } from "../../src/domain/decimal.ts";
import type { AccountId, InstrumentId } from "../../src/domain/identifiers.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import type { Instant } from "../../src/domain/time.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import { PAPER_CAPABILITIES } from "../../src/venues/paper/capabilities.ts";
import type {
  CancelRequest,
  PlaceRequest,
  QueryResult,
  ReplaceRequest,
  SendOutcome,
  Venue,
  VenueCapabilities,
  VenueFill,
  VenueListener,
  VenueOrder,
} from "../../src/venues/venue.ts";
import { ABORTED_AFTER_SEND, ABORTED_BEFORE_SEND, ABORTED_QUERY, untilAborted } from "../../src/venues/waiting.ts";
import {
  DISCARD_AFTER_MS,
  decode,
  encode,
  HEARTBEAT_MS,
  type Message,
  type QuestionName,
  type Questions,
  VENUE,
} from "./wire.ts";

const RECONNECT_FROM_MS = 20;
const RECONNECT_TO_MS = 500;
/** An engine that is busy, or a machine that is, must not take the venue for dead. */
const HEARTBEATS_MISSED = 50;

/** An answer as it came, or why none did. */
type Answer = { readonly value: unknown } | { readonly missing: string };

export class ServedVenue implements Venue {
  readonly id = VENUE;
  readonly capabilities: VenueCapabilities = {
    ...PAPER_CAPABILITIES,
    discardAfterMs: DISCARD_AFTER_MS,
    heartbeatMs: HEARTBEAT_MS * HEARTBEATS_MISSED,
  };
  readonly #url: string;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #prices = new Map<InstrumentId, { readonly price: Decimal; readonly at: Instant }>();
  #socket: WebSocket | undefined;
  #listener: VenueListener | undefined;
  #instruments: readonly Instrument[] = [];
  #lastId = 0;
  #isClosed = false;

  constructor(port: number, clock: Clock) {
    this.#url = `ws://127.0.0.1:${port}`;
    this.#clock = clock;
  }

  instruments(): readonly Instrument[] {
    return this.#instruments;
  }

  /** What the venue said last, for risk checks. */
  price(instrumentId: InstrumentId): { readonly price: Decimal; readonly at: Instant } | undefined {
    return this.#prices.get(instrumentId);
  }

  async connect(listener: VenueListener): Promise<void> {
    this.#listener = listener;
    await this.#open();
  }

  place(request: PlaceRequest, signal: AbortSignal): Promise<SendOutcome> {
    return this.#send("place", request, signal);
  }

  cancel(request: CancelRequest, signal: AbortSignal): Promise<SendOutcome> {
    return this.#send("cancel", request, signal);
  }

  replace(request: ReplaceRequest, signal: AbortSignal): Promise<SendOutcome> {
    return this.#send("replace", request, signal);
  }

  order(request: CancelRequest, signal: AbortSignal): Promise<QueryResult<VenueOrder>> {
    return this.#query("order", request, signal);
  }

  openOrders(account: AccountId, signal: AbortSignal): Promise<QueryResult<readonly VenueOrder[]>> {
    return this.#query("openOrders", { account }, signal);
  }

  fillsSince(
    account: AccountId,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<QueryResult<readonly VenueFill[]>> {
    return this.#query("fillsSince", { account, ...(cursor === undefined ? {} : { cursor }) }, signal);
  }

  /** Asks what no adapter of a real venue could: for the suite's own use. @throws when there is no answer. */
  async control<K extends "truth" | "market" | "cut">(name: K, body: Questions[K]): Promise<unknown> {
    const answer = await this.#write(name, body);
    if (answer === undefined || !("value" in answer)) throw new Error(`${name}: ${answer?.missing ?? "not connected"}`);
    return answer.value;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#socket?.terminate();
    this.#drop("the adapter was closed");
  }

  #send<K extends QuestionName>(name: K, body: Questions[K], signal: AbortSignal): Promise<SendOutcome> {
    if (signal.aborted) return Promise.resolve(ABORTED_BEFORE_SEND);
    const answer = this.#write(name, body);
    if (answer === undefined) return Promise.resolve({ kind: "notSent", reason: "the venue is not connected" });
    return untilAborted(answer.then(outcomeOf), signal, ABORTED_AFTER_SEND);
  }

  #query<K extends QuestionName, T>(name: K, body: Questions[K], signal: AbortSignal): Promise<QueryResult<T>> {
    if (signal.aborted) return Promise.resolve(ABORTED_QUERY);
    const answer = this.#write(name, body);
    if (answer === undefined) return Promise.resolve({ kind: "failed", reason: "the venue is not connected" });
    return untilAborted(answer.then(resultOf<T>), signal, ABORTED_QUERY);
  }

  /** Writes in this very turn. @returns nothing when nothing was written. */
  #write<K extends QuestionName>(name: K, body: Questions[K]): Promise<Answer> | undefined {
    const socket = this.#socket;
    // What is left behind an earlier message in this process would leave at a time that nobody has checked.
    if (socket?.readyState !== WebSocket.OPEN || socket.bufferedAmount > 0) return undefined;
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      const question = { id, ask: name, body, writtenAt: this.#clock.now() };
      socket.send(encode(question as Parameters<typeof encode>[0]), (error) => {
        if (error instanceof Error) this.#settle(id, { missing: `the write failed: ${error.message}` });
      });
    });
  }

  /** Resolves with the venue's greeting. Rejects when none comes; once one came, the line is kept up until `close`. */
  #open(): Promise<void> {
    const socket = new WebSocket(this.#url);
    return new Promise((resolve, reject) => {
      let isUp = false;
      const greeted = (): void => {
        isUp = true;
        this.#socket = socket;
        resolve();
      };
      socket.on("error", reject);
      socket.on("message", (data: Buffer) => this.#hear(data.toString("utf8"), greeted));
      socket.once("close", () => {
        reject(new Error("the line was cut"));
        if (!isUp || this.#isClosed) return;
        this.#drop("the line was cut");
        this.#listener?.connection("disconnected", "the line was cut");
        this.#reopenLater(RECONNECT_FROM_MS);
      });
    });
  }

  #reopenLater(waitMs: number): void {
    this.#clock.schedule(waitMs, () => {
      if (this.#isClosed) return;
      const connected = (): void => this.#listener?.connection("connected", "the line is back");
      this.#open().then(connected, () => this.#reopenLater(Math.min(2 * waitMs, RECONNECT_TO_MS)));
    });
  }

  #hear(text: string, greeted: () => void): void {
    let message: Message;
    try {
      message = decode(text) as Message;
    } catch (error) {
      this.#cannotRead(text, error instanceof Error ? error.message : String(error));
      return;
    }
    if ("reply" in message) this.#settle(message.reply, message);
    else if ("report" in message) this.#listener?.report(message.report);
    else if ("beat" in message) this.#beat(message.beat);
    else {
      this.#instruments = message.hello.instruments;
      greeted();
    }
  }

  /** Whose answer it was can often be told; what it was cannot. */
  #cannotRead(text: string, reason: string): void {
    const id = /^\{"reply":(\d+),/.exec(text)?.[1];
    if (id !== undefined) this.#settle(Number(id), { missing: `the reply cannot be read: ${reason}` });
    this.#listener?.unreadable({ reason, raw: text });
  }

  #beat(prices: Extract<Message, { beat: unknown }>["beat"]): void {
    const at = this.#clock.now();
    for (const { instrumentId, price } of prices) this.#prices.set(instrumentId, { price, at });
    this.#listener?.heartbeat();
  }

  #settle(id: number, answer: Answer): void {
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }

  #drop(reason: string): void {
    this.#socket = undefined;
    for (const id of this.#waiting.keys()) this.#settle(id, { missing: reason });
  }
}

function outcomeOf(answer: Answer): SendOutcome {
  if (!("value" in answer)) return { kind: "unknown", reason: answer.missing };
  const outcome = answer.value as SendOutcome | undefined;
  const isReadable = outcome !== undefined && ["accepted", "rejected", "notSent", "unknown"].includes(outcome.kind);
  return isReadable ? outcome : { kind: "unknown", reason: "the reply cannot be read" };
}

function resultOf<T>(answer: Answer): QueryResult<T> {
  if (!("value" in answer)) return { kind: "failed", reason: answer.missing };
  const result = answer.value as QueryResult<T> | undefined;
  const isReadable = result !== undefined && ["found", "absent", "failed"].includes(result.kind);
  return isReadable ? result : { kind: "failed", reason: "the reply cannot be read" };
}
