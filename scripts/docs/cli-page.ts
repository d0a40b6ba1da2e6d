// docs/reference/cli.md, from the commands and options that the terminal understands.

import type { Argument, Command, Option } from "commander";
import { EXIT } from "../../src/cli/exit.ts";
import { createProgram } from "../../src/cli/program.ts";
import { code, GENERATED_MARK, table } from "./markdown.ts";

const EXIT_MEANING: Readonly<Record<keyof typeof EXIT, string>> = {
  done: "done",
  failed: "failed; the message says why",
  usage: "the command line is wrong: nothing was done",
  refused: "denied by a check of ours or rejected by the venue",
  unknown: "the outcome is unknown: look before doing it again",
  configuration: "the configuration is wrong: nothing was started",
};

export function cliPage(): string {
  const program = createProgram();
  return `${GENERATED_MARK}

# The terminal

${code("orderwright <noun> <verb>")}. Results go to stdout and narration to stderr, so a result can be piped. ${code("--json")} prints one object, or
one line per item for streams, with decimals as texts. A misspelled option is an error, and nothing is done.

Commands that talk to a server find it by ${code("--url")} and its token in the data directory (${code("--data")}) or in ${code("ORDERWRIGHT_TOKEN")}.

## Exit codes

${table(
  ["code", "meaning"],
  Object.entries(EXIT).map(([name, value]) => [String(value), EXIT_MEANING[name as keyof typeof EXIT]]),
)}

${[...leaves(program, "")].map(([path, command]) => section(path, command)).join("\n\n")}
`;
}

function* leaves(command: Command, path: string): Iterable<[string, Command]> {
  for (const child of command.commands) {
    const at = `${path} ${child.name()}`.trim();
    if (child.commands.length === 0) yield [at, child];
    else yield* leaves(child, at);
  }
}

function section(path: string, command: Command): string {
  const usage = ["orderwright", path, ...command.registeredArguments.map(argumentText)].join(" ");
  const rows = [
    ...command.registeredArguments.map((argument) => [code(argumentText(argument)), meaning(argument)]),
    ...command.options.map((option) => [code(option.flags), meaning(option)]),
  ];
  const options = rows.length === 0 ? "" : `\n\n${table(["option", "meaning"], rows)}`;
  return `## ${path}\n\n${code(usage)}: ${command.description()}.${options}`;
}

function argumentText(argument: Argument): string {
  const name = argument.variadic ? `${argument.name()}...` : argument.name();
  return argument.required ? `<${name}>` : `[${name}]`;
}

function meaning(of: Argument | Option): string {
  const parts = [of.description];
  if (of.argChoices !== undefined) parts.push(`one of ${of.argChoices.map(code).join(", ")}`);
  if (of.defaultValue !== undefined) parts.push(`default ${code(String(of.defaultValue))}`);
  if ("envVar" in of && of.envVar !== undefined) parts.push(`or ${code(of.envVar)}`);
  if ("mandatory" in of && of.mandatory) parts.push("required");
  return parts.filter((part) => part !== "").join("; ");
}
