// A paper venue that is killed with SIGKILL amid its work has stored all that it told, and goes on from there.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Decimal } from "../../domain/decimal.ts";
import type { ExecutionReport } from "../../domain/execution-report.ts";
import type { AccountId } from "../../domain/identifiers.ts";
import { SeededRandom } from "../../runtime/random.ts";
import { VENUE } from "../testing/orders.ts";
import { SqlitePaperStore } from "./sqlite-paper-store.ts";

const SCRIPT = fileURLToPath(new URL("./testing/killed-venue.ts", import.meta.url));
const LIVES = 4;

type Told =
  | ExecutionReport
  | {
      readonly kind: "accepted";
      readonly account: AccountId;
      readonly orderId: string;
      readonly venueOrderId: string;
    };

test("whatever was told before a kill is in the store, over several lives", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "paper-kill-"));
  const path = join(folder, "paper.db");
  const random = SeededRandom.fromSeed(20_240_809);
  const told: Told[] = [];
  for (let life = 1; life <= LIVES; life++) {
    told.push(...(await runAndKill(path, life, 80 + random.nextInteger(400))));
    const store = SqlitePaperStore.open({ path, venue: VENUE });
    checkTold(store, told);
    checkBooks(store);
    store.close();
  }
  const kinds = new Set(told.map((fact) => fact.kind));
  expect(kinds).toEqual(new Set(["accepted", "acknowledged", "fill", "ended", "replaced", "requestRejected"]));
  rmSync(folder, { recursive: true });
});

/** Runs a venue until it has told so many facts, kills it, and returns all that it told. */
async function runAndKill(path: string, life: number, facts: number): Promise<Told[]> {
  const child = spawn(process.execPath, ["--import", "tsx", SCRIPT, path, String(life)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "close");
  const lines = await linesUntilKill(child, facts);
  const [, signal] = (await exited) as [number | null, string | null];
  expect(signal).toBe("SIGKILL");
  return lines.map((line) => JSON.parse(line) as Told);
}

async function linesUntilKill(child: ChildProcess, facts: number): Promise<string[]> {
  let text = "";
  let seen = 0;
  for await (const chunk of child.stdout ?? []) {
    const part = String(chunk);
    text += part;
    seen += part.split("\n").length - 1;
    if (seen >= facts) child.kill("SIGKILL");
  }
  // What follows the last line break was cut off by the kill: nobody was told that.
  return text.split("\n").slice(0, -1);
}

function checkTold(store: SqlitePaperStore, told: readonly Told[]): void {
  const executions = new Set(allFills(store).map(({ fill }) => `${fill.venueOrderId}/${fill.executionId}`));
  for (const fact of told) {
    const order = store.order(fact.account, String(fact.orderId));
    expect(order?.venueOrderId, `${fact.kind} of ${fact.orderId}`).toBe(fact.venueOrderId);
    if (fact.kind === "ended") expect(order?.status).toBe(fact.status);
    if (fact.kind !== "fill") continue;
    expect(executions).toContain(`${fact.fill.venueOrderId}/${fact.fill.executionId}`);
    expect(order?.cumulativeQuantity.gte(Decimal.parse(String(fact.cumulativeQuantity)))).toBe(true);
    if (fact.ends === true) expect(order?.status).toBe("filled");
  }
}

/** Quantities and positions are the sums of the fills. */
function checkBooks(store: SqlitePaperStore): void {
  const byOrder = new Map<string, Decimal>();
  const byAccount = new Map<string, Decimal>();
  for (const { account, side, clientOrderId, fill } of allFills(store)) {
    add(byOrder, `${account}/${clientOrderId}`, fill.quantity);
    add(byAccount, account, side === "buy" ? fill.quantity : fill.quantity.neg());
  }
  const sumOf = (sums: Map<string, Decimal>, key: string): string => String(sums.get(key) ?? Decimal.zero);
  const state = store.load();
  for (const [key, quantity] of byOrder) {
    const [account = "", clientOrderId = ""] = key.split("/");
    expect(String(store.order(account as AccountId, clientOrderId)?.cumulativeQuantity)).toBe(String(quantity));
  }
  for (const order of state.working) {
    const filled = sumOf(byOrder, `${order.account}/${order.clientOrderId}`);
    expect(String(order.cumulativeQuantity)).toBe(filled);
  }
  for (const matching of state.matching.values()) {
    for (const { account, quantity } of matching.positions) expect(quantity).toBe(sumOf(byAccount, account));
    const resting = matching.orders.map((order) => [order.venueOrderId, order.cumulativeQuantity]);
    const working = state.working.map((order) => [order.venueOrderId, String(order.cumulativeQuantity)]);
    expect(new Map(resting as [string, string][])).toEqual(new Map(working as [string, string][]));
  }
}

function allFills(store: SqlitePaperStore): ReturnType<SqlitePaperStore["fillsSince"]> {
  return ["main", "other"].flatMap((account) => store.fillsSince(account as AccountId, 0));
}

function add(sums: Map<string, Decimal>, key: string, quantity: Decimal): void {
  sums.set(key, (sums.get(key) ?? Decimal.zero).add(quantity));
}
