// Where each setting comes from, and how everything that is wrong with them is told at once.
// The commands that read them are tested in test/e2e/cli.test.ts.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { isOrderwrightError } from "../domain/errors.ts";
import { environmentPaths, type LoadedConfig, type LoadInput, loadConfig } from "./load.ts";

async function fileOf(content: unknown): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "orderwright-config-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, "some.json");
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

function load(input: Partial<LoadInput> = {}): LoadedConfig {
  const result = loadConfig({ environment: {}, flags: {}, ...input });
  if (!result.ok) throw result.error;
  return result.value;
}

/** @returns each problem, as it is told. */
function problemsOf(input: Partial<LoadInput>): readonly string[] {
  const result = loadConfig({ environment: {}, flags: {}, ...input });
  if (result.ok || !isOrderwrightError(result.error)) throw new Error("The configuration was taken.");
  expect(result.error.code).toBe("config.invalid");
  const problems = result.error.details["problems"] as readonly string[];
  for (const problem of problems) expect(result.error.message).toContain(problem);
  return problems;
}

test("without anything the defaults hold: paper, on the loopback, one account", async () => {
  const empty = await fileOf({});
  for (const { config, sources } of [load(), load({ file: empty })]) {
    expect(config).toMatchObject({
      mode: "paper",
      dataDir: "./data",
      server: { host: "127.0.0.1", port: 7070, allowedHosts: [], allowedOrigins: [] },
      market: { speed: 1, seed: 1 },
      journal: { durability: "always", committer: "auto" },
      accounts: [{ id: "main" }],
      strategies: [],
      shutdown: { restingOrders: "keep", deadlineMs: 5_000 },
    });
    expect([...sources]).toEqual([]);
  }
});

test("flags win over the environment, the environment over the file, and each value says where it is from", async () => {
  const file = await fileOf({ server: { port: 1, host: "127.0.0.2" }, dataDir: "from-file", market: {} });
  const environment = { ORDERWRIGHT_SERVER_PORT: "2", ORDERWRIGHT_DATA_DIR: "from-environment", HOME: "/somewhere" };
  const { config, sources } = load({ file, environment, flags: { "server.port": "3", mode: undefined } });
  expect(config.server).toMatchObject({ port: 3, host: "127.0.0.2" });
  expect(config.dataDir).toBe("from-environment");
  expect(Object.fromEntries(sources)).toEqual({
    "server.port": "flag",
    "server.host": "file",
    dataDir: "environment",
  });
});

test.each([
  ["ORDERWRIGHT_MARKET_SPEED", "10", { market: { speed: 10 } }],
  ["ORDERWRIGHT_MARKET_SPEED", "0.5", { market: { speed: 0.5 } }],
  ["ORDERWRIGHT_MARKET_SPEED", "max", { market: { speed: "max" } }],
  ["ORDERWRIGHT_SERVER_METRICS_PUBLIC", "true", { server: { metricsPublic: true } }],
  ["ORDERWRIGHT_PAPER_LATENCY_MS", "0", { paper: { latencyMs: 0 } }],
  ["ORDERWRIGHT_SHUTDOWN_RESTING_ORDERS", "cancelOurs", { shutdown: { restingOrders: "cancelOurs" } }],
  ["ORDERWRIGHT_DEFAULT_ACCOUNT", "main", { defaultAccount: "main" }],
  ["ORDERWRIGHT_LOG_LEVEL", "warn", { logLevel: "warn" }],
])("%s=%s is read as what the setting is", (name, text, expected) => {
  expect(load({ environment: { [name]: text } }).config).toMatchObject(expected);
});

test("each scalar setting has its environment variable", () => {
  const names = environmentPaths();
  expect(names.get("ORDERWRIGHT_SERVER_PORT")).toBe("server.port");
  expect(names.get("ORDERWRIGHT_JOURNAL_DURABILITY")).toBe("journal.durability");
  expect([...names.values()]).not.toContain("accounts");
});

test("the variables of tokens, addresses and tests are not settings, and no problem", () => {
  const environment = {
    ORDERWRIGHT_TOKEN: "a-secret-token-0123456789",
    ORDERWRIGHT_URL: "http://127.0.0.1:7070",
    ORDERWRIGHT_CONFIG: "x.json",
    ORDERWRIGHT_TEST_SEED: "1",
  };
  const { config } = load({ environment });
  expect(JSON.stringify(config)).not.toContain(environment.ORDERWRIGHT_TOKEN);
});

describe("a value that is wrong", () => {
  const cases: [what: string, content: unknown, problem: RegExp][] = [
    ["an unknown setting", { sever: { port: 1 } }, /^sever: no setting has this name$/],
    ["an unknown setting without content", { sever: {} }, /^sever: no setting has this name$/],
    ["an unknown setting in a section", { server: { prot: 1 } }, /^server\.prot: no setting has this name$/],
    ["a text for a number", { server: { port: "7070" } }, /^server\.port: must be a port.*, and is "7070"$/],
    ["a port out of range", { server: { port: 65_536 } }, /^server\.port: .* and is 65536$/],
    ["a section that is none", { server: "localhost" }, /^server: /],
    ["null", { server: null }, /^server: .*null$/],
    ["an unknown word", { mode: "live" }, /^mode: must be one of paper, dryRun, and is "live"$/],
    ["no accounts", { accounts: [] }, /^accounts: must be at least one account/],
    ["an account without a name", { accounts: [{}] }, /^accounts\.0\.id: is missing$/],
    ["a name with a space", { accounts: [{ id: "two words" }] }, /^accounts\.0\.id: .* and is "two words"$/],
    [
      "a tag of the wrong length",
      { accounts: [{ id: "a", tag: "short" }] },
      /^accounts\.0\.tag: must be 8 alphanumerics/,
    ],
    ["an account twice", { accounts: [{ id: "a" }, { id: "a" }] }, /^accounts\.1\.id: "a" is that of accounts\.0 too$/],
    [
      "a default account that is none",
      { defaultAccount: "b" },
      /^defaultAccount: no account is named "b"; there is main$/,
    ],
    ["limits that are none", { accounts: [{ id: "a", limits: { maxOrdrs: 1 } }] }, /accounts\.0\.limits/],
    [
      "an exponent",
      { strategies: [{ kind: "grid", quantity: "1e-7" }] },
      /^strategies\.0\.quantity: must be a plain decimal/,
    ],
    ["a number for a decimal", { strategies: [{ kind: "grid", quantity: 0.1 }] }, /^strategies\.0\.quantity: /],
    ["an unknown strategy", { strategies: [{ kind: "magic" }] }, /^strategies\.0\.kind: must be one of grid/],
    [
      "a strategy twice",
      { strategies: [{ kind: "grid" }, { kind: "grid" }] },
      /^strategies\.1\.name: "grid" is that of strategies\.0 too$/,
    ],
    [
      "a strategy of nobody",
      { strategies: [{ kind: "grid", account: "b" }] },
      /^strategies\.0\.account: no account is named "b"/,
    ],
    ["a prototype", '{"__proto__": {"mode": "dryRun"}}', /^__proto__: no setting has this name$/],
    ["no object", "[]", /some\.json: must hold one JSON object$/],
    ["no JSON", "mode: paper", /some\.json: cannot be read as JSON: /],
  ];
  test.each(cases)("%s is told with its path", async (_what, content, problem) => {
    const problems = problemsOf({ file: await fileOf(content) });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });

  test("a file that is not there is told with its name", () => {
    expect(problemsOf({ file: "/nowhere/some.json" })[0]).toMatch(/^\/nowhere\/some\.json: /);
  });

  test.each([
    ["ORDERWRIGHT_SERVER_PORT", "abc", /^server\.port: .* and is "abc"$/],
    ["ORDERWRIGHT_SERVER_PORT", "1e3", /^server\.port: .* and is "1e3"$/],
    ["ORDERWRIGHT_SERVER_PORT", "", /^server\.port: /],
    ["ORDERWRIGHT_SERVER_PROT", "1", /^ORDERWRIGHT_SERVER_PROT: no setting has this environment variable$/],
    ["ORDERWRIGHT_MODE", "live", /^mode: must be one of paper, dryRun, and is "live"$/],
  ])("%s=%j is told", (name, text, problem) => {
    expect(problemsOf({ environment: { [name]: text } })).toEqual([expect.stringMatching(problem)]);
  });
});

test("all problems are told at once, each once", async () => {
  const file = await fileOf({ server: { port: -1 }, unknown: 1, accounts: [{ id: "?" }] });
  const problems = problemsOf({ file, environment: { ORDERWRIGHT_X: "1" }, flags: { mode: "live" } });
  expect(problems.map((problem) => problem.split(":")[0]).sort()).toEqual([
    "ORDERWRIGHT_X",
    "accounts.0.id",
    "mode",
    "server.port",
    "unknown",
  ]);
});
