// Routes about what waits for a person under /api/v1: the operator queue, a decision about one of its cases, and the
// words of venues that were put aside. What a decision does to orders is the engine's business.

import { eventToJson } from "../../../domain/order-json.ts";
import { unwrap } from "../../../domain/result.ts";
import { decisionsFor } from "../../../engine/case-words.ts";
import type { EngineApi } from "../../../engine/engine-api.ts";
import type { ServerContext } from "../../context.ts";
import type { App } from "../app.ts";
import { accountOf, commandOf } from "../durable.ts";
import { AccountQuery, CaseDecisionBody, CaseParams, QuarantineQuery } from "../schemas.ts";

const DEFAULT_LIMIT = 100;
const read = { scope: "read" } as const;
const tags = ["cases"];

export function registerCases(app: App, { engine }: ServerContext): void {
  app.get(
    "/api/v1/cases",
    {
      config: read,
      schema: { tags, summary: "What waits for a person, oldest first", querystring: AccountQuery },
    },
    async (request) => {
      await engine.whenDurable();
      const { account } = accountOf(request, request.query.account);
      return {
        cases: engine.cases(account).map((opened) => ({ ...eventToJson(opened), ...decisions(engine, opened) })),
      };
    },
  );
  app.post(
    "/api/v1/cases/:caseId/decision",
    {
      config: { scope: "trade" },
      schema: {
        tags,
        summary: "Record what a person concludes about a case",
        params: CaseParams,
        querystring: AccountQuery,
        body: CaseDecisionBody,
      },
    },
    async (request) => {
      const { caseId } = request.params;
      const { decision, reason } = request.body;
      const command = { ...commandOf(request, reason), ...accountOf(request, request.query.account) };
      unwrap(await engine.decideCase(caseId, decision, command));
      return { caseId, decision, reason, by: command.by };
    },
  );
  app.get(
    "/api/v1/quarantine",
    {
      config: read,
      schema: { tags, summary: "Words of venues that were put aside, newest first", querystring: QuarantineQuery },
    },
    async (request) => {
      await engine.whenDurable();
      const { account } = accountOf(request, request.query.account);
      const all = engine.quarantined(Number.POSITIVE_INFINITY);
      const found = account === undefined ? all : all.filter((event) => event.account === account);
      return { quarantine: found.slice(0, request.query.limit ?? DEFAULT_LIMIT).map(eventToJson) };
    },
  );
}

/** What may be decided now; orders that ended and left memory leave nothing to decide. */
function decisions(engine: EngineApi, opened: ReturnType<EngineApi["cases"]>[number]) {
  const { about, account } = opened;
  const order = about === undefined ? undefined : engine.find(about, account);
  return { decisions: decisionsFor(opened, order) };
}
