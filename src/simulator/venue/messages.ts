// What goes over the simulated wire: JSON, as with any venue. The exchange writes these, the adapter reads them; the
// two share nothing else.

/** A request as the venue gets it. Decimals are strings. */
export interface WireRequest {
  readonly op: "place" | "cancel" | "replace" | "order" | "openOrders" | "fills" | "positions" | "deadMan" | "connect";
  readonly account: string;
  readonly clientId?: string;
  readonly venueId?: string;
  readonly instrument?: string;
  readonly side?: "buy" | "sell";
  readonly type?: string;
  readonly tif?: string;
  readonly quantity?: string;
  readonly notional?: string;
  readonly price?: string;
  readonly trigger?: string;
  readonly postOnly?: boolean;
  readonly reduceOnly?: boolean;
  readonly expiresAt?: number;
  /** By the venue's clock: later than this, and later still by its allowance, it is discarded. */
  readonly deadline?: number;
  readonly cursor?: string;
  readonly timeoutMs?: number;
}

/** An order as the venue shows it. */
export interface WireOrder {
  readonly clientId?: string;
  readonly venueId: string;
  readonly instrument: string;
  readonly side: "buy" | "sell";
  readonly type: string;
  readonly tif: string;
  readonly quantity?: string;
  readonly notional?: string;
  readonly price?: string;
  readonly trigger?: string;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  readonly status: "working" | "filled" | "canceled" | "expired" | "rejected";
  readonly endReason?: string;
  readonly cumulative: string;
  readonly average?: string;
  readonly at: number;
}

export interface WireExecution {
  readonly executionId: string;
  readonly venueId: string;
  readonly clientId?: string;
  readonly instrument: string;
  readonly side: "buy" | "sell";
  readonly price: string;
  readonly quantity: string;
  readonly liquidity: "maker" | "taker";
  readonly fee: string;
  readonly feeAsset: string;
  readonly at: number;
  readonly cursor: string;
}

export type WireReply =
  | { readonly code: "ok"; readonly venueId?: string; readonly at: number }
  | { readonly code: "rejected"; readonly reason: string; readonly message: string; readonly at: number }
  | { readonly code: "later"; readonly retryAfterMs: number }
  | { readonly code: "error"; readonly message: string }
  | { readonly code: "absent" }
  | { readonly code: "order"; readonly order: WireOrder }
  | { readonly code: "orders"; readonly orders: readonly WireOrder[] }
  | { readonly code: "fills"; readonly fills: readonly WireExecution[] }
  | {
      readonly code: "positions";
      readonly positions: readonly { readonly instrument: string; readonly quantity: string }[];
    };

/** What the stream says of one order. */
export interface WireReport {
  readonly kind: "new" | "triggered" | "trade" | "ended" | "replaced" | "refused" | "busted" | "corrected";
  readonly account: string;
  readonly instrument: string;
  readonly venueId: string;
  readonly clientId?: string;
  readonly at: number;
  readonly cumulative: string;
  readonly average?: string;
  readonly execution?: WireExecution;
  readonly ends?: boolean;
  readonly status?: "filled" | "canceled" | "expired";
  readonly reason?: string;
  readonly request?: "cancel" | "replace";
  readonly quantity?: string;
  readonly price?: string;
  readonly trigger?: string;
  readonly executionId?: string;
  readonly worksAgain?: boolean;
}

export type WireMessage = WireReport | { readonly kind: "heartbeat" };
