// What buttons and keys ask of the server, each with its question first where it cannot be taken back.

import type { App } from "./app.ts";
import type { OrderJson } from "./contract.ts";
import { formatTrimmed, plural } from "./format.ts";
import { ORDER_TYPE_WORDS } from "./order-words.ts";

/** Asks, then requests the cancel of one order. Says why when it cannot be canceled. */
export function cancelOrder(app: App, order: OrderJson): void {
  if (!app.may("trade")) {
    app.notify("This token may only read.", true);
    return;
  }
  if (!order.canCancel) {
    app.notify(
      order.isTerminal ? "The order has ended; there is nothing to cancel." : "A cancel is under way already.",
      true,
    );
    return;
  }
  app.question.value = {
    kind: "confirm",
    title: "Cancel this order?",
    lines: [
      `${orderWords(order)}, ${formatTrimmed(order.fillPercentage, 1)} % filled.`,
      "Fills that happen before the venue confirms the cancel still count.",
    ],
    action: "Cancel order",
    run: async () => {
      await app.api.delete(`/orders/${encodeURIComponent(order.id)}`);
      app.notify(`Cancel requested: ${orderWords(order)}.`);
    },
  };
}

/** Asks, then requests the cancel of every open order. */
export function cancelAll(app: App): void {
  const { open } = app.store.counts.peek();
  app.question.value = {
    kind: "confirm",
    title: `Cancel ${plural(open, "open order")}?`,
    lines: [
      "Every open order of every account is asked to be canceled, those of strategies too.",
      "Strategies keep running and may place new ones; the kill switch stops them.",
    ],
    action: "Cancel all",
    run: async () => {
      const results = await app.api.delete<readonly { status: number }[]>("/orders");
      const refused = results.filter(({ status }) => status >= 400).length;
      app.notify(
        `Cancel requested for ${plural(results.length - refused, "order")}${refused === 0 ? "" : `, ${refused} refused`}.`,
        refused > 0,
      );
    },
  };
}

/** An order in one line: `buy 0.5 BTC/USDT limit at 60,000`. */
export function orderWords(order: OrderJson): string {
  const size = order.quantity === undefined ? `for ${order.notional ?? "?"}` : formatTrimmed(order.quantity, 12);
  const price = order.price === undefined ? "" : ` at ${formatTrimmed(order.price, 12)}`;
  return `${order.side} ${size} ${order.instrumentId} ${ORDER_TYPE_WORDS[order.orderType]}${price}`;
}
