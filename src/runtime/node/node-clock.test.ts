// The real clock, on Node.js timers that vitest holds in its hand.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { NodeClock } from "./node-clock.ts";

const DAY_MS = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"], now: 1_700_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

test("without options it shows the system's wall time, also after that jumped", () => {
  const clock = new NodeClock();
  const before = clock.monotonicMs();
  vi.setSystemTime(1_800_000_000_000);
  expect(clock.now()).toBe(1_800_000_000_000);
  expect(clock.monotonicMs() - before).toBe(0);
});

test("with a start and a speed it shows a time of its own", () => {
  const clock = new NodeClock({ startAt: 5_000, speed: 10 });
  vi.advanceTimersByTime(100);
  expect(clock.now()).toBe(6_000);
  expect(clock.monotonicMs()).toBe(1_000);
});

test("timers count in the clock's milliseconds and fire in the order of their instants", () => {
  const clock = new NodeClock({ startAt: 0, speed: 10 });
  const fired: string[] = [];
  clock.schedule(1_000, () => fired.push("late"));
  clock.schedule(500, () => fired.push("early"));
  vi.advanceTimersByTime(49);
  expect(fired).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(fired).toEqual(["early"]);
  vi.advanceTimersByTime(50);
  expect(fired).toEqual(["early", "late"]);
});

test("a timer beyond 24.8 days fires when it is due, and not at once", () => {
  const clock = new NodeClock();
  const fired: string[] = [];
  clock.schedule(60 * DAY_MS, () => fired.push("due"));
  vi.advanceTimersByTime(60 * DAY_MS - 1);
  expect(fired).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(fired).toEqual(["due"]);
});

test("a canceled timer does not fire and leaves no Node.js timer behind", () => {
  const clock = new NodeClock();
  const cancel = clock.schedule(10, () => expect.unreachable());
  cancel();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(20);
});

test("at speed 0 the clock and its timers stand still, and go on with what was left", () => {
  const clock = new NodeClock({ startAt: 1_000, speed: 1 });
  const fired: number[] = [];
  clock.schedule(100, () => fired.push(clock.now()));
  vi.advanceTimersByTime(40);
  clock.setSpeed(0);
  vi.advanceTimersByTime(5_000);
  expect(clock.now()).toBe(1_040);
  expect(fired).toEqual([]);
  clock.setSpeed(2);
  vi.advanceTimersByTime(30);
  expect(fired).toEqual([1_100]);
});

test("a callback that stops the clock leaves the others waiting", () => {
  const clock = new NodeClock({ startAt: 0 });
  const fired: string[] = [];
  clock.schedule(1, () => {
    fired.push("stopper");
    clock.setSpeed(0);
  });
  clock.schedule(1, () => fired.push("other"));
  vi.advanceTimersByTime(100);
  expect(fired).toEqual(["stopper"]);
});

test("an error of one timer reaches the process and leaves the others alive", () => {
  const clock = new NodeClock();
  const fired: string[] = [];
  clock.schedule(1, () => {
    throw new Error("timer failed");
  });
  clock.schedule(1, () => fired.push("same instant"));
  expect(() => vi.advanceTimersByTime(1)).toThrow("timer failed");
  vi.advanceTimersByTime(1);
  expect(fired).toEqual(["same instant"]);
});

test("the system's own time has no other speed", () => {
  expect(() => new NodeClock().setSpeed(2)).toThrow("give startAt");
  expect(() => new NodeClock({ speed: -1 })).toThrow("cannot run at speed -1");
});
