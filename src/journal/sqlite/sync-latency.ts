// Measures how long the disk takes to sync, to choose where commits run.

import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";

/** Enough for a median; a slow disk (10 ms) still opens within a tenth of a second. */
const SYNCS = 7;
const PAGE_BYTES = 4_096;

/** Appends to a file of its own beside `path` and syncs it. @returns the median in milliseconds. */
export function measureSyncMs(path: string): number {
  const probe = `${path}.probe`;
  const file = openSync(probe, "w");
  try {
    const page = Buffer.alloc(PAGE_BYTES);
    const durations = Array.from({ length: SYNCS }, () => {
      const begun = performance.now();
      writeSync(file, page);
      fdatasyncSync(file);
      return performance.now() - begun;
    });
    return durations.sort((a, b) => a - b)[SYNCS >> 1] as number;
  } finally {
    closeSync(file);
    rmSync(probe, { force: true });
  }
}
