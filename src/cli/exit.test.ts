// Which exit code an error becomes, and in which words. The commands themselves are tested in test/e2e/cli.test.ts.

import { expect, test } from "vitest";
import { ERROR_CATALOG, orderwrightError } from "../domain/errors.ts";
import { CommandError, EXIT, exitCodeOf, explain } from "./exit.ts";

test.each([
  ["config.invalid", EXIT.configuration],
  ["risk.halted", EXIT.refused],
  ["request.offTick", EXIT.refused],
  ["order.unknown", EXIT.refused],
  ["venue.rejected", EXIT.refused],
  ["venue.outcomeUnknown", EXIT.unknown],
  ["order.timedOut", EXIT.unknown],
  ["auth.invalid", EXIT.failed],
  ["journal.locked", EXIT.failed],
  ["engine.notReady", EXIT.failed],
  ["a code of a later server", EXIT.failed],
])("%s ends a command with %d", (code, exitCode) => {
  expect(exitCodeOf(code)).toBe(exitCode);
});

test("whatever the server may know and we do not is never called done or refused", () => {
  for (const [code, { orderExists }] of Object.entries(ERROR_CATALOG)) {
    if (orderExists === "unknown") expect(exitCodeOf(code), code).not.toBeOneOf([EXIT.done, EXIT.refused]);
  }
});

test("an error is told with its code, a sentence without one as it is", () => {
  expect(explain(orderwrightError("risk.halted", "Trading is halted."))).toEqual({
    text: "risk.halted: Trading is halted.",
    exitCode: EXIT.refused,
  });
  expect(explain(new CommandError("Say why.", EXIT.usage))).toEqual({ text: "Say why.", exitCode: EXIT.usage });
  const problem = { code: "order.unknown", detail: "No order has that id." };
  expect(explain(new CommandError(problem.detail, EXIT.refused, problem)).text).toBe(
    `order.unknown: ${problem.detail}`,
  );
  expect(explain(new Error("out of memory"))).toEqual({ text: "out of memory", exitCode: EXIT.failed });
  expect(explain("thrown text")).toEqual({ text: "thrown text", exitCode: EXIT.failed });
});
