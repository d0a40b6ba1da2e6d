// What a campaign came to, in words and tables: figures, broken laws with the command that shows each again, and what
// was covered.

import Table from "cli-table3";
import type { CampaignState } from "./campaign.ts";
import type { Counts } from "./coverage.ts";
import { FAULT_NAMES, FAULTS, type FaultLevel } from "./faults.ts";
import type { SeedOutcome } from "./seed-worker.ts";

const HOUR_MS = 3_600_000;

/** The one command that shows a broken law again. */
export function reproductionOf(seed: number, level: FaultLevel, durationMs: number): string {
  return `npm run simulate -- --seed ${seed} --hours ${durationMs / HOUR_MS} --faults ${level}`;
}

export function describeFailure(
  outcome: Pick<SeedOutcome, "seed" | "violation">,
  level: FaultLevel,
  durationMs: number,
): string {
  return [
    `Seed ${outcome.seed} breaks the law "${outcome.violation?.law}": ${outcome.violation?.text}`,
    `  ${reproductionOf(outcome.seed, level, durationMs)} --trace`,
    `  When it is mended, keep it: add "${outcome.seed} ${level} ${durationMs / HOUR_MS}" to test/seeds.txt.`,
  ].join("\n");
}

/** Figures of a campaign, for people and for the docs. */
export function describeCampaign(state: CampaignState): string {
  const { coverage, done, events, virtualMs, cpuMs, failures } = state;
  const { totals } = coverage;
  const injected = sum(coverage.faults);
  const total = (name: string): string => number(totals.get(name) ?? 0);
  return [
    `${number(done)} seeds, ${failures.length} failed; ${(virtualMs / HOUR_MS).toFixed(1)} virtual hours, ${number(events)} simulated events`,
    `${number(injected)} faults injected; ${total("starts")} starts, ${total("kills")} kills; ${total("submits")} submits, ` +
      `${total("orders at the venue")} orders at the venue, ${total("fills")} fills, ${total("journal events")} journal events`,
    `${(cpuMs / 1_000).toFixed(0)} s of processor time, ${number(Math.round(events / (cpuMs / 1_000)))} events per second and core`,
  ].join("\n");
}

export function describeCoverage(state: CampaignState): string {
  const { coverage } = state;
  const faults = new Table({ head: ["fault", "injected", "what happens"], style: { head: [], border: [] } });
  for (const name of FAULT_NAMES) faults.push([name, number(coverage.faults.get(name) ?? 0), FAULTS[name][1]]);
  const conclusions = new Table({ head: ["conclusion", "reached"], style: { head: [], border: [] } });
  for (const [name, times] of sorted(coverage.conclusions)) conclusions.push([name, number(times)]);
  const cells = new Table({ head: ["event in status", "met"], style: { head: [], border: [] } });
  for (const [name, times] of sorted(coverage.cells)) cells.push([name, number(times)]);
  return [faults.toString(), conclusions.toString(), cells.toString()].join("\n");
}

function sorted(counts: Counts): [string, number][] {
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function sum(counts: Counts): number {
  return [...counts.values()].reduce((total, times) => total + times, 0);
}

/** Groups thousands, whatever the locale. */
function number(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
