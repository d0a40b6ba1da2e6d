// What an execution does to an order's totals: the arithmetic of booking, taking back and correcting.
// Which status follows is order.ts; which events a report becomes is interpret-report.ts.

import { assert } from "./assert.ts";
import { Decimal } from "./decimal.ts";
import { type Fill, type FillKey, fillKey } from "./fill.ts";
import type { Order } from "./order.ts";
import type { Instant } from "./time.ts";

// Shared by all orders without any: most orders never fill, and empty collections of their own would cost 300 bytes.
export const NO_FEES: ReadonlyMap<string, Decimal> = new Map();
export const NO_FILLS: ReadonlyMap<FillKey, Fill> = new Map();
export const NO_KEYS: ReadonlySet<string> = new Set();

/** The fields of an order that executions change. */
type Executions = {
  -readonly [K in keyof Pick<
    Order,
    | "id"
    | "cumulativeQuantity"
    | "cost"
    | "fees"
    | "fills"
    | "reversedFills"
    | "lastFill"
    | "firstFillAt"
    | "outcomeUnknown"
    | "venueCumulativeQuantity"
  >]: Order[K];
};

/** @throws {InvariantViolation} when the fill is booked already, or moves nothing. */
export function assertBookable(order: Order, fill: Fill): void {
  assert(!order.fills.has(fillKey(fill)), `fill ${fillKey(fill)} of ${order.id} is booked already`);
  assert(fill.quantity.isPositive(), `fill ${fillKey(fill)} of ${order.id} moves ${fill.quantity}`);
}

/** @throws {InvariantViolation} when there is no such fill to take back. */
export function assertBooked(order: Order, key: FillKey): void {
  assert(order.fills.has(key), `fill ${key} of ${order.id} is not booked`);
}

/** Books a fill that {@link assertBookable} accepts. */
export function book(order: Executions, fill: Fill, at: Instant): void {
  const key = fillKey(fill);
  if (order.fills === NO_FILLS) order.fills = new Map();
  (order.fills as Map<FillKey, Fill>).set(key, fill);
  if (order.reversedFills.has(key)) (order.reversedFills as Set<FillKey>).delete(key);
  count(order, fill, 1);
  order.lastFill = fill;
  order.firstFillAt ??= at;
  order.outcomeUnknown = false;
}

/** Takes a booked fill back, and remembers that it was. */
export function reverse(order: Executions, key: FillKey): void {
  const fill = bookedFill(order, key);
  count(order, fill, -1);
  forget(order, key, fill);
  if (fill.inferred !== true) lowerVenueTotal(order, fill.quantity, Decimal.zero);
}

/** Puts a fill in the place of a booked one. */
export function correct(order: Executions, key: FillKey, fill: Fill, at: Instant): void {
  const old = bookedFill(order, key);
  count(order, old, -1);
  if (key === fillKey(fill)) {
    // In its old place: the last fill stays the last one.
    (order.fills as Map<FillKey, Fill>).set(key, fill);
    count(order, fill, 1);
    if (order.lastFill === old) order.lastFill = fill;
  } else {
    forget(order, key, old);
    book(order, fill, at);
  }
  if (old.inferred !== true) lowerVenueTotal(order, old.quantity, fill.quantity);
}

function bookedFill(order: Executions, key: FillKey): Fill {
  const fill = order.fills.get(key);
  assert(fill !== undefined, `fill ${key} of ${order.id} is not booked`);
  return fill;
}

function count(order: Executions, fill: Fill, sign: 1 | -1): void {
  const cost = fill.price.mul(fill.quantity);
  order.cumulativeQuantity =
    sign === 1 ? order.cumulativeQuantity.add(fill.quantity) : order.cumulativeQuantity.sub(fill.quantity);
  order.cost = sign === 1 ? order.cost.add(cost) : order.cost.sub(cost);
  addFee(order, fill, sign);
}

function addFee(order: Executions, fill: Fill, sign: 1 | -1): void {
  if (fill.fee === undefined) return;
  if (order.fees === NO_FEES) order.fees = new Map();
  const fees = order.fees as Map<string, Decimal>;
  const before = fees.get(fill.fee.asset) ?? Decimal.zero;
  const after = sign === 1 ? before.add(fill.fee.amount) : before.sub(fill.fee.amount);
  if (after.isZero()) fees.delete(fill.fee.asset);
  else fees.set(fill.fee.asset, after);
}

/** An execution that was taken back must not be booked by a late repeat; an inferred one was never the venue's. */
function forget(order: Executions, key: FillKey, fill: Fill): void {
  (order.fills as Map<FillKey, Fill>).delete(key);
  if (fill.inferred !== true) {
    if (order.reversedFills === NO_KEYS) order.reversedFills = new Set();
    (order.reversedFills as Set<FillKey>).add(key);
  }
  if (order.lastFill !== fill) return;
  delete order.lastFill;
  for (const left of order.fills.values()) order.lastFill = left;
}

/** The venue's total counted the old execution, unless it was below our books already. */
function lowerVenueTotal(order: Executions, old: Decimal, corrected: Decimal): void {
  const total = order.venueCumulativeQuantity;
  if (total === undefined) return;
  const bookedBefore = order.cumulativeQuantity.add(old).sub(corrected);
  if (total.gte(bookedBefore)) order.venueCumulativeQuantity = total.sub(old).add(corrected);
}
