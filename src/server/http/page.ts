// The page: static files that a build put in one directory, served without a token. What they show, they
// ask the API for with one.

import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { App } from "./app.ts";

/** Serves the files that are there now; without a page, `/` says how to get one. */
export async function registerPage(app: App, directory: string | undefined): Promise<void> {
  if (directory === undefined || !existsSync(join(directory, "index.html"))) {
    app.get("/", { config: { public: true }, schema: { hide: true } }, async (_request, reply) =>
      reply
        .type("text/plain; charset=utf-8")
        .serializer((text: string) => text)
        .send("Orderwright runs. The page is not built (npm run build); the API is described at /openapi.json.\n"),
    );
    return;
  }
  await app.register(async (scope) => {
    scope.addHook("onRoute", (route) => {
      route.config = { ...route.config, public: true };
      route.schema = { ...route.schema, hide: true };
    });
    await scope.register(fastifyStatic, {
      root: directory,
      // A route for each file: nothing that is not there now is ever looked for on the disk.
      wildcard: false,
      dotfiles: "deny",
      setHeaders: (response, path) => {
        // Built assets carry a digest in their names; the page itself must be asked for each time.
        const isHashed = path.includes(`${join("/", "assets")}/`);
        response.header("cache-control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  });
}
