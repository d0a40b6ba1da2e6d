// What the venue process and its clients say to each other: JSON texts over a WebSocket, decimals marked as such.
// Who says it, when, and what it means is in venue-process.ts and served-venue.ts.

import { Decimal } from "../../src/domain/decimal.ts";
import type { ExecutionReport } from "../../src/domain/execution-report.ts";
import type { AccountId, InstrumentId, OrderId, VenueId } from "../../src/domain/identifiers.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import type { Instant } from "../../src/domain/time.ts";
import type { PaperOrder } from "../../src/venues/paper/paper-store.ts";
import type {
  CancelRequest,
  PlaceRequest,
  ReplaceRequest,
  SendOutcome,
  VenueFill,
  VenuePosition,
} from "../../src/venues/venue.ts";

export const VENUE: VenueId = "paper" as VenueId;
export const ACCOUNTS: readonly AccountId[] = ["main", "second"] as AccountId[];

/** What a client asks, by name. */
export interface Questions {
  readonly place: PlaceRequest;
  readonly cancel: CancelRequest;
  readonly replace: ReplaceRequest;
  readonly order: CancelRequest;
  readonly openOrders: { readonly account: AccountId };
  readonly fillsSince: { readonly account: AccountId; readonly cursor?: string };
  /** Everything that the venue remembers. */
  readonly truth: Readonly<Record<string, never>>;
  /** Stops or moves the market: while it stands, no order is executed but by another. */
  readonly market: { readonly moves: boolean };
  /** Cuts every other client's line. */
  readonly cut: Readonly<Record<string, never>>;
}

export type QuestionName = keyof Questions;

export type Question = {
  readonly [K in QuestionName]: {
    readonly id: number;
    readonly ask: K;
    readonly body: Questions[K];
    /** When it was handed to the socket, by the asker's clock. */
    readonly writtenAt: Instant;
  };
}[QuestionName];

export type Message =
  | { readonly hello: { readonly instruments: readonly Instrument[] } }
  /** Begins with the question's id, so that it is known whose answer cannot be read. */
  | { readonly reply: number; readonly value: unknown }
  | { readonly report: ExecutionReport }
  /** That the venue lives, and what things cost there. */
  | { readonly beat: readonly { readonly instrumentId: InstrumentId; readonly price: Decimal }[] };

/** A place request as it came to the venue: every one of them, taken or not. */
export interface Arrival {
  readonly orderId: OrderId;
  readonly sendBy: Instant;
  readonly writtenAt: Instant;
  readonly arrivedAt: Instant;
  /** What the venue made of it; absent while it has not. */
  readonly outcome?: SendOutcome;
}

/** The venue's own books. */
export interface Truth {
  readonly arrivals: readonly Arrival[];
  readonly orders: readonly PaperOrder[];
  readonly fills: readonly VenueFill[];
  readonly positions: readonly (VenuePosition & { readonly account: AccountId })[];
  /** Replies that were kept from their askers, or spoiled. */
  readonly spoiled: number;
}

/** Between two heartbeats. */
export const HEARTBEAT_MS = 100;
/** After a request's deadline the venue may still be at it for this long: its answers of absence count from then on. */
export const DISCARD_AFTER_MS = 50;

const MARK = "decimal:";

export function encode(value: Message | Question): string {
  return JSON.stringify(value, function replace(this: Readonly<Record<string, unknown>>, key, shown: unknown) {
    const original = this[key];
    return original instanceof Decimal ? `${MARK}${original}` : shown;
  });
}

/** @throws {SyntaxError} for a text that is not JSON, or holds a decimal that is none. */
export function decode(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== "string" || !value.startsWith(MARK)) return value;
    const decimal = Decimal.tryParse(value.slice(MARK.length));
    if (decimal === undefined) throw new SyntaxError(`${value} is not a decimal`);
    return decimal;
  });
}
