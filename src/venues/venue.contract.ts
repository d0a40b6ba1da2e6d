// The suite that every venue passes: what the port promises, asked of an implementation through a small harness.
// How a market is moved and how time passes is the harness's; what a venue alone does is in its own tests.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Decimal } from "../domain/decimal.ts";
import type { ExecutionReport, FillReport } from "../domain/execution-report.ts";
import { describeDeadMan } from "./dead-man.contract.ts";
import { neverAborted } from "./testing/orders.ts";
import { Desk, idsOf, plain, type VenueHarness, type VenueTraits } from "./testing/venue-desk.ts";
import type { PlaceRequest, VenueFill } from "./venue.ts";

/** Runs the suite on a venue. */
export function describeVenue(name: string, traits: VenueTraits, create: () => Promise<VenueHarness>): void {
  describe(`venue contract: ${name}`, () => {
    let desk: Desk;
    beforeEach(async () => {
      desk = await Desk.open(await create());
    });
    afterEach(() => desk.close());

    describePlacing(() => desk, traits);
    describeCanceling(() => desk);
    describeReplacing(() => desk, traits);
    describeQueries(() => desk);
    describeDeadMan(() => desk);
    describeWaiting(() => desk);
  });
}

function describePlacing(get: () => Desk, traits: VenueTraits): void {
  test("an accepted order is acknowledged by a report with the venue's id", async () => {
    const desk = get();
    const order = desk.restingOrder();
    const outcome = await desk.place(order);
    expect(outcome.kind).toBe("accepted");
    await desk.until(() => desk.reportsOf(order).length > 0, "a report");
    const [first] = desk.reportsOf(order);
    expect(first).toMatchObject({
      kind: "acknowledged",
      venue: desk.venue.id,
      account: order.account,
      orderId: order.orderId,
      instrumentId: order.instrumentId,
    });
    expect(first?.venueOrderId).toBeTruthy();
    if (outcome.kind === "accepted" && outcome.venueOrderId !== undefined) {
      expect(outcome.venueOrderId).toBe(first?.venueOrderId);
    }
  });

  test("fill reports add up to the cumulative quantity, and the last one ends the order", async () => {
    const desk = get();
    const order = desk.order(desk.harness.marketable());
    expect((await desk.place(order)).kind).toBe("accepted");
    await desk.until(() => desk.hasEnded(order), "the end of the order");
    expectFillsAddUp(desk.reportsOf(order));
    const fills = desk.fillsOf(order);
    expect(fills.length).toBeGreaterThan(0);
    expect(String(sum(fills))).toBe(String(order.quantity));
    expect(await desk.found(order)).toMatchObject({ status: "filled" });
  });

  test("reports of one order come in the order in which things happened", async () => {
    const desk = get();
    const orders = [desk.order(desk.harness.marketable()), desk.restingOrder(), desk.order(desk.harness.marketable())];
    await desk.answered(Promise.all(orders.map((order) => desk.venue.place(order, neverAborted()))));
    await desk.until(() => orders.every((order) => desk.reportsOf(order).length > 0), "reports of all orders");
    for (const order of orders) {
      const reports = desk.reportsOf(order);
      expect(reports[0]?.kind).toBe("acknowledged");
      expectFillsAddUp(reports);
      const times = reports.map((report) => report.venueAt);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
  });

  test("an order that the venue refuses is rejected with our word, the venue's code and its message", async () => {
    const desk = get();
    const { terms, reason } = desk.harness.refused();
    const order = desk.order(terms);
    const outcome = await desk.place(order);
    expect(outcome).toMatchObject({ kind: "rejected", reason });
    if (outcome.kind !== "rejected") return;
    expect(outcome.venueCode).toBeTruthy();
    expect(outcome.venueMessage).toBeTruthy();
    expect(desk.fillsOf(order)).toEqual([]);
    const query = await desk.query(order);
    if (query.kind === "found") expect(query.value.status).toBe("rejected");
    else expect(query.kind).toBe("absent");
  });

  test("a client order id is taken once: the second order is refused and the first is untouched", async () => {
    const desk = get();
    const order = desk.restingOrder();
    await desk.place(order);
    const before = await desk.found(order);
    expect(await desk.place(order)).toMatchObject({ kind: "rejected", reason: "duplicateOrderId" });
    expect(plain(await desk.found(order))).toEqual(plain(before));
    expect(await desk.openIds(order.account)).toEqual([order.orderId]);
  });

  test("the id of an ended order stays taken", async () => {
    const desk = get();
    const order = desk.restingOrder();
    await desk.place(order);
    await desk.cancel(order);
    await desk.until(() => desk.hasEnded(order), "the end of the order");
    expect(await desk.place(order)).toMatchObject({ kind: "rejected", reason: "duplicateOrderId" });
  });

  test("another account may use the same client order id", async () => {
    const desk = get();
    const order = desk.restingOrder();
    const other = { ...order, account: desk.harness.otherAccount };
    expect((await desk.place(order)).kind).toBe("accepted");
    expect((await desk.place(other)).kind).toBe("accepted");
    expect(await desk.openIds(other.account)).toEqual([order.orderId]);
  });

  test("an order that arrives after its deadline is discarded and leaves nothing behind", async ({ skip }) => {
    const desk = get();
    skip(desk.venue.capabilities.discardAfterMs === undefined, "the venue has no discard deadline");
    const order = { ...desk.restingOrder(), sendBy: desk.harness.now() - 1 };
    const outcome = await desk.place(order);
    expect(outcome).toMatchObject({ kind: "rejected", reason: "deadlinePassed" });
    expect((await desk.query(order)).kind).toBe("absent");
    expect(desk.reportsOf(order)).toEqual([]);
  });

  test.runIf(traits.fillsResting)("a resting order is filled in parts, each reported once", async () => {
    const desk = get();
    const order = desk.restingOrder();
    await desk.place(order);
    const part = partOf(order);
    desk.harness.fillResting?.(order, part);
    await desk.until(() => desk.fillsOf(order).length === 1, "the first fill");
    expect(plain(await desk.found(order))).toMatchObject({ status: "working", cumulativeQuantity: String(part) });
    const rest = (order.quantity as Decimal).sub(part);
    desk.harness.fillResting?.(order, rest);
    await desk.until(() => desk.hasEnded(order), "the end of the order");
    const fills = desk.fillsOf(order);
    expect(fills.map((report) => String(report.fill.quantity))).toEqual([String(part), String(rest)]);
    expect(new Set(fills.map((report) => report.fill.executionId)).size).toBe(2);
    expect(fills.every((report) => report.fill.liquidity === "maker")).toBe(true);
    expectFillsAddUp(desk.reportsOf(order));
  });
}

function describeCanceling(get: () => Desk): void {
  test("a cancel of a working order ends it as canceled", async () => {
    const desk = get();
    const order = desk.restingOrder();
    await desk.place(order);
    expect((await desk.cancel(order)).kind).toBe("accepted");
    await desk.until(() => desk.hasEnded(order), "the end of the order");
    expect(plain(desk.reportsOf(order).at(-1))).toMatchObject({
      kind: "ended",
      status: "canceled",
      cumulativeQuantity: "0",
    });
    expect(await desk.found(order)).toMatchObject({ status: "canceled" });
    expect(await desk.openIds(order.account)).toEqual([]);
  });

  test("a cancel of an ended order is refused and changes nothing", async () => {
    const desk = get();
    const order = desk.order(desk.harness.marketable());
    await desk.place(order);
    await desk.until(() => desk.hasEnded(order), "the end of the order");
    const before = await desk.found(order);
    expect(await desk.cancel(order)).toMatchObject({ kind: "rejected", reason: "orderEnded" });
    expect(plain(await desk.found(order))).toEqual(plain(before));
  });

  test("a cancel of an order that the venue never saw is refused as unknown", async () => {
    const desk = get();
    expect(await desk.cancel(desk.restingOrder())).toMatchObject({ kind: "rejected", reason: "unknownOrder" });
  });

  test("one account cannot cancel another's order", async () => {
    const desk = get();
    const order = desk.restingOrder();
    await desk.place(order);
    const foreign = { ...order, account: desk.harness.otherAccount };
    expect(await desk.cancel(foreign)).toMatchObject({ kind: "rejected", reason: "unknownOrder" });
    expect(await desk.found(order)).toMatchObject({ status: "working" });
  });

  test("a cancel sent right after the order, without waiting, finds it", async () => {
    const desk = get();
    const order = desk.restingOrder();
    const placed = desk.venue.place(order, neverAborted());
    const canceled = desk.venue.cancel(idsOf(order), neverAborted());
    const outcomes = await desk.answered(Promise.all([placed, canceled]));
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(["accepted", "accepted"]);
    await desk.until(() => desk.hasEnded(order), "the end of the order");
  });
}

function describeReplacing(get: () => Desk, traits: VenueTraits): void {
  test("a replace changes the terms that the venue holds, and says so", async ({ skip }) => {
    const desk = get();
    skip(!desk.venue.capabilities.replace, "the venue cannot replace");
    const order = desk.restingOrder();
    await desk.place(order);
    const quantity = partOf(order);
    expect((await desk.replace(order, { quantity })).kind).toBe("accepted");
    await desk.until(() => desk.reportsOf(order).some((report) => report.kind === "replaced"), "the replaced report");
    const replaced = desk.reportsOf(order).find((report) => report.kind === "replaced");
    expect(String(replaced?.replace.quantity)).toBe(String(quantity));
    expect(String((await desk.found(order)).quantity)).toBe(String(quantity));
  });

  test("a replace of an order that the venue never saw is refused as unknown", async ({ skip }) => {
    const desk = get();
    skip(!desk.venue.capabilities.replace, "the venue cannot replace");
    const order = desk.restingOrder();
    const outcome = await desk.replace(order, { quantity: partOf(order) });
    expect(outcome).toMatchObject({ kind: "rejected", reason: "unknownOrder" });
  });

  test("a replace that arrives after its deadline is discarded, and the old terms hold", async ({ skip }) => {
    const desk = get();
    const { replace, discardAfterMs } = desk.venue.capabilities;
    skip(!replace || discardAfterMs === undefined, "the venue cannot replace, or has no discard deadline");
    const order = desk.restingOrder();
    await desk.place(order);
    const outcome = await desk.replace(order, { quantity: partOf(order), sendBy: desk.harness.now() - 1 });
    expect(outcome).toMatchObject({ kind: "rejected", reason: "deadlinePassed" });
    expect(String((await desk.found(order)).quantity)).toBe(String(order.quantity));
  });

  test("a replace of an ended order is refused", async ({ skip }) => {
    const desk = get();
    skip(!desk.venue.capabilities.replace, "the venue cannot replace");
    const order = desk.restingOrder();
    await desk.place(order);
    await desk.cancel(order);
    await desk.until(() => desk.hasEnded(order), "the end of the order");
    expect(await desk.replace(order, { quantity: partOf(order) })).toMatchObject({
      kind: "rejected",
      reason: "orderEnded",
    });
  });

  test.runIf(traits.fillsResting)("a replace to what is filled already leaves nothing that works", async () => {
    const desk = get();
    const order = desk.restingOrder();
    await desk.place(order);
    const part = partOf(order);
    desk.harness.fillResting?.(order, part);
    await desk.until(() => desk.fillsOf(order).length === 1, "the first fill");
    const below = part.sub(desk.harness.instrument.lotSize);
    const outcome = await desk.replace(order, { quantity: below });
    const after = await desk.found(order);
    // Venues differ: some refuse, some end the order. None may go on working a quantity that it does not have.
    if (outcome.kind === "rejected") {
      expect(plain(after)).toMatchObject({ status: "working", quantity: String(order.quantity) });
    } else expect(after.status).not.toBe("working");
    expect(String(after.cumulativeQuantity)).toBe(String(part));
  });
}

function describeQueries(get: () => Desk): void {
  test("an order is found by our id, with its terms", async () => {
    const desk = get();
    const order = desk.restingOrder();
    await desk.place(order);
    const held = await desk.found(order);
    expect(plain(held)).toMatchObject({
      account: order.account,
      clientOrderId: order.orderId,
      instrumentId: order.instrumentId,
      side: order.side,
      orderType: order.orderType,
      timeInForce: order.timeInForce,
      postOnly: order.postOnly,
      reduceOnly: order.reduceOnly,
      status: "working",
      cumulativeQuantity: "0",
    });
    expect(String(held.quantity)).toBe(String(order.quantity));
    expect(String(held.price)).toBe(String(order.price));
    expect(String(held.triggerPrice)).toBe(String(order.triggerPrice));
  });

  test("an order that the venue never saw is absent", async () => {
    const desk = get();
    expect((await desk.query(desk.restingOrder())).kind).toBe("absent");
  });

  test("open orders are the working ones of that account only", async () => {
    const desk = get();
    const [first, second, third] = [desk.restingOrder(), desk.restingOrder(), desk.restingOrder()];
    const foreign = { ...desk.restingOrder(), account: desk.harness.otherAccount };
    for (const order of [first, second, third, foreign]) await desk.place(order);
    await desk.place(desk.order(desk.harness.marketable()));
    await desk.cancel(second);
    await desk.until(() => desk.hasEnded(second), "the end of the order");
    expect(await desk.openIds(first.account)).toEqual([first.orderId, third.orderId].sort());
    expect(await desk.openIds(foreign.account)).toEqual([foreign.orderId]);
  });

  test("fills can be read on from any of them, without a gap or a repeat", async () => {
    const desk = get();
    for (let count = 0; count < 5; count++) {
      const order = desk.order(desk.harness.marketable());
      await desk.place(order);
      await desk.until(() => desk.hasEnded(order), "the end of the order");
    }
    const all = await desk.fillsSince(undefined);
    const reported = desk.reports.filter((report): report is FillReport => report.kind === "fill");
    expect(all.map(fillIdentity)).toEqual(reported.map((report) => fillIdentity(report)));
    expect(new Set(all.map((fill) => fill.cursor)).size).toBe(all.length);
    for (const [index, fill] of all.entries()) {
      expect(plain(await desk.fillsSince(fill.cursor))).toEqual(plain(all.slice(index + 1)));
    }
  });

  test("fills of another account are not shown", async () => {
    const desk = get();
    const order = desk.order(desk.harness.marketable());
    await desk.place(order);
    await desk.until(() => desk.hasEnded(order), "the end of the order");
    const answer = desk.venue.fillsSince(desk.harness.otherAccount, undefined, neverAborted());
    expect(await desk.answered(answer)).toEqual({ kind: "found", value: [] });
  });
}

function describeWaiting(get: () => Desk): void {
  test("a request whose signal is aborted beforehand is not sent", async () => {
    const desk = get();
    const order = desk.restingOrder();
    expect((await desk.venue.place(order, AbortSignal.abort())).kind).toBe("notSent");
    expect((await desk.query(order)).kind).toBe("absent");
  });

  test("a wait that is aborted after the send ends as unknown, and the order goes its way", async () => {
    const desk = get();
    const order = desk.restingOrder();
    const controller = new AbortController();
    const outcome = desk.venue.place(order, controller.signal);
    controller.abort();
    expect((await outcome).kind).toBe("unknown");
    await desk.until(() => desk.reportsOf(order).length > 0, "the report of the order");
    expect(await desk.found(order)).toMatchObject({ status: "working" });
  });

  test("a query that is aborted ends as failed, which is no evidence", async () => {
    const desk = get();
    const order = desk.restingOrder();
    expect((await desk.venue.order(order, AbortSignal.abort())).kind).toBe("failed");
  });

  test("after close nothing is sent, nothing is answered and nothing is reported", async () => {
    const desk = get();
    const order = desk.restingOrder();
    await desk.place(order);
    await desk.until(() => desk.reportsOf(order).length > 0, "the report of the order");
    const before = desk.reports.length;
    await desk.venue.close();
    expect((await desk.place(desk.restingOrder())).kind).toBe("notSent");
    expect((await desk.cancel(order)).kind).toBe("notSent");
    if (desk.venue.capabilities.deadMan !== undefined) expect((await desk.wind(0)).kind).toBe("notSent");
    expect((await desk.query(order)).kind).toBe("failed");
    expect(desk.reports.length).toBe(before);
    expect(desk.connections.at(-1)?.state).toBe("disconnected");
    await desk.venue.close();
  });
}

/** About half of an order, on the grid: the suite's resting orders hold at least four lots. */
function partOf(order: PlaceRequest): Decimal {
  return (order.quantity as Decimal).mul(Decimal.parse("0.5"));
}

function sum(fills: readonly FillReport[]): Decimal {
  return fills.reduce((total, report) => total.add(report.fill.quantity), Decimal.zero);
}

function expectFillsAddUp(reports: readonly ExecutionReport[]): void {
  let total = Decimal.zero;
  for (const report of reports) {
    if (report.kind === "fill") total = total.add(report.fill.quantity);
    if (report.cumulativeQuantity !== undefined) expect(String(report.cumulativeQuantity)).toBe(String(total));
  }
}

function fillIdentity(of: VenueFill | FillReport): string {
  const { venueOrderId, executionId, quantity, price } = of.fill;
  return `${of.account}/${of.instrumentId}/${venueOrderId}/${executionId}: ${quantity} at ${price}`;
}
