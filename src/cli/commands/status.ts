// `orderwright status` and `orderwright reconcile`: how a running server stands, what waits for a person first, and
// what a comparison with its venues finds.

import type { Command } from "commander";
import { formatEpoch } from "../../domain/identifiers.ts";
import type { DeadManStatus, EngineStatus, ReconcileReport } from "../../engine/engine-api.ts";
import { CommandError, EXIT } from "../exit.ts";
import { print, printJson, printTable, visible } from "../terminal.ts";
import { type ConnectedOptions, clientOf, connected, jsonOption } from "./shared.ts";

interface StatusJson extends Omit<EngineStatus, "failure"> {
  readonly failure?: { readonly code: string; readonly message: string };
  readonly mode: string;
  readonly version: string;
}

interface ReconcileOptions extends ConnectedOptions {
  readonly account?: string;
  readonly dryRun?: true;
}

export function addStatus(program: Command): void {
  connected(program.command("status"))
    .description("show what waits for a person, whether orders are taken, accounts and venues")
    .addOption(jsonOption())
    .action(async (options: ConnectedOptions) => {
      const client = clientOf(options);
      const status = await client.request<StatusJson>("GET", "/status");
      if (options.json === true) {
        printJson(status);
        return;
      }
      const { cases } = await client.request<{ cases: readonly unknown[] }>("GET", "/cases");
      for (const line of headLines(status, cases.length)) print(line);
      print("");
      printAccounts(status);
      print("");
      printVenues(status);
    });
}

export function addReconcile(program: Command): void {
  connected(program.command("reconcile"))
    .description("compare the books with the venues' now, and correct what differs")
    .option("--account <name>", "only this account")
    .option("--dry-run", "only say what differs")
    .addOption(jsonOption())
    .action(async (options: ReconcileOptions) => {
      const { account, dryRun } = options;
      const { reports } = await clientOf(options).request<{ reports: readonly ReconcileReport[] }>(
        "POST",
        "/reconcile",
        { account, dryRun },
      );
      if (options.json === true) printJson(reports);
      else printReports(reports);
      const failed = reports.reduce((sum, report) => sum + report.failedQueries, 0);
      if (failed === 0) return;
      throw new CommandError(
        `${failed} of the questions to the venue failed: what they were about is as it was. Ask again later.`,
        EXIT.failed,
      );
    });
}

function headLines(status: StatusJson, openCases: number): string[] {
  const { phase, failure, mode, version, tradingState, killSwitch, epoch, position, durablePosition } = status;
  const waiting = position === durablePosition ? "" : `, ${position - durablePosition} waiting for the disk`;
  const cases = openCases === 1 ? "1 case waits" : `${openCases} cases wait`;
  return [
    ...(openCases === 0 ? [] : [`${cases} for a person. Look with: orderwright cases`]),
    ...(failure === undefined ? [] : [`The engine has failed: ${failure.code}: ${failure.message}`]),
    ...(killSwitch.engaged ? [`Kill switch engaged by ${killSwitch.by}: ${visible(killSwitch.reason ?? "")}`] : []),
    `${mode}, ${phase}, trading ${tradingState}; epoch ${formatEpoch(epoch)}, event ${position}${waiting}; Orderwright ${version}`,
  ];
}

function printAccounts({ accounts }: StatusJson): void {
  printTable(
    ["account", "venue", "trading", "open orders", "unknown", "open cases", "dead-man switch", "blocked because"],
    accounts.map((account) => [
      account.id,
      account.venue,
      account.tradingState,
      String(account.openOrders),
      String(account.outcomeUnknown),
      String(account.openCases),
      account.deadMan === undefined ? "–" : deadManText(account.deadMan),
      account.blockedBecause ?? "",
    ]),
  );
}

function deadManText({ state, firesAt }: DeadManStatus): string {
  return firesAt === undefined ? state : `${state}, fires ${new Date(firesAt).toISOString()}`;
}

function printVenues({ venues }: StatusJson): void {
  const time = (at: number | undefined): string => (at === undefined ? "–" : new Date(at).toISOString());
  printTable(
    ["venue", "mode", "stream", "circuit", "last heard", "last reconciled"],
    venues.map((venue) => [
      venue.id,
      venue.mode,
      venue.connected ? "connected" : "not connected",
      venue.circuit,
      time(venue.lastHeardAt),
      time(venue.lastReconciledAt),
    ]),
  );
}

function printReports(reports: readonly ReconcileReport[]): void {
  printTable(
    ["account", "orders checked", "fills read", "failed questions", "differences"],
    reports.map((report) => [
      report.dryRun ? `${report.account} (dry run)` : report.account,
      String(report.ordersChecked),
      String(report.fillsRead),
      String(report.failedQueries),
      String(report.findings.length),
    ]),
  );
  for (const { account, findings } of reports) {
    for (const { kind, orderId, text } of findings) {
      print(`${account}  ${kind}${orderId === undefined ? "" : `  ${orderId}`}  ${visible(text)}`);
    }
  }
}
