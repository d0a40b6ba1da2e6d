// The venue's own books: what truly happened, and what its queries show of it. Queries read a copy that may lag
// behind and forgets; the checkers read the truth, which the engine cannot see.

import { Decimal } from "../../domain/decimal.ts";
import type { Fee, Liquidity } from "../../domain/fill.ts";
import type { Side } from "../../domain/order-event.ts";
import type { Instant } from "../../domain/time.ts";
import type { VirtualClock } from "../../runtime/virtual-clock.ts";
import type { Profile } from "../profile.ts";

/** An order as the venue has it now; replaced, never changed. */
export interface BookedOrder {
  readonly venueId: string;
  /** The id under which the matching engine has it: a rename changes only the venue's. */
  readonly matchingId: string;
  readonly clientId?: string;
  readonly account: string;
  readonly instrument: string;
  readonly side: Side;
  readonly type: string;
  readonly tif: string;
  readonly quantity?: Decimal;
  readonly notional?: Decimal;
  readonly price?: Decimal;
  readonly trigger?: Decimal;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  readonly status: "working" | "filled" | "canceled" | "expired" | "rejected";
  readonly endReason?: string;
  readonly cumulative: Decimal;
  readonly cost: Decimal;
  readonly placedAt: Instant;
  readonly at: Instant;
}

/** An execution as it stands: a bust leaves it with nothing. */
export interface BookedExecution {
  readonly number: number;
  readonly executionId: string;
  readonly venueId: string;
  readonly matchingId: string;
  readonly clientId?: string;
  readonly account: string;
  readonly instrument: string;
  readonly side: Side;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly liquidity: Liquidity;
  readonly fee: Fee;
  readonly at: Instant;
  readonly isBusted: boolean;
  readonly isCorrected: boolean;
}

export class ExchangeBooks {
  readonly #clock: VirtualClock;
  readonly #profile: Profile;
  /** By the matching engine's id: the truth. */
  readonly #orders = new Map<string, BookedOrder>();
  readonly #executions: BookedExecution[] = [];
  readonly #shownOrders = new Map<string, BookedOrder>();
  readonly #shownOpen = new Map<string, BookedOrder>();
  readonly #positions = new Map<string, Decimal>();
  readonly #shownExecutions: BookedExecution[] = [];
  readonly #matchingIds = new Map<string, string>();
  readonly #byClient = new Map<string, string[]>();

  constructor(clock: VirtualClock, profile: Profile) {
    this.#clock = clock;
    this.#profile = profile;
  }

  put(order: BookedOrder): void {
    this.#orders.set(order.matchingId, order);
    this.#matchingIds.set(order.venueId, order.matchingId);
    this.#show(() => this.#showOrder(order));
  }

  /** Notes that a client id names an order, for good. */
  name(account: string, clientId: string, matchingId: string): void {
    const key = `${account}\n${clientId}`;
    const known = this.#byClient.get(key);
    if (known === undefined) this.#byClient.set(key, [matchingId]);
    else known.push(matchingId);
  }

  execute(execution: BookedExecution): void {
    const before = this.#executions[execution.number];
    this.#executions[execution.number] = execution;
    this.#move(before, execution);
    if (before === undefined) this.#show(() => this.#shownExecutions.push(execution));
    else this.#show(() => this.#reshow(execution));
  }

  /** What a restart of the venue lost: it never was. */
  forget(matchingId: string): void {
    this.#orders.delete(matchingId);
    this.#shownOrders.delete(matchingId);
    this.#shownOpen.delete(matchingId);
  }

  get executionCount(): number {
    return this.#executions.length;
  }

  order(matchingId: string): BookedOrder | undefined {
    return this.#orders.get(matchingId);
  }

  byVenueId(venueId: string): BookedOrder | undefined {
    const matchingId = this.#matchingIds.get(venueId);
    return matchingId === undefined ? undefined : this.#orders.get(matchingId);
  }

  /** Every order that ever had the client id, oldest first. */
  named(account: string, clientId: string): readonly BookedOrder[] {
    const ids = this.#byClient.get(`${account}\n${clientId}`) ?? [];
    return ids.flatMap((id) => this.#orders.get(id) ?? []);
  }

  orders(): Iterable<BookedOrder> {
    return this.#orders.values();
  }

  executions(): readonly BookedExecution[] {
    return this.#executions;
  }

  /** What a query for one order shows now. */
  shown(account: string, clientId: string | undefined, venueId: string | undefined): BookedOrder | undefined {
    const ids = clientId === undefined ? undefined : this.#byClient.get(`${account}\n${clientId}`);
    const matchingId = ids?.at(-1) ?? (venueId === undefined ? undefined : this.#matchingIds.get(venueId));
    const order = matchingId === undefined ? undefined : this.#shownOrders.get(matchingId);
    return order?.account !== account || this.#isForgotten(order) ? undefined : order;
  }

  shownOpen(account: string): BookedOrder[] {
    return [...this.#shownOpen.values()].filter((order) => order.account === account);
  }

  shownExecutions(account: string, after: number): BookedExecution[] {
    const { historyMs } = this.#profile;
    const oldest = historyMs === undefined ? 0 : this.#clock.now() - historyMs;
    const shown: BookedExecution[] = [];
    for (let index = after; index < this.#shownExecutions.length; index++) {
      const execution = this.#shownExecutions[index];
      if (execution?.account === account && execution.at >= oldest && !execution.isBusted) shown.push(execution);
    }
    return shown;
  }

  /** What an account holds: the sum of its executions that stand. */
  position(account: string, instrument: string): Decimal {
    return this.#positions.get(`${account}\n${instrument}`) ?? Decimal.zero;
  }

  #move(before: BookedExecution | undefined, after: BookedExecution): void {
    const key = `${after.account}\n${after.instrument}`;
    const moved = this.position(after.account, after.instrument).sub(signed(before)).add(signed(after));
    this.#positions.set(key, moved);
  }

  #showOrder(order: BookedOrder): void {
    if (!this.#orders.has(order.matchingId)) return;
    this.#shownOrders.set(order.matchingId, order);
    if (order.status === "working") this.#shownOpen.set(order.matchingId, order);
    else this.#shownOpen.delete(order.matchingId);
  }

  #isForgotten(order: BookedOrder): boolean {
    const { historyMs } = this.#profile;
    return order.status !== "working" && historyMs !== undefined && this.#clock.now() - order.at > historyMs;
  }

  #reshow(execution: BookedExecution): void {
    const index = this.#shownExecutions.findIndex((each) => each.number === execution.number);
    if (index >= 0) this.#shownExecutions[index] = execution;
  }

  /** Queries lag behind what happened. */
  #show(change: () => void): void {
    const { readLagMs } = this.#profile;
    if (readLagMs === 0) change();
    else this.#clock.schedule(readLagMs, change);
  }
}

function signed(execution: BookedExecution | undefined): Decimal {
  if (execution === undefined || execution.isBusted) return Decimal.zero;
  return execution.side === "buy" ? execution.quantity : execution.quantity.neg();
}
