// The last check before the wire, synchronous, in the very turn of the write: what was allowed when the
// intent was recorded may no longer be. Cancels pass whatever the trading state is, and so does the dead-man switch.

import type { Order } from "../domain/order.ts";
import type { TradingState } from "../domain/system-event.ts";
import type { Instant } from "../domain/time.ts";
import { isHeldByAnother } from "./held-id.ts";
import type { Recorder } from "./recorder.ts";
import type { Refusal, SendJob, WindJob } from "./send-job.ts";

/** What the gate looks at, as of now. */
export interface GateView {
  readonly recorder: Recorder;
  readonly now: Instant;
  readonly nowMs: number;
  /** The venue's stream is up, and the books were compared since it came up. */
  readonly isCurrent: boolean;
  /** The venue's stream says nothing, though nobody has said that it is down. */
  readonly isSilent: boolean;
}

/** Asked for under an id of ours, it would hit an order that is not ours. */
const HELD_BY_ANOTHER = "the venue has another order under its id";

type EntryJob = Extract<SendJob, { kind: "place" | "replace" }>;

const TOO_LATE = "its time to be sent has passed";

/** Returns why a job must not leave, or `undefined`. */
export function gate(job: SendJob, view: GateView): Refusal | undefined {
  const { ended, journal } = view.recorder;
  if (ended !== undefined) return { code: ended.code, reason: "recording has ended" };
  // In the weaker durability modes the intent may still be on its way to the disk; it is always in the journal.
  if (journal.durability === "always" && job.intentSeq > journal.durablePosition)
    return { code: "internal.unexpected", reason: "its intent is not on disk yet" };
  switch (job.kind) {
    case "cancelForeign":
      return undefined;
    case "windDeadMan":
      return refuseWinding(job, view.nowMs);
    case "cancel":
      return refuseCancel(job);
    case "place":
      return refusePlace(job) ?? refuseEntry(job, view);
    case "replace":
      return refuseReplace(job) ?? refuseEntry(job, view);
  }
}

function refuseWinding({ isWanted, deadlineMs }: WindJob, nowMs: number): Refusal | undefined {
  if (!isWanted()) return { code: "engine.stopping", reason: "the dead-man switch is not wound any more" };
  if (nowMs > deadlineMs) return { code: "venue.unreachable", reason: TOO_LATE };
  return undefined;
}

function refuseCancel({ order, requestId }: Extract<SendJob, { kind: "cancel" }>): Refusal | undefined {
  if (order.isTerminal) return { code: "order.notCancelable", reason: `the order is ${order.status}` };
  if (order.pendingCancel?.requestId !== requestId)
    return { code: "order.notCancelable", reason: "the cancel is no longer wanted" };
  if (isHeldByAnother(order)) return { code: "order.notCancelable", reason: HELD_BY_ANOTHER };
  return undefined;
}

function refusePlace({ order }: Extract<SendJob, { kind: "place" }>): Refusal | undefined {
  if (order.status !== "submitted") return { code: "order.invalidTransition", reason: `the order is ${order.status}` };
  // Unknown means that an attempt may have arrived: it is never sent again by itself.
  if (order.outcomeUnknown) return { code: "venue.outcomeUnknown", reason: "an earlier attempt may have arrived" };
  if (order.pendingCancel !== undefined)
    return { code: "order.invalidTransition", reason: "a cancel was asked for first" };
  return undefined;
}

function refuseReplace({ order, requestId }: Extract<SendJob, { kind: "replace" }>): Refusal | undefined {
  if (!order.isWorking) return { code: "order.notReplaceable", reason: `the order is ${order.status}` };
  if (order.pendingReplace?.requestId !== requestId)
    return { code: "order.notReplaceable", reason: "the replace is no longer wanted" };
  if (order.pendingReplace.outcomeUnknown)
    return { code: "venue.outcomeUnknown", reason: "an earlier attempt may have arrived" };
  if (order.pendingCancel !== undefined) return { code: "order.notReplaceable", reason: "a cancel overtook it" };
  if (isHeldByAnother(order)) return { code: "order.notReplaceable", reason: HELD_BY_ANOTHER };
  return undefined;
}

function refuseEntry(job: EntryJob, view: GateView): Refusal | undefined {
  // Only the monotonic clock measures durations. It may stand while a machine sleeps: the wall clock can but shorten.
  if (view.nowMs > job.deadlineMs || view.now > job.sendBy) return { code: "venue.unreachable", reason: TOO_LATE };
  const state = tradingStateFor(job.order, view.recorder);
  if (state === "halted") return { code: "risk.halted", reason: "trading was halted before it was sent" };
  if (job.order.reduceOnly) return undefined; // an exit waits for nothing else
  if (state === "reducing" && !onlyReduces(job, view.recorder))
    return { code: "risk.reducingOnly", reason: "only what reduces a position may be sent" };
  if (!view.isCurrent)
    return {
      code: "venue.unreachable",
      reason: `the venue's ${view.isSilent ? "stream fell silent" : "reports were cut off"}, and the books are not compared yet`,
    };
  return undefined;
}

/** Entries that wait for a person's look are entries that may not leave. */
function tradingStateFor(order: Order, { state }: Recorder): TradingState {
  const account = state.account(order.account);
  const effective = state.effectiveTradingState(account);
  return effective === "active" && account.blockedBecause !== undefined ? "reducing" : effective;
}

/** Whether a job of an order that is not reduce-only can but lower what the account holds, or could hold. */
function onlyReduces(job: EntryJob, recorder: Recorder): boolean {
  const { order } = job;
  if (job.kind === "replace" && onlyShrinks(job)) return true;
  const held = recorder.state.position(order.account, order.instrumentId).quantity;
  const closes = order.side === "buy" ? held.isNegative() : held.isPositive();
  const asked = order.effectiveQuantity;
  return closes && asked !== undefined && asked.sub(order.cumulativeQuantity).lte(held.abs());
}

function onlyShrinks({ order, replace }: Extract<SendJob, { kind: "replace" }>): boolean {
  if (replace.price !== undefined || replace.triggerPrice !== undefined) return false;
  return replace.quantity === undefined || (order.quantity !== undefined && replace.quantity.lte(order.quantity));
}
