// The simulated connection: order, delay and grouping.

import { expect, test } from "vitest";
import { advanceBy, startedClock } from "../testing/virtual-time.ts";
import { Link } from "./link.ts";

function make() {
  const clock = startedClock();
  const startAt = clock.now();
  const arrivals: { readonly after: number; readonly messages: readonly string[] }[] = [];
  const link = new Link<string>(clock, (messages) => arrivals.push({ after: clock.now() - startAt, messages }));
  return { clock, link, arrivals };
}

test("a message arrives after its delay", async () => {
  const { clock, link, arrivals } = make();
  link.send("a", 7);
  await advanceBy(clock, 6);
  expect(arrivals).toEqual([]);
  await advanceBy(clock, 1);
  expect(arrivals).toEqual([{ after: 7, messages: ["a"] }]);
});

test("a slow message holds up the quicker ones behind it", async () => {
  const { clock, link, arrivals } = make();
  link.send("slow", 10);
  link.send("quick", 1);
  link.send("later", 12);
  await advanceBy(clock, 20);
  expect(arrivals).toEqual([
    { after: 10, messages: ["slow", "quick"] },
    { after: 12, messages: ["later"] },
  ]);
});

test("a message without delay still arrives later than it was sent", async () => {
  const { clock, link, arrivals } = make();
  link.send("a", 0);
  link.send("b", 0);
  expect(arrivals).toEqual([]);
  await advanceBy(clock, 0);
  expect(arrivals).toEqual([{ after: 0, messages: ["a", "b"] }]);
});

test("a message sent on arrival of another is not delivered with it", async () => {
  const clock = startedClock();
  const arrivals: (readonly string[])[] = [];
  const link: Link<string> = new Link<string>(clock, (messages) => {
    arrivals.push(messages);
    if (arrivals.length === 1) link.send("answer", 0);
  });
  link.send("question", 0);
  await advanceBy(clock, 0);
  expect(arrivals).toEqual([["question"], ["answer"]]);
});

test("what is cut off never arrives, and the link can be used again", async () => {
  const { clock, link, arrivals } = make();
  link.send("a", 5);
  link.send("b", 6);
  expect(link.cut()).toEqual(["a", "b"]);
  await advanceBy(clock, 10);
  expect(arrivals).toEqual([]);
  link.send("c", 1);
  await advanceBy(clock, 1);
  expect(arrivals).toEqual([{ after: 11, messages: ["c"] }]);
});
