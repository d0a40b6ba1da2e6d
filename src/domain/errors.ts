// The catalogue of errors: every code, what it means, and whether the order exists.
// docs/reference/errors.md holds one row per code; a test keeps the two equal.

/** Whether an order stands at the venue or in our books after the error. */
export type OrderExists = "no" | "yes" | "unknown" | "unchanged";

/** What the caller may do about it. */
export type RetryAdvice = "never" | "afterFix" | "safe" | "reconcileFirst";

interface CatalogEntry {
  readonly meaning: string;
  readonly orderExists: OrderExists;
  readonly retry: RetryAdvice;
}

const request = (meaning: string): CatalogEntry => ({ meaning, orderExists: "no", retry: "afterFix" });
const risk = (meaning: string): CatalogEntry => ({ meaning, orderExists: "no", retry: "afterFix" });
const order = (meaning: string, orderExists: OrderExists, retry: RetryAdvice): CatalogEntry => ({
  meaning,
  orderExists,
  retry,
});

/** Every expected error that Orderwright reports, by code. */
export const ERROR_CATALOG = {
  "request.malformed": request(
    "The request does not have the documented shape: a field is missing, unknown, or of the wrong type.",
  ),
  "request.tooLarge": request("The body, the batch or a text in it is over the documented limit."),
  "request.unknownRoute": request("The server has nothing at that method and path."),
  "request.rateLimited": order("The token sent as many requests in the window as the server allows.", "no", "safe"),
  "request.unknownAccount": request("No account of that name is configured."),
  "request.unknownInstrument": request("The venue of the account does not list that instrument."),
  "request.priceMissing": request("The order type needs a price, or a trigger price, and none was given."),
  "request.priceNotAllowed": request("The order type takes no price, or no trigger price, and one was given."),
  "request.priceNotPositive": request("A price must be above zero."),
  "request.offTick": request("The price is not a multiple of the instrument's tick size."),
  "request.quantityMissing": request("Neither a quantity nor a notional was given, or both were."),
  "request.quantityNotPositive": request("A quantity must be above zero."),
  "request.offLot": request("The quantity is not a multiple of the instrument's lot size."),
  "request.belowMinQuantity": request("The quantity is below the instrument's minimum."),
  "request.belowMinNotional": request("Price times quantity is below the instrument's minimum."),
  "request.timeInForce": request("The time in force does not go with the order type or its other fields."),
  "request.notSupported": request("The venue of the account does not support what was asked."),
  "request.duplicateClientOrderId": order(
    "The client order id names another order already; the first order is untouched.",
    "unchanged",
    "afterFix",
  ),
  "request.ambiguousOrderId": order(
    "Orders of several accounts have that id; name the account, or use the order's own id.",
    "unchanged",
    "afterFix",
  ),
  "request.unknownCase": order(
    "The operator queue has no such case; it may have been settled meanwhile.",
    "unchanged",
    "never",
  ),
  "request.caseDecision": order(
    "The case, or the order that it is about, does not allow that decision.",
    "unchanged",
    "afterFix",
  ),
  "request.replaceChangesNothing": order("The replace names no new value.", "unchanged", "afterFix"),
  "request.replaceBelowFilled": order(
    "The new quantity is not above what is known to be filled.",
    "unchanged",
    "afterFix",
  ),
  "risk.halted": risk("Trading is halted for the account: only cancels pass until a person lifts it."),
  "risk.reducingOnly": risk("The account may only reduce its position."),
  "risk.instrumentNotAllowed": risk("The instrument is not on the account's list."),
  "risk.noReferencePrice": risk("A limit needs a reference price and there is none, or it is stale."),
  "risk.priceCollar": risk("The price is too far from the reference price."),
  "risk.maxQuantity": risk("The quantity is above the limit per order."),
  "risk.maxNotional": risk("The notional is above the limit per order."),
  "risk.maxOpenOrders": risk("The account has as many open orders as its limit allows."),
  "risk.maxOrderRate": risk("The account sent as many orders in the window as its limit allows."),
  "risk.maxMessageRate": risk("The account sent as many messages in the window as its limit allows."),
  "risk.maxPosition": risk("The order could take the position over its limit."),
  "risk.maxExposure": risk("The order could take the account's exposure over its limit."),
  "risk.maxDailyLoss": risk("The account has lost as much today as its limit allows."),
  "risk.duplicateOrder": risk("An equal order was sent within the duplicate window."),
  "risk.selfTrade": risk("The order would trade with another open order of the same account."),
  "risk.reduceOnly": risk("A reduce-only order would open or turn the position."),
  "risk.childrenExceedParent": risk("The children of the parent order would exceed its quantity."),
  "order.unknown": order("No order has that id.", "no", "never"),
  "order.notCancelable": order("The order has ended; nothing was sent.", "unchanged", "never"),
  "order.notReplaceable": order(
    "The order has ended, or is not yet at the venue; nothing was sent.",
    "unchanged",
    "never",
  ),
  "order.requestPending": order("Another request for the order is outstanding.", "unchanged", "safe"),
  "order.invalidTransition": order("The order's status does not allow the request.", "unchanged", "never"),
  "order.timedOut": order("The wait ended before the order did; the order goes on.", "yes", "safe"),
  "venue.rejected": order("The venue refused; its own code and words are in the details.", "no", "afterFix"),
  "venue.rateLimited": order("The venue, or our own budget for it, has no room now; nothing was sent.", "no", "safe"),
  "venue.unreachable": order("The request was never written to the venue.", "no", "safe"),
  "venue.outcomeUnknown": order(
    "The request was written and no answer proves what became of it.",
    "unknown",
    "reconcileFirst",
  ),
  "venue.circuitOpen": order(
    "The venue failed repeatedly and is left alone for a while; nothing was sent.",
    "no",
    "safe",
  ),
  "engine.overloaded": order("As many requests wait as the intake holds.", "no", "safe"),
  "engine.stopping": order("The engine is shutting down and takes no new orders.", "no", "safe"),
  "engine.notReady": order("The engine is recovering or reconciling and takes no new orders yet.", "no", "safe"),
  "engine.aborted": order("The caller's signal ended the wait; the order goes on.", "yes", "safe"),
  "journal.conflict": order("Another writer appended to the journal first.", "unchanged", "never"),
  "journal.locked": order("Another process has the journal open.", "unchanged", "never"),
  "journal.corrupt": order("The journal's content contradicts its hash chain or its own rules.", "unchanged", "never"),
  "journal.foreignFile": order("The file is not a journal of Orderwright, or of a later format.", "unchanged", "never"),
  "journal.full": order("The disk, or the file's size limit, has no room.", "unchanged", "never"),
  "journal.writeFailed": order("A write to the journal failed: trading has stopped.", "unchanged", "never"),
  "journal.closed": order("The journal is closed.", "unchanged", "never"),
  "marketData.unreadable": order(
    "Market data cannot be opened or decompressed, or ends before the place asked for.",
    "unchanged",
    "afterFix",
  ),
  "marketData.unwritable": order("A recording of market data cannot be written.", "unchanged", "afterFix"),
  "marketData.malformed": order(
    "A line of a capture is not of the documented format; its number is in the details.",
    "unchanged",
    "afterFix",
  ),
  "config.invalid": order("The configuration has the problems listed.", "unchanged", "afterFix"),
  "auth.missing": order("The request carries no token.", "unchanged", "afterFix"),
  "auth.invalid": order("The token is not known.", "unchanged", "afterFix"),
  "auth.scope": order("The token's scopes do not cover the request.", "unchanged", "afterFix"),
  "auth.origin": order("The Origin or Host header is not on the allow-list.", "unchanged", "afterFix"),
  "internal.unexpected": order(
    "A fault of ours: it was logged, and the state is as journaled.",
    "unknown",
    "reconcileFirst",
  ),
} as const satisfies Record<string, CatalogEntry>;

export type ErrorCode = keyof typeof ERROR_CATALOG;

/** Facts that go with an error, safe to show: never a secret. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * An expected error: returned as a value where it is expected, thrown where a promise cannot be kept.
 * Its message states facts with values and units, and ends with what would be right.
 */
export class OrderwrightError extends Error {
  override readonly name = "OrderwrightError";
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  /** Whether the order exists after this error: `no`, `yes`, `unknown`, or `unchanged` by it. */
  readonly orderExists: OrderExists;
  readonly retry: RetryAdvice;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
    this.details = details;
    this.orderExists = ERROR_CATALOG[code].orderExists;
    this.retry = ERROR_CATALOG[code].retry;
  }

  toJSON(): { code: ErrorCode; message: string; orderExists: OrderExists; retry: RetryAdvice; details: ErrorDetails } {
    return {
      code: this.code,
      message: this.message,
      orderExists: this.orderExists,
      retry: this.retry,
      details: this.details,
    };
  }
}

/** Makes an {@link OrderwrightError}: shorter at the many places that return one. */
export function orderwrightError(code: ErrorCode, message: string, details?: ErrorDetails): OrderwrightError {
  return new OrderwrightError(code, message, details);
}

/** Returns whether a value is one of our expected errors. */
export function isOrderwrightError(value: unknown): value is OrderwrightError {
  return value instanceof OrderwrightError;
}
