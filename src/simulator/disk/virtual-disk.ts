// A disk that forgets as a real one does: what was written is not stored until it is synced, a power cut keeps any
// part of the rest, a sync may fail or take its time, and there may be no room. One file, appended to.

import { orderwrightError } from "../../domain/errors.ts";
import type { FaultPlan } from "../faults.ts";
import type { ProcessClock } from "../process-clock.ts";

/** What a disk does with a write or a sync. */
export type DiskOutcome = Error | undefined;

/** The steps of a commit at which a process may be killed; each is a place where the real one may die. */
export const COMMIT_STEPS = ["beforeWrite", "halfWritten", "written", "synced"] as const;
export type CommitStep = (typeof COMMIT_STEPS)[number];

/** What a disk asks of a plan. */
export type DiskFaults = Pick<FaultPlan, "strikes" | "pick">;

const SLOW_SYNC_MS = 3_000;
const SYNC_MS = 1;

export class VirtualDisk {
  readonly #faults: DiskFaults;
  /** Asked at each step of a commit: `true` kills the process there. */
  readonly #killAt: (step: CommitStep) => boolean;
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;
  #synced = 0;
  #holder: object | undefined;
  /** What a reader found in the first bytes, for the next one: they do not change but by a flipped bit. */
  readCache: unknown;

  constructor(faults: DiskFaults, killAt: (step: CommitStep) => boolean) {
    this.#faults = faults;
    this.#killAt = killAt;
  }

  /** What the file holds now. */
  contents(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Takes the file for one process. @throws {OrderwrightError} `journal.locked` while another one has it. */
  lock(holder: object): void {
    if (this.#holder !== undefined && this.#holder !== holder)
      throw orderwrightError("journal.locked", "Another simulated process has the journal open.");
    this.#holder = holder;
  }

  unlock(holder: object): void {
    if (this.#holder === holder) this.#holder = undefined;
  }

  get isLocked(): boolean {
    return this.#holder !== undefined;
  }

  /** Writes and syncs; calls `done` later, with an error when the record is not known to be stored. */
  append(record: Buffer, clock: ProcessClock, done: (outcome: DiskOutcome) => void): void {
    if (this.#killAt("beforeWrite")) return;
    if (this.#faults.strikes("diskFull")) {
      this.#write(record.subarray(0, this.#faults.pick("diskFull", record.length)));
      clock.schedule(SYNC_MS, () => done(orderwrightError("journal.full", "The simulated disk has no room.")));
      return;
    }
    const half = Math.floor(record.length / 2);
    this.#write(record.subarray(0, half));
    if (this.#killAt("halfWritten")) return;
    this.#write(record.subarray(half));
    if (this.#killAt("written")) return;
    const delayMs = this.#faults.strikes("diskSlow") ? this.#faults.pick("diskSlow", SLOW_SYNC_MS) : SYNC_MS;
    clock.schedule(delayMs, () => this.#sync(done));
  }

  /** The process has died and its file is free. The page cache lives on unless the machine died with it. */
  crash(isPowerCut: boolean, keep: number): void {
    this.#holder = undefined;
    if (!isPowerCut) {
      this.#synced = this.#length;
      return;
    }
    const unsynced = this.#length - this.#synced;
    this.#length = this.#synced + Math.floor(unsynced * keep);
    this.#synced = this.#length;
  }

  /** Cuts the file, as a start does with a torn end. */
  truncate(length: number): void {
    this.#length = length;
    this.#synced = Math.min(this.#synced, length);
  }

  /** Flips a bit: what a scrubbed disk would have shown. Twice is as before. */
  flipBit(position: number): void {
    this.readCache = undefined;
    const byte = this.#bytes[position];
    if (byte !== undefined) this.#bytes[position] = byte ^ 1;
  }

  #write(part: Buffer): void {
    if (this.#length + part.length > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(65_536, (this.#length + part.length) * 2));
      this.contents().copy(grown);
      this.#bytes = grown;
    }
    part.copy(this.#bytes, this.#length);
    this.#length += part.length;
  }

  #sync(done: (outcome: DiskOutcome) => void): void {
    if (this.#faults.strikes("syncFails")) {
      // What the sync did not bring to the disk may be there or not: the page cache forgets that it is dirty.
      done(orderwrightError("journal.writeFailed", "The simulated sync failed."));
      return;
    }
    this.#synced = this.#length;
    if (this.#killAt("synced")) return;
    done(undefined);
  }
}
