// What tests, simulation and replay rely on in the clock that moves only when told.

import { expect, test } from "vitest";
import { VirtualClock } from "./virtual-clock.ts";

const nothing = (): Promise<void> => Promise.resolve();

test("time stands still until it is advanced", () => {
  const clock = new VirtualClock(1_000.5);
  expect(clock.now()).toBe(1_000.5);
  expect(clock.monotonicMs()).toBe(0);
});

test("each timer fires at its own instant, in order, ties as scheduled", async () => {
  const clock = new VirtualClock(0);
  const fired: string[] = [];
  const note = (name: string) => () => fired.push(`${name}@${clock.now()}`);
  clock.schedule(30, note("c"));
  clock.schedule(10, note("a"));
  clock.schedule(30, note("d"));
  clock.schedule(20.25, note("b"));
  await clock.advanceTo(30, nothing);
  expect(fired).toEqual(["a@10", "b@20.25", "c@30", "d@30"]);
  expect(clock.now()).toBe(30);
});

test("a timer that a timer schedules fires in the same advance when it comes due in it", async () => {
  const clock = new VirtualClock(0);
  const fired: number[] = [];
  clock.schedule(10, () => {
    clock.schedule(0, () => fired.push(clock.now()));
    clock.schedule(5, () => fired.push(clock.now()));
    clock.schedule(50, () => fired.push(clock.now()));
  });
  await clock.advanceTo(20, nothing);
  expect(fired).toEqual([10, 15]);
  expect(clock.nextTimerAt).toBe(60);
});

test("time does not go on before what a timer set going has settled", async () => {
  const clock = new VirtualClock(0);
  const seen: string[] = [];
  const settle = async (): Promise<void> => {
    await Promise.resolve();
    seen.push(`settled@${clock.now()}`);
  };
  clock.schedule(1, () => seen.push("first"));
  clock.schedule(2, () => seen.push("second"));
  await clock.advanceTo(9, settle);
  expect(seen).toEqual(["first", "settled@1", "second", "settled@2"]);
});

test("a canceled timer does not fire, and canceling twice or too late does nothing", async () => {
  const clock = new VirtualClock(0);
  const fired: string[] = [];
  const cancelEarly = clock.schedule(1, () => fired.push("canceled"));
  const cancelLate = clock.schedule(2, () => fired.push("kept"));
  cancelEarly();
  cancelEarly();
  await clock.advanceTo(5, nothing);
  cancelLate();
  expect(fired).toEqual(["kept"]);
  expect(clock.nextTimerAt).toBeUndefined();
});

test("an advance into the past moves nothing and fires what is due now", async () => {
  const clock = new VirtualClock(100);
  const fired: number[] = [];
  clock.schedule(-5, () => fired.push(clock.now()));
  await clock.advanceTo(50, nothing);
  expect(clock.now()).toBe(100);
  expect(fired).toEqual([100]);
});

test("an advance during an advance is refused", async () => {
  const clock = new VirtualClock(0);
  clock.schedule(1, () => undefined);
  const inner = clock.advanceTo(2, () => clock.advanceTo(3, nothing));
  await expect(inner).rejects.toThrow("advanced by one hand at a time");
});

test("an error of a timer ends the advance, and the clock can be advanced again", async () => {
  const clock = new VirtualClock(0);
  const fired: string[] = [];
  clock.schedule(1, () => {
    throw new Error("timer failed");
  });
  clock.schedule(2, () => fired.push("next"));
  await expect(clock.advanceTo(5, nothing)).rejects.toThrow("timer failed");
  expect(clock.now()).toBe(1);
  await clock.advanceTo(5, nothing);
  expect(fired).toEqual(["next"]);
});

test("a delay that is no number is refused", () => {
  expect(() => new VirtualClock(0).schedule(Number.NaN, () => undefined)).toThrow("cannot come due");
});
