// What the engine offers to strategies, servers and terminals, as types. engine.ts implements it.
// Everything a door shows must be durable: await whenDurable() before replying from a read.

import type { DecimalInput } from "../domain/decimal.ts";
import type { OrderwrightError } from "../domain/errors.ts";
import type { AccountId, OrderId, OrderType, VenueId } from "../domain/identifiers.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { Order } from "../domain/order.ts";
import type { DiscrepancyFound, OrderEvent, OrderOrigin, Side, TimeInForce } from "../domain/order-event.ts";
import type { HistoryEntry } from "../domain/order-history.ts";
import type { OrderStatus } from "../domain/order-status.ts";
import type { Position } from "../domain/position.ts";
import type { Result } from "../domain/result.ts";
import type {
  CaseOpened,
  RecordedEvent,
  ReportQuarantined,
  RestingOrderPolicy,
  TradingState,
} from "../domain/system-event.ts";
import type { Instant } from "../domain/time.ts";
import type { Durability } from "../journal/journal.ts";
import type { RiskLimits } from "./risk/risk-limits.ts";

/** An order as a caller asks for it. Decimals may be text or {@link DecimalInput}. */
export interface OrderRequest {
  /** Defaults to the engine's default account. */
  readonly account?: string;
  readonly instrumentId: string;
  readonly side: Side;
  readonly orderType: OrderType;
  /** Base units; exactly one of quantity and notional. */
  readonly quantity?: DecimalInput;
  /** Quote units. */
  readonly notional?: DecimalInput;
  readonly price?: DecimalInput;
  readonly triggerPrice?: DecimalInput;
  /** Defaults to `gtc`, for market orders to `ioc`. */
  readonly timeInForce?: TimeInForce;
  readonly expiresAt?: Instant;
  readonly postOnly?: boolean;
  readonly reduceOnly?: boolean;
  /** The caller's own id: the same id with the same order returns the same order. */
  readonly clientOrderId?: string;
  readonly origin?: OrderOrigin;
  readonly parentOrderId?: string;
  readonly leverage?: number;
  readonly maxAgeMs?: number;
  /** `toGrid` moves price (to the passive side) and quantity (down) onto the grid; the default refuses. */
  readonly rounding?: "refuse" | "toGrid";
}

/** New values for a working order; the quantity is the new total, fills included. */
export interface ReplaceInput {
  readonly quantity?: DecimalInput;
  readonly price?: DecimalInput;
  readonly triggerPrice?: DecimalInput;
  /** A caller's id for the replacement; it becomes a further alias of the order. */
  readonly clientOrderId?: string;
}

/** Who asks, for the audit in the journal. */
export interface CommandContext {
  /** A token's name, a strategy's name, a person: `[A-Za-z0-9_.@-]`, at most 64 characters. */
  readonly by: string;
  /** Why, in a word or a short phrase, where the command has a reason. */
  readonly reason?: string;
  /** Where a command names an order: only an order of this account. */
  readonly account?: string;
}

/** Waits end with `engine.aborted` when the signal fires; the order goes on. */
export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** Ends the wait with `order.timedOut`. */
  readonly timeoutMs?: number;
}

/** A durably accepted order, to follow to its end. */
export interface OrderHandle {
  readonly orderId: OrderId;
  /** The live order: read-only, always current. */
  readonly order: Order;
  /** Resolves once the venue has it, or once it has ended without that. */
  acknowledged(options?: WaitOptions): Promise<Result<Order, OrderwrightError>>;
  /** Resolves once it has ended. */
  done(options?: WaitOptions): Promise<Result<Order, OrderwrightError>>;
  /** All of its events from the first, then as they become durable; ends with the order's end. */
  events(options?: { readonly signal?: AbortSignal }): AsyncIterable<RecordedEvent<OrderEvent>>;
}

/** Selects orders; all given conditions must hold. */
export interface OrderFilter {
  readonly account?: string;
  readonly instrumentId?: string;
  readonly side?: Side;
  readonly status?: OrderStatus | readonly OrderStatus[];
  readonly origin?: OrderOrigin;
  readonly parentOrderId?: string;
  /** Default: both. */
  readonly open?: boolean;
  readonly limit?: number;
}

/** In engine time, which is the tape's in a replay. */
export interface Latency {
  readonly count: number;
  readonly meanMs: number;
  readonly maxMs: number;
}

/** Kept up to date with each event, never scanned. Rates are fractions 0 to 1 of ended orders. */
export interface EngineSummary {
  readonly ordersTotal: number;
  readonly open: number;
  readonly outcomeUnknown: number;
  readonly byStatus: Readonly<Record<OrderStatus, number>>;
  readonly fillsTotal: number;
  readonly filledRate: number;
  readonly anyFillRate: number;
  readonly submitToAcknowledge: Latency;
  readonly submitToFirstFill: Latency;
}

/** An account as it stands now. */
export interface AccountStatus {
  readonly id: AccountId;
  readonly tag: string;
  readonly venue: VenueId;
  readonly tradingState: TradingState;
  /** Entries are blocked until a person looks: why. */
  readonly blockedBecause?: string;
  readonly limits: RiskLimits;
  readonly openOrders: number;
  readonly outcomeUnknown: number;
  /** Cases of this account in the operator queue. */
  readonly openCases: number;
  /** Present where the account is configured to keep its venue's dead-man switch wound. */
  readonly deadMan?: DeadManStatus;
}

/** How the venue's dead-man switch stands for an account, as far as the venue's answers say. */
export interface DeadManStatus {
  /** `wound`: the venue cancels at `firesAt` unless told again. `unwound`: it will not. `uncertain`: nothing confirmed says which. */
  readonly state: "wound" | "unwound" | "uncertain";
  readonly timeoutMs: number;
  /** Whose orders it would cancel. */
  readonly scope: "ours" | "venueAccount";
  /** The earliest instant: of the last confirmed winding; before one, of the first that may have arrived. Once past, it may have fired. */
  readonly firesAt?: Instant;
}

/** A venue as the engine finds it now. */
export interface VenueStatus {
  readonly id: VenueId;
  readonly mode: "paper" | "dryRun" | "live";
  readonly connected: boolean;
  readonly since: Instant;
  /** When its stream last said anything, heartbeats included. */
  readonly lastHeardAt?: Instant;
  readonly circuit: "closed" | "open" | "halfOpen";
  readonly lastReconciledAt?: Instant;
}

/** The kill switch, with the last who and why; `liftedBy` only once it was lifted. */
export interface KillSwitchStatus {
  readonly engaged: boolean;
  readonly restingOrders?: RestingOrderPolicy;
  readonly reason?: string;
  readonly by?: string;
  readonly at?: Instant;
  readonly liftedBy?: string;
  readonly liftedAt?: Instant;
}

/** Whether orders are taken, and if not, why. Also answered by an engine that has failed. */
export interface EngineStatus {
  readonly phase: "recovering" | "reconciling" | "ready" | "stopping" | "stopped" | "failed";
  readonly failure?: OrderwrightError;
  readonly epoch: number;
  readonly startedAt: Instant;
  readonly now: Instant;
  readonly durability: Durability;
  readonly position: number;
  readonly durablePosition: number;
  /** The run before this one ended without a stop in good order. */
  readonly previousStopUnclean: boolean;
  readonly tradingState: TradingState;
  readonly killSwitch: KillSwitchStatus;
  readonly accounts: readonly AccountStatus[];
  readonly venues: readonly VenueStatus[];
  /** How many unfit words of venues this run only counted: repeats, and what is more than quarantine keeps in an hour. */
  readonly quarantineOverflow: number;
}

export const CASE_DECISIONS = ["dismiss", "notPlaced", "ended"] as const;
/**
 * What a person concludes about a case. `dismiss`: seen, nothing follows from it. `notPlaced`: the order, or the request about it that is unknown, never reached the venue. `ended`: the order works nowhere any more, and nothing more
 * was executed. The last two end the order as inferred: a word of the venue against it still counts. Any of
 * them lifts the block that came with the last reinstated order of an account.
 */
export type CaseDecision = (typeof CASE_DECISIONS)[number];

/** What one comparison with a venue saw. A failed query is no evidence, and counts as none. */
export interface ReconcileReport {
  readonly account: AccountId;
  readonly dryRun: boolean;
  readonly ordersChecked: number;
  readonly fillsRead: number;
  readonly failedQueries: number;
  /** The failed queries about one order each that the venue answered, and nobody could read. */
  readonly unreadableAnswers: number;
  /** Cases of the account that wait for a person after it. */
  readonly openCases: number;
  /** What would be, or was, journaled. */
  readonly findings: readonly { readonly orderId?: OrderId; readonly kind: string; readonly text: string }[];
}

/** Hears durable events in journal order. One that throws is reported and harms nobody else. */
export type EventListener = (event: RecordedEvent, order: Order | undefined) => void;
/** Ends a subscription. */
export type Unsubscribe = () => void;

/** Selects events; all given conditions must hold. */
export interface SubscriptionFilter {
  readonly types?: readonly RecordedEvent["type"][];
  readonly orderId?: string;
  readonly account?: string;
  readonly instrumentId?: string;
  readonly origin?: OrderOrigin;
}

/** What {@link "./engine.ts"} implements. Commands resolve once they are durable. */
export interface EngineApi {
  submit(request: OrderRequest, context?: CommandContext): Promise<Result<OrderHandle, OrderwrightError>>;
  /** Each request stands alone; one batch in the journal. At most 100. */
  submitMany(
    requests: readonly OrderRequest[],
    context?: CommandContext,
  ): Promise<readonly Result<OrderHandle, OrderwrightError>[]>;
  /** Resolves once the request is durable; its fate is in the order's events. */
  replace(id: string, terms: ReplaceInput, context?: CommandContext): Promise<Result<Order, OrderwrightError>>;
  cancel(id: string, context?: CommandContext): Promise<Result<Order, OrderwrightError>>;
  cancelAll(
    filter?: OrderFilter,
    context?: CommandContext,
  ): Promise<readonly { readonly orderId: OrderId; readonly result: Result<Order, OrderwrightError> }[]>;

  /** Finds by any id it ever had (ours with or without underscores, the caller's, the venue's): memory, else journal, else venue (5 s). */
  order(id: string, options?: { readonly account?: string; readonly signal?: AbortSignal }): Promise<Order | undefined>;
  /** Finds in memory only. */
  find(id: string, account?: string): Order | undefined;
  /** Newest first. */
  orders(filter?: OrderFilter): readonly Order[];
  activeOrders(filter?: OrderFilter): readonly Order[];
  terminalOrders(filter?: OrderFilter): readonly Order[];
  ordersByStatus(status: OrderStatus): readonly Order[];
  staleOrders(maxAgeMs: number): readonly Order[];
  summary(): EngineSummary;
  handle(orderId: OrderId): OrderHandle | undefined;
  history(id: string): Promise<readonly HistoryEntry[] | undefined>;
  positions(account?: string): readonly Position[];
  discrepancies(limit?: number): readonly RecordedEvent<DiscrepancyFound>[];
  /** The operator queue, oldest first: what no evidence settles, and a person must look at. */
  cases(account?: string): readonly RecordedEvent<CaseOpened>[];
  /** Words of venues that could not be read or cannot be true, newest first, as they came. */
  quarantined(limit?: number): readonly RecordedEvent<ReportQuarantined>[];
  instruments(account?: string): readonly Instrument[];
  status(): EngineStatus;

  /** Durable events after a position, oldest first. */
  events(afterSeq: number, limit?: number): Iterable<RecordedEvent>;
  /** Resolves once all that reads show now is durable: at once when it is already. */
  whenDurable(): Promise<void>;
  subscribe(listener: EventListener, filter?: SubscriptionFilter): Unsubscribe;
  onFill(listener: EventListener, filter?: SubscriptionFilter): Unsubscribe;
  onPartialFill(listener: EventListener, filter?: SubscriptionFilter): Unsubscribe;
  onCancel(listener: EventListener, filter?: SubscriptionFilter): Unsubscribe;

  setTradingState(
    state: TradingState,
    context: CommandContext & { readonly account?: string },
  ): Promise<Result<void, OrderwrightError>>;
  engageKillSwitch(
    restingOrders: RestingOrderPolicy,
    context: CommandContext & { readonly account?: string },
  ): Promise<Result<{ readonly canceling: number }, OrderwrightError>>;
  liftKillSwitch(context: CommandContext & { readonly account?: string }): Promise<Result<void, OrderwrightError>>;
  setRiskLimits(account: string, limits: RiskLimits, context: CommandContext): Promise<Result<void, OrderwrightError>>;
  adjustPosition(
    account: string,
    instrumentId: string,
    quantity: DecimalInput,
    context: CommandContext,
  ): Promise<Result<void, OrderwrightError>>;
  /** Takes a person's conclusion about a case of the operator queue. */
  decideCase(caseId: string, decision: CaseDecision, context: CommandContext): Promise<Result<void, OrderwrightError>>;
  reconcile(options?: { readonly account?: string; readonly dryRun?: boolean }): Promise<readonly ReconcileReport[]>;
  /** Stops in good order, once; resolves with what is still open. Rejects when the journal fails meanwhile; it is stopped all the same. */
  stop(options?: {
    readonly restingOrders?: RestingOrderPolicy;
    readonly deadlineMs?: number;
  }): Promise<readonly Order[]>;
}
