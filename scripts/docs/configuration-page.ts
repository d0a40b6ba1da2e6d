// docs/reference/configuration.md, from the schema that checks the configuration.

import { environmentPaths } from "../../src/config/load.ts";
import { ConfigSchema } from "../../src/config/schema.ts";
import { code, fenced, GENERATED_MARK, plain, table } from "./markdown.ts";

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
}

interface Setting {
  readonly path: string;
  readonly node: Node;
  readonly isRequired: boolean;
}

/** A test loads it. */
const EXAMPLE = `{
  "server": { "port": 7071 },
  "accounts": [{ "id": "main", "limits": { "maxOrderNotional": "5000", "maxOpenOrders": 40 }, "staleAfterMs": 300000 }],
  "strategies": [{ "kind": "grid", "levels": 3, "stepBps": 5, "quantity": "0.01" }]
}`;

export function configurationPage(): string {
  const variables = new Map(Array.from(environmentPaths(), ([variable, path]) => [path, variable]));
  const settings = [...settingsOf(ConfigSchema as Node, "")];
  return `${GENERATED_MARK}

# Configuration

Everything has a default: without a file Orderwright trades on paper, on the synthetic market, and listens on loopback. A value is
taken from the first of these that has one:

1. an option of the command line, such as ${code("--port 7071")} (see [the terminal](cli.md));
2. an environment variable;
3. the configuration file, JSON, named by ${code("--config")} or ${code("ORDERWRIGHT_CONFIG")};
4. the default.

All problems are reported at once, each with its path. A setting or a variable ${code("ORDERWRIGHT_…")} that is not on this page is a
problem too. ${code("orderwright config print")} shows every effective value and where it came from.

Secrets have no place in the file: the token is made at the first start, and ${code("ORDERWRIGHT_TOKEN")} overrides it.

## Settings

${table(
  ["setting", "value", "default", "environment"],
  settings.map(({ path, node, isRequired }) => [
    code(path),
    plain(node.description ?? typeText(node)),
    isRequired ? "required" : defaultText(node),
    variableText(variables.get(path)),
  ]),
)}

## An example

${fenced("json", EXAMPLE)}
`;
}

function* settingsOf(node: Node, path: string): Iterable<Setting> {
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const at = path === "" ? key : `${path}.${key}`;
    const isRequired = path.includes("[]") && child.default === undefined && (node.required ?? []).includes(key);
    if (child.properties !== undefined) yield* settingsOf(child, at);
    else yield { path: at, node: child, isRequired };
    if (child.items?.properties !== undefined) yield* settingsOf(child.items, `${at}[]`);
  }
}

function typeText(node: Node): string {
  return node.type ?? "any value";
}

function defaultText(node: Node): string {
  return node.default === undefined ? "none" : code(JSON.stringify(node.default));
}

function variableText(variable: string | undefined): string {
  return variable === undefined ? "–" : code(variable);
}
