// What a new order or a replace would change, worked out once for all checks.
// "Reduces" is judged by effect, at the worst case of everything else that is open.

import { Decimal } from "../../domain/decimal.ts";
import type { Order } from "../../domain/order.ts";
import type { OrderTerms, ReplaceTerms } from "../../domain/order-event.ts";
import { freshPrice, openQuantity, replacedTerms, worstLeaves, worstQuantity } from "./order-value.ts";
import type { RiskLimits } from "./risk-limits.ts";
import type { RiskView } from "./risk-view.ts";

/** A change that asks to pass. */
export interface Proposal {
  /** The terms as they would stand. */
  readonly terms: OrderTerms;
  /** The order as it stands, for a replace; `undefined` for a new order. */
  readonly replaces: Order | undefined;
  /** The reference price, when it is young enough to count. */
  readonly reference: Decimal | undefined;
  /** Base units that could trade and cannot now, at least 0; `undefined` when they cannot be known. */
  readonly added: Decimal | undefined;
  /** A new order, or a price nearer to trading, or another trigger. */
  readonly moreAggressive: boolean;
  /**
   * Base units that the side could close beyond what is open on it already: negative when more is open
   * than there is to close; `undefined` when it cannot be known, or the side does not close.
   */
  readonly closingRoom: Decimal | undefined;
  /** It could open, enlarge or turn the position: limits meant for entries apply. */
  readonly entering: boolean;
}

export function proposeOrder(terms: OrderTerms, view: RiskView, limits: RiskLimits): Proposal {
  const reference = freshPrice(view.referencePrice(), view.now, limits);
  const added = worstQuantity(terms, reference);
  const closingRoom = closingRoomOf(terms, view, reference);
  return {
    terms,
    replaces: undefined,
    reference,
    added,
    moreAggressive: true,
    closingRoom,
    entering: !terms.reduceOnly && !reduces(added, closingRoom),
  };
}

export function proposeReplace(order: Order, replace: ReplaceTerms, view: RiskView, limits: RiskLimits): Proposal {
  const reference = freshPrice(view.referencePrice(), view.now, limits);
  const terms = replacedTerms(order, replace);
  const added = addedByReplace(order, terms, reference);
  const closingRoom = closingRoomOf(terms, view, reference);
  const moreAggressive = isMoreAggressive(order, replace);
  const grows = moreAggressive || added === undefined || added.isPositive();
  return {
    terms,
    replaces: order,
    reference,
    added,
    moreAggressive,
    closingRoom,
    entering: grows && !order.reduceOnly && !reduces(added, closingRoom),
  };
}

function reduces(added: Decimal | undefined, closingRoom: Decimal | undefined): boolean {
  return added !== undefined && closingRoom !== undefined && added.lte(closingRoom);
}

function closingRoomOf(terms: OrderTerms, view: RiskView, reference: Decimal | undefined): Decimal | undefined {
  const closes = terms.side === "buy" ? view.position.isNegative() : view.position.isPositive();
  if (!closes) return undefined;
  const open = openQuantity(view, terms.side, reference);
  return open === undefined ? undefined : view.position.abs().sub(open);
}

function addedByReplace(order: Order, after: OrderTerms, reference: Decimal | undefined): Decimal | undefined {
  const before = order.effectiveQuantity;
  if (before !== undefined && after.quantity !== undefined) {
    return Decimal.max(Decimal.zero, after.quantity.sub(before));
  }
  // Sized in the quote asset: another price may mean more base units.
  const leavesBefore = worstLeaves(order, reference);
  const left = (order.notional ?? Decimal.zero).sub(order.cost);
  const leavesAfter = worstQuantity({ ...after, notional: left }, reference);
  if (leavesBefore === undefined || leavesAfter === undefined) return undefined;
  return Decimal.max(Decimal.zero, leavesAfter.sub(leavesBefore));
}

function isMoreAggressive(order: Order, replace: ReplaceTerms): boolean {
  if (replace.triggerPrice !== undefined) return true;
  if (replace.price === undefined || order.price === undefined) return false;
  return order.side === "buy" ? replace.price.gt(order.price) : replace.price.lt(order.price);
}
