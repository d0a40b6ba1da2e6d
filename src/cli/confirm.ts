// The question before something that cannot be taken back. A pipe is never asked: scripts say --yes.

import { createInterface } from "node:readline/promises";
import { CommandError, EXIT } from "./exit.ts";

/** Where a question is asked and answered; the process's own by default. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/**
 * Says what will happen, and goes on only after a typed `yes`.
 *
 * @throws {CommandError} for any other answer, and where there is nobody to ask.
 */
export async function confirm(
  lines: readonly string[],
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<void> {
  const words = lines.join("\n");
  if (input.isTTY !== true || output.isTTY !== true) {
    throw new CommandError(
      `${words}\nNothing was done: there is no terminal to ask at. Say so with --yes.`,
      EXIT.usage,
    );
  }
  output.write(`${words}\n`);
  const asking = createInterface({ input, output });
  try {
    // The input may end (Ctrl-D) instead of being answered.
    const ended = new Promise<string>((resolve) => asking.once("close", () => resolve("")));
    const answer = await Promise.race([asking.question('Type "yes" to go on: '), ended]);
    if (answer.trim().toLowerCase() !== "yes") throw new CommandError("Nothing was done.", EXIT.failed);
  } finally {
    asking.close();
  }
}
