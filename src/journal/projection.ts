// The readable tables: what plain SQL over a journal file sees. They are projections of the events,
// written with a stated lag, rebuildable at will, and compared with a refold by `journal verify`.
// docs/reference/journal-tables.md documents each column for people.

/** One row per order. Decimals are text, instants are milliseconds since the epoch, absent is null. */
export interface OrderRow {
  readonly order_id: string;
  readonly client_order_id: string | null;
  readonly account: string;
  readonly venue: string;
  readonly instrument: string;
  readonly side: string;
  readonly order_type: string;
  readonly time_in_force: string;
  readonly quantity: string | null;
  readonly notional: string | null;
  readonly price: string | null;
  readonly trigger_price: string | null;
  readonly post_only: number;
  readonly reduce_only: number;
  readonly origin: string;
  readonly parent_order_id: string | null;
  readonly status: string;
  readonly status_reason: string | null;
  readonly inferred: number;
  readonly outcome_unknown: number;
  readonly pending_cancel: number;
  readonly pending_replace: number;
  readonly venue_order_id: string | null;
  readonly cumulative_quantity: string;
  readonly leaves_quantity: string | null;
  readonly average_price: string | null;
  readonly cost: string;
  /** JSON object: asset to amount. */
  readonly fees: string;
  readonly settled: number;
  readonly created_at: number;
  readonly submitted_at: number | null;
  readonly acknowledged_at: number | null;
  readonly first_fill_at: number | null;
  readonly completed_at: number | null;
  readonly updated_at: number;
  /** The last event folded into the row. */
  readonly last_seq: number;
}

/** One row per booked fill; a reversed fill's row goes, a corrected one changes. */
export interface FillRow {
  readonly order_id: string;
  readonly venue_order_id: string;
  readonly execution_id: string;
  readonly account: string;
  readonly venue: string;
  readonly instrument: string;
  readonly side: string;
  readonly price: string;
  readonly quantity: string;
  readonly liquidity: string;
  readonly fee_amount: string | null;
  readonly fee_asset: string | null;
  readonly venue_at: number;
  readonly inferred: number;
}

/** One row per account and instrument. */
export interface PositionRow {
  readonly account: string;
  readonly instrument: string;
  /** Signed, base units. */
  readonly quantity: string;
  readonly average_entry_price: string | null;
  readonly realized_pnl: string;
  /** JSON object: asset to amount. */
  readonly fees: string;
}

/** The tables' rows that changed since the last call, as of the journal's position. */
export interface ProjectionRows {
  readonly orders: readonly OrderRow[];
  readonly fills: readonly FillRow[];
  /** Fills that are no longer booked: their primary keys. */
  readonly removedFills: readonly Pick<FillRow, "order_id" | "venue_order_id" | "execution_id">[];
  readonly positions: readonly PositionRow[];
}

/** Whoever folds the events hands the changed rows over when a commit is formed. */
export interface ProjectionSource {
  /** Called synchronously; the rows must be as of the journal's current position. Clears what it returns. */
  takeChangedRows(): ProjectionRows;
}
