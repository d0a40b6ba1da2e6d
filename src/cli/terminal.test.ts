// What venues wrote cannot steer the terminal that shows it.

import { expect, test } from "vitest";
import { visible } from "./terminal.ts";

const text = (...codes: readonly number[]): string => String.fromCodePoint(...codes);

test.each([
  [text(0x1b), "\\u001b"],
  [text(0x0d), "\\u000d"],
  [text(0x0a), "\\u000a"],
  [text(0x9b), "\\u009b"],
  [text(0x202e), "\\u202e"],
  [text(0x2028), "\\u2028"],
])("control %j is spelled out", (control, spelled) => {
  expect(visible(`a${control}[2Jb`)).toBe(`a${spelled}[2Jb`);
});

test("letters of all scripts, and what looks like HTML, stay as they are", () => {
  const plain = '{"s":"<b>Grüße, 注文</b>"}';
  expect(visible(plain)).toBe(plain);
});
