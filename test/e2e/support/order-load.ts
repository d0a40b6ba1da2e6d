// Clients that trade over HTTP without pause until the server is gone, and keep what they were told.
// What became of it is not judged here.

import type { OrderJson } from "../../../src/domain/order-json.ts";
import type { Random } from "../../../src/runtime/random.ts";
import type { Answer, ServerProcess } from "./server-process.ts";

export const INSTRUMENT = "BTC/USDT";
const QUANTITIES = ["0.001", "0.01", "0.25"] as const;

export interface OrderBody {
  readonly account: string;
  readonly instrumentId: string;
  readonly side: "buy" | "sell";
  readonly orderType: "limit" | "market";
  readonly quantity: string;
  readonly price?: string;
  readonly clientOrderId: string;
}

/** What clients know: each order as it was shown to them, and the orders that they asked for in vain. */
export interface Told {
  readonly orders: OrderJson[];
  /** Sent without an answer: each may have been placed, once. */
  readonly unanswered: OrderBody[];
  /** Answers that no client of this load has earned. */
  readonly surprises: string[];
}

export class LoadClient {
  readonly #name: string;
  readonly #account: string;
  readonly #random: Random;
  readonly #told: Told;
  #mine: string[] = [];
  #placed = 0;

  constructor(name: string, account: string, random: Random, told: Told) {
    this.#name = name;
    this.#account = account;
    this.#random = random;
    this.#told = told;
  }

  /** Trades around a price until no answer comes any more. */
  async run(server: ServerProcess, price: number): Promise<void> {
    for (;;) {
      const step = this.#random.nextInteger(100);
      const isAnswered =
        step < 55
          ? await this.#place(server, price)
          : step < 75
            ? await this.#replace(server, price)
            : await this.#cancel(server);
      if (!isAnswered) return;
    }
  }

  async #place(server: ServerProcess, price: number): Promise<boolean> {
    const body = this.#newOrder(price);
    const answer = await this.#ask(server, "POST", "/orders", body);
    if (answer === undefined) {
      this.#told.unanswered.push(body);
      return false;
    }
    if (answer.status === 201) {
      this.#told.orders.push(answer.json);
      this.#mine.push(answer.json.id);
    } else this.#surprised("place", answer);
    return true;
  }

  #newOrder(price: number): OrderBody {
    const side = this.#random.nextInteger(2) === 0 ? "buy" : "sell";
    const clientOrderId = `${this.#name}.${++this.#placed}`;
    const quantity = QUANTITIES[this.#random.nextInteger(QUANTITIES.length)] ?? "0.01";
    const order = { account: this.#account, instrumentId: INSTRUMENT, side, quantity, clientOrderId } as const;
    if (this.#random.nextInteger(6) === 0) return { ...order, orderType: "market" };
    return { ...order, orderType: "limit", price: this.#price(side, price) };
  }

  /** From a little through the market to some way off it. */
  #price(side: "buy" | "sell", around: number): string {
    const away = (this.#random.nextInteger(60) - 10) * 0.0001;
    return (around * (side === "buy" ? 1 - away : 1 + away)).toFixed(2);
  }

  async #replace(server: ServerProcess, price: number): Promise<boolean> {
    const id = this.#pick();
    if (id === undefined) return this.#place(server, price);
    const side = this.#random.nextInteger(2) === 0 ? "buy" : "sell";
    const terms = this.#random.nextInteger(2) === 0 ? { quantity: "0.3" } : { price: this.#price(side, price) };
    const answer = await this.#ask(server, "PATCH", `/orders/${id}`, terms);
    if (answer === undefined) return false;
    if (answer.status === 202) this.#told.orders.push(answer.json);
    else if (answer.status !== 409 && answer.status !== 422) this.#surprised("replace", answer);
    return true;
  }

  async #cancel(server: ServerProcess): Promise<boolean> {
    const id = this.#pick();
    if (id === undefined) return true;
    const answer = await this.#ask(server, "DELETE", `/orders/${id}`);
    if (answer === undefined) return false;
    this.#mine = this.#mine.filter((other) => other !== id);
    if (answer.status === 202) this.#told.orders.push(answer.json);
    else if (answer.status !== 409) this.#surprised("cancel", answer);
    return true;
  }

  #pick(): string | undefined {
    return this.#mine[this.#random.nextInteger(this.#mine.length)];
  }

  /** @returns nothing when no answer came: what was asked may have happened. */
  async #ask(
    server: ServerProcess,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Answer<OrderJson> | undefined> {
    try {
      return await server.ask<OrderJson>(method, `/api/v1${path}`, body === undefined ? {} : { body });
    } catch {
      // The server is gone, with or without having heard.
      return undefined;
    }
  }

  #surprised(what: string, answer: Answer): void {
    this.#told.surprises.push(`${what} answered ${answer.status}: ${answer.text}`);
  }
}
