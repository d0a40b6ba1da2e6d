// The one way out: every byte that asks a venue for something passes Egress.#pump, which asks the gate at the
// last moment, synchronously, whether it may still leave. Nothing else holds a venue's order entry.
// What an outcome means for an order is decided in outcomes.ts; this only waits, retries and reports.

import type { RequestId } from "../domain/identifiers.ts";
import type { Instant } from "../domain/time.ts";
import type { CancelTimer, Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Random } from "../runtime/random.ts";
import type { SendOutcome, Venue } from "../venues/venue.ts";
import type { CircuitBreaker } from "./circuit-breaker.ts";
import { backoffMs, DEFAULT_BACKOFF } from "./retry.ts";
import { isExit, placeRequestOf, type Refusal, replaceRequestOf, requestOf, type SendJob } from "./send-job.ts";
import type { EngineSettings } from "./settings.ts";
import type { Lane, TokenBuckets } from "./token-bucket.ts";

/** What the engine answers at the gate and hears afterwards. */
export interface EgressOwner {
  /** Asked synchronously, just before the write. */
  mayLeave(job: SendJob): Refusal | undefined;
  /** The venue, or its silence, has answered; attempts are used up. */
  outcome(job: SendJob, outcome: SendOutcome): void;
  refused(job: SendJob, refusal: Refusal): void;
}

export interface EgressOptions {
  readonly venue: Venue;
  readonly owner: EgressOwner;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly settings: EngineSettings;
  readonly buckets: TokenBuckets;
  readonly breaker: CircuitBreaker;
}

/** The n-th try of a job; the tries before it were certainly not taken. */
interface Attempt {
  readonly job: SendJob;
  readonly number: number;
}

/** Why a wait was aborted: told nowhere, and cheaper than the error that stands in for none. */
const ENDED = "the wait has ended";
const STOPPED: Refusal = { code: "engine.stopping", reason: "the engine stopped before it was sent" };
const CIRCUIT_OPEN: Refusal = {
  code: "venue.circuitOpen",
  reason: "the venue failed repeatedly and is left alone for a while",
};

const NO_SWITCH: Promise<SendOutcome> = Promise.resolve({
  kind: "notSent",
  reason: "the venue has no dead-man switch",
});

export class Egress {
  readonly #options: EgressOptions;
  /** What waits for budget, first come first; exits have a queue of their own, which goes first. */
  readonly #queues: Readonly<Record<Lane, Set<Attempt>>> = { cancel: new Set(), order: new Set() };
  /** What waits to be tried again. */
  readonly #retries = new Map<Attempt, CancelTimer>();
  readonly #inFlight = new Set<Promise<void>>();
  /** Cancels that wait or are in flight. */
  readonly #cancels = new Set<RequestId>();
  /** Ends of waits that are under way. */
  readonly #stops = new Set<() => void>();
  #isClosed = false;
  #cancelWake: CancelTimer = () => undefined;
  #pumping = false;

  constructor(options: EgressOptions) {
    this.#options = options;
  }

  /** Requests written and not yet answered. */
  get underWay(): number {
    return this.#inFlight.size;
  }

  /** Requests that wait for budget or for another try. */
  get waiting(): number {
    return this.#queues.cancel.size + this.#queues.order.size + this.#retries.size;
  }

  /** Whether a cancel is on its way already, or in line. */
  hasCancel(requestId: RequestId): boolean {
    return this.#cancels.has(requestId);
  }

  /** Sends as soon as budget and circuit allow. Its end is told to the owner, exactly once. */
  send(job: SendJob): void {
    if (job.kind === "cancel") this.#cancels.add(job.requestId);
    if (this.#isClosed) this.#refuse(job, STOPPED);
    else this.#enqueue({ job, number: 1 });
  }

  /** Keeps back all that was not sent and ends every wait: what was written is unknown. Resolves when all that is told. */
  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#cancelWake();
      const unsent = [...this.#queues.cancel, ...this.#queues.order, ...this.#retries.keys()];
      for (const cancelTimer of this.#retries.values()) cancelTimer();
      this.#queues.cancel.clear();
      this.#queues.order.clear();
      this.#retries.clear();
      for (const stop of this.#stops) stop();
      for (const { job } of unsent) this.#refuse(job, STOPPED);
    }
    await Promise.all(this.#inFlight);
  }

  #enqueue(attempt: Attempt): void {
    this.#queues[laneOf(attempt.job)].add(attempt);
    this.#pump();
  }

  #pump(): void {
    if (this.#pumping) return; // a refusal led to another send: the round that is under way takes it
    this.#pumping = true;
    try {
      this.#cancelWake();
      const waitMs = Math.min(this.#drain("cancel"), this.#drain("order"));
      if (waitMs < Number.POSITIVE_INFINITY && !this.#isClosed)
        this.#cancelWake = this.#options.clock.schedule(Math.max(1, waitMs), () => this.#pump());
    } finally {
      this.#pumping = false;
    }
  }

  /** Lets a lane go as far as its budget does. @returns how long to wait for the rest; infinite when there is none. */
  #drain(lane: Lane): number {
    const { owner, clock, buckets, breaker } = this.#options;
    for (const attempt of this.#queues[lane]) {
      const { job } = attempt;
      const nowMs = clock.monotonicMs();
      const refusal =
        owner.mayLeave(job) ?? (lane === "order" && breaker.stateAt(nowMs) === "open" ? CIRCUIT_OPEN : undefined);
      const taken = refusal === undefined ? buckets.tryTake(lane, nowMs) : true;
      if (taken !== true) return Math.min(taken, this.#untilTooLateMs(job));
      this.#queues[lane].delete(attempt);
      // Asked last: a yes makes this order the probe of a half-open circuit.
      if (refusal !== undefined) this.#refuse(job, refusal);
      else if (lane === "order" && !breaker.allows(nowMs)) this.#refuse(job, CIRCUIT_OPEN);
      else this.#write(attempt);
    }
    return Number.POSITIVE_INFINITY;
  }

  #untilTooLateMs(job: SendJob): number {
    return "deadlineMs" in job ? job.deadlineMs - this.#options.clock.monotonicMs() + 1 : Number.POSITIVE_INFINITY;
  }

  /** What is left of the job's time, as an instant of the wall clock of this very moment. */
  #sendBy(job: Extract<SendJob, { deadlineMs: number }>): Instant {
    const { clock } = this.#options;
    return Math.floor(clock.now() + job.deadlineMs - clock.monotonicMs());
  }

  /** The gate was passed in this very turn: from here on the bytes are the venue's. */
  #write(attempt: Attempt): void {
    const answered = this.#answer(attempt.job).then((outcome) => {
      this.#inFlight.delete(answered);
      this.#answered(attempt, outcome);
    });
    this.#inFlight.add(answered);
  }

  #answered(attempt: Attempt, outcome: SendOutcome): void {
    const { clock, random, settings, buckets, breaker } = this.#options;
    const { job, number } = attempt;
    const nowMs = clock.monotonicMs();
    // The circuit is about order entry: a switch that cannot be wound keeps no order back.
    if (job.kind !== "windDeadMan") breaker.note(outcome.kind === "accepted" || outcome.kind === "rejected", nowMs);
    const retryAfterMs = outcome.kind === "notSent" || outcome.kind === "rejected" ? outcome.retryAfterMs : undefined;
    if (retryAfterMs !== undefined) buckets.block(nowMs + retryAfterMs);
    const safeToRepeat = outcome.kind === "notSent" || retryAfterMs !== undefined;
    const backoff = { ...DEFAULT_BACKOFF, baseMs: settings.retryBaseMs, maxMs: settings.retryMaxMs };
    const waitMs = Math.max(safeToRepeat ? backoffMs(number, backoff, random) : 0, retryAfterMs ?? 0);
    // A try that could not leave in time is none: the venue's answer stands.
    const inTime = waitMs < this.#untilTooLateMs(job);
    if (!safeToRepeat || number >= settings.sendTries || !inTime || this.#isClosed) {
      this.#cancelEnded(job);
      this.#options.owner.outcome(job, outcome);
      return;
    }
    const next: Attempt = { job, number: number + 1 };
    const retry = (): void => {
      this.#retries.delete(next);
      this.#enqueue(next);
    };
    this.#retries.set(next, clock.schedule(waitMs, retry));
  }

  #refuse(job: SendJob, refusal: Refusal): void {
    this.#cancelEnded(job);
    this.#options.owner.refused(job, refusal);
  }

  #cancelEnded(job: SendJob): void {
    if (job.kind === "cancel") this.#cancels.delete(job.requestId);
  }

  /** Asks, with a deadline. Never rejects. */
  async #answer(job: SendJob): Promise<SendOutcome> {
    const { clock, settings, logger, venue } = this.#options;
    const deadlineMs = answerTimeOf(job, settings);
    const abort = new AbortController();
    const stop = (): void => abort.abort(ENDED);
    this.#stops.add(stop);
    let cancelTimer: CancelTimer = () => undefined;
    const silence = new Promise<SendOutcome>((resolve) => {
      abort.signal.addEventListener("abort", () => resolve({ kind: "unknown", reason: "the engine stopped waiting" }));
      cancelTimer = clock.schedule(deadlineMs, () => {
        resolve({ kind: "unknown", reason: `no answer within ${deadlineMs} ms` });
        abort.abort(ENDED);
      });
    });
    try {
      return await Promise.race([this.#call(job, abort.signal), silence]);
    } catch (error) {
      logger.error({ venue: venue.id, error }, "a venue adapter threw");
      return { kind: "unknown", reason: "the adapter failed" };
    } finally {
      cancelTimer();
      this.#stops.delete(stop);
    }
  }

  #call(job: SendJob, signal: AbortSignal): Promise<SendOutcome> {
    const { venue } = this.#options;
    switch (job.kind) {
      case "place":
        return venue.place(placeRequestOf(job, this.#sendBy(job)), signal);
      case "cancel":
        return venue.cancel(requestOf(job.order), signal);
      case "replace":
        return venue.replace(replaceRequestOf(job, this.#sendBy(job)), signal);
      case "cancelForeign":
        return venue.cancel(job.request, signal);
      case "windDeadMan":
        return venue.windDeadMan?.({ account: job.account, timeoutMs: job.timeoutMs }, signal) ?? NO_SWITCH;
    }
  }
}

/** How long the venue may take to answer. */
function answerTimeOf(job: SendJob, { placeTimeoutMs, cancelTimeoutMs }: EngineSettings): number {
  if (job.kind === "windDeadMan") return job.answerMs;
  return job.kind === "place" || job.kind === "replace" ? placeTimeoutMs : cancelTimeoutMs;
}

function laneOf(job: SendJob): Lane {
  return isExit(job) ? "cancel" : "order";
}
