// The files that the tidy rules look at, read once, and parsed where a rule asks for it.

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";

export const ROOT: string = join(import.meta.dirname, "../..");

const TREES = ["src", "dashboard", "test", "examples", "scripts", "docs"];
const SKIPPED = new Set(["node_modules", "dist", "fixtures", "images", "__snapshots__"]);
const KINDS = /\.(?:ts|tsx|mts|mjs|js|css|html|md|json)$/;

export class SourceFile {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
  #tree: ts.SourceFile | undefined;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
  }

  get isCode(): boolean {
    return /\.(?:ts|tsx|mts|mjs|js)$/.test(this.path);
  }

  /** Whether it only serves tests: suites, contracts, and what is under a `testing` folder. */
  get isTest(): boolean {
    return /\.(?:test|contract)\.tsx?$|\/testing\/|^test\//.test(this.path);
  }

  /** Every node of the syntax tree, parents first. */
  *nodes(): Iterable<ts.Node> {
    this.#tree ??= ts.createSourceFile(this.path, this.text, ts.ScriptTarget.Latest, true);
    const stack: ts.Node[] = [this.#tree];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      yield node;
      ts.forEachChild(node, (child) => void stack.push(child));
    }
  }

  get lines(): readonly string[] {
    return this.text.split("\n");
  }

  lineOf(position: number): number {
    return this.text.slice(0, position).split("\n").length;
  }
}

/** Returns every file of the repository that is written by hand. */
export function readSourceFiles(): SourceFile[] {
  const paths = TREES.flatMap((tree) => filesUnder(join(ROOT, tree)));
  const top = readdirSync(ROOT, { withFileTypes: true }).filter(
    (entry) => entry.isFile() && /\.(?:md|ts)$/.test(entry.name),
  );
  return [...paths, ...top.map((entry) => join(ROOT, entry.name))].map(
    (path) => new SourceFile(relative(ROOT, path).replaceAll("\\", "/"), readFileSync(path, "utf8")),
  );
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(path);
    return KINDS.test(entry.name) ? [path] : [];
  });
}
