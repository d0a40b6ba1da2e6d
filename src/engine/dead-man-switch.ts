// One account's dead-man switch at its venue: winds it again in time, and knows when it may fire as far as the venue's
// answers tell. One request at a time, so that none can overtake another. Whether it is to be wound is in dead-man.ts.

import type { AccountId } from "../domain/identifiers.ts";
import type { Instant } from "../domain/time.ts";
import type { CancelTimer, Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Random } from "../runtime/random.ts";
import type { Venue } from "../venues/venue.ts";
import type { Egress } from "./egress.ts";
import type { DeadManStatus } from "./engine-api.ts";
import { backoffMs, DEFAULT_BACKOFF } from "./retry.ts";
import type { WindJob } from "./send-job.ts";
import type { EngineSettings } from "./settings.ts";

/** Renewed this often within its time: two renewals may fail before it fires. */
const RENEWALS = 3;

export interface DeadManSwitchOptions {
  readonly account: AccountId;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly settings: EngineSettings;
  readonly venueOf: (account: AccountId) => Venue;
  readonly egressOf: (account: AccountId) => Pick<Egress, "send">;
  /** It may have fired while we live: what it canceled has to be found out. */
  readonly mayHaveFired: (account: AccountId) => void;
}

/** How the send of a winding ended. `unheard`: certain that the venue did not take it. */
export type WindingEnd =
  | { readonly kind: "confirmed" }
  | { readonly kind: "unknown" | "unheard"; readonly reason: string };

/** When the venue may act. A later winding only puts it off, if it arrived at all. */
interface Firing {
  /** Wall time, for people. */
  readonly at: Instant;
  readonly monotonicMs: number;
}

export class DeadManSwitch {
  readonly account: AccountId;
  readonly #options: DeadManSwitchOptions;
  /** Before the first answer: an earlier life may have wound it. */
  #state: DeadManStatus["state"] = "uncertain";
  /** Of the last confirmed winding; before one, of the first that may have arrived. */
  #fires: Firing | undefined;
  #isStarted = false;
  #isAbandoned = false;
  #isUnderWay = false;
  #failures = 0;
  #cancelTimer: CancelTimer = () => undefined;
  #onIdle: () => void = () => undefined;

  constructor(options: DeadManSwitchOptions) {
    this.account = options.account;
    this.#options = options;
  }

  /** Starts winding; what failed before is tried again at once. */
  connected(): void {
    if (this.#isStarted && this.#failures === 0) return;
    this.#isStarted = true;
    this.#wind();
  }

  status(): DeadManStatus {
    const scope = this.#options.venueOf(this.account).capabilities.deadMan?.scope ?? "venueAccount";
    const isDue = this.#state === "wound" && this.#mayHaveFired();
    return {
      state: isDue ? "uncertain" : this.#state,
      timeoutMs: this.#options.timeoutMs,
      scope,
      ...(this.#fires === undefined ? {} : { firesAt: this.#fires.at }),
    };
  }

  abandon(): void {
    this.#isAbandoned = true;
    this.#cancelTimer();
  }

  /** Lets it fire on orders that were to be canceled, and of which the venue has not said so. */
  leaveWound(openOrders: number): void {
    this.abandon();
    const { account } = this;
    const { state, firesAt } = this.status();
    const text = "the dead-man switch is left as it is, to cancel what the stop could not";
    this.#options.logger.warn({ account, openOrders, state, firesAt }, text);
  }

  /** Winds no more and unwinds, trying again until the deadline. Says how that ended; never rejects. */
  async unwind(deadlineMs: number): Promise<void> {
    this.abandon();
    if (!this.#isStarted) return;
    const { clock, settings, logger } = this.#options;
    const { account } = this;
    const endsMs = clock.monotonicMs() + deadlineMs;
    const answerMs = Math.min(settings.cancelTimeoutMs, Math.ceil(deadlineMs / settings.sendTries));
    // A winding that is under way must not arrive after this.
    await this.#idle(endsMs);
    for (let attempt = 1; attempt <= settings.sendTries && !this.#isUnderWay && this.#state !== "unwound"; attempt++) {
      this.#send(0, answerMs, endsMs - clock.monotonicMs());
      await this.#idle(endsMs);
    }
    if (this.#state === "unwound") return;
    const firesAt = this.#fires?.at;
    logger.warn({ account, firesAt }, "the dead-man switch is not unwound: the venue may cancel what rests");
  }

  /** Takes the end of a request of this switch. */
  ended(job: WindJob, end: WindingEnd): void {
    this.#isUnderWay = false;
    if (end.kind === "confirmed") this.#confirmed(job);
    else this.#failed(job, end);
    this.#onIdle();
  }

  #confirmed(job: WindJob): void {
    const { logger, clock, mayHaveFired } = this.#options;
    const { account } = this;
    const isLate = this.#mayHaveFired();
    this.#failures = 0;
    if (job.timeoutMs === 0) {
      this.#fires = undefined;
      this.#state = "unwound";
      logger.info({ account }, "the dead-man switch is unwound: what rests stays at the venue");
      return;
    }
    this.#fires = firingOf(job);
    if (this.#state !== "wound") logger.info({ account, timeoutMs: job.timeoutMs }, "the dead-man switch is wound");
    this.#state = "wound";
    this.#windIn(job.askedMonotonicMs + job.timeoutMs / RENEWALS - clock.monotonicMs());
    if (!isLate) return;
    logger.warn({ account }, "the dead-man switch may have fired: it was wound too late");
    mayHaveFired(account);
  }

  #failed(job: WindJob, { kind, reason }: Exclude<WindingEnd, { kind: "confirmed" }>): void {
    const { random, settings, logger, timeoutMs } = this.#options;
    if (kind === "unknown" && job.timeoutMs > 0) this.#fires ??= firingOf(job);
    this.#failures++;
    if (this.#failures === 1 && !this.#isAbandoned) {
      const firesAt = this.#fires?.at;
      logger.warn({ account: this.account, reason, firesAt }, "the dead-man switch cannot be wound: tried again");
    }
    this.#state = "uncertain";
    const backoff = { ...DEFAULT_BACKOFF, baseMs: settings.retryBaseMs, maxMs: timeoutMs / RENEWALS };
    this.#windIn(backoffMs(this.#failures, backoff, random));
  }

  #mayHaveFired(): boolean {
    return this.#fires !== undefined && this.#options.clock.monotonicMs() >= this.#fires.monotonicMs;
  }

  #windIn(delayMs: number): void {
    if (this.#isAbandoned) return;
    this.#cancelTimer();
    this.#cancelTimer = this.#options.clock.schedule(Math.max(0, delayMs), () => this.#wind());
  }

  #wind(): void {
    if (this.#isUnderWay || this.#isAbandoned) return;
    this.#cancelTimer();
    const { timeoutMs, settings } = this.#options;
    // What has not left, or is not answered, when the next one is due makes room for it.
    const stepMs = Math.floor(timeoutMs / RENEWALS);
    this.#send(timeoutMs, Math.min(settings.cancelTimeoutMs, stepMs), stepMs);
  }

  #send(timeoutMs: number, answerMs: number, leaveWithinMs: number): void {
    const { clock, egressOf } = this.#options;
    this.#isUnderWay = true;
    egressOf(this.account).send({
      kind: "windDeadMan",
      account: this.account,
      timeoutMs,
      answerMs,
      askedAt: clock.now(),
      askedMonotonicMs: clock.monotonicMs(),
      deadlineMs: clock.monotonicMs() + leaveWithinMs,
      isWanted: () => timeoutMs === 0 || !this.#isAbandoned,
      intentSeq: 0,
    });
  }

  /** Resolves once nothing is under way, or at the given instant. */
  #idle(endsMonotonicMs: number): Promise<void> {
    if (!this.#isUnderWay) return Promise.resolve();
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const cancelTimer = clock.schedule(Math.max(0, endsMonotonicMs - clock.monotonicMs()), resolve);
      this.#onIdle = () => {
        cancelTimer();
        resolve();
      };
    });
  }
}

/** Counted from when it was asked for: it cannot have left, and so cannot have arrived, any earlier. */
function firingOf({ askedAt, askedMonotonicMs, timeoutMs }: WindJob): Firing {
  return { at: askedAt + timeoutMs, monotonicMs: askedMonotonicMs + timeoutMs };
}
