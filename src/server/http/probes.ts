// For machines that watch: is the process alive, may it be given orders, and the metrics.

import type { EngineStatus } from "../../engine/engine-api.ts";
import type { ServerContext } from "../context.ts";
import type { App } from "./app.ts";

const NOT_READY = 503;
const tags = ["probes"];

export function registerProbes(app: App, context: ServerContext, isMetricsPublic: boolean): void {
  const { engine, metrics } = context;
  app.get("/healthz", { config: { public: true }, schema: { tags, summary: "The process answers" } }, async () => ({
    status: "ok",
  }));
  app.get(
    "/readyz",
    { config: { public: true }, schema: { tags, summary: "Orders can be taken; 503 with the reasons why not" } },
    async (_request, reply) => {
      const reasons = reasonsNotReady(engine.status());
      return reply.code(reasons.length === 0 ? 200 : NOT_READY).send({ ready: reasons.length === 0, reasons });
    },
  );
  app.get(
    "/metrics",
    {
      config: isMetricsPublic ? { public: true } : { scope: "read" },
      schema: { tags, summary: "Metrics for Prometheus" },
    },
    async (_request, reply) => {
      const text = await metrics.text();
      return reply
        .type(metrics.registry.contentType)
        .serializer((value: string) => value)
        .send(text);
    },
  );
}

/** Names no address and no figure: the probe is public. */
export function reasonsNotReady(status: EngineStatus): string[] {
  const reasons: string[] = [];
  if (status.phase !== "ready") reasons.push(`the engine is ${status.phase}`);
  if (status.failure !== undefined) reasons.push(`the engine failed: ${status.failure.code}`);
  for (const venue of status.venues) {
    if (!venue.connected) reasons.push(`venue ${venue.id} is not connected`);
  }
  return reasons;
}
