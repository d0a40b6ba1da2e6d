// The part of the suite of all venues that is about the dead-man switch. It is left out where a venue declares none.
// How the engine keeps a switch wound is tested in engine/.

import { expect, test } from "vitest";
import type { Desk } from "./testing/venue-desk.ts";

export function describeDeadMan(get: () => Desk): void {
  /** The shortest timeout, for the account of the tests. */
  function shortest(desk: Desk, skip: (condition: boolean, note: string) => void): number {
    const { deadMan } = desk.venue.capabilities;
    skip(deadMan === undefined, "the venue has no dead-man switch");
    return deadMan?.minTimeoutMs ?? 0;
  }

  test("a dead-man switch that is not wound again cancels the account's orders, not before its time", async ({
    skip,
  }) => {
    const desk = get();
    const timeoutMs = shortest(desk, skip);
    const order = desk.restingOrder();
    await desk.place(order);
    const woundAt = desk.harness.now();
    expect((await desk.wind(timeoutMs)).kind).toBe("accepted");
    await desk.until(() => desk.hasEnded(order), "the end of the order");
    expect(desk.harness.now()).toBeGreaterThanOrEqual(woundAt + timeoutMs);
    expect(desk.reportsOf(order).at(-1)).toMatchObject({ kind: "ended", status: "canceled", reason: "deadMan" });
    expect(await desk.openIds(order.account)).toEqual([]);
  });

  test("a dead-man switch that is wound again in time counts from then on", async ({ skip }) => {
    const desk = get();
    const timeoutMs = shortest(desk, skip);
    const order = desk.restingOrder();
    await desk.place(order);
    await desk.wind(timeoutMs);
    await desk.pass(timeoutMs / 2);
    const renewedAt = desk.harness.now();
    await desk.wind(timeoutMs);
    await desk.until(() => desk.hasEnded(order), "the end of the order");
    expect(desk.harness.now()).toBeGreaterThanOrEqual(renewedAt + timeoutMs);
  });

  test("a dead-man switch that was unwound, or has fired, cancels nothing", async ({ skip }) => {
    const desk = get();
    const timeoutMs = shortest(desk, skip);
    const first = desk.restingOrder();
    await desk.place(first);
    await desk.wind(timeoutMs);
    await desk.until(() => desk.hasEnded(first), "the end of the order");
    const order = desk.restingOrder();
    await desk.place(order);
    await desk.pass(2 * timeoutMs);
    await desk.wind(timeoutMs);
    expect((await desk.wind(0)).kind).toBe("accepted");
    await desk.pass(2 * timeoutMs);
    expect(await desk.found(order)).toMatchObject({ status: "working" });
  });

  test("a dead-man switch of one account leaves another's orders alone", async ({ skip }) => {
    const desk = get();
    const timeoutMs = shortest(desk, skip);
    skip(desk.venue.capabilities.deadMan?.scope !== "ours", "the switch is the whole venue account's");
    const order = desk.restingOrder();
    const foreign = { ...desk.restingOrder(), account: desk.harness.otherAccount };
    await desk.place(order);
    await desk.place(foreign);
    await desk.wind(timeoutMs);
    await desk.until(() => desk.hasEnded(order), "the end of the order");
    expect(await desk.found(foreign)).toMatchObject({ status: "working" });
  });

  test("a dead-man timeout outside the venue's limits is refused, and the switch stays as it was", async ({ skip }) => {
    const desk = get();
    const timeoutMs = shortest(desk, skip);
    const order = desk.restingOrder();
    await desk.place(order);
    await desk.wind(timeoutMs);
    const { maxTimeoutMs = 0 } = desk.venue.capabilities.deadMan ?? {};
    for (const wrong of [timeoutMs - 1, maxTimeoutMs + 1]) {
      expect(await desk.wind(wrong)).toMatchObject({ kind: "rejected", reason: "deadManTimeout" });
    }
    await desk.until(() => desk.hasEnded(order), "the end of the order");
  });
}
