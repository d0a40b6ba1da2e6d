// Positions: the sum of an account's fills in one instrument, plus journaled adjustments, always.
// Valuation at market prices is absent: it needs a price, and so an input from outside.

import { Decimal } from "./decimal.ts";
import type { Fill } from "./fill.ts";
import type { AccountId, InstrumentId } from "./identifiers.ts";
import type { Side } from "./order-event.ts";

/** Decimals kept where an average entry price has to be divided out. */
export const ENTRY_PRICE_SCALE = 20;

/** What an account holds of one instrument. Quantities are signed: negative is short. */
export interface Position {
  readonly account: AccountId;
  readonly instrumentId: InstrumentId;
  readonly quantity: Decimal;
  /** What the open quantity cost, in the quote asset: always of the quantity's sign, or zero. */
  readonly entryCost: Decimal;
  /** In the quote asset, before fees. */
  readonly realizedPnl: Decimal;
  /** Per asset; negative is a net rebate. */
  readonly fees: ReadonlyMap<string, Decimal>;
  /** Base units bought and sold over all time, for turnover and checks. */
  readonly bought: Decimal;
  readonly sold: Decimal;
}

export function emptyPosition(account: AccountId, instrumentId: InstrumentId): Position {
  const zero = Decimal.zero;
  return {
    account,
    instrumentId,
    quantity: zero,
    entryCost: zero,
    realizedPnl: zero,
    fees: new Map(),
    bought: zero,
    sold: zero,
  };
}

/** Returns the average entry price of the open quantity; `undefined` when flat. */
export function averageEntryPrice(position: Position): Decimal | undefined {
  if (position.quantity.isZero()) return undefined;
  return position.entryCost.div(position.quantity, ENTRY_PRICE_SCALE, "halfEven");
}

/** Returns the base units that can be sold on a spot venue: what is held less fees paid in the base asset. */
export function sellableQuantity(position: Position, baseAsset: string): Decimal {
  const left = position.quantity.sub(position.fees.get(baseAsset) ?? Decimal.zero);
  return left.isNegative() ? Decimal.zero : left;
}

/** Counts a fill of an order with this side. */
export function applyFill(position: Position, side: Side, fill: Fill): Position {
  const signed = side === "buy" ? fill.quantity : fill.quantity.neg();
  const moved = trade(position, signed, fill.price);
  return {
    ...moved,
    fees: fill.fee === undefined ? position.fees : addFee(position.fees, fill.fee.asset, fill.fee.amount),
    bought: side === "buy" ? position.bought.add(fill.quantity) : position.bought,
    sold: side === "sell" ? position.sold.add(fill.quantity) : position.sold,
  };
}

/**
 * Takes a booked fill back: the quantity and the fees are as if it had never been. It is counted as
 * the opposite trade at the same price, so profit realized against it in between stays explained.
 */
export function reverseFill(position: Position, side: Side, fill: Fill): Position {
  const signed = side === "buy" ? fill.quantity.neg() : fill.quantity;
  const moved = trade(position, signed, fill.price);
  return {
    ...moved,
    fees: fill.fee === undefined ? position.fees : addFee(position.fees, fill.fee.asset, fill.fee.amount.neg()),
    bought: side === "buy" ? position.bought.sub(fill.quantity) : position.bought,
    sold: side === "sell" ? position.sold.sub(fill.quantity) : position.sold,
  };
}

/**
 * Counts a fill in the place of a booked one; each may be absent. Where they differ in their fee alone, what was
 * realized since stays as it is.
 */
export function changeFill(position: Position, side: Side, booked: Fill | undefined, fill: Fill | undefined): Position {
  if (
    booked === undefined ||
    fill === undefined ||
    !booked.price.eq(fill.price) ||
    !booked.quantity.eq(fill.quantity)
  ) {
    const without = booked === undefined ? position : reverseFill(position, side, booked);
    return fill === undefined ? without : applyFill(without, side, fill);
  }
  let { fees } = position;
  if (booked.fee !== undefined) fees = addFee(fees, booked.fee.asset, booked.fee.amount.neg());
  if (fill.fee !== undefined) fees = addFee(fees, fill.fee.asset, fill.fee.amount);
  return { ...position, fees };
}

/**
 * Applies a journaled adjustment: a transfer or a person's correction. What is added comes at no
 * cost; what is taken away leaves at the average cost of all. Neither is profit or loss.
 */
export function adjustPosition(position: Position, quantity: Decimal): Position {
  const after = position.quantity.add(quantity);
  if (position.quantity.isZero() || after.isZero() || position.quantity.isNegative() !== after.isNegative()) {
    return { ...position, quantity: after, entryCost: Decimal.zero };
  }
  if (after.abs().gte(position.quantity.abs())) return { ...position, quantity: after };
  const entryCost = position.entryCost.mul(after).div(position.quantity, ENTRY_PRICE_SCALE, "halfEven");
  return { ...position, quantity: after, entryCost };
}

/** Moves the quantity by a signed trade, realizing profit on what it closes. */
function trade(position: Position, signed: Decimal, price: Decimal): Position {
  const before = position.quantity;
  const after = before.add(signed);
  const opens = before.isZero() || before.isNegative() === signed.isNegative();
  if (opens) return { ...position, quantity: after, entryCost: position.entryCost.add(signed.mul(price)) };
  const closed = signed.abs().lte(before.abs()) ? signed.neg() : before;
  const entryOfClosed = closed.eq(before)
    ? position.entryCost
    : position.entryCost.mul(closed).div(before, ENTRY_PRICE_SCALE, "halfEven");
  const realizedPnl = position.realizedPnl.add(closed.mul(price).sub(entryOfClosed));
  const turned = signed.add(closed);
  const entryCost = position.entryCost.sub(entryOfClosed).add(turned.mul(price));
  return { ...position, quantity: after, entryCost, realizedPnl };
}

function addFee(fees: ReadonlyMap<string, Decimal>, asset: string, amount: Decimal): ReadonlyMap<string, Decimal> {
  const next = new Map(fees);
  const sum = (next.get(asset) ?? Decimal.zero).add(amount);
  if (sum.isZero()) next.delete(asset);
  else next.set(asset, sum);
  return next;
}
