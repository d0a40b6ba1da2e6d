// The terminal at the operator queue: a server in this process whose engine has open cases, the built program as
// a process. What a decision does to orders is tested with the engine.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { formatOrderId } from "../../src/domain/identifiers.ts";
import { found, recordOf } from "../../src/engine/testing/venue-answers.ts";
import { HOSTILE_PAYLOAD, type SeededCases, seedCases } from "../../src/server/testing/test-cases.ts";
import { createTestServer, SECRETS, type TestServer } from "../../src/server/testing/test-server.ts";
import { type CommandResult, type Environment, runCommand } from "./support/server-process.ts";

let seeded: SeededCases;
let t: TestServer;
let environment: Environment;
beforeEach(async () => {
  seeded = await seedCases();
  t = await createTestServer({ engine: seeded.engine });
  environment = { ORDERWRIGHT_URL: await t.server.listen(), ORDERWRIGHT_TOKEN: SECRETS.trade };
});
afterEach(() => t.close());

const run = (...args: readonly string[]): Promise<CommandResult> => runCommand(args, environment);
const openIds = (): string[] => t.engine.cases().map(({ caseId }) => caseId);

describe("cases", () => {
  test("are listed unknown first, with what may be typed about each", async () => {
    const { code, stdout, stderr } = await run("cases");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { unknown } = seeded;
    expect(stdout.split("\n").slice(0, 6)).toEqual([
      `unknownOutcome:${unknown.id}`,
      "  Nobody knows what the venue made of this order.",
      `  Nobody knows what became of the submit of ${unknown.id} (buy 1 BTC/USDT at 100). The venue is asked on.`,
      "  account main, since 2023-11-14T22:13:20.000Z",
      `  look:   orderwright orders show ${formatOrderId(unknown.id)}`,
      `  decide: orderwright cases decide unknownOutcome:${unknown.id} dismiss|notPlaced --reason "…"`,
    ]);
    expect(stdout).toContain("\n\nhistoryGap:desk\n");
  });

  test("are listed as JSON, and by account", async () => {
    const { stdout } = await run("cases", "--json", "--account", "second");
    expect(JSON.parse(stdout)).toMatchObject([{ caseId: "position:second", decisions: ["dismiss"] }]);
    expect(await run("cases", "list", "--account", "nobody")).toMatchObject({ code: 3 });
  });

  test("a decision with --yes is recorded on the token's word; then the case is gone", async () => {
    const order = formatOrderId(seeded.unknown.id);
    const decided = await run("cases", "decide", order, "notPlaced", "--reason", "support says so", "--yes");
    expect(decided).toMatchObject({ code: 0, stdout: "" });
    expect(decided.stderr).toMatch(/^Recorded: unknownOutcome:\w+ as notPlaced\.\nRecords that the order never/);
    expect(t.engine.find(seeded.unknown.id)).toMatchObject({ status: "expired", inferred: true });
    expect([...t.engine.events(0)].at(-1)).toMatchObject({ type: "caseClosed", by: "trade" });
    const again = await run("cases", "decide", order, "notPlaced", "--reason", "x", "--yes");
    expect(again).toMatchObject({ code: 3, stderr: expect.stringMatching(/^request\.unknownCase: /) as string });
  });

  test("without --yes and without a terminal, an order is not ended: 2", async () => {
    const before = openIds();
    const refused = await run("cases", "decide", seeded.unknown.id, "notPlaced", "--reason", "support says so");
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain("Records that the order never reached the venue.");
    expect(refused.stderr).toContain("--yes");
    expect(openIds()).toEqual(before);
  });

  test("to dismiss one asks for no confirmation, and prints JSON where it is asked for", async () => {
    const { code, stdout } = await run(
      "cases",
      "decide",
      "position",
      "dismiss",
      "--reason",
      "booked by hand",
      "--json",
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      caseId: "position:second",
      decision: "dismiss",
      reason: "booked by hand",
      by: "trade",
    });
  });

  test.each([
    ["no reason", ["position", "dismiss"], 2, "--reason"],
    ["a decision that there is not", ["position", "forget", "--reason", "x"], 2, "Allowed choices are dismiss"],
    ["a part that fits several cases", ["OWR", "dismiss", "--reason", "x"], 2, "fits 3 cases"],
    ["what the case does not allow", ["position", "ended", "--reason", "x", "--yes"], 3, "request.caseDecision: "],
  ] as const)("%s is refused, with what would be right", async (_what, args, code, words) => {
    const before = openIds();
    const refused = await run("cases", "decide", ...args);
    expect(refused).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(words) as string });
    expect(openIds()).toEqual(before);
  });

  test("an empty queue says so", async () => {
    for (const caseId of openIds()) await t.engine.decideCase(caseId, "dismiss", { by: "test" });
    expect(await run("cases")).toMatchObject({ code: 0, stdout: "no open cases\n" });
  });
});

describe("status", () => {
  test("says first how many cases wait and what to type, then how all stands", async () => {
    const { code, stdout } = await run("status");
    expect(code).toBe(0);
    const lines = stdout.split("\n");
    expect(lines[0]).toBe("5 cases wait for a person. Look with: orderwright cases");
    expect(lines[1]).toMatch(/^paper, ready, trading active; epoch [0-9a-f]{4}, event \d+; Orderwright 0\.0\.0-test$/);
    expect(stdout).toMatch(/main +scripted +active +2 +1 +3 +– +an ended order was reinstated/);
    expect(stdout).toMatch(/scripted +paper +connected +closed/);
  });

  test("says nothing of cases when there are none, and prints JSON", async () => {
    for (const caseId of openIds()) await t.engine.decideCase(caseId, "dismiss", { by: "test" });
    expect((await run("status")).stdout).toMatch(/^paper, ready/);
    expect(JSON.parse((await run("status", "--json")).stdout)).toMatchObject({ phase: "ready", mode: "paper" });
  });
});

test("quarantine shows payloads as they came", async () => {
  const { code, stdout } = await run("quarantine");
  expect(code).toBe(0);
  expect(stdout).toContain(`\n  not JSON that we know\n  ${HOSTILE_PAYLOAD}\n`);
  const listed = JSON.parse((await run("quarantine", "--json", "--limit", "1")).stdout) as unknown;
  expect(listed).toMatchObject([{ raw: "{}" }]);
  expect((await run("quarantine", "--account", "second")).stdout).toBe("nothing was put aside\n");
});

describe("reconcile", () => {
  test("says what differs in a dry run, and changes nothing", async () => {
    t.venue.onOrder = () => found(recordOf(seeded.working, { status: "canceled" }));
    const before = t.engine.status().position;
    const { code, stdout, stderr } = await run("reconcile", "--dry-run", "--account", "main");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^account +orders checked +fills read +failed questions +differences\nmain \(dry run\) +2 /);
    expect(stdout).toMatch(new RegExp(`\nmain  \\w+  ${seeded.working.id}  \\S`));
    expect(t.engine.status().position).toBe(before);
  });

  test("says how many of its questions failed: 1", async () => {
    t.venue.onOrder = () => ({ kind: "failed", reason: "test" });
    const { code, stdout, stderr } = await run("reconcile", "--dry-run");
    expect(code).toBe(1);
    expect(stdout).toMatch(/\nmain \(dry run\) +2 /);
    expect(stderr).toMatch(/^\d+ of the questions to the venue failed/);
  });

  test("prints its reports as JSON", async () => {
    const { code, stdout } = await run("reconcile", "--account", "second", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ account: "second", dryRun: false, failedQueries: 0 }]);
  });
});
