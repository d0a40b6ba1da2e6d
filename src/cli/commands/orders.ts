// `orderwright orders …`: list, show, place, replace, cancel, cancel-all on a running server.

import { type Command, InvalidArgumentError, Option } from "commander";
import { ORDER_TYPES } from "../../domain/identifiers.ts";
import { SIDES, TIMES_IN_FORCE } from "../../domain/order-event.ts";
import type { HistoryEntry } from "../../domain/order-history.ts";
import type { OrderJson } from "../../domain/order-json.ts";
import { CommandError, EXIT } from "../exit.ts";
import { print, printJson, printOrders, printTable, say } from "../terminal.ts";
import { type ConnectedOptions, clientOf, connected, jsonOption, wholeNumber } from "./shared.ts";

interface ListOptions {
  readonly account?: string;
  readonly instrument?: string;
  readonly status?: string;
  readonly open?: true;
  readonly limit: number;
}

interface PlaceOptions {
  readonly account?: string;
  readonly type: string;
  readonly price?: string;
  readonly triggerPrice?: string;
  readonly notional?: true;
  readonly timeInForce?: string;
  readonly expiresAt?: number;
  readonly postOnly?: true;
  readonly reduceOnly?: true;
  readonly clientOrderId?: string;
}

export function addOrders(program: Command): void {
  const orders = program.command("orders").description("look at orders, place, replace and cancel them");
  addList(orders);
  addShow(orders);
  addPlace(orders);
  addReplace(orders);
  addCancel(orders);
  addCancelAll(orders);
}

function addList(orders: Command): void {
  connected(orders.command("list"))
    .description("list orders, newest first")
    .option("--account <name>", "only this account")
    .option("--instrument <id>", "only this instrument, such as BTC/USDT")
    .option("--status <status>", "only this status")
    .option("--open", "only open orders")
    .option("--limit <n>", "at most so many", wholeNumber(1), 100)
    .addOption(jsonOption())
    .action(async (options: ListOptions & ConnectedOptions) => {
      const { orders: found } = await clientOf(options).orders({
        account: options.account,
        instrumentId: options.instrument,
        status: options.status,
        open: options.open === true ? "true" : undefined,
        limit: String(options.limit),
      });
      if (options.json === true) printJson(found);
      else printOrders(found);
    });
}

function addShow(orders: Command): void {
  connected(orders.command("show"))
    .description("show an order and its history; any id that it ever had will do")
    .argument("<id>", ANY_ID)
    .addOption(accountOption())
    .addOption(jsonOption())
    .action(async (id: string, options: OneOrderOptions) => {
      const client = clientOf(options);
      const order = await client.request<OrderJson>("GET", orderPath(id, options));
      const { entries } = await client.request<{ entries: readonly HistoryEntry[] }>(
        "GET",
        orderPath(order.id, options, "/history"),
      );
      if (options.json === true) {
        printJson({ ...order, history: entries });
        return;
      }
      printOrders([order]);
      print("");
      printTable(
        ["seq", "time", "event", "status", "reason", "source"],
        entries.map((entry) => [
          String(entry.seq),
          new Date(entry.at).toISOString(),
          entry.implied === true ? `${entry.event} (implied)` : entry.event,
          entry.from === entry.to ? entry.to : `${entry.from ?? "–"} → ${entry.to}`,
          entry.reason ?? "",
          entry.source,
        ]),
      );
    });
}

function addPlace(orders: Command): void {
  connected(orders.command("place"))
    .description("place an order: orders place buy 0.01 BTC/USDT --price 60000")
    .addArgument(orders.createArgument("<side>", "buy or sell").choices([...SIDES]))
    .argument("<quantity>", "in base units; in quote units with --notional")
    .argument("<instrument>", "such as BTC/USDT")
    .option("--account <name>", "the account; the server's default otherwise")
    .addOption(new Option("--type <type>", "the order type").choices([...ORDER_TYPES]))
    .option("--price <price>", "the limit price")
    .option("--trigger-price <price>", "what triggers a stop or take-profit order")
    .option("--notional", "the quantity is in the quote asset")
    .addOption(new Option("--time-in-force <tif>").choices([...TIMES_IN_FORCE]))
    .option("--expires-at <time>", "when a gtd order ends, such as 2027-01-31T12:00:00Z", instant)
    .option("--post-only", "refuse rather than take")
    .option("--reduce-only", "never open or turn the position")
    .option("--client-order-id <id>", "your own id: the same id places one order at most")
    .addOption(jsonOption())
    .action(async (side: string, quantity: string, instrument: string, options: PlaceOptions & ConnectedOptions) => {
      const order = await clientOf(options).request<OrderJson>("POST", "/orders", {
        instrumentId: instrument,
        side,
        orderType: options.type ?? (options.price === undefined ? "market" : "limit"),
        [options.notional === true ? "notional" : "quantity"]: quantity,
        account: options.account,
        price: options.price,
        triggerPrice: options.triggerPrice,
        timeInForce: options.timeInForce,
        expiresAt: options.expiresAt,
        postOnly: options.postOnly,
        reduceOnly: options.reduceOnly,
        clientOrderId: options.clientOrderId,
        origin: "MANUAL",
      });
      printOrder(order, options);
    });
}

function addReplace(orders: Command): void {
  connected(orders.command("replace"))
    .description("ask for new values; the order's events say whether the venue took them")
    .argument("<id>")
    .option("--quantity <quantity>", "the new total, fills included")
    .option("--price <price>")
    .option("--trigger-price <price>")
    .option("--client-order-id <id>", "a further id for the order")
    .addOption(jsonOption())
    .addOption(accountOption())
    .action(async (id: string, options: Record<string, string> & OneOrderOptions) => {
      const { quantity, price, triggerPrice, clientOrderId } = options;
      const body = { quantity, price, triggerPrice, clientOrderId };
      printOrder(await clientOf(options).request<OrderJson>("PATCH", orderPath(id, options), body), options);
    });
}

function addCancel(orders: Command): void {
  connected(orders.command("cancel"))
    .description("ask the venue to cancel an order")
    .argument("<id>")
    .addOption(jsonOption())
    .addOption(accountOption())
    .action(async (id: string, options: OneOrderOptions) => {
      printOrder(await clientOf(options).request<OrderJson>("DELETE", orderPath(id, options)), options);
    });
}

function addCancelAll(orders: Command): void {
  connected(orders.command("cancel-all"))
    .description("ask the venue to cancel all open orders, or those that the options name")
    .option("--account <name>")
    .option("--instrument <id>")
    .option("--yes", "say that this is meant: without it nothing is canceled")
    .addOption(jsonOption())
    .action(async (options: { account?: string; instrument?: string; yes?: true } & ConnectedOptions) => {
      const client = clientOf(options);
      const query = new URLSearchParams();
      if (options.account !== undefined) query.set("account", options.account);
      if (options.instrument !== undefined) query.set("instrumentId", options.instrument);
      if (options.yes !== true) {
        throw new CommandError("Cancels every open order that the options name. Say so with --yes.", EXIT.usage);
      }
      const results = await client.request<readonly { orderId: string; status: number }[]>(
        "DELETE",
        `/orders?${query.toString()}`,
      );
      if (options.json === true) printJson(results);
      else say(`${results.filter((result) => result.status < 300).length} of ${results.length} cancels requested`);
    });
}

interface OneOrderOptions extends ConnectedOptions {
  readonly account?: string;
}

const ANY_ID = "any id that the order ever had";

function accountOption(): Option {
  return new Option("--account <name>", "the order's account, where several have an order of that id");
}

function orderPath(id: string, options: OneOrderOptions, below = ""): string {
  const query = options.account === undefined ? "" : `?account=${encodeURIComponent(options.account)}`;
  return `/orders/${encodeURIComponent(id)}${below}${query}`;
}

/** Reads an instant as people write it. @throws what commander turns into a usage error. */
function instant(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new InvalidArgumentError("It must be a time such as 2027-01-31T12:00:00Z.");
  return at;
}

function printOrder(order: OrderJson, options: ConnectedOptions): void {
  if (options.json === true) printJson(order);
  else printOrders([order]);
  if (order.outcomeUnknown) throw new CommandError("Whether the venue has the order is unknown.", EXIT.unknown);
}
