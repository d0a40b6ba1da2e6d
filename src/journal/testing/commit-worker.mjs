// Starts the commit worker from its source: Node 20 runs no TypeScript by itself.

import { register } from "tsx/esm/api";

register();
await import("../sqlite/commit-worker.ts");
