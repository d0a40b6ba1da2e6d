// The chain that ties each commit to all before it, and the checksum of snapshots.
// It shows damage and later edits; it is no signature: who can write the file can also forge a whole new chain.

import { createHash } from "node:crypto";

/** What stands before the first commit. */
export const CHAIN_START: Uint8Array = new Uint8Array(32);

/** A row of the table `commits` but its hash. */
export interface StoredChunk {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly at: number;
  readonly payload: string;
}

/** SHA-256 over the hash before, the positions, the time and the payload. */
export function chainHash(before: Uint8Array, chunk: StoredChunk): Uint8Array {
  return createHash("sha256")
    .update(before)
    .update(`${chunk.firstSeq}\n${chunk.lastSeq}\n${chunk.at}\n`)
    .update(chunk.payload)
    .digest();
}

export function snapshotHash(seq: number, state: string): Uint8Array {
  return createHash("sha256").update(`${seq}\n`).update(state).digest();
}

export function equalHashes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
