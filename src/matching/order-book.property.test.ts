// The fast book and the naive one are the same book: any sequence of commands leaves both in the same state.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type OrderBook, PriceTimeOrderBook } from "./order-book.ts";
import { bookOrder, type TestOrder } from "./testing/book-order.ts";
import { NaiveOrderBook } from "./testing/naive-order-book.ts";

const command = fc.oneof(
  fc.record({
    do: fc.constant("add" as const),
    side: fc.constantFrom("buy" as const, "sell" as const),
    price: fc.integer({ min: 90, max: 110 }),
    quantity: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({ do: fc.constant("remove" as const), pick: fc.nat() }),
  fc.record({ do: fc.constant("shrink" as const), pick: fc.nat() }),
);

describe("the fast book and its oracle", () => {
  it("hold the same orders in the same priority after any commands", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 120 }), (commands) => {
        const fast = new Run(new PriceTimeOrderBook());
        const naive = new Run(new NaiveOrderBook());
        for (const each of commands) {
          fast.apply(each);
          naive.apply(each);
          expect(fast.observe()).toEqual(naive.observe());
        }
      }),
      { numRuns: 150 },
    );
  });
});

type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

class Run {
  readonly #book: OrderBook<TestOrder>;
  readonly #resting: TestOrder[] = [];
  #added = 0;

  constructor(book: OrderBook<TestOrder>) {
    this.#book = book;
  }

  apply(command: Command): void {
    if (command.do === "add") {
      const order = bookOrder(`o${++this.#added}`, command.side, command.price, command.quantity);
      this.#resting.push(order);
      this.#book.add(order);
      return;
    }
    const index = command.pick % Math.max(1, this.#resting.length);
    const order = this.#resting[index];
    if (order === undefined) return;
    if (command.do === "shrink" && order.remaining > 1) this.#book.shrink(order, order.remaining - 1);
    else if (command.do === "remove") {
      this.#book.remove(order);
      this.#resting.splice(index, 1);
    }
  }

  observe(): unknown {
    return (["buy", "sell"] as const).map((side) => ({
      orders: Array.from(this.#book.orders(side), (order) => [order.id, order.remaining]),
      links: Array.from(this.#book.orders(side), (each) => [this.#book.before(each)?.id, this.#book.after(each)?.id]),
      levels: this.#book.levels(side, 1000),
      front: this.#book.front(side)?.id,
      at: this.#book
        .levels(side, 3)
        .map(({ price }) => [
          this.#book.frontAt(side, price)?.id,
          this.#book.backAt(side, price)?.id,
          this.#book.quantityAt(side, price),
        ]),
    }));
  }
}
