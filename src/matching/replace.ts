// New terms for an open order: what is refused, what keeps its priority, and what arrives anew.

import type { Instrument } from "../domain/instrument.ts";
import type { ReplaceTerms } from "../domain/order-event.ts";
import type { Books } from "./books.ts";
import {
  checkOrderQuantity,
  checkReplace,
  postOnlyWouldCross,
  priceTooLarge,
  quantityTooLarge,
  type Refusal,
  refusal,
} from "./checks.ts";
import { crossingPrice, matchArriving } from "./taker.ts";
import type { WorkingOrder } from "./working-order.ts";

/** An order's values after the replace, in ticks and lots. */
interface NewValues {
  readonly price: number;
  readonly triggerPrice: number;
  readonly remaining: number;
}

/** Replaces the terms of an open order, and matches it anew where it lost its priority. Returns why not, if not. */
export function replaceOrder(
  books: Books,
  instrument: Instrument,
  order: WorkingOrder,
  terms: ReplaceTerms,
): Refusal | undefined {
  const refused = checkReplace(instrument, order, terms) ?? checkTotal(books, instrument, order, terms);
  if (refused !== undefined) return refused;
  const values = newValues(books, order, terms);
  if ("reason" in values) return values;
  return order.place === "waiting"
    ? replaceWaiting(books, order, terms, values)
    : replaceResting(books, order, terms, values);
}

function checkTotal(
  books: Books,
  instrument: Instrument,
  order: WorkingOrder,
  terms: ReplaceTerms,
): Refusal | undefined {
  if (order.notional !== undefined) return undefined;
  const filled = books.lots.toDecimal(order.filled);
  const total = terms.quantity ?? books.lots.toDecimal(order.filled + order.remaining);
  if (total.lt(filled)) {
    return refusal("replaceBelowFilled", `${filled} is filled; a new quantity of ${total} must be at least that.`);
  }
  if (order.filled > 0 && total.eq(filled)) return undefined;
  const price = terms.price ?? (order.price === 0 ? undefined : books.ticks.toDecimal(order.price));
  return checkOrderQuantity(instrument, order, total, price);
}

function newValues(books: Books, order: WorkingOrder, terms: ReplaceTerms): NewValues | Refusal {
  const price = terms.price === undefined ? order.price : books.ticks.toSteps(terms.price);
  const triggerPrice = terms.triggerPrice === undefined ? order.triggerPrice : books.ticks.toSteps(terms.triggerPrice);
  if (price === undefined || triggerPrice === undefined) return priceTooLarge(books);
  if (terms.quantity === undefined) return { price, triggerPrice, remaining: order.remaining };
  const total = books.lots.toSteps(terms.quantity);
  const others = books.open.lots - order.remaining;
  if (total === undefined || others + total > Number.MAX_SAFE_INTEGER) return quantityTooLarge(books, others);
  return { price, triggerPrice, remaining: total - order.filled };
}

/** A waiting order has no priority in a book; a new trigger price puts it last at that price. */
function replaceWaiting(books: Books, order: WorkingOrder, terms: ReplaceTerms, values: NewValues): undefined {
  const keptPriority = order.triggerPrice === values.triggerPrice;
  order.price = values.price;
  setRemaining(books, order, values.remaining);
  if (!keptPriority) {
    books.withdraw(order);
    order.triggerPrice = values.triggerPrice;
    books.wait(order);
  }
  emitReplaced(books, order, terms, keptPriority);
}

function replaceResting(
  books: Books,
  order: WorkingOrder,
  terms: ReplaceTerms,
  values: NewValues,
): Refusal | undefined {
  if (values.remaining === 0) {
    emitReplaced(books, order, terms, true);
    books.end(order, "filled", "replacedToFilled");
    return undefined;
  }
  if (order.price === values.price && values.remaining <= order.remaining) {
    setRemaining(books, order, values.remaining);
    emitReplaced(books, order, terms, true);
    return undefined;
  }
  const crossing = order.postOnly ? crossingPrice(books, { ...order, price: values.price }) : undefined;
  if (crossing !== undefined) return postOnlyWouldCross(books, crossing, order.side);
  books.withdraw(order);
  order.price = values.price;
  setRemaining(books, order, values.remaining);
  emitReplaced(books, order, terms, false);
  matchArriving(books, order);
  return undefined;
}

function setRemaining(books: Books, order: WorkingOrder, remaining: number): void {
  const change = remaining - order.remaining;
  books.book.shrink(order, remaining);
  books.open.touch(order, change);
}

function emitReplaced(books: Books, order: WorkingOrder, terms: ReplaceTerms, keptPriority: boolean): void {
  books.emit({
    kind: "replaced",
    venueOrderId: order.venueOrderId,
    at: books.at,
    replace: terms,
    cumulativeQuantity: books.lots.toDecimal(order.filled),
    keptPriority,
  });
}
