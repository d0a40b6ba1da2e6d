// `orderwright journal verify|export`: reads a journal file, also while a server writes it.

import { join } from "node:path";
import { type Command, Option } from "commander";
import { eventToJson } from "../../domain/order-json.ts";
import { verifyFold } from "../../engine/verify.ts";
import { type JournalReader, openJournalReader } from "../../journal/sqlite/journal-reader.ts";
import { CommandError, EXIT } from "../exit.ts";
import { withProgress } from "../progress.ts";
import { print, printJson, printTable, say } from "../terminal.ts";
import { DEFAULT_DATA_DIR, jsonOption, wholeNumber } from "./shared.ts";

export const JOURNAL_FILE = "journal.db";

interface JournalOptions {
  readonly data: string;
  readonly json?: true;
}

export function addJournal(program: Command): void {
  const journal = program.command("journal").description("check or export a journal; the server may be running");
  const dataOption = (): Option =>
    new Option("--data <dir>", "the data directory").env("ORDERWRIGHT_DATA_DIR").default(DEFAULT_DATA_DIR);
  journal
    .command("verify")
    .description("fold the journal from its first event and compare with every table and the snapshot")
    .addOption(dataOption())
    .addOption(jsonOption())
    .action((options: JournalOptions) => verify(options));
  journal
    .command("export")
    .description("write events, orders or fills as one JSON object per line")
    .addOption(dataOption())
    .addOption(new Option("--what <table>", "what to write").choices(["events", "orders", "fills"]).default("events"))
    .option("--since <seq>", "events after this one; orders that changed after it", wholeNumber(0), 0)
    .addOption(new Option("--json", "what is written is JSON anyway, one object per line"))
    .action((options: JournalOptions & { what: string; since: number }) => exportRows(options));
}

async function verify(options: JournalOptions): Promise<void> {
  using reader = openJournalReader(join(options.data, JOURNAL_FILE));
  const chain = await withProgress("chain", reader.position, (progress) => reader.verifyChain(progress));
  const report = await withProgress("fold", reader.position, (progress) =>
    Promise.resolve(verifyFold(reader, progress)),
  );
  const clean = chain.fault === undefined && report.differences.length === 0;
  if (options.json === true) printJson({ clean, chain, fold: report });
  else tell(reader, chain, report);
  if (!clean) throw new CommandError("The journal is not clean.", EXIT.failed);
  if (options.json !== true) say("clean");
}

function tell(
  reader: JournalReader,
  chain: Awaited<ReturnType<JournalReader["verifyChain"]>>,
  report: ReturnType<typeof verifyFold>,
): void {
  print(`${reader.path}, made ${reader.createdAt}`);
  print(`chain      ${chain.commits} commits, ${chain.position} events, head ${chain.hash.slice(0, 16)}…`);
  if (chain.fault !== undefined)
    print(`FAULT      ${chain.fault.kind} at event ${chain.fault.seq}: ${chain.fault.message}`);
  print(`fold       ${report.events} events`);
  print(
    `tables     ${report.orders} orders, ${report.fills} fills, ${report.positions} positions as of event ${reader.projectedPosition}`,
  );
  print(`snapshot   ${report.snapshotSeq === undefined ? "none" : `as of event ${report.snapshotSeq}`}`);
  if (report.differences.length === 0) return;
  printTable(
    ["where", "key", "field", "stored", "folded"],
    report.differences.map(({ where, key, field, stored, folded }) => [
      where,
      key,
      field,
      String(stored),
      String(folded),
    ]),
  );
  if (report.truncated) print("… and more");
}

function exportRows(options: JournalOptions & { what: string; since: number }): void {
  if (options.what === "fills" && options.since > 0) {
    throw new CommandError("Fills have no event number of their own: --since goes with events and orders.", EXIT.usage);
  }
  using reader = openJournalReader(join(options.data, JOURNAL_FILE));
  if (options.what === "orders") {
    for (const row of reader.orderRows()) if (row.last_seq > options.since) printJson(row);
  }
  if (options.what === "fills") for (const row of reader.fillRows()) printJson(row);
  if (options.what === "events") for (const event of reader.read(options.since)) printJson(eventToJson(event));
}
