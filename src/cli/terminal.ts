// What commands write: results on stdout, narration on stderr; tables for people, JSON for programs.
// Color only where it helps, never alone; NO_COLOR and pipes are honored.

import Table from "cli-table3";
import { createColors } from "picocolors";
import { formatOrderId, type OrderId } from "../domain/identifiers.ts";
import type { OrderJson } from "../domain/order-json.ts";

const { NO_COLOR, FORCE_COLOR } = process.env;
/** The library alone would also color the pipes of a build server. */
const pc = createColors(!NO_COLOR && Boolean(FORCE_COLOR || process.stdout.isTTY));

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Shows what others wrote, such as a venue: what would steer the terminal is spelled out instead. */
export function visible(text: string): string {
  // The C0 and C1 controls, and what turns the direction of writing.
  return text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, (control) => {
    const code = control.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** Narration: never part of a result. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const none = {
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
    "bottom-right": "",
    left: "",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
    "right-mid": "",
    middle: "  ",
  };
  const table = new Table({
    head: head.map((name) => pc.dim(name)),
    chars: none,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
  });
  for (const row of rows) table.push([...row]);
  print(table.toString());
}

const ORDER_HEAD = ["id", "account", "instrument", "side", "type", "quantity", "price", "filled", "average", "status"];

export function printOrders(orders: readonly OrderJson[]): void {
  if (orders.length === 0) print("no orders");
  else printTable(ORDER_HEAD, orders.map(orderRow));
}

function orderRow(order: OrderJson): string[] {
  return [
    formatOrderId(order.id as OrderId),
    order.account,
    order.instrumentId,
    order.side === "buy" ? pc.green("buy") : pc.red("sell"),
    order.orderType,
    order.quantity ?? `${order.notional} quote`,
    order.price ?? "market",
    `${order.cumulativeQuantity} (${order.fillPercentage} %)`,
    order.averagePrice?.slice(0, 14) ?? "",
    statusText(order),
  ];
}

function statusText(order: OrderJson): string {
  const unknown = order.outcomeUnknown ? pc.yellow(" (outcome unknown)") : "";
  const pending =
    order.pendingCancel === undefined
      ? order.pendingReplace === undefined
        ? ""
        : " (replace pending)"
      : " (cancel pending)";
  return `${order.status}${unknown}${pending}`;
}
