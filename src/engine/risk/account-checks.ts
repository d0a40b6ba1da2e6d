// Limits on sums over the account: open orders, position, exposure, loss, and children within their parent.
// All but the last are meant for entries: what only reduces passes them.

import { Decimal } from "../../domain/decimal.ts";
import type { OrderwrightError } from "../../domain/errors.ts";
import { type Check, deny, denyUnpriced, roomOnGrid } from "./denial.ts";
import { openQuantity, worstPosition, worstPrice } from "./order-value.ts";
import type { Proposal } from "./proposal.ts";
import type { RiskView } from "./risk-view.ts";

export const checkOpenOrders: Check = ({ terms, entering, replaces }, view, limits) => {
  const limit = limits.maxOpenOrders;
  if (limit === undefined || !entering || replaces !== undefined || view.openOrders < limit) return undefined;
  return deny(
    "risk.maxOpenOrders",
    `Account ${terms.account} has ${view.openOrders} open orders, and its limit is ${limit}; cancel one first.`,
    { openOrders: view.openOrders, limit },
  );
};

/** The position in this direction, as if every open order of the side and this one filled, and none of the other. */
export const checkPosition: Check = (proposal, view, limits) => {
  const limit = limits.maxPosition;
  const { terms, added, reference } = proposal;
  if (limit === undefined || !addsToEntry(proposal)) return undefined;
  const open = openQuantity(view, terms.side, reference);
  if (open === undefined || added === undefined) return denyUnpriced("maxPosition", view);
  const before = terms.side === "buy" ? view.position.add(open) : open.sub(view.position);
  const after = before.add(added);
  if (after.lte(limit)) return undefined;
  const { base } = view.instrument;
  const allowed = roomOnGrid(limit.sub(before), view);
  const direction = terms.side === "buy" ? "long" : "short";
  return deny(
    "risk.maxPosition",
    `A ${terms.side} of ${added} ${base} could take the position in ${terms.instrumentId} to ${after} ${base} ${direction}, open ` +
      `${terms.side}s of ${open} counted; the limit is ${limit} ${base}, so at most ${allowed} more.`,
    { position: view.position, openQuantity: open, added, limit, allowed },
  );
};

/** Gross exposure over all instruments; this order counts for what it adds to the worst position of its own. */
export const checkExposure: Check = (proposal, view, limits) => {
  const limit = limits.maxExposure;
  if (limit === undefined || !addsToEntry(proposal)) return undefined;
  const enlarges = enlargement(proposal, view);
  if (enlarges?.isPositive() === false) return undefined;
  const price = worstPrice(proposal.terms, proposal.reference);
  const before = view.grossExposure();
  if (enlarges === undefined || price === undefined || before === undefined) return denyUnpriced("maxExposure", view);
  const after = before.add(enlarges.mul(price));
  if (after.lte(limit)) return undefined;
  const { quote } = view.instrument;
  const room = Decimal.max(Decimal.zero, limit.sub(before));
  return deny(
    "risk.maxExposure",
    `The order could take the exposure of account ${proposal.terms.account} from ${before} to ${after} ${quote}; the limit is ` +
      `${limit} ${quote}, so at most ${room} ${quote} more.`,
    { exposure: before, after, limit, allowed: room },
  );
};

export const checkDailyLoss: Check = ({ terms, entering }, view, limits) => {
  const limit = limits.maxDailyLoss;
  if (limit === undefined || !entering) return undefined;
  const loss = view.realizedLossToday();
  if (loss === undefined) return denyUnpriced("maxDailyLoss", view);
  if (loss.lt(limit)) return undefined;
  const { quote } = view.instrument;
  return deny(
    "risk.maxDailyLoss",
    `Account ${terms.account} lost ${loss} ${quote} since the start of the UTC day, and its limit is ${limit} ${quote}; only ` +
      "orders that reduce a position pass until the next day.",
    { loss, limit },
  );
};

/**
 * What the children of one side trade may not exceed their parent's quantity, whatever the algorithm's
 * code believes. Exits on the parent's other side are no slices of it.
 */
export const checkParent: Check = (proposal, view): OrderwrightError | undefined => {
  const { terms, added } = proposal;
  if (terms.parentOrderId === undefined || added?.isZero() === true) return undefined;
  const parent = view.parent(terms.parentOrderId);
  if (parent === undefined) {
    // A protective leg may outlive its parent in memory; the position bounds it.
    if (terms.reduceOnly) return undefined;
    return deny(
      "risk.childrenExceedParent",
      `Parent order ${terms.parentOrderId} is not known, so it can have no children.`,
      {
        parentOrderId: terms.parentOrderId,
      },
    );
  }
  if (parent.side !== terms.side) return undefined;
  if (added === undefined) return denyUnpriced("parentOrderId", view);
  if (added.lte(parent.room)) return undefined;
  const { base } = view.instrument;
  return deny(
    "risk.childrenExceedParent",
    `A child of ${added} ${base} would exceed parent order ${terms.parentOrderId}, which has ` +
      `${roomOnGrid(parent.room, view)} ${base} left for children.`,
    { parentOrderId: terms.parentOrderId, added, allowed: roomOnGrid(parent.room, view) },
  );
};

function addsToEntry({ entering, added }: Proposal): boolean {
  return entering && added?.isZero() !== true;
}

/** By how much the worst position of the instrument grows; `undefined` when it cannot be known. */
function enlargement({ terms, added, reference }: Proposal, view: RiskView): Decimal | undefined {
  const buys = openQuantity(view, "buy", reference);
  const sells = openQuantity(view, "sell", reference);
  if (added === undefined || buys === undefined || sells === undefined) return undefined;
  const before = worstPosition(view.position, buys, sells);
  const after =
    terms.side === "buy"
      ? worstPosition(view.position, buys.add(added), sells)
      : worstPosition(view.position, buys, sells.add(added));
  return after.sub(before);
}
