// Our own budget of messages to a venue: its published rules, with a lane kept free for cancels and exits.
// No queue here: who finds no token hears how long to wait. Which messages a rule counts is in configuration.

import { assert } from "../domain/assert.ts";
import { RateWindow } from "./rate-window.ts";

/**
 * A venue's rule: at most `count` messages in any `windowMs`.
 *
 * The venue counts arrivals and we count departures: choose `windowMs` a little above the published
 * one, by as much as the delay on the way may vary.
 */
export interface VenueRateRule {
  readonly count: number;
  readonly windowMs: number;
  /** How many of `count` only cancels and protective exits may take: 0 to `count - 1`. */
  readonly reserved: number;
}

/** `cancel` is the lane of cancels, queries that resolve the unknown, and reduce-only exits. */
export type Lane = "order" | "cancel";

/**
 * The tokens of one venue key, under every rule at once. A token that was taken comes back `windowMs`
 * later, so that no rule is exceeded over any window, in both lanes together. (Refilling at an even
 * rate would let twice the count through in one window.)
 */
export class TokenBuckets {
  readonly #rules: readonly { readonly rule: VenueRateRule; readonly window: RateWindow }[];
  #blockedUntilMs = Number.NEGATIVE_INFINITY;

  /** @throws {InvariantViolation} when a rule reserves less than nothing, or all. */
  constructor(rules: readonly VenueRateRule[]) {
    for (const { count, reserved } of rules) {
      assert(
        Number.isSafeInteger(reserved) && reserved >= 0 && reserved < count,
        `of ${count} messages, 0 to ${count - 1} can be reserved, not ${reserved}`,
      );
    }
    this.#rules = rules.map((rule) => ({ rule, window: new RateWindow(rule) }));
  }

  /**
   * Takes one token of every rule, or none.
   *
   * @returns `true`, or how many milliseconds to wait before asking again.
   */
  tryTake(lane: Lane, nowMonotonicMs: number): true | number {
    const waitMs = this.waitMs(lane, nowMonotonicMs);
    if (waitMs > 0) return waitMs;
    for (const { window } of this.#rules) window.record(nowMonotonicMs);
    return true;
  }

  /** How long until {@link tryTake} would give a token, if nobody else takes one: 0 for now. */
  waitMs(lane: Lane, nowMonotonicMs: number): number {
    let waitMs = Math.max(0, this.#blockedUntilMs - nowMonotonicMs);
    for (const { rule, window } of this.#rules) {
      const bound = lane === "cancel" ? rule.count : rule.count - rule.reserved;
      waitMs = Math.max(waitMs, window.freeInMs(nowMonotonicMs, bound));
    }
    return waitMs;
  }

  /**
   * Obeys a Retry-After: nothing passes before that instant, in neither lane, since a venue answers
   * a breach with a ban and then nobody cancels at all. The later of two penalties holds.
   */
  block(untilMonotonicMs: number): void {
    this.#blockedUntilMs = Math.max(this.#blockedUntilMs, untilMonotonicMs);
  }
}
