// `orderwright cases …` and `orderwright quarantine`: what waits for a person on a running server, what the person
// concludes, and the words of venues that were put aside.

import { type Command, Option } from "commander";
import { formatOrderId, type OrderId } from "../../domain/identifiers.ts";
import { byUrgency, CASE_TITLES, consequenceOf } from "../../engine/case-words.ts";
import { CASE_DECISIONS, type CaseDecision } from "../../engine/engine-api.ts";
import { findCase } from "../case-ids.ts";
import type { ApiClient, CaseJson } from "../client.ts";
import { confirm } from "../confirm.ts";
import { CommandError, EXIT } from "../exit.ts";
import { print, printJson, say, visible } from "../terminal.ts";
import { type ConnectedOptions, clientOf, connected, jsonOption, wholeNumber } from "./shared.ts";

interface CasesOptions extends ConnectedOptions {
  readonly account?: string;
}

interface DecideOptions extends CasesOptions {
  readonly reason?: string;
  readonly yes?: true;
}

interface QuarantineJson {
  readonly seq: number;
  readonly at: number;
  readonly venue: string;
  readonly account?: string;
  readonly about?: string;
  readonly reason: string;
  readonly raw: string;
}

export function addCases(program: Command): void {
  const cases = program.command("cases").description("look at what waits for a person, and decide it");
  addList(cases);
  addDecide(cases);
  addQuarantine(program);
}

function addList(cases: Command): void {
  connected(cases.command("list", { isDefault: true }))
    .description("list the open cases, unknown outcomes first; `orderwright cases` alone does the same")
    .option("--account <name>", "only this account")
    .addOption(jsonOption())
    .action(async (options: CasesOptions) => {
      const open = await casesOf(clientOf(options), options);
      if (options.json === true) printJson(open);
      else if (open.length === 0) print("no open cases");
      else print([...open].sort(byUrgency).map(caseText).join("\n\n"));
    });
}

function addDecide(cases: Command): void {
  connected(cases.command("decide"))
    .description("record what you conclude about a case; it is journaled with your token's name")
    .argument("<case>", "the id of the case or of its order, or any part of it that fits only one case")
    .addArgument(
      cases
        .createArgument(
          "<decision>",
          "dismiss: seen, nothing follows from it; notPlaced: the venue never had the order; ended: the order works nowhere any more",
        )
        .choices([...CASE_DECISIONS]),
    )
    .option("--reason <text>", "how you know: it is journaled")
    .option("--account <name>", "only among the cases of this account")
    .option("--yes", "do not ask: needed for notPlaced and ended where there is no terminal")
    .addOption(jsonOption())
    .action(decide);
}

async function decide(text: string, decision: CaseDecision, options: DecideOptions): Promise<void> {
  const { reason, account } = options;
  if (reason === undefined) throw new CommandError("Say how you know with --reason: it is journaled.", EXIT.usage);
  const client = clientOf(options);
  const found = findCase(await casesOf(client, options), text);
  const { caseId, kind } = found;
  if (decision !== "dismiss" && options.yes !== true)
    await confirm([...summary(found), ...consequenceOf(decision, kind)]);
  const query = account === undefined ? "" : `?account=${encodeURIComponent(account)}`;
  const path = `/cases/${encodeURIComponent(caseId)}/decision${query}`;
  const recorded = await client.request<unknown>("POST", path, { decision, reason });
  if (options.json === true) printJson(recorded);
  else say([`Recorded: ${caseId} as ${decision}.`, ...consequenceOf(decision, kind)].join("\n"));
}

function addQuarantine(program: Command): void {
  connected(program.command("quarantine"))
    .description("show words of venues that cannot be read, or cannot be true, newest first")
    .option("--account <name>", "only this account")
    .addOption(new Option("--limit <n>", "at most so many, up to 100").argParser(wholeNumber(1)).default(20))
    .addOption(jsonOption())
    .action(async (options: CasesOptions & { readonly limit: number }) => {
      const query = new URLSearchParams({ limit: String(options.limit) });
      if (options.account !== undefined) query.set("account", options.account);
      const path = `/quarantine?${query.toString()}`;
      const { quarantine } = await clientOf(options).request<{ quarantine: readonly QuarantineJson[] }>("GET", path);
      if (options.json === true) printJson(quarantine);
      else if (quarantine.length === 0) print("nothing was put aside");
      else print(quarantine.map(quarantineText).join("\n\n"));
    });
}

async function casesOf(client: ApiClient, { account }: CasesOptions): Promise<readonly CaseJson[]> {
  const query = account === undefined ? "" : `?account=${encodeURIComponent(account)}`;
  return (await client.request<{ cases: readonly CaseJson[] }>("GET", `/cases${query}`)).cases;
}

function summary({ caseId, kind, text }: CaseJson): string[] {
  return [caseId, `  ${CASE_TITLES[kind]}.`, `  ${visible(text)}`];
}

/** The case, and what may be typed about it. */
function caseText(one: CaseJson): string {
  const { caseId, about, account, at, decisions } = one;
  const where = account === undefined ? "all accounts" : `account ${account}`;
  return [
    ...summary(one),
    `  ${where}, since ${new Date(at).toISOString()}`,
    ...(about === undefined ? [] : [`  look:   orderwright orders show ${formatOrderId(about as OrderId)}`]),
    `  decide: orderwright cases decide ${caseId} ${decisions.join("|")} --reason "…"`,
  ].join("\n");
}

function quarantineText({ seq, at, venue, account, about, reason, raw }: QuarantineJson): string {
  const whose = [venue, account, about === undefined ? undefined : formatOrderId(about as OrderId)];
  const head = [`event ${seq}`, new Date(at).toISOString(), ...whose.filter((part) => part !== undefined)];
  return `${head.join("  ")}\n  ${visible(reason)}\n  ${visible(raw)}`;
}
