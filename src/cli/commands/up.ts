// `orderwright up`: the server with its page, on paper, until it is told to stop.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import { FillDigest } from "../../app/fill-digest.ts";
import { type Desk, openDesk } from "../../app/open-desk.ts";
import type { Config } from "../../config/schema.ts";
import { formatEpoch } from "../../domain/identifiers.ts";
import type { Order } from "../../domain/order.ts";
import { NodeClock } from "../../runtime/node/node-clock.ts";
import {
  type AdminToken,
  createLogger,
  createServer,
  HubMarketView,
  loadAdminToken,
  type MarketStatus,
  type OrderwrightServer,
  TokenStore,
} from "../../server/index.ts";
import { deskConfigOf, effectiveConfig } from "../desk-config.ts";
import { CommandError, EXIT, explain } from "../exit.ts";
import { say } from "../terminal.ts";
import { VERSION } from "../version.ts";
import { addStrategyOption, withStrategy } from "./desk-options.ts";

interface UpOptions {
  readonly port?: string;
  readonly host?: string;
  readonly data?: string;
  readonly replay?: string;
  readonly speed?: string;
  readonly seed?: string;
  readonly mode?: string;
  readonly logLevel?: string;
  readonly config?: string;
  readonly strategy?: string;
}

/** The built page lies beside the built program; a program run from its sources has none. */
const PAGE = fileURLToPath(new URL("../../dashboard", import.meta.url));

export function addUp(program: Command): void {
  addStrategyOption(program.command("up"))
    .description("run the server with its page, on paper; stop it with Ctrl-C")
    .option("--port <port>", "where to listen, 0 for any free port (7070)")
    .option("--host <address>", "the address to listen on (127.0.0.1)")
    .option("--data <dir>", "where journal, paper venue and token are kept (./data)")
    .option("--replay <file>", "trade on a recorded capture; on the synthetic market otherwise")
    .option("--speed <factor>", "of the replay: 1, 10, … or max")
    .option("--seed <n>", "of the synthetic market and of latencies")
    .addOption(new Option("--mode <mode>").choices(["paper", "dryRun"]))
    .addOption(new Option("--log-level <level>").choices(["debug", "info", "warn", "error"]))
    .option("--config <file>", "a configuration file (JSON); ORDERWRIGHT_CONFIG otherwise")
    .action((options: UpOptions) => up(options));
}

async function up(options: UpOptions): Promise<void> {
  const { config: given } = effectiveConfig(options.config, {
    "server.port": options.port,
    "server.host": options.host,
    dataDir: options.data,
    "market.replay": options.replay,
    "market.speed": options.speed,
    "market.seed": options.seed,
    mode: options.mode,
    logLevel: options.logLevel,
  });
  const config = withStrategy(given, options.strategy);
  const logger = createLogger(config.logLevel);
  const token = await loadAdminToken(config.dataDir, process.env["ORDERWRIGHT_TOKEN"]);
  const desk = await openDesk({
    ...deskConfigOf(config),
    dataDir: config.dataDir,
    market:
      config.market.replay === undefined
        ? { kind: "synthetic", seed: config.market.seed }
        : { kind: "replay", file: config.market.replay, speed: config.market.speed },
    logger,
  });
  // From here on a signal stops in good order, also in the middle of the start.
  const stopAsked = stopSignal();
  let open: readonly Order[];
  try {
    open = await serveUntil(stopAsked, config, desk, token, logger);
  } catch (error) {
    await desk.stop(config.shutdown);
    throw error;
  }
  tellOpen(open);
}

/** Resolves with what is still open, once all is stopped. */
async function serveUntil(
  stopAsked: Promise<void>,
  config: Config,
  desk: Desk,
  token: AdminToken,
  logger: ReturnType<typeof createLogger>,
): Promise<readonly Order[]> {
  const server = await serve(config, desk, token, logger);
  try {
    const url = await listen(server, config);
    const digest = new FillDigest(desk.engine);
    const startedAt = desk.player.progress().position;
    await desk.start();
    greet(config, desk, url, token);
    tellTapeEnd(desk, digest, startedAt);
    await stopAsked;
    return await desk.stop(config.shutdown);
  } finally {
    await server.close();
  }
}

async function listen(server: OrderwrightServer, config: Config): Promise<string> {
  const { host, port } = config.server;
  try {
    return await server.listen();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      `The server cannot listen at ${host}:${port}: ${words}. Name another place with --port (0 for any free one) and --host.`,
      EXIT.failed,
    );
  }
}

/** A tape that is over leaves the desk running: orders can still be looked at, and canceled. */
function tellTapeEnd(desk: Desk, digest: FillDigest, startedAt: number): void {
  void desk.player.finished.then(async (state) => {
    if (state === "stopped") return;
    const { position, error } = desk.player.progress();
    if (error !== undefined) {
      say(`the tape cannot be read on after event ${position}: ${explain(error).text}`);
    } else if (position === startedAt) {
      say("this tape was played to its end here before; name another --data to play it again");
    } else {
      await desk.engine.whenDurable();
      say(`the tape is over, after ${position} events: ${digest.fills} fills in this run, digest ${digest.toString()}`);
    }
  });
}

function serve(
  config: Config,
  desk: Desk,
  token: AdminToken,
  logger: ReturnType<typeof createLogger>,
): Promise<OrderwrightServer> {
  const { host, port, allowedHosts, allowedOrigins, metricsPublic } = config.server;
  return createServer({
    engine: desk.engine,
    market: new HubMarketView(desk.market, () => marketStatus(config, desk)),
    strategies: { list: () => desk.strategies.map((strategy) => strategy.status()) },
    tokens: new TokenStore([{ name: "admin", secret: token.secret, scope: "admin" }]),
    logger,
    clock: new NodeClock(),
    mode: desk.mode,
    version: VERSION,
    host,
    port,
    allowedHosts,
    allowedOrigins,
    isMetricsPublic: metricsPublic,
    ...(existsSync(PAGE) ? { pageDirectory: PAGE } : {}),
  });
}

function marketStatus(config: Config, desk: Desk): MarketStatus {
  const { description, state, position, fraction, at } = desk.player.progress();
  return {
    description,
    state:
      state === "ended" || state === "failed" || state === "stopped"
        ? "ended"
        : state === "paused"
          ? "paused"
          : "running",
    speed: config.market.replay === undefined ? 1 : config.market.speed,
    position,
    at,
    ...(fraction === undefined ? {} : { fraction }),
  };
}

function greet(config: Config, desk: Desk, url: string, token: AdminToken): void {
  const { phase, epoch, previousStopUnclean, durability } = desk.engine.status();
  const open = desk.engine.activeOrders().length;
  say(`Orderwright ${VERSION}, ${desk.mode === "paper" ? "PAPER" : "DRY RUN"}: nothing here reaches a real venue`);
  say(`  market   ${desk.player.progress().description}`);
  say(
    `  journal  ${config.dataDir}, durability ${durability}, epoch ${formatEpoch(epoch)}${previousStopUnclean ? ", recovered after a kill" : ""}, ${open} open orders`,
  );
  if (phase !== "ready") say(`  engine   ${phase}: it takes no orders until the venue has answered`);
  say(`  page     ${url}/#token=${token.secret}`);
  if (token.file !== undefined) say(`  token    ${token.file}`);
}

/** A first signal stops in good order; a second one exits at once, and loses nothing. */
function stopSignal(): Promise<void> {
  return new Promise<void>((resolve) => {
    let stopping = false;
    const stop = (): void => {
      if (stopping) process.exit(EXIT.failed);
      stopping = true;
      say("stopping; a second signal exits at once");
      resolve();
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
}

function tellOpen(open: readonly Order[]): void {
  if (open.length === 0) say("stopped; no order is open");
  else
    say(
      `stopped; ${open.length} order(s) still open at the venue: ${open
        .slice(0, 5)
        .map((order) => order.id)
        .join(", ")}${open.length > 5 ? ", …" : ""}`,
    );
}
