// Bearer tokens and what they allow. Secrets are kept as digests only; where they come from is in admin-token.ts.

import { createHash, timingSafeEqual } from "node:crypto";
import { orderwrightError } from "../../domain/errors.ts";

export const SCOPES = ["read", "trade", "admin"] as const;
/** read: look · trade: also orders and the kill switch · admin: also limits, trading states, lifting. Each includes those before it. */
export type Scope = (typeof SCOPES)[number];

/** Shorter secrets are guessable. */
export const MIN_SECRET_LENGTH = 16;
const NAME = /^[A-Za-z0-9_.@-]{1,64}$/;

export interface TokenSpec {
  /** Goes into the journal as the one who asked. `[A-Za-z0-9_.@-]`, at most 64 characters. */
  readonly name: string;
  readonly scope: Scope;
  readonly secret: string;
}

/** A token as the rest of the server knows it: without its secret. */
export interface Token {
  readonly name: string;
  readonly scope: Scope;
}

/** Returns the scope and all that it includes. */
export function scopesOf(scope: Scope): readonly Scope[] {
  return SCOPES.slice(0, SCOPES.indexOf(scope) + 1);
}

export function covers(held: Scope, needed: Scope): boolean {
  return SCOPES.indexOf(held) >= SCOPES.indexOf(needed);
}

export class TokenStore {
  readonly #tokens: readonly { readonly token: Token; readonly digest: Buffer }[];

  /** @throws {OrderwrightError} `config.invalid` for a bad name, a short secret, or one secret given twice. */
  constructor(specs: readonly TokenSpec[]) {
    const digests = new Set<string>();
    this.#tokens = specs.map(({ name, scope, secret }) => {
      if (!NAME.test(name)) throw invalid(`A token's name is 1 to 64 characters of A-Z a-z 0-9 _ . @ -.`);
      if (secret.length < MIN_SECRET_LENGTH) {
        throw invalid(`The token ${name} has ${secret.length} characters; it must have at least ${MIN_SECRET_LENGTH}.`);
      }
      const digest = digestOf(secret);
      if (digests.has(digest.toString("hex"))) throw invalid(`The token ${name} has the secret of another token.`);
      digests.add(digest.toString("hex"));
      return { token: { name, scope }, digest };
    });
  }

  /** Finds the token of a secret, in a time that does not depend on how much of it is right. */
  find(secret: string): Token | undefined {
    const digest = digestOf(secret);
    let found: Token | undefined;
    for (const entry of this.#tokens) {
      if (timingSafeEqual(entry.digest, digest)) found = entry.token;
    }
    return found;
  }
}

function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

function invalid(message: string): Error {
  return orderwrightError("config.invalid", message);
}
