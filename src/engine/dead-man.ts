// Keeps the venues' dead-man switches wound for the accounts that ask for it: as long as this process lives and can
// record, and no longer. One switch is in dead-man-switch.ts; what a venue cancels comes back as any other report, or
// is found by the reconciler.

import type { AccountId, VenueId } from "../domain/identifiers.ts";
import type { RestingOrderPolicy } from "../domain/system-event.ts";
import type { Venue } from "../venues/venue.ts";
import { DeadManSwitch, type DeadManSwitchOptions, type WindingEnd } from "./dead-man-switch.ts";
import type { DeadManStatus } from "./engine-api.ts";
import type { AccountConfig } from "./engine-config.ts";
import type { WindJob } from "./send-job.ts";

export interface DeadManOptions extends Omit<DeadManSwitchOptions, "account" | "timeoutMs"> {
  readonly accounts: readonly AccountConfig[];
  readonly openOrders: (account: AccountId) => number;
}

export class DeadMan {
  readonly #options: DeadManOptions;
  readonly #switches = new Map<AccountId, DeadManSwitch>();
  readonly #venues = new Map<AccountId, string>();

  constructor(options: DeadManOptions) {
    this.#options = options;
    for (const { id, venue, deadManMs } of options.accounts) {
      if (deadManMs === undefined) continue;
      const account = id as AccountId;
      this.#switches.set(account, new DeadManSwitch({ ...options, account, timeoutMs: deadManMs }));
      this.#venues.set(account, venue);
    }
  }

  /** The venue can be reached: from the first time on, its switches are kept wound; what failed is tried at once. */
  connected(venue: VenueId): void {
    for (const [account, each] of this.#switches) {
      if (this.#venues.get(account) === venue) each.connected();
    }
  }

  /** Takes the end of a winding. */
  ended(job: WindJob, end: WindingEnd): void {
    this.#switches.get(job.account)?.ended(job, end);
  }

  /** `undefined` for an account that asks for none. */
  status(account: AccountId): DeadManStatus | undefined {
    return this.#switches.get(account)?.status();
  }

  /** Winds no more, and leaves the switches to fire: who cannot record may not keep orders alive. */
  abandon(): void {
    for (const each of this.#switches.values()) each.abandon();
  }

  /**
   * Ends the watch at a stop in good order: orders that are to rest must not be canceled behind the back of who
   * said so. A switch that does just what the policy asked for, and has not been done, is left wound. Never rejects.
   */
  async stop(policy: RestingOrderPolicy, deadlineMs: number): Promise<void> {
    const stops = Array.from(this.#switches.values(), async (each) => {
      const left = this.#options.openOrders(each.account);
      const { scope } = each.status();
      const isAskedFor = policy === "cancelAll" || (policy === "cancelOurs" && scope === "ours");
      if (isAskedFor && left > 0) each.leaveWound(left);
      else await each.unwind(deadlineMs);
    });
    await Promise.all(stops);
  }
}

/** Says what is wrong with an account's dead-man timeout at its venue. */
export function deadManProblem({ id, deadManMs }: AccountConfig, venue: Venue): string | undefined {
  if (deadManMs === undefined) return undefined;
  const at = `accounts.${id}.deadManMs`;
  const { deadMan } = venue.capabilities;
  if (deadMan === undefined) return `${at}: ${venue.id} has no dead-man switch; leave it out`;
  const { minTimeoutMs, maxTimeoutMs } = deadMan;
  if (Number.isSafeInteger(deadManMs) && deadManMs >= minTimeoutMs && deadManMs <= maxTimeoutMs) return undefined;
  return `${at}: ${deadManMs} is not a whole number from ${minTimeoutMs} to ${maxTimeoutMs}, the milliseconds that ${venue.id} takes`;
}
