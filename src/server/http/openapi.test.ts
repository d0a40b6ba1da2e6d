// The description at /openapi.json, and the page that lists the routes.

import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestServer, type Json, type TestServer } from "../testing/test-server.ts";

const PAGE = new URL("../../../docs/reference/http-api.md", import.meta.url);

let t: TestServer;
let document: Json;
beforeAll(async () => {
  t = await createTestServer();
  document = (await t.call("GET", "/openapi.json", undefined, { as: "nobody" })).body;
});
afterAll(() => t.close());

test("the document is OpenAPI 3.1 and describes both faces", () => {
  expect(document).toMatchObject({ openapi: "3.1.0", info: { title: "Orderwright", version: "0.0.0-test" } });
  const paths = Object.keys(document["paths"] ?? {});
  for (const path of [
    "/v2/orders",
    "/v2/orders/{order_id}",
    "/v2/orders:by_client_order_id",
    "/api/v1/orders/{anyId}",
  ]) {
    expect(paths).toContain(path);
  }
});

test("bodies are described by the schemas that validate them", () => {
  const body = document["paths"]?.["/api/v1/orders"]?.["post"]?.["requestBody"];
  const schema = body?.["content"]?.["application/json"]?.["schema"];
  expect(schema).toMatchObject({ additionalProperties: false, required: ["instrumentId", "side", "orderType"] });
  expect(schema?.["properties"]?.["side"]).toMatchObject({ enum: ["buy", "sell"] });
});

test("every operation has a summary, and none but the public ones goes without security", () => {
  for (const [path, methods] of Object.entries(document["paths"] ?? {})) {
    for (const [method, operation] of Object.entries(
      methods as Record<string, { summary?: string; security?: unknown[] }>,
    )) {
      expect([method, path, operation.summary]).toEqual([method, path, expect.stringMatching(/\w/)]);
      const isPublic = operation.security?.length === 0;
      expect([path, isPublic]).toEqual([path, ["/healthz", "/readyz"].includes(path)]);
    }
  }
});

test("the reference page has a row for each route, and no others", async () => {
  const rows = [...(await readFile(PAGE, "utf8")).matchAll(/^\| `([A-Z]+) (\/[^`]*)` \|/gm)];
  const documented = rows.map(([, method, path]) => `${method} ${path}`);
  const routes = Object.entries(document["paths"] ?? {}).flatMap(([path, methods]) =>
    Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.toSorted()).toEqual(routes.toSorted());
});
