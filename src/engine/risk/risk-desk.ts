// Shows the engine's state to the risk checks, and keeps what they need between orders: rates and
// recent orders. The checks themselves are pure and know nothing of the engine.

import { Decimal } from "../../domain/decimal.ts";
import type { OrderwrightError } from "../../domain/errors.ts";
import type { AccountId, InstrumentId, OrderId } from "../../domain/identifiers.ts";
import { type Instrument, quoteAssetOf } from "../../domain/instrument.ts";
import type { Order } from "../../domain/order.ts";
import type { OrderTerms, ReplaceTerms, Side } from "../../domain/order-event.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { PriceSource } from "../engine-config.ts";
import type { AccountRecord, EngineState } from "../engine-state.ts";
import { RateWindow } from "../rate-window.ts";
import { checkOrder, checkReplace } from "./check-order.ts";
import { fingerprintOf, freshPrice, worstLeaves, worstPosition } from "./order-value.ts";
import type { RateLimit } from "./risk-limits.ts";
import type { ParentView, RateUsage, RecentOrder, RiskView } from "./risk-view.ts";

const UNLIMITED: RateUsage = { count: 0, freeInMs: 0 };

export interface RiskDeskOptions {
  readonly state: () => EngineState;
  readonly clock: Clock;
  readonly prices: PriceSource;
  readonly instrumentOf: (account: AccountId, id: InstrumentId) => Instrument | undefined;
}

interface Rates {
  orders: RateWindow | undefined;
  messages: RateWindow | undefined;
}

export class RiskDesk {
  readonly #options: RiskDeskOptions;
  readonly #rates = new Map<AccountId, Rates>();
  readonly #recent = new Map<string, { readonly orderId: OrderId; readonly atMs: number }>();

  constructor(options: RiskDeskOptions) {
    this.#options = options;
  }

  /** Returns why an order is denied, or `undefined`. */
  check(terms: OrderTerms): OrderwrightError | undefined {
    return checkOrder(terms, this.#view(terms), this.#account(terms.account).limits);
  }

  checkReplace(order: Order, replace: ReplaceTerms): OrderwrightError | undefined {
    return checkReplace(order, replace, this.#view(order), this.#account(order.account).limits);
  }

  /** Remembers what was sent before the restart, as far as memory has it: a restart gives no rate back. */
  recall(): void {
    const { index } = this.#options.state();
    const sent = [...index.openOrders(), ...index.endedOrders()].filter((order) => order.submittedAt !== undefined);
    const now = this.#options.clock.now();
    for (const order of sent.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))) {
      if (order.origin !== "EXTERNAL") this.#count(order, this.#now() - Math.max(0, now - order.createdAt));
    }
  }

  /** Counts an order that passed. */
  sent(order: Order): void {
    this.#count(order, this.#now());
  }

  /** Counts a message about an order; cancels too, which are never held back. */
  messageSent(account: AccountId): void {
    this.#countMessage(account, this.#now());
  }

  #count(order: Order, atMs: number): void {
    const { limits } = this.#account(order.account);
    if (limits.maxOrderRate !== undefined) this.#window(order.account, "orders", limits.maxOrderRate).record(atMs);
    this.#countMessage(order.account, atMs);
    if (limits.duplicateWindowMs !== undefined) this.#remember(order, atMs, limits.duplicateWindowMs);
  }

  #countMessage(account: AccountId, atMs: number): void {
    const limit = this.#account(account).limits.maxMessageRate;
    if (limit !== undefined) this.#window(account, "messages", limit).record(atMs);
  }

  #view(terms: Pick<OrderTerms, "account" | "instrumentId">): RiskView {
    const { clock, prices, instrumentOf } = this.#options;
    const state = this.#options.state();
    const account = this.#account(terms.account);
    const instrument = instrumentOf(terms.account, terms.instrumentId) as Instrument;
    const { limits } = account;
    return {
      now: clock.now(),
      instrument,
      tradingState: state.effectiveTradingState(account),
      tradingStateReason: state.killSwitch.reason ?? account.killSwitch.reason,
      entriesBlockedBecause: account.blockedBecause,
      position: heldQuantity(state, terms.account, instrument),
      reserved: () => state.exposure.of(terms.account, terms.instrumentId),
      grossExposure: () => this.#grossExposure(account),
      openOrders: state.index.openOrdersOfAccount(terms.account).size,
      referencePrice: () => prices(terms.instrumentId),
      realizedLossToday: () => state.realizedToday(account, quoteAssetOf(terms.instrumentId), clock.now()).neg(),
      ownOpenOrders: (side) => state.index.openOrdersOfSide(terms.account, terms.instrumentId, side),
      orderRate: () => this.#usage(terms.account, "orders", limits.maxOrderRate),
      messageRate: () => this.#usage(terms.account, "messages", limits.maxMessageRate),
      recentOrder: (fingerprint) => this.#recentOrder(fingerprint),
      parent: (parentOrderId) => this.#parent(parentOrderId),
    };
  }

  /** Instruments of several quote assets cannot be added up: then it cannot be known, and the limit denies. */
  #grossExposure(account: AccountRecord): Decimal | undefined {
    const state = this.#options.state();
    const instruments = new Set<InstrumentId>(state.exposure.instrumentsOf(account.id));
    for (const position of state.positions()) {
      if (position.account === account.id && !position.quantity.isZero()) instruments.add(position.instrumentId);
    }
    let sum = Decimal.zero;
    let quote: string | undefined;
    for (const instrumentId of instruments) {
      const reference = this.#freshPrice(account, instrumentId);
      const worst = this.#worstPositionOf(account.id, instrumentId, reference);
      if (worst?.isZero() === true) continue;
      quote ??= quoteAssetOf(instrumentId);
      if (worst === undefined || reference === undefined || quote !== quoteAssetOf(instrumentId)) return undefined;
      sum = sum.add(worst.mul(reference));
    }
    return sum;
  }

  #worstPositionOf(
    account: AccountId,
    instrumentId: InstrumentId,
    reference: Decimal | undefined,
  ): Decimal | undefined {
    const state = this.#options.state();
    const { quantity } = state.position(account, instrumentId);
    const reserved = state.exposure.of(account, instrumentId);
    if (reserved.buyNotional.isZero() && reserved.sellNotional.isZero()) {
      return worstPosition(quantity, reserved.buyQuantity, reserved.sellQuantity);
    }
    const sums: Record<Side, Decimal> = { buy: reserved.buyQuantity, sell: reserved.sellQuantity };
    for (const order of state.index.openOrdersOf(account, instrumentId)) {
      if (order.quantity !== undefined) continue; // in the sums already
      const leaves = worstLeaves(order, reference);
      if (leaves === undefined) return undefined;
      sums[order.side] = sums[order.side].add(leaves);
    }
    return worstPosition(quantity, sums.buy, sums.sell);
  }

  /** Ended children that memory has forgotten are not seen here: a parent keeps its children while it lives. */
  #parent(parentOrderId: OrderId): ParentView | undefined {
    const { index } = this.#options.state();
    const parent = index.get(parentOrderId);
    if (parent?.quantity === undefined) return undefined;
    let room = parent.quantity;
    for (const child of index.children(parentOrderId)) {
      if (child.side !== parent.side) continue;
      const reference = this.#freshPrice(this.#account(child.account), child.instrumentId);
      const leaves = worstLeaves(child, reference);
      // A child that cannot be valued leaves no room: nothing is added beside it.
      if (leaves === undefined) return { side: parent.side, room: Decimal.zero };
      room = room.sub(leaves).sub(child.cumulativeQuantity);
    }
    return { side: parent.side, room };
  }

  #freshPrice(account: AccountRecord, instrumentId: InstrumentId): Decimal | undefined {
    return freshPrice(this.#options.prices(instrumentId), this.#options.clock.now(), account.limits);
  }

  #recentOrder(fingerprint: string): RecentOrder | undefined {
    const recent = this.#recent.get(fingerprint);
    if (recent === undefined) return undefined;
    const status = this.#options.state().index.get(recent.orderId)?.status;
    if (status === "rejected" || status === "failed") return undefined;
    return { orderId: recent.orderId, agoMs: Math.floor(this.#now() - recent.atMs) };
  }

  /** In order of time, so that what is too old goes from the front. */
  #remember(order: Order, atMs: number, windowMs: number): void {
    const fingerprint = fingerprintOf(order);
    this.#recent.delete(fingerprint);
    this.#recent.set(fingerprint, { orderId: order.id, atMs });
    for (const [oldest, recent] of this.#recent) {
      if (atMs - recent.atMs <= windowMs) return;
      this.#recent.delete(oldest);
    }
  }

  #usage(account: AccountId, kind: keyof Rates, limit: RateLimit | undefined): RateUsage {
    return limit === undefined ? UNLIMITED : this.#window(account, kind, limit).usage(this.#now());
  }

  #window(account: AccountId, kind: keyof Rates, limit: RateLimit): RateWindow {
    let rates = this.#rates.get(account);
    if (rates === undefined) this.#rates.set(account, (rates = { orders: undefined, messages: undefined }));
    let window = rates[kind];
    if (window === undefined) window = new RateWindow(limit);
    else if (window.limit.count !== limit.count || window.limit.windowMs !== limit.windowMs)
      window = window.withLimit(limit);
    rates[kind] = window;
    return window;
  }

  #account(id: AccountId): AccountRecord {
    return this.#options.state().account(id);
  }

  #now(): number {
    return this.#options.clock.monotonicMs();
  }
}

/** What can be closed: on spot the base fees paid are gone from it. */
function heldQuantity(state: EngineState, account: AccountId, instrument: Instrument): Decimal {
  const position = state.position(account, instrument.id);
  const baseFees = position.fees.get(instrument.base);
  return instrument.kind === "spot" && baseFees !== undefined ? position.quantity.sub(baseFees) : position.quantity;
}
