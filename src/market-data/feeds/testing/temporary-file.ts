// Files for one test: made in a directory of their own, removed after it.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Returns the path of a file that does not exist yet. */
export async function temporaryPath(name: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "orderwright-market-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return join(directory, name);
}

/** Writes a file and returns its path. */
export async function temporaryFile(name: string, content: string | Buffer): Promise<string> {
  const path = await temporaryPath(name);
  await writeFile(path, content);
  return path;
}
