// `npm test`: all that is needed to trust a change, one step after the other, up to the first that fails. Each step
// says how long it took; the last line says how many tests passed, failed and were skipped. What the steps are is
// here; what they check is in their own configuration files.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BIN = join(ROOT, "node_modules", ".bin");
const reports = mkdtempSync(join(tmpdir(), "orderwright-test-"));

const STEPS = [
  { name: "format", command: ["biome", "check", "."] },
  { name: "lint", command: ["oxlint", "--type-aware", "--deny-warnings"] },
  { name: "build", command: ["npm", "run", "build", "--silent"] },
  { name: "types of the tests", command: ["tsc", "--noEmit", "-p", "tsconfig.tests.json"] },
  { name: "dead code", command: ["knip", "--no-progress"] },
  { name: "unit tests", project: "unit" },
  { name: "end-to-end tests", project: "e2e" },
];

const total = { passed: 0, failed: 0, skipped: 0 };

for (const step of STEPS) {
  const startedAt = performance.now();
  const isGood = step.project === undefined ? await run(step.command) : await runSuite(step.project);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`${isGood ? "ok" : "FAILED"}  ${step.name}, ${seconds} s`);
  if (isGood) continue;
  total.failed = Math.max(1, total.failed);
  break;
}
rmSync(reports, { recursive: true });
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;

/** Runs a suite and adds its counts; a suite that ran no test has failed. */
async function runSuite(project) {
  const report = join(reports, `${project}.json`);
  const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${report}`];
  const isGood = await run(["vitest", "run", "--project", project, ...reporters]);
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = readReport(report);
  total.passed += numPassedTests;
  total.failed += numFailedTests;
  total.skipped += numPendingTests + numTodoTests;
  return isGood && numPassedTests > 0;
}

/** A suite that crashed leaves no report: its exit code has said so already. */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
  }
}

/** Runs one command, its output passed through; resolves with whether it ended well. */
function run([program, ...args]) {
  const env = { ...process.env, PATH: `${BIN}:${process.env.PATH}` };
  const child = spawn(program, args, { cwd: ROOT, env, stdio: "inherit" });
  return new Promise((resolve) => {
    child.once("error", (error) => {
      console.error(`${program}: ${error.message}`);
      resolve(false);
    });
    child.once("exit", (code) => resolve(code === 0));
  });
}
