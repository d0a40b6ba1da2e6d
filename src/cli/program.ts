// What the terminal understands: every command with its options. Each command is in commands/; what they share is
// beside them. Reading the arguments and ending the process is in main.ts.

import { Command } from "commander";
import { addCases } from "./commands/cases.ts";
import { addConfig } from "./commands/config.ts";
import { addJournal } from "./commands/journal.ts";
import { addKill } from "./commands/kill.ts";
import { addOrders } from "./commands/orders.ts";
import { addRecord } from "./commands/record.ts";
import { addReplay } from "./commands/replay.ts";
import { addReconcile, addStatus } from "./commands/status.ts";
import { addUp } from "./commands/up.ts";
import { addWatch } from "./commands/watch.ts";
import { VERSION } from "./version.ts";

/** Returns the whole command line, ready to parse. Errors of usage are thrown, and end no process. */
export function createProgram(): Command {
  const program = new Command("orderwright")
    .description("The order core of a trading system: every order from intent to final state.")
    .version(VERSION)
    .configureHelp({ sortSubcommands: false });
  for (const add of [addUp, addStatus, addOrders, addCases, addReconcile, addWatch, addKill]) add(program);
  for (const add of [addJournal, addRecord, addReplay, addConfig]) add(program);
  throwOnUsageErrors(program);
  return program;
}

/** Commands made by `command()` end the process by themselves unless told otherwise. */
function throwOnUsageErrors(command: Command): void {
  command.exitOverride().showSuggestionAfterError();
  for (const child of command.commands) throwOnUsageErrors(child);
}
