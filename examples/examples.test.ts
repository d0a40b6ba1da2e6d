// Runs each example as a user would, in a process of its own, and holds it to what it promises.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const DEADLINE_MS = 30_000;

async function outputOf(example: string, ...args: string[]): Promise<string[]> {
  const argv = ["--import", "tsx", join(import.meta.dirname, example), ...args];
  const { stdout } = await run(process.execPath, argv, { timeout: DEADLINE_MS });
  return stdout.trimEnd().split("\n");
}

test(
  "01: a limit order at the best ask lives from created to filled",
  async () => {
    const lines = await outputOf("01-paper-order.ts");
    expect(lines.slice(0, -1).map((line) => line.split(" ")[1])).toEqual([
      "orderCreated",
      "orderValidated",
      "orderSubmitted",
      "orderAcknowledged",
      "orderFilled",
    ]);
    expect(lines.at(-1)).toMatch(/^filled 0\.01 at \d+(\.\d+)? fees \{ BTC: '0\.00001' \}$/);
  },
  DEADLINE_MS,
);

test(
  "02: a grid over a capture fills, and the same capture and seed give the same fills",
  async () => {
    const [first, second] = await Promise.all([outputOf("02-grid-replay.ts"), outputOf("02-grid-replay.ts")]);
    expect(second).toEqual(first);
    expect(first[0]).toContain("500 events");
    expect(Number(/^fills {3}(\d+), digest [0-9a-f]{16}$/.exec(first[2] ?? "")?.[1])).toBeGreaterThan(0);
    expect(first.at(-1)).toBe("open    0 after the stop");
  },
  DEADLINE_MS,
);

test(
  "03: a limit denies, the kill switch halts and cancels, and a lift lets orders pass again",
  async () => {
    const lines = await outputOf("03-risk-and-kill-switch.ts");
    expect(lines.map((line) => /^[^:]+: [a-zA-Z.]+(?: \d+)?|^[^:]+: \d+/.exec(line)?.[0])).toEqual([
      "a bid within the limits: acknowledged",
      "a bid over the limit: risk.maxQuantity",
      "a bid off the tick grid: request.offTick",
      "kill switch: canceling 1",
      "what rested: canceled",
      "a bid while halted: risk.halted",
      "a bid after the lift: acknowledged",
      "open after the stop: 0",
    ]);
  },
  DEADLINE_MS,
);
