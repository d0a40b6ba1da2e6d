// The journal in memory: the contract, and what only it can do.

import { describe, expect, test } from "vitest";
import { orderwrightError } from "../../domain/errors.ts";
import { describeJournal } from "../journal.contract.ts";
import { created, validated } from "../testing/example-events.ts";
import { MemoryJournal } from "./memory-journal.ts";

describeJournal("memory", () => {
  let journal: MemoryJournal | undefined;
  return {
    async open(activity) {
      journal = journal?.crash() ?? new MemoryJournal({ defer: setImmediate });
      // A crash keeps the options: another activity needs another journal.
      if (activity !== undefined) journal = new MemoryJournal({ defer: setImmediate, activity });
      return journal;
    },
    async fillDisk() {
      journal?.failNextCommit(orderwrightError("journal.full", "The disk has no room."));
    },
    dispose: async () => undefined,
  };
});

describe("a crash of the journal in memory", () => {
  /** A journal whose commits happen when the test says so. */
  function stepped(): { journal: MemoryJournal; commit: () => void } {
    const tasks: (() => void)[] = [];
    const journal = new MemoryJournal({ defer: (task) => tasks.push(task) });
    return { journal, commit: () => tasks.splice(0).forEach((task) => task()) };
  }

  test("loses what was not durable, and the journal takes nothing more", () => {
    const { journal, commit } = stepped();
    journal.append([created(1)], 0);
    commit();
    journal.append([validated(1)], 1);
    const after = journal.crash();
    commit();
    expect([after.position, after.durablePosition, [...after.read(0)].length]).toEqual([1, 1, 1]);
    expect(() => journal.append([validated(1)], 2)).toThrow(/closed/);
    expect([...after.read(0)].length).toBe(1);
  });

  test("may also come just after the disk had it", () => {
    const { journal, commit } = stepped();
    journal.append([created(1)], 0);
    const heard: number[] = [];
    journal.listen({ committed: (seq) => heard.push(seq), failed: () => undefined });
    const after = journal.crash("kept");
    commit();
    expect([after.durablePosition, heard]).toEqual([1, []]);
  });

  test("fails those who wait for a flush", async () => {
    const { journal } = stepped();
    journal.append([created(1)], 0);
    const flushed = journal.flush();
    journal.crash();
    await expect(flushed).rejects.toThrow(/closed/);
  });
});
