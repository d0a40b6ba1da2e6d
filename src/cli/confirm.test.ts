// Only a typed yes goes on, and nobody is asked through a pipe.

import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { confirm, type Terminal } from "./confirm.ts";

function terminal(isTTY: boolean): Terminal & { readonly input: PassThrough; readonly output: PassThrough } {
  const stream = (): PassThrough & { isTTY: boolean } => Object.assign(new PassThrough(), { isTTY });
  return { input: stream(), output: stream() };
}

test.each(["yes", " YES "])("%j goes on, after what will be recorded was said", async (answer) => {
  const at = terminal(true);
  const asked = confirm(["Records this.", "And that."], at);
  at.input.write(`${answer}\n`);
  await expect(asked).resolves.toBeUndefined();
  expect(String(at.output.read())).toContain("Records this.\nAnd that.\n");
});

test.each(["", "y", "no", "yes please"])("%j does not", async (answer) => {
  const at = terminal(true);
  const asked = confirm(["Records this."], at);
  at.input.write(`${answer}\n`);
  await expect(asked).rejects.toMatchObject({ exitCode: 1, message: "Nothing was done." });
});

test("a terminal that ends instead of answering does not either", async () => {
  const at = terminal(true);
  const asked = confirm(["Records this."], at);
  at.input.end();
  await expect(asked).rejects.toMatchObject({ exitCode: 1 });
});

test("where there is no terminal nothing is asked, and --yes is named: usage", async () => {
  const at = terminal(false);
  at.input.write("yes\n");
  await expect(confirm(["Records this."], at)).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/^Records this\.\n.*--yes/) as string,
  });
});
