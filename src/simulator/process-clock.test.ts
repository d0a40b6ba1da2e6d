// Time as a simulated process sees it when it is stopped, killed, or its wall clock is set.

import { beforeEach, describe, expect, test } from "vitest";
import { VirtualClock } from "../runtime/virtual-clock.ts";
import { ProcessClock } from "./process-clock.ts";

const START_AT = 1_700_000_000_000;

describe("the clock of a process", () => {
  let world: VirtualClock;
  let clock: ProcessClock;
  let ran: [name: string, atMs: number][];
  beforeEach(() => {
    world = new VirtualClock(START_AT);
    clock = new ProcessClock(world, 0);
    ran = [];
  });
  const note = (name: string) => (): void => void ran.push([name, world.monotonicMs()]);
  const passTo = (atMs: number): Promise<void> => world.advanceTo(START_AT + atMs, async () => undefined);

  test("timers run when they are due", async () => {
    clock.schedule(20, note("second"));
    clock.schedule(10, note("first"));
    await passTo(30);
    expect(ran).toEqual([
      ["first", 10],
      ["second", 20],
    ]);
  });

  test("a canceled timer does not run", async () => {
    clock.schedule(10, note("canceled"))();
    await passTo(30);
    expect(ran).toEqual([]);
  });

  test("what comes due while it is stopped runs when it goes on, in order, and time has passed", async () => {
    clock.schedule(10, note("first"));
    clock.schedule(20, note("second"));
    clock.schedule(200, note("later"));
    clock.stop();
    await passTo(100);
    expect(ran).toEqual([]);
    clock.resume();
    await passTo(300);
    expect(ran).toEqual([
      ["first", 100],
      ["second", 100],
      ["later", 200],
    ]);
  });

  test("a timer that is canceled by what runs before it on resuming does not run", async () => {
    let cancelSecond = (): void => undefined;
    clock.schedule(10, () => cancelSecond());
    cancelSecond = clock.schedule(20, note("second"));
    clock.stop();
    await passTo(100);
    clock.resume();
    await passTo(200);
    expect(ran).toEqual([]);
  });

  test("stopped again before its backlog has run, it keeps the rest for later", async () => {
    clock.schedule(10, () => clock.stop());
    clock.schedule(20, note("second"));
    clock.stop();
    await passTo(100);
    clock.resume();
    await passTo(200);
    expect(ran).toEqual([]);
    clock.resume();
    await passTo(300);
    expect(ran).toEqual([["second", 200]]);
  });

  test("nothing runs after a kill, stopped before or not", async () => {
    clock.schedule(10, note("first"));
    clock.stop();
    clock.schedule(50, note("second"));
    await passTo(20);
    clock.kill();
    clock.resume();
    await passTo(100);
    expect(ran).toEqual([]);
    expect(clock.isAlive).toBe(false);
  });

  test("a jump moves the wall clock and no timer", async () => {
    clock.schedule(10, note("on time"));
    clock.jump(-60_000);
    expect(clock.now()).toBe(START_AT - 60_000);
    expect(clock.monotonicMs()).toBe(0);
    await passTo(20);
    expect(ran).toEqual([["on time", 10]]);
    expect(clock.now()).toBe(START_AT - 60_000 + 20);
    expect(world.now()).toBe(START_AT + 20);
  });

  test("another life begins with the wall clock as it was left", () => {
    clock.jump(5_000);
    expect(new ProcessClock(world, clock.wallOffsetMs).now()).toBe(START_AT + 5_000);
  });
});
