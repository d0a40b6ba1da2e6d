// The way between one process and the exchange: requests with their replies, and the stream of reports. Everything on
// it is text, takes time, and may be lost, doubled, delayed, garbled or cut. It never looks into what it carries.

import type { SeededRandom } from "../../runtime/random.ts";
import type { VirtualClock } from "../../runtime/virtual-clock.ts";
import type { FaultPlan } from "../faults.ts";
import type { ProcessClock } from "../process-clock.ts";
import type { Profile } from "../profile.ts";
import type { Trace } from "../trace.ts";
import type { Exchange } from "./exchange.ts";
import type { WireMessage, WireRequest } from "./messages.ts";

/** How a request ended for who sent it: with text, or with a broken connection. Nothing at all is a third way. */
export type RequestEnd = { readonly text: string } | { readonly reset: true };

const LATE_MS = 15_000;
const SILENCE_MS = 60_000;
const OUTAGE_MS = 5_000;
/** What a stream may say again after a reconnect. */
const REMEMBERED = 30;

export interface WireOptions {
  readonly world: VirtualClock;
  readonly clock: ProcessClock;
  readonly random: SeededRandom;
  readonly faults: FaultPlan;
  readonly profile: Profile;
  readonly trace: Trace;
  readonly exchange: Exchange;
  /** Takes a message of the stream as it arrives at the process. */
  readonly message: (text: string) => void;
  /** The stream went down or up, as the process sees it. */
  readonly stream: (state: "connected" | "disconnected") => void;
}

export class Wire {
  readonly #options: WireOptions;
  readonly #said: string[] = [];
  #isUp = false;
  #silentUntil = 0;
  #lastArrivalAt = 0;

  constructor(options: WireOptions) {
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Sends a request. Its end is told at most once; it may never be. */
  request(request: WireRequest, end: (end: RequestEnd) => void): void {
    const { faults, clock, trace, profile } = this.#options;
    const text = JSON.stringify(request);
    trace.note("send", text);
    if (faults.strikes("connectionReset")) {
      clock.schedule(this.#latency(), () => end({ reset: true }));
      if (faults.pick("connectionReset", 2) === 0) this.#arrive(text, this.#latency(), () => undefined);
      return;
    }
    if (faults.strikes("requestLost")) return;
    const lateMs = faults.strikes("requestDelayed") ? faults.pick("requestDelayed", LATE_MS) : 0;
    const reply = (answer: string): void => this.#reply(answer, end);
    // Where an id may be used again, a doubled request is two orders, and nobody on this side can help it.
    if (!profile.reusesIds && faults.strikes("requestDuplicated")) {
      // Who asked hears the second answer only: the first one went to what sent it again.
      this.#arrive(text, this.#latency() + lateMs, () => undefined);
      this.#arrive(text, this.#latency() + lateMs + 1 + faults.pick("requestDuplicated", 1_000), reply);
    } else {
      this.#arrive(text, this.#latency() + lateMs, reply);
    }
  }

  /** Opens the stream. */
  open(): void {
    this.#isUp = true;
    this.#silentUntil = 0;
  }

  /** Ends it from the process's side. */
  close(): void {
    this.#isUp = false;
  }

  /** The exchange says something. */
  say(message: WireMessage): void {
    const { faults, world, trace } = this.#options;
    if (!this.#isUp) return;
    const text = JSON.stringify(message);
    this.#said.push(text);
    if (this.#said.length > REMEMBERED) this.#said.shift();
    if (message.kind !== "heartbeat") trace.note("say", text);
    if (faults.strikes("streamSilent")) this.#silentUntil = world.now() + faults.pick("streamSilent", SILENCE_MS);
    if (world.now() < this.#silentUntil || faults.strikes("reportLost")) return;
    if (faults.strikes("streamCut")) {
      this.cut(faults.pick("streamCut", OUTAGE_MS));
      return;
    }
    if (faults.strikes("reportDuplicated")) this.#deliver(text, faults.pick("reportDuplicated", OUTAGE_MS), false);
    if (faults.strikes("reportDelayed")) this.#deliver(text, faults.pick("reportDelayed", LATE_MS), false);
    else if (faults.strikes("reportGarbled"))
      this.#deliver(text.slice(0, faults.pick("reportGarbled", text.length)), 0, true);
    else if (faults.strikes("reportPoisoned"))
      this.#deliver(poisoned(text, faults.pick("reportPoisoned", POISONS.length)), 0, true);
    else this.#deliver(text, 0, true);
  }

  /** Takes the stream down, and up again after a while. */
  cut(forMs: number): void {
    if (!this.#isUp) return;
    const { clock, stream, faults } = this.#options;
    this.#isUp = false;
    clock.schedule(this.#latency(), () => stream("disconnected"));
    clock.schedule(this.#latency() + 10 + forMs, () => {
      this.open();
      if (faults.strikes("streamReplays")) for (const text of this.#said) this.#deliver(text, 0, true);
      stream("connected");
    });
  }

  #arrive(text: string, delayMs: number, reply: (text: string) => void): void {
    const { world, exchange, trace } = this.#options;
    world.schedule(delayMs, () => {
      const answer = JSON.stringify(exchange.handle(JSON.parse(text) as WireRequest));
      trace.note("answer", answer);
      reply(answer);
    });
  }

  #reply(text: string, end: (end: RequestEnd) => void): void {
    const { faults, clock } = this.#options;
    if (faults.strikes("replyLost")) return;
    const lateMs = faults.strikes("replyDelayed") ? faults.pick("replyDelayed", LATE_MS) : 0;
    const told = faults.strikes("replyGarbled") ? text.slice(0, faults.pick("replyGarbled", text.length)) : text;
    clock.schedule(this.#latency() + lateMs, () => end({ text: told }));
  }

  #deliver(text: string, delayMs: number, inOrder: boolean): void {
    const { world, clock, message, trace } = this.#options;
    const wantedAt = world.now() + this.#latency() + delayMs;
    const at = inOrder ? Math.max(wantedAt, this.#lastArrivalAt) : wantedAt;
    if (inOrder) this.#lastArrivalAt = at;
    clock.schedule(at - world.now(), () => {
      if (!this.#isUp) return; // what was on its way when the stream was cut is lost with it
      trace.note("hear", text);
      message(text);
    });
  }

  #latency(): number {
    const { profile, random } = this.#options;
    return profile.latencyMs + random.nextInteger(profile.latencyMs + 1);
  }
}

/** Ways to make a readable report one that cannot be true. */
const POISONS: readonly ((report: Record<string, unknown>) => void)[] = [
  (report) => Object.assign(report, { cumulative: "-1" }),
  (report) =>
    Object.assign(report, {
      execution: { ...(report["execution"] as object | undefined), quantity: "0", executionId: "p" },
    }),
  (report) =>
    Object.assign(report, {
      execution: { ...(report["execution"] as object | undefined), price: "-5", executionId: "p" },
    }),
  (report) => Object.assign(report, { at: null }),
  (report) => Object.assign(report, { venueId: "" }),
  (report) => Object.assign(report, { kind: "teleported" }),
];

function poisoned(text: string, which: number): string {
  const report = JSON.parse(text) as Record<string, unknown>;
  POISONS[which]?.(report);
  return JSON.stringify(report);
}
