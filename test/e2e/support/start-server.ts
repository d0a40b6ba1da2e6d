// A server for tests that only need one to talk to: with data of its own, and the built page. Tests of the
// process itself (signals, output, files) use server-process.ts directly.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ServerProcess, temporaryDirectory } from "./server-process.ts";

const PAGE = fileURLToPath(new URL("../../../dist/dashboard/index.html", import.meta.url));

/** Long enough for the token store, and not a secret of anybody. */
export const TEST_TOKEN = "end-to-end-test-token-0123456789";

export interface TestServerOptions {
  /** More arguments of `orderwright up`. */
  readonly args?: readonly string[];
}

export interface TestServer {
  readonly url: string;
  readonly dataDir: string;
  /** Asks the API with the test's token. @throws for an answer that is not a success. */
  api<T>(path: string, init?: { readonly method?: string; readonly body?: unknown }): Promise<T>;
  /** Ends the process at once, as a power cut would; the data stays. */
  kill(): Promise<void>;
  /** Starts again after {@link kill}, on the same port and data. Use the returned server from then on. */
  restart(): Promise<TestServer>;
  /** Stops in good order and removes the data. */
  stop(): Promise<void>;
}

/** Starts `orderwright up` on a free port with new data, and resolves once it takes orders. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  if (!existsSync(PAGE)) throw new Error(`${PAGE} is not there: run npm run build first.`);
  return start(await temporaryDirectory(), options.args ?? []);
}

async function start(
  directory: Awaited<ReturnType<typeof temporaryDirectory>>,
  args: readonly string[],
): Promise<TestServer> {
  const environment = { ORDERWRIGHT_TOKEN: TEST_TOKEN };
  const server = await ServerProcess.start({ dataDir: directory.path, args, environment });
  return {
    url: server.url,
    dataDir: directory.path,
    api: async <T>(path: string, { method = "GET", body }: { method?: string; body?: unknown } = {}) => {
      const answer = await server.ask<T>(method, `/api/v1${path}`, body === undefined ? {} : { body });
      if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
      return answer.json;
    },
    kill: async () => void (await server.kill()),
    restart: () => start(directory, [...args, "--port", new URL(server.url).port]),
    stop: async () => {
      await server.stop();
      await directory.remove();
    },
  };
}
