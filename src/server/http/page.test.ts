// How the built page is served: where it is, and where it is not.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestServer, type TestServer } from "../testing/test-server.ts";

let directory: string;
let t: TestServer;
let port: number;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "orderwright-page-"));
  const page = join(directory, "page");
  await mkdir(join(page, "assets"), { recursive: true });
  await writeFile(join(directory, "token"), "the-secret-beside-the-page");
  await writeFile(join(page, "index.html"), "<!doctype html><title>page</title>");
  await writeFile(join(page, "assets", "index-abc123.js"), "export {};");
  await writeFile(join(page, ".env"), "the-secret-in-the-page");
  t = await createTestServer({ server: { pageDirectory: page } });
  port = Number(new URL(await t.server.listen()).port);
});
afterAll(async () => {
  await t.close();
  await rm(directory, { recursive: true, force: true });
});

const get = (path: string) => t.call("GET", path, undefined, { as: "nobody" });

/** Sends a request line as it is: clients and URL parsers would tidy the path. */
async function raw(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
    });
    socket.on("data", (chunk) => {
      text += chunk.toString("utf8");
    });
    socket.on("end", () => resolve(text));
    socket.on("error", reject);
  });
}

test("the page and its assets are served without a token", async () => {
  const page = await get("/");
  expect(page).toMatchObject({ status: 200, text: "<!doctype html><title>page</title>" });
  expect(page.headers["content-type"]).toContain("text/html");
  expect(page.headers["cache-control"]).toBe("no-cache");
  const script = await get("/assets/index-abc123.js");
  expect(script.status).toBe(200);
  expect(script.headers["content-type"]).toContain("javascript");
  expect(script.headers["cache-control"]).toContain("immutable");
  expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
});

test.each([
  "/../token",
  "/..%2ftoken",
  "/%2e%2e/token",
  "/%2e%2e%2ftoken",
  "/assets/../../token",
  "/assets/..%2f..%2ftoken",
  "/..\\token",
  "/%5c..%5ctoken",
  "//../token",
  "/.%00./token",
  "/assets/%00",
  "/.env",
  "/%2eenv",
  "/assets",
  "/assets/",
])("GET %s leads to no file", async (path) => {
  const answer = await raw(path);
  expect(answer).toMatch(/^HTTP\/1\.1 40[034] /);
  expect(answer).not.toContain("secret");
});

test("without a built page the root says how to get one", async () => {
  const bare = await createTestServer({ server: { pageDirectory: join(directory, "nothing") } });
  const answer = await bare.call("GET", "/", undefined, { as: "nobody" });
  expect(answer.status).toBe(200);
  expect(answer.text).toContain("npm run build");
  await bare.close();
});
