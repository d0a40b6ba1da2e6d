// What orders could still do to positions, kept per account and instrument as events are folded. Unknown
// orders and pending replaces count at their worst, and so do executions that the venue has told of and that
// are not booked yet; valuation needs a price and is in risk/.

import { Decimal } from "../domain/decimal.ts";
import type { AccountId, InstrumentId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";

/** Sums over the open and the unsettled orders of one account in one instrument. */
export interface Reserved {
  /** Base units that buys could still add, or have added already without an execution on record. */
  readonly buyQuantity: Decimal;
  readonly sellQuantity: Decimal;
  /** Quote units that open orders sized in quote could still move. */
  readonly buyNotional: Decimal;
  readonly sellNotional: Decimal;
}

const NOTHING: Reserved = {
  buyQuantity: Decimal.zero,
  sellQuantity: Decimal.zero,
  buyNotional: Decimal.zero,
  sellNotional: Decimal.zero,
};

/** One order's part in the sums. */
export interface Contribution {
  readonly quantity: Decimal;
  readonly notional: Decimal;
}

const NO_CONTRIBUTION: Contribution = { quantity: Decimal.zero, notional: Decimal.zero };

/**
 * Returns what an order reserves as it stands. An ended one reserves what the venue says was executed beyond
 * the booked fills: nothing once it is settled.
 */
export function contributionOf(order: Order): Contribution {
  if (order.isTerminal) {
    const executed = order.venueCumulativeQuantity;
    if (executed === undefined || executed.lte(order.cumulativeQuantity)) return NO_CONTRIBUTION;
    return { quantity: executed.sub(order.cumulativeQuantity), notional: Decimal.zero };
  }
  const asked = order.effectiveQuantity;
  if (asked !== undefined) return { quantity: positive(asked.sub(order.cumulativeQuantity)), notional: Decimal.zero };
  return { quantity: Decimal.zero, notional: positive((order.notional ?? Decimal.zero).sub(order.cost)) };
}

/** Whether an order counts in the sums: memory keeps it for as long. */
export function isReserving(order: Order): boolean {
  const { quantity, notional } = contributionOf(order);
  return !quantity.isZero() || !notional.isZero();
}

export class Exposure {
  readonly #reserved = new Map<string, Reserved>();
  readonly #instruments = new Map<AccountId, Set<InstrumentId>>();

  of(account: AccountId, instrumentId: InstrumentId): Reserved {
    return this.#reserved.get(key(account, instrumentId)) ?? NOTHING;
  }

  /** The instruments in which the account ever reserved something. */
  instrumentsOf(account: AccountId): Iterable<InstrumentId> {
    return this.#instruments.get(account) ?? [];
  }

  /** Replaces an order's part: pass what it was before the event. */
  change(order: Order, before: Contribution): void {
    const after = contributionOf(order);
    const quantity = after.quantity.sub(before.quantity);
    const notional = after.notional.sub(before.notional);
    if (quantity.isZero() && notional.isZero()) return;
    const sums = this.of(order.account, order.instrumentId);
    this.#reserved.set(
      key(order.account, order.instrumentId),
      order.side === "buy"
        ? { ...sums, buyQuantity: sums.buyQuantity.add(quantity), buyNotional: sums.buyNotional.add(notional) }
        : { ...sums, sellQuantity: sums.sellQuantity.add(quantity), sellNotional: sums.sellNotional.add(notional) },
    );
    const known = this.#instruments.get(order.account);
    if (known === undefined) this.#instruments.set(order.account, new Set([order.instrumentId]));
    else known.add(order.instrumentId);
  }

  /** Adds an order that enters memory as it stands. */
  add(order: Order): void {
    this.change(order, NO_CONTRIBUTION);
  }
}

function positive(value: Decimal): Decimal {
  return value.isNegative() ? Decimal.zero : value;
}

function key(account: AccountId, instrumentId: InstrumentId): string {
  return `${account}\n${instrumentId}`;
}
