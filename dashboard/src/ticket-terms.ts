// What the ticket asks for: which fields an order type has, the request for the server, and the value
// of the order while it is typed. The server is the judge of all of it; nothing is rounded here.

import { Decimal } from "../../src/domain/decimal.ts";
import type { InstrumentJson, OrderJson } from "./contract.ts";

export interface Ticket {
  readonly account?: string;
  readonly orderType: OrderJson["orderType"];
  readonly timeInForce: OrderJson["timeInForce"];
  /** What the size is counted in. */
  readonly unit: "base" | "quote";
  readonly size: string;
  readonly price: string;
  readonly triggerPrice: string;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
}

export const NEW_TICKET: Ticket = {
  orderType: "limit",
  timeInForce: "gtc",
  unit: "base",
  size: "",
  price: "",
  triggerPrice: "",
  postOnly: false,
  reduceOnly: false,
};

export function takesPrice(orderType: OrderJson["orderType"]): boolean {
  return orderType === "limit" || orderType === "stopLimit" || orderType === "takeProfitLimit";
}

export function takesTrigger(orderType: OrderJson["orderType"]): boolean {
  return orderType !== "limit" && orderType !== "market";
}

/** Times in force that make sense for a type: a market order is now or never. */
export function timesInForce(orderType: OrderJson["orderType"]): readonly OrderJson["timeInForce"][] {
  return orderType === "market" ? ["ioc", "fok"] : ["gtc", "day", "ioc", "fok"];
}

export function withType(ticket: Ticket, orderType: OrderJson["orderType"]): Ticket {
  const allowed = timesInForce(orderType);
  const timeInForce = allowed.includes(ticket.timeInForce) ? ticket.timeInForce : (allowed[0] ?? "gtc");
  return { ...ticket, orderType, timeInForce, postOnly: takesPrice(orderType) && ticket.postOnly };
}

/** The body of POST /orders; fields left empty are left out, so that the server names what is missing. */
export function orderRequest(
  ticket: Ticket,
  order: { readonly instrumentId: string; readonly side: "buy" | "sell"; readonly clientOrderId: string },
): Readonly<Record<string, unknown>> {
  const size = ticket.size.trim();
  const price = ticket.price.trim();
  const triggerPrice = ticket.triggerPrice.trim();
  return {
    ...order,
    ...(ticket.account === undefined ? {} : { account: ticket.account }),
    orderType: ticket.orderType,
    timeInForce: ticket.timeInForce,
    ...(size === "" ? {} : { [ticket.unit === "base" ? "quantity" : "notional"]: size }),
    ...(takesPrice(ticket.orderType) && price !== "" ? { price } : {}),
    ...(takesTrigger(ticket.orderType) && triggerPrice !== "" ? { triggerPrice } : {}),
    ...(ticket.postOnly ? { postOnly: true } : {}),
    ...(ticket.reduceOnly ? { reduceOnly: true } : {}),
    origin: "MANUAL",
  };
}

/**
 * Values a ticket at its own price, or at the market's where it has none.
 *
 * @returns the other unit's amount, or `undefined` while something is missing or not a number.
 */
export function valueOf(
  ticket: Ticket,
  instrument: InstrumentJson,
  marketPrice: string | undefined,
): { readonly amount: string; readonly asset: string; readonly estimated: boolean } | undefined {
  const own = takesPrice(ticket.orderType) ? ticket.price : takesTrigger(ticket.orderType) ? ticket.triggerPrice : "";
  const price = Decimal.tryParse(own.trim()) ?? Decimal.tryParse(marketPrice ?? "");
  const size = Decimal.tryParse(ticket.size.trim());
  if (price === undefined || size === undefined || !price.isPositive()) return undefined;
  const estimated = !takesPrice(ticket.orderType);
  if (ticket.unit === "base") return { amount: size.mul(price).toString(), asset: instrument.quote, estimated };
  return { amount: size.div(price, 8, "down").toString(), asset: instrument.base, estimated: true };
}

/** Moves a typed price or size by whole steps, from where it is or from `start`. Never below zero. */
export function stepBy(text: string, step: string, steps: number, start: string | undefined): string {
  const from = Decimal.tryParse(text.trim()) ?? Decimal.tryParse(start ?? "") ?? Decimal.zero;
  const moved = from.add(Decimal.parse(step).mul(Decimal.fromInteger(steps)));
  return moved.isNegative() ? "0" : moved.toString();
}
