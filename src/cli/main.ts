#!/usr/bin/env node
// The terminal: `orderwright <noun> <verb>`. Each command is in commands/; what they share is beside them.

import { Command, CommanderError } from "commander";
import { addConfig } from "./commands/config.ts";
import { addJournal } from "./commands/journal.ts";
import { addKill } from "./commands/kill.ts";
import { addOrders } from "./commands/orders.ts";
import { addRecord } from "./commands/record.ts";
import { addReplay } from "./commands/replay.ts";
import { addUp } from "./commands/up.ts";
import { addWatch } from "./commands/watch.ts";
import { EXIT, explain } from "./exit.ts";
import { say } from "./terminal.ts";
import { VERSION } from "./version.ts";

/** Runs a command line and returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("orderwright")
    .description("The order core of a trading system: every order from intent to final state.")
    .version(VERSION)
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: false });
  for (const add of [addUp, addOrders, addWatch, addKill, addJournal, addRecord, addReplay, addConfig]) add(program);
  inheritExitOverride(program);
  try {
    await program.parseAsync([...argv]);
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const { text, exitCode } = explain(error);
    say(text);
    return exitCode;
  }
}

/** Subcommands made by `command()` end the process by themselves unless told otherwise. */
function inheritExitOverride(command: Command): void {
  for (const child of command.commands) {
    child.exitOverride().showSuggestionAfterError();
    inheritExitOverride(child);
  }
}

process.exitCode = await main(process.argv);
