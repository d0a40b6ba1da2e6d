// From what a caller asks for to terms that the venue can take: shape, combinations, capabilities, grid.
// Values come from untrusted hands and nothing here throws. Whether the account may do it is decided in risk/.

import type { Decimal } from "../domain/decimal.ts";
import { type OrderwrightError, orderwrightError } from "../domain/errors.ts";
import { type AccountId, decodeOrderId, ORDER_TYPES, type OrderId, type VenueId } from "../domain/identifiers.ts";
import type { Instrument } from "../domain/instrument.ts";
import { defined, readJson } from "../domain/json-reader.ts";
import type { Order } from "../domain/order.ts";
import {
  ORDER_ORIGINS,
  type OrderOrigin,
  type OrderTerms,
  type ReplaceTerms,
  SIDES,
  TIMES_IN_FORCE,
  type TimeInForce,
} from "../domain/order-event.ts";
import { type Result, unwrap } from "../domain/result.ts";
import type { Instant } from "../domain/time.ts";
import type { VenueCapabilities } from "../venues/venue.ts";
import type { OrderRequest, ReplaceInput } from "./engine-api.ts";
import { checkDust, fitPrice, fitQuantity, fitTrigger, type Shape, takesPrice, takesTrigger } from "./order-grid.ts";
import { malformed, RequestFields } from "./request-fields.ts";

/** Where the order goes, and what is possible there: looked up by {@link orderAddress}. */
export interface OrderContext {
  readonly account: AccountId;
  readonly venue: VenueId;
  readonly instrument: Instrument;
  readonly capabilities: VenueCapabilities;
  /** For a retry of a known client order id, when that order was created: what was right then is right now. */
  readonly now: Instant;
}

const FIELDS = [
  "account",
  "instrumentId",
  "side",
  "orderType",
  "quantity",
  "notional",
  "price",
  "triggerPrice",
  "timeInForce",
  "expiresAt",
  "postOnly",
  "reduceOnly",
  "clientOrderId",
  "origin",
  "parentOrderId",
  "leverage",
  "maxAgeMs",
  "rounding",
] as const satisfies readonly (keyof OrderRequest)[];

type PriceField = "price" | "triggerPrice";

const ROUNDINGS = ["refuse", "toGrid"] as const;
/** EXTERNAL is what was found at the venue: nobody asks for it. */
const REQUEST_ORIGINS: readonly OrderOrigin[] = ORDER_ORIGINS.filter((origin) => origin !== "EXTERNAL");
const MAX_LEVERAGE = 1_000;
/** The last instant that a date can hold. */
const MAX_INSTANT = 8_640_000_000_000_000;

/** What a replace can change. */
const REPLACE_FIELDS = [
  "quantity",
  "price",
  "triggerPrice",
  "clientOrderId",
] as const satisfies readonly (keyof ReplaceInput)[];

/** What names the account and the instrument of a request, before anything else of it is known. */
export interface OrderAddress {
  readonly account?: string;
  readonly instrumentId: string;
}

/** Returns where a request wants to go, whatever JavaScript value it is. @returns `request.malformed`. */
export function orderAddress(request: unknown): Result<OrderAddress, OrderwrightError> {
  return readJson(() => {
    const fields = new RequestFields(request, "The order", FIELDS);
    const account = fields.text("account");
    return { instrumentId: required(fields, "instrumentId"), ...(account === undefined ? {} : { account }) };
  });
}

/**
 * Returns the complete terms of an order, or the first thing that is wrong with the request.
 *
 * Defaults: `gtc`, for market orders `ioc`; origin `MANUAL`. With `rounding: "toGrid"` the price moves
 * to the passive side (buy down, sell up), the quantity down, and the trigger to the tick that the
 * market reaches later: none of them asks for more than the caller did.
 *
 * @returns `request.*`: each message names the field and what would be right.
 */
export function normalizeOrder(request: OrderRequest, context: OrderContext): Result<OrderTerms, OrderwrightError> {
  return readJson(() => readOrder(new RequestFields(request, "The order", FIELDS), context));
}

/**
 * Returns what a replace changes, or the first thing that is wrong with it. Values that the order has
 * already are left out. Whether it can be replaced now is the engine's question.
 *
 * @returns `request.replaceChangesNothing` when nothing but a client order id is left;
 *   `request.replaceBelowFilled` when the new total is not above what is filled; otherwise as
 *   {@link normalizeOrder}.
 */
export function normalizeReplace(
  input: ReplaceInput,
  order: Order,
  instrument: Instrument,
): Result<ReplaceTerms, OrderwrightError> {
  return readJson(() => readReplace(new RequestFields(input, "The replace", REPLACE_FIELDS), order, instrument));
}

/**
 * Returns whether a request asks for what the order of its client order id is: then it is a retry.
 *
 * An order that was replaced no longer holds its first quantity and prices. Those are not compared
 * then, so that a late retry of the first request finds its order instead of an error.
 */
export function sameOrder(terms: OrderTerms, order: Order): boolean {
  return (
    terms.account === order.account &&
    terms.venue === order.venue &&
    terms.instrumentId === order.instrumentId &&
    terms.side === order.side &&
    terms.orderType === order.orderType &&
    terms.timeInForce === order.timeInForce &&
    terms.postOnly === order.postOnly &&
    terms.reduceOnly === order.reduceOnly &&
    terms.expiresAt === order.expiresAt &&
    terms.origin === order.origin &&
    terms.parentOrderId === order.parentOrderId &&
    terms.leverage === order.leverage &&
    terms.maxAgeMs === order.maxAgeMs &&
    equal(terms.notional, order.notional) &&
    (order.revision > 0 ||
      (equal(terms.quantity, order.quantity) &&
        equal(terms.price, order.price) &&
        equal(terms.triggerPrice, order.triggerPrice)))
  );
}

function readOrder(fields: RequestFields, context: OrderContext): OrderTerms {
  const { instrument, capabilities } = context;
  const shape = readShape(fields, context);
  const rounding = fields.oneOf("rounding", ROUNDINGS) ?? "refuse";
  const timeInForce = readTimeInForce(fields, shape, capabilities);
  const expiresAt = readExpiry(fields, timeInForce, context.now);
  refusePostOnly(shape, timeInForce);
  const size = readSize(fields, shape, context, rounding);
  const price = readPrice(fields, "price", takesPrice(shape.orderType), shape);
  const triggerPrice = readPrice(fields, "triggerPrice", takesTrigger(shape.orderType), shape);
  const terms: OrderTerms = {
    account: context.account,
    venue: context.venue,
    instrumentId: instrument.id,
    ...shape,
    timeInForce,
    origin: fields.oneOf("origin", REQUEST_ORIGINS) ?? "MANUAL",
    ...defined({
      quantity: size.quantity,
      notional: size.notional,
      price: price === undefined ? undefined : unwrap(fitPrice(instrument, shape.side, price, rounding)),
      triggerPrice:
        triggerPrice === undefined ? undefined : unwrap(fitTrigger(instrument, shape, triggerPrice, rounding)),
      expiresAt,
      clientOrderId: fields.clientOrderId(),
      parentOrderId: readParent(fields),
      leverage: readLeverage(fields, instrument),
      maxAgeMs: fields.number("maxAgeMs", "a whole number of milliseconds of at least 1", isPositiveInteger),
    }),
  };
  unwrap(checkDust(instrument, terms));
  return terms;
}

function readReplace(fields: RequestFields, order: Order, instrument: Instrument): ReplaceTerms {
  const quantity = readNewTotal(fields, order, instrument);
  const price = readPriceIfAny(fields, "price", takesPrice(order.orderType), order);
  if (price !== undefined) unwrap(fitPrice(instrument, order.side, price, "refuse"));
  const triggerPrice = readPriceIfAny(fields, "triggerPrice", takesTrigger(order.orderType), order);
  if (triggerPrice !== undefined) unwrap(fitTrigger(instrument, order, triggerPrice, "refuse"));
  if (triggerPrice !== undefined && order.triggered) {
    throw orderwrightError("request.priceNotAllowed", `Order ${order.id} has been triggered: leave triggerPrice out.`, {
      field: "triggerPrice",
    });
  }
  const changes = defined({
    quantity: equal(quantity, order.quantity) ? undefined : quantity,
    price: equal(price, order.price) ? undefined : price,
    triggerPrice: equal(triggerPrice, order.triggerPrice) ? undefined : triggerPrice,
  });
  const clientOrderId = fields.clientOrderId();
  if (Object.keys(changes).length === 0) {
    throw orderwrightError(
      "request.replaceChangesNothing",
      `The replace names no new value for order ${order.id}; give another quantity, price or triggerPrice.`,
      { orderId: order.id },
    );
  }
  unwrap(checkDust(instrument, { ...sizeAndPrices(order), ...changes, reduceOnly: order.reduceOnly }));
  return { ...changes, ...defined({ clientOrderId }) };
}

function readNewTotal(fields: RequestFields, order: Order, instrument: Instrument): Decimal | undefined {
  const quantity = fields.decimal("quantity");
  if (quantity === undefined) return undefined;
  if (order.quantity === undefined) {
    throw notSupported(
      "quantity",
      `Order ${order.id} is sized by notional, which a replace cannot change; cancel it and submit another.`,
    );
  }
  unwrap(fitQuantity(instrument, order, quantity, "refuse"));
  if (quantity.gt(order.cumulativeQuantity)) return quantity;
  throw orderwrightError(
    "request.replaceBelowFilled",
    `quantity ${quantity} is the new total of order ${order.id}, and ${order.cumulativeQuantity} ${instrument.base} of it are filled; ask for more than that, or cancel the rest.`,
    { field: "quantity", value: quantity.toString(), filled: order.cumulativeQuantity.toString() },
  );
}

function sizeAndPrices(order: Order): Pick<OrderTerms, "quantity" | "notional" | "price" | "triggerPrice"> {
  return defined({
    quantity: order.quantity,
    notional: order.notional,
    price: order.price,
    triggerPrice: order.triggerPrice,
  });
}

/** Two absent values are equal; an absent one equals no other. */
function equal(left: Decimal | undefined, right: Decimal | undefined): boolean {
  return left === undefined || right === undefined ? left === right : left.eq(right);
}

function readShape(fields: RequestFields, { instrument, venue, capabilities }: OrderContext): Shape {
  const instrumentId = required(fields, "instrumentId");
  if (instrumentId !== instrument.id) {
    throw orderwrightError(
      "request.unknownInstrument",
      `instrumentId ${JSON.stringify(instrumentId)} is not ${instrument.id}.`,
      {
        field: "instrumentId",
      },
    );
  }
  const side = fields.oneOf("side", SIDES) ?? missing("side", SIDES);
  const orderType = fields.oneOf("orderType", ORDER_TYPES) ?? missing("orderType", ORDER_TYPES);
  if (!capabilities.orderTypes.includes(orderType)) {
    throw notSupported(
      "orderType",
      `${venue} has no ${orderType} orders; it has ${capabilities.orderTypes.join(", ")}.`,
    );
  }
  const postOnly = fields.flag("postOnly");
  if (postOnly && !capabilities.postOnly)
    throw notSupported("postOnly", `${venue} has no post-only orders; leave it out.`);
  const reduceOnly = fields.flag("reduceOnly");
  if (reduceOnly && !capabilities.reduceOnly) {
    throw notSupported("reduceOnly", `${venue} has no reduce-only orders; leave it out.`);
  }
  return { side, orderType, postOnly, reduceOnly };
}

function readTimeInForce(fields: RequestFields, { orderType }: Shape, capabilities: VenueCapabilities): TimeInForce {
  const asked = fields.oneOf("timeInForce", TIMES_IN_FORCE);
  const timeInForce = asked ?? (orderType === "market" ? "ioc" : "gtc");
  if (orderType === "market" && timeInForce === "gtd") {
    throw wrongTimeInForce(
      "A market order trades at once or not at all: timeInForce gtd does not go with it; ioc does.",
    );
  }
  if (!capabilities.timesInForce.includes(timeInForce)) {
    throw notSupported(
      "timeInForce",
      `timeInForce ${timeInForce}${asked === undefined ? " (the default)" : ""} is not supported; ${capabilities.timesInForce.join(", ")} are.`,
    );
  }
  return timeInForce;
}

function readExpiry(fields: RequestFields, timeInForce: TimeInForce, now: Instant): Instant | undefined {
  const right = "an instant in milliseconds since 1970";
  const expiresAt = fields.number("expiresAt", right, (value) => value >= 0 && value <= MAX_INSTANT);
  if (timeInForce !== "gtd") {
    if (expiresAt === undefined) return undefined;
    throw wrongTimeInForce(`expiresAt goes with timeInForce gtd only, and this is ${timeInForce}.`);
  }
  if (expiresAt === undefined) throw wrongTimeInForce("timeInForce gtd needs expiresAt, an instant in the future.");
  if (expiresAt > now) return expiresAt;
  throw wrongTimeInForce(
    `expiresAt ${new Date(expiresAt).toISOString()} is not in the future: it is ${new Date(now).toISOString()} now.`,
  );
}

function refusePostOnly({ postOnly, orderType }: Shape, timeInForce: TimeInForce): void {
  if (!postOnly) return;
  if (!takesPrice(orderType)) {
    throw orderwrightError(
      "request.malformed",
      `postOnly does not go with orderType ${orderType}, which takes what is there; it goes with limit, stopLimit and takeProfitLimit.`,
      { field: "postOnly" },
    );
  }
  if (timeInForce === "ioc" || timeInForce === "fok") {
    throw wrongTimeInForce(
      `A post-only order has to rest, and timeInForce ${timeInForce} forbids that; gtc, day and gtd go with it.`,
    );
  }
}

function readSize(
  fields: RequestFields,
  shape: Shape,
  { instrument, venue, capabilities }: OrderContext,
  rounding: "refuse" | "toGrid",
): { readonly quantity?: Decimal; readonly notional?: Decimal } {
  const quantity = fields.decimal("quantity");
  const notional = fields.decimal("notional");
  if ((quantity === undefined) === (notional === undefined)) {
    throw orderwrightError(
      "request.quantityMissing",
      `${quantity === undefined ? "Neither" : "Both"} quantity ${quantity === undefined ? "nor" : "and"} notional ` +
        `${quantity === undefined ? "is" : "are"} given; exactly one of them says how large the order is.`,
      { fields: ["quantity", "notional"] },
    );
  }
  if (quantity !== undefined) return { quantity: unwrap(fitQuantity(instrument, shape, quantity, rounding)) };
  if (!capabilities.notional) {
    throw notSupported(
      "notional",
      `${venue} takes no orders sized by notional; give a quantity of ${instrument.base}.`,
    );
  }
  if (notional !== undefined && !notional.isPositive()) {
    throw orderwrightError("request.quantityNotPositive", `notional ${notional} is not positive.`, {
      field: "notional",
      value: notional.toString(),
    });
  }
  return defined({ notional });
}

function readPrice(fields: RequestFields, field: PriceField, takes: boolean, shape: Shape): Decimal | undefined {
  const price = readPriceIfAny(fields, field, takes, shape);
  if (price === undefined && takes) {
    throw orderwrightError("request.priceMissing", `A ${shape.orderType} order needs a ${field}.`, { field });
  }
  return price;
}

function readPriceIfAny(
  fields: RequestFields,
  field: PriceField,
  takes: boolean,
  { orderType }: Pick<Shape, "orderType">,
): Decimal | undefined {
  const price = fields.decimal(field);
  if (price === undefined || takes) return price;
  throw orderwrightError("request.priceNotAllowed", `A ${orderType} order takes no ${field}; leave it out.`, { field });
}

function readParent(fields: RequestFields): OrderId | undefined {
  const id = fields.text("parentOrderId");
  if (id === undefined) return undefined;
  if (decodeOrderId(id) === undefined) throw malformed("parentOrderId", id, "an order id that Orderwright gave");
  return id.replaceAll("_", "") as OrderId;
}

function readLeverage(fields: RequestFields, instrument: Instrument): number | undefined {
  const right = `a number from 1 to ${MAX_LEVERAGE}`;
  const leverage = fields.number("leverage", right, (value) => value >= 1 && value <= MAX_LEVERAGE);
  if (leverage !== undefined && leverage !== 1 && instrument.kind !== "linear") {
    throw notSupported("leverage", `${instrument.id} is ${instrument.kind} and has no leverage; leave it out.`);
  }
  return leverage;
}

function required(fields: RequestFields, field: keyof OrderRequest): string {
  const value = fields.text(field);
  if (value === undefined) throw malformed(field, undefined, "a text that is not empty");
  return value;
}

function missing(field: string, choices: readonly string[]): never {
  throw malformed(field, undefined, `one of ${choices.join(", ")}`);
}

function isPositiveInteger(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function wrongTimeInForce(message: string): OrderwrightError {
  return orderwrightError("request.timeInForce", message, { field: "timeInForce" });
}

function notSupported(field: string, message: string): OrderwrightError {
  return orderwrightError("request.notSupported", message, { field });
}
