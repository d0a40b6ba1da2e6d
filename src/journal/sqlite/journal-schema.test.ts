// The documented tables are the real ones, and the documented queries run.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "../../runtime/node/sqlite.ts";
import { SCHEMA } from "./journal-schema.ts";

const page = readFileSync(new URL("../../../docs/reference/journal-tables.md", import.meta.url), "utf8");
let database: Database;
beforeAll(() => {
  database = openDatabase(":memory:");
  database.exec(SCHEMA);
});
afterAll(() => database.close());

const names = (sql: string): unknown[] =>
  database
    .prepare(sql)
    .all()
    .map((row) => row["name"]);

describe("docs/reference/journal-tables.md", () => {
  const sections = page.split(/^## /m).slice(1);
  const documented = new Map<string, readonly (string | undefined)[]>(
    sections
      .filter((section) => section.includes("| column |"))
      .map((section) => [
        section.slice(0, section.indexOf("\n")),
        Array.from(section.matchAll(/^\| `(\w+)`/gm), (match) => match[1]),
      ]),
  );

  test("has every table, and no other", () => {
    const tables = names("SELECT name FROM sqlite_schema WHERE type = 'table'");
    expect(new Set(documented.keys())).toEqual(new Set(tables));
  });

  test.each([...documented.keys()])("has every column of %s in order, and no other", (table) => {
    expect(documented.get(table)).toEqual(names(`SELECT name FROM pragma_table_info('${table}')`));
  });

  test("names every view", () => {
    for (const view of names("SELECT name FROM sqlite_schema WHERE type = 'view'"))
      expect(page).toContain(`\`${String(view)}\``);
  });

  test.each(Array.from(page.matchAll(/^```sql\n([^`]*)^```/gm), (match) => match[1] ?? ""))(
    "shows a query that runs: %s",
    (sql) => {
      expect(database.prepare(sql).all()).toBeInstanceOf(Array);
    },
  );
});
