// The terminal against a running server: what each command prints for people and for programs, with which
// exit code it ends, and what it says when something is wrong. What orders become is tested elsewhere.

import { writeFile } from "node:fs/promises";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import type { EventJson, OrderJson } from "../../src/domain/order-json.ts";
import {
  CommandProcess,
  type CommandResult,
  type Environment,
  eventually,
  runCommand,
  ServerProcess,
  type ServerProcessOptions,
  temporaryDirectory,
} from "./support/server-process.ts";

const RESTING = ["buy", "0.01", "BTC/USDT", "--price", "30000"] as const;
const ESCAPE = String.fromCodePoint(27);

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: ServerProcess;

beforeAll(async () => {
  directory = await temporaryDirectory();
  server = await ServerProcess.start({ dataDir: join(directory.path, "data") });
});

afterAll(async () => {
  await server.kill();
  await directory.remove();
});

/** Another server than the common one, until the test is over. */
async function startAnother(options: ServerProcessOptions): Promise<ServerProcess> {
  const another = await ServerProcess.start(options);
  onTestFinished(async () => void (await another.kill()));
  return another;
}

/** Runs a command that finds the server and its token by the environment. */
function run(args: readonly string[], environment: Environment = {}): Promise<CommandResult> {
  return runCommand(args, { ...connection(server), ...environment });
}

function connection(to: ServerProcess): Environment {
  return { ORDERWRIGHT_URL: to.url, ORDERWRIGHT_DATA_DIR: to.dataDir };
}

/** Runs a command that must succeed, and returns what it printed as JSON. */
async function json<T>(args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await run([...args, "--json"]);
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
  return JSON.parse(stdout) as T;
}

function place(...more: readonly string[]): Promise<OrderJson> {
  return json<OrderJson>(["orders", "place", ...RESTING, ...more]);
}

/** An address at which nobody listens any more. */
async function nobodysAddress(): Promise<string> {
  const passing = createHttpServer();
  await new Promise<void>((resolve) => passing.listen(0, "127.0.0.1", resolve));
  const { port } = passing.address() as AddressInfo;
  await new Promise((resolve) => passing.close(resolve));
  return `http://127.0.0.1:${port}`;
}

/** A feed on the loopback, which says this to each client. */
async function loopbackFeed(messages: readonly string[]): Promise<{ url: string; connected: Promise<unknown> }> {
  const feed = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => feed.close());
  const connected = new Promise((resolve) => feed.once("connection", resolve));
  feed.on("connection", (socket) => {
    for (const message of messages) socket.send(message);
  });
  await new Promise((resolve) => feed.once("listening", resolve));
  return { url: `ws://127.0.0.1:${(feed.address() as AddressInfo).port}`, connected };
}

/** A server of other habits than ours. */
async function fakeServer(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Environment> {
  const fake = createHttpServer(answer);
  await new Promise<void>((resolve) => fake.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    fake.closeAllConnections();
    fake.close();
  });
  const { port } = fake.address() as AddressInfo;
  return { ORDERWRIGHT_URL: `http://127.0.0.1:${port}` };
}

describe("orders", () => {
  test("an order is placed, listed, shown, replaced and canceled, as JSON", async () => {
    const placed = await place("--client-order-id", "cli-life");
    expect(placed).toMatchObject({ side: "buy", quantity: "0.01", price: "30000", origin: "MANUAL" });
    const listed = await json<readonly OrderJson[]>(["orders", "list", "--open", "--instrument", "BTC/USDT"]);
    expect(listed.map((order) => order.id)).toContain(placed.id);
    await eventually(async () => {
      const shown = await json<OrderJson & { history: readonly unknown[] }>(["orders", "show", placed.displayId]);
      expect(shown).toMatchObject({ id: placed.id, status: "acknowledged", clientOrderId: "cli-life" });
      expect(shown.history.length).toBeGreaterThan(3);
    });
    const replaced = await json<OrderJson>(["orders", "replace", "cli-life", "--price", "30001", "--quantity", "0.02"]);
    expect(replaced).toMatchObject({ id: placed.id });
    await eventually(async () => {
      expect(await json(["orders", "show", "cli-life"])).toMatchObject({ price: "30001", quantity: "0.02" });
    });
    expect(await json(["orders", "cancel", placed.id])).toMatchObject({ id: placed.id });
    await eventually(async () => {
      expect(await json(["orders", "show", placed.id])).toMatchObject({ status: "canceled" });
    });
  });

  test("orders of a quote quantity, of a trigger and with flags are placed", async () => {
    const sized = await json<OrderJson>(["orders", "place", "buy", "100", "BTC/USDT", "--notional"]);
    expect(sized).toMatchObject({ orderType: "market", notional: "100" });
    const stop = ["orders", "place", "sell", "0.01", "BTC/USDT", "--type", "stop", "--trigger-price", "20000"];
    expect(await json(stop)).toMatchObject({ orderType: "stop", triggerPrice: "20000" });
    const passive = await place("--post-only", "--time-in-force", "gtc", "--account", "main");
    expect(passive).toMatchObject({ postOnly: true, timeInForce: "gtc", account: "main" });
  });

  test("the same client order id places one order", async () => {
    const [first, second] = [await place("--client-order-id", "once"), await place("--client-order-id", "once")];
    expect(second.id).toBe(first.id);
  });

  test("cancel-all cancels what is open", async () => {
    const { id } = await place();
    const results = await json<readonly { orderId: string; status: number }[]>(["orders", "cancel-all", "--yes"]);
    expect(results).toContainEqual({ orderId: id, status: 202 });
    await eventually(async () => expect(await json(["orders", "list", "--open"])).toEqual([]));
    const none = await run(["orders", "cancel-all", "--yes"]);
    expect(none).toMatchObject({ code: 0, stdout: "", stderr: "0 of 0 cancels requested\n" });
  });

  test("tables show ids for people, and say so when there is nothing", async () => {
    const { displayId } = await place();
    expect((await run(["orders", "list"])).stdout).toContain(displayId);
    const shown = await run(["orders", "show", displayId]);
    expect(shown.stdout).toMatch(/created → validated/);
    const none = await run(["orders", "list", "--status", "failed"]);
    expect(none).toMatchObject({ code: 0, stdout: "no orders\n" });
  });
});

describe("exit codes", () => {
  const refused = [
    ["an off-tick price", ["orders", "place", "buy", "0.01", "BTC/USDT", "--price", "30000.001"], "request.offTick"],
    ["an unknown instrument", ["orders", "place", "buy", "1", "DOGE/USDT"], "request.unknownInstrument"],
    ["an unknown account", ["orders", "list", "--account", "nobody"], "request.unknownAccount"],
    ["an unknown order", ["orders", "show", "nothing-of-that-name"], "order.unknown"],
    ["a status that does not exist", ["orders", "list", "--status", "lost"], "request.malformed"],
  ] as const;
  test.concurrent.each(refused)("%s is refused with its code: 3", async (_what, args, code) => {
    const result = await run(args);
    expect(result).toMatchObject({ code: 3, stdout: "" });
    expect(result.stderr.startsWith(`${code}: `), result.stderr).toBe(true);
  });

  test("a cancel of an ended order is refused: 3", async () => {
    const { id } = await place();
    await run(["orders", "cancel", id]);
    await eventually(async () => expect(await json(["orders", "show", id])).toMatchObject({ status: "canceled" }));
    const again = await run(["orders", "cancel", id]);
    expect(again).toMatchObject({ code: 3, stderr: expect.stringContaining("order.notCancelable: ") });
  });

  const misused = [
    ["an unknown option", ["orders", "list", "--jsn"], "(Did you mean --json?)"],
    ["an unknown command", ["order", "list"], "(Did you mean orders?)"],
    ["a misspelled verb", ["orders", "lst"], "(Did you mean list?)"],
    ["a side that is none", ["orders", "place", "hold", "1", "BTC/USDT"], "Allowed choices are buy, sell"],
    ["a missing argument", ["orders", "place", "buy"], "missing required argument 'quantity'"],
    ["a limit that is no number", ["orders", "list", "--limit", "many"], "whole number"],
    ["a count that is no number", ["watch", "--count", "1e3"], "whole number"],
    ["a place that is no number", ["journal", "export", "--since", "-1"], "whole number"],
    [
      "a duration that is no number",
      ["record", "okx", "BTC-USDT", "--out", "x.gz", "--seconds", "NaN"],
      "whole number",
    ],
    ["an address that is none", ["orders", "list", "--url", "localhost"], "is no address of a server"],
    ["a kill without a reason", ["kill"], "--reason"],
    ["a feed that is not known", ["record", "kraken", "BTC", "--out", "x.gz"], "Allowed choices are"],
  ] as const;
  test.concurrent.each(misused)("%s is a usage error that says what is right: 2", async (_what, args, words) => {
    const result = await run(args);
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain(words);
  });

  test("help and version are no errors: 0", async () => {
    const [help, version] = [await run(["orders", "place", "--help"]), await run(["--version"])];
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining("--client-order-id"), stderr: "" });
    expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  test("without a server, nothing was sent and that is said: 1", async () => {
    const elsewhere = { ORDERWRIGHT_URL: await nobodysAddress() };
    const results = await Promise.all([
      run(["orders", "list"], elsewhere),
      run(["orders", "place", ...RESTING], elsewhere),
      run(["watch"], elsewhere),
    ]);
    for (const result of results) expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(results[1]?.stderr).toBe(
      `No server answers at ${elsewhere.ORDERWRIGHT_URL}. Start one with: orderwright up\n`,
    );
  });

  test("a wrong token is told without repeating it: 1", async () => {
    const wrong = { ORDERWRIGHT_TOKEN: "a-wrong-token-0123456789" };
    for (const args of [["orders", "list"], ["watch"], ["kill", "--reason", "test"]]) {
      const result = await run(args, wrong);
      expect(result).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/^auth\.invalid: /) });
      expect(result.stderr).not.toContain(wrong.ORDERWRIGHT_TOKEN);
    }
  });

  test("no token at all is a matter of configuration: 78", async () => {
    const result = await run(["orders", "list", "--data", join(directory.path, "nowhere")]);
    expect(result).toMatchObject({ code: 78, stdout: "", stderr: expect.stringContaining("Name the server's data") });
  });

  const unknown: [string, Parameters<typeof fakeServer>[0]][] = [
    ["the connection breaks", (request) => request.socket.destroy()],
    ["a proxy answers for the server", (_request, response) => end(response, 502, "<html>")],
    [
      "the server cannot tell what the venue did",
      (_request, response) =>
        end(response, 504, JSON.stringify({ code: "venue.outcomeUnknown", detail: "No answer proves it." })),
    ],
  ];
  test.each(unknown)("when %s, what became of an order is unknown: 4", async (_what, answer) => {
    const fake = await fakeServer(answer);
    const result = await run(["orders", "place", ...RESTING], fake);
    expect(result).toMatchObject({ code: 4, stdout: "" });
    expect((await run(["orders", "cancel", "some-id"], fake)).code).toBe(4);
  });

  test("a read that got no answer has simply failed: 1", async () => {
    const fake = await fakeServer((_request, response) => end(response, 502, "<html>"));
    expect(await run(["orders", "list"], fake)).toMatchObject({ code: 1, stderr: "The server answered 502.\n" });
  });

  test("a journal that is not there has failed: 1", async () => {
    const result = await run(["journal", "verify", "--data", directory.path]);
    expect(result).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("There is no journal at ") });
  });
});

function end(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status).end(body);
}

describe("watch", () => {
  test("follows events, and goes on without a gap after the server was killed and started again", async () => {
    const dataDir = join(directory.path, "watched");
    const first = await startAnother({ dataDir });
    const before = await first.read<{ lastSeq: number }>("/events?since=0&limit=1000");
    const watching = new CommandProcess(["watch", "--json", "--since", "0", "--count", "30"], connection(first));
    onTestFinished(async () => void (await watching.end("SIGKILL")));
    await watching.said(/"type":"epochStarted"/);
    await order(first);
    await first.kill();
    await watching.said(/connection lost/);
    const port = new URL(first.url).port;
    const second = await startAnother({ dataDir, args: ["--port", port] });
    for (let placed = 0; placed < 8; placed++) await order(second);
    const { code, stdout, stderr } = await watching.ended;
    expect(code, stderr).toBe(0);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as EventJson);
    expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(before.lastSeq).toBeLessThan(30);
    expect(events.filter((event) => event.type === "epochStarted")).toHaveLength(2);
    const { events: again } = await second.read<{ events: readonly EventJson[] }>("/events?since=0&limit=30");
    expect(events).toEqual(again);
  });

  test("prints a line an event for people, and begins with the next one", async () => {
    const watching = new CommandProcess(["watch", "--count", "1"], connection(server));
    onTestFinished(async () => void (await watching.end("SIGKILL")));
    await eventually(async () => {
      await order(server);
      expect(watching.isRunning).toBe(false);
    });
    const { code, stdout } = await watching.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ *\d+ {2}\d{4}-\d\d-\d\dT[\d:.]+Z {2}\w+ +OWR\w+ {2}\{.*\}\n$/);
  });

  test("a place beyond the journal is refused", async () => {
    const result = await run(["watch", "--since", "999999999"]);
    expect(result).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("request.malformed: ") });
  });
});

async function order(at: ServerProcess): Promise<OrderJson> {
  const body = { instrumentId: "BTC/USDT", side: "buy", orderType: "limit", quantity: "0.01", price: "30000" };
  const { status, json } = await at.ask<OrderJson>("POST", "/api/v1/orders", { body });
  expect(status).toBe(201);
  return json;
}

test("the kill switch halts, says what rests, and is lifted by hand", async () => {
  const { id } = await place();
  const killed = await run(["kill", "--reason", "a drill", "--resting-orders", "cancelOurs"]);
  expect(killed).toMatchObject({ code: 0, stdout: "", stderr: expect.stringContaining("orderwright kill --lift") });
  const denied = await run(["orders", "place", ...RESTING]);
  expect(denied).toMatchObject({ code: 3, stdout: "", stderr: expect.stringMatching(/^risk\.halted: /) });
  await eventually(async () => expect(await json(["orders", "show", id])).toMatchObject({ status: "canceled" }));
  expect(await json(["kill", "--lift", "--reason", "the drill is over"])).toEqual({ engaged: false });
  expect(await place()).toMatchObject({ side: "buy" });
});

describe("journal", () => {
  test("verify is clean while the server writes", async () => {
    const verified = await run(["journal", "verify"]);
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining("tables "), stderr: "clean\n" });
    expect(await json(["journal", "verify"])).toMatchObject({ clean: true, fold: { differences: [] } });
  });

  test("export writes events, orders and fills as a JSON object a line", async () => {
    const bought = await json<OrderJson>(["orders", "place", "buy", "0.01", "BTC/USDT"]);
    await eventually(async () => {
      const [events, orders, fills] = await Promise.all([exported("events"), exported("orders"), exported("fills")]);
      expect(events.map((event) => event["seq"])).toEqual(events.map((_, index) => index + 1));
      expect(orders.map((row) => row["order_id"])).toContain(bought.id);
      expect(fills.map((row) => row["order_id"])).toContain(bought.id);
      const later = await exported("events", "--since", String(events.length - 2));
      expect(later.slice(0, 2)).toEqual(events.slice(-2));
    });
  });

  async function exported(what: string, ...more: readonly string[]): Promise<Record<string, unknown>[]> {
    const { code, stdout, stderr } = await run(["journal", "export", "--what", what, ...more]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
});

describe("config", () => {
  test("print shows each value and where it comes from, and no secret", async () => {
    const file = join(directory.path, "some.json");
    await writeFile(file, JSON.stringify({ server: { port: 8080 }, accounts: [{ id: "main" }, { id: "second" }] }));
    const environment = { ORDERWRIGHT_PAPER_LATENCY_MS: "7", ORDERWRIGHT_TOKEN: "a-secret-token-0123456789" };
    const table = await runCommand(["config", "print", "--config", file], environment);
    expect(table.code, table.stderr).toBe(0);
    expect(table.stdout).toMatch(/server\.port +8080 +file/);
    expect(table.stdout).toMatch(/paper\.latencyMs +7 +environment/);
    expect(table.stdout).toMatch(/server\.host +"127\.0\.0\.1" +default/);
    expect(table.stdout).toMatch(/accounts\.1\.id +"second" +file/);
    const printed = await runCommand(["config", "print", "--json"], { ...environment, ORDERWRIGHT_CONFIG: file });
    expect(JSON.parse(printed.stdout)).toMatchObject({ server: { port: 8080 }, paper: { latencyMs: 7 } });
    expect(table.stdout + printed.stdout).not.toContain(environment.ORDERWRIGHT_TOKEN);
  });

  test("every problem is told at once, by up, replay and print alike: 78", async () => {
    const file = join(directory.path, "wrong.json");
    await writeFile(file, JSON.stringify({ server: { port: "x" }, markt: {}, accounts: [] }));
    const environment = { ORDERWRIGHT_CONFIG: file, ORDERWRIGHT_LOG_LVEL: "info" };
    for (const args of [["config", "print"], ["up"], ["replay", "some.gz"]]) {
      const { code, stdout, stderr } = await runCommand(args, environment);
      expect({ args, code, stdout }).toEqual({ args, code: 78, stdout: "" });
      for (const problem of ["server.port: ", "markt: ", "accounts: ", "ORDERWRIGHT_LOG_LVEL: "]) {
        expect(stderr).toContain(`\n  ${problem}`);
      }
    }
  });
});

test("record writes a feed into a capture: what came, as it came", async () => {
  const trade = (id: number): string =>
    JSON.stringify({
      stream: "btcusdt@trade",
      data: { e: "trade", E: 1, s: "BTCUSDT", t: id, p: "60000.00", q: "0.5", T: 1, m: false, M: true },
    });
  const { url } = await loopbackFeed([1, 2, 3].map(trade));
  const out = join(directory.path, "recorded.gz");
  const recorded = await json(["record", "binance", "BTCUSDT", "--out", out, "--url", url, "--seconds", "1"]);
  expect(recorded).toMatchObject({ messages: 3, connections: 1, endedBy: "duration" });
  const replayed = await json<{ state: string; events: number }>(["replay", out]);
  expect(replayed).toMatchObject({ state: "ended", events: 3 });
  const again = await run(["record", "binance", "BTCUSDT", "--out", out, "--url", url]);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("marketData.unwritable: ") });
});

test("record ends in good order when it is interrupted", async () => {
  const { url, connected } = await loopbackFeed([]);
  const out = join(directory.path, "interrupted.gz");
  const recording = new CommandProcess(["record", "okx", "BTC-USDT", "--out", out, "--url", url, "--json"]);
  await connected;
  recording.signal("SIGINT");
  const { code, stdout, stderr } = await recording.ended;
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ endedBy: "aborted", connections: 1 });
});

describe("color", () => {
  test("is left out for pipes and for NO_COLOR, and used where it is asked for", async () => {
    await place();
    const [piped, none, forced] = await Promise.all([
      run(["orders", "list"], { CI: "true" }),
      run(["orders", "list"], { NO_COLOR: "1", FORCE_COLOR: "1" }),
      run(["orders", "list"], { FORCE_COLOR: "1" }),
    ]);
    expect(piped.stdout).not.toContain(ESCAPE);
    expect(none.stdout).not.toContain(ESCAPE);
    expect(forced.stdout).toContain(`${ESCAPE}[32mbuy`);
  });
});

describe("up", () => {
  test("stops in good order at a signal, says what is still open, and starts cleanly again", async () => {
    const dataDir = join(directory.path, "stopped");
    const first = await startAnother({ dataDir });
    const { id } = await order(first);
    const { epoch } = await first.read<{ readonly epoch: number }>("/status");
    expect(await first.stop()).toEqual({ code: 0, signal: null });
    expect(first.stderr).toContain(`1 order(s) still open at the venue: ${id}`);
    const second = await startAnother({ dataDir });
    expect(await second.read("/status")).toMatchObject({ previousStopUnclean: false, epoch: epoch + 1 });
    expect(await second.read(`/orders/${id}`)).toMatchObject({ status: "acknowledged" });
    await second.stop();
  });

  test("cancels what is ours at the stop, when the configuration says so", async () => {
    const dataDir = join(directory.path, "canceling");
    const environment = { ORDERWRIGHT_SHUTDOWN_RESTING_ORDERS: "cancelOurs" };
    const first = await startAnother({ dataDir, args: ["--strategy", "grid"], environment });
    await eventually(async () => expect(await first.read("/summary")).toMatchObject({ open: 10 }));
    const { id } = await order(first);
    await first.stop();
    expect(first.stderr).toContain("stopped; no order is open");
    const second = await startAnother({ dataDir });
    const { entries } = await second.read<{ entries: readonly unknown[] }>(`/orders/${id}/history`);
    expect(entries).toContainEqual(expect.objectContaining({ event: "cancelRequested", reason: "shutdown" }));
    expect(entries.at(-1)).toMatchObject({ event: "orderCanceled", to: "canceled" });
  });

  test("exits at once at a second signal, and loses nothing", async () => {
    const dataDir = join(directory.path, "impatient");
    // The venue is so far away that the first signal has to wait for its answers.
    const environment = {
      ORDERWRIGHT_SHUTDOWN_RESTING_ORDERS: "cancelOurs",
      ORDERWRIGHT_SHUTDOWN_DEADLINE_MS: "60000",
      ORDERWRIGHT_PAPER_LATENCY_MS: "1000",
    };
    const first = await startAnother({ dataDir, environment });
    const { id } = await order(first);
    first.process.signal("SIGINT");
    await first.process.said(/a second signal exits at once/);
    expect(await first.process.end("SIGINT")).toEqual({ code: 1, signal: null });
    const second = await startAnother({ dataDir });
    expect(await second.read("/status")).toMatchObject({ previousStopUnclean: true });
    expect(await second.read(`/orders/${id}`)).toMatchObject({ id });
  });

  test("a port that is taken is told, and everything is let go of: 1", async () => {
    const dataDir = join(directory.path, "taken");
    const port = new URL(server.url).port;
    const result = await runCommand(["up", "--port", port, "--data", dataDir]);
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining(`cannot listen at 127.0.0.1:${port}`) });
    await startAnother({ dataDir });
  });

  test("a strategy on an instrument that is not listed is a matter of configuration: 78", async () => {
    const file = join(directory.path, "doge.json");
    await writeFile(file, JSON.stringify({ strategies: [{ kind: "grid", instrumentId: "DOGE/USDT" }] }));
    const result = await runCommand(["up", "--port", "0", "--data", join(directory.path, "doge"), "--config", file]);
    expect(result).toMatchObject({ code: 78, stderr: expect.stringContaining("lists BTC/USDT, ETH/USDT") });
  });
});
