// The dry-run venue: under the suite of all venues, and what it alone does.

import { describe, expect, test } from "vitest";
import type { Decimal } from "../../domain/decimal.ts";
import type { VirtualClock } from "../../runtime/virtual-clock.ts";
import { BTC, d, MAIN, marketOrder, neverAborted, nextOrderId, OTHER, orderRequest, VENUE } from "../testing/orders.ts";
import { Recorder } from "../testing/recorder.ts";
import { advanceBy, advanceUntil, startedClock } from "../testing/virtual-time.ts";
import { describeVenue } from "../venue.contract.ts";
import type { PlaceRequest } from "../venue.ts";
import { DryRunVenue } from "./dry-run-venue.ts";

function stopOrder(terms: Partial<PlaceRequest> = {}): PlaceRequest {
  const { price: _price, ...request } = orderRequest({ orderType: "stop", triggerPrice: d("105"), ...terms });
  return request;
}

async function open(
  price: Decimal | undefined = d("100.5"),
  clock: VirtualClock = startedClock(),
): Promise<{ venue: DryRunVenue; recorder: Recorder; clock: VirtualClock }> {
  const recorder = new Recorder();
  const venue = new DryRunVenue({ id: VENUE, instruments: [BTC], clock, referencePrice: () => price });
  await venue.connect(recorder);
  return { venue, recorder, clock };
}

describeVenue("dry run", { fillsResting: false }, async () => {
  const { venue, clock } = await open();
  return {
    venue,
    account: MAIN,
    otherAccount: OTHER,
    instrument: BTC,
    now: () => clock.now(),
    nextOrderId,
    resting: () => ({ orderType: "stop", triggerPrice: d("105"), quantity: d("0.4") }),
    marketable: () => ({ orderType: "limit", price: d("101"), quantity: d("0.3") }),
    refused: () => ({
      terms: { orderType: "market", timeInForce: "ioc", notional: d("0.01") },
      reason: "belowMinQuantity",
    }),
    until: (condition, what) => advanceUntil(clock, condition, what),
    close: () => venue.close(),
  };
});

describe("fills", () => {
  test("a limit order is filled at its own price, a market order at the reference price", async () => {
    const { venue, recorder } = await open();
    await venue.place(orderRequest({ price: d("99"), quantity: d("2") }), neverAborted());
    await venue.place(marketOrder({ side: "sell", quantity: d("2") }), neverAborted());
    const fills = recorder.of("fill").map(({ fill }) => `${String(fill.quantity)} at ${String(fill.price)}`);
    expect(fills).toEqual(["2 at 99", "2 at 100.5"]);
  });

  test("fees are the taker's, for post-only orders the maker's", async () => {
    const { venue, recorder } = await open();
    await venue.place(orderRequest({ side: "sell", price: d("100"), quantity: d("1") }), neverAborted());
    await venue.place(
      orderRequest({ side: "sell", price: d("100"), quantity: d("1"), postOnly: true }),
      neverAborted(),
    );
    const fees = recorder.of("fill").map(({ fill }) => `${fill.liquidity} ${String(fill.fee?.amount)}`);
    expect(fees).toEqual(["taker 0.05", "maker 0.02"]);
  });

  test("an order sized in the quote asset buys whole lots, and ends", async () => {
    const { venue, recorder } = await open();
    const { quantity: _quantity, ...order } = marketOrder({ notional: d("50") });
    await venue.place(order, neverAborted());
    expect(String(recorder.of("fill")[0]?.fill.quantity)).toBe("0.497");
    expect(await venue.order(order, neverAborted())).toMatchObject({ kind: "found", value: { status: "filled" } });
  });

  test("without a reference price a market order is rejected", async () => {
    const recorder = new Recorder();
    const clock = startedClock();
    const venue = new DryRunVenue({ id: VENUE, instruments: [BTC], clock, referencePrice: () => undefined });
    await venue.connect(recorder);
    const outcome = await venue.place(marketOrder(), neverAborted());
    expect(outcome).toMatchObject({ kind: "rejected", reason: "noReferencePrice" });
    expect(recorder.reports).toEqual([]);
  });

  test("no report comes within the caller's turn", async () => {
    const { venue, recorder } = await open();
    const outcome = venue.place(orderRequest(), neverAborted());
    expect(recorder.reports).toEqual([]);
    expect((await outcome).kind).toBe("accepted");
  });
});

describe("stop orders", () => {
  test("rest, and expire in their time", async () => {
    const { venue, recorder, clock } = await open();
    const order = stopOrder({ timeInForce: "gtd", expiresAt: clock.now() + 100 });
    await venue.place(order, neverAborted());
    await advanceBy(clock, 99);
    expect(recorder.of("ended")).toEqual([]);
    await advanceBy(clock, 1);
    expect(recorder.of("ended")[0]).toMatchObject({ status: "expired" });
    expect(await venue.openOrders(MAIN, neverAborted())).toEqual({ kind: "found", value: [] });
  });

  test("do not expire once canceled or closed", async () => {
    const { venue, recorder, clock } = await open();
    const order = stopOrder({ timeInForce: "gtd", expiresAt: clock.now() + 100 });
    await venue.place(order, neverAborted());
    await venue.cancel(order, neverAborted());
    await advanceBy(clock, 200);
    expect(recorder.of("ended").map((report) => report.status)).toEqual(["canceled"]);
    await venue.place(stopOrder({ timeInForce: "gtd", expiresAt: clock.now() + 100 }), neverAborted());
    await venue.close();
    expect(clock.nextTimerAt).toBeUndefined();
  });
});

describe("a new run", () => {
  test("knows nothing of an earlier one, and says so", async () => {
    const first = await open();
    const order = stopOrder();
    await first.venue.place(order, neverAborted());
    const second = await open();
    expect(await second.venue.order(order, neverAborted())).toEqual({ kind: "absent" });
    expect(await second.venue.openOrders(MAIN, neverAborted())).toEqual({ kind: "found", value: [] });
    expect(await second.venue.cancel(order, neverAborted())).toMatchObject({
      kind: "rejected",
      reason: "unknownOrder",
    });
  });

  test("shows all its fills after a cursor of an earlier one", async () => {
    const first = await open();
    await first.venue.place(orderRequest(), neverAborted());
    await first.venue.place(orderRequest(), neverAborted());
    const earlier = await first.venue.fillsSince(MAIN, undefined, neverAborted());
    const cursor = earlier.kind === "found" ? earlier.value.at(-1)?.cursor : undefined;
    const second = await open();
    const order = orderRequest();
    await second.venue.place(order, neverAborted());
    const fills = await second.venue.fillsSince(MAIN, cursor, neverAborted());
    expect(fills).toMatchObject({ kind: "found", value: [{ clientOrderId: order.orderId }] });
  });
});
