// How commands end: exit codes that scripts can rely on, and errors as people read them.

import { isOrderwrightError } from "../domain/errors.ts";

/** 0 done · 1 failed · 2 usage · 3 denied or rejected · 4 outcome unknown · 78 configuration. */
export const EXIT = { done: 0, failed: 1, usage: 2, refused: 3, unknown: 4, configuration: 78 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a server or an engine said no with, as far as a terminal needs it. */
export interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly details?: unknown;
}

/** Ends a command with a message on stderr and an exit code. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;
  readonly problem: Problem | undefined;

  constructor(message: string, exitCode: ExitCode, problem?: Problem) {
    super(message);
    this.exitCode = exitCode;
    this.problem = problem;
  }
}

export function exitCodeOf(code: string): ExitCode {
  if (code === "venue.outcomeUnknown" || code === "order.timedOut") return EXIT.unknown;
  if (code.startsWith("config.")) return EXIT.configuration;
  if (
    code.startsWith("risk.") ||
    code.startsWith("request.") ||
    code.startsWith("order.") ||
    code.startsWith("venue.")
  ) {
    return EXIT.refused;
  }
  return EXIT.failed;
}

/** Turns whatever a command threw into words and a code. */
export function explain(error: unknown): { readonly text: string; readonly exitCode: ExitCode } {
  if (error instanceof CommandError) {
    const code = error.problem === undefined ? "" : `${error.problem.code}: `;
    return { text: `${code}${error.message}`, exitCode: error.exitCode };
  }
  if (isOrderwrightError(error)) return { text: `${error.code}: ${error.message}`, exitCode: exitCodeOf(error.code) };
  return { text: error instanceof Error ? error.message : String(error), exitCode: EXIT.failed };
}
