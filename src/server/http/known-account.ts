// An account that a request names must be configured: a misspelled one must not look like an empty one.

import type { FastifyRequest } from "fastify";
import { orderwrightError } from "../../domain/errors.ts";
import type { EngineApi } from "../../engine/engine-api.ts";

/** @throws `request.unknownAccount` when the path, the query or the body names another account than there are. */
export function checkAccount(engine: EngineApi, request: FastifyRequest): void {
  for (const part of [request.params, request.query, request.body]) {
    const named = (part as { readonly account?: unknown } | null | undefined)?.account;
    if (named === undefined) continue;
    const accounts = engine.status().accounts.map((account): string => account.id);
    if (accounts.includes(named as string)) continue;
    throw orderwrightError(
      "request.unknownAccount",
      `No account is named ${JSON.stringify(named)}; there are ${accounts.join(", ")}.`,
      { account: named, accounts },
    );
  }
}
