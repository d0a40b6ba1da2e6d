// Checks the chain of commits: positions without a gap, hashes that follow from one another, events that can be read,
// and the two tables that are written from the events alone.
// Whether the events make sense to the domain is for a refold to say.

import { setImmediate } from "node:timers/promises";
import { isOrderwrightError } from "../../domain/errors.ts";
import { decodeChunk } from "../event-codec.ts";
import type { AliasCheck } from "./alias-table.ts";
import type { CommitReader, StoredCommit } from "./commit-reader.ts";
import { type EventRow, eventRow } from "./event-row.ts";
import { CHAIN_START, chainHash, equalHashes } from "./hash-chain.ts";

/**
 * gap: positions are missing or doubled · count: a commit does not hold as many events as it says · hash: a commit, or
 * one before it, was changed · undecodable: its events cannot be read · row: a row of the table `events` differs ·
 * alias: the table `order_aliases` does not hold what the events bring.
 */
export type ChainFault = "gap" | "count" | "hash" | "undecodable" | "row" | "alias";

export interface ChainReport {
  /** Commits that are in order, and the last event of them. */
  readonly commits: number;
  readonly position: number;
  /** The hash of the last of them, in hex: two copies of a journal with equal hashes are equal up to here. */
  readonly hash: string;
  /** The first thing that is wrong; nothing after it was checked. */
  readonly fault?: { readonly kind: ChainFault; readonly seq: number; readonly message: string };
}

/** What is compared with the events. */
export interface EventTables {
  /** Reads the row of an event, where there is one. */
  rowAt(seq: number): EventRow | undefined;
  /** Begins a comparison of the rows of events up to a position; not for a file of format 1, which has no such table. */
  checkAliases(upTo: number): AliasCheck | undefined;
}

/** How many commits are checked before others get their turn. */
const COMMITS_PER_TURN = 64;

/**
 * Checks every commit from the first to `upTo`, and every row of the tables `events` and `order_aliases`.
 *
 * @param onProgress - hears of the position reached, every few dozen commits.
 */
export async function verifyChain(
  reader: CommitReader,
  upTo: number,
  tables: EventTables,
  onProgress: (position: number) => void = () => undefined,
): Promise<ChainReport> {
  const indexed = reader.projectedPosition("events");
  const aliases = tables.checkAliases(indexed);
  let hash = CHAIN_START;
  let commits = 0;
  let position = 0;
  const report = (): ChainReport => ({ commits, position, hash: Buffer.from(hash).toString("hex") });
  for (const commit of reader.commits()) {
    if (commit.firstSeq > upTo) break;
    const fault = checkCommit(commit, position, hash) ?? checkRows(commit, indexed, tables, aliases);
    if (fault !== undefined) return { ...report(), fault };
    hash = commit.hash;
    position = commit.lastSeq;
    commits++;
    if (commits % COMMITS_PER_TURN === 0) {
      onProgress(position);
      await setImmediate();
    }
  }
  onProgress(position);
  const problem = aliases?.problemAtEnd();
  return problem === undefined ? report() : { ...report(), fault: aliasFault(indexed, problem) };
}

/** Checks one commit against the position and the hash before it. */
export function checkCommit(commit: StoredCommit, before: number, hash: Uint8Array): ChainReport["fault"] {
  const { firstSeq, lastSeq } = commit;
  if (firstSeq !== before + 1) {
    return fault("gap", before + 1, `The commit after position ${before} begins at ${firstSeq}, not at ${before + 1}.`);
  }
  if (!equalHashes(commit.hash, chainHash(hash, commit))) {
    return fault("hash", firstSeq, `The commit of ${firstSeq} to ${lastSeq} does not have the hash that follows.`);
  }
  try {
    const { length } = decodeChunk(commit.payload, firstSeq);
    if (length === lastSeq - firstSeq + 1 && length > 0) return undefined;
    return fault("count", firstSeq, `The commit of ${firstSeq} to ${lastSeq} holds ${length} events.`);
  } catch (error) {
    if (!isOrderwrightError(error)) throw error;
    return fault("undecodable", Number(error.details["seq"] ?? firstSeq), error.message);
  }
}

function checkRows(
  commit: StoredCommit,
  indexed: number,
  tables: EventTables,
  aliases: AliasCheck | undefined,
): ChainReport["fault"] {
  for (const event of decodeChunk(commit.payload, commit.firstSeq)) {
    if (event.seq > indexed) return undefined;
    const wanted = JSON.stringify(eventRow(event));
    const actual = JSON.stringify(tables.rowAt(event.seq));
    if (actual !== wanted) {
      return fault("row", event.seq, `The table events holds ${actual ?? "nothing"} at ${event.seq}, not ${wanted}.`);
    }
    const problem = aliases?.problemAt(event);
    if (problem !== undefined) return aliasFault(event.seq, problem);
  }
  return undefined;
}

function aliasFault(seq: number, problem: string): NonNullable<ChainReport["fault"]> {
  return fault("alias", seq, `The table order_aliases ${problem}.`);
}

function fault(kind: ChainFault, seq: number, message: string): NonNullable<ChainReport["fault"]> {
  return { kind, seq, message };
}
