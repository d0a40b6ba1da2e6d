// The check that everything a venue says about orders passes before the engine believes it: the shape of a report,
// and whether it can be true. A fact that contradicts our books but can be true passes: the domain books and flags
// it. Answers to what was asked are in answer-check.ts; what becomes of the unfit is in quarantine.ts.

import type { ExecutionReport } from "../domain/execution-report.ts";
import { type Fill, LIQUIDITIES } from "../domain/fill.ts";
import type {
  AccountId,
  ExecutionId,
  InstrumentId,
  OrderId,
  RequestId,
  VenueId,
  VenueOrderId,
} from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import type { ReplaceTerms } from "../domain/order-event.ts";
import type { Result } from "../domain/result.ts";
import { MAX_RAW_LENGTH } from "./show-raw.ts";
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
  readOneOf,
  readText,
  Unfit,
} from "./venue-words.ts";

type ReportKind = ExecutionReport["kind"];
type ReportBase = Omit<Extract<ExecutionReport, { kind: "acknowledged" }>, "kind" | "triggered">;

const KINDS: readonly ReportKind[] = [
  "acknowledged",
  "fill",
  "ended",
  "replaced",
  "requestRejected",
  "fillReversed",
  "fillCorrected",
];
const END_STATUSES = ["filled", "canceled", "expired", "rejected"] as const;
const REQUESTS = ["cancel", "replace"] as const;

/**
 * Reads a report of a venue's stream into one of our own making, of which every property is what its type says.
 *
 * @returns why not, in plain words, for one that cannot be read or cannot be true. Never throws.
 */
export function readReport(raw: unknown, venue: VenueId): Result<ExecutionReport, string> {
  return attempt(() => {
    const fields = fieldsOf(raw, "the report");
    const kind = readOneOf(fields["kind"], KINDS, "the kind");
    const report = readKind(kind, fields, readBase(fields, venue));
    if (report.orderId === undefined && report.venueOrderId === undefined) throw new Unfit("it names no order");
    return report;
  });
}

function readBase(fields: Fields, venue: VenueId): ReportBase {
  if (readId(fields["venue"], "the venue") !== venue) throw new Unfit("it names another venue than the one it is from");
  return {
    venue,
    account: readId(fields["account"], "the account") as AccountId,
    instrumentId: readInstrument(fields["instrumentId"]),
    venueAt: readInstant(fields["venueAt"], "the venue's time"),
    ...given(
      "orderId",
      maybe(fields["orderId"], (value) => readId(value, "our order id") as OrderId),
    ),
    ...given("venueOrderId", maybe(fields["venueOrderId"], readVenueOrderId)),
    ...given(
      "cumulativeQuantity",
      maybe(fields["cumulativeQuantity"], (value) => readDecimal(value, "notNegative", "the cumulative quantity")),
    ),
    ...given("averagePrice", readAveragePrice(fields["averagePrice"])),
    ...given(
      "raw",
      maybe(fields["raw"], (value) => readText(value, "the payload", MAX_RAW_LENGTH)),
    ),
  };
}

function readKind(kind: ReportKind, fields: Fields, base: ReportBase): ExecutionReport {
  switch (kind) {
    case "acknowledged":
      return { ...base, kind, ...readMark("triggered", fields) };
    case "fill": {
      const fill = readFill(fields["fill"]);
      return { ...base, venueOrderId: base.venueOrderId ?? fill.venueOrderId, kind, fill, ...readMark("ends", fields) };
    }
    case "ended": {
      const status = readOneOf(fields["status"], END_STATUSES, "the status");
      return { ...base, kind, status, ...readReason(fields), ...readVenueWords(fields) };
    }
    case "replaced":
      return { ...base, kind, replace: readTerms(fields["replace"]) };
    case "requestRejected": {
      const request = readOneOf(fields["request"], REQUESTS, "the request");
      const requestId = maybe(fields["requestId"], (value) => readId(value, "the request id") as RequestId);
      return {
        ...base,
        kind,
        request,
        ...given("requestId", requestId),
        ...readReason(fields),
        ...readVenueWords(fields),
      };
    }
    case "fillReversed":
      return { ...base, kind, ...readExecution(fields), ...readReason(fields), ...readWorksAgain(fields) };
    case "fillCorrected": {
      const fill = readFill(fields["fill"]);
      return { ...base, kind, ...readExecution(fields), fill, ...readReason(fields), ...readWorksAgain(fields) };
    }
  }
}

/** @throws {Unfit} */
export function readFill(raw: unknown): Fill {
  const fields = fieldsOf(raw, "the fill");
  const { fee } = fields;
  return {
    executionId: readExecutionId(fields["executionId"]),
    venueOrderId: readVenueOrderId(fields["venueOrderId"]),
    price: readDecimal(fields["price"], "positive", "the price of the fill"),
    quantity: readDecimal(fields["quantity"], "positive", "the quantity of the fill"),
    liquidity: readOneOf(fields["liquidity"], LIQUIDITIES, "the liquidity"),
    venueAt: readInstant(fields["venueAt"], "the time of the fill"),
    ...given("fee", maybe(fee, readFee)),
    ...readMark("inferred", fields),
  };
}

function readFee(raw: unknown): NonNullable<Fill["fee"]> {
  const { amount, asset } = fieldsOf(raw, "the fee");
  return { amount: readDecimal(amount, "any", "the fee's amount"), asset: readId(asset, "the fee's asset") };
}

/** @throws {Unfit} */
export function readVenueOrderId(value: unknown): VenueOrderId {
  return readId(value, "the venue's order id") as VenueOrderId;
}

/** @throws {Unfit} */
export function readInstrument(value: unknown): InstrumentId {
  return readId(value, "the instrument") as InstrumentId;
}

/** Venues say 0 where nothing was executed: that is no price. @throws {Unfit} */
export function readAveragePrice(value: unknown): Fill["price"] | undefined {
  const price = maybe(value, (some) => readDecimal(some, "notNegative", "the average price"));
  return price?.isZero() === true ? undefined : price;
}

function readTerms(raw: unknown): ReplaceTerms {
  const { quantity, price, triggerPrice, clientOrderId } = fieldsOf(raw, "the new terms");
  return {
    ...given(
      "quantity",
      maybe(quantity, (value) => readDecimal(value, "positive", "the new quantity")),
    ),
    ...given(
      "price",
      maybe(price, (value) => readDecimal(value, "positive", "the new price")),
    ),
    ...given(
      "triggerPrice",
      maybe(triggerPrice, (value) => readDecimal(value, "positive", "the new trigger price")),
    ),
    ...given(
      "clientOrderId",
      maybe(clientOrderId, (value) => readId(value, "the new client order id")),
    ),
  };
}

function readExecution(fields: Fields): { readonly executionId: ExecutionId } {
  return { executionId: readExecutionId(fields["executionId"]) };
}

function readExecutionId(value: unknown): ExecutionId {
  return readId(value, "the execution id") as ExecutionId;
}

function readReason(fields: Fields): { readonly reason: string } {
  return { reason: readText(fields["reason"], "the reason") };
}

function readWorksAgain(fields: Fields): { readonly worksAgain: boolean } {
  return { worksAgain: readFlag(fields["worksAgain"], "whether it works again") };
}

/** @throws {Unfit} */
export function readVenueWords(fields: Fields): { readonly venueCode?: string; readonly venueMessage?: string } {
  return {
    ...given(
      "venueCode",
      maybe(fields["venueCode"], (value) => readText(value, "the venue's code")),
    ),
    ...given(
      "venueMessage",
      maybe(fields["venueMessage"], (value) => readText(value, "the venue's message")),
    ),
  };
}

/** Reads a mark that is either set or absent. @throws {Unfit} */
export function readMark<K extends string>(name: K, fields: Fields): { readonly [P in K]?: true } {
  const mark = maybe(fields[name], (value) => readFlag(value, name));
  return given(name, mark === true ? mark : undefined);
}

/** What a venue says of an order to tell which one it means. */
export type NamedOrder = Pick<ExecutionReport, "account" | "instrumentId" | "venueOrderId">;

/**
 * Says why words that name an order cannot be about it.
 *
 * @param holder - the order of ours that holds the venue's order id which the words name.
 */
export function contradictionOf(order: Order, named: NamedOrder, holder: Order | undefined): string | undefined {
  if (named.account !== order.account) return `it names account ${named.account}, and the order is of ${order.account}`;
  if (named.instrumentId !== order.instrumentId)
    return `it names ${named.instrumentId}, and the order is for ${order.instrumentId}`;
  // An id of an ended order may have been given out anew; ours are never given out twice.
  if (holder !== undefined && holder !== order && holder.isActive && holder.instrumentId === order.instrumentId)
    return `it names two orders: ours by our id, and ${holder.id} by the venue's`;
  return undefined;
}
