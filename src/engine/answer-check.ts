// The check of what a venue answers to what was asked: outcomes of sends, its orders, fills and positions. As with
// reports, each is read into a value of our own making. An outcome that cannot be read is unknown, and a query
// without a readable answer has failed: checked-venue.ts sees to both.

import { type AccountId, ORDER_TYPES } from "../domain/identifiers.ts";
import { SIDES, TIMES_IN_FORCE } from "../domain/order-event.ts";
import type { Result } from "../domain/result.ts";
import type { QueryResult, SendOutcome, VenueFill, VenueOrder, VenuePosition } from "../venues/venue.ts";
import {
  readAveragePrice,
  readFill,
  readInstrument,
  readMark,
  readVenueOrderId,
  readVenueWords,
} from "./report-check.ts";
import {
  attempt,
  type Fields,
  fieldsOf,
  given,
  maybe,
  readDecimal,
  readFlag,
  readId,
  readInstant,
  readList,
  readOneOf,
  readText,
  Unfit,
} from "./venue-words.ts";

const OUTCOMES = ["accepted", "rejected", "notSent", "unknown"] as const;
const ANSWERS = ["found", "absent", "failed"] as const;
const STATUSES = ["working", "filled", "canceled", "expired", "rejected"] as const;
/** Longer than any ban: a wait beyond it is a slip of units. */
const MAX_RETRY_AFTER_MS = 7 * 86_400_000;
const MAX_CURSOR_LENGTH = 1_024;

export function readOutcome(raw: unknown): Result<SendOutcome, string> {
  return attempt(() => {
    const fields = fieldsOf(raw, "the outcome");
    const kind = readOneOf(fields["kind"], OUTCOMES, "the kind");
    const venueAt = given(
      "venueAt",
      maybe(fields["venueAt"], (value) => readInstant(value, "the venue's time")),
    );
    switch (kind) {
      case "accepted":
        return { kind, ...given("venueOrderId", maybe(fields["venueOrderId"], readVenueOrderId)), ...venueAt };
      case "rejected":
        return { kind, ...readReason(fields), ...readVenueWords(fields), ...venueAt, ...readRetryAfter(fields) };
      case "notSent":
        return { kind, ...readReason(fields), ...readRetryAfter(fields) };
      case "unknown":
        return { kind, ...readReason(fields) };
    }
  });
}

/** Reads the outside of an answer; what was found is read by `readValue`. */
export function readAnswer<T>(raw: unknown, readValue: (value: unknown) => T): Result<QueryResult<T>, string> {
  return attempt(() => {
    const fields = fieldsOf(raw, "the answer");
    const kind = readOneOf(fields["kind"], ANSWERS, "the kind");
    if (kind === "absent") return { kind };
    if (kind === "failed") return { kind, ...readReason(fields), ...readMark("unreadable", fields) };
    return { kind, value: readValue(fields["value"]) };
  });
}

/** Reads an order of the account that was asked about. @throws {Unfit} */
export function readVenueOrder(raw: unknown, account: AccountId): VenueOrder {
  const fields = fieldsOf(raw, "the order");
  return {
    account: readAccount(fields, account),
    venueOrderId: readVenueOrderId(fields["venueOrderId"]),
    instrumentId: readInstrument(fields["instrumentId"]),
    side: readOneOf(fields["side"], SIDES, "the side"),
    orderType: readOneOf(fields["orderType"], ORDER_TYPES, "the order type"),
    timeInForce: readOneOf(fields["timeInForce"], TIMES_IN_FORCE, "the time in force"),
    postOnly: readFlag(fields["postOnly"], "post-only"),
    reduceOnly: readFlag(fields["reduceOnly"], "reduce-only"),
    status: readOneOf(fields["status"], STATUSES, "the status"),
    cumulativeQuantity: readDecimal(fields["cumulativeQuantity"], "notNegative", "the cumulative quantity"),
    venueAt: readInstant(fields["venueAt"], "the venue's time"),
    ...readClientOrderId(fields),
    ...readSizeAndPrices(fields),
    ...given("averagePrice", readAveragePrice(fields["averagePrice"])),
    ...given(
      "endReason",
      maybe(fields["endReason"], (value) => readText(value, "the reason")),
    ),
  };
}

function readSizeAndPrices(fields: Fields): Pick<VenueOrder, "quantity" | "notional" | "price" | "triggerPrice"> {
  const positive = (name: string, what: string) => maybe(fields[name], (value) => readDecimal(value, "positive", what));
  return {
    ...given("quantity", positive("quantity", "the quantity")),
    ...given("notional", positive("notional", "the notional")),
    ...given("price", positive("price", "the price")),
    ...given("triggerPrice", positive("triggerPrice", "the trigger price")),
  };
}

/** Reads an execution of the account that was asked about. @throws {Unfit} */
export function readVenueFill(raw: unknown, account: AccountId): VenueFill {
  const fields = fieldsOf(raw, "the execution");
  return {
    account: readAccount(fields, account),
    instrumentId: readInstrument(fields["instrumentId"]),
    side: readOneOf(fields["side"], SIDES, "the side"),
    fill: readFill(fields["fill"]),
    cursor: readCursor(fields["cursor"]),
    ...readClientOrderId(fields),
  };
}

/** Never cut: another cursor would skip executions, or bring back old ones for ever. */
function readCursor(value: unknown): string {
  if (typeof value !== "string" || value.length > MAX_CURSOR_LENGTH) throw new Unfit("the cursor is no short text");
  return value;
}

/** Reads all positions or none: one that is left out would look like one that is flat. @throws {Unfit} */
export function readPositions(raw: unknown): readonly VenuePosition[] {
  return readList(raw, "what was found").map((each) => {
    const { instrumentId, quantity } = fieldsOf(each, "the position");
    return {
      instrumentId: readInstrument(instrumentId),
      quantity: readDecimal(quantity, "any", "the position's quantity"),
    };
  });
}

function readAccount(fields: Fields, asked: AccountId): AccountId {
  if (readId(fields["account"], "the account") !== asked)
    throw new Unfit("it is of another account than was asked about");
  return asked;
}

function readClientOrderId(fields: Fields): { readonly clientOrderId?: string } {
  return given(
    "clientOrderId",
    maybe(fields["clientOrderId"], (value) => readId(value, "the client order id")),
  );
}

function readReason(fields: Fields): { readonly reason: string } {
  return { reason: readText(fields["reason"], "the reason") };
}

function readRetryAfter(fields: Fields): { readonly retryAfterMs?: number } {
  return given(
    "retryAfterMs",
    maybe(fields["retryAfterMs"], (value) => {
      if (typeof value === "number" && value >= 0 && value <= MAX_RETRY_AFTER_MS) return value;
      throw new Unfit("the wait before another try is not one of at most a week");
    }),
  );
}
