// Laws of the fold: any sequence of reports, repeated, reordered and contradictory, keeps the books true.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Decimal } from "./decimal.ts";
import type { Fee, Fill } from "./fill.ts";
import type { ExecutionId, VenueOrderId } from "./identifiers.ts";
import { interpretReport } from "./interpret-report.ts";
import { AVERAGE_PRICE_SCALE, evolve, type Order } from "./order.ts";
import type { EventMeta, OrderEvent, ReplaceTerms } from "./order-event.ts";
import { orderFromJson, orderToJson } from "./order-json.ts";
import { ORDER_STATUSES } from "./order-status.ts";
import { applyFill, emptyPosition, type Position, reverseFill } from "./position.ts";
import { unwrap } from "./result.ts";
import {
  ACCOUNT,
  acknowledged,
  d,
  deliver,
  fold,
  INSTRUMENT,
  notionalTerms,
  ORDER_ID,
  orderIn,
  REQUEST_ID,
  type ReportFacts,
  reportOf,
  TERMS,
} from "./testing/orders.ts";

const orderId = ORDER_ID;

const quantities = fc.integer({ min: 1, max: 120 }).map((tenths) => Decimal.of(BigInt(tenths), 1));
const prices = fc.integer({ min: 1, max: 20_000 }).map((cents) => Decimal.of(BigInt(cents), 2));
const fees: fc.Arbitrary<Fee> = fc.record({
  amount: fc.integer({ min: -50, max: 50 }).map((units) => Decimal.of(BigInt(units), 3)),
  asset: fc.constantFrom("USDT", "BTC"),
});
/** Few ids, so that repeats, corrections and reversals meet. */
const executionIds = fc.constantFrom("a", "b", "c", "d", "e", "f").map((id) => id as ExecutionId);
const venueOrderIds = fc.constantFrom("v-1", "v-1", "v-1", "v-2").map((id) => id as VenueOrderId);

const fills: fc.Arbitrary<Fill> = fc
  .record({
    executionId: executionIds,
    venueOrderId: venueOrderIds,
    price: prices,
    quantity: quantities,
    fee: fc.option(fees, { nil: undefined }),
    inferred: fc.boolean(),
  })
  .map(({ fee, inferred, ...rest }) => ({
    ...rest,
    executionId: (inferred ? `inferred-${rest.executionId}` : rest.executionId) as ExecutionId,
    liquidity: "taker",
    venueAt: 5_000,
    ...(fee === undefined ? {} : { fee }),
    ...(inferred ? { inferred: true } : {}),
  }));

/** The same fill, as an execution of the venue. */
function executed(fill: Fill): Fill {
  const { inferred: _, ...rest } = fill;
  return rest;
}

const terms: fc.Arbitrary<ReplaceTerms> = fc.record({ quantity: quantities, price: prices }, { requiredKeys: [] });

const envelope = fc.record(
  { venueAt: fc.integer({ min: 1, max: 9_999 }), cumulativeQuantity: quantities, venueOrderId: venueOrderIds },
  { requiredKeys: ["venueAt"] },
);
const reason = fc.constantFrom("asked", "unknownOrder");

const reports: fc.Arbitrary<ReportFacts> = fc
  .tuple(
    envelope,
    fc.oneof(
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("acknowledged" as const) }) },
      { weight: 2, arbitrary: fc.constant({ kind: "acknowledged" as const, triggered: true as const }) },
      { weight: 8, arbitrary: fc.record({ kind: fc.constant("fill" as const), fill: fills }) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant("fill" as const), fill: fills, ends: fc.constant(true as const) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant("ended" as const),
          status: fc.constantFrom("filled" as const, "canceled" as const, "expired" as const, "rejected" as const),
          reason,
        }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("replaced" as const), replace: terms }) },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant("requestRejected" as const),
          request: fc.constantFrom("cancel" as const, "replace" as const),
          reason,
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant("fillReversed" as const),
          executionId: executionIds,
          reason,
          worksAgain: fc.boolean(),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant("fillCorrected" as const),
          executionId: executionIds,
          fill: fills.map(executed),
          reason,
          worksAgain: fc.boolean(),
        }),
      },
    ),
  )
  .map(([facts, kind]) => ({ ...facts, ...kind }));

/** What our own side does in between, where the order takes it. */
type Action = "cancel" | "replace" | "unknown" | "inferEnd";
const actions = fc.constantFrom<Action>("cancel", "replace", "unknown", "inferEnd");

function act(order: Order, action: Action): void {
  if (action === "cancel" && order.canCancel) {
    fold(order, { type: "cancelRequested", orderId, requestId: REQUEST_ID, reason: "asked" });
  } else if (action === "replace" && order.canReplace) {
    fold(order, { type: "replaceRequested", orderId, requestId: REQUEST_ID, replace: { quantity: d("15") } });
  } else if (action === "unknown" && order.isWorking) {
    fold(order, { type: "orderOutcomeUnknown", orderId, subject: "cancel", reason: "timed out" });
  } else if (action === "inferEnd" && order.isWorking) {
    fold(order, { type: "orderCanceled", orderId, reason: "absent", inferred: true });
  }
}

const starts: fc.Arbitrary<() => Order> = fc.oneof(
  fc.constantFrom(...ORDER_STATUSES).map((status) => () => orderIn(status)),
  fc.constantFrom(...ORDER_STATUSES).map((status) => () => orderIn(status, { inferred: true })),
  fc.constant(() => acknowledged(notionalTerms("1000"))),
);
const histories = fc.array(fc.oneof({ weight: 5, arbitrary: reports }, { weight: 1, arbitrary: actions }), {
  maxLength: 25,
});

function run(order: Order, step: ReportFacts | Action): readonly (OrderEvent & EventMeta)[] {
  if (typeof step !== "string") return deliver(order, step);
  act(order, step);
  return [];
}

const sum = (values: Iterable<Decimal>): Decimal => [...values].reduce((a, b) => a.add(b), Decimal.zero);

function expectTrueBooks(order: Order): void {
  const booked = [...order.fills.values()];
  expect(order.cumulativeQuantity.toString()).toBe(sum(booked.map((fill) => fill.quantity)).toString());
  expect(order.cost.toString()).toBe(sum(booked.map((fill) => fill.price.mul(fill.quantity))).toString());
  for (const asset of ["USDT", "BTC"]) {
    const paid = booked.flatMap((fill) => (fill.fee?.asset === asset ? [fill.fee.amount] : []));
    expect((order.fees.get(asset) ?? Decimal.zero).toString()).toBe(sum(paid).toString());
  }
  expect(order.lastFill).toBe(booked.at(-1));
  if (order.isTerminal) {
    expect(order.leavesQuantity?.toString()).toBe("0");
    expect([order.pendingCancel, order.pendingReplace, order.outcomeUnknown]).toEqual([undefined, undefined, false]);
  } else if (order.quantity !== undefined && order.cumulativeQuantity.lte(order.quantity)) {
    expect(order.leavesQuantity?.add(order.cumulativeQuantity).eq(order.quantity)).toBe(true);
  }
  expect(order.isTerminal).toBe(order.completedAt !== undefined);
  if (order.status === "acknowledged") expect(order.cumulativeQuantity.isZero()).toBe(true);
  if (order.status === "partiallyFilled") expect(order.cumulativeQuantity.isPositive()).toBe(true);
  const average = order.averagePrice();
  if (average !== undefined) {
    const error = average.mul(order.cumulativeQuantity).sub(order.cost).abs();
    expect(error.lte(order.cumulativeQuantity.mul(Decimal.of(1n, AVERAGE_PRICE_SCALE)))).toBe(true);
  }
}

const RUNS = { numRuns: 600 };

describe("whatever a venue says, in whatever order", () => {
  test("no report throws, no event it becomes fails to fold, and the totals are those of the fills", () => {
    fc.assert(
      fc.property(starts, histories, (start, steps) => {
        const order = start();
        for (const step of steps) {
          run(order, step);
          expectTrueBooks(order);
        }
      }),
      RUNS,
    );
  });

  test("a report that is repeated at once becomes no event", () => {
    fc.assert(
      fc.property(starts, histories, (start, steps) => {
        const order = start();
        for (const step of steps) {
          const first = run(order, step);
          if (typeof step === "string") continue;
          const again = deliver(order, step);
          expect(again, `after ${JSON.stringify(first)}`).toEqual([]);
        }
      }),
      RUNS,
    );
  });

  test("every order that can come about reads back from its JSON, and goes on in the same way", () => {
    fc.assert(
      fc.property(starts, histories, reports, (start, steps, next) => {
        const order = start();
        for (const step of steps) run(order, step);
        const json: unknown = JSON.parse(JSON.stringify(orderToJson(order)));
        const restored = unwrap(orderFromJson(json));
        expect(orderToJson(restored)).toEqual(json);
        const context = { at: 9_999, cause: "report:next" } as const;
        const [ours, theirs] = [order, restored].map((one) => interpretReport(one, reportOf(next), context));
        expect(JSON.stringify(theirs)).toBe(JSON.stringify(ours));
        for (const event of ours?.events ?? []) {
          evolve(order, event);
          evolve(restored, event);
        }
        expect(orderToJson(restored)).toEqual(orderToJson(order));
      }),
      RUNS,
    );
  });

  test("cumulative quantity falls only by a reversal or a correction, by name", () => {
    fc.assert(
      fc.property(starts, histories, (start, steps) => {
        const order = start();
        for (const step of steps) {
          const before = order.cumulativeQuantity;
          const events = run(order, step);
          const named = events.some((event) => event.type === "fillReversed" || event.type === "fillCorrected");
          if (!named) expect(order.cumulativeQuantity.gte(before)).toBe(true);
        }
      }),
      RUNS,
    );
  });

  test("an end that the venue confirmed is left only when the venue says that the order works again", () => {
    fc.assert(
      fc.property(starts, histories, (start, steps) => {
        const order = start();
        for (const step of steps) {
          const { status, inferred, isTerminal } = order;
          run(order, step);
          if (!isTerminal || inferred || status === "failed" || order.status === status) continue;
          expect(step).toMatchObject({ worksAgain: true });
        }
      }),
      RUNS,
    );
  });
});

describe("a set of distinct fills", () => {
  const sets = fc.uniqueArray(
    fills.map(executed).filter((fill) => fill.quantity.isPositive()),
    { selector: (fill) => `${fill.venueOrderId}/${fill.executionId}`, maxLength: 6 },
  );

  test("gives the same quantities, cost and fees in every order of arrival, repeats included", () => {
    fc.assert(
      fc.property(
        sets.chain((set) =>
          fc.tuple(
            fc.constant(set),
            fc.shuffledSubarray([...set, ...set], { minLength: set.length * 2, maxLength: set.length * 2 }),
          ),
        ),
        ([set, arrival]) => {
          const [straight, shuffled] = [acknowledged(), acknowledged()];
          for (const fill of set) deliver(straight, { kind: "fill", fill });
          for (const fill of arrival) deliver(shuffled, { kind: "fill", fill });
          const totals = (order: Order): unknown => {
            const { cumulativeQuantity, cost, averagePrice, overfilled } = orderToJson(order);
            const paid = [...order.fees].map(([asset, amount]) => `${amount} ${asset}`).sort();
            return { cumulativeQuantity, cost, averagePrice, overfilled, paid };
          };
          expect(totals(shuffled)).toEqual(totals(straight));
        },
      ),
      RUNS,
    );
  });

  test("replaces what was inferred, however it was split, and leaves only executions", () => {
    fc.assert(
      fc.property(
        sets.filter((set) => set.length > 0),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
        (set, shares) => {
          const order = acknowledged({ ...TERMS, quantity: d("10000") });
          const [pattern] = set;
          if (pattern === undefined) return;
          const total = sum(set.map((fill) => fill.quantity));
          const whole = shares.reduce((a, b) => a + b, 0);
          let left = total;
          for (const [index, share] of shares.entries()) {
            const last = index === shares.length - 1;
            const part = last ? left : total.mul(d(String(share))).div(d(String(whole)), 3, "down");
            left = left.sub(part);
            const executionId = `inferred-${index}` as ExecutionId;
            const fill: Fill = { ...pattern, executionId, quantity: part, inferred: true };
            if (part.isPositive()) deliver(order, { kind: "fill", fill });
          }
          expect(order.cumulativeQuantity.eq(total)).toBe(true);
          for (const fill of set) {
            deliver(order, { kind: "fill", fill });
            expect(order.cumulativeQuantity.eq(total)).toBe(true);
          }
          expect([...order.fills.values()].filter((fill) => fill.inferred)).toEqual([]);
          expect(order.fills.size).toBe(set.length);
        },
      ),
      RUNS,
    );
  });
});

describe("a position", () => {
  /** Folds as any reader of the journal would: what is taken back first, then what is booked. */
  function moved(position: Position, order: Order, event: OrderEvent): Position {
    let next = position;
    if (event.type === "fillReversed" || event.type === "fillCorrected") {
      const undone = order.fills.get(`${event.venueOrderId}/${event.executionId}`);
      if (undone !== undefined) next = reverseFill(next, order.side, undone);
    }
    if ("fill" in event && event.fill !== undefined) next = applyFill(next, order.side, event.fill);
    return next;
  }

  test("is the sum of the booked fills of its orders, whatever is reversed and corrected", () => {
    fc.assert(
      fc.property(histories, histories, (buys, sells) => {
        const orders = [acknowledged(), acknowledged({ ...TERMS, side: "sell" })];
        let position = emptyPosition(ACCOUNT, INSTRUMENT);
        for (const [index, order] of orders.entries()) {
          for (const step of index === 0 ? buys : sells) {
            if (typeof step === "string") {
              act(order, step);
              continue;
            }
            const { events } = interpretReport(order, reportOf(step), { at: 2_000, cause: "report:1" });
            for (const event of events) {
              position = moved(position, order, event);
              evolve(order, event);
            }
          }
        }
        const [bought, sold] = orders.map((order) => order.cumulativeQuantity) as [Decimal, Decimal];
        expect(position.quantity.toString()).toBe(bought.sub(sold).toString());
        expect([position.bought.toString(), position.sold.toString()]).toEqual([bought.toString(), sold.toString()]);
        for (const asset of ["USDT", "BTC"]) {
          const paid = sum(orders.map((order) => order.fees.get(asset) ?? Decimal.zero));
          expect((position.fees.get(asset) ?? Decimal.zero).toString()).toBe(paid.toString());
        }
      }),
      RUNS,
    );
  });
});
