// What every journal promises, as one suite: each implementation's test calls it with its own harness.
// What only files can do (locks, torn files, readable tables) is tested in sqlite/.

import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ErrorCode, isOrderwrightError } from "../domain/errors.ts";
import type { InstrumentId, VenueOrderId } from "../domain/identifiers.ts";
import type { EventDraft, RecordedEvent } from "../domain/system-event.ts";
import { Activity } from "../runtime/activity.ts";
import type { Journal } from "./journal.ts";
import { arbitraryBatch } from "./testing/arbitrary-events.ts";
import {
  acknowledged,
  adopted,
  canceled,
  created,
  epochStarted,
  exampleOrderId,
  main,
  partlyFilled,
  replaced,
  validated,
} from "./testing/example-events.ts";

/** One storage and the journals opened on it, one after the other. */
export interface JournalHarness {
  open(activity?: Activity): Promise<Journal>;
  /** Makes the next commit of a journal fail as a full disk would. */
  fillDisk(journal: Journal): Promise<void>;
  /** Lets the next journals succeed again, and removes the storage at the end. */
  dispose(): Promise<void>;
}

type Heard =
  | readonly ["committed", durableSeq: number, seqs: number[]]
  | readonly ["failed", code: string, durableSeq: number];

/** Writes down what a journal reports. */
function listenTo(journal: Journal): Heard[] {
  const heard: Heard[] = [];
  journal.listen({
    committed: (durableSeq, events) => heard.push(["committed", durableSeq, events.map((event) => event.seq)]),
    failed: (error, durableSeq) =>
      heard.push(["failed", isOrderwrightError(error) ? error.code : error.name, durableSeq]),
  });
  return heard;
}

function codeOf(work: () => unknown): ErrorCode | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (isOrderwrightError(error)) return error.code;
    throw error;
  }
}

async function rejectionOf(promise: Promise<unknown>): Promise<ErrorCode | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (isOrderwrightError(error)) return error.code;
    throw error;
  }
}

const numbered = (events: readonly EventDraft[]): unknown[] =>
  events.map((event, index) => ({ ...event, seq: index + 1 }));
const seqs = (events: Iterable<RecordedEvent>): number[] => Array.from(events, (event) => event.seq);

/**
 * @param numRuns - how many random histories are tried; opening some journals is slow.
 */
export function describeJournal(name: string, create: () => JournalHarness, numRuns = 15): void {
  describe(`the journal contract: ${name}`, () => {
    let harness: JournalHarness;
    beforeEach(() => {
      harness = create();
    });
    afterEach(() => harness.dispose());

    test("a new journal is empty", async () => {
      const journal = await harness.open();
      expect([journal.position, journal.durablePosition, [...journal.read(0)]]).toEqual([0, 0, []]);
      expect(journal.readSnapshot()).toBeUndefined();
      await journal.close();
    });

    describe("appending", () => {
      test("events get consecutive positions from 1, and come back as they were appended", async () => {
        const journal = await harness.open();
        const batches = [[created(1), validated(1)], [partlyFilled(1)], [epochStarted(1)]];
        let seq = 0;
        for (const batch of batches) {
          const events = journal.append(batch, seq);
          expect(seqs(events)).toEqual(batch.map(() => ++seq));
        }
        await journal.flush();
        expect([...journal.read(0)]).toStrictEqual(numbered(batches.flat()));
        await journal.close();
      });

      test("the position moves at once, the durable position and the reader with the commit", async () => {
        const journal = await harness.open();
        journal.append([created(1), validated(1)], 0);
        expect([journal.position, journal.durablePosition, seqs(journal.read(0))]).toEqual([2, 0, []]);
        await journal.flush();
        expect([journal.position, journal.durablePosition, seqs(journal.read(0))]).toEqual([2, 2, [1, 2]]);
        await journal.close();
      });

      test("a batch that expects another position is a conflict and appends nothing", async () => {
        const journal = await harness.open();
        journal.append([created(1)], 0);
        for (const expected of [0, 2]) {
          expect(codeOf(() => journal.append([created(2), validated(2)], expected))).toBe("journal.conflict");
        }
        await journal.flush();
        expect([journal.position, seqs(journal.read(0))]).toEqual([1, [1]]);
        await journal.close();
      });

      test("an empty batch appends nothing and reports nothing", async () => {
        const journal = await harness.open();
        const heard = listenTo(journal);
        expect(journal.append([], 0)).toEqual([]);
        await journal.flush();
        expect([journal.position, heard]).toEqual([0, []]);
        await journal.close();
      });
    });

    describe("commits", () => {
      test("all batches of one turn are one commit, reported after the turn", async () => {
        const journal = await harness.open();
        const heard = listenTo(journal);
        journal.append([created(1), validated(1)], 0);
        journal.append([created(2)], 2);
        journal.append([created(3)], 3);
        expect(heard).toEqual([]);
        await journal.flush();
        expect(heard).toEqual([["committed", 4, [1, 2, 3, 4]]]);
        await journal.close();
      });

      test("events appended while a commit is reported come in a later commit, in order", async () => {
        const journal = await harness.open();
        const heard: number[][] = [];
        journal.listen({
          committed: (_durableSeq, events) => {
            heard.push(seqs(events));
            if (journal.position < 6) journal.append([validated(1), validated(1)], journal.position);
          },
          failed: (error) => {
            throw error;
          },
        });
        journal.append([created(1)], 0);
        while (journal.durablePosition < 7) await journal.flush();
        expect(heard).toEqual([[1], [2, 3], [4, 5], [6, 7]]);
        await journal.close();
      });

      test("the durable position is up to date while a commit is reported, and its events can be read", async () => {
        const journal = await harness.open();
        const seen: unknown[] = [];
        journal.listen({
          committed: (durableSeq) => seen.push([durableSeq, journal.durablePosition, seqs(journal.read(0))]),
          failed: () => undefined,
        });
        journal.append([created(1), validated(1)], 0);
        await journal.flush();
        expect(seen).toEqual([[2, 2, [1, 2]]]);
        await journal.close();
      });

      test("the journal is active from the first append until the listener has heard of the commit", async () => {
        const activity = new Activity();
        const journal = await harness.open(activity);
        const idleWhileReporting: boolean[] = [];
        journal.listen({
          committed: () => idleWhileReporting.push(activity.isIdle),
          failed: () => undefined,
        });
        expect(activity.isIdle).toBe(true);
        journal.append([created(1)], 0);
        expect(activity.isIdle).toBe(false);
        await activity.whenIdle();
        expect([journal.durablePosition, idleWhileReporting]).toEqual([1, [false]]);
        await journal.close();
      });
    });

    describe("reading", () => {
      test("a reader begins after any position and ends at any limit", async () => {
        const journal = await harness.open();
        for (let n = 0; n < 5; n++) {
          journal.append([created(n), validated(n)], n * 2);
          await journal.flush();
        }
        for (let after = 0; after <= 11; after++) {
          const wanted = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].slice(after);
          expect(seqs(journal.read(after))).toEqual(wanted);
          expect(seqs(journal.read(after, 3))).toEqual(wanted.slice(0, 3));
        }
        expect(seqs(journal.read(0, 0))).toEqual([]);
        await journal.close();
      });

      test("a reader sees what was durable when it was asked for, and does not hold up the journal", async () => {
        const journal = await harness.open();
        journal.append([created(1), validated(1)], 0);
        await journal.flush();
        const reader = journal.read(0)[Symbol.iterator]();
        expect(reader.next().value?.seq).toBe(1);
        journal.append([created(2)], 2);
        await journal.flush();
        expect([reader.next().value?.seq, reader.next().done]).toEqual([2, true]);
        await journal.close();
      });

      test("an order's own events are found, those just committed too, and nobody else's", async () => {
        const journal = await harness.open();
        journal.append([created(1), created(2), validated(1)], 0);
        await journal.flush();
        journal.append([validated(2), partlyFilled(1)], 3);
        while (journal.durablePosition < 5) await new Promise((resolve) => setImmediate(resolve));
        expect(seqs(journal.readOrder(exampleOrderId(1)))).toEqual([1, 3, 5]);
        expect(seqs(journal.readOrder(exampleOrderId(2)))).toEqual([2, 4]);
        expect(journal.readOrder(exampleOrderId(3))).toEqual([]);
        await journal.close();
      });

      test("a caller's id finds its order in its account, also one that a replace brought; the first use counts", async () => {
        const other = "other" as typeof main;
        const check = (journal: Journal): void => {
          expect(journal.findOrderId(main, "mine")).toBe(exampleOrderId(1));
          expect(journal.findOrderId(main, 'later "id"')).toBe(exampleOrderId(1));
          expect(journal.findOrderId(other, "mine")).toBe(exampleOrderId(2));
          expect(journal.findOrderId(other, 'later "id"')).toBeUndefined();
          expect(journal.findOrderId(main, "nobody's")).toBeUndefined();
        };
        const journal = await harness.open();
        journal.append(
          [created(1, "mine"), created(2, "mine", other), replaced(1, 'later "id"'), created(3, "mine")],
          0,
        );
        while (journal.durablePosition < 4) await new Promise((resolve) => setImmediate(resolve));
        check(journal);
        await journal.flush();
        check(journal);
        await journal.close();
      });
    });

    describe("a venue's id", () => {
      /** Finds by an id, and says which example order that is. */
      const finder =
        (journal: Journal) =>
        (id: string, account = main, instrument?: string): number | undefined => {
          const found = journal.findOrderIdByVenueOrderId(
            account,
            id as VenueOrderId,
            instrument as InstrumentId | undefined,
          );
          return found === undefined ? undefined : Number.parseInt(found.slice(-8), 16);
        };
      /** Checks what was just committed, what has its rows, and what another process finds. */
      async function checkThroughout(events: readonly EventDraft[], check: (journal: Journal) => void): Promise<void> {
        const journal = await harness.open();
        journal.append(events, 0);
        while (journal.durablePosition < events.length) await new Promise((resolve) => setImmediate(resolve));
        check(journal);
        await journal.flush();
        check(journal);
        await journal.close();
        const again = await harness.open();
        check(again);
        await again.close();
      }

      test("finds its order, whatever event brought it, also after a replace brought another", async () => {
        const events = [
          created(1),
          acknowledged(1, "first"),
          replaced(1, "mine", "second"),
          partlyFilled(1, "of a fill"),
          canceled(1, "of an end"),
          adopted(2, "found", "theirs"),
          created(3),
        ];
        await checkThroughout(events, (journal) => {
          const find = finder(journal);
          expect(["first", "second", "of a fill", "of an end"].map((id) => find(id))).toEqual([1, 1, 1, 1]);
          expect(["found", "nobody's", "mine", "theirs"].map((id) => find(id))).toEqual([
            2,
            undefined,
            undefined,
            undefined,
          ]);
          expect(journal.findOrderId(main, "theirs")).toBe(exampleOrderId(2));
        });
      });

      test("finds in its own account and instrument; of several orders the latest to get the id", async () => {
        const other = "other" as typeof main;
        const events = [
          created(1),
          created(2, undefined, main, "ETH/USDT"),
          created(3, undefined, other),
          created(4),
          acknowledged(4, "7"),
          acknowledged(1, "7"),
          acknowledged(2, "7"),
          acknowledged(3, "7"),
          // What an order had already it does not get again.
          partlyFilled(4, "7"),
        ];
        await checkThroughout(events, (journal) => {
          const find = finder(journal);
          expect([find("7", main, "BTC/USDT"), find("7", main, "ETH/USDT"), find("7", main, "XRP/USDT")]).toEqual([
            1,
            2,
            undefined,
          ]);
          expect([find("7"), find("7", other), find("7", other, "ETH/USDT")]).toEqual([2, 3, undefined]);
        });
      });
    });

    describe("snapshots", () => {
      test("the newest snapshot comes back, after opening again too", async () => {
        let journal = await harness.open();
        journal.append([created(1), validated(1)], 0);
        await journal.flush();
        for (const seq of [1, 2]) {
          journal.writeSnapshot({ seq, state: `state at ${seq}` });
          await journal.flush();
        }
        expect(journal.readSnapshot()).toEqual({ seq: 2, state: "state at 2" });
        await journal.close();
        journal = await harness.open();
        expect(journal.readSnapshot()).toEqual({ seq: 2, state: "state at 2" });
        await journal.close();
      });

      test("a snapshot of a position that is not durable is refused", async () => {
        const journal = await harness.open();
        journal.append([created(1)], 0);
        expect(() => journal.writeSnapshot({ seq: 1, state: "early" })).toThrow(/not durable/);
        await journal.close();
      });
    });

    describe("a commit that fails", () => {
      test("is reported once, and nothing of it or after it is ever reported committed", async () => {
        const journal = await harness.open();
        const heard = listenTo(journal);
        journal.append([created(1)], 0);
        await journal.flush();
        await harness.fillDisk(journal);
        journal.append([created(2), ...Array.from({ length: 2_000 }, () => partlyFilled(2))], 1);
        expect(await rejectionOf(journal.flush())).toBe("journal.full");
        expect(heard).toEqual([
          ["committed", 1, [1]],
          ["failed", "journal.full", 1],
        ]);
        expect([journal.durablePosition, seqs(journal.read(0))]).toEqual([1, [1]]);
        await journal.close();
      });

      test("ends the journal: every later append, flush and snapshot throws, and closing does not", async () => {
        const journal = await harness.open();
        await harness.fillDisk(journal);
        journal.append(
          Array.from({ length: 2_000 }, () => partlyFilled(2)),
          0,
        );
        expect(await rejectionOf(journal.flush())).toBe("journal.full");
        for (let attempt = 0; attempt < 2; attempt++) {
          expect(codeOf(() => journal.append([created(3)], journal.position))).toBe("journal.full");
          expect(await rejectionOf(journal.flush())).toBe("journal.full");
          expect(codeOf(() => journal.writeSnapshot({ seq: 0, state: "" }))).toBe("journal.full");
        }
        await journal.close();
      });

      test("fails the close that it happens in, and the journal is closed all the same", async () => {
        const journal = await harness.open();
        const heard = listenTo(journal);
        await harness.fillDisk(journal);
        journal.append(
          Array.from({ length: 2_000 }, () => partlyFilled(2)),
          0,
        );
        expect(await rejectionOf(journal.close())).toBe("journal.full");
        expect(heard).toEqual([["failed", "journal.full", 0]]);
        const again = await harness.open();
        expect(again.position).toBe(0);
        await again.close();
      });

      test("leaves the journal idle", async () => {
        const activity = new Activity();
        const journal = await harness.open(activity);
        await harness.fillDisk(journal);
        journal.append(
          Array.from({ length: 2_000 }, () => partlyFilled(2)),
          0,
        );
        await activity.whenIdle();
        expect(codeOf(() => journal.append([created(1)], journal.position))).toBe("journal.full");
        await journal.close();
      });
    });

    describe("closing", () => {
      test("commits what is queued, and the journal goes on from there when opened again", async () => {
        const journal = await harness.open();
        journal.append([created(1), validated(1)], 0);
        await journal.close();
        const again = await harness.open();
        expect([again.position, again.durablePosition, seqs(again.read(0))]).toEqual([2, 2, [1, 2]]);
        again.append([partlyFilled(1)], 2);
        await again.flush();
        expect(seqs(again.readOrder(exampleOrderId(1)))).toEqual([1, 2, 3]);
        await again.close();
      });

      test("a closed journal takes nothing, and closes again without complaint", async () => {
        const journal = await harness.open();
        const closing = journal.close();
        expect(codeOf(() => journal.append([created(1)], 0))).toBe("journal.closed");
        expect(await rejectionOf(journal.flush())).toBe("journal.closed");
        await closing;
        await journal.close();
      });
    });

    test("whatever is appended, in whatever batches and commits, is what is read after opening again", async () => {
      const commits = fc.array(fc.array(arbitraryBatch, { minLength: 1, maxLength: 3 }), { maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(commits, async (turns) => {
          const own = create();
          try {
            let journal = await own.open();
            for (const turn of turns) {
              for (const batch of turn) journal.append(batch, journal.position);
              await journal.flush();
            }
            await journal.close();
            journal = await own.open();
            expect([...journal.read(0)]).toStrictEqual(numbered(turns.flat(2)));
            await journal.close();
          } finally {
            await own.dispose();
          }
        }),
        { numRuns },
      );
    });
  });
}
