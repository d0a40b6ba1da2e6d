// `orderwright config print`: the effective configuration and where each value came from.

import type { Command } from "commander";
import { effectiveConfig } from "../desk-config.ts";
import { printJson, printTable } from "../terminal.ts";
import { jsonOption } from "./shared.ts";

export function addConfig(program: Command): void {
  program
    .command("config")
    .description("look at the configuration")
    .command("print")
    .description("print the effective configuration and where each value comes from; secrets are no part of it")
    .option("--config <file>", "a configuration file (JSON)")
    .addOption(jsonOption())
    .action((options: { config?: string; json?: true }) => {
      const { config, sources } = effectiveConfig(options.config, {});
      if (options.json === true) {
        printJson(config);
        return;
      }
      const rows = Array.from(leaves(config), ([path, value]) => [
        path,
        JSON.stringify(value),
        sourceOf(path, sources),
      ]);
      printTable(["setting", "value", "from"], rows);
    });
}

function sourceOf(path: string, sources: ReadonlyMap<string, string>): string {
  for (let at = path; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) {
    const source = sources.get(at);
    if (source !== undefined) return source;
  }
  return "default";
}

function* leaves(value: object, path = ""): Iterable<[string, unknown]> {
  for (const [key, child] of Object.entries(value) as [string, unknown][]) {
    const at = path === "" ? key : `${path}.${key}`;
    if (typeof child === "object" && child !== null) yield* leaves(child, at);
    else yield [at, child];
  }
}
