// What a venue says about an order: facts, in our vocabulary. interpret-report.ts turns them into events.

import type { Decimal } from "./decimal.ts";
import type { Fill } from "./fill.ts";
import type { AccountId, ExecutionId, InstrumentId, OrderId, RequestId, VenueId, VenueOrderId } from "./identifiers.ts";
import type { ReplaceTerms } from "./order-event.ts";
import type { Instant } from "./time.ts";

interface ReportBase {
  readonly venue: VenueId;
  readonly account: AccountId;
  readonly instrumentId: InstrumentId;
  /** Our id, where the venue echoes it. */
  readonly orderId?: OrderId;
  readonly venueOrderId?: VenueOrderId;
  readonly venueAt: Instant;
  /** All that the venue counts as executed of the order, this report included. */
  readonly cumulativeQuantity?: Decimal;
  /** The venue's own average over all of that: a cross-check, and the price of an inferred fill. */
  readonly averagePrice?: Decimal;
  /** The payload that it was read from, for the quarantine: an adapter gives it where it has it. */
  readonly raw?: string;
}

/** The venue has the order and it works. */
export interface AcknowledgedReport extends ReportBase {
  readonly kind: "acknowledged";
  readonly triggered?: true;
}
/** The venue executed a part or the whole. */
export interface FillReport extends ReportBase {
  readonly kind: "fill";
  readonly fill: Fill;
  /** The venue's word that nothing of the order works any more after this fill. */
  readonly ends?: true;
}
/** The order has ended; for `filled` without the last execution being known. */
export interface EndedReport extends ReportBase {
  readonly kind: "ended";
  readonly status: "filled" | "canceled" | "expired" | "rejected";
  readonly reason: string;
  readonly venueCode?: string;
  readonly venueMessage?: string;
}
/** The order works on new terms. */
export interface ReplacedReport extends ReportBase {
  readonly kind: "replaced";
  /** The terms that now hold. */
  readonly replace: ReplaceTerms;
}
/** A cancel or a replace was refused; the order is as it was. */
export interface RequestRejectedReport extends ReportBase {
  readonly kind: "requestRejected";
  readonly request: "cancel" | "replace";
  /** The request of ours that was refused, where the adapter can tell. Without it, it is the outstanding one. */
  readonly requestId?: RequestId;
  readonly reason: string;
  readonly venueCode?: string;
  readonly venueMessage?: string;
}
/** The venue took an execution back. */
export interface FillReversedReport extends ReportBase {
  readonly kind: "fillReversed";
  readonly executionId: ExecutionId;
  readonly reason: string;
  /** The venue's word that the order works again. */
  readonly worksAgain: boolean;
}
/** The venue changed an execution's quantity, price or fee. */
export interface FillCorrectedReport extends ReportBase {
  readonly kind: "fillCorrected";
  readonly executionId: ExecutionId;
  readonly fill: Fill;
  readonly reason: string;
  readonly worksAgain: boolean;
}

/** What a venue says about an order: a fact, to be interpreted against the order as it stands. */
export type ExecutionReport =
  | AcknowledgedReport
  | FillReport
  | EndedReport
  | ReplacedReport
  | RequestRejectedReport
  | FillReversedReport
  | FillCorrectedReport;
