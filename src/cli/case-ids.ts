// Which case a person means: by its whole id, or by any part of it that fits only one.

import type { CaseJson } from "./client.ts";
import { CommandError, EXIT } from "./exit.ts";

/**
 * Finds the case that a text names: a case id, an order id with or without underscores, or any part of either.
 *
 * @throws {CommandError} when no case fits, or several do: it lists them.
 */
export function findCase(cases: readonly CaseJson[], text: string): CaseJson {
  const exact = cases.find(({ caseId }) => caseId === text);
  if (exact !== undefined) return exact;
  const fitting = cases.filter(({ caseId }) => bare(text) !== "" && bare(caseId).includes(bare(text)));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  if (only !== undefined) {
    const ids = fitting.map(({ caseId }) => `\n  ${caseId}`).join("");
    throw new CommandError(`${JSON.stringify(text)} fits ${fitting.length} cases; name one of them:${ids}`, EXIT.usage);
  }
  const detail = `No open case fits ${JSON.stringify(text)}; it may have been settled meanwhile. List them with: orderwright cases`;
  throw new CommandError(detail, EXIT.refused, { code: "request.unknownCase", detail });
}

/** Order ids are written with underscores for people, and without on the wire. */
function bare(text: string): string {
  return text.trim().replaceAll("_", "").toLowerCase();
}
