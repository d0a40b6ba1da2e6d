// The token that the first start makes: its file, its mode, and what overrides it.

import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadAdminToken, TOKEN_FILE } from "./admin-token.ts";

let directory: string;
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), "orderwright-token-")), "data");
});
afterEach(async () => {
  await rm(join(directory, ".."), { recursive: true, force: true });
});

const modeOf = async (file: string): Promise<number> => (await stat(file)).mode & 0o777;

test("the first start makes a token of 32 random bytes that only its owner can read", async () => {
  const { secret, file } = await loadAdminToken(directory, undefined);
  expect(Buffer.from(secret, "base64url")).toHaveLength(32);
  expect(file).toBe(join(directory, TOKEN_FILE));
  expect(await readFile(join(directory, TOKEN_FILE), "utf8")).toBe(`${secret}\n`);
  expect(await modeOf(join(directory, TOKEN_FILE))).toBe(0o600);
});

test("later starts keep the token", async () => {
  const first = await loadAdminToken(directory, undefined);
  expect(await loadAdminToken(directory, undefined)).toEqual(first);
});

test("two starts at once agree on one token", async () => {
  const [a, b] = await Promise.all([loadAdminToken(directory, undefined), loadAdminToken(directory, undefined)]);
  expect(a.secret).toBe(b.secret);
});

test("a file that others can read is closed to them", async () => {
  await loadAdminToken(directory, undefined);
  await chmod(join(directory, TOKEN_FILE), 0o644);
  await loadAdminToken(directory, undefined);
  expect(await modeOf(join(directory, TOKEN_FILE))).toBe(0o600);
});

test("the environment's token is used and not written down", async () => {
  const { secret, file } = await loadAdminToken(directory, "from-the-environment-0123");
  expect(secret).toBe("from-the-environment-0123");
  expect(file).toBeUndefined();
  await expect(stat(join(directory, TOKEN_FILE))).rejects.toThrow("ENOENT");
});

test.each(["short", "with spaces in the middle of it", "ends-with-a-newline-0123\n"])(
  "an unusable token of the environment is refused without repeating it: %j",
  async (token) => {
    const loading = loadAdminToken(directory, token);
    await expect(loading).rejects.toMatchObject({ code: "config.invalid" });
    await expect(loading).rejects.not.toThrow(token);
  },
);

test("an emptied token file is refused", async () => {
  await loadAdminToken(directory, undefined);
  await writeFile(join(directory, TOKEN_FILE), "\n");
  await expect(loadAdminToken(directory, undefined)).rejects.toMatchObject({ code: "config.invalid" });
});
