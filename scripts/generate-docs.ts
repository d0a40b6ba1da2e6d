// Writes the pages of docs/ that follow from the code: the life of an order from the status table, the errors from
// their catalogue, the settings from their schema, the terminal from its commands, the scenarios from their tests.
// Run `npx tsx scripts/generate-docs.ts`; with --check it writes nothing, names the pages that differ, and exits 1 if
// any does.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ERROR_CATALOG, type OrderExists, type RetryAdvice } from "../src/domain/errors.ts";
import type { OrderEventType } from "../src/domain/order-event.ts";
import {
  ANSWER_MEANING,
  type Answer,
  isTerminalStatus,
  ORDER_STATUSES,
  type OrderStatus,
  STATUS_MEANING,
  STATUS_TABLE,
  TRANSITIONS,
} from "../src/domain/order-status.ts";
import { cliPage } from "./docs/cli-page.ts";
import { configurationPage } from "./docs/configuration-page.ts";
import { code, GENERATED_MARK, table } from "./docs/markdown.ts";
import { fixMatricesPage, scenariosPage } from "./docs/scenarios.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Returns the text of each generated page by its path from the root. */
export function generatedDocs(): ReadonlyMap<string, string> {
  const fixMatrices = fixMatricesPage(ROOT);
  return new Map([
    ["docs/concepts/order-life.md", orderLifePage()],
    ["docs/reference/errors.md", errorsPage()],
    ["docs/reference/configuration.md", configurationPage()],
    ["docs/reference/cli.md", cliPage()],
    ["docs/internals/scenarios.md", scenariosPage(ROOT)],
    ...(fixMatrices === undefined ? [] : [["docs/internals/fix-matrices.md", fixMatrices] as const]),
  ]);
}

/** Returns the paths of the pages under `root` that are missing or differ from the code. */
export function staleDocs(root: string): string[] {
  return [...generatedDocs()].filter(([path, text]) => readIfThere(join(root, path)) !== text).map(([path]) => path);
}

/** Writes all pages under `root`. */
export function writeDocs(root: string): void {
  for (const [path, text] of generatedDocs()) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

const codes = (texts: readonly string[]): string => texts.map(code).join(", ");

function orderLifePage(): string {
  return `${GENERATED_MARK}

# The life of an order

An order is what its journaled events say, and nothing else changes one. Ten statuses, one table
(\`src/domain/order-status.ts\`): this page and the exhaustive test are generated from it.

## Statuses

${table(
  ["status", "meaning", "over?"],
  ORDER_STATUSES.map((status) => [code(status), STATUS_MEANING[status], isTerminalStatus(status) ? "yes" : ""]),
)}

Over means that no more requests are taken. It does not mean that no more quantities come: a fill that
arrives late is booked, with its fees and its effect on the position, and the status stays.

## Steps

${diagram()}

The same in words:

${table(
  ["from", "to"],
  ORDER_STATUSES.map((status) => [
    code(status),
    TRANSITIONS[status].length === 0 ? "nowhere, but by name: see below" : codes(TRANSITIONS[status]),
  ]),
)}

- From \`partiallyFilled\` back to \`acknowledged\` leads only a reversal of all fills.
- An order that has ended is opened again by name only: by \`orderReinstated\`, when the end was inferred and
  evidence contradicts it, or when the venue reverses a fill and says that the order works again.
- A venue's fact that skips ahead (a fill before the acknowledgement) is applied along the shortest legal path;
  each step in between is journaled and marked \`implied\`. Our own commands never skip.

## Beside the status

- **Pending requests.** A cancel and a replace wait beside the status, each with its request id and whether its
  outcome is unknown. A cancel may overtake a replace; otherwise one request is outstanding at a time. Fills are
  booked meanwhile. While a replace is open or unknown, the larger of the old and the new quantity counts. Fills
  beyond the old one and within the new one say that the venue has applied the replace before it says so itself:
  \`orderReplaced\` is journaled first, marked \`implied\`.
- **Outcome unknown.** A submitted order whose send ended without proof keeps reserving its full exposure until
  evidence comes. It is never sent again by itself.
- **Inferred.** An end that we concluded says so. Evidence against it reinstates the order; an end that the venue
  confirmed is final. \`failed\` counts as inferred always: only our side saw that nothing was sent.
- **Settled.** An ended order is settled when its booked fills equal the venue's cumulative quantity.
- **Over is not full.** Where a venue calls an order filled and its own total is short of the quantity, without a
  smaller replace that would explain it, the order ends as \`canceled\`, and its reason says what the venue called it.
  That is recorded as a contradiction, and the venue's executions are read again.
- **Averages.** The average price is computed from the booked fills. A venue's average over the same total is compared
  with it once the order has ended: a difference beyond rounding (a millionth of the price, or one unit of the last
  decimal that either has) is recorded as a contradiction and changes nothing.
- **Overfilled.** More was executed than asked for: booked, and flagged.
- **Inferred fills.** Where a venue reports totals without executions, the difference is booked as an inferred fill;
  the real execution takes its place.
- **Reversals and corrections.** A venue's bust or correction lowers or changes what is booked, by name and on
  record. An execution that was taken back is remembered: a late repeat is not booked again. A repeat that brings the
  fee which was not known before corrects the fee alone; one that says another price, quantity or fee is recorded as a
  contradiction and not believed, since a venue's correction comes by name.

## Every event in every status

${table(
  ["event", ...ORDER_STATUSES],
  Object.entries(STATUS_TABLE).map(([event, row]) => eventRow(event as OrderEventType, row)),
)}

A status as the answer means: applied, and the order moves there. \`orderCreated\` and \`orderAdopted\` are births: there is
no status yet to be in. \`–\` stands for \`never\`. The other answers:

${table(
  ["answer", "meaning"],
  Object.entries(ANSWER_MEANING).map(([answer, meaning]) => [code(answer), meaning]),
)}
`;
}

function eventRow(event: OrderEventType, row: Readonly<Record<OrderStatus, Answer>>): string[] {
  return [code(event), ...ORDER_STATUSES.map((status) => answerCell(row[status]))];
}

/** Moves stand out; the impossible recedes. */
function answerCell(answer: Answer): string {
  if (answer === "never") return "–";
  return (ORDER_STATUSES as readonly string[]).includes(answer) ? `**${answer}**` : answer;
}

function diagram(): string {
  const steps = ORDER_STATUSES.flatMap((from) =>
    TRANSITIONS[from].map((to) => `  ${from} --> ${to}${label(from, to)}`),
  );
  const ends = ORDER_STATUSES.filter(isTerminalStatus).map((status) => `  ${status} --> [*]`);
  return ["```mermaid", "stateDiagram-v2", "  [*] --> created", ...steps, ...ends, "```"].join("\n");
}

function label(from: OrderStatus, to: OrderStatus): string {
  return from === "partiallyFilled" && to === "acknowledged" ? ": reversal" : "";
}

const EXISTS: Readonly<Record<OrderExists, string>> = {
  no: "no",
  yes: "yes",
  unknown: "**unknown**",
  unchanged: "as before",
};

const ADVICE: Readonly<Record<RetryAdvice, string>> = {
  never: "Do not repeat it: the same request ends in the same way.",
  afterFix: "Put right what the message names, then send it again.",
  safe: "It is safe to send it again.",
  reconcileFirst: "Ask what became of it before anything else; never send it again blindly.",
};

const FAMILIES: Readonly<Record<string, string>> = {
  request: "The request is wrong; nothing was sent.",
  risk: "Denied by a limit of ours; nothing was sent.",
  order: "The order, as it is, does not allow it.",
  venue: "What the venue answered, or did not.",
  engine: "The engine does not take it now.",
  journal: "The journal cannot be read or written: nothing is sent that is not recorded.",
  marketData: "Market data cannot be read.",
  config: "The configuration is wrong: the process does not start.",
  auth: "The caller may not do it.",
  internal: "A fault of ours.",
};

function errorsPage(): string {
  const families = [...new Set(Object.keys(ERROR_CATALOG).map(familyOf))];
  return `${GENERATED_MARK}

# Errors

Every expected error has a code that never changes its meaning, a message that says what would be right, and
details that are safe to show. The column *order exists?* answers the question that costs money after a submit;
a cancel or a replace that fails leaves its order as it was. *As before* means that the error changed nothing.

${families.map(familySection).join("\n\n")}
`;
}

function familyOf(errorCode: string): string {
  return errorCode.slice(0, errorCode.indexOf("."));
}

function familySection(family: string): string {
  const entries = Object.entries(ERROR_CATALOG).filter(([errorCode]) => familyOf(errorCode) === family);
  const about = FAMILIES[family];
  if (about === undefined) throw new Error(`scripts/generate-docs.ts has no sentence for the error family ${family}.*`);
  const rows = entries.map(([errorCode, { meaning, orderExists, retry }]) => [
    code(errorCode),
    meaning,
    EXISTS[orderExists],
    ADVICE[retry],
  ]);
  return `## ${code(`${family}.*`)}

${about}

${table(["code", "meaning", "order exists?", "what to do"], rows)}`;
}

function main(args: readonly string[]): number {
  if (!args.includes("--check")) {
    writeDocs(ROOT);
    return 0;
  }
  const stale = staleDocs(ROOT);
  for (const path of stale)
    process.stderr.write(`${path} differs from the code; run: npx tsx scripts/generate-docs.ts\n`);
  return stale.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv.slice(2));
