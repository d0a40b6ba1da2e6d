// Errors under /api/v1 as RFC 9457 problems with our codes, and what any thrown value becomes.
// The same errors in Alpaca's shape are in alpaca/errors.ts.

import { ERROR_CATALOG, type ErrorCode, isOrderwrightError, OrderwrightError } from "../../domain/errors.ts";

export const PROBLEM_TYPE = "application/problem+json";

export interface Problem {
  readonly type: string;
  /** The code's meaning, the same at each occurrence. */
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly orderExists: string;
  readonly retry: string;
  readonly details: Readonly<Record<string, unknown>>;
}

type Family =
  | "request"
  | "risk"
  | "order"
  | "venue"
  | "engine"
  | "journal"
  | "marketData"
  | "config"
  | "auth"
  | "internal";

const STATUS_BY_FAMILY: Readonly<Record<Family, number>> = {
  request: 422,
  risk: 422,
  order: 409,
  venue: 503,
  engine: 503,
  journal: 503,
  marketData: 500,
  config: 500,
  auth: 401,
  internal: 500,
};

const STATUS_BY_CODE: Partial<Record<ErrorCode, number>> = {
  "request.malformed": 400,
  "request.tooLarge": 413,
  "request.unknownRoute": 404,
  "request.rateLimited": 429,
  "request.unknownAccount": 403,
  "request.duplicateClientOrderId": 409,
  "request.unknownCase": 404,
  "request.caseDecision": 409,
  "order.unknown": 404,
  "order.timedOut": 504,
  "venue.rejected": 422,
  "venue.outcomeUnknown": 504,
  "engine.overloaded": 429,
  "auth.scope": 403,
  "auth.origin": 403,
};

export function statusOf(code: ErrorCode): number {
  return STATUS_BY_CODE[code] ?? STATUS_BY_FAMILY[code.slice(0, code.indexOf(".")) as Family];
}

/** @param status - where the occurrence has another than its code, such as 415. */
export function problemOf(error: OrderwrightError, status: number = statusOf(error.code)): Problem {
  return {
    type: `urn:orderwright:error:${error.code}`,
    title: ERROR_CATALOG[error.code].meaning,
    status,
    detail: error.message,
    code: error.code,
    orderExists: error.orderExists,
    retry: error.retry,
    details: error.details,
  };
}

/** An error to answer with: ours, its status, and whether the fault is ours too. */
export interface Answerable {
  readonly error: OrderwrightError;
  readonly status: number;
  readonly unexpected: boolean;
}

/** The framework's own refusals, by its codes. */
const REFUSALS: Readonly<Record<string, { readonly code: ErrorCode; readonly status: number; readonly text: string }>> =
  {
    FST_ERR_CTP_BODY_TOO_LARGE: {
      code: "request.tooLarge",
      status: 413,
      text: "The body is over the limit of 64 KiB.",
    },
    FST_ERR_CTP_INVALID_MEDIA_TYPE: {
      code: "request.malformed",
      status: 415,
      text: "The content type is not supported; send application/json.",
    },
    FST_ERR_CTP_INVALID_JSON_BODY: {
      code: "request.malformed",
      status: 400,
      text: "The body is not valid JSON, or names a key that no object may have, such as __proto__.",
    },
    FST_ERR_BAD_URL: { code: "request.malformed", status: 400, text: "The path is not a valid URL path." },
    FST_ERR_CTP_EMPTY_JSON_BODY: {
      code: "request.malformed",
      status: 400,
      text: "The body is empty; it must be JSON.",
    },
    FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
      code: "request.malformed",
      status: 400,
      text: "The body is not as long as its Content-Length says.",
    },
  };

/** Turns whatever was thrown on the way to an answer into one. */
export function answerable(thrown: unknown, method = "POST"): Answerable {
  if (isOrderwrightError(thrown)) {
    // An unknown instrument is a bad order, and elsewhere a thing that is not there.
    const isMissing = thrown.code === "request.unknownInstrument" && method !== "POST";
    const status = isMissing ? 404 : statusOf(thrown.code);
    return { error: thrown, status, unexpected: thrown.code === "internal.unexpected" };
  }
  const { code, statusCode } = thrown as { code?: unknown; statusCode?: unknown };
  const refusal = typeof code === "string" ? REFUSALS[code] : undefined;
  if (refusal !== undefined) {
    return { error: new OrderwrightError(refusal.code, refusal.text), status: refusal.status, unexpected: false };
  }
  if (typeof statusCode === "number" && statusCode >= 400 && statusCode < 500) {
    const error = new OrderwrightError("request.malformed", "The request is not valid HTTP for this route.");
    return { error, status: statusCode, unexpected: false };
  }
  const error = new OrderwrightError(
    "internal.unexpected",
    "A fault of the server; it was logged under the request id. Look the order up before asking again.",
    {},
    { cause: thrown },
  );
  return { error, status: 500, unexpected: true };
}
