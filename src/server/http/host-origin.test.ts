// Which Host and Origin headers are answered.

import { expect, test } from "vitest";
import { hostOriginCheck } from "./host-origin.ts";

const check = hostOriginCheck("127.0.0.1", {
  allowedHosts: ["desk.example"],
  allowedOrigins: ["https://tools.example"],
});
const verdict = (host: string | undefined, origin?: string): boolean =>
  check({ ...(host === undefined ? {} : { host }), ...(origin === undefined ? {} : { origin }) }).ok;

test.each([
  "localhost:7070",
  "127.0.0.1:7070",
  "127.0.0.1",
  "[::1]:7070",
  "LOCALHOST:1",
  "desk.example",
  "Desk.Example:443",
])("Host %s is this server", (host) => expect(verdict(host)).toBe(true));

test.each([
  undefined,
  "",
  "evil.example",
  "localhost.evil.example",
  "127.0.0.1.evil.example",
  "desk.example.evil",
  "127.0.0.2",
  "localhost:7070:1",
])("Host %s is refused: a name may have been rebound to this machine", (host) => expect(verdict(host)).toBe(false));

test.each([
  ["http://localhost:7070", true],
  ["https://localhost:7070", true],
  ["https://tools.example", true],
  ["http://localhost:8080", false],
  ["http://localhost", false],
  ["https://evil.example", false],
  ["https://tools.example.evil", false],
  ["https://evil.example/localhost:7070", false],
  ["null", false],
  ["", false],
  ["file://localhost:7070", false],
])("Origin %s on Host localhost:7070 is allowed: %s", (origin, allowed) =>
  expect(verdict("localhost:7070", origin)).toBe(allowed),
);

test("an address that is listened on is a name of the server, one for all addresses is not", () => {
  expect(hostOriginCheck("10.0.0.5", {})({ host: "10.0.0.5:7070" }).ok).toBe(true);
  expect(hostOriginCheck("::2", {})({ host: "[::2]:7070" }).ok).toBe(true);
  expect(hostOriginCheck("0.0.0.0", {})({ host: "10.0.0.5:7070" }).ok).toBe(false);
});

test("a refusal does not repeat the stranger's text", () => {
  const result = check({ host: "evil.example" });
  expect(result).toMatchObject({ ok: false, error: { code: "auth.origin" } });
  expect(JSON.stringify(result)).not.toContain("evil");
});
