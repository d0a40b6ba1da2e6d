// Limits on the one order: its price, its size, its haste, and whether it repeats or meets another of ours.
// Sums over the account are in account-checks.ts.

import { Decimal } from "../../domain/decimal.ts";
import type { OrderwrightError } from "../../domain/errors.ts";
import type { Order } from "../../domain/order.ts";
import type { OrderTerms } from "../../domain/order-event.ts";
import { type Check, deny, denyUnpriced, roomOnGrid } from "./denial.ts";
import { fingerprintOf, QUANTITY_SCALE, worstNotional, worstPrice, worstQuantity } from "./order-value.ts";
import type { Proposal } from "./proposal.ts";
import type { RateLimit } from "./risk-limits.ts";
import type { RateUsage } from "./risk-view.ts";

/** Decimals of a basis point. */
const BPS_SCALE = 4;
const ONE_IN_BPS = 10_000;

/**
 * A limit price may be so far beyond the reference price on the aggressive side, and no further. A price
 * that waits for a trigger is measured from the trigger, where the market will be by then. A market
 * order has no price to measure, but it needs a market: without a reference price it is denied too.
 */
export const checkCollar: Check = (proposal, view, limits) => {
  const { terms, reference } = proposal;
  if (limits.priceCollarBps === undefined || !proposal.moreAggressive) return undefined;
  // A market exit passes without a reference price, so a gentler exit does as well.
  if (reference === undefined) return terms.reduceOnly ? undefined : denyUnpriced("priceCollarBps", view);
  if (terms.price === undefined) return undefined;
  const waiting = waitsForTrigger(proposal);
  const center = waiting ? (terms.triggerPrice ?? reference) : reference;
  const buys = terms.side === "buy";
  const bps = ONE_IN_BPS + (buys ? limits.priceCollarBps : -limits.priceCollarBps);
  const bound = center.mul(Decimal.of(BigInt(bps), BPS_SCALE));
  if (buys ? terms.price.lte(bound) : terms.price.gte(bound)) return undefined;
  const allowed = bound.roundToStep(view.instrument.tickSize, buys ? "down" : "up");
  return deny(
    "risk.priceCollar",
    `price ${terms.price} ${view.instrument.quote} is more than ${limits.priceCollarBps} bps ${buys ? "above" : "below"} the ` +
      `${waiting ? "trigger" : "reference"} price ${center} of ${terms.instrumentId}; a ${terms.side} may be at ` +
      `${buys ? "most" : "least"} ${allowed}.`,
    { price: terms.price, center, collarBps: limits.priceCollarBps, allowed },
  );
};

/** Quantity per order, fills of a replaced one included. Protective exits are bounded by the position instead. */
export const checkQuantityLimit: Check = ({ terms, added, reference }, view, limits) => {
  const limit = limits.maxOrderQuantity;
  if (limit === undefined || terms.reduceOnly || added?.isZero() === true) return undefined;
  const quantity = worstQuantity(terms, reference);
  if (quantity === undefined) return denyUnpriced("maxOrderQuantity", view);
  if (quantity.lte(limit)) return undefined;
  const { base } = view.instrument;
  return deny("risk.maxQuantity", `quantity ${quantity} ${base} is above the limit of ${limit} ${base} per order.`, {
    quantity,
    limit,
  });
};

/** Notional per order at its worst price. Protective exits are bounded by the position instead. */
export const checkNotionalLimit: Check = ({ terms, reference, replaces }, view, limits) => {
  const limit = limits.maxOrderNotional;
  if (limit === undefined || terms.reduceOnly) return undefined;
  const notional = worstNotional(terms, reference);
  if (notional === undefined) return denyUnpriced("maxOrderNotional", view);
  if (notional.lte(limit)) return undefined;
  const before = replaces === undefined ? undefined : worstNotional(replaces, reference);
  if (before !== undefined && notional.lte(before)) return undefined;
  const { base, quote } = view.instrument;
  const price = terms.quantity === undefined ? undefined : worstPrice(terms, reference);
  const allowed = price === undefined ? undefined : roomOnGrid(limit.div(price, QUANTITY_SCALE, "down"), view);
  const hint = allowed === undefined ? "" : `; at ${price} at most ${allowed} ${base}`;
  return deny(
    "risk.maxNotional",
    `notional ${notional} ${quote} is above the limit of ${limit} ${quote} per order${hint}.`,
    {
      notional,
      limit,
      ...(allowed === undefined ? {} : { allowedQuantity: allowed }),
    },
  );
};

/** New orders per window. Exits are counted, and pass: they have a budget of their own at the venue. */
export const checkOrderRate: Check = ({ terms, replaces }, view, limits) => {
  if (limits.maxOrderRate === undefined || terms.reduceOnly || replaces !== undefined) return undefined;
  return denyRate("risk.maxOrderRate", "orders", terms, limits.maxOrderRate, view.orderRate());
};

/** New orders and replaces per window; cancels are counted by the engine and never denied. */
export const checkMessageRate: Check = ({ terms }, view, limits) => {
  if (limits.maxMessageRate === undefined || terms.reduceOnly) return undefined;
  return denyRate("risk.maxMessageRate", "messages", terms, limits.maxMessageRate, view.messageRate());
};

function denyRate(
  code: "risk.maxOrderRate" | "risk.maxMessageRate",
  what: string,
  terms: OrderTerms,
  limit: RateLimit,
  usage: RateUsage,
): OrderwrightError | undefined {
  if (usage.count < limit.count) return undefined;
  const waitMs = Math.ceil(usage.freeInMs);
  return deny(
    code,
    `Account ${terms.account} sent ${usage.count} ${what} in the last ${limit.windowMs} ms, and its limit is ` +
      `${limit.count}; the next may come in ${waitMs} ms.`,
    { count: usage.count, limit: limit.count, windowMs: limit.windowMs, retryAfterMs: waitMs },
  );
}

/** An equal order within the window is taken for a mistake, exits included: the first one is there already. */
export const checkDuplicate: Check = ({ terms, replaces }, view, limits) => {
  const windowMs = limits.duplicateWindowMs;
  if (windowMs === undefined || replaces !== undefined) return undefined;
  const recent = view.recentOrder(fingerprintOf(terms));
  if (recent === undefined || recent.agoMs >= windowMs) return undefined;
  return deny(
    "risk.duplicateOrder",
    `Order ${recent.orderId} asked for the same ${recent.agoMs} ms ago; an equal order may follow after ${windowMs} ms.`,
    { orderId: recent.orderId, windowMs, retryAfterMs: windowMs - recent.agoMs },
  );
};

/**
 * The order must not be able to trade with another of the account that rests in the book. A market
 * order is taken to reach the reference price. Orders that still wait for a trigger, on either side, do
 * not trade now: what they meet later is left to the venue's self-trade prevention.
 */
export const checkSelfTrade: Check = (proposal, view, limits) => {
  const { terms } = proposal;
  if (limits.selfTrade === "allow" || terms.postOnly || !proposal.moreAggressive) return undefined;
  if (waitsForTrigger(proposal)) return undefined;
  const reach = terms.price ?? proposal.reference;
  // Nobody knows how far it reaches: an entry waits for market data, an exit goes ahead.
  if (reach === undefined && terms.reduceOnly) return undefined;
  for (const other of view.ownOpenOrders(terms.side === "buy" ? "sell" : "buy")) {
    const price = restingPrice(other);
    if (price === undefined) continue;
    if (reach !== undefined && (terms.side === "buy" ? price.gt(reach) : price.lt(reach))) continue;
    return deny(
      "risk.selfTrade",
      `The ${terms.side}${reach === undefined ? "" : ` at ${reach}`} would trade with the ${other.side} order ${other.id} of the ` +
        `same account at ${price}; cancel that one first, or ask for a price ${terms.side === "buy" ? "below" : "above"} ${price}.`,
      { orderId: other.id, price, reach },
    );
  }
  return undefined;
};

/** The price at which an order of ours can be met in the book: the nearer one while a replace is open. */
function restingPrice(other: Order): Decimal | undefined {
  if (other.triggerPrice !== undefined && !other.triggered) return undefined;
  const next = other.pendingReplace?.replace.price;
  if (other.price === undefined || next === undefined) return other.price;
  return other.side === "buy" ? Decimal.max(other.price, next) : Decimal.min(other.price, next);
}

/** Whether the trigger lies ahead of the market: without a reference price it is believed to. */
function waitsForTrigger({ terms, replaces, reference }: Proposal): boolean {
  if (replaces?.triggered === true || terms.triggerPrice === undefined) return false;
  if (reference === undefined) return true;
  const takesProfit = terms.orderType === "takeProfit" || terms.orderType === "takeProfitLimit";
  const firesAbove = (terms.side === "buy") !== takesProfit;
  return firesAbove ? reference.lt(terms.triggerPrice) : reference.gt(terms.triggerPrice);
}
