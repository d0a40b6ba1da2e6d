// Progress of long work on stderr: a bar with rate and time left for people, a plain line now and then for logs.

import { SingleBar } from "cli-progress";
import { say } from "./terminal.ts";

const PLAIN_LINE_EVERY_MS = 5_000;

/** Runs work that reports how far it is, out of `total`. */
export async function withProgress<T>(
  name: string,
  total: number,
  work: (report: (done: number) => void) => Promise<T>,
): Promise<T> {
  if (!process.stderr.isTTY) return plain(name, total, work);
  const format = `${name.padEnd(8)} {bar} {percentage} %  {value}/{total}  {eta_formatted} left`;
  const bar = new SingleBar({ format, hideCursor: true, clearOnComplete: true, stream: process.stderr });
  bar.start(total, 0);
  try {
    return await work((done) => bar.update(done));
  } finally {
    bar.stop();
  }
}

async function plain<T>(name: string, total: number, work: (report: (done: number) => void) => Promise<T>): Promise<T> {
  let lastAt = performance.now();
  return work((done) => {
    const now = performance.now();
    if (now - lastAt < PLAIN_LINE_EVERY_MS) return;
    lastAt = now;
    say(`${name}: ${done} of ${total}`);
  });
}
