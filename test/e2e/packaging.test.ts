// The package as its users get it: what is in it, and that its names can be imported, run and type-checked by a
// project that has nothing else.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const run = promisify(execFile);

interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;

describe("what is packed", () => {
  let files: readonly string[];

  beforeAll(async () => {
    const { stdout } = await run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: ROOT });
    const [packed] = JSON.parse(stdout) as readonly { readonly files: readonly { readonly path: string }[] }[];
    files = packed?.files.map(({ path }) => path) ?? [];
  });

  test("holds every file that package.json names, the page, and the worker that is loaded by its path", () => {
    const named = Object.values(manifest.exports).flatMap((target) =>
      typeof target === "string" ? [target] : Object.values(target),
    );
    const needed = [...named, ...Object.values(manifest.bin)].map((path) => path.replace("./", ""));
    const loaded = ["dist/dashboard/index.html", "dist/journal/sqlite/commit-worker.js"];
    const papers = ["README.md", "LICENSE", "CHANGELOG.md", "package.json"];
    expect([...needed, ...loaded, ...papers].filter((path) => !files.includes(path))).toEqual([]);
  });

  test("holds no source, no test, no build record and no data", () => {
    const unwanted =
      /(?<!\.d)\.ts$|\.tsx$|\.test\.|\.contract\.|\/testing\/|\.tsbuildinfo$|\.map$|\.db$|^data\/|^src\/|^test\//;
    expect(files.filter((path) => unwanted.test(path))).toEqual([]);
  });
});

describe("a project that uses the package", () => {
  let project: string;

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), "orderwright-user-"));
    mkdirSync(join(project, "node_modules"));
    symlinkSync(ROOT, join(project, "node_modules", "orderwright"));
    writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module", private: true }));
  });

  afterAll(() => rmSync(project, { recursive: true }));

  test("imports it by name, and trades", async () => {
    const example = readFileSync(join(ROOT, "examples/01-paper-order.ts"), "utf8");
    // The example has no type annotation that plain JavaScript would not take, but for these two.
    const program = example.replace("type Decimal, ", "").replace("<Decimal>", "").replace(" as const", "");
    writeFileSync(join(project, "trade.js"), program.replace("../src/index.ts", "orderwright"));
    const { stdout } = await run(process.execPath, ["trade.js"], { cwd: project });
    expect(stdout).toMatch(/^filled 0\.01 at /m);
  });

  test("imports journals and venues from their own entries, and nothing from within", async () => {
    writeFileSync(
      join(project, "entries.js"),
      `import { MemoryJournal, SqliteJournal, openJournalReader } from "orderwright/journal";
       import { DryRunVenue, PaperVenue } from "orderwright/venues";
       const inner = await import("orderwright/dist/engine/engine.js").catch((error) => error.code);
       console.log([MemoryJournal, SqliteJournal, openJournalReader, DryRunVenue, PaperVenue].map((value) => typeof value), inner);`,
    );
    const { stdout } = await run(process.execPath, ["entries.js"], { cwd: project });
    expect(stdout).toContain("ERR_PACKAGE_PATH_NOT_EXPORTED");
    expect(stdout.match(/'function'/g)).toHaveLength(5);
  });

  test("is type-checked against it, strictly", async () => {
    writeFileSync(
      join(project, "typed.ts"),
      `import { Decimal, type EngineApi, openDesk, type Result } from "orderwright";
       import type { Journal } from "orderwright/journal";
       import type { Venue } from "orderwright/venues";
       export async function price(engine: EngineApi): Promise<Decimal | undefined> {
         const order = await engine.order("id");
         return order?.averagePrice();
       }
       // @ts-expect-error: a price is no number
       export const wrong: Decimal = 1.5;
       export type Parts = [Result<Journal, Error>, Venue, typeof openDesk];`,
    );
    const options = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2023", "--types", "node"];
    const roots = ["--typeRoots", join(ROOT, "node_modules/@types")];
    const tsc = join(ROOT, "node_modules/.bin/tsc");
    const checked = await run(tsc, [...options, ...roots, "typed.ts"], { cwd: project }).catch(
      (error: unknown) => error,
    );
    expect(checked).toMatchObject({ stdout: "" });
  });
});

test("the terminal's program can be executed, and says the package's version", async () => {
  const program = join(ROOT, manifest.bin["orderwright"] ?? "");
  expect(existsSync(program), "run npm run build first").toBe(true);
  expect(readFileSync(program, "utf8").startsWith("#!/usr/bin/env node\n")).toBe(true);
  const { stdout } = await run(program, ["--version"]);
  expect(stdout.trim()).toBe(manifest.version);
});
