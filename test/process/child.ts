// A process of the suite, run from the sources: it is told lines of JSON and says lines of JSON. What the lines mean
// is their senders' and hearers' own.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const SAY_DEADLINE_MS = 30_000;

export class Child<Said> {
  readonly #child: ChildProcess;
  readonly #hearers = new Set<(said: Said) => void>();
  /** Resolves when the process has ended and all that it said was heard. */
  readonly ended: Promise<void>;
  stderr = "";

  /** @param hear - hears every line, in order, also those that come after a kill. */
  constructor(script: string, argument: string, hear: (said: Said) => void) {
    const path = fileURLToPath(new URL(script, import.meta.url));
    this.#child = spawn(process.execPath, ["--import", "tsx", path, argument], { stdio: "pipe" });
    this.#child.stdin?.on("error", () => undefined); // a process that is gone is told nothing
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    const lines = createInterface(this.#child.stdout as NodeJS.ReadableStream);
    lines.on("line", (line) => {
      const said = readLine(line) as Said | undefined;
      if (said === undefined) return;
      hear(said);
      for (const hearer of this.#hearers) hearer(said);
    });
    this.ended = Promise.all([once(this.#child, "close"), once(lines, "close")]).then(() => undefined);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  tell(command: object): void {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  signal(signal: "SIGSTOP" | "SIGCONT" | "SIGKILL"): void {
    this.#child.kill(signal);
  }

  /** Resolves once it says something like that. @throws when it ends, or a deadline passes, before it does. */
  async said<T extends Said>(isMeant: (said: Said) => said is T): Promise<T> {
    let hearer: (said: Said) => void = () => undefined;
    const heard = new Promise<T>((resolve) => {
      hearer = (said) => {
        if (isMeant(said)) resolve(said);
      };
      this.#hearers.add(hearer);
    });
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_resolve, reject) => {
      const complain = (what: string): void => reject(new Error(`The process ${what}:\n${this.stderr}`));
      timer = setTimeout(() => complain("did not say what was waited for"), SAY_DEADLINE_MS);
      void this.ended.then(() => complain("ended before it said what was waited for"));
    });
    try {
      return await Promise.race([heard, silence]);
    } finally {
      clearTimeout(timer);
      this.#hearers.delete(hearer);
    }
  }

  /** Ends it at once, stopped or not, and resolves when all that it said was heard. */
  async kill(): Promise<void> {
    if (this.isRunning) this.signal("SIGKILL");
    await this.ended;
  }
}

/** A line that a kill cut short was told to nobody. */
function readLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
