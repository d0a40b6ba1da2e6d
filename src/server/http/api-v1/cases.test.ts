// The operator queue and the quarantine over HTTP: who sees which case, which decisions are offered, and that
// those are the ones that the engine takes.

import { afterEach, beforeEach, expect, test } from "vitest";
import { CASE_DECISIONS } from "../../../engine/engine-api.ts";
import { HOSTILE_PAYLOAD, type SeededCases, seedCases } from "../../testing/test-cases.ts";
import { type Answer, createTestServer, listOf, type TestServer, textOf } from "../../testing/test-server.ts";

let seeded: SeededCases;
let t: TestServer;
beforeEach(async () => {
  seeded = await seedCases();
  t = await createTestServer({ engine: seeded.engine });
});
afterEach(() => t.close());

const get = (path: string, keyId?: string): Promise<Answer> =>
  t.call("GET", path, undefined, { as: "read", headers: keyId === undefined ? {} : { "apca-api-key-id": keyId } });
const decide = (caseId: string, body: unknown, query = "", headers = {}) =>
  t.call("POST", `/api/v1/cases/${encodeURIComponent(caseId)}/decision${query}`, body, { as: "trade", headers });
const idsOf = (answer: Answer): string[] => listOf(answer.body["cases"]).map((one) => textOf(one["caseId"]));

test("the queue is listed oldest first, each case with what may be decided", async () => {
  const { unknown, working, filled } = seeded;
  const answer = await get("/api/v1/cases");
  expect(answer.status).toBe(200);
  expect(answer.body["cases"]).toMatchObject([
    { caseId: `reinstated:${working.id}`, account: "main", about: working.id, decisions: ["dismiss", "ended"] },
    { caseId: `quarantined:${filled.id}`, decisions: ["dismiss"] },
    { caseId: `unknownOutcome:${unknown.id}`, kind: "unknownOutcome", decisions: ["dismiss", "notPlaced"] },
    { caseId: "position:second", decisions: ["dismiss"] },
    { caseId: "historyGap:desk", decisions: ["dismiss"] },
  ]);
});

test("an account sees its own cases only, by the query and by the key id, and so do its statuses", async () => {
  expect(idsOf(await get("/api/v1/cases?account=second"))).toEqual(["position:second"]);
  expect(idsOf(await get("/api/v1/cases", "second"))).toEqual(["position:second"]);
  expect(idsOf(await get("/api/v1/cases?account=main"))).toHaveLength(3);
  expect((await get("/api/v1/cases?account=nobody")).body).toMatchObject({ code: "request.unknownAccount" });
  expect((await get("/api/v1/status")).body["accounts"]).toMatchObject([
    { id: "main", openCases: 3 },
    { id: "second", openCases: 1 },
  ]);
});

test("a decision ends the order on the token's word, and the case with it", async () => {
  const caseId = `unknownOutcome:${seeded.unknown.id}`;
  const answer = await decide(caseId, { decision: "notPlaced", reason: "the venue's support says so" });
  expect(answer).toMatchObject({
    status: 200,
    body: { caseId, decision: "notPlaced", reason: "the venue's support says so", by: "trade" },
  });
  expect((await get(`/api/v1/orders/${seeded.unknown.id}`)).body).toMatchObject({
    status: "expired",
    inferred: true,
    outcomeUnknown: false,
  });
  expect(idsOf(await get("/api/v1/cases"))).not.toContain(caseId);
  expect([...t.engine.events(0)].at(-1)).toMatchObject({
    type: "caseClosed",
    caseId,
    conclusion: "notPlaced: the venue's support says so",
    by: "trade",
    cause: "operator:trade",
  });
});

test("exactly the offered decisions are taken; others are 409 and change nothing", async () => {
  for (const { caseId, decisions } of listOf((await get("/api/v1/cases")).body["cases"])) {
    const offered = listOf(decisions).map(textOf);
    for (const decision of CASE_DECISIONS.filter((one) => !offered.includes(one))) {
      const before = t.engine.status().position;
      const answer = await decide(textOf(caseId), { decision, reason: "wrong" });
      expect(answer).toMatchObject({ status: 409, body: { code: "request.caseDecision", orderExists: "unchanged" } });
      expect(t.engine.status().position).toBe(before);
    }
    expect((await decide(textOf(caseId), { decision: offered.at(-1), reason: "right" })).status).toBe(200);
  }
  expect(idsOf(await get("/api/v1/cases"))).toEqual([]);
});

test("dismissing a reinstated order's case lets the account open positions again", async () => {
  const statusOf = async () => listOf((await get("/api/v1/status")).body["accounts"])[0];
  expect(await statusOf()).toHaveProperty("blockedBecause");
  await decide(`reinstated:${seeded.working.id}`, { decision: "dismiss", reason: "looked" });
  expect(await statusOf()).not.toHaveProperty("blockedBecause");
});

test("a case that is not there, no longer, or not of the account is 404", async () => {
  const body = { decision: "dismiss", reason: "looked" };
  expect(await decide("unknownOutcome:NOPE", body)).toMatchObject({
    status: 404,
    body: { code: "request.unknownCase" },
  });
  expect((await decide("position:second", body, "?account=main")).status).toBe(404);
  expect((await decide("position:second", body, "", { "apca-api-key-id": "main" })).status).toBe(404);
  expect((await decide("position:second", body, "?account=second")).status).toBe(200);
  expect((await decide("position:second", body)).status).toBe(404);
});

test.each([
  [{ decision: "dismiss" }, "reason is missing"],
  [{ decision: "dismiss", reason: "" }, 'reason is ""'],
  [{ decision: "forget", reason: "x" }, "one of dismiss, notPlaced, ended"],
  [{ decision: "dismiss", reason: "x", by: "somebody" }, "by is not a known field"],
  [[], "an object with decision and reason"],
])("a decision of %j is malformed, and nothing is recorded", async (body, words) => {
  const before = t.engine.status().position;
  const answer = await decide("position:second", body);
  expect(answer).toMatchObject({ status: 400, body: { code: "request.malformed" } });
  expect(textOf(answer.body["detail"])).toContain(words);
  expect(t.engine.status().position).toBe(before);
});

test("quarantined words come newest first, as they came, each account's to itself", async () => {
  const all = (await get("/api/v1/quarantine")).body["quarantine"];
  expect(all).toMatchObject([{ raw: "{}" }, { account: "main", venue: "scripted", raw: HOSTILE_PAYLOAD }]);
  expect((await get("/api/v1/quarantine?limit=1")).body["quarantine"]).toMatchObject([{ raw: "{}" }]);
  expect((await get("/api/v1/quarantine", "main")).body["quarantine"]).toMatchObject([{ raw: HOSTILE_PAYLOAD }]);
  expect((await get("/api/v1/quarantine?account=second")).body).toEqual({ quarantine: [] });
  expect((await get("/api/v1/quarantine?limit=101")).body).toMatchObject({ code: "request.malformed" });
});
