// Routes that steer the engine under /api/v1: risk limits, trading states, the kill switch, reconciling.

import { unwrap } from "../../../domain/result.ts";
import type { EngineApi } from "../../../engine/engine-api.ts";
import { limitsFromJson, limitsToJson } from "../../../engine/risk/limits-json.ts";
import type { ServerContext } from "../../context.ts";
import type { App } from "../app.ts";
import { commandOf } from "../durable.ts";
import { AccountParams, KillBody, LiftBody, ReconcileBody, RiskLimitsBody, TradingStateBody } from "../schemas.ts";

const tags = ["control"];

export function registerControl(app: App, { engine }: ServerContext): void {
  registerRisk(app, engine);
  registerTradingStates(app, engine);
  app.post(
    "/api/v1/reconcile",
    {
      config: { scope: "trade" },
      schema: { tags, summary: "Compare with the venue, and correct", body: ReconcileBody },
    },
    async (request) => ({ reports: await engine.reconcile(request.body) }),
  );
}

function registerRisk(app: App, engine: EngineApi): void {
  app.get(
    "/api/v1/risk/:account",
    { config: { scope: "read" }, schema: { tags, summary: "An account's risk limits", params: AccountParams } },
    async (request) => {
      await engine.whenDurable();
      return limitsOf(engine, request.params.account);
    },
  );
  app.put(
    "/api/v1/risk/:account",
    {
      config: { scope: "admin" },
      schema: {
        tags,
        summary: "Set an account's risk limits, all of them",
        params: AccountParams,
        body: RiskLimitsBody,
      },
    },
    async (request) => {
      const { account } = request.params;
      const limits = unwrap(limitsFromJson(request.body));
      unwrap(await engine.setRiskLimits(account, limits, commandOf(request)));
      return limitsOf(engine, account);
    },
  );
}

function registerTradingStates(app: App, engine: EngineApi): void {
  app.post(
    "/api/v1/trading-state",
    {
      config: { scope: "admin" },
      schema: { tags, summary: "Let all pass, only what reduces, or only cancels", body: TradingStateBody },
    },
    async (request) => {
      const { state, reason, ...scope } = request.body;
      unwrap(await engine.setTradingState(state, { ...commandOf(request, reason), ...scope }));
      return { tradingState: state, ...scope };
    },
  );
  app.post(
    "/api/v1/kill-switch",
    { config: { scope: "trade" }, schema: { tags, summary: "Halt at once, and say what rests", body: KillBody } },
    async (request) => {
      const { restingOrders, reason, ...scope } = request.body;
      const { canceling } = unwrap(
        await engine.engageKillSwitch(restingOrders, { ...commandOf(request, reason), ...scope }),
      );
      return { engaged: true, canceling, ...scope };
    },
  );
  app.delete(
    "/api/v1/kill-switch",
    { config: { scope: "admin" }, schema: { tags, summary: "Lift the kill switch", body: LiftBody } },
    async (request) => {
      const { reason, ...scope } = request.body;
      unwrap(await engine.liftKillSwitch({ ...commandOf(request, reason), ...scope }));
      return { engaged: false, ...scope };
    },
  );
}

function limitsOf(engine: EngineApi, account: string): { account: string; limits: ReturnType<typeof limitsToJson> } {
  // The account was checked before the route was entered.
  const limits = engine.status().accounts.find((known) => known.id === account)?.limits ?? {};
  return { account, limits: limitsToJson(limits) };
}
