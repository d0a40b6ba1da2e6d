// Who asks: the token and the account that a request's headers name. What a route needs is the route's business.

import type { IncomingHttpHeaders } from "node:http";
import { type OrderwrightError, orderwrightError } from "../../domain/errors.ts";
import { fail, ok, type Result } from "../../domain/result.ts";
import type { EngineApi } from "../../engine/engine-api.ts";
import { covers, type Scope, type Token, type TokenStore } from "./tokens.ts";

export interface Caller extends Token {
  /** The account that the request speaks for: the one its key id names, else the default one. */
  readonly account: string;
  /** The account, where a key id named it. */
  readonly namedAccount?: string;
}

/** The key id that names the default account. */
export const DEFAULT_KEY_ID = "default";
const BEARER = /^Bearer +(\S+) *$/i;

export interface Credentials {
  readonly secret: string;
  readonly keyId?: string;
}

/** Reads `Authorization: Bearer`, else the Alpaca headers; the key id of the latter counts with both. */
export function credentialsOf(headers: IncomingHttpHeaders): Credentials | undefined {
  const bearer = headers.authorization === undefined ? undefined : BEARER.exec(headers.authorization)?.[1];
  const secret = bearer ?? single(headers["apca-api-secret-key"]);
  if (secret === undefined) return undefined;
  const keyId = single(headers["apca-api-key-id"]);
  return keyId === undefined ? { secret } : { secret, keyId };
}

/** What identities are checked against. */
export interface AuthSource {
  readonly tokens: TokenStore;
  readonly engine: EngineApi;
  /** The account that requests without a key id speak for. */
  readonly defaultAccount: string;
}

/** @returns `auth.missing`, `auth.invalid`, or `request.unknownAccount` for a key id that names no account. */
export function authenticate(
  credentials: Credentials | undefined,
  source: AuthSource,
): Result<Caller, OrderwrightError> {
  if (credentials === undefined) {
    return fail(
      orderwrightError(
        "auth.missing",
        "The request carries no token; send Authorization: Bearer <token>, or APCA-API-KEY-ID and APCA-API-SECRET-KEY.",
      ),
    );
  }
  const token = source.tokens.find(credentials.secret);
  if (token === undefined) {
    return fail(orderwrightError("auth.invalid", "The token is not known; the admin token is in the data directory."));
  }
  return accountOf(credentials.keyId, source, token);
}

function accountOf(keyId: string | undefined, source: AuthSource, token: Token): Result<Caller, OrderwrightError> {
  if (keyId === undefined || keyId === DEFAULT_KEY_ID) return ok({ ...token, account: source.defaultAccount });
  const accounts = source.engine.status().accounts.map((account) => account.id as string);
  if (accounts.includes(keyId)) return ok({ ...token, account: keyId, namedAccount: keyId });
  return fail(
    orderwrightError(
      "request.unknownAccount",
      `The key id names no account; it must be ${DEFAULT_KEY_ID} or one of ${accounts.join(", ")}.`,
      { accounts },
    ),
  );
}

/** @returns `auth.scope` when the caller's token does not cover the scope. */
export function requireScope(caller: Token, needed: Scope): Result<void, OrderwrightError> {
  if (covers(caller.scope, needed)) return ok(undefined);
  return fail(
    orderwrightError("auth.scope", `The token ${caller.name} has scope ${caller.scope}; this needs ${needed}.`, {
      scope: caller.scope,
      needed,
    }),
  );
}

function single(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
