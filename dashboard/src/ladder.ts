// The depth ladder's rows: the venue's levels with our own orders marked at their prices, also where
// the shown book has no level. Exact decimals throughout: a price is compared, never rounded.

import { Decimal } from "../../src/domain/decimal.ts";
import type { Level, OrderJson } from "./contract.ts";

export interface LadderRow {
  readonly price: string;
  /** Displayed by the venue; absent at a price where only we are. */
  readonly quantity?: string;
  /** What is left of our own orders at this price. */
  readonly own?: string;
  /** Of the largest displayed quantity in sight, 0 to 1: for the bar. */
  readonly share: number;
  /** Levels are left out between the row before and this one. */
  readonly isApart: boolean;
}

/** Sums what is left of open orders per price, for one instrument and side. */
export function ownLevels(
  orders: Iterable<OrderJson>,
  instrumentId: string,
  side: "buy" | "sell",
): ReadonlyMap<string, Decimal> {
  const own = new Map<string, Decimal>();
  for (const {
    instrumentId: id,
    side: orderSide,
    price,
    leavesQuantity,
    isWorking,
    triggerPrice,
    triggered,
  } of orders) {
    if (id !== instrumentId || orderSide !== side || price === undefined || !isWorking) continue;
    if (triggerPrice !== undefined && !triggered) continue;
    const key = Decimal.parse(price).toString();
    own.set(key, (own.get(key) ?? Decimal.zero).add(Decimal.parse(leavesQuantity ?? "0")));
  }
  return own;
}

/** Own prices shown although they lie beyond the depth. */
const OWN_BEYOND = 3;

/**
 * Returns at most `depth` rows, the best price first. The last of them are our own nearest prices, where
 * those lie further away: a ladder that hides them would say that there are none.
 *
 * @param levels best first, as the server sends them.
 */
export function ladderRows(
  levels: readonly Level[],
  own: ReadonlyMap<string, Decimal>,
  options: { readonly side: "buy" | "sell"; readonly depth: number },
): LadderRow[] {
  const displayed = new Map(levels.map(([price, quantity]) => [Decimal.parse(price).toString(), quantity]));
  const best = options.side === "buy" ? -1 : 1;
  const prices = [...new Set([...displayed.keys(), ...own.keys()])]
    .map((price) => Decimal.parse(price))
    .sort((a, b) => best * a.cmp(b))
    .map(String);
  const chosen = choosePrices(prices, own, options.depth);
  const largest = Math.max(...chosen.map(({ price }) => Number(displayed.get(price) ?? 0)), 0);
  return chosen.map(({ price, isApart }) => {
    const quantity = displayed.get(price);
    const mine = own.get(price)?.toString();
    return {
      price,
      ...(quantity === undefined ? {} : { quantity }),
      ...(mine === undefined ? {} : { own: mine }),
      share: largest === 0 ? 0 : Number(quantity ?? 0) / largest,
      isApart,
    };
  });
}

function choosePrices(
  prices: readonly string[],
  own: ReadonlyMap<string, Decimal>,
  depth: number,
): { readonly price: string; readonly isApart: boolean }[] {
  const beyond = prices.slice(depth).filter((price) => own.has(price));
  const near = prices.slice(0, depth - Math.min(OWN_BEYOND, beyond.length));
  const rest = prices.slice(near.length).filter((price) => own.has(price));
  const shown = [...near, ...rest].slice(0, depth);
  return shown.map((price, index) => ({
    price,
    isApart: index > 0 && prices[prices.indexOf(price) - 1] !== shown[index - 1],
  }));
}
