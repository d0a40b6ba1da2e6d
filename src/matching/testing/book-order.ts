// The least that a book can hold, for tests of the books alone.

import type { Side } from "../../domain/order-event.ts";
import type { BookOrder } from "../order-book.ts";

export interface TestOrder extends BookOrder<TestOrder> {
  readonly id: string;
}

export function bookOrder(id: string, side: Side, price: number, remaining: number): TestOrder {
  return { id, side, price, remaining, previous: undefined, next: undefined, level: undefined };
}
