// The engine's whole state, as a fold over the journal's events and nothing else.
// Decisions are made elsewhere; this only applies what was recorded, the same way live, at recovery
// and when `journal verify` folds again.

import { assert } from "../domain/assert.ts";
import { Decimal } from "../domain/decimal.ts";
import { type Fill, fillKey } from "../domain/fill.ts";
import type { AccountId, AccountTag, InstrumentId, OrderId, VenueId } from "../domain/identifiers.ts";
import { quoteAssetOf } from "../domain/instrument.ts";
import { evolve, Order } from "../domain/order.ts";
import type { DiscrepancyFound, OrderEvent } from "../domain/order-event.ts";
import { adjustPosition, changeFill, emptyPosition, type Position } from "../domain/position.ts";
import type {
  CaseOpened,
  RecordedEvent,
  ReportQuarantined,
  RestingOrderPolicy,
  SystemEvent,
  TradingState,
} from "../domain/system-event.ts";
import { endOfUtcDay, type Instant } from "../domain/time.ts";
import { countedState, EngineStatistics } from "./engine-statistics.ts";
import { contributionOf, Exposure } from "./exposure.ts";
import { OrderIndex } from "./order-index.ts";
import { limitsFromText } from "./risk/limits-json.ts";
import type { RiskLimits } from "./risk/risk-limits.ts";

/** The latest discrepancies kept in memory; all of them are in the journal. */
const DISCREPANCIES_KEPT = 500;
/** The latest quarantined payloads kept in memory; all of them are in the journal. */
const QUARANTINED_KEPT = 100;

/** An account as the journal knows it. */
export interface AccountRecord {
  readonly id: AccountId;
  readonly tag: AccountTag;
  readonly venue: VenueId;
  tradingState: TradingState;
  /** Why new entries wait for a person. */
  blockedBecause?: string;
  limits: RiskLimits;
  killSwitch: KillSwitchRecord;
  fillCursor?: string;
  lastReconciledAt?: Instant;
  /** Realized profit and fees of the current UTC day, per quote asset. */
  day: { endsAt: Instant; realized: Map<string, Decimal> };
}

export interface KillSwitchRecord {
  engaged: boolean;
  restingOrders?: RestingOrderPolicy;
  reason?: string;
  by?: string;
  at?: Instant;
  liftedBy?: string;
  liftedAt?: Instant;
}

/** Brings an evicted order back from the journal, as it was before the event being applied. */
export type OrderLoader = (id: OrderId, beforeSeq: number) => Order | undefined;

export class EngineState {
  readonly index: OrderIndex = new OrderIndex();
  readonly exposure: Exposure = new Exposure();
  readonly accounts: Map<AccountId, AccountRecord> = new Map();
  readonly #positions = new Map<string, Position>();
  readonly #discrepancies: RecordedEvent<DiscrepancyFound>[] = [];
  readonly #quarantined: RecordedEvent<ReportQuarantined>[] = [];
  /** The operator queue: what waits for a person, oldest first. */
  readonly cases: Map<string, RecordedEvent<CaseOpened>> = new Map();
  readonly #load: OrderLoader;
  statistics: EngineStatistics = new EngineStatistics();
  tradingState: TradingState = "active";
  killSwitch: KillSwitchRecord = { engaged: false };
  /** The last event folded in. */
  seq = 0;
  epoch = 0;
  /** The last epoch ended with a stop in good order; true for an empty journal. */
  stoppedCleanly = true;
  lastEventAt: Instant = 0;

  constructor(load: OrderLoader) {
    this.#load = load;
  }

  /** Folds one event in. @returns the order that it is about. @throws {InvariantViolation} when it cannot follow. */
  apply(event: RecordedEvent): Order | undefined {
    assert(event.seq === this.seq + 1, `event ${event.seq} does not follow ${this.seq}`);
    this.seq = event.seq;
    if (event.at > this.lastEventAt) this.lastEventAt = event.at;
    switch (event.type) {
      case "orderCreated":
      case "orderAdopted":
        return this.#birth(Order.born(event));
      case "discrepancyFound":
        this.#noteDiscrepancy(event);
        return event.orderId === undefined ? undefined : this.#applyToOrder(event.orderId, event);
      case "epochStarted":
      case "engineStopped":
      case "accountOpened":
      case "tradingStateChanged":
      case "killSwitchEngaged":
      case "killSwitchLifted":
      case "riskLimitsChanged":
      case "positionAdjusted":
      case "reconcileCompleted":
      case "caseOpened":
      case "caseClosed":
      case "reportQuarantined":
        this.#applySystem(event);
        return undefined;
      default:
        return this.#applyToOrder(event.orderId, event);
    }
  }

  position(account: AccountId, instrumentId: InstrumentId): Position {
    return this.#positions.get(positionKey(account, instrumentId)) ?? emptyPosition(account, instrumentId);
  }

  positions(): Iterable<Position> {
    return this.#positions.values();
  }

  /** Oldest first. */
  discrepancies(): readonly RecordedEvent<DiscrepancyFound>[] {
    return this.#discrepancies;
  }

  /** Oldest first. */
  quarantined(): readonly RecordedEvent<ReportQuarantined>[] {
    return this.#quarantined;
  }

  account(id: AccountId): AccountRecord {
    const account = this.accounts.get(id);
    assert(account !== undefined, `account ${id} was never opened`);
    return account;
  }

  /** The stricter of the engine's and the account's state, kill switches included. */
  effectiveTradingState(account: AccountRecord): TradingState {
    if (this.killSwitch.engaged || account.killSwitch.engaged) return "halted";
    return stricter(this.tradingState, account.tradingState);
  }

  /** Realized profit less quote fees since the start of the UTC day that holds `now`. */
  realizedToday(account: AccountRecord, quoteAsset: string, now: Instant): Decimal {
    return now < account.day.endsAt ? (account.day.realized.get(quoteAsset) ?? Decimal.zero) : Decimal.zero;
  }

  /** Puts an order into memory as it stands: from a snapshot, or back after eviction. */
  admit(order: Order): void {
    this.index.add(order);
    this.exposure.add(order);
  }

  admitPosition(position: Position): void {
    this.#positions.set(positionKey(position.account, position.instrumentId), position);
  }

  admitDiscrepancy(event: RecordedEvent<DiscrepancyFound>): void {
    this.#noteDiscrepancy(event);
  }

  admitQuarantined(event: RecordedEvent<ReportQuarantined>): void {
    this.#quarantined.push(event);
    if (this.#quarantined.length > QUARANTINED_KEPT) this.#quarantined.shift();
  }

  #birth(order: Order): Order {
    assert(this.index.get(order.id) === undefined, `${order.id} was born twice`);
    this.admit(order);
    this.statistics.born(order);
    return order;
  }

  #applyToOrder(id: OrderId, event: RecordedEvent<OrderEvent>): Order {
    const order = this.#findOrLoad(id, event.seq);
    const counted = countedState(order);
    const filing = this.index.filing(order);
    const contribution = contributionOf(order);
    const undone = this.#fillBeingUndone(order, event);
    evolve(order, event);
    this.index.refile(order, filing);
    this.exposure.change(order, contribution);
    this.statistics.changed(order, counted);
    const fill = fillOf(event);
    if (undone !== undefined || fill !== undefined)
      this.#movePosition(order, (position) => changeFill(position, order.side, undone, fill), event.at);
    return order;
  }

  #findOrLoad(id: OrderId, seq: number): Order {
    const known = this.index.get(id);
    if (known !== undefined) return known;
    const loaded = this.#load(id, seq);
    assert(loaded !== undefined, `event ${seq} is about ${id}, which no earlier event created`);
    this.admit(loaded);
    return loaded;
  }

  #fillBeingUndone(order: Order, event: OrderEvent): Fill | undefined {
    if (event.type !== "fillReversed" && event.type !== "fillCorrected") return undefined;
    return order.fills.get(fillKey(event));
  }

  #movePosition(order: Order, move: (position: Position) => Position, at: Instant): void {
    const before = this.position(order.account, order.instrumentId);
    const after = move(before);
    this.admitPosition(after);
    const account = this.accounts.get(order.account);
    if (account === undefined) return;
    if (at >= account.day.endsAt) account.day = { endsAt: endOfUtcDay(at), realized: new Map() };
    const quote = quoteAssetOf(order.instrumentId);
    const feesPaid = feeIn(after, quote).sub(feeIn(before, quote));
    const gained = after.realizedPnl.sub(before.realizedPnl).sub(feesPaid);
    account.day.realized.set(quote, (account.day.realized.get(quote) ?? Decimal.zero).add(gained));
  }

  #applySystem(event: RecordedEvent<SystemEvent>): void {
    switch (event.type) {
      case "epochStarted":
        this.epoch = event.epoch;
        this.stoppedCleanly = false;
        return;
      case "engineStopped":
        this.stoppedCleanly = true;
        return;
      case "accountOpened":
        this.accounts.set(event.account, {
          id: event.account,
          tag: event.tag,
          venue: event.venue,
          tradingState: "active",
          limits: {},
          killSwitch: { engaged: false },
          day: { endsAt: endOfUtcDay(event.at), realized: new Map() },
        });
        return;
      case "tradingStateChanged":
        if (event.account === undefined) this.tradingState = event.state;
        else {
          const account = this.account(event.account);
          account.tradingState = event.state;
          if (event.state === "active") delete account.blockedBecause;
        }
        return;
      case "killSwitchEngaged":
        Object.assign(this.#killSwitchOf(event.account), {
          engaged: true,
          restingOrders: event.restingOrders,
          reason: event.reason,
          by: event.by,
          at: event.at,
        });
        return;
      case "killSwitchLifted":
        Object.assign(this.#killSwitchOf(event.account), { engaged: false, liftedBy: event.by, liftedAt: event.at });
        return;
      case "riskLimitsChanged":
        this.account(event.account).limits = limitsFromText(event.limits);
        return;
      case "positionAdjusted":
        this.admitPosition(adjustPosition(this.position(event.account, event.instrumentId), event.quantity));
        return;
      case "reconcileCompleted": {
        const account = this.account(event.account);
        // One with a question that had no answer has not seen the books as a whole.
        if (event.failedQueries === 0) account.lastReconciledAt = event.at;
        if (event.fillCursor !== undefined) account.fillCursor = event.fillCursor;
        return;
      }
      case "caseOpened":
        this.cases.set(event.caseId, event);
        return;
      case "caseClosed":
        this.cases.delete(event.caseId);
        return;
      case "reportQuarantined":
        this.admitQuarantined(event);
        return;
    }
  }

  #killSwitchOf(account: AccountId | undefined): KillSwitchRecord {
    return account === undefined ? this.killSwitch : this.account(account).killSwitch;
  }

  #noteDiscrepancy(event: RecordedEvent<DiscrepancyFound>): void {
    this.#discrepancies.push(event);
    if (this.#discrepancies.length > DISCREPANCIES_KEPT) this.#discrepancies.shift();
    if (event.kind !== "reinstated" || event.account === undefined) return;
    const account = this.accounts.get(event.account);
    if (account !== undefined) account.blockedBecause = `an ended order was reinstated (event ${event.seq})`;
  }
}

/** Returns the fill that an event books, if it books one. */
export function fillOf(event: OrderEvent): Fill | undefined {
  switch (event.type) {
    case "orderPartiallyFilled":
    case "orderFilled":
    case "fillBooked":
    case "fillCorrected":
      return event.fill;
    default:
      return undefined;
  }
}

function stricter(a: TradingState, b: TradingState): TradingState {
  if (a === "halted" || b === "halted") return "halted";
  return a === "reducing" || b === "reducing" ? "reducing" : "active";
}

function feeIn(position: Position, asset: string): Decimal {
  return position.fees.get(asset) ?? Decimal.zero;
}

function positionKey(account: AccountId, instrumentId: InstrumentId): string {
  return `${account}\n${instrumentId}`;
}
