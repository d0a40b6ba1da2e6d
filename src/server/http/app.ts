// The Fastify instance that all routes are put on: limits, identity, Host and Origin, rate limit, the
// shape of errors. Nothing here knows a route.

import { randomUUID } from "node:crypto";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from "fastify";
import type { TSchema } from "typebox";
import { type OrderwrightError, orderwrightError } from "../../domain/errors.ts";
import type { Result } from "../../domain/result.ts";
import { unwrap } from "../../domain/result.ts";
import { alpacaErrorOf } from "../alpaca/errors.ts";
import { authenticate, type Caller, credentialsOf, requireScope } from "../auth/caller.ts";
import type { Scope } from "../auth/tokens.ts";
import type { ServerContext } from "../context.ts";
import type { HostOriginCheck } from "./host-origin.ts";
import { checkAccount } from "./known-account.ts";
import { answerable, PROBLEM_TYPE, problemOf } from "./problem.ts";
import { compileValidator } from "./validate.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What the caller's token must cover. A route without it, and not public, is refused to everybody. */
    scope?: Scope;
    /** Answered without a token. */
    public?: boolean;
  }
  interface FastifyRequest {
    /** Who asks, or why that is not known. */
    identity: Result<Caller, OrderwrightError>;
    startedMs: number;
  }
}

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export const BODY_LIMIT = 64 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 75_000;
const RATE_WINDOW_MS = 60_000;

export interface AppOptions {
  readonly check: HostOriginCheck;
  /** Requests a minute for each token; those without one share a budget per address. */
  readonly requestsPerMinute: number;
}

export async function createApp(context: ServerContext, options: AppOptions): Promise<App> {
  const app: App = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    routerOptions: { maxParamLength: 256 },
    frameworkErrors: (error, request, reply) => void answerError(context, error, request, reply),
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.removeContentTypeParser("text/plain");
  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => compileValidator(schema, httpPart ?? "body"));
  // Answers are made of our own values: nothing is to be left out, and decimals print themselves.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.decorateRequest("startedMs");
  // Set on each request before anything reads it.
  app.decorateRequest("identity");
  app.addHook("onRequest", async (request, reply) => {
    request.startedMs = context.clock.monotonicMs();
    void reply.header("x-request-id", request.id);
    request.identity = authenticate(credentialsOf(request.headers), context);
    unwrap(options.check(request.headers));
  });
  await app.register(helmet, HELMET);
  await app.register(rateLimit, {
    max: options.requestsPerMinute,
    timeWindow: RATE_WINDOW_MS,
    keyGenerator: ({ identity, ip }) => (identity.ok ? `token:${identity.value.name}` : `address:${ip}`),
    errorResponseBuilder: (_request, { max }) => rateLimited(max),
  });
  app.addHook("preParsing", async (request) => guard(request));
  app.addHook("preHandler", async (request) => checkAccount(context.engine, request));
  app.addHook("onSend", async (request, reply) => {
    // Alpaca's clients read an instant in seconds, the plugin writes the seconds until it.
    if (!reply.hasHeader("cache-control")) void reply.header("cache-control", "no-store");
    const left = Number(reply.getHeader("x-ratelimit-reset"));
    if (isAlpacaPath(request.url) && left > 0) {
      void reply.header("x-ratelimit-reset", Math.ceil(context.clock.now() / 1000 + left));
    }
  });
  app.addHook("onResponse", async (request, reply) => noteResponse(context, request, reply));
  app.setErrorHandler((error, request, reply) => answerError(context, error, request, reply));
  app.setNotFoundHandler((request, reply) => answerError(context, unknownRoute(), request, reply));
  return app;
}

/** Returns who asks. Only for routes that are not public: the guard has let the request pass. */
export function callerOf(request: FastifyRequest): Caller {
  return unwrap(request.identity);
}

const HELMET = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      connectSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", "data:"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  // Plain HTTP on loopback is the default; whoever puts TLS in front sets this there.
  strictTransportSecurity: false,
  referrerPolicy: { policy: "no-referrer" as const },
};

/** Runs before the body is read: a stranger's body is not worth parsing. */
function guard(request: FastifyRequest): void {
  const { scope, public: isPublic } = request.routeOptions.config;
  if (isPublic === true || request.is404) return;
  const caller = unwrap(request.identity);
  unwrap(requireScope(caller, scope ?? "admin"));
}

/** Whether a path is on the face that has Alpaca's shape. */
export function isAlpacaPath(path: string): boolean {
  return /^\/v[23](?:\/|$)/.test(path);
}

function rateLimited(max: number): OrderwrightError {
  return orderwrightError(
    "request.rateLimited",
    `The limit is ${max} requests a minute; retry after the Retry-After time.`,
    {
      requestsPerMinute: max,
    },
  );
}

function unknownRoute(): OrderwrightError {
  return orderwrightError(
    "request.unknownRoute",
    "Nothing is at that method and path; /openapi.json lists what there is.",
  );
}

function answerError(
  context: ServerContext,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { error, status, unexpected } = answerable(thrown, request.method);
  if (unexpected) {
    context.logger.error({ component: "server", requestId: request.id, err: error.cause ?? error }, "request failed");
  }
  if (isAlpacaPath(request.url)) {
    const answer = alpacaErrorOf(error, status);
    return reply.code(answer.status).type("application/json").send(answer.body);
  }
  return reply.code(status).type(PROBLEM_TYPE).send(problemOf(error, status));
}

/** One line and one measurement per request; never the URL as it came, which may hold what it should not. */
function noteResponse(context: ServerContext, request: FastifyRequest, reply: FastifyReply): void {
  const durationMs = context.clock.monotonicMs() - request.startedMs;
  const route = request.routeOptions.url ?? "unknown";
  const { method } = request;
  context.metrics.noteRequest(method, route, reply.statusCode, durationMs);
  const by = request.identity.ok ? request.identity.value.name : undefined;
  const fields = {
    component: "server",
    requestId: request.id,
    method,
    route,
    status: reply.statusCode,
    durationMs,
    by,
  };
  if (reply.statusCode === 401 || reply.statusCode === 403) context.logger.warn(fields, "request refused");
  else if (method === "GET" || method === "HEAD") context.logger.debug(fields, "request answered");
  else context.logger.info(fields, "request answered");
}
