// Turns an entry of an order's history back into the event that it tells.

import type { HistoryEntry } from "../../../domain/order-history.ts";
import type { EventJson } from "../../../domain/order-json.ts";

/** Events whose entry shows another field of theirs as the reason: the field itself is in the metadata. */
const REASON_IS_DERIVED: readonly HistoryEntry["event"][] = ["orderDenied", "discrepancyFound"];

export function eventOfEntry(orderId: string, entry: HistoryEntry): EventJson {
  const { seq, at, venueAt, event, reason, source, metadata, implied } = entry;
  return {
    type: event,
    orderId,
    ...metadata,
    ...(reason === undefined || REASON_IS_DERIVED.includes(event) ? {} : { reason }),
    ...(implied === undefined ? {} : { implied }),
    seq,
    at,
    ...(venueAt === undefined ? {} : { venueAt }),
    cause: source,
  };
}
