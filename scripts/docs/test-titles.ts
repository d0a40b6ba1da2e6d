// Reads what tests say of themselves out of their sources: titles, the references in the comments above them, and
// lists of objects with texts. Nothing is run.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** A test as its source names it. */
export interface TestTitle {
  /** What is filled in by a table is shown as `…`. */
  readonly title: string;
  /** The values of `// thread:` and `// source:` comments above it. */
  readonly references: readonly string[];
  /** It is marked as one that fails until something is built or put right. */
  readonly failsYet: boolean;
  /** From the root of the repository. */
  readonly file: string;
}

/** Returns the paths in a folder that match, sorted, from the root; none where there is no such folder. */
export function filesIn(root: string, folder: string, pattern: RegExp): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder))
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => `${folder}/${name}`);
}

/** Returns the tests of a source in its order; a `matrix` is a test too. */
export function testTitles(file: string, text: string): TestTitle[] {
  return calls(parse(file, text)).flatMap((call) => {
    const [title] = call.arguments;
    const callee = call.expression.getText();
    if (title === undefined || !/^(?:test|matrix)\b/.test(callee)) return [];
    const shown = textOf(title);
    if (shown === undefined) return [];
    const failsYet = /^test\.fails\b/.test(callee);
    return [{ title: shown.replaceAll(/%[sdifj]|\$\w+/g, "…"), references: referencesAbove(call), failsYet, file }];
  });
}

/** Returns the objects of an exported list, as far as their values are texts. */
export function listedTexts(file: string, text: string, name: string): Readonly<Record<string, string>>[] {
  for (const statement of parse(file, text).statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const declaration of statement.declarationList.declarations) {
      const list = declaration.initializer;
      if (declaration.name.getText() === name && list !== undefined && ts.isArrayLiteralExpression(list))
        return list.elements.filter(ts.isObjectLiteralExpression).map(textProperties);
    }
  }
  return [];
}

export const readSource = (root: string, file: string): string => readFileSync(join(root, file), "utf8");

function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

function calls(source: ts.SourceFile): ts.CallExpression[] {
  const found: ts.CallExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** A text that stands in the source: a literal, a template with its gaps shown as `…`, or a sum of them. */
function textOf(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map((span) => `…${span.literal.text}`).join("");
  if (!ts.isBinaryExpression(node)) return undefined;
  const [left, right] = [textOf(node.left), textOf(node.right)];
  return left === undefined || right === undefined ? undefined : left + right;
}

function textProperties(object: ts.ObjectLiteralExpression): Readonly<Record<string, string>> {
  const entries = object.properties.flatMap((property) => {
    const text = ts.isPropertyAssignment(property) ? textOf(property.initializer) : undefined;
    return text === undefined || property.name === undefined ? [] : [[property.name.getText(), text] as const];
  });
  return Object.fromEntries(entries);
}

function referencesAbove(call: ts.CallExpression): string[] {
  const text = call.getSourceFile().text;
  const comments = ts.getLeadingCommentRanges(text, call.parent.getFullStart()) ?? [];
  return comments.flatMap(({ pos, end }) => {
    const [, reference] = /^\/\/ (?:thread|source): (.+)$/.exec(text.slice(pos, end)) ?? [];
    return reference === undefined ? [] : [reference];
  });
}
