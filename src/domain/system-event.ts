// Journaled facts that are not about one order: epochs, accounts, trading states, limits, positions, and what
// waits for a person.

import type { Decimal } from "./decimal.ts";
import type { AccountId, AccountTag, InstrumentId, OrderId, VenueId } from "./identifiers.ts";
import type { EventMeta, OrderEvent } from "./order-event.ts";

export const TRADING_STATES = ["active", "reducing", "halted"] as const;
/** active: all passes · reducing: only what reduces a position · halted: only cancels. */
export type TradingState = (typeof TRADING_STATES)[number];

export const RESTING_ORDER_POLICIES = ["keep", "cancelOurs", "cancelAll"] as const;
/** What a halt or a shutdown does with orders that rest at the venue. */
export type RestingOrderPolicy = (typeof RESTING_ORDER_POLICIES)[number];

/** A start of the engine. Durable before anything else: no order id is ever used twice. */
export interface EpochStarted {
  readonly type: "epochStarted";
  readonly epoch: number;
  readonly version: string;
  readonly runtimeVersion: string;
  readonly durability: string;
}
/** A stop in good order; its absence before the next epoch says that the process was killed. */
export interface EngineStopped {
  readonly type: "engineStopped";
  readonly epoch: number;
  readonly openOrders: number;
}
export interface AccountOpened {
  readonly type: "accountOpened";
  readonly account: AccountId;
  readonly tag: AccountTag;
  readonly venue: VenueId;
}
export interface TradingStateChanged {
  readonly type: "tradingStateChanged";
  /** Absent for all accounts. */
  readonly account?: AccountId;
  readonly state: TradingState;
  readonly reason: string;
  /** The person, token or rule that asked. */
  readonly by: string;
}
export interface KillSwitchEngaged {
  readonly type: "killSwitchEngaged";
  readonly account?: AccountId;
  readonly restingOrders: RestingOrderPolicy;
  readonly reason: string;
  readonly by: string;
}
export interface KillSwitchLifted {
  readonly type: "killSwitchLifted";
  readonly account?: AccountId;
  readonly reason: string;
  readonly by: string;
}
export interface RiskLimitsChanged {
  readonly type: "riskLimitsChanged";
  readonly account: AccountId;
  /** The limits as canonical JSON: their schema belongs to the engine. */
  readonly limits: string;
  readonly by: string;
}
export interface PositionAdjusted {
  readonly type: "positionAdjusted";
  readonly account: AccountId;
  readonly instrumentId: InstrumentId;
  /** Signed change in base units. */
  readonly quantity: Decimal;
  readonly reason: string;
  readonly by: string;
}
export interface ReconcileCompleted {
  readonly type: "reconcileCompleted";
  readonly account: AccountId;
  readonly trigger: string;
  readonly ordersChecked: number;
  readonly fillsRead: number;
  readonly discrepancies: number;
  readonly failedQueries: number;
  /** The place in the venue's record of fills up to which all fills are booked. */
  readonly fillCursor?: string;
}

export const CASE_KINDS = [
  "unknownOutcome",
  "requestUnanswered",
  "unsettled",
  "reinstated",
  "overfill",
  "quarantined",
  "historyGap",
  "position",
] as const;
/**
 * What a person is asked to look at: a send whose outcome no evidence settles · a cancel or replace that the venue
 * took and never carried out · an ended order whose executions do not come · an ended order that the venue says
 * works, or was executed · more executed than asked for · words of the venue that cannot be read · a time longer than
 * the venue remembers · a position that differs from the venue's.
 */
export type CaseKind = (typeof CASE_KINDS)[number];
/** Something is put into the operator queue: evidence does not settle it, and nothing is invented in its place. */
export interface CaseOpened {
  readonly type: "caseOpened";
  /** `kind:subject`, the subject being an order or an account: one subject has one open case of a kind. */
  readonly caseId: string;
  readonly kind: CaseKind;
  readonly account?: AccountId;
  /** The order that it is about; named so because this is no event of the order's own life. */
  readonly about?: OrderId;
  readonly text: string;
}
/** A case leaves the queue: evidence came after all, or a person decided. */
export interface CaseClosed {
  readonly type: "caseClosed";
  readonly caseId: string;
  readonly conclusion: string;
  /** Who decided; `engine` where evidence did. */
  readonly by: string;
}
/** Words of a venue that cannot be true or cannot be read: kept as they came, and nothing is changed by them. */
export interface ReportQuarantined {
  readonly type: "reportQuarantined";
  readonly venue: VenueId;
  readonly account?: AccountId;
  readonly about?: OrderId;
  readonly reason: string;
  /** The payload as it came, cut at 4,096 characters. */
  readonly raw: string;
}

/** Events that are about no single order: starts, accounts, decisions of people, reconciliations. */
export type SystemEvent =
  | EpochStarted
  | EngineStopped
  | AccountOpened
  | TradingStateChanged
  | KillSwitchEngaged
  | KillSwitchLifted
  | RiskLimitsChanged
  | PositionAdjusted
  | ReconcileCompleted
  | CaseOpened
  | CaseClosed
  | ReportQuarantined;

/** Anything that can be journaled. */
export type DomainEvent = OrderEvent | SystemEvent;
export type DomainEventType = DomainEvent["type"];

/** An event on its way into the journal. */
export type EventDraft<E extends DomainEvent = DomainEvent> = E & EventMeta;

/** An event of the journal: `seq` is gapless from 1. */
export type RecordedEvent<E extends DomainEvent = DomainEvent> = E & EventMeta & { readonly seq: number };
