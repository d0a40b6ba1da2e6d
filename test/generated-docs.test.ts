// Holds the generated pages of docs/ to the code that they describe.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generatedDocs, staleDocs, writeDocs } from "../scripts/generate-docs.ts";
import { ERROR_CATALOG } from "../src/domain/errors.ts";
import { ANSWER_MEANING, ORDER_STATUSES, STATUS_TABLE, TRANSITIONS } from "../src/domain/order-status.ts";

const ROOT = join(import.meta.dirname, "..");

test.each([...generatedDocs()])("%s is what the code says", (path, text) => {
  expect(readFileSync(join(ROOT, path), "utf8"), "run: npx tsx scripts/generate-docs.ts").toBe(text);
});

test("a page that is missing or was edited by hand is found", () => {
  const root = mkdtempSync(join(tmpdir(), "generated-docs-"));
  try {
    expect(staleDocs(root)).toEqual([...generatedDocs().keys()]);
    writeDocs(root);
    expect(staleDocs(root)).toEqual([]);
    writeFileSync(join(root, "docs/reference/errors.md"), "# Errors\n");
    expect(staleDocs(root)).toEqual(["docs/reference/errors.md"]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("every error code has one row", () => {
  const page = generatedDocs().get("docs/reference/errors.md") ?? "";
  const listed = [...page.matchAll(/^\| `([a-zA-Z.]+)` \|/gm)].map((match) => match[1]);
  expect(listed.sort()).toEqual(Object.keys(ERROR_CATALOG).sort());
});

test("every status, step, event and answer is on the page of the order's life", () => {
  const page = generatedDocs().get("docs/concepts/order-life.md") ?? "";
  for (const from of ORDER_STATUSES) {
    expect(page).toContain(`| \`${from}\` |`);
    for (const to of TRANSITIONS[from]) expect(page).toContain(`  ${from} --> ${to}`);
  }
  for (const event of Object.keys(STATUS_TABLE)) expect(page).toContain(`| \`${event}\` |`);
  for (const answer of Object.keys(ANSWER_MEANING)) expect(page).toContain(`| \`${answer}\` |`);
});
