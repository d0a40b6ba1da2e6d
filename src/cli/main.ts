#!/usr/bin/env node
// The terminal: `orderwright <noun> <verb>`. Runs the command line of this process; the commands are in program.ts.

import { CommanderError } from "commander";
import { EXIT, explain } from "./exit.ts";
import { createProgram } from "./program.ts";
import { say } from "./terminal.ts";

/** Runs a command line and returns the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync([...argv]);
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const { text, exitCode } = explain(error);
    say(text);
    return exitCode;
  }
}

// A reader such as `head` may close the pipe before all is written: then there is nobody left to tell.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(EXIT.done);
});

process.exitCode = await main(process.argv);
