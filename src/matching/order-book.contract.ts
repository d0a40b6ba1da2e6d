// What every order book keeps, whatever it is made of. Run on the fast book and on its oracle.

import { describe, expect, it } from "vitest";
import type { OrderBook } from "./order-book.ts";
import { bookOrder, type TestOrder } from "./testing/book-order.ts";

export function describeOrderBook(name: string, create: () => OrderBook<TestOrder>): void {
  describe(`${name} as an order book`, () => {
    it("has no front when it is empty", () => {
      const book = create();
      expect(book.front("buy")).toBeUndefined();
      expect(book.levels("sell", 5)).toEqual([]);
    });

    it("ranks bids from the highest and asks from the lowest price", () => {
      const book = create();
      for (const price of [100, 102, 101]) {
        book.add(bookOrder(`b${price}`, "buy", price, 1));
        book.add(bookOrder(`s${price + 10}`, "sell", price + 10, 1));
      }
      expect(ids(book.orders("buy"))).toEqual(["b102", "b101", "b100"]);
      expect(ids(book.orders("sell"))).toEqual(["s110", "s111", "s112"]);
    });

    it("ranks orders at one price by arrival, and keeps the place of one that shrinks", () => {
      const book = create();
      const [first, second] = [bookOrder("first", "buy", 100, 5), bookOrder("second", "buy", 100, 5)];
      book.add(first);
      book.add(second);
      book.shrink(first, 2);
      expect(book.front("buy")).toBe(first);
      expect(book.after(first)).toBe(second);
      expect(book.before(second)).toBe(first);
      expect(book.backAt("buy", 100)).toBe(second);
      expect(book.quantityAt("buy", 100)).toBe(7);
    });

    it("puts an order that comes back behind the others", () => {
      const book = create();
      const [first, second] = [bookOrder("first", "sell", 100, 5), bookOrder("second", "sell", 100, 5)];
      book.add(first);
      book.add(second);
      book.remove(first);
      book.add(first);
      expect(ids(book.orders("sell"))).toEqual(["second", "first"]);
    });

    it("removes from the front, the middle and the back, and forgets empty levels", () => {
      const book = create();
      const orders = ["a", "b", "c", "d"].map((id) => bookOrder(id, "buy", 100, 1));
      for (const order of orders) book.add(order);
      const [a, b, c, d] = orders as [TestOrder, TestOrder, TestOrder, TestOrder];
      book.remove(b);
      expect(ids(book.orders("buy"))).toEqual(["a", "c", "d"]);
      book.remove(a);
      book.remove(d);
      expect(ids(book.orders("buy"))).toEqual(["c"]);
      book.remove(c);
      expect(book.front("buy")).toBeUndefined();
      expect(book.frontAt("buy", 100)).toBeUndefined();
      expect(book.levels("buy", 1)).toEqual([]);
    });

    it("sums the quantity of each level, up to the number of levels asked for", () => {
      const book = create();
      book.add(bookOrder("a", "sell", 101, 1));
      book.add(bookOrder("b", "sell", 100, 2));
      book.add(bookOrder("c", "sell", 100, 3));
      book.add(bookOrder("d", "sell", 105, 4));
      expect(book.levels("sell", 2)).toEqual([
        { price: 100, quantity: 5 },
        { price: 101, quantity: 1 },
      ]);
    });
  });
}

function ids(orders: Iterable<TestOrder>): string[] {
  return Array.from(orders, (order) => order.id);
}
