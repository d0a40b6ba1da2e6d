// The rules that neither compiler nor linter can hold, one object each: where it applies, what it finds, a piece
// of text that breaks it, and a look-alike that does not. tidy.test.ts runs them; STYLE.md says why each is there.

import ts from "typescript";
import type { SourceFile } from "./source-files.ts";

export interface Finding {
  readonly line: number;
  readonly what: string;
}

export interface Rule {
  /** As a sentence about the code base. */
  readonly name: string;
  applies(file: SourceFile): boolean;
  find(file: SourceFile): Iterable<Finding>;
  /** Breaks the rule. */
  readonly planted: { readonly path: string; readonly text: string };
  /** Looks like a breach, and is none. */
  readonly innocent: { readonly path: string; readonly text: string };
}

/** Time, randomness and the process are ports here, so that a seed repeats a run. */
const DETERMINISTIC =
  /^src\/(?:domain|matching|engine|strategies|venues\/paper|venues\/dry-run)\/|^src\/(?:runtime|journal|venues|market-data)\/[^/]+\.ts$/;
const BANNED_CALLS = new Map([
  ["Date.now", "take the time from a Clock"],
  ["performance.now", "take the time from a Clock"],
  ["Math.random", "take randomness from a Random"],
  ["setTimeout", "use Clock.schedule"],
  ["setInterval", "use Clock.schedule"],
  ["setImmediate", "use Clock.schedule"],
  ["queueMicrotask", "work in the turn, or use Clock.schedule"],
  ["fetch", "reach the network through a venue adapter"],
]);
const BANNED_OBJECTS = new Map([
  ["console", "log through a Logger"],
  ["process", "configuration is read in config/ and cli/"],
]);

const isOwnCode = (file: SourceFile): boolean => file.isCode && !file.isTest;
const isTidy = (file: SourceFile): boolean => file.path.startsWith("test/tidy");

const deterministicCode: Rule = {
  name: "the deterministic rings take time, randomness, timers and the network from ports",
  applies: (file) => isOwnCode(file) && DETERMINISTIC.test(file.path),
  *find(file) {
    for (const node of file.nodes()) {
      if (ts.isNewExpression(node) && node.expression.getText() === "Date" && (node.arguments?.length ?? 0) === 0) {
        yield { line: file.lineOf(node.getStart()), what: "new Date(): take the time from a Clock" };
      }
      if (ts.isCallExpression(node)) {
        const called = node.expression.getText().replace(/^globalThis\./, "");
        const instead = BANNED_CALLS.get(called);
        if (instead !== undefined) yield { line: file.lineOf(node.getStart()), what: `${called}: ${instead}` };
      }
      if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
        const instead = BANNED_OBJECTS.get(node.expression.text);
        if (instead !== undefined) yield { line: file.lineOf(node.getStart()), what: `${node.getText()}: ${instead}` };
      }
    }
  },
  planted: {
    path: "src/engine/example.ts",
    text: "const at = Date.now();\nsetTimeout(run, process.env['X']);\nnew Date();",
  },
  innocent: {
    path: "src/engine/example.ts",
    text: "// Date.now() is banned\nclock.schedule(5, () => new Date(clock.now()));",
  },
};

const synchronousCore: Rule = {
  name: "domain and matching are synchronous",
  applies: (file) => isOwnCode(file) && /^src\/(?:domain|matching)\//.test(file.path),
  *find(file) {
    for (const node of file.nodes()) {
      const isAsync =
        node.kind === ts.SyntaxKind.AsyncKeyword ||
        ts.isAwaitExpression(node) ||
        (ts.isIdentifier(node) && node.text === "Promise");
      if (isAsync) yield { line: file.lineOf(node.getStart()), what: `${node.getText()} in a pure ring` };
    }
  },
  planted: { path: "src/domain/example.ts", text: "export async function f(): Promise<void> { await g(); }" },
  innocent: { path: "src/domain/example.ts", text: "// Promise nothing, await nothing.\nexport const asyncLike = 1;" },
};

const MONEY_NAME = /(?:^|[a-z])(?:price|quantity|fee|notional|amount|pnl)s?$/i;
const exactMoney: Rule = {
  name: "no price, quantity, fee, notional or amount is a binary floating-point number",
  applies: (file) => isOwnCode(file) && /^src\/(?:domain|engine|strategies|venues|journal|app)\//.test(file.path),
  *find(file) {
    for (const node of file.nodes()) {
      const isField = ts.isPropertySignature(node) || ts.isPropertyDeclaration(node) || ts.isParameter(node);
      if (!isField || !MONEY_NAME.test(node.name.getText()) || node.type === undefined) continue;
      if (/\bnumber\b/.test(node.type.getText())) {
        yield { line: file.lineOf(node.getStart()), what: `${node.getText()}: use Decimal` };
      }
    }
  },
  planted: { path: "src/domain/example.ts", text: "interface Bad { readonly averagePrice: number; }" },
  innocent: {
    path: "src/domain/example.ts",
    text: "interface Good { readonly price: Decimal; readonly priceCount: number }",
  },
};

const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/\b\w*cancell(?:ed|ing|able)\w*/gi, "one l before -ed, -ing and -able"],
  [/\b\w*(?:behaviour|colour|favour|honour|neighbour)\w*/gi, "-or"],
  [
    /\b(?:\w*(?:normal|serial|initial|recogn|organ|synchron|summar|minim|maxim|optim|author|final)is(?:e[drs]?|ing|ation))\b/gi,
    "-ize",
  ],
  [/\b(?:centre|metre|grey|licence|defence|analyse|modelled|modelling|labelled|travelled)\b/gi, "American spelling"],
];
const americanSpelling: Rule = {
  name: "the spelling is American, outside the files that hold a venue's own words",
  applies: (file) => !/(?:^|[/-])wire\.ts$/.test(file.path) && !isTidy(file),
  *find(file) {
    for (const [index, line] of file.lines.entries()) {
      for (const [pattern, right] of SPELLINGS) {
        for (const match of line.matchAll(pattern)) yield { line: index + 1, what: `${match[0]}: ${right}` };
      }
    }
  },
  planted: { path: "docs/example.md", text: "An order is cancelled.\nThe behaviour is normalised." },
  innocent: {
    path: "docs/example.md",
    text: "A cancellation is canceled; the behavior is normalized; it arises otherwise.",
  },
};

const startsWithComment: Rule = {
  name: "every file of code begins by saying what lives there",
  applies: (file) => file.isCode && !file.path.endsWith(".d.ts"),
  *find(file) {
    const [first = "", second = ""] = file.lines;
    const line = first.startsWith("#!") ? second : first;
    if (!/^(?:\/\/ |\/\*)/.test(line)) yield { line: 1, what: "begin with a comment: what is here, and what is not" };
  },
  planted: { path: "src/engine/example.ts", text: 'import { a } from "b";\n// late' },
  innocent: { path: "src/cli/example.ts", text: "#!/usr/bin/env node\n// The terminal." },
};

const noMarkers: Rule = {
  name: "no leftover marker, and no test that is singled out or skipped",
  applies: (file) => !isTidy(file),
  *find(file) {
    const pattern = /\b(?:TODO|FIXME|XXX|HACK)\b|\b(?:test|it|describe)\.(?:only|skip|todo)\b/g;
    for (const [index, line] of file.lines.entries()) {
      for (const match of line.matchAll(pattern)) yield { line: index + 1, what: match[0] };
    }
  },
  planted: { path: "src/engine/example.test.ts", text: 'test.only("x", f); // TODO' },
  innocent: { path: "src/engine/example.test.ts", text: 'test.skipIf(!isThere)("x", f);' },
};

const MAX_DASHBOARD_LINES = 500;
const shortDashboardFiles: Rule = {
  name: `no file of the page is longer than ${MAX_DASHBOARD_LINES} lines`,
  applies: (file) => file.path.startsWith("dashboard/src/"),
  *find(file) {
    if (file.lines.length > MAX_DASHBOARD_LINES + 1)
      yield { line: file.lines.length, what: `${file.lines.length} lines` };
  },
  planted: { path: "dashboard/src/example.tsx", text: "\n".repeat(MAX_DASHBOARD_LINES + 2) },
  innocent: { path: "src/example.ts", text: "\n".repeat(MAX_DASHBOARD_LINES + 2) },
};

const noMachinePaths: Rule = {
  name: "no path of one machine",
  applies: (file) => !isTidy(file),
  *find(file) {
    for (const [index, line] of file.lines.entries()) {
      for (const match of line.matchAll(/(?<![\w.:/])\/(?:work|tmp|root|home\/\w+|Users\/\w+)\/[\w.-]*/g)) {
        yield { line: index + 1, what: `${match[0]}: build it from tmpdir() or the file's own place` };
      }
    }
  },
  planted: { path: "src/app/example.ts", text: 'const data = "/tmp/x";' },
  innocent: { path: "src/app/example.ts", text: 'import "./tmp/x.ts"; const url = "http://host/work/x";' },
};

const TOOLS =
  /\b(?:claude|anthropic|openai|chatgpt|copilot|language model|AI (?:agent|assistant)|subagent)\b|co-authored-by/gi;
const ownVoice: Rule = {
  name: "the project speaks of itself alone",
  applies: (file) => !isTidy(file),
  *find(file) {
    for (const [index, line] of file.lines.entries()) {
      for (const match of line.matchAll(TOOLS)) yield { line: index + 1, what: match[0] };
    }
  },
  planted: { path: "docs/example.md", text: "Written by a language model." },
  innocent: { path: "docs/example.md", text: "The user agent of a client; a model of the market." },
};

const MAY_SEND_OR_APPEND: ReadonlySet<string> = new Set([
  "src/engine/egress.ts",
  "src/engine/recorder.ts",
  // The venue that the egress holds: it hands a request on, and checks the answer.
  "src/engine/checked-venue.ts",
]);

const oneWayOut: Rule = {
  name: "nothing but the egress asks a venue for an order, and nothing but the recorder appends to the journal",
  applies: (file) => isOwnCode(file) && /^src\/(?:engine|app|server|cli|strategies)\//.test(file.path),
  *find(file) {
    for (const node of file.nodes()) {
      if (!ts.isCallExpression(node)) continue;
      const called = node.expression.getText();
      const isEntry = /(?:^|\.)#?venue\.(?:place|cancel|replace)$/i.test(called) || /\.#?journal\.append$/.test(called);
      const isAllowed = MAY_SEND_OR_APPEND.has(file.path);
      if (isEntry && !isAllowed) yield { line: file.lineOf(node.getStart()), what: called };
    }
  },
  planted: { path: "src/engine/reconciler.ts", text: "await this.#options.venue.place(order, signal);" },
  innocent: { path: "src/engine/egress.ts", text: "return venue.place(order, signal);" },
};

export const RULES: readonly Rule[] = [
  deterministicCode,
  synchronousCore,
  oneWayOut,
  exactMoney,
  americanSpelling,
  startsWithComment,
  noMarkers,
  shortDashboardFiles,
  noMachinePaths,
  ownVoice,
];
