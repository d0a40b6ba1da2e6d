// Finds orders: by any id they ever had, and open ones by account, instrument, status, origin and
// parent, each in constant time. Ended orders stay up to a count and an age; their history is in the
// journal. What an order is, the fold decides; nothing here changes one.

import type { AccountId, InstrumentId, OrderId, VenueOrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import { SIDES, type Side } from "../domain/order-event.ts";
import { ORDER_STATUSES, type OrderStatus } from "../domain/order-status.ts";
import type { Instant } from "../domain/time.ts";
import type { OrderFilter } from "./engine-api.ts";
import { isUnknown } from "./engine-statistics.ts";
import { isReserving } from "./exposure.ts";

/** How long ended orders stay in memory. */
export interface Retention {
  readonly keepLast: number;
  readonly keepForMs: number;
}

/** What the index files an open order under; compared before and after each event. */
interface Filing {
  readonly status: OrderStatus;
  readonly venueOrderId: VenueOrderId | undefined;
  readonly clientOrderId: string | undefined;
  /** The caller's id that an outstanding replace brings: taken from the request on. */
  readonly requestedClientOrderId: string | undefined;
  readonly unknown: boolean;
}

const NONE: ReadonlySet<Order> = new Set();

export class OrderIndex {
  readonly #byId = new Map<OrderId, Order>();
  readonly #byAlias = new Map<string, Order>();
  /** Aliases by order, so that eviction can remove exactly what was added. */
  readonly #aliases = new Map<OrderId, string[]>();
  readonly #open = new Set<Order>();
  /** In the order in which they ended. */
  readonly #ended = new Set<Order>();
  /** Ended ones past their retention that stay with a parent that lives, or that reserve until they are settled. */
  readonly #kept = new Set<Order>();
  readonly #openByAccount = new Map<AccountId, Set<Order>>();
  readonly #openBySide = new Map<string, Set<Order>>();
  readonly #unknownByAccount = new Map<AccountId, Set<Order>>();
  readonly #byStatus: Record<OrderStatus, Set<Order>>;
  readonly #byOrigin = new Map<string, Set<Order>>();
  readonly #byParent = new Map<OrderId, Set<Order>>();

  constructor() {
    this.#byStatus = Object.fromEntries(ORDER_STATUSES.map((status) => [status, new Set<Order>()])) as Record<
      OrderStatus,
      Set<Order>
    >;
  }

  get openCount(): number {
    return this.#open.size;
  }

  get endedCount(): number {
    return this.#ended.size + this.#kept.size;
  }

  /** Files an order that memory does not have: new, recovered, or called back after eviction. */
  add(order: Order): void {
    this.#byId.set(order.id, order);
    this.#file(order);
    this.#alias(order);
    if (isUnknown(order)) addTo(this.#unknownByAccount, order.account, order);
  }

  /** Takes note of where an order stands before an event is folded into it. */
  filing(order: Order): Filing {
    return {
      status: order.status,
      venueOrderId: order.venueOrderId,
      clientOrderId: order.clientOrderId,
      requestedClientOrderId: order.pendingReplace?.replace.clientOrderId,
      unknown: isUnknown(order),
    };
  }

  /** Files an order anew after an event. */
  refile(order: Order, before: Filing): void {
    if (before.status !== order.status) {
      this.#byStatus[before.status].delete(order);
      this.#byStatus[order.status].add(order);
      if (order.isTerminal === this.#open.has(order)) this.#moveBetweenOpenAndEnded(order);
    }
    if (this.#kept.has(order) && !this.#isNeeded(order)) this.#release(order);
    const unknown = isUnknown(order);
    if (before.unknown && !unknown) removeFrom(this.#unknownByAccount, order.account, order);
    else if (unknown && !before.unknown) addTo(this.#unknownByAccount, order.account, order);
    if (
      before.venueOrderId !== order.venueOrderId ||
      before.clientOrderId !== order.clientOrderId ||
      before.requestedClientOrderId !== order.pendingReplace?.replace.clientOrderId
    ) {
      this.#alias(order);
    }
  }

  get(id: OrderId): Order | undefined {
    return this.#byId.get(id);
  }

  byClientOrderId(account: AccountId, clientOrderId: string): Order | undefined {
    return this.#byAlias.get(clientKey(account, clientOrderId));
  }

  /** Venues number orders per account, some per instrument: without one, the first order of that id is found. */
  byVenueOrderId(account: AccountId, venueOrderId: VenueOrderId, instrumentId?: InstrumentId): Order | undefined {
    const found = this.#byAlias.get(venueKey(account, venueOrderId));
    if (found === undefined || instrumentId === undefined || found.instrumentId === instrumentId) return found;
    return this.#byAlias.get(venueKey(account, venueOrderId, instrumentId));
  }

  openOrders(): ReadonlySet<Order> {
    return this.#open;
  }

  /** In the order in which they ended, those first that are kept beyond the retention. */
  *endedOrders(): Iterable<Order> {
    yield* this.#kept;
    yield* this.#ended;
  }

  openOrdersOfAccount(account: AccountId): ReadonlySet<Order> {
    return this.#openByAccount.get(account) ?? NONE;
  }

  *openOrdersOf(account: AccountId, instrumentId: InstrumentId): Iterable<Order> {
    for (const side of SIDES) yield* this.openOrdersOfSide(account, instrumentId, side);
  }

  openOrdersOfSide(account: AccountId, instrumentId: InstrumentId, side: Side): ReadonlySet<Order> {
    return this.#openBySide.get(sideKey(account, instrumentId, side)) ?? NONE;
  }

  /** Orders of which the submit, or a request, has an unknown outcome. */
  unknownOrdersOfAccount(account: AccountId): ReadonlySet<Order> {
    return this.#unknownByAccount.get(account) ?? NONE;
  }

  ordersByStatus(status: OrderStatus): ReadonlySet<Order> {
    return this.#byStatus[status];
  }

  /** Open and retained ended orders of a parent. */
  children(parent: OrderId): ReadonlySet<Order> {
    return this.#byParent.get(parent) ?? NONE;
  }

  /** Selects orders, newest first, starting from the smallest set that the filter names. */
  select(filter: OrderFilter): readonly Order[] {
    const found: Order[] = [];
    for (const source of this.#sources(filter)) {
      for (const order of source) if (matches(order, filter)) found.push(order);
    }
    found.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
    return filter.limit === undefined ? found : found.slice(0, filter.limit);
  }

  /**
   * Forgets ended orders beyond the retention, oldest end first. An order with an event after `durableSeq` stays: what
   * follows it has not heard of its end, and the journal could not bring it back.
   */
  evict(retention: Retention, now: Instant, durableSeq: number): void {
    for (const order of this.#ended) {
      const old = now - (order.completedAt ?? order.updatedAt) > retention.keepForMs;
      if ((!old && this.#ended.size <= retention.keepLast) || order.lastSeq > durableSeq) return;
      if (this.#isNeeded(order)) this.#keep(order);
      else this.#forget(order);
    }
  }

  #sources(filter: OrderFilter): readonly Iterable<Order>[] {
    if (filter.parentOrderId !== undefined) return [this.children(filter.parentOrderId as OrderId)];
    if (typeof filter.status === "string") return [this.#byStatus[filter.status]];
    const sources: Iterable<Order>[] = [];
    if (filter.open !== false) sources.push(this.#openSource(filter));
    if (filter.open !== true) sources.push(this.endedOrders());
    return sources;
  }

  #openSource(filter: OrderFilter): Iterable<Order> {
    if (filter.account !== undefined && filter.instrumentId !== undefined) {
      return this.openOrdersOf(filter.account as AccountId, filter.instrumentId as InstrumentId);
    }
    if (filter.account !== undefined) return this.openOrdersOfAccount(filter.account as AccountId);
    if (filter.origin !== undefined) return this.#byOrigin.get(filter.origin) ?? NONE;
    return this.#open;
  }

  #file(order: Order): void {
    this.#byStatus[order.status].add(order);
    if (order.parentOrderId !== undefined) addTo(this.#byParent, order.parentOrderId, order);
    if (order.isTerminal) this.#ended.add(order);
    else this.#fileOpen(order);
  }

  #fileOpen(order: Order): void {
    this.#open.add(order);
    addTo(this.#openByAccount, order.account, order);
    addTo(this.#openBySide, sideKey(order.account, order.instrumentId, order.side), order);
    addTo(this.#byOrigin, order.origin, order);
  }

  #unfileOpen(order: Order): void {
    this.#open.delete(order);
    removeFrom(this.#openByAccount, order.account, order);
    removeFrom(this.#openBySide, sideKey(order.account, order.instrumentId, order.side), order);
    removeFrom(this.#byOrigin, order.origin, order);
  }

  #moveBetweenOpenAndEnded(order: Order): void {
    if (order.isTerminal) {
      this.#unfileOpen(order);
      this.#ended.add(order);
      for (const child of this.children(order.id)) this.#release(child);
    } else {
      this.#ended.delete(order);
      this.#kept.delete(order);
      this.#fileOpen(order);
    }
  }

  #alias(order: Order): void {
    const wanted: string[] = [];
    if (order.clientOrderId !== undefined) wanted.push(clientKey(order.account, order.clientOrderId));
    const requested = order.pendingReplace?.replace.clientOrderId;
    if (requested !== undefined) wanted.push(clientKey(order.account, requested));
    for (const id of order.earlierClientOrderIds) wanted.push(clientKey(order.account, id));
    if (order.venueOrderId !== undefined) wanted.push(this.#freeVenueKey(order, order.venueOrderId));
    for (const id of order.earlierVenueOrderIds) wanted.push(this.#freeVenueKey(order, id));
    for (const key of wanted) {
      // The first order to use an id keeps it.
      if (this.#byAlias.has(key)) continue;
      this.#byAlias.set(key, order);
      const list = this.#aliases.get(order.id);
      if (list === undefined) this.#aliases.set(order.id, [key]);
      else list.push(key);
    }
  }

  #freeVenueKey(order: Order, id: VenueOrderId): string {
    const key = venueKey(order.account, id);
    const holder = this.#byAlias.get(key);
    return holder === undefined || holder === order ? key : venueKey(order.account, id, order.instrumentId);
  }

  /**
   * What a living parent may still do depends on what its children did: they stay with it. And what reserves exposure
   * stays until it is settled: the sums have no other memory of it.
   */
  #isNeeded(order: Order): boolean {
    const hasLivingParent = order.parentOrderId !== undefined && this.#byId.get(order.parentOrderId)?.isActive === true;
    return hasLivingParent || isReserving(order);
  }

  #keep(order: Order): void {
    this.#ended.delete(order);
    this.#kept.add(order);
  }

  #release(order: Order): void {
    if (this.#kept.delete(order)) this.#ended.add(order);
  }

  #forget(order: Order): void {
    this.#ended.delete(order);
    this.#byId.delete(order.id);
    this.#byStatus[order.status].delete(order);
    if (order.parentOrderId !== undefined) removeFrom(this.#byParent, order.parentOrderId, order);
    for (const key of this.#aliases.get(order.id) ?? []) this.#byAlias.delete(key);
    this.#aliases.delete(order.id);
  }
}

function matches(order: Order, filter: OrderFilter): boolean {
  return (
    (filter.account === undefined || order.account === filter.account) &&
    (filter.instrumentId === undefined || order.instrumentId === filter.instrumentId) &&
    (filter.side === undefined || order.side === filter.side) &&
    (filter.origin === undefined || order.origin === filter.origin) &&
    (filter.parentOrderId === undefined || order.parentOrderId === filter.parentOrderId) &&
    (filter.open === undefined || order.isActive === filter.open) &&
    (filter.status === undefined ||
      (typeof filter.status === "string" ? order.status === filter.status : filter.status.includes(order.status)))
  );
}

function clientKey(account: AccountId, clientOrderId: string): string {
  return `c\n${account}\n${clientOrderId}`;
}

function venueKey(account: AccountId, venueOrderId: VenueOrderId, instrumentId = ""): string {
  return `v\n${account}\n${venueOrderId}\n${instrumentId}`;
}

function sideKey(account: AccountId, instrumentId: InstrumentId, side: Side): string {
  return `${account}\n${instrumentId}\n${side}`;
}

function addTo<K>(map: Map<K, Set<Order>>, key: K, order: Order): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([order]));
  else set.add(order);
}

function removeFrom<K>(map: Map<K, Set<Order>>, key: K, order: Order): void {
  const set = map.get(key);
  if (set === undefined) return;
  set.delete(order);
  if (set.size === 0) map.delete(key);
}
