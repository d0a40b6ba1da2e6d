// The readable row of an event: what the table `events` shows of it. The commits are the truth; this is a view of them.

import type { RecordedEvent } from "../../domain/system-event.ts";

/** One row of the table `events`. */
export interface EventRow {
  readonly seq: number;
  readonly at: number;
  readonly venue_at: number | null;
  readonly type: string;
  readonly order_id: string | null;
  /** Of events that name an account; those of an order find it in the table `orders`. */
  readonly account: string | null;
  readonly cause: string;
  /** JSON object of all other fields, decimals as text. */
  readonly data: string;
}

export function eventRow(event: RecordedEvent): EventRow {
  const { seq, at, venueAt, type, cause, ...rest } = event;
  const { orderId, account, ...data } = rest as { orderId?: string; account?: string; terms?: { account: string } };
  return {
    seq,
    at,
    venue_at: venueAt ?? null,
    type,
    order_id: orderId ?? null,
    account: account ?? data.terms?.account ?? null,
    cause,
    data: JSON.stringify(data),
  };
}
