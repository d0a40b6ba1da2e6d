// Laws of the timer heap, against a list that is sorted anew each time.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { TimerQueue } from "./timer-queue.ts";

const step = fc.oneof(
  fc.record({ kind: fc.constant("add" as const), dueAt: fc.integer({ min: 0, max: 20 }) }),
  fc.record({ kind: fc.constant("cancel" as const), index: fc.nat(300) }),
  fc.record({ kind: fc.constant("take" as const), now: fc.integer({ min: 0, max: 20 }) }),
);

test("the queue gives and cancels timers as a sorted list does", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400, size: "max" }), (steps) => {
      const queue = new TimerQueue();
      let oracle: { dueAt: number; name: number }[] = [];
      const cancels: (() => void)[] = [];
      const taken: number[] = [];
      const expected: number[] = [];
      for (const each of steps) {
        if (each.kind === "add") {
          const name = cancels.length;
          cancels.push(queue.add(each.dueAt, () => taken.push(name)));
          oracle = [...oracle, { dueAt: each.dueAt, name }].sort((a, b) => a.dueAt - b.dueAt || a.name - b.name);
        } else if (each.kind === "cancel") {
          cancels[each.index]?.();
          oracle = oracle.filter(({ name }) => name !== each.index);
        } else {
          queue.takeDue(each.now)?.();
          const [first] = oracle;
          if (first !== undefined && first.dueAt <= each.now) expected.push(oracle.shift()?.name ?? -1);
        }
        expect(queue.size).toBe(oracle.length);
        expect(queue.nextDueAt).toBe(oracle[0]?.dueAt);
      }
      expect(taken).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});
