// The configuration's shape: the one source of its validation, its defaults and its printed form.
// Where values come from is in load.ts; what they become, in cli/. No secret has a place here.

import { type Static, Type } from "typebox";
import { RESTING_ORDER_POLICIES } from "../domain/system-event.ts";
import { ORPHAN_POLICIES } from "../engine/reconciler.ts";
import { DURABILITIES } from "../journal/journal.ts";

const CLOSED = { additionalProperties: false } as const;

/** The schema is an enum; its type is the union of the values, which Type.Enum loses here. */
function oneOf<const T extends readonly string[]>(values: T, fallback?: T[number]) {
  return Type.Unsafe<T[number]>(
    Type.Enum(values, {
      description: `one of ${values.join(", ")}`,
      ...(fallback === undefined ? {} : { default: fallback }),
    }),
  );
}

const DecimalText = Type.String({
  pattern: "^(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?$",
  maxLength: 80,
  description: 'a plain decimal in a text, such as "0.001"',
});
const AccountName = Type.String({
  pattern: "^[A-Za-z0-9_-]{1,32}$",
  description: "1 to 32 characters of A-Z a-z 0-9 _ -",
});
const Name = Type.String({ minLength: 1, maxLength: 64, description: "a text of 1 to 64 characters" });
const Milliseconds = Type.Integer({ minimum: 1, maximum: 86_400_000, description: "milliseconds, 1 to 86400000" });

const AccountSection = Type.Object(
  {
    id: AccountName,
    tag: Type.Optional(Type.String({ pattern: "^[A-Za-z0-9]{8}$", description: "8 alphanumerics" })),
    staleAfterMs: Type.Optional(Milliseconds),
    orphanPolicy: Type.Optional(oneOf(ORPHAN_POLICIES)),
    deadManMs: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 86_400_000,
        description:
          "milliseconds, within the venue's own limits: its dead-man switch cancels this long after we fall silent",
      }),
    ),
    // The engine owns the shape of limits and checks them strictly.
    limits: Type.Optional(Type.Unknown({ description: "risk limits, as GET /api/v1/risk/<account> shows them" })),
  },
  CLOSED,
);

const GridSection = Type.Object(
  {
    kind: oneOf(["grid"]),
    name: Type.String({
      pattern: "^[A-Za-z0-9_-]{1,32}$",
      default: "grid",
      description: "1 to 32 characters of A-Z a-z 0-9 _ -",
    }),
    account: Type.Optional(AccountName),
    instrumentId: Type.Optional(Name),
    levels: Type.Integer({ minimum: 1, maximum: 100, default: 5, description: "a whole number from 1 to 100" }),
    stepBps: Type.Integer({ minimum: 1, maximum: 1_000, default: 2, description: "basis points, 1 to 1000" }),
    quantity: Type.String({ ...DecimalText, default: "0.02" }),
    followAfterSteps: Type.Integer({
      minimum: 1,
      maximum: 100,
      default: 3,
      description: "a whole number from 1 to 100",
    }),
    maintainEveryMs: Type.Integer({ ...Milliseconds, default: 250 }),
  },
  CLOSED,
);

/** Every section has defaults: an empty file is a valid configuration. */
export const ConfigSchema = Type.Object(
  {
    mode: oneOf(["paper", "dryRun"], "paper"),
    dataDir: Type.String({ minLength: 1, default: "./data", description: "a folder" }),
    logLevel: oneOf(["debug", "info", "warn", "error"], "info"),
    market: Type.Object(
      {
        replay: Type.Optional(Type.String({ minLength: 1, description: "a capture file" })),
        speed: Type.Union([Type.Literal("max"), Type.Number({ minimum: 0.1, maximum: 1_000 })], {
          default: 1,
          description: "a multiple of real time from 0.1 to 1000, or max",
        }),
        seed: Type.Integer({ minimum: 0, default: 1, description: "a whole number" }),
      },
      { ...CLOSED, default: {} },
    ),
    server: Type.Object(
      {
        host: Type.String({ minLength: 1, default: "127.0.0.1", description: "an address to listen on" }),
        port: Type.Integer({ minimum: 0, maximum: 65_535, default: 7_070, description: "a port, 0 for any free one" }),
        allowedHosts: Type.Array(Name, { default: [], description: "further Host headers to answer" }),
        allowedOrigins: Type.Array(Name, { default: [], description: "further Origin headers to answer" }),
        metricsPublic: Type.Boolean({ default: false, description: "true or false" }),
      },
      { ...CLOSED, default: {} },
    ),
    journal: Type.Object(
      {
        durability: oneOf(DURABILITIES, "always"),
        committer: oneOf(["auto", "main", "worker"], "auto"),
      },
      { ...CLOSED, default: {} },
    ),
    paper: Type.Object(
      {
        latencyMs: Type.Number({
          minimum: 0,
          maximum: 60_000,
          default: 1,
          description: "milliseconds one way, 0 to 60000",
        }),
      },
      { ...CLOSED, default: {} },
    ),
    accounts: Type.Array(AccountSection, {
      minItems: 1,
      default: [{ id: "main" }],
      description: "at least one account",
    }),
    defaultAccount: Type.Optional(AccountName),
    strategies: Type.Array(GridSection, { default: [], description: "strategies to run" }),
    shutdown: Type.Object(
      {
        restingOrders: oneOf(RESTING_ORDER_POLICIES, "keep"),
        deadlineMs: Type.Integer({ ...Milliseconds, default: 5_000 }),
      },
      { ...CLOSED, default: {} },
    ),
  },
  CLOSED,
);

export type Config = Static<typeof ConfigSchema>;
export type GridConfig = Config["strategies"][number];
