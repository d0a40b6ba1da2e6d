// Runs the order book's contract on the fast book and on its oracle.

import { describeOrderBook } from "./order-book.contract.ts";
import { PriceTimeOrderBook } from "./order-book.ts";
import { NaiveOrderBook } from "./testing/naive-order-book.ts";

describeOrderBook("PriceTimeOrderBook", () => new PriceTimeOrderBook());
describeOrderBook("NaiveOrderBook", () => new NaiveOrderBook());
