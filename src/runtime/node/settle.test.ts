// What "quiet" means to a tape at full speed.

import { expect, test } from "vitest";
import { Activity } from "../activity.ts";
import { settle } from "./settle.ts";

test("it waits for work under way, and for the work that this one begins when it ends", async () => {
  const activity = new Activity();
  const seen: string[] = [];
  const endFirst = activity.begin();
  setImmediate(() => {
    endFirst();
    // As a chain of callbacks does: the next piece begins two turns after the last one ended.
    setImmediate(() =>
      setImmediate(() => {
        const endSecond = activity.begin();
        setTimeout(() => {
          seen.push("second ended");
          endSecond();
        }, 1);
      }),
    );
  });
  await settle(activity);
  expect(seen).toEqual(["second ended"]);
});

test("it returns when nothing is under way", async () => {
  const activity = new Activity();
  await settle(activity);
  expect(activity.isIdle).toBe(true);
  expect(activity.begun).toBe(0);
});

test("work that begins and ends within one round still counts as work", async () => {
  const activity = new Activity();
  let pieces = 0;
  const piece = (): void => {
    activity.begin()();
    pieces++;
    if (pieces < 20) setImmediate(piece);
  };
  setImmediate(piece);
  await settle(activity);
  expect(pieces).toBe(20);
});
