// Style and structure as tests: what neither compiler nor linter can see. Each rule is shown to fail on a planted
// breach before it is run on the tree. Formatting, lint and dead code are the tools' own, in scripts/test.mjs.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { faultsOf, RINGS, ringOf } from "./tidy/rings.ts";
import { RULES, type Rule } from "./tidy/rules.ts";
import { ROOT, readSourceFiles, SourceFile } from "./tidy/source-files.ts";

const files = readSourceFiles();
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

function breaches(rule: Rule, of: readonly SourceFile[]): string[] {
  return of
    .filter((file) => rule.applies(file))
    .flatMap((file) => Array.from(rule.find(file), ({ line, what }) => `${file.path}:${line}: ${what}`));
}

for (const rule of RULES) {
  describe(rule.name, () => {
    test("a planted breach is found", () => {
      expect(breaches(rule, [new SourceFile(rule.planted.path, rule.planted.text)])).not.toEqual([]);
    });

    test("a look-alike is left alone", () => {
      expect(breaches(rule, [new SourceFile(rule.innocent.path, rule.innocent.text)])).toEqual([]);
    });

    test("the tree holds it", () => {
      expect(breaches(rule, files)).toEqual([]);
    });
  });
}

describe("the rings", () => {
  test("the table has no cycle, no way to an edge, and no adapter that knows another", () => {
    expect(faultsOf(RINGS)).toEqual([]);
  });

  test.each([
    ["an edge is reached", { engine: ["server"], server: [] }],
    ["two rings name each other", { engine: ["venues"], venues: ["engine"] }],
    ["an adapter reaches the engine", { "venues/paper": ["engine"], engine: [] }],
    ["an emulator knows an adapter", { "emulators/okx": ["venues/okx"], "venues/okx": [] }],
  ])("a table in which %s is faulty", (_, rings: Record<string, string[]>) => {
    expect(faultsOf(rings)).not.toEqual([]);
  });

  test("each folder's tsconfig references what the table says", () => {
    const references = Object.fromEntries(projects().map((folder) => [folder, referencesOf(folder)]));
    expect(references).toEqual(Object.fromEntries(Object.entries(RINGS).map(([ring, to]) => [ring, [...to].sort()])));
  });

  test("every import of own code stays within the ring's references", () => {
    expect(files.filter((file) => file.path.startsWith("src/") && !file.isTest).flatMap(strayImports)).toEqual([]);
  });

  test("a stray import is found", () => {
    const stray = new SourceFile("src/domain/example.ts", 'import { Engine } from "../engine/engine.ts";');
    expect(strayImports(stray)).toEqual([
      "src/domain/example.ts imports src/engine/engine.ts: domain may not reach engine",
    ]);
  });

  test("the compiler sees every project", () => {
    const root = JSON.parse(read("tsconfig.json")) as { references: { path: string }[] };
    const listed = root.references.map(({ path }) => (path === "src" ? "." : path.replace(/^src\//, "")));
    expect(listed.sort()).toEqual(Object.keys(RINGS).sort());
  });
});

describe("the package", () => {
  interface Manifest {
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly optionalDependencies?: Readonly<Record<string, string>>;
    readonly devDependencies?: Readonly<Record<string, string>>;
  }
  const root = JSON.parse(read("package.json")) as Manifest;
  const dashboard = JSON.parse(read("dashboard/package.json")) as Manifest;
  const isExact = (version: string): boolean => /^(?:npm:(?:@[\w-]+\/)?[\w-]+@)?\d+\.\d+\.\d+$/.test(version);

  test("every dependency is pinned to one version", () => {
    const all = [root, dashboard].flatMap((manifest) =>
      Object.entries({ ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies }),
    );
    expect(all.filter(([, version]) => !isExact(version))).toEqual([]);
  });

  test.each(["^1.2.3", "20", "latest", "npm:typescript@^7.0.0", "1.x"])("%s is no pin", (version) => {
    expect(isExact(version)).toBe(false);
  });

  test("every dependency that runs at a user's has its reason in ARCHITECTURE.md", () => {
    const architecture = read("ARCHITECTURE.md");
    const shipped = Object.keys({ ...root.dependencies, ...root.optionalDependencies });
    const bundled = Object.keys(dashboard.devDependencies ?? {}).filter((name) => name !== "vite");
    expect([...shipped, ...bundled].filter((name) => !architecture.includes(`| \`${name}\` |`))).toEqual([]);
  });

  test("every exported name has a docstring where it is declared", () => {
    const entries = files.filter(({ path }) => path === "src/index.ts" || path.startsWith("src/exports/"));
    expect(entries.length).toBeGreaterThan(1);
    expect(entries.flatMap(exportsOf).flatMap(undocumented)).toEqual([]);
  });

  test("an export without a docstring is found", () => {
    const declaring = new SourceFile("src/x.ts", "export const a = 1;\n/** Said. */\nexport const b = 2;");
    expect(documentedNames(declaring)).toEqual(new Set(["b"]));
  });
});

function projects(): string[] {
  return Object.keys(RINGS)
    .concat(
      files.flatMap(({ path }) => (/^src\/.*tsconfig\.json$/.test(path) ? [dirname(path).slice("src/".length)] : [])),
    )
    .map((folder) => (folder === "" ? "." : folder))
    .filter((folder, index, all) => all.indexOf(folder) === index);
}

function referencesOf(folder: string): string[] | undefined {
  const path = posix.join("src", folder, "tsconfig.json");
  if (!existsSync(join(ROOT, path))) return undefined;
  const { references = [] } = JSON.parse(read(path)) as { references?: { path: string }[] };
  return references.map((reference) => posix.join(folder, reference.path)).sort();
}

function strayImports(file: SourceFile): string[] {
  const ring = ringOf(file.path);
  return importsOf(file).flatMap(({ specifier }) => {
    const target = posix.join(posix.dirname(file.path), specifier);
    const to = ringOf(target);
    if (to === ring || RINGS[ring]?.includes(to)) return [];
    return [`${file.path} imports ${target}: ${ring} may not reach ${to}`];
  });
}

interface Import {
  readonly specifier: string;
  readonly names: readonly string[];
}

/** The relative imports and re-exports of a file. */
function importsOf(file: SourceFile): Import[] {
  const found: Import[] = [];
  for (const node of file.nodes()) {
    const isDeclaration = ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
    if (!isDeclaration || node.moduleSpecifier === undefined) continue;
    const specifier = (node.moduleSpecifier as ts.StringLiteral).text;
    if (!specifier.startsWith(".")) continue;
    const named = ts.isExportDeclaration(node) ? node.exportClause : node.importClause?.namedBindings;
    const elements = named !== undefined && "elements" in named ? [...named.elements] : [];
    found.push({ specifier, names: elements.map((element) => (element.propertyName ?? element.name).text) });
  }
  return found;
}

function exportsOf(entry: SourceFile): { readonly path: string; readonly name: string }[] {
  return importsOf(entry).flatMap(({ specifier, names }) =>
    names.map((name) => ({ path: posix.join(posix.dirname(entry.path), specifier), name })),
  );
}

function undocumented({ path, name }: { readonly path: string; readonly name: string }): string[] {
  const file = files.find((candidate) => candidate.path === path);
  if (file === undefined) return [`${path} is not there`];
  const passedOn = importsOf(file).find(({ names }) => names.includes(name) && reexports(file, name));
  if (passedOn !== undefined) return undocumented({ path: posix.join(posix.dirname(path), passedOn.specifier), name });
  return documentedNames(file).has(name) ? [] : [`${path}: ${name}`];
}

function reexports(file: SourceFile, name: string): boolean {
  return new RegExp(`export (?:type )?\\{[^}]*\\b${name}\\b[^}]*\\} from`).test(file.text);
}

/** Names that a file declares at its top with a docstring. A closed set, and the union made from one, say it themselves. */
function documentedNames(file: SourceFile): Set<string> {
  const names = new Set<string>();
  for (const node of file.nodes()) {
    if (node.parent === undefined || !ts.isSourceFile(node.parent)) continue;
    const text = node.getText();
    const isClosedSet =
      /= \[[^\]]*\] as const;$/.test(text) || /= (?:keyof typeof \w+|\(typeof \w+\)\[number\]);$/.test(text);
    const isDocumented = /\/\*\*/.test(file.text.slice(node.getFullStart(), node.getStart()));
    if (!isDocumented && !isClosedSet) continue;
    if (ts.isVariableStatement(node)) {
      for (const declaration of node.declarationList.declarations) names.add(declaration.name.getText());
    } else if ("name" in node && node.name !== undefined) {
      names.add((node.name as ts.Identifier).text);
    }
  }
  return names;
}
