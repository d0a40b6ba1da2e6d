// Alpaca's clients take an order's id for a UUID, and want a new one for each replace. So one of our
// order ids and the number of a replace are written as a UUID (version 8 of RFC 9562), and read back
// from it: nothing is stored. Ids of other things are digests, written the same way.

import { createHash } from "node:crypto";
import { assert } from "../../domain/assert.ts";
import { decodeOrderId, encodeOrderId, ORDER_TYPES, type OrderId } from "../../domain/identifiers.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PREFIX_AND_TAG = 11;
/** 62^11 × 6 × 2^48 × 60 is just below 2^122, the free bits of a UUID. */
const REVISIONS_PER_VERSION = 60;
/** Versions 8 down to 1, so that strict readers take all of them for UUIDs. */
const VERSIONS = 8;
/** After so many replaces of one order its ids come round: see {@link revisionOf}. */
export const REVISION_CYCLE: number = REVISIONS_PER_VERSION * VERSIONS;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Writes the id of an order's nth revision; 0 is the order as it was placed. */
export function alpacaOrderId(id: OrderId, revision: number): string {
  const parts = decodeOrderId(id);
  assert(parts !== undefined, `${id} is not an order id of ours`);
  let value = 0n;
  for (const character of parts.prefix + parts.accountTag) {
    value = value * 62n + BigInt(ALPHABET.indexOf(character));
  }
  value = value * BigInt(ORDER_TYPES.length) + BigInt(ORDER_TYPES.indexOf(parts.type));
  value = (value << 48n) | (BigInt(parts.epoch) << 32n) | BigInt(parts.counter);
  const place = revision % REVISION_CYCLE;
  value = value * BigInt(REVISIONS_PER_VERSION) + BigInt(place % REVISIONS_PER_VERSION);
  return writeUuid(value, VERSIONS - Math.floor(place / REVISIONS_PER_VERSION));
}

/** What an id of {@link alpacaOrderId} says. `place` is the revision modulo {@link REVISION_CYCLE}. */
export interface AlpacaOrderIdParts {
  readonly orderId: OrderId;
  readonly place: number;
}

/** @returns `undefined` for text that {@link alpacaOrderId} does not write. */
export function readAlpacaOrderId(text: string): AlpacaOrderIdParts | undefined {
  const uuid = text.toLowerCase();
  if (!UUID.test(uuid)) return undefined;
  const hex = uuid.replaceAll("-", "");
  const version = Number.parseInt(hex.slice(12, 13), 16);
  const bits = BigInt(`0x${hex}`);
  let value = ((bits >> 80n) << 74n) | (((bits >> 64n) & 0xfffn) << 62n) | (bits & ((1n << 62n) - 1n));
  const rest = Number(value % BigInt(REVISIONS_PER_VERSION));
  value /= BigInt(REVISIONS_PER_VERSION);
  const counter = Number(value & 0xffff_ffffn);
  const epoch = Number((value >> 32n) & 0xffffn);
  value >>= 48n;
  const type = ORDER_TYPES[Number(value % BigInt(ORDER_TYPES.length))];
  value /= BigInt(ORDER_TYPES.length);
  let text62 = "";
  for (let digit = 0; digit < PREFIX_AND_TAG; digit++) {
    text62 = ALPHABET.charAt(Number(value % 62n)) + text62;
    value /= 62n;
  }
  if (value !== 0n || type === undefined) return undefined;
  const prefix = text62.slice(0, 3);
  const accountTag = text62.slice(3) as Parameters<typeof encodeOrderId>[0]["accountTag"];
  const orderId = encodeOrderId({ prefix, accountTag, type, epoch, counter });
  return { orderId, place: (VERSIONS - version) * REVISIONS_PER_VERSION + rest };
}

/** Returns the revision that a place means: the newest of those that share it. */
export function revisionOf(place: number, newestRevision: number): number | undefined {
  if (place > newestRevision) return undefined;
  return place + REVISION_CYCLE * Math.floor((newestRevision - place) / REVISION_CYCLE);
}

/** Writes an id that is always the same for the same words: for assets, accounts and executions. */
export function uuidOf(kind: string, ...words: readonly string[]): string {
  const digest = createHash("sha256")
    .update([kind, ...words].join("\n"))
    .digest("hex");
  return writeUuid(BigInt(`0x${digest}`) >> 134n, VERSIONS);
}

/** @param value - 122 bits. */
function writeUuid(value: bigint, version: number): string {
  const high = value >> 74n;
  const middle = (value >> 62n) & 0xfffn;
  const low = value & ((1n << 62n) - 1n);
  const bits = (high << 80n) | (BigInt(version) << 76n) | (middle << 64n) | (0b10n << 62n) | low;
  const hex = bits.toString(16).padStart(32, "0");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
