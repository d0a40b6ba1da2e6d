// The one way out: every byte that asks a venue for something passes Egress.#write, which checks at the
// last moment, synchronously, whether it may still leave. Nothing else holds a venue's order entry.
// What an outcome means for an order is decided in outcomes.ts; this only waits, retries and reports.

import type { ErrorCode } from "../domain/errors.ts";
import type { AccountId, InstrumentId, RequestId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import type { ReplaceTerms } from "../domain/order-event.ts";
import type { Instant } from "../domain/time.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Random } from "../runtime/random.ts";
import type { CancelRequest, SendOutcome, Venue } from "../venues/venue.ts";
import type { CircuitBreaker } from "./circuit-breaker.ts";
import { backoffMs, DEFAULT_BACKOFF } from "./retry.ts";
import type { EngineSettings } from "./settings.ts";
import type { TokenBuckets } from "./token-bucket.ts";

/** One thing to ask of the venue. */
export type SendJob =
  | { readonly kind: "place"; readonly order: Order; readonly sendBy: Instant }
  | { readonly kind: "cancel"; readonly order: Order; readonly requestId: RequestId }
  | {
      readonly kind: "replace";
      readonly order: Order;
      readonly requestId: RequestId;
      readonly replace: ReplaceTerms;
      readonly sendBy: Instant;
    }
  /** An order at the venue that is not ours: only on a person's word. */
  | {
      readonly kind: "cancelForeign";
      readonly account: AccountId;
      readonly instrumentId: InstrumentId;
      readonly request: CancelRequest;
    };

/** Why the gate kept a job from the wire: certain that nothing was sent. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly reason: string;
}

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

export class Egress {
  readonly #options: EgressOptions;
  readonly #abort = new AbortController();
  #underWay = 0;

  constructor(options: EgressOptions) {
    this.#options = options;
  }

  /** Requests written and not yet answered. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Sends as soon as budget and circuit allow. Its end is told to the owner, exactly once. */
  send(job: SendJob): void {
    this.#attempt(job, 1);
  }

  /** Ends every wait: what was written is unknown. */
  close(): void {
    this.#abort.abort();
  }

  #attempt(job: SendJob, attempt: number): void {
    const { owner, clock, buckets, breaker } = this.#options;
    const refusal = owner.mayLeave(job);
    if (refusal !== undefined) {
      owner.refused(job, refusal);
      return;
    }
    const lane = job.kind === "cancel" || job.kind === "cancelForeign" || isExit(job) ? "cancel" : "order";
    const nowMs = clock.monotonicMs();
    const taken = buckets.tryTake(lane, nowMs);
    if (taken !== true) {
      clock.schedule(Math.max(1, taken), () => this.#attempt(job, attempt));
      return;
    }
    // Asked last: a yes makes this order the probe of a half-open circuit.
    if (lane === "order" && !breaker.allows(nowMs)) {
      owner.refused(job, {
        code: "venue.circuitOpen",
        reason: "the venue failed repeatedly and is left alone for a while",
      });
      return;
    }
    this.#write(job).then(
      (outcome) => this.#answered(job, attempt, outcome),
      (error: unknown) => {
        this.#options.logger.error({ venue: this.#options.venue.id, error }, "a venue adapter threw");
        this.#answered(job, attempt, { kind: "unknown", reason: "the adapter failed" });
      },
    );
  }

  #answered(job: SendJob, attempt: number, outcome: SendOutcome): void {
    const { owner, clock, random, settings, buckets, breaker } = this.#options;
    const nowMs = clock.monotonicMs();
    breaker.note(outcome.kind === "accepted" || outcome.kind === "rejected", nowMs);
    const retryAfterMs = outcome.kind === "notSent" || outcome.kind === "rejected" ? outcome.retryAfterMs : undefined;
    if (retryAfterMs !== undefined) buckets.block(nowMs + retryAfterMs);
    const safeToRepeat = outcome.kind === "notSent" || retryAfterMs !== undefined;
    if (!safeToRepeat || attempt >= settings.sendTries) {
      owner.outcome(job, outcome);
      return;
    }
    const wait = backoffMs(
      attempt,
      { ...DEFAULT_BACKOFF, baseMs: settings.retryBaseMs, maxMs: settings.retryMaxMs },
      random,
    );
    clock.schedule(Math.max(wait, retryAfterMs ?? 0), () => this.#attempt(job, attempt + 1));
  }

  /** The gate was passed in this very turn: from here on the bytes are the venue's. */
  async #write(job: SendJob): Promise<SendOutcome> {
    const { clock, settings } = this.#options;
    const deadlineMs =
      job.kind === "place" || job.kind === "replace" ? settings.placeTimeoutMs : settings.cancelTimeoutMs;
    const abort = new AbortController();
    const stop = (): void => abort.abort();
    this.#abort.signal.addEventListener("abort", stop);
    this.#underWay++;
    let cancelTimer: () => void = () => undefined;
    const silence = new Promise<SendOutcome>((resolve) => {
      abort.signal.addEventListener("abort", () => resolve({ kind: "unknown", reason: "the engine stopped waiting" }));
      cancelTimer = clock.schedule(deadlineMs, () => {
        resolve({ kind: "unknown", reason: `no answer within ${deadlineMs} ms` });
        abort.abort();
      });
    });
    try {
      return await Promise.race([this.#call(job, abort.signal), silence]);
    } finally {
      this.#underWay--;
      cancelTimer();
      this.#abort.signal.removeEventListener("abort", stop);
    }
  }

  #call(job: SendJob, signal: AbortSignal): Promise<SendOutcome> {
    const { venue } = this.#options;
    switch (job.kind) {
      case "place":
        return venue.place({ ...termsOf(job.order), sendBy: job.sendBy }, signal);
      case "cancel":
        return venue.cancel(requestOf(job.order), signal);
      case "replace": {
        const { quantity, price, triggerPrice } = job.replace;
        return venue.replace(
          {
            ...requestOf(job.order),
            ...(quantity === undefined ? {} : { quantity }),
            ...(price === undefined ? {} : { price }),
            ...(triggerPrice === undefined ? {} : { triggerPrice }),
          },
          signal,
        );
      }
      case "cancelForeign":
        return venue.cancel(job.request, signal);
    }
  }
}

/** Names an order to its venue. */
export function requestOf(order: Order): CancelRequest {
  return {
    account: order.account,
    orderId: order.id,
    instrumentId: order.instrumentId,
    ...(order.venueOrderId === undefined ? {} : { venueOrderId: order.venueOrderId }),
  };
}

function isExit(job: SendJob): boolean {
  return (job.kind === "place" || job.kind === "replace") && job.order.reduceOnly;
}

function termsOf(order: Order): Omit<Parameters<Venue["place"]>[0], "sendBy"> {
  return {
    account: order.account,
    orderId: order.id,
    instrumentId: order.instrumentId,
    side: order.side,
    orderType: order.orderType,
    timeInForce: order.timeInForce,
    postOnly: order.postOnly,
    reduceOnly: order.reduceOnly,
    origin: order.origin,
    ...(order.quantity === undefined ? {} : { quantity: order.quantity }),
    ...(order.notional === undefined ? {} : { notional: order.notional }),
    ...(order.price === undefined ? {} : { price: order.price }),
    ...(order.triggerPrice === undefined ? {} : { triggerPrice: order.triggerPrice }),
    ...(order.expiresAt === undefined ? {} : { expiresAt: order.expiresAt }),
  };
}
