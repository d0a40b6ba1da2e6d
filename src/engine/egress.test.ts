// The way out on its own: budget, retries, circuit, deadlines and the end. What an outcome means for an order is absent.

import { describe, expect, test } from "vitest";
import type { OrderId, RequestId } from "../domain/identifiers.ts";
import { acknowledged, d, submitted, TERMS } from "../domain/testing/orders.ts";
import { silentLogger } from "../runtime/logger.ts";
import { SeededRandom } from "../runtime/random.ts";
import { VirtualClock } from "../runtime/virtual-clock.ts";
import type { SendOutcome } from "../venues/venue.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";
import { Egress } from "./egress.ts";
import type { Refusal, SendJob } from "./send-job.ts";
import { DEFAULT_SETTINGS, type EngineSettings } from "./settings.ts";
import { ScriptedVenue } from "./testing/scripted-venue.ts";
import { START_AT, settle } from "./testing/test-engine.ts";
import { pending } from "./testing/venue-answers.ts";
import { TokenBuckets } from "./token-bucket.ts";

interface Told {
  readonly job: SendJob;
  readonly end: SendOutcome["kind"] | Refusal["code"];
}

interface Bench {
  readonly egress: Egress;
  readonly venue: ScriptedVenue;
  readonly clock: VirtualClock;
  readonly breaker: CircuitBreaker;
  /** The ends that the owner was told, in order. */
  readonly told: Told[];
  /** What the gate says. */
  refusal: (job: SendJob) => Refusal | undefined;
  pass(ms: number): Promise<void>;
  ids(): string[];
}

function bench(settings: Partial<EngineSettings> = {}): Bench {
  const clock = new VirtualClock(START_AT);
  const venue = new ScriptedVenue();
  const merged = { ...DEFAULT_SETTINGS, ...settings };
  const { count, windowMs, reservedForCancels: reserved } = merged.venueMessages;
  const breaker = new CircuitBreaker();
  const told: Told[] = [];
  const t: Bench = {
    venue,
    clock,
    breaker,
    told,
    refusal: () => undefined,
    egress: new Egress({
      venue,
      clock,
      random: SeededRandom.fromSeed(1),
      logger: silentLogger,
      settings: merged,
      buckets: new TokenBuckets([{ count, windowMs, reserved }]),
      breaker,
      owner: {
        mayLeave: (job) => t.refusal(job),
        outcome: (job, outcome) => told.push({ job, end: outcome.kind }),
        refused: (job, refusal) => told.push({ job, end: refusal.code }),
      },
    }),
    pass: async (ms) => {
      await clock.advanceTo(clock.now() + ms, settle);
      await settle();
    },
    ids: () => venue.sent.map((sent) => sent.request.orderId),
  };
  return t;
}

let orders = 0;
function place(budgetMs = 5_000, terms = TERMS): Extract<SendJob, { kind: "place" }> {
  const order = submitted(terms, `order-${++orders}` as OrderId);
  return { kind: "place", order, deadlineMs: budgetMs, sendBy: START_AT + budgetMs, intentSeq: 0 };
}
function cancel(): Extract<SendJob, { kind: "cancel" }> {
  const requestId = `r${++orders}` as RequestId;
  return { kind: "cancel", order: acknowledged(TERMS, `order-${orders}` as OrderId), requestId, intentSeq: 0 };
}
const tight = (count: number, reservedForCancels: number): Partial<EngineSettings> => ({
  venueMessages: { count, windowMs: 1_000, reservedForCancels },
});
const ends = (t: Bench): string[] => t.told.map((told) => told.end);

describe("budget", () => {
  test("what finds no budget waits its turn, first come first", async () => {
    const t = bench(tight(3, 1));
    const jobs = [1, 2, 3, 4, 5].map(() => place());
    for (const job of jobs) t.egress.send(job);
    await settle();
    expect(t.ids()).toEqual(jobs.slice(0, 2).map((job) => job.order.id));
    expect(t.egress.waiting).toBe(3);
    await t.pass(2_000);
    expect(t.ids()).toEqual(jobs.map((job) => job.order.id));
    expect(t.egress.waiting).toBe(0);
  });

  test("cancels and protective exits take the reserved share, and go first", async () => {
    const t = bench(tight(3, 2));
    const [first, second] = [place(), place()];
    const exit = place(5_000, { ...TERMS, reduceOnly: true });
    const killer = cancel();
    for (const job of [first, second, exit, killer]) t.egress.send(job);
    await settle();
    expect(t.ids()).toEqual([first.order.id, exit.order.id, killer.order.id]);
  });

  test("the budget holds over any window, cancels included", async () => {
    const t = bench(tight(4, 2));
    for (let index = 0; index < 12; index++) t.egress.send(index % 2 === 0 ? place(60_000) : cancel());
    const counts: number[] = [];
    for (let step = 0; step < 60; step++) {
      const before = t.venue.sent.length;
      await t.pass(100);
      counts.push(t.venue.sent.length - before);
    }
    expect(t.venue.sent).toHaveLength(12);
    for (let start = 1; start < counts.length - 9; start++) {
      expect(counts.slice(start, start + 9).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(4);
    }
  });

  test("an order whose time passes in line is told so at once, though the budget stays blocked", async () => {
    const t = bench();
    t.venue.onPlace = () => ({ kind: "rejected", reason: "rateLimited", retryAfterMs: 60_000 });
    t.refusal = (job) =>
      "deadlineMs" in job && t.clock.monotonicMs() > job.deadlineMs
        ? { code: "venue.unreachable", reason: "too late" }
        : undefined;
    t.egress.send(place());
    await settle();
    t.egress.send(place());
    await t.pass(5_100);
    expect(ends(t)).toEqual(["rejected", "venue.unreachable"]);
  });
});

describe("retries", () => {
  test("only what was certainly not sent, or what the venue calls retryable, is tried again, and with one id", async () => {
    // T-05: a retry reuses the same key.
    for (const [outcome, tries] of [
      [{ kind: "notSent", reason: "no route" }, 3],
      [{ kind: "rejected", reason: "rateLimited", retryAfterMs: 10 }, 3],
      [{ kind: "rejected", reason: "insufficientFunds" }, 1],
      [{ kind: "unknown", reason: "reset" }, 1],
      [{ kind: "accepted" }, 1],
    ] as const) {
      const t = bench();
      t.venue.onPlace = () => outcome;
      t.egress.send(place());
      await settle();
      await t.pass(3_000);
      expect(t.venue.sent).toHaveLength(tries);
      expect(new Set(t.ids()).size).toBe(1);
      expect(ends(t)).toEqual([outcome.kind]);
    }
  });

  test("Retry-After holds back everything, cancels too, and no try is made before", async () => {
    const t = bench();
    t.venue.onPlace = () => ({ kind: "notSent", reason: "429", retryAfterMs: 2_000 });
    t.egress.send(place());
    await settle();
    t.egress.send(cancel());
    await t.pass(1_999);
    expect(t.venue.sent).toHaveLength(1);
    await t.pass(2);
    expect(t.venue.sent.map((sent) => sent.kind)).toEqual(["place", "cancel", "place"]);
  });

  test("a Retry-After past the order's time ends it with the venue's answer, without another try", async () => {
    const t = bench();
    t.venue.onPlace = () => ({ kind: "rejected", reason: "rateLimited", retryAfterMs: 30_000 });
    t.egress.send(place());
    await settle();
    expect(ends(t)).toEqual(["rejected"]);
    await t.pass(60_000);
    expect(t.venue.sent).toHaveLength(1);
  });

  test("silence past the deadline is unknown, and the call's signal fires", async () => {
    const t = bench();
    let signal: AbortSignal | undefined;
    t.venue.place = (_request, given?: AbortSignal) => {
      signal = given;
      return new Promise(() => undefined);
    };
    t.egress.send(place());
    await t.pass(9_999);
    expect(ends(t)).toEqual([]);
    await t.pass(1);
    expect(ends(t)).toEqual(["unknown"]);
    expect(signal?.aborted).toBe(true);
  });

  test("an adapter that throws, at once or later, leaves the outcome unknown", async () => {
    const t = bench();
    t.venue.onPlace = () => {
      throw new Error("a bug in the adapter");
    };
    t.egress.send(place());
    t.venue.place = () => {
      throw new Error("a bug before the promise");
    };
    t.egress.send(place());
    await settle();
    expect(ends(t)).toEqual(["unknown", "unknown"]);
  });
});

describe("the circuit", () => {
  test("opens after failures: orders are refused, cancels go on, and one order probes after the cool-down", async () => {
    // T-15: bounded retries, and a venue that fails is left alone.
    const t = bench();
    t.venue.onPlace = () => ({ kind: "unknown", reason: "reset" });
    for (let index = 0; index < 5; index++) t.egress.send(place());
    await settle();
    expect(t.breaker.stateAt(t.clock.monotonicMs())).toBe("open");
    t.egress.send(place());
    expect(ends(t).at(-1)).toBe("venue.circuitOpen");
    t.venue.onCancel = () => ({ kind: "unknown", reason: "reset" });
    t.egress.send(cancel());
    await settle();
    await t.pass(10_001);
    expect(t.venue.sent.map((sent) => sent.kind)).toEqual([...Array.from({ length: 5 }, () => "place"), "cancel"]);
    const probe = pending<SendOutcome>();
    t.venue.onPlace = () => probe.promise;
    t.egress.send(place(60_000));
    t.egress.send(place(60_000));
    await settle();
    expect(t.venue.sent).toHaveLength(7);
    probe.resolve({ kind: "accepted" });
    await settle();
    expect(t.breaker.stateAt(t.clock.monotonicMs())).toBe("closed");
  });

  test("a refused order costs no budget", async () => {
    const t = bench(tight(3, 1));
    for (let index = 0; index < 5; index++) t.breaker.note(false, 0);
    for (let index = 0; index < 10; index++) t.egress.send(place());
    expect(ends(t)).toEqual(Array.from({ length: 10 }, () => "venue.circuitOpen"));
    for (let index = 0; index < 3; index++) t.egress.send(cancel());
    await settle();
    expect(t.venue.sent).toHaveLength(3);
  });
});

describe("the end", () => {
  test("nothing leaves afterwards: what waits is refused, what is in flight is unknown, and no timer stays", async () => {
    // T-09: orders left after a stop.
    const t = bench(tight(2, 1));
    t.venue.onPlace = () => new Promise(() => undefined);
    t.venue.onCancel = () => ({ kind: "notSent", reason: "no route" });
    const [inFlight, inLine, retrying, late] = [place(), place(), cancel(), place()];
    for (const job of [inFlight, inLine, retrying]) t.egress.send(job);
    await settle();
    expect(t.egress.waiting).toBe(2);
    expect(t.egress.hasCancel(retrying.requestId)).toBe(true);
    await t.egress.close();
    t.egress.send(late);
    const told = new Map(t.told.map(({ job, end }) => [job, end]));
    expect(told.get(inLine)).toBe("engine.stopping");
    expect(told.get(retrying)).toBe("engine.stopping");
    expect(told.get(late)).toBe("engine.stopping");
    expect(told.get(inFlight)).toBe("unknown");
    expect(t.told).toHaveLength(4);
    expect(t.egress.hasCancel(retrying.requestId)).toBe(false);
    expect(t.clock.nextTimerAt).toBeUndefined();
    expect(t.venue.sent).toHaveLength(2);
  });

  test("an answer of `notSent` that comes with the end is not tried again", async () => {
    const t = bench();
    const answer = pending<SendOutcome>();
    t.venue.onPlace = () => answer.promise;
    t.egress.send(place());
    answer.resolve({ kind: "notSent", reason: "no route" });
    await t.egress.close();
    await t.pass(10_000);
    expect(t.venue.sent).toHaveLength(1);
    expect(t.told).toHaveLength(1);
  });
});

test("an order reaches the venue as it was asked for", async () => {
  const t = bench();
  const terms = {
    ...TERMS,
    orderType: "stopLimit" as const,
    triggerPrice: d("90"),
    timeInForce: "gtd" as const,
    expiresAt: 9,
  };
  const job = place(5_000, terms);
  t.egress.send(job);
  await settle();
  const { account, instrumentId, side, orderType, timeInForce, quantity, price, triggerPrice, expiresAt } = terms;
  expect(t.venue.sent[0]?.request).toEqual({
    account,
    orderId: job.order.id,
    instrumentId,
    side,
    orderType,
    timeInForce,
    quantity,
    price,
    triggerPrice,
    expiresAt,
    postOnly: false,
    reduceOnly: false,
    origin: "MANUAL",
    sendBy: START_AT + 5_000,
  });
});
