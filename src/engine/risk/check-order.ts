// Whether an order may be sent: every check before the trade, in one order, pure.
// The rules of the instrument's grid come before (order-request.ts); the kill switch checks once more at the wire.

import type { OrderwrightError } from "../../domain/errors.ts";
import type { Order } from "../../domain/order.ts";
import type { OrderTerms, ReplaceTerms } from "../../domain/order-event.ts";
import { checkDailyLoss, checkExposure, checkOpenOrders, checkParent, checkPosition } from "./account-checks.ts";
import type { Check } from "./denial.ts";
import { checkEntriesAllowed, checkHalted, checkInstrument, checkReduceOnly } from "./gate-checks.ts";
import {
  checkCollar,
  checkDuplicate,
  checkMessageRate,
  checkNotionalLimit,
  checkOrderRate,
  checkQuantityLimit,
  checkSelfTrade,
} from "./order-checks.ts";
import { type Proposal, proposeOrder, proposeReplace } from "./proposal.ts";
import type { RiskLimits } from "./risk-limits.ts";
import type { RiskView } from "./risk-view.ts";

/** The first that denies decides. */
const CHECKS: readonly Check[] = [
  checkHalted,
  checkReduceOnly,
  checkEntriesAllowed,
  checkInstrument,
  checkCollar,
  checkQuantityLimit,
  checkNotionalLimit,
  checkOrderRate,
  checkMessageRate,
  checkDuplicate,
  checkSelfTrade,
  checkOpenOrders,
  checkPosition,
  checkExposure,
  checkDailyLoss,
  checkParent,
];

/**
 * Checks a new order against the account's limits, as if all that is open and unknown went wrong.
 *
 * | | any order | reduces by effect | reduce-only |
 * |---|---|---|---|
 * | halted, collar, duplicate, self-trade, parent | denied | denied | denied |
 * | size, rates | denied | denied | passes: bounded by the position |
 * | trading state `reducing`, blocked entries, instrument list, open orders, position, exposure, daily loss | denied | passes | passes |
 *
 * A limit that cannot be computed denies with `risk.noReferencePrice`.
 *
 * @returns the first denial, or `undefined` when the order may be sent.
 */
export function checkOrder(terms: OrderTerms, view: RiskView, limits: RiskLimits): OrderwrightError | undefined {
  return firstDenial(proposeOrder(terms, view, limits), view, limits);
}

/**
 * Checks a replace like a new order for what it adds: more quantity, a price nearer to trading, another
 * trigger. One that only lowers the quantity or moves the price away passes all but `halted` and the
 * message rate.
 */
export function checkReplace(
  order: Order,
  replace: ReplaceTerms,
  view: RiskView,
  limits: RiskLimits,
): OrderwrightError | undefined {
  return firstDenial(proposeReplace(order, replace, view, limits), view, limits);
}

function firstDenial(proposal: Proposal, view: RiskView, limits: RiskLimits): OrderwrightError | undefined {
  for (const check of CHECKS) {
    const denial = check(proposal, view, limits);
    if (denial !== undefined) return denial;
  }
  return undefined;
}
