// Where the captures for tests are: the generated one in the repository, and the real ones beside it, if any.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

/** 500 lines, made by generate-capture.ts. */
export const FIXTURE_CAPTURE = join(ROOT, "test/fixtures/market/binance-spot-btcusdt-synthetic.gz");

/** Returns the path of a real capture, whether it is there or not: `ORDERWRIGHT_DATA`, or `../shared/data`. */
export function realCapture(name: string): { path: string; isThere: boolean } {
  const path = join(process.env["ORDERWRIGHT_DATA"] ?? join(ROOT, "../shared/data"), name);
  return { path, isThere: existsSync(path) };
}
