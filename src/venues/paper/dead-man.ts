// The paper venue's dead-man switches: one per account, in memory, on the venue's clock. What firing cancels
// is the venue's work; nothing here is stored, since a switch that outlived its process would fire on nobody.

import type { AccountId } from "../../domain/identifiers.ts";
import type { Instant } from "../../domain/time.ts";
import type { CancelTimer, Clock } from "../../runtime/clock.ts";
import type { DeadManCapability, DeadManRequest, SendOutcome } from "../venue.ts";
import { rejection } from "./translate.ts";

export class DeadManSwitches {
  readonly #clock: Clock;
  readonly #capability: DeadManCapability;
  readonly #fire: (account: AccountId) => void;
  readonly #timers = new Map<AccountId, CancelTimer>();

  /** @param fire is called once when an account's time is over; its switch is unwound by then. */
  constructor(clock: Clock, capability: DeadManCapability, fire: (account: AccountId) => void) {
    this.#clock = clock;
    this.#capability = capability;
    this.#fire = fire;
  }

  /** Counts the time from now on; a timeout that is refused leaves the switch as it is. */
  wind({ account, timeoutMs }: DeadManRequest, at: Instant): SendOutcome {
    const { minTimeoutMs, maxTimeoutMs } = this.#capability;
    if (timeoutMs !== 0 && !(timeoutMs >= minTimeoutMs && timeoutMs <= maxTimeoutMs)) {
      const message = `A timeout is 0, or ${minTimeoutMs} to ${maxTimeoutMs} ms; ${timeoutMs} is neither.`;
      return rejection("deadManTimeout", message, at);
    }
    this.#timers.get(account)?.();
    this.#timers.delete(account);
    if (timeoutMs > 0)
      this.#timers.set(
        account,
        this.#clock.schedule(timeoutMs, () => this.#expired(account)),
      );
    return { kind: "accepted", venueAt: at };
  }

  /** Unwinds all. */
  close(): void {
    for (const cancelTimer of this.#timers.values()) cancelTimer();
    this.#timers.clear();
  }

  #expired(account: AccountId): void {
    this.#timers.delete(account);
    this.#fire(account);
  }
}
