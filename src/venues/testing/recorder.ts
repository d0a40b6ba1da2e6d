// A listener for tests: keeps what it hears.

import { createHash } from "node:crypto";
import type { ExecutionReport } from "../../domain/execution-report.ts";
import type { UnreadableMessage, VenueListener } from "../venue.ts";

export class Recorder implements VenueListener {
  readonly reports: ExecutionReport[] = [];
  readonly unreadables: UnreadableMessage[] = [];
  heartbeats = 0;
  readonly connections: { readonly state: "connected" | "disconnected"; readonly reason: string }[] = [];

  report(report: ExecutionReport): void {
    this.reports.push(report);
  }

  connection(state: "connected" | "disconnected", reason: string): void {
    this.connections.push({ state, reason });
  }

  heartbeat(): void {
    this.heartbeats++;
  }

  unreadable(message: UnreadableMessage): void {
    this.unreadables.push(message);
  }

  of<K extends ExecutionReport["kind"]>(kind: K): readonly Extract<ExecutionReport, { kind: K }>[] {
    return this.reports.filter((report): report is Extract<ExecutionReport, { kind: K }> => report.kind === kind);
  }
}

/** Equal for equal reports in equal order. */
export function digestOf(reports: readonly ExecutionReport[]): string {
  return createHash("sha256").update(JSON.stringify(reports)).digest("hex");
}
