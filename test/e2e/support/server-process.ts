// The built program as a process of its own: start it, ask it, signal it by its own id, read what it said.
// What tests of one area need on top of that (a page, an order flow, a stream) is in their own files.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const PROGRAM: string = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
const START_DEADLINE_MS = 30_000;
const REQUEST_DEADLINE_MS = 10_000;

export type Environment = Readonly<Record<string, string | undefined>>;

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a command printed, and how it ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Answer<T = unknown> {
  readonly status: number;
  /** The body as JSON; `undefined` when it is none. */
  readonly json: T;
  readonly text: string;
  readonly headers: Headers;
}

export interface RequestOptions {
  /** Sent as JSON; a text is sent as it is. */
  readonly body?: unknown;
  /** On top of the token and the content type; `undefined` leaves one of them out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** Starts a process of the program: its own settings never come from the environment of the test run. */
function spawnProgram(args: readonly string[], environment: Environment): ChildProcess {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not there: run npm run build first.`);
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(?:ORDERWRIGHT_|NO_COLOR|FORCE_COLOR)/.test(name),
  );
  const env = { ...Object.fromEntries(inherited), ...environment };
  return spawn(process.execPath, [PROGRAM, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
}

/** A command that runs, so that a test can read along and interrupt it. */
export class CommandProcess {
  readonly #child: ChildProcess;
  readonly ended: Promise<CommandResult>;
  stdout = "";
  stderr = "";

  constructor(args: readonly string[], environment: Environment = {}) {
    this.#child = spawnProgram(args, environment);
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.ended = once(this.#child, "close").then(([code]) => ({
      code: code as number | null,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves once the output holds a match. @throws when the process ends, or a deadline passes, before it does. */
  async said(pattern: RegExp, deadlineMs = START_DEADLINE_MS): Promise<RegExpExecArray> {
    const until = performance.now() + deadlineMs;
    for (;;) {
      const match = pattern.exec(this.stdout + this.stderr);
      if (match !== null) return match;
      if (!this.isRunning) {
        const { code } = await this.ended;
        throw new Error(
          `The process ended with ${code ?? this.#child.signalCode} and never said ${pattern}:\n${this.stderr}`,
        );
      }
      if (performance.now() > until) throw new Error(`The process did not say ${pattern}:\n${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async end(signal: NodeJS.Signals): Promise<Exit> {
    if (this.isRunning) this.signal(signal);
    await this.ended;
    return { code: this.#child.exitCode, signal: this.#child.signalCode };
  }
}

/** Runs one command to its end. */
export function runCommand(args: readonly string[], environment: Environment = {}): Promise<CommandResult> {
  return new CommandProcess(args, environment).ended;
}

/** Makes an empty directory of the test's own; `remove` takes it away with all that is in it. */
export async function temporaryDirectory(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "orderwright-e2e-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

export interface ServerProcessOptions {
  /** The test's own; it stays when the server ends. */
  readonly dataDir: string;
  /** More arguments of `orderwright up`. */
  readonly args?: readonly string[];
  readonly environment?: Environment;
}

/** `orderwright up` on a free port. */
export class ServerProcess {
  readonly process: CommandProcess;
  readonly dataDir: string;
  readonly url: string;
  readonly token: string;

  private constructor(running: CommandProcess, dataDir: string, url: string, token: string) {
    this.process = running;
    this.dataDir = dataDir;
    this.url = url;
    this.token = token;
  }

  /** Spawns a server without waiting for it: for tests that end it while it starts. */
  static spawn({ dataDir, args = [], environment = {} }: ServerProcessOptions): CommandProcess {
    return new CommandProcess(["up", "--port", "0", "--data", dataDir, ...args], environment);
  }

  /** Resolves once the server takes orders. @throws with what it said, when it ends before that. */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const running = ServerProcess.spawn(options);
    // The greeting comes last: before it the port may answer, and orders are refused.
    const [, url = ""] = await running.said(/ {2}page {5}(http:\/\/[^\s/]+)\/#token=/);
    const given = options.environment?.["ORDERWRIGHT_TOKEN"];
    const token = given ?? (await readFile(join(options.dataDir, "token"), "utf8")).trim();
    return new ServerProcess(running, options.dataDir, url, token);
  }

  get stderr(): string {
    return this.process.stderr;
  }

  get isRunning(): boolean {
    return this.process.isRunning;
  }

  /** Asks the server, whatever it answers. @throws when no answer comes. */
  async ask<T = unknown>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    const { body } = options;
    const headers = Object.entries({
      authorization: `Bearer ${this.token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...options.headers,
    }).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers,
      signal: AbortSignal.timeout(REQUEST_DEADLINE_MS),
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, json: parsed(text) as T, text, headers: response.headers };
  }

  /** Reads from /api/v1. @throws for an answer that is not a success. */
  async read<T>(path: string): Promise<T> {
    const answer = await this.ask<T>("GET", `/api/v1${path}`);
    if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}: ${answer.text}`);
    return answer.json;
  }

  /** Ends the process at once, as a power cut would. */
  kill(): Promise<Exit> {
    return this.process.end("SIGKILL");
  }

  /** Stops in good order. */
  stop(): Promise<Exit> {
    return this.process.end("SIGTERM");
  }
}

/** Asks again and again until the answer is right; after the deadline the last complaint is thrown. */
export async function eventually<T>(check: () => Promise<T> | T, deadlineMs = 10_000): Promise<T> {
  const until = performance.now() + deadlineMs;
  for (;;) {
    try {
      return await check();
    } catch (complaint) {
      if (performance.now() > until) throw complaint;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The page and the metrics are no JSON; tests of the API compare with what they expect.
    return undefined;
  }
}
