// Identifiers: branded strings, and the order id that is readable without a look-up.
// No randomness here: epoch and counter come from the journal, through the engine.

import { assert } from "./assert.ts";

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Names an account of ours: 1 to 32 characters of `[A-Za-z0-9_-]`, unique in one configuration. */
export type AccountId = Branded<"AccountId">;
/** The account's mark inside each order id: exactly 8 alphanumerics, unique, journaled. */
export type AccountTag = Branded<"AccountTag">;
/** Our order id, and what the venue knows as the client order id: 24 alphanumerics. */
export type OrderId = Branded<"OrderId">;
/** The venue's id of an order. */
export type VenueOrderId = Branded<"VenueOrderId">;
/** The venue's id of one execution: with venue, venue account, instrument and venue order it names a fill. */
export type ExecutionId = Branded<"ExecutionId">;
/** An instrument in ccxt's unified names: `BTC/USDT`, `BTC/USDT:USDT`, or a ticker such as `AAPL`. */
export type InstrumentId = Branded<"InstrumentId">;
/** A venue in one configuration: `paper`, `okx`. */
export type VenueId = Branded<"VenueId">;
/** One request of ours about an order (a cancel, a replace). */
export type RequestId = Branded<"RequestId">;

/** The kinds of order, in the order in which they are documented. */
export const ORDER_TYPES = ["market", "limit", "stop", "stopLimit", "takeProfit", "takeProfitLimit"] as const;
export type OrderType = (typeof ORDER_TYPES)[number];

const TYPE_LETTERS: Readonly<Record<OrderType, string>> = {
  market: "M",
  limit: "L",
  stop: "S",
  stopLimit: "T",
  takeProfit: "P",
  takeProfitLimit: "Q",
};
const TYPE_BY_LETTER = new Map(ORDER_TYPES.map((type) => [TYPE_LETTERS[type], type]));

/** Highest epoch: 4 hex digits. An epoch begins at every start of the engine. */
export const MAX_EPOCH = 0xffff;
/** Highest counter inside one epoch: 8 hex digits. */
export const MAX_ORDER_COUNTER = 0xffff_ffff;

/** What an order id says of itself. */
export interface OrderIdParts {
  /** 3 alphanumerics that tell our orders from others' at the venue. */
  readonly prefix: string;
  readonly accountTag: AccountTag;
  readonly type: OrderType;
  readonly epoch: number;
  readonly counter: number;
}

const ACCOUNT_ID = /^[A-Za-z0-9_-]{1,32}$/;
const ACCOUNT_TAG = /^[A-Za-z0-9]{8}$/;
const PREFIX = /^[A-Za-z0-9]{3}$/;
// The gap is the underscore of formatOrderId: between all parts or none.
const ORDER_ID =
  /^(?<prefix>[A-Za-z0-9]{3})(?<gap>_?)(?<tag>[A-Za-z0-9]{8})\k<gap>(?<letter>[MLSTPQ])\k<gap>(?<epoch>[0-9a-f]{4})\k<gap>(?<counter>[0-9a-f]{8})$/;

export function isAccountId(text: string): text is AccountId {
  return ACCOUNT_ID.test(text);
}

export function isAccountTag(text: string): text is AccountTag {
  return ACCOUNT_TAG.test(text);
}

export function isOrderIdPrefix(text: string): boolean {
  return PREFIX.test(text);
}

/**
 * Returns the tag that an account gets when its configuration names none: its alphanumerics,
 * cut or filled with zeros to 8. Two accounts may collide; the configuration is refused then.
 */
export function defaultAccountTag(account: AccountId): AccountTag {
  return account
    .replace(/[^A-Za-z0-9]/g, "")
    .slice(0, 8)
    .padEnd(8, "0") as AccountTag;
}

/**
 * Writes the 24 characters of an order id. Prefix and tag were checked when the engine was configured.
 *
 * @throws {InvariantViolation} past {@link MAX_EPOCH} or {@link MAX_ORDER_COUNTER}: the id would be another's.
 */
export function encodeOrderId(parts: OrderIdParts): OrderId {
  assert(isCount(parts.epoch, MAX_EPOCH), `epoch ${parts.epoch} is not from 0 to ${MAX_EPOCH}`);
  assert(isCount(parts.counter, MAX_ORDER_COUNTER), `counter ${parts.counter} is not from 0 to ${MAX_ORDER_COUNTER}`);
  const epoch = formatEpoch(parts.epoch);
  const counter = parts.counter.toString(16).padStart(8, "0");
  return `${parts.prefix}${parts.accountTag}${TYPE_LETTERS[parts.type]}${epoch}${counter}` as OrderId;
}

function isCount(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

/**
 * Reads an order id, with or without the underscores of {@link formatOrderId}.
 *
 * @returns `undefined` when the text was not made by {@link encodeOrderId}: somebody else's order.
 */
export function decodeOrderId(text: unknown): OrderIdParts | undefined {
  const parts = typeof text === "string" ? ORDER_ID.exec(text)?.groups : undefined;
  if (parts === undefined) return undefined;
  const { prefix, tag, letter, epoch, counter } = parts as Record<
    "prefix" | "tag" | "letter" | "epoch" | "counter",
    string
  >;
  return {
    prefix,
    accountTag: tag as AccountTag,
    type: TYPE_BY_LETTER.get(letter) as OrderType,
    epoch: Number.parseInt(epoch, 16),
    counter: Number.parseInt(counter, 16),
  };
}

/** Writes an epoch as order ids do: 4 hex digits. */
export function formatEpoch(epoch: number): string {
  return epoch.toString(16).padStart(4, "0");
}

/** Writes an order id for people: `OWR_main0000_L_0001_0000002a`. */
export function formatOrderId(id: OrderId): string {
  return `${id.slice(0, 3)}_${id.slice(3, 11)}_${id.slice(11, 12)}_${id.slice(12, 16)}_${id.slice(16)}`;
}
