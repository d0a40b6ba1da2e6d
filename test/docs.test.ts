// Holds the hand-written pages to the program: links lead somewhere, commands exist, the blocks of the README are
// what they claim to be. Pages that are written from the code are in generated-docs.test.ts.

import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { promisify } from "node:util";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { createProgram } from "../src/cli/program.ts";
import { loadConfig } from "../src/config/load.ts";

const ROOT = join(import.meta.dirname, "..");
const run = promisify(execFile);
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => posix.join("docs", name.replaceAll("\\", "/"))),
];

interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
}

const blocks: readonly Block[] = pages.flatMap((page) =>
  Array.from(read(page).matchAll(/^```(\w*)\n(.*?)^```$/gms), ([, language = "", text = ""]) => ({
    page,
    language,
    text,
  })),
);

describe("links", () => {
  test("every relative link leads to a file, and to a heading where it names one", () => {
    expect(pages.flatMap(brokenLinks)).toEqual([]);
  });

  test("a link to nothing is found", () => {
    expect(
      brokenLinksIn(
        "README.md",
        "[a](nowhere.md) [b](STYLE.md#no-such-heading) [c](STYLE.md#tests-read-as-a-specification)",
      ),
    ).toEqual(["README.md: nowhere.md", "README.md: STYLE.md#no-such-heading"]);
  });

  test("every page of docs is reached from its index", () => {
    const index = new Set(linksOf(read("docs/README.md")).map((link) => posix.join("docs", link.replace(/#.*/, ""))));
    const unreached = pages.filter((page) => page.startsWith("docs/") && page !== "docs/README.md" && !index.has(page));
    expect(unreached).toEqual([]);
  });
});

describe("files", () => {
  const tree = ["src", "test", "scripts", "examples", "dashboard/src"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => `/${folder}/${name}`),
  );
  const missing = (text: string): string[] =>
    Array.from(text.matchAll(/`([\w./-]+\.(?:ts|tsx|mjs))`/g), ([, name = ""]) => name).filter(
      // `x.test.ts`, `wire.ts` of a venue to come: names that stand for a kind.
      (name) => !/^(?:x\.|wire\.ts$|translate\.ts$)/.test(name) && !tree.some((path) => path.endsWith(`/${name}`)),
    );

  test("every file that a page names is there", () => {
    expect(pages.flatMap((page) => missing(read(page)).map((name) => `${page}: ${name}`))).toEqual([]);
  });

  test("one that is not is found", () => {
    expect(missing("see `engine/engine.ts` and `engine/motor.ts`")).toEqual(["engine/motor.ts"]);
  });
});

describe("commands", () => {
  const commands = blocks.flatMap(({ page, text }) =>
    Array.from(text.matchAll(/^(?:\$ )?(?:npx )?(orderwright [^\n]*|npm [^\n]*)$/gm), ([, line = ""]) => ({
      page,
      line,
    })),
  );

  test("the documentation has some", () => {
    expect(commands.length).toBeGreaterThan(20);
  });

  test("every one is known, with every option that it names", () => {
    expect(commands.flatMap(({ page, line }) => unknownParts(line).map((part) => `${page}: ${line}: ${part}`))).toEqual(
      [],
    );
  });

  test.each([
    ["orderwright orders plaice buy", ["plaice"]],
    ["orderwright up --prot 1", ["--prot"]],
    ["npm run nothing", ["nothing"]],
  ])("%s is found out", (line, parts) => {
    expect(unknownParts(line)).toEqual(parts);
  });
});

describe("the README", () => {
  const readme = blocks.filter(({ page }) => page === "README.md");

  test("shows the first example as it is", () => {
    const shown = readme.find(({ language }) => language === "ts")?.text;
    expect(shown?.replace('from "orderwright"', 'from "../src/index.ts"')).toBe(read("examples/01-paper-order.ts"));
  });

  test("shows what a replay prints", async () => {
    const block = readme.find(({ text }) => text.startsWith("$ npx orderwright replay"))?.text ?? "";
    const [command = "", ...output] = block.trimEnd().split("\n");
    const args = command.replace("$ npx orderwright ", "").split(" ");
    const { stdout } = await run(process.execPath, ["--import", "tsx", "src/cli/main.ts", ...args], { cwd: ROOT });
    expect(stdout.trimEnd().split("\n")).toEqual(output);
  }, 30_000);
});

test("the example of a configuration file is valid", () => {
  const example = blocks.find(
    ({ page, language }) => page === "docs/reference/configuration.md" && language === "json",
  );
  const result = loadConfig({ environment: {}, flags: flatten(JSON.parse(example?.text ?? "")) });
  expect(result).toMatchObject({ ok: true });
});

test("every example is mentioned in the README", () => {
  const examples = readdirSync(join(ROOT, "examples")).filter((name) => /^\d\d-/.test(name));
  expect(examples.length).toBeGreaterThanOrEqual(3);
  expect(examples.filter((name) => !read("README.md").includes(`examples/${name}`))).toEqual([]);
});

function brokenLinks(page: string): string[] {
  return brokenLinksIn(page, read(page));
}

function brokenLinksIn(page: string, text: string): string[] {
  return linksOf(text)
    .filter((link) => !isThere(page, link))
    .map((link) => `${page}: ${link}`);
}

function linksOf(text: string): string[] {
  const prose = text.replaceAll(/^```.*?^```$/gms, "").replaceAll(/`[^`\n]*`/g, "");
  return Array.from(prose.matchAll(/\]\(([^)\s]+)\)/g), ([, link = ""]) => link).filter(
    (link) => !/^[a-z]+:/.test(link),
  );
}

function isThere(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : posix.join(posix.dirname(page), path);
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || anchorsOf(read(target)).includes(anchor);
}

/** The anchors that a heading gets where repositories are shown: lower case, punctuation dropped, spaces to hyphens. */
function anchorsOf(text: string): string[] {
  const prose = text.replaceAll(/^```.*?^```$/gms, "");
  return Array.from(prose.matchAll(/^#+ (.+)$/gm), ([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trimEnd()
      .replaceAll(" ", "-"),
  );
}

/** Returns the words of a command line that the program, or package.json, does not know. */
function unknownParts(line: string): string[] {
  const words = line
    .replace(/ (?:&&|\||>) .*$/, "")
    .replaceAll(/"[^"]*"/g, "text")
    .split(" ")
    .filter((word) => word !== "");
  return words[0] === "npm" ? unknownScript(words.slice(1)) : unknownToProgram(words.slice(1));
}

function unknownScript([verb = "", name = ""]: readonly string[]): string[] {
  const { scripts } = JSON.parse(read("package.json")) as { readonly scripts: Readonly<Record<string, string>> };
  if (verb === "ci" || verb === "i" || verb === "install") return [];
  const script = verb === "run" ? name : verb;
  return scripts[script] === undefined ? [script] : [];
}

function unknownToProgram(words: readonly string[]): string[] {
  let command: Command = createProgram();
  const rest = [...words];
  while (command.commands.length > 0 && rest.length > 0 && !rest[0]?.startsWith("-")) {
    const name = rest.shift() ?? "";
    const child = command.commands.find((candidate) => candidate.name() === name);
    if (child === undefined) return [name];
    command = child;
  }
  const known = new Set(command.options.flatMap((option) => [option.long, option.short]));
  return rest.filter((word) => word.startsWith("--") && !known.has(word) && word !== "--help");
}

function flatten(value: unknown, path = ""): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { [path]: value };
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, child]) => flatten(child, path === "" ? key : `${path}.${key}`)),
  ) as Record<string, unknown>;
}
