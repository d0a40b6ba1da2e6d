// The version of the package that this program is part of.

import { readFileSync } from "node:fs";

/** Two folders up, from src/cli as from dist/cli. */
const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

export const VERSION: string = manifest.version;
