// Our errors in Alpaca's shape: {code, message}, the code's first three digits being the HTTP status.
// Our own code and details go along in a field of ours, which their clients ignore.

import type { ErrorCode, OrderwrightError } from "../../domain/errors.ts";

export interface AlpacaError {
  readonly status: number;
  readonly body: AlpacaErrorBody;
}

export interface AlpacaErrorBody {
  readonly code: number;
  readonly message: string;
  readonly orderwright: {
    readonly code: ErrorCode;
    readonly orderExists: string;
    readonly retry: string;
    readonly details: Readonly<Record<string, unknown>>;
  };
}

const MALFORMED = 40010000;
const UNAUTHORIZED = 40110000;
const FORBIDDEN = 40310000;
const NOT_FOUND = 40410000;
const UNPROCESSABLE = 42210000;
const TOO_MANY = 42910000;
const UNAVAILABLE = 50310000;

const CODES: Partial<Record<ErrorCode, number>> = {
  "request.malformed": MALFORMED,
  "request.rateLimited": TOO_MANY,
  "request.unknownAccount": FORBIDDEN,
  "order.timedOut": 50410000,
  "venue.rejected": UNPROCESSABLE,
  "venue.outcomeUnknown": 50410000,
  "engine.overloaded": TOO_MANY,
  "auth.scope": FORBIDDEN,
  "auth.origin": FORBIDDEN,
  "internal.unexpected": 50010000,
};

/** Alpaca answers a client order id that is taken with 422 and this code. */
const DUPLICATE_ID = 40010001;

/** @param status - the status under /api/v1: kept where Alpaca has no habit of its own, such as 413. */
export function alpacaErrorOf(error: OrderwrightError, status: number): AlpacaError {
  const { code, orderExists, retry, details } = error;
  const ours = { code, orderExists, retry, details };
  if (code === "request.duplicateClientOrderId") {
    const message = `client_order_id must be unique: ${error.message}`;
    return { status: 422, body: { code: DUPLICATE_ID, message, orderwright: ours } };
  }
  const number = numberOf(code, status);
  return { status: Math.floor(number / 100_000), body: { code: number, message: error.message, orderwright: ours } };
}

function numberOf(code: ErrorCode, status: number): number {
  if (code === "request.malformed" && status !== 400) return status * 100_000 + 10_000;
  if (status === 404) return NOT_FOUND;
  const known = CODES[code];
  if (known !== undefined) return known;
  if (code === "request.tooLarge") return 41310000;
  if (code.startsWith("risk.")) return FORBIDDEN;
  if (code.startsWith("request.") || code.startsWith("order.")) return UNPROCESSABLE;
  if (code.startsWith("auth.")) return UNAUTHORIZED;
  return UNAVAILABLE;
}
