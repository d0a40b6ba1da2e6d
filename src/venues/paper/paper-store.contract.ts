// The suite that every store of the paper venue passes: what is committed is there, whole, after reopening.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ExecutionId, InstrumentId, VenueOrderId } from "../../domain/identifiers.ts";
import type { MatchingChanges, RestingOrderState } from "../../matching/types.ts";
import { BTC, d, MAIN, OTHER, orderRequest } from "../testing/orders.ts";
import type { VenueFill } from "../venue.ts";
import type { PaperBatch, PaperOrder, PaperStore } from "./paper-store.ts";
import { orderOf } from "./translate.ts";

export interface StoreHarness {
  readonly store: PaperStore;
  /** Closes the store and opens it again. */
  reopen(): PaperStore;
  close(): void;
}

const ETH = "ETH/USDT" as InstrumentId;

export function describePaperStore(name: string, create: () => StoreHarness): void {
  describe(`paper store contract: ${name}`, () => {
    let harness: StoreHarness;
    beforeEach(() => {
      harness = create();
    });
    afterEach(() => harness.close());

    test("a new store is empty", () => {
      const state = harness.store.load();
      expect(state).toMatchObject({ counters: { orders: 0, executions: 0, fills: 0 }, working: [] });
      expect(state.tape).toBeUndefined();
      expect(state.matching.size).toBe(0);
    });

    test("an order comes back with all that it had", () => {
      const full = paperOrder("1", {
        orderType: "stopLimit",
        timeInForce: "gtd",
        quantity: d("12345678901234567.123456789012345678"),
        price: d("0.00000001"),
        triggerPrice: d("3"),
        postOnly: true,
        reduceOnly: true,
        expiresAt: 1_723_204_800_000.25,
      });
      const { quantity: _quantity, price: _price, ...sized } = paperOrder("2");
      const byNotional: PaperOrder = {
        ...sized,
        notional: d("50.5"),
        endReason: "canceled by request",
        status: "canceled",
      };
      harness.store.commit(batch({ orders: [full, byNotional] }));
      const reopened = harness.reopen();
      expect(plain(reopened.order(MAIN, full.clientOrderId))).toEqual(plain(full));
      expect(plain(reopened.order(MAIN, byNotional.clientOrderId))).toEqual(plain(byNotional));
    });

    test("an order is found under its own account only", () => {
      const order = paperOrder("1");
      harness.store.commit(batch({ orders: [order] }));
      expect(harness.store.order(OTHER, order.clientOrderId)).toBeUndefined();
      expect(harness.store.order(MAIN, "another")).toBeUndefined();
    });

    test("working orders are loaded in the order of arrival, ended ones are kept but not loaded", () => {
      const [first, second, third] = [paperOrder("9"), paperOrder("10"), paperOrder("11")];
      const orders = [first, second, third];
      harness.store.commit(batch({ orders, matching: new Map([[BTC.id, changes({ orders: orders.map(resting) })]]) }));
      const ended: PaperOrder = { ...second, status: "filled", cumulativeQuantity: d("0.4") };
      harness.store.commit(
        batch({ orders: [ended], matching: new Map([[BTC.id, changes({ removed: [ended.venueOrderId] })]]) }),
      );
      const reopened = harness.reopen();
      const state = reopened.load();
      expect(state.working.map((order) => order.venueOrderId)).toEqual(["9", "11"]);
      expect(
        state.matching
          .get(BTC.id)
          ?.orders.map((order) => order.venueOrderId)
          .toSorted(),
      ).toEqual(["11", "9"]);
      expect(reopened.order(MAIN, ended.clientOrderId)).toMatchObject({ status: "filled" });
    });

    test("queues, positions and consumed levels are replaced by key and removed by zero", () => {
      const order = paperOrder("1");
      const first = changes({
        sequence: 5,
        lastPrice: "100.5",
        orders: [{ ...resting(order), queueGap: "3" }],
        positions: [
          { account: MAIN, quantity: "1" },
          { account: OTHER, quantity: "-1" },
        ],
        consumed: [
          { side: "buy", price: "100", quantity: "0.5" },
          { side: "sell", price: "101", quantity: "0.25" },
        ],
      });
      const second = changes({
        sequence: 6,
        orders: [{ ...resting(order), queueGap: "1" }],
        positions: [{ account: MAIN, quantity: "0" }],
        consumed: [
          { side: "buy", price: "100", quantity: "0" },
          { side: "sell", price: "101", quantity: "0.75" },
        ],
      });
      harness.store.commit(batch({ orders: [order], matching: new Map([[BTC.id, first]]) }));
      harness.store.commit(batch({ matching: new Map([[BTC.id, second]]) }));
      const state = harness.reopen().load().matching.get(BTC.id);
      expect(state).toEqual({
        sequence: 6,
        orders: [{ ...resting(order), queueGap: "1" }],
        positions: [
          { account: MAIN, quantity: "0" },
          { account: OTHER, quantity: "-1" },
        ],
        consumed: [{ side: "sell", price: "101", quantity: "0.75" }],
      });
    });

    test("instruments are kept apart", () => {
      const consumed = [{ side: "buy" as const, price: "100", quantity: "1" }];
      const matching = new Map([
        [BTC.id, changes({ consumed })],
        [ETH, changes({ sequence: 9 })],
      ]);
      harness.store.commit(batch({ matching }));
      const state = harness.reopen().load();
      expect(state.matching.get(BTC.id)).toMatchObject({ sequence: 1, consumed });
      expect(state.matching.get(ETH)).toMatchObject({ sequence: 9, consumed: [] });
    });

    test("counters and the place on the tape are those of the last commit", () => {
      const counters = { orders: 3, executions: 2, fills: 4 };
      harness.store.commit(batch({}));
      harness.store.commit(batch({ counters, tape: { description: "b", position: 77 } }));
      expect(harness.reopen().load()).toMatchObject({ counters, tape: { description: "b", position: 77 } });
    });

    test("fills are read on from any cursor, by account, in order", () => {
      const fills = Array.from({ length: 30 }, (_unused, index) =>
        paperFill(index + 1, index % 3 === 0 ? OTHER : MAIN),
      );
      harness.store.commit(batch({ fills: fills.slice(0, 11) }));
      harness.store.commit(batch({ fills: fills.slice(11) }));
      const reopened = harness.reopen();
      for (let after = 0; after <= fills.length; after++) {
        const expected = fills.filter((fill) => fill.account === MAIN && Number(fill.cursor) > after);
        expect(plain(reopened.fillsSince(MAIN, after))).toEqual(plain(expected));
      }
    });
  });
}

function paperOrder(venueOrderId: string, terms: Partial<ReturnType<typeof orderRequest>> = {}): PaperOrder {
  return orderOf(orderRequest(terms), venueOrderId as VenueOrderId, 1_723_204_800_000);
}

function paperFill(cursor: number, account: typeof MAIN): VenueFill {
  return {
    account,
    clientOrderId: `order-${cursor}`,
    instrumentId: BTC.id,
    side: "sell",
    cursor: String(cursor),
    fill: {
      executionId: `x${cursor}` as ExecutionId,
      venueOrderId: `o${cursor}` as VenueOrderId,
      price: d("100.01"),
      quantity: d("0.1"),
      liquidity: "maker",
      fee: { amount: d("-0.000000000000000001"), asset: "USDT" },
      venueAt: 1_723_204_800_000.5,
    },
  };
}

function resting(order: PaperOrder): RestingOrderState {
  return {
    venueOrderId: order.venueOrderId,
    account: order.account,
    side: order.side,
    orderType: order.orderType,
    timeInForce: order.timeInForce,
    quantity: String(order.quantity),
    price: String(order.price),
    postOnly: false,
    reduceOnly: false,
    selfTradePrevention: "cancelNewest",
    cumulativeQuantity: "0",
    triggered: false,
    sequence: 1,
    queueGap: "0",
  };
}

function changes(of: Partial<MatchingChanges>): MatchingChanges {
  return { sequence: 1, orders: [], removed: [], positions: [], consumed: [], ...of };
}

function batch(of: Partial<PaperBatch>): PaperBatch {
  const counters = { orders: 0, executions: 0, fills: 0 };
  return { orders: [], fills: [], matching: new Map(), counters, tape: { description: "a", position: 0 }, ...of };
}

/** The value as JSON has it: equal decimals may differ in scale, their texts do not. */
function plain(of: unknown): unknown {
  return of === undefined ? undefined : JSON.parse(JSON.stringify(of));
}
