// The faults that a simulation can inject: one catalog, and one plan per seed. A seed switches a random part of them
// on, each with its own probability and its own stream of random numbers, so that leaving one fault out does not
// change when the others strike. Where a fault strikes, and what it does, is with the part that it strikes.

import { createHash } from "node:crypto";
import { SeededRandom } from "../runtime/random.ts";

/** Every fault: what happens, and its highest probability per occasion. Numbers are those of the fault catalog in docs/internals/simulator.md. */
export const FAULTS = {
  // Requests on their way to the venue and back.
  requestLost: [0.05, "a request never arrives (2)"],
  requestDelayed: [0.05, "a request arrives seconds late, maybe after its deadline (3)"],
  requestDuplicated: [0.03, "something on the way sends a request twice (8)"],
  requestNotSent: [0.05, "no connection: a request is certainly not written"],
  replyLost: [0.05, "the reply to a request that was carried out is lost (1)"],
  replyDelayed: [0.05, "a reply comes seconds late"],
  replyGarbled: [0.03, "a reply cannot be read (48)"],
  connectionReset: [0.03, "the connection breaks with a request on it (7)"],
  // The venue's answers.
  errorAfterExecution: [0.03, "the venue answers with an error after carrying a request out (4)"],
  errorBeforeExecution: [0.03, "the venue answers with an error and did nothing (5, 6)"],
  rateLimited: [0.02, "the venue has no room and says when to come back (50)"],
  banned: [0.002, "the venue answers nothing but a ban for a while (51)"],
  keyRevoked: [0.001, "the venue refuses the key for a while (83)"],
  queryFails: [0.1, "a query is answered with an error"],
  listTorn: [0.05, "a list of open orders lacks one of them, or has it twice (40)"],
  cancelUnheard: [0.02, "the venue says that it does not know an order that works (21, 38)"],
  cancelForgotten: [0.02, "the venue takes a cancel and never carries it out"],
  halted: [0.002, "the venue takes no orders for a while (37)"],
  // The venue's own doings.
  venueRestarts: [0.02, "the venue restarts: all resting orders are canceled, silently (35)"],
  venueCancels: [0.05, "the venue cancels an order unasked"],
  venueForgets: [0.3, "the venue restarts and has lost an order that it had acknowledged (36)"],
  executionBusted: [0.05, "the venue takes an execution back (36)"],
  executionCorrected: [0.05, "the venue corrects an execution's price (36)"],
  personTrades: [0.1, "a person places and cancels orders on the same account by hand (44)"],
  // The stream of reports.
  reportLost: [0.05, "a report is lost without a disconnect (16, 17)"],
  reportDuplicated: [0.1, "a report comes twice (12, 13)"],
  reportDelayed: [0.1, "a report comes late, after later ones (14, 15, 19)"],
  reportGarbled: [0.02, "a report cannot be read (48)"],
  reportPoisoned: [0.02, "a report can be read and cannot be true"],
  streamCut: [0.05, "the stream is cut, and reports in between are lost (30, 31)"],
  streamSilent: [0.02, "the stream says nothing any more, and does not say so (33)"],
  streamReplays: [0.3, "after a reconnect the stream says again what it said before"],
  // The process, its clock and its disk.
  processKilled: [0.03, "the process is killed (56 to 63)"],
  killedAtCommit: [0.003, "the process is killed at a step of a commit (56 to 61)"],
  killedAtStart: [0.1, "the process is killed while it recovers (63)"],
  processStopped: [0.02, "the process stands still for a while (55)"],
  wallClockJumps: [0.02, "the wall clock is set forward or back (54)"],
  powerCut: [0.5, "a kill takes the machine with it: what was not synced is lost or torn (57, 64)"],
  diskSlow: [0.02, "a sync takes seconds (69)"],
  diskFull: [0.003, "the disk has no room (66)"],
  syncFails: [0.002, "a sync fails (67)"],
  bitRot: [0.05, "a bit of an old record is found flipped at a start (65)"],
  contender: [0.1, "another process tries to open the journal (73)"],
  // Callers.
  commandRepeated: [0.1, "a caller sends its command again (18, 79)"],
  commandMalformed: [0.1, "a caller sends what cannot be right (47, 78, 88)"],
  cancelStorm: [0.02, "a caller cancels everything at once"],
  killSwitchUsed: [0.01, "a person engages the kill switch and lifts it later"],
  commandTooLate: [0.1, "a caller cancels or replaces an order that has ended"],
} as const satisfies Record<string, readonly [probability: number, meaning: string]>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

export const FAULT_LEVELS = ["none", "low", "full"] as const;
/** none: all goes well · low: a tenth of the probabilities · full: up to those of the catalog. */
export type FaultLevel = (typeof FAULT_LEVELS)[number];

/** How often a fault is switched on for a seed. */
const SWITCHED_ON = 0.6;

/** Returns the stream of random numbers that a seed has for one concern. */
export function randomFor(seed: number, concern: string): SeededRandom {
  return SeededRandom.fromSeed(createHash("sha256").update(`${seed}\n${concern}`).digest().readInt32LE(0));
}

/** The faults of one seed. */
export class FaultPlan {
  readonly #probabilities = new Map<FaultName, number>();
  readonly #streams = new Map<FaultName, SeededRandom>();
  readonly #counts = new Map<FaultName, number>();
  /** The wire is healed: nothing strikes any more. */
  #isHealed = false;

  constructor(seed: number, level: FaultLevel) {
    if (level === "none") return;
    const choice = randomFor(seed, "which faults");
    for (const name of FAULT_NAMES) {
      const isOn = choice.next() < SWITCHED_ON;
      const share = choice.next();
      if (!isOn) continue;
      this.#probabilities.set(name, FAULTS[name][0] * share * (level === "low" ? 0.1 : 1));
      this.#streams.set(name, randomFor(seed, `fault ${name}`));
    }
  }

  /** The faults that are on, with their probabilities, for people. */
  get active(): ReadonlyMap<FaultName, number> {
    return this.#probabilities;
  }

  /** How often each has struck. */
  get counts(): ReadonlyMap<FaultName, number> {
    return this.#counts;
  }

  /** Asks whether a fault strikes at this occasion; a strike is counted. */
  strikes(name: FaultName): boolean {
    const probability = this.#probabilities.get(name);
    const stream = this.#streams.get(name);
    if (probability === undefined || stream === undefined || this.#isHealed) return false;
    if (stream.next() >= probability) return false;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    return true;
  }

  /** Returns a whole number below `bound` from the fault's own stream: how late, which one, how much. */
  pick(name: FaultName, bound: number): number {
    return this.#streams.get(name)?.nextInteger(bound) ?? 0;
  }

  heal(): void {
    this.#isHealed = true;
  }
}
