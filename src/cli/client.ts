// The terminal's way to a running server: plain HTTP on /api/v1, with the token from the environment or
// from the data directory. It repeats nothing: a request without an answer is reported as unknown.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { OrderJson } from "../domain/order-json.ts";
import type { CaseKind } from "../domain/system-event.ts";
import type { CaseDecision } from "../engine/engine-api.ts";
import { CommandError, EXIT, exitCodeOf, type Problem } from "./exit.ts";

export interface ClientOptions {
  readonly url: string;
  readonly data: string;
}

/** A case of the operator queue, with what may be decided about it now. */
export interface CaseJson {
  readonly caseId: string;
  readonly kind: CaseKind;
  readonly account?: string;
  /** The order that it is about. */
  readonly about?: string;
  readonly text: string;
  readonly at: number;
  readonly decisions: readonly CaseDecision[];
}

/** No connection was made: nothing can have taken effect. */
const NEVER_SENT: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);
const LOOK = "Look with: orderwright orders list";
const MUTATING: ReadonlySet<string> = new Set(["POST", "PATCH", "DELETE", "PUT"]);

export class ApiClient {
  readonly url: string;
  readonly token: string;

  constructor(options: ClientOptions) {
    this.url = checkedUrl(options.url);
    this.token = readToken(options.data);
  }

  /**
   * Sends a request and returns the parsed answer.
   *
   * @throws {CommandError} with the server's problem; for a change without an answer, exit code 4.
   */
  async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    let response: Response;
    try {
      response = await fetch(`${this.url}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw this.#unreachable(method, error);
    }
    const value = parsed(await response.text());
    if (!response.ok) throw asCommandError(method, response.status, value);
    return value as T;
  }

  orders(query: Readonly<Record<string, string | undefined>>): Promise<{ readonly orders: readonly OrderJson[] }> {
    const search = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, value);
    return this.request("GET", `/orders?${search.toString()}`);
  }

  #unreachable(method: string, error: unknown): CommandError {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    if (NEVER_SENT.has((cause as { code?: string } | undefined)?.code ?? ""))
      return new CommandError(`No server answers at ${this.url}. Start one with: orderwright up`, EXIT.failed);
    const words = cause instanceof Error ? cause.message : String(cause);
    if (!MUTATING.has(method)) return new CommandError(`${this.url} did not answer: ${words}.`, EXIT.failed);
    return new CommandError(
      `The request was sent to ${this.url} and no answer came (${words}): whether it took effect is unknown. ${LOOK}`,
      EXIT.unknown,
    );
  }
}

/** An answer that is not of our server, such as a proxy's, does not say what became of a change. */
function asCommandError(method: string, status: number, value: unknown): CommandError {
  const problem = value as Partial<Problem> | undefined;
  if (problem?.code !== undefined && problem.detail !== undefined) {
    return new CommandError(problem.detail, exitCodeOf(problem.code), problem as Problem);
  }
  if (status < 500 || !MUTATING.has(method)) return new CommandError(`The server answered ${status}.`, EXIT.failed);
  return new CommandError(
    `The server answered ${status} without saying what became of the request: whether it took effect is unknown. ${LOOK}`,
    EXIT.unknown,
  );
}

function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    // Not our server's words; the status says what can be said.
    return undefined;
  }
}

function checkedUrl(url: string): string {
  if (/^https?:\/\/[^/]/.test(url) && URL.canParse(url)) return url.replace(/\/$/, "");
  throw new CommandError(`${JSON.stringify(url)} is no address of a server; one is http://127.0.0.1:7070.`, EXIT.usage);
}

function readToken(dataDir: string): string {
  const fromEnvironment = process.env["ORDERWRIGHT_TOKEN"];
  if (fromEnvironment !== undefined && fromEnvironment !== "") return fromEnvironment;
  const file = join(dataDir, "token");
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    throw new CommandError(
      `No token: ORDERWRIGHT_TOKEN is not set and ${file} cannot be read. Name the server's data directory with --data.`,
      EXIT.configuration,
    );
  }
}
