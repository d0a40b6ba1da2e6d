// The admin token: made at first start, kept in the data directory for its owner alone.
// Checking tokens is in tokens.ts.

import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, readFile, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { orderwrightError } from "../../domain/errors.ts";
import { MIN_SECRET_LENGTH } from "./tokens.ts";

export const TOKEN_FILE = "token";
const TOKEN_BYTES = 32;
const OWNER_ONLY = 0o600;
const VISIBLE = /^[\x21-\x7e]+$/;

export interface AdminToken {
  readonly secret: string;
  /** Where it is kept; absent when the environment gave it. */
  readonly file?: string;
}

/**
 * Returns the admin token: the override, else the one in `<directory>/token`, else a new one, which is
 * written there with mode 0600. A file that others may read is closed to them first.
 *
 * @throws {OrderwrightError} `config.invalid` for a token that is too short or not printable ASCII.
 */
export async function loadAdminToken(directory: string, override: string | undefined): Promise<AdminToken> {
  if (override !== undefined && override !== "") return { secret: checked(override, "ORDERWRIGHT_TOKEN") };
  const file = join(directory, TOKEN_FILE);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const secret = (await make(file)) ?? (await read(file));
  return { secret, file };
}

/** Writes a new token; `undefined` when the file is there already. It appears whole or not at all. */
async function make(file: string): Promise<string | undefined> {
  const secret = randomBytes(TOKEN_BYTES).toString("base64url");
  const draft = `${file}.${randomBytes(8).toString("hex")}`;
  await writeFile(draft, `${secret}\n`, { flag: "wx", mode: OWNER_ONLY });
  try {
    await link(draft, file);
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return undefined;
    throw error;
  } finally {
    await unlink(draft);
  }
}

async function read(file: string): Promise<string> {
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0) await chmod(file, OWNER_ONLY);
  return checked((await readFile(file, "utf8")).trim(), file);
}

function checked(secret: string, where: string): string {
  if (secret.length < MIN_SECRET_LENGTH || !VISIBLE.test(secret)) {
    throw orderwrightError(
      "config.invalid",
      `The admin token in ${where} must be at least ${MIN_SECRET_LENGTH} printable ASCII characters without spaces; 43 of base64url are made when there is none.`,
    );
  }
  return secret;
}
