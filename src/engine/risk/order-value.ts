// What an order is worth at its worst: the price and the quantity that risk counts with.
// One rule for a new order, an open one and a replaced one. Prices of the market come in as arguments.

import { Decimal } from "../../domain/decimal.ts";
import { defined } from "../../domain/json-reader.ts";
import type { Order } from "../../domain/order.ts";
import type { OrderTerms, ReplaceTerms, Side } from "../../domain/order-event.ts";
import type { Instant } from "../../domain/time.ts";
import { contributionOf } from "../exposure.ts";
import type { RiskLimits } from "./risk-limits.ts";
import type { ReferencePrice, RiskView } from "./risk-view.ts";

/** The age past which a reference price counts as none, unless the limits say otherwise. */
const DEFAULT_REFERENCE_MAX_AGE_MS = 60_000;
/** Decimals kept where a notional is divided into a quantity: as fine as any venue's lot. */
export const QUANTITY_SCALE = 18;

/** The terms that decide an order's worth. */
type Valued = Pick<OrderTerms, "side" | "quantity" | "notional" | "price" | "triggerPrice">;

/** Returns the reference price, if there is one that is young enough. One from the future is as doubtful as an old one. */
export function freshPrice(
  reference: ReferencePrice | undefined,
  now: Instant,
  limits: Pick<RiskLimits, "referenceMaxAgeMs">,
): Decimal | undefined {
  if (reference === undefined || !reference.price.isPositive()) return undefined;
  const maxAgeMs = limits.referenceMaxAgeMs ?? DEFAULT_REFERENCE_MAX_AGE_MS;
  return Math.abs(now - reference.at) > maxAgeMs ? undefined : reference.price;
}

/**
 * Returns the highest price that the order's notional is counted with: a buy's limit, since it pays no
 * more; otherwise the highest of limit, trigger and reference price that are known.
 *
 * @returns `undefined` for a market order without a reference price.
 */
export function worstPrice(terms: Valued, reference: Decimal | undefined): Decimal | undefined {
  if (terms.side === "buy" && terms.price !== undefined) return terms.price;
  return extreme([terms.price, terms.triggerPrice, reference], (a, b) => Decimal.max(a, b));
}

/** Returns price × quantity in the quote asset at its worst; `undefined` when it cannot be known. */
export function worstNotional(terms: Valued, reference: Decimal | undefined): Decimal | undefined {
  if (terms.quantity === undefined) return terms.notional;
  return worstPrice(terms, reference)?.mul(terms.quantity);
}

/** Returns the base quantity that may trade at most; `undefined` when it cannot be known. */
export function worstQuantity(terms: Valued, reference: Decimal | undefined): Decimal | undefined {
  if (terms.quantity !== undefined) return terms.quantity;
  return terms.notional === undefined ? undefined : quantityFor(terms.notional, terms, reference);
}

/**
 * Returns what an order may still trade at most, in base units; of an ended one, what it has traded beyond its
 * booked fills. `undefined` when it cannot be known.
 */
export function worstLeaves(order: Order, reference: Decimal | undefined): Decimal | undefined {
  if (order.isTerminal) return contributionOf(order).quantity;
  const asked = order.effectiveQuantity;
  if (asked !== undefined) return notNegative(asked.sub(order.cumulativeQuantity));
  const left = notNegative((order.notional ?? Decimal.zero).sub(order.cost));
  if (left.isZero()) return left;
  const now = quantityFor(left, order, reference);
  if (order.pendingReplace === undefined) return now;
  const later = quantityFor(left, replacedTerms(order, order.pendingReplace.replace), reference);
  return now === undefined || later === undefined ? undefined : Decimal.max(now, later);
}

/** Returns the terms that an order would have after a replace. */
export function replacedTerms(order: OrderTerms, replace: ReplaceTerms): OrderTerms {
  return {
    account: order.account,
    venue: order.venue,
    instrumentId: order.instrumentId,
    side: order.side,
    orderType: order.orderType,
    timeInForce: order.timeInForce,
    postOnly: order.postOnly,
    reduceOnly: order.reduceOnly,
    origin: order.origin,
    ...defined({
      quantity: replace.quantity ?? order.quantity,
      notional: order.notional,
      price: replace.price ?? order.price,
      triggerPrice: replace.triggerPrice ?? order.triggerPrice,
      expiresAt: order.expiresAt,
      clientOrderId: replace.clientOrderId ?? order.clientOrderId,
      parentOrderId: order.parentOrderId,
      leverage: order.leverage,
      maxAgeMs: order.maxAgeMs,
    }),
  };
}

/**
 * Returns what the account's open orders of one side in the view's instrument may still trade at most,
 * in base units; `undefined` when an order sized in the quote asset cannot be valued.
 */
export function openQuantity(view: RiskView, side: Side, reference: Decimal | undefined): Decimal | undefined {
  const reserved = view.reserved();
  const quantity = side === "buy" ? reserved.buyQuantity : reserved.sellQuantity;
  const notional = side === "buy" ? reserved.buyNotional : reserved.sellNotional;
  if (notional.isZero()) return quantity;
  // Orders sized in the quote asset are few: they are valued one by one, each at its own price.
  let sum = quantity;
  for (const order of view.ownOpenOrders(side)) {
    if (order.quantity !== undefined) continue;
    const leaves = worstLeaves(order, reference);
    if (leaves === undefined) return undefined;
    sum = sum.add(leaves);
  }
  return sum;
}

/** Returns the largest absolute position that the open orders could lead to, in either direction. */
export function worstPosition(position: Decimal, openBuys: Decimal, openSells: Decimal): Decimal {
  return Decimal.max(position.add(openBuys), openSells.sub(position));
}

/** What makes two orders equal for the duplicate guard: who, what, which way, how much, at which price. */
export function fingerprintOf(terms: OrderTerms): string {
  return [
    terms.account,
    terms.instrumentId,
    terms.side,
    terms.orderType,
    terms.quantity ?? `notional ${terms.notional}`,
    terms.price ?? "",
    terms.triggerPrice ?? "",
  ].join("\n");
}

/** A sell's limit bounds what a notional can be in base units; otherwise the lowest known price does. */
function quantityFor(notional: Decimal, terms: Valued, reference: Decimal | undefined): Decimal | undefined {
  const price =
    terms.side === "sell" && terms.price !== undefined
      ? terms.price
      : extreme([terms.price, terms.triggerPrice, reference], (a, b) => Decimal.min(a, b));
  return price?.isPositive() === true ? notional.div(price, QUANTITY_SCALE, "up") : undefined;
}

function extreme(
  prices: readonly (Decimal | undefined)[],
  choose: (a: Decimal, b: Decimal) => Decimal,
): Decimal | undefined {
  let best: Decimal | undefined;
  for (const price of prices) if (price !== undefined) best = best === undefined ? price : choose(best, price);
  return best;
}

function notNegative(value: Decimal): Decimal {
  return value.isNegative() ? Decimal.zero : value;
}
