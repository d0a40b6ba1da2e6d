// Which matrices there are, and that each is a test or has a reason why not: what the matrices say is in the tests
// beside this file.

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { NOT_APPLICABLE } from "./not-applicable.ts";

/** FIX 4.2's number, with FIX 4.4's and 5.0's where it is known; those that came after 4.2 have the later one alone. */
const MATRICES = [
  ...["D1 (A.1.a)", "D2 (A.1.b)"],
  ...["D3 (B.1.a)", "D4 (B.1.b)", "D5 (B.1.c)", "B.1.d", "B.1.e", "B.1.f"],
  ...["D6 (C.1.a)", "D7 (C.1.b)", "D8 (C.1.c)", "D9 (C.2.a)", "D10 (C.3.a)", "D11 (C.3.b)", "D12 (C.3.c)"],
  ...["D13 (D.1.a)", "D14 (D.1.b)", "D15 (D.1.c)", "D16 (D.2.a)", "D.2.b", "D17"],
  ...["D18 (E.1.a)", "D19 (E.1.b)", "D20 (E.1.c)", "D21 (E.1.d)", "E.1.e", "E.1.f"],
  ...["D22", "D23", "D31 (F.1.b)"],
  ...["D24", "D25", "D26"],
  ...["D27 (H.1.a)", "D28 (H.1.b)", "D29 (H.1.c)", "D30 (H.1.d)"],
  ...["D32", "D33"],
  ...["D34 (J.1.a)", "D35 (J.1.b)", "D36 (J.1.c)", "J.1.d"],
  ...["K", "D37 (L.1.a)"],
];

const folder = new URL(".", import.meta.url);
const titles = readdirSync(folder)
  .filter((name) => name.endsWith(".test.ts"))
  .flatMap((name) => [...readFileSync(new URL(name, folder), "utf8").matchAll(/\bmatrix\(\s*"FIX ([^"]+)"/g)])
  .map(([, title = ""]) => title);
const ids = new Set(
  titles.filter((title) => !title.startsWith("group ")).map((title) => title.split(/[:,]/, 1)[0] ?? title),
);

test("every matrix is a test, or has a reason why it is none, and not both", () => {
  const accountedFor = [...ids, ...NOT_APPLICABLE.map(({ id }) => id)];
  expect(new Set(accountedFor)).toEqual(new Set(MATRICES));
  expect(accountedFor).toHaveLength(MATRICES.length);
});

test("every title stands once", () => {
  expect(titles.length).toBeGreaterThan(MATRICES.length);
  expect(new Set(titles).size).toBe(titles.length);
});
