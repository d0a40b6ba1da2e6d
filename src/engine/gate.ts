// The last check before the wire, synchronous, in the very turn of the write: what was allowed when the
// intent was recorded may no longer be. Cancels pass whatever the trading state is.

import type { Instant } from "../domain/time.ts";
import type { Refusal, SendJob } from "./egress.ts";
import type { Recorder } from "./recorder.ts";

/** Returns why a job must not leave, or `undefined`. */
export function gate(job: SendJob, recorder: Recorder, now: Instant): Refusal | undefined {
  if (recorder.halted !== undefined) return { code: recorder.halted.code, reason: "the journal has stopped" };
  switch (job.kind) {
    case "cancelForeign":
      return undefined;
    case "cancel":
      return job.order.isTerminal
        ? { code: "order.notCancelable", reason: `the order is ${job.order.status}` }
        : undefined;
    case "place":
      return refuseEntry(job, recorder, now) ?? refusePlace(job);
    case "replace":
      return refuseEntry(job, recorder, now) ?? refuseReplace(job);
  }
}

function refuseEntry(
  job: Extract<SendJob, { kind: "place" | "replace" }>,
  recorder: Recorder,
  now: Instant,
): Refusal | undefined {
  const { order } = job;
  // In the weaker durability modes the intent may still be on its way to the disk; it is always in the journal.
  if (
    recorder.journal.durability === "always" &&
    order.lastSeq > recorder.journal.durablePosition &&
    job.kind === "place" &&
    order.status !== "submitted"
  ) {
    return { code: "order.invalidTransition", reason: `the order is ${order.status}` };
  }
  if (now > job.sendBy) return { code: "venue.unreachable", reason: "its time to be sent has passed" };
  const { state } = recorder;
  const tradingState = state.effectiveTradingState(state.account(order.account));
  if (tradingState === "halted") return { code: "risk.halted", reason: "trading was halted before it was sent" };
  if (tradingState === "reducing" && !order.reduceOnly && job.kind === "place" && !reduces(job, recorder)) {
    return { code: "risk.reducingOnly", reason: "only what reduces a position may be sent" };
  }
  return undefined;
}

function refusePlace(job: Extract<SendJob, { kind: "place" }>): Refusal | undefined {
  if (job.order.status !== "submitted")
    return { code: "order.invalidTransition", reason: `the order is ${job.order.status}` };
  // Unknown means that an attempt may have arrived: it is never sent again by itself.
  if (job.order.outcomeUnknown) return { code: "venue.outcomeUnknown", reason: "an earlier attempt may have arrived" };
  if (job.order.pendingCancel !== undefined)
    return { code: "order.invalidTransition", reason: "a cancel was asked for first" };
  return undefined;
}

function refuseReplace(job: Extract<SendJob, { kind: "replace" }>): Refusal | undefined {
  if (!job.order.isWorking) return { code: "order.notReplaceable", reason: `the order is ${job.order.status}` };
  if (job.order.pendingReplace?.requestId !== job.requestId)
    return { code: "order.notReplaceable", reason: "the replace is no longer wanted" };
  if (job.order.pendingCancel !== undefined) return { code: "order.notReplaceable", reason: "a cancel overtook it" };
  return undefined;
}

function reduces(job: Extract<SendJob, { kind: "place" }>, recorder: Recorder): boolean {
  const { order } = job;
  const held = recorder.state.position(order.account, order.instrumentId).quantity;
  return order.side === "buy" ? held.isNegative() : held.isPositive();
}
