// Who a token names, and what its scopes cover.

import { expect, test } from "vitest";
import { covers, scopesOf, TokenStore } from "./tokens.ts";

const SECRET = "0123456789abcdef0123";

test("a token is found by its secret and by nothing else", () => {
  const tokens = new TokenStore([{ name: "bot", scope: "trade", secret: SECRET }]);
  expect(tokens.find(SECRET)).toEqual({ name: "bot", scope: "trade" });
  for (const wrong of ["", SECRET.slice(1), `${SECRET}0`, SECRET.toUpperCase(), "bot"]) {
    expect(tokens.find(wrong), wrong).toBeUndefined();
  }
});

test("the store shows no secret", () => {
  const tokens = new TokenStore([{ name: "bot", scope: "trade", secret: SECRET }]);
  expect(JSON.stringify([tokens, tokens.find(SECRET)])).not.toContain(SECRET);
});

test("each scope includes those before it", () => {
  expect(scopesOf("admin")).toEqual(["read", "trade", "admin"]);
  expect(scopesOf("read")).toEqual(["read"]);
  expect(covers("trade", "read")).toBe(true);
  expect(covers("trade", "admin")).toBe(false);
});

test.each([
  ["a short secret", [{ name: "bot", scope: "read", secret: "short" }]],
  ["a name that no journal entry may hold", [{ name: "two words", scope: "read", secret: SECRET }]],
  [
    "one secret for two tokens",
    [
      { name: "a", scope: "read", secret: SECRET },
      { name: "b", scope: "admin", secret: SECRET },
    ],
  ],
] as const)("%s is a configuration error that does not repeat the secret", (_what, specs) => {
  const make = (): TokenStore => new TokenStore(specs);
  expect(make).toThrow(expect.objectContaining({ code: "config.invalid" }));
  expect(make).not.toThrow(SECRET);
});
