// What the server sends, as types: the messages of the stream and the answers of /api/v1.
// The shapes of orders, events and positions are the library's own; nothing is declared twice.

import type { InstrumentKind } from "../../src/domain/instrument.ts";
import type { EventJson, FillJson, OrderJson, PositionJson } from "../../src/domain/order-json.ts";
import type { CaseKind } from "../../src/domain/system-event.ts";
import type { AccountStatus, EngineStatus, EngineSummary } from "../../src/engine/engine-api.ts";

export type { HistoryEntry } from "../../src/domain/order-history.ts";
export type { RestingOrderPolicy, TradingState } from "../../src/domain/system-event.ts";
export type { CaseDecision, DeadManStatus } from "../../src/engine/engine-api.ts";
export type { EventJson, FillJson, OrderJson };

export type Mode = "paper" | "dryRun" | "live";

export interface MarketStatus {
  readonly description: string;
  readonly state: "running" | "paused" | "ended";
  /** A multiple of real time; `max` is as fast as it goes. */
  readonly speed: number | "max";
  readonly position: number;
  /** 0 to 1; absent where the market has no end. */
  readonly fraction?: number;
  /** The market's time, epoch milliseconds. */
  readonly at?: number;
}

export interface Status extends Omit<EngineStatus, "accounts" | "failure"> {
  readonly accounts: readonly Omit<AccountStatus, "limits">[];
  readonly failure?: { readonly code: string; readonly message: string };
  readonly mode: Mode;
  readonly version: string;
  readonly market?: MarketStatus;
}

export type Summary = EngineSummary;

export interface Position extends PositionJson {
  readonly markPrice?: string;
  readonly unrealizedPnl?: string;
}

export interface InstrumentJson {
  readonly id: string;
  readonly venue: string;
  readonly kind: InstrumentKind;
  readonly base: string;
  readonly quote: string;
  readonly settle: string;
  readonly tickSize: string;
  readonly lotSize: string;
  readonly minQuantity: string;
  readonly minNotional: string;
}

export interface FillRow extends FillJson {
  readonly orderId: string;
  readonly account: string;
  readonly instrumentId: string;
  readonly side: "buy" | "sell";
  readonly seq: number;
  readonly at: number;
}

export interface Discrepancy {
  readonly seq: number;
  readonly at: number;
  readonly orderId?: string;
  readonly account?: string;
  readonly kind: string;
  readonly ours: string;
  readonly theirs: string;
  readonly conclusion: string;
  readonly evidence: string;
}

/** A case of the operator queue, as its opening said. */
export interface Case {
  readonly seq: number;
  readonly at: number;
  readonly caseId: string;
  readonly kind: CaseKind;
  readonly account?: string;
  /** The order that it is about. */
  readonly about?: string;
  readonly text: string;
}

/** Words of a venue that were put aside; `raw` is what it wrote, and may be anything. */
export interface Quarantined {
  readonly seq: number;
  readonly at: number;
  readonly venue: string;
  readonly account?: string;
  readonly about?: string;
  readonly reason: string;
  readonly raw: string;
}

/** Price, then quantity. */
export type Level = readonly [string, string];

export interface MarketTradeJson {
  readonly tradeId: string;
  readonly price: string;
  readonly quantity: string;
  readonly aggressor: "buy" | "sell";
  readonly at: number;
}

/** An error as RFC 9457 says it, with our code. */
export interface ProblemJson {
  readonly title?: string;
  readonly status?: number;
  readonly detail?: string;
  readonly code?: string;
  readonly orderExists?: "no" | "yes" | "unknown" | "unchanged";
  readonly retry?: string;
  readonly details?: { readonly [key: string]: unknown };
}

export interface SnapshotFrame {
  readonly type: "snapshot";
  readonly seq: number;
  readonly orders: readonly OrderJson[];
  readonly positions: readonly Position[];
  readonly cases: readonly Case[];
  readonly status: Status;
  readonly summary: Summary;
}

export interface EventsFrame {
  readonly type: "events";
  readonly events: readonly EventJson[];
  /** The touched orders as they are now. */
  readonly orders: readonly OrderJson[];
  readonly positions: readonly Position[];
}

export interface MarketFrame {
  readonly type: "market";
  readonly instrumentId: string;
  readonly book?: { readonly bids: readonly Level[]; readonly asks: readonly Level[] };
  readonly lastTrade?: MarketTradeJson;
  readonly trades?: readonly MarketTradeJson[];
  readonly at: number;
}

export interface StatusFrame {
  readonly type: "status";
  readonly status: Status;
  readonly summary: Summary;
}

export type ServerFrame =
  | { readonly type: "authorized"; readonly scopes: readonly string[] }
  | { readonly type: "error"; readonly problem: ProblemJson }
  | SnapshotFrame
  | EventsFrame
  | MarketFrame
  | StatusFrame;
