// Effective configuration: defaults, then one file, then the environment, then flags; the later wins.
// All problems are found in one go and told with their paths. Secrets are read elsewhere, never here.

import { readFileSync } from "node:fs";
import { Compile } from "typebox/compile";
import { Default } from "typebox/value";
import { type OrderwrightError, orderwrightError } from "../domain/errors.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { limitsFromJson } from "../engine/risk/limits-json.ts";
import { type Config, ConfigSchema } from "./schema.ts";

export const ENVIRONMENT_PREFIX = "ORDERWRIGHT_";
/** Read by the server, and a secret: not configuration. */
const NOT_CONFIGURATION: ReadonlySet<string> = new Set(["ORDERWRIGHT_TOKEN", "ORDERWRIGHT_URL", "ORDERWRIGHT_CONFIG"]);
const TEST_PREFIX = "ORDERWRIGHT_TEST_";

/** Where a value came from, for `config print`. */
export type ConfigSource = "default" | "file" | "environment" | "flag";

export interface LoadedConfig {
  readonly config: Config;
  /** By path, such as `server.port`: the leaves that are not defaults. */
  readonly sources: ReadonlyMap<string, ConfigSource>;
  readonly file?: string;
}

export interface LoadInput {
  readonly file?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** By path, as given on the command line; `undefined` when a flag was not used. */
  readonly flags: Readonly<Record<string, unknown>>;
}

interface SchemaNode {
  readonly type?: string;
  readonly anyOf?: readonly SchemaNode[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

type Tree = Record<string, unknown>;
const check = Compile(ConfigSchema);
const ROOT = ConfigSchema as SchemaNode;

/** Loads and checks. @returns `config.invalid`, whose details list every problem. */
export function loadConfig(input: LoadInput): Result<LoadedConfig, OrderwrightError> {
  const problems: string[] = [];
  const sources = new Map<string, ConfigSource>();
  const tree: Tree = {};
  if (input.file !== undefined) {
    const read = readFile(input.file, problems);
    for (const [path, value] of leaves(read)) put(tree, path, value, "file", sources);
  }
  for (const [name, path] of environmentPaths()) {
    const text = input.environment[name];
    if (text !== undefined) put(tree, path, fromText(nodeAt(path), text), "environment", sources);
  }
  noteUnknownVariables(input.environment, problems);
  for (const [path, value] of Object.entries(input.flags)) {
    if (value !== undefined)
      put(tree, path, typeof value === "string" ? fromText(nodeAt(path), value) : value, "flag", sources);
  }
  const filled = Default(ConfigSchema, structuredClone(tree));
  if (!check.Check(filled)) problems.push(...schemaProblems(filled));
  else problems.push(...nameProblems(filled));
  problems.push(...limitProblems(filled));
  if (problems.length > 0) {
    const unique = [...new Set(problems)];
    return fail(
      orderwrightError(
        "config.invalid",
        `The configuration has ${unique.length} problem(s):\n  ${unique.join("\n  ")}`,
        { problems: unique },
      ),
    );
  }
  return ok({ config: filled as Config, sources, ...(input.file === undefined ? {} : { file: input.file }) });
}

/** Returns the environment variable of each scalar setting: `server.port` is ORDERWRIGHT_SERVER_PORT. */
export function environmentPaths(): Map<string, string> {
  const names = new Map<string, string>();
  const walk = (node: SchemaNode, path: string): void => {
    if (node.properties !== undefined) {
      for (const [key, child] of Object.entries(node.properties)) walk(child, path === "" ? key : `${path}.${key}`);
    } else if (node.type !== "array") {
      names.set(
        ENVIRONMENT_PREFIX +
          path
            .replaceAll(/([A-Z])/g, "_$1")
            .replaceAll(".", "_")
            .toUpperCase(),
        path,
      );
    }
  };
  walk(ROOT, "");
  return names;
}

function readFile(file: string, problems: string[]): unknown {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (isTree(parsed)) return parsed;
    problems.push(`${file}: must hold one JSON object`);
  } catch (error) {
    problems.push(`${file}: cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return {};
}

/** The values of a file by path; arrays, empty objects and what is not an object count as one value. */
function* leaves(value: unknown, path = ""): Iterable<[string, unknown]> {
  if (isTree(value) && Object.keys(value).length > 0) {
    for (const [key, child] of Object.entries(value)) yield* leaves(child, path === "" ? key : `${path}.${key}`);
  } else if (path !== "") {
    yield [path, value];
  }
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function put(tree: Tree, path: string, value: unknown, source: ConfigSource, sources: Map<string, ConfigSource>): void {
  const keys = path.split(".");
  const last = keys.pop() as string;
  let at = tree;
  for (const key of keys) {
    if (!Object.hasOwn(at, key) || typeof at[key] !== "object" || at[key] === null) {
      Object.defineProperty(at, key, { value: {}, enumerable: true, writable: true, configurable: true });
    }
    at = at[key] as Tree;
  }
  Object.defineProperty(at, last, { value, enumerable: true, writable: true, configurable: true });
  // An empty section says nothing about the settings in it.
  if (!isTree(value)) sources.set(path, source);
}

/** Texts of environment and flags become the numbers and booleans that the schema asks for. */
function fromText(node: SchemaNode | undefined, text: string): unknown {
  const types = new Set([node?.type, ...(node?.anyOf ?? []).map((branch) => branch.type)]);
  if ((types.has("integer") || types.has("number")) && /^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (types.has("boolean") && (text === "true" || text === "false")) return text === "true";
  return text;
}

function nodeAt(path: string): SchemaNode | undefined {
  let node: SchemaNode | undefined = ROOT;
  for (const key of path.split(".")) node = /^\d+$/.test(key) ? node?.items : node?.properties?.[key];
  return node;
}

function noteUnknownVariables(environment: LoadInput["environment"], problems: string[]): void {
  const known = environmentPaths();
  for (const name of Object.keys(environment)) {
    if (!name.startsWith(ENVIRONMENT_PREFIX) || name.startsWith(TEST_PREFIX)) continue;
    if (!known.has(name) && !NOT_CONFIGURATION.has(name))
      problems.push(`${name}: no setting has this environment variable`);
  }
}

function schemaProblems(value: unknown): string[] {
  return check.Errors(value).flatMap((error) => {
    const path = error.instancePath.slice(1).replaceAll("/", ".");
    if (error.keyword === "additionalProperties") {
      const { additionalProperties = [] } = error.params as { additionalProperties?: readonly string[] };
      return additionalProperties.map((key) => `${path === "" ? key : `${path}.${key}`}: no setting has this name`);
    }
    if (error.keyword === "required") {
      const { requiredProperties = [] } = error.params as { requiredProperties?: readonly string[] };
      return requiredProperties.map((key) => `${path === "" ? key : `${path}.${key}`}: is missing`);
    }
    // What is wrong with a key that has no place is told by its object.
    if (error.keyword === "boolean") return [];
    const wanted = nodeAt(path)?.description;
    return [
      `${path}: ${wanted === undefined ? error.message : `must be ${wanted}`}, and is ${JSON.stringify(valueAt(value, path)) ?? "absent"}`,
    ];
  });
}

/** Accounts and strategies find each other, and their own orders, by name. */
function nameProblems({ accounts, defaultAccount, strategies }: Config): string[] {
  const known = new Set(accounts.map((account) => account.id));
  const unknown = (path: string, name: string | undefined): string[] =>
    name === undefined || known.has(name)
      ? []
      : [`${path}: no account is named ${JSON.stringify(name)}; there is ${[...known].join(", ")}`];
  return [
    ...repeated(
      "accounts",
      "id",
      accounts.map((account) => account.id),
    ),
    ...repeated(
      "strategies",
      "name",
      strategies.map((strategy) => strategy.name),
    ),
    ...unknown("defaultAccount", defaultAccount),
    ...strategies.flatMap((strategy, index) => unknown(`strategies.${index}.account`, strategy.account)),
  ];
}

function repeated(path: string, field: string, names: readonly string[]): string[] {
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    return first === index
      ? []
      : [`${path}.${index}.${field}: ${JSON.stringify(name)} is that of ${path}.${first} too`];
  });
}

function limitProblems(value: unknown): string[] {
  const accounts = (value as { accounts?: unknown }).accounts;
  if (!Array.isArray(accounts)) return [];
  return accounts.flatMap((account: { limits?: unknown } | null, index) => {
    if (account?.limits === undefined) return [];
    const limits = limitsFromJson(account.limits, `accounts.${index}.limits`);
    return limits.ok ? [] : [limits.error.message];
  });
}

function valueAt(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((at, key) => (at as Tree | undefined)?.[key], value);
}
