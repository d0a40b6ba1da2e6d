// OpenAPI 3.1, made from the schemas that validate the requests.

import swagger from "@fastify/swagger";
import { Type } from "typebox";
import { ERROR_CATALOG } from "../../domain/errors.ts";
import { type App, isAlpacaPath } from "./app.ts";

const ErrorCodeText = Type.Unsafe<string>({ type: "string", enum: Object.keys(ERROR_CATALOG) });

const ProblemBody = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: ErrorCodeText,
    orderExists: Type.Unsafe<string>({ type: "string", enum: ["no", "yes", "unknown", "unchanged"] }),
    retry: Type.Unsafe<string>({ type: "string", enum: ["never", "afterFix", "safe", "reconcileFirst"] }),
    details: Type.Object({}),
  },
  { description: "What went wrong, as RFC 9457 says it" },
);

const AlpacaErrorBody = Type.Object(
  { code: Type.Integer(), message: Type.String(), orderwright: Type.Object({ code: ErrorCodeText }) },
  { description: "What went wrong, as Alpaca says it" },
);

/** Register before the routes: it describes those that come after. */
export async function registerOpenApi(app: App, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Orderwright",
        version,
        description:
          "Two faces of one engine: /v2 in the shape of Alpaca's trading API, /api/v1 in the library's own names. " +
          "Decimals are texts. Errors are {code, message} under /v2 and RFC 9457 problems under /api/v1.",
        license: { name: "MIT", identifier: "MIT" },
      },
      components: {
        securitySchemes: {
          bearer: { type: "http", scheme: "bearer", description: "The admin token is in the data directory." },
          apcaKeyId: { type: "apiKey", in: "header", name: "APCA-API-KEY-ID", description: "The account, or default." },
          apcaSecret: { type: "apiKey", in: "header", name: "APCA-API-SECRET-KEY", description: "The token." },
        },
      },
      security: [{ bearer: [] }, { apcaKeyId: [], apcaSecret: [] }],
      tags: [
        { name: "orders", description: "Place, read, replace, cancel" },
        { name: "state", description: "Status, accounts, positions, fills, events" },
        { name: "cases", description: "What waits for a person, and what venues said that cannot be read" },
        { name: "control", description: "Limits, trading states, kill switch, reconcile" },
        { name: "market", description: "Books and trades" },
        { name: "alpaca", description: "Alpaca's trading API" },
        { name: "probes", description: "For machines that watch" },
      ],
    },
    // The error that any operation may answer with is written here once, not at each route.
    transform: ({ schema, url, route }) => ({
      schema: {
        ...schema,
        ...(route.config?.public === true ? { security: [] } : {}),
        response: {
          "2xx": { type: ["object", "array", "string", "null"], description: schema?.summary ?? "Done" },
          default: isAlpacaPath(url) ? AlpacaErrorBody : ProblemBody,
        },
      },
      url,
    }),
  });
  app.get("/openapi.json", { config: { public: true }, schema: { hide: true } }, async () => app.swagger());
}
