// The library: what `import … from "orderwright"` gives. Named exports only; nothing here has behavior.
// Journals and venues to build an engine from by hand are at orderwright/journal and orderwright/venues.
// What is not exported here is internal, and may change in any version.

export { FillDigest } from "./app/fill-digest.ts";
export { paperInstruments } from "./app/instruments.ts";
export type { Desk, DeskConfig, MarketConfig, PlacedStrategy } from "./app/open-desk.ts";
export { openDesk, PAPER_VENUE } from "./app/open-desk.ts";
export type { DecimalInput, Rounding } from "./domain/decimal.ts";
export { Decimal } from "./domain/decimal.ts";
export type { ErrorCode, ErrorDetails, OrderExists, RetryAdvice } from "./domain/errors.ts";
export { ERROR_CATALOG, isOrderwrightError, OrderwrightError } from "./domain/errors.ts";
export type { Fee, Fill, Liquidity } from "./domain/fill.ts";
export type {
  AccountId,
  ExecutionId,
  InstrumentId,
  OrderId,
  OrderIdParts,
  OrderType,
  VenueId,
  VenueOrderId,
} from "./domain/identifiers.ts";
export { decodeOrderId, formatOrderId, ORDER_TYPES } from "./domain/identifiers.ts";
export type { Instrument, InstrumentKind } from "./domain/instrument.ts";
export type { Order, PendingCancel, PendingReplace, StatusReason } from "./domain/order.ts";
export type {
  DiscrepancyFound,
  OrderEvent,
  OrderEventType,
  OrderOrigin,
  OrderTerms,
  Side,
  TimeInForce,
} from "./domain/order-event.ts";
export { ORDER_ORIGINS, SIDES, TIMES_IN_FORCE } from "./domain/order-event.ts";
export type { HistoryEntry } from "./domain/order-history.ts";
export type { EventJson, FillJson, OrderJson, PositionJson } from "./domain/order-json.ts";
export {
  eventToJson,
  fillToJson,
  orderFromJson,
  orderToJson,
  positionFromJson,
  positionToJson,
} from "./domain/order-json.ts";
export type { OrderStatus } from "./domain/order-status.ts";
export { isTerminalStatus, ORDER_STATUSES, STATUS_MEANING, TRANSITIONS } from "./domain/order-status.ts";
export type { Position } from "./domain/position.ts";
export { averageEntryPrice, sellableQuantity } from "./domain/position.ts";
export type { Result } from "./domain/result.ts";
export { fail, ok, unwrap } from "./domain/result.ts";
export type {
  CaseKind,
  CaseOpened,
  RecordedEvent,
  ReportQuarantined,
  RestingOrderPolicy,
  SystemEvent,
  TradingState,
} from "./domain/system-event.ts";
export { CASE_KINDS, RESTING_ORDER_POLICIES, TRADING_STATES } from "./domain/system-event.ts";
export type { Instant } from "./domain/time.ts";
export { Engine } from "./engine/engine.ts";
export type {
  AccountStatus,
  CaseDecision,
  CommandContext,
  DeadManStatus,
  EngineApi,
  EngineStatus,
  EngineSummary,
  EventListener,
  KillSwitchStatus,
  Latency,
  OrderFilter,
  OrderHandle,
  OrderRequest,
  ReconcileReport,
  ReplaceInput,
  SubscriptionFilter,
  Unsubscribe,
  VenueStatus,
  WaitOptions,
} from "./engine/engine-api.ts";
export { CASE_DECISIONS } from "./engine/engine-api.ts";
export type { AccountConfig, EngineConfig, PriceSource } from "./engine/engine-config.ts";
export type { OrphanPolicy } from "./engine/reconciler.ts";
export type { RateLimit, RiskLimits } from "./engine/risk/risk-limits.ts";
export type { EngineSettings } from "./engine/settings.ts";
export { DEFAULT_SETTINGS } from "./engine/settings.ts";
export { CaptureSource } from "./market-data/feeds/capture.ts";
export { SyntheticMarket } from "./market-data/feeds/synthetic.ts";
export type { TapeProgress, TapeState } from "./market-data/feeds/tape-player.ts";
export { TapePlayer } from "./market-data/feeds/tape-player.ts";
export type {
  BookLevel,
  DepthUpdate,
  MarketEvent,
  MarketListener,
  MarketSource,
  MarketTrade,
  Quote,
} from "./market-data/market-data.ts";
export { MarketHub } from "./market-data/market-hub.ts";
export { OrderBookView } from "./market-data/order-book-view.ts";
export { Activity } from "./runtime/activity.ts";
export type { CancelTimer, Clock } from "./runtime/clock.ts";
export type { LogFields, Logger } from "./runtime/logger.ts";
export { silentLogger } from "./runtime/logger.ts";
export { NodeClock } from "./runtime/node/node-clock.ts";
export type { Random } from "./runtime/random.ts";
export { SeededRandom } from "./runtime/random.ts";
export { VirtualClock } from "./runtime/virtual-clock.ts";
export type { GridParameters } from "./strategies/grid.ts";
export { GridStrategy } from "./strategies/grid.ts";
export type { Strategy, StrategyContext, StrategyStatus } from "./strategies/strategy.ts";
