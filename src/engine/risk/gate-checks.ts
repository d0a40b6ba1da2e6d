// Whether the account may trade at all, in this direction and in this instrument.
// Limits on sizes, rates and sums are in order-checks.ts and account-checks.ts.

import { type Check, deny, denyUnpriced, roomOnGrid } from "./denial.ts";
import type { Proposal } from "./proposal.ts";
import type { RiskView } from "./risk-view.ts";

/** `halted`: not even what reduces. */
export const checkHalted: Check = ({ terms }, view) => {
  if (view.tradingState !== "halted") return undefined;
  const why = view.tradingStateReason === undefined ? "" : `: ${view.tradingStateReason}`;
  return deny(
    "risk.halted",
    `Trading is halted for account ${terms.account}${why}. Only cancels pass until a person lifts the halt.`,
    { account: terms.account, reason: view.tradingStateReason },
  );
};

/** A reduce-only order may not exceed the position less what is open on its side already. */
export const checkReduceOnly: Check = (proposal, view) => {
  const { terms, added, closingRoom } = proposal;
  if (!terms.reduceOnly || added?.isZero() === true) return undefined;
  const closes = terms.side === "buy" ? view.position.isNegative() : view.position.isPositive();
  if (closes && (added === undefined || closingRoom === undefined)) return denyUnpriced("reduceOnly", view);
  if (added !== undefined && closingRoom !== undefined && added.lte(closingRoom)) return undefined;
  return deny(
    "risk.reduceOnly",
    `A reduce-only ${terms.side} of ${describeAdded(proposal, view)} does not only reduce: ${describeRoom(proposal, view)}.`,
    { position: view.position, added, allowed: allowedToClose(proposal, view) },
  );
};

/** `reducing`, or entries blocked by a discrepancy: only what reduces at the worst case of all else that is open. */
export const checkEntriesAllowed: Check = (proposal, view) => {
  if (!proposal.entering) return undefined;
  if (view.tradingState === "active" && view.entriesBlockedBecause === undefined) return undefined;
  const reason = view.tradingState === "active" ? view.entriesBlockedBecause : view.tradingStateReason;
  const { account, side } = proposal.terms;
  return deny(
    "risk.reducingOnly",
    `Account ${account} may only reduce positions${reason === undefined ? "" : ` (${reason})`}, and a ${side} of ` +
      `${describeAdded(proposal, view)} could do more: ${describeRoom(proposal, view)}.`,
    { account, reason, position: view.position, added: proposal.added, allowed: allowedToClose(proposal, view) },
  );
};

/** The account's list of instruments. What reduces passes: a list is shortened to get out. */
export const checkInstrument: Check = ({ terms, entering }, _view, limits) => {
  if (limits.allowedInstruments === undefined || !entering) return undefined;
  if (limits.allowedInstruments.includes(terms.instrumentId)) return undefined;
  const allowed = limits.allowedInstruments.length === 0 ? "none is" : `${limits.allowedInstruments.join(", ")} may be`;
  return deny(
    "risk.instrumentNotAllowed",
    `${terms.instrumentId} may not be traded by account ${terms.account}; ${allowed}.`,
    { instrumentId: terms.instrumentId, allowed: limits.allowedInstruments },
  );
};

function describeAdded({ added }: Proposal, view: RiskView): string {
  const { base } = view.instrument;
  return added === undefined ? `an unknown quantity of ${base}` : `${added} ${base}`;
}

function describeRoom(proposal: Proposal, view: RiskView): string {
  const { base, id } = view.instrument;
  const position = `the position in ${id} is ${view.position} ${base}`;
  if (proposal.closingRoom === undefined) return `${position}, so no ${proposal.terms.side} reduces it`;
  const open = view.position.abs().sub(proposal.closingRoom);
  return `${position} and open ${proposal.terms.side}s may already close ${open}, which leaves ${allowedToClose(proposal, view)}`;
}

function allowedToClose({ closingRoom }: Proposal, view: RiskView): string {
  return closingRoom === undefined ? "0" : roomOnGrid(closingRoom, view).toString();
}
