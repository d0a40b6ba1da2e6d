// The journal on a virtual disk keeps what every journal promises, and takes a torn end, a power cut and a flipped bit
// as the one in a file does. When such things strike is the fault plan's.

import { setImmediate } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import type { RecordedEvent } from "../../domain/system-event.ts";
import { describeJournal } from "../../journal/journal.contract.ts";
import { created, validated } from "../../journal/testing/example-events.ts";
import type { CancelTimer } from "../../runtime/clock.ts";
import { VirtualClock } from "../../runtime/virtual-clock.ts";
import type { FaultName } from "../faults.ts";
import { ProcessClock } from "../process-clock.ts";
import { DiskJournal } from "./disk-journal.ts";
import { type CommitStep, type DiskFaults, VirtualDisk } from "./virtual-disk.ts";

const START_AT = 1_700_000_000_000;

/** Time that goes on by itself, as fast as turns of the event loop do. */
class EagerClock extends VirtualClock {
  #isRunning = false;

  override schedule(delayMs: number, callback: () => void): CancelTimer {
    const cancelTimer = super.schedule(delayMs, callback);
    if (!this.#isRunning) void this.#run();
    return cancelTimer;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    await setImmediate();
    for (let at = this.nextTimerAt; at !== undefined; at = this.nextTimerAt) {
      await this.advanceTo(at, () => setImmediate());
    }
    this.#isRunning = false;
  }
}

/** Faults that strike once each, when the test says so. */
class NextFaults implements DiskFaults {
  readonly next = new Set<FaultName>();
  picked = 0;

  strikes(name: FaultName): boolean {
    return this.next.delete(name);
  }

  pick(): number {
    return this.picked;
  }
}

describeJournal("virtual disk", () => {
  const faults = new NextFaults();
  const clock = new EagerClock(START_AT);
  const disk = new VirtualDisk(faults, () => false);
  return {
    open: async (activity) => new DiskJournal(disk, new ProcessClock(clock, 0), () => undefined, activity),
    fillDisk: async () => void faults.next.add("diskFull"),
    dispose: async () => faults.next.clear(),
  };
});

describe("a journal on a disk that fails", () => {
  let faults: NextFaults;
  let clock: VirtualClock;
  let disk: VirtualDisk;
  /** The step of a commit at which the process is killed. */
  let killedAt: CommitStep | undefined;
  let life: ProcessClock;
  let synced: RecordedEvent[];

  beforeEach(() => {
    faults = new NextFaults();
    clock = new VirtualClock(START_AT);
    killedAt = undefined;
    synced = [];
    disk = new VirtualDisk(faults, (step) => {
      if (step !== killedAt) return false;
      life.kill();
      return true;
    });
  });

  function open(): DiskJournal {
    life = new ProcessClock(clock, 0);
    return new DiskJournal(disk, life, (events) => synced.push(...events));
  }
  const pass = (ms: number): Promise<void> => clock.advanceTo(clock.now() + ms, () => setImmediate());
  /** Appends the n-th of a row of orders and lets the commit happen. */
  async function store(journal: DiskJournal, n: number): Promise<void> {
    journal.append([created(n), validated(n)], journal.position);
    await pass(5);
  }
  const kept = (journal: DiskJournal): number => [...journal.read(0)].length;

  test.each([
    ["beforeWrite", 2],
    ["halfWritten", 2],
    ["written", 4],
    ["synced", 4],
  ] as const)("a kill at the step %s leaves %i events, and the journal goes on from there", async (step, left) => {
    const journal = open();
    await store(journal, 1);
    killedAt = step;
    await store(journal, 2);
    disk.crash(false, 1);
    killedAt = undefined;
    expect(synced).toHaveLength(2);
    const next = open();
    expect([next.position, kept(next)]).toEqual([left, left]);
    await store(next, 3);
    expect(kept(next)).toBe(left + 2);
    disk.crash(false, 1);
    expect(kept(open())).toBe(left + 2);
  });

  test.each([0, 0.5, 0.99])("a power cut that keeps %d of the rest takes nothing that was synced", async (share) => {
    const journal = open();
    await store(journal, 1);
    faults.next.add("diskSlow");
    faults.picked = 1_000;
    await store(journal, 2);
    expect(synced).toHaveLength(2);
    life.kill();
    disk.crash(true, share);
    expect(kept(open())).toBe(2);
  });

  test("a power cut may keep what was not synced, too", async () => {
    const journal = open();
    await store(journal, 1);
    killedAt = "written";
    await store(journal, 2);
    disk.crash(true, 1);
    expect(kept(open())).toBe(4);
  });

  test("a slow sync reports nothing until it is over", async () => {
    const journal = open();
    faults.next.add("diskSlow");
    faults.picked = 1_000;
    await store(journal, 1);
    expect([journal.durablePosition, synced.length]).toEqual([0, 0]);
    await pass(1_000);
    expect([journal.durablePosition, synced.length]).toEqual([2, 2]);
  });

  test.each([
    ["syncFails", "journal.writeFailed"],
    ["diskFull", "journal.full"],
  ] as const)("%s fails the commit, and nothing more is taken", async (fault, code) => {
    const journal = open();
    const codes: unknown[] = [];
    journal.listen({ committed: () => codes.push("committed"), failed: (error) => codes.push(codeOf(error)) });
    faults.next.add(fault);
    await store(journal, 1);
    expect(codes).toEqual([code]);
    expect(() => journal.append([created(2)], journal.position)).toThrow();
  });

  test("a full disk leaves a torn end, which the next start cuts off", async () => {
    const journal = open();
    await store(journal, 1);
    const whole = disk.contents().length;
    faults.next.add("diskFull");
    faults.picked = 40;
    await store(journal, 2);
    expect(disk.contents().length).toBe(whole + 40);
    life.kill();
    disk.crash(false, 1);
    expect(kept(open())).toBe(2);
    expect(disk.contents().length).toBe(whole);
  });

  test("a flipped bit of any old record refuses the start, and flipped back it is forgiven", async () => {
    const journal = open();
    for (let n = 1; n <= 3; n++) await store(journal, n);
    life.kill();
    disk.crash(false, 1);
    const { length } = disk.contents();
    // Of the last record, a damaged length looks like a torn end: only what is before it is always told.
    for (let position = 0; position < Math.floor(length / 2); position += 7) {
      disk.flipBit(position);
      expect(codeThrownBy(open), `byte ${position}`).toBe("journal.corrupt");
      disk.flipBit(position);
    }
    expect(kept(open())).toBe(6);
  });

  test("a snapshot comes back; a damaged one is passed over, for the events are all there", async () => {
    const journal = open();
    await store(journal, 1);
    journal.writeSnapshot({ seq: 2, state: "{}" });
    await store(journal, 2);
    life.kill();
    disk.crash(false, 1);
    const next = open();
    expect(next.readSnapshot()).toEqual({ seq: 2, state: "{}" });
    life.kill();
    disk.crash(false, 1);
    disk.flipBit(disk.contents().length - 1); // the last byte of its hash
    const last = open();
    expect([last.readSnapshot(), kept(last)]).toEqual([undefined, 4]);
  });

  test("a second process is refused while the first has the file, and not after a crash", () => {
    open();
    expect(codeThrownBy(open)).toBe("journal.locked");
    disk.crash(false, 1);
    expect(codeThrownBy(open)).toBeUndefined();
  });
});

function codeThrownBy(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : error;
}
