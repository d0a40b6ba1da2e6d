// An order's three forms: as it arrives, as it works inside, and as a row that a store keeps.

import { Decimal } from "../domain/decimal.ts";
import { endOfUtcDay, type Instant } from "../domain/time.ts";
import type { IntegerGrid } from "./integer-grid.ts";
import type { IncomingOrder, RestingOrderState } from "./types.ts";
import type { WorkingOrder } from "./working-order.ts";

export interface Grids {
  readonly ticks: IntegerGrid;
  readonly lots: IntegerGrid;
}

/** Returns the working form of an order whose terms were checked, or what is beyond 2^53 - 1 ticks or lots. */
export function toWorkingOrder(
  grids: Grids,
  order: IncomingOrder,
  at: Instant,
): WorkingOrder | "priceTooLarge" | "quantityTooLarge" {
  const price = order.price === undefined ? 0 : grids.ticks.toSteps(order.price);
  const triggerPrice = order.triggerPrice === undefined ? 0 : grids.ticks.toSteps(order.triggerPrice);
  const quantity = order.quantity === undefined ? 0 : grids.lots.toSteps(order.quantity);
  if (price === undefined || triggerPrice === undefined) return "priceTooLarge";
  if (quantity === undefined) return "quantityTooLarge";
  return {
    venueOrderId: order.venueOrderId,
    account: order.account,
    side: order.side,
    orderType: order.orderType,
    timeInForce: order.timeInForce,
    postOnly: order.postOnly,
    reduceOnly: order.reduceOnly,
    selfTradePrevention: order.selfTradePrevention,
    expiresAt: order.timeInForce === "day" ? endOfUtcDay(at) : order.expiresAt,
    notional: order.notional,
    budget: order.notional === undefined ? 0n : budgetOf(grids, order.notional),
    price,
    triggerPrice,
    remaining: quantity,
    filled: 0,
    triggered: false,
    sequence: 0,
    queueGap: 0,
    place: "arriving",
    stored: false,
    previous: undefined,
    next: undefined,
    level: undefined,
  };
}

/** A price in ticks times a quantity in lots is a notional in these units. */
function budgetOf(grids: Grids, notional: Decimal): bigint {
  return notional.wholeSteps(grids.ticks.step.mul(grids.lots.step));
}

export function toState(grids: Grids, order: WorkingOrder): RestingOrderState {
  return {
    venueOrderId: order.venueOrderId,
    account: order.account,
    side: order.side,
    orderType: order.orderType,
    timeInForce: order.timeInForce,
    ...(order.notional === undefined
      ? { quantity: grids.lots.toDecimal(order.filled + order.remaining).toString() }
      : { notional: order.notional.toString() }),
    ...(order.price === 0 ? {} : { price: grids.ticks.toDecimal(order.price).toString() }),
    ...(order.triggerPrice === 0 ? {} : { triggerPrice: grids.ticks.toDecimal(order.triggerPrice).toString() }),
    postOnly: order.postOnly,
    reduceOnly: order.reduceOnly,
    ...(order.expiresAt === undefined ? {} : { expiresAt: order.expiresAt }),
    selfTradePrevention: order.selfTradePrevention,
    cumulativeQuantity: grids.lots.toDecimal(order.filled).toString(),
    triggered: order.triggered,
    sequence: order.sequence,
    queueGap: grids.lots.toDecimal(order.queueGap).toString(),
  };
}

/** @throws {RangeError} when a value is not on the instrument's grid: the row is of another instrument. */
export function fromState(grids: Grids, state: RestingOrderState): WorkingOrder {
  const filled = steps(grids.lots, state.cumulativeQuantity);
  const quantity = state.quantity === undefined ? undefined : steps(grids.lots, state.quantity);
  const notional = state.notional === undefined ? undefined : Decimal.parse(state.notional);
  return {
    venueOrderId: state.venueOrderId,
    account: state.account,
    side: state.side,
    orderType: state.orderType,
    timeInForce: state.timeInForce,
    postOnly: state.postOnly,
    reduceOnly: state.reduceOnly,
    selfTradePrevention: state.selfTradePrevention,
    expiresAt: state.expiresAt,
    notional,
    budget: notional === undefined ? 0n : budgetOf(grids, notional),
    price: state.price === undefined ? 0 : steps(grids.ticks, state.price),
    triggerPrice: state.triggerPrice === undefined ? 0 : steps(grids.ticks, state.triggerPrice),
    remaining: quantity === undefined ? 0 : quantity - filled,
    filled,
    triggered: state.triggered,
    sequence: state.sequence,
    queueGap: steps(grids.lots, state.queueGap),
    place: "arriving",
    stored: true,
    previous: undefined,
    next: undefined,
    level: undefined,
  };
}

/** Reads a stored decimal as whole ticks or lots. @throws {RangeError} when it is not on the grid. */
export function steps(grid: IntegerGrid, text: string): number {
  const value = grid.toSteps(Decimal.parse(text));
  if (value === undefined)
    throw new RangeError(`${text} is not a whole multiple of ${grid.step}, the instrument's step.`);
  return value;
}
