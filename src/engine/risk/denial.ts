// How a check says no: numbers, units, and what would be allowed.
// Deciding is the business of gate-checks.ts, order-checks.ts and account-checks.ts.

import { Decimal } from "../../domain/decimal.ts";
import { type ErrorCode, type ErrorDetails, type OrderwrightError, orderwrightError } from "../../domain/errors.ts";
import type { Proposal } from "./proposal.ts";
import type { RiskLimits } from "./risk-limits.ts";
import type { RiskView } from "./risk-view.ts";

/** One check: `undefined` lets the proposal pass. */
export type Check = (proposal: Proposal, view: RiskView, limits: RiskLimits) => OrderwrightError | undefined;

type RiskCode = Extract<ErrorCode, `risk.${string}`>;

/** Makes a denial; decimals in the details become text. */
export function deny(code: RiskCode, message: string, details: ErrorDetails = {}): OrderwrightError {
  const shown = Object.entries(details).map(([key, value]) => [key, value instanceof Decimal ? `${value}` : value]);
  return orderwrightError(code, message, Object.fromEntries(shown));
}

/** Denies since a limit cannot be computed: a check that is skipped is no check. */
export function denyUnpriced(
  limit: keyof RiskLimits | "reduceOnly" | "parentOrderId",
  view: RiskView,
): OrderwrightError {
  const seen = view.referencePrice();
  const state = seen === undefined ? "there is none" : `the last one, ${seen.price}, is ${view.now - seen.at} ms old`;
  return deny(
    "risk.noReferencePrice",
    `${limit} of ${view.instrument.id} cannot be checked without a reference price, and ${state}; it passes once the market data is back.`,
    { limit },
  );
}

/** Returns what a limit leaves, on the lot grid: never below zero. */
export function roomOnGrid(room: Decimal, view: RiskView): Decimal {
  return room.isNegative() ? Decimal.zero : room.roundToStep(view.instrument.lotSize, "down");
}
