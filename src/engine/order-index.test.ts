// Finding and forgetting orders, on the index alone: no engine, no journal.

import { describe, expect, test } from "vitest";
import type { AccountId, InstrumentId, OrderId, RequestId, VenueOrderId } from "../domain/identifiers.ts";
import { evolve, Order } from "../domain/order.ts";
import type { EventMeta, OrderEvent, OrderTerms } from "../domain/order-event.ts";
import { d, fillOf, TERMS, VENUE_ORDER_ID } from "../domain/testing/orders.ts";
import { OrderIndex } from "./order-index.ts";
import { MAIN } from "./testing/venue-answers.ts";

const NEVER = { keepLast: 1_000, keepForMs: Number.POSITIVE_INFINITY };

interface Filed {
  readonly index: OrderIndex;
  /** Files a submitted order. */
  add(changes?: Partial<OrderTerms> & { readonly at?: number }): Order;
  fold(order: Order, event: OrderEvent, meta?: Partial<EventMeta> & { readonly seq?: number }): void;
  end(order: Order, seq?: number): void;
}

function filed(): Filed {
  const index = new OrderIndex();
  let seq = 0;
  let count = 0;
  const fold: Filed["fold"] = (order, event, meta = {}) => {
    const filing = index.filing(order);
    evolve(order, { ...event, at: 1, cause: "command:test", seq: ++seq, ...meta });
    index.refile(order, filing);
  };
  return {
    index,
    add: ({ at = 0, ...terms } = {}) => {
      const orderId = `order-${++count}` as OrderId;
      const meta = { at, cause: "command:test" } as const;
      const order = Order.born({ type: "orderCreated", orderId, terms: { ...TERMS, ...terms }, ...meta });
      evolve(order, { type: "orderValidated", orderId, ...meta });
      evolve(order, { type: "orderSubmitted", orderId, ...meta });
      index.add(order);
      return order;
    },
    fold,
    end: (order, at) =>
      fold(order, { type: "orderCanceled", orderId: order.id, reason: "test" }, at === undefined ? {} : { seq: at }),
  };
}

describe("finding", () => {
  test("an order is found by every id that it ever had", () => {
    const t = filed();
    const order = t.add({ clientOrderId: "first" });
    const orderId = order.id;
    t.fold(order, { type: "orderAcknowledged", orderId, venueOrderId: "v1" as VenueOrderId });
    t.fold(order, {
      type: "replaceRequested",
      orderId,
      requestId: "r1" as RequestId,
      replace: { clientOrderId: "second" },
    });
    t.fold(order, {
      type: "orderReplaced",
      orderId,
      replace: { clientOrderId: "second" },
      venueOrderId: "v2" as VenueOrderId,
    });
    expect(t.index.get(orderId)).toBe(order);
    for (const id of ["first", "second"]) expect(t.index.byClientOrderId(MAIN, id)).toBe(order);
    for (const id of ["v1", "v2"]) expect(t.index.byVenueOrderId(MAIN, id as VenueOrderId)).toBe(order);
  });

  test("a caller's id is taken from the replace request on, before the venue has answered", () => {
    const t = filed();
    const order = t.add();
    t.fold(order, { type: "orderAcknowledged", orderId: order.id });
    t.fold(order, {
      type: "replaceRequested",
      orderId: order.id,
      requestId: "r1" as RequestId,
      replace: { clientOrderId: "next" },
    });
    expect(t.index.byClientOrderId(MAIN, "next")).toBe(order);
    t.fold(order, { type: "replaceRejected", orderId: order.id, requestId: "r1" as RequestId, reason: "no" });
    expect(t.index.byClientOrderId(MAIN, "next")).toBe(order);
  });

  test("the first order to use a caller's id keeps it, and each account has ids of its own", () => {
    const t = filed();
    const first = t.add({ clientOrderId: "mine" });
    t.add({ clientOrderId: "mine" });
    const other = t.add({ clientOrderId: "mine", account: "other" as AccountId });
    expect(t.index.byClientOrderId(MAIN, "mine")).toBe(first);
    expect(t.index.byClientOrderId("other" as AccountId, "mine")).toBe(other);
  });

  test("venues that number orders per instrument are told apart by the instrument", () => {
    const t = filed();
    const btc = "BTC/USDT" as InstrumentId;
    const eth = "ETH/USDT" as InstrumentId;
    const orders = [t.add({ instrumentId: btc }), t.add({ instrumentId: eth })];
    const id = "7" as VenueOrderId;
    for (const order of orders) t.fold(order, { type: "orderAcknowledged", orderId: order.id, venueOrderId: id });
    expect([btc, eth].map((instrument) => t.index.byVenueOrderId(MAIN, id, instrument))).toEqual(orders);
    expect(t.index.byVenueOrderId(MAIN, id)).toBe(orders[0]);
  });
});

describe("filing", () => {
  test("an order moves from open to ended, and back when it is reinstated", () => {
    const t = filed();
    const order = t.add();
    expect([...t.index.openOrdersOf(MAIN, order.instrumentId)]).toEqual([order]);
    t.fold(order, { type: "orderExpired", orderId: order.id, reason: "notPlaced", inferred: true });
    expect([t.index.openCount, t.index.endedCount]).toEqual([0, 1]);
    expect([...t.index.openOrdersOfAccount(MAIN)]).toEqual([]);
    t.fold(order, { type: "orderReinstated", orderId: order.id, status: "acknowledged", reason: "it works" });
    expect([t.index.openCount, t.index.endedCount]).toEqual([1, 0]);
    expect([...t.index.ordersByStatus("acknowledged")]).toEqual([order]);
  });

  test("unknown orders are kept by account as their outcome comes and goes", () => {
    const t = filed();
    const order = t.add();
    t.fold(order, { type: "orderOutcomeUnknown", orderId: order.id, subject: "submit", reason: "test" });
    expect([...t.index.unknownOrdersOfAccount(MAIN)]).toEqual([order]);
    t.fold(order, { type: "orderAcknowledged", orderId: order.id });
    expect([...t.index.unknownOrdersOfAccount(MAIN)]).toEqual([]);
  });

  test("a filter selects the same orders whichever set it starts from, newest first", () => {
    const t = filed();
    const orders = [0, 1, 2, 3].map((at) => t.add({ side: at % 2 === 0 ? "buy" : "sell", at, origin: "GRID" }));
    t.end(orders.at(0) as Order);
    const ids = (filter: Parameters<OrderIndex["select"]>[0]): string[] =>
      t.index.select(filter).map((order) => order.id);
    expect(ids({})).toEqual(orders.toReversed().map((order) => order.id));
    expect(ids({ side: "buy" })).toEqual([orders[2]?.id, orders[0]?.id]);
    expect(ids({ side: "buy", open: true, origin: "GRID" })).toEqual([orders[2]?.id]);
    expect(ids({ status: "canceled" })).toEqual([orders[0]?.id]);
    expect(ids({ status: ["canceled", "submitted"], limit: 2 })).toEqual([orders[3]?.id, orders[2]?.id]);
    expect(ids({ account: "main", instrumentId: "BTC/USDT", open: true, side: "sell" })).toEqual([
      orders[3]?.id,
      orders[1]?.id,
    ]);
  });
});

describe("eviction", () => {
  const all = (t: Filed): OrderId[] => [...t.index.endedOrders()].map((order) => order.id);

  test("ended orders go beyond the count, oldest end first, with every alias", () => {
    const t = filed();
    const orders = [1, 2, 3].map((at) => t.add({ clientOrderId: `c${at}` }));
    for (const order of orders.toReversed()) t.end(order);
    t.index.evict({ ...NEVER, keepLast: 1 }, 10, 100);
    expect(all(t)).toEqual([orders[0]?.id]);
    expect(t.index.byClientOrderId(MAIN, "c3")).toBeUndefined();
    expect(t.index.byClientOrderId(MAIN, "c1")).toBe(orders[0]);
    expect(t.index.ordersByStatus("canceled").size).toBe(1);
  });

  test("ended orders go beyond the age, and open ones never", () => {
    const t = filed();
    const open = t.add();
    const ended = t.add();
    t.end(ended);
    t.index.evict({ ...NEVER, keepForMs: 1_000 }, 1_001, 100);
    expect(all(t)).toEqual([ended.id]);
    t.index.evict({ ...NEVER, keepForMs: 1_000 }, 1_002, 100);
    expect(all(t)).toEqual([]);
    expect(t.index.get(open.id)).toBe(open);
  });

  test("an order whose end is not durable yet stays: its followers have not heard of it", () => {
    const t = filed();
    const order = t.add();
    t.end(order, 50);
    t.index.evict({ ...NEVER, keepLast: 0 }, 10, 49);
    expect(t.index.get(order.id)).toBe(order);
    t.index.evict({ ...NEVER, keepLast: 0 }, 10, 50);
    expect(t.index.get(order.id)).toBeUndefined();
  });

  test("children stay with a parent that lives, and go once it has ended", () => {
    const t = filed();
    const parent = t.add();
    const children = [1, 2, 3].map(() => t.add({ parentOrderId: parent.id }));
    for (const child of children) t.end(child);
    const none = { ...NEVER, keepLast: 0 };
    t.index.evict(none, 10, 100);
    expect([...t.index.children(parent.id)]).toEqual(children);
    expect([t.index.endedCount, all(t).length]).toEqual([3, 3]);
    t.end(parent);
    t.index.evict(none, 10, 100);
    expect(t.index.endedCount).toBe(0);
    expect(t.index.children(parent.id).size).toBe(0);
  });

  test("an ended order stays while the venue has executed more of it than is booked", () => {
    const t = filed();
    const order = t.add();
    const [orderId, none] = [order.id, { ...NEVER, keepLast: 0 }];
    t.fold(order, { type: "orderAcknowledged", orderId, venueOrderId: VENUE_ORDER_ID });
    t.fold(order, { type: "orderCanceled", orderId, reason: "asked", venueCumulativeQuantity: d("4") });
    t.index.evict(none, 10, 100);
    expect(t.index.get(orderId)).toBe(order);
    t.fold(order, { type: "fillBooked", orderId, fill: fillOf("e-1", "4"), late: true });
    t.index.evict(none, 10, 100);
    expect(t.index.get(orderId)).toBeUndefined();
  });

  test("a venue's id is free again once its holder was evicted", () => {
    const t = filed();
    for (let round = 0; round < 2; round++) {
      const order = t.add();
      t.fold(order, { type: "orderAcknowledged", orderId: order.id, venueOrderId: "v1" as VenueOrderId });
      expect(t.index.byVenueOrderId(MAIN, "v1" as VenueOrderId)).toBe(order);
      t.end(order);
      t.index.evict({ ...NEVER, keepLast: 0 }, 10, 100);
      expect(t.index.byVenueOrderId(MAIN, "v1" as VenueOrderId)).toBeUndefined();
    }
  });
});
