// The recorded market as the fill model's page describes it, in plain maps: the oracle of tape-liquidity.ts.

import type { Side } from "../../domain/order-event.ts";
import type { Command } from "./commands.ts";

interface NaiveLevel {
  displayed: number;
  consumed: number;
  /** Traded by the public since the last report. */
  gone: number;
  /** All that was ever newly displayed, and all that was ever taken. */
  everDisplayed: number;
  everTaken: number;
}

export class NaiveTape {
  readonly #levels = { buy: new Map<number, NaiveLevel>(), sell: new Map<number, NaiveLevel>() };
  readonly #quoted: { buy: number | undefined; sell: number | undefined } = { buy: undefined, sell: undefined };
  readonly #violations: string[] = [];
  readonly #onReport: (side: Side, price: number) => void;

  constructor(onReport: (side: Side, price: number) => void = () => undefined) {
    this.#onReport = onReport;
  }

  /** Returns what is displayed and not taken. */
  left(side: Side, price: number): number {
    const { displayed, consumed } = this.#level(side, price);
    return Math.max(0, displayed - consumed);
  }

  take(side: Side, price: number, quantity: number): void {
    const level = this.#level(side, price);
    level.consumed += quantity;
    level.everTaken += quantity;
    if (level.consumed > level.displayed) this.#violations.push(`${side} ${price}: more than displayed`);
    if (quantity > level.displayed - level.gone) this.#violations.push(`${side} ${price}: what the public had taken`);
    if (level.everTaken > level.everDisplayed) this.#violations.push(`${side} ${price}: twice`);
  }

  violations(): readonly string[] {
    return this.#violations;
  }

  apply(command: Command): void {
    if (command.do === "depth") this.#applyDepth(command);
    if (command.do === "quote") {
      this.#quote("buy", command.bid, command.quantity);
      this.#quote("sell", command.bid + command.spread, command.quantity);
    }
    if (command.do === "trade") {
      this.#level(command.side === "buy" ? "sell" : "buy", command.price).gone += command.quantity;
    }
  }

  #applyDepth(command: Extract<Command, { do: "depth" }>): void {
    if (command.snapshot) {
      this.#quoted.buy = undefined;
      this.#quoted.sell = undefined;
      this.#clear("buy", (price) => !command.bids.some(([listed]) => listed === price));
      this.#clear("sell", (price) => !command.asks.some(([listed]) => listed === price));
    }
    for (const [price, quantity] of command.bids) this.#depthLevel("buy", price, quantity);
    for (const [price, quantity] of command.asks) this.#depthLevel("sell", price, quantity);
  }

  #depthLevel(side: Side, price: number, quantity: number): void {
    const { buy, sell } = this.#quoted;
    const own = side === "buy" ? buy : sell;
    const other = side === "buy" ? sell : buy;
    if (own !== undefined && (side === "buy" ? price >= own : price <= own)) return;
    if (other !== undefined && (side === "buy" ? price >= other : price <= other)) return;
    if (quantity > 0) this.#clearCrossed(side, price);
    this.#report(side, price, quantity);
  }

  #quote(side: Side, price: number, quantity: number): void {
    this.#clear(side, (each) => (side === "buy" ? each > price : each < price));
    this.#report(side, price, quantity);
    this.#clearCrossed(side, price);
    this.#quoted[side] = price;
    if ((this.#quoted.buy ?? 0) < (this.#quoted.sell ?? Number.POSITIVE_INFINITY)) return;
    this.#quoted[side === "buy" ? "sell" : "buy"] = undefined;
  }

  #clearCrossed(side: Side, price: number): void {
    if (side === "buy") this.#clear("sell", (each) => each <= price);
    else this.#clear("buy", (each) => each >= price);
  }

  #clear(side: Side, doomed: (price: number) => boolean): void {
    for (const [price, level] of this.#levels[side]) {
      if (level.displayed > 0 && doomed(price)) this.#report(side, price, 0);
    }
  }

  #report(side: Side, price: number, quantity: number): void {
    const level = this.#level(side, price);
    const change = quantity - level.displayed;
    if (change > 0) level.everDisplayed += change;
    else level.consumed = Math.max(0, level.consumed + change);
    level.displayed = quantity;
    level.gone = 0;
    this.#onReport(side, price);
  }

  #level(side: Side, price: number): NaiveLevel {
    const level = this.#levels[side].get(price) ?? {
      displayed: 0,
      consumed: 0,
      gone: 0,
      everDisplayed: 0,
      everTaken: 0,
    };
    this.#levels[side].set(price, level);
    return level;
  }
}
